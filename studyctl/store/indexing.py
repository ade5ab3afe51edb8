"""Keeping the index of words: what changed in a transaction is indexed at its end, and committed with it."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator
from pathlib import Path

from studyctl.core.search import BREAK, indexed
from studyctl.store.database import connect, has_fts5, refuse_foreign, translated
from studyctl.store.migrations.v0002_search import INDEX
from studyctl.store.searching import ITEM, NUMBER, damaged, require_fts5

BATCH = 5000  # at a time: a first sync may bring a hundred thousand items

# A row of `search`: its number, the item or the run and finding that it stands for, and the columns of words.
Row = tuple[int, str | None, str | None, str | None, str, str, str, str]


def refresh(db: sqlite3.Connection) -> int:
    """Index what was changed since the last time; how much that was. Without FTS5 it waits."""
    if not _waiting(db) or not has_fts5(db):
        return 0
    if not db.execute("SELECT EXISTS (SELECT 1 FROM sqlite_master WHERE name = 'search')").fetchone()[0]:
        return rebuild(db)  # written until now by a Python without FTS5
    try:
        return _all_batches(db)
    except sqlite3.DatabaseError as error:
        if not damaged(error):
            raise
        # What is in it can be made again: a damaged index must not stand in the way of what cannot.
        return rebuild(db)


def rebuild(db: sqlite3.Connection) -> int:
    """Make the index anew from the tables; how much there was to index."""
    _drop(db)
    db.execute(INDEX)
    db.execute("DELETE FROM search_finding")
    db.execute("INSERT INTO search_finding (run, finding) SELECT run, key FROM finding ORDER BY run, position")
    db.execute("DELETE FROM search_stale")
    db.execute(f"INSERT INTO search_stale (number) SELECT {NUMBER} FROM item AS i WHERE gone_at IS NULL")
    db.execute("INSERT INTO search_stale (number) SELECT -number FROM search_finding")
    return _all_batches(db)


def _drop(db: sqlite3.Connection) -> None:
    try:
        db.execute("DROP TABLE IF EXISTS search")
    except sqlite3.DatabaseError:
        # FTS5 refuses to open what is too damaged, even to drop it: its parts go one by one, then its own entry.
        for part in ("data", "idx", "content", "docsize", "config"):
            db.execute(f"DROP TABLE IF EXISTS search_{part}")
        db.execute("PRAGMA writable_schema = ON")
        db.execute("DELETE FROM sqlite_master WHERE type = 'table' AND name = 'search'")
        db.execute("PRAGMA writable_schema = RESET")


def _waiting(db: sqlite3.Connection) -> bool:
    return bool(db.execute("SELECT EXISTS (SELECT 1 FROM search_stale)").fetchone()[0])


def _all_batches(db: sqlite3.Connection) -> int:
    done, last = 0, None
    while numbers := [
        number
        for (number,) in db.execute(
            "SELECT number FROM search_stale WHERE ? IS NULL OR number > ? ORDER BY number LIMIT ?",
            (last, last, BATCH),
        )
    ]:
        last = numbers[-1]
        _batch(db, numbers)
        done += len(numbers)
    # A finding that its run no longer has is nothing; an item in no note may come back under its number.
    db.execute(
        "DELETE FROM search_finding WHERE -number IN (SELECT number FROM search_stale) AND NOT EXISTS"
        " (SELECT 1 FROM finding AS f WHERE f.run = search_finding.run AND f.key = search_finding.finding)"
    )
    db.execute("DELETE FROM search_stale")
    # At a savepoint FTS5 writes what it holds back until then: damage shows here, and not at the commit.
    db.execute("SAVEPOINT indexed")
    db.execute("RELEASE indexed")
    return done


def _batch(db: sqlite3.Connection, numbers: list[int]) -> None:
    rows = list(_rows(db, numbers[0], numbers[-1]))
    here = {row[0] for row in rows}
    db.executemany("DELETE FROM search WHERE rowid = ?", [(number,) for number in numbers if number not in here])
    db.executemany(
        "INSERT OR REPLACE INTO search (rowid, item, run, finding, text, context, topic, evidence)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        rows,
    )


def _rows(db: sqlite3.Connection, first: int, last: int) -> Iterator[Row]:
    """What is to be indexed of the stale numbers in a range: without items that are in no note, and lost findings."""
    details: dict[str, list[str]] = {}
    for item, text, url in db.execute(
        f"SELECT d.item, d.text, d.url FROM search_stale AS s JOIN detail AS d ON d.item = {ITEM}"
        " WHERE s.number >= 0 AND s.number BETWEEN ? AND ? ORDER BY s.number, d.position",
        (first, last),
    ):
        lines = details.setdefault(item, [])
        lines.append(text)
        if url and url not in text:
            lines.append(url.partition("://")[2] or url)
    for number, item, text, topic, conclusion in db.execute(
        f"SELECT s.number, i.id, i.text, i.topic, a.conclusion FROM search_stale AS s JOIN item AS i ON i.id = {ITEM}"
        " LEFT JOIN answer AS a ON a.item = i.id AND a.current"
        " WHERE s.number >= 0 AND s.number BETWEEN ? AND ? AND i.gone_at IS NULL",
        (first, last),
    ):
        context = _joined(details[item]) if item in details else ""
        evidence = indexed(conclusion) if conclusion else ""
        yield number, item, None, None, indexed(text), context, _joined(json.loads(topic)), evidence
    for number, run, key, claim, text, experiment in db.execute(
        "SELECT s.number, f.run, f.key, f.claim, f.text, r.experiment FROM search_stale AS s"
        " JOIN search_finding AS n ON n.number = -s.number"
        " JOIN finding AS f ON f.run = n.run AND f.key = n.finding JOIN run AS r ON r.id = f.run"
        " WHERE s.number < 0 AND s.number BETWEEN ? AND ?",
        (first, last),
    ):
        yield number, None, run, key, "", "", _joined((experiment, key)), _joined((text, claim))


def _joined(texts: Iterable[str]) -> str:
    return f" {BREAK} ".join(filter(None, map(indexed, texts)))


# For `doctor` ---------------------------------------------------------------------------------------------------------

_STRAY = f"""
    SELECT number FROM (
        SELECT {NUMBER} AS number FROM item AS i WHERE gone_at IS NULL
        UNION ALL SELECT -n.number FROM search_finding AS n JOIN finding AS f ON f.run = n.run AND f.key = n.finding
        UNION ALL SELECT rowid FROM search
    ) GROUP BY number HAVING count(*) <> 2 LIMIT 1"""


def problem(path: Path) -> str | None:
    """What is wrong with the index of words; None where it is sound; StoreError without FTS5."""
    with translated(path):
        db = connect(path, "rw")
        try:
            refuse_foreign(db, path)
            require_fts5(db)
            if _waiting(db):
                return "some items are not in the index of words"
            try:
                db.execute("INSERT INTO search (search) VALUES ('integrity-check')")
                stray = db.execute(_STRAY).fetchone()
            except sqlite3.DatabaseError as error:
                if not damaged(error):
                    raise
                return f"the index of words is damaged: {error}"
            return "the index of words does not agree with the items" if stray else None
        finally:
            db.close()


def mend(path: Path) -> int:
    """Make the index of words anew; how many entries it has."""
    with translated(path):
        db = connect(path, "rw")
        try:
            db.execute("BEGIN IMMEDIATE")
            try:
                done = rebuild(db)
                db.execute("COMMIT")
            except BaseException:
                if db.in_transaction:
                    db.execute("ROLLBACK")
                raise
            return done
        finally:
            db.close()
