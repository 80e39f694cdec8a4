"""Execute one py:percent notebook as one job.

Parameters are strict, the kernel talks over a private socket, the log is plain text, tells which cell runs since when
and ends with the traceback, the executed notebook holds nothing that differs between equal runs, and results appear
under their names only when they are complete, verdicts last. If the workflow that started the job dies, so do the job
and its kernel, and nothing that a notebook starts outlives its job.
"""

import argparse
import atexit
import json
import logging
import os
import re
import shutil
import signal
import sys
import time
import traceback
from collections import Counter
from pathlib import Path

import jupytext
import nbformat
import papermill
from papermill.exceptions import PapermillExecutionError

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "src"))  # the package that lies beside this script, whichever is installed

from optclaims.pipeline import executed, instructions, kernel, notebooks, origins, provenance, reading  # noqa: E402
from optclaims.pipeline.locks import hold  # noqa: E402
from optclaims.science.sources import SourceError  # noqa: E402

ANSI = re.compile(r"\x1b\[[0-9;]*m")


def prepared(source, parameters):
    """Read the notebook; exit with one line unless its parameters cell has exactly the names that are given."""
    try:
        named = set(notebooks.parameters(source))
    except SourceError as error:
        raise SystemExit(str(error)) from None
    if named != set(parameters):
        raise SystemExit(f"{source}: parameters are {sorted(named)}, the job gives {sorted(parameters)}")
    notebook = jupytext.read(source, fmt="py:percent")
    notebook.metadata = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    return notebook


def execute(notebook, work, parameters, log, started, limit):
    """Run the cells; return what stopped them in one line, or None (an early end on purpose is nothing wrong)."""
    nbformat.write(notebook, work)
    # What cells print goes to the log file, and not to the terminal as well.
    logging.getLogger("papermill").propagate = False
    logging.getLogger("papermill").addHandler(logging.NullHandler())
    try:
        papermill.execute_notebook(
            str(work),
            str(work),
            parameters=parameters,
            progress_bar=False,
            log_output=True,
            stdout_file=log,
            stderr_file=log,
            kernel_manager_class=kernel.PrivateKernel,
            on_cell_execute=executed.announcer(notebook, log, started),
            start_timeout=180,
            shutdown_kernel="immediate",
            autosave_cell_every=0,
        )
    except PapermillExecutionError as error:
        if error.ename != executed.ENDS_EARLY:
            print(ANSI.sub("", str(error)).rstrip(), file=log)
            return f"failed in cell {error.exec_count}: {error.ename}: {error.evalue}"
    except Exception as error:  # the kernel died: out of memory, killed, crashed in compiled code
        traceback.print_exc(file=log)
        return limit.reason if limit.exceeded else f"ended without an answer: {type(error).__name__}: {error}"
    return None


def unfinished(work, point):
    """Return what is wrong if the cells came to an end, but not to a result; None if there is one."""
    if point:
        return None if (work / f"{point}.csv").exists() else f"came to its end without the point {point} of its sweep"
    if (work / "verdicts.json").exists():
        return None
    return "came to its end without verdicts: it must call experiment.finish(), and not leave before"


def outcome(work):
    """Return how a job ended: its verdicts, counted (``2 reproduced, 1 inconclusive``); of a point that it is done."""
    if not (work / "verdicts.json").exists():
        return "done"
    claims = reading.verdicts(work / "verdicts.json")["claims"].values()
    counted = Counter(claim["verdict"] for claim in claims)
    return ", ".join(f"{number} {verdict}" for verdict, number in counted.items())


def publish(work, out):
    """Move finished files to their names, the verdicts last: whoever sees them sees a complete result."""
    out.mkdir(parents=True, exist_ok=True)
    for file in sorted(work.iterdir(), key=lambda path: path.name == "verdicts.json"):
        if file.is_dir():  # which cannot replace a former one
            shutil.rmtree(out / file.name, ignore_errors=True)
        os.replace(file, out / file.name)
    work.rmdir()


