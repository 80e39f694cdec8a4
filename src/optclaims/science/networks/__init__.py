r"""Networks whose weights are one flat vector a run, and whose runs are the leading axis of every tensor.

    network = perceptron((64, 32, 10), "tanh")               # or convolutional(...), transformer(...), your own Network
    theta = network.initial(experiment.rng("start").spawn(8))                  # (8 runs, parameters), float32
    outputs = network(theta, x)                              # x (8, n, 64), or (1, n, 64): shared by all runs
    loss = mean_loss(network, CROSS_ENTROPY)                 # (theta, x, y) -> (8,), what `science.training` minimises
    kept = factors(network, theta, x, residual)              # per-sample gradients and Gauss-Newton diagonals from them

So an optimizer, a curvature or an average is arithmetic on one matrix (runs, parameters), and 20 seeds, 30 learning
rates or 4 algorithms are trained at once: `theta.repeat(arms, 1)`. Single runs are `theta[:1]`. All random numbers come
from NumPy generators, one a run, so a run is the same alone and among others, on every device.

Your own network is a tuple of `Layer` and a function that wires them:

    Network((Layer(64, 32, 0.1), Layer(32, 1, 0.2)), lambda w, x: w.linear(1, w.linear(0, x).sin()))
"""

from optclaims.science.networks.gauss_newton import Factor, curvature_factors, factors, gradient, jacobian, square_mean
from optclaims.science.networks.images import VGG11, VGG16, convolutional, dense, residual
from optclaims.science.networks.losses import CROSS_ENTROPY, LOGISTIC, SQUARED, Loss, mean_loss
from optclaims.science.networks.network import Layer, Network, Weights
from optclaims.science.networks.perceptrons import ACTIVATIONS, batch_normalised, perceptron
from optclaims.science.networks.transformers import transformer

__all__ = [
    "ACTIVATIONS",
    "CROSS_ENTROPY",
    "LOGISTIC",
    "SQUARED",
    "VGG11",
    "VGG16",
    "Factor",
    "Layer",
    "Loss",
    "Network",
    "Weights",
    "batch_normalised",
    "convolutional",
    "curvature_factors",
    "dense",
    "factors",
    "gradient",
    "jacobian",
    "mean_loss",
    "perceptron",
    "residual",
    "square_mean",
    "transformer",
]
