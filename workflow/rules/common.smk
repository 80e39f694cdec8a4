"""Functions and constants that the rules share; the work behind them is in the package, where it is tested."""

import json
import sys
from functools import partial

from snakemake.utils import min_version

# The package beside this workflow, also in an environment into which that of another clone is installed.
sys.path.insert(0, f"{workflow.basedir}/src")

from optclaims.pages import captions
from optclaims.pipeline import (
    cards,
    config as configuration,
    targets,
    trials,
    workflow as pipeline,
)
from optclaims.science.sources import SourceError

min_version("9.8")
pipeline.end_beside_the_main_thread()
pipeline.look_once_at_a_time()

try:
    CONFIG = configuration.parse(config)
    CARDS = cards.load_all()
    PAPERS = CONFIG.chosen(list(CARDS))
    pipeline.require_writable()
    DEPENDENCIES = {
        (paper, name): pipeline.dependencies(paper, name)
        for paper, card in CARDS.items()
        for name in card.experiments
    }
    pipeline.require_cores(workflow.resource_settings.cores)
except (configuration.ConfigError, cards.CardError, SourceError) as error:
    raise SystemExit(str(error))

configuration.export_data_directory(CONFIG)

FOLDER = pipeline.folder(CONFIG.scale, CONFIG.seed)
REPORT = f"{FOLDER}/report"
INDEX = f"{REPORT}/index.html"
DIFF = f"{FOLDER}/diff.html"
EXPERIMENTS = pipeline.targets({paper: CARDS[paper] for paper in PAPERS}, FOLDER)
ONLY = pipeline.papers_in(PAPERS) if len(PAPERS) < len(CARDS) else ""


# Where the caption of snakemake --report can reach it.
config["captions"] = captions.Captions(CARDS)


def in_report(files, card, experiment):
    """Mark the drawings among an experiment's files for snakemake --report."""
    marked = {
        f"{figure}_svg": report(
            files[f"{figure}_svg"],
            caption="../report/figure.rst",
            category=captions.plain(card.title),
            labels=captions.labels(experiment, figure),
        )
        for figure in experiment.figures
    }
    return files | marked


def experiments_to_run():
    """The number of experiments that this run starts or has started."""
    return sum(
        pipeline.is_experiment(job.rule.name)
        for job in workflow.dag.needrun_jobs(exclude_finished=False)
    )


PLACES = pipeline.Places(experiments_to_run)


def misspelt(target):
    """What is wrong with a target that cannot be made."""
    names = [rule.name for rule in workflow.rules if "__" not in rule.name]
    return targets.complaint(target, names, CARDS)


targets.refuse_misspelt(workflow, misspelt)


TRIALS = trials.Jobs(CARDS, CONFIG.instructions)


BESIDE_THE_REPORT = {"try", "fingerprint", "atlas_entry", "atlas"}


def beside_the_report():
    """Tell whether this run has no other jobs than those that no report shows."""
    jobs = [job.rule.name for job in workflow.dag.needrun_jobs(exclude_finished=False)]
    return bool(jobs) and set(jobs) <= BESIDE_THE_REPORT


UNFINISHED = "<!doctype html><p>A run started here and has not ended. Run snakemake again; finished work is kept.</p>"


def withdraw_report():
    """Old green pages must not outlive a crash; the report stays, since jobs of this run may count on it."""
    if beside_the_report():
        return
    if Path(INDEX).exists():
        Path(INDEX).write_text(UNFINISHED, encoding="utf-8")
    Path(DIFF).unlink(missing_ok=True)


def complete_report(verify=False):
    """Where no job wrote the report (a crash, single experiments), or another run has ended since: show what exists."""
    if beside_the_report():
        return
    unfinished = (
        Path(INDEX).exists() and Path(INDEX).read_text(encoding="utf-8") == UNFINISHED
    )
    if unfinished or pipeline.is_stale(Path(INDEX)):
        shown = pipeline.shown(PAPERS, list(CARDS), Path(FOLDER))
        shell("python -m optclaims report {FOLDER} {shown}")
        if verify:
            shell("python -m optclaims verify {FOLDER} {ONLY} || true")
