"""What the figures come to: a finding for each noise, and the sentence that answers the person.

The words are chosen from the figures, and every numeral is a placeholder.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from studyctl.lab import Run

from .measure import SMALLEST_GAP, Measured

LITTLE = 0.01  # of AP: two figures that are nearer are the same to a reader
NAMES = {
    "iou-range": "the IoU range",
    "points": "the points of interpolation",
    "plus-one": "the pixel more",
    "matching": "the matching",
    "difficult": "difficult objects",
    "crowd": "crowds",
    "detections": "the limit of detections",
    "boundary": "the boundary",
}


def largest(one: Measured) -> str:
    """The rule with the largest part of the gap from VOC 2010."""
    return max(one.parts["voc10"], key=lambda rule: abs(one.parts["voc10"][rule].value))


def sentence(one: Measured) -> str:
    """The figures beside each other, and what the gap is made of."""
    n = one.name
    head = f"VOC07 {{{n}.voc07:.3f}}, VOC10 {{{n}.voc10:.3f}}, AP50 {{{n}.coco.ap50:.3f}}, AP {{{n}.coco.ap:.3f}}"
    if not abs(one.gap("voc10")) >= SMALLEST_GAP:
        return f"{head}: too small a gap to share out"
    gap = _interval(one, "ap-less-voc10")
    text = f"{head}; {_share(n, 'iou-range')} of the gap from VOC10 to AP ({gap}) is the IoU range"
    most = largest(one)
    return text if most == "iou-range" else f"{text}, {_share(n, most)} {NAMES[most]}"


def _interval(one: Measured, name: str) -> str:
    """A difference, with its interval where there is one."""
    at = f"{one.name}.{name}"
    return f"{{{at}:+.3f}}" + (f" [{{{at}.lo:+.3f}}, {{{at}.hi:+.3f}}]" if one.differences[name].known else "")


def _share(name: str, rule: str) -> str:
    at = f"{name}.share.{rule}"
    return f"{{{at}:.0%}} [{{{at}.lo:.0%}}, {{{at}.hi:.0%}} over orders]"


def state(run: Run, found: Sequence[Measured], *, hardly: bool) -> None:
    """State every finding of the run; the conclusion opens with the third noise, or a person's own.

    With `hardly` any gap there are no shares.
    """
    first = found[2] if len(found) > 2 else found[0]
    text = f"Same detections: {sentence(first)}."
    if len(found) > 1 and not any(math.isnan(one.share("voc10", "iou-range").value) for one in found):
        text += (
            f" At noise from {{{found[0].name}.noise:g}} to {{{found[-1].name}.noise:g}} of a side that share goes "
            f"from {{{found[0].name}.share.iou-range:.0%}} to {{{found[-1].name}.share.iou-range:.0%}}; the points of "
            "interpolation make from {points.least:.0%} to {points.largest:.0%} of a gap, over all orders."
        )
    run.finding("difference", text=text)
    for one in found:
        _range(run, one)
        _half(run, one)
    if not hardly:
        _points(run)
    _area(run, first)


def _range(run: Run, one: Measured) -> None:
    share = f"{one.name}.share.iou-range"
    noise = "" if one.name == "given" else f"Edges off by {{{one.name}.noise:g}} of a side: "
    run.finding(
        f"difference.{one.name}",
        claim="in every order of changing the rules, most of the gap from VOC10 to AP is the IoU range",
        when=f"{share}.lo > 0.5",
        unless=f"{share}.hi < 0.5",
        text=f"{noise}{sentence(one)}.",
    )


def _half(run: Run, one: Measured) -> None:
    if math.isnan(one.figures["coco.ap50"]) or math.isnan(one.figures["voc10"]):
        return  # nothing to find in one of the two
    at = f"{one.name}.ap50-less-voc10"
    run.finding(
        f"difference.ap50.{one.name}",
        claim="AP50 is another figure than VOC10, by more than a hundredth",
        when=f"{at}.lo > {LITTLE} or {at}.hi < -{LITTLE}",
        unless=f"{at}.lo >= -{LITTLE} and {at}.hi <= {LITTLE}",
        text=f"AP50 less VOC10 is {_interval(one, 'ap50-less-voc10')} over {{{one.name}.ap-less-ap50.n:.0f}} images, "
        f"AP less AP50 {_interval(one, 'ap-less-ap50')}.",
    )


def _points(run: Run) -> None:
    run.finding(
        "difference.points",
        claim="in no order do the points of interpolation make half of a gap, from VOC07 or from VOC10",
        when="points.largest < 0.5",
        unless="points.largest >= 0.5",
        text="Over all orders, from either of the two, their share is from {points.least:.0%} to {points.largest:.0%}; "
        "below zero they narrow the gap.",
    )


def _area(run: Run, one: Measured) -> None:
    if math.isnan(one.figures["coco.ap_s"]) or math.isnan(one.figures["ap_s.box_area"]):
        return  # nothing small in it
    mask, box = f"{one.name}.coco.ap_s", f"{one.name}.ap_s.box_area"
    at = f"{one.name}.mask-less-box"
    run.finding(
        "small-objects",
        claim="AP_S changes where an object's size is the area of its box instead of the mask's",
        when=f"{at}.lo > 0 or {at}.hi < 0",
        unless=f"{at}.lo >= -{SMALLEST_GAP} and {at}.hi <= {SMALLEST_GAP}",
        text=f"AP_S is {{{mask}:.3f}} by the area that the truth gives and {{{box}:.3f}} by the area of boxes: "
        f"{_interval(one, 'mask-less-box')}.",
    )
