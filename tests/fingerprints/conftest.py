from pathlib import Path

import numpy as np
import pytest

from optclaims.fingerprints import record, subjects

OPTIMIZERS = Path(__file__).parent / "optimizers.py"


def own(name, **arguments):
    """Return an optimizer of the file beside this one."""
    return subjects.load(f"{OPTIMIZERS}:{name}", arguments)


def known(name, **arguments):
    place = "torch.optim" if name.startswith("torch.") else "optclaims.science.optimizers"
    return subjects.load(f"{place}.{name.removeprefix('torch.')}", arguments)


@pytest.fixture
def ask():
    """Return the answers of a probe, which must be numbers unless `reasons`."""

    def asked(probe, subject):
        return record.ask(probe, subject)[1]

    return asked


def near(estimate, value, within):
    """Whether a measured value is near the known one, and its interval says no less than it may."""
    assert np.isfinite([estimate.low, estimate.high]).all()
    return abs(estimate.value - value) < within
