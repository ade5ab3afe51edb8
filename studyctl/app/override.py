"""Correct the detector, or drop what has no box: kept in `study.db`, never in the note."""

from __future__ import annotations

from collections.abc import Sequence

from studyctl.app.change import Change
from studyctl.core import acceptance
from studyctl.core.ids import pick, standing
from studyctl.core.intents import Override
from studyctl.core.models import KINDS, Item, Kind
from studyctl.core.ports import Reader
from studyctl.errors import NotFoundError, UsageError


def ignore(words: Sequence[str], reader: Reader) -> Change:
    """Leave these items out of every list."""
    items = pick(words, reader.items(gone=True, ignored=True))
    done = [item for item in items if not item.ignored]
    return Change(
        summary=f"ignored {_ids(done)}",
        overrides=tuple((item.id, "ignored", None, "yes") for item in done),
        lines=(
            *(f"{item.id} is ignored from now on: {item.text}" for item in done),
            *(f"{item.id} is ignored already" for item in items if item.ignored),
        ),
    )


def kind_as(kind: str, words: Sequence[str], reader: Reader) -> Change:
    """Say what these items are; each keeps its id."""
    if kind not in KINDS:
        raise UsageError(f"{kind}: no such kind", f"one of {', '.join(KINDS)}")
    wanted: Kind = kind
    items = pick(words, reader.items(gone=True, ignored=True))
    current = kept(reader)
    done = [item for item in items if item.kind != wanted or item.also is not None]
    return Change(
        summary=f"{_ids(done)} as {wanted}",
        overrides=tuple((item.id, "kind", current.get((item.id, "kind")), wanted) for item in done),
        lines=(
            *(f"{item.id} is a {wanted} now: {item.text}" for item in done),
            *(f"{item.id} is a {wanted} already" for item in items if item not in done),
        ),
    )


def drop(words: Sequence[str], reader: Reader, kind: Kind) -> Change:
    """Drop questions or claims: they stay in the note and keep their answers."""
    items = standing(pick(words, reader.items(gone=True, ignored=True)))
    expect(items, kind)
    done = [item for item in items if item.status != "dropped"]
    return Change(
        summary=f"dropped {_ids(done)}",
        overrides=tuple((item.id, "dropped", None, "yes") for item in done),
        lines=(
            *(f"{item.id} dropped: {item.text}" for item in done),
            *(f"{item.id} is dropped already" for item in items if item not in done),
        ),
    )


def restore(words: Sequence[str], reader: Reader) -> Change:
    """Take back every correction of these items: as the detector sees them."""
    items = pick(words, reader.items(gone=True, ignored=True))
    current = kept(reader)
    overrides: list[Override] = []
    lines: list[str] = []
    for item in items:
        own = [(name, value) for (one, name), value in current.items() if one == item.id and name != acceptance.FIELD]
        overrides += [(item.id, name, value, None) for name, value in own]
        said = ", ".join(name if value == "yes" else f"{name} {value}" for name, value in own)
        lines.append(f"{item.id} is as detected again (was: {said})" if own else f"{item.id} has no correction")
    return Change(summary=f"restored {_ids(items)}", overrides=tuple(overrides), lines=tuple(lines))


def expect(items: Sequence[Item], kind: Kind) -> None:
    """Refuse items of another kind: `todo done Q1` is a slip."""
    for item in items:
        if kind not in (item.kind, item.also):
            raise NotFoundError(f"{item.id} is a {item.kind}, not a {kind}", f"studyctl show {item.id}")


def kept(reader: Reader) -> dict[tuple[str, str], str]:
    """The corrections in force: (item, field) to value."""
    return {(item, name): value for item, name, value, _ in reader.overrides()}


def _ids(items: Sequence[Item]) -> str:
    return ", ".join(item.id for item in items)
