"""Gradient flow against gradient descent: how far apart, and which of the flow's properties descent inherits."""
