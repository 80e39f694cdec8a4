"""Optimizers on quadratics, exactly: residual polynomials, best parameters, Krylov methods, second moments under noise.

``two_step``   gradient descent, heavy ball and Nesterov as one recursion; companion matrix, radius, stability
``optimal``    the best constant parameters and the worst residual after n steps
``schedules``  Chebyshev's semi-iteration and Nesterov's changing momentum, as arrays for the recursions
``krylov``     conjugate gradients, steepest descent, BFGS
``noise``      second moments under additive noise, of averages, and of Gaussian least squares
``mean_square``  when mini-batch SGD is stable in mean square, and its largest learning rate
"""

from optclaims.science.quadratics import krylov, mean_square, noise, optimal, schedules, two_step

__all__ = ["krylov", "mean_square", "noise", "optimal", "schedules", "two_step"]
