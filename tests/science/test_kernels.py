"""Compiled functions are found in their cache by all the sources that they were compiled from."""

import ast
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SHARED = """
from optclaims.science.kernels import njit

@njit
def shared(x):
    return 2 * x
"""
CALLER = """
from optclaims.papers.toy.simulation.shared import shared
from optclaims.science.kernels import njit

@njit(cache=True)
def kernel(x):
    return shared(x) + 1

def made(inner):
    @njit(cache=True)
    def outer(x):
        return inner(x) + 1
    return outer
"""
PLACE = "src/optclaims/papers/toy/simulation"


class Project:
    """A package with two modules of compiled functions, one of which calls the other."""

    def __init__(self, root):
        self.root, self.place = root, root / PLACE
        shutil.copytree(ROOT / "src", root / "src", ignore=shutil.ignore_patterns("__pycache__", "papers", "pages"))
        self.place.mkdir(parents=True)
        for package in (self.place, self.place.parent, self.place.parents[1]):
            (package / "__init__.py").touch()
        self.write(shared=SHARED, caller=CALLER)

    def write(self, **modules):
        for name, text in modules.items():
            (self.place / f"{name}.py").write_text(text)

    def call(self, expression="caller.kernel(20)", before="", **environment):
        """Return what an expression is in a new process, and the number of cached functions that it found."""
        code = f"{before}\nfrom optclaims.papers.toy.simulation import caller, shared\nprint({expression})\n"
        counted = "print(sum(caller.kernel.stats.cache_hits.values()))"
        run = subprocess.run(
            [sys.executable, "-B", "-c", code + counted],
            env=os.environ | {"PYTHONPATH": str(self.root / "src")} | environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert run.returncode == 0, run.stderr
        value, hits = run.stdout.split()
        return int(value), int(hits)

    def cached(self):
        return sorted(self.root.rglob("*.nb?"))


@pytest.fixture
def project(tmp_path):
    return Project(tmp_path)


def test_an_edit_in_a_shared_kernel_reaches_a_caller_in_another_module_and_so_does_its_reversal(project):
    assert project.call() == (41, 0)
    assert project.call() == (41, 1)
    project.write(shared=SHARED.replace("2 * x", "3 * x"))
    assert project.call() == (61, 0)
    assert project.call() == (61, 1)
    project.write(shared=SHARED)
    assert project.call() == (41, 0)


def test_an_edit_elsewhere_compiles_nothing_anew(project):
    project.call()
    project.write(other="x = 1\n")
    assert project.call() == (41, 1)


def test_only_the_latest_state_is_kept(project):
    project.call()
    (project.place / "__pycache__/caller.kernel-5.py311.nbi").write_bytes(b"of a former time")
    before = project.cached()
    project.write(shared=SHARED.replace("2 * x", "3 * x"))
    project.call()
    assert len(project.cached()) == 1 and not set(project.cached()) & set(before)


@pytest.mark.parametrize(
    "damage",
    [lambda data: b"", lambda data: data[:100], lambda data: data[:2000] + b"?" + data[2001:], lambda data: data[:-1]],
    ids=["empty", "truncated", "a byte", "the last byte"],
)
def test_a_damaged_file_is_made_anew_once(project, damage):
    project.call()
    (file,) = project.cached()
    file.write_bytes(damage(file.read_bytes()))
    assert project.call() == (41, 0)
    assert project.call() == (41, 1)


def test_a_function_that_closes_over_a_compiled_one_is_told_apart_and_found_again(project):
    project.write(shared=SHARED + "\n@njit\ndef other(x):\n    return 5 * x\n")
    both = ["caller.made(shared.shared)(20)", "caller.made(shared.other)(20)"]
    assert [project.call(which)[0] for which in both] == [41, 101]
    files = project.cached()
    assert [project.call(which)[0] for which in both] == [41, 101]
    assert project.cached() == files and len(files) == 2


def test_a_folder_of_the_users_is_used(project, tmp_path):
    folder = tmp_path / "elsewhere"
    project.call(NUMBA_CACHE_DIR=str(folder))
    assert [path.is_relative_to(folder) for path in project.cached()] == [True]


def test_where_nothing_can_be_kept_the_result_is_the_same(project):
    full = "import optclaims.science.kernels as k\ndef full(*_): raise OSError\nk.os.replace = full"
    assert project.call(before=full) == (41, 0)
    assert project.cached() == []


def test_every_compiled_function_of_the_package_is_cached_this_way():
    """One that numba itself caches could be stale."""
    direct = set()
    for file in (ROOT / "src").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            imported = isinstance(node, ast.ImportFrom) and node.module == "numba" and ast.unparse(node)
            used = isinstance(node, ast.Attribute) and ast.unparse(node)
            if "jit" in (imported or "") or used in ("numba.njit", "numba.jit"):
                direct.add(file.name)
    assert direct == {"kernels.py"}
