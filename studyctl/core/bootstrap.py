"""An interval for any figure of a sample, by drawing it again and again: for what no exact interval is known.

The expanded percentile interval: T. Hesterberg, "What Teachers Should Know About the Bootstrap", The American
Statistician 69 (2015), section 5. The plain percentile interval, and BCa (Efron 1987) too, are too narrow for small
samples; this one is widened as Student's is against the normal one. Simulated on pairs with drift and heavy tails
(the slow tests do it again), it held the truth in 94 % of 40 rows and 92 to 93 % of 10 to 20, where BCa held
86 to 93 %. The mean of a skewed sample it holds less often. Where `mean_interval`, `median_interval` or
`proportion_interval` apply, they are the better choice.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Sequence
from statistics import NormalDist
from typing import TypeVar

from studyctl.core.statistics import CONFIDENCE, Estimate, quantile, t_quantile

T = TypeVar("T")
RESAMPLES = 4000
FEWEST = 10


def bootstrap_interval(
    values: Sequence[T],
    statistic: Callable[[Sequence[T]], float],
    *,
    seed: int,
    resamples: int = RESAMPLES,
    confidence: float = CONFIDENCE,
) -> Estimate:
    """`statistic` of the values, with the expanded percentile interval of `resamples` samples, drawn with replacement.

    A value may be anything that belongs together, such as a pair or the row of a seed; it is drawn as a whole. The same
    seed gives the same interval. Without an interval for less than ten values, and where the statistic is not
    finite for a sample that was drawn.
    """
    if not 0 < confidence < 1 or resamples < 100:
        raise ValueError("a confidence within 0 and 1, and at least 100 resamples")
    n = len(values)
    if not n:
        return Estimate(0, math.nan, confidence=confidence)
    whole = statistic(values)
    alone = Estimate(n, whole, confidence=confidence)
    if n < FEWEST or not math.isfinite(whole):
        return alone
    generator = random.Random(seed)
    drawn = sorted(statistic(generator.choices(values, k=n)) for _ in range(resamples))
    if not all(map(math.isfinite, drawn)):
        return alone
    stretched = math.sqrt(n / (n - 1)) * t_quantile((1 + confidence) / 2, n - 1)
    beyond = NormalDist().cdf(-stretched)
    return Estimate(n, whole, quantile(drawn, beyond), quantile(drawn, 1 - beyond), confidence)
