"""The anchors of published detectors: their shapes, and where they stand.

- YOLOv2, v3, v4: pjreddie/darknet and AlexeyAB/darknet `cfg/yolov2.cfg` (in cells of 32 pixels), `yolov3.cfg`,
  `yolov4.cfg`. YOLOv5 (`models/yolov5s.yaml`) took over YOLOv3's nine, three for each of the strides 8, 16, 32.
- RetinaNet: facebookresearch/detectron2 `modeling/anchor_generator.py: generate_cell_anchors`, with the sizes
  32 … 512 times 2^{0, 1/3, 2/3}, h/w in {1/2, 1, 2} and OFFSET 0.0 of its RetinaNet: centres on the corners of cells.
- EfficientDet: google/automl `efficientdet/anchors.py: _generate_anchor_boxes`, anchor_scale 4, three octaves, aspects
  (1, 1), (1.4, 0.7), (0.7, 1.4), centres in the middle of cells.
- SSD300: amdegroot/ssd.pytorch `layers/functions/prior_box.py` with `data/config.py: coco`. The image is warped to
  300 x 300, and priors are clipped as there: centre and sides to the image, not the corners.
- ATSS: sfzhang15/ATSS, one square of 8 strides for each place. FCOS: tianzhi0549/FCOS, places without anchors. Both
  stand in the middle of cells here; ATSS's code counts pixels inclusively and so stands half a pixel beside.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from .boxes import Array

YOLOV2 = np.array(
    [(0.57273, 0.677385), (1.87446, 2.06253), (3.33843, 5.47434), (7.88282, 3.52778), (9.77052, 9.16828)]
) * 32.0  # fmt: skip
YOLOV3 = np.array(
    [(10, 13), (16, 30), (33, 23), (30, 61), (62, 45), (59, 119), (116, 90), (156, 198), (373, 326)], dtype=float
)
YOLOV4 = np.array(
    [(12, 16), (19, 36), (40, 28), (36, 75), (76, 55), (72, 146), (142, 110), (192, 243), (459, 401)], dtype=float
)
YOLO_STRIDES = (8, 16, 32)
STRIDES = (8, 16, 32, 64, 128)
OCTAVES = tuple(2.0 ** (i / 3) for i in range(3))
SSD_SIDE = 300
SSD_CELLS, SSD_STEPS = (38, 19, 10, 5, 3, 1), (8, 16, 32, 64, 100, 300)
SSD_SIDES = (21, 45, 99, 153, 207, 261, 315)
SSD_ASPECTS = ((2,), (2, 3), (2, 3), (2, 3), (2,), (2,))


@dataclass(frozen=True, slots=True)
class Level:
    """The places of one feature map and the anchors that stand at each of them."""

    stride: float
    x: Array  # centres of the columns
    y: Array
    shapes: Array  # (shape, 2); none where there are no anchors


@dataclass(frozen=True, slots=True)
class Grid:
    """All anchors of a detector, in the order level, row, column, shape."""

    levels: tuple[Level, ...]

    @property
    def counts(self) -> list[int]:
        return [len(one.x) * len(one.y) * len(one.shapes) for one in self.levels]

    @property
    def count(self) -> int:
        return sum(self.counts)

    @property
    def shapes(self) -> Array:
        """The shapes of every level."""
        return np.concatenate([level.shapes for level in self.levels])

    @property
    def sides(self) -> Array:
        """Width and height of every anchor."""
        return np.concatenate([np.tile(one.shapes, (len(one.x) * len(one.y), 1)) for one in self.levels])

    @property
    def centres(self) -> Array:
        """Centre of every anchor."""
        return np.concatenate([_centres(one) for one in self.levels])

    def overlap(self, corners: Array, kind: type[np.floating[Any]] = np.float64) -> Array:
        """IoU of every box with every anchor, computed from corners in a number format: (box, anchor)."""
        corners = corners.astype(kind)
        found = np.empty((len(corners), self.count), kind)
        area = (corners[:, 2] - corners[:, 0]) * (corners[:, 3] - corners[:, 1])
        start = 0
        for level in self.levels:
            # Anchors of one shape stand in rows and columns: what they share with a box is a product of two lengths.
            across, width = _shared(corners[:, 0::2], level.x, level.shapes[:, 0])
            down, height = _shared(corners[:, 1::2], level.y, level.shapes[:, 1])
            inter = across[:, None] * down[:, :, None]
            union = area[:, None, None, None] + width[None] * height[:, None]
            union -= inter
            inter /= union
            end = start + len(level.x) * len(level.y) * len(level.shapes)
            found[:, start:end] = inter.reshape(len(corners), -1)
            start = end
        return found


def _shared(ends: Array, centre: Array, side: Array) -> tuple[Array, Array]:
    """Along one axis: the length that boxes share with anchors (box, place, shape), and that of the anchors."""
    half, middle = (side / 2).astype(ends.dtype), centre.astype(ends.dtype)[:, None]
    first, last = middle - half, middle + half
    length = np.minimum(ends[:, 1, None, None], last) - np.maximum(ends[:, 0, None, None], first)
    return np.maximum(length, length.dtype.type(0)), last - first


def _centres(level: Level) -> Array:
    y, x = np.meshgrid(level.y, level.x, indexing="ij")
    return np.repeat(np.stack([x.ravel(), y.ravel()], axis=1), len(level.shapes), axis=0)


def cells(width: int, height: int, stride: int, offset: float) -> tuple[Array, Array]:
    """Centres of the columns and rows of a feature map."""
    across, down = math.ceil(width / stride), math.ceil(height / stride)
    return (np.arange(across) + offset) * stride, (np.arange(down) + offset) * stride


@lru_cache(maxsize=8)
def retinanet(width: int, height: int) -> Grid:
    """RetinaNet's anchors on an input."""
    aspects = (0.5, 1.0, 2.0)  # height / width
    levels = []
    for stride in STRIDES:
        shapes = [(4 * stride * o / math.sqrt(a), 4 * stride * o * math.sqrt(a)) for o in OCTAVES for a in aspects]
        levels.append(Level(stride, *cells(width, height, stride, 0.0), np.array(shapes)))
    return Grid(tuple(levels))


