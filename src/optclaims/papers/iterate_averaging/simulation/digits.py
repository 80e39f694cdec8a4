"""A perceptron on digits with noisy labels: test accuracy of the last iterate and of averages of the weights."""

from collections.abc import Iterator, Sequence
from itertools import islice, pairwise

import numpy as np
from numpy.typing import ArrayLike, NDArray

from optclaims.science import datasets, domain, perceptron_runs, training
from optclaims.science.compiled_rules import compiled, update
from optclaims.science.kernels import njit
from optclaims.science.optimizers import SGD, AdamW
from optclaims.science.perceptrons import FAST, backpropagate

__all__ = ["curve", "train"]

WIDTHS = (64, 64, 64, 10)
TRAIN, BATCH, REDRAWN = 600, 16, 0.2
DECAY = {"SGD": 0.01, "AdamW": 0.3}
STARTS = ("uniform", "normal")


def train(
    method: str, rates: ArrayLike, rngs: Sequence[np.random.Generator], *, decays: ArrayLike | None = None,
    epochs: int = 60, every: Sequence[int] = (1,), anneal: bool = False, start: str = "uniform",
) -> tuple[NDArray, NDArray]:  # fmt: skip
    r"""Return test accuracies of the last iterate (rates, runs) and of averages over the second half (every, rates,
    runs), of the iterates at every so many steps.

    A run is 600 digits, a fifth of their labels redrawn once, batches of 16; 64-64-64-10 units; the other digits are
    the test. method: "SGD" (decay times w is added to the gradient) or "AdamW", decay of all parameters.
    decays: of each rate, 0.01 and 0.3 unless given. rngs: one a run, which decides split, labels, start and batches,
    and stays as it is; all rates share them. anneal: the learning rate falls linearly to 0 over the second half.
    start: weights and biases uniform within $1/\sqrt{\text{inputs}}$ (torch), or weights normal of variance 2/inputs
    and no biases (He). Raises ValueError for parameters out of range.

    Domain: rates, decays any length; every any length

    >>> last, averages = train("SGD", [0.1], [np.random.default_rng(0)], decays=[0.1], epochs=2, every=(1, 5))
    >>> last.shape, averages.shape
    ((1, 1), (2, 1, 1))
    """
    runs = _Runs(method, rates, rngs, decays, epochs, every, anneal, start)
    *_, (theta, averages) = runs.epochs()
    found = [runs.scores(each)[1] for each in (theta, *averages)]
    return found[0], np.stack(found[1:])


def curve(
    method: str, rates: ArrayLike, rngs: Sequence[np.random.Generator], *, epochs: int = 60
) -> tuple[NDArray, NDArray]:  # fmt: skip
    """Return test losses and accuracies after every epoch, both (2, epochs, rates, runs): of the iterate and of the
    average since the middle, which is NaN before. Arguments and errors as for `train`.

    Domain: rates any length

    >>> losses, accuracies = curve("SGD", [0.1], [np.random.default_rng(0)], epochs=2)
    >>> losses.shape, bool(np.isnan(losses[1, 0, 0, 0]))
    ((2, 2, 1, 1), True)
    """
    runs, scores = _Runs(method, rates, rngs, None, epochs, (1,), False, "uniform"), []
    for theta, averages in runs.epochs():
        now = runs.scores(theta)
        scores.append((now, runs.scores(averages[0]) if len(averages) else np.full_like(now, np.nan)))
    losses, accuracies = np.moveaxis(np.array(scores), 2, 0)
    return np.swapaxes(losses, 0, 1), np.swapaxes(accuracies, 0, 1)


