"""What the figures come to: one finding a condition, each with predicates that could have come out either way.

Claims and texts are short; what is behind them stands in the tables and figures.
"""

from __future__ import annotations

import math

from studyctl.lab import Run

from .arithmetic import NARROW
from .conclusions import LOSS_NAMES, SIGMOID, failed, listed, ratio_to, same, state_conclusions
from .losses import LOSSES
from .measure import LOW_PRECISION, THROUGH_EXP, Factorial, Results
from .methods import DFL_BINS, METHODS
from .outcomes import RIVALS, bound
from .price import NEAR_LIMIT
from .training import EDGE

# The error of a width that is still called kept.
KEPT = 0.01
# The least distance in t that counts as a margin: a factor of two in the width.
MARGIN = math.log(2.0)
CAUSES = {"side": "the width itself", "area": "an area", "precision": "rounding"}


def state(run: Run, out: Results) -> None:
    """State every finding of the run."""
    state_conclusions(run, out)
    for optimizer in dict.fromkeys(optimizer for optimizer, _, _ in out.outcomes):
        for loss in LOSSES:
            _threshold(run, out, optimizer, loss)
    for optimizer, name in dict.fromkeys((optimizer, name) for optimizer, name, _ in out.guarded):
        _condition(run, out, optimizer, name)
    if out.factorial is not None:
        _factorial(run, out.factorial)
    for dtype in ("float16", "bfloat16"):
        _narrow_training(run, out, dtype)
    _clamping(run, out)
    for dtype in NARROW:
        _overflow(run, out, dtype)
    _clamp_order(run)
    _round_trip(run, out)
    _noise(run)
    _best_iou(run)
    _price(run)


def _threshold(run: Run, out: Results, optimizer: str, loss: str) -> None:
    ratio, at = f"threshold.{optimizer}.{loss}", f"versus.{optimizer}.{loss}"
    sigmoid, linear = (
        f"{ratio_to(out, optimizer, loss, rival)} [{{{ratio}.{rival}.lo:.2f}}, {{{ratio}.{rival}.hi:.2f}}]"
        for rival in RIVALS
    )
    why = ", whose sides below zero have no logarithm" if loss == "log-l2" else ""
    run.finding(
        f"width-stability.{loss}" + ("" if optimizer == "sgd" else f".{optimizer}"),
        claim=f"under {LOSS_NAMES[loss]}{' with Adam' if optimizer == 'adam' else ''}, exp fails at lower rates than "
        f"{SIGMOID} and linear",
        when=f"{ratio}.squared-sigmoid.hi < 1 and {ratio}.linear.hi < 1",
        unless=f"{ratio}.squared-sigmoid.lo >= 1 or {ratio}.linear.lo >= 1",
        text=f"exp's failing rate over that of {SIGMOID} is {sigmoid}, over linear's {linear}{why}. At rate "
        f"{{{at}.lr:.3g}} exp failed {{{at}.exp.failed}} of {{seeds}} ({{{at}.exp.nonfinite}} NaN), {SIGMOID} "
        f"{{{at}.squared-sigmoid.failed}}, linear {{{at}.linear.failed}}.",
    )


def _condition(run: Run, out: Results, optimizer: str, name: str) -> None:
    ratio, at = f"threshold.{optimizer}.{name}", f"condition.{optimizer}.{name}"
    limits = {
        rival: bound(out.guarded[optimizer, name, "exp"], out.guarded[optimizer, name, rival]) for rival in RIVALS
    }
    sigmoid, linear = (
        f"{limit} {{{ratio}.{rival}.ratio:.2f}} [{{{ratio}.{rival}.lo:.2f}}, {{{ratio}.{rival}.hi:.2f}}]".lstrip()
        for rival, limit in limits.items()
    )
    where = {"clip": "with clipped gradients", "warm-up": "with warm-up"}.get(name, f"and {name} (boxes in anchors)")
    whose = " (Adam)" if optimizer == "adam" else ""
    # A norm that is never reached guards nothing.
    acted = f"; the norm {{clip}} was exceeded at {{{at}.exp.clipped:.0%}} of its steps" if name == "clip" else ""
    run.finding(
        f"width-stability.giou.{name}" + ("" if optimizer == "sgd" else f".{optimizer}"),
        claim=f"under GIoU{whose} {where} exp fails at lower rates than {SIGMOID} and linear",
        when=f"{ratio}.squared-sigmoid.hi < 1 and {ratio}.linear.hi < 1",
        unless=f"{ratio}.squared-sigmoid.lo >= 1 or {ratio}.linear.lo >= 1",
        text=f"exp's failing rate over that of {SIGMOID} is {sigmoid}, over linear's {linear}; over exp's own in plain "
        f"float32 it is {{{at}.exp.moved:.2f}} [{{{at}.exp.moved.lo:.2f}}, {{{at}.exp.moved.hi:.2f}}]{acted}.",
    )


