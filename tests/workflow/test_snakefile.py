"""What a user types, and what must never happen: each test runs the real Snakefile on a small project."""

import json
import re
import shutil
import subprocess
import sys
import zipfile

import pytest

from optclaims.pipeline import timing

from .conftest import COMPLETE, ROOT, make_sweep


def lines(run):
    return run.stdout.strip().splitlines()


# --- the main path ---------------------------------------------------------------------------------------------------


def test_the_main_job_makes_everything_and_ends_with_the_verdicts(finished):
    run = finished.first_run
    assert run.returncode == 0, run.stdout
    assert "2 claims of 2 papers in results/quick: 2 reproduced" in run.stdout
    for paper in ("toy", "another"):
        assert set(finished.results(paper)) == COMPLETE
    logs = finished.root / "results/quick/logs/toy"
    assert {path.name for path in logs.iterdir()} == {"stationary_variance.log", "stationary_variance.tsv"}
    assert (finished.root / "results/quick/report/index.html").exists()
    assert "2 reproduced" in (finished.root / "results/quick/logs/verify.log").read_text()


def test_who_watches_sees_what_runs_what_is_left_and_how_each_experiment_came_out(finished):
    said = finished.first_run.stdout
    for place in (1, 2):
        assert len(re.findall(rf"\[{place} of 2\] (toy|another)/stationary_variance at scale quick", said)) == 1
    for paper in ("toy", "another"):
        assert re.search(rf"^{paper}/stationary_variance: 1 reproduced \(\d+\.\d s\)$", said, re.M)
        log = (finished.root / f"results/quick/logs/{paper}/stationary_variance.log").read_text()
        assert re.search(r"^\[ +\d+\.\d s\] cell 3 of 4, def point", log, re.M)
        assert re.search(r"^\[ +\d+\.\d s\] 1 reproduced\n\Z", log, re.M)
    assert "Report: results/quick/report/index.html" in said


def test_the_report_of_equal_runs_differs_in_one_line(finished, project):
    """The line holds when and how long each experiment ran."""
    project.add_paper("another")
    assert project.snakemake(cores=1).returncode == 0
    folders = [p.root / "results/quick/report" for p in (finished, project)]
    assert (folders[0] / "index.html").read_bytes() == (folders[1] / "index.html").read_bytes()
    pages = [(folder / "toy.html").read_text().splitlines() for folder in folders]
    assert [a[:40] for a, b in zip(*pages, strict=True) if a != b] == ['<script type="application/json" id="runs']


def test_the_bare_dry_run_plans_every_experiment(finished):
    run = finished.snakemake("--dry-run", "--config", "scale=default")
    assert run.returncode == 0
    assert {f"{paper}__stationary_variance" for paper in ("toy", "another")} <= set(run.stdout.split())
    assert "report" in run.stdout.split()


def test_each_job_gets_the_parameters_of_its_own_card(finished):
    for paper in ("toy", "another"):
        place = finished.root / "results/quick" / paper / "stationary_variance"
        assert json.loads((place / "provenance.json").read_text())["job"]["paper"] == paper


def test_the_time_of_a_run_is_accounted_for(finished):
    """Both jobs are there, and neither used more CPU time than its one thread could."""
    jobs = timing.jobs(finished.root / "results/quick")
    assert {job.paper for job in jobs} == {"toy", "another"}
    assert all(0.5 < job.cpu < 1.5 * job.wall for job in jobs)


def test_executed_notebooks_carry_no_times_ids_paths_or_stderr(finished):
    notebook = json.loads(finished.results()["notebook.ipynb"])
    assert set(notebook["metadata"]) == {"kernelspec"}
    assert [cell["id"] for cell in notebook["cells"]] == [f"cell-{n:03d}" for n in range(len(notebook["cells"]))]
    assert all(set(cell["metadata"]) <= {"tags"} for cell in notebook["cells"])
    text = finished.results()["notebook.ipynb"].decode()
    assert str(finished.root) not in text and "stderr" not in [
        o.get("name") for c in notebook["cells"] for o in c.get("outputs", [])
    ]


def test_nothing_to_do_is_said_and_deleted_results_come_back(finished, tmp_path):
    project = finished
    run = project.snakemake("--dry-run")
    assert "stationary_variance" not in run.stdout
    csv = project.root / "results/quick/toy/stationary_variance/variance.csv"
    kept = csv.read_bytes()
    csv.unlink()
    try:
        run = project.snakemake("--dry-run")
        assert "toy__stationary_variance" in run.stdout
        assert "another__stationary_variance" not in run.stdout
    finally:
        csv.write_bytes(kept)


