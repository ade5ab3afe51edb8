"""What is done with after one look is what a close look would find nothing in."""

from __future__ import annotations

import re
from pathlib import Path
from unittest.mock import PropertyMock, patch

from hypothesis import given, settings
from hypothesis import strategies as st

from studyctl.core import scanner
from studyctl.core.detector import labels, statement_patterns, statements, wording, wording_patterns
from studyctl.core.detector.blocks import Node
from studyctl.core.detector.detect import detect

CORPUS = Path(__file__).parents[1] / "corpus"
LINES = sorted({line for note in CORPUS.glob("*.md") for line in note.read_text("utf-8").split("\n") if line.strip()})
PREFIXES = (
    "",
    "",
    "",
    "- ",
    "  - ",
    "> ",
    "# ",
    "TODO ",
    "x ",
    "A: ",
    "→ ",
    "Q1. ",
    "1. ",
    "a) ",
    "１）",
    "**",
    "왜 ",
    "  ",
)
SUFFIXES = (
    "",
    "",
    "",
    "가",
    "지",
    "나.",
    "까?",
    "네",
    " → is it ok",
    "ㅠㅠ",
    "(泣)",
    ":",
    "：",
    " #질문",
    "**",
    "か",
    "吗",
    ".",
    "  ",
)
line = st.builds(
    "{}{}{}".format,
    st.sampled_from(PREFIXES),
    st.one_of(st.sampled_from(LINES), st.sampled_from(LINES).map(lambda text: text[: len(text) // 2])),
    st.sampled_from(SUFFIXES),
)
HINTED = (wording_patterns.HINT, wording_patterns.HINT_EN, wording_patterns.HINT_DOUBT)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.one_of(st.just(""), line), max_size=14).map("\n".join))
def test_a_note_reads_the_same_without_quiet_lines(note: str) -> None:
    with patch.object(Node, "quiet", PropertyMock(return_value=False)):
        closely = detect(note, "note.md")
    assert detect(note, "note.md") == closely


def every_hint(text: str) -> bool:
    """What `wording.may_ask` says of no text that may ask, without its knowledge of Korean."""
    return any(
        (
            wording._hinted(text),
            wording_patterns.HINT_EN.search(text.lower()),
            wording_patterns.HINT_FIRST.match(text),
        )
    )


@settings(max_examples=600, deadline=None)
@given(line)
def test_what_is_said_not_to_ask_asks_nothing(text: str) -> None:
    with patch.object(wording, "may_ask", every_hint):
        closely = wording.question(text)
    assert wording.question(text) == closely


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_what_wants_to_know_may(data: st.DataObject) -> None:
    text = data.draw(
        st.from_regex(statement_patterns.ASKING).map(lambda asked: f"ㄱ{asked}" if asked.isascii() else asked)
    )
    if statement_patterns.ASKING.search(text):
        assert statements.may_want_to_know(text)


def test_hints_are_plain_words_and_all_but_the_question_mark_beyond_ascii_in_one_list() -> None:
    """They are taken apart at their bars, and the first list is not looked through for texts in ASCII."""
    for hints in HINTED:
        assert not re.search(r"[\[\](){}*+.^$]", hints.pattern)
    assert not [hint for hint in wording_patterns.HINT.pattern.split("|") if hint.isascii() and hint != "\\?"]


@settings(max_examples=400, deadline=None)
@given(line)
def test_a_line_of_prose_is_scanned_as_any_other(raw: str) -> None:
    assert scanner.scan(raw)[:1] == [scanner.scan_line(raw)] or "=" in raw or "-" in raw


@settings(max_examples=400, deadline=None)
@given(line)
def test_what_parts_no_names_is_no_label_of_several(text: str) -> None:
    words = labels.clean(text).casefold()
    names = [name for name in labels.patterns.AND.split(words) if name]
    assert len(names) < 2 or labels._JOINING.search(words)
