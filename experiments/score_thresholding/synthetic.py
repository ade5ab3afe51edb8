"""How long NMS takes on what each rule leaves of an output of RetinaNet's size.

The logits are made: ground as a normal distribution, and some objects whose anchors score high for one or two classes.
Nothing but times and counts is taken from them; what they would be worth is not asked.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np

from .rules import NONE, Candidates, Scores, efficientdet, max_class, pairs
from .scenes import Array
from .suppression import whole

STRIDES = (8, 16, 32, 64, 128)
CLASSES = 80
THRESHOLD = 0.05  # RetinaNet's; a run with another one is timed with this
GROUND = (-6.0, 1.0)  # of logits: mean and standard deviation: about one pair of a thousand is above .05
OBJECTS = 20
NEAR = 40  # anchors of an object that score high
HIGH = (0.0, 1.5)
JITTER = 0.1  # of a box to its anchor, in units of its side


@dataclass(frozen=True, slots=True)
class Timed:
    """One way to choose candidates, and what it costs on this machine."""

    way: str
    candidates: int
    choose_ms: float
    nms_ms: float


WAYS: dict[str, Callable[[Scores, list[int]], Candidates]] = {
    "pairs-top1000": lambda scores, levels: pairs(scores, THRESHOLD, 1000, levels),
    "best-class-top1000": lambda scores, levels: max_class(scores, THRESHOLD, 1000, levels),
    "top5000": lambda scores, levels: efficientdet(scores, 0.0, 5000, levels),
    "pairs-all": lambda scores, levels: pairs(scores, THRESHOLD, NONE, levels),
}
TITLES = {
    "pairs-top1000": "pairs > .05, 1000 a level",
    "best-class-top1000": "best class > .05, 1000 a level",
    "top5000": "5000 pairs, no threshold",
    "pairs-all": "pairs > .05, no limit",
}


def grid(width: int, height: int) -> tuple[Array, list[int]]:
    """RetinaNet's anchors, (anchor, 4), and how many each level has."""
    ratios, octaves = np.array([0.5, 1.0, 2.0]), 4.0 * 2.0 ** (np.arange(3) / 3)
    found, levels = [], []
    for stride in STRIDES:
        root = octaves[:, None] * stride
        half = np.stack([root / np.sqrt(ratios), root * np.sqrt(ratios)], axis=-1).reshape(-1, 2) / 2
        x = (np.arange(-(-width // stride)) + 0.5) * stride
        y = (np.arange(-(-height // stride)) + 0.5) * stride
        centre = np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 1, 2)
        boxes = np.concatenate([centre - half, centre + half], axis=-1).reshape(-1, 4)
        found.append(boxes)
        levels.append(len(boxes))
    return np.concatenate(found).astype(np.float32), levels


def made(width: int, height: int, seed: int) -> tuple[Array, Array, list[int]]:
    """Boxes, scores of pairs, and the sizes of the levels."""
    rng = np.random.default_rng([seed, 229])
    anchors, levels = grid(width, height)
    logits = rng.standard_normal((len(anchors), CLASSES), dtype=np.float32) * GROUND[1] + GROUND[0]
    centre = (anchors[:, :2] + anchors[:, 2:]) / 2
    root = np.sqrt((anchors[:, 2:] - anchors[:, :2]).prod(axis=1))
    for _ in range(OBJECTS):
        anchor = rng.integers(len(anchors))
        away = np.hypot(*(centre - centre[anchor]).T) / root[anchor] + np.abs(np.log(root / root[anchor]))
        near = np.argpartition(away, min(NEAR, len(away) - 1))[:NEAR]
        for label in rng.choice(CLASSES, 2, replace=False):
            logits[near, label] = rng.normal(*HIGH, len(near))
    wh = anchors[:, 2:] - anchors[:, :2]
    boxes = anchors + rng.normal(0, JITTER, anchors.shape).astype(np.float32) * np.tile(wh, 2)
    boxes[:, 2:] = np.maximum(boxes[:, 2:], boxes[:, :2] + 1)
    with np.errstate(over="ignore"):
        return boxes.astype(np.float32), 1 / (1 + np.exp(-logits)), levels


def timed(boxes: Array, scores: Array, levels: list[int], repeats: Iterable[int], iou: float) -> list[Timed]:
    """The median time of every way, interleaved so that a slow moment meets all of them."""
    taken: dict[str, list[tuple[float, float, int]]] = {way: [] for way in WAYS}
    for _ in repeats:
        for way, choose in WAYS.items():
            start = time.perf_counter()
            found = choose({"classes": scores}, levels)
            middle = time.perf_counter()
            whole(boxes[found.anchor], found, iou)
            taken[way].append((middle - start, time.perf_counter() - middle, len(found.score)))
    return [
        Timed(way, times[0][2], *(1000 * float(np.median([one[i] for one in times])) for i in (0, 1)))
        for way, times in taken.items()
    ]
