"""Encoding and decoding boxes by the table of methods, and the range that each of them reaches."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from .arithmetic import Array, constant
from .methods import Method
from .widths import WidthMap, logit, sigmoid

CENTERNET_STRIDE = 4
YOLOV1_CELLS = 7
# YOLOv3's nine anchors (cfg/yolov3.cfg), three a level, for strides 8, 16 and 32.
ANCHORS = np.array(
    [(10, 13), (16, 30), (33, 23), (30, 61), (62, 45), (59, 119), (116, 90), (156, 198), (373, 326)], float
)
STRIDES = np.array([8.0, 8.0, 8.0, 16.0, 16.0, 16.0, 32.0, 32.0, 32.0])


@dataclass(frozen=True, slots=True)
class Places:
    """Where each of n boxes is coded: two rows (x, y) of references, cells, points and anchor centres, in pixels."""

    reference: Array
    cell: Array  # the cell's side
    index: Array  # the cell's index
    point: Array  # the cell's centre, where anchors and distances start
    image: float


def places(method: Method, centres: Array, sizes: Array, image: float) -> Places:
    """The reference that each box meets: the YOLOv3 anchor of highest centred IoU, and that anchor's stride."""
    inter = np.minimum(sizes[:, :, None], ANCHORS.T[:, None, :]).prod(axis=0)
    union = sizes.prod(axis=0)[:, None] + ANCHORS.prod(axis=1)[None, :] - inter
    best = (inter / union).argmax(axis=1)
    stride = STRIDES[best]
    if method.key == "centernet":
        stride = np.full_like(stride, CENTERNET_STRIDE)
    cell = np.full_like(stride, image / YOLOV1_CELLS) if method.key == "yolov1" else stride
    both = np.stack([cell, cell])
    index = np.floor(centres / both)
    reference = {
        "anchor": ANCHORS[best].T,
        "stride": np.stack([stride, stride]),
        "image": np.full_like(sizes, image),
        "pixel": np.ones_like(sizes),
    }[method.reference]
    return Places(reference, both, index, (index + 0.5) * both, image)


def encode(method: Method, centres: Array, sizes: Array, at: Places) -> tuple[Array, Array]:
    """The raw outputs (position, size) that decode to these boxes, in the format of the boxes.

    Rows are x and y. For `sides` the first is left/top and the second right/bottom.
    """
    like = sizes
    reference, cell = at.reference.astype(like.dtype), at.cell.astype(like.dtype)
    index, point = at.index.astype(like.dtype), at.point.astype(like.dtype)
    if method.coding == "sides":
        half = sizes * constant(0.5, like)
        before = (point - (centres - half)) / reference
        after = ((centres + half) - point) / reference
        return method.map.invert(before), method.map.invert(after)
    size = method.map.invert(sizes / reference)
    if method.coding == "cell":
        return centres / cell - index, size
    if method.coding == "cell-sigmoid":
        share = (centres / cell - index - constant(method.shift, like)) / constant(method.scale, like)
        return logit(share), size
    if method.coding == "image-sigmoid":
        return logit(centres / constant(at.image, like)), size
    return (centres - point) / reference / constant(method.scale, like), size


def decode(method: Method, first: Array, second: Array, at: Places) -> tuple[Array, Array]:
    """The boxes (centres, sizes) of raw outputs, in the outputs' format."""
    like = first
    reference, cell = at.reference.astype(like.dtype), at.cell.astype(like.dtype)
    index, point = at.index.astype(like.dtype), at.point.astype(like.dtype)
    side = method.map.apply
    if method.coding == "sides":
        low = point - reference * side(first)[0]
        high = point + reference * side(second)[0]
        return (low + high) * constant(0.5, low), high - low
    sizes = reference * side(second)[0]
    if method.coding == "cell":
        return (first + index) * cell, sizes
    if method.coding == "cell-sigmoid":
        inner = sigmoid(first) * constant(method.scale, like) + constant(method.shift, like)
        return (inner + index) * cell, sizes
    if method.coding == "image-sigmoid":
        return sigmoid(first) * constant(at.image, like), sizes
    return first * constant(method.scale, like) * reference + point, sizes


@dataclass(frozen=True, slots=True)
class Range:
    """The sides that a map reaches, in units of its reference, as evaluated and as its closed form says."""

    lowest: float
    highest: float
    lower: float
    upper: float

    @property
    def error(self) -> float:
        """The largest relative difference between the two; 0 where both are infinite or both are zero."""
        return max(_gap(self.lowest, self.lower), _gap(self.highest, self.upper))


def measured_range(width: WidthMap) -> Range:
    """Evaluate a map over every magnitude that float64 has, and compare with its closed form."""
    magnitudes = np.append(np.logspace(-6.0, 308.0, 4_000), np.finfo(np.float64).max)
    t = np.concatenate([-magnitudes[::-1], [0.0], magnitudes])
    if width.bins > 1:
        # The extremes of a softmax's mean: all its mass in the first bin, or in the last.
        ends = np.zeros((t.size, 2, width.bins))
        ends[:, 0, 0] = ends[:, 1, -1] = t
        t = ends
    with np.errstate(all="ignore"):
        sides = width.apply(t)[0]
        # A map that reaches float64's largest number has no limit of its own.
        sides = np.where(np.abs(sides) >= np.finfo(np.float64).max, np.copysign(np.inf, sides), sides)
    return Range(float(np.nanmin(sides)), float(np.nanmax(sides)), width.lower, width.upper)


def _gap(measured: float, closed: float) -> float:
    if measured == closed:
        return 0.0
    if not (math.isfinite(measured) and math.isfinite(closed)):
        return math.inf
    return abs(measured - closed) / max(abs(closed), 1e-300)
