"""Every public function of theory, simulation and science: its example runs, and it refuses each argument spoilt."""

import signal
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

import walk

SECONDS = 2
PUBLIC = [public for name in sorted(walk.modules()) for public in walk.of_module(name)]
DECLARED = {
    "a wrong sign": "signed",
    "infinity": "infinite",
    "NaN": "NaN",
    "a wrong shape": "any shape",
    "a wrong length": "any length",
    "an unknown name": "any name",
}


@pytest.mark.parametrize("public", PUBLIC, ids=lambda public: public.name)
def test_examples_run_and_spoilt_arguments_are_refused(public):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        calls = walk.example_calls(public)
        assert calls or walk.shown_only(public), f"{public.name} has no example: a >>> line that calls it"
        wrong = [complaint for call in calls for complaint in complaints(public, call)]
    assert not wrong, "\n".join([f"{public.name}:", *dict.fromkeys(wrong)])


def complaints(public: walk.Public, call) -> Iterator[str]:
    declared = public.declared
    unknown = set(declared) - set(walk.flattened(call))
    if unknown and not any(p.kind is p.VAR_KEYWORD for p in call.signature.parameters.values()):
        yield f"its domain speaks of {', '.join(sorted(unknown))}, which it does not take"
    for name, what, bad in walk.spoilt(public, call):
        word = DECLARED.get(what)
        excused = word in declared.get(name, ())
        if excused and word in ("any shape", "any length"):
            continue
        yield from (f"{name} with {what}: {text}" for text in outcome(public, call, name, what, bad, excused))


def outcome(public: walk.Public, call, name: str, what: str, bad: object, excused: bool) -> Iterator[str]:
    """Yield what is not as it should be when one argument is replaced by a bad value."""
    spoilt = walk.replaced(call, name, bad)
    # Of two arguments that no longer fit together, either may be blamed.
    blamed = walk.flattened(call) if what == "a wrong length" else [name]
    try:
        with at_most(SECONDS):
            public.function(*spoilt.args, **spoilt.kwargs)
    except ValueError as error:
        if excused:
            yield f"declared as allowed, but refused: {error}"
        elif not any(word in str(error) for word in blamed) or "got" not in str(error):
            yield f"the error does not say what was wrong: {error}"
    except TimeoutError:
        yield f"no answer within {SECONDS} seconds"
    except Exception as error:
        yield f"{type(error).__name__} instead of a ValueError: {error}"
    else:
        if not excused:
            yield "accepted"


@contextmanager
def at_most(seconds: float) -> Iterator[None]:
    def stop(*_: object) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
