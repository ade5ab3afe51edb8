"""Lines of a note: what they look like, and that every position is one of the original file."""

from __future__ import annotations

from itertools import zip_longest

import pyromark
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studyctl.core.detector.masking import mask
from studyctl.core.scanner import Line, decode, scan, scan_line


@pytest.mark.parametrize(
    ("raw", "bullet", "box", "text"),
    [
        ("- a", "-", None, "a"),
        ("* a", "*", None, "a"),
        ("+ a", "+", None, "a"),
        ("• a", "•", None, "a"),
        ("1. a", "1.", None, "a"),
        ("12) a", "12)", None, "a"),
        ("・メモ", "・", None, "メモ"),
        ("- [ ] a", "-", " ", "a"),
        ("- [x] a", "-", "x", "a"),
        ("\t* [/] 한글\r", "*", "/", "한글"),
        ("> - [!] a", "-", "!", "a"),
        ("- [>] a", "-", ">", "a"),
        ("- [-] a", "-", "-", "a"),
        ("- [ ]", "-", " ", ""),
        ("- [Git] a", "-", None, "[Git] a"),
        ("- [easy](https://example.com)", "-", None, "[easy](https://example.com)"),
        ("- [x](https://example.com)", "-", None, "[x](https://example.com)"),
        ("- [?] a", "-", None, "[?] a"),
        ("-a", None, None, "-a"),
        ("1.5 times", None, None, "1.5 times"),
        ("**bold**", None, None, "**bold**"),
        ("#tag", None, None, "#tag"),
    ],
)
def test_bullets_and_boxes(raw: str, bullet: str | None, box: str | None, text: str) -> None:
    line = scan_line(raw)
    assert (line.bullet, line.box, line.text) == (bullet, box, text)
    if box is not None:
        assert raw[line.box_start : line.box_end] == f"[{box}]"
    if bullet is not None:
        assert raw[line.bullet_start : line.bullet_end] == bullet


@pytest.mark.parametrize(("raw", "level", "text"), [("# A", 1, "A"), ("### A ###", 3, "A"), ("##", 2, "")])
def test_headings(raw: str, level: int, text: str) -> None:
    assert (scan_line(raw).level, scan_line(raw).text) == (level, text)


@pytest.mark.parametrize("raw", ["---", "***", "* * *", "- - -", "___"])
def test_a_thematic_break_is_no_bullet(raw: str) -> None:
    assert scan_line(raw).rule
    assert scan_line(raw).bullet is None


def test_a_line_of_text_over_equals_signs_or_dashes_is_a_heading() -> None:
    lines = scan("Title\n=====\n\nSection\n-------\n\n- a\n---\n\ntext\nmore\n---\n")
    assert [(line.number, line.level) for line in lines if line.level] == [(1, 1), (4, 2)]


def test_only_a_line_feed_ends_a_line() -> None:
    lines = scan("a\u2028b\x0cc\r\nd\x85e\rf\n")
    assert [line.raw for line in lines] == ["a\u2028b\x0cc\r", "d\x85e\rf"]
    assert lines[0].text == "a\u2028b\x0cc"


def test_tabs_reach_the_next_multiple_of_four() -> None:
    assert [scan_line(raw).indent for raw in ("\t- a", "    - a", "  \t- a", "\t  - a", " - a", ">\t- a")] == [
        4,
        4,
        4,
        6,
        1,
        4,
    ]


def test_numbers_without_a_blank_are_a_list_where_they_follow_one_another() -> None:
    lines = scan("疑问\n1.映射怎么用\n2.反射\n\n3.14 is pi\n")
    assert [line.bullet for line in lines] == [None, "1.", "2.", None, None]
    assert scan("1.映射\n")[0].bullet is None
    assert [line.bullet for line in scan("1、甲\n2、乙\n")] == ["1、", "2、"]


def test_positions_hold_past_a_bom_and_multibyte_characters() -> None:
    data = "\ufeff# 노트\r\n\r\n- [ ] 왜? 📅 2024-01-01\r\n  끝".encode()
    lines = scan(data)
    box = lines[2]
    at = box.byte_at(box.box_start)
    assert data[at : at + 3] == b"[ ]"
    assert data[lines[3].byte_at(2) :].decode() == "끝"
    assert lines[0].level == 1


