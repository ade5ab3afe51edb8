"""Write transactions on `study.db` through SQLModel: begun with the write lock held, committed whole or not at all."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, create_engine, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool
from sqlmodel import Session

from studyctl.store import database
from studyctl.store.database import connect, store_error, translated
from studyctl.store.migrate import prepare
from studyctl.store.reader import StudyReader


class Transactions:
    """Opens `study.db` for writing, at this version, and hands out one transaction at a time.

    Taking the write lock at the start, not at the first change, is what makes reading, deciding and writing one step:
    two processes that read the same state could otherwise not both be right. Threads wait for each other likewise.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.migrated = before, now = prepare(path)  # versions before and after
        self._thread = threading.RLock()
        self._session: Session | None = None
        self._engine = create_engine("sqlite://", creator=self._connect, poolclass=NullPool)
        event.listen(self._engine, "begin", _begin)
        if 0 < before < now:
            with self.begin():  # what a migration left to be indexed
                pass

    def close(self) -> None:
        self._engine.dispose()

    def _connect(self) -> sqlite3.Connection:
        # Without Python's transaction handling, which begins too late and ends before DDL.
        db = connect(self.path, "rw")
        try:
            db.execute("PRAGMA foreign_keys = ON")
            db.execute(f"PRAGMA synchronous = {database.SYNCHRONOUS}")
        except BaseException:
            db.close()
            raise
        return db

    @contextmanager
    def begin(self) -> Iterator[Session]:
        """The open transaction of this thread, or a new one that is committed at the end of the block."""
        with self._thread:
            if self._session is not None:
                yield self._session
                self._session.flush()
            else:
                with self._new() as session:
                    yield session

    @contextmanager
    def _new(self) -> Iterator[Session]:
        try:
            # Rows stay as they are after the commit; nothing is read back from them.
            with Session(self._engine, expire_on_commit=False, autoflush=False) as session:
                session.connection()  # takes the write lock
                self._session = session
                try:
                    yield session
                    session.flush()
                    self._index(session)
                    session.commit()
                finally:
                    self._session = None
        except DBAPIError as error:
            known = store_error(self.path, error.orig)
            if known is None:
                raise
            raise known from error

    def _index(self, session: Session) -> None:
        """Let the words that were written be found, from the same commit on."""
        from studyctl.store.indexing import refresh

        with translated(self.path):
            refresh(_driver(session))

    @contextmanager
    def reading(self) -> Iterator[StudyReader]:
        """A reader for the block: inside a transaction it sees what was written so far."""
        with self._thread:
            if self._session is None:
                with StudyReader(self.path) as reader:
                    yield reader
                return
            self._session.flush()
            yield StudyReader.over(self.path, _driver(self._session))


def _driver(session: Session) -> sqlite3.Connection:
    raw = session.connection().connection.driver_connection
    assert isinstance(raw, sqlite3.Connection)
    return raw


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")
