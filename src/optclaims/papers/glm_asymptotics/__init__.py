"""Asymptotic errors of convex generalised linear models with rotationally invariant designs."""
