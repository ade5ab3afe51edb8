"""The training comparison: train every combination, compare thresholds paired by seed, try the narrow formats.

The names of the metrics are listed in the package's docstring.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import get_args

import numpy as np

from studyctl.lab import Run

from .conditions import compare_conditions
from .intervals import wilson
from .losses import LOSSES
from .measure import LOW_PRECISION, THROUGH_EXP, Results
from .outcomes import (
    RIVALS,
    Outcome,
    Reached,
    clamping,
    outcome,
    paired_iou,
    rows,
    spread,
    threshold_ratio,
)
from .parameters import BoxDecoding
from .training import DECODERS, OPTIMIZERS, Problem, make_problem, train


def compare_trainings(p: BoxDecoding, run: Run, out: Results) -> None:
    """Train every combination, compare thresholds paired by seed, and try the narrow formats at the best rates."""
    rates = np.geomspace(p.rate_low, p.rate_high, p.rates)
    problem = make_problem(p.seeds, p.steps, p.seed)
    optimizers = OPTIMIZERS if p.adam else OPTIMIZERS[:1]
    combinations = [(o, loss, d) for o in optimizers for loss in LOSSES for d in DECODERS]
    for optimizer, loss, decoder in run.track(combinations, "training"):
        out.outcomes[optimizer, loss, decoder] = outcome(
            train(problem, loss, decoder, rates, optimizer=optimizer, momentum=p.momentum)
        )
    table = []
    for (by, loss, decoder), one in out.outcomes.items():
        name = f"train.{by}.{loss}.{decoder}"
        run.metrics(
            {
                f"{name}.best_lr": one.best_rate,
                f"{name}.best_iou": one.best_iou,
                f"{name}.fail_lr": one.fail_rate,
                f"{name}.margin": one.margin,
                f"{name}.nonfinite": int(one.trained.nonfinite.sum()),
                f"{name}.dead": int(one.dead.sum()),
                f"{name}.slow": int(one.slow.sum()),
            }
        )
        table += rows(one)
    run.metric("train.grid_step", float(rates[1] / rates[0]))
    for optimizer in optimizers:
        for loss in LOSSES:
            _compare(p, run, out, optimizer, loss)
    for loss in THROUGH_EXP:
        found = clamping(out.outcomes["sgd", loss, "exp"], out.outcomes["sgd", loss, "clamped-exp"])
        out.clamping[loss] = found
        run.metrics(
            {
                f"clamping.{loss}.nonfinite": found.nonfinite,
                f"clamping.{loss}.dead": found.dead,
                f"clamping.{loss}.rescued": found.rescued,
                f"clamping.{loss}.rescued.lo": found.share.low,
                f"clamping.{loss}.rescued.hi": found.share.high,
            }
        )
    total = {k: sum(getattr(out.clamping[loss], k) for loss in THROUGH_EXP) for k in ("nonfinite", "dead", "rescued")}
    share = wilson(total["rescued"], total["nonfinite"])
    run.metrics({f"clamping.all.{kind}": count for kind, count in total.items()})
    run.metrics({"clamping.all.rescued.lo": share.low, "clamping.all.rescued.hi": share.high})
    exps = [one for (_, loss, d), one in out.outcomes.items() if d == "exp" and loss in THROUGH_EXP]
    for of in get_args(Reached):
        reached = [t for one in exps if not math.isnan(t := one.largest_t(of))]
        out.reach[of] = max(reached, default=math.nan)
        run.metric(f"reach.{of}", out.reach[of])
    table += _low_precision(p, run, out, problem)
    table += compare_conditions(p, run, out, problem, rates)
    run.table("training", table, "k of n failed, with Wilson's interval, at every rate")
    _spread(p, run, out)


def _compare(p: BoxDecoding, run: Run, out: Results, optimizer: str, loss: str) -> None:
    """exp against its rivals: thresholds paired by seed, and counts at the lowest rate at which one of them fails."""
    exp = out.outcomes[optimizer, loss, "exp"]
    at = min(*(out.outcomes[optimizer, loss, d].fail for d in ("exp", *RIVALS)), exp.rates.size - 1)
    run.metric(f"versus.{optimizer}.{loss}.lr", float(exp.rates[at]))
    for decoder in DECODERS:
        one = out.outcomes[optimizer, loss, decoder]
        run.metric(f"versus.{optimizer}.{loss}.{decoder}.failed", int(one.failed[at].sum()))
        run.metric(f"versus.{optimizer}.{loss}.{decoder}.nonfinite", int(one.trained.nonfinite[at].sum()))
    for rival in RIVALS:
        found = threshold_ratio(exp, out.outcomes[optimizer, loss, rival], p.seed)
        out.thresholds[optimizer, loss, rival] = found
        name = f"threshold.{optimizer}.{loss}.{rival}"
        run.metrics({f"{name}.ratio": found.value, f"{name}.lo": found.low, f"{name}.hi": found.high})


def _low_precision(p: BoxDecoding, run: Run, out: Results, problem: Problem) -> list[dict[str, object]]:
    """GIoU in the narrow formats, at each decoder's best rate, on boxes in pixels and in units of the anchor."""
    table: list[dict[str, object]] = []
    for dtype in ("float16", "bfloat16"):
        for unit, scale in (("pixels", p.anchor), ("anchors", 1.0)):
            for decoder in LOW_PRECISION:
                best = out.outcomes["sgd", "giou", decoder]
                trained = train(
                    problem, "giou", decoder, [best.best_rate], momentum=p.momentum, dtype=dtype, unit=scale
                )
                # One rate has no best of its own: what float32 reaches is the measure.
                one = outcome(trained, best.best_iou)
                out.low[dtype, unit, decoder] = one
                share = wilson(int(one.failed.sum()), one.seeds)
                run.metrics(
                    {
                        f"narrow.{dtype}.{unit}.{decoder}.failed": int(one.failed.sum()),
                        f"narrow.{dtype}.{unit}.{decoder}.failed.lo": share.low,
                        f"narrow.{dtype}.{unit}.{decoder}.failed.hi": share.high,
                        f"narrow.{dtype}.{unit}.{decoder}.nonfinite": int(trained.nonfinite.sum()),
                        f"narrow.{dtype}.{unit}.{decoder}.iou": float(trained.iou.mean()),
                    }
                )
                table += [{**row, "loss": f"giou, {unit}"} for row in rows(one)]
    return table


def _spread(p: BoxDecoding, run: Run, out: Results) -> None:
    sgd: Mapping[tuple[str, str], Outcome] = {
        (loss, decoder): one for (o, loss, decoder), one in out.outcomes.items() if o == "sgd"
    }
    # A side below zero has no logarithm: nobody trains a linear output so, and its poor IoU there says nothing.
    found = spread({key: one for key, one in sgd.items() if key != ("log-l2", "linear")}, p.seed)
    out.spread = found
    for name, interval in (
        ("decoders", found.decoders),
        ("losses", found.losses),
        ("difference", found.difference),
        ("sigmoid-less-exp", paired_iou(sgd["giou", "squared-sigmoid"], sgd["giou", "exp"], p.seed)),
    ):
        run.metrics(
            {
                f"spread.{name}.iou": interval.value,
                f"spread.{name}.lo": interval.low,
                f"spread.{name}.hi": interval.high,
            }
        )
