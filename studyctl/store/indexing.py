"""Keeping the index of words: what changed in a transaction is indexed at its end, and committed with it."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator
from hashlib import blake2b
from pathlib import Path

from studyctl.core.search import BREAK, indexed
from studyctl.store.database import connect, has_fts5, refuse_foreign, translated
from studyctl.store.migrations.v0002_search import INDEX
from studyctl.store.searching import damaged, require_fts5

BATCH = 2000  # entries at a time: a first sync may bring a hundred thousand
# What the search makes of a text: raised when that changes, by a migration that marks all entries as stale.
FORMAT = 1

# The texts of an entry, by column: the item's own, context and sources, topic, answers and findings.
Columns = tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...], tuple[str, ...]]


def refresh(db: sqlite3.Connection) -> int:
    """Index what was changed since the last time; how many entries were looked at. Without FTS5 they wait."""
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
    """Make the index anew from the tables; how many entries it has."""
    _drop(db)
    db.execute(INDEX)
    db.execute("DELETE FROM search_entry")
    db.execute("INSERT INTO search_entry (item, stale, digest) SELECT id, 1, '' FROM item ORDER BY position, id")
    db.execute(
        "INSERT INTO search_entry (run, finding, stale, digest) SELECT run, key, 1, '' FROM finding"
        " ORDER BY run, position"
    )
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
    return bool(db.execute("SELECT EXISTS (SELECT 1 FROM search_entry WHERE stale)").fetchone()[0])


def _all_batches(db: sqlite3.Connection) -> int:
    done = 0
    while entries := db.execute(
        "SELECT number, item, digest FROM search_entry WHERE stale ORDER BY number LIMIT ?", (BATCH,)
    ).fetchall():
        _batch(db, entries)
        done += len(entries)
    return done


def _batch(db: sqlite3.Connection, entries: list[tuple[int, str | None, str]]) -> None:
    first, last = entries[0][0], entries[-1][0]
    texts = dict(_documents(db, first, last))
    rows: list[tuple[int, str, str, str, str]] = []
    digests: list[tuple[str, int]] = []
    removed: list[tuple[int]] = []
    for number, _, before in entries:
        columns = texts.get(number)
        if columns is None:
            removed.append((number,))
            continue
        digest = _digest(columns)
        if digest != before:
            text, context, topic, evidence = map(_joined, columns)
            rows.append((number, text, context, topic, evidence))
            digests.append((digest, number))
    db.executemany("DELETE FROM search WHERE rowid = ?", removed)
    db.executemany("UPDATE search_entry SET digest = '' WHERE number = ?", removed)
    db.executemany("INSERT OR REPLACE INTO search (rowid, text, context, topic, evidence) VALUES (?, ?, ?, ?, ?)", rows)
    db.executemany("UPDATE search_entry SET digest = ? WHERE number = ?", digests)
    # A finding that its run no longer has is nothing; an item in no note may come back under its number.
    db.execute(
        "DELETE FROM search_entry WHERE stale AND number BETWEEN ? AND ? AND item IS NULL AND NOT EXISTS"
        " (SELECT 1 FROM finding WHERE finding.run = search_entry.run AND finding.key = search_entry.finding)",
        (first, last),
    )
    db.execute("UPDATE search_entry SET stale = 0 WHERE stale AND number BETWEEN ? AND ?", (first, last))


def _documents(db: sqlite3.Connection, first: int, last: int) -> Iterator[tuple[int, Columns]]:
    """The texts of the stale entries in a range, without those of items that are in no note and of lost findings."""
    here = "e.stale AND e.number BETWEEN ? AND ?"
    details: dict[int, list[str]] = {}
    for number, text, url in db.execute(
        "SELECT e.number, d.text, d.url FROM search_entry AS e JOIN detail AS d ON d.item = e.item"
        f" WHERE {here} ORDER BY e.number, d.position",
        (first, last),
    ):
        lines = details.setdefault(number, [])
        lines.append(text)
        if url and url not in text:
            lines.append(url.partition("://")[2] or url)
    for number, text, topic, conclusion in db.execute(
        "SELECT e.number, i.text, i.topic, a.conclusion FROM search_entry AS e JOIN item AS i ON i.id = e.item"
        f" LEFT JOIN answer AS a ON a.item = i.id AND a.current WHERE {here} AND i.gone_at IS NULL",
        (first, last),
    ):
        context = tuple(details.get(number, ()))
        yield number, ((text,), context, tuple(json.loads(topic)), () if conclusion is None else (conclusion,))
    for number, key, claim, text, experiment in db.execute(
        "SELECT e.number, f.key, f.claim, f.text, r.experiment FROM search_entry AS e"
        " JOIN finding AS f ON f.run = e.run AND f.key = e.finding JOIN run AS r ON r.id = e.run"
        f" WHERE {here}",
        (first, last),
    ):
        yield number, ((), (), (experiment, key), (text, claim))


def _joined(texts: Iterable[str]) -> str:
    return f" {BREAK} ".join(filter(None, map(indexed, texts)))


def _digest(columns: Columns) -> str:
    return blake2b(repr((FORMAT, columns)).encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


# For `doctor` ---------------------------------------------------------------------------------------------------------


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
                (stray,) = db.execute(
                    "SELECT count(*) FROM search_entry WHERE (digest <> '') <> (number IN (SELECT rowid FROM search))"
                ).fetchone()
            except sqlite3.DatabaseError as error:
                if not damaged(error):
                    raise
                return f"the index of words is damaged: {error}"
            return f"the index of words lacks {stray} items" if stray else None
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
