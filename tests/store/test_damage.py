"""A database that is damaged, half-written, locked, or in a folder that is read-only."""

from __future__ import annotations

import os
import shutil
import sqlite3
from pathlib import Path

import pytest
from store_values import NOW, assigned, python, run, sync

from studyctl.errors import StoreError
from studyctl.store import database, repair
from studyctl.store.ledger import StudyLedger
from studyctl.store.reader import StudyReader


def filled(path: Path) -> Path:
    with StudyLedger(path) as ledger:
        sync(ledger, *(assigned(f"Q{n}", "question", f"Why {n}?" * 40, n) for n in range(1, 50)))
    return path


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return filled(tmp_path / "study.db")


def overwritten(path: Path) -> None:
    path.write_bytes(b"these are my notes, not a database\n" * 100)


def truncated(path: Path) -> None:
    with path.open("r+b") as file:
        file.truncate(path.stat().st_size // 2)


def cut_in_a_page(path: Path) -> None:
    with path.open("r+b") as file:
        file.truncate(1000)


@pytest.mark.parametrize("damage", [overwritten, truncated, cut_in_a_page])
def test_a_damaged_database_says_what_to_do(path: Path, damage: object) -> None:
    damage(path)  # type: ignore[operator]
    for use in (lambda: StudyReader(path).items(), lambda: StudyLedger(path).known_items()):
        with pytest.raises(StoreError) as caught:
            use()
        assert "damaged" in caught.value.message and str(path) in caught.value.message
        assert "studyctl doctor --fix" in caught.value.hint
    assert repair.problems(path)


def test_damage_deep_inside_is_named_when_it_is_met(path: Path) -> None:
    size = path.stat().st_size
    with path.open("r+b") as file:
        for page in range(3, size // 4096):
            file.seek(page * 4096)
            file.write(b"\xff" * 4096)
    with pytest.raises(StoreError, match="damaged"), StudyReader(path) as reader:
        reader.items()
    with pytest.raises(StoreError, match="damaged"), StudyLedger(path) as ledger:
        sync(ledger, assigned("Q1", "question", "Why?"))
    assert repair.problems(path)


def test_a_missing_view_is_damage_too(path: Path) -> None:
    db = sqlite3.connect(path)
    db.execute("DROP VIEW items")
    db.close()
    with pytest.raises(StoreError, match="lacks a part"), StudyReader(path) as reader:
        reader.items()


def test_a_sound_database_has_no_problems(path: Path) -> None:
    assert repair.problems(path) == []


def test_loose_references_are_a_problem(path: Path) -> None:
    db = sqlite3.connect(path)
    db.execute("INSERT INTO tie VALUES ('Q9999', 0, 'flops', '', '', 1)")
    db.commit()
    db.close()
    assert repair.problems(path) == ["a row of tie refers to a missing one of item"]


def test_a_damaged_database_is_set_aside_and_made_anew(path: Path) -> None:
    overwritten(path)
    database.journal_of(path).write_bytes(b"its journal")
    damaged = path.read_bytes()
    first = repair.set_aside(path, now=NOW)
    assert first.name == "study.db.damaged-20261124030405"
    assert first.read_bytes() == damaged and not database.journal_of(path).exists()
    StudyLedger(path).close()
    assert repair.set_aside(path, now=NOW).name == "study.db.damaged-20261124030405-2"


# -- a writer that was killed

WRITES = """
    import os, signal
    from pathlib import Path
    from sqlalchemy import event
    from sqlalchemy.engine import Engine
    from store_values import *
    from studyctl.store.ledger import StudyLedger

    path, last = Path(sys.argv[1]), int(sys.argv[2])

    def write(ledger):
        with ledger.transaction():
            sync(ledger, *(assigned(f"Q{n}", "question", f"How {n}?" * 40, n, how="similar") for n in range(1, 60)))
            ledger.finish_run(run())
            ledger.record_answer(answer("Q1", "Why?", run()))
            ledger.journal("run box-decoding", "ran", [], [], now=NOW)

    for moment in range(1, last):
        home = path.with_name(f"study{moment}.db")
        home.write_bytes(path.read_bytes())
        child = os.fork()
        if not child:
            count = 0
            with StudyLedger(home) as ledger:
                @event.listens_for(Engine, "before_cursor_execute")
                def killed(connection, cursor, statement, *_):
                    global count
                    count += 1
                    if count == 1:
                        cursor.execute("PRAGMA cache_size = 1")
                    if count == moment:
                        os.kill(os.getpid(), signal.SIGKILL)
                write(ledger)
            os._exit(7)
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        print(moment, code, home.with_name(home.name + "-journal").exists())
        if code == 7:
            break
"""


@pytest.fixture(scope="module")
def killed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[list[str]]]:
    """The same write, killed at every step: the folder of the databases, and (step, exit code, journal left)."""
    folder = tmp_path_factory.mktemp("killed")
    done = python(WRITES, filled(folder / "study.db"), 80, cwd=folder)
    assert done.stderr == ""
    return folder, [line.split() for line in done.stdout.splitlines()]


def copied(name: str, folder: Path, target: Path) -> Path:
    """A database with the journal that stands beside it."""
    for one in (folder / name, database.journal_of(folder / name)):
        if one.exists():
            shutil.copy(one, target)
    return target / name


def hot(killed: tuple[Path, list[list[str]]], target: Path) -> Path:
    """A database with the journal that a killed writer left."""
    folder, steps = killed
    moment = next(step for step, _, left in reversed(steps) if left == "True")
    home = copied(f"study{moment}.db", folder, target)
    assert database.journal_of(home).exists()
    return home


@pytest.mark.slow
def test_a_write_that_is_killed_at_any_step_is_whole_or_not_there(
    killed: tuple[Path, list[list[str]]], tmp_path: Path
) -> None:
    folder, steps = killed
    assert len(steps) > 10
    assert [code for _, code, _ in steps] == ["-9"] * (len(steps) - 1) + ["7"]
    assert any(left == "True" for _, _, left in steps)
    for moment, code, _ in steps:
        with StudyReader(copied(f"study{moment}.db", folder, tmp_path)) as reader:
            items, runs, answer = reader.items(), reader.runs(), reader.answer("Q1")
            entries = reader.journal()
        if code == "-9":
            assert [one.text[:4] for one in items] == ["Why "] * 49
            assert (runs, answer, entries) == ([], None, [])
        else:
            assert [one.text[:4] for one in items] == ["How "] * 59
            assert len(runs) == len(entries) == 1 and answer is not None


def test_a_reader_takes_a_killed_writers_half_back(killed: tuple[Path, list[list[str]]], tmp_path: Path) -> None:
    home = hot(killed, tmp_path)
    with StudyReader(home) as reader:
        assert len(reader.items()) == 49
    assert not database.journal_of(home).exists()


def test_where_it_cannot_the_error_says_so(
    killed: tuple[Path, list[list[str]]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = hot(killed, tmp_path)
    real = database.connect
    # What a connection that may write meets in a read-only folder: it is opened for reading after all.
    monkeypatch.setattr(database, "connect", lambda path, mode: real(path, "ro" if mode == "rw" else mode))
    with pytest.raises(StoreError, match="half-written") as caught:
        StudyReader(home)
    assert caught.value.hint


# -- locked, and read-only


def test_a_database_that_stays_locked_says_so(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "BUSY_SECONDS", 0.05)
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    with StudyLedger(path) as ledger:
        with pytest.raises(StoreError, match="locked by another process"):
            ledger.override("Q1", "ignored", "yes", now=NOW)
        with StudyReader(path) as reader:
            assert len(reader.items()) == 49
        holder.execute("ROLLBACK")
        ledger.override("Q1", "ignored", "yes", now=NOW)
    holder.close()


def test_without_locks_a_read_only_folder_is_read_as_it_is(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = database.connect
    modes: list[str] = []

    def without_locks(path: Path, mode: str) -> sqlite3.Connection:
        modes.append(mode)
        if mode != "immutable":
            error = sqlite3.OperationalError("disk I/O error")
            error.sqlite_errorname = "SQLITE_IOERR_LOCK"
            raise error
        return real(path, mode)

    monkeypatch.setattr(database, "connect", without_locks)
    monkeypatch.setattr(os, "access", lambda *_: False)
    with StudyReader(path) as reader:
        assert len(reader.items()) == 49
    assert modes == ["ro", "immutable"]
    monkeypatch.setattr(os, "access", lambda *_: True)
    with pytest.raises(StoreError, match="disk I/O error"):
        StudyReader(path)


def test_an_immutable_reader_touches_nothing(path: Path) -> None:
    with StudyReader(path, immutable=True) as reader:
        assert len(reader.items()) == 49


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_read_only_folder_is_read_and_not_written(path: Path) -> None:
    path.chmod(0o444)
    path.parent.chmod(0o555)
    try:
        with StudyReader(path) as reader:
            assert len(reader.items()) == 49
        with StudyLedger(path) as ledger, pytest.raises(StoreError, match="cannot be"):
            ledger.finish_run(run())
    finally:
        path.parent.chmod(0o755)


def test_a_folder_that_cannot_be_made_is_an_error_with_a_next_step(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StoreError) as caught:
        StudyLedger(tmp_path / "file" / "study.db")
    assert caught.value.hint


def test_a_folder_in_its_place_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "study.db").mkdir()
    for open_it in (StudyReader, StudyLedger):
        with pytest.raises(StoreError, match="cannot be"):
            open_it(tmp_path / "study.db")
    shutil.rmtree(tmp_path / "study.db")
