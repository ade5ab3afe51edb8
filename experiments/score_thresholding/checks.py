"""Checks against references that the measuring code does not share. One that fails ends the run.

What holds by construction belongs here, and never among the findings: that the best class of an anchor is above a
threshold exactly where one of its pairs is, and that objectness is never below objectness x class.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np

from experiments.detection_metrics.precision import curves
from studyctl.lab import Check

from . import compare, detector, grid, precision, rules, scenes, synthetic
from .compare import Study
from .suppression import MOST

EXACT = 30  # images of the comparison with torchvision


def unlike_torchvision(study: Study, threshold: float, k: int) -> int:
    """In how many images torchvision's own RetinaNet leaves other detections of the same output."""
    import torch
    from torchvision.models.detection._utils import BoxCoder
    from torchvision.models.detection.retinanet import RetinaNet

    images = min(EXACT, study.images)
    given = SimpleNamespace(
        score_thresh=threshold,
        topk_candidates=k,
        nms_thresh=study.params.nms_iou,
        detections_per_img=MOST,
        box_coder=BoxCoder(weights=(1.0, 1.0, 1.0, 1.0)),
    )

    def levelled(values: Any) -> list[Any]:
        return list(torch.split(torch.from_numpy(values), study.levels, dim=-2))

    heads = {
        "cls_logits": levelled(study.output.logits[:images]),
        "bbox_regression": levelled(study.output.deltas[:images]),
    }
    places = [levelled(grid.anchors())] * images
    theirs = RetinaNet.postprocess_detections(given, heads, places, [(scenes.SIDE, scenes.SIDE)] * images)
    ours = study.at(rules.pairs, threshold, k).found
    unlike = 0
    for image, reference in enumerate(theirs):
        mine = ours.image == image
        same = (
            mine.sum() == len(reference["labels"])
            and np.array_equal(ours.label[mine], reference["labels"].numpy())
            and np.array_equal(ours.score[mine], reference["scores"].numpy())
            and np.allclose(ours.corners[mine], reference["boxes"].numpy(), atol=1e-3)
        )
        unlike += not same
    return unlike


def plain_ap(study: Study) -> float:
    """AP of RetinaNet's rule by the code that is held against COCO's library."""
    one = study.published["pairs"].matched
    found = curves(one.label, one.hits, np.zeros_like(one.hits), one.objects.sum(axis=1))
    return float(np.nanmean(found.ap["101"]))


def above_at_start(study: Study, seed: int) -> int:
    """How many pairs an untrained network puts above RetinaNet's threshold."""
    images = min(EXACT, study.images)
    untrained = detector.run(detector.network(seed), study.scenes.pixels[:images])
    return int((untrained.scores["classes"] > synthetic.THRESHOLD).sum())


def instrument(study: Study) -> list[Check]:
    """Everything that can be checked of one detector's output."""
    p = study.params
    source = "torchvision's RetinaNet.postprocess_detections, on the same logits"
    found = [
        Check(f"torchvision.k{k}", unlike_torchvision(study, p.threshold, k), 0, 0, source)
        for k in sorted({p.topk, 10})
    ]
    found += [
        Check("ap", precision.average_precision(study.published["pairs"].matched, study.weights[:1])[0],
              plain_ap(study), 1e-12, "the AP of detection-metrics"),
        Check("anchors", _projection(study), 0, 0, "max > t is where any pair is, without a limit"),
    ]  # fmt: skip
    found += [
        Check(f"pre-filter.{compare.named(t)}", float(study.draws[f"yolov3.{compare.named(t)}.differ"][0]), 0, 0,
              "objectness x class > t alone: a class score is at most 1")
        for t in compare.YOLO_THRESHOLDS
    ]  # fmt: skip
    found.append(Check("start", above_at_start(study, p.seed), 0, 0, "a prior of .01: nothing is above .05"))
    count = len(synthetic.grid(1344, 800)[0])
    found.append(Check("grid", count, 201_600, 0, "RetinaNet at 800 x 1344 (detectron2)"))
    return found


def _projection(study: Study) -> float:
    """Anchors that differ where no limit is in the way."""
    sets = [study.candidates(rule, study.params.threshold, rules.NONE) for rule in (rules.pairs, rules.max_class)]
    return float(sum(len(np.setxor1d(a.anchor, b.anchor)) for a, b in zip(*sets, strict=True)))
