"""Scaling rules by their exponents: a batch kappa times as large multiplies lr, 1 - beta, eps by powers of kappa."""

RULES: dict[str, tuple[float, float, float]] = {
    "sqrt": (0.5, 1.0, -0.5),
    "linear": (1.0, 1.0, -0.5),
    "linear, lr only": (1.0, 0.0, 0.0),
    "lr-only": (0.5, 0.0, 0.0),
    "beta fixed": (0.5, 0.0, -0.5),
    "eps fixed": (0.5, 1.0, 0.0),
    "eps times root": (0.5, 1.0, 0.5),
    "none": (0.0, 0.0, 0.0),
    "lr to the 3/4": (0.75, 1.0, -0.5),
    "lr to the 1/4": (0.25, 1.0, -0.5),
}
"""Exponents of kappa for (lr, 1 - beta, eps); "sqrt" is the paper's rule, the others have a part of it wrong."""
