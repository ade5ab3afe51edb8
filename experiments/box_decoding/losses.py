"""Box losses with hand-written gradients, in the number format of their inputs.

A box is given by its two sides; the target is concentric, so that only the sides matter. The corner arithmetic is the
one of the published implementations (corners, clamped intersection, union, enclosing box, in pixels), operation by
operation, because it is these intermediate numbers that overflow or lose their digits. GIoU is Rezatofighi et al.'s
(arXiv:1902.09630).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from .arithmetic import Array, constant, keep, share_to_first, zeros
from .widths import WidthMap

LOSSES = ("log-l2", "decoded-l2", "giou")


@dataclass(frozen=True, slots=True)
class Loss:
    """The value of a loss, its gradient with respect to the sides, and whether every area on the way was finite."""

    value: Array
    gradient: Array  # first axis: width, height
    areas_finite: Array


def overlap_loss(sides: Array, target: Array, centre: Array, *, generalised: bool) -> Loss:
    """1 - IoU, or 1 - GIoU, of two boxes around the same centre. The first axis of all three is (x, y)."""
    two, one = constant(2, sides), constant(1, sides)
    half, target_half = sides / two, target / two
    low, high = centre - half, centre + half
    target_low, target_high = centre - target_half, centre + target_half

    raw = np.minimum(high, target_high) - np.maximum(low, target_low)
    overlap = np.maximum(raw, zeros(raw))
    inter = overlap[0] * overlap[1]
    spans, target_spans = high - low, target_high - target_low
    area, target_area = spans[0] * spans[1], target_spans[0] * target_spans[1]
    both = area + target_area
    union = both - inter
    iou = inter / union
    finite = np.isfinite(inter) & np.isfinite(both)

    # d value / d iou = -1; iou = inter / union, union = area + target_area - inter.
    to_inter = -one / union
    to_union = iou / union
    hull_gradient = None
    if generalised:
        outer = np.maximum(high, target_high) - np.minimum(low, target_low)
        hull = outer[0] * outer[1]
        empty = (hull - union) / hull
        value = (one - iou) + empty
        finite = finite & np.isfinite(hull)
        to_empty = one / hull
        to_union = to_union - to_empty
        to_hull = to_empty - empty / hull
        hull_gradient = np.stack([to_hull * outer[1], to_hull * outer[0]])
    else:
        value = one - iou
    to_inter = to_inter - to_union
    to_overlap = keep(raw >= zeros(raw), np.stack([to_inter * overlap[1], to_inter * overlap[0]]))
    to_span = np.stack([to_union * spans[1], to_union * spans[0]])
    to_high, _ = share_to_first(high, target_high, to_overlap, smaller=True)
    to_low, _ = share_to_first(low, target_low, -to_overlap, smaller=False)
    to_high, to_low = to_high + to_span, to_low - to_span
    if hull_gradient is not None:
        more_high, _ = share_to_first(high, target_high, hull_gradient, smaller=False)
        more_low, _ = share_to_first(low, target_low, -hull_gradient, smaller=True)
        to_high, to_low = to_high + more_high, to_low + more_low
    return Loss(value, to_high / two - to_low / two, finite)


@dataclass(frozen=True, slots=True)
class Objective:
    """What one training step sees: the loss of each box and its gradient with respect to t."""

    value: Array
    gradient: Array


def objective(loss: str, width: WidthMap, t: Array, target: Array, unit: float) -> Objective:
    """The loss of raw outputs t (first axis: width, height) against target sides in units of the reference.

    log-l2      half the squared error of ln(side). For exp this is t itself: exp is not on the way.
    decoded-l2  half the squared error of the decoded side, in units of the reference.
    giou        1 - GIoU of the boxes, in pixels where `unit` is the reference's side in pixels, in units of the
                reference where it is 1.
    """
    half = constant(0.5, t)
    if loss == "log-l2":
        if width.log is None:
            raise ValueError(f"{width.name} has no logarithm")
        value, back = width.log(t)
        residual = value - np.log(target)
        squares = residual * residual
        return Objective(half * (squares[0] + squares[1]), back(residual))
    sides, back = width.apply(t)
    if loss == "decoded-l2":
        residual = sides - target
        squares = residual * residual
        return Objective(half * (squares[0] + squares[1]), back(residual))
    if loss != "giou":
        raise ValueError(f"no loss {loss!r}; there are {', '.join(LOSSES)}")
    scale = constant(unit, t)
    found = overlap_loss(sides * scale, target * scale, zeros(t), generalised=True)
    return Objective(found.value, back(found.gradient * scale))


def concentric_iou(sides: Array, target: Array) -> Array:
    """IoU of concentric boxes in float64, the measure of every comparison; a side below zero overlaps nothing."""
    sides = np.maximum(np.nan_to_num(sides.astype(np.float64), nan=0.0, posinf=math.inf), 0.0)
    # Ratios instead of areas: they cannot overflow, so that no failure of this measure is taken for one of training.
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        shared = (np.minimum(sides, target) / target).prod(axis=0)
        own = (sides / target).prod(axis=0)
        iou = shared / (own + 1.0 - shared)
    finite: Array = np.nan_to_num(iou, nan=0.0)
    return finite
