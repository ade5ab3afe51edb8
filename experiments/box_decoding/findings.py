"""What the figures come to: one finding a condition, each with predicates that could have come out either way.

The two conclusions (`width-stability`, `decoders`) carry no predicate. Their sentences are chosen from the figures, so
that no wording can contradict them, and every numeral is a placeholder.
"""

from __future__ import annotations

import math

from studyctl.lab import Run

from .arithmetic import NARROW
from .losses import LOSSES
from .measure import LOW_PRECISION, THROUGH_EXP, Results
from .methods import METHODS
from .outcomes import RIVALS

# The error of a width that is still called kept.
KEPT = 0.01
# The least distance in t that counts as a margin: a factor of two in the width.
MARGIN = math.log(2.0)

LOSS_NAMES = {
    "log-l2": "a squared error of the size's logarithm",
    "decoded-l2": "a squared error on the decoded size",
    "giou": "GIoU",
}
OPTIMIZER_NAMES = {"sgd": "SGD with momentum", "adam": "Adam"}


def state(run: Run, out: Results) -> None:
    """State every finding of the run."""
    run.constant("methods", len(METHODS))
    run.constant("exp_methods", sum("exp" in method.map.name for method in METHODS))
    _width_stability(run, out)
    for optimizer in dict.fromkeys(optimizer for optimizer, _, _ in out.outcomes):
        for loss in LOSSES:
            _threshold(run, optimizer, loss)
    for loss in THROUGH_EXP:
        _clamping(run, out, loss)
    for dtype in ("float16", "bfloat16"):
        _narrow_training(run, dtype)
    for dtype in NARROW:
        _overflow(run, out, dtype)
    _clamp_order(run)
    _decoders(run, out)
    _round_trip(run, out)
    _noise(run)
    _best_iou(run)


def threshold_verdict(out: Results, optimizer: str, loss: str) -> str:
    """The verdict of `width-stability.LOSS`, by the comparison that its predicates state."""
    ratios = [out.thresholds[optimizer, loss, rival] for rival in RIVALS]
    if any(math.isnan(ratio.value) for ratio in ratios):
        return "inconclusive"
    if all(ratio.high < 1 for ratio in ratios):
        return "supported"
    return "refuted" if any(ratio.low >= 1 for ratio in ratios) else "inconclusive"


def _width_stability(run: Run, out: Results) -> None:
    verdicts = {loss: threshold_verdict(out, "sgd", loss) for loss in LOSSES}
    groups = {
        verdict: [loss for loss in LOSSES if verdicts[loss] == verdict]
        for verdict in ("supported", "refuted", "inconclusive")
    }
    if len(groups["supported"]) == len(LOSSES):
        answer = "Yes, with every loss tried"
    elif len(groups["refuted"]) == len(LOSSES):
        answer = "No, with none of the losses tried"
    else:
        answer = "It depends on the loss and on the number format"
    clauses = [
        "under GIoU in float32, exp failed {versus.sgd.giou.exp.failed} of {seeds} trainings at rate "
        "{versus.sgd.giou.lr:.3g}, the squared sigmoid {versus.sgd.giou.squared-sigmoid.failed}, linear "
        "{versus.sgd.giou.linear.failed}",
        _clamping_clause(out),
    ]
    for verdict, wording in (
        ("supported", "exp fails first with"),
        ("refuted", "it does not fail before both others with"),
        ("inconclusive", "these seeds leave it open with"),
    ):
        if groups[verdict]:
            named = " and ".join(
                f"{LOSS_NAMES[loss]} (at {{threshold.sgd.{loss}.squared-sigmoid.ratio:.3g}} times the squared "
                f"sigmoid's rate and {{threshold.sgd.{loss}.linear.ratio:.3g}} times linear's)"
                for loss in groups[verdict]
            )
            clauses.append(f"{wording} {named}")
    clauses.append(_float16_clause(out))
    run.finding("width-stability", text=f"{answer}: {'; '.join(clauses)}.")


def _clamping_clause(out: Results) -> str:
    found = [out.clamping[loss] for loss in THROUGH_EXP]
    if not any(one.nonfinite for one in found):
        return "no training with exp stopped being finite, so that a clamp had nothing to save"
    saved = " and saved {clamping.all.rescued}" if any(one.rescued for one in found) else ""
    return f"clamping t turned {{clamping.all.nonfinite}} NaN runs into {{clamping.all.dead}} dead ones{saved}"


