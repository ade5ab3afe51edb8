"""Ground truth and detections as arrays, whatever they were read from.

A box keeps its corners and its size as the file had them: COCO's IoU takes the size, VOC's the corners with a pixel
more. The coordinates are never shifted: whether a pixel is added is a rule of the metric, not of the file.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


@dataclass(frozen=True, slots=True)
class Truth:
    """Objects; `image` and `label` index the names."""

    images: list[str]
    labels: list[str]
    image: Array
    label: Array
    corners: Array  # x1, y1, x2, y2
    size: Array  # width, height
    area: Array  # of the mask, where the file has one
    crowd: Array
    difficult: Array


@dataclass(frozen=True, slots=True)
class Detections:
    """Detected boxes in the order of the file."""

    image: Array
    label: Array
    score: Array
    corners: Array
    size: Array


def from_sizes(boxes: Any) -> tuple[Array, Array]:
    """Corners and sizes of x, y, width, height."""
    given = np.asarray(boxes, float).reshape(-1, 4)
    return np.hstack([given[:, :2], given[:, :2] + given[:, 2:]]), given[:, 2:].copy()


def from_corners(boxes: Any) -> tuple[Array, Array]:
    """Corners and sizes of xmin, ymin, xmax, ymax."""
    given = np.asarray(boxes, float).reshape(-1, 4)
    return given, given[:, 2:] - given[:, :2]


def ordered(truth: Truth, found: Detections) -> Detections:
    """Detections by class, then falling score, then image: ties stay as both reference codes have them.

    pycocotools joins the images in the order of their ids, each sorted stably, and sorts that stably again.
    """
    order = np.lexsort((np.arange(found.score.size), found.image, -found.score, found.label))
    return Detections(
        found.image[order], found.label[order], found.score[order], found.corners[order], found.size[order]
    )
