"""What `doctor` needs of the database file: whether it is sound, and how to put a damaged one aside, still whole."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from studyctl.errors import StoreError
from studyctl.store.database import UNDECODABLE, connect, journal_of, refuse_foreign, store_error

SHOWN = 5


def problems(path: Path) -> list[str]:
    """What is wrong with the database, one line each; empty where it is sound. It reads every page.

    A database that is locked or may not be read raises StoreError: nothing can be said of it.
    """
    try:
        db = connect(path, "rw")
    except sqlite3.OperationalError as error:
        raise store_error(path, error) or error from error
    try:
        refuse_foreign(db, path)
        found = [str(row[0]) for row in db.execute(f"PRAGMA integrity_check({SHOWN})") if row[0] != "ok"]
        # Since SQLite 3.44 this also looks into the index of words, which can be made anew by itself: `indexing`.
        found = [line for line in found if "FTS5 table" not in line]
        loose = db.execute("PRAGMA foreign_key_check").fetchall()
        found += [f"a row of {table} refers to a missing one of {target}" for table, _, target, _ in loose[:SHOWN]]
        return found or _unreadable(db)
    except sqlite3.DatabaseError as error:
        code = getattr(error, "sqlite_errorname", "") or ""
        if code.startswith(("SQLITE_NOTADB", "SQLITE_CORRUPT")):
            return [str(error)]
        raise store_error(path, error) or error from error
    finally:
        db.close()


def _unreadable(db: sqlite3.Connection) -> list[str]:
    """Tables with a text that is none any more, which SQLite's own check does not look at."""
    found: list[str] = []
    stored = "SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL %'"
    for (table,) in db.execute(stored).fetchall():
        try:
            for _ in db.execute(f'SELECT * FROM "{table}"'):
                pass
        except (sqlite3.OperationalError, UnicodeDecodeError) as error:
            if not isinstance(error, UnicodeDecodeError) and UNDECODABLE not in str(error):
                raise
            found.append(f"a text in {table} is not UTF-8")
    return found


def set_aside(path: Path, *, now: str) -> Path:
    """Rename a damaged database, with its journal, so that a new one can be made; the new name."""
    stamp = "".join(character for character in now if character.isdigit())[:14]
    target = path.with_name(f"{path.name}.damaged-{stamp}")
    count = 1
    while target.exists():
        count += 1
        target = path.with_name(f"{path.name}.damaged-{stamp}-{count}")
    try:
        # The journal first: a new database must never find the old one's.
        if journal_of(path).exists():
            journal_of(path).replace(journal_of(target))
        path.replace(target)
    except OSError as error:
        raise StoreError(
            f"{path} cannot be renamed: {error.strerror}", "check the permissions of its folder"
        ) from error
    return target
