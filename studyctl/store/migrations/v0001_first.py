"""Version 1: the first schema."""

from __future__ import annotations

import sqlite3

STATEMENTS = (
    """CREATE TABLE migration (
        version INTEGER NOT NULL PRIMARY KEY,
        name TEXT NOT NULL,
        applied TEXT NOT NULL
    )""",
    """CREATE TABLE meta (
        key TEXT NOT NULL PRIMARY KEY,
        value TEXT NOT NULL
    )""",
    """CREATE TABLE counter (
        letter TEXT NOT NULL PRIMARY KEY,
        last INTEGER NOT NULL
    )""",
    """CREATE TABLE file_stamp (
        path TEXT NOT NULL PRIMARY KEY,
        role TEXT NOT NULL,
        size INTEGER NOT NULL,
        mtime_ns INTEGER NOT NULL,
        seen_ns INTEGER NOT NULL,
        sha256 TEXT NOT NULL
    )""",
    """CREATE TABLE item (
        id TEXT NOT NULL PRIMARY KEY,
        kind TEXT NOT NULL CHECK (kind IN ('question', 'todo', 'reading', 'claim')),
        also TEXT,
        text TEXT NOT NULL,
        norm TEXT NOT NULL,
        note TEXT NOT NULL,
        line INTEGER NOT NULL,
        last_line INTEGER NOT NULL,
        parent TEXT REFERENCES item (id) ON UPDATE CASCADE ON DELETE SET NULL DEFERRABLE INITIALLY DEFERRED,
        topic TEXT NOT NULL,
        position INTEGER NOT NULL,
        mark TEXT NOT NULL,
        box TEXT,
        rule TEXT NOT NULL,
        confidence TEXT NOT NULL,
        anchor TEXT,
        first_seen TEXT NOT NULL,
        gone_at TEXT,
        matched TEXT NOT NULL,
        score REAL NOT NULL,
        matched_at TEXT NOT NULL
    )""",
    "CREATE INDEX item_parent ON item (parent)",
    "CREATE INDEX item_position ON item (position)",
    """CREATE TABLE detail (
        item TEXT NOT NULL REFERENCES item (id) ON UPDATE CASCADE ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
        position INTEGER NOT NULL,
        role TEXT NOT NULL,
        line INTEGER NOT NULL,
        text TEXT NOT NULL,
        url TEXT,
        PRIMARY KEY (item, position)
    )""",
    """CREATE TABLE tie (
        item TEXT NOT NULL REFERENCES item (id) ON UPDATE CASCADE ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
        position INTEGER NOT NULL,
        experiment TEXT NOT NULL,
        fragment TEXT NOT NULL,
        target TEXT NOT NULL,
        line INTEGER NOT NULL,
        PRIMARY KEY (item, position)
    )""",
    "CREATE INDEX tie_experiment ON tie (experiment)",
    """CREATE TABLE override (
        item TEXT NOT NULL REFERENCES item (id) ON UPDATE CASCADE ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
        field TEXT NOT NULL CHECK (field IN ('ignored', 'kind', 'dropped')),
        value TEXT NOT NULL,
        at TEXT NOT NULL,
        PRIMARY KEY (item, field)
    )""",
    """CREATE TABLE run (
        id TEXT NOT NULL PRIMARY KEY,
        experiment TEXT NOT NULL,
        title TEXT NOT NULL,
        state TEXT NOT NULL CHECK (state IN ('running', 'finished', 'failed', 'killed', 'lost')),
        started TEXT NOT NULL,
        ended TEXT,
        preset TEXT NOT NULL,
        changed TEXT NOT NULL,
        params TEXT NOT NULL,
        seed TEXT,
        evidence_version INTEGER NOT NULL,
        host TEXT NOT NULL,
        pid INTEGER NOT NULL,
        process_started REAL NOT NULL,
        provenance TEXT NOT NULL,
        mlflow_run_id TEXT,
        error TEXT NOT NULL,
        imported BOOLEAN NOT NULL
    )""",
    "CREATE INDEX run_experiment ON run (experiment, started)",
    """CREATE TABLE run_metric (
        run TEXT NOT NULL REFERENCES run (id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
        name TEXT NOT NULL,
        position INTEGER NOT NULL,
        value TEXT NOT NULL,
        unit TEXT NOT NULL,
        steps INTEGER NOT NULL,
        PRIMARY KEY (run, name)
    )""",
    """CREATE TABLE artifact (
        run TEXT NOT NULL REFERENCES run (id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
        path TEXT NOT NULL,
        position INTEGER NOT NULL,
        kind TEXT NOT NULL,
        title TEXT NOT NULL,
        size INTEGER NOT NULL,
        sha256 TEXT NOT NULL,
        PRIMARY KEY (run, path)
    )""",
    """CREATE TABLE run_file (
        run TEXT NOT NULL REFERENCES run (id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
        path TEXT NOT NULL,
        role TEXT NOT NULL,
        position INTEGER NOT NULL,
        digest TEXT NOT NULL,
        PRIMARY KEY (run, path, role)
    )""",
    """CREATE TABLE finding (
        run TEXT NOT NULL REFERENCES run (id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
        key TEXT NOT NULL,
        position INTEGER NOT NULL,
        claim TEXT NOT NULL,
        supported_when TEXT NOT NULL,
        refuted_when TEXT NOT NULL,
        verdict TEXT,
        text TEXT NOT NULL,
        template TEXT NOT NULL,
        PRIMARY KEY (run, key)
    )""",
    """CREATE TABLE finding_figure (
        run TEXT NOT NULL,
        key TEXT NOT NULL,
        position INTEGER NOT NULL,
        name TEXT NOT NULL,
        value TEXT NOT NULL,
        PRIMARY KEY (run, key, position),
        FOREIGN KEY (run, key) REFERENCES finding (run, key) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED
    )""",
    """CREATE TABLE answer (
        number INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
        item TEXT NOT NULL REFERENCES item (id) ON UPDATE CASCADE DEFERRABLE INITIALLY DEFERRED,
        current BOOLEAN NOT NULL CHECK (current IN (0, 1)),
        author TEXT NOT NULL,
        backed BOOLEAN NOT NULL,
        quick BOOLEAN NOT NULL,
        verdict TEXT,
        conclusion TEXT NOT NULL,
        template TEXT NOT NULL,
        question TEXT NOT NULL,
        question_norm TEXT NOT NULL,
        recorded TEXT NOT NULL,
        digest TEXT NOT NULL
    )""",
    "CREATE INDEX answer_item ON answer (item)",
    "CREATE UNIQUE INDEX answer_current ON answer (item) WHERE current",
    """CREATE TABLE answer_evidence (
        answer INTEGER NOT NULL REFERENCES answer (number) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
        position INTEGER NOT NULL,
        run TEXT NOT NULL REFERENCES run (id) DEFERRABLE INITIALLY DEFERRED,
        experiment TEXT NOT NULL,
        finding TEXT NOT NULL,
        claim TEXT NOT NULL,
        verdict TEXT,
        text TEXT NOT NULL,
        PRIMARY KEY (answer, position)
    )""",
    "CREATE INDEX answer_evidence_run ON answer_evidence (run)",
    """CREATE TABLE answer_figure (
        answer INTEGER NOT NULL REFERENCES answer (number) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
        position INTEGER NOT NULL,
        name TEXT NOT NULL,
        value TEXT NOT NULL,
        PRIMARY KEY (answer, position)
    )""",
    """CREATE TABLE event (
        number INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
        item TEXT NOT NULL REFERENCES item (id) ON UPDATE CASCADE DEFERRABLE INITIALLY DEFERRED,
        at TEXT NOT NULL,
        what TEXT NOT NULL,
        text TEXT NOT NULL
    )""",
    "CREATE INDEX event_item ON event (item)",
    """CREATE TABLE journal (
        number INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
        at TEXT NOT NULL,
        command TEXT NOT NULL,
        summary TEXT NOT NULL,
        edits TEXT NOT NULL,
        overrides TEXT NOT NULL,
        undone_at TEXT
    )""",
    """CREATE TABLE file_digest (
        path TEXT NOT NULL PRIMARY KEY,
        size INTEGER NOT NULL,
        mtime_ns INTEGER NOT NULL,
        digest TEXT NOT NULL
    )""",
)


def apply(db: sqlite3.Connection) -> None:
    """Make every table and index of version 1."""
    for statement in STATEMENTS:
        db.execute(statement)
