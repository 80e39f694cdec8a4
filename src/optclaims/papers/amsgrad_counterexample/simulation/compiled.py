r"""Adam, AMSGrad and AdamNc as the paper defines them, two library variants, and the compiled loop that runs them.

Every algorithm works entrywise: with ``m_0 = v_0 = vhat_0 = 0`` and ``t = 1, 2, ...``

    m_t = beta1_t m_{t-1} + (1 - beta1_t) g_t,      v_t = beta2_t v_{t-1} + (1 - beta2_t) g_t^2,
    x_{t+1} = clip(x_t - alpha_t m_t / sqrt(vhat_t), -1, 1),

without bias correction and without epsilon (generic framework of section 2, recalled). On a box the projection in the
norm weighted by ``sqrt(vhat_t)`` is the entrywise clip. A rule maps ``(m, v, vhat, g, t, beta1, beta2, eps)`` to the
new ``(m, v, vhat)`` and the fraction ``numerator / denominator`` that is multiplied by the step size.
"""

import numpy as np

from optclaims.science.kernels import njit

__all__ = ["ALGORITHMS", "COLUMNS", "adam", "adamnc", "advance", "amsgrad", "optax_amsgrad", "torch_amsgrad"]

ALGORITHMS = {"adam": 0, "amsgrad": 1, "adamnc": 2, "torch": 3, "optax": 4}

# What the loop carries for each coordinate, and writes at the recorded times.
X, M, V, VHAT, DENOMINATOR, INVERSE_STEP, LOSS, GRADIENT, POSITION, DECREASES = range(10)
COLUMNS = {
    "x": X,  # x_t, before the update
    "m": M,  # m_t
    "denominator": DENOMINATOR,  # sqrt(vhat_t)
    "inverse_step": INVERSE_STEP,  # sqrt(vhat_t) / alpha_t
    "loss": LOSS,  # sum_{s<=t} g_s x_s
    "gradient": GRADIENT,  # sum_{s<=t} g_s
    "position": POSITION,  # sum_{s<=t} x_s
    "decreases": DECREASES,  # number of s <= t with Gamma_s < 0
}
STATE = 10

# Relative size below which a decrease of sqrt(vhat_t)/alpha_t is rounding.
ROUNDING = 1e-14


@njit(cache=True)
def adam(m, v, vhat, g, t, beta1, beta2, eps):
    """Adam: ``vhat_t = v_t``, with eps inside the root (0 in the paper's analysis, positive in its appendix)."""
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g * g
    return m, v, v, m, np.sqrt(v + eps)


@njit(cache=True)
def amsgrad(m, v, vhat, g, t, beta1, beta2, eps):
    """AMSGrad (the paper's Algorithm 2): ``vhat_t = max(vhat_{t-1}, v_t)``."""
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g * g
    vhat = max(vhat, v)
    return m, v, vhat, m, np.sqrt(vhat + eps)


@njit(cache=True)
def adamnc(m, v, vhat, g, t, beta1, beta2, eps):
    """AdamNc with ``beta2_t = 1 - 1/t``, so ``v_t = (1/t) sum_{s<=t} g_s^2``: AdaGrad with momentum, beta2 unused."""
    m = beta1 * m + (1 - beta1) * g
    v = v + (g * g - v) / t
    return m, v, v, m, np.sqrt(v + eps)


@njit(cache=True)
def torch_amsgrad(m, v, vhat, g, t, beta1, beta2, eps):
    """``torch.optim.Adam(amsgrad=True)``: maximum of raw v_t, both bias corrections after it, eps outside the root.

    Hence the denominator ``sqrt(vhat_t / (1 - beta2^t))`` may decrease, which the paper's AMSGrad never does.
    """
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g * g
    vhat = max(vhat, v)
    return m, v, vhat, m / (1 - beta1**t), np.sqrt(vhat / (1 - beta2**t)) + eps


@njit(cache=True)
def optax_amsgrad(m, v, vhat, g, t, beta1, beta2, eps):
    """``optax.amsgrad`` (recalled): maximum of the bias-corrected v_t, eps outside the root.

    The first corrected second moment ``g_1^2`` stays in the maximum for ever.
    """
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g * g
    vhat = max(vhat, v / (1 - beta2**t))
    return m, v, vhat, m / (1 - beta1**t), np.sqrt(vhat) + eps


@njit(cache=True)
def advance(rule, gradients, start, state, alpha, constant, beta1, decay, beta2, eps, times, records):
    """Run one rule over the next ``n`` gradients of each coordinate, with memory independent of the number of steps.

    rule: a value of ALGORITHMS; gradients: ``(d, n)`` for ``t = start + 1, ..., start + n``; state: ``(d, STATE)``,
    updated; ``alpha_t = alpha`` if constant, else ``alpha / sqrt(t)``; ``beta1_t = beta1 * decay^(t-1)``;
    times: ``(r,)`` increasing; records: ``(r, d, STATE)``, filled at the times that lie in this chunk, with x before
    and everything else after step t.
    """
    first = np.searchsorted(times, start + 1)
    for i in range(gradients.shape[0]):
        x, m, v, vhat = state[i, X], state[i, M], state[i, V], state[i, VHAT]
        denominator, inverse = state[i, DENOMINATOR], state[i, INVERSE_STEP]
        loss, gradient, position, decreases = (
            state[i, LOSS],
            state[i, GRADIENT],
            state[i, POSITION],
            state[i, DECREASES],
        )
        b1 = beta1 * decay**start
        r = first
        for k in range(gradients.shape[1]):
            t = start + k + 1
            g = gradients[i, k]
            if rule == 0:
                m, v, vhat, numerator, denominator = adam(m, v, vhat, g, t, b1, beta2, eps)
            elif rule == 1:
                m, v, vhat, numerator, denominator = amsgrad(m, v, vhat, g, t, b1, beta2, eps)
            elif rule == 2:
                m, v, vhat, numerator, denominator = adamnc(m, v, vhat, g, t, b1, beta2, eps)
            elif rule == 3:
                m, v, vhat, numerator, denominator = torch_amsgrad(m, v, vhat, g, t, b1, beta2, eps)
            else:
                m, v, vhat, numerator, denominator = optax_amsgrad(m, v, vhat, g, t, b1, beta2, eps)
            step = alpha if constant else alpha / np.sqrt(t)
            previous, inverse = inverse, denominator / step
            decreases += inverse < previous * (1 - ROUNDING)
            loss += g * x
            gradient += g
            position += x
            if r < times.size and t == times[r]:
                row = records[r, i]
                row[X], row[M], row[V], row[VHAT] = x, m, v, vhat
                row[DENOMINATOR], row[INVERSE_STEP] = denominator, inverse
                row[LOSS], row[GRADIENT], row[POSITION], row[DECREASES] = loss, gradient, position, decreases
                r += 1
            if denominator > 0:  # all gradients so far were 0: 0/0, leave the coordinate alone
                x = min(1.0, max(-1.0, x - step * numerator / denominator))
            b1 *= decay
        state[i, X], state[i, M], state[i, V], state[i, VHAT] = x, m, v, vhat
        state[i, DENOMINATOR], state[i, INVERSE_STEP] = denominator, inverse
        state[i, LOSS], state[i, GRADIENT], state[i, POSITION], state[i, DECREASES] = (
            loss,
            gradient,
            position,
            decreases,
        )
