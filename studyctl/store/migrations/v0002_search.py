"""Version 2: an index of words over items and findings.

A row of `search` has a number: of an item four times the number in its id, and its letter's place in QTRC; of a finding
that of `search_finding`, below zero. Triggers put the numbers of what changes into `search_stale`, whoever writes; the
words themselves are put into `search` by `store.indexing`, at the end of the transaction: cutting Korean, Japanese and
Chinese into words is nothing that SQL can do.
"""

from __future__ import annotations

import sqlite3

from studyctl.store.database import has_fts5

# Made by `store.indexing` where SQLite was built without FTS5 when this migration ran.
INDEX = """CREATE VIRTUAL TABLE search USING fts5 (
    item UNINDEXED, run UNINDEXED, finding UNINDEXED, text, context, topic, evidence,
    tokenize = 'unicode61 remove_diacritics 2'
)"""


# Not INSERT OR IGNORE: within what a foreign key sets off, SQLite does not ignore.
_NEW = "number NOT IN (SELECT number FROM search_stale)"


def _mark(*items: str) -> str:
    """A statement that marks items as changed. On its way to another number, an item may have an id that is none."""
    numbers = " UNION ".join(
        f"SELECT 4 * substr({one}, 2) + instr('QTRC', substr({one}, 1, 1)) - 1 AS number"
        f" WHERE {one} GLOB '[QTRC][0-9]*'"
        for one in items
    )
    return f"INSERT INTO search_stale (number) SELECT number FROM ({numbers}) WHERE {_NEW};"


def _mark_finding(row: str) -> str:
    return (
        "INSERT INTO search_stale (number) SELECT number FROM (SELECT -number AS number FROM search_finding"
        f" WHERE run = {row}.run AND finding = {row}.key) WHERE {_NEW};"
    )


STATEMENTS = (
    """CREATE TABLE search_finding (
        number INTEGER NOT NULL PRIMARY KEY,
        run TEXT NOT NULL REFERENCES run (id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
        finding TEXT NOT NULL
    )""",
    "CREATE UNIQUE INDEX search_finding_key ON search_finding (run, finding)",
    "CREATE TABLE search_stale (number INTEGER NOT NULL PRIMARY KEY)",
    f"CREATE TRIGGER search_item_added AFTER INSERT ON item BEGIN {_mark('new.id')} END",
    f"""CREATE TRIGGER search_item_changed AFTER UPDATE OF id, text, topic, gone_at ON item
    WHEN old.id <> new.id OR old.text <> new.text OR old.topic <> new.topic
        OR (old.gone_at IS NULL) <> (new.gone_at IS NULL) BEGIN {_mark("old.id", "new.id")} END""",
    f"CREATE TRIGGER search_item_removed AFTER DELETE ON item BEGIN {_mark('old.id')} END",
    f"CREATE TRIGGER search_detail_added AFTER INSERT ON detail BEGIN {_mark('new.item')} END",
    f"""CREATE TRIGGER search_detail_changed AFTER UPDATE OF item, text, url ON detail
    BEGIN {_mark("old.item", "new.item")} END""",
    f"CREATE TRIGGER search_detail_removed AFTER DELETE ON detail BEGIN {_mark('old.item')} END",
    f"CREATE TRIGGER search_answer_added AFTER INSERT ON answer WHEN new.current BEGIN {_mark('new.item')} END",
    f"""CREATE TRIGGER search_answer_changed AFTER UPDATE OF item, current, conclusion ON answer
    BEGIN {_mark("old.item", "new.item")} END""",
    f"CREATE TRIGGER search_answer_removed AFTER DELETE ON answer WHEN old.current BEGIN {_mark('old.item')} END",
    # A run that is written anew has its findings removed and added: their numbers stay until they are indexed.
    f"""CREATE TRIGGER search_finding_added AFTER INSERT ON finding BEGIN
        INSERT INTO search_finding (run, finding) SELECT new.run, new.key
        WHERE NOT EXISTS (SELECT 1 FROM search_finding WHERE run = new.run AND finding = new.key);
        {_mark_finding("new")} END""",
    f"CREATE TRIGGER search_finding_changed AFTER UPDATE OF text, claim ON finding BEGIN {_mark_finding('new')} END",
    f"CREATE TRIGGER search_finding_removed AFTER DELETE ON finding BEGIN {_mark_finding('old')} END",
    "INSERT INTO search_finding (run, finding) SELECT run, key FROM finding ORDER BY run, position",
    "INSERT INTO search_stale (number) SELECT 4 * substr(id, 2) + instr('QTRC', substr(id, 1, 1)) - 1 FROM item",
    "INSERT INTO search_stale (number) SELECT -number FROM search_finding",
)


def apply(db: sqlite3.Connection) -> None:
    """Make the index and mark everything that there is as not yet indexed."""
    for statement in STATEMENTS:
        db.execute(statement)
    if has_fts5(db):
        db.execute(INDEX)
