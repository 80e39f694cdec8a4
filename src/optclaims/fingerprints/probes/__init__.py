"""The twelve probes, in the order of a fingerprint."""

from optclaims.fingerprints.probe import Probe
from optclaims.fingerprints.probes.cost import Cost
from optclaims.fingerprints.probes.equivariance import Equivariance
from optclaims.fingerprints.probes.saddle import Saddle
from optclaims.fingerprints.probes.sign_trap import SignTrap
from optclaims.fingerprints.probes.stability import Stability

__all__ = ["PROBES"]

PROBES: tuple[Probe, ...] = (Equivariance(), Stability(), SignTrap(), Saddle(), Cost())
