import json
import os
import platform
import subprocess
import sys

import pytest

from optclaims.pipeline import instructions
from optclaims.pipeline.instructions import LEVELS, environment, settings, taken

X86 = platform.machine().lower() in ("x86_64", "amd64")
HERE = instructions._numpy_groups()
ASK = """
import json, numba, numpy
{}
from optclaims.pipeline.instructions import in_force
print(json.dumps(in_force()))
"""


def asked(level, loaded="", **variables):
    """Return what is in force in a Python of its own, which fails for any warning."""
    run = subprocess.run(
        [sys.executable, "-W", "error", "-c", ASK.format(loaded)],
        env=os.environ | variables | environment(level),
        capture_output=True,
        text=True,
        check=True,
    )
    assert run.stderr == ""
    return json.loads(run.stdout)


def can(name):
    return pytest.mark.skipif(not X86 or instructions._level(name, set().union(*HERE)) != name, reason=f"no {name}")


@can("x86-64-v3")
def test_every_library_is_held_at_the_fixed_level():
    found = asked("fixed", "import scipy.linalg, torch")
    assert found.pop("numpy") in ("X86_V3", "AVX2")
    assert found == {"mkl": "COMPATIBLE", "numba": "x86-64-v3", "openblas": "Haswell", "torch": "AVX2"}


@can("x86-64-v2")
def test_the_level_below_has_no_fused_multiply_add():
    found = asked("v2", "import scipy.linalg, torch")
    assert found.pop("numpy") in ("X86_V2", "SSE42")
    assert found == {"mkl": "SSE4_2", "numba": "x86-64-v2", "openblas": "Nehalem", "torch": "DEFAULT"}


def test_native_is_what_the_caller_has():
    assert environment("native") == {}
    assert "torch" not in asked("native"), "nothing is loaded in order to ask it"


def test_a_callers_own_setting_hides_nothing(tmp_path):
    script = (
        "import json; from optclaims.pipeline.instructions import environment; print(json.dumps(environment('fixed')))"
    )
    found = [
        json.loads(subprocess.check_output([sys.executable, "-c", script], env=os.environ | own, text=True))
        for own in ({}, {"NPY_DISABLE_CPU_FEATURES": " ".join(sorted(HERE[1]))})
    ]
    assert found[0] == found[1] == environment("fixed")


@pytest.mark.parametrize(
    ("baseline", "found", "level", "disabled"),
    [
        ({"X86_V2"}, {"X86_V3"}, "x86-64-v3", ""),
        ({"X86_V2"}, {"X86_V3", "X86_V4", "AVX512_ICL"}, "x86-64-v3", "AVX512_ICL X86_V4"),
        ({"SSE", "SSE2", "SSE3"}, {"SSE41", "SSE42", "POPCNT", "AVX", "FMA3", "AVX2"}, "x86-64-v3", ""),
        (
            {"SSE3"},
            {"FMA3", "FMA4", "XOP", "AVX2", "AVX512F", "AVX512_SKX"},
            "x86-64-v3",
            "AVX512F AVX512_SKX FMA4 XOP",
        ),
        ({"SSE3"}, {"SSE41", "SSE42", "POPCNT", "AVX", "F16C"}, "x86-64-v2", "AVX F16C"),
        ({"X86_V3"}, {"X86_V4"}, "x86-64-v3", "X86_V4"),
        ({"NEON", "ASIMD"}, {"ASIMDHP", "SVE"}, None, None),
    ],
)
def test_names_of_any_numpy_and_processor(monkeypatch, baseline, found, level, disabled):
    monkeypatch.setattr(instructions, "_numpy_groups", lambda: (baseline, found))
    monkeypatch.setattr(platform, "machine", lambda: "x86_64")
    expected = environment("fixed")
    if level is None:
        assert expected == {}
    else:
        assert expected == settings(level, found)
        assert expected["NPY_DISABLE_CPU_FEATURES"] == disabled
        assert expected["OPENBLAS_CORETYPE"] == LEVELS[level].openblas


def test_another_architecture_is_left_alone(monkeypatch):
    monkeypatch.setattr(platform, "machine", lambda: "arm64")
    assert environment("fixed") == environment("v2") == {}


def test_a_record_is_taken_once(tmp_path):
    instructions.record(tmp_path)
    assert taken(tmp_path)["numpy"]
    assert taken(tmp_path) == {} and not list(tmp_path.iterdir())


KERNEL = """
import numpy as np
from optclaims.science.kernels import njit

@njit(cache=True, fastmath=True)
def total(x):
    s = 0.0
    for value in x:
        s += value * value
    return s
"""


@can("x86-64-v3")
def test_compiled_functions_of_two_levels_are_kept_apart(tmp_path):
    (tmp_path / "kernel.py").write_text(KERNEL)
    script = "import kernel, numpy; kernel.total(numpy.ones(9)); print([*kernel.total.stats.cache_hits.values()])"
    hits = []
    for level in ("fixed", "v2", "fixed", "v2"):
        own = environment(level) | {"NUMBA_CACHE_DIR": str(tmp_path / "cache")}
        command = [sys.executable, "-c", script]
        hits.append(subprocess.check_output(command, env=os.environ | own, cwd=tmp_path, text=True).strip())
    assert hits == ["[]", "[]", "[1]", "[1]"], "each level compiles once and finds its own"
    assert len(list((tmp_path / "cache").rglob("*.nbc"))) == 2


@can("x86-64-v3")
def test_numba_compiles_nothing_wider_than_the_level():
    script = """
import numba, numpy as np
@numba.njit(fastmath=True)
def total(x):
    s = 0.0
    for value in x:
        s += value * value
    return s
total(np.ones(1000))
print("\\n".join(total.inspect_asm().values()))
"""
    for level, present, absent in (("fixed", "ymm", "zmm"), ("v2", "xmm", "ymm")):
        code = subprocess.check_output([sys.executable, "-c", script], env=os.environ | environment(level), text=True)
        assert present in code and absent not in code and ("vfmadd" in code) == (level == "fixed")
