"""Where items stand in a report: below their notes, headings and one another, in the order of the note."""

from __future__ import annotations

from dataclasses import replace

from test_answers import an_item

from studyctl.core.models import Item
from studyctl.core.report_pages import Entry, NotePart, Topic, entries_of, tree, with_what_is_below


def items(*rows: tuple[str, str, tuple[str, ...], str | None]) -> list[Item]:
    return [
        replace(an_item(id=name), note=note, topic=topic, parent=parent, position=position)
        for position, (name, note, topic, parent) in enumerate(rows)
    ]


def shape(body: tuple[Entry | Topic, ...]) -> list[object]:
    return [
        (one.title, one.number, shape(one.body)) if isinstance(one, Topic) else (one.item.id, shape(one.below))
        for one in body
    ]


def parts(found: list[Item]) -> tuple[NotePart, ...]:
    return tree(found, {item.id: Entry(item) for item in found})


def test_a_heading_that_all_stands_below_is_the_title() -> None:
    found = items(
        ("Q1", "a.md", ("A", "x", "y"), None),
        ("Q2", "a.md", ("A", "x", "y"), "Q1"),
        ("Q3", "a.md", ("A", "x"), None),
        ("Q4", "a.md", ("A", "z"), None),
        ("Q5", "b/c.d.md", (), None),
        ("Q6", "b/c.d.md", ("x",), None),
    )
    first, second = parts(found)
    assert (first.title, second.title) == ("A", "c.d")
    assert shape(first.body) == [
        ("x", "1-1", [("y", "1-1-1", [("Q1", [("Q2", [])])]), ("Q3", [])]),
        ("z", "1-2", [("Q4", [])]),
    ]
    assert shape(second.body) == [("Q5", []), ("x", "2-1", [("Q6", [])])]
    assert [entry.item.id for note in (first, second) for entry in entries_of(note.body)] == [one.id for one in found]


def test_a_heading_that_comes_again_is_another_one() -> None:
    (part,) = parts(
        items(("Q1", "a.md", ("A", "x"), None), ("Q2", "a.md", ("A",), None), ("Q3", "a.md", ("A", "x"), None))
    )
    assert shape(part.body) == [("x", "1-1", [("Q1", [])]), ("Q2", []), ("x", "1-2", [("Q3", [])])]


def test_what_hangs_below_something_that_is_not_shown_stands_by_itself() -> None:
    found = items(("Q1", "a.md", ("A",), None), ("Q2", "a.md", ("A",), "Q1"), ("Q3", "a.md", ("A",), "Q2"))
    chosen = with_what_is_below(["Q2"], found)
    assert [item.id for item in chosen] == ["Q2", "Q3"]
    (part,) = parts(chosen)
    assert shape(part.body) == [("Q2", [("Q3", [])])]
