"""Version 4: sweeps and their trials, tags, deleted runs, what MLflow has of each run, which bundle brought it."""

from __future__ import annotations

import sqlite3

STATEMENTS = (
    "ALTER TABLE run ADD COLUMN role TEXT NOT NULL DEFAULT 'run' CHECK (role IN ('run', 'sweep', 'trial'))",
    "ALTER TABLE run ADD COLUMN parent TEXT REFERENCES run (id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED",
    "ALTER TABLE run ADD COLUMN deleted TEXT",
    "ALTER TABLE run ADD COLUMN tracking_uri TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE run ADD COLUMN delivered BOOLEAN NOT NULL DEFAULT 0 CHECK (delivered IN (0, 1))",
    "ALTER TABLE run ADD COLUMN origin TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE run ADD COLUMN bundle TEXT NOT NULL DEFAULT ''",
    "UPDATE run SET delivered = 1 WHERE mlflow_run_id IS NOT NULL AND state <> 'running'",
    "CREATE INDEX run_parent ON run (parent)",
    """CREATE TABLE run_tag (
        run TEXT NOT NULL REFERENCES run (id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
        tag TEXT NOT NULL,
        PRIMARY KEY (run, tag)
    )""",
)


def apply(db: sqlite3.Connection) -> None:
    """Add the columns and the table."""
    for statement in STATEMENTS:
        db.execute(statement)
