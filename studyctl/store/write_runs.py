"""Writing runs: opened before the experiment begins, ended with all that they came to."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from sqlalchemy import delete, insert, update
from sqlmodel import Session, col, select

from studyctl.core.models import Metric, Run, RunState
from studyctl.core.templates import exact
from studyctl.errors import NotFoundError
from studyctl.store import codec
from studyctl.store.tables import (
    ArtifactRow,
    FindingFigureRow,
    FindingRow,
    MetricRow,
    RunFileRow,
    RunRow,
    RunTagRow,
)

_OPEN = ("running", "lost")


def put_run(session: Session, run: Run) -> None:
    """Write the run as it is, with everything that belongs to it, in place of what was known of it."""
    row = session.get(RunRow, run.id)
    # The mirror tells its id as soon as it knows it, which may be after the run's own record was made.
    mirror = run.mlflow_run_id or (row.mlflow_run_id if row else None)
    values: dict[str, Any] = {
        "experiment": run.experiment,
        "title": run.title,
        "state": run.state,
        "started": run.started,
        "ended": run.ended,
        "preset": run.preset,
        "changed": json.dumps(run.changed, ensure_ascii=False),
        "params": codec.dumps(run.params),
        "seed": None if run.seed is None else str(run.seed),
        "evidence_version": run.evidence_version,
        "host": run.host,
        "pid": run.pid,
        "process_started": run.process_started,
        "provenance": codec.dumps(run.provenance),
        "mlflow_run_id": mirror,
        "error": run.error,
        "imported": run.imported,
        "role": run.role,
        "parent": run.parent,
        # What a person decided, and what was delivered, is known here and not to whoever performed the run.
        "deleted": run.deleted if row is None else row.deleted,
        "tracking_uri": run.tracking_uri or (row.tracking_uri if row else ""),
        "delivered": run.delivered or (row.delivered if row else False),
        "origin": run.origin,
        "bundle": run.bundle,
    }
    if row is None:
        session.add(RunRow(id=run.id, **values))
    else:
        row.sqlmodel_update(values)
    session.flush()
    for table in (FindingRow, MetricRow, ArtifactRow, RunFileRow):
        session.exec(delete(table).where(col(table.run) == run.id))
    add_parts(session, run)
    if run.tags:
        tag_run(session, run.id, run.tags)


def add_parts(session: Session, run: Run) -> None:
    """Insert the run's metrics, findings, artifacts and files."""
    add_metrics(session, run.id, enumerate(run.metrics))
    _insert(
        session,
        FindingRow,
        [
            {"run": run.id, "position": n, "key": f.key, "claim": f.claim, "verdict": f.verdict}
            | {"supported_when": f.when, "refuted_when": f.unless, "text": f.text, "template": f.template}
            for n, f in enumerate(run.findings)
        ],
    )
    _insert(
        session,
        FindingFigureRow,
        [
            {"run": run.id, "key": f.key, "position": n, "name": name, "value": value}
            for f in run.findings
            for n, (name, value) in enumerate(f.figures)
        ],
    )
    _insert(
        session,
        ArtifactRow,
        [
            {"run": run.id, "position": n, "path": a.path, "kind": a.kind}
            | {"title": a.title, "size": a.size, "sha256": a.sha256}
            for n, a in enumerate(run.artifacts)
        ],
    )
    _insert(
        session,
        RunFileRow,
        [
            {"run": run.id, "position": n, "path": f.path, "role": f.role, "digest": f.digest}
            for n, f in enumerate(run.files)
        ],
    )


def add_metrics(session: Session, run_id: str, metrics: Iterable[tuple[int, Metric]]) -> None:
    """Insert the last values of metrics at their places, exactly."""
    _insert(
        session,
        MetricRow,
        [
            {"run": run_id, "position": position, "name": metric.name, "value": exact(float(metric.value))}
            | {"unit": metric.unit, "steps": metric.steps}
            for position, metric in metrics
        ],
    )


