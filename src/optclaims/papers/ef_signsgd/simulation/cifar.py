"""VGG19 on CIFAR-10 at the paper's sizes: momentum, error feedback, scaled sign, Signum (read in the authors' code)."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from optclaims.papers.ef_signsgd.simulation.digits import densities
from optclaims.science import domain, image_runs, networks
from optclaims.science.datasets import Split
from optclaims.science.optimizers import SGD, ErrorFeedback, HeavyBall, Rule, ScaledSign, Signum, compressors
from optclaims.science.optimizers.rule import Array
from optclaims.science.optimizers.schedules import Drops

__all__ = ["VGG19", "train"]

FOUR = (256,) * 4, (512,) * 4, (512,) * 4
VGG19 = (64, 64, "pool", 128, 128, "pool", *FOUR[0], "pool", *FOUR[1], "pool", *FOUR[2], "pool")
WEIGHT_DECAY = 5e-4


class Watched(compressors.ScaledSign):
    """The scaled sign, which notes the density of the second convolution's part of every step that it compresses."""

    def __call__(self, vector: Array, t: int) -> Array:
        """Return the compressed vector."""
        first = sum(self.sizes[:2])
        part = np.asarray(vector[..., first : first + self.sizes[2]].detach().cpu())
        self.seen.append((t, *(float(kind[0]) for kind in densities(part))))
        return super().__call__(vector, t)


def rule(name: str, lr: float, batch: int, epochs: int, samples: int, sizes: tuple[int, ...]) -> Rule:
    """The method with its rate at batch 128, scaled by batch/128, a tenth of it after half and three quarters."""
    steps = samples // batch
    schedule = Drops(lr * batch / 128, (steps * epochs // 2, steps * epochs * 3 // 4))
    compress = Watched(sizes)
    object.__setattr__(compress, "seen", [])
    return {
        "SGD, momentum": HeavyBall(schedule, 0.9),
        "EF, scaled sign": ErrorFeedback(SGD(schedule), compress),
        "scaled sign": ScaledSign(schedule, sizes),
        "sign, momentum": Signum(schedule, 0.9),
    }[name]


def train(
    data: Split, rates: Mapping[str, float], rngs: Sequence[np.random.Generator], batch: int, *, epochs: int = 200,
    every: int = 10, plan: Sequence[int | str] = VGG19, device: str = "auto", limit: int = 0,
) -> tuple[pd.DataFrame, pd.DataFrame]:  # fmt: skip
    """Train every method from every generator; both frames are as of `digits.train` (without the densities of g).

    limit: stop every run after so many steps, 0 for none (a trial)

    Domain: plan any length.

    >>> pixels, labels = np.random.default_rng(0).random((8, 3, 8, 8)), np.arange(8) % 2
    >>> small = {"plan": (2, 2, "pool"), "epochs": 4, "every": 4, "device": "cpu"}
    >>> data, rngs = (pixels, labels, pixels, labels), [np.random.default_rng(0)]
    >>> frame, phi = train(data, {"EF, scaled sign": 0.1}, rngs, 4, **small)
    >>> frame["method"].tolist(), len(phi)
    (['EF, scaled sign'], 8)
    """
    rngs = [domain.generator("rngs", rng) for rng in rngs]
    domain.positive("rates", list(rates.values()))
    epochs = domain.integer("epochs", epochs, low=2, shape=())
    for name in rates:
        domain.one_of("rates", name, ("SGD, momentum", "EF, scaled sign", "scaled sign", "sign, momentum"))
    batch = domain.integer("batch", batch, low=1, high=len(data[0]), shape=())
    classes = int(np.max(data[1])) + 1
    network = networks.convolutional(tuple(data[0].shape[1:]), plan, classes, normalisation="batch")
    sizes = tuple(size for layer in network.layers for size in (layer.inputs * layer.outputs, layer.outputs))
    own = {"batch": batch, "epochs": epochs, "every": every, "device": device, "limit": limit}
    frames, watched = [], []
    for run, rng in enumerate(rngs):
        for name, lr in rates.items():
            made = rule(name, lr, batch, epochs, len(data[0]), sizes)
            again = np.random.default_rng(rng.bit_generator.seed_seq)  # the same start and batches for every method
            frame = image_runs.classify(network, made, data, again, weight_decay=WEIGHT_DECAY, **own)
            frames.append(frame.assign(method=name, run=run))
            if isinstance(made, ErrorFeedback):
                seen = pd.DataFrame(made.compress.seen, columns=["t", "p", "wrong"])
                watched.append(seen.assign(run=run, epoch=(seen.t - 1) // (len(data[0]) // batch), g=seen.p))
    return pd.concat(frames, ignore_index=True), pd.concat(watched, ignore_index=True) if watched else pd.DataFrame()
