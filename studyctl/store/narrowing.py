"""The filters of a list as conditions on `items`, so that a large workspace costs what is shown, not what there is.

A condition here lets everything through that `app.lists` would, and little besides: the list itself still decides.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence
from typing import Any

from studyctl.core.models import KINDS, Kind
from studyctl.core.narrowing import ALL, ANY, FOLDED_TO_ASCII, SETTLED, Filters, fold, fold_path

_OVERRIDDEN = "(SELECT item FROM override)"
_BETWEEN = "\0"  # texts that are folded at once
_LONGEST = 1000  # characters of a word that LIKE is asked for; SQLite takes fifty times as many
_ESCAPED = str.maketrans({sign: f"\\{sign}" for sign in "%_\\"})
# What the index `item_folded` has: rows in which LIKE may not see an ASCII word that is there once they are folded, or
# behind a null, where it stops.
HAS_FOLDED = " OR ".join(
    f"{column} GLOB '*[{FOLDED_TO_ASCII}]*' OR instr({column}, char(0))" for column in ("text", "topic")
)


def of_kinds(kinds: tuple[Kind, ...]) -> str:
    """Rows of `item` or `items` that are of one of these kinds."""
    if not kinds or set(kinds) == set(KINDS):
        return "TRUE"
    named = ", ".join(f"'{kind}'" for kind in kinds)
    return f"(kind IN ({named}) OR also IN ({named}))"


def where_of(db: sqlite3.Connection, filters: Filters) -> tuple[list[str], list[Any]]:
    """Conditions on `items`, with their values; what is settled is let through, because lists count it."""
    where: list[str] = []
    values: list[Any] = []
    if filters.notes:
        # From the bare table, too: a scan of the view works out its other columns first.
        where.append("id IN (SELECT id FROM item WHERE note IN (SELECT value FROM json_each(?)))")
        values.append(json.dumps(_named(db, filters.notes)))
    if filters.match or filters.topics:
        where.append("id IN (SELECT value FROM json_each(?))")
        values.append(json.dumps(_worded(db, filters)))
    if filters.due is not None:
        where.append("due IS NOT NULL" if filters.due == ANY else "due <= ?")
        values += [] if filters.due == ANY else [filters.due]
    if filters.tags:
        where.append("tags <> '[]'")
    if filters.statuses and ALL not in filters.statuses:
        # An answer that no longer holds makes its item stale, which only the files can tell.
        where.append("(status IN (SELECT value FROM json_each(?)) OR answer IS NOT NULL OR also IS NOT NULL)")
        values.append(json.dumps(filters.statuses))
    return where, values


def _named(db: sqlite3.Connection, words: Iterable[str]) -> list[str]:
    """The notes that have one of these words in their path: a live item's note was stamped by a sync."""
    paths = [path for (path,) in db.execute("SELECT path FROM file_stamp WHERE role = 'note'")]
    folded = fold(_BETWEEN.join(paths))
    found = {index for word in words for index in _within(fold_path(word), folded)}
    return [paths[index] for index in sorted(found)]


def _worded(db: sqlite3.Connection, filters: Filters) -> list[str]:
    """The ids of what may have the words that are asked for, in its text and its topic.

    They are taken from the bare table, because the view finds out more of each row than it takes to leave it out.
    """
    rows = f"FROM item WHERE ({of_kinds(filters.kinds)} OR id IN {_OVERRIDDEN}) AND gone_at IS NULL"
    # A topic is a list in JSON, where a quote or a backslash has another before it.
    parts = [fold(json.dumps(word, ensure_ascii=False)[1:-1]) for word in filters.topics]
    words = [fold(word) for word in filters.match]
    asked = [(column, all_of) for column, all_of in (("text", words), ("topic", parts)) if all_of]
    if all(word.isascii() and len(word) <= _LONGEST for word in (*words, *parts)):
        return _alike(db, rows, asked)
    return _folded(db, rows, asked)


