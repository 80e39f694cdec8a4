"""What the papers share: algorithms, networks, curvature, exact recursions and fast simulations of optimizers."""
