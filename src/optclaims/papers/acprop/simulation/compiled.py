r"""One step of the five methods on a scalar, for compiled loops; tied by a test to the rules of `science.optimizers`.

With both moments corrected for their start at 0, and with eps added to a centred second moment and to every root, as
in the authors' code. A delayed root has no past in the first step, which divides by 1; so does a root that is 0.
"""

import numpy as np

from optclaims.science.kernels import njit

__all__ = ["independent_blocks", "on_interval", "smooth_descent"]


START = (0.0, 0.0, 1.0, 1.0, 1.0)


@njit(inline="always")
def fraction(g, memory, momentum, centred, delayed, beta1, beta2, eps):
    """Numerator and root of a step with gradient g, and the memory (m, s, beta1^t, beta2^t, root) after it."""
    m, s, power1, power2, past = memory
    m = beta1 * m + (1 - beta1) * g
    power1, power2 = power1 * beta1, power2 * beta2
    if power1 < 1e-20:  # else it ends among the denormal numbers, which are slow, and stays there
        power1 = 0.0
    if power2 < 1e-20:
        power2 = 0.0
    departure = g - m if centred else g
    s = beta2 * s + (1 - beta2) * departure * departure + (eps if centred else 0.0)
    root = np.sqrt(s / (1 - power2)) + eps
    numerator = m / (1 - power1) if momentum else g
    used = past if delayed else root
    return numerator, used if used > 0 else 1.0, (m, s, power1, power2, root)


@njit(cache=True, error_model="numpy")
def on_interval(
    gradients, lr, decay, momentum, centred, delayed, beta1, beta2, start, low, high, times, x, total, root
):
    """Run periodic gradients (P,) on [low, high]; lr, beta1, beta2 (runs,); lr / sqrt(t) with decay.

    x, total, root (runs, records): x after the step, the sum of all x so far, the denominator, at the recorded times
    """
    for run in range(lr.size):
        memory, point, position, r, k = START, start, 0.0, 0, -1
        for t in range(1, times[-1] + 1):
            k = k + 1 if k + 1 < gradients.size else 0
            step = fraction(gradients[k], memory, momentum, centred, delayed, beta1[run], beta2[run], 0.0)
            memory = step[2]
            rate = lr[run] / np.sqrt(t) if decay else lr[run]
            point = min(high, max(low, point - rate * step[0] / step[1]))
            position += point
            if t == times[r]:
                x[run, r], total[run, r], root[run, r] = point, position, step[1]
                r += 1


@njit(cache=True, error_model="numpy")
def independent_blocks(gradients, momentum, centred, delayed, beta1, beta2, mean, warm, displacement, inverse, gap):
    """Means over blocks of -n/root, 1/root and -(g - mean)/root under given gradients (steps,), after warm steps."""
    memory, length = START, (gradients.size - warm) // displacement.size
    for g in gradients[:warm]:
        memory = fraction(g, memory, momentum, centred, delayed, beta1, beta2, 0.0)[2]
    for block in range(displacement.size):
        moved, inverses, gaps = 0.0, 0.0, 0.0
        for g in gradients[warm + block * length : warm + (block + 1) * length]:
            numerator, root, memory = fraction(g, memory, momentum, centred, delayed, beta1, beta2, 0.0)
            scale = 1 / root
            moved, inverses, gaps = moved - numerator * scale, inverses + scale, gaps - (g - mean) * scale
        displacement[block], inverse[block], gap[block] = moved / length, inverses / length, gaps / length


@njit(cache=True, error_model="numpy")
def smooth_descent(noise, lr, adaptive, momentum, centred, delayed, beta1, beta2, eps, start, squares):
    """Mean over steps of the squared gradient norm of sum x^2 / (1 + x^2), added to squares (runs, rates).

    noise (runs, steps, d) is added to the gradient;  lr (rates, steps);  not adaptive: plain descent
    """
    runs, steps, d = noise.shape
    for run in range(runs):
        for k in range(lr.shape[0]):
            for i in range(d):
                memory, x, total = START, start, 0.0
                for t in range(steps):
                    slope = 2 * x / (1 + x * x) ** 2
                    total += slope * slope
                    g = slope + noise[run, t, i]
                    if adaptive:
                        step = fraction(g, memory, momentum, centred, delayed, beta1, beta2, eps)
                        memory = step[2]
                        x -= lr[k, t] * step[0] / step[1]
                    else:
                        x -= lr[k, t] * g
                squares[run, k] += total / steps
