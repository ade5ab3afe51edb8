"""Write a recorded answer into the note, below its question."""

from __future__ import annotations

from studyctl.app.answers import no_evidence, require_answerable
from studyctl.app.change import Change
from studyctl.app.link import one_item
from studyctl.core import answer_lines
from studyctl.core.detector.habits import Habits
from studyctl.core.ports import NoteFiles, Reader
from studyctl.errors import CheckFailed


def write_answer(word: str, habits: Habits, reader: Reader, files: NoteFiles) -> Change:
    """The line with the item's current answer, put below it or brought up to date."""
    item = one_item(word, reader)
    require_answerable(item)
    if item.gone:
        raise CheckFailed(f"{item.id} is in no note any more: {item.text}", f"it stood in {item.note}")
    answer = reader.answer(item.id)
    if answer is None:
        raise no_evidence(item, ())
    edit = answer_lines.write(item, files.read(item.note), answer, habits)
    if edit is None:
        return Change(summary="", lines=(f"{item.note} has this answer of {item.id} already",))
    return Change(
        summary=f"wrote the answer of {item.id}",
        edits=(edit,),
        lines=(f"{item.id}'s answer stands below it in {item.note}",),
    )
