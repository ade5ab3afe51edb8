"""The parameters of a run: how many images and seeds, which thresholds, whether the detector is trained anew."""

from __future__ import annotations

from pydantic import field_validator

from studyctl.lab import Params, param


class ScoreThresholding(Params):
    """How many images and seeds, which thresholds, whether the detector is trained anew."""

    images: int = param(300, "generated images that rules are compared on", ge=20, le=20_000)
    seeds: int = param(1, "detectors, each trained and tested on images of its own; the first has kept weights", ge=1)
    train: bool = param(False, "train the first one too, and keep its weights as an artifact of the run")
    steps: int = param(1000, "steps of a training", ge=1, le=100_000)
    training_images: int = param(1000, "generated images that a detector is trained on", ge=16, le=100_000)
    threshold: float = param(0.05, "RetinaNet's threshold of a score", gt=0, lt=1)
    topk: int = param(1000, "RetinaNet's limit of candidates of a level", ge=1)
    nms_iou: float = param(0.5, "overlap from which on NMS drops a box of the same class", gt=0, lt=1)
    budgets: list[int] = param([10, 30, 100, 300, 1000], "limits of candidates of a level, to see where one binds")
    resamples: int = param(500, "bootstrap draws of the images", ge=100, le=100_000)
    width: int = param(1344, "of the image whose synthetic output NMS is timed on", unit="px", ge=128, le=4096)
    height: int = param(800, "of the same", unit="px", ge=128, le=4096)
    repeats: int = param(5, "timings of each NMS", ge=1, le=1000)
    details: bool = param(True, "draw limits, times and calibration too, not only AP against candidates")
    seed: int = param(0, "of images, trainings and draws", ge=0)

    @field_validator("budgets")
    @classmethod
    def _sorted(cls, value: list[int]) -> list[int]:
        if not value or min(value) < 1 or sorted(set(value)) != value:
            raise ValueError("has to be whole numbers from 1 on, each larger than the one before")
        return value
