"""Execute one py:percent notebook as one job.

Parameters are strict, the kernel talks over a private socket, the log is plain text, tells which cell runs since when
and ends with the traceback, the executed notebook holds nothing that differs between equal runs, and results appear
under their names only when they are complete, verdicts last. If the workflow that started the job dies, so do the job
and its kernel.
"""

import argparse
import atexit
import itertools
import json
import logging
import os
import platform
import re
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import traceback
from collections import Counter
from pathlib import Path

import jupytext
import nbformat
import papermill
import psutil
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from papermill.exceptions import PapermillExecutionError

ANSI = re.compile(r"\x1b\[[0-9;]*m")
ROOT = Path(__file__).resolve().parents[2]
ENDS_EARLY = "StopNotebook"


class PrivateKernel(AsyncKernelManager):
    """A kernel of this very Python, reached through a Unix socket in a folder of its own."""

    complaints = None  # the file for what the process itself says, set by main

    def __init__(self, **keywords):
        super().__init__(**keywords)
        # Socket paths end at about 100 characters, so the folder is not placed below a possibly deep TMPDIR.
        private = tempfile.mkdtemp(prefix="optclaims-", dir="/tmp")
        atexit.register(shutil.rmtree, private, ignore_errors=True)
        self.transport, self.ip = "ipc", f"{private}/k"
        self.connection_file = f"{private}/kernel.json"
        argv = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
        self._kernel_spec = KernelSpec(argv=argv, display_name="Python 3", language="python")

    async def _async_start_kernel(self, **keywords):
        await super()._async_start_kernel(stdout=self.complaints, stderr=self.complaints, **keywords)

    start_kernel = _async_start_kernel


def end_with_workflow():
    """Watch the processes up to the snakemake that started this one; once one of them is gone, end with the kernel."""
    ancestors = psutil.Process().parents()
    is_snakemake = ["snakemake" in " ".join(process.cmdline()[:3]) for process in ancestors]
    if not any(is_snakemake):
        return
    watched = ancestors[: is_snakemake.index(True) + 1]

    def watch():
        while all(process.is_running() for process in watched):
            time.sleep(1)
        for child in psutil.Process().children(recursive=True):
            child.kill()
        os.kill(os.getpid(), signal.SIGTERM)  # the main thread clears up
        time.sleep(10)
        os._exit(143)

    threading.Thread(target=watch, daemon=True).start()


def prepared(source, parameters):
    """Read the notebook; exit with one line unless its parameters cell has exactly the names that are given."""
    from optclaims.pipeline import notebooks

    try:
        named = set(notebooks.parameters(source))
    except notebooks.NotebookError as error:
        raise SystemExit(str(error)) from None
    if named != set(parameters):
        raise SystemExit(f"{source}: parameters are {sorted(named)}, the job gives {sorted(parameters)}")
    notebook = jupytext.read(source, fmt="py:percent")
    notebook.metadata = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    return notebook


def normalised(notebook):
    """Remove what differs between equal runs: timings, ids, stderr, and the marks of an early end."""
    notebook.metadata = {key: notebook.metadata[key] for key in ("kernelspec",) if key in notebook.metadata}
    notebook.cells = [c for c in notebook.cells if c.metadata.get("tags", [""])[:1] != ["papermill-error-cell-tag"]]
    for number, cell in enumerate(notebook.cells):
        cell["id"] = f"cell-{number:03d}"
        cell.metadata = {"tags": cell.metadata["tags"]} if cell.metadata.get("tags") else {}
        cell["outputs"] = joined([tidy(o) for o in cell.get("outputs", []) if o.get("name") != "stderr"])
        if cell.cell_type == "markdown":
            del cell["outputs"]
    return notebook


def joined(outputs):
    """Join neighbouring pieces of stdout: in how many they arrive depends on timing."""
    whole = []
    for output in outputs:
        if whole and output.output_type == whole[-1].output_type == "stream":
            whole[-1].text += output.text
        else:
            whole.append(output)
    return whole


def tidy(output):
    """Return an output as it is, an early end as its message instead of its traceback."""
    if output.output_type == "error" and output.ename == ENDS_EARLY:
        return nbformat.v4.new_output("stream", name="stdout", text=output.evalue + "\n")
    return output


def announcer(notebook, log, started):
    """Return what writes a line to the log when a cell begins: time since the start, number, heading, first line."""
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    places = {cell.id: f"cell {number} of {len(code)}" for number, cell in enumerate(code, start=1)}
    headings = {
        cell.id: line.strip("# ") + ": "
        for above, cell in itertools.pairwise(notebook.cells)
        for line in above.source.splitlines()
        if above.cell_type == "markdown" and line.startswith("#")
    }

    def announce(cell, cell_index):
        if cell.id in places:  # not the injected parameters
            lines = [line for line in cell.source.splitlines() if line and not line.startswith("#")]
            label = headings.get(cell.id, "") + "".join(lines[:1])[:80]
            print(f"[{time.time() - started:7.1f} s] {places[cell.id]}, {label}", file=log)

    return announce


