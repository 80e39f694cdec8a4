"""Named random streams: every random number of a run has an address, and no stream is used twice."""

import hashlib
import json

import numpy as np


def stream(seed: int, *address: object) -> np.random.Generator:
    """Return the generator that belongs to an address such as ("paper", "experiment", "training data").

    The address is hashed into the spawn key of a ``SeedSequence``, so streams of different names, papers or sweep
    points are independent, and adding a stream changes no other.

    seed: non-negative integer of the whole run. address: anything that JSON can write, compared by value.
    """
    digest = hashlib.sha256(json.dumps(address, sort_keys=True).encode()).digest()
    spawn_key = tuple(int(word) for word in np.frombuffer(digest, "<u4"))
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=spawn_key))
