"""Figures, each drawn from the tidy data of its experiment."""
