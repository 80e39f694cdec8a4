import numpy as np
import pytest

from optclaims.papers.__KEY__ import theory


@pytest.mark.parametrize("momentum", [0.0, 0.5, 0.99])
def test_a_constant_gradient_moves_as_far_as_without_momentum(momentum):
    """The velocity is summed up step by step; its weights tend to 1 / (1 - momentum)."""
    velocity, lr = 0.0, theory.rate_with_momentum(0.3, momentum)
    for _ in range(5000):
        velocity = momentum * velocity + 1.0
    assert lr * velocity == pytest.approx(0.3, rel=1e-10)


@pytest.mark.parametrize("momentum", [1.0, -0.1, float("nan"), [0.1, 2.0]])
def test_a_momentum_outside_the_domain_is_refused(momentum):
    with pytest.raises(ValueError, match="momentum"):
        theory.rate_with_momentum(np.ones(2), momentum)
