"""Numbers read off simulated paths."""
