"""Ours: optimizers of the Adam family on digits, tuned by one policy; the comparison from which their papers read."""