def _float16_clause(out: Results) -> str:
    pixels = [int(out.low["float16", "pixels", decoder].failed.sum()) for decoder in LOW_PRECISION]
    anchors = [int(out.low["float16", "anchors", decoder].failed.sum()) for decoder in LOW_PRECISION]
    counts = ", ".join(f"{{narrow.float16.pixels.{decoder}.failed}}" for decoder in LOW_PRECISION)
    rest = ", ".join(f"{{narrow.float16.anchors.{decoder}.failed}}" for decoder in LOW_PRECISION)
    if min(pixels) > max(anchors):
        opening = "in float16 the unit decides and not the decoder"
    elif max(pixels) == max(anchors) == 0:
        opening = "in float16 no decoder failed at its best rate"
    else:
        opening = "in float16 the counts differ by decoder"
    return (
        f"{opening}: GIoU in pixels, whose areas overflow from {{limit.float16.area_px.least:.0f}} px on, failed "
        f"{counts} of {{seeds}} (exp, squared sigmoid, linear), in units of the anchor {rest}"
    )


def _threshold(run: Run, optimizer: str, loss: str) -> None:
    ratio, at = f"threshold.{optimizer}.{loss}", f"versus.{optimizer}.{loss}"
    train = f"train.{optimizer}.{loss}"
    counts = ", ".join(
        f"{decoder} {{{at}.{decoder}.failed}} ({{{at}.{decoder}.nonfinite}})"
        for decoder in ("exp", "clamped-exp", "squared-sigmoid", "linear")
    )
    margins = ", ".join(
        f"{decoder} {{{train}.{decoder}.margin:.3g}}" for decoder in ("exp", "squared-sigmoid", "linear")
    )
    run.finding(
        f"width-stability.{loss}" + ("" if optimizer == "sgd" else f".{optimizer}"),
        claim=f"with {LOSS_NAMES[loss]}, under {OPTIMIZER_NAMES[optimizer]} in float32, exp makes training fail at "
        "lower learning rates than the squared sigmoid and the linear decoder do",
        when=f"{ratio}.squared-sigmoid.hi < 1 and {ratio}.linear.hi < 1",
        unless=f"{ratio}.squared-sigmoid.lo >= 1 or {ratio}.linear.lo >= 1",
        text=f"The rate at which exp fails is {{{ratio}.squared-sigmoid.ratio:.2f}} "
        f"[{{{ratio}.squared-sigmoid.lo:.2f}}, {{{ratio}.squared-sigmoid.hi:.2f}}] times the squared sigmoid's and "
        f"{{{ratio}.linear.ratio:.2f}} [{{{ratio}.linear.lo:.2f}}, {{{ratio}.linear.hi:.2f}}] times linear's, paired "
        "over {seeds} seeds, on a grid in steps of {train.grid_step:.2f}. Failed (of them not finite) of {seeds} at "
        f"rate {{{at}.lr:.3g}}: {counts}. Failing over best rate: {margins}.",
    )


def _clamping(run: Run, out: Results, loss: str) -> None:
    name = f"clamping.{loss}"
    if out.clamping[loss].nonfinite:
        text = (
            f"Of the {{{name}.nonfinite}} trainings (rate and seed) in which exp stopped being finite, clamping t "
            f"before exp left {{{name}.dead}} finite but dead, and rescued {{{name}.rescued}}: a share between "
            f"{{{name}.rescued.lo:.2f}} and {{{name}.rescued.hi:.2f}}."
        )
    else:
        text = f"With exp alone {{{name}.nonfinite}} trainings stopped being finite: clamping had nothing to save."
    run.finding(
        f"width-stability.clamping.{loss}",
        claim=f"with {LOSS_NAMES[loss]} under SGD, clamping t before exp saves the trainings that exp loses",
        when=f"{name}.rescued.lo > 0.5",
        unless=f"{name}.rescued.hi < 0.5",
        text=text,
    )


def _narrow_training(run: Run, dtype: str) -> None:
    pixels, anchors = f"narrow.{dtype}.pixels", f"narrow.{dtype}.anchors"
    run.finding(
        f"width-stability.{dtype}",
        claim=f"in {dtype}, GIoU on boxes in pixels loses trainings with exp that it keeps with the other decoders",
        when=f"{pixels}.exp.failed.lo > max({pixels}.squared-sigmoid.failed.hi, {pixels}.linear.failed.hi)",
        unless=f"{pixels}.exp.failed <= max({pixels}.squared-sigmoid.failed, {pixels}.linear.failed)",
        text=f"At each one's best rate of float32, GIoU in {dtype} on boxes in pixels (anchor {{anchor:.0f}}) failed "
        f"{{{pixels}.exp.failed}} of {{seeds}} with exp, {{{pixels}.squared-sigmoid.failed}} with the squared sigmoid "
        f"and {{{pixels}.linear.failed}} with linear; on boxes in units of the anchor {{{anchors}.exp.failed}}, "
        f"{{{anchors}.squared-sigmoid.failed}} and {{{anchors}.linear.failed}}.",
    )


