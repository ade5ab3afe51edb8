"""Ties: which links are some, where they stand, and that a line without them is the line before linking."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studyctl.core import states
from studyctl.core.ties import (
    anchor_of,
    experiment_of,
    find_ties,
    insertion_point,
    is_own_answer,
    normalise,
    strip_ties,
    visible,
)

LINK = "[box-decoding](../experiments/box_decoding/#width-stability)"


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ("../experiments/box_decoding/", ("box-decoding", "")),
        ("experiments/box_decoding.py#se", ("box-decoding", "se")),
        ("../../a/experiments/flops/__init__.py", ("flops", "")),
        ("/abs/experiments/flops/#a.b", ("flops", "a.b")),
        ("studyctl:box-decoding#width-stability", ("box-decoding", "width-stability")),
        ("studyctl:box_decoding", ("box-decoding", "")),
        ("https://github.com/a/b/tree/main/experiments/flops/", ("flops", "")),
        ("experiments/", None),
        ("experiments/flops/notes.md", None),
        ("myexperiments/flops/", None),
        ("experiments/flops", None),
        ("https://example.com", None),
    ],
)
def test_which_links_are_ties(target: str, expected: tuple[str, str] | None) -> None:
    assert experiment_of(target) == expected


@pytest.mark.parametrize(
    ("line", "left"),
    [
        (f"* 왜? ({LINK})", "* 왜?"),
        (f"* 왜? {LINK}", "* 왜?"),
        (f"* 왜? ({LINK}) 📅 2024-01-01 ^q1", "* 왜? 📅 2024-01-01 ^q1"),
        ("a ([x](studyctl:x), [y](experiments/y.py#se)) b", "a b"),
        ("see [x](studyctl:x) and [y](studyctl:y) why?", "see and why?"),
        ("a ([x](studyctl:x)) ([y](studyctl:y))\r", "a\r"),
        ("q? <studyctl:a#c>", "q?"),
        ('[title](studyctl:x "hover")', ""),
        ("[a](<studyctl:x>)", ""),
        ("`[x](studyctl:x)` stays", "`[x](studyctl:x)` stays"),
        ("![x](experiments/x/) is an image", "![x](experiments/x/) is an image"),
        ("[x](https://example.com) is a source", "[x](https://example.com) is a source"),
    ],
)
def test_a_line_without_its_ties(line: str, left: str) -> None:
    assert strip_ties(line) == left


def test_spans_say_what_to_remove_and_where_the_link_is() -> None:
    line = f"  * 왜? ({LINK}) 📅 2024-01-01"
    (tie,) = find_ties(line)
    assert line[tie.start : tie.end] == f" ({LINK})"
    assert line[tie.link_start : tie.link_end] == LINK
    assert (tie.experiment, tie.fragment) == ("box-decoding", "width-stability")


def test_one_of_several_can_be_removed() -> None:
    line = "a ([x](studyctl:x), [y](studyctl:y), [z](studyctl:z))"
    left = [line[: tie.start] + line[tie.end :] for tie in find_ties(line)]
    assert left == [
        "a ([y](studyctl:y), [z](studyctl:z))",
        "a ([x](studyctl:x), [z](studyctl:z))",
        "a ([x](studyctl:x), [y](studyctl:y))",
    ]


@pytest.mark.parametrize(
    ("raw", "behind"),
    [
        ("* 왜?", ""),
        ("* 왜?  \r", "  \r"),
        ("- [ ] a 📅 2024-01-01", " 📅 2024-01-01"),
        ("- [ ] a #tag ⏫ 🔁 every week 📅 2024-01-01 ^id", " #tag ⏫ 🔁 every week 📅 2024-01-01 ^id"),
        ("a ^sq-q3", " ^sq-q3"),
        ("a [due:: 2024-01-01]", " [due:: 2024-01-01]"),
        ("a due:2024-01-01", " due:2024-01-01"),
        ("a @{2024-01-01}", " @{2024-01-01}"),
        ("왜?<br>", "<br>"),
        ("a\\", "\\"),
    ],
)
def test_a_link_goes_before_task_metadata(raw: str, behind: str) -> None:
    assert raw[insertion_point(raw) :] == behind


def test_metadata_is_no_part_of_the_text_but_tags_are() -> None:
    raw = "[ ] TODO 논문 #read 읽기 #ml 🔺 📅 2024-01-01 ✅ 2024-01-02 ^sq-t3"
    assert visible(raw) == "논문 #read 읽기 #ml"
    assert normalise(raw) == "논문 #read 읽기 #ml"
    assert anchor_of(raw) == "sq-t3"
    assert anchor_of("a ^block") is None


def test_normalise_folds_case_blanks_and_composition() -> None:
    assert normalise("[x]  Ｗhy\t B3  ~가? ^sq-q1") == "ｗhy b3 ~가?"
    assert normalise("각") == normalise("\u1100\u1161\u11a8")
    assert normalise("~~gone~~") == "gone"


def test_our_own_answer_is_recognised() -> None:
    assert is_own_answer("  Answered: yes <!-- studyctl:answer Q1 -->")
    assert not is_own_answer("see studyctl:answer")


_PLAIN = st.text("ab 가?.,:()[]!*_`#^@~<>📅\\", max_size=30)


@settings(deadline=None, max_examples=200)
@given(_PLAIN, st.sampled_from(["", " 📅 2024-01-01", " ^id", " #tag", "\r"]))
def test_linking_changes_neither_text_nor_identity(text: str, tail: str) -> None:
    raw = f"a{text}{tail}"
    at = insertion_point(raw)
    linked = f"{raw[:at]} ({LINK}){raw[at:]}"
    if len(find_ties(linked)) == 1:  # else the text itself made it code, or part of something else
        assert strip_ties(linked) == raw
        assert normalise(linked) == normalise(raw)


@settings(deadline=None, max_examples=200)
@given(st.text(max_size=80))
def test_any_text_can_be_read(text: str) -> None:
    assert strip_ties(strip_ties(text)) == strip_ties(text)
    normalise(text)
    assert 0 <= insertion_point(text) <= len(text)
    states.marker_of(text)