@pytest.mark.parametrize("cores", [1, 4])
def test_equal_runs_are_equal_bytes_for_any_number_of_cores(finished, project, cores):
    project.add_paper("another")
    assert project.snakemake(cores=cores).returncode == 0
    for paper in ("toy", "another"):
        assert project.results(paper) == finished.results(paper)


def test_rewording_a_claim_runs_nothing_and_changing_a_parameter_does(finished, tmp_path):
    card = finished.root / "notebooks/toy/paper.yaml"
    before = card.read_text()
    try:
        card.write_text(before.replace("Constant-rate SGD on a noisy", "SGD of constant rate on a noisy"))
        assert "stationary_variance" not in finished.snakemake("--dry-run").stdout
        card.write_text(before.replace("runs: 20000", "runs: 20001"))
        run = finished.snakemake("--dry-run")
        assert "toy__stationary_variance" in run.stdout and "another__stationary_variance" not in run.stdout
    finally:
        card.write_text(before)


def test_an_edit_of_one_paper_runs_that_paper_and_an_edit_of_the_report_nothing(finished):
    source = finished.root / "src/optclaims"
    report, theory = source / "pages/report.py", source / "papers/toy/theory.py"
    texts = report.read_text(), theory.read_text()
    try:
        report.write_text(texts[0] + "\n")
        assert "stationary_variance" not in finished.snakemake("--dry-run").stdout
        theory.write_text(texts[1] + "\n")
        run = finished.snakemake("--dry-run")
        assert "toy__stationary_variance" in run.stdout and "another__stationary_variance" not in run.stdout
    finally:
        report.write_text(texts[0])
        theory.write_text(texts[1])
        finished.snakemake("--touch")


def test_one_paper_and_one_experiment_are_targets(finished):
    run = finished.snakemake("toy")
    assert run.returncode == 0
    assert "1 claim of 1 of 2 papers in results/quick: 1 reproduced" in run.stdout
    file = "results/quick/toy/stationary_variance/verdicts.json"
    run = finished.snakemake("--dry-run", "--forceall", file)
    assert "another__stationary_variance" not in run.stdout


def test_the_quick_scale_can_be_kept_and_compared(finished):
    missing = finished.snakemake("compare")
    assert missing.returncode != 0
    assert "no reference for scale quick" in missing.stdout
    page = finished.root / "results/quick/diff.html"
    assert not page.exists()
    renewed = finished.snakemake("reference")
    assert renewed.returncode == 0, renewed.stdout
    kept = finished.root / "results/reference/quick/toy/stationary_variance"
    assert {path.name for path in kept.iterdir()} == {"made_with.json", "variance.csv", "variance.png", "verdicts.json"}
    assert finished.snakemake("compare").returncode == 0
    assert "No verdict changed" in page.read_text()
    csv = kept / "variance.csv"
    csv.write_text(csv.read_text().replace("0.3,", "0.31,"))
    changed = finished.snakemake("compare")
    assert changed.returncode != 0
    assert "toy/stationary_variance/variance: column lr: 1 row" in changed.stdout
    assert page.read_text().count("data:image/svg+xml") == 3  # before, after, both
    shutil.rmtree(finished.root / "results/reference")


def test_another_seed_has_a_folder_of_its_own(project):
    run = project.snakemake("--config", "scale=quick", "seed=3")
    assert run.returncode == 0, run.stdout
    assert "results/quick-seed3" in run.stdout
    assert set(project.results(folder="quick-seed3")) == COMPLETE
    assert not (project.root / "results/quick").exists()


def test_the_report_holds_what_a_run_finished_after_another_one_had_written_it(project):
    notebook, write = "notebooks/toy/stationary_variance.py", "subprocess.run([sys.executable, '-m', 'optclaims', "
    before = f"import subprocess, sys; {write}'report', 'results/quick']); experiment.finish()"
    project.edit(notebook, "experiment.finish()", before)
    run = project.snakemake("results/quick/toy/stationary_variance/verdicts.json")
    assert run.returncode == 0, run.stdout
    table = (project.root / "results/quick/claims.csv").read_text()
    assert ",reproduced,reproduced," in table and "missing" not in table


