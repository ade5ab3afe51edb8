"""What box, marker, ✅ and strike-through say together."""

from __future__ import annotations

import pytest

from studyctl.core.models import Mark
from studyctl.core.states import marker_of, state_of


@pytest.mark.parametrize(
    ("text", "word", "rest"),
    [
        ("TODO x", "TODO", "x"),
        ("TODO: x", "TODO", "x"),
        ("**TODO** x", "TODO", "x"),
        ("**TODO:** x", "TODO", "x"),
        ("#TODO x", "TODO", "x"),
        ("#todo x", "TODO", "x"),
        ("TODO(jin): x", "TODO", "x"),
        ("DONE [#A] x", "DONE", "x"),
        ("CANCELLED x", "CANCELLED", "x"),
        ("LATER x", "LATER", "x"),
        ("TODO", "TODO", ""),
    ],
)
def test_markers(text: str, word: str, rest: str) -> None:
    found = marker_of(text)
    assert found is not None
    assert (found.word, text[found.text_start :]) == (word, rest)
    assert text[found.start : found.end].upper() == word


@pytest.mark.parametrize("text", ["TODOs", "todo list", "a TODO", "**TODO x**", "NOW and then", "DONEC", ""])
def test_no_markers(text: str) -> None:
    assert marker_of(text) is None


@pytest.mark.parametrize(
    ("box", "text", "mark"),
    [
        (None, "a", "open"),
        (" ", "a", "open"),
        ("x", "a", "done"),
        ("X", "a ✅ 2024-01-01", "done"),
        ("/", "a", "doing"),
        ("-", "~~a~~", "dropped"),
        (">", "a", "open"),
        ("!", "a", "open"),
        (None, "~~a~~", "done"),
        (None, "a ~~b~~", "open"),
        (None, "<del>a</del>", "done"),
        (None, "✅ a", "done"),
        (None, "DOING a", "doing"),
        (" ", "DOING a", "doing"),
        (" ", "TODO a", "open"),
        ("x", "DONE a", "done"),
        ("x", "~~a~~", "done"),
        (" ", "~~a~~", "unknown"),
        (" ", "a ✅ 2024-01-01", "unknown"),
        ("x", "TODO a", "unknown"),
        (" ", "DONE a", "unknown"),
    ],
)
def test_states(box: str | None, text: str, mark: Mark) -> None:
    state = state_of(box, marker_of(text), text)
    assert state.mark == mark
    assert bool(state.conflict) == (mark == "unknown")


def test_a_contradiction_says_who_says_what() -> None:
    assert state_of(" ", None, "~~a~~").conflict == "the box [ ] says open but the strike-through says done"


def test_a_label_decides_where_nothing_else_does() -> None:
    assert state_of(None, None, "a", "done").mark == "done"
    assert state_of(" ", None, "a", "done").mark == "open"
