"""What a public function may be asked: each check returns its value, or raises a ValueError that names argument,
what is allowed and what came.

Numbers, lists, NumPy arrays and torch tensors are taken. A number comes back as a number and a tensor as it is; lists
and whole numbers in arrays come back as floating-point arrays. A check holds for every entry, and `shape=()` asks for
a single number: `lr = positive("lr", lr, shape=())`.
"""

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

__all__ = [
    "at_least",
    "broadcastable",
    "covariance",
    "finite",
    "function",
    "generator",
    "increasing",
    "integer",
    "nonnegative",
    "one_of",
    "positive",
    "probability",
    "shape",
    "symmetric",
    "vector",
    "within",
]

Shape = tuple[Any, ...]
SHOWN = 80  # characters of a value in a message


def finite(name: str, x: Any, shape: Shape | None = None) -> Any:
    """Return x, all of whose entries are finite real numbers.

    shape: what `shape` below takes; None for any.

    >>> finite("target", [1, 2.5])
    array([1. , 2.5])
    >>> finite("target", float("nan"))
    Traceback (most recent call last):
    ValueError: target must be finite, got nan
    """
    return _interval(name, x, shape, "finite")


def positive(name: str, x: Any, shape: Shape | None = None, *, infinite: bool = False) -> Any:
    """Return x > 0; with `infinite`, infinity is allowed too.

    >>> positive("lr", 0.1)
    0.1
    >>> positive("lr", -1)
    Traceback (most recent call last):
    ValueError: lr must be positive and finite, got -1
    """
    allowed = "positive" if infinite else "positive and finite"
    return _interval(name, x, shape, allowed, low=0.0, ends="()", infinite=infinite)


def nonnegative(name: str, x: Any, shape: Shape | None = None, *, infinite: bool = False) -> Any:
    """Return x >= 0; with `infinite`, infinity is allowed too.

    >>> nonnegative("variances", [0.0, 1.0])
    array([0., 1.])
    """
    allowed = "nonnegative" if infinite else "nonnegative and finite"
    return _interval(name, x, shape, allowed, low=0.0, infinite=infinite)


def at_least(name: str, x: Any, low: float, shape: Shape | None = None) -> Any:
    """Return x >= low, finite.

    >>> at_least("T", 3.0, 1)
    3.0
    """
    return _interval(name, x, shape, f"at least {low:g} and finite", low=low)


def within(name: str, x: Any, low: float, high: float, ends: str = "[]", shape: Shape | None = None) -> Any:
    """Return x between low and high; `ends` says which of them are allowed: "[]", "[)", "(]" or "()".

    >>> within("angle", 0.5, 0, 1, "[)")
    0.5
    >>> within("angle", [0.5, 1], 0, 1, "[)")
    Traceback (most recent call last):
    ValueError: angle must lie in [0, 1), got 1.0 at [1]
    """
    allowed = f"in {ends[0]}{low:g}, {high:g}{ends[1]}"
    return _interval(name, x, shape, f"lie {allowed}", low=low, high=high, ends=ends, verb="must")


def probability(name: str, x: Any, ends: str = "[]", shape: Shape | None = None) -> Any:
    """Return x between 0 and 1; `ends` as in `within`: a momentum or an averaging constant has "[)".

    >>> probability("beta2", 0.999, "[)")
    0.999
    >>> probability("beta2", 1.0, "[)")
    Traceback (most recent call last):
    ValueError: beta2 must lie in [0, 1), got 1.0
    """
    return within(name, x, 0, 1, ends, shape)


def integer(name: str, x: Any, low: int | None = None, high: int | None = None, shape: Shape | None = None) -> Any:
    """Return x as int, or as an array of int64, not below `low` and not above `high`.

    >>> integer("steps", 10.0, low=1)
    10
    >>> integer("steps", 2.5, low=1)
    Traceback (most recent call last):
    ValueError: steps must be an integer, at least 1, got 2.5
    """
    limits = [f"at least {low}"] * (low is not None) + [f"at most {high}"] * (high is not None)
    allowed = ", ".join(["an integer", *limits])
    if isinstance(x, int) and not isinstance(x, bool):  # whole numbers of any size stay exact
        _refuse_unless(np.asarray((low is None or x >= low) and (high is None or x <= high)), name, allowed, x)
        _shape_of(name, np.asarray(x, object), shape)
        return x
    values = _numbers(name, x, allowed)
    good = np.isfinite(values) & (values == np.floor(values)) & (np.abs(values) < 2**63)
    good &= (values >= (-np.inf if low is None else low)) & (values <= (np.inf if high is None else high))
    _refuse_unless(good, name, allowed, x)
    _shape_of(name, values, shape)
    return int(values) if values.ndim == 0 else np.asarray(x).astype(np.int64)


