"""Mark todos and readings in their note: done, open again, dropped."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from studyctl.app.change import Change
from studyctl.app.override import expect
from studyctl.core.edits import State, set_state
from studyctl.core.ids import pick, standing
from studyctl.core.ports import Edit, NoteFiles, Reader

if TYPE_CHECKING:
    from studyctl.core.models import Item, Kind

WORDS: dict[State, str] = {"done": "done", "open": "open again", "dropped": "dropped"}


def plan(
    kind: Kind, state: State, words: Sequence[str], reader: Reader, files: NoteFiles, *, today: str = ""
) -> Change:
    """Set the boxes of these items (a paragraph gets `✅` and the day); what stands below them is left as it is."""
    items = standing(pick(words, reader.items(gone=True, ignored=True)))
    expect(items, kind)
    sources = {note: files.read(note) for note in dict.fromkeys(item.note for item in items)}
    edits: dict[tuple[str, int], Edit] = {}
    lines: list[str] = []
    changed: list[Item] = []
    for item in items:
        edit = set_state(item, sources[item.note], state, today)
        if edit is None:
            lines.append(f"{item.id} is {WORDS[state].split()[0]} already")
            continue
        edits[edit.note, edit.offset] = edit
        changed.append(item)
        lines.append(f"{item.id} {WORDS[state]}: {item.text}{_left_open(item, state, items, reader)}")
    ids = ", ".join(item.id for item in changed)
    return Change(summary=f"{ids} {WORDS[state]}", edits=tuple(edits.values()), lines=tuple(lines))


def _left_open(item: Item, state: State, marked: Sequence[Item], reader: Reader) -> str:
    """That subtasks are still open: a person may have thought they went along."""
    if state == "open":
        return ""
    ids = {one.id for one in marked}
    left = [
        child.id
        for child in reader.children(item.id)
        if child.id not in ids and "todo" in (child.kind, child.also) and child.mark in ("open", "doing")
    ]
    return f" (still open below it: {', '.join(left)})" if left else ""
