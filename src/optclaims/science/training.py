r"""Training of a stack of runs, and streams of batches.

    network, loss = perceptron((64, 32, 10), "tanh"), mean_loss(network, CROSS_ENTROPY)
    batches = taken((x, y), drawn(rngs, len(x), batch=16))
    frame = train(loss, Adam(lr=1e-3), network.initial(rngs), batches, records=[0, 100, 1000],
                  measure=lambda theta: {"loss": loss(theta, x[None], y[None])})

gives one row a run and record: run, step, loss, diverged. Several arms, such as learning rates, are more runs:

    theta, batches = theta.repeat(3, 1), taken((x, y), drawn(...), arms=3)     # run = arm * seeds + seed
    rule = Adam(lr=np.repeat([1e-3, 1e-2, 1e-1], seeds)[:, None])

All arms of a seed then share start and batches, so their differences are paired. Plain perceptrons train many times
faster in `science.perceptrons`. Diverged runs follow `science.divergence`: they are recorded at the cap from then on.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice, repeat

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray
from torch import Tensor

from optclaims.science import divergence, domain
from optclaims.science.optimizers import Rule
from optclaims.science.optimizers.inplace import overwriting

__all__ = ["device_of", "drawn", "full", "gradient", "shuffled", "stacked", "taken", "tidy", "train"]

Loss = Callable[..., Tensor]
Measure = Callable[[Tensor], Mapping[str, Tensor]]


def train(
    loss: Loss, rule: Rule, theta: Tensor, batches: Iterable[tuple[Tensor, ...]], records: Sequence[int],
    measure: Measure, *, cap: float = divergence.CAP,
) -> pd.DataFrame:  # fmt: skip
    r"""Train all runs and return the tidy frame of what was measured: run, step, the measured columns, diverged.

    loss: (theta (runs, parameters), *batch) -> (runs,);  batches: one tuple a step, such as (x, y) from `taken`
    rule: hyperparameters are numbers, (runs, 1) arrays or schedules;  records: increasing step counts, 0 the start
    measure: theta -> {column: (runs,)}; the next step overwrites theta, so clone what is kept
    cap: a run is diverged once a column is not finite or above it; from then on that column holds the cap
    Raises ValueError where batches end before the last record, and for a start that is not finite.
    Domain: theta signed.

    >>> from optclaims.science.optimizers import SGD
    >>> loss = lambda theta: theta.square().sum(1) / 2
    >>> train(loss, SGD(0.5), torch.ones(1, 2), full(), [0, 1, 2], lambda theta: {"loss": loss(theta)})
       run  step    loss  diverged
    0    0     0  1.0000     False
    1    0     1  0.2500     False
    2    0     2  0.0625     False
    """
    records = [int(record) for record in domain.increasing("records", np.asarray(records), low=0)]
    theta = domain.finite("theta", theta, (None, None)).detach().clone()
    step = overwriting(rule)
    state, stream, columns, t, last = rule.start(theta), iter(batches), [], 0, theta
    for record in records:
        for batch in islice(stream, record - t):
            t += 1
            two = {"before": gradient(loss, last, *batch)} if rule.two_points and t > 1 else {}
            last, (theta, state) = theta, step(theta, gradient(loss, theta, *batch), state, t, **two)
        if t < record:
            raise ValueError(f"batches must last for {record} steps, got {t}")
        with torch.no_grad():
            columns.append({name: np.asarray(values.double().cpu()) for name, values in measure(theta).items()})
    measured = {name: np.stack([column[name] for column in columns]) for name in columns[0]}
    return tidy(records, measured, cap=cap)


def gradient(loss: Loss, theta: Tensor, *batch: Tensor) -> Tensor:
    """Gradient (runs, parameters) of each run's own loss; what is not finite there comes back as it is.

    Domain: theta signed, infinite, NaN, any shape.

    >>> gradient(lambda theta: theta.square().sum(1), torch.tensor([[1.0], [2.0]]))
    tensor([[2.],
            [4.]])
    """
    theta = theta.detach().requires_grad_()
    return torch.autograd.grad(loss(theta, *batch).sum(), theta)[0]  # a sum: no run sees the number of the others


def tidy(records: Sequence[int], measured: Mapping[str, NDArray], *, cap: float = divergence.CAP) -> pd.DataFrame:
    """Long table of columns (records, runs): run, step, the columns, capped, and diverged; runs one after the other.

    >>> tidy([0, 5], {"loss": np.array([[1.0], [np.nan]])}, cap=100.0)
       run  step   loss  diverged
    0    0     0    1.0     False
    1    0     5  100.0      True
    """
    domain.increasing("records", records, low=0)
    lost = np.logical_or.reduce([divergence.diverged(values, cap) for values in measured.values()])
    run, step = (axis.ravel() for axis in np.meshgrid(range(lost.shape[1]), records, indexing="ij"))
    columns = {name: divergence.capped(values, cap).T.ravel() for name, values in measured.items()}
    return pd.DataFrame({"run": run, "step": step, **columns, "diverged": lost.T.ravel()})


def drawn(rngs: Sequence[np.random.Generator], n: int, batch: int) -> Iterator[NDArray[np.int64]]:
    """Yield rows (runs, batch) of n samples, drawn with replacement, for ever.

    >>> next(drawn([np.random.default_rng(0)], 10, 4)).shape
    (1, 4)
    """
    n, batch = domain.integer("n", n, low=1, shape=()), domain.integer("batch", batch, low=1, shape=())
    return (np.stack([rng.integers(n, size=batch) for rng in rngs]) for _ in repeat(None))


def shuffled(
    rngs: Sequence[np.random.Generator], samples: int | NDArray[np.int64], batch: int
) -> Iterator[NDArray[np.int64]]:
    """Yield rows (runs, batch) of one freshly shuffled epoch after the other; an incomplete last batch is dropped.

    samples: their number, or the rows (runs, n) that each run may see.

    >>> stream = shuffled([np.random.default_rng(0)], 4, 2)
    >>> sorted(np.concatenate([next(stream), next(stream)], axis=1)[0].tolist())
    [0, 1, 2, 3]
    """
    samples = domain.integer("samples", samples, low=1 if np.ndim(samples) == 0 else 0)
    domain.shape("samples", samples, () if np.ndim(samples) == 0 else (len(rngs), None))
    own = [np.arange(samples)] * len(rngs) if np.ndim(samples) == 0 else list(samples)
    domain.integer("batch", batch, low=1, high=min(map(len, own)), shape=())

    def epochs(rng: np.random.Generator, rows: NDArray) -> Iterator[NDArray]:
        while True:
            order = rng.permutation(rows)
            yield from order[: len(order) // batch * batch].reshape(-1, batch)

    return map(np.stack, zip(*map(epochs, rngs, own), strict=True))


def full() -> Iterator[tuple[()]]:
    """Yield empty batches, for losses that hold all their data.

    >>> next(full())
    ()
    """
    return repeat(())


def taken(data: Sequence[Tensor], rows: Iterable[NDArray], *, arms: int = 1) -> Iterator[tuple[Tensor, ...]]:
    """Yield the batches (arms * runs, batch, ...) of each tensor (n, ...) in data, at the rows (runs, batch) of a step.

    Domain: data signed, infinite, NaN, any shape.

    >>> x = torch.arange(10.0)
    >>> next(taken((x, x**2), iter([np.array([[0, 9]])]), arms=3))[1].shape
    torch.Size([3, 2])
    """
    arms = domain.integer("arms", arms, low=1, shape=())

    def batch(chosen: NDArray) -> tuple[Tensor, ...]:
        at = torch.as_tensor(chosen, device=data[0].device)
        return tuple(part[at].repeat(arms, *[1] * part.ndim) for part in data)

    return map(batch, rows)


def stacked(rows: Iterable[NDArray], steps: int) -> NDArray[np.int64]:
    """Rows (runs, steps, batch) of so many steps of a stream, for `science.perceptrons`.

    Raises ValueError where the stream ends before.

    >>> stacked(iter([np.array([[0, 9]]), np.array([[3, 3]])]), 2)
    array([[[0, 9],
            [3, 3]]])
    """
    found = list(islice(rows, domain.integer("steps", steps, low=1, shape=())))
    if len(found) < steps:
        raise ValueError(f"rows must last for {steps} steps, got {len(found)}")
    return np.stack(found, axis=1)


def device_of(name: str) -> str:
    """Device "cpu" or "cuda"; "auto" is a GPU where there is one.

    >>> device_of("cpu")
    'cpu'
    """
    domain.one_of("device", name, ("cpu", "cuda", "auto"))
    return ("cuda" if torch.cuda.is_available() else "cpu") if name == "auto" else name
