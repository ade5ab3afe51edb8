"""Take back what the last command wrote."""

from __future__ import annotations

from studyctl.app.change import Change
from studyctl.core.ports import Edit, JournalEntry, NoteFiles, Reader
from studyctl.errors import NoteError, NotFoundError

LOOK_BACK = 10_000


def undo(reader: Reader, files: NoteFiles) -> Change:
    """The inverse of the newest change that stands."""
    entry = last(reader)
    # The lines may have moved since; what was written there must still be there.
    edits = tuple(_inverse(edit, files.read(edit.note), entry) for edit in entry.edits)
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


def _inverse(edit: Edit, source: bytes, entry: JournalEntry) -> Edit:
    if source[edit.offset : edit.offset + len(edit.new)] == edit.new and edit.new:
        return Edit(edit.note, edit.offset, edit.new, edit.old)
    if edit.new and source.count(edit.new) == 1:
        return Edit(edit.note, source.index(edit.new), edit.new, edit.old)
    raise NoteError(
        f"{edit.note} has changed since: {entry.summary}",
        f"this line is not there any more: {edit.new.decode('utf-8', 'replace').strip()[:80]}",
    )
