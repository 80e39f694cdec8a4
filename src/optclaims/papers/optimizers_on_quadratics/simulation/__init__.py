"""Runs, chains and samples; independent of the theory."""