def arguments():
    """Return the parsed command line."""
    parser = argparse.ArgumentParser(description="Execute one py:percent notebook as one job.")
    parser.add_argument("--notebook", type=Path, required=True)
    parser.add_argument("--job", type=json.loads, required=True, help="what the notebook is told, as JSON")
    parser.add_argument("--out", type=Path, required=True, help="folder of the results")
    parser.add_argument("--log", type=Path, required=True)
    parser.add_argument("--point", help="compute only this point of the sweep")
    parser.add_argument("--gather", action="store_true", help="take the points of the sweep from the folder points/")
    parser.add_argument("--minutes", type=float, help=f"stop the job after {kernel.PATIENCE} times as many")
    return parser.parse_args()


def main():
    """Run one job; exit status 1 with one line and the place of the log if the notebook fails."""
    started, args = time.time(), arguments()
    kernel.end_with_workflow()
    kernel.adopt_orphans()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    out = args.out / "points" if args.point else args.out
    # A new folder beside the results: on the same file system, so that the final move is atomic.
    work = args.out.parent / f".{args.out.name}{'-' + args.point if args.point else ''}.partial"
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    atexit.register(shutil.rmtree, work, ignore_errors=True)  # whatever happens; on a full disk others need the room
    args.log.parent.mkdir(parents=True, exist_ok=True)
    failed = args.log.with_suffix(".failed.ipynb")
    failed.unlink(missing_ok=True)

    points = {"compute": args.point} if args.point else {"folder": str(out.resolve() / "points")} if args.gather else {}
    # What other experiments have left: beside this one's results, unless the job says where.
    results = Path(args.job.get("results", args.out.parents[1])).resolve()
    job = {**args.job, "out": str(work.resolve()), "results": str(results), "points": points}
    paths = [str(ROOT / "src"), os.environ.get("PYTHONPATH", "")]
    os.environ.pop("PYTHONOPTIMIZE", None)  # libraries rely on their docstrings and assertions
    threads = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"), "1")
    os.environ |= {"PYTHONPATH": os.pathsep.join(filter(None, paths)), "PYTHONHASHSEED": "0", "PYTHONUTF8": "1"}
    os.environ |= threads | instructions.environment(job["instructions"])
    os.environ |= {"MPLBACKEND": "Agg", "OPTCLAIMS_JOB": json.dumps(job)}

    args.log.unlink(missing_ok=True)
    with args.log.open("a", buffering=1, encoding="utf-8") as log:  # appending, since the kernel writes to it too
        hold(log)
        kernel.PrivateKernel.complaints = log
        try:
            notebook = prepared(args.notebook, args.job["parameters"])
        except SystemExit as error:
            print(error, file=log)
            raise
        limit = kernel.Limit(args.minutes)
        mistake = execute(notebook, work / "notebook.ipynb", args.job["parameters"], log, started, limit)
        for command in kernel.end_descendants():
            print(f"ended with the job: {command}", file=log)
        mistake = mistake or unfinished(work, args.point)
        print(f"[{time.time() - started:7.1f} s] {mistake or outcome(work)}", file=log)
    if mistake:
        (work / "notebook.ipynb").replace(failed)
        shutil.rmtree(work)
        raise SystemExit(f"{args.notebook} {mistake}\n  log: {args.log}\n  notebook: {failed}")
    if args.point:
        (work / "notebook.ipynb").unlink()
    else:
        run = executed.normalised(nbformat.read(work / "notebook.ipynb", as_version=4))
        nbformat.write(run, work / "notebook.ipynb")
        origin = origins.made_with(instructions.taken(work))
        record = provenance.provenance(args.job, origin, started, ROOT)
        for name, content in ((origins.FILE, origin), ("provenance.json", record)):
            (work / name).write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    ended = outcome(work)
    publish(work, out)
    # On the terminal at once, also where snakemake is told to be quiet.
    name = "/".join([args.job["paper"], args.job["experiment"], *filter(None, [args.point])])
    changed = f" with {args.job['trial']}" if args.job.get("trial") else ""
    print(f"{name}{changed}: {ended} ({time.time() - started:.1f} s)", flush=True)


if __name__ == "__main__":
    try:
        main()
    except OSError as error:  # such as a full disk, on which the log cannot say it either
        raise SystemExit(f"{arguments().notebook} ended without an answer: {error}") from None
