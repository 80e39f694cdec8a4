"""Figures of the paper, each drawn from one tidy frame."""
