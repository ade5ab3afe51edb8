"""Reading the index of words, with the standard library only."""

from __future__ import annotations

import sqlite3

from studyctl.core.search import FoundFinding, Hit, Hits, Query
from studyctl.errors import StoreError
from studyctl.store.database import has_fts5

# Of the columns text, context, topic and evidence: an item's own words say most about it. Beyond such factors, a long
# text would still outweigh its column; the larger they all are, the less bm25 tells the columns apart.
WEIGHTS = "6.0, 1.0, 0.25, 0.5"

_HITS = f"""
    SELECT -bm25(search, {WEIGHTS}) AS score, e.item, e.run, e.finding, r.experiment, f.claim, f.text, f.verdict,
        r.started
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
    if not has_fts5(db):
        raise StoreError(
            f"SQLite {sqlite3.sqlite_version} of this Python cannot search: it was built without FTS5",
            "use another Python; until then `studyctl item list --match WORD` finds words in the items themselves",
        )
    (pending,) = db.execute("SELECT count(*) FROM search_entry WHERE stale").fetchone()
    hits: list[Hit] = []
    # The same finding of several runs is one thing found: it stands where the best of them stands.
    first: dict[tuple[str, str], tuple[int, str]] = {}
    for score, item, run, key, experiment, claim, text, verdict, started in db.execute(
        _HITS, (query.match,)
    ).fetchall():
        if item is not None:
            hits.append(Hit(score, item))
            continue
        found = FoundFinding(run, experiment, key, claim, text, verdict)
        at, newest = first.get((experiment, key), (len(hits), ""))
        if at == len(hits):
            hits.append(Hit(score, finding=found))
            first[experiment, key] = at, started
            continue
        known = hits[at].finding
        assert known is not None
        if started > newest:
            first[experiment, key] = at, started
            known = found._replace(runs=known.runs)
        hits[at] = hits[at]._replace(finding=known._replace(runs=known.runs + 1))
    return Hits(tuple(hits), pending)