def _factorial(run: Run, found: Factorial) -> None:
    each = "; ".join(
        f"{{factorial.{loss}.first}} and {{factorial.{loss}.later}} of {{factorial.{loss}.conditions}} under "
        f"{LOSS_NAMES[loss]}"
        for loss in found.losses
    )
    run.finding(
        "width-stability.factorial",
        claim=f"in most conditions of the factorial, exp fails at lower rates than {SIGMOID}",
        when="factorial.all.first > factorial.all.conditions / 2",
        unless="factorial.all.first <= factorial.all.conditions / 2",
        text="At lower rates in {factorial.all.first}, at higher ones in {factorial.all.later} of "
        f"{{factorial.all.conditions}} (optimizer, loss, guard, format): {each}.",
    )


def _narrow_training(run: Run, out: Results, dtype: str) -> None:
    pixels, anchors = f"narrow.{dtype}.pixels", f"narrow.{dtype}.anchors"

    def counted(unit: str, name: str) -> str:
        interval = f" [{{{name}.exp.failed.lo:.2f}}, {{{name}.exp.failed.hi:.2f}}]"
        if same(failed(out, dtype, unit)):
            return f"{{{name}.exp.failed}} of {{seeds}}{interval} with every decoder"
        rest = listed(f"{{{name}.{decoder}.failed}}" for decoder in LOW_PRECISION[1:])
        return f"{{{name}.exp.failed}} of {{seeds}}{interval} with exp, {rest} with {SIGMOID} and linear"

    run.finding(
        f"width-stability.{dtype}",
        claim=f"in {dtype}, GIoU in pixels fails more often with exp than with {SIGMOID} and linear",
        when=f"{pixels}.exp.failed.lo > max({pixels}.squared-sigmoid.failed.hi, {pixels}.linear.failed.hi)",
        unless=f"{pixels}.exp.failed <= max({pixels}.squared-sigmoid.failed, {pixels}.linear.failed)",
        text=f"At each one's best rate of float32, boxes in pixels failed {counted('pixels', pixels)}; boxes in units "
        f"of the {{anchor:.0f}} px anchor {counted('anchors', anchors)}.",
    )


def _clamping(run: Run, out: Results) -> None:
    lost = [loss for loss in THROUGH_EXP if out.clamping[loss].nonfinite] or list(THROUGH_EXP)
    shares = [f"clamping.{loss}.rescued" for loss in lost]
    counts = ", ".join(f"{{clamping.{loss}.nonfinite}} under {LOSS_NAMES[loss]}" for loss in lost)
    run.finding(
        "width-stability.clamping",
        claim="clamping t before exp saves the trainings that exp loses to NaN",
        when=" and ".join(f"{share}.lo > 0.5" for share in shares),
        unless=" and ".join(f"{share}.hi < 0.5" for share in shares),
        text=f"Under SGD exp lost {{clamping.all.nonfinite}} trainings ({counts}); with t clamped "
        "{clamping.all.dead} were finite but dead (below half of the best IoU), and {clamping.all.rescued} saved: a "
        "share in [{clamping.all.rescued.lo:.3f}, {clamping.all.rescued.hi:.3f}].",
    )


