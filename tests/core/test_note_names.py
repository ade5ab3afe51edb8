"""A note whose name says what it lists: what it means for the lists in it, and what has the last word."""

from __future__ import annotations

import pytest
from found_values import letters

from studyctl.core.detector.detect import RULES, detect
from studyctl.core.detector.habits import Habits
from studyctl.core.detector.note_names import kind_of_note
from studyctl.core.models import Kind


def seen(text: str, note: str, habits: Habits | None = None) -> list[tuple[str, int, str]]:
    found = detect(text, note, habits or Habits()).found
    assert all(one.rule in RULES for one in found)
    return [(letters(one), one.line, one.rule) for one in found]


@pytest.mark.parametrize(
    ("note", "kind"),
    [
        ("todo.md", "todo"),
        ("notes/TODO.md", "todo"),
        ("2024-todo.md", "todo"),
        ("thesis-todo.md", "todo"),
        ("To-Do.txt", "todo"),
        ("할일.md", "todo"),
        ("이사 할 일 목록.md", "todo"),
        ("やることリスト.md", "todo"),
        ("待办.md", "todo"),
        ("reading-list-2024.md", "reading"),
        ("books_to_read.md", "reading"),
        ("읽을 논문.md", "reading"),
        ("積読.md", "reading"),
        ("书单.md", "reading"),
        ("open questions.md", "question"),
        ("질문.md", "question"),
        ("疑問点.md", "question"),
        ("待解决的问题.md", "question"),
        # names of other things
        ("todo-app.md", None),
        ("how-to-read-papers.md", None),
        ("interview-questions.md", None),
        ("질문 유형 분류.md", None),
        ("README.md", None),
        ("2024-05-01.md", None),
        (".md", None),
    ],
)
def test_names(note: str, kind: Kind | None) -> None:
    assert kind_of_note(note) == kind


LISTED = "# Spring\n\nAll that the move still needs.\n\n- drill\n- the blue lamp\n\n## Kitchen\n\n- shelf\n"


def test_what_a_note_lists_is_what_its_name_says_below_headings_of_any_name() -> None:
    assert seen(LISTED, "todo.md") == [("T", line, "note-name.todo") for line in (5, 6, 10)]
    assert seen(LISTED, "move.md") == []


def test_boxes_in_a_list_of_books_are_books() -> None:
    text = "## Classics\n\n- [x] Mencius\n- [ ] Xunzi\n"
    assert seen(text, "书单.md") == [("R", 3, "note-name.reading"), ("R", 4, "note-name.reading")]
    assert seen(text, "2024.md") == [("T", 3, "box"), ("T", 4, "box")]


def test_a_label_has_the_last_word() -> None:
    text = "- call the bank\n\n## Questions\n\n- why two keys\n\n## References\n\n- the lease\n"
    assert [(letter, line) for letter, line, _ in seen(text, "todo.md")] == [("T", 1), ("Q", 5)]


def test_the_rule_can_be_turned_off() -> None:
    assert seen(LISTED, "todo.md", Habits(rules_off=("note-name",))) == []


@pytest.mark.parametrize("title", ["Title", "제목", "タイトル", "书名"])
def test_rows_of_a_table_of_what_is_to_be_read(title: str) -> None:
    rows = "| Solaris | Lem | done |\n| Roadside Picnic | S. | reading |\n| Ubik | D. | |\n"
    table = f"| {title} | Author | Status |\n|---|---|---|\n{rows}"
    found = detect(table, "to-read.md").found
    assert [(letters(one), one.text, one.mark) for one in found] == [
        ("R", "Solaris", "done"),
        ("R", "Roadside Picnic", "doing"),
        ("R", "Ubik", "open"),
    ]
    below_a_label = detect(f"## To read\n\n{table}", "2024.md").found
    assert [(letters(one), one.text, one.rule) for one in below_a_label] == [
        ("R", "Solaris", "table"),
        ("R", "Roadside Picnic", "table"),
        ("R", "Ubik", "table"),
    ]
    assert detect(table, "2024.md").found == ()
