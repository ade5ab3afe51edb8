"""Checks against references that the measuring code does not share. One that fails ends the run.

What holds by construction belongs here, and never among the findings.
"""

from __future__ import annotations

import numpy as np

from studyctl.lab import Check

from . import grids
from .boxes import Array
from .fitting import fitness, k_means, score, shape_iou
from .reference import REFERENCES, anchors_of, iou
from .rules import RULES

SIDE = 128  # of the scenes: plain Python takes its time


def scene(rng: np.random.Generator, side: float, whole: bool) -> Array:
    """A few boxes of any size on a small input; whole pixels make ties."""
    wh = np.exp(rng.uniform(1.0, np.log(side), (rng.integers(1, 6), 2)))
    start = rng.random(wh.shape) * (side - wh)
    corners = np.concatenate([start, start + wh], axis=1)
    return np.asarray(np.concatenate([np.floor(corners[:, :2]), np.ceil(corners[:, 2:])], axis=1) if whole else corners)


def disagreements(rule: str, scenes: int, seed: int) -> int:
    """In how many scenes a rule and its scalar twin give an object unlike numbers of positives."""
    rng = np.random.default_rng([seed, 131])
    extent = np.array([float(SIDE), 0.75 * SIDE])
    unlike = 0
    for number in range(scenes):
        corners = scene(rng, SIDE, number % 2 == 1)
        found = np.bincount(RULES[rule](corners, extent, SIDE).owner, minlength=len(corners))
        plain = [(a, b, c, d) for a, b, c, d in corners.tolist()]
        unlike += found.tolist() != REFERENCES[rule](plain, (extent[0], extent[1]), SIDE)
    return unlike


def overlap_error(rule: str, grid: grids.Grid, seed: int) -> float:
    """The largest difference of an IoU from the one of corners, one box and one anchor at a time."""
    corners = scene(np.random.default_rng([seed, 137]), SIDE, False)
    found = grid.overlap(corners)
    plain = [anchor for level in anchors_of(rule, SIDE) for anchor in level]
    return max(
        abs(float(found[j, i]) - iou((box[0], box[1], box[2], box[3]), plain[i]))
        for j, box in enumerate(corners.tolist())
        for i in range(0, len(plain), 7)
    )


def instrument(seed: int, scenes: int) -> list[Check]:
    """Everything that can be checked before anything is measured."""
    found = [
        Check(f"rule.{rule}", disagreements(rule, scenes, seed), 0, 0, "the rule in plain Python, box by box")
        for rule in RULES
    ]
    on_grids = {
        "retinanet": grids.retinanet(SIDE, SIDE),
        "efficientdet": grids.efficientdet(SIDE, SIDE),
        "ssd": grids.ssd(),
        "atss": grids.squares(SIDE, SIDE),
    }
    found += [
        Check(f"iou.{name}", overlap_error(name, grid, seed), 0, 1e-12, "IoU of corners, one pair at a time")
        for name, grid in on_grids.items()
    ]
    published = {
        "ssd": (grids.ssd().count, 8732, "SSD300 (arXiv:1512.02325, section 3)"),
        "retinanet": (grids.retinanet(1344, 800).count, 201_600, "RetinaNet at 800 x 1344 (detectron2)"),
        "efficientdet": (grids.efficientdet(512, 512).count, 49_104, "EfficientDet-D0 at 512 (google/automl)"),
    }
    found += [Check(f"anchors.{name}", *one[:2], 0, one[2]) for name, one in published.items()]
    shapes = grids.retinanet(640, 640).levels[0].shapes
    areas = np.sqrt(shapes.prod(axis=1)).reshape(3, 3).mean(axis=1)
    found += [
        Check(f"retinanet.side-{i}", float(areas[i]), side, 0.01, "32, 40.32 and 50.80 at stride 8 (arXiv:1708.02002)")
        for i, side in enumerate((32.0, 40.32, 50.80))
    ]
    first, second = grids.YOLOV3[:1], grids.YOLOV3[1:2]
    found.append(Check("shape-iou", float(shape_iou(first, second)[0, 0]), 130 / 480, 1e-15, "10 x 13 in 16 x 30"))
    found.append(Check("recall", score(np.array([[40.0, 13.0]]), first).recall, 0, 0, "a ratio of 4 is no match"))
    ratios = np.array([[20.0, 13.0], [10.0, 52.0]])
    found.append(Check("fitness", fitness(ratios, first), 0.25, 1e-7, "1/2 and, from a ratio of 4 on, 0"))
    found.append(Check("k-means", _planted(seed), 0, 1e-9, "the centres of clusters that lie far apart"))
    return found


def _planted(seed: int) -> float:
    """How far k-means ends from the means of three clusters that cannot be mistaken."""
    rng = np.random.default_rng([seed, 139])
    clusters = [np.array(centre) * rng.uniform(0.95, 1.05, (40, 2)) for centre in ((8, 8), (40, 90), (300, 200))]
    wanted = np.stack([one.mean(axis=0) for one in clusters])
    found = k_means(np.concatenate(clusters), 3, [seed, 149], restarts=10)
    return float(np.abs(found[np.argsort(found[:, 0])] - wanted).max()) if len(found) == 3 else np.inf
