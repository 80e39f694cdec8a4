"""The twelve probes, in the order of a fingerprint."""

from optclaims.fingerprints.probe import Probe
from optclaims.fingerprints.probes.batch import Batch
from optclaims.fingerprints.probes.bias import Bias
from optclaims.fingerprints.probes.cost import Cost
from optclaims.fingerprints.probes.edge import Edge
from optclaims.fingerprints.probes.equivariance import Equivariance
from optclaims.fingerprints.probes.heavy_tails import HeavyTails
from optclaims.fingerprints.probes.memory import Memory
from optclaims.fingerprints.probes.online import Online
from optclaims.fingerprints.probes.risk import Risk
from optclaims.fingerprints.probes.saddle import Saddle
from optclaims.fingerprints.probes.sign_trap import SignTrap
from optclaims.fingerprints.probes.stability import Stability

__all__ = ["PROBES"]

PROBES: tuple[Probe, ...] = (
    Equivariance(),
    Stability(),
    Batch(),
    HeavyTails(),
    Online(),
    SignTrap(),
    Edge(),
    Saddle(),
    Bias(),
    Memory(),
    Risk(),
    Cost(),
)
