"""Writing recorded runs into MLflow that it does not have: it could not be reached, or they were made elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from studyctl.app import answers
from studyctl.app.run import describe, item_tags
from studyctl.app.runs import history
from studyctl.core.bundles import in_order
from studyctl.core.models import ROLES
from studyctl.core.ports import Ledger, Reader, RunFilter, Tracker


def deliver(ledger: Ledger, tracker: Tracker, run_id: str, folder: Path) -> str | None:
    """Write one run into MLflow, as its folder has it; what went wrong."""
    with ledger.reading() as reader:
        run = reader.run(run_id)
        items = answers.tied_items(reader, run.experiment)
    note, tags = describe(run, items), item_tags(items)
    mlflow_run_id = tracker.resume(run) or tracker.open(run, note=note, tags=tags)
    if mlflow_run_id is None:
        return tracker.problem
    ledger.set_mlflow_id(run.id, mlflow_run_id)
    tracker.log(history(folder))
    tracker.finish(run, note=note, tags=tags, artifacts=folder / "artifacts")
    ledger.deliver_run(run.id, tracker.uri, whole=tracker.problem is None)
    return tracker.problem


def deliver_all(
    ledger: Ledger, new_tracker: Callable[[], Tracker], run_ids: Iterable[str], runs: Path
) -> tuple[int, str | None]:
    """Write runs into MLflow until one cannot be; how many were written, and what went wrong."""
    done = 0
    for run_id in run_ids:
        problem = deliver(ledger, new_tracker(), run_id, runs / run_id)
        if problem:
            return done, problem
        done += 1
    return done, None


def undelivered(reader: Reader) -> list[str]:
    """The imported runs that MLflow does not have: a bundle is taken in without it, where it would take long."""
    runs = [run for run in reader.runs(RunFilter(roles=ROLES)) if run.bundle and not run.delivered]
    return [run.id for run in in_order(runs)]
