"""The box codings of published detectors: one row a method, with its encoding, its decoding, its range and its source.

t is the network's raw output, a the anchor's side, s the stride of the feature level, W the image's side, c the cell's
index. Files are named in the repository that the method's authors, or the library that carries it, publish.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np

from .arithmetic import Array, constant
from .widths import (
    CLAMPED_EXP,
    EXP,
    RCNN_CLAMP,
    SQUARED_SIGMOID,
    WidthMap,
    distribution,
    exponential,
    image_sigmoid,
    linear,
    logit,
    relu,
    sigmoid,
    square,
)

Reference = Literal["anchor", "stride", "image", "pixel"]
Centre = Literal["cell", "cell-sigmoid", "anchor-offset", "image-sigmoid", "sides"]

DFL_BINS = 16  # reg_max of YOLOv8
CENTERNET_STRIDE = 4
YOLOV1_CELLS = 7
# YOLOv3's nine anchors (cfg/yolov3.cfg), three a level, for strides 8, 16 and 32.
ANCHORS = np.array(
    [(10, 13), (16, 30), (33, 23), (30, 61), (62, 45), (59, 119), (116, 90), (156, 198), (373, 326)], float
)
STRIDES = np.array([8.0, 8.0, 8.0, 16.0, 16.0, 16.0, 32.0, 32.0, 32.0])


@dataclass(frozen=True, slots=True)
class Method:
    """One published coding of boxes."""

    key: str
    title: str
    width: str  # formulas, as a reader knows them
    centre: str
    target: str
    loss: str
    limit: str
    source: str
    map: WidthMap
    reference: Reference
    coding: Centre
    scale: float = 1.0  # of the centre's raw output: 1.2 of YOLOv4, 0.1 of SSD
    shift: float = 0.0


METHODS: tuple[Method, ...] = (
    Method(
        "yolov1",
        "YOLOv1",
        "W*t^2",
        "(t + c)*W/7",
        "sqrt(w/W)",
        "L2",
        "none; t may be negative",
        "pjreddie/darknet src/detection_layer.c, forward_detection_layer (sqrt=1)",
        square(),
        "image",
        "cell",
    ),
    Method(
        "yolov2",
        "YOLOv2",
        "a*exp(t)",
        "(sigma(t) + c)*s",
        "ln(w/a)",
        "L2, scaled",
        "none",
        "pjreddie/darknet src/region_layer.c, get_region_box and delta_region_box",
        EXP,
        "anchor",
        "cell-sigmoid",
    ),
    Method(
        "yolov3",
        "YOLOv3 (darknet)",
        "a*exp(t)",
        "(sigma(t) + c)*s",
        "ln(w/a)",
        "gradient (2 - w*h)*(target - t): linear in t",
        "none",
        "pjreddie/darknet src/yolo_layer.c, get_yolo_box and delta_yolo_box",
        EXP,
        "anchor",
        "cell-sigmoid",
    ),
    Method(
        "yolov4",
        "YOLOv4",
        "a*exp(t)",
        "(1.2*sigma(t) - 0.1 + c)*s",
        "the box",
        "CIoU",
        "none on w; NaN and inf gradients set to 0, each clipped to 5",
        "AlexeyAB/darknet src/yolo_layer.c, cfg/yolov4.cfg (first head)",
        EXP,
        "anchor",
        "cell-sigmoid",
        1.2,
        -0.1,
    ),
    Method(
        "yolov5",
        "Scaled-YOLOv4, YOLOv5, YOLOv7",
        "a*(2*sigma(t))^2",
        "(2*sigma(t) - 0.5 + c)*s",
        "the box",
        "CIoU",
        "0 < w < 4a",
        "ultralytics/yolov5 models/yolo.py, utils/loss.py",
        SQUARED_SIGMOID,
        "anchor",
        "cell-sigmoid",
        2.0,
        -0.5,
    ),
    Method(
        "yolox",
        "YOLOX",
        "s*exp(t)",
        "(t + c)*s",
        "the box; late ln(w/s)",
        "IoU, late L1",
        "none",
        "Megvii-BaseDetection/YOLOX yolox/models/yolo_head.py",
        EXP,
        "stride",
        "cell",
    ),
    Method(
        "yolov8",
        "YOLOv8, GFL (DFL)",
        "l + r, each s*sum(i*softmax_i(t))",
        "point - l, point + r",
        "two neighbouring bins",
        "CIoU + DFL",
        "each side <= (reg_max - 1)*s",
        "ultralytics/ultralytics utils/tal.py, dist2bbox",
        distribution(DFL_BINS),
        "stride",
        "sides",
    ),
    Method(
        "ssd",
        "SSD",
        "a*exp(0.2*t)",
        "0.1*t*a + centre",
        "ln(w/a)/0.2",
        "smooth L1",
        "none",
        "amdegroot/ssd.pytorch layers/box_utils.py, encode and decode",
        exponential("exp-0.2", 0.2, formula="r*exp(0.2*t)"),
        "anchor",
        "anchor-offset",
        0.1,
    ),
    Method(
        "faster-rcnn",
        "Faster R-CNN",
        "a*exp(min(t/5, ln(1000/16)))",
        "t/10*a + centre",
        "5*ln(w/a)",
        "smooth L1",
        "upper only: w <= 62.5a",
        "facebookresearch/detectron2 box_regression.py; pytorch/vision _utils.py, BoxCoder",
        exponential("clamped-exp-0.2", 0.2, highest=RCNN_CLAMP, formula="r*exp(min(t/5, ln(1000/16)))"),
        "anchor",
        "anchor-offset",
        0.1,
    ),
    Method(
        "mmdetection",
        "mmdetection delta coder",
        "a*exp(clamp(t/5, -/+ln(1000/16)))",
        "t/10*a + centre",
        "5*ln(w/a)",
        "smooth L1",
        "both sides: a/62.5 <= w <= 62.5a",
        "open-mmlab/mmdetection delta_xywh_bbox_coder.py",
        exponential(
            "two-sided-exp-0.2",
            0.2,
            -RCNN_CLAMP,
            RCNN_CLAMP,
            formula="r*exp(clamp(t/5, -/+ln(1000/16)))",
        ),
        "anchor",
        "anchor-offset",
        0.1,
    ),
    Method(
        "retinanet",
        "RetinaNet",
        "a*exp(min(t, ln(1000/16)))",
        "t*a + centre",
        "ln(w/a)",
        "(smooth) L1 on deltas",
        "upper only: w <= 62.5a",
        "facebookresearch/detectron2 box_regression.py; pytorch/vision _utils.py, BoxCoder",
        CLAMPED_EXP,
        "anchor",
        "anchor-offset",
    ),
    Method(
        "efficientdet",
        "EfficientDet",
        "a*exp(t)",
        "t*a + centre",
        "ln(w/a)",
        "Huber, delta 0.1, times 50",
        "none on exp; boxes clipped after NMS, gradient norm clipped to 10",
        "google/automl efficientdet anchors.py",
        EXP,
        "anchor",
        "anchor-offset",
    ),
    Method(
        "fcos",
        "FCOS (paper's code)",
        "l + r, each exp(scale*t) pixels",
        "point - l, point + r",
        "the box",
        "IoU or GIoU",
        "none",
        "tianzhi0549/FCOS fcos.py, FCOSHead.forward",
        EXP,
        "pixel",
        "sides",
    ),
    Method(
        "fcos-relu",
        "FCOS (torchvision, detectron2)",
        "l + r, each s*max(t, 0)",
        "point - l, point + r",
        "the box",
        "GIoU",
        "w >= 0",
        "pytorch/vision fcos.py; detectron2 box_regression.py, Box2BoxTransformLinear",
        relu(),
        "stride",
        "sides",
    ),
    Method(
        "centernet",
        "CenterNet",
        "4*t (the output stride is 4)",
        "(t + c)*4",
        "w/4",
        "L1",
        "none; w may be negative",
        "xingyizhou/CenterNet models/decode.py, ctdet_decode",
        linear(),
        "stride",
        "cell",
    ),
    Method(
        "detr",
        "DETR, Deformable DETR",
        "W*sigma(t); W*sigma(t + logit(reference))",
        "W*sigma(t)",
        "the box / W",
        "L1 + GIoU",
        "0 < w < W",
        "facebookresearch/detr; fundamentalvision/Deformable-DETR deformable_detr.py",
        image_sigmoid(),
        "image",
        "image-sigmoid",
    ),
)


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