def _overflow(run: Run, out: Results, dtype: str) -> None:
    side = f"limit.{dtype}.side_t"
    run.finding(
        f"overflow.{dtype}",
        claim=f"in {dtype}, exp overflows at logits that a surviving training reaches",
        when=f"reach.survived >= {side}",
        unless=f"reach.survived < {side} - {MARGIN:.4f}",
        text=f"With an anchor of {{anchor:.0f}} px the decoded width overflows {dtype} at t = {{{side}:.2f}}; "
        "surviving trainings (float32, losses through exp) reached t = {reach.survived:.2f}, failing ones "
        "{reach.failed:.2f}.",
    )
    exp, linear = f"limit.{dtype}.giou.exp.area_px", f"limit.{dtype}.giou.linear.area_px"
    scans = [a for a in out.runaways if a.dtype == dtype and a.loss == "giou"]
    never = [a.decoder for a in scans if math.isinf(a.first["area"])]
    others = f" ({' and '.join(never)} never decode to it)" if never else ", and so with every other decoder"
    run.finding(
        f"overflow.{dtype}.area",
        claim=f"in {dtype}, the areas in GIoU overflow at smaller boxes with exp than with a linear decoder",
        when=f"{exp} < {linear} * 0.9",
        unless=f"{exp} >= {linear} * 0.9",
        text=f"In {dtype} the areas in GIoU overflow at a side of {{{exp}:.4g}} px with exp and {{{linear}:.4g}} px "
        f"with the linear decoder{others}; target {{target:.0f}} px, image {{image:.0f}} px.",
    )
    small, large = f"usable.{dtype}.giou.exp.from_px", f"usable.{dtype}.giou.exp.to_px"
    least = f"usable.{dtype}.giou.linear.from_px"
    fits = next(u for u in out.usables if (u.dtype, u.loss, u.decoder) == (dtype, "giou", "exp"))
    below = f"below a side of {{{small}:.3g}} px (linear: {{{least}:.3g}})" if fits.from_px > 0 else "at no small side"
    run.finding(
        f"overflow.{dtype}.precision",
        claim=f"in {dtype}, rounding spoils GIoU for larger boxes with exp than with a linear decoder",
        when=f"{small} > 1.5 * {least}",
        unless=f"{small} <= 1.5 * {least}",
        text=f"In {dtype} with exp, GIoU or its gradient is more than {{tolerance:.0%}} off at more than a tenth of "
        f"the places in an image of {{image:.0f}} px {below}, and from {{{large}:.4g}} px on.",
    )


def _clamp_order(run: Run) -> None:
    def figures(kind: str) -> str:
        return ", ".join(f"clamp-order.{dtype}.{kind}.nan_gradients" for dtype in NARROW)

    starts = ", ".join(f"{{clamp-order.{dtype}.after.first_nan_t:.2f}} ({dtype})" for dtype in NARROW)
    counts = ", ".join(f"{{clamp-order.{dtype}.after.nan_gradients}}" for dtype in NARROW)
    before = ", ".join(f"{{clamp-order.{dtype}.before.nan_gradients}}" for dtype in NARROW)
    run.finding(
        "clamp-order",
        claim="clamping the result of exp, instead of t before it, makes the gradient NaN where exp overflows",
        when=f"min({figures('after')}) > 0 and max({figures('before')}) == 0",
        unless=f"max({figures('after')}) <= max({figures('before')})",
        text=f"With the clamp after exp the value stays finite and the gradient is NaN (`0*inf`) from t = {starts} on: "
        f"{counts} of {{clamp-order.points}} points. With t clamped first {before} gradients are NaN.",
    )


def _decoders(run: Run, out: Results) -> None:
    assert out.spread is not None  # measure_training ran
    difference = out.spread.difference
    if difference.low > 0:
        compared = "the choice of decoder matters more than the choice of loss"
    elif difference.high < 0:
        compared = "the choice of loss matters more than the choice of decoder"
    else:
        compared = "neither choice matters more than the other within these seeds"
    run.finding(
        "decoders",
        text="At each one's best rate, decoders differ by {spread.decoders.iou:.3f} IoU [{spread.decoders.lo:.3f}, "
        "{spread.decoders.hi:.3f}] and losses by {spread.losses.iou:.3f} [{spread.losses.lo:.3f}, "
        f"{{spread.losses.hi:.3f}}]: {compared}. "
        "{exp_methods} of the {methods} methods compared decode a side with exp, where noise costs every size alike. "
        "Noise that costs {noise_loss:.2f} IoU at {noise_size:.0f} px costs, at {noise.small_size:.1f} px, "
        "{noise.exp.small:.2f} with exp, {noise.squared-sigmoid.small:.2f} with the squared sigmoid, "
        "{noise.distribution.small:.2f} with a distribution over bins and {noise.linear.small:.2f} with a linear "
        "output.",
    )


