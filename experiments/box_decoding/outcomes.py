"""From trained combinations to what they show: best rates, failures, thresholds paired by seed."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from .arithmetic import Array
from .intervals import Interval, bootstrap_mean, percentile, resamples, wilson
from .training import Trained

RIVALS = ("squared-sigmoid", "linear")
Reached = Literal["safe", "survived", "failed"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """One combination of optimizer, loss and decoder over its rates and seeds."""

    trained: Trained
    best: int  # index of the rate with the highest mean IoU on the validation boxes
    best_iou: float  # mean on unseen boxes at that rate
    failed: Array  # (rate, seed): not finite, or below half of best_iou
    dead: Array  # failed, finite, at or above the best rate
    slow: Array  # failed, finite, below the best rate
    fail: int  # index of the lowest rate from the best on at which half of the seeds failed; len(rates) if none
    seed_fail: Array  # the same for each seed

    @property
    def rates(self) -> Array:
        return self.trained.rates

    @property
    def best_rate(self) -> float:
        return float(self.rates[self.best])

    @property
    def fail_rate(self) -> float:
        """Infinite where half of the seeds never failed."""
        return float(self.rates[self.fail]) if self.fail < self.rates.size else math.inf

    @property
    def margin(self) -> float:
        """How many times the best rate the failing one is: what compares across losses."""
        return self.fail_rate / self.best_rate

    @property
    def seeds(self) -> int:
        return int(self.failed.shape[1])

    def largest_t(self, of: Reached) -> float:
        """The largest logit predicted while finite: by failed trainings, by survivors, or at rates without a failure.

        What survivors reach grows with the number of trainings, since it is settled by the luckiest one at a rate that
        loses others; a rate at which none fails is one that a person would train at.
        """
        safe = np.broadcast_to(~self.failed.any(axis=1, keepdims=True), self.failed.shape)
        chosen = self.trained.largest_t[{"failed": self.failed, "survived": ~self.failed, "safe": safe}[of]]
        chosen = chosen[np.isfinite(chosen)]
        return float(chosen.max()) if chosen.size else math.nan


def outcome(trained: Trained, reference_iou: float | None = None) -> Outcome:
    """Apply the definition of failure to one combination.

    With `reference_iou` a training fails below half of that, instead of half of the combination's own best.
    """
    best = int(trained.validation_iou.mean(axis=1).argmax())
    best_iou = float(trained.iou[best].mean()) if reference_iou is None else reference_iou
    failed = trained.nonfinite | (trained.iou < 0.5 * best_iou)
    from_best = (np.arange(trained.rates.size) >= best)[:, None]
    counted = failed & from_best
    beyond = trained.rates.size
    half = counted.mean(axis=1) >= 0.5
    return Outcome(
        trained,
        best,
        best_iou,
        failed,
        counted & ~trained.nonfinite,
        failed & ~trained.nonfinite & ~from_best,
        int(half.argmax()) if half.any() else beyond,
        np.where(counted.any(axis=0), counted.argmax(axis=0), beyond),
    )


def rows(one: Outcome) -> list[dict[str, object]]:
    """The rates of a combination as a table: k of n with Wilson's interval, both kinds of failure apart."""
    found: list[dict[str, object]] = []
    for i, rate in enumerate(one.rates):
        count = int(one.failed[i].sum())
        interval = wilson(count, one.seeds)
        found.append(
            {
                "optimizer": one.trained.optimizer,
                "loss": one.trained.loss,
                "decoder": one.trained.decoder,
                "dtype": one.trained.dtype,
                "guard": one.trained.guard,
                "rate": float(rate),
                "seeds": one.seeds,
                "failed": count,
                "wilson_low": interval.low,
                "wilson_high": interval.high,
                "nonfinite": int(one.trained.nonfinite[i].sum()),
                "dead": int(one.dead[i].sum()),
                "slow": int(one.slow[i].sum()),
                "mean_iou": float(one.trained.iou[i].mean()),
                "largest_t": float(one.trained.largest_t[i].max()),
            }
        )
    return found


