"""Which anchors, or places, each detector trains on which object: its rule of assignment.

Every rule takes the boxes of one image and returns its positives: which object each belongs to, and the anchor's shape.
IoU with a grid is computed in single precision, as all of this code does: which anchors tie depends on it. An object
without a positive is never regressed to in that image. Where several objects claim the same anchor, the rule of the
code decides, so that an object may lose all it had.

- `yolov3`: the anchor of the nine with the largest IoU of centred shapes, in the cell of the centre; a later object of
  the file overwrites an earlier one in the same slot (pjreddie/darknet `src/yolo_layer.c: forward_yolo_layer`).
- `yolov4`: also every other anchor whose shape IoU exceeds 0.213; slots are shared, since the gradients of several
  objects are summed there (AlexeyAB/darknet `src/yolo_layer.c`, iou_thresh of `cfg/yolov4.cfg`).
- `yolov5`: every anchor with max(r, 1/r) < 4, in the cell of the centre and in up to two neighbours, those that the
  centre is nearer to; rows that share a slot all enter the box loss (ultralytics/yolov5 `utils/loss.py:
  build_targets`).
- `retinanet`: an anchor belongs to the object that it overlaps most, positive from IoU 0.5 on; every anchor that is the
  best of some object, ties included, is positive too, *for the object that it overlaps most itself*
  (facebookresearch/detectron2 `modeling/matcher.py`; thresholds 0.4 and 0.5). An object that lies within many anchors
  of one shape ties with all of them: the smallest objects get many positives, of an IoU far below one half.
- `efficientdet`: from 0.5 on, without a band that is ignored; each object's best anchor, the first of ties, is forced
  to it, the first of several objects winning (`argmax_matcher.py: force_match_for_each_row`, as google/automl sets it).
- `ssd`: from 0.5 on, and each object's best prior, the last of several objects winning (amdegroot/ssd.pytorch
  `layers/box_utils.py: match`).
- `atss`: the 9 nearest anchors of every level, those with IoU >= mean + standard deviation (n - 1) of these and their
  centre inside the object by 0.01; the largest IoU wins (sfzhang15/ATSS `modeling/rpn/atss/loss.py`).
- `fcos`: places inside the object and within 1.5 strides of its centre, with the largest of the four distances to its
  sides in the range of the level, 64, 128, 256 and 512 between them; the smallest object wins (tianzhi0549/FCOS
  `modeling/rpn/fcos/loss.py`). Its range of a level is closed at both ends.

Not here: YOLOX's SimOTA picks the k predictions of least cost near an object, k from the sum of the largest IoUs, and
DETR matches predictions and objects one to one by the Hungarian method. Both need the predictions of a network, and no
figure about them would mean anything without one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from . import grids
from .boxes import Array
from .fitting import RATIO, closeness, shape_iou

POSITIVE = 0.5
YOLOV4_IOU = 0.213
NEAREST = 9
INSIDE = 0.01
RADIUS = 1.5
RANGES = (-1.0, 64.0, 128.0, 256.0, 512.0, np.inf)


@dataclass(frozen=True, slots=True)
class Positives:
    """The positives of one image: the object of each, and its anchor's width and height (NaN without anchors)."""

    owner: Array
    anchor: Array
    matched: Array  # (positive, 2): width and height of the object, in the pixels of the anchor


def _positives(corners: Array, owner: Array, anchor: Array) -> Positives:
    sides = corners[:, 2:] - corners[:, :2]
    return Positives(owner, anchor, sides[owner])