def shape(name: str, x: Any, shape: Shape) -> Any:
    """Return x of the given shape: a number is a length, None any length, equal letters equal lengths, and a leading
    ... any number of axes.

    >>> shape("K", np.eye(3), ("d", "d")).shape
    (3, 3)
    >>> shape("start", np.ones(2), (3,))
    Traceback (most recent call last):
    ValueError: start must have shape (3,), got shape (2,)
    """
    x = x if hasattr(x, "shape") else _numbers(name, x, "numbers")
    _shape_of(name, x, shape)
    return x


def vector(name: str, x: Any, size: int | None = None) -> Any:
    """Return a finite x of shape (size,), not empty; any length for None.

    >>> vector("start", [1, 2])
    array([1., 2.])
    """
    x = finite(name, x, (size,))
    if size is None and len(x) == 0:
        raise ValueError(f"{name} must hold at least one number, got none")
    return x


def increasing(name: str, x: Any, low: float | None = None, high: float | None = None, *, strict: bool = True) -> Any:
    """Return a finite x (n,), n >= 1, whose entries increase (`strict`) or do not decrease, within [low, high].

    >>> increasing("times", [0, 1, 4], low=0)
    array([0., 1., 4.])
    >>> increasing("times", [1, 1])
    Traceback (most recent call last):
    ValueError: times must increase, got 1.0 after 1.0
    """
    x = vector(name, x)
    values = _numbers(name, x, "numbers")
    steps = np.diff(values)
    bad = np.flatnonzero(steps <= 0 if strict else steps < 0)
    if bad.size:
        word = "increase" if strict else "not decrease"
        raise ValueError(f"{name} must {word}, got {values[bad[0] + 1]!s} after {values[bad[0]]!s}")
    if low is not None:
        at_least(name, x, low)
    if high is not None and values[-1] > high:
        raise ValueError(f"{name} must be at most {high:g}, got {values[-1]!s}")
    return x


def symmetric(name: str, x: Any, rtol: float = 1e-8) -> np.ndarray:
    """Return a finite symmetric matrix x (..., d, d), up to rtol times its largest entry.

    >>> symmetric("A", [[0, 1], [1, 0]])
    array([[0., 1.],
           [1., 0.]])
    """
    x = finite(name, x, (..., "d", "d"))
    gap = np.abs(x - np.swapaxes(x, -1, -2)).max(initial=0.0)
    if gap > rtol * np.abs(x).max(initial=0.0):
        raise ValueError(f"{name} must be symmetric, got entries that differ by {gap:g} from their mirror image")
    return x


def covariance(name: str, x: Any, *, definite: bool = True) -> np.ndarray:
    """Return a symmetric matrix x (d, d) that is positive definite; semidefinite is enough unless `definite`.

    >>> covariance("K", [[1, 2], [2, 1]])
    Traceback (most recent call last):
    ValueError: K must be positive definite, got a smallest eigenvalue of -1
    """
    x = symmetric(name, x)
    _shape_of(name, x, ("d", "d"))
    values = np.linalg.eigvalsh(x)
    rounding = len(x) * np.finfo(float).eps * max(values[-1], 0.0)
    if not values[0] > (rounding if definite else -10 * rounding - np.finfo(float).tiny):
        kind = "definite" if definite else "semidefinite"
        raise ValueError(f"{name} must be positive {kind}, got a smallest eigenvalue of {values[0]:.6g}")
    return x


def one_of(name: str, x: Any, allowed: Iterable[Any]) -> Any:
    """Return x, which is one of the allowed names or values.

    >>> one_of("method", "sgd", ("sgd", "adam"))
    'sgd'
    >>> one_of("method", "adm", ("sgd", "adam"))
    Traceback (most recent call last):
    ValueError: method must be one of 'sgd', 'adam', got 'adm'
    """
    allowed = tuple(allowed)
    # Of one type and hashable or not: an array compared with a name is never "one of".
    if not any(type(x) is type(a) and x == a for a in allowed if np.ndim(x) == np.ndim(a)):
        raise ValueError(f"{name} must be one of {', '.join(map(repr, allowed))}, got {_short(x)}")
    return x


