"""Optimizers on quadratics, exactly: residual polynomials, best parameters, Krylov methods, second moments under noise.

``two_step``   gradient descent, heavy ball and Nesterov as one recursion; companion matrix, radius, stability
``optimal``    the best constant parameters and the worst residual after n steps
``schedules``  Chebyshev's semi-iteration and Nesterov's changing momentum, as arrays for the recursions
``krylov``     conjugate gradients, steepest descent, BFGS
``noise``      second moments under additive noise, of averages, and of Gaussian least squares
"""

from optclaims.science.quadratics import krylov, noise, optimal, schedules, two_step

__all__ = ["krylov", "noise", "optimal", "schedules", "two_step"]
