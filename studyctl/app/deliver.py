"""Writing recorded runs into MLflow that it does not have: it could not be reached, or they were made elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from studyctl.app import answers
from studyctl.app.run import describe, item_tags
from studyctl.app.runs import history
from studyctl.app.sweep import describe_sweep, describe_trial
from studyctl.core.bundles import in_order
from studyctl.core.models import ROLES, Run
from studyctl.core.ports import Ledger, Reader, RunFilter, Tracker
from studyctl.core.sweeps import PARENT_TAG, SWEEP_TAG, latest, swept

Trackers = Callable[[Run], Tracker]  # the mirror of a run: where it was begun, else where runs go now


def deliver(ledger: Ledger, trackers: Trackers, run_id: str, folder: Path) -> str | None:
    """Bring MLflow up to all of one ended run, as its folder has it; what went wrong.

    What MLflow has of it already, which may be all, is completed and not doubled.
    """
    with ledger.reading() as reader:
        run = reader.run(run_id)
    tracker = trackers(run)
    with ledger.reading() as reader:
        note, tags = _page(reader, run, tracker.uri)
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


def _page(reader: Reader, run: Run, uri: str) -> tuple[str, dict[str, str]]:
    """What MLflow shows of a run, and its tags, as they were when it was recorded."""
    if swept(run) is not None:
        trials = latest(reader.runs(RunFilter(parent=run.id)))
        whole = reader.runs_of(trial.id for trial in trials)
        return describe_sweep(run, [whole[trial.id] for trial in trials]), {}
    if run.role == "trial" and run.parent:
        sweep = reader.run(run.parent)
        there = sweep.mlflow_run_id if sweep.tracking_uri == uri else None
        return describe_trial(run), {SWEEP_TAG: run.parent} | ({PARENT_TAG: there} if there else {})
    items = answers.tied_items(reader, run.experiment)
    return describe(run, items), item_tags(items)


def deliver_all(ledger: Ledger, trackers: Trackers, run_ids: Iterable[str], folder: Path) -> tuple[int, str | None]:
    """Write runs into MLflow until one cannot be; how many were written, and what went wrong.

    A sweep comes before its trials, which are shown below it.
    """
    done = 0
    with ledger.reading() as reader:
        sweeps = {run.id for run in reader.runs(RunFilter(roles=("sweep",)))}
    for run_id in sorted(run_ids, key=lambda one: one not in sweeps):
        problem = deliver(ledger, trackers, run_id, folder / run_id)
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