def threshold_ratio(one: Outcome, rival: Outcome, seed: int) -> Interval:
    """The lowest failing rate of `one` over that of `rival`, geometric mean over paired seeds; below 1: it fails first.

    A seed that never failed counts as failing one step above the grid. The grid's step is the resolution: the interval
    covers the choice of seeds, not where between two rates a threshold lies.
    """
    step = math.log(one.rates[-1] / one.rates[0]) / (one.rates.size - 1)
    logs = bootstrap_mean(step * (one.seed_fail - rival.seed_fail), seed)
    return Interval(math.exp(logs.value), math.exp(logs.low), math.exp(logs.high))


def bound(one: Outcome, rival: Outcome) -> str:
    """How `threshold_ratio` is to be read where some seeds never failed on the grid: "at least", "at most", "about"."""
    endless = [bool((outcome.seed_fail == outcome.rates.size).any()) for outcome in (one, rival)]
    return {(False, False): "", (True, False): "at least", (False, True): "at most", (True, True): "about"}[
        endless[0], endless[1]
    ]


@dataclass(frozen=True, slots=True)
class Clamping:
    """What clamping t before exp makes of the trainings that exp alone lost to NaN or infinity."""

    nonfinite: int  # (rate, seed) pairs in which exp stopped being finite
    dead: int  # of those, pairs in which clamped exp stayed finite and failed
    rescued: int  # of those, pairs in which clamped exp reached half of its best IoU
    still_nonfinite: int
    share: Interval  # rescued / nonfinite


def clamping(exp: Outcome, clamped: Outcome) -> Clamping:
    """Compare pair by pair."""
    lost = exp.trained.nonfinite
    dead = int((lost & clamped.failed & ~clamped.trained.nonfinite).sum())
    still = int((lost & clamped.trained.nonfinite).sum())
    rescued = int(lost.sum()) - dead - still
    return Clamping(int(lost.sum()), dead, rescued, still, wilson(rescued, int(lost.sum())))


@dataclass(frozen=True, slots=True)
class Spread:
    """How much decoders, and how much losses, matter to the IoU that each combination reaches at its best rate."""

    decoders: Interval  # mean over losses of the range over decoders
    losses: Interval  # mean over decoders of the range over losses
    difference: Interval  # decoders less losses, paired


def spread(found: Mapping[tuple[str, str], Outcome], seed: int) -> Spread:
    """The ranges of mean IoU, bootstrapped over seeds that all combinations share; a combination may be missing.

    A range grows with chance differences, and with the number of things compared: it is an upper estimate.
    """
    losses = list(dict.fromkeys(loss for loss, _ in found))
    decoders = list(dict.fromkeys(decoder for _, decoder in found))
    seeds = next(iter(found.values())).seeds
    iou = np.full((len(losses), len(decoders), seeds), np.nan)
    for (loss, decoder), one in found.items():
        iou[losses.index(loss), decoders.index(decoder)] = one.trained.iou[one.best]
    by_decoder, by_loss = _ranges(iou[:, :, resamples(seeds, seed)].mean(axis=3))
    estimate_decoder, estimate_loss = _ranges(iou.mean(axis=2)[:, :, None])
    return Spread(
        percentile(float(estimate_decoder[0]), by_decoder),
        percentile(float(estimate_loss[0]), by_loss),
        percentile(float(estimate_decoder[0] - estimate_loss[0]), by_decoder - by_loss),
    )


def _ranges(means: Array) -> tuple[Array, Array]:
    """The range over the second axis, averaged over the first, and the other way round; NaN marks what is missing."""
    return (
        (np.nanmax(means, axis=1) - np.nanmin(means, axis=1)).mean(axis=0),
        (np.nanmax(means, axis=0) - np.nanmin(means, axis=0)).mean(axis=0),
    )


def paired_iou(one: Outcome, other: Outcome, seed: int) -> Interval:
    """IoU of `one` less that of `other`, each at its best rate, paired by seed."""
    return bootstrap_mean(one.trained.iou[one.best] - other.trained.iou[other.best], seed)