def _round_trip(run: Run, out: Results) -> None:
    worst = max((t for t in out.trips if t.dtype == "bfloat16"), key=lambda t: t.typical_width_error)
    method = next(m for m in METHODS if m.key == worst.method)
    why = ", whose two sides start from rounded corners" if method.coding == "sides" else ""
    run.finding(
        "decoders.round-trip",
        claim="every method's encoding brings a width through bfloat16 with an error below one percent (rms)",
        when=f"roundtrip.bfloat16.worst < {KEPT}",
        unless=f"roundtrip.bfloat16.worst >= {KEPT}",
        text="Encoding and decoding in bfloat16 moves a width by {roundtrip.bfloat16.worst:.1%} (rms) with "
        f"{method.title}{why}, "
        "by {roundtrip.bfloat16.retinanet:.2%} with RetinaNet, {roundtrip.bfloat16.yolov5:.2%} with YOLOv5 and "
        "{roundtrip.bfloat16.centernet:.2%} with CenterNet. For {roundtrip.bfloat16.yolov3.lost:.0%} of the boxes "
        "YOLOv3's centre rounds to its cell's edge and has no finite encoding ({roundtrip.bfloat16.yolov4.lost:.0%} "
        "with YOLOv4). Out of reach, of boxes of any aspect with their best YOLOv3 anchor or its stride: "
        "{range.yolov5.unreachable:.0%} for YOLOv5, {range.yolov8.unreachable:.0%} for YOLOv8, "
        "{range.yolov4.unreachable:.0%} for YOLOv4.",
    )


def _noise(run: Run) -> None:
    run.finding(
        "decoders.noise",
        claim="noise of equal cost at one size costs small boxes less with exp than with any decoder that is not exp",
        when="noise.exp.small.hi < noise.others.small.least",
        unless="noise.exp.small.lo > noise.others.small.least",
        text="Noise that costs {noise_loss:.2f} IoU at {noise_size:.0f} px costs {noise.exp.small:.3f} at "
        "{noise.small_size:.1f} px with exp (flat by construction), {noise.others.small.least:.3f} to "
        "{noise.others.small.most:.3f} with the others, whose loss over size s goes as s to the power of "
        "{noise.sigmoid.slope:.2f} (sigmoid), {noise.square.slope:.2f} (square), "
        "{noise.squared-sigmoid.slope:.2f} (squared sigmoid), {noise.distribution.slope:.2f} (distribution), "
        "{noise.linear.slope:.2f} (linear); at the largest size exp costs {noise.exp.large:.3f} and the squared "
        "sigmoid {noise.squared-sigmoid.large:.3f}.",
    )


def _best_iou(run: Run) -> None:
    run.finding(
        "decoders.best-iou",
        claim="at each one's best learning rate, the choice of decoder matters more to IoU than the choice of loss",
        when="spread.difference.lo > 0",
        unless="spread.difference.hi < 0",
        text="Mean IoU ranges over {spread.decoders.iou:.3f} [{spread.decoders.lo:.3f}, {spread.decoders.hi:.3f}] "
        "between decoders (mean over losses) and over {spread.losses.iou:.3f} [{spread.losses.lo:.3f}, "
        "{spread.losses.hi:.3f}] between losses (mean over decoders); the difference is "
        "{spread.difference.iou:+.3f} [{spread.difference.lo:+.3f}, {spread.difference.hi:+.3f}], bootstrapped over "
        "{seeds} seeds (SGD, float32; linear is left out under the squared error of the logarithm, which is undefined "
        "below zero).",
    )
    run.finding(
        "decoders.best-iou.squared-sigmoid",
        claim="under GIoU, at each one's best learning rate, the squared sigmoid reaches a higher IoU than exp",
        when="spread.sigmoid-less-exp.lo > 0",
        unless="spread.sigmoid-less-exp.hi < 0",
        text="The squared sigmoid's IoU less exp's is {spread.sigmoid-less-exp.iou:+.3f} "
        "[{spread.sigmoid-less-exp.lo:+.3f}, {spread.sigmoid-less-exp.hi:+.3f}], paired over {seeds} seeds, each "
        "at its best rate: {train.sgd.giou.squared-sigmoid.best_iou:.3f} against {train.sgd.giou.exp.best_iou:.3f}.",
    )
