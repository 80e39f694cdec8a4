"""What a file rests on: the modules of the package that it imports, and their text."""

import pytest

from optclaims.science import sources

MODULES = {
    "__init__": "",
    "a": "import numpy\nfrom optclaims import b",
    "b": "from optclaims.papers.p import theory",
    "unused": "",
    "papers/__init__": "",
    "papers/p/__init__": "",
    "papers/p/theory": "def f():\n    from optclaims.c import g",
    "papers/p/figures": "",
    "c": "from optclaims import a",
}


@pytest.fixture
def source(tmp_path):
    for module, text in MODULES.items():
        path = tmp_path / "src/optclaims" / f"{module}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    (tmp_path / "notebook.py").write_text("from optclaims.a import x\n")
    return tmp_path / "src"


def test_import_closure_follows_imports_within_the_package(source):
    closure = sources.import_closure(source.parent / "notebook.py", source)
    assert [str(path.relative_to(source / "optclaims")) for path in closure] == [
        "__init__.py",
        "a.py",
        "b.py",
        "c.py",
        "papers/__init__.py",
        "papers/p/__init__.py",
        "papers/p/theory.py",
    ]


@pytest.mark.parametrize(("edited", "changes"), [("papers/p/theory", True), ("c", True), ("unused", False)])
def test_a_fingerprint_changes_with_what_a_file_rests_on_and_comes_back(source, edited, changes):
    file = source / "optclaims/a.py"
    before = sources.fingerprint(file, source)
    path = source / f"optclaims/{edited}.py"
    path.write_text(MODULES[edited] + "\n# edited")
    assert (sources.fingerprint(file, source) != before) == changes
    path.write_text(MODULES[edited])
    assert sources.fingerprint(file, source) == before
