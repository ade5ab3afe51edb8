"""Bringing a database to today's version: step by step, with a backup before each, killed at any moment."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path

import pytest
from store_values import NOW, assigned, python, sync

from studyctl.errors import NeedsMigration, StoreError
from studyctl.store.database import SCHEMA_VERSION
from studyctl.store.ledger import StudyLedger
from studyctl.store.migrate import prepare
from studyctl.store.migrations import MIGRATIONS, Migration
from studyctl.store.reader import StudyReader


def _first(db: sqlite3.Connection) -> None:
    db.execute("CREATE TABLE migration (version INTEGER PRIMARY KEY, name TEXT, applied TEXT)")
    db.execute("CREATE TABLE thing (name TEXT)")
    db.execute("INSERT INTO thing VALUES ('kept')")


def _second(db: sqlite3.Connection) -> None:
    db.execute("ALTER TABLE thing RENAME TO old")
    db.execute("CREATE TABLE thing (name TEXT NOT NULL, colour TEXT)")
    db.execute("INSERT INTO thing (name) SELECT name FROM old")
    db.execute("DROP TABLE old")


def _fails(db: sqlite3.Connection) -> None:
    db.execute("DROP TABLE thing")
    raise sqlite3.OperationalError("a mistake in a migration")


def _view(db: sqlite3.Connection) -> None:
    db.execute("CREATE VIEW things AS SELECT * FROM thing")


FIRST, SECOND = Migration(1, "first", _first), Migration(2, "second", _second)


def rows(path: Path, query: str) -> list[tuple[object, ...]]:
    db = sqlite3.connect(path)
    try:
        return db.execute(query).fetchall()
    finally:
        db.close()


def version(path: Path) -> object:
    return rows(path, "PRAGMA user_version")[0][0]


def test_a_database_is_made_and_then_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "new" / "study.db"
    assert prepare(path) == (0, SCHEMA_VERSION)
    content = path.read_bytes()
    assert prepare(path) == (SCHEMA_VERSION, SCHEMA_VERSION)
    assert path.read_bytes() == content
    assert not list(path.parent.glob("*.bak"))


def test_each_step_is_recorded_and_backed_up(tmp_path: Path) -> None:
    path = tmp_path / "study.db"
    assert prepare(path, [FIRST], _view) == (0, 1)
    assert prepare(path, [FIRST, SECOND], _view) == (1, 2)
    assert rows(path, "SELECT name, colour FROM things") == [("kept", None)]
    assert rows(path, "SELECT version, name FROM migration") == [(1, "first"), (2, "second")]
    backup = tmp_path / "study.db.v1.bak"
    assert version(backup) == 1 and rows(backup, "SELECT * FROM thing") == [("kept",)]
    assert sorted(one.name for one in tmp_path.glob("study.db*")) == [
        "study.db",
        "study.db.lock",
        "study.db.v1.bak",
    ]


def test_a_step_that_fails_leaves_the_version_before(tmp_path: Path) -> None:
    path = tmp_path / "study.db"
    prepare(path, [FIRST, SECOND], _view)
    with pytest.raises(sqlite3.OperationalError, match="a mistake"):
        prepare(path, [FIRST, SECOND, Migration(3, "third", _fails)], _view)
    assert version(path) == 2
    assert rows(path, "SELECT name FROM things") == [("kept",)]


def test_a_step_may_not_leave_loose_references(tmp_path: Path) -> None:
    def loose(db: sqlite3.Connection) -> None:
        db.execute("CREATE TABLE other (id INTEGER PRIMARY KEY)")
        db.execute("CREATE TABLE part (other INTEGER REFERENCES other (id))")
        db.execute("INSERT INTO part VALUES (99)")

    path = tmp_path / "study.db"
    prepare(path, [FIRST], _view)
    with pytest.raises(sqlite3.IntegrityError, match="references to nothing"):
        prepare(path, [FIRST, Migration(2, "loose", loose)], _view)
    assert version(path) == 1


def test_a_newer_version_is_refused_with_both_numbers(tmp_path: Path) -> None:
    path = tmp_path / "study.db"
    StudyLedger(path).close()
    db = sqlite3.connect(path)
    db.execute(f"PRAGMA user_version = {SCHEMA_VERSION + 7}")
    db.close()
    for open_it in (StudyLedger, StudyReader):
        with pytest.raises(StoreError) as caught:
            open_it(path)
        assert not isinstance(caught.value, NeedsMigration)
        assert f"version {SCHEMA_VERSION + 7}" in caught.value.message
        assert f"up to {SCHEMA_VERSION}" in caught.value.message
        assert "upgrade studyctl" in caught.value.hint


def test_the_reader_asks_for_a_migration(tmp_path: Path) -> None:
    path = tmp_path / "study.db"
    with pytest.raises(NeedsMigration):
        StudyReader(path)
    path.touch()  # a process was killed between making the file and filling it
    with pytest.raises(NeedsMigration):
        StudyReader(path)
    with StudyLedger(path) as ledger:
        assert ledger.migrated == (0, SCHEMA_VERSION)
    StudyReader(path).close()


def test_another_programs_database_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "study.db"
    db = sqlite3.connect(path)
    db.execute("CREATE TABLE theirs (a)")
    db.close()
    content = path.read_bytes()
    for open_it in (StudyLedger, StudyReader):
        with pytest.raises(StoreError, match="another program"):
            open_it(path)
    assert path.read_bytes() == content


KILLED = """
    import os, signal
    from pathlib import Path
    import test_migrate
    from studyctl.store.migrate import prepare
    from studyctl.store.migrations import MIGRATIONS, Migration

    path, moment = Path(sys.argv[1]), int(sys.argv[2])
    statements = 0

    def dies(db):
        def count(statement):
            global statements
            statements += 1
            if statements == moment:
                os.kill(os.getpid(), signal.SIGKILL)
        # So small a cache spills into the file at once: the journal that is left behind is hot.
        db.execute("PRAGMA cache_size = 1")
        db.set_trace_callback(count)
        db.execute("CREATE TABLE bulk (a)")
        for _ in range(40):
            db.execute("INSERT INTO bulk VALUES (zeroblob(20000))")
        test_migrate._second(db)

    prepare(path, [test_migrate.FIRST, Migration(2, "second", dies)], test_migrate._view)
