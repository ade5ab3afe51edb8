"""One execution of an experiment, from its folder to its end in both databases."""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from studyctl import EVIDENCE_VERSION
from studyctl.config import Workspace
from studyctl.core.models import Run
from studyctl.core.params import values_of
from studyctl.core.ports import Ledger, Progress, Tracker
from studyctl.errors import StudyctlError
from studyctl.runner import folder, provenance
from studyctl.runner.clock import now
from studyctl.runner.closure import Closure, closure_of
from studyctl.runner.perform import Order, perform
from studyctl.runner.process import hostname, started_at
from studyctl.runner.recorder import Recorder
from studyctl.runner.signals import Killed, Signals


def execute(
    workspace: Workspace,
    order: Order,
    *,
    ledger: Ledger,
    tracker: Tracker,
    progress: Progress,
    describe: Callable[[Run], str],
) -> Run:
    """Execute an experiment and record it; the returned run says how it ended.

    `describe` writes the run's page for MLflow, at its beginning and at its end. Raises before anything is
    recorded where declared data is missing or the workspace cannot be written.
    """
    files = closure_of(workspace, order.spec)
    with Signals() as signals:
        run, home = open_run(workspace, order, files, ledger)
        recorder = Recorder(home, tracker.log, root=workspace.root)
        run = perform(
            workspace,
            order,
            run,
            home,
            files=files,
            recorder=recorder,
            progress=progress,
            signals=signals,
            begin=lambda run: mirror_run(run, home, order, ledger, tracker, describe),
        )
        close_run(
            run, home, order, recorder=recorder, ledger=ledger, tracker=tracker, describe=describe, signals=signals
        )
    return run


def open_run(workspace: Workspace, order: Order, files: Closure, ledger: Ledger) -> tuple[Run, Path]:
    """The run's folder, then its row: from here on it is known to run."""
    run_id = secrets.token_hex(16)
    home = folder.make_folder(workspace.runs, run_id)
    pid = os.getpid()
    run = Run(
        id=run_id,
        experiment=order.spec.name,
        title=order.spec.title,
        state="running",
        started=now(),
        ended=None,
        preset=order.preset,
        changed=order.changed,
        params=values_of(order.params),
        seed=getattr(order.params, "seed", None),
        evidence_version=EVIDENCE_VERSION,
        host=hostname(),
        pid=pid,
        process_started=started_at(pid) or 0.0,
        provenance=provenance.collect(workspace.root, home, order.command, files.code)
        | {"measures": list(order.spec.measures), "requires": list(order.spec.requires)}
        | ({"distribution": order.spec.distribution} if order.spec.distribution else {})
        | {name: value for name, value in order.more.items() if value},
        files=files.files,
    )
    folder.write_record(home, run)
    try:
        ledger.open_run(run)
    except StudyctlError as error:
        folder.write_record(home, replace(run, state="failed", ended=now(), error=error.message))
        raise
    return run, home


def mirror_run(
    run: Run, home: Path, order: Order, ledger: Ledger, tracker: Tracker, describe: Callable[[Run], str]
) -> Run:
    """Open the run in MLflow before the experiment begins, so that it can be watched there."""
    mlflow_run_id = tracker.open(run, note=describe(run), tags=order.tags)
    if mlflow_run_id is None:
        return run
    run = replace(run, mlflow_run_id=mlflow_run_id, tracking_uri=tracker.uri)
    ledger.set_mlflow_id(run.id, mlflow_run_id, tracker.uri)
    folder.write_record(home, run)
    return run


def close_run(
    run: Run,
    home: Path,
    order: Order,
    *,
    recorder: Recorder,
    ledger: Ledger,
    tracker: Tracker,
    describe: Callable[[Run], str],
    signals: Signals,
) -> None:
    """Write a run that ended into `study.db`, then into MLflow."""
    ledger.finish_run(run)
    # Who does not wait for MLflow leaves it to the next command that opens it to end the run there.
    with contextlib.suppress(Killed), signals.impatient():
        recorder.drain()
        tracker.finish(run, note=describe(run), tags=order.tags, artifacts=home / folder.ARTIFACTS_FOLDER)
        ledger.deliver_run(run.id, tracker.uri, whole=run.mlflow_run_id is not None and tracker.problem is None)
