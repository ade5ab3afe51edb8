"""MLflow's database: made once, and brought up to the installed MLflow, under a lock of ours.

Eight processes that start on a fresh database at once all try to create its tables, and seven fail. So it is
made in a file of its own under a lock and moved into place whole: a process that is killed meanwhile leaves
nothing behind. An older schema is copied aside before it is upgraded.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
from importlib import import_module
from pathlib import Path
from typing import Any

from studyctl.tracking import environment

LOCK_SECONDS = 180
# How long another program may hold the write lock. MLflow itself waits twice as long, with every request.
BUSY_SECONDS = 10.0
# Where MLflow's server looks artifacts up, whatever folder the workspace lies in.
ARTIFACT_ROOT = "mlflow-artifacts:/"
_STAMP = "mlflow-store.txt"


class StoreProblem(Exception):
    """MLflow's database cannot be used; the message says why."""


def uri(database: Path) -> str:
    """The address under which MLflow opens the database."""
    return f"sqlite:///{database.as_posix()}"


def ensure(database: Path) -> None:
    """Make the database, or upgrade it, where that is needed; StoreProblem where it cannot be done.

    NotInstalled where this machine has no MLflow.
    """
    version = environment.version()
    if _is_ready(database, version):
        return
    from filelock import FileLock, Timeout

    try:
        with FileLock(database.with_suffix(".lock"), timeout=LOCK_SECONDS):
            if not _is_ready(database, version):
                _make_ready(database)
                _keep_stamp(database, version)
    except Timeout as error:
        raise StoreProblem(f"another process has been preparing {database.name} for too long") from error
    except OSError as error:
        raise StoreProblem(f"{database.name} cannot be written: {error.strerror or error}") from error


def await_turn(database: Path) -> None:
    """Return when the database can be written; StoreProblem where another program holds it, or it cannot be."""
    try:
        address = f"{database.as_uri()}?mode=rw"
        with contextlib.closing(sqlite3.connect(address, uri=True, timeout=BUSY_SECONDS)) as connection:
            connection.execute("BEGIN IMMEDIATE")
            connection.rollback()
    except sqlite3.Error as error:
        if "locked" in str(error) or "busy" in str(error):
            raise StoreProblem(f"{database.name} is locked by another process") from error
        raise StoreProblem(f"{database.name} cannot be written: {error}") from error


def schema_of(database: Path) -> str | None:
    """The revision of the database's schema; None where there is none. Read without MLflow.

    StoreProblem where another process holds the database: it may well be sound.
    """
    if not database.is_file():
        return None
    try:
        with contextlib.closing(sqlite3.connect(f"{database.as_uri()}?mode=ro", uri=True)) as connection:
            row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    except sqlite3.OperationalError as error:
        if "locked" in str(error) or "busy" in str(error):
            raise StoreProblem(f"{database.name} is locked by another process") from error
        return None
    except sqlite3.DatabaseError:
        return None
    return str(row[0]) if row else None


def _is_ready(database: Path, version: str) -> bool:
    """Whether this very MLflow has prepared the database as it is: nothing needs to be locked or compared then."""
    try:
        kept = database.with_name(_STAMP).read_text("utf-8").split()
    except OSError:
        return False
    return kept == [version, schema_of(database)]


def _keep_stamp(database: Path, version: str) -> None:
    schema = schema_of(database)
    if schema is not None:
        stamp = database.with_name(_STAMP)
        scratch = stamp.with_suffix(f".{os.getpid()}.tmp")
        scratch.write_text(f"{version} {schema}\n", "utf-8")
        scratch.replace(stamp)


def _make_ready(database: Path) -> None:
    environment.load()
    from mlflow.exceptions import MlflowException

    try:
        if not database.exists():
            _create(database)
            return
        present = schema_of(database)
        if present is None:
            raise StoreProblem(f"{database.name} is no database of MLflow, or damaged")
        wanted = _utils()._get_latest_schema_revision()
        if present != wanted:
            _upgrade(database, present)
    except MlflowException as error:
        raise StoreProblem(f"{database.name}: {error.message}") from error


def _create(database: Path) -> None:
    stores: Any = import_module("mlflow.store.tracking.sqlalchemy_store")
    scratch = database.with_suffix(".new")
    scratch.unlink(missing_ok=True)
    store = stores.SqlAlchemyStore(uri(scratch), ARTIFACT_ROOT)
    store.engine.dispose()
    scratch.replace(database)


def _upgrade(database: Path, present: str) -> None:
    from alembic.util.exc import CommandError

    backup = database.with_name(f"{database.name}.backup-{present}")
    with (
        contextlib.closing(sqlite3.connect(database)) as old,
        contextlib.closing(sqlite3.connect(backup)) as copy,
    ):
        old.backup(copy)
    engine = _utils().create_sqlalchemy_engine(uri(database))
    try:
        _utils()._upgrade_db(engine)
    except CommandError as error:
        raise StoreProblem(
            f"{database.name} has a schema ({present}) that the installed MLflow does not know: upgrade mlflow"
        ) from error
    finally:
        engine.dispose()


def _utils() -> Any:
    """The functions behind `mlflow db upgrade`; they carry no types."""
    return import_module("mlflow.store.db.utils")