"""


@pytest.mark.slow
def test_a_migration_that_is_killed_leaves_the_version_before(tmp_path: Path) -> None:
    original = tmp_path / "original.db"
    prepare(original, [FIRST], _view)
    for moment in (2, 30, 45):
        path = tmp_path / f"killed{moment}" / "study.db"
        path.parent.mkdir()
        shutil.copy(original, path)
        done = python(KILLED, path, moment, cwd=tmp_path)
        assert done.returncode == -9, done.stderr
        assert (path.parent / "study.db-journal").exists()
        assert prepare(path, [FIRST, SECOND], _view) == (1, 2)
        assert rows(path, "SELECT name FROM things") == [("kept",)]
        assert rows(path, "PRAGMA integrity_check") == [("ok",)]


TOGETHER = """
    import os, time
    from pathlib import Path
    import test_migrate
    from studyctl.store.migrate import prepare
    from studyctl.store.migrations import MIGRATIONS, Migration

    def slowly(db):
        time.sleep(0.2)
        test_migrate._second(db)

    path = Path(sys.argv[1])
    children = []
    for _ in range(4):
        child = os.fork()
        if not child:
            seen = prepare(path, [test_migrate.FIRST, Migration(2, "second", slowly)], test_migrate._view)
            os._exit(10 + seen[0])
        children.append(child)
    print(sorted(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children))
"""


def test_processes_that_migrate_at_once_do_it_once(tmp_path: Path) -> None:
    path = tmp_path / "study.db"
    prepare(path, [FIRST], _view)
    done = python(TOGETHER, path, cwd=tmp_path)
    # Each ended well: one of them migrated from 1, the others found 2 once they had the lock.
    assert (done.stdout.strip(), done.stderr) == ("[11, 12, 12, 12]", "")
    assert rows(path, "SELECT version FROM migration") == [(1,), (2,)]


def test_a_workspace_that_was_migrated_keeps_its_items(tmp_path: Path) -> None:
    path = tmp_path / "study.db"
    with StudyLedger(path) as ledger:
        sync(ledger, assigned("Q1", "question", "Why?"))
    following = Migration(
        SCHEMA_VERSION + 1, "next", lambda db: db.execute("ALTER TABLE item ADD COLUMN more TEXT") and None
    )

    prepare(path, [*MIGRATIONS, following])
    assert rows(path, "SELECT id, status, first_seen FROM board") == [("Q1", "open", NOW)]
    backup = path.with_name(f"study.db.v{SCHEMA_VERSION}.bak")
    with StudyReader(backup) as reader:
        assert [one.id for one in reader.items()] == ["Q1"]


def test_what_is_committed_is_on_the_disk(tmp_path: Path, durable: None) -> None:
    with StudyLedger(tmp_path / "study.db") as ledger, ledger.transaction(), ledger.reading() as reader:
        settings = [reader._all(f"PRAGMA {name}")[0][0] for name in ("synchronous", "journal_mode", "foreign_keys")]
    assert settings == [3, "delete", 1]  # 3: EXTRA
