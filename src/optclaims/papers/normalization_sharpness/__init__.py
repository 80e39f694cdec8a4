"""Sharpness reduction by normalisation and weight decay (Lyu, Li, Arora, arXiv 2206.07085, NeurIPS 2022).

Gradient descent with weight decay on a scale-invariant loss, L(cw) = L(w) for c > 0:

    w_{t+1} = (1 - eps) w_t - lr grad L(w_t),   eps = lr * weight_decay,   slow time tau = eps t.

theta = w / |w| moves on the sphere with the effective rate rate_t = lr / ((1 - eps) |w_t|^2); lambda_1 is the spherical
sharpness, the largest eigenvalue of the Hessian at theta, and G the norm of the gradient of log lambda_1 along the
minimisers. Theorem numbers of the paper are not quoted: formulas were derived anew and are confirmed by simulation.
"""
