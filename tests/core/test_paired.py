"""Comparisons of pairs: their looks by counting, verdicts on both sides of the margin, and what is refused."""

from __future__ import annotations

import math
from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from studyctl.core.bootstrap import bootstrap_interval
from studyctl.core.paired import (
    compare,
    looks,
    outliers,
    process_ratio,
    ratio_interval,
    spread,
    three_way,
    why_not,
)
from studyctl.core.statistics import Estimate, mean, median_interval

FASTER = [1.10, 1.12, 1.08, 1.11, 1.30, 1.09]
ratios = st.lists(st.floats(0.01, 100), min_size=6, max_size=30)


def missed_by_counting(samples: int, rank: int) -> float:
    """Over all ways in which samples may lie below (0) or above (1) the median: how often the interval is beside it."""
    beside = sum(sum(way) < rank or samples - sum(way) < rank for way in product((0, 1), repeat=samples))
    return beside / 2**samples


def test_six_and_twelve() -> None:
    first, second = looks((6, 12))
    assert (first.samples, first.rank, second.samples, second.rank) == (6, 1, 12, 2)
    assert first.confidence == pytest.approx(1 - missed_by_counting(6, 1)) == pytest.approx(0.96875)
    assert second.confidence == pytest.approx(1 - missed_by_counting(12, 2))


@pytest.mark.parametrize("plan", [(6,), (8,), (10, 20), (6, 12), (7, 11, 15), (20, 40, 80)])
def test_looks_share_the_error(plan: tuple[int, ...]) -> None:
    found = looks(plan)
    assert sum(1 - look.confidence for look in found) <= 0.05 + 1e-12
    for look in found:
        assert look.confidence == pytest.approx(1 - 2 * stats.binom.cdf(look.rank - 1, look.samples, 0.5))
    # No look could be closer without all together being wrong too often.
    last = found[-1]
    closer = 2 * stats.binom.cdf(last.rank, last.samples, 0.5)
    assert sum(1 - look.confidence for look in found[:-1]) + closer > 0.05


@pytest.mark.parametrize("plan", [(), (5,), (5, 50), (12, 6), (6, 6), (6, 7, 8)])
def test_a_plan_that_cannot_be(plan: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="samples"):
        looks(plan)


def test_verdicts() -> None:
    found = compare(FASTER)
    assert (found.verdict, found.look, found.more) == ("supported", 1, 0)
    assert (found.ratio.lo, found.ratio.hi) == pytest.approx((1.08, 1.30))
    assert found.ratio.value == pytest.approx(math.sqrt(1.10 * 1.11))
    assert compare([1 / one for one in FASTER]).verdict == "refuted"
    assert compare([1.01] * 6).verdict == "refuted"
    unsure = compare([0.9, 1.2, 1.0, 1.1, 1.0, 1.05])
    assert (unsure.verdict, unsure.look, unsure.more) == ("inconclusive", 1, 6)
    assert unsure.smallest == pytest.approx(1.02 * 1.2 / math.sqrt(1.05) - 1)


def test_what_is_measured_after_a_verdict_changes_nothing() -> None:
    assert compare([*FASTER, *[0.5] * 6]) == compare(FASTER)


def test_the_extension_decides_where_the_first_look_did_not() -> None:
    first = [0.9, 1.2, 1.1, 1.1, 1.1, 1.1]
    assert compare(first).verdict == "inconclusive"
    assert compare([*first, *[1.1] * 3]).more == 3
    found = compare([*first, *[1.1] * 6])
    assert (found.verdict, found.look, found.more) == ("supported", 2, 0)
    # Once all planned looks are done, that is how it stays.
    assert compare([*first, *[0.9] * 6, *[1.1] * 100]).verdict == "inconclusive"


def test_an_unsteady_majority_decides_nothing() -> None:
    assert compare(FASTER, unstable=[True] * 3 + [False] * 3).verdict == "supported"
    found = compare(FASTER, unstable=[True] * 4 + [False] * 2)
    assert (found.verdict, found.unstable, found.more) == ("inconclusive", True, 6)


@pytest.mark.parametrize(
    ("values", "more"),
    [
        (FASTER[:5], {}),
        ([*FASTER[:5], 0.0], {}),
        ([*FASTER[:5], math.nan], {}),
        (FASTER, {"margin": -0.1}),
        (FASTER, {"unstable": [True]}),
    ],
)
def test_what_cannot_be_compared(values: list[float], more: dict[str, object]) -> None:
    with pytest.raises(ValueError):
        compare(values, **more)  # type: ignore[arg-type]


@given(ratios, st.floats(0, 0.5))
def test_a_verdict_and_its_opposite_are_never_both(values: list[float], margin: float) -> None:
    forth, back = compare(values, margin=margin), compare([1 / one for one in values], margin=margin)
    assert not (forth.verdict == "supported" and back.verdict == "supported")
    assert forth.ratio.lo is not None and forth.ratio.hi is not None
    assert forth.ratio.lo <= forth.ratio.value <= forth.ratio.hi
    if forth.verdict == "supported":
        assert back.verdict == "refuted" and why_not(back.ratio, margin)


