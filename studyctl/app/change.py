"""Write into notes at a person's word: under the lock, journalled, synced at once, and undoable.

One transaction from reading the notes to remembering what was written: two commands at once cannot miss one another,
and where a note cannot be written, nothing is remembered either. A command that ends after it has written a note and
before the transaction is committed leaves behind what it meant (`core.intents`), and the next one remembers it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from studyctl.core import intents, rewrite
from studyctl.core.intents import Intent, Override
from studyctl.core.item_pages import SyncReport
from studyctl.core.models import Item
from studyctl.core.ports import Edit, Ledger, NoteFiles, Reader
from studyctl.errors import NoteError


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
_LOOK_BACK = 10_000


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
    kept: list[str] = []  # names of what is remembered once the transaction is committed
    with ledger.transaction():
        kept += remember(ledger, files)
        before = synchronise()
        with ledger.reading() as reader:
            planned = plan(reader, files)
        edits = planned.edits
        diffs = tuple(rewritten(edits, files))
        if dry_run or not (edits or planned.overrides):
            outcome = Outcome(planned, before, diffs=diffs)
        else:
            if planned.undoes is not None:
                ledger.mark_undone(planned.undoes, now=now)
            else:
                ledger.journal(command, planned.summary, edits, planned.overrides, now=now)
            for item, name, _, value in planned.overrides:
                ledger.override(item, name, value, now=now)  # type: ignore[arg-type]
            if edits:
                kept.append(_write(command, planned, diffs, files, now))
            after = synchronise() if edits else before
            with ledger.reading() as reader:
                items = tuple(reader.items(gone=True, ignored=True))
            outcome = Outcome(planned, before, after, items, diffs)
    for name in kept:
        files.settle(name)
    return outcome


def _write(command: str, planned: Change, diffs: Sequence[tuple[str, bytes, bytes]], files: NoteFiles, now: str) -> str:
    """Write the notes, and before that what is meant; the name of the latter."""
    digests = {note: (intents.digest(before), intents.digest(after)) for note, before, after in diffs}
    meant = Intent(now, command, planned.summary, planned.edits, planned.overrides, planned.undoes, digests)
    name = files.intend(intents.dump(meant))
    try:
        files.write(planned.edits)
    except NoteError:  # nothing was written
        files.settle(name)
        raise
    return name


def remember(ledger: Ledger, files: NoteFiles) -> list[str]:
    """Journal what commands wrote before they were cut short; their names, to be settled after the commit."""
    left = files.intended()
    for text in left.values():
        intent = intents.load(text)
        with ledger.reading() as reader:
            if intent is None or intents.remembered(intent, reader.journal(_LOOK_BACK)):
                continue
        done = intents.carried_out(intent, files.read)
        if not done:
            continue
        whole = len(done) == len(intent.edits)
        if whole and intent.undoes is not None:
            ledger.mark_undone(intent.undoes, now=intent.at)
        else:
            ledger.journal(intent.command, intent.summary, done, intent.overrides if whole else (), now=intent.at)
        for item, name, _, value in intent.overrides if whole else ():
            ledger.override(item, name, value, now=intent.at)  # type: ignore[arg-type]
    return list(left)


def rewritten(edits: Sequence[Edit], files: NoteFiles) -> list[tuple[str, bytes, bytes]]:
    """Each note that the edits change, before and after."""
    result: list[tuple[str, bytes, bytes]] = []
    for note in dict.fromkeys(edit.note for edit in edits):
        source = files.read(note)
        result.append((note, source, rewrite.apply([edit for edit in edits if edit.note == note], source)))
    return result
