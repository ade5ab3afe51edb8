"""Write into notes at a person's word: under the lock, journalled, synced at once, and undoable.

One transaction from reading the notes to remembering what was written: two commands at once cannot miss one another,
and where a note cannot be written, nothing is remembered either.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from studyctl.core import rewrite
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
        edits = planned.edits
        diffs = tuple(rewritten(edits, files))
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


def rewritten(edits: Sequence[Edit], files: NoteFiles) -> list[tuple[str, bytes, bytes]]:
    """Each note that the edits change, before and after."""
    result: list[tuple[str, bytes, bytes]] = []
    for note in dict.fromkeys(edit.note for edit in edits):
        source = files.read(note)
        result.append((note, source, rewrite.apply([edit for edit in edits if edit.note == note], source)))
    return result
