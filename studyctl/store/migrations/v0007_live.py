"""Version 7: what lists look for among all items, in indexes.

A row of `item` is long, and a list by words, or the count below one, goes through all rows: of these, it now reads only
what it asks for, from the index by which they are in order. Whether a text has an ASCII word SQLite can tell, but for
the few letters that are folded to ASCII ones (`ﬁ`, `ß`), and behind a null: such texts are in an index of their own.
"""

from __future__ import annotations

import sqlite3

_LETTERS = "'*[ßİŉſǰ\u037eẖẗẘẙẚẞ\u1fef\u212aﬀﬁﬂﬃﬄﬅﬆ]*'"

STATEMENTS = (
    "DROP INDEX item_position",
    # `gone_at` is a column and no condition: SQLite before 3.41 takes no partial index for all that a query needs.
    "CREATE INDEX item_position ON item (position, gone_at, kind, also, mark, id, text)",
    f"CREATE INDEX item_folded ON item (id) WHERE text GLOB {_LETTERS} OR instr(text, char(0))"
    f" OR topic GLOB {_LETTERS} OR instr(topic, char(0))",
)


def apply(db: sqlite3.Connection) -> None:
    """Make the one index anew, wider, and add the other."""
    for statement in STATEMENTS:
        db.execute(statement)
