"""The online problems, as sources of gradients; the images of the networks are in `problems.splits`."""

from optclaims.papers.amsgrad_counterexample.problems.online import (
    Source,
    drifting,
    given,
    periodic,
    random_signs,
    sample,
    sparse_signs,
    two_valued,
)

__all__ = ["Source", "drifting", "given", "periodic", "random_signs", "sample", "sparse_signs", "two_valued"]
