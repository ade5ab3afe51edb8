"""A person's own marks on lines, and what could be named as a label or a mark."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studyctl.core.detector.detect import detect
from studyctl.core.detector.habits import NONE, Habits, Signs
from studyctl.core.detector.unknown import habits_in
from studyctl.core.models import Kind


def found(text: str, **marks: list[str]) -> list[tuple[str, str, int, str]]:
    """Kind, words, line and mark of what a note's own marks make of it."""
    kinds: dict[Kind, list[str]] = dict(marks)  # type: ignore[arg-type]
    reading = detect(text, "note.md", Habits(marks=kinds))
    return [(each.kind, each.text, each.line, each.mark) for each in reading.found if each.rule == "own-mark"]


@pytest.mark.parametrize(
    ("line", "mark", "words"),
    [
        ("-> order rib stock", "->", "order rib stock"),
        ("->order rib stock", "->", "order rib stock"),
        ("🤔 the lid moves before the base", "🤔", "the lid moves before the base"),
        ("the lid moves before the base 🤔", "🤔", "the lid moves before the base"),
        ("the lid moves #ask before the base", "#ask", "the lid moves before the base"),
        ("ME: figure 2 by the 20th", "me:", "figure 2 by the 20th"),
        ("재현 안 됨 (확인)", "(확인)", "재현 안 됨"),
        ("nochmal lesen tbd", "tbd", "nochmal lesen"),
    ],
)
def test_a_mark_stands_at_either_end_and_a_tag_anywhere(line: str, mark: str, words: str) -> None:
    for text in (f"{line}\n", f"- {line}\n", f"12 sept\nRibs bent.\n {line}\n"):
        assert [(kind, said) for kind, said, _, _ in found(text, todo=[mark])] == [("todo", words)]


@pytest.mark.parametrize(
    ("line", "mark"),
    [
        ("see the -> in figure 2 there", "->"),
        ("->", "->"),
        ("mend it", "me"),  # no whole word
        ("at home", "me"),
        ("about #asking for more", "#ask"),
        ("`->` means implies", "->"),
        ("lower", "->"),
    ],
)
def test_what_is_not_marked(line: str, mark: str) -> None:
    assert found(f"- {line}\n", todo=[mark]) == []


def test_the_longest_mark_counts() -> None:
    assert found("- ?! why is it red\n- ? maybe later\n", question=["?!"], todo=["?"]) == [
        ("question", "why is it red", 1, "open"),
        ("todo", "maybe later", 2, "open"),
    ]


def test_a_box_says_the_state_of_what_is_marked() -> None:
    text = "- [x] -> buy a square\n- [ ] ?? is the block square\n"
    assert found(text, todo=["->"], question=["??"]) == [
        ("todo", "buy a square", 1, "done"),
        ("question", "is the block square", 2, "open"),
    ]
    both = detect(text, "note.md", Habits(marks={"question": ["??"]})).found[1]
    assert both.also == "todo"


def test_what_stands_below_a_marked_question_answers_it() -> None:
    text = "- ?? the lower block, square to the form or not\n  - it is square, the tool was wrong\n"
    kinds = [(each.kind, each.mark) for each in detect(text, "note.md", Habits(marks={"question": ["??"]})).found]
    assert kinds == [("question", "noted"), ("claim", "open")]


def test_a_marked_line_begins_and_ends_a_unit_of_its_paragraph() -> None:
    text = "Bent the bouts first\n-> order another set\nand rubbed the joint\nglue it again !!\nthen lunch\n"
    assert found(text, todo=["->", "!!"]) == [
        ("todo", "order another set\nand rubbed the joint".replace("\n", " "), 2, "open"),
        ("todo", "glue it again", 4, "open"),
    ]


def test_the_rule_can_be_turned_off_and_nothing_is_marked_by_default() -> None:
    text = "- -> order rib stock\n"
    assert found(text) == []
    off = Habits(marks={"todo": ["->"]}, rules_off=["own-mark"])
    assert detect(text, "note.md", off).found == detect(text, "note.md").found


@given(st.text(alphabet="ab ->?!#\n🤔확", max_size=60), st.sampled_from(["->", "??", "#a", "🤔", "확", "a"]))
def test_marks_never_hurt(text: str, mark: str) -> None:
    habits = Habits(marks={"todo": [mark]})
    lines = text.count("\n") + 1
    for each in detect(text, "note.md", habits).found:
        assert each.text
        assert 1 <= each.line <= lines


def test_marks_that_say_nothing_are_none() -> None:
    assert Habits(marks={"todo": ["", "  "]}).signs() is None
    assert NONE.signs() is None
    assert Signs([("->", "todo")]).of("->  ") is None


# -- what could be named -----------------------------------------------------------------------------------------------

NOTE = """# Violin

## Workshop things

- the purfling channel cutter
- bag of bone glue

Fridge door

- letter to the timber man
- photos for the forum

## Fridge door

- strings, the cheap ones
- peg compound

## TODO

- glue the back

## Log

- it was cold
- the glue is dry
- the bar is in

-> handle for the strap
-> a square, a decent one
"""


def test_heads_over_lists_and_marks_before_lines_are_shown_with_what_stands_in_most_places_first() -> None:
    seen = habits_in([("a.md", NOTE.encode()), ("b.md", b"- -> clamps, more of them\n")])
    assert [(each.what, each.text, each.places, each.lines, len(each.notes)) for each in seen] == [
        ("mark", "->", 3, 3, 2),
        ("head", "Fridge door", 2, 4, 1),
        ("head", "Workshop things", 1, 2, 1),
    ]
    assert (seen[1].note, seen[1].line, seen[1].first) == ("a.md", 8, "letter to the timber man")


def test_what_was_named_is_not_shown_again() -> None:
    habits = Habits(labels={"todo": ["fridge door"]}, marks={"todo": ["->"]})
    named = detect(NOTE, "a.md", habits).found
    assert {each.text for each in named} >= {"photos for the forum", "peg compound", "handle for the strap"}
    assert [each.text for each in habits_in([("a.md", NOTE.encode())], habits)] == ["Workshop things"]


def test_a_mark_has_to_come_again() -> None:
    assert habits_in([("a.md", b"- -> one\n- -> two\n")]) == []
