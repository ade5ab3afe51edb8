"""The file `study.db` itself, with the standard library only: opening it, its version, and what can be wrong with it.

Both sides stand on this: the reader, which must start fast, and the ledger.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from studyctl.errors import NeedsMigration, StoreError

SCHEMA_VERSION = 7
# In the file's header, so that a database of some other program is told from ours.
APPLICATION_ID = int.from_bytes(b"stdy", "big")
BUSY_SECONDS = 30.0
# A committed answer survives a power cut: even the removal of the journal reaches the disk.
SYNCHRONOUS = "EXTRA"
# What Python says, without a code of SQLite's, where bytes of a text have changed.
UNDECODABLE = "Could not decode to UTF-8"
REBUILD = "`studyctl doctor --fix` sets it aside and rebuilds it from the notes, the run folders and the record"


def store_error(path: Path, error: BaseException | None) -> StoreError | None:
    """What a person can do about an error of SQLite; None where it is our own bug (a constraint, a wrong statement)."""
    if isinstance(error, UnicodeDecodeError):  # in what SQLite says of itself, such as a column's name
        return StoreError(f"{path} is damaged: {error}", REBUILD)
    if not isinstance(error, sqlite3.DatabaseError):
        return None
    code = getattr(error, "sqlite_errorname", "") or ""
    text = str(error)
    if code.startswith(("SQLITE_NOTADB", "SQLITE_CORRUPT")) or "malformed" in text or UNDECODABLE in text:
        return StoreError(f"{path} is damaged: {text}", REBUILD)
    if "no such table" in text or "no such column" in text:
        return StoreError(f"{path} lacks a part that its version has: {text}", REBUILD)
    if code.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return StoreError(
            f"{path} has been locked by another process for {BUSY_SECONDS:.0f} s",
            "wait for it to end and try again",
        )
    if code.startswith(("SQLITE_READONLY", "SQLITE_PERM", "SQLITE_AUTH")):
        return StoreError(f"{path} cannot be written: {text}", "check the permissions of the file and its folder")
    if code.startswith("SQLITE_CANTOPEN"):
        return StoreError(f"{path} cannot be opened", "check the permissions of the file and its folder")
    if code.startswith("SQLITE_FULL"):
        return StoreError(f"{path} cannot grow: the disk is full", "free some space and try again")
    if code.startswith("SQLITE_IOERR"):
        return StoreError(f"{path} cannot be read or written: {text}", "check the disk, then try again")
    return None


@contextmanager
def translated(path: Path) -> Iterator[None]:
    """Turn what SQLite says into an error that a person can act on."""
    try:
        yield
    except (sqlite3.DatabaseError, UnicodeDecodeError) as error:
        known = store_error(path, error)
        if known is None:
            raise
        raise known from error


def stored_version(db: sqlite3.Connection) -> int:
    """The schema version in the file's header; 0 for an empty file."""
    (version,) = db.execute("PRAGMA user_version").fetchone()
    return int(version)


def has_fts5(db: sqlite3.Connection) -> bool:
    """Whether this SQLite was built with full-text search."""
    (known,) = db.execute("SELECT EXISTS (SELECT 1 FROM pragma_module_list WHERE name = 'fts5')").fetchone()
    return bool(known)


def refuse_foreign(db: sqlite3.Connection, path: Path, known: int = SCHEMA_VERSION) -> int:
    """The version of a database that is ours and not newer than `known`; StoreError for any other."""
    version = stored_version(db)
    if version > known:
        raise StoreError(
            f"{path} has version {version}, this studyctl knows versions up to {known}",
            "upgrade studyctl: python -m pip install -U studyctl",
        )
    (tables,) = db.execute("SELECT count(*) FROM sqlite_master").fetchone()
    (owner,) = db.execute("PRAGMA application_id").fetchone()
    if tables and owner != APPLICATION_ID:
        raise StoreError(f"{path} is a database of another program", f"move it away: studyctl makes {path.name} anew")
    return version


def journal_of(path: Path) -> Path:
    """The rollback journal beside the database: there while a transaction is written, or after one was cut off."""
    return path.with_name(path.name + "-journal")


def connect(path: Path, mode: str) -> sqlite3.Connection:
    """A connection without Python's own transaction handling; mode "ro", "rw", "rwc" or "immutable"."""
    query = "mode=ro&immutable=1" if mode == "immutable" else f"mode={mode}"
    return sqlite3.connect(f"{path.absolute().as_uri()}?{query}", uri=True, timeout=BUSY_SECONDS, isolation_level=None)


def open_for_reading(path: Path, *, immutable: bool = False) -> sqlite3.Connection:
    """A read-only connection to a database of exactly this version.

    NeedsMigration where it is missing, empty or older; StoreError where it is newer, foreign or damaged.
    """
    if not path.exists():
        raise NeedsMigration(f"{path} does not exist yet", "studyctl sync")
    with translated(path):
        db = _open(path, immutable)
        try:
            version = stored_version(db)
            # The header decides in the usual case; only what is odd is looked at more closely.
            if version != SCHEMA_VERSION:
                version = refuse_foreign(db, path)
        except BaseException:
            db.close()
            raise
    if version < SCHEMA_VERSION:
        db.close()
        raise NeedsMigration(
            f"{path} has version {version}, this studyctl uses version {SCHEMA_VERSION}",
            "studyctl sync upgrades it",
        )
    return db


def _open(path: Path, immutable: bool) -> sqlite3.Connection:
    if immutable:
        return connect(path, "immutable")
    try:
        return _checked(path)
    except sqlite3.OperationalError as error:
        code = getattr(error, "sqlite_errorname", "") or ""
        if journal_of(path).exists():
            # A writer was killed in the middle: only a connection that may write can take its half back.
            if code.startswith(("SQLITE_READONLY", "SQLITE_CANTOPEN")):
                _roll_back(path)
                return _checked(path)
        elif code.startswith("SQLITE_IOERR") and not os.access(path.parent, os.W_OK):
            # Nobody can be writing here, and some read-only file systems give no locks.
            return connect(path, "immutable")
        raise


def _checked(path: Path) -> sqlite3.Connection:
    """A read-only connection after its first read, which takes a lock and finds a journal that was left behind."""
    db = connect(path, "ro")
    try:
        stored_version(db)
    except BaseException:
        db.close()
        raise
    return db


def _roll_back(path: Path) -> None:
    """Take back what a killed writer left half done, as SQLite does for any connection that may write."""
    db = connect(path, "rw")
    try:
        stored_version(db)
    except sqlite3.OperationalError as error:
        raise StoreError(
            f"{path} was left half-written by a process that was killed, and this folder is read-only",
            "run any studyctl command once where the folder can be written",
        ) from error
    finally:
        db.close()
