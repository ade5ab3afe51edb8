"""The table of methods: how sixteen published detectors code a box, and where that is written.

t is the network's raw output, a the anchor's side, s the stride of the feature level, W the image's side, c the cell's
index. Files are named in the repository that the method's authors, or the library that carries it, publish. Formulas,
limits, functions and paper ids were read there; where a library adds what its paper does not have (the clamp of
Faster R-CNN and RetinaNet), the library is what is described.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

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
    relu,
    square,
)

Reference = Literal["anchor", "stride", "image", "pixel"]
Centre = Literal["cell", "cell-sigmoid", "anchor-offset", "image-sigmoid", "sides"]

DFL_BINS = 16  # reg_max of YOLOv8


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
    paper: str
    source: str  # the code, by repository and file
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
        "arXiv:1506.02640",
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
        "arXiv:1612.08242",
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
        "arXiv:1804.02767",
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
        "arXiv:2004.10934",
        "AlexeyAB/darknet src/yolo_layer.c, delta_yolo_box; cfg/yolov4.cfg (first head)",
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
        "arXiv:2011.08036 (Scaled-YOLOv4)",
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
        "arXiv:2107.08430",
        "Megvii-BaseDetection/YOLOX yolox/models/yolo_head.py, get_output_and_grid and get_l1_target",
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
        "l, r <= 15*s (YOLOv8: 16 bins; GFL has 17)",
        "arXiv:2006.04388 (GFL)",
        "ultralytics/ultralytics ultralytics/utils/tal.py, dist2bbox",
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
        "arXiv:1512.02325",
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
        "arXiv:1506.01497",
        "facebookresearch/detectron2 box_regression.py, Box2BoxTransform; pytorch/vision _utils.py, BoxCoder",
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
        "arXiv:1906.07155",
        "open-mmlab/mmdetection delta_xywh_bbox_coder.py, delta2bbox",
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
        "arXiv:1708.02002",
        "facebookresearch/detectron2 box_regression.py, Box2BoxTransform; pytorch/vision _utils.py, BoxCoder",
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
        "arXiv:1911.09070",
        "google/automl efficientdet/anchors.py, decode_box_outputs; hparams_config.py",
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
        "arXiv:1904.01355",
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
        "arXiv:1904.01355",
        "facebookresearch/detectron2 box_regression.py, Box2BoxTransformLinear; pytorch/vision fcos.py",
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
        "arXiv:1904.07850",
        "xingyizhou/CenterNet models/decode.py, ctdet_decode",
        linear(),
        "stride",
        "cell",
    ),
    Method(
        "detr",
        "DETR, Deformable DETR",
        "W*sigma(t); refined: W*sigma(t + logit(reference))",
        "W*sigma(t)",
        "the box / W",
        "L1 + GIoU",
        "0 < w < W",
        "arXiv:2005.12872, arXiv:2010.04159",
        "facebookresearch/detr; fundamentalvision/Deformable-DETR deformable_detr.py",
        image_sigmoid(),
        "image",
        "image-sigmoid",
    ),
)
