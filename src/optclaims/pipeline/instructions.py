"""One level of vector instructions for every library of a job: the same bytes on any x86-64 processor.

NumPy, OpenBLAS, MKL, oneDNN, torch and numba each pick the widest instructions that the processor has, and other widths
add in another order. They read the environment when they are loaded, so `environment` is set before the kernel starts;
`in_force` asks what is loaded which instructions it really uses. Levels are those of the x86-64 ABI: ``x86-64-v2`` has
SSE4.2, ``x86-64-v3`` adds AVX2 and fused multiply-add.
"""

from __future__ import annotations

import ctypes
import json
import os
import platform
import sys
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Instructions = Literal["fixed", "native", "v2"]
RECORD = "instructions.json"

# NumPy's names of what a level has, whether a version names single extensions or whole levels.
_V2 = frozenset({"SSE", "SSE2", "SSE3", "SSSE3", "SSE41", "SSE42", "POPCNT", "CX16", "LAHF", "X86_V2"})
_V3 = _V2 | {"AVX", "AVX2", "F16C", "FMA3", "BMI", "BMI2", "LZCNT", "MOVBE", "X86_V3"}
# What makes a processor one of a level: either name of NumPy's.
_MARKS = {"x86-64-v3": ({"X86_V3"}, {"AVX2", "FMA3"}), "x86-64-v2": ({"X86_V2"}, {"SSE42", "POPCNT"})}


@dataclass(frozen=True)
class Level:
    """How each library calls a level. numpy: the names it may keep; the others: values of their variables."""

    numpy: frozenset[str]
    openblas: str
    aten: str
    onednn: str
    others: Mapping[str, str]


LEVELS = {
    # Of MKL's branches only this one is the same on processors of all makers: its AVX2 is another on AMD than on Intel.
    "x86-64-v3": Level(_V3, "Haswell", "avx2", "AVX2", {"MKL_CBWR": "COMPATIBLE"}),
    "x86-64-v2": Level(
        _V2,
        "Nehalem",
        "default",
        "SSE41",
        # The C library picks fused exp, log, sin by itself; here it is told not to, as on a processor without them.
        {"MKL_ENABLE_INSTRUCTIONS": "SSE4_2", "GLIBC_TUNABLES": "glibc.cpu.hwcaps=-AVX2,-FMA,-FMA4"},
    ),
}


def environment(instructions: Instructions = "fixed") -> dict[str, str]:
    """Return the variables that hold every library at one level, to be set before any of them is loaded.

    ``fixed`` is x86-64-v3, ``v2`` is x86-64-v2; a processor without that level gets the next lower one, and one that
    is no x86-64 (or ``native``) nothing. NumPy is asked which of its groups exist and can be disabled.

    >>> environment("native")
    {}
    """
    if instructions == "native" or platform.machine().lower() not in ("x86_64", "amd64"):
        return {}
    kept, found = _numpy_groups()
    name = _level({"fixed": "x86-64-v3", "v2": "x86-64-v2"}[instructions], kept | found)
    return settings(name, found) if name else {}


def settings(name: str, found: Collection[str]) -> dict[str, str]:
    """Return the variables of a level; found: NumPy's groups that this processor has and that can be disabled.

    >>> settings("x86-64-v3", ["X86_V3", "X86_V4", "AVX512_ICL"])["NPY_DISABLE_CPU_FEATURES"]
    'AVX512_ICL X86_V4'
    """
    level = LEVELS[name]
    return {
        "NPY_DISABLE_CPU_FEATURES": " ".join(sorted(set(found) - level.numpy)),
        "OPENBLAS_CORETYPE": level.openblas,
        "ATEN_CPU_CAPABILITY": level.aten,
        "ONEDNN_MAX_CPU_ISA": level.onednn,
        "NUMBA_CPU_NAME": name,
        # Else numba adds the features of this processor to those of the level.
        "NUMBA_CPU_FEATURES": "",
        **level.others,
    }


def _level(wanted: str, had: Collection[str]) -> str | None:
    """Return the wanted level if the processor has it, else the highest one below."""
    below = list(LEVELS)[list(LEVELS).index(wanted) :]
    return next((name for name in below if any(mark <= set(had) for mark in _MARKS[name])), None)


def _numpy_groups() -> tuple[set[str], set[str]]:
    """Return NumPy's groups that are always on, and those that this processor has and that can be disabled."""
    if "numpy" not in sys.modules:  # a caller's setting would hide what the processor has
        os.environ.pop("NPY_DISABLE_CPU_FEATURES", None)
    import numpy as np

    groups = np.show_config(mode="dicts").get("SIMD Extensions", {})
    return set(groups.get("baseline", [])), set(groups.get("found", []))


def in_force() -> dict[str, str]:
    """Return which instructions each loaded library uses, asked of the library itself.

    Nothing is loaded for it: a library that this process does not use is not in the answer.
    """
    return dict(sorted(pair for ask in (_numpy, _blas, _torch, _numba) for pair in ask()))


def _numpy() -> Iterator[tuple[str, str]]:
    if numpy := sys.modules.get("numpy"):
        groups = numpy.show_config(mode="dicts").get("SIMD Extensions", {})
        yield "numpy", (groups.get("found") or groups.get("baseline") or ["unknown"])[-1]


def _blas() -> Iterator[tuple[str, str]]:
    from threadpoolctl import threadpool_info

    for library in threadpool_info():
        if library["user_api"] == "blas":
            yield library["internal_api"], str(library.get("architecture", "unknown"))


def _torch() -> Iterator[tuple[str, str]]:
    if torch := sys.modules.get("torch"):
        yield "torch", torch.backends.cpu.get_cpu_capability()
        if torch.backends.mkl.is_available():
            yield "mkl", _mkl(Path(torch.__file__).parent / "lib")


def _mkl(folder: Path) -> str:
    """Ask the MKL inside torch; its answer has no documented name, so it may be missing one day."""
    names = {0: "COMPATIBLE", 3: "SSE4_2", 4: "AVX", 5: "AVX2", 7: "AVX512"}
    try:
        (library,) = folder.glob("libtorch_cpu.so")
        code = ctypes.CDLL(str(library)).mkl_serv_cpu_detect()
    except (ValueError, OSError, AttributeError):
        return "unknown"
    return names.get(code, str(code))


def _numba() -> Iterator[tuple[str, str]]:
    if numba := sys.modules.get("numba"):
        from llvmlite import binding

        yield "numba", numba.config.CPU_NAME or binding.get_host_cpu_name()


def record(folder: Path) -> None:
    """Leave in a folder which instructions were in force, for who takes the work over."""
    (folder / RECORD).write_text(json.dumps(in_force()), encoding="utf-8")


def taken(folder: Path) -> dict[str, str]:
    """Return what `record` left in a folder, and remove it; nothing was left by what used no library."""
    path = folder / RECORD
    found = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    path.unlink(missing_ok=True)
    return found
