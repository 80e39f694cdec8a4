"""Adam or Gauss-Newton? Basis alignment and SGD noise (Liu, Bansal, Morwani, Vyas, Alvarez-Melis, Kakade, 2510.13680).

Preconditioned descent without momentum, theta <- theta - eta U D U' g, with U the identity (I) or the eigenbasis of the
Gauss-Newton matrix H (E). Adam: D = diag(U' E[g g'] U)^(-1/2); GN^p: D = diag(U' H U)^p. Losses are excess losses, with
the factor 1/2. All instances are reconstructions: they show the paper's claims, but are not its own instances.
"""
