"""Writing recorded runs into MLflow that it does not have: it could not be reached, or they were made elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from studyctl.app import answers
from studyctl.app.run import describe, item_tags
from studyctl.app.runs import history
from studyctl.core.bundles import in_order
from studyctl.core.models import ROLES, Run
from studyctl.core.ports import Ledger, Reader, RunFilter, Tracker

# What MLflow shows a trial below.
PARENT_TAG = "mlflow.parentRunId"
Trackers = Callable[[Run], Tracker]  # the mirror of a run: where it was begun, else where runs go now


def deliver(ledger: Ledger, trackers: Trackers, run_id: str, folder: Path) -> str | None:
    """Bring MLflow up to all of one ended run, as its folder has it; what went wrong.

    What MLflow has of it already, which may be all, is completed and not doubled.
    """
    with ledger.reading() as reader:
        run = reader.run(run_id)
        items = answers.tied_items(reader, run.experiment)
        above = reader.run(run.parent).mlflow_run_id if run.parent else None
    tracker = trackers(run)
    note, tags = describe(run, items), item_tags(items) | ({PARENT_TAG: above} if above else {})
    mlflow_run_id = tracker.resume(run)
    if mlflow_run_id is None and tracker.problem is None:
        mlflow_run_id = tracker.open(run, note=note, tags=tags)
    if mlflow_run_id is None:
        return tracker.problem
    ledger.set_mlflow_id(run.id, mlflow_run_id, tracker.uri)
    tracker.log(history(folder))
    tracker.finish(run, note=note, tags=tags, artifacts=folder / "artifacts")
    ledger.deliver_run(run.id, tracker.uri, whole=tracker.problem is None)
    return tracker.problem


def deliver_all(ledger: Ledger, trackers: Trackers, run_ids: Iterable[str], runs: Path) -> tuple[int, str | None]:
    """Write runs into MLflow until one cannot be; how many were written, and what went wrong."""
    done = 0
    for run_id in run_ids:
        problem = deliver(ledger, trackers, run_id, runs / run_id)
        if problem:
            return done, problem
        done += 1
    return done, None


def lost(reader: Reader, server: str) -> list[str]:
    """The runs that were lost, and that MLflow may believe to be running; those of other servers wait for `doctor`."""
    runs = [run for run in reader.runs(RunFilter(state="lost", roles=ROLES)) if not run.delivered and not run.imported]
    return [run.id for run in in_order(runs) if run.mlflow_run_id is None or run.tracking_uri == server]


def undelivered(reader: Reader) -> list[str]:
    """The imported runs that MLflow does not have: a bundle is taken in without it, where it would take long."""
    runs = [run for run in reader.runs(RunFilter(roles=ROLES)) if run.bundle and not run.delivered]
    return [run.id for run in in_order(runs)]
