"""Version 2: an index of words over items and findings.

`search_entry` numbers what is indexed and says what is to be indexed anew; triggers keep it, whoever writes. The words
themselves are put into `search` by `store.indexing`, at the end of the transaction that changed something: cutting
Korean, Japanese and Chinese into words is nothing that SQL can do.
"""

from __future__ import annotations

import sqlite3

from studyctl.store.database import has_fts5

# Made by whoever fills it, too: SQLite may have been built without FTS5 where this migration ran.
INDEX = """CREATE VIRTUAL TABLE search USING fts5 (
    text, context, topic, evidence, tokenize = 'unicode61 remove_diacritics 2'
)"""

STATEMENTS = (
    """CREATE TABLE search_entry (
        number INTEGER NOT NULL PRIMARY KEY,
        item TEXT REFERENCES item (id) ON UPDATE CASCADE ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
        run TEXT REFERENCES run (id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
        finding TEXT,
        stale BOOLEAN NOT NULL CHECK (stale IN (0, 1)),
        digest TEXT NOT NULL
    )""",
    "CREATE UNIQUE INDEX search_entry_item ON search_entry (item) WHERE item IS NOT NULL",
    "CREATE UNIQUE INDEX search_entry_finding ON search_entry (run, finding) WHERE run IS NOT NULL",
    "CREATE INDEX search_entry_stale ON search_entry (number) WHERE stale",
    """CREATE TRIGGER search_item_added AFTER INSERT ON item BEGIN
        INSERT INTO search_entry (item, stale, digest) VALUES (new.id, 1, '');
    END""",
    """CREATE TRIGGER search_item_changed AFTER UPDATE OF text, topic, gone_at ON item
    WHEN old.text <> new.text OR old.topic <> new.topic OR (old.gone_at IS NULL) <> (new.gone_at IS NULL) BEGIN
        UPDATE search_entry SET stale = 1 WHERE item = new.id;
    END""",
    """CREATE TRIGGER search_detail_added AFTER INSERT ON detail BEGIN
        UPDATE search_entry SET stale = 1 WHERE item = new.item AND NOT stale;
    END""",
    """CREATE TRIGGER search_detail_changed AFTER UPDATE OF item, text, url ON detail BEGIN
        UPDATE search_entry SET stale = 1 WHERE item IN (old.item, new.item) AND NOT stale;
    END""",
    """CREATE TRIGGER search_detail_removed AFTER DELETE ON detail BEGIN
        UPDATE search_entry SET stale = 1 WHERE item = old.item AND NOT stale;
    END""",
    """CREATE TRIGGER search_answer_added AFTER INSERT ON answer WHEN new.current BEGIN
        UPDATE search_entry SET stale = 1 WHERE item = new.item;
    END""",
    """CREATE TRIGGER search_answer_changed AFTER UPDATE OF item, current, conclusion ON answer BEGIN
        UPDATE search_entry SET stale = 1 WHERE item IN (old.item, new.item);
    END""",
    """CREATE TRIGGER search_answer_removed AFTER DELETE ON answer WHEN old.current BEGIN
        UPDATE search_entry SET stale = 1 WHERE item = old.item;
    END""",
    # A run that is written anew has its findings removed and added: its entries stay.
    """CREATE TRIGGER search_finding_added AFTER INSERT ON finding BEGIN
        UPDATE search_entry SET stale = 1 WHERE run = new.run AND finding = new.key;
        INSERT INTO search_entry (run, finding, stale, digest) SELECT new.run, new.key, 1, ''
        WHERE NOT EXISTS (SELECT 1 FROM search_entry WHERE run = new.run AND finding = new.key);
    END""",
    """CREATE TRIGGER search_finding_changed AFTER UPDATE OF text, claim ON finding BEGIN
        UPDATE search_entry SET stale = 1 WHERE run = new.run AND finding = new.key;
    END""",
    """CREATE TRIGGER search_finding_removed AFTER DELETE ON finding BEGIN
        UPDATE search_entry SET stale = 1 WHERE run = old.run AND finding = old.key;
    END""",
    "INSERT INTO search_entry (item, stale, digest) SELECT id, 1, '' FROM item ORDER BY position, id",
    "INSERT INTO search_entry (run, finding, stale, digest) SELECT run, key, 1, '' FROM finding ORDER BY run, position",
)


def apply(db: sqlite3.Connection) -> None:
    """Make the index and mark everything that there is as not yet indexed."""
    for statement in STATEMENTS:
        db.execute(statement)
    if has_fts5(db):
        db.execute(INDEX)
