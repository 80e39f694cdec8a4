"""What the rules of fingerprints plan; the work itself is tested below tests/fingerprints."""

from optclaims.fingerprints import catalogue


def planned(project, target, *settings):
    return project.snakemake(target, "--dry-run", "--printshellcmds", "--config", "scale=quick", *settings)


def test_an_optimizer_with_arguments(project):
    run = planned(project, "fingerprint", "optimizer=torch.optim.NAdam", "arguments={lr: 1e-3}")
    assert run.returncode == 0, run.stdout
    assert "results/fingerprint/NAdam-lr=0.001/fingerprint.html" in run.stdout
    assert """fingerprint torch.optim.NAdam --arguments '{"lr": 0.001}'""" in run.stdout


def test_a_file_of_the_reader_is_an_input(project):
    run = planned(project, "fingerprint", "optimizer=mine.py:Mine")
    assert run.returncode != 0 and "Missing input files" in run.stdout and "mine.py" in run.stdout
    own = project.root / "mine.py"
    own.write_text("")
    try:
        assert planned(project, "fingerprint", "optimizer=mine.py:Mine").returncode == 0
    finally:
        own.unlink()


def test_misspelt_arguments_are_one_line(project):
    run = planned(project, "fingerprint", "optimizer=torch.optim.SGD", "arguments=fast")
    assert run.returncode != 0 and "config key arguments: " in run.stdout and "{lr: 1e-3}, got 'fast'" in run.stdout


def test_the_atlas_asks_every_known_optimizer(project):
    run = planned(project, "atlas")
    assert run.returncode == 0, run.stdout
    for name in catalogue.available():
        assert f"results/atlas/{catalogue.folder(name)}/fingerprint.json" in run.stdout


def test_a_fingerprint_leaves_the_report_alone(project):
    """Neither its failure nor its start has to do with results that there may or may not be."""
    run = project.snakemake("fingerprint", "--config", "scale=quick", "optimizer=torch.optim.Adm")
    assert run.returncode != 0 and "torch.optim has no 'Adm'" in run.stdout
    assert "no results" not in run.stdout and "optclaims report" not in run.stdout
