"""The two sentences that answer the person: is exp(t_w) unstable, and how do the decoders compare?

They carry no predicate. Their wording is chosen from the figures, so that none can contradict them, and every numeral
is a placeholder.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from studyctl.lab import Run

from .measure import LOW_PRECISION, THROUGH_EXP, Results
from .methods import METHODS
from .outcomes import RIVALS, bound

SIGMOID = "`(2 sigma)^2`"
# Losses under which published detectors train exp; none of them squares the error of a decoded size with it.
IN_USE = ("giou", "log-l2")
LOSS_NAMES = {"log-l2": "log-space L2", "decoded-l2": "L2 on the decoded size", "giou": "GIoU"}


def state_conclusions(run: Run, out: Results) -> None:
    """State `width-stability` and `decoders`."""
    run.constant("methods", len(METHODS))
    run.constant("exp_methods", sum("exp" in method.map.name for method in METHODS))
    run.finding("width-stability", text=f"{_losses(out)}; {_clamping(out)}{_breaks(out)}.")
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
    """Yes or no by the losses that detectors train exp with, and how many failed where the first decoder fails."""
    verdicts = {loss: threshold_verdict(out, "sgd", loss) for loss in IN_USE}
    if all(verdict == "supported" for verdict in verdicts.values()):
        opening = "Yes"
    elif "supported" in verdicts.values():
        opening = "It depends on the loss"
    elif all(verdict == "refuted" for verdict in verdicts.values()):
        opening = "No"
    else:
        opening = "Not that these seeds show"
    (first, *others) = IN_USE
    return f"{opening}: under {LOSS_NAMES[first]}, float32 and SGD, {_counts(first, first=True)}" + "".join(
        f"; under {LOSS_NAMES[loss]} {_counts(loss)}" for loss in others
    )


def _counts(loss: str, *, first: bool = False) -> str:
    """How many trainings each decoder lost at the lowest rate at which half of one decoder's fail."""
    at = f"versus.sgd.{loss}"
    exp = f"exp failed {{{at}.exp.failed}} of {{seeds}}" if first else f"exp {{{at}.exp.failed}}"
    return f"{exp} at lr {{{at}.lr:.3g}}, {SIGMOID} {{{at}.squared-sigmoid.failed}}, linear {{{at}.linear.failed}}"


def _breaks(out: Results) -> str:
    """What does break: the square of a decoded size with exp, and areas in float16 with any decoder."""
    found = []
    if threshold_verdict(out, "sgd", "decoded-l2") == "supported":
        found.append(f"{LOSS_NAMES['decoded-l2']} ({_counts('decoded-l2')})")
    if area_with_every_decoder(out, "float16"):
        found.append("float16 areas (from {usable.float16.giou.exp.nonfinite_px:.0f} px, any decoder)")
    if not found:
        return ""
    return f"; {listed(found)} {'do' if len(found) > 1 else 'does' if 'L2' in found[0] else 'do'} break"


def area_with_every_decoder(out: Results, dtype: str) -> bool:
    """Whether GIoU stops being finite for its areas, at the same sizes with every decoder."""
    scans = [one for one in out.usables if (one.dtype, one.loss) == (dtype, "giou")]
    sizes = [one.nonfinite_px for one in scans]
    return bool(scans) and all(one.cause_above == "area" for one in scans) and max(sizes) < 1.1 * min(sizes) < math.inf


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
