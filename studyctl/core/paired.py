"""Whether B differs from A by more than a margin: ratios of pairs, a verdict of three, and looks declared beforehand.

Two things that are timed one after the other drift apart by themselves; timed in pairs, the drift falls out of each
ratio. Pairs of one process are alike, and so count as one: the sample is what each fresh process comes to
(`process_ratio`). From such ratios, `compare` gives the median and the two order statistics that hold it, which assumes
no distribution. It may look more than once, at numbers of samples that are fixed beforehand; the looks share the chance
of being wrong, so that all of their intervals hold at once with the confidence asked for.

Sources: order statistics, Hahn & Meeker, "Statistical Intervals", section 5.2; sharing the error between looks is
Bonferroni's inequality, with what a look cannot spend passed on (Wiens, "A fixed sequence Bonferroni procedure",
Pharmaceutical Statistics 2, 2003). That the confidence is kept under heavy tails and drift is simulated in the slow
tests (`tests/core/test_coverage.py`).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from studyctl.core.models import Verdict
from studyctl.core.statistics import CONFIDENCE, Estimate, median_interval, quantile

MARGIN = 0.02
PLAN = (6, 12)  # samples at the first look, and at the one extension
UNSTABLE = 0.25  # IQR over median of an arm's times, above which a process tells nothing


@dataclass(frozen=True, slots=True)
class Look:
    """One look at the data: after `samples`, from the `rank`-th smallest to the `rank`-th largest."""

    samples: int
    rank: int
    confidence: float  # of this look's interval alone


@dataclass(frozen=True, slots=True)
class Comparison:
    """What B over A comes to.

    `ratio` has the median of the samples and its interval; `smallest` is the smallest gap that this interval could have
    told from the margin, had B over A been 1 (0.05: five per cent). `more` is how many samples the plan still
    allows: 0 where the verdict stands, or where there is no further look.
    """

    ratio: Estimate
    verdict: Verdict
    margin: float
    look: int  # 1 for the first
    more: int
    smallest: float
    unstable: bool

    def metrics(self, name: str) -> dict[str, float]:
        """The figures to record for it: `run.metrics(comparison.metrics("ratio"))`."""
        found = self.ratio.metrics(name)
        return found | {f"{name}.look": self.look, f"{name}.smallest_gap": self.smallest}


def looks(plan: Sequence[int] = PLAN, confidence: float = CONFIDENCE) -> tuple[Look, ...]:
    """The looks of a plan: how far from the ends each takes its interval, so that all hold at once.

    Each look in turn gets an equal share of the error that is left, or the least that so few samples can have.
    ValueError where the samples do not suffice for that, or do not grow.
    """
    if not plan or any(later <= earlier for earlier, later in pairwise(plan)):
        raise ValueError(f"looks at growing numbers of samples, not {tuple(plan)}")
    left = 1 - confidence
    found: list[Look] = []
    for at, samples in enumerate(plan):
        later = sum(_missed(n, 1) for n in plan[at + 1 :])
        share = max(left / (len(plan) - at), _missed(samples, 1))
        if share + later > left + 1e-12:
            raise ValueError(f"{samples} samples are too few for looks at {tuple(plan)} with confidence {confidence}")
        rank = 1
        while rank < (samples + 1) // 2 and _missed(samples, rank + 1) <= share:
            rank += 1
        error = _missed(samples, rank)
        left -= error
        found.append(Look(samples, rank, 1 - error))
    return tuple(found)


def _missed(n: int, rank: int) -> float:
    """How likely the `rank`-th smallest and the `rank`-th largest of n values do not hold the median."""
    return 2.0 * sum(math.comb(n, below) for below in range(rank)) / (1 << n)


def process_ratio(pairs: Sequence[tuple[float, float]]) -> float:
    """What one process comes to: the median of B over A of its interleaved pairs (A, B), both in the same unit.

    ValueError for less than one pair, and for a time that is not above zero.
    """
    if not pairs:
        raise ValueError("a process without a pair")
    if any(not (0 < a < math.inf and 0 < b < math.inf) for a, b in pairs):
        raise ValueError("times are finite and above zero")
    return math.exp(median_interval([math.log(b / a) for a, b in pairs]).value)


def ratio_interval(ratios: Sequence[float], confidence: float = CONFIDENCE) -> Estimate:
    """The median of ratios above zero with the order statistics that hold it, taken over their logarithms."""
    return _exp(median_interval(_logs(ratios), confidence))


def compare(
    ratios: Sequence[float],
    *,
    margin: float = MARGIN,
    plan: Sequence[int] = PLAN,
    confidence: float = CONFIDENCE,
    unstable: Sequence[bool] = (),
) -> Comparison:
    """Whether B over A is above 1 + `margin`, from one ratio of each process, in the order in which they were taken.

    `supported`: the interval lies above 1 + margin. `refuted`: it lies below. Else `inconclusive`, as where most of
    the processes were `unstable` (one truth value of each; `spread` above UNSTABLE says so).

    The look that decides is the first in the plan with a verdict: what was measured after it changes nothing, and
    so nobody gains by measuring until it fits. ValueError where there are fewer samples than the first look takes.
    """
    if margin < 0:
        raise ValueError(f"a margin of {margin}")
    if unstable and len(unstable) != len(ratios):
        raise ValueError(f"{len(unstable)} of {len(ratios)} samples are said to be stable or not")
    planned = looks(plan, confidence)
    if len(ratios) < planned[0].samples:
        raise ValueError(f"{len(ratios)} samples, and the first look is at {planned[0].samples}")
    done = [_seen(ratios, look, margin, unstable) for look in planned if look.samples <= len(ratios)]
    at = next((at for at, (_, verdict, _) in enumerate(done) if verdict != "inconclusive"), len(done) - 1)
    found, verdict, shaky = done[at]
    following = [look.samples for look in planned[at + 1 :]] if verdict == "inconclusive" else []
    more = following[0] - len(ratios) if following else 0
    assert found.lo is not None and found.hi is not None  # a look has its interval
    smallest = max(found.hi / found.value, found.value / found.lo) * (1 + margin) - 1
    return Comparison(found, verdict, margin, at + 1, more, smallest, shaky)


def _seen(
    ratios: Sequence[float], look: Look, margin: float, unstable: Sequence[bool]
) -> tuple[Estimate, Verdict, bool]:
    """What a look sees: the interval, the verdict, and whether most processes were too unsteady for one."""
    ranked = sorted(_logs(ratios[: look.samples]))
    middle = median_interval(ranked).value
    found = _exp(Estimate(look.samples, middle, ranked[look.rank - 1], ranked[-look.rank], look.confidence))
    shaky = sum(unstable[: look.samples]) * 2 > look.samples
    return found, "inconclusive" if shaky else three_way(found, margin), shaky


def _logs(ratios: Sequence[float]) -> list[float]:
    if any(not 0 < ratio < math.inf for ratio in ratios):
        raise ValueError("ratios are finite and above zero")
    return [math.log(ratio) for ratio in ratios]


def three_way(ratio: Estimate, margin: float = MARGIN) -> Verdict:
    """`supported` where the interval lies above 1 + margin, `refuted` where it lies below, else `inconclusive`."""
    if ratio.lo is None or ratio.hi is None:
        return "inconclusive"
    if ratio.lo > 1 + margin:
        return "supported"
    return "refuted" if ratio.hi < 1 + margin else "inconclusive"


def why_not(ratio: Estimate, margin: float = MARGIN) -> str:
    """Why "B over A is above 1 + margin" is refuted: "slower" has B below A, "equivalent" within the margin of it."""
    if ratio.lo is None or ratio.hi is None or ratio.hi >= 1 + margin:
        return ""
    if ratio.hi < 1 / (1 + margin):
        return "the other way round"
    return "equivalent" if ratio.lo > 1 / (1 + margin) else "not by that much"


def spread(times: Sequence[float]) -> float:
    """The interquartile range over the median: how unsteady an arm's times were in one process. NaN for none."""
    if not times:
        return math.nan
    ranked = sorted(times)
    return (quantile(ranked, 0.75) - quantile(ranked, 0.25)) / quantile(ranked, 0.5)


def outliers(values: Sequence[float], beyond: float = 3.5) -> int:
    """How many values lie beyond so many robust deviations (1.4826 × MAD) of the median; they are counted, not dropped.

    Source: Iglewicz & Hoaglin, "How to Detect and Handle Outliers" (1993), who propose 3.5.
    """
    if not values:
        return 0
    ranked = sorted(values)
    centre = quantile(ranked, 0.5)
    deviation = 1.4826 * quantile(sorted(abs(value - centre) for value in values), 0.5)
    return sum(abs(value - centre) > beyond * deviation for value in values)


def _exp(logs: Estimate) -> Estimate:
    lo = None if logs.lo is None else math.exp(logs.lo)
    hi = None if logs.hi is None else math.exp(logs.hi)
    return Estimate(logs.n, math.exp(logs.value), lo, hi, logs.confidence)
