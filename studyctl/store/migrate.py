"""Bringing `study.db` to this version: made where it is missing, backed up before each step where it is older.

Eight processes may do this at once on a fresh clone. One file lock lets one of them work; each step and its record are
one transaction, so that a process that is killed leaves the version before or the version after.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Sequence
from pathlib import Path

from studyctl.errors import StoreError
from studyctl.store import database, views
from studyctl.store.database import (
    APPLICATION_ID,
    connect,
    refuse_foreign,
    translated,
)
from studyctl.store.migrations import MIGRATIONS, Migration

LOCK_SECONDS = 120.0


def prepare(
    path: Path,
    migrations: Sequence[Migration] = MIGRATIONS,
    create_views: Callable[[sqlite3.Connection], None] = views.create,
) -> tuple[int, int]:
    """Make the database, or bring it to the newest version; the versions before and after.

    StoreError where it is newer than this program, damaged, another program's, or in a folder that is read-only.
    """
    newest = migrations[-1].version
    if path.exists():
        with translated(path):
            version = _version(path, newest)
        if version == newest:
            return newest, newest
    return _locked(path, migrations, create_views)


def _version(path: Path, newest: int) -> int:
    db = connect(path, "rw")
    try:
        return refuse_foreign(db, path, newest)
    finally:
        db.close()


def _locked(
    path: Path, migrations: Sequence[Migration], create_views: Callable[[sqlite3.Connection], None]
) -> tuple[int, int]:
    from filelock import FileLock, Timeout

    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(path.with_name(path.name + ".lock"), timeout=LOCK_SECONDS), translated(path):
            return _migrate(path, migrations, create_views)
    except Timeout as error:
        raise StoreError(
            f"another process has been preparing {path} for {LOCK_SECONDS:.0f} s",
            "wait for it to end and try again",
        ) from error
    except OSError as error:
        raise StoreError(
            f"{path} cannot be written: {error.strerror or error}",
            "check the permissions of its folder; `studyctl scan` needs no database",
        ) from error


def _migrate(
    path: Path, migrations: Sequence[Migration], create_views: Callable[[sqlite3.Connection], None]
) -> tuple[int, int]:
    db = connect(path, "rwc")
    try:
        db.execute(f"PRAGMA synchronous = {database.SYNCHRONOUS}")
        before = version = refuse_foreign(db, path, migrations[-1].version)
        for step in migrations:
            if step.version <= version:
                continue
            if before:  # what this very process made has nothing to lose
                back_up(db, path, version)
            # Rebuilding a table renames it, which must not be taken for a change of what refers to it.
            db.execute("PRAGMA foreign_keys = OFF")
            db.execute("PRAGMA legacy_alter_table = ON")
            db.execute("BEGIN EXCLUSIVE")
            try:
                _step(db, step, create_views)
                db.execute("COMMIT")
            except BaseException:
                if db.in_transaction:
                    db.execute("ROLLBACK")
                raise
            version = step.version
        return before, version
    finally:
        db.close()


def _step(db: sqlite3.Connection, step: Migration, create_views: Callable[[sqlite3.Connection], None]) -> None:
    views.drop(db)
    step.apply(db)
    create_views(db)
    broken = db.execute("PRAGMA foreign_key_check").fetchall()
    if broken:
        raise sqlite3.IntegrityError(f"migration {step.version} left references to nothing: {broken[:3]}")
    db.execute(
        "INSERT INTO migration (version, name, applied) VALUES (?, ?, strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))",
        (step.version, step.name),
    )
    db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    db.execute(f"PRAGMA user_version = {step.version}")


def back_up(db: sqlite3.Connection, path: Path, version: int) -> Path:
    """A consistent copy beside the database, whole or not there at all."""
    target = path.with_name(f"{path.name}.v{version}.bak")
    scratch = target.with_name(f"{target.name}.{os.getpid()}.tmp")
    scratch.unlink(missing_ok=True)
    copy = sqlite3.connect(scratch)
    try:
        db.backup(copy)
    finally:
        copy.close()
    with scratch.open("rb") as handle:
        os.fsync(handle.fileno())
    scratch.replace(target)
    return target
