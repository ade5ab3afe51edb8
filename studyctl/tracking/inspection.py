"""What `doctor` asks of MLflow's database: whether it can be used, and which runs it holds. Read without MLflow."""

from __future__ import annotations

import contextlib
import json
import math
import sqlite3
from collections.abc import Iterable, Mapping
from pathlib import Path

from studyctl.core.models import Run
from studyctl.core.verifying import Witness
from studyctl.errors import StoreError
from studyctl.tracking import environment, store

PLACE = "MLflow"


def installed() -> bool:
    """Whether this machine has MLflow at all."""
    try:
        environment.version()
    except environment.NotInstalled:
        return False
    return True


def problem(database: Path, *, fix: bool, now: str) -> str | None:
    """What is wrong with the store, None where nothing is; `fix` makes a missing one and sets a damaged one aside."""
    try:
        damaged = database.exists() and store.schema_of(database) is None
    except store.StoreProblem as wrong:
        return str(wrong)
    if damaged:
        if not fix:
            return f"{database.name} is no database of MLflow, or damaged"
        stamp = "".join(character for character in now if character.isdigit())[:14]
        database.replace(database.with_name(f"{database.name}.damaged-{stamp}"))
    if not database.exists() and not fix:
        return f"{database.name} is missing: its UI would show no run"
    try:
        store.ensure(database)
    except store.StoreProblem as wrong:
        return str(wrong)
    return None


def statuses(database: Path) -> dict[str, str]:
    """MLflow's status of every run that it holds, by its own id."""
    if not database.is_file():
        return {}
    with contextlib.closing(sqlite3.connect(f"{database.as_uri()}?mode=ro", uri=True)) as connection:
        rows = connection.execute("SELECT run_uuid, status FROM runs").fetchall()
    return {str(run_id): str(status) for run_id, status in rows}


def figures(database: Path, wanted: Mapping[str, Iterable[str]]) -> dict[str, Witness]:
    """What MLflow's database holds of some figures, by its own id of their run; a run that it lacks is left out."""
    if not database.is_file() or not wanted:
        return {}
    found: dict[str, Witness] = {}
    with contextlib.closing(sqlite3.connect(f"{database.as_uri()}?mode=ro", uri=True)) as connection:
        for run_id, names in wanted.items():
            known = "SELECT 1 FROM runs WHERE run_uuid = ? AND lifecycle_stage = 'active'"
            if connection.execute(known, (run_id,)).fetchone():
                found[run_id] = _witness(connection, run_id, sorted(names))
    return found


def _witness(connection: sqlite3.Connection, run_id: str, names: list[str]) -> Witness:
    """The figures as the UI shows them, and the values of their histories that were written last.

    MLflow's last value is that of the largest step, which need not be the one that was written last: it counts as
    long as it stands in the history.
    """
    latest = (
        "SELECT key, value, is_nan FROM latest_metrics WHERE run_uuid = ? AND key IN (SELECT value FROM json_each(?))"
    )
    last = {key: _number(value, nan) for key, value, nan in connection.execute(latest, (run_id, json.dumps(names)))}
    values: dict[str, tuple[float, ...]] = {}
    for name in names:
        newest = connection.execute(
            "SELECT value, is_nan FROM metrics WHERE run_uuid = ?1 AND key = ?2 AND timestamp ="
            " (SELECT max(timestamp) FROM metrics WHERE run_uuid = ?1 AND key = ?2)",
            (run_id, name),
        ).fetchall()
        there = [_number(value, nan) for value, nan in newest]
        if name in last and not math.isnan(last[name]):
            there += [
                value
                for (value,) in connection.execute(
                    "SELECT value FROM metrics WHERE run_uuid = ? AND key = ? AND value = ? AND NOT is_nan LIMIT 1",
                    (run_id, name, last[name]),
                )
            ]
        values[name] = tuple(there)
    return Witness(PLACE, values, last)


def _number(value: float, is_nan: bool) -> float:
    return math.nan if is_nan else value


def remote_figures(run: Run, names: Iterable[str]) -> Witness:
    """What a server elsewhere holds of a run's figures; StoreError where it does not answer or lacks the run."""
    environment.load()
    from mlflow import MlflowClient
    from mlflow.exceptions import MlflowException

    try:
        metrics = MlflowClient(tracking_uri=run.tracking_uri).get_run(str(run.mlflow_run_id)).data.metrics
    except MlflowException as error:
        raise StoreError(
            f"run {run.short} cannot be compared with {run.tracking_uri}: {str(error).splitlines()[0]}",
            "verify without --remote compares what is here",
        ) from error
    return Witness(f"MLflow at {run.tracking_uri}", last={name: metrics[name] for name in names if name in metrics})
