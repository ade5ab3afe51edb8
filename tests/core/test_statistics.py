"""Means and intervals: against scipy (which comes with MLflow), against counting, and what holds of any values."""

from __future__ import annotations

import math
import statistics as standard
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import special, stats

from studyctl.core.statistics import (
    Estimate,
    deviation,
    incomplete_beta,
    mean,
    mean_interval,
    median_interval,
    median_rank,
    proportion_interval,
    t_quantile,
    t_tail,
)

finite = st.floats(allow_nan=False, allow_infinity=False)
ordinary = st.floats(-1e9, 1e9, allow_nan=False)


@pytest.mark.parametrize("freedom", [1, 2, 3, 4, 7, 10, 29.5, 100, 1000, 10_000])
@pytest.mark.parametrize("p", [0.5, 0.6, 0.75, 0.9, 0.95, 0.975, 0.99, 0.995, 0.9995, 1 - 1e-6, 0.025])
def test_student_against_scipy(p: float, freedom: float) -> None:
    assert t_quantile(p, freedom) == pytest.approx(stats.t.ppf(p, freedom), rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("t", [-30.0, -1.5, 0.0, 1e-9, 0.1, 1.0, 2.5, 40.0, 1e4])
@pytest.mark.parametrize("freedom", [1, 2, 5, 40, 500])
def test_tails_against_scipy(t: float, freedom: float) -> None:
    assert t_tail(t, freedom) == pytest.approx(stats.t.sf(t, freedom), rel=1e-9)


@given(st.floats(0.01, 300), st.floats(0.01, 300), st.floats(0, 1, allow_subnormal=False))  # scipy is wrong at 5e-324
def test_incomplete_beta_against_scipy(a: float, b: float, x: float) -> None:
    assert incomplete_beta(a, b, x) == pytest.approx(special.betainc(a, b, x), rel=1e-8, abs=1e-12)


def test_a_table_of_students_t() -> None:
    # NIST/SEMATECH e-Handbook of Statistical Methods, 1.3.6.7.2: 0.975
    printed = {1: 12.706, 2: 4.303, 3: 3.182, 4: 2.776, 9: 2.262, 30: 2.042, 100: 1.984}
    assert {freedom: round(t_quantile(0.975, freedom), 3) for freedom in printed} == printed


def test_what_cannot_be_asked() -> None:
    for p, freedom in ((0.0, 3), (1.0, 3), (0.5, 0)):
        with pytest.raises(ValueError):
            t_quantile(p, freedom)
    with pytest.raises(ValueError):
        incomplete_beta(1, 1, 1.5)
    with pytest.raises(ValueError):
        proportion_interval(3, 2)


@given(st.lists(finite, min_size=1, max_size=30))
def test_a_mean_lies_within_its_values(values: list[float]) -> None:
    assert min(values) <= mean(values) <= max(values)


@given(st.lists(ordinary, min_size=2, max_size=30))
def test_mean_and_deviation_as_the_standard_library_computes_them_exactly(values: list[float]) -> None:
    assert mean(values) == pytest.approx(standard.fmean(values), rel=1e-12, abs=1e-6)
    assert deviation(values) == pytest.approx(standard.stdev(values), rel=1e-9, abs=1e-6)


@given(finite, st.integers(2, 40))
def test_equal_values_have_their_own_value_as_mean_and_no_deviation(value: float, count: int) -> None:
    estimate = mean_interval([value] * count)
    assert (estimate.value, estimate.lo, estimate.hi) == (value, value, value)
    assert deviation([value] * count) == 0


@given(st.lists(ordinary, min_size=2, max_size=20), st.sampled_from([0.8, 0.9, 0.95, 0.99]))
def test_the_interval_of_a_mean_against_scipy(values: list[float], confidence: float) -> None:
    found = mean_interval(values, confidence)
    assert found.known and found.lo is not None and found.hi is not None
    assert found.lo <= found.value <= found.hi
    scale = standard.stdev(values) / len(values) ** 0.5
    if scale > 1e-6:
        lo, hi = stats.t.interval(confidence, len(values) - 1, standard.fmean(values), scale)
        assert (found.lo, found.hi) == pytest.approx((lo, hi), rel=1e-9, abs=1e-6)


@given(st.lists(ordinary, min_size=2, max_size=20), st.integers(-8, 8), st.integers(-1000, 1000))
def test_the_interval_moves_and_grows_with_the_values(values: list[float], power: int, shift: int) -> None:
    before = mean_interval(values)
    after = mean_interval([value * 2.0**power + shift for value in values])
    for one, other in ((before.value, after.value), (before.lo, after.lo), (before.hi, after.hi)):
        assert one is not None and other == pytest.approx(one * 2.0**power + shift, rel=1e-6, abs=1e-3)


def test_large_values_do_not_overflow() -> None:
    assert mean([1.7e308, 1.7e308]) == 1.7e308
    assert mean([1.7e308, -1.7e308]) == 0
    assert deviation([1.7e308, -1.7e308]) == math.inf
    assert deviation([1e-200, 3e-200]) == pytest.approx(2**0.5 * 1e-200)


def test_what_is_not_finite_has_no_interval() -> None:
    assert mean_interval([1.0, math.inf]) == Estimate(2, math.inf)
    assert math.isnan(mean_interval([1.0, math.nan]).value) and not mean_interval([1.0, math.nan]).known
    assert math.isnan(mean([])) and not mean_interval([]).known
    assert math.isnan(mean([math.inf, -math.inf]))
    assert mean_interval([2.5]) == Estimate(1, 2.5)


@pytest.mark.parametrize("n", range(1, 13))
@pytest.mark.parametrize("confidence", [0.5, 0.9, 0.95, 0.99])
def test_ranks_of_the_median_by_counting_every_way_that_values_can_fall(n: int, confidence: float) -> None:
    def covered(k: int) -> float:
        # Each of n values is below the median or above it; both ends enclose it where k or more are on each side.
        ways = [sum(one) for one in product((0, 1), repeat=n)]
        return sum(k <= below <= n - k for below in ways) / len(ways)

    fitting = [k for k in range(1, n // 2 + 1) if covered(k) >= confidence]
    assert median_rank(n, confidence) == (max(fitting) if fitting else None)


@pytest.mark.parametrize("n", [6, 20, 37, 100, 1001])
def test_ranks_of_the_median_against_scipy(n: int) -> None:
    rank = median_rank(n)
    assert rank is not None
    assert 2 * stats.binom.cdf(rank - 1, n, 0.5) <= 0.05 < 2 * stats.binom.cdf(rank, n, 0.5)


def test_medians() -> None:
    assert median_interval([3.0, 1.0, 2.0]) == Estimate(3, 2.0)
    assert median_interval([4.0, 1.0, 2.0, 3.0]).value == 2.5
    assert median_interval([1, 2, 3, 4, 5, 6]) == Estimate(6, 3.5, 1, 6)
    assert median_interval([math.inf, 1.0, 2.0]).value == 2.0
    assert not median_interval([]).known
    assert math.isnan(median_interval([math.nan, 1.0]).value)


@given(st.lists(finite, min_size=1, max_size=40))
def test_a_median_lies_in_its_interval(values: list[float]) -> None:
    found = median_interval(values)
    assert found.value == pytest.approx(standard.median(values), rel=1e-12) or abs(found.value) > 1e307
    assert found.known == (len(values) >= 6)
    if found.lo is not None and found.hi is not None:
        assert found.lo <= found.value <= found.hi


@given(st.integers(0, 300), st.integers(0, 300), st.sampled_from([0.9, 0.95, 0.99]))
def test_proportions_against_scipy(successes: int, failures: int, confidence: float) -> None:
    n = successes + failures
    found = proportion_interval(successes, n, confidence)
    if n == 0:
        assert not found.known
        return
    expected = stats.binomtest(successes, n).proportion_ci(confidence, "wilson")
    assert (found.lo, found.hi) == pytest.approx((expected.low, expected.high), abs=1e-9)
    assert found.lo is not None and found.hi is not None and 0 <= found.lo <= found.value <= found.hi <= 1


def test_the_intervals_cover_as_often_as_they_say() -> None:
    """4,000 samples of five normal values: the interval misses the mean about 5 % of the time."""
    generator = standard.NormalDist(10, 3)
    values = generator.samples(20_000, seed=1)
    samples = [values[at : at + 5] for at in range(0, len(values), 5)]
    covered = sum((e.lo or 0) <= 10 <= (e.hi or 0) for e in map(mean_interval, samples))
    assert 0.94 < covered / len(samples) < 0.96
