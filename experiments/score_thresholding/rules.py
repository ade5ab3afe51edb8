"""Which scores of one image become candidates for NMS: the code path of each detector, as a function.

Every rule takes the scores of one image (after the sigmoid) and returns candidates: an anchor, a class and the score
that ranks them. A *pair* is an anchor and a class.

- `pairs`: every (anchor, class) above the threshold, the best k pairs of each level (torchvision
  `models/detection/retinanet.py: postprocess_detections`, detectron2 `meta_arch/dense_detector.py`)
- `max_class`: only the class of the highest score of an anchor, above the threshold; the best k anchors of each level
- `detectron`: `pairs`, with the threshold 0 on the coarsest level (Detectron `core/test_retinanet.py`: "for lvl 7 which
  has small spatial resolution, we take the threshold 0.0")
- `efficientdet_argmax`: the class of the highest score of every anchor, no threshold; `efficientdet`: the best 5000
  pairs of all levels, no threshold (google/automl `efficientdet/tf2/postprocess.py: topk_class_boxes`: the first where
  `max_nms_inputs` is 0, the default; the second, 5000, where models are evaluated). What follows there is soft NMS.
- `darknet`: objectness above the threshold, then objectness x class above the same one (darknet `src/yolo_layer.c:
  get_yolo_detections`); `product`: the second test alone
- `objectness_alone`: objectness above the threshold decides and ranks; the class is that of the highest score
- `fcos`: the class score above the threshold, ranked by class x centerness, the best k pairs of each level (FCOS
  `fcos_core/modeling/rpn/fcos/inference.py`, which then takes the root, and so ranks alike); `fcos_sqrt`:
  sqrt(class x centerness) above the threshold (detectron2 `meta_arch/fcos.py`, 0.2 there); `class_alone`: centerness
  is not looked at
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from .scenes import Array

NONE = 1 << 40  # a limit that nothing reaches


@dataclass(frozen=True, slots=True)
class Candidates:
    """What NMS is given of one image."""

    anchor: Array
    label: Array
    score: Array


Scores = Mapping[str, Array]  # of one image: `classes` (anchor, class), `objectness` (anchor,), and so on
Rule = Callable[[Scores, float, int, Sequence[int]], Candidates]


def _best(score: Array, k: int) -> Array:
    """The k highest, of equals the first; all of them, as they stand, where there are no more."""
    if len(score) <= k:
        return np.arange(len(score))
    least = np.partition(score, len(score) - k)[len(score) - k]
    high = np.flatnonzero(score >= least)
    return high[np.argsort(-score[high], kind="stable")[:k]]


def _pairs(gate: Array, rank: Array, thresholds: Sequence[float], k: int, levels: Sequence[int]) -> Candidates:
    """Pairs whose `gate` is above the threshold of their level, the best k of each by `rank`."""
    anchors, labels, scores = [], [], []
    start = 0
    for size, threshold in zip(levels, thresholds, strict=True):
        rows = slice(start, start + size)
        anchor, label = np.nonzero(gate[rows] > threshold)
        score = rank[rows][anchor, label]
        chosen = _best(score, k)
        anchors.append(anchor[chosen] + start)
        labels.append(label[chosen])
        scores.append(score[chosen])
        start += size
    return Candidates(np.concatenate(anchors), np.concatenate(labels), np.concatenate(scores))


def _anchors(gate: Array, label: Array, rank: Array, threshold: float, k: int, levels: Sequence[int]) -> Candidates:
    """Anchors whose `gate` is above the threshold, each with one class, the best k of each level by `rank`."""
    found = _pairs(gate[:, None], rank[:, None], [threshold] * len(levels), k, levels)
    return Candidates(found.anchor, label[found.anchor], found.score)


def pairs(scores: Scores, threshold: float, k: int, levels: Sequence[int]) -> Candidates:
    return _pairs(scores["classes"], scores["classes"], [threshold] * len(levels), k, levels)


def max_class(scores: Scores, threshold: float, k: int, levels: Sequence[int]) -> Candidates:
    best = scores["classes"].max(axis=1)
    return _anchors(best, scores["classes"].argmax(axis=1), best, threshold, k, levels)


def detectron(scores: Scores, threshold: float, k: int, levels: Sequence[int]) -> Candidates:
    given = [threshold] * (len(levels) - 1) + [0.0]
    return _pairs(scores["classes"], scores["classes"], given, k, levels)


def efficientdet(scores: Scores, threshold: float, k: int, levels: Sequence[int]) -> Candidates:
    """`k` is of all levels together; a threshold is part of its NMS, and 0 by default."""
    return _pairs(scores["classes"], scores["classes"], [threshold], k, [sum(levels)])


def efficientdet_argmax(scores: Scores, threshold: float, k: int, levels: Sequence[int]) -> Candidates:
    """Every anchor with its best class; no limit."""
    best = scores["classes"].max(axis=1)
    return _anchors(best, scores["classes"].argmax(axis=1), best, threshold, NONE, levels)


def darknet(scores: Scores, threshold: float, k: int, levels: Sequence[int]) -> Candidates:
    passed = np.flatnonzero(scores["objectness"] > threshold)
    score = scores["objectness"][passed, None] * scores["conditional"][passed]
    row, label = np.nonzero(score > threshold)
    return Candidates(passed[row], label, score[row, label])


def product(scores: Scores, threshold: float, k: int, levels: Sequence[int]) -> Candidates:
    score = scores["objectness"][:, None] * scores["conditional"]
    anchor, label = np.nonzero(score > threshold)
    return Candidates(anchor, label, score[anchor, label])


def objectness_alone(scores: Scores, threshold: float, k: int, levels: Sequence[int]) -> Candidates:
    anchor = np.flatnonzero(scores["objectness"] > threshold)
    return Candidates(anchor, scores["conditional"].argmax(axis=1)[anchor], scores["objectness"][anchor])


def fcos(scores: Scores, threshold: float, k: int, levels: Sequence[int]) -> Candidates:
    rank = scores["centred"] * scores["centerness"][:, None]
    return _pairs(scores["centred"], rank, [threshold] * len(levels), k, levels)


def fcos_sqrt(scores: Scores, threshold: float, k: int, levels: Sequence[int]) -> Candidates:
    rank = np.sqrt(scores["centred"] * scores["centerness"][:, None])
    return _pairs(rank, rank, [threshold] * len(levels), k, levels)


def class_alone(scores: Scores, threshold: float, k: int, levels: Sequence[int]) -> Candidates:
    return _pairs(scores["centred"], scores["centred"], [threshold] * len(levels), k, levels)


@dataclass(frozen=True, slots=True)
class Published:
    """A rule with the threshold and the limit that its code comes with."""

    rule: Rule
    head: str
    title: str
    threshold: float
    limit: int  # NONE: no limit


RULES: dict[str, Published] = {
    "pairs": Published(pairs, "classes", "RetinaNet: pairs", 0.05, 1000),
    "max-class": Published(max_class, "classes", "best class of an anchor", 0.05, 1000),
    "detectron": Published(detectron, "classes", "Detectron: pairs, 0 on the last level", 0.05, 1000),
    "efficientdet": Published(efficientdet, "classes", "EfficientDet: 5000 pairs", 0.0, 5000),
    "efficientdet-argmax": Published(efficientdet_argmax, "classes", "EfficientDet: all anchors", 0.0, NONE),
    "darknet": Published(darknet, "objectness", "YOLOv3: objectness x class", 0.005, NONE),
    "objectness-alone": Published(objectness_alone, "objectness", "objectness alone", 0.005, NONE),
    "fcos": Published(fcos, "centerness", "FCOS: class, ranked x centerness", 0.05, 1000),
    "fcos-sqrt": Published(fcos_sqrt, "centerness", "detectron2: sqrt(class x centerness)", 0.2, 1000),
    "class-alone": Published(class_alone, "centerness", "class, without centerness", 0.05, 1000),
}