@lru_cache(maxsize=8)
def efficientdet(width: int, height: int) -> Grid:
    """EfficientDet's anchors on an input."""
    aspects = ((1.0, 1.0), (1.4, 0.7), (0.7, 1.4))
    levels = []
    for stride in STRIDES:
        shapes = [(4 * stride * o * w, 4 * stride * o * h) for o in OCTAVES for w, h in aspects]
        levels.append(Level(stride, *cells(width, height, stride, 0.5), np.array(shapes)))
    return Grid(tuple(levels))


@lru_cache(maxsize=1)
def ssd() -> Grid:
    """The priors of SSD300 for COCO, in pixels of its input."""
    levels = []
    for i, (cell, step) in enumerate(zip(SSD_CELLS, SSD_STEPS, strict=True)):
        small, next_one = float(SSD_SIDES[i]), float(SSD_SIDES[i + 1])
        shapes = [(small, small), (math.sqrt(small * next_one),) * 2]
        for aspect in SSD_ASPECTS[i]:
            root = math.sqrt(aspect)
            shapes += [(small * root, small / root), (small / root, small * root)]
        centre = np.minimum((np.arange(cell) + 0.5) * step, SSD_SIDE)
        levels.append(Level(step, centre, centre, np.minimum(np.array(shapes), SSD_SIDE)))
    return Grid(tuple(levels))


@lru_cache(maxsize=8)
def squares(width: int, height: int) -> Grid:
    """ATSS's anchors on an input; their places are FCOS's."""
    levels = []
    for stride in STRIDES:
        levels.append(Level(stride, *cells(width, height, stride, 0.5), np.full((1, 2), 8.0 * stride)))
    return Grid(tuple(levels))
