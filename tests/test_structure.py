"""The walls of the house: who may import whom."""

import ast
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[1] / "src"
PACKAGE = SOURCE / "optclaims"
PAPERS = sorted(path.name for path in (PACKAGE / "papers").iterdir() if (path / "__init__.py").exists())


def modules(place):
    return sorted(place.rglob("*.py"))


def name_of(file):
    parts = file.relative_to(SOURCE).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


NAMES = {name_of(file): file for file in modules(PACKAGE)}


def imports(file):
    """Return the modules of the package that a file imports itself, functions and conditions included."""
    found = set()
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            assert not node.level, f"{file}: a relative import"
            named = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= (named & set(NAMES)) or {node.module}
    return {module for module in found if module in NAMES}


def inside(module, *packages):
    return any(module == package or module.startswith(f"{package}.") for package in packages)


@pytest.mark.parametrize("paper", PAPERS)
def test_a_paper_imports_no_other_paper_and_no_machinery(paper):
    others = [f"optclaims.papers.{other}" for other in PAPERS if other != paper]
    for file in modules(PACKAGE / "papers" / paper):
        wrong = [m for m in imports(file) if inside(m, "optclaims.pipeline", "optclaims.pages", *others)]
        assert not wrong, f"{file.relative_to(SOURCE)} imports {wrong}"


@pytest.mark.parametrize("paper", PAPERS)
def test_theory_and_simulation_never_meet(paper):
    place = f"optclaims.papers.{paper}"
    for name, file in NAMES.items():
        for room, forbidden in (("theory", "simulation"), ("simulation", "theory")):
            if inside(name, f"{place}.{room}"):
                wrong = [module for module in imports(file) if inside(module, f"{place}.{forbidden}")]
                assert not wrong, f"{name} imports {wrong}"


ROOMS = {"problems", "theory", "simulation", "measures", "figures"}
NOTEBOOK_TALKS_TO = {"experiment", "checks", "comparison", "verdicts", "statistics", "style", "streams", "sweeps"}
WINGS = {"science", "pipeline", "pages", "papers", "fingerprints"}


@pytest.mark.parametrize("paper", PAPERS)
def test_a_paper_has_the_five_rooms_and_no_others(paper):
    found = {path.stem for path in (PACKAGE / "papers" / paper).iterdir() if path.suffix == ".py" or path.is_dir()}
    assert found - {"__init__", "__pycache__"} <= ROOMS


def test_the_ground_floor_holds_what_notebooks_talk_to_and_the_command():
    found = {path.stem for path in PACKAGE.iterdir() if path.suffix == ".py" or path.is_dir()}
    others = {"__init__", "__main__", "__pycache__", "command"}
    assert found - others == NOTEBOOK_TALKS_TO | WINGS


def test_science_stands_on_nothing_but_science():
    for name, file in NAMES.items():
        if inside(name, "optclaims.science"):
            wrong = [module for module in imports(file) if not inside(module, "optclaims.science")]
            assert not wrong, f"{name} imports {wrong}"


def test_fingerprints_stand_on_science_and_know_no_paper():
    allowed = ("optclaims.fingerprints", "optclaims.science", "optclaims.statistics", "optclaims.style")
    for name, file in NAMES.items():
        if inside(name, "optclaims.fingerprints"):
            wrong = [module for module in imports(file) if not inside(module, *allowed, "optclaims.streams")]
            assert not wrong, f"{name} imports {wrong}"
        if inside(name, "optclaims.fingerprints.probes"):
            assert "torch.optim.A" not in file.read_text().replace("torch.optim.Adam(tensors, lr=1e-3)", "")


def test_nothing_is_imported_in_a_circle():
    graph = {name: imports(file) - {name} for name, file in NAMES.items()}
    done, path = set(), []

    def visit(name):
        assert name not in path, f"a circle: {' -> '.join([*path[path.index(name) :], name])}"
        if name not in done:
            path.append(name)
            for imported in sorted(graph[name]):
                visit(imported)
            done.add(path.pop())

    for name in graph:
        visit(name)


def test_text_is_utf_8_whatever_the_locale_is():
    """Files are written for others to read; the locale of a machine has no say in it."""
    for file in [*modules(PACKAGE), *(SOURCE.parent / "workflow").rglob("*.py")]:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, (ast.Attribute, ast.Name)):
                name = node.func.attr if isinstance(node.func, ast.Attribute) else node.func.id
                binary = any(isinstance(a, ast.Constant) and "b" in str(a.value) for a in node.args)
                archive = name == "open" and getattr(getattr(node.func, "value", None), "id", "") in (
                    "tarfile",
                    "Image",
                )
                if name in ("read_text", "write_text") or (name == "open" and not binary and not archive):
                    named = {keyword.arg for keyword in node.keywords}
                    assert "encoding" in named, f"{file.name}:{node.lineno}: {name} without encoding"
