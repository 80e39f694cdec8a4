"""On the SDEs and Scaling Rules for Adaptive Gradient Algorithms (Malladi, Lyu, Panigrahi, Arora, NeurIPS 2022).

Gradients g = grad f + sigma z with Cov z = Sigma; a mini-batch of B has sigma = 1 / sqrt(B). One step of RMSprop or
Adam with learning rate eta takes eta^2 of continuous time. The rescaled second moment is u = v / sigma^2.
"""
