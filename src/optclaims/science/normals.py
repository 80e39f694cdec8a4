"""Standard normals in float32, generated inside compiled kernels about as fast as they can be consumed.

NumPy's ziggurat branches on every draw, which no compiler can vectorise, and it is the bottleneck of every streaming
simulation. Here `LANES` independent xoshiro128++ generators (Blackman and Vigna, public domain) advance side by side,
and a branch-free Box-Muller transform turns each pair of words into two normals.

Limits. The radius comes from a 31-bit uniform, so no draw exceeds `MAX_NORMAL`, about 6.66 standard deviations, and
beyond about 5.9 (an event of probability 4e-9) the uniform has fewer than 16 values left: what depends on rarer events
needs `numpy.random.Generator`. Numba's cache does not notice that an inlined function has changed: after an edit here,
delete the cached kernels (`__pycache__/*.nb?`) of the modules that use it. Between instruction sets a draw can differ
in its last bits.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from optclaims.science.domain import integer
from optclaims.science.kernels import njit

__all__ = ["BLOCK", "LANES", "MAX_NORMAL", "fill", "fill_rows", "standard_normal", "states"]

LANES = 32
BLOCK = 2 * LANES
"""Normals per step of all lanes: an array to fill has a multiple of this many entries."""
MAX_NORMAL = float(np.sqrt(2 * 32 * np.log(2)))

f32, u32, i32 = np.float32, np.uint32, np.int32
# No nnan or ninf: a divergent run must stay recognisable in the kernels that inline this.
FAST = {"reassoc", "contract", "nsz", "arcp", "afn"}
inline = njit(fastmath=FAST, error_model="numpy", inline="always")


def states(rng: np.random.Generator, streams: int) -> NDArray[np.uint32]:
    """States of independent streams, (streams, 4, LANES); stream i does not depend on how many are asked for.

    Each is seeded by a child of the generator's `SeedSequence`, so asking twice gives different streams.

    >>> states(np.random.default_rng(0), streams=3).shape
    (3, 4, 32)
    """
    streams = integer("streams", streams, low=0, shape=())
    children = rng.bit_generator.seed_seq.spawn(streams)
    words = [child.generate_state(4 * LANES, np.uint32).reshape(4, LANES) for child in children]
    return np.array(words, np.uint32).reshape(streams, 4, LANES)


@inline
def advance(state: Any, words: Any) -> None:
    """One xoshiro128++ step of every lane; the outputs go to words (LANES,)."""
    for lane in range(LANES):
        s0, s1, s2, s3 = state[0, lane], state[1, lane], state[2, lane], state[3, lane]
        total = u32(s0 + s3)
        words[lane] = u32(u32(u32(total << u32(7)) | u32(total >> u32(25))) + s0)
        s2 ^= s0
        s3 ^= s1
        state[0, lane] = s0 ^ s3
        state[1, lane] = s1 ^ s2
        state[2, lane] = s2 ^ u32(s1 << u32(9))
        state[3, lane] = u32(s3 << u32(11)) | u32(s3 >> u32(21))


@inline
def log_uniform(u: Any) -> Any:
    """Natural logarithm of u in (0, 1]: exponent plus 2 artanh((m - 1) / (m + 1)) of the mantissa m in [0.71, 1.41)."""
    bits = f32(u).view(i32)
    exponent = i32(i32(bits - i32(0x3F3504F3)) >> i32(23))
    m = i32(bits - i32(exponent << i32(23))).view(f32)
    f = (m - f32(1)) / (m + f32(1))
    q = f * f
    series = f32(2) + q * (f32(0.66666816) + q * (f32(0.39974757) + q * f32(0.29926513)))
    return f32(exponent) * f32(0.6931472) + f * series


@inline
def box_muller(radius_word: Any, angle_word: Any) -> tuple[Any, Any]:
    """Two random words to two independent normals: radius from the first, angle and a common sign from the second.

    The angle covers half a circle only, [-pi/2, pi/2), where short polynomials suffice; the sign gives the other half.
    """
    u = (f32(i32(radius_word >> u32(1))) + f32(0.5)) * f32(2.0**-31)
    # Setting the sign by a bit mask (lowest bit of the second word) is what keeps the loop over lanes free of branches.
    length = f32(np.sqrt(f32(-2) * log_uniform(u))).view(u32)
    radius = u32(length | u32(angle_word << u32(31))).view(f32)
    angle = f32(i32(i32(angle_word) >> i32(1))) * f32(np.pi * 2.0**-31)
    q = angle * angle
    sine = f32(1) + q * (f32(-0.16666658) + q * (f32(8.333051e-3) + q * (f32(-1.9809075e-4) + q * f32(2.6052248e-6))))
    cosine = f32(1) + q * (f32(-0.49999905) + q * (f32(4.1663585e-2) + q * (f32(-1.3853704e-3) + q * f32(2.315393e-5))))
    return radius * cosine, radius * (angle * sine)


@njit(fastmath=FAST, error_model="numpy", cache=True)
def fill(state: Any, out: Any) -> None:
    """Fill out, (n,) float32 with n a multiple of `BLOCK`, from one stream's state (4, LANES), which moves on."""
    radius, angle = np.empty(LANES, u32), np.empty(LANES, u32)
    for start in range(0, out.size, BLOCK):
        advance(state, radius)
        advance(state, angle)
        # Slices, not computed offsets: the compiler then sees that left and right do not overlap.
        left, right = out[start : start + LANES], out[start + LANES : start + BLOCK]
        for lane in range(LANES):
            left[lane], right[lane] = box_muller(radius[lane], angle[lane])


@njit(cache=True, nogil=True)
def fill_rows(state: Any, out: Any) -> None:
    """Fill row i of out (streams, n), n a multiple of `BLOCK`, from stream i of state (streams, 4, LANES)."""
    for i in range(out.shape[0]):
        fill(state[i], out[i])


def standard_normal(rng: np.random.Generator, size: int) -> NDArray[np.float32]:
    """Independent standard normals, (size,) float32, from one fresh stream.

    >>> standard_normal(np.random.default_rng(0), size=5).shape
    (5,)
    """
    size = integer("size", size, low=0, shape=())
    out = np.empty(-(-size // BLOCK) * BLOCK, f32)
    fill(states(rng, 1)[0], out)
    return out[:size]
