import importlib.util
import json

from .conftest import ROOT

specification = importlib.util.spec_from_file_location("run_notebook", ROOT / "workflow/scripts/run_notebook.py")
run_notebook = importlib.util.module_from_spec(specification)
specification.loader.exec_module(run_notebook)


def test_a_job_ends_with_its_verdicts_counted(tmp_path):
    assert run_notebook.outcome(tmp_path) == "done"
    verdicts = ("reproduced", "inconclusive", "reproduced")
    claims = {f"claim-{n}": {"verdict": verdict, "checks": []} for n, verdict in enumerate(verdicts)}
    (tmp_path / "verdicts.json").write_text(json.dumps({"claims": claims}))
    assert run_notebook.outcome(tmp_path) == "2 reproduced, 1 inconclusive"
