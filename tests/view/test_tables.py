"""Tables fit, and ids survive."""

from __future__ import annotations

import io
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from studyctl.view.console import emit
from studyctl.view.tables import Cell, Column, Heading, Row, table
from studyctl.view.wrap import cut, pad, plain, shorten, wrap

COLUMNS = (
    Column("ID"),
    Column("Text", flexible=True, wrap=True, least=24),
    Column("Status"),
    Column("Line", right=True, optional=True),
    Column("Experiment", flexible=True, least=12, optional=True),
)
TEXTS = st.text(st.sampled_from("abc de 한글 文字、。かな-  .🙂\t\x1b"), max_size=80)


def lines(rows: list[Row], width: int) -> list[str]:
    return list(table(COLUMNS, rows, width).lines())


def row(number: int, text: str, experiment: str = "", indent: int = 0) -> Row:
    return (Cell(f"Q{number}"), Cell(text, "", indent), Cell("open"), Cell(str(number)), Cell(experiment))


@settings(deadline=None, max_examples=60)
@given(st.lists(st.tuples(TEXTS, TEXTS, st.integers(0, 6)), min_size=1, max_size=5), st.integers(34, 160))
def test_no_line_is_too_long_and_no_id_is_cut(texts: list[tuple[str, str, int]], width: int) -> None:
    rows: list[Row] = [Heading(("a.md", "한글 제목", "x" * 50))]
    rows += [row(n, text, experiment, indent) for n, (text, experiment, indent) in enumerate(texts, 1000)]
    shown = lines(rows, width)
    assert all(cell_len(line) <= width for line in shown)
    assert not any(line != line.rstrip() for line in shown)
    for number in range(1000, 1000 + len(texts)):
        assert any(line.startswith(f"Q{number}") for line in shown)


@settings(deadline=None, max_examples=80)
@given(TEXTS, st.integers(2, 40))
def test_wrapping_loses_no_word_and_no_cell(text: str, width: int) -> None:
    text = plain(text)
    wrapped = wrap(text, width)
    assert all(cell_len(line) <= width for line in wrapped)
    assert "".join(wrapped).replace(" ", "") == text.replace(" ", "").replace("\n", "")


def test_a_narrow_terminal_loses_columns_before_it_loses_text() -> None:
    rows: list[Row] = [row(1, "a question of some length", "box-decoding")]
    assert "Experiment" in lines(rows, 80)[0] and "Line" in lines(rows, 80)[0]
    assert "Experiment" not in lines(rows, 48)[0] and "Line" in lines(rows, 48)[0]
    assert "Line" not in lines(rows, 38)[0] and "Status" in lines(rows, 38)[0]


def test_a_column_without_anything_in_it_is_left_out() -> None:
    assert lines([row(1, "x")], 200)[0].split() == ["ID", "Text", "Status", "Line"]


def test_subtasks_hang_below_their_parent_on_every_line() -> None:
    shown = lines([row(1, "one two three four five six seven eight nine", indent=4)], 44)
    assert len(shown) > 2
    assert all(line[4:8] == "    " for line in shown[1:])


def test_a_heading_runs_to_the_end_and_keeps_its_last_part() -> None:
    rows: list[Row] = [Heading(("a long first part", "a long second part", "the end")), row(1, "x")]
    assert lines(rows, 200)[1] == "    a long first part › a long second part › the end"
    assert lines(rows, 40)[1] == "    … › a long second part › the end"
    assert lines(rows, 30)[1] == "    … › the end"


@pytest.mark.parametrize("text", ["[bold]x[/bold]", "[/nothing]", ":smile:", "\\[x]", "[link=a]b[/link]"])
def test_a_text_is_never_markup(text: str) -> None:
    assert text in lines([row(1, text)], 200)[1]


def test_control_characters_do_not_reach_the_terminal() -> None:
    shown = "\n".join(lines([row(1, "a\x1b[31mb\x07\u202ec")], 200))
    assert not re.search("[\x00-\x09\x0b-\x1f\u202e]", shown)


def test_colour_only_where_it_is_shown() -> None:
    out = io.StringIO()
    emit([table(COLUMNS, [row(1, "x")], 80)], "always", out)
    assert out.getvalue().startswith("\x1b[1mID\x1b[0m  ")
    out = io.StringIO()
    emit([table(COLUMNS, [row(1, "x")], 80)], "auto", out)
    assert "\x1b" not in out.getvalue()


def test_a_table_within_what_rich_shows() -> None:
    out = io.StringIO()
    from rich.console import Console

    Console(file=out, width=80).print(table(COLUMNS, [row(1, "x")], 80))
    assert [line.rstrip() for line in out.getvalue().splitlines()] == lines([row(1, "x")], 80)


def test_the_small_pieces() -> None:
    assert wrap("한국어는 빈칸에서 나눈다", 10) == ["한국어는", "빈칸에서", "나눈다"]
    assert wrap("日本語はどこでも切れる。", 10) == ["日本語はど", "こでも切れ", "る。"]
    assert wrap("", 5) == [""]
    assert cut("한글", 3) == "한" and cut("abc", 9) == "abc"
    assert shorten("abcdef", 4) == "abc…" and shorten("abcd", 4) == "abcd"
    assert pad("한", 4) == "한  " and pad("7", 3, right=True) == "  7"
