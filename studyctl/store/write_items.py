"""Writing items: what a sync found, what vanished, what a person decided, and the history of it all."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import delete, insert, update
from sqlalchemy.dialects.sqlite import insert as upsert
from sqlmodel import Session, col, select

from studyctl.core.ids import sort_key
from studyctl.core.models import KINDS, LETTERS, FileStamp, Kind
from studyctl.core.ports import Assigned
from studyctl.errors import NotFoundError
from studyctl.store.tables import (
    CounterRow,
    DetailRow,
    EventRow,
    ItemRow,
    MetaRow,
    OverrideRow,
    StampRow,
    TieRow,
)

# How an item is recognised when nothing about its place or words changed: not worth remembering.
_UNCHANGED = ("exact", "anchor")
# The rule of an item that came with a record and was not yet seen in a note.
FROM_RECORD = "record"


def sync(
    session: Session,
    assigned: Sequence[Assigned],
    gone: Sequence[str],
    stamps: Sequence[FileStamp],
    *,
    read_notes: Sequence[str],
    now: str,
) -> None:
    """Bring items, links, stamps and history to what the notes say now."""
    # Rows rather than objects, and many at once: a first sync may bring tens of thousands.
    known = {row.id: row for row in session.exec(_KNOWN)}
    read, here = set(read_notes), {one.id for one in assigned}
    vanished = {item_id for item_id in gone if item_id in known} - here
    vanished |= {row.id for row in known.values() if row.note in read and row.id not in here}
    events: list[Event] = []
    new: list[dict[str, Any]] = []
    changed: list[dict[str, Any]] = []
    for item_id in sorted(vanished, key=sort_key):
        if known[item_id].gone_at is None:
            changed.append({"id": item_id, "gone_at": now})
            events.append(_event(item_id, now, "vanished", known[item_id].text))
    for one in assigned:
        row = known.get(one.id)
        if row is None:
            new.append(_values(one) | _match(one, now) | {"first_seen": now})
            events.append(_event(one.id, now, "appeared", one.found.text))
            continue
        changes = _changes(row, one, now)
        moved = (changes and one.how not in _UNCHANGED) or row.norm != one.found.norm
        match = _match(one, now) if moved else {"matched": row.matched, "score": row.score}
        changed.append(_values(one) | {"matched_at": row.matched_at} | match)
        events += changes
    _insert(session, ItemRow, new)
    _update(session, changed)
    renumber_positions(session)
    events += _replace_ties(session, assigned, vanished, now)
    _replace_details(session, assigned, vanished)
    _insert(session, EventRow, events)
    raise_counters(session, here)
    _keep_stamps(session, stamps)
    set_meta(session, "synced", now)
    set_meta(session, "generation", str(generation(session) + 1))
    session.flush()  # expiring forgets what was changed and not yet written
    session.expire_all()


_KNOWN: Any = select(
    ItemRow.id,
    ItemRow.kind,
    ItemRow.text,
    ItemRow.norm,
    ItemRow.note,
    ItemRow.mark,
    ItemRow.rule,
    ItemRow.gone_at,
    ItemRow.matched,
    ItemRow.score,
    ItemRow.matched_at,
)  # type: ignore[call-overload]

Event = dict[str, Any]


def _event(item_id: str, now: str, what: str, text: str) -> Event:
    return {"item": item_id, "at": now, "what": what, "text": text}


def _changes(row: Any, one: Assigned, now: str) -> list[Event]:
    """What is different from the last time, as history."""
    found = one.found
    changes = []
    if row.gone_at is not None:
        changes.append(_event(one.id, now, "returned", found.text))
    if row.text != found.text:
        changes.append(_event(one.id, now, "text changed", f"{row.text} → {found.text}"))
    if row.note != one.note:
        changes.append(_event(one.id, now, "moved", f"{row.note} → {one.note}"))
    if row.kind != found.kind:
        changes.append(_event(one.id, now, "kind changed", f"{row.kind} → {found.kind}"))
    # A record does not say what is ticked, so that the first look at the note changes nothing.
    if row.mark != found.mark and row.rule != FROM_RECORD:
        changes.append(_event(one.id, now, "marked", f"{row.mark} → {found.mark}"))
    return changes


def _match(one: Assigned, now: str) -> dict[str, Any]:
    return {"matched": one.how, "score": one.score, "matched_at": now}


def _values(one: Assigned) -> dict[str, Any]:
    found = one.found
    return {
        "id": one.id,
        "kind": found.kind,
        "also": found.also,
        "text": found.text,
        "norm": found.norm,
        "note": one.note,
        "line": found.line,
        "last_line": found.last_line,
        "parent": one.parent,
        "topic": json.dumps(found.topic, ensure_ascii=False),
        "position": one.position,
        "mark": found.mark,
        "box": found.box,
        "rule": found.rule,
        "confidence": found.confidence,
        "anchor": found.anchor,
        "due": found.due,
        "priority": found.priority,
        "tags": json.dumps(found.tags, ensure_ascii=False) if found.tags else "[]",
        "gone_at": None,
    }


def renumber_positions(session: Session) -> None:
    """One order over all live items: by note, then line; two items of one line stay as the note has them."""
    live = session.exec(
        select(ItemRow.id, ItemRow.position)
        .where(col(ItemRow.gone_at).is_(None))
        .order_by(col(ItemRow.note), col(ItemRow.line), col(ItemRow.position), col(ItemRow.id))
    ).all()
    _update(session, [{"id": one, "position": n} for n, (one, was) in enumerate(live) if n != was])


def _replace_ties(session: Session, assigned: Sequence[Assigned], vanished: set[str], now: str) -> list[Event]:
    """Write the links of the items that were read; what was linked and unlinked, as history."""
    before: dict[str, set[str]] = {}
    for item, experiment, fragment in session.exec(select(TieRow.item, TieRow.experiment, TieRow.fragment)):
        before.setdefault(item, set()).add(_tied(experiment, fragment))
    events = []
    for one in assigned:
        old = before.get(one.id, set())
        new = {_tied(tie.experiment, tie.fragment) for tie in one.found.ties}
        events += [_event(one.id, now, "linked", name) for name in sorted(new - old)]
        events += [_event(one.id, now, "unlinked", name) for name in sorted(old - new)]
    _clear(session, TieRow, before.keys() & ({one.id for one in assigned} | vanished))
    _insert(
        session,
        TieRow,
        [
            {
                "item": one.id,
                "position": position,
                "experiment": tie.experiment,
                "fragment": tie.fragment,
                "target": tie.target,
                "line": tie.line,
            }
            for one in assigned
            for position, tie in enumerate(one.found.ties)
        ],
    )
    return events


def _tied(experiment: str, fragment: str) -> str:
    return f"{experiment}#{fragment}" if fragment else experiment


def _replace_details(session: Session, assigned: Sequence[Assigned], vanished: set[str]) -> None:
    _clear(session, DetailRow, {one.id for one in assigned} | vanished)
    _insert(
        session,
        DetailRow,
        [
            {
                "item": one.id,
                "position": position,
                "role": detail.role,
                "line": detail.line,
                "text": detail.text,
                "url": detail.url,
            }
            for one in assigned
            for position, detail in enumerate(one.found.details)
        ],
    )


def _clear(session: Session, table: type[TieRow] | type[DetailRow], items: Iterable[str]) -> None:
    ids = sorted(items)
    # SQLite limits the parameters of one statement.
    for start in range(0, len(ids), 500):
        session.exec(delete(table).where(col(table.item).in_(ids[start : start + 500])))


def _insert(session: Session, table: type[Any], values: list[dict[str, Any]]) -> None:
    if values:
        session.exec(insert(table), params=values)


def _update(session: Session, values: Iterable[dict[str, Any]]) -> None:
    """Change items by their ids; each set of columns is one statement, run for all its rows."""
    by_columns: dict[frozenset[str], list[dict[str, Any]]] = {}
    for one in values:
        by_columns.setdefault(frozenset(one), []).append(one)
    for rows in by_columns.values():
        session.exec(update(ItemRow), params=rows)


def raise_counters(session: Session, ids: Iterable[str]) -> None:
    """Remember the highest number of each letter, so that none is given twice."""
    highest: dict[str, int] = {}
    for item_id in ids:
        letter, number = item_id[0], int(item_id[1:])
        highest[letter] = max(number, highest.get(letter, 0))
    for letter, number in sorted(highest.items()):
        row = session.get(CounterRow, letter)
        if row is None:
            session.add(CounterRow(letter=letter, last=number))
        elif row.last < number:
            row.last = number
    session.flush()


def next_numbers(counters: Mapping[str, int]) -> dict[Kind, int]:
    """The number that the next item of each kind gets."""
    return {kind: counters.get(LETTERS[kind], 0) + 1 for kind in KINDS}


def _keep_stamps(session: Session, stamps: Sequence[FileStamp]) -> None:
    before = {row.path: row for row in session.exec(select(StampRow))}
    now = {stamp.path: stamp for stamp in stamps}
    for path, row in before.items():
        if path not in now:
            session.delete(row)
    for path, stamp in now.items():
        if path in before:
            before[path].sqlmodel_update(asdict(stamp))
        else:
            session.add(StampRow(**asdict(stamp)))


def generation(session: Session) -> int:
    """How often items were written: who decides on an older state must read again."""
    row = session.get(MetaRow, "generation")
    return int(row.value) if row else 0


def set_meta(session: Session, key: str, value: str) -> None:
    """Keep a fact about the database."""
    statement = upsert(MetaRow).values(key=key, value=value)
    session.exec(statement.on_conflict_do_update(index_elements=["key"], set_={"value": value}))


# What an override is called in an item's history, set and taken back.
_SAID = {
    "ignored": ("ignored", "no longer ignored"),
    "dropped": ("dropped", "no longer dropped"),
    "kind": ("kind set", "kind no longer set"),
    "relinked": ("relinked", "relink undone"),
}


def override(session: Session, item_id: str, field: str, value: str | None, *, now: str) -> None:
    """Keep what a person decided against the detector; None takes it back."""
    if session.get(ItemRow, item_id) is None:
        raise NotFoundError(f"no item {item_id}", "`studyctl item list` shows them")
    row = session.get(OverrideRow, (item_id, field))
    if (row.value if row else None) == value:
        return
    if value is None:
        session.delete(row)
    elif row is None:
        session.add(OverrideRow(item=item_id, field=field, value=value, at=now))
    else:
        row.value, row.at = value, now
    text = (value or "") if field == "kind" else ""
    session.add(EventRow(**_event(item_id, now, said(field, value), text)))


def said(field: str, value: str | None) -> str:
    """What an override is called in the history."""
    return _SAID[field][value is None]
