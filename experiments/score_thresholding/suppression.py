"""From candidates to detections: NMS of each class (torchvision's), or Gaussian soft NMS, and the 100 best."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from .rules import Candidates
from .scenes import Array

MOST = 100  # detections of an image, as COCO counts
FIRST = 500  # candidates that are looked at before the others
SIGMA = 0.5
SOFT_LEAST = 0.001  # scores below it are dropped, in google/automl


@dataclass(frozen=True, slots=True)
class Detections:
    """Of all images; `candidates` says how many each image had before NMS."""

    image: Array
    anchor: Array
    label: Array
    score: Array
    corners: Array
    candidates: Array


def whole(boxes: Array, found: Candidates, iou: float) -> Array:
    """Which candidates stay, highest first: torchvision's NMS of each class, of all of them."""
    import torch
    from torchvision.ops import batched_nms

    given = (torch.from_numpy(np.ascontiguousarray(values)) for values in (boxes, found.score, found.label))
    return np.asarray(batched_nms(*given, iou).numpy())


def hard(boxes: Array, found: Candidates, iou: float) -> tuple[Array, Array]:
    """The best candidates that stay, highest first, and their scores.

    Which of the highest stay does not depend on the lower ones, so these are only looked at where they are needed.
    """
    order = np.argsort(-found.score, kind="stable")
    most = FIRST
    while True:
        head = order[:most]
        part = Candidates(found.anchor[head], found.label[head], found.score[head])
        kept = head[whole(boxes[head], part, iou)]
        if len(kept) >= MOST or most >= len(order):
            return kept[:MOST], found.score[kept[:MOST]]
        most *= 4


def soft(boxes: Array, found: Candidates, iou: float) -> tuple[Array, Array]:
    """Gaussian soft NMS of each class: overlapped boxes lose score by exp(-IoU^2 / sigma), none is dropped by IoU.

    Bodla et al. (arXiv:1704.04503) with sigma 0.5, which google/automl uses by default. The highest of all classes is
    taken next, which is the order in which the classes' own lists are merged.
    """
    score, corners = found.score.astype(float), boxes.astype(float)
    area = (corners[:, 2:] - corners[:, :2]).prod(axis=1)
    kept: list[int] = []
    scores: list[float] = []
    while len(kept) < min(MOST, len(score)):
        best = int(score.argmax())
        if score[best] < SOFT_LEAST:
            break
        kept.append(best)
        scores.append(float(score[best]))
        rows = np.flatnonzero((found.label == found.label[best]) & (score > 0))
        sides = np.minimum(corners[rows, 2:], corners[best, 2:]) - np.maximum(corners[rows, :2], corners[best, :2])
        common = np.maximum(sides, 0).prod(axis=1)
        overlap = common / np.maximum(area[rows] + area[best] - common, 1e-9)
        score[rows] *= np.exp(-(overlap**2) / SIGMA)
        score[best] = 0.0
    return np.array(kept, dtype=int), np.array(scores)


def detect(
    boxes: Array,
    given: Sequence[Candidates],
    iou: float,
    nms: Callable[[Array, Candidates, float], tuple[Array, Array]] = hard,
) -> Detections:
    """The detections of every image, from the boxes of its anchors and its candidates."""
    parts: list[tuple[Array, Array, Array, Array]] = []
    for image, found in enumerate(given):
        kept, score = nms(boxes[image][found.anchor], found, iou)
        parts.append((np.full(len(kept), image), found.anchor[kept], found.label[kept], score))
    images, anchors, labels, scores = (np.concatenate(column) for column in zip(*parts, strict=True))
    count = np.array([len(found.score) for found in given])
    return Detections(images, anchors, labels, scores, boxes[images, anchors], count)
