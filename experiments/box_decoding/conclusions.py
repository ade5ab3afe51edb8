"""The two sentences that answer the person: is exp(t_w) unstable, and how do the decoders compare?

They carry no predicate. Their wording is chosen from the figures, so that none can contradict them, and every numeral
is a placeholder.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from studyctl.lab import Run

from .losses import LOSSES
from .measure import LOW_PRECISION, THROUGH_EXP, Results
from .methods import METHODS
from .outcomes import RIVALS, bound

SIGMOID = "`(2 sigma)^2`"
LOSS_NAMES = {"log-l2": "log-space L2", "decoded-l2": "L2 on the decoded size", "giou": "GIoU"}
VERDICTS = ("supported", "refuted", "inconclusive")


def state_conclusions(run: Run, out: Results) -> None:
    """State `width-stability` and `decoders`."""
    run.constant("methods", len(METHODS))
    run.constant("exp_methods", sum("exp" in method.map.name for method in METHODS))
    run.finding("width-stability", text=f"{_losses(out)}. {_float16(out)}; {_clamping(out)}.")
    run.finding("decoders", text=f"{_ranges(out)}. {_noise()}.")


def threshold_verdict(out: Results, optimizer: str, loss: str) -> str:
    """The verdict of `width-stability.LOSS`, by the comparison that its predicates state."""
    ratios = [out.thresholds[optimizer, loss, rival] for rival in RIVALS]
    if any(math.isnan(ratio.value) for ratio in ratios):
        return "inconclusive"
    if all(ratio.high < 1 for ratio in ratios):
        return "supported"
    return "refuted" if any(ratio.low >= 1 for ratio in ratios) else "inconclusive"


def ratio_to(out: Results, optimizer: str, loss: str, rival: str) -> str:
    """The placeholder of a ratio of thresholds, "at least" before it where exp never failed on the grid."""
    outcomes = out.outcomes
    limit = bound(outcomes[optimizer, loss, "exp"], outcomes[optimizer, loss, rival])
    return f"{limit} {{threshold.{optimizer}.{loss}.{rival}.ratio:.2f}}".lstrip()


def listed(words: Iterable[str]) -> str:
    """a; a and b; a, b and c."""
    *head, last = words
    return f"{', '.join(head)} and {last}" if head else last


def same(counts: Sequence[int]) -> bool:
    return len(set(counts)) == 1


def failed(out: Results, dtype: str, unit: str) -> list[int]:
    """How many trainings each decoder lost in a narrow format."""
    return [int(out.low[dtype, unit, decoder].failed.sum()) for decoder in LOW_PRECISION]


def _losses(out: Results) -> str:
    groups = {verdict: [x for x in LOSSES if threshold_verdict(out, "sgd", x) == verdict] for verdict in VERDICTS}
    if len(groups["supported"]) == len(LOSSES):
        opening = "Yes, under every loss tried"
    elif groups["supported"]:
        opening = "It depends on the loss"
    elif len(groups["refuted"]) == len(LOSSES):
        opening = "No, under none of the losses tried"
    else:
        opening = "Not that these seeds show"
    clauses: list[str] = []
    for verdict, tail in (("supported", ""), ("refuted", "no earlier"), ("inconclusive", "left open")):
        ratios = {loss: [ratio_to(out, "sgd", loss, rival) for rival in RIVALS] for loss in groups[verdict]}
        if not ratios:
            continue
        if clauses:
            named = listed(f"{LOSS_NAMES[loss]} ({', '.join(both)})" for loss, both in ratios.items())
            clauses.append(f"under {named} {tail}")
            continue
        (first, (sigmoid, linear)), *others = ratios.items()
        clause = (
            f"under {LOSS_NAMES[first]} (float32, SGD) exp fails at {sigmoid} times the learning rate of {SIGMOID} "
            f"and {linear} times linear's"
        )
        clauses.append(clause + "".join(f", under {LOSS_NAMES[loss]} at {' and '.join(both)}" for loss, both in others))
    return f"{opening}: {'; '.join(clauses)}"


def _float16(out: Results) -> str:
    names = {unit: [f"{{narrow.float16.{unit}.{d}.failed}}" for d in LOW_PRECISION] for unit in ("pixels", "anchors")}
    said = {unit: n[0] if same(failed(out, "float16", unit)) else listed(n) for unit, n in names.items()}
    pixels = f"{said['pixels']} of {{seeds}}"
    whose = "every decoder" if same(failed(out, "float16", "pixels")) else f"exp, {SIGMOID} and linear"
    return f"In float16, GIoU in pixels failed {pixels} with {whose}, in anchor units {said['anchors']}"


def _clamping(out: Results) -> str:
    found = [out.clamping[loss] for loss in THROUGH_EXP]
    if not any(one.nonfinite for one in found):
        return "clamping had no NaN run to save"
    if all(one.dead == one.nonfinite for one in found):
        return "clamping turned {clamping.all.nonfinite} NaN runs into {clamping.all.dead} dead ones"
    return (
        "of {clamping.all.nonfinite} NaN runs clamping left {clamping.all.dead} dead and saved {clamping.all.rescued}"
    )


def _ranges(out: Results) -> str:
    assert out.spread is not None  # compare_trainings ran
    difference = out.spread.difference
    if difference.low > 0:
        opening = "The decoder matters more than the loss"
    elif difference.high < 0:
        opening = "The decoder matters less than the loss"
    else:
        opening = "Neither decoder nor loss clearly matters more"
    return (
        f"{opening}: at each one's best rate, decoders differ by {{spread.decoders.iou:.3f}} IoU "
        "[{spread.decoders.lo:.3f}, {spread.decoders.hi:.3f}], losses by {spread.losses.iou:.3f} "
        "[{spread.losses.lo:.3f}, {spread.losses.hi:.3f}]"
    )


def _noise() -> str:
    return (
        "Of {methods} methods {exp_methods} use exp; noise costing {noise_loss:.2f} IoU at {noise_size:.0f} px costs a "
        f"{{noise.small_size:.1f}} px box {{noise.exp.small:.2f}} with exp, {{noise.squared-sigmoid.small:.2f}} with "
        f"{SIGMOID}, {{noise.distribution.small:.2f}} with DFL, {{noise.linear.small:.2f}} with linear"
    )