def execute(notebook, work, parameters, log, started):
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
            kernel_manager_class=PrivateKernel,
            on_cell_execute=announcer(notebook, log, started),
            start_timeout=180,
            shutdown_kernel="immediate",
            autosave_cell_every=0,
        )
    except PapermillExecutionError as error:
        if error.ename != ENDS_EARLY:
            print(ANSI.sub("", str(error)).rstrip(), file=log)
            return f"failed in cell {error.exec_count}: {error.ename}: {error.evalue}"
    except Exception as error:  # the kernel died: out of memory, killed, crashed in compiled code
        traceback.print_exc(file=log)
        return f"ended without an answer: {type(error).__name__}: {error}"
    return None


def provenance(job, origin, started):
    """Return where the numbers come from: job, commit, versions, instructions, machine, time and memory."""
    git = subprocess.run(["git", "describe", "--always", "--dirty"], cwd=ROOT, capture_output=True, text=True)
    used = [resource.getrusage(of) for of in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return {
        "job": job,
        "commit": git.stdout.strip() or None,
        **origin,
        "platform": platform.platform(),
        "processor": platform.processor() or platform.machine(),
        "started": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(started)),
        "seconds": round(time.time() - started, 2),
        "cpu_seconds": round(sum(process.ru_utime + process.ru_stime for process in used), 2),
        "peak_memory_mb": round(used[1].ru_maxrss / 1024),
    }


def outcome(work):
    """Return how a job ended: its verdicts, counted (``2 reproduced, 1 inconclusive``); of a point that it is done."""
    if not (work / "verdicts.json").exists():
        return "done"
    claims = json.loads((work / "verdicts.json").read_text())["claims"].values()
    counted = Counter(claim["verdict"] for claim in claims)
    return ", ".join(f"{number} {verdict}" for verdict, number in counted.items())


def publish(work, out):
    """Move finished files to their names, the verdicts last: whoever sees them sees a complete result."""
    out.mkdir(parents=True, exist_ok=True)
    for file in sorted(work.iterdir(), key=lambda path: path.name == "verdicts.json"):
        os.replace(file, out / file.name)
    work.rmdir()


def arguments():
    """Return the parsed command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--notebook", type=Path, required=True)
    parser.add_argument("--job", type=json.loads, required=True, help="what the notebook is told, as JSON")
    parser.add_argument("--out", type=Path, required=True, help="folder of the results")
    parser.add_argument("--log", type=Path, required=True)
    parser.add_argument("--point", help="compute only this point of the sweep")
    parser.add_argument("--gather", action="store_true", help="take the points of the sweep from the folder points/")
    return parser.parse_args()


def main():
    """Run one job; exit status 1 with one line and the place of the log if the notebook fails."""
    started, args = time.time(), arguments()
    end_with_workflow()
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
    job = {**args.job, "out": str(work.resolve()), "points": points}
    paths = [str(ROOT / "src"), os.environ.get("PYTHONPATH", "")]
    sys.path.insert(0, paths[0])
    from optclaims.pipeline import instructions, origins

    threads = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"), "1")
    os.environ |= {"PYTHONPATH": os.pathsep.join(filter(None, paths)), "PYTHONHASHSEED": "0", "MPLBACKEND": "Agg"}
    os.environ |= threads | instructions.environment(job["instructions"]) | {"OPTCLAIMS_JOB": json.dumps(job)}

    args.log.unlink(missing_ok=True)
    with args.log.open("a", buffering=1) as log:  # appending, since the kernel writes to it too
        PrivateKernel.complaints = log
        try:
            notebook = prepared(args.notebook, args.job["parameters"])
        except SystemExit as error:
            print(error, file=log)
            raise
        mistake = execute(notebook, work / "notebook.ipynb", args.job["parameters"], log, started)
        if not mistake:
            print(f"[{time.time() - started:7.1f} s] {outcome(work)}", file=log)
    if mistake:
        (work / "notebook.ipynb").replace(failed)
        shutil.rmtree(work)
        raise SystemExit(f"{args.notebook} {mistake}\n  log: {args.log}\n  notebook: {failed}")
    if args.point:
        (work / "notebook.ipynb").unlink()
    else:
        executed = normalised(nbformat.read(work / "notebook.ipynb", as_version=4))
        nbformat.write(executed, work / "notebook.ipynb")
        origin = origins.made_with(instructions.taken(work))
        for name, content in ((origins.FILE, origin), ("provenance.json", provenance(args.job, origin, started))):
            (work / name).write_text(json.dumps(content, indent=1) + "\n")
    ended = outcome(work)
    publish(work, out)
    # On the terminal at once, also where snakemake is told to be quiet.
    name = "/".join([args.job["paper"], args.job["experiment"], *filter(None, [args.point])])
    print(f"{name}: {ended} ({time.time() - started:.1f} s)", flush=True)


if __name__ == "__main__":
    try:
        main()
    except OSError as error:  # such as a full disk, on which the log cannot say it either
        raise SystemExit(f"{arguments().notebook} ended without an answer: {error}") from None