def _cell(centre: Array, side: int, stride: int) -> Array:
    """The column and the row of centres; what lies outside counts for the cell at the edge."""
    return np.clip(np.floor(centre / stride), 0, side // stride - 1).astype(int)


def yolov3(corners: Array, extent: Array, side: int) -> Positives:
    sides, centre = corners[:, 2:] - corners[:, :2], (corners[:, :2] + corners[:, 2:]) / 2
    best = shape_iou(sides, grids.YOLOV3).argmax(axis=1)
    slots: dict[tuple[int, int, int], int] = {}
    for number, anchor in enumerate(best):
        column, row = _cell(centre[number], side, grids.YOLO_STRIDES[anchor // 3])
        slots[int(anchor), int(row), int(column)] = number
    owner = np.array(list(slots.values()), dtype=int)
    return _positives(corners, owner, grids.YOLOV3[[slot[0] for slot in slots]])


def yolov4(corners: Array, extent: Array, side: int) -> Positives:
    overlap = shape_iou(corners[:, 2:] - corners[:, :2], grids.YOLOV4)
    chosen = overlap > YOLOV4_IOU
    chosen[np.arange(len(corners)), overlap.argmax(axis=1)] = True
    owner, anchor = np.nonzero(chosen)
    return _positives(corners, owner, grids.YOLOV4[anchor])


def yolov5(corners: Array, extent: Array, side: int) -> Positives:
    sides, centre = corners[:, 2:] - corners[:, :2], (corners[:, :2] + corners[:, 2:]) / 2
    near = closeness(sides, grids.YOLOV3) > 1 / RATIO
    places = np.empty(near.shape, dtype=int)
    for level, stride in enumerate(grids.YOLO_STRIDES):
        grid = centre / stride
        rest = side / stride - grid
        # The neighbour before the cell, and the one after it; none at the border.
        before, after = (grid % 1 < 0.5) & (grid > 1), (rest % 1 < 0.5) & (rest > 1)
        places[:, 3 * level : 3 * level + 3] = (1 + before.sum(axis=1) + after.sum(axis=1))[:, None]
    owner, anchor = np.nonzero(near)
    times = places[owner, anchor]
    return _positives(corners, np.repeat(owner, times), grids.YOLOV3[np.repeat(anchor, times)])


def retinanet(corners: Array, extent: Array, side: int) -> Positives:
    grid = grids.retinanet(side, side)
    overlap = grid.overlap(corners, np.float32)
    best = overlap.max(axis=1, keepdims=True)
    positive = (overlap.max(axis=0) >= POSITIVE) | ((overlap == best) & (best > 0)).any(axis=0)
    return _positives(corners, overlap[:, positive].argmax(axis=0), grid.sides[positive])


def efficientdet(corners: Array, extent: Array, side: int) -> Positives:
    grid = grids.efficientdet(side, side)
    overlap = grid.overlap(corners, np.float32)
    owner = np.where(overlap.max(axis=0) >= POSITIVE, overlap.argmax(axis=0), -1)
    for number, anchor in reversed(list(enumerate(overlap.argmax(axis=1)))):
        owner[anchor] = number
    return _positives(corners, owner[owner >= 0], grid.sides[owner >= 0])


def ssd(corners: Array, extent: Array, side: int) -> Positives:
    grid = grids.ssd()
    warped = corners * np.tile(grids.SSD_SIDE / extent, 2)
    overlap = grid.overlap(warped, np.float32)
    owner = np.where(overlap.max(axis=0) >= POSITIVE, overlap.argmax(axis=0), -1)
    for number, anchor in enumerate(overlap.argmax(axis=1)):
        owner[anchor] = number
    return _positives(warped, owner[owner >= 0], grid.sides[owner >= 0])


def atss(corners: Array, extent: Array, side: int) -> Positives:
    grid = grids.squares(side, side)
    centre = (corners[:, :2] + corners[:, 2:]) / 2
    found, places, anchor = [], [], []
    start = 0
    for level, count in zip(grid.levels, grid.counts, strict=True):
        number, place = _around(level, centre, 2 * NEAREST - 1)
        distance = np.hypot(*(place - centre[:, None]).transpose(2, 0, 1))
        nearest = np.argsort(distance, axis=1, kind="stable")[:, :NEAREST]
        found.append(np.take_along_axis(number, nearest, axis=1) + start)
        places.append(np.take_along_axis(place, nearest[..., None], axis=1))
        anchor.append(np.broadcast_to(level.shapes[0], places[-1].shape))
        start += count
    number, here, shape = np.concatenate(found, 1), np.concatenate(places, 1), np.concatenate(anchor, 1)
    low, high = corners[:, None, :2], corners[:, None, 2:]
    inter = np.maximum(np.minimum(high, here + shape / 2) - np.maximum(low, here - shape / 2), 0).prod(axis=2)
    ious = inter / (shape.prod(axis=2) + (high - low).prod(axis=2) - inter)
    threshold = ious.mean(axis=1) + ious.std(axis=1, ddof=1)
    margin = np.minimum(here - low, high - here).min(axis=2)
    row, column = np.nonzero((ious >= threshold[:, None]) & (margin > INSIDE))
    kept = _first_claims(number[row, column], -ious[row, column], row)
    return _positives(corners, row[kept], shape[row, column][kept])


def fcos(corners: Array, extent: Array, side: int) -> Positives:
    centre = (corners[:, :2] + corners[:, 2:]) / 2
    area = (corners[:, 2:] - corners[:, :2]).prod(axis=1)
    grid = grids.squares(side, side)
    owner, place_number, start = [], [], 0
    for level, count, low, high in zip(grid.levels, grid.counts, RANGES[:-1], RANGES[1:], strict=True):
        number, place = _around(level, centre, 2 * round(RADIUS + 1) + 1)
        first, last = place - corners[:, None, :2], corners[:, None, 2:] - place
        largest = np.maximum(first, last).max(axis=2)
        inside = np.minimum(first, last).min(axis=2) > 0
        inside &= np.abs(place - centre[:, None]).max(axis=2) < RADIUS * level.stride
        row, column = np.nonzero(inside & (largest >= low) & (largest <= high))
        owner.append(row)
        place_number.append(number[row, column] + start)
        start += count
    rows, numbers = np.concatenate(owner), np.concatenate(place_number)
    rows = rows[_first_claims(numbers, area[rows], rows)]
    return _positives(corners, rows, np.full((len(rows), 2), np.nan))


def _around(level: grids.Level, centre: Array, width: int) -> tuple[Array, Array]:
    """Number and centre of the places of a level around each point, `width` columns and rows of them."""
    numbers = []
    for axis, places in enumerate((level.x, level.y)):
        size = min(width, len(places))
        middle = np.floor(centre[:, axis] / level.stride).astype(int)
        first = np.clip(middle - size // 2, 0, len(places) - size)
        numbers.append(first[:, None] + np.arange(size))
    column, row = numbers
    number = row[:, :, None] * len(level.x) + column[:, None, :]
    place = np.stack(np.broadcast_arrays(level.x[column][:, None, :], level.y[row][:, :, None]), axis=-1)
    return number.reshape(len(centre), -1), place.reshape(len(centre), -1, 2)


def _first_claims(slot: Array, price: Array, owner: Array) -> Array:
    """Which of several claims on the same slots count: the least price, then the first object."""
    order = np.lexsort((owner, price, slot))
    first = np.ones(len(order), dtype=bool)
    first[1:] = slot[order][1:] != slot[order][:-1]
    return order[first]


Rule = Callable[[Array, Array, int], Positives]
RULES: dict[str, Rule] = {
    "yolov3": yolov3,
    "yolov4": yolov4,
    "yolov5": yolov5,
    "retinanet": retinanet,
    "efficientdet": efficientdet,
    "ssd": ssd,
    "atss": atss,
    "fcos": fcos,
}
TITLES = {
    "yolov3": "YOLOv3",
    "yolov4": "YOLOv4",
    "yolov5": "YOLOv5",
    "retinanet": "RetinaNet",
    "efficientdet": "EfficientDet",
    "ssd": "SSD",
    "atss": "ATSS",
    "fcos": "FCOS",
}
