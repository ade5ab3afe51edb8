"""The explicit anchor of an item, ` ^sq-q3` at the end of its line: with it, a number survives any rewording.

It is a block id as Obsidian knows it, so a link may lead to it; and as Obsidian allows one a block, where another one
stands nothing is written.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from studyctl.core import edits, rewrite
from studyctl.core.detector.detect import detect
from studyctl.core.detector.habits import Habits
from studyctl.core.models import Found, Item
from studyctl.core.ports import Edit
from studyctl.errors import NoteError

_BLOCK_ID = re.compile(r"(?:(?<=\s)|^)\^([A-Za-z0-9-]+)$")
PREFIX = "sq-"


def anchor(item_id: str) -> str:
    """The anchor of an item: "sq-q3"."""
    return PREFIX + item_id.lower()


def pin(item: Item, source: bytes) -> Edit | None:
    """Put the item's anchor at the end of its text; None where it stands there already.

    An anchor that was copied here with the line of another item gives way. NoteError where a block id of the person's
    own stands there, and in a table, which no block id may stand in.
    """
    if item.rule.partition(".")[0] == "table":
        raise NoteError(
            f"{item.id} stands in a table ({item.note}:{item.line}), where no block id can stand",
            "make it a list item, or leave it unpinned",
        )
    line = edits.line_at(item.note, source, max(item.line, item.last_line))
    text = line.raw.rstrip()
    there = _BLOCK_ID.search(text)
    if there and there[1].lower() == anchor(item.id):
        return None
    if there and not there[1].startswith(PREFIX):
        raise NoteError(
            f"{item.id} has the block id ^{there[1]} ({item.note}:{line.number}), and a block has only one",
            "take it out if no link leads to it, then pin again",
        )
    words = text[: there.start()].rstrip() if there else text
    return edits.rewritten(item.note, line, f"{words} ^{anchor(item.id)}{line.raw[len(text) :]}")


def check(
    note: str,
    source: bytes,
    made: Mapping[str, Edit],
    habits: Habits,
) -> None:
    """Read the note back as it will be: every item as before, and each anchor seen; NoteError where it is not so.

    `made`: the edits of this note by the id that each pins.
    """

    def read(text: bytes) -> Sequence[Found]:
        return detect(text, note, habits).found

    before, after = read(source), read(rewrite.apply(made.values(), source))
    seen = {found.anchor for found in after}
    for item_id in made:
        if anchor(item_id) not in seen:
            raise NoteError(f"an anchor at {item_id} in {note} would not be seen as one", "leave it unpinned")
    if [_kept(found) for found in before] != [_kept(found) for found in after]:
        raise NoteError(f"with an anchor, {note} would be read otherwise", "nothing was written; pin fewer items")


def _kept(found: Found) -> tuple[str, str, int, str]:
    return found.kind, found.norm, found.line, found.mark
