"""Write into notes at a person's word: under the lock, journalled, synced at once, and undoable.

One transaction from reading the notes to remembering what was written: two commands at once cannot miss one another,
and where a note cannot be written, nothing is remembered either.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from studyctl.core.item_pages import SyncReport
from studyctl.core.models import Item
from studyctl.core.ports import Edit, Ledger, NoteFiles, Reader

Override = tuple[str, str, str | None, str | None]  # item id, field, before, after


@dataclass(frozen=True, slots=True)
class Change:
    """What a command is about to do; nothing to do where edits and overrides are empty."""

    summary: str  # one line for `undo --list`
    edits: tuple[Edit, ...] = ()
    overrides: tuple[Override, ...] = ()
    lines: tuple[str, ...] = ()  # what to tell the person
    undoes: int | None = None  # the number of a journal entry that this takes back


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a change did, or would do."""

    change: Change
    before: SyncReport
    after: SyncReport | None = None  # None: nothing was written
    items: tuple[Item, ...] = ()  # as they are now
    diffs: tuple[tuple[str, bytes, bytes], ...] = field(default=())  # (note, before, after)


Plan = Callable[[Reader, NoteFiles], Change]


def change(
    command: str,
    plan: Plan,
    ledger: Ledger,
    files: NoteFiles,
    synchronise: Callable[[], SyncReport],
    *,
    now: str,
    dry_run: bool = False,
) -> Outcome:
    """Sync, decide what to write (`plan`), write and journal it, and sync again."""
    with ledger.transaction():
        before = synchronise()
        with ledger.reading() as reader:
            planned = plan(reader, files)
        edits = tuple(whole_lines(edit, files.read(edit.note)) for edit in planned.edits)
        planned = replace(planned, edits=edits)
        diffs = tuple(rewritten(planned.edits, files))
        if dry_run or not (edits or planned.overrides):
            return Outcome(planned, before, diffs=diffs)
        if planned.undoes is not None:
            ledger.mark_undone(planned.undoes, now=now)
        else:
            ledger.journal(command, planned.summary, edits, planned.overrides, now=now)
        for item, name, _, value in planned.overrides:
            ledger.override(item, name, value, now=now)  # type: ignore[arg-type]
        files.write(edits)
        after = synchronise() if edits else before
        with ledger.reading() as reader:
            items = tuple(reader.items(gone=True, ignored=True))
    return Outcome(planned, before, after, items, diffs)


def whole_lines(edit: Edit, source: bytes) -> Edit:
    """The same edit over whole lines: undo finds a line again that has moved, and eight bytes hardly say where."""
    start = source.rfind(b"\n", 0, edit.offset) + 1
    end = source.find(b"\n", edit.offset + len(edit.old))
    end = len(source) if end < 0 else end
    # An insertion between two lines is whole already.
    if not edit.old and edit.offset == start and edit.new.endswith(b"\n"):
        return edit
    head, tail = source[start : edit.offset], source[edit.offset + len(edit.old) : end]
    return Edit(edit.note, start, head + edit.old + tail, head + edit.new + tail)


def rewritten(edits: Sequence[Edit], files: NoteFiles) -> list[tuple[str, bytes, bytes]]:
    """Each note that the edits change, before and after."""
    result: list[tuple[str, bytes, bytes]] = []
    for note in dict.fromkeys(edit.note for edit in edits):
        source = changed = files.read(note)
        for edit in sorted((e for e in edits if e.note == note), key=lambda e: -e.offset):
            changed = changed[: edit.offset] + edit.new + changed[edit.offset + len(edit.old) :]
        result.append((note, source, changed))
    return result
