"""Texts whose numerals come from the record."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studyctl.core.templates import (
    bare_numerals,
    exact,
    fill,
    fill_recorded,
    names_in,
    namespace,
    placeholders,
    qualify,
)
from studyctl.errors import ExperimentError, UsageError


@pytest.mark.parametrize(
    ("template", "values", "text"),
    [
        ("{a:.2f} times", {"a": 1.2345}, "1.23 times"),
        ("{a} runs", {"a": 40.0}, "40 runs"),
        ("{a:d} of {b:,}", {"a": 3.0, "b": 12345.0}, "3 of 12,345"),
        ("{a:.1%}", {"a": 0.125}, "12.5%"),
        ("{a:.2f} and {b}", {"a": math.nan, "b": math.inf}, "NaN and inf"),
        ("{a:d}", {"a": math.nan}, "NaN"),
        ("{box-decoding.loss.l2:.1f}", {"box-decoding.loss.l2": 0.25}, "0.2"),
        ("{{literal}} {dtype}", {"dtype": "float16"}, "{literal} float16"),
        ("{on} {sizes}", {"on": True, "sizes": [1, 2]}, "true [1, 2]"),
    ],
)
def test_filling(template: str, values: dict[str, Any], text: str) -> None:
    filled = fill(template, values)
    assert filled.text == text
    assert [name for name, _ in filled.figures] == list(names_in(template))


def test_a_cited_figure_keeps_its_exact_value() -> None:
    filled = fill("{a:.1f} {b} {a:.3f}", {"a": 1 / 3, "b": -math.inf})
    assert filled.figures == (("a", repr(1 / 3)), ("b", "-Infinity"))


@settings(deadline=None, max_examples=200)
@given(st.floats())
def test_exact_text_reads_back_to_the_same_float(value: float) -> None:
    again = float(exact(value))
    assert repr(again) == repr(value)


@settings(deadline=None, max_examples=200)
@given(st.one_of(st.floats(), st.integers(), st.booleans(), st.text(max_size=10), st.lists(st.integers())))
def test_recorded_figures_fill_as_the_values_did(value: Any) -> None:
    template = "{a}"
    filled = fill(template, {"a": value})
    assert fill_recorded(template, dict(filled.figures)) == filled.text


@pytest.mark.parametrize(
    ("template", "said"),
    [
        ("{ratoi}", "names no figure"),
        ("{ratio!r}", "no placeholder"),
        ("{}", "no placeholder"),
        ("{0}", "no placeholder"),
        ("{ratio:{width}}", "no placeholder"),
        ("{ratio[0]}", "no placeholder"),
        ("{ratio", "expected '}'"),
        ("}", "Single '}'"),
        ("{ratio:.2z}", "cannot be written so"),
        ("{dtype:.2f}", "cannot be written so"),
        ("{ratio:d}", "cannot be written so"),
    ],
)
def test_what_is_wrong_with_a_text(template: str, said: str) -> None:
    with pytest.raises(ExperimentError) as caught:
        fill(template, {"ratio": 1.5, "dtype": "float32"}, ExperimentError)
    assert said in caught.value.message
    assert caught.value.hint


def test_an_unknown_name_suggests_a_near_one() -> None:
    with pytest.raises(UsageError) as caught:
        fill("{ratoi}", {"ratio": 1.5})
    assert "ratio" in caught.value.hint


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("exp diverges {ratio:.2f} times as often", []),
        ("float32, B3, log-l2 and COCO128 are names", []),
        ("COCO-2017, v1.2, IoU50 and mAP.5", []),
        ("top-{k} of {n}x", []),
        ("`(2*sigma)^2` is bounded, (2σ)² too", ["2σ"]),
        ("`2` is no formula", ["2"]),
        ("three times", []),
        ("3 times", ["3"]),
        ("about 1.5, or -2.", ["1.5", "2"]),
        ("twice as many (2x) as in 8-bit", ["2x", "8-bit"]),
        ("ratio=1.5", ["1.5"]),
        ("the 3rd", ["3rd"]),
        ("{n}5 of 1{n}", ["5", "1"]),
        ("３ times", ["３"]),
        ("x² and H₂O", []),
    ],
)
def test_bare_numerals(text: str, found: list[str]) -> None:
    assert bare_numerals(text) == found


def test_a_metric_comes_before_a_parameter_before_a_constant() -> None:
    names = namespace({"a": 1.0}, {"a": 2, "b": 2, "dtype": "float16"}, {"b": 3.0, "c": 3.0})
    assert names == {"a": 1.0, "b": 2, "c": 3.0, "dtype": "float16"} | {
        "param.a": 2,
        "param.b": 2,
        "param.dtype": "float16",
    }


def test_qualifying_changes_the_names_alone() -> None:
    template = "{{a}} {ratio:.2f} and {gap.lo}"
    qualified = qualify(template, "box-decoding")
    assert qualified == "{{a}} {box-decoding.ratio:.2f} and {box-decoding.gap.lo}"
    assert placeholders(qualified) == [("box-decoding.ratio", ".2f"), ("box-decoding.gap.lo", "")]