def broadcastable(**arrays: Any) -> tuple[int, ...]:
    """Return the common shape of the named arrays.

    >>> broadcastable(lr=np.ones((5, 1)), start=np.ones(3))
    (5, 3)
    """
    shapes = {name: np.shape(x) for name, x in arrays.items()}
    try:
        return np.broadcast_shapes(*shapes.values())
    except ValueError:
        listed = ", ".join(f"{name} {shape}" for name, shape in shapes.items())
        raise ValueError(f"{' and '.join(shapes)} must have shapes that broadcast, got {listed}") from None


def generator(name: str, x: Any) -> np.random.Generator:
    """Return x, a `numpy.random.Generator`.

    >>> generator("rng", 7)
    Traceback (most recent call last):
    ValueError: rng must be a numpy.random.Generator, got 7
    """
    if not isinstance(x, np.random.Generator):
        raise ValueError(f"{name} must be a numpy.random.Generator, got {_short(x)}")
    return x


def function(name: str, x: Any) -> Callable:
    """Return x, a function.

    >>> function("loss", abs)
    <built-in function abs>
    """
    if not callable(x):
        raise ValueError(f"{name} must be a function, got {_short(x)}")
    return x


def _interval(
    name: str,
    x: Any,
    shape: Shape | None,
    allowed: str,
    low: float = -np.inf,
    high: float = np.inf,
    ends: str = "[]",
    infinite: bool = False,
    verb: str = "must be",
) -> Any:
    values = _numbers(name, x, allowed if verb == "must be" else f"a number that must {allowed}")
    above = values >= low if ends[0] == "[" else values > low
    below = values <= high if ends[1] == "]" else values < high
    good = above & below & np.isfinite(values)  # NaN compares false
    good = good | (values == np.inf) if infinite else good
    _refuse_unless(good, name, allowed, x, verb)
    _shape_of(name, values, shape)
    if hasattr(x, "detach"):
        return x
    if values.ndim == 0 and not isinstance(x, np.ndarray):
        return x if isinstance(x, (float, np.floating)) else float(values)
    return values


def _numbers(name: str, x: Any, allowed: str) -> np.ndarray:
    """Return x as a floating-point array, of its own precision if it has one."""
    x = x.detach().cpu().numpy() if hasattr(x, "detach") else x
    try:
        array = np.asarray(x)
        if array.dtype.kind in "fiub":
            return array if array.dtype.kind == "f" else array.astype(float)
        if array.dtype.kind == "O" and all(isinstance(entry, (int, float)) for entry in array.flat):
            return array.astype(float)
    except (ValueError, TypeError, OverflowError):  # rows of unequal length, numbers beyond floating point
        pass
    raise ValueError(f"{name} must be {allowed}, got {_short(x)}")


def _refuse_unless(good: np.ndarray, name: str, allowed: str, x: Any, verb: str = "must be") -> None:
    if np.all(good):
        return
    if np.ndim(good) == 0:
        raise ValueError(f"{name} {verb} {allowed}, got {_short(x)}")
    first = np.argwhere(~good)[0]
    values = x.detach().cpu().numpy() if hasattr(x, "detach") else np.asarray(x, float)
    raise ValueError(f"{name} {verb} {allowed}, got {values[tuple(first)]!s} at [{', '.join(map(str, first))}]")


def _shape_of(name: str, x: Any, wanted: Shape | None) -> None:
    if wanted is None:
        return
    given = tuple(x.shape)
    asked = wanted[1:] if wanted[:1] == (...,) else wanted
    fits = len(given) >= len(asked) if asked is not wanted else len(given) == len(asked)
    lengths: dict[str, int] = {}
    for length, want in zip(given[len(given) - len(asked) :], asked, strict=False):
        known = lengths.setdefault(want, length) if isinstance(want, str) else want
        fits = fits and known in (None, length)
    if not fits:
        text = ", ".join("..." if want is ... else "any" if want is None else str(want) for want in wanted)
        text = f"({text},)" if len(wanted) == 1 else f"({text})"
        raise ValueError(f"{name} must have shape {text}, got shape {given}" if wanted else _not_single(name, given))


def _not_single(name: str, given: tuple[int, ...]) -> str:
    return f"{name} must be a single number, got shape {given}"


def _short(x: Any) -> str:
    text = str(x) if isinstance(x, np.generic) else repr(x)
    return text if len(text) <= SHOWN else f"{text[: SHOWN - 3]}..."
