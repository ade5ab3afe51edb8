"""Pin items: write their anchors into the notes."""

from __future__ import annotations

from collections.abc import Sequence

from studyctl.app.change import Change
from studyctl.core import pinning
from studyctl.core.detector.habits import Habits
from studyctl.core.ids import pick, standing
from studyctl.core.ports import Edit, NoteFiles, Reader
from studyctl.errors import NoteError


def pin(words: Sequence[str], habits: Habits, reader: Reader, files: NoteFiles) -> Change:
    """Put an anchor at the end of each item's text; what is pinned already stays as it is."""
    items = standing(pick(words, reader.items(gone=True, ignored=True)))
    made: dict[str, dict[str, Edit]] = {}
    lines: list[str] = []
    for item in items:
        edit = pinning.pin(item, files.read(item.note))
        if edit is None:
            lines.append(f"{item.id} is pinned already")
            continue
        here = made.setdefault(item.note, {})
        for other, theirs in here.items():
            if theirs.offset == edit.offset:
                raise NoteError(f"{other} and {item.id} stand on one line, which takes one anchor", "pin one of them")
        here[item.id] = edit
        lines.append(f"{item.id} is pinned by ^{pinning.anchor(item.id)}: {item.text}")
    for note, edits in made.items():
        pinning.check(note, files.read(note), edits, habits)
    ids = [item_id for edits in made.values() for item_id in edits]
    return Change(
        summary=f"pinned {', '.join(ids)}",
        edits=tuple(edit for edits in made.values() for edit in edits.values()),
        lines=tuple(lines),
    )