def _alike(db: sqlite3.Connection, rows: str, asked: Iterable[tuple[str, list[str]]]) -> list[str]:
    """By SQLite, which knows the case of ASCII letters only, and these well enough but for a few rows."""
    wanted = [(column, word) for column, all_of in asked for word in all_of]
    alike = " AND ".join(f"{column} LIKE ? ESCAPE '\\'" for column, _ in wanted)
    patterns = [f"%{word.translate(_ESCAPED)}%" for _, word in wanted]
    query = f"SELECT id {rows} AND (({alike}) OR id IN (SELECT id FROM item WHERE {HAS_FOLDED}))"
    return [item for (item,) in db.execute(query, patterns)]


def _folded(db: sqlite3.Connection, rows: str, asked: Sequence[tuple[str, list[str]]]) -> list[str]:
    """By Python: all texts of a column at once."""
    columns = ", ".join(f"group_concat({column}, char(0))" for column in ("id", *(column for column, _ in asked)))
    joined, *others = db.execute(f"SELECT {columns} {rows}").fetchone()
    if joined is None:
        return []
    ids: list[str] = joined.split(_BETWEEN)
    chosen = set(range(len(ids)))
    for (_, wanted), text in zip(asked, others, strict=True):
        if text.count(_BETWEEN) != len(ids) - 1:
            return ids  # a text has what stands between two: the list decides
        folded = fold(text)
        for word in wanted:
            chosen &= _within(word, folded)
    return [ids[index] for index in sorted(chosen)]


def _within(word: str, folded: str) -> set[int]:
    """Which of the texts that stand in one, `_BETWEEN` between two, have a word: by looking for it, not at each."""
    found: set[int] = set()
    index, counted, at = 0, 0, folded.find(word)
    while at >= 0:
        index += folded.count(_BETWEEN, counted, at)
        found.add(index)
        counted = folded.find(_BETWEEN, at)
        at = folded.find(word, counted + 1) if counted >= 0 else -1
    return found


def unsettled(kinds: tuple[Kind, ...]) -> str:
    """Rows of `items` that a list of these kinds shows unless it is asked for others."""
    if len(kinds) == 1:
        settled = ", ".join(f"'{status}'" for status in SETTLED[kinds[0]])
        return f"CASE kind WHEN '{kinds[0]}' THEN status ELSE coalesce(also_status, 'open') END NOT IN ({settled})"
    return f"NOT ({' OR '.join(_settled(kind, 'status') for kind in KINDS)})"


def counting(kinds: tuple[Kind, ...], *, settled: bool, ignored: bool) -> str:
    """A query for the number of live rows of these kinds, those that are settled included or not.

    What settles an item is its mark in the note, and what a person decided against the note. The first alone is told
    by the bare table, in a fraction of the time.
    """
    live = f"gone_at IS NULL AND {of_kinds(kinds)}"
    seen = f"{live} AND ignored = {int(ignored)} AND {'TRUE' if settled else unsettled(kinds)}"
    overridden = f"(SELECT count(*) FROM items WHERE id IN {_OVERRIDDEN} AND {seen})"
    if ignored:  # is a decision of the person's
        return f"SELECT {overridden}"
    if settled:
        marked = "TRUE"
    elif len(kinds) == 1:
        marked = f"mark NOT IN ({', '.join(repr(status) for status in SETTLED[kinds[0]])})"
    else:
        marked = f"NOT ({' OR '.join(_settled(kind, 'mark') for kind in KINDS)})"
    plain = f"(SELECT count(*) FROM item WHERE {live} AND {marked} AND id NOT IN {_OVERRIDDEN})"
    return f"SELECT {plain} + {overridden}"


def _settled(kind: Kind, column: str) -> str:
    return f"(kind = '{kind}' AND {column} IN ({', '.join(repr(status) for status in SETTLED[kind])}))"