@pytest.mark.parametrize(
    ("lo", "hi", "verdict", "why"),
    [
        (1.03, 1.1, "supported", ""),
        (1.01, 1.1, "inconclusive", ""),
        (0.99, 1.01, "refuted", "equivalent"),
        (0.9, 0.95, "refuted", "the other way round"),
        (0.9, 1.01, "refuted", "not by that much"),
        (None, None, "inconclusive", ""),
    ],
)
def test_three_ways(lo: float | None, hi: float | None, verdict: str, why: str) -> None:
    estimate = Estimate(6, 1.0, lo, hi)
    assert (three_way(estimate), why_not(estimate)) == (verdict, why)


def test_a_process_is_one_sample() -> None:
    assert process_ratio([(1.0, 2.0), (2.0, 4.4), (1.0, 30.0)]) == pytest.approx(2.2)
    assert process_ratio([(2.0, 1.0)]) == 0.5
    for pairs in ([], [(0.0, 1.0)], [(1.0, math.inf)]):
        with pytest.raises(ValueError):
            process_ratio(pairs)


@given(ratios)
def test_an_interval_of_ratios_turns_with_them(values: list[float]) -> None:
    forth, back = ratio_interval(values), ratio_interval([1 / one for one in values])
    assert forth.lo is not None and back.hi is not None
    assert forth.lo == pytest.approx(1 / back.hi) and forth.value == pytest.approx(1 / back.value)


def test_metrics_for_a_run() -> None:
    assert list(compare(FASTER).metrics("r")) == ["r", "r.n", "r.lo", "r.hi", "r.look", "r.smallest_gap"]
    assert list(Estimate(1, 2.0).metrics("r")) == ["r", "r.n"]


@given(st.lists(st.floats(0.1, 1e6), min_size=1, max_size=40))
def test_spread_against_numpy(values: list[float]) -> None:
    low, middle, high = np.percentile(values, [25, 50, 75])
    assert spread(values) == pytest.approx((high - low) / middle)


def test_outliers_are_counted() -> None:
    assert outliers([1.0, 1.1, 0.9, 1.05, 0.95, 50.0]) == 1
    assert outliers([]) == outliers([1.0, 1.0, 1.0]) == 0
    assert math.isnan(spread([]))


class TestBootstrap:
    SAMPLE = tuple(float(one) for one in np.random.default_rng(3).gamma(4, 1, 40))

    @pytest.mark.parametrize("statistic", [mean, lambda values: float(np.std(values)), lambda v: float(np.median(v))])
    def test_against_scipy(self, statistic: object) -> None:
        assert callable(statistic)
        found = bootstrap_interval(self.SAMPLE, statistic, seed=0, resamples=20_000)
        widened = stats.norm.cdf(-math.sqrt(40 / 39) * stats.t.ppf(0.975, 39))
        other = stats.bootstrap(
            (self.SAMPLE,),
            lambda v: statistic(list(v)),
            vectorized=False,
            n_resamples=20_000,
            rng=1,
            method="percentile",
            confidence_level=1 - 2 * widened,
        ).confidence_interval
        assert found.lo is not None and found.hi is not None
        width = other.high - other.low
        assert found.lo == pytest.approx(other.low, abs=0.05 * width)
        assert found.hi == pytest.approx(other.high, abs=0.05 * width)

    def test_the_seed_decides(self) -> None:
        one, same, other = (bootstrap_interval(self.SAMPLE, mean, seed=seed, resamples=500) for seed in (1, 1, 2))
        assert one == same != other

    def test_pairs_are_drawn_together(self) -> None:
        pairs = [(float(a), 2.0 * a) for a in range(1, 20)]
        found = bootstrap_interval(pairs, lambda rows: sum(b for _, b in rows) / sum(a for a, _ in rows), seed=0)
        assert (found.value, found.lo, found.hi) == (2.0, 2.0, 2.0)

    def test_where_there_is_no_interval(self) -> None:
        assert not bootstrap_interval([1.0] * 9, mean, seed=0).known
        assert not bootstrap_interval([*[1.0] * 12, math.inf], mean, seed=0).known
        assert math.isnan(bootstrap_interval([], mean, seed=0).value)
        with pytest.raises(ValueError):
            bootstrap_interval([1.0] * 12, mean, seed=0, confidence=1.0)


@given(st.lists(st.floats(-1e6, 1e6), min_size=6, max_size=6))
def test_the_interval_of_one_look_is_that_of_the_median(values: list[float]) -> None:
    positive = [math.exp(one / 1e6) for one in values]
    found = compare(positive, plan=(6,)).ratio
    same = median_interval(positive)
    assert (found.lo, found.hi) == pytest.approx((same.lo, same.hi))
