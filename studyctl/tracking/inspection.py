"""What `doctor` asks of MLflow's database: whether it can be used, and which runs it holds. Read without MLflow."""

from __future__ import annotations

import contextlib
import sqlite3
from pathlib import Path

from studyctl.tracking import store


def problem(database: Path, *, fix: bool, now: str) -> str | None:
    """What is wrong with the store, None where nothing is; `fix` makes a missing one and sets a damaged one aside."""
    if database.exists() and store.schema_of(database) is None:
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
