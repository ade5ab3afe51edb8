"""How often a figure of two models names the faster one: over all pairs, and where their multiply-adds are alike.

Over a whole zoo nearly anything orders latencies: the largest network is a hundred times the smallest. What a person
has to choose between are models of similar cost, so pairs are taken by the ratio of their multiply-adds: up to two,
two to four, four to eight, and more.

*Together* are multiply-adds and activations: log time is fitted linearly on their logs over all other families, and
predicts the models of this one.

Of two models that take nearly the same time neither is the faster. A pair counts where the odd and the even rounds of
the measurement order it alike; such pairs are *settled*, and the others are left out.

Models of one family are no independent witnesses. Families are drawn again, each with all its models; a pair counts
as often as both of its families were drawn.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from studyctl.lab import Estimate, bootstrap_interval

from .latency import Timed

BANDS: tuple[tuple[str, float, float], ...] = (
    ("1-2", 1.0, 2.0),
    ("2-4", 2.0, 4.0),
    ("4-8", 4.0, 8.0),
    ("8-up", 8.0, np.inf),
    ("all", 1.0, np.inf),
)
PREDICTORS = ("macs", "activations", "parameters", "together")


@dataclass(frozen=True, slots=True)
class Band:
    """The pairs of a band: how many there are, and how many each figure orders rightly."""

    name: str
    pairs: int
    settled: int  # of them, those that two halves of the measurement order alike: what shares are of
    shares: dict[str, Estimate]
    gains: dict[str, Estimate]  # of the other figures over multiply-adds


class Pairs:
    """All pairs of models, and how much each family has of those that are ordered rightly."""

    def __init__(self, found: Sequence[Timed]) -> None:
        self.families = sorted({one.family for one in found})
        number = {name: at for at, name in enumerate(self.families)}
        self._family = np.array([number[one.family] for one in found])
        self._figures = {
            name: np.log([max(1.0, float(getattr(one, name))) for one in found])
            for name in ("macs", "activations", "parameters")
        }
        self._seconds = np.log([one.seconds for one in found])
        self._halves = [np.log([np.median(one.blocks[half::2]) for one in found]) for half in (0, 1)]
        self._figures["together"] = self.predicted("macs", "activations")
        self._first, self._second = np.triu_indices(len(found), 1)

    def predicted(self, *figures: str) -> np.ndarray:
        """Log seconds of each model, from what logs of these figures are to those of all other families."""
        table = np.stack([np.ones(len(self._seconds)), *(self._figures[name] for name in figures)], axis=1)
        made = np.full(len(self._seconds), np.nan)
        for number in range(len(self.families)):
            others = self._family != number
            if others.sum() > table.shape[1]:
                fitted = np.linalg.lstsq(table[others], self._seconds[others], rcond=None)[0]
                made[~others] = table[~others] @ fitted
        return made

    def error(self, *figures: str) -> float:
        """The median relative error of these predictions."""
        return float(np.median(np.abs(np.expm1(self.predicted(*figures) - self._seconds))))

    def settled(self) -> np.ndarray:
        """Which pairs two halves of the measurement order alike."""
        one, other = (np.sign(self._gap(half)) for half in self._halves)
        return np.asarray(one == other)

    def _gap(self, values: np.ndarray) -> np.ndarray:
        return np.asarray(values[self._second] - values[self._first])

    def within(self, low: float, high: float) -> np.ndarray:
        """Which pairs have multiply-adds whose ratio is at least `low` and below `high`."""
        ratio = np.abs(self._gap(self._figures["macs"]))
        return np.asarray((ratio >= np.log(low)) & (ratio < np.log(high)))

    def right(self, predictor: str) -> np.ndarray:
        """1 where the figure names the faster one, 0 where the slower, one half where it cannot tell."""
        return np.asarray(0.5 * (1 + np.sign(self._gap(self._figures[predictor])) * np.sign(self._gap(self._seconds))))

    def by_family(self, weights: np.ndarray) -> np.ndarray:
        """The sum of pairs' weights for every two families."""
        table = np.zeros((len(self.families), len(self.families)))
        np.add.at(table, (self._family[self._first], self._family[self._second]), weights)
        return np.asarray(np.triu(table + table.T, 1) + np.diag(np.diag(table)))


def band(pairs: Pairs, name: str, low: float, high: float, seed: int) -> Band:
    """What the figures do in a band, with intervals over families."""
    there = pairs.within(low, high)
    chosen = there & pairs.settled()
    whole = pairs.by_family(chosen.astype(float))
    right = {one: pairs.by_family(np.where(chosen, pairs.right(one), 0.0)) for one in PREDICTORS}
    shares = {one: _over_families(right[one], whole, seed) for one in PREDICTORS}
    gains = {one: _over_families(right[one] - right["macs"], whole, seed) for one in PREDICTORS[1:]}
    return Band(name, int(there.sum()), int(chosen.sum()), shares, gains)


def _over_families(part: np.ndarray, whole: np.ndarray, seed: int) -> Estimate:
    """The quotient of two sums over pairs of families, its interval by drawing families."""
    return bootstrap_interval(range(len(whole)), _quotient(part, whole), seed=seed)


def _quotient(part: np.ndarray, whole: np.ndarray) -> Callable[[Sequence[int]], float]:
    def value(drawn: Sequence[int]) -> float:
        times = np.bincount(drawn, minlength=len(whole)).astype(float)
        # A family that was drawn twice is two families of the same models, which are not compared with each other.
        weights = np.triu(np.outer(times, times), 1) + np.diag(times)
        total = float((weights * whole).sum())
        return float((weights * part).sum()) / total if total else float("nan")

    return value