def test_the_report_of_snakemake_has_categories_labels_and_captions(finished):
    card = finished.root / "notebooks/toy/paper.yaml"
    before = card.read_text()
    card.write_text(before.replace("title: Title of the paper", "title: Title of $\\beta_{2}$"))
    run = finished.snakemake("--report", "report.zip")
    assert run.returncode == 0, run.stdout
    with zipfile.ZipFile(finished.root / "report.zip") as report:
        page = report.read("report/report.html").decode()
    (finished.root / "report.zip").unlink()
    listed = {
        name: json.JSONDecoder().raw_decode("{" + page.partition(f"var {name} = {{")[2])[0]
        for name in ("categories", "results")
    }
    places = [f"results/quick/{paper}/stationary_variance/variance.svg" for paper in ("another", "toy")]
    tables = ["results/quick/claims.csv", "results/quick/report/index.html"]
    card.write_text(before)
    assert listed["categories"] == {
        "Title of the paper": {"Other": places[:1]},
        r"Title of $\beta_2$": {"Other": places[1:]},
        "Verdicts": {"Other": tables},
    }
    for place in places:
        figure = listed["results"][place]
        assert figure["labels"] == {
            "experiment": "How far constant-rate SGD stays from the minimum",
            "figure": "variance",
        }
        assert "Mean squared distance from the minimum" in figure["caption"]
        assert "keeps the stationary variance <math" in figure["caption"]


# --- what is wrong is said before any job ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ("scale=huge", "config key scale: Input should be 'quick', 'default' or 'paper'"),
        ("scal=quick", "config key scal: unknown key"),
        ("papers=toi", "config key 'papers': 'toi' is not known; did you mean 'toy'? Allowed: another, toy"),
    ],
)
def test_mistakes_in_the_configuration(finished, config, message):
    run = finished.snakemake("--config", config)
    assert run.returncode != 0
    assert message in run.stdout
    assert "Traceback" not in run.stdout and "Building DAG" not in run.stdout


@pytest.mark.parametrize(
    ("target", "message"),
    [
        ("toi", "no target 'toi', did you mean toy?"),
        ("results/quick/toi/stationary_variance/verdicts.json", "no paper 'toi', did you mean toy?"),
    ],
)
def test_a_misspelt_target_is_one_line(finished, target, message):
    run = finished.snakemake(target)
    assert run.returncode != 0
    assert message in run.stdout
    assert "Traceback" not in run.stdout and "MissingRule" not in run.stdout


def test_a_mistake_in_a_card_starts_nothing(project):
    project.edit("notebooks/toy/paper.yaml", "steps: 30}", "stepz: 30}")
    run = project.snakemake()
    assert run.returncode != 0
    assert "notebooks/toy/paper.yaml: experiments.stationary_variance.parameters.quick.stepz: " in run.stdout
    assert "Traceback" not in run.stdout
    assert not (project.root / "results").exists()


def test_results_that_cannot_be_written(project):
    (project.root / "results").write_text("a file where the folder should be")
    run = project.snakemake()
    assert run.returncode != 0
    assert "results cannot be written" in run.stdout
    assert "Traceback" not in run.stdout


def test_a_clone_uses_its_own_machinery_also_where_that_of_another_one_is_installed(project):
    project.edit("src/optclaims/pipeline/cards.py", "def load_all(", "raise SystemExit('its own')\n\n\ndef load_all(")
    command = project.command("--dry-run", "--cores", "1", "--config", "scale=quick")
    environment = project.environment | {"PYTHONPATH": str(ROOT / "src")}
    run = subprocess.run(command, cwd=project.root, env=environment, capture_output=True, text=True, check=False)
    assert "its own" in run.stdout + run.stderr


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        ("src/optclaims/papers/toy/theory.py", "import", "imp ort", "src/optclaims/papers/toy/theory.py:"),
        (
            "notebooks/toy/stationary_variance.py",
            "predicted = theory.stationary_variance(rates, sigma)",
            "squared = = 2",
            "stationary_variance.py:",
        ),
        ("notebooks/toy/paper.yaml", "sigma: 1.0, runs: 20000", "sigma: 2026-01-02, runs: 20000", "sigma: a date"),
    ],
)
def test_mistakes_in_files_are_one_line(project, file, old, new, message):
    project.edit(file, old, new)
    run = project.snakemake("--dry-run")
    assert run.returncode != 0
    assert message in run.stdout and "Traceback" not in run.stdout
    assert len(lines(run)) <= 3


def test_no_core_at_all_is_refused(finished):
    run = finished.snakemake("--dry-run", cores=0)
    assert run.returncode != 0 and "--cores 0: at least one core is needed" in run.stdout


# --- what goes wrong in a job ----------------------------------------------------------------------------------------


