"""Compiled functions whose cache on disk is never stale: ``njit`` as numba's, but keyed by everything it compiles in.

numba renews a cached function when the file of that function changes, not when a function does that was compiled into
it from another file. Here the name of a cached function holds a hash of its file, of all that this file imports from
the package, and of numba's version, so an edit (or its reversal) anywhere below finds no old code. A cached file that
is damaged is removed and made anew.
"""

from __future__ import annotations

import hashlib
import inspect
import os
import pickle
import uuid
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import FunctionType

import numba
from numba.core.caching import FunctionCache
from numba.core.registry import CPUDispatcher
from numba.core.serialize import dumps

from optclaims.science import sources

SOURCE = Path(__file__).resolve().parents[2]
SHORT = 16  # hexadecimal digits of a hash in a file name


def njit(function: FunctionType | None = None, *, cache: bool = False, **options: object) -> Callable:
    """Compile a function as ``numba.njit`` does; with ``cache`` the machine code is kept and found by its sources.

    >>> @njit
    ... def twice(x):
    ...     return 2 * x
    >>> twice(21)
    42
    """
    if function is None:
        return lambda function: njit(function, cache=cache, **options)
    compiled = numba.njit(**options)(function)
    if cache and Path(inspect.getfile(function)).is_file():  # not one that was typed at a prompt
        with suppress(RuntimeError):  # no folder for a cache can be written
            compiled._cache = KernelCache(function)
    return compiled


class KernelCache(FunctionCache):
    """One file for each function, signature and state of the sources, beside numba's own: a checksum and the code."""

    def __init__(self, function: FunctionType) -> None:
        super().__init__(function)
        self._module = Path(inspect.getfile(function)).stem
        self._state = state(function)

    def file(self, signature: object, codegen: object) -> Path | None:
        """Return where a compiled signature is kept; None for one whose name does not outlive the process."""
        key = repr((signature, codegen.magic_tuple()))
        if " at 0x" in key:  # a function handed over as an argument
            return None
        digest = hashlib.sha256(key.encode() + _identity(self._py_func)).hexdigest()
        name = f"{self._module}.{self._py_func.__qualname__.replace('<locals>.', '')}"
        return Path(self.cache_path, f"{name}-{self._state}-{digest[:SHORT]}.nbc")

    def flush(self) -> None:
        """Forget every signature of this state."""
        for path in Path(self.cache_path).glob(f"{self._module}.*-{self._state}-*.nbc"):
            path.unlink(missing_ok=True)

    def _load_overload(self, sig: object, target_context: object) -> object | None:
        path = self.file(sig, target_context.codegen())
        try:
            content = path.read_bytes() if path else b""
        except OSError:
            return None
        payload = content[32:]
        if not payload or hashlib.sha256(payload).digest() != content[:32]:
            if content:
                path.unlink(missing_ok=True)
            return None
        return self._impl.rebuild(target_context, pickle.loads(payload))

    def _save_overload(self, sig: object, data: object) -> None:
        path = self.file(sig, data.codegen)
        if path is None or not self._impl.check_cachable(data):
            return
        payload = dumps(self._impl.reduce(data))
        part = path.with_name(f"{path.stem}-{uuid.uuid4().hex}.nbt")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            part.write_bytes(hashlib.sha256(payload).digest() + payload)
            os.replace(part, path)
            self._clear()
        except OSError:  # a full disk, or another process cleared up: the result does not need the cache
            with suppress(OSError):
                part.unlink(missing_ok=True)

    def _clear(self) -> None:
        """Remove what other states of the module's sources, and numba's own cache, have left."""
        for path in Path(self.cache_path).glob(f"{self._module}.*.nb?"):
            if f"-{self._state}-" not in path.name:
                path.unlink(missing_ok=True)


def state(function: FunctionType) -> str:
    """Return a hash of the sources of a function: its file, what that imports from the package, numba's version."""
    text = numba.__version__ + sources.fingerprint(Path(inspect.getfile(function)), SOURCE)
    return hashlib.sha256(text.encode()).hexdigest()[:SHORT]


def _identity(function: FunctionType) -> bytes:
    """Return what tells functions of one name apart: the code, and what it closes over, be it compiled functions."""
    parts = [function.__code__.co_code, str(function.__code__.co_firstlineno).encode()]
    for cell in function.__closure__ or ():
        value = cell.cell_contents
        inner = isinstance(value, CPUDispatcher)
        parts.append(state(value.py_func).encode() + _identity(value.py_func) if inner else dumps(value))
    return b"".join(hashlib.sha256(part).digest() for part in parts)
