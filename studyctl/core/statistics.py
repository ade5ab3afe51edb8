"""What several measurements come to: a value with an interval that says how far it can be trusted.

Pure Python, so that a command that reads loads no numpy. Where the formulas come from:

- mean: Student's t interval (Student, "The probable error of a mean", Biometrika 6, 1908). It assumes that the values
  are independent and roughly normal; with few of them the interval is wide, which is what it should say.
- median: the interval between two order statistics (Hahn & Meeker, "Statistical Intervals", section 5.2). It assumes
  no distribution. Its coverage is at least what was asked for, and fewer than six values have none at 95 %.
- proportion: Wilson's score interval (Wilson, JASA 22, 1927), which stays within 0 and 1 and holds for few trials
  (Brown, Cai & DasGupta, "Interval estimation for a binomial proportion", Statistical Science 16, 2001).
- the regularised incomplete beta function, from which Student's distribution follows: its continued fraction
  (DLMF 8.17.22), evaluated as Lentz and Thompson & Barnett do.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

CONFIDENCE = 0.95
_TINY = 1e-300
_CLOSE = 1e-15


@dataclass(frozen=True, slots=True)
class Estimate:
    """A value over `n` measurements, with the interval around it; no interval where there are too few to have one."""

    n: int
    value: float
    lo: float | None = None
    hi: float | None = None
    confidence: float = CONFIDENCE

    @property
    def known(self) -> bool:
        """Whether there is an interval."""
        return self.lo is not None and self.hi is not None

    def metrics(self, name: str) -> dict[str, float]:
        """The figures to record for it, `name`, `name.lo`, `name.hi` and `name.n`; without an interval, no ends of it.

        A predicate over an end that is missing leaves its finding inconclusive.
        """
        found = {name: self.value, f"{name}.n": float(self.n)}
        if self.lo is not None and self.hi is not None:
            found |= {f"{name}.lo": self.lo, f"{name}.hi": self.hi}
        return found


def mean(values: Sequence[float]) -> float:
    """The mean, rounded once; within the smallest and the largest value. NaN for none."""
    if not values:
        return math.nan
    if not all(map(math.isfinite, values)):
        return sum(values) / len(values)  # NaN, or the infinity that is among them
    scaled, exponent = _scaled(values)
    return min(max(math.ldexp(math.fsum(scaled) / len(values), exponent), min(values)), max(values))


def quantile(ranked: Sequence[float], p: float) -> float:
    """Between the two of the sorted values around it, as numpy's default (Hyndman & Fan's seventh)."""
    at = p * (len(ranked) - 1)
    low = math.floor(at)
    high = min(low + 1, len(ranked) - 1)
    return ranked[low] + (ranked[high] - ranked[low]) * (at - low)


def deviation(values: Sequence[float]) -> float | None:
    """The standard deviation of a sample (over n - 1); None for less than two values, or where one is not finite."""
    if len(values) < 2 or not all(map(math.isfinite, values)):
        return None
    scaled, exponent = _scaled(values)
    centre = min(max(math.fsum(scaled) / len(scaled), min(scaled)), max(scaled))
    square = math.fsum((value - centre) ** 2 for value in scaled) / (len(scaled) - 1)
    try:
        return math.ldexp(math.sqrt(square), exponent)
    except OverflowError:
        return math.inf


def _scaled(values: Sequence[float]) -> tuple[list[float], int]:
    """The values over a power of two, which loses nothing and keeps their squares and sums from overflowing."""
    _, exponent = math.frexp(max(map(abs, values)))
    return [math.ldexp(value, -exponent) for value in values], exponent


def mean_interval(values: Sequence[float], confidence: float = CONFIDENCE) -> Estimate:
    """The mean with Student's t interval; without an interval for one value, and where one is not finite."""
    n, centre, spread = len(values), mean(values), deviation(values)
    if spread is None:
        return Estimate(n, centre, confidence=confidence)
    half = t_quantile((1 + confidence) / 2, n - 1) * (spread / math.sqrt(n))
    return Estimate(n, centre, centre - half, centre + half, confidence)


