"""The line that `answer --write` puts below a question: its answer, readable where the question stands.

It ends in a comment that no renderer shows, `<!-- studyctl:answer Q1 -->`, by which it is recognised: it is no item,
no answer by the person, and nothing that a search or an identity knows of. It is written anew on request only.
"""

from __future__ import annotations

import re

from studyctl.core import answers, edits, rewrite
from studyctl.core.adding import Page, Place
from studyctl.core.detector.detect import detect
from studyctl.core.detector.habits import Habits
from studyctl.core.models import Answer, Found, Item
from studyctl.core.ports import Edit
from studyctl.core.scanner import Line, scan
from studyctl.errors import NoteError

_MARK = re.compile(r"<!--\s{0,9}studyctl:answer\s+(?P<id>[QC][0-9]+)\s{0,9}-->\s*$")
SIGN = "→"
SHORT = 8  # characters of a run's id as it is shown


def words(answer: Answer) -> str:
    """The answer in one line, with what it rests on and the mark."""
    said = " ".join(answers.said(answer).split()).replace("<!--", "&lt;!--")
    runs = list(dict.fromkeys(e.run[:SHORT] for e in answer.evidence))
    rests = f"run{'s' if len(runs) > 1 else ''} {', '.join(runs)}" if runs else "without evidence"
    quick = ", quick" if answer.quick else ""
    return f"{SIGN} {said} ({rests}{quick}, {answer.recorded[:10]}) <!-- studyctl:answer {answer.item} -->"


def write(
    item: Item,
    source: bytes,
    answer: Answer,
    habits: Habits,
) -> Edit | None:
    """The edit that makes the item's line of its answer say what the answer is; None where it does already.

    NoteError where no line can stand below the item, and where the note would then be read otherwise.
    """
    there = _written(item, source)
    if there is not None:
        raw = there.raw[: there.text_start] + words(answer) + there.raw[there.text_end :]
        edit = edits.rewritten(item.note, there, raw)
    else:
        page = Page(item.note, source, habits)
        edit = page.insert(_place(page, item), words(answer))
    if edit is not None:
        _check(item, source, edit, habits)
    return edit


def _place(page: Page, item: Item) -> Place:
    """Below a list item as its last child; below a heading, a paragraph or a callout's title as the next line.

    No blank line is added: that would part what the person wrote together.
    """
    node = page.node_at(item.line)
    if node.kind == "row":
        raise NoteError(
            f"{item.id} stands in a table ({item.note}:{item.line}): nothing can be written below it",
            f"make it a list item, or leave its answer to: studyctl answer {item.id}",
        )
    if node.kind == "bullet":
        return page.below(node, "claim")
    line = node.line
    return Place(
        max(item.last_line - 1, node.last), line.raw[: line.text_start] if not line.level else "> " * line.quote
    )


def _written(item: Item, source: bytes) -> Line | None:
    """The line that was written for the item before: the first below it, or wherever its owner moved it."""
    found = [line for line in scan(source) if (mark := _MARK.search(line.text)) and mark["id"] == item.id]
    return next((line for line in found if line.number > item.line), found[0] if found else None)


def _check(item: Item, source: bytes, edit: Edit, habits: Habits) -> None:
    """Read the note back as it will be: the same items, each with the same words around it."""

    def read(text: bytes) -> list[tuple[object, ...]]:
        return [_kept(one) for one in detect(text, item.note, habits).found]

    if read(source) != read(rewrite.apply([edit], source)):
        raise NoteError(
            f"with a line below {item.id}, {item.note} would be read otherwise", f"studyctl answer {item.id} shows it"
        )


def _kept(found: Found) -> tuple[object, ...]:
    details = tuple((detail.role, detail.text, detail.url) for detail in found.details)
    ties = tuple((tie.experiment, tie.fragment) for tie in found.ties)
    return found.kind, found.also, found.norm, found.parent, found.topic, found.mark, found.anchor, details, ties
