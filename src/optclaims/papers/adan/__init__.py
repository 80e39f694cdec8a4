"""Xie et al.: Adan, Nesterov's momentum from differences of gradients, and what those differences do."""
