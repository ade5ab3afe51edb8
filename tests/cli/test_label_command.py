"""`studyctl label`: labels and marks of a person's own, named, found, taken back."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest

LOG = """# Violin

Fridge door

- letter to the timber man
- photos for the forum

-> handle for the strap
-> a square, a decent one
-> clamps
"""


@pytest.fixture
def log(vault: Path) -> Path:
    (vault / "violin.md").write_text(LOG, "utf-8")
    return vault


def texts(studyctl: Any, kind: str = "todo") -> list[str]:
    ran = studyctl(kind, "list", "--json")
    assert ran.code == 0, ran.err
    return [each["text"] for each in json.loads(ran.out) if each["note"] == "violin.md"]


def settings(vault: Path) -> dict[str, Any]:
    return tomllib.loads((vault / "studyctl.toml").read_text("utf-8"))


def test_what_could_be_a_label_is_shown_and_what_was_named_is_not(log: Path, studyctl: Any) -> None:
    shown = studyctl("label", "find")
    assert shown.code == 0
    assert shown.out.index("->") < shown.out.index("Fridge door")
    assert "next: studyctl label add todo TEXT" in shown.out
    seen = json.loads(studyctl("label", "find", "--json").out)
    assert seen[:2] == [
        {
            "text": "->",
            "mark": True,
            "places": 3,
            "lines": 3,
            "notes": 1,
            "note": "violin.md",
            "line": 8,
            "first": "handle for the strap",
        },
        {
            "text": "Fridge door",
            "mark": False,
            "places": 1,
            "lines": 2,
            "notes": 1,
            "note": "violin.md",
            "line": 3,
            "first": "letter to the timber man",
        },
    ]
    one = studyctl("label", "find", "--limit", "1")
    assert "1 of 2; --limit 0 shows all" in one.out
    assert studyctl("label", "add", "todo", "Fridge door", "--mark", "->").code == 0
    assert "nothing in " in studyctl("label", "find").out


def test_what_was_named_is_found_at_once_and_undo_takes_it_back(log: Path, studyctl: Any) -> None:
    before = (log / "studyctl.toml").read_bytes()
    assert texts(studyctl) == []
    added = studyctl("label", "add", "todo", "fridge door:", "--mark", "->")
    assert added.code == 0, added.err
    assert '"fridge door" is a label of todos from now on' in added.out
    assert "new: T5-T9" in added.out
    named = [
        "letter to the timber man",
        "photos for the forum",
        "handle for the strap",
        "a square, a decent one",
        "clamps",
    ]
    assert texts(studyctl) == named
    assert settings(log)["labels"] == {"todo": ["fridge door"]}
    assert "has a mark that studyctl.toml names" in studyctl("show", "T7").out
    listed = json.loads(studyctl("label", "list", "--json").out)
    assert listed == [
        {"kind": "todo", "text": "fridge door", "mark": False},
        {"kind": "todo", "text": "->", "mark": True},
    ]
    assert "studyctl.toml" in studyctl("undo", "--list").out
    assert studyctl("undo").code == 0
    assert (log / "studyctl.toml").read_bytes() == before
    assert texts(studyctl) == []


def test_the_numbers_come_back_with_a_label(log: Path, studyctl: Any) -> None:
    studyctl("label", "add", "todo", "Fridge door")
    removed = studyctl("label", "remove", "FRIDGE DOOR")
    assert removed.code == 0, removed.err
    assert "gone: T5, T6" in removed.out
    assert "labels" not in settings(log)
    assert "back again: T5, T6" in studyctl("label", "add", "todo", "Fridge door").out


def test_a_marked_line_is_finished_and_tied_like_any_other(log: Path, studyctl: Any) -> None:
    note = log / "violin.md"
    note.write_text("# Violin\n\n- -> handle for the strap\n-> a square\n", "utf-8")
    (log / "experiments").mkdir()
    (log / "experiments" / "bend.py").touch()
    studyctl("label", "add", "todo", "--mark", "->")
    assert studyctl("todo", "done", "T5").code == 0
    assert studyctl("link", "T6", "bend").code == 0
    assert note.read_text("utf-8") == (
        "# Violin\n\n- [x] -> handle for the strap\n-> a square ([bend](experiments/bend.py))\n"
    )
    shown = [json.loads(studyctl("show", one, "--json").out)[0] for one in ("T5", "T6")]
    assert [(one["text"], one["status"]) for one in shown] == [
        ("handle for the strap", "done"),
        ("a square", "open"),
    ]


def test_dry_run_shows_the_settings_and_writes_nothing(log: Path, studyctl: Any) -> None:
    before = (log / "studyctl.toml").read_bytes()
    ran = studyctl("label", "add", "reading", "Fridge door", "--dry-run")
    assert ran.code == 0
    assert '+reading = ["Fridge door"]' in ran.out
    assert (log / "studyctl.toml").read_bytes() == before
    assert texts(studyctl, "reading") == []


def test_what_stands_nowhere_is_named_all_the_same_and_said(log: Path, studyctl: Any) -> None:
    ran = studyctl("label", "add", "question", "Grübeleien")
    assert ran.code == 0
    assert "nothing in the notes is read otherwise for it" in ran.out
    assert settings(log)["labels"] == {"question": ["Grübeleien"]}


@pytest.mark.parametrize(
    ("argv", "code", "said", "next_step"),
    [
        (["add", "claim", "X"], 2, "claim: no kind that has labels", "a claim is told by the question above it"),
        (["add", "todo"], 2, "what is the label?", "studyctl label add todo"),
        (["add", "todo", "  "], 2, "there is no text to be found by", "studyctl label add todo"),
        (["add", "todo", "--mark", "-"], 2, '"-" stands before every bullet', "tell some lines from the others"),
        (["add", "question", "Later"], 2, '"Later" is a label of todos', "studyctl label remove Later"),
        (["remove", "Never named"], 4, 'studyctl.toml names no label "Never named"', "studyctl label list"),
        (["remove"], 2, "what is the label?", "studyctl label list"),
        (["find", "--limit", "x"], 2, "--limit x: no such number", "0 for all"),
    ],
)
def test_what_cannot_be_done_says_what_can(
    log: Path, studyctl: Any, argv: list[str], code: int, said: str, next_step: str
) -> None:
    studyctl("label", "add", "todo", "Later")
    before = (log / "studyctl.toml").read_bytes()
    ran = studyctl("label", *argv)
    assert (ran.code, ran.out) == (code, "")
    assert said in ran.err
    assert next_step in ran.err
    assert (log / "studyctl.toml").read_bytes() == before


def test_settings_that_cannot_be_written_are_left(log: Path, studyctl: Any) -> None:
    file = log / "studyctl.toml"
    file.chmod(0o444)
    ran = studyctl("label", "add", "todo", "Fridge door")
    assert ran.code == 5
    assert "studyctl.toml is read-only" in ran.err
    assert texts(studyctl) == []