def test_a_notebook_that_raises_is_named_and_the_others_finish(project):
    project.add_paper("another")
    project.edit(
        "notebooks/toy/stationary_variance.py",
        "predicted = theory.stationary_variance(rates, sigma)",
        "raise RuntimeError('the sky fell')",
    )
    run = project.snakemake("--keep-going")
    assert run.returncode != 0
    assert "notebooks/toy/stationary_variance.py failed in cell 4: RuntimeError: the sky fell" in run.stdout
    log = project.root / "results/quick/logs/toy/stationary_variance.log"
    assert log.read_text().rstrip().endswith("RuntimeError: the sky fell")
    assert log.with_suffix(".failed.ipynb").exists()
    assert set(project.results("another")) == COMPLETE
    assert project.results() == {}
    # The table and the report show what exists and what failed.
    assert "1 reproduced, 1 failed" in run.stdout
    assert "Report: results/quick/report/index.html" in run.stdout
    assert "failed" in (project.root / "results/quick/report/index.html").read_text()
    # Once mended, the next run completes and forgets the failure.
    project.edit(
        "notebooks/toy/stationary_variance.py",
        "raise RuntimeError('the sky fell')",
        "predicted = theory.stationary_variance(rates, sigma)",
    )
    assert project.snakemake().returncode == 0
    assert not log.with_suffix(".failed.ipynb").exists()


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('experiment.claim("stationary-variance")', 'experiment.claim("stationary-varience")', "is not in the card"),
        ("experiment.finish()", "experiment._claims['x'] = []; experiment.finish()", "claim x has no check"),
    ],
    ids=["undeclared", "forgotten"],
)
def test_claims_of_notebook_and_card_must_agree(project, old, new, message):
    project.edit("notebooks/toy/stationary_variance.py", old, new)
    run = project.snakemake("toy")
    assert run.returncode != 0
    assert message in run.stdout
    assert project.results() == {}


def test_an_unexpected_verdict_is_an_error_after_everything_was_made(project):
    project.edit("notebooks/toy/paper.yaml", "expect: reproduced", "expect: inconclusive\n        reason: a test")
    run = project.snakemake()
    assert run.returncode != 0
    assert "toy/stationary-variance: reproduced, expected inconclusive" in run.stdout
    assert set(project.results()) == COMPLETE
    assert (project.root / "results/quick/report/index.html").exists()


def test_an_experiment_without_data_is_not_run_and_no_error(project):
    project.edit(
        "notebooks/toy/stationary_variance.py",
        "predicted = theory.stationary_variance(rates, sigma)",
        "experiment.not_run('CIFAR-10 is not here')",
    )
    run = project.snakemake()
    assert run.returncode == 0, run.stdout
    assert "1 claim of 1 paper in results/quick: 1 not-run" in run.stdout
    assert "CIFAR-10 is not here" in run.stdout
    assert set(project.results()) == COMPLETE
    assert project.results()["variance.csv"] == b"status\n"
    assert b"Traceback" not in project.results()["notebook.ipynb"]


# --- sweeps ----------------------------------------------------------------------------------------------------------


def test_a_split_sweep_gives_the_same_bytes(project):
    make_sweep(project)
    run = project.snakemake()
    assert run.returncode == 0, run.stdout
    joint = project.results()
    shutil.rmtree(project.root / "results")
    run = project.snakemake("--config", "scale=quick", "split=true", cores=2)
    assert run.returncode == 0, run.stdout
    assert run.stdout.count("at scale quick, point lr=") == 4
    points = project.root / "results/quick/toy/stationary_variance/points"
    assert sorted(path.name for path in points.iterdir()) == [
        f"lr={rate}+sigma=1.0.csv" for rate in (0.3, 0.6, 1.0, 1.5)
    ]
    assert project.results() == joint


# --- a new paper -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [[], ["--network"]], ids=["quadratic", "network"])
def test_a_new_paper_runs_and_passes_its_tests_at_once(finished, kind):
    made = finished.optclaims("new-paper", "fresh", *kind)
    assert made.returncode == 0, made.stdout
    assert "snakemake --cores 2 fresh --config scale=quick" in made.stdout
    run = finished.snakemake("fresh")
    assert run.returncode == 0, run.stdout
    assert "1 claim of 1 of 3 papers in results/quick: 1 reproduced" in run.stdout
    tests = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "tests/papers/fresh"],
        cwd=finished.root,
        env=finished.environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert tests.returncode == 0, tests.stdout
    for path in made.stdout.split("#")[0].split():
        (finished.root / path).unlink()
