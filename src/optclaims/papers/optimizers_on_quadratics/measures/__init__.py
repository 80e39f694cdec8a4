"""What is read off the runs: best steps, ratios, shares."""
