"""Add an item to a note: below what was named, else where the last one went, else below the note's own label."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from studyctl.app.change import Change, Outcome
from studyctl.app.link import one_item
from studyctl.app.lists import names_note
from studyctl.core import adding, ties
from studyctl.core.detector.habits import Habits
from studyctl.core.models import Item, Kind
from studyctl.core.ports import Edit, NoteFiles, Reader
from studyctl.errors import NoteError, NotFoundError, UsageError

_ID = re.compile(r"[QTRCqtrc]\d+\Z")


def plan(
    kind: Kind, text: str, note: str | None, under: str | None, habits: Habits, reader: Reader, files: NoteFiles
) -> Change:
    """The line to add, and where."""
    notes = [stamp.path for stamp in reader.stamps() if stamp.role == "note"]
    within = _note(note, notes) if note is not None else None

    def edit(in_note: str, below: int | str | None) -> Edit:
        return adding.add(in_note, files.read(in_note), text, kind, under=below, habits=habits)

    if under is not None and _ID.match(under):
        item = one_item(under, reader)
        if within not in (None, item.note):
            raise UsageError(f"{item.id} is in {item.note}, not in {within}", "leave out --note")
        made = edit(item.note, item.line)
    elif under is not None:
        made = _below_words(under, [within] if within else notes, edit)
    elif within is not None:
        made = edit(within, None)
    else:
        made = _usual_place(kind, notes, habits, reader, files, edit)
    words = adding.one_line(text)
    return Change(summary=f"added to {made.note}: {words}", edits=(made,), lines=(f"add to {made.note}: {words}",))


def _note(word: str, notes: Sequence[str]) -> str:
    found = [note for note in notes if names_note(word, note)]
    exact = [note for note in found if note == word.removeprefix("./")]
    if len(exact or found) == 1:
        return (exact or found)[0]
    if found:
        raise UsageError(f"--note {word} is more than one note: {', '.join(found[:5])}", "say more of its path")
    known = f"there are {', '.join(notes[:5])}{' and more' if len(notes) > 5 else ''}" if notes else "there are none"
    raise NotFoundError(f"no note {word}", f"{known}; `studyctl sync` reads new ones")


def _below_words(words: str, notes: Sequence[str], edit: Callable[[str, str], Edit]) -> Edit:
    """Below the heading or bullet that says so, in the one note that has it."""
    made: list[Edit] = []
    missed: list[NotFoundError] = []
    for note in notes:
        try:
            made.append(edit(note, words))
        except NotFoundError as error:
            missed.append(error)
    if len(made) > 1:
        raise UsageError(
            f'"{words}" stands in more than one note: {", ".join(one.note for one in made[:5])}', "name it with --note"
        )
    if made:
        return made[0]
    if len(missed) == 1:
        raise missed[0]
    raise NotFoundError(f'no heading or bullet of any note says "{words}"', "name one that stands there, or an item")


def _usual_place(
    kind: Kind,
    notes: Sequence[str],
    habits: Habits,
    reader: Reader,
    files: NoteFiles,
    edit: Callable[[str, int | None], Edit],
) -> Edit:
    """Where the last one of this kind was added; else the note that holds most of them, or the only one."""
    items = [item for item in reader.items() if item.note in notes]
    last = _last_added(kind, items, reader)
    if last is not None:
        above = adding.Page(last.note, files.read(last.note), habits).line_above(last.line)
        try:
            return edit(last.note, above)
        except (NoteError, NotFoundError, UsageError):
            pass  # that place is no longer what it was: the usual one below
    held = [item.note for item in items if item.kind == kind]
    if held:
        return edit(max(dict.fromkeys(held), key=held.count), None)
    if len(notes) == 1:
        return edit(notes[0], None)
    if not notes:
        raise NotFoundError("there is no note to add to", "write one first, or mend `notes` in the configuration")
    raise UsageError(f"which note? there are {len(notes)}", f"name one with --note, for example {notes[0]}")


def _last_added(kind: Kind, items: Sequence[Item], reader: Reader) -> Item | None:
    """The item that the newest `add` of this kind wrote, where it still stands."""
    for entry in reader.journal(1000):
        if entry.command == f"{kind} add" and not entry.undone and entry.edits:
            added = entry.edits[0].new.decode("utf-8", "replace").rstrip().rpartition("\n")[2]
            norm = ties.normalise(re.sub(r"^[\s>]*(?:[-*+•]|\d{1,3}[.)])\s*", "", added))
            return next((i for i in items if i.note == entry.edits[0].note and i.norm == norm), None)
    return None


def added(outcome: Outcome) -> Item:
    """The item that was added, as it was found."""
    edit = outcome.change.edits[0]
    _, _, after = next(diff for diff in outcome.diffs if diff[0] == edit.note)
    number = after[: edit.offset + len(edit.new.rstrip())].count(b"\n") + 1
    found = [item for item in outcome.items if item.note == edit.note and item.line == number and not item.gone]
    if not found:  # what was written was found when it was planned: somebody changed the note in between
        raise NoteError(f"{edit.note} changed while it was written", "`studyctl undo` takes the line back")
    return found[0]
