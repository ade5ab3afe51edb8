"""Performing an opened run in this process, into its folder and nowhere else.

The process may be a host's child, a process of the run's own (`python -m studyctl.runner.worker`, its task as JSON
on stdin) or one on another machine. Neither database is known here, and MLflow is never imported: whoever opened the
run reads how it ended from its folder.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from studyctl.config import Workspace, find_workspace
from studyctl.core.models import ExperimentSpec, Run
from studyctl.core.params import validate
from studyctl.core.ports import Progress
from studyctl.core.progress import Silent
from studyctl.errors import ExperimentError, StudyctlError
from studyctl.runner import folder, provenance
from studyctl.runner.clock import now
from studyctl.runner.closure import Closure, closure_of
from studyctl.runner.discover import find
from studyctl.runner.failure import shortened
from studyctl.runner.importing import load
from studyctl.runner.load import Loaded
from studyctl.runner.perform import Order, perform
from studyctl.runner.process import hostname, started_at
from studyctl.runner.recorder import Recorder
from studyctl.runner.requires import check_requires
from studyctl.runner.signals import Killed, Signals


@dataclass(frozen=True, slots=True)
class Prepared:
    """An experiment that was imported here, with the digests of the files as they were then."""

    workspace: Workspace
    spec: ExperimentSpec
    experiment: Loaded
    files: Closure
    environment: dict[str, Any]  # of this process, for the provenance of what it performs


def prepare(workspace: Workspace, experiment: str) -> Prepared:
    """Import an experiment once, for one run of it or many; StudyctlError where that fails."""
    spec = find(workspace, experiment)
    check_requires(spec.name, spec.requires, spec.distribution.partition(" ")[0])
    # Digested before it is imported: a file that changes in between is then found to have changed.
    files = closure_of(workspace, spec)
    return Prepared(workspace, spec, load(workspace, spec), files, provenance.environment())


def perform_run(
    workspace: Workspace,
    home: Path,
    *,
    timeout_s: float | None = None,
    progress: Progress | None = None,
    prepared: Prepared | None = None,
    run: Run | None = None,
    began: Callable[[Run], None] = lambda run: None,
) -> Run:
    """Perform a run in the folder `home`; the returned one says how it ended, and its folder the same.

    The run is the one whose record lies there, or `run`, which begins now. It is this process's from here on: its
    record gets the process's id before anything else happens, and `began` is told. Whatever goes wrong ends it: an
    experiment that cannot be imported, or whose files are not those that the run was opened with, as failed. Call it
    in the main thread, where signals arrive.
    """
    with Signals() as signals:
        pid = os.getpid()
        run = folder.read_record(home) if run is None else replace(run, started=now())
        run = replace(run, host=hostname(), pid=pid, process_started=started_at(pid) or 0.0)
        folder.write_record(home, run, durable=False)
        began(run)
        try:
            prepared = prepared or prepare(workspace, run.experiment)
            _require_same(run, prepared.files)
            params = validate(prepared.experiment.model, run.params, ExperimentError)
            signals.check()
        except Killed as ended:
            return _never_began(home, run, "killed", f"killed by {ended.name}")
        except StudyctlError as error:
            return _never_began(
                home, run, "failed", f"{error.message}\n  {error.hint}" if error.hint else error.message
            )
        except Exception as error:  # an author's validator may raise anything
            return _never_began(home, run, "failed", shortened(error, workspace.root))
        return perform(
            workspace,
            Order(prepared.spec, prepared.experiment, params, run.preset, run.changed, ""),
            replace(run, provenance=run.provenance | prepared.environment),
            home,
            files=prepared.files,
            recorder=Recorder(home, flush_seconds=0.0, root=workspace.root),
            progress=progress or Silent(),
            signals=signals,
            timeout_s=timeout_s,
        )


def _never_began(home: Path, run: Run, state: Any, error: str) -> Run:
    run = replace(run, state=state, error=error, ended=now())
    folder.append_log(home, error)
    folder.write_record(home, run)
    return run


def _require_same(run: Run, files: Closure) -> None:
    """ExperimentError where the code or the data here is not what the run was opened with."""
    wanted = {one.path: one.digest for one in run.files}
    here = {one.path: one.digest for one in files.files}
    differing = sorted(path for path in wanted.keys() | here.keys() if wanted.get(path) != here.get(path))
    if differing:
        more = f" and {len(differing) - 1} more" if len(differing) > 1 else ""
        raise ExperimentError(
            f"{differing[0]}{more} is not what the run was opened with: its figures would be of other code",
            f"run {run.experiment} again",
        )


def main() -> None:
    """Perform the task on stdin: `{"workspace": FOLDER, "home": FOLDER, "timeout_s": NUMBER or null}`.

    Ends with 0 once the run's record says how it ended, whatever that is.
    """
    task = json.loads(sys.stdin.read())
    perform_run(find_workspace(task["workspace"]), Path(task["home"]), timeout_s=task.get("timeout_s"))


if __name__ == "__main__":
    main()
