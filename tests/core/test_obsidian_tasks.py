"""What we write into a task leaves it a task for obsidian-tasks.

Its parser is made again here from its documented format: a list item with a box, and fields that are taken off the end
of the line one after the other, so that whatever stands behind the description and is no field hides all before it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studyctl.core import pinning, rewrite
from studyctl.core.detector.detect import detect
from studyctl.core.edits import link, set_state
from studyctl.core.models import Item

_TASK = re.compile(r"^([\s\t>]*)([-*+]|[0-9]+[.)]) +\[(.)\] *(.*)")
_BLOCK_LINK = re.compile(r" \^[a-zA-Z0-9-]+$")
_DATE = r" *(\d{4}-\d{2}-\d{2})$"
_FIELDS = {
    "priority": re.compile(r"(🔺|⏫|🔼|🔽|⏬)\ufe0f?$"),
    "start": re.compile(f"🛫\ufe0f?{_DATE}"),
    "created": re.compile(f"➕\ufe0f?{_DATE}"),
    "scheduled": re.compile(f"[⏳⌛]\ufe0f?{_DATE}"),
    "due": re.compile(f"[📅📆🗓]\ufe0f?{_DATE}"),
    "done": re.compile(f"✅\ufe0f?{_DATE}"),
    "cancelled": re.compile(f"❌\ufe0f?{_DATE}"),
    "recurrence": re.compile(r"🔁\ufe0f? ?([a-zA-Z0-9, !]+)$"),
    "completion": re.compile(r"🏁\ufe0f? ?([a-zA-Z]+)$"),
    "depends": re.compile(r"⛔\ufe0f? *([a-zA-Z0-9-_, ]+)$"),
    "id": re.compile(r"🆔\ufe0f? *([a-zA-Z0-9-_]+)$"),
}
_TAG = re.compile(r"(?:^|\s)(#[^ !@#$%^&*(),.?\":{}|<>]+)$")


@dataclass
class Task:
    """What obsidian-tasks reads in a line."""

    status: str
    description: str
    block: str
    fields: dict[str, str] = field(default_factory=dict)
    tags: list[str] = field(default_factory=list)


def parse(line: str) -> Task | None:
    found = _TASK.match(line.rstrip("\r\n"))
    if not found:
        return None
    rest = found[4].strip()
    block = _BLOCK_LINK.search(rest)
    if block:
        rest = rest[: block.start()].strip()
    task = Task(found[3], "", block[0].strip() if block else "")
    for _ in range(20):
        before = rest
        for name, pattern in _FIELDS.items():
            if match := pattern.search(rest):
                task.fields[name] = match[1]
                rest = rest[: match.start()].strip()
        if tag := _TAG.search(rest):
            task.tags.insert(0, tag[1])
            rest = rest[: tag.start()].strip()
        if rest == before:
            break
    task.description = rest
    return task


def first(source: bytes) -> Item:
    one = detect(source, "n.md").found[0]
    return Item(
        "T1", one.kind, one.also, one.text, one.norm, "n.md", one.line, None, one.topic, 0, one.mark, one.box,
        one.rule, one.confidence, "open", one.ties, last_line=one.last_line,
    )  # fmt: skip


def linked(source: bytes) -> bytes:
    edit = link(first(source), source, "box-decoding", "../experiments/box_decoding/#width-stability")
    assert edit is not None
    return rewrite.apply([edit], source)


TIE = "([box-decoding](../experiments/box_decoding/#width-stability))"
METADATA = [
    "⏫", "🔽", "📅 2024-01-05", "🗓️ 2024-01-05", "⏳ 2024-01-04", "🛫 2024-01-03", "➕ 2024-01-02", "#home",
    "#work/taxes", "🔁 every week", "🏁 delete", "🆔 abc1", "⛔ abc2,abc3",
]  # fmt: skip


def check(line: str) -> None:
    """Linking changes the description of the task, and nothing else of it."""
    before = parse(line)
    after = parse(linked(line.encode()).decode())
    assert before is not None and after is not None
    assert after.description == f"{before.description} {TIE}"
    assert (after.status, after.block, after.fields, after.tags) == (
        before.status,
        before.block,
        before.fields,
        before.tags,
    )


@pytest.mark.parametrize("tail", [*METADATA, "^block-1", "📅 2024-01-05 ^block-1", ""])
def test_a_linked_task_keeps_its_fields(tail: str) -> None:
    check(f"- [ ] compare the anchors {tail}".rstrip() + "\n")


@settings(deadline=None, max_examples=80)
@given(st.lists(st.sampled_from(METADATA), unique_by=lambda one: one[0], max_size=6), st.booleans())
def test_whatever_stands_at_its_end(tail: list[str], block: bool) -> None:
    check(" ".join(["- [ ] compare the anchors", *tail, *(["^block-1"] if block else [])]) + "\r\n")


@pytest.mark.parametrize("tail", ["📅 2024-01-05 ⏫", "#home 🔁 every week 📅 2024-01-05"])
def test_a_ticked_and_pinned_task_keeps_its_fields(tail: str) -> None:
    source = f"- [ ] compare the anchors {tail}\n".encode()
    before = parse(source.decode())
    assert before is not None
    for edit in (set_state(first(source), source, "done"), pinning.pin(first(source), source)):
        assert edit is not None
        after = parse(rewrite.apply([edit], source).decode())
        assert after is not None
        assert (after.description, after.fields, after.tags) == (before.description, before.fields, before.tags)


def test_the_parser_here_sees_nothing_behind_words() -> None:
    """What would happen if the link were put at the end of the line."""
    task = parse(f"- [ ] compare 📅 2024-01-05 {TIE}")
    assert task is not None and not task.fields
