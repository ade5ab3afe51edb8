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

_HITS = f"""
    SELECT -bm25(search, {WEIGHTS}) AS score, e.item, e.run, e.finding, r.experiment, f.claim, f.text, f.verdict,
        r.state = 'finished' AND r.changed = '[]' AND r.preset IN (SELECT value FROM json_each(?)), r.started
    FROM search JOIN search_entry AS e ON e.number = search.rowid
    LEFT JOIN item AS i ON i.id = e.item
    LEFT JOIN override AS o ON o.item = e.item AND o.field = 'ignored'
    LEFT JOIN run AS r ON r.id = e.run
    LEFT JOIN finding AS f ON f.run = e.run AND f.key = e.finding
    WHERE search MATCH ? AND o.item IS NULL AND (i.id IS NOT NULL AND i.gone_at IS NULL OR f.run IS NOT NULL)
    ORDER BY score DESC, i.id IS NULL, i.position, r.started DESC, f.position"""


def search(db: sqlite3.Connection, query: Query) -> Hits:
    """Everything on the board that has all the words, and the findings that have; StoreError without FTS5."""
    if not query.words:
        return Hits()
    require_fts5(db)
    (pending,) = db.execute("SELECT count(*) FROM search_entry WHERE stale").fetchone()
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
