"""Version 3: due dates, priorities and tags of items; numbers given back by `relink`."""

from __future__ import annotations

import sqlite3

STATEMENTS = (
    "ALTER TABLE item ADD COLUMN due TEXT",
    "ALTER TABLE item ADD COLUMN priority TEXT",
    "ALTER TABLE item ADD COLUMN tags TEXT NOT NULL DEFAULT '[]'",
    # Another field to override: SQLite changes a CHECK only with its table.
    "ALTER TABLE override RENAME TO override_before",
    """CREATE TABLE override (
        item TEXT NOT NULL REFERENCES item (id) ON UPDATE CASCADE ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
        field TEXT NOT NULL CHECK (field IN ('ignored', 'kind', 'dropped', 'relinked')),
        value TEXT NOT NULL,
        at TEXT NOT NULL,
        PRIMARY KEY (item, field)
    )""",
    "INSERT INTO override SELECT item, field, value, at FROM override_before",
    "DROP TABLE override_before",
    # Every note is read again by the next command: what is due was not looked for until now.
    "DELETE FROM file_stamp",
)


def apply(db: sqlite3.Connection) -> None:
    """Add the columns and the field."""
    for statement in STATEMENTS:
        db.execute(statement)
