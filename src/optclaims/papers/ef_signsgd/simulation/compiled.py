r"""Compressed descent with error feedback in compiled loops; tied by a test to `science.optimizers.ErrorFeedback`."""

import numpy as np

from optclaims.science.kernels import njit
from optclaims.science.perceptrons import FAST, backpropagate

__all__ = ["least_squares", "linear_forms", "noisy_quadratic", "perceptrons"]


@njit(inline="always")
def compress(p, out, kind, size, zero):
    """C(p) into out; kind: the place in COMPRESSORS, size: of the plain sign."""
    if kind == 0:
        out[:] = p
    elif kind == 3:
        top = 0
        for i in range(p.size):
            out[i] = 0.0
            if abs(p[i]) > abs(p[top]):
                top = i
        out[top] = p[top]
    else:
        if kind != 1:
            total = 0.0
            for i in range(p.size):
                total += abs(p[i]) if kind == 2 else p[i] * p[i]
            size = total / p.size if kind == 2 else np.sqrt(total / p.size)
        for i in range(p.size):
            out[i] = size * (1.0 if p[i] > 0 else -1.0 if p[i] < 0 else zero)


@njit(inline="always")
def move(x, e, g, p, out, lr, kind, keep, sent, scale, zero):
    """One step in place: p = lr g + keep e, x - C(p), e = p - sent C(p)."""
    for i in range(x.size):
        p[i] = lr * g[i] + keep * e[i]
    compress(p, out, kind, lr * scale, zero)
    for i in range(x.size):
        x[i] -= out[i]
        e[i] = p[i] - sent * out[i]


@njit(cache=True, error_model="numpy")
def linear_forms(rows, weights, square, at_zero, drawn, lr, decay, arm, x, mean, records, losses, summary):
    """Run sum_i w_i rho(<a_i, x>) with batch 1 (drawn (steps,), else -1: all forms) from x, in place.

    at_zero: the derivative of the absolute value at 0;  mean (d,): of all points before their steps
    losses (records,): f after so many steps;  summary: smallest f, largest distance of x from start + span(sign of a_1)
    """
    kind, keep, sent, scale, _, zero = arm
    n, d = rows.shape
    start, line = x.copy(), np.sign(rows[0])
    e, p, out, g = np.zeros(d), np.empty(d), np.empty(d), np.empty(d)
    r = 0
    for t in range(drawn.size + 1):
        f, along, square_norm = 0.0, 0.0, 0.0
        g[:] = 0.0
        for i in range(n):
            value = 0.0
            for j in range(d):
                value += rows[i, j] * x[j]
            f += weights[i] * (value * value if square else abs(value))
            if t < drawn.size and (drawn[t] == i or drawn[t] < 0):
                slope = 2 * value if square else (1.0 if value > 0 else -1.0 if value < 0 else at_zero)
                slope *= weights[i] * (n if drawn[t] >= 0 else 1)
                for j in range(d):
                    g[j] += slope * rows[i, j]
        for j in range(d):
            along += line[j] * (x[j] - start[j]) / d
        for j in range(d):
            square_norm += (x[j] - start[j] - along * line[j]) ** 2
        summary[0], summary[1] = min(summary[0], f), max(summary[1], np.sqrt(square_norm))
        if r < records.size and t == records[r]:
            losses[r] = f
            r += 1
        if t < drawn.size:
            for j in range(d):
                mean[j] += x[j] / drawn.size
            move(x, e, g, p, out, lr / np.sqrt(t + 1.0) if decay else lr, kind, keep, sent, scale, zero)


@njit(cache=True, error_model="numpy")
def noisy_quadratic(h, noise, lr, arm, starts, gradient, sampled, memory, delta, value):
    """Runs of sum h x^2 / 2 with noise (runs, steps, k) on the first k entries of the gradient, lr (runs,).

    Before every step, (runs, steps): squared norms of the gradient and of the sampled one, f; after it the squared
    norm of the memory, and 1 - |C(p) - p|^2 / |p|^2 of the step.
    """
    kind, keep, sent, scale, _, zero = arm
    runs, steps, k = noise.shape
    d = h.size
    e, p, out, g = np.empty(d), np.empty(d), np.empty(d), np.empty(d)
    for run in range(runs):
        x = starts[run].copy()
        e[:] = 0.0
        for t in range(steps):
            slopes, samples, f, lost, energy, kept = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
            for i in range(d):
                g[i] = h[i] * x[i]
                f += g[i] * x[i] / 2
                slopes += g[i] * g[i]
            for i in range(k):
                g[i] += noise[run, t, i]
            move(x, e, g, p, out, lr[run], kind, keep, sent, scale, zero)
            for i in range(d):
                samples += g[i] * g[i]
                lost += (p[i] - out[i]) ** 2
                energy += p[i] * p[i]
                kept += e[i] * e[i]
            gradient[run, t], sampled[run, t], value[run, t] = slopes, samples, f
            memory[run, t], delta[run, t] = kept, 1 - lost / energy if energy > 0 else 1.0


