"""The parameters of a run: made detections, or a person's own files."""

from __future__ import annotations

from typing import Literal

from pydantic import ValidationInfo, field_validator

from studyctl.lab import Params, param

LEVELS = ("sharp", "good", "fair", "loose")


class DetectionMetrics(Params):
    """What is evaluated, and by which rules."""

    truth: str = param(
        "",
        "own ground truth (empty: made detections): coco: instances JSON; voc: folder of XML; text: folder with one "
        "file for each image, lines `class left top width height [difficult]`",
    )
    detections: str = param(
        "",
        "own detections: coco: results JSON; voc: folder of `comp3_det_test_CLASS.txt`, lines `image score xmin ymin "
        "xmax ymax`; text: folder with one file for each image, lines `class score left top width height`",
    )
    format: Literal["coco", "voc", "text"] = param("coco", "of both files")
    unknown: Literal["refuse", "skip"] = param("refuse", "own detections of a class or image that the truth lacks")
    voc_iou: float = param(0.5, "IoU from which VOC calls a box found", gt=0, le=1)
    boundary: Literal["devkit", "python"] = param(
        "devkit", "VOC at exactly that IoU: devkit counts it (>=), the Python copies do not (>)"
    )
    images: int = param(1_000, "made images", ge=5, le=20_000)
    classes: int = param(8, "made classes", ge=2, le=80)
    noise: list[float] = param(
        [0.02, 0.05, 0.1, 0.2], "noise of the edges of made boxes: sharp, good, fair, loose", unit="of a side"
    )
    resamples: int = param(400, "drawings of the images, for intervals of differences", ge=50, le=100_000)
    seed: int = param(0, "of what is made, and of drawings", ge=0)

    @field_validator("noise")
    @classmethod
    def _four(cls, value: list[float]) -> list[float]:
        if len(value) != len(LEVELS) or not all(0 < one <= 1 for one in value) or sorted(value) != value:
            raise ValueError("has to be four numbers above 0 and at most 1, in rising order")
        return value

    @field_validator("detections")
    @classmethod
    def _both(cls, value: str, info: ValidationInfo) -> str:
        if bool(value) != bool(info.data.get("truth", "")):
            raise ValueError("truth and detections are given together")
        return value
