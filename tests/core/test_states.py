"""What box, marker, ✅ and strike-through say together."""

from __future__ import annotations

import pytest

from studyctl.core.detector.detect import detect
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


@pytest.mark.parametrize(
    ("line", "mark"),
    [
        ("- renew the card (done)", "done"),
        ("- 会員証の更新（済）", "done"),
        ("- 회의록 업로드 → 완료", "done"),
        ("- send round the link -- sent", "done"),
        ("- 打印真题(已打印)", "done"),
        ("- 手套箱再生 昨天已做完", "done"),
        ("- [ ] renew the card (done)", "open"),  # the box says otherwise, and is what is written
        ("- get it done", "open"),
        ("- check what was already done by Kim", "open"),
        ("- 완료 기준 정하기", "open"),
    ],
)
def test_a_remark_at_its_end_says_that_a_task_is_done(line: str, mark: str) -> None:
    (found,) = detect(f"# Notes\n\n## Todo\n{line}\n", "n.md").found
    assert (found.kind, found.mark) == ("todo", mark)
