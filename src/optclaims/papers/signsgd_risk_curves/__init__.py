"""Exact risk curves of signSGD in high dimensions (Xiao, Marshall, Agarwala, Paquette, arXiv 2411.12135, ICML 2025).

One-pass least squares with batch size one: x ~ N(0, K) in dimension d, y = <x, theta*> + epsilon; delta is the error
theta - theta*. Steps of size eta / d, time t = k / d. Excess risk R = delta' K delta / 2, full risk P = R + E
epsilon^2 / 2.
"""
