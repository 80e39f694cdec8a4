from pathlib import Path

from optclaims.pages import claims_table
from optclaims.pipeline.reference import renew

QUICK, KEPT = Path("results/quick"), Path("results/reference/quick")


def test_one_line_a_paper_leads_to_its_claims(project):
    renew(project, QUICK, KEPT, list(project))
    lines = claims_table.papers(project, KEPT, Path()).splitlines()
    assert lines[2].startswith("| [On the Fairness of Coins with $p = 1/2$](docs/claims.md#coins) |")
    assert lines[2].endswith("| `coins` | 3: 1 reproduced, 1 inconclusive, 1 not-run |") and len(lines) == 4
    page = claims_table.claims(project, KEPT, Path())
    assert "\n## dice\n" in page and "](../results/reference/quick/coins/flips/frequency.png)" in page
    assert "(`law`) | Theorem 2 [from memory] | digits | ? inconclusive: Few flips" in page


def test_a_paper_adds_lines_and_changes_none(project):
    renew(project, QUICK, KEPT, list(project))
    for page in (claims_table.papers, claims_table.claims):
        alone = page({"coins": project["coins"]}, KEPT, Path())
        assert page(project, KEPT, Path()).startswith(alone)