def _overflow(run: Run, out: Results, dtype: str) -> None:
    # That an area overflows before the width does, and no width of an image, holds by construction: the claim is about
    # the logits that training comes to.
    side = f"limit.{dtype}.side_t"
    failing = "" if math.isnan(out.reach["failed"]) else ", failing ones {reach.failed:.2f}"
    run.finding(
        f"overflow.{dtype}",
        claim=f"in {dtype}, exp overflows at logits that training reaches at rates without failures",
        when=f"reach.safe >= {side}",
        unless=f"reach.safe < {side} - {MARGIN:.4f}",
        text=f"exp times the {{anchor:.0f}} px anchor overflows at t = {{{side}:.2f}}; such trainings reached "
        f"{{reach.safe:.2f}}{failing}. {_giou(out, dtype)}.",
    )


def _giou(out: Results, dtype: str) -> str:
    """The sizes at which GIoU with exp is wrong and not finite, with the cause: areas overflow for any decoder."""
    scans = {u.decoder: u for u in out.usables if (u.dtype, u.loss) == (dtype, "giou")}
    name, exp = f"usable.{dtype}.giou.exp", scans["exp"]
    if math.isnan(exp.from_px):
        return "GIoU is over {tolerance:.0%} off at every size"
    off = [f"below {{{name}.from_px:.3g}} px (rounding)"] if exp.from_px > 0 else []
    cause = CAUSES.get(exp.cause_above, "")
    if all(u.cause_above == exp.cause_above and u.to_px < 1.1 * exp.to_px for u in scans.values()):
        cause += ", with every decoder"
    if exp.to_px < exp.nonfinite_px:
        off.append(f"from {{{name}.to_px:.3g}} px ({cause})")
    parts = [f"over {{tolerance:.0%}} off {' and '.join(off)}"] if off else []
    if math.isfinite(exp.nonfinite_px):
        parts.append(
            f"not finite from {{{name}.nonfinite_px:.3g}} px" + ("" if exp.to_px < exp.nonfinite_px else f" ({cause})")
        )
    return f"GIoU is {' and '.join(parts)}" if parts else "GIoU is right at every size tried"


def _clamp_order(run: Run) -> None:
    def figures(kind: str) -> str:
        return ", ".join(f"clamp-order.{dtype}.{kind}.nan_gradients" for dtype in NARROW)

    starts = listed(f"{{clamp-order.{dtype}.after.first_nan_t:.2f}} ({dtype})" for dtype in NARROW)
    counts = listed(f"{{clamp-order.{dtype}.before.nan_gradients}}" for dtype in NARROW)
    run.finding(
        "clamp-order",
        claim="clamping exp's result instead of t makes the gradient NaN where exp overflows",
        when=f"min({figures('after')}) > 0 and max({figures('before')}) == 0",
        unless=f"max({figures('after')}) <= max({figures('before')})",
        text=f"Clamped after exp, the value is finite but the gradient NaN from t = {starts} on; with t clamped first, "
        f"{counts} of {{clamp-order.points}} gradients are NaN.",
    )


def _round_trip(run: Run, out: Results) -> None:
    worst = max((t for t in out.trips if t.dtype == "bfloat16"), key=lambda t: t.typical_width_error)
    method = next(m for m in METHODS if m.key == worst.method)
    why = ", sides from rounded corners" if method.coding == "sides" else ""
    run.finding(
        "decoders.round-trip",
        claim="every method brings a box's width through bfloat16 within one percent (rms)",
        when=f"roundtrip.bfloat16.worst < {KEPT}",
        unless=f"roundtrip.bfloat16.worst >= {KEPT}",
        text=f"The worst, {method.title}{why}, is {{roundtrip.bfloat16.worst:.1%}} off over {{boxes}} boxes, RetinaNet "
        "{roundtrip.bfloat16.retinanet:.2%}, YOLOv5 {roundtrip.bfloat16.yolov5:.2%}; "
        "{roundtrip.bfloat16.yolov3.lost:.0%} of YOLOv3's centres round to their cell's edge and have no finite logit.",
    )


