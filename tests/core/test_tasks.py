"""Due dates, priorities and tags, in the forms of the programs that people keep their tasks with."""

from __future__ import annotations

import pytest

from studyctl.core.detector.detect import detect
from studyctl.core.tasks import due_of, planned, priority_of, rank, tags_of


def read(source: str) -> list[tuple[str | None, str | None, tuple[str, ...]]]:
    note = source.encode()
    return [(f.due, f.priority, f.tags) for f in planned(detect(note, "n.md"), note).found]


@pytest.mark.parametrize(
    ("text", "due"),
    [
        ("pay 📅 2024-01-03 ⏫", "2024-01-03"),
        ("pay 📅2024-01-03", "2024-01-03"),
        ("pay 🗓️ 2024-01-03", "2024-01-03"),
        ("pay due:2024-01-03", "2024-01-03"),
        ("pay due: 2024-01-03 +home", "2024-01-03"),
        ("pay [due:: 2024-01-03]", "2024-01-03"),
        ("pay @{2024-01-03}", "2024-01-03"),
        ("pay @due(2024-01-03)", "2024-01-03"),
        ("pay @[[2024-01-03]]", "2024-01-03"),
        ("DEADLINE: <2024-01-03 Wed 10:00 +1w>", "2024-01-03"),
        ("pay 📅 2024-02-30", None),
        ("pay 📅 2024-02-30 due:2024-02-28", "2024-02-28"),
        ("pay ⏳ 2024-01-03 🛫 2024-01-02 ✅ 2024-01-05", None),
        ("SCHEDULED: <2024-01-03 Wed>", None),
        ("overdue:2024-01-03 is a word", None),
        ("the talk of 2024-01-03", None),
    ],
)
def test_due_dates(text: str, due: str | None) -> None:
    assert due_of(text) == due


@pytest.mark.parametrize(
    ("text", "priority"),
    [
        ("- [ ] pay 🔺", "highest"),
        ("- [ ] pay ⏫ 📅 2024-01-03", "high"),
        ("- [ ] pay 🔼️", "medium"),
        ("- [ ] pay 🔽", "low"),
        ("- [ ] pay ⏬", "lowest"),
        ("- TODO [#A] pay", "high"),
        ("- [ ] pay [priority:: medium]", "medium"),
        ("- [ ] (A) pay", "high"),
        ("(B) pay", "medium"),
        ("1. TODO (C) pay", "low"),
        ("* (D) pay", "lowest"),
        ("- [ ] pay (A) later", None),
        ("- [ ] (a) pay", None),
        ("- [ ] pay", None),
    ],
)
def test_priorities(text: str, priority: str | None) -> None:
    assert priority_of(text) == priority


@pytest.mark.parametrize(
    ("text", "tags"),
    [
        ("pay #home #work/taxes 📅 2024-01-03", ("home", "work/taxes")),
        ("#연구 노트 #2024 #2024q1 #연구", ("연구", "2024q1")),
        ("pay #[[long name]]", ("long name",)),
        ("C# and a#b, http://x/#c", ()),
        ("#TODO pay #todo", ()),
    ],
)
def test_tags(text: str, tags: tuple[str, ...]) -> None:
    assert tags_of(text) == tags


def test_a_note_is_read_with_what_logseq_puts_below_its_tasks() -> None:
    assert read(
        "- TODO [#A] write\n  SCHEDULED: <2024-01-02 Tue>\n  DEADLINE: <2024-01-05 Fri>\n- TODO send\n"
        "- [ ] pay 📅 2024-01-03 #home\r\n\n    text due:2024-01-09\n"
    ) == [("2024-01-05", "high", ()), (None, None, ()), ("2024-01-03", None, ("home",))]


def test_code_and_links_say_nothing() -> None:
    assert read("- [ ] try `x 📅 2024-01-03 #a` ([iou](../experiments/iou.py#due))\n") == [(None, None, ())]


def test_the_most_urgent_comes_first_and_an_item_without_a_priority_between() -> None:
    order = ["highest", "high", "medium", None, "low", "lowest"]
    assert sorted(["low", None, "highest", "lowest", "medium", "high"], key=rank) == order
