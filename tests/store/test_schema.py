"""The schema: what migrations make, what SQLModel believes, what the documentation says, and what is frozen."""

from __future__ import annotations

import importlib
import re
import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import create_engine

from studyctl.store import tables
from studyctl.store.database import APPLICATION_ID, SCHEMA_VERSION
from studyctl.store.ledger import StudyLedger
from studyctl.store.migrate import prepare
from studyctl.store.migrations import MIGRATIONS
from studyctl.store.views import VIEWS

HERE = Path(__file__).parent
DOCUMENTATION = HERE.parents[1] / "docs" / "study-db.md"
GOLDEN = sorted(HERE.glob("schema_v*.sql"))


def names(db: sqlite3.Connection, kind: str) -> list[str]:
    # Without the index of words and what FTS5 keeps for it: SQLModel knows no virtual tables.
    query = "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = ? AND name NOT LIKE 'sqlite_%'"
    return sorted(row[0] for row in db.execute(query, (kind,)))


def affinity(declared: str) -> str:
    """The type that a declaration comes to: SQLModel calls a text VARCHAR."""
    return {"VARCHAR": "TEXT", "FLOAT": "REAL"}.get(declared, declared)


def shape(db: sqlite3.Connection) -> dict[str, object]:
    """Every table with its columns, references and indexes, whatever the wording of its statement."""
    found: dict[str, object] = {}
    for table in names(db, "table"):
        columns = [
            (name, affinity(kind), bool(required), key)
            for _, name, kind, required, _, key in db.execute(f"PRAGMA table_info({table})")
        ]
        references = sorted(row[2:7] for row in db.execute(f"PRAGMA foreign_key_list({table})"))
        indexes = sorted(
            (row[1], row[2], row[4], tuple(c[2] for c in db.execute(f"PRAGMA index_info({row[1]})")))
            for row in db.execute(f"PRAGMA index_list({table})")
            if row[3] == "c"
        )
        found[table] = (columns, references, indexes)
    return found


@pytest.fixture
def database(tmp_path: Path) -> sqlite3.Connection:
    prepare(tmp_path / "study.db")
    return sqlite3.connect(tmp_path / "study.db")


def dump(db: sqlite3.Connection) -> str:
    """The statements of the tables, indexes, views and triggers, one after the other."""
    query = (
        "SELECT sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_%'"
        " AND name NOT IN (SELECT name FROM pragma_table_list WHERE type = 'shadow')"
        " ORDER BY CASE type WHEN 'table' THEN 1 WHEN 'index' THEN 2 WHEN 'view' THEN 3 ELSE 4 END, name"
    )
    return "".join(" ".join(row[0].split()) + ";\n" for row in db.execute(query))


def test_migrations_and_models_describe_the_same_tables(database: sqlite3.Connection, tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path / 'models.db'}")
    tables.Table.metadata.create_all(engine)
    engine.dispose()
    models = sqlite3.connect(tmp_path / "models.db")
    assert shape(models) == shape(database)
    models.close()
    database.close()


def test_importing_the_tables_twice_does_no_harm() -> None:
    again = importlib.reload(importlib.import_module("studyctl.store.tables"))
    assert again.Table.metadata.tables.keys() == tables.Table.metadata.tables.keys()


def test_versions_agree() -> None:
    assert [step.version for step in MIGRATIONS] == list(range(1, SCHEMA_VERSION + 1))
    assert [path.stem for path in GOLDEN] == [f"schema_v{step.version}" for step in MIGRATIONS]


@pytest.mark.parametrize("golden", GOLDEN, ids=lambda path: path.stem)
def test_every_earlier_version_becomes_todays(golden: Path, database: sqlite3.Connection, tmp_path: Path) -> None:
    version = int(golden.stem.removeprefix("schema_v"))
    path = tmp_path / "earlier.db"
    earlier = sqlite3.connect(path)
    earlier.executescript(golden.read_text("utf-8"))
    earlier.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    earlier.execute(f"PRAGMA user_version = {version}")
    earlier.commit()
    assert prepare(path) == (version, SCHEMA_VERSION)
    assert shape(earlier) == shape(database)
    earlier.close()
    database.close()


def test_the_released_schema_is_frozen(database: sqlite3.Connection) -> None:
    # A difference here means: leave the migration as it is, and write the next one. That holds for a view too:
    # views are made anew by a migration only, which may do nothing else.
    golden = HERE / f"schema_v{SCHEMA_VERSION}.sql"
    assert dump(database) == golden.read_text("utf-8")
    database.close()


def test_every_view_is_readable_with_plain_sqlite3(tmp_path: Path) -> None:
    from store_values import answer, assigned, run, sync, tie

    with StudyLedger(tmp_path / "study.db") as ledger:
        sync(ledger, assigned("Q1", "question", "Why?", ties=(tie("box-decoding"),)))
        ledger.finish_run(run())
        ledger.record_answer(answer("Q1", "Why?", run()))
        ledger.override("Q1", "dropped", "yes", now="2026-11-24T03:04:05.123Z")
    database = sqlite3.connect(tmp_path / "study.db")
    for view in VIEWS:
        rows = database.execute(f"SELECT * FROM {view}").fetchall()
        assert rows or view == "details", view
    database.close()


def test_the_documentation_names_every_view_and_column(database: sqlite3.Connection) -> None:
    text = DOCUMENTATION.read_text("utf-8")
    sections = dict(re.findall(r"^### `(\w+)`\n(.*?)(?=^##|\Z)", text, flags=re.M | re.S))
    assert sections.keys() == VIEWS.keys()
    for view, section in sections.items():
        columns = {row[0] for row in database.execute(f"SELECT * FROM {view}").description}
        # `board` and `evidence` refer to the views that they narrow.
        described = set(re.findall(r"`(\w+)`", section))
        if view == "board":
            described |= set(re.findall(r"`(\w+)`", sections["items"]))
        if view == "evidence":
            described |= set(re.findall(r"`(\w+)`", sections["citations"]))
        assert columns <= described, (view, columns - described)
    database.close()


def test_at_most_one_answer_of_an_item_is_current(tmp_path: Path) -> None:
    from store_values import answer, assigned, sync

    with StudyLedger(tmp_path / "study.db") as ledger:
        sync(ledger, assigned("Q1", "question", "Why?"))
        ledger.record_answer(answer(digest="a"))
        ledger.record_answer(answer(digest="b"))
    database = sqlite3.connect(tmp_path / "study.db")
    assert database.execute("SELECT number, current FROM answer ORDER BY number").fetchall() == [(1, 0), (2, 1)]
    with pytest.raises(sqlite3.IntegrityError):
        database.execute("UPDATE answer SET current = 1")
    database.close()
