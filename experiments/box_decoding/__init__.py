"""Is exp(t_w) an unstable way to decode a box's width, and how do detectors' decoders compare?

A detector predicts a raw number t, and a box's width is a function of it: anchor * exp(t) in YOLOv2 to v4, Faster R-CNN
and others. "Unstable" is taken apart into what can be measured, and every part has findings of its own:

    width-stability    whether training fails at lower rates with exp, by loss, optimizer and number format
    overflow           where exp, areas and rounding spoil float32, float16 and bfloat16
    clamp-order        clamping t before exp, and clamping its result
    decoders           sixteen published methods: formula, range, round trip, noise, what they reach at their best rate

Metrics, by prefix (a loss is log-l2, decoded-l2 or giou; OPT is sgd or adam; a DTYPE float32, float16 or bfloat16):

    range.METHOD.{lower,upper,unreachable}      the sides that a map reaches, in units of its reference; share of boxes
                                                that the method cannot represent
    roundtrip.DTYPE.{METHOD,METHOD.lost,worst}  rms error of a width through encoding and decoding in a format; share of
                                                boxes without a finite encoding; largest error over methods
    finite.DTYPE.METHOD.{value_t,gradient_t}    nearest t at which the method's side, or its slope, is not finite
    slope.DECODER.steepest                      largest dw/dt, in units of the reference
    limit.DTYPE.{exp_t,side_t,area_px.{least,most}}  last t whose exp is finite; t at which anchor * exp(t) overflows;
                                                sides at which areas do, over losses and decoders
    limit.DTYPE.LOSS.DECODER.{wrong_px,nonfinite_px,nonfinite_t,side_px,area_px,precision_px}
                                                a prediction that runs away: first wrong, first not finite, by cause
    usable.DTYPE.LOSS.DECODER.{from_px,to_px,nonfinite_px}  box sizes whose loss and gradient stay within the
                                                tolerance, and from where on they are not finite
    clamp-order.{points,DTYPE.ORDER.…}          finite values and NaN gradients, exp clamped before and after
    noise.{small_size,large_size,FAMILY.{sigma,slope,small,large}}  calibrated noise, d ln(loss)/d ln(size), loss at
                                                the smallest and the largest size
    train.OPT.LOSS.DECODER.{best_lr,best_iou,fail_lr,margin,nonfinite,dead,slow}
                                                best rate and IoU there, lowest rate at which half of the seeds
                                                fail, their ratio, trainings by kind of failure over all rates
    versus.OPT.LOSS.{lr,DECODER.{failed,nonfinite}}  counts at the lowest rate at which half of exp's, (2 sigma)^2's
                                                or linear's trainings fail
    threshold.OPT.{LOSS,CONDITION}.RIVAL.{ratio,lo,hi}  exp's failing rate over the rival's, paired by seed
    condition.OPT.CONDITION.DECODER.{…,moved,moved.lo,moved.hi,clipped}  GIoU under a CONDITION (clip, warm-up,
                                                float16, bfloat16), as `train`; its failing rate over that in plain
                                                float32; share of the steps at the best rate that were clipped
    factorial.{LOSS,all}.{conditions,first,later}  conditions of the full factorial, and those in which exp fails at
                                                lower, at higher rates than (2 sigma)^2 (parameter `factorial`)
    price.{yolov5,yolov8}.{beyond,lost_there,lost}  share of boxes beyond the upper limit; IoU lost there, over all
    price.squared-sigmoid.{slope,t,edge.…,all.…}  d ln w/dt and t at 3.9 anchors; its IoU less exp's near the limit
                                                and over all boxes
    clamping.{LOSS,all}.{nonfinite,dead,rescued}  what clamped exp makes of the trainings that exp lost (SGD)
    reach.{safe,survived,failed}                the largest t predicted by trainings with exp in the loss: at rates at
                                                which none failed, by all that survived, by those that failed
    narrow.DTYPE.UNIT.DECODER.{failed,nonfinite,iou}  GIoU in a narrow format, boxes in pixels or in anchors
    spread.{decoders,losses,difference,sigmoid-less-exp}.{iou,lo,hi}  IoU at the best rates, bootstrapped over seeds
    check.NAME                                  distance to an independent reference (table `checks`)

Infinity stands for "never within what was tried".
"""

from __future__ import annotations

from studyctl.lab import Run, experiment

from . import compare, figures, findings, heat, measure, price
from .parameters import BoxDecoding


@experiment(
    title="Box decoding: stability and alternatives",
    presets={
        "quick": {
            "boxes": 1_000,
            "noise_samples": 4_000,
            "rate_low": 0.0025,
            "rates": 7,
            "seeds": 8,
            "steps": 80,
            "adam": False,
            "figures": "main",
        },
        "full": {
            "boxes": 100_000,
            "noise_samples": 400_000,
            "rates": 27,
            "seeds": 32,
            "steps": 1_000,
            "factorial": True,
        },
    },
)
def box_decoding(params: BoxDecoding, run: Run) -> None:
    """Check the instrument, measure, draw, and state what was found."""
    found = measure.Results()
    measure.check_instrument(params, found)
    measure.survey(params, run, found)
    measure.scan_limits(params, run, found)
    measure.measure_slopes(params, run, found)
    measure.measure_noise(params, run, found)
    compare.compare_trainings(params, run, found)
    price.measure_price(params, run, found)
    measure.check_measurements(params, run, found)
    if params.figures != "none":
        run.figure(
            "training",
            heat.training_figure(found.outcomes),
            "Final IoU by learning rate, loss and decoder; k of n failed",
        )
    if params.figures == "all":
        _draw_curves(params, run, found)
    findings.state(run, found)


def _draw_curves(params: BoxDecoding, run: Run, found: measure.Results) -> None:
    run.figure(
        "conditions",
        heat.conditions_figure(found.outcomes, found.guarded),
        "GIoU with clipped gradients, with warm-up, in float16 and bfloat16; k of n failed",
    )
    run.figure(
        "limits",
        figures.limits_figure(
            found.runaways,
            found.usables,
            target=params.target,
            image=params.image,
            mismatch=params.mismatch,
            tolerance=params.tolerance,
        ),
        "Where loss and gradient stop being right, and stop being finite",
    )
    run.figure("slopes", figures.slopes_figure(), "What a raw output decodes to, and how strongly it answers")
    run.figure(
        "noise",
        figures.noise_figure(found.noise, params.noise_size, params.noise_loss),
        "Expected IoU loss over box sizes under noise of equal cost at one size",
    )
