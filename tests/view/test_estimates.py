"""Estimates as they are read: two digits of the interval, as many places of the value."""

from __future__ import annotations

import math
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studyctl.core.statistics import Estimate
from studyctl.view.estimates import estimate


@pytest.mark.parametrize(
    ("value", "half", "shown"),
    [
        (0.51234, 0.01449, "0.512 ± 0.014"),
        (0.5, 0.25, "0.50 ± 0.25"),
        (123456.7, 1400.0, "123500 ± 1400"),
        (1234.5678, 0.0123, "1234.568 ± 0.012"),
        (0.00028, 0.00035, "0.00028 ± 0.00035"),
        (2.8e-7, 3.5e-8, "(2.80 ± 0.35)e-7"),
        (-4.2e9, 1.5e8, "(-4.20 ± 0.15)e9"),
        (0.0, 0.001, "0.0000 ± 0.0010"),
        (5.0, 0.0, "5 ± 0"),
        (1e-300, 1e-301, "(1.00 ± 0.10)e-300"),
        (9.999, 0.0999, "9.999 ± 0.100"),
    ],
)
def test_symmetric(value: float, half: float, shown: str) -> None:
    assert estimate(Estimate(3, value, value - half, value + half)) == shown


def test_others() -> None:
    assert estimate(Estimate(1, 0.123456789)) == "0.123457"
    assert estimate(Estimate(1, 3.0), "s") == "3 s"
    assert estimate(Estimate(9, 0.9, 0.7, 0.95)) == "0.90 [0.70, 0.95]"
    assert estimate(Estimate(2, math.nan)) == "NaN"
    assert estimate(Estimate(2, 0.0, -math.inf, math.inf)) == "0"
    assert estimate(Estimate(3, 1.0, 0.9, 1.1), "ms") == "1.00 ± 0.10 ms"


@given(st.floats(-1e12, 1e12), st.floats(1e-9, 1e12))
def test_what_is_shown_is_the_value_to_within_its_interval(value: float, half: float) -> None:
    shown = estimate(Estimate(3, value, value - half, value + half))
    found = re.fullmatch(r"\(?(-?[0-9.]+)(?: ± ([0-9.]+)\)?| \[.*\])(?:e(-?\d+))?", shown)
    if half <= abs(value) * 1e-14:
        return  # below what the numbers themselves can tell
    assert found, shown
    if found[2]:
        power = 10.0 ** int(found[3] or 0)
        rounding = abs(value) * 1e-14
        assert float(found[1]) * power == pytest.approx(value, abs=half * 0.06 + rounding)
        assert float(found[2]) * power == pytest.approx(half, rel=0.06, abs=rounding)
