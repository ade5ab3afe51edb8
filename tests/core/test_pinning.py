"""Anchors: where they are written, and that a number follows its anchor whatever the words become."""

from __future__ import annotations

from dataclasses import replace

import pytest

from studyctl.core import pinning, rewrite
from studyctl.core.detector.detect import detect
from studyctl.core.detector.habits import NONE
from studyctl.core.edits import link, set_state
from studyctl.core.identity import assign
from studyctl.core.models import Found, Item
from studyctl.core.ports import Assigned
from studyctl.errors import NoteError

NOTE = "n.md"


def items(source: bytes, known: list[Item] | None = None) -> list[Item]:
    """The items of a note with the ids that identity gives them."""
    matching = assign(known or [], {NOTE: detect(source, NOTE).found}, numbers={})
    return [_item(one) for one in matching.assigned]


def _item(one: Assigned) -> Item:
    f: Found = one.found
    return Item(
        one.id, f.kind, f.also, f.text, f.norm, one.note, f.line, one.parent, f.topic, one.position, f.mark, f.box,
        f.rule, f.confidence, "open", f.ties, f.details, f.anchor, last_line=f.last_line,
    )  # fmt: skip


def pinned(source: bytes, number: int = 0) -> bytes:
    item = items(source)[number]
    edit = pinning.pin(item, source)
    assert edit is not None
    pinning.check(NOTE, source, {item.id: edit}, NONE)
    return rewrite.apply([edit], source)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"- [ ] buy milk\n", b"- [ ] buy milk ^sq-t1\n"),
        (b"- [ ] buy milk", b"- [ ] buy milk ^sq-t1"),
        (b"\xef\xbb\xbf- [ ] buy milk  \r\n- [ ] b\r\n", b"\xef\xbb\xbf- [ ] buy milk ^sq-t1  \r\n- [ ] b\r\n"),
        ("- [ ] buy milk 📅 2024-01-01 #home\n".encode(), "- [ ] buy milk 📅 2024-01-01 #home ^sq-t1\n".encode()),
        (b"- [ ] buy milk ^sq-t9\n", b"- [ ] buy milk ^sq-t1\n"),
        (b"- [ ] buy milk\n  and bread\n- [ ] x\n", b"- [ ] buy milk\n  and bread ^sq-t1\n- [ ] x\n"),
        (b"## Why is it slow?\n\ntext\n", b"## Why is it slow? ^sq-q1\n\ntext\n"),
    ],
)
def test_an_anchor_is_written_at_the_end_of_the_text(before: bytes, after: bytes) -> None:
    item = replace(items(before)[0], id=after.partition(b"^sq-")[2][:2].decode().upper())
    edit = pinning.pin(item, before)
    assert edit is not None
    assert rewrite.apply([edit], before) == after
    assert rewrite.apply(rewrite.invert([edit]), after) == before
    assert pinning.pin(replace(item, anchor=None), after) is None  # a second time there is nothing to do


@pytest.mark.parametrize(
    "source", [b"- [ ] buy milk ^mine\n", b"| Question | Answer |\n|---|---|\n| Is it fast? | |\n"]
)
def test_what_takes_no_anchor_is_refused(source: bytes) -> None:
    with pytest.raises(NoteError):
        pinned(source)


def test_a_pinned_item_keeps_its_number_whatever_becomes_of_its_words() -> None:
    source = b"# Questions\n\n- What is IoU?\n- Why anchors?\n- How is GIoU different?\n"
    first = items(source)
    assert [item.id for item in first] == ["Q1", "Q2", "Q3"]
    anchored = pinned(source, 1)
    known = items(anchored, first)
    # Reordered, and each text replaced by another one.
    after = "# Questions\n\n- 전혀 다른 질문일까? ^sq-q2\n- Is the sky blue?\n".encode()
    assert next((item.id, item.text) for item in items(after, known)) == ("Q2", "전혀 다른 질문일까?")
    # Without an anchor nothing would tell.
    assert "Q2" not in [item.id for item in items(after.replace(b" ^sq-q2", b""), first)]


def test_a_copied_anchor_leaves_the_number_where_it_was() -> None:
    source = pinned(b"- [ ] read the paper\n- [ ] write\n")
    known = items(source)
    copied = items(source + b"- [ ] read the other one ^sq-t1\n", known)
    assert [item.id for item in copied] == ["T1", "T2", "T3"]


def test_a_number_that_an_anchor_brought_along_does_not_disturb_its_neighbours() -> None:
    known = items(b"- [ ] run it\n- why?\n")
    after = items(b"- [ ] another ^sq-t9\n- fast?\n- Is it so?\n", known)
    assert after[0].id == "T9"
    assert len({item.id for item in after}) == len(after)


def test_a_pinned_line_can_be_ticked_and_linked() -> None:
    source = pinned(b"- [ ] buy milk\n")
    item = items(source)[0]
    done = set_state(item, source, "done")
    assert done is not None
    assert rewrite.apply([done], source) == b"- [x] buy milk ^sq-t1\n"
    tied = link(item, source, "iou", "studyctl:iou")
    assert tied is not None
    assert rewrite.apply([tied], source) == b"- [ ] buy milk ([iou](studyctl:iou)) ^sq-t1\n"