def _noise(run: Run) -> None:
    exp, sigmoid, linear = (f"noise.{family}.small" for family in ("exp", "squared-sigmoid", "linear"))
    run.finding(
        "decoders.noise",
        claim=f"for small boxes under noise, {SIGMOID} is nearer to exp than to linear",
        when=f"{sigmoid}.hi - {exp}.lo < {linear}.lo - {sigmoid}.hi",
        unless=f"{sigmoid}.lo - {exp}.hi > {linear}.hi - {sigmoid}.lo",
        text="Noise of {noise_loss:.2f} IoU at {noise_size:.0f} px costs, at {noise.small_size:.1f} px, "
        f"{{{exp}:.3f}} with exp (by construction), {{{sigmoid}:.3f}} [{{{sigmoid}.lo:.3f}}, {{{sigmoid}.hi:.3f}}] "
        f"with {SIGMOID}, {{{linear}:.3f}} [{{{linear}.lo:.3f}}, {{{linear}.hi:.3f}}] with linear; at "
        f"{{noise.large_size:.0f}} px {SIGMOID} costs {{noise.squared-sigmoid.large:.3f}}.",
    )


def _best_iou(run: Run) -> None:
    run.finding(
        "decoders.best-iou",
        claim="the choice of decoder matters more to the best IoU than the choice of loss",
        when="spread.difference.lo > 0",
        unless="spread.difference.hi < 0",
        text="IoU at the best rates ranges over {spread.decoders.iou:.3f} between decoders and "
        "{spread.losses.iou:.3f} between losses: {spread.difference.iou:+.3f} [{spread.difference.lo:+.3f}, "
        "{spread.difference.hi:+.3f}] apart, over {seeds} seeds (SGD, float32).",
    )
    difference = "spread.sigmoid-less-exp"
    run.finding(
        "decoders.best-iou.giou",
        claim=f"under GIoU, {SIGMOID} reaches a higher IoU than exp",
        when=f"{difference}.lo > 0",
        unless=f"{difference}.hi < 0",
        text=f"{SIGMOID} less exp, each at its best rate: {{{difference}.iou:+.3f}} [{{{difference}.lo:+.3f}}, "
        f"{{{difference}.hi:+.3f}}], paired over {{seeds}} seeds ({{train.sgd.giou.squared-sigmoid.best_iou:.3f}} "
        "against {train.sgd.giou.exp.best_iou:.3f}).",
    )


def _price(run: Run) -> None:
    run.constant("edge_anchors", EDGE)
    run.constant("near_limit", NEAR_LIMIT)
    run.constant("bins", DFL_BINS)
    edge, everywhere = "price.squared-sigmoid.edge", "price.squared-sigmoid.all"
    run.finding(
        "decoders.price.squared-sigmoid",
        claim=f"near its limit, {SIGMOID} reaches a lower IoU than exp",
        when=f"{edge}.hi < 0",
        unless=f"{edge}.lo > 0",
        text=f"{SIGMOID} less exp (GIoU, best rates): {{{edge}.iou:+.3f}} [{{{edge}.lo:+.3f}}, {{{edge}.hi:+.3f}}] on "
        f"boxes with a side above {{edge_anchors:.0f}} anchors, {{{everywhere}.iou:+.3f}} on all; at {{near_limit}} "
        "anchors a unit of t is worth {price.squared-sigmoid.slope:.1%} of a width.",
    )
    run.finding(
        "decoders.price.distribution",
        claim="DFL's range costs more than a hundredth of IoU at the strides of anchors",
        when=f"price.yolov8.lost > {KEPT}",
        unless=f"price.yolov8.lost <= {KEPT}",
        text="Of {boxes} boxes {price.yolov8.beyond:.1%} are beyond it and lose {price.yolov8.lost_there:.2f} IoU, "
        "over all {price.yolov8.lost:.4f}: {bins} bins a side end at {dfl_limit_8:.0f} px at the finest stride, "
        f"{{dfl_limit_32:.0f}} at the coarsest. {SIGMOID}'s limit at the best anchors costs {{price.yolov5.lost:.4f}}.",
    )
