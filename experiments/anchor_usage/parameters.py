"""The parameters of a run: which objects, how large an input, how many fits."""

from __future__ import annotations

from typing import Literal

from pydantic import field_validator

from studyctl.lab import Params, param


class AnchorUsage(Params):
    """Which objects, how large an input, how many fits."""

    annotations: str = param("", "COCO-format annotation file; empty: generated objects")
    degenerate: Literal["refuse", "skip"] = param("refuse", "boxes of a file without a positive width and height")
    side: int = param(640, "side of the square input; the longer side of an image", unit="px", ge=128, multiple_of=128)
    images: int = param(300, "generated images whose objects are assigned; of a file all are", ge=20, le=100_000)
    k: int = param(9, "anchors that are fitted", ge=1, le=50)
    fit_boxes: list[int] = param([30, 100, 300, 1000, 3000, 10_000], "boxes that anchors are fitted on")
    unseen_boxes: int = param(10_000, "generated boxes that they are scored on", ge=100, le=1_000_000)
    fits: int = param(5, "fits on boxes of their own, for intervals", ge=3, le=100)
    restarts: int = param(3, "starts of every k-means; YOLOv5 has 30", ge=1, le=100)
    generations: int = param(1000, "mutations of AutoAnchor", ge=0, le=100_000)
    figures: bool = param(True, "draw them")
    seed: int = param(0, "of objects, halves of a file, starts and mutations", ge=0)

    @field_validator("fit_boxes")
    @classmethod
    def _sizes(cls, value: list[int]) -> list[int]:
        if not value or min(value) < 10 or max(value) > 1_000_000 or sorted(set(value)) != value:
            raise ValueError("has to be whole numbers from 10 to a million, each larger than the one before")
        return value
