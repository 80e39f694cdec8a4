"""The command ``try``: trials made by snakemake, and their claims before and after."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from rich.console import Console
from rich.markup import escape

from optclaims.pipeline import margins, reading, results, trials
from optclaims.pipeline.trials import Trial
from optclaims.pipeline.verify import styled

LOCKED = "LockException"
ENDED = re.compile(r"^\[ *[\d.]+ s\] (.*)")

Claims = Mapping[str, Mapping[str, object]]


class Failed(Exception):  # noqa: N818 - of a trial
    """Trials that snakemake could not make; the message is what it said."""


@dataclass(frozen=True)
class Outcomes:
    """What a trial came to: its claims, or why there are none."""

    trial: Trial
    claims: Claims
    mistake: str = ""


def command(made: Sequence[Trial], cores: int) -> str:
    """Return the snakemake command that makes trials which differ in one parameter."""
    return f"snakemake --cores {cores} {trials.target(made)}"


def run(made: Sequence[Trial], cores: int) -> list[Outcomes]:
    """Let snakemake make the trials that are not there yet, and return what they came to.

    A notebook that fails is an outcome; raises Failed where snakemake itself cannot work.
    """
    files = [str(trial.folder / "verdicts.json") for trial in made]
    words = ["--cores", str(cores), "--keep-going", "--rerun-incomplete", "--quiet", "all", "--", *files]
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    process = subprocess.Popen(
        [sys.executable, "-m", "snakemake", *words], stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    try:
        _, said = process.communicate()
    except BaseException:  # a person has had enough, or a signal ends this process
        os.killpg(process.pid, signal.SIGINT)  # as at a terminal: at a SIGTERM running jobs would come to their end
        process.wait()
        raise
    if LOCKED in said:
        raise Failed("another snakemake works here, or was killed; once none runs: snakemake --unlock, then this again")
    outcomes = [_outcome(trial, said) for trial in made]
    explained = any(outcome.mistake for outcome in outcomes)
    if process.returncode and not explained:
        raise Failed(said.strip() or f"snakemake ended with {process.returncode}")
    return outcomes


def _outcome(trial: Trial, said: str) -> Outcomes:
    """Return what a trial came to; said: the complaints of this run, since an older log explains nothing."""
    verdicts = trial.folder / "verdicts.json"
    if verdicts.exists():
        return Outcomes(trial, reading.verdicts(verdicts)["claims"])
    mistake = ""
    if str(trial.log) in said and trial.log.exists():
        last = trial.log.read_text(encoding="utf-8", errors="replace").rstrip().rpartition("\n")[2]
        mistake = (ENDED.match(last) or ["", last])[1]
    return Outcomes(trial, {}, mistake)


def refusal(outcome: Outcomes) -> str:
    """Return in one line why a trial has no verdicts."""
    why = re.sub(r"^failed in cell \d+: ", "", outcome.mistake) or "its job did not come to an end"
    error, _, message = why.partition(": ")
    if error == "ValueError":
        return f"{outcome.trial.spelled} is refused: {message} (log: {outcome.trial.log})"
    return f"{outcome.trial.spelled}: the notebook cannot do this: {why} (log: {outcome.trial.log})"


def before(trial: Trial) -> tuple[str, Claims]:
    """Return the claims of the experiment as it stands, and where they are from: the last run, else the reference."""
    seeds = dict.fromkeys([results.seeded(trial.scale, trial.seed), trial.scale])
    for folder in [*(results.RESULTS / name for name in seeds), results.REFERENCE / trial.scale]:
        with suppress(OSError, reading.Damaged):
            return str(folder), reading.verdicts(folder / trial.paper / trial.name / "verdicts.json")["claims"]
    return "not run yet", {}


def show(outcome: Outcomes, only: Collection[str], console: Console) -> None:
    """Print the claims of a trial, before and after, and where its figures are. only: the claims to show."""
    trial, (origin, earlier) = outcome.trial, before(outcome.trial)
    usual = trial.experiment.parameters[trial.scale]
    same = ", ".join(f"{name} = {usual[name]}" for name in trial.texts)
    console.print(
        f"\n[bold]{trial.paper}/{trial.name}[/] with {escape(trial.spelled or f'seed {trial.seed}')}; "
        f"before: {escape(same + ', ' if same else '')}{origin}",
        highlight=False,
        soft_wrap=True,
    )
    for claim in only:
        _show_claim(claim, earlier.get(claim), outcome.claims[claim], console)
    drawn = [str(trial.folder / f"{figure}.svg") for figure in trial.experiment.figures]
    console.print(f"\nfigures: {', '.join(drawn)}", highlight=False, soft_wrap=True)


def _show_claim(claim: str, old: Mapping[str, object] | None, new: Mapping[str, object], console: Console) -> None:
    was = f"{styled(old['verdict'])}, now " if old else ""
    console.print(f"\n[bold]{claim}[/]: {was}{styled(new['verdict'])}", highlight=False)
    if not new["checks"] and new.get("reason"):
        console.print(f"  {escape(new['reason'])}", highlight=False)
    former = {check["quantity"]: check for check in old["checks"]} if old else {}
    for check in new["checks"]:
        console.print(f"  {check['quantity']}", markup=False, highlight=False)
        for when, one in (("before", former.pop(check["quantity"], None)), ("now", check)):
            if one:
                console.print(f"    {when:<7}{styled(one['outcome'])}  {escape(judged(one))}", highlight=False)
        for label, value, became, as_it_should in results.controls(check):
            if not as_it_should:
                console.print(f"      control: {label}: {value}, {became}", style="bold red", markup=False)
    for quantity, check in former.items():
        console.print(f"  {quantity}", markup=False, highlight=False)
        console.print(f"    before {styled(check['outcome'])}  {escape(judged(check))}; not asked now", highlight=False)


def judged(check: Mapping[str, object]) -> str:
    """Return measured value with its interval, what is accepted, and the margin."""
    measured, accepted = results.measured_and_accepted(check)
    margin = margins.of_check(check) if check.get("margin") else ""
    return "; ".join(filter(None, [measured, f"accepted: {accepted}" if accepted else "", margin]))


def spans(outcomes: Sequence[Outcomes], claim: str, parameter: str) -> Iterator[str]:
    """Yield over which values in a row a claim came out in the same way: ``C = 2.5 to 10: reproduced``."""
    found = [(outcome.trial.texts[parameter], _came_out(outcome, claim)) for outcome in outcomes]
    for came_out, same in groupby(found, key=lambda pair: pair[1]):
        texts = [text for text, _ in same]
        many = f" to {texts[-1]} ({len(texts)} values)" if len(texts) > 1 else ""
        yield f"{parameter} = {texts[0]}{many}: {came_out}"


def _came_out(outcome: Outcomes, claim: str) -> str:
    if outcome.claims:
        return str(outcome.claims[claim]["verdict"])
    return f"no verdict, {re.sub(r'^failed in cell [0-9]+: (ValueError: )?', '', outcome.mistake) or 'not finished'}"


def show_sweep(
    outcomes: Sequence[Outcomes], only: Collection[str], parameter: str, folder: Path, console: Console
) -> None:
    """Write a table and a picture of each claim over a sweep, and print where it comes out how."""
    from optclaims.pages import sweep_figure

    for claim in only:
        console.print(f"\n[bold]{claim}[/]", highlight=False)
        for line in spans(outcomes, claim, parameter):
            console.print(f"  {escape(line)}", highlight=False, soft_wrap=True)
        frame = sweep_figure.table([(o.trial.texts[parameter], o.claims.get(claim)) for o in outcomes], parameter)
        if not frame.empty:
            console.print(f"  {sweep_figure.write(frame, folder / claim)}", highlight=False, soft_wrap=True)
