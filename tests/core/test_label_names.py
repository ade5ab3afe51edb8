"""A text is told apart from names by its ends and its length, never from one that it is."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studyctl.core.detector import label_patterns
from studyctl.core.detector.label_names import Names, whole_of

EVERY = [value for value in vars(label_patterns).values() if isinstance(value, Names)]
PATTERNS = [name.pattern for names in EVERY for name in names.names]


@settings(max_examples=120, deadline=None)
@given(st.data())
def test_what_a_pattern_generates_is_found(data: st.DataObject) -> None:
    pattern = data.draw(st.sampled_from(PATTERNS))
    # Not all that hypothesis makes of a pattern matches it: lookarounds are beyond it.
    text = data.draw(st.from_regex(re.compile(pattern, re.IGNORECASE), fullmatch=True)).casefold()
    for names in EVERY:
        naive = any(re.fullmatch(name.pattern, text, re.IGNORECASE) for name in names.names)
        assert names.fullmatch(text) is naive, text


@settings(max_examples=60, deadline=None)
@given(st.text("aſsKkıiİ질문 할일問题やること?:.", max_size=8))
def test_what_nobody_generated_is_compared_as_well(text: str) -> None:
    for names in EVERY:
        naive = any(re.fullmatch(name.pattern, text, re.IGNORECASE) for name in names.names)
        assert names.fullmatch(text) is naive


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("a|b[|)]c", "b|c"),
        (r"(?:a|b)?c|d\|e", "d|e"),
        (r"[^]a]x", "bx"),
        (r"[]a]x", "]x"),
        ("skip", "ſkıp"),
        ("to-?do", "TODO"),
        (r"(?!x).{0,3}y", "ay"),
        (r"(?:a?b?){0,2}", "ab"),
    ],
)
def test_alternatives_and_ends_are_read_from_the_pattern(pattern: str, text: str) -> None:
    assert re.fullmatch(pattern, text, re.IGNORECASE)
    assert whole_of(pattern).fullmatch(text)
