"""COCO's twelve figures, from the library."""

from __future__ import annotations

import contextlib
import io
from typing import Any

from .boxes import Detections, Truth

COCO_NAMES = ("ap", "ap50", "ap75", "ap_s", "ap_m", "ap_l", "ar_1", "ar_10", "ar_100", "ar_s", "ar_m", "ar_l")
# Square pixels; both ends belong to each, so that a box of 32 by 32 is small and medium.
AREAS = {"s": (0.0, 32.0**2), "m": (32.0**2, 96.0**2), "l": (96.0**2, 1e10)}
SIZED = ("_s", "_m", "_l")


def as_coco(truth: Truth, found: Detections) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The two documents of COCO, with ids from 1: an annotation with the id 0 would count as unmatched."""

    def boxes(of: Truth | Detections) -> list[list[float]]:
        return [[*xy[:2], *wh] for xy, wh in zip(of.corners.tolist(), of.size.tolist(), strict=True)]

    objects = zip(
        truth.image.tolist(), truth.label.tolist(), boxes(truth), truth.area.tolist(), truth.crowd.tolist(), strict=True
    )
    dataset = {
        "info": {},
        "images": [{"id": i} for i in range(1, len(truth.images) + 1)],
        "categories": [{"id": i, "name": name} for i, name in enumerate(truth.labels, 1)],
        "annotations": [
            {"id": i, "image_id": m + 1, "category_id": c + 1, "bbox": box, "area": area, "iscrowd": int(crowd)}
            for i, (m, c, box, area, crowd) in enumerate(objects, 1)
        ],
    }
    rows = zip(found.image.tolist(), found.label.tolist(), boxes(found), found.score.tolist(), strict=True)
    return dataset, [{"image_id": m + 1, "category_id": c + 1, "bbox": b, "score": s} for m, c, b, s in rows]


def coco_figures(truth: Truth, found: Detections) -> dict[str, float]:
    """AP and AR as the library has them; NaN where it says -1, that there is nothing to find."""
    from faster_coco_eval import COCO, COCOeval_faster

    names = dict.fromkeys(COCO_NAMES, float("nan"))
    if not truth.image.size:
        return names
    dataset, results = as_coco(truth, found)
    if not results:
        # It refuses an empty list of results, which finds nothing of what there is.
        for end, (low, high) in {"": (0.0, 1e10), **AREAS}.items():
            there = (truth.area >= low) & (truth.area <= high) & ~truth.crowd
            if there.any():
                keys = (f"ap_{end}", f"ar_{end}") if end else tuple(n for n in COCO_NAMES if n[-2:] not in SIZED)
                names.update(dict.fromkeys(keys, 0.0))
        return names
    with contextlib.redirect_stdout(io.StringIO()):
        objects = COCO(dataset)
        one = COCOeval_faster(objects, objects.loadRes(results), "bbox")
        one.evaluate()
        one.accumulate()
        one.summarize()
    return {name: float(v) if v > -1 else float("nan") for name, v in zip(COCO_NAMES, one.stats[:12], strict=True)}
