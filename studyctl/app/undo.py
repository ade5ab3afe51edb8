"""Take back what the last command wrote."""

from __future__ import annotations

from studyctl.app.change import Change
from studyctl.core.ports import JournalEntry, NoteFiles, Reader
from studyctl.core.rewrite import undoing
from studyctl.errors import NotFoundError

LOOK_BACK = 10_000


def undo(reader: Reader, files: NoteFiles) -> Change:
    """The inverse of the newest change that stands."""
    entry = last(reader)
    edits = undoing(entry.edits, files.read)
    overrides = tuple((item, name, after, before) for item, name, before, after in entry.overrides)
    return Change(
        summary=entry.summary,
        edits=edits,
        overrides=overrides,
        lines=(f"taken back: {entry.command}: {entry.summary}",),
        undoes=entry.number,
    )


def last(reader: Reader) -> JournalEntry:
    """The newest journal entry that was not undone; NotFoundError where there is none."""
    for entry in reader.journal(LOOK_BACK):
        if not entry.undone:
            return entry
    raise NotFoundError("nothing to undo", "`studyctl undo --list` shows what commands wrote")
