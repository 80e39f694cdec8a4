"""What is read from the runs."""