class _Runs:
    """Data, starts and settings of all runs: rates times streams, one rate after the other."""

    def __init__(self, method, rates, rngs, decays, epochs, every, anneal, start) -> None:
        domain.one_of("method", method, tuple(DECAY))
        rates = domain.vector("rates", domain.positive("rates", rates))
        decays = np.full(len(rates), DECAY[method]) if decays is None else domain.nonnegative("decays", decays)
        decays = domain.vector("decays", decays, len(rates))
        self.rngs = [np.random.default_rng(domain.generator("rngs", rng).bit_generator.seed_seq) for rng in rngs]
        self.method, self.anneal, self.tile = method, anneal, len(rates)
        self.lr, self.decay = (np.repeat(x, len(rngs))[:, None] for x in (rates, decays))
        self.epoch = TRAIN // BATCH
        self.steps = domain.integer("epochs", epochs, low=2, shape=()) * self.epoch
        self.half = self.steps // 2
        self.every = domain.integer("every", np.asarray(every), 1, self.steps - self.half, (None,))
        self._draw(domain.one_of("start", start, STARTS))

    def _draw(self, start: str) -> None:
        """Labels as each stream sees them, its orders of the images, and the starts."""
        x, self.labels = datasets.digits()
        self.x = np.ascontiguousarray(x, np.float32)
        self.orders = np.stack([rng.permutation(len(x)) for rng in self.rngs])
        n, truth = len(x), self.labels
        noisy = [np.where(rng.random(n) < REDRAWN, rng.integers(0, 10, n), truth) for rng in self.rngs]
        self.noisy = np.stack(noisy).astype(np.int64)
        scale = np.concatenate([np.full((a + 1) * b, a**-0.5) for a, b in pairwise(WIDTHS)])
        if start == "uniform":
            starts = [rng.uniform(-1, 1, len(scale)) * scale for rng in self.rngs]
        else:
            scale *= 2**0.5 * perceptron_runs.weights(WIDTHS)
            starts = [rng.standard_normal(len(scale)) * scale for rng in self.rngs]
        self.start = np.tile(np.stack(starts).astype(np.float32), (self.tile, 1))

    def epochs(self) -> Iterator[tuple[NDArray, NDArray]]:
        """Yield the weights after every epoch, and the averages so far (every, runs, weights), none before they begin.

        An average holds every so many iterates, counted back from the last.
        """
        theta, m, v = self.start.copy(), np.zeros_like(self.start), np.zeros_like(self.start)
        sums = np.zeros((len(self.every), *theta.shape), np.float32)
        rows = training.shuffled(self.rngs, self.orders[:, :TRAIN], BATCH)
        shares = np.full(BATCH, 1 / BATCH, np.float32)
        for done in range(0, self.steps, self.epoch):
            taken = np.stack(list(islice(rows, self.epoch)), axis=1)
            t = np.arange(done + 1, done + self.epoch + 1)
            counted = (t > self.half) & ((self.steps - t) % self.every[:, None] == 0)
            _train(theta, m, v, sums, np.array(WIDTHS), self.x, self.noisy, taken, shares, *self._numbers(t), counted)
            sizes = [len(range(self.steps, self.half, -each)) - (self.steps - t[-1]) // each for each in self.every]
            yield theta, sums / np.reshape(sizes, (-1, 1, 1)) if t[-1] > self.half and min(sizes) else sums[:0]

    def _numbers(self, t: NDArray) -> tuple[int, NDArray]:
        """Family and numbers of the rule at the steps t."""
        total = self.steps - self.half

        def lr(t: int) -> NDArray:
            return self.lr * min(1.0, (self.steps - t + 1) / total) if self.anneal else self.lr

        rule = SGD(lr) if self.method == "SGD" else AdamW(lr, weight_decay=self.decay)
        form = compiled(rule)
        table = form.table(t, len(self.lr))
        if self.method == "SGD":
            table[..., 5] = table[..., 0] * self.decay[:, 0].astype(np.float32)
        return form.family, table

    def scores(self, theta: NDArray) -> NDArray:
        """Loss and accuracy on the test digits, (2, rates, runs)."""
        labels, test = np.tile(self.labels, (len(theta), 1)), np.tile(self.orders[:, TRAIN:], (self.tile, 1))
        return np.reshape(perceptron_runs.scores(WIDTHS, theta, self.x, labels, test), (2, self.tile, -1))


@njit(cache=True, error_model="numpy", fastmath=FAST)
def _train(theta, m, v, sums, widths, x, labels, rows, shares, family, table, counted):
    """Run the steps of rows (streams, steps, batch) in place; add the iterates that are counted (every, steps)."""
    streams, steps, batch = rows.shape
    g, values = np.empty(theta.shape[1], np.float32), np.empty((0, 0), np.float32)
    held = np.empty(batch * widths.sum(), np.float32)
    back = np.empty((2, batch * widths.max()), np.float32)
    for run in range(len(theta)):
        w, stream = theta[run], run % streams
        for k in range(steps):
            now = rows[stream, k]
            backpropagate(w, widths, True, 1, x, labels[stream], values, now, now, shares, held, back, g)
            update(w, g, m[run], v[run], v[run], family, False, False, False, table[k, run])
            for i in range(len(sums)):
                if counted[i, k]:
                    for j in range(w.size):
                        sums[i, run, j] += w[j]
