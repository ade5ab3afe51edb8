"""Training under what else may decide whether exp diverges: clipped gradients, warm-up, narrow number formats.

`compare_conditions` varies one thing at a time under GIoU; with the parameter `factorial` every loss, decoder,
optimizer, guard and format meets every other. Boxes are in units of the anchor here, so that no area overflows:
what pixels do to float16 is `compare`'s and `limits`' matter. The names of the metrics are in the package's docstring.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable

from studyctl.lab import Run

from .arithmetic import NARROW, Array
from .losses import LOSSES
from .measure import LOW_PRECISION, Factorial, Results
from .outcomes import RIVALS, Outcome, outcome, rows, threshold_ratio
from .parameters import BoxDecoding
from .training import DECODERS, GUARDS, OPTIMIZERS, Guard, Optimizer, Problem, train

# What is varied under GIoU: a guard in float32, or a format without a guard.
CONDITIONS: dict[str, tuple[Guard, str]] = {
    "clip": ("clip", "float32"),
    "warm-up": ("warm-up", "float32"),
    "float16": ("none", "float16"),
    "bfloat16": ("none", "bfloat16"),
}


def compare_conditions(
    p: BoxDecoding, run: Run, out: Results, problem: Problem, rates: Array
) -> list[dict[str, object]]:
    """Train under each condition, and compare thresholds with the rivals' and with those of plain float32."""
    optimizers = OPTIMIZERS if p.adam else OPTIMIZERS[:1]
    table: list[dict[str, object]] = []
    tried = list(itertools.product(optimizers, CONDITIONS))
    for optimizer, name, decoder in run.track([(*one, d) for one in tried for d in LOW_PRECISION], "conditions"):
        guard, dtype = CONDITIONS[name]
        one = _outcome(p, problem, rates, "giou", decoder, optimizer, guard, dtype)
        out.guarded[optimizer, name, decoder] = one
        at = f"condition.{optimizer}.{name}"
        gain = threshold_ratio(one, out.outcomes[optimizer, "giou", decoder], p.seed)
        run.metrics(
            {
                f"{at}.{decoder}.best_lr": one.best_rate,
                f"{at}.{decoder}.best_iou": one.best_iou,
                f"{at}.{decoder}.fail_lr": one.fail_rate,
                f"{at}.{decoder}.margin": one.margin,
                f"{at}.{decoder}.nonfinite": int(one.trained.nonfinite.sum()),
                f"{at}.{decoder}.dead": int(one.dead.sum()),
                f"{at}.{decoder}.moved": gain.value,
                f"{at}.{decoder}.moved.lo": gain.low,
                f"{at}.{decoder}.moved.hi": gain.high,
            }
        )
        if guard == "clip" and one.trained.clipped is not None:
            run.metric(f"{at}.{decoder}.clipped", float(one.trained.clipped[one.best].mean()))
        table += rows(one)
    for optimizer, name in tried:
        exp = out.guarded[optimizer, name, "exp"]
        for rival in RIVALS:
            found = threshold_ratio(exp, out.guarded[optimizer, name, rival], p.seed)
            out.thresholds[optimizer, name, rival] = found
            ratio = f"threshold.{optimizer}.{name}.{rival}"
            run.metrics({f"{ratio}.ratio": found.value, f"{ratio}.lo": found.low, f"{ratio}.hi": found.high})
    if p.factorial:
        table += _factorial(p, run, out, problem, rates, optimizers)
    return table


def _outcome(
    p: BoxDecoding,
    problem: Problem,
    rates: Array,
    loss: str,
    decoder: str,
    optimizer: Optimizer,
    guard: Guard,
    dtype: str,
) -> Outcome:
    return outcome(
        train(
            problem,
            loss,
            decoder,
            rates,
            optimizer=optimizer,
            momentum=p.momentum,
            dtype=dtype,
            guard=guard,
            clip=p.clip,
            warm_up=p.warm_up,
        )
    )


def _factorial(
    p: BoxDecoding, run: Run, out: Results, problem: Problem, rates: Array, optimizers: Iterable[Optimizer]
) -> list[dict[str, object]]:
    """Every condition with every loss and decoder; what was trained already is taken over."""
    table: list[dict[str, object]] = []
    factors: list[dict[str, object]] = []
    counts = {loss: [0, 0, 0] for loss in LOSSES}
    settings = list(itertools.product(optimizers, LOSSES, GUARDS, NARROW))
    known = {(o, loss, "none", "float32", d): one for (o, loss, d), one in out.outcomes.items()}
    known |= {(o, "giou", *CONDITIONS[name], d): one for (o, name, d), one in out.guarded.items()}
    for optimizer, loss, guard, dtype in run.track(settings, "factorial"):
        found: dict[str, Outcome] = {}
        for decoder in DECODERS:
            one = known.get((optimizer, loss, guard, dtype, decoder))
            if one is None:
                one = _outcome(p, problem, rates, loss, decoder, optimizer, guard, dtype)
                table += rows(one)
            found[decoder] = one
            row: dict[str, object] = {"optimizer": optimizer, "loss": loss, "guard": guard, "dtype": dtype}
            row |= {"decoder": decoder, "best_lr": one.best_rate, "best_iou": one.best_iou, "fail_lr": one.fail_rate}
            row |= {"margin": one.margin, "nonfinite": int(one.trained.nonfinite.sum()), "dead": int(one.dead.sum())}
            factors.append(row)
        ratio = threshold_ratio(found["exp"], found["squared-sigmoid"], p.seed)
        which = 1 if ratio.high < 1 else 2 if ratio.low > 1 else None
        counts[loss][0] += 1
        if which is not None:
            counts[loss][which] += 1
    total = [sum(each) for each in zip(*counts.values(), strict=True)]
    out.factorial = Factorial(total[0], total[1], total[2], {x: (c[0], c[1], c[2]) for x, c in counts.items()})
    for name, (several, first, later) in {"all": tuple(total), **out.factorial.losses}.items():
        run.metrics(
            {
                f"factorial.{name}.conditions": several,
                f"factorial.{name}.first": first,
                f"factorial.{name}.later": later,
            }
        )
    run.table("factorial", factors, "Every loss, decoder, optimizer, guard and number format with every other")
    return table