def _insert(session: Session, table: type[Any], values: list[dict[str, Any]]) -> None:
    if values:
        session.exec(insert(table), params=values)


def restore_run(session: Session, run: Run) -> bool:
    """Take a run in from its folder or a bundle; False where the database knows as much already.

    It knows less of a run that came with a record, and of one whose end it missed. A trial whose sweep is gone stands
    alone.
    """
    if run.parent is not None and session.get(RunRow, run.parent) is None:
        run = replace(run, parent=None)
    row = session.get(RunRow, run.id)
    if row is None:
        put_run(session, run)
        return True
    ended = row.state in _OPEN and run.state not in _OPEN
    known_whole = not row.imported or (row.bundle and run.imported)
    if ended or (run.whole and not known_whole):
        tags = session.exec(select(RunTagRow.tag).where(RunTagRow.run == run.id))
        put_run(session, replace(run, tags=tuple(sorted({*run.tags, *tags}))))
        return True
    return False


def begin_run(session: Session, run: Run) -> None:
    """Remember which process performs the run."""
    row = _run(session, run.id)
    if row.state == "running":
        row.host, row.pid, row.process_started = run.host, run.pid, run.process_started


def end_run(session: Session, run_id: str, state: RunState, *, ended: str | None, error: str) -> None:
    """End a run without results. One that has ended by itself in the meantime stays as it is."""
    row = _run(session, run_id)
    if row.state == "running" or (row.state == "lost" and state != "lost"):
        row.state, row.ended = state, ended
        row.error = error or row.error


def set_mlflow_id(session: Session, run_id: str, mlflow_run_id: str, tracking_uri: str) -> None:
    """Remember where the mirror of the run is."""
    row = _run(session, run_id)
    row.mlflow_run_id, row.tracking_uri = mlflow_run_id, tracking_uri


def deliver_run(session: Session, run_id: str, tracking_uri: str, *, whole: bool) -> None:
    """Remember which server of MLflow has the run, and whether it has all of it."""
    row = _run(session, run_id)
    row.tracking_uri, row.delivered = tracking_uri, whole


def tag_run(session: Session, run_id: str, tags: Iterable[str]) -> None:
    """Give the run these tags, in place of those that it had."""
    _run(session, run_id)
    session.exec(delete(RunTagRow).where(col(RunTagRow.run) == run_id))
    _insert(session, RunTagRow, [{"run": run_id, "tag": tag} for tag in sorted(set(tags))])


def delete_run(session: Session, run_id: str, deleted: str | None) -> None:
    """Take the run and its trials out of lists and answers since then; None brings them back."""
    _run(session, run_id).deleted = deleted
    session.flush()
    session.exec(update(RunRow).where(col(RunRow.parent) == run_id).values(deleted=deleted))


def merge_marks(session: Session, run_id: str, tags: Iterable[str], deleted: str | None) -> None:
    """What a record says of a run that came with one: its tags besides those here, and whether it was deleted."""
    row = _run(session, run_id)
    here = session.exec(select(RunTagRow.tag).where(RunTagRow.run == run_id))
    tag_run(session, run_id, {*here, *tags})
    row.deleted = row.deleted or deleted


def purge_run(session: Session, run_id: str) -> None:
    """Remove the run, its trials and all that belongs to them; what an answer cites is refused by the database."""
    _run(session, run_id)
    gone = select(RunRow.id).where((col(RunRow.id) == run_id) | (col(RunRow.parent) == run_id))
    # Findings before their runs, whose end takes what their places in the index of words are known by.
    session.exec(delete(FindingRow).where(col(FindingRow.run).in_(gone)))
    session.exec(delete(RunRow).where(col(RunRow.id) == run_id))


def _run(session: Session, run_id: str) -> RunRow:
    row = session.get(RunRow, run_id)
    if row is None:
        raise NotFoundError(f"no run {run_id[:8]} in the database", "`studyctl runs list` shows them")
    return row
