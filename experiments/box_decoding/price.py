"""What a bounded width costs: the squared sigmoid near its limit of four anchors, and the range of DFL's bins.

Two prices are kept apart. *Reach*: boxes that the method cannot represent at the place where they are coded, and the
IoU that is lost to the nearest box that it can. *Edge*: boxes within reach but near the limit, where a unit of t moves
the width less and less; measured in training, against exp on the same boxes and paired by seed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from studyctl.lab import Run

from .arithmetic import Array
from .decoders import STRIDES, places
from .intervals import Interval, bootstrap_mean
from .measure import Results
from .methods import DFL_BINS, METHODS, Method
from .outcomes import Outcome
from .parameters import BoxDecoding
from .roundtrip import make_boxes
from .sensitivity import relative_slopes
from .widths import SQUARED_SIGMOID

BOUNDED = ("yolov5", "yolov8")
NEAR_LIMIT = 3.9  # anchors


@dataclass(frozen=True, slots=True)
class Reach:
    """How a method's upper limit cuts boxes that are coded at the anchor, or the stride, that fits them best."""

    beyond: float  # share of the boxes with a side beyond the limit
    lost_there: float  # mean 1 - IoU of the nearest box within it, over these; 0 where there are none
    lost: float  # over all boxes


def reach(method: Method, centres: Array, sizes: Array, image: float) -> Reach:
    """Cut every side to what the method reaches. A point outside of its box counts for no limit."""
    at = places(method, centres, sizes, image)
    limit = method.map.upper * at.reference
    low, high = centres - sizes / 2, centres + sizes / 2
    if method.coding == "sides":
        near_low, near_high = np.maximum(low, at.point - limit), np.minimum(high, at.point + limit)
    else:
        half = np.minimum(sizes, limit) / 2
        near_low, near_high = centres - half, centres + half
    kept = np.maximum(near_high - near_low, 0.0)  # always within the box: the intersection is what is kept
    beyond = (kept < sizes * (1 - 1e-12)).any(axis=0)
    lost = np.where(beyond, 1.0 - (kept / sizes).prod(axis=0), 0.0)
    there = float(lost[beyond].mean()) if beyond.any() else 0.0
    return Reach(float(beyond.mean()), there, float(lost.mean()))


def edge(exp: Outcome, rival: Outcome, seed: int) -> tuple[Interval, Interval]:
    """IoU of `rival` less exp's, each at its best rate, paired by seed: on boxes at the edge, and on all."""
    both = [one.trained.edge_iou for one in (exp, rival)]
    assert both[0] is not None and both[1] is not None  # `train` always measures it
    at_edge = both[1][rival.best] - both[0][exp.best]
    everywhere = rival.trained.iou[rival.best] - exp.trained.iou[exp.best]
    return bootstrap_mean(at_edge, seed), bootstrap_mean(everywhere, seed)


def measure_price(p: BoxDecoding, run: Run, out: Results) -> None:
    """Reach of the two bounded methods, and the squared sigmoid's edge in the trainings that were made."""
    boxes = make_boxes(p.boxes, p.image, p.seed)
    for method in METHODS:
        if method.key in BOUNDED:
            found = reach(method, *boxes, p.image)
            run.metrics(
                {
                    f"price.{method.key}.beyond": found.beyond,
                    f"price.{method.key}.lost_there": found.lost_there,
                    f"price.{method.key}.lost": found.lost,
                }
            )
    for stride in sorted(set(STRIDES.tolist())):
        run.constant(f"dfl_limit_{stride:.0f}", 2 * (DFL_BINS - 1) * stride)
    slope = float(relative_slopes(SQUARED_SIGMOID, np.array([NEAR_LIMIT]))[0])
    run.metric("price.squared-sigmoid.slope", slope)
    run.metric("price.squared-sigmoid.t", float(SQUARED_SIGMOID.invert(np.array(NEAR_LIMIT))))
    exp, sigmoid = (out.outcomes["sgd", "giou", d] for d in ("exp", "squared-sigmoid"))
    at_edge, everywhere = edge(exp, sigmoid, p.seed)
    for name, one in (("edge", at_edge), ("all", everywhere)):
        at = f"price.squared-sigmoid.{name}"
        run.metrics({f"{at}.iou": one.value, f"{at}.lo": one.low, f"{at}.hi": one.high})