@njit(cache=True, error_model="numpy")
def least_squares(columns, values, labels, d, lr, decay, arm, records, points, memories):
    """Full-batch descent on |A w - y|^2 / (2 n) from 0; row i of A has values (n, width) in columns (n, width).

    points (records, d), memories (records,): w and the norm of the memory after so many steps
    """
    kind, keep, sent, scale, momentum, zero = arm
    n, width = columns.shape
    w, e, p, out, g, m = np.zeros(d), np.zeros(d), np.empty(d), np.empty(d), np.empty(d), np.zeros(d)
    r = 0
    for t in range(records[-1] + 1):
        if t == records[r]:
            points[r] = w
            memories[r] = np.sqrt((e * e).sum())
            r += 1
        g[:] = 0.0
        for i in range(n):
            residual = -labels[i]
            for j in range(width):
                residual += values[i, j] * w[columns[i, j]]
            for j in range(width):
                g[columns[i, j]] += values[i, j] * residual / n
        if momentum > 0:
            for i in range(d):
                m[i] = momentum * m[i] + (1 - momentum) * g[i]
                g[i] = m[i]
        move(w, e, g, p, out, lr / np.sqrt(t + 1.0) if decay else lr, kind, keep, sent, scale, zero)


@njit(inline="always")
def densities(v):
    """|v|_1^2 / (d |v|_2^2), and the wrong |v|_1 / (d max |v|)."""
    total, square, top = np.float32(0), np.float32(0), np.float32(0)
    for i in range(v.size):
        size = abs(v[i])
        total += size
        square += size * size
        top = max(top, size)
    return total * total / (v.size * square), total / (v.size * top)


@njit(cache=True, error_model="numpy", fastmath=FAST)
def perceptrons(theta, widths, ends, x, labels, rows, shrink, lr, momentum, fresh, arm, records, points, phi):
    """Train perceptrons (relu, cross-entropy) from theta (runs, parameters), in place; each tensor is compressed alone.

    ends: of the tensors in theta;  labels (runs, n);  rows (runs, steps, batch);  shrink (parameters,): weight decay
    lr (steps,);  momentum, fresh: m = momentum m + fresh g in place of g
    points (records, runs, parameters): theta after so many steps
    phi (runs, steps, 3): densities of the first tensor of g (or m) and of p, and that of p by the wrong norm
    """
    kind, keep, sent, scale, _, zero = arm
    runs, steps, batch = rows.shape
    size = theta.shape[1]
    g, p, out = np.empty(size, np.float32), np.empty(size, np.float32), np.empty(size, np.float32)
    held, back = np.empty(batch * widths.sum(), np.float32), np.empty((2, batch * widths.max()), np.float32)
    shares, values = np.full(batch, 1 / batch).astype(np.float32), np.zeros((0, 0), np.float32)
    for run in range(runs):
        w, m, e, r = theta[run], np.zeros(size, np.float32), np.zeros(size, np.float32), 0
        for t in range(steps + 1):
            if t == records[r]:
                points[r, run] = w
                r += 1
            if t == steps:
                break
            taken = rows[run, t]
            backpropagate(w, widths, True, 1, x, labels[run], values, taken, taken, shares, held, back, g)
            for i in range(size):
                g[i] += shrink[i] * w[i]
                if momentum > 0:
                    m[i] = momentum * m[i] + fresh * g[i]
                    g[i] = m[i]
            low = 0
            for high in ends:
                part = slice(low, high)
                move(w[part], e[part], g[part], p[part], out[part], lr[t], kind, keep, sent, scale, zero)
                low = high
            phi[run, t, 0], _ = densities(g[: ends[0]])
            phi[run, t, 1], phi[run, t, 2] = densities(p[: ends[0]])