def test_bytes_that_are_not_utf8_keep_their_places() -> None:
    data = b"a \xff\xfe b\n- [x] c\n"
    line = scan(data)[1]
    assert data[line.byte_at(line.box_start) :] == b"[x] c\n"


def _covers(data: bytes, lines: list[Line]) -> None:
    """The lines' bytes, put together, are the file."""
    for line, following in zip_longest(lines, lines[1:]):
        end = following.byte - 1 if following else line.byte_at(len(line.raw))
        assert line.byte_at(len(line.raw)) == end
        assert decode(data[line.byte : end]) == line.raw
        assert 0 <= line.text_start <= line.text_end <= len(line.raw)


@settings(deadline=None, max_examples=150)
@given(st.binary(max_size=200) | st.text("-*>#[] x\t\r\n1.가\ufeff", max_size=120).map(str.encode))
def test_any_bytes_are_split_without_losing_one(data: bytes) -> None:
    _covers(data, scan(data))


@settings(deadline=None, max_examples=100)
@given(st.text(max_size=200))
def test_any_text_is_split_without_losing_a_character(text: str) -> None:
    lines = scan(text)
    whole = "\n".join(line.raw for line in lines)
    assert whole in (text, text.removesuffix("\n"), text.removeprefix("\ufeff").removesuffix("\n"))
    assert [line.number for line in lines] == list(range(1, len(lines) + 1))


# -- held to pyromark on clean input --

_WORDS = st.lists(st.sampled_from(["alpha", "beta", "왜", "논문", "gamma"]), min_size=1, max_size=4).map(" ".join)
_HEADING = st.tuples(st.integers(1, 6), _WORDS).map(lambda p: [f"{'#' * p[0]} {p[1]}"])
_TEXT = st.lists(_WORDS, min_size=1, max_size=3)
_FENCE = st.tuples(
    st.sampled_from(["```", "~~~", "```python"]), st.lists(_WORDS | st.just("- a") | st.just("# b"))
).map(lambda p: [p[0], *p[1], p[0][:3]])


@st.composite
def _list(draw: st.DrawFn) -> list[str]:
    depth, rows = 0, []
    for number in range(draw(st.integers(1, 6))):
        depth = draw(st.integers(0, depth + 1)) if number else 0
        rows.append(f"{'  ' * depth}- {draw(_WORDS)}")
    return rows


_BLOCKS = st.lists(_HEADING | _TEXT | _FENCE | _list(), min_size=1, max_size=8)


def _pyromark_lines(text: str, wanted: str) -> list[int]:
    """The lines on which pyromark begins blocks of a kind."""
    data = text.encode()
    found = []
    for event, place in pyromark.events_with_range(text):
        started = event.get("Start") if isinstance(event, dict) else None
        name = started if isinstance(started, str) else next(iter(started)) if isinstance(started, dict) else ""
        if name == wanted:
            found.append(data[: place["start"]].count(b"\n") + 1)
    return found


@settings(deadline=None, max_examples=150)
@given(_BLOCKS)
def test_scanner_and_pyromark_agree_on_clean_input(blocks: list[list[str]]) -> None:
    text = "\n\n".join("\n".join(block) for block in blocks) + "\n"
    lines = scan(text)
    masked = mask(text, lines)
    prose = [line for index, line in enumerate(lines) if not masked.hidden[index]]
    assert [line.number for line in prose if line.level] == _pyromark_lines(text, "Heading")
    assert [line.number for line in prose if line.bullet] == _pyromark_lines(text, "Item")
    inside = {line.number for index, line in enumerate(lines) if masked.hidden[index]}
    begun = [line.number for line in lines if line.number in inside and line.number - 1 not in inside]
    assert set(begun) <= set(_pyromark_lines(text, "CodeBlock"))
    assert len(inside) == sum(len(block) for block in blocks if block[0][:3] in ("```", "~~~"))
