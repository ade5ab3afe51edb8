"""Giving a text its old number back: two items exchange what the notes say of them, and nothing else.

The vanished item gets the words, place and links of the one that appeared, and keeps its answers, corrections and
history; the other becomes a tombstone that is never matched again. As it is an exchange, doing it once more undoes it,
whatever was synced in between.
"""

from __future__ import annotations

from sqlalchemy import update
from sqlmodel import Session

from studyctl.errors import NotFoundError
from studyctl.store.tables import DetailRow, EventRow, ItemRow, OverrideRow, TieRow

FIELD = "relinked"
# What belongs to the number itself; everything else is what the notes say.
_OWN = frozenset({"id", "first_seen"})
_NONE = "~"  # no item has this id; references are checked when the transaction ends


def relink(session: Session, new: str, gone: str | None, *, now: str) -> None:
    """Let the text of `new` have the number `gone`; None takes that back."""
    row = session.get(OverrideRow, (new, FIELD))
    before = row.value if row else None
    if before == gone:
        return
    if before is not None:
        session.delete(row)
        session.flush()
        _exchange(session, new, before)
        _tell(session, (new, before), now, "relink undone", f"{before} → {new}")
        _item(session, new).matched = "new"
    if gone is not None:
        _exchange(session, new, gone)
        session.add(OverrideRow(item=new, field=FIELD, value=gone, at=now))
        back, old = _item(session, gone), _item(session, new)
        back.matched, back.matched_at = FIELD, now
        if back.text != old.text:
            session.add(EventRow(item=gone, at=now, what="text changed", text=f"{old.text} → {back.text}"))
        _tell(session, (new, gone), now, FIELD, f"{new} → {gone}")
    session.flush()
    session.expire_all()


def _exchange(session: Session, one: str, other: str) -> None:
    left, right = _item(session, one), _item(session, other)
    for name in ItemRow.model_fields.keys() - _OWN:
        mine, theirs = getattr(left, name), getattr(right, name)
        setattr(left, name, theirs)
        setattr(right, name, mine)
    session.flush()
    for table, column in ((ItemRow, "parent"), (TieRow, "item"), (DetailRow, "item")):
        for old, new in ((one, _NONE), (other, one), (_NONE, other)):
            session.exec(update(table).where(getattr(table, column) == old).values({column: new}))
    session.expire_all()


def _item(session: Session, item_id: str) -> ItemRow:
    found = session.get(ItemRow, item_id)
    if found is None:
        raise NotFoundError(f"no item {item_id}", "`studyctl item list` shows them")
    return found


def _tell(session: Session, items: tuple[str, ...], now: str, what: str, text: str) -> None:
    for item in items:
        session.add(EventRow(item=item, at=now, what=what, text=text))
