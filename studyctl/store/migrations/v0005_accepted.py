"""Version 5: a person's word that an answer still holds although something changed."""

from __future__ import annotations

import sqlite3

STATEMENTS = (
    # Another field to override: SQLite changes a CHECK only with its table.
    "ALTER TABLE override RENAME TO override_before",
    """CREATE TABLE override (
        item TEXT NOT NULL REFERENCES item (id) ON UPDATE CASCADE ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
        field TEXT NOT NULL CHECK (field IN ('ignored', 'kind', 'dropped', 'relinked', 'accepted')),
        value TEXT NOT NULL,
        at TEXT NOT NULL,
        PRIMARY KEY (item, field)
    )""",
    "INSERT INTO override SELECT item, field, value, at FROM override_before",
    "DROP TABLE override_before",
)


def apply(db: sqlite3.Connection) -> None:
    """Add the field."""
    for statement in STATEMENTS:
        db.execute(statement)
