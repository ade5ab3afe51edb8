"""What a command is about to write into notes, kept beside the database until both hold it.

A note is replaced before the database is committed. Where a command ends in between (a kill, a full disk), the note
has changed and nothing remembers by what. So what is meant is put on the disk first; the next command that writes
compares it with the notes, and journals what was carried out, so that `undo` takes it back as usual.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from studyctl.core.ports import Edit, JournalEntry
from studyctl.core.rewrite import undoing
from studyctl.errors import NoteError

Override = tuple[str, str, str | None, str | None]  # item id, field, before, after


@dataclass(frozen=True, slots=True)
class Intent:
    """A change that was decided; `digests` of its notes' bytes before and after."""

    at: str
    command: str
    summary: str
    edits: tuple[Edit, ...]
    overrides: tuple[Override, ...]
    undoes: int | None
    digests: dict[str, tuple[str, str]]


def digest(source: bytes) -> str:
    return hashlib.sha256(source).hexdigest()


def dump(intent: Intent) -> str:
    return json.dumps(
        {
            "at": intent.at,
            "command": intent.command,
            "summary": intent.summary,
            "edits": [(e.note, e.offset, _text(e.old), _text(e.new)) for e in intent.edits],
            "overrides": intent.overrides,
            "undoes": intent.undoes,
            "digests": intent.digests,
        },
        ensure_ascii=False,
    )


def load(text: str) -> Intent | None:
    """None where it was not written to its end: then no note was touched yet."""
    try:
        said = json.loads(text)
        return Intent(
            at=said["at"],
            command=said["command"],
            summary=said["summary"],
            edits=tuple(Edit(note, at, _bytes(old), _bytes(new)) for note, at, old, new in said["edits"]),
            overrides=tuple((item, name, before, after) for item, name, before, after in said["overrides"]),
            undoes=said["undoes"],
            digests={note: (before, after) for note, (before, after) in said["digests"].items()},
        )
    except (ValueError, KeyError, TypeError):
        return None


def remembered(intent: Intent, journal: Sequence[JournalEntry]) -> bool:
    """Whether the database holds what it was about."""
    if intent.undoes is not None:
        return any(entry.number == intent.undoes and entry.undone for entry in journal)
    meant = (intent.at, intent.command, intent.summary)
    return any((entry.at, entry.command, entry.summary) == meant for entry in journal)


def carried_out(intent: Intent, read: Callable[[str], bytes]) -> tuple[Edit, ...]:
    """Those of its edits that the notes hold, whatever else changed in them since."""
    done: list[Edit] = []
    for note, (before, after) in intent.digests.items():
        edits = [edit for edit in intent.edits if edit.note == note]
        try:
            now = digest(read(note))
        except NoteError:
            continue
        if now == after:
            done += edits
        elif now != before:
            done += [edit for edit in edits if _stands(edit, read)]
    return tuple(done)


def _stands(edit: Edit, read: Callable[[str], bytes]) -> bool:
    try:
        undoing((edit,), read)
    except NoteError:
        return False
    return True


def _text(source: bytes) -> str:
    return base64.b64encode(source).decode()


def _bytes(text: str) -> bytes:
    return base64.b64decode(text)