def median_interval(values: Sequence[float], confidence: float = CONFIDENCE) -> Estimate:
    """The median with the order statistics that hold it; without an interval for too few values, or NaN among them."""
    n = len(values)
    if not n or any(map(math.isnan, values)):
        return Estimate(n, math.nan, confidence=confidence)
    ranked = sorted(values)
    low, high = ranked[(n - 1) // 2], ranked[n // 2]
    middle = low if low == high else low / 2 + high / 2
    rank = median_rank(n, confidence)
    if rank is None:
        return Estimate(n, middle, confidence=confidence)
    return Estimate(n, middle, ranked[rank - 1], ranked[n - rank], confidence)


@lru_cache(maxsize=1024)
def median_rank(n: int, confidence: float = CONFIDENCE) -> int | None:
    """The largest k for which the k-th smallest and the k-th largest of n values hold the median with `confidence`.

    How many of n values lie below the median is as the heads of n tosses: the two miss it with twice the chance of
    fewer than k heads. None where even the smallest and the largest value are not enough.
    """
    total = 1 << n
    ways, below, rank = 1, 0, 0
    while rank <= n // 2:
        below += ways  # `rank` heads or fewer
        if 2 * below / total > 1 - confidence:
            break
        ways = ways * (n - rank) // (rank + 1)
        rank += 1
    return rank or None


def proportion_interval(successes: int, n: int, confidence: float = CONFIDENCE) -> Estimate:
    """A share of n trials with Wilson's interval; of no trials nothing is known."""
    if not 0 <= successes <= n:
        raise ValueError(f"{successes} of {n}")
    if n == 0:
        return Estimate(0, math.nan, confidence=confidence)
    from statistics import NormalDist  # the standard library's; beside this module, not itself

    z2 = NormalDist().inv_cdf((1 + confidence) / 2) ** 2
    share = successes / n
    centre = (share + z2 / (2 * n)) / (1 + z2 / n)
    half = math.sqrt(z2) / (1 + z2 / n) * math.sqrt(share * (1 - share) / n + z2 / (4 * n * n))
    lo = 0.0 if successes == 0 else max(centre - half, 0.0)
    hi = 1.0 if successes == n else min(centre + half, 1.0)
    return Estimate(n, share, lo, hi, confidence)


# -- Student's distribution


def t_tail(t: float, freedom: float) -> float:
    """How likely Student's t with so many degrees of freedom is above `t`."""
    square = t * t
    if math.isinf(square):
        return 0.0 if t > 0 else 1.0
    beyond = _beta(freedom / 2, 0.5, freedom / (freedom + square), square / (freedom + square)) / 2
    return beyond if t >= 0 else 1 - beyond


@lru_cache(maxsize=1024)
def t_quantile(p: float, freedom: float) -> float:
    """The value below which Student's t lies with probability `p`."""
    if not 0 < p < 1 or freedom <= 0:
        raise ValueError(f"p = {p}, {freedom} degrees of freedom")
    if p < 0.5:
        return -t_quantile(1 - p, freedom)
    if p == 0.5:
        return 0.0
    tail = 1 - p
    lo, hi = 0.0, 1.0
    while t_tail(hi, freedom) > tail:
        lo, hi = hi, 2 * hi
    # Halving never fails, and what it costs is paid once for each number of values.
    while True:
        middle = (lo + hi) / 2
        if not lo < middle < hi or hi - lo <= _CLOSE * hi:
            return middle
        lo, hi = (middle, hi) if t_tail(middle, freedom) > tail else (lo, middle)


def incomplete_beta(a: float, b: float, x: float) -> float:
    """The regularised incomplete beta function I_x(a, b)."""
    if a <= 0 or b <= 0 or not 0 <= x <= 1:
        raise ValueError(f"I_{x}({a}, {b})")
    return _beta(a, b, x, 1 - x)


def _beta(a: float, b: float, x: float, rest: float) -> float:
    """I_x(a, b) from x and 1 - x, each as exactly as the caller knows it."""
    if x == 0 or rest == 0:
        return 0.0 if x == 0 else 1.0
    front = math.exp(math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log(rest))
    # The fraction converges fast on one side of the mean; the other side follows by symmetry.
    if x < (a + 1) / (a + b + 2):
        return front * _fraction(a, b, x) / a
    return 1 - front * _fraction(b, a, rest) / b


def _fraction(a: float, b: float, x: float) -> float:
    """The continued fraction of DLMF 8.17.22, from the front until nothing changes."""

    def away(value: float) -> float:
        return value if abs(value) > _TINY else _TINY

    c, d = 1.0, 1 / away(1 - (a + b) * x / (a + 1))
    found = d
    m = 0
    while True:
        m += 1
        for term in (
            m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
            -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
        ):
            d = 1 / away(1 + term * d)
            c = away(1 + term / c)
            step = c * d
            found *= step
        if abs(step - 1) <= _CLOSE or m > 100_000:
            return found
