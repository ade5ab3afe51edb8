"""How often intervals hold the truth, simulated: heavy tails, drift, and processes that differ more than their pairs.

What a nominal 95 % interval must cover is 94 to 97 %, with three standard errors of the simulation. That the simulation
can tell is shown by the interval that people use without thinking, which it fails.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np
import pytest

from studyctl.core.bootstrap import bootstrap_interval
from studyctl.core.paired import compare, looks, process_ratio, ratio_interval
from studyctl.core.statistics import Estimate, mean, mean_interval, median_interval, proportion_interval

pytestmark = pytest.mark.slow

TRUTH = 1.05  # B over A
Times = np.ndarray[tuple[int, ...], np.dtype[np.float64]]


def session(generator: np.random.Generator, processes: int, pairs: int = 5) -> list[list[tuple[float, float]]]:
    """Interleaved pairs of a session that drifts by 5 %, with heavy-tailed times, in processes unlike one another."""
    found = []
    for process in range(processes):
        own = math.exp(generator.normal(0, 0.03))  # this process's ratio, beside the truth
        steps = (process * pairs + np.arange(pairs)) / (processes * pairs)
        drift = 1 + 0.05 * steps
        noise = np.exp(0.01 * generator.standard_t(2, (2, pairs)))
        found.append(list(zip(drift * noise[0], drift * noise[1] * TRUTH * own, strict=True)))
    return found


def covered(trials: int, once: Callable[[np.random.Generator], tuple[Estimate, float]]) -> tuple[float, float]:
    """The share of trials whose interval holds the truth, and three standard errors of that share."""
    held = 0
    for seed in range(trials):
        estimate, truth = once(np.random.default_rng(seed))
        assert estimate.lo is not None and estimate.hi is not None
        held += estimate.lo <= truth <= estimate.hi
    share = held / trials
    return share, 3 * math.sqrt(0.05 * 0.95 / trials)


def check(trials: int, once: Callable[[np.random.Generator], tuple[Estimate, float]]) -> None:
    share, error = covered(trials, once)
    assert 0.94 - error <= share <= 0.97 + error


@pytest.mark.parametrize("processes", [6, 12, 25])
def test_medians_of_processes(processes: int) -> None:
    def once(generator: np.random.Generator) -> tuple[Estimate, float]:
        return ratio_interval([process_ratio(one) for one in session(generator, processes)]), TRUTH

    check(4000, once)


def test_both_looks_hold_at_once() -> None:
    held = 0
    for seed in range(3000):
        ratios = [process_ratio(one) for one in session(np.random.default_rng(seed), 12)]
        # A margin that nothing reaches or that everything reaches would stop at the first look: each is asked alone.
        ends = [sorted(ratios[: look.samples])[look.rank - 1 :: look.samples - 2 * look.rank + 1] for look in looks()]
        held += all(lo <= TRUTH <= hi for lo, hi in ends)
    assert 0.95 <= held / 3000 <= 0.975


@pytest.mark.parametrize("margin", [0.049, 0.051])
def test_a_false_verdict_is_rare_however_often_one_looks(margin: float) -> None:
    """With the truth beside the margin, the verdict against it comes up in less than 5 % of the sessions."""
    wrong = 0
    for seed in range(3000):
        found = compare([process_ratio(one) for one in session(np.random.default_rng(seed), 12)], margin=margin)
        wrong += found.verdict == ("refuted" if 1 + margin < TRUTH else "supported")
    assert 0 < wrong / 3000 < 0.05


def test_one_arm_after_the_other_is_what_the_simulation_fails() -> None:
    """All of A, then all of B, and the processes' pairs pooled: the habit that the protocol is there against."""

    def once(generator: np.random.Generator) -> tuple[Estimate, float]:
        pairs = [pair for process in session(generator, 2, 10) for pair in process]
        later = 1 + 0.05 * 0.5  # B's turn comes half a session later
        return median_interval([b * later / a for a, b in pairs]), TRUTH

    share, _ = covered(1000, once)
    assert share < 0.8


@pytest.mark.parametrize("n", [8, 30])
def test_means_of_seeds(n: int) -> None:
    """Differences of pairs: whatever drifts falls out of them; a symmetric heavy tail is left."""

    def once(generator: np.random.Generator) -> tuple[Estimate, float]:
        drift = np.linspace(0, 1, n)
        a = drift + generator.standard_t(4, n)
        b = drift + 0.3 + generator.standard_t(4, n)
        return mean_interval([float(one) for one in b - a]), 0.3

    check(4000, once)


def test_shares_of_trials() -> None:
    """Wilson's interval, over shares of all sizes: it holds 95 % on the average, not at each."""

    def once(generator: np.random.Generator) -> tuple[Estimate, float]:
        share = float(generator.uniform(0.02, 0.98))
        return proportion_interval(int(generator.binomial(16, share)), 16), share

    check(8000, once)


def test_the_bootstrap_of_a_ratio_of_sums() -> None:
    """Of 80 rows, where other bootstraps are already too narrow."""

    def once(generator: np.random.Generator) -> tuple[Estimate, float]:
        n = 80
        a = np.linspace(1, 1.05, n) * generator.gamma(4, 1, n)
        b = 1.2 * a + generator.standard_t(4, n)
        rows = list(zip(a.tolist(), b.tolist(), strict=True))
        seed = int(generator.integers(2**32))
        return bootstrap_interval(rows, over, seed=seed, resamples=400), 1.2

    def over(rows: Sequence[tuple[float, float]]) -> float:
        return mean([b for _, b in rows]) / mean([a for a, _ in rows])

    check(1000, once)
