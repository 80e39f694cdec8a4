"""Nesterov's method in its general form with three sequences, in the eigenbasis."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from optclaims.science import domain

__all__ = ["general_scheme"]


def general_scheme(
    eigenvalues: ArrayLike, gamma: ArrayLike, mu: float, L: float, printed: bool = False
) -> NDArray[np.float64]:
    r"""Return ``w_n`` for n = 0 .. len(gamma), shape (len(gamma) + 1, modes), from ``w_0 = 1`` in each eigendirection.

    With ``mu_n = L gamma_n^2``: ``y_n = (mu_n w_{n-1} + mu_{n-1} gamma_n z_{n-1}) / (gamma_n mu + mu_{n-1})``,
    ``w_n = y_n - g(y_n) / L``, ``z_n = [gamma_n mu y_n + (1 - gamma_n) mu_{n-1} z_{n-1} - gamma_n g(y_n)] / mu_n``,
    begun with ``gamma_1 = 1``, hence ``w_1 = z_1 = w_0 - g(w_0) / L``. ``printed``: mu_n for mu_{n-1} in z_n, as in
    the thesis's print. Raises ValueError unless gamma begins with 1. Source: Nesterov 2004; thesis.
    Domain: eigenvalues signed.

    >>> general_scheme([1.0, 2.0], [1.0], 0.0, 2.0)
    array([[1. , 1. ],
           [0.5, 0. ]])
    """
    mu, L = domain.nonnegative("mu", mu, ()), domain.positive("L", L, ())
    eigenvalues = domain.vector("eigenvalues", np.atleast_1d(eigenvalues))
    gamma = np.asarray(domain.positive("gamma", gamma, (None,)))
    if gamma[0] != 1:
        raise ValueError(f"gamma must begin with 1, got {gamma[0]}")
    w = z = 1 - eigenvalues / L
    out, before = [np.ones_like(w), w], L
    for g in gamma[1:]:
        now = L * g**2
        y = (now * w + before * g * z) / (g * mu + before)
        w = y - eigenvalues * y / L
        z = (g * mu * y + (1 - g) * (now if printed else before) * z - g * eigenvalues * y) / now
        before = now
        out.append(w)
    return np.array(out)
