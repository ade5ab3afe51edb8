"""Reading the index of words, with the standard library only."""

from __future__ import annotations

import json
import sqlite3
from typing import Any

from studyctl.core.answers import COUNTING_PRESETS
from studyctl.core.search import FoundFinding, Hit, Hits, Query
from studyctl.errors import StoreError
from studyctl.store.database import has_fts5

# Of the columns text, context, topic and evidence: an item's own words say most about it. A factor of five is what
# the length of a text seldom outweighs.
WEIGHTS = "10.0, 2.0, 0.08, 0.4"

# The number of an item `i` in the index, and the id behind the number of a row `s`: `migrations.v0002_search`.
NUMBER = "4 * substr(i.id, 2) + instr('QTRC', substr(i.id, 1, 1)) - 1"
ITEM = "substr('QTRC', s.number % 4 + 1, 1) || (s.number / 4)"

_HITS = f"""
    SELECT s.score, i.id, f.run, f.key, r.experiment, f.claim, f.text, f.verdict,
        r.state = 'finished' AND r.changed = '[]' AND r.preset IN (SELECT value FROM json_each(?)), r.started
    FROM (SELECT rowid AS number, -bm25(search, 0, 0, 0, {WEIGHTS}) AS score FROM search WHERE search MATCH ?) AS s
    LEFT JOIN item AS i ON s.number >= 0 AND i.id = {ITEM}
    LEFT JOIN override AS o ON o.item = i.id AND o.field = 'ignored'
    LEFT JOIN search_finding AS n ON s.number < 0 AND n.number = -s.number
    LEFT JOIN finding AS f ON f.run = n.run AND f.key = n.finding
    LEFT JOIN run AS r ON r.id = n.run
    WHERE o.item IS NULL AND (i.id IS NOT NULL AND i.gone_at IS NULL OR f.run IS NOT NULL AND r.deleted IS NULL)
    ORDER BY s.score DESC, i.id IS NULL, i.position, r.started DESC, f.position"""


def search(db: sqlite3.Connection, query: Query) -> Hits:
    """Everything on the board that has all the words, and the findings that have; StoreError without FTS5."""
    if not query.words:
        return Hits()
    require_fts5(db)
    (pending,) = db.execute("SELECT count(*) FROM search_stale").fetchone()
    rows = _rows(db, query)
    hits: list[Hit] = []
    # The same finding of several runs is one thing found. It stands where the best of them stands, and says what the
    # newest run says that stands for the experiment.
    groups: dict[tuple[str, str], tuple[int, tuple[bool, str]]] = {}
    for score, item, run, key, experiment, claim, text, verdict, stands, started in rows:
        if item is not None:
            hits.append(Hit(score, item))
            continue
        found, standing = FoundFinding(run, experiment, key, claim, text, verdict), (bool(stands), started)
        if (experiment, key) not in groups:
            groups[experiment, key] = len(hits), standing
            hits.append(Hit(score, finding=found))
            continue
        at, best = groups[experiment, key]
        known = hits[at].finding
        assert known is not None
        if standing > best:
            groups[experiment, key] = at, standing
            known = found._replace(runs=known.runs)
        hits[at] = hits[at]._replace(finding=known._replace(runs=known.runs + 1))
    return Hits(tuple(hits), pending)


def require_fts5(db: sqlite3.Connection) -> None:
    """StoreError where SQLite cannot search at all."""
    if not has_fts5(db):
        raise StoreError(
            f"SQLite {sqlite3.sqlite_version} of this Python cannot search: it was built without FTS5",
            "use another Python; until then `studyctl item list --match WORD` finds words in the items themselves",
        )


def _rows(db: sqlite3.Connection, query: Query) -> list[tuple[Any, ...]]:
    try:
        return db.execute(_HITS, (json.dumps(COUNTING_PRESETS), query.match)).fetchall()
    except sqlite3.DatabaseError as error:
        if not damaged(error):
            raise
        raise StoreError(f"the index of words is damaged: {error}", "`studyctl doctor --fix` makes it anew") from error


def damaged(error: sqlite3.DatabaseError) -> bool:
    """Whether the error says that the index is damaged, and not the database around it."""
    name = getattr(error, "sqlite_errorname", "") or ""
    # No table that indexing writes has a constraint that it could violate: it is FTS5 that complains of its own.
    return (
        name.startswith(("SQLITE_CORRUPT_VTAB", "SQLITE_CONSTRAINT"))
        or "fts5" in str(error)
        or "no such table: search" in str(error)
    )
