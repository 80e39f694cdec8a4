from optclaims.pages import functions

THEORY = '''"""Laws of coins."""


def law(n: int, p: float = 0.5) -> float:
    r"""Return $\\sqrt{p (1 - p) / n}$.

    The error of a mean.

    Domain: p any shape

    >>> law(4)
    0.25
    """
    return (p * (1 - p) / n) ** 0.5


def _hidden() -> None:
    """Not listed."""
'''
NOTEBOOK = """from optclaims.papers.coins import theory
theory.law(100)
"""


def test_a_function_stands_with_formula_example_and_claims(project, tmp_path):
    folder = tmp_path / functions.PAPERS / "coins"
    folder.mkdir(parents=True)
    (folder / "theory.py").write_text(THEORY)
    (tmp_path / "notebooks/coins/flips.py").write_text(NOTEBOOK)
    page = functions.markdown(project, tmp_path)
    assert page == "\n\n".join(
        (
            "## coins",
            "On the Fairness of Coins with $p = 1/2$: `from optclaims.papers.coins import theory`",
            "### `law`",
            "```python\nlaw(n: int, p: float=0.5) -> float\n```",
            "Return $\\sqrt{p (1 - p) / n}$.",
            "The error of a mean.",
            "```python\n>>> law(4)\n0.25\n```",
            "[theory.py](../src/optclaims/papers/coins/theory.py); serves `fair`, `law`",
        )
    )


def test_a_name_imported_from_a_module_of_the_theory_counts(project, tmp_path):
    (tmp_path / "notebooks/dice/rolls.py").write_text("from optclaims.papers.dice.theory.laws import six\n")
    assert functions.claims("dice", project["dice"], tmp_path) == {"six": ["six-faces"]}
