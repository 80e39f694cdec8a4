"""A small project of one or two papers in a temporary folder, run by the real Snakefile."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from optclaims.pipeline.scaffold import new_paper

ROOT = Path(__file__).parents[2]


class Project:
    """A copy of the workflow and the package without the real papers."""

    def __init__(self, root: Path) -> None:
        self.root = root
        unwanted = shutil.ignore_patterns("__pycache__", "papers")
        for part in ("Snakefile", "requirements.lock"):
            shutil.copy(ROOT / part, root / part)
        for part in ("workflow", "src"):
            shutil.copytree(ROOT / part, root / part, ignore=unwanted)
        (root / "src/optclaims/papers").mkdir()
        shutil.copy(ROOT / "src/optclaims/papers/__init__.py", root / "src/optclaims/papers")
        self.add_paper("toy")

    def add_paper(self, key: str) -> None:
        new_paper(key, self.root)
        # Few runs: these tests are about the pipeline, and a verdict of `inconclusive` would be an error of verify.
        self.edit(f"notebooks/{key}/paper.yaml", "steps: 200}", "steps: 30}")
        self.edit(f"notebooks/{key}/stationary_variance.py", "steps = 200", "steps = 30")

    def edit(self, file: str, old: str, new: str) -> None:
        path = self.root / file
        text = path.read_text()
        assert old in text, f"{old!r} is not in {file}"
        path.write_text(text.replace(old, new))

    @property
    def environment(self) -> dict[str, str]:
        # PATH without this environment's folder: rules must find the right Python in an unactivated environment too.
        folders = [f for f in os.environ["PATH"].split(os.pathsep) if f != str(Path(sys.executable).parent)]
        return os.environ | {"PYTHONPATH": str(self.root / "src"), "PATH": os.pathsep.join(folders), "COLUMNS": "200"}

    def command(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "snakemake", *arguments]

    def snakemake(self, *arguments: str, cores: int = 1) -> subprocess.CompletedProcess:
        """Run snakemake to its end; stdout and stderr are joined."""
        return subprocess.run(
            self.command(*arguments, "--cores", str(cores), "--config", "scale=quick")
            if "--config" not in arguments
            else self.command("--cores", str(cores), *arguments),
            cwd=self.root,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=300,
            check=False,
        )

    def optclaims(self, *arguments: str) -> subprocess.CompletedProcess:
        return subprocess.run(
            [sys.executable, "-m", "optclaims", *arguments],
            cwd=self.root,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=120,
            check=False,
        )

    def results(self, paper: str = "toy", folder: str = "quick") -> dict[str, bytes]:
        """Every result of a paper's experiment but its provenance."""
        place = self.root / "results" / folder / paper / "stationary_variance"
        return {p.name: p.read_bytes() for p in sorted(place.glob("*.*")) if p.name != "provenance.json"}


COMPLETE = {"made_with.json", "notebook.ipynb", "variance.csv", "variance.png", "variance.svg", "verdicts.json"}


def make_sweep(project):
    """Let the experiment of the toy paper sweep two axes, of four values and of one."""
    notebook = "notebooks/toy/stationary_variance.py"
    project.edit("notebooks/toy/paper.yaml", "sweep: [lr]", "sweep: [lr, sigma]")
    project.edit("notebooks/toy/paper.yaml", "sigma: 1.0", "sigma: [1.0]")
    project.edit(notebook, "sigma = 1.0", "sigma = [1.0]")
    project.edit(notebook, "problems.NoisyQuadratic(sigma)", "problems.NoisyQuadratic(*sigma)")
    project.edit(notebook, "def point(lr):", "def point(lr, sigma):")
    project.edit(notebook, "experiment.sweep(point, lr=lr)", "experiment.sweep(point, lr=lr, sigma=sigma)")
    project.edit(notebook, "variance(rates, sigma)", "variance(rates, *sigma)")


@pytest.fixture
def project(tmp_path):
    return Project(tmp_path)


@pytest.fixture(scope="session")
def finished(tmp_path_factory):
    """A project of two papers whose quick scale has run; tests may read it, not change it."""
    project = Project(tmp_path_factory.mktemp("finished"))
    project.add_paper("another")
    project.first_run = project.snakemake(cores=2)
    return project
