"""Writing items: what a sync found, what vanished, what a person decided, and the history of it all."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import asdict, fields
from itertools import islice
from operator import itemgetter
from typing import Any

from sqlalchemy import RowMapping, Table, bindparam, delete, func, insert, select, update
from sqlalchemy.dialects.sqlite import insert as upsert
from sqlmodel import Session, SQLModel

from studyctl.core import acceptance
from studyctl.core.ids import sort_key
from studyctl.core.models import KINDS, LETTERS, FileStamp, Kind
from studyctl.core.ports import Assigned
from studyctl.errors import NotFoundError
from studyctl.store.rows import GLANCE
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
_BATCH = 5000  # rows that are put together before they are written


def sync(
    session: Session,
    assigned: Sequence[Assigned],
    gone: Sequence[str],
    stamps: Sequence[FileStamp],
    *,
    read_notes: Sequence[str],
    now: str,
    edition: str = "",
) -> None:
    """Bring items, links, stamps and history to what the notes say now.

    By rows rather than objects, many at once, and only those that differ: a first sync may bring a hundred thousand,
    and what is written once more would be indexed once more.
    """
    session.flush()
    assigned = sorted(assigned, key=lambda one: (one.note, one.found.line, one.position))
    read, here = set(read_notes), {one.id: order for order, one in enumerate(assigned)}
    known = _known(session, read, {*here, *gone})
    vanished = {item_id for item_id in gone if item_id in known} - here.keys()
    vanished |= {row["id"] for row in known.values() if row["note"] in read and row["id"] not in here}
    events: list[Event] = []
    new: list[dict[str, Any]] = []
    changed: list[dict[str, Any]] = []
    for item_id in sorted(vanished, key=sort_key):
        if known[item_id]["gone_at"] is None:
            changed.append({"id": item_id, "gone_at": now})
            events.append(_event(item_id, now, "vanished", known[item_id]["text"]))
    for order, one in enumerate(assigned):
        row = known.get(one.id)
        values = _values(one)
        if row is None:
            new.append(values | _match(one, now) | {"first_seen": now, "position": order})
            events.append(_event(one.id, now, "appeared", one.found.text))
            continue
        changes = _changes(row, one, now)
        if (changes and one.how not in _UNCHANGED) or row["norm"] != one.found.norm:
            values |= _match(one, now)
        differing = {name: value for name, value in values.items() if row[name] != value}
        if differing:
            changed.append({"id": one.id} | differing)
        events += changes
    _insert(session, ItemRow, new)
    _update(session, changed)
    renumber_positions(session, here)
    old = known.keys() & (here.keys() | vanished)
    events += _replace_ties(session, assigned, old, now)
    _replace_details(session, assigned, old)
    _insert(session, EventRow, events)
    raise_counters(session, here)
    _keep_stamps(session, stamps)
    set_meta(session, "synced", now)
    if edition:
        set_meta(session, "edition", edition)
    set_meta(session, "generation", str(generation(session) + 1))
    session.flush()  # expiring forgets what was changed and not yet written
    session.expire_all()


def _known(session: Session, notes: Iterable[str], ids: Iterable[str]) -> dict[str, Any]:
    """The rows of the items that were last seen in these notes, and of these, by id."""
    table = _table(ItemRow)
    found = session.connection().execute(select(table).where(table.c.note.in_(_all(notes)) | table.c.id.in_(_all(ids))))
    return {row["id"]: row for row in found.mappings()}


def _table(model: type[SQLModel]) -> Table:
    table: Table = model.__table__  # type: ignore[attr-defined]
    return table


def _all(values: Iterable[str]) -> Any:
    """Any number of values, as one parameter: SQLite limits how many a statement has."""
    return select(func.json_each(json.dumps(list(values))).table_valued("value").c.value)


Event = dict[str, Any]


def _event(item_id: str, now: str, what: str, text: str) -> Event:
    return {"item": item_id, "at": now, "what": what, "text": text}


def _changes(row: RowMapping, one: Assigned, now: str) -> list[Event]:
    """What is different from the last time, as history."""
    found = one.found
    changes = []
    if row["gone_at"] is not None:
        changes.append(_event(one.id, now, "returned", found.text))
    if row["text"] != found.text:
        changes.append(_event(one.id, now, "text changed", f"{row['text']} → {found.text}"))
    if row["note"] != one.note:
        changes.append(_event(one.id, now, "moved", f"{row['note']} → {one.note}"))
    if row["kind"] != found.kind:
        changes.append(_event(one.id, now, "kind changed", f"{row['kind']} → {found.kind}"))
    # A record does not say what is ticked, so that the first look at the note changes nothing.
    if row["mark"] != found.mark and row["rule"] != FROM_RECORD:
        changes.append(_event(one.id, now, "marked", f"{row['mark']} → {found.mark}"))
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


def renumber_positions(session: Session, order: Mapping[str, int] | None = None) -> None:
    """One order over all live items: by note, then line; items of one line by `order`, else as they were."""
    table, order = _table(ItemRow), order or {}
    columns = select(table.c.id, table.c.note, table.c.line, table.c.position)
    live = [tuple(row) for row in session.connection().execute(columns.where(table.c.gone_at.is_(None)))]
    live.sort(key=lambda row: (row[1], row[2], order.get(row[0], row[3]), row[0]))
    _update(session, [{"id": row[0], "position": n} for n, row in enumerate(live) if n != row[3]])


def _replace_ties(session: Session, assigned: Sequence[Assigned], old: Set[str], now: str) -> list[Event]:
    """Write the links of the items that were read; what was linked and unlinked, as history.

    `old`: those of them that were known already, and those that vanished.
    """
    events: list[Event] = []
    before = _owned(session, TieRow, old)
    written: dict[str, list[dict[str, Any]]] = {}
    for one in assigned:
        said = {_tied(row["experiment"], row["fragment"]) for row in before.get(one.id, ())}
        says = {_tied(tie.experiment, tie.fragment) for tie in one.found.ties}
        events += [_event(one.id, now, "linked", name) for name in sorted(says - said)]
        events += [_event(one.id, now, "unlinked", name) for name in sorted(said - says)]
        written[one.id] = [{"item": one.id, "position": n} | asdict(tie) for n, tie in enumerate(one.found.ties)]
    _replace(session, TieRow, before, written)
    return events


def _tied(experiment: str, fragment: str) -> str:
    return f"{experiment}#{fragment}" if fragment else experiment


def _replace_details(session: Session, assigned: Sequence[Assigned], old: Set[str]) -> None:
    before = _owned(session, DetailRow, old)
    written = {
        one.id: [
            {"item": one.id, "position": n, "role": d.role, "line": d.line, "text": d.text, "url": d.url}
            for n, d in enumerate(one.found.details)
        ]
        for one in assigned
        if one.found.details
    }
    _replace(session, DetailRow, before, written)


def _owned(session: Session, model: type[TieRow] | type[DetailRow], items: Iterable[str]) -> dict[str, list[Any]]:
    """What these items have in a table, in its order."""
    table = _table(model)
    query = select(table).where(table.c.item.in_(_all(items))).order_by(table.c.item, table.c.position)
    owned: dict[str, list[Any]] = {}
    for row in session.connection().execute(query).mappings():
        owned.setdefault(row["item"], []).append(row)
    return owned


def _replace(
    session: Session,
    model: type[TieRow] | type[DetailRow],
    before: Mapping[str, list[Any]],
    written: Mapping[str, list[dict[str, Any]]],
) -> None:
    """Write what the items own, where that differs from before."""
    table = _table(model)
    stale = [item for item, rows in before.items() if rows != written.get(item, [])]
    if stale:
        session.connection().execute(delete(table).where(table.c.item.in_(_all(stale))))
    same = before.keys() - set(stale)
    _insert(session, model, (row for item, rows in written.items() if item not in same for row in rows))


def _insert(session: Session, model: type[SQLModel], values: Iterable[dict[str, Any]]) -> None:
    """Insert rows that all have the same columns."""
    rest = iter(values)
    while rows := list(islice(rest, _BATCH)):
        _many(session, insert(_table(model)).values(dict.fromkeys(rows[0])), rows)


def _update(session: Session, values: Iterable[dict[str, Any]]) -> None:
    """Change items by their ids; each set of columns is one statement, run for all its rows."""
    table = _table(ItemRow)
    by_columns: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for one in values:
        by_columns.setdefault(tuple(one), []).append(one)
    for columns, rows in by_columns.items():
        changed: dict[str, Any] = {name: bindparam(name) for name in columns if name != "id"}
        _many(session, update(table).where(table.c.id == bindparam("id_")).values(changed), rows, id_="id")


def _many(session: Session, statement: Any, rows: Sequence[dict[str, Any]], **renamed: str) -> None:
    """Run a statement for all rows; passed on as they are, since SQLAlchemy's own way takes twice as long."""
    connection = session.connection()
    compiled = statement.compile(dialect=connection.dialect)
    pick = itemgetter(*(renamed.get(name, name) for name in compiled.positiontup))
    connection.exec_driver_sql(str(compiled), [pick(row) for row in rows])


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
    table = _table(StampRow)
    before = {row["path"]: dict(row) for row in session.connection().execute(select(table)).mappings()}
    names = [field.name for field in fields(FileStamp)]  # `asdict` copies every value, of ten thousand notes
    now = {stamp.path: {name: getattr(stamp, name) for name in names} for stamp in stamps}
    removed = [path for path, row in before.items() if now.get(path) != row]
    if removed:
        session.connection().execute(delete(table).where(table.c.path.in_(_all(removed))))
    _insert(session, StampRow, (row for path, row in now.items() if before.get(path) != row))
    session.connection().exec_driver_sql(f"INSERT OR REPLACE INTO glance (one, notes) SELECT 1, ({GLANCE})")


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
    "accepted": ("answer accepted as it is", "answer no longer accepted"),
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
    if field == acceptance.FIELD and (accepted := acceptance.load(value)) is not None:
        text = accepted.reason
    session.add(EventRow(**_event(item_id, now, said(field, value), text)))


def said(field: str, value: str | None) -> str:
    """What an override is called in the history."""
    return _SAID[field][value is None]
