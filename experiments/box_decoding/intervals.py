"""Intervals: Wilson's for counts, a paired bootstrap over seeds for differences."""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from .arithmetic import Array

RESAMPLES = 2_000


@dataclass(frozen=True, slots=True)
class Interval:
    """An estimate between its limits."""

    value: float
    low: float
    high: float


def wilson(successes: int, trials: int, confidence: float = 0.95) -> Interval:
    """Wilson's score interval of a proportion (Wilson 1927); (0, 1) where nothing was tried."""
    if not 0 <= successes <= trials:
        raise ValueError(f"{successes} of {trials} is no count")
    if trials == 0:
        return Interval(math.nan, 0.0, 1.0)
    z = NormalDist().inv_cdf(0.5 + confidence / 2)
    share = successes / trials
    scale = 1 + z * z / trials
    middle = (share + z * z / (2 * trials)) / scale
    reach = z / scale * math.sqrt(share * (1 - share) / trials + z * z / (4 * trials * trials))
    # At 0 of n and n of n the limit is exact, and rounding must not move it.
    low = 0.0 if successes == 0 else middle - reach
    high = 1.0 if successes == trials else middle + reach
    return Interval(share, low, high)


def bootstrap_mean(samples: Array, seed: int, confidence: float = 0.95) -> Interval:
    """The mean over the last axis, with the percentile interval of resampling it."""
    values = np.asarray(samples, dtype=np.float64)
    if not np.isfinite(values).all():
        return Interval(math.nan, math.nan, math.nan)
    means = values[resamples(values.size, seed)].mean(axis=1)
    low, high = np.quantile(means, [0.5 - confidence / 2, 0.5 + confidence / 2])
    return Interval(float(values.mean()), float(low), float(high))


def resamples(count: int, seed: int) -> Array:
    """The same resampled indices for every comparison of one run: what is paired stays paired."""
    return np.random.default_rng([seed, 71]).integers(0, count, (RESAMPLES, count))


def percentile(estimate: float, draws: Array, confidence: float = 0.95) -> Interval:
    """The percentile interval of a statistic's bootstrap draws around its estimate."""
    low, high = np.quantile(draws, [0.5 - confidence / 2, 0.5 + confidence / 2])
    return Interval(estimate, float(low), float(high))
