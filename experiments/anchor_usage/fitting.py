"""Anchors that are fitted to boxes, and how well anchors of any origin fit boxes by shape alone.

Figures of shape compare centred boxes, so that only width and height count:

- *average best IoU*: the mean over boxes of the largest IoU with an anchor (YOLO9000, arXiv:1612.08242, section 2);
- *share above half*: boxes whose best IoU is at least 0.5;
- *best possible recall*: boxes for which some anchor has max(r, 1/r) < 4 in width and in height
  (ultralytics/yolov5 `utils/autoanchor.py`: `check_anchors`, `metric`).

`k_means` is YOLO9000's, under the distance 1 - IoU. The paper does not say what a centre is; common scripts take the
mean of the widths and heights, others the median: both are measured. It stops when no box changes its anchor; of
several starts the one with the largest average best IoU counts. Neither centre is the one of largest mean IoU, so that
more steps may fit worse. `auto_anchor` is YOLOv5's: Euclidean k-means on whitened sides (`kmean_anchors`), then
generations of random factors that are kept where they raise the fitness. YOLOv5 does so only where the best possible
recall of its own anchors is below 0.98; here it is always done, to see what it gains.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from .boxes import Array

Centre = Literal["mean", "median"]
METHODS = ("kmeans-mean", "kmeans-median", "autoanchor")
RATIO = 4.0  # YOLOv5's anchor_t
LONGEST = 200  # steps of one k-means
# YOLOv5's mutation: the chance that a side changes, the spread, and the bounds of its factor.
CHANCE, SPREAD, FACTORS, SMALLEST = 0.9, 0.1, (0.3, 3.0), 2.0


@dataclass(frozen=True, slots=True)
class Fit:
    """How well anchors fit boxes by shape."""

    iou: float
    half: float
    recall: float


def shape_iou(sides: Array, anchors: Array) -> Array:
    """IoU of centred boxes: (box, anchor)."""
    inter = np.minimum(sides[:, None, 0], anchors[None, :, 0]) * np.minimum(sides[:, None, 1], anchors[None, :, 1])
    return np.asarray(inter / (sides.prod(axis=1)[:, None] + anchors.prod(axis=1)[None] - inter))


def closeness(sides: Array, anchors: Array) -> Array:
    """min(r, 1/r) over width and height, r the ratio of box and anchor: (box, anchor)."""
    ratio = sides[:, None] / anchors[None]
    return np.asarray(np.minimum(ratio, 1 / ratio).min(axis=2))


def score(sides: Array, anchors: Array) -> Fit:
    """The figures of shape of anchors on boxes."""
    best = shape_iou(sides, anchors).max(axis=1)
    near = closeness(sides, anchors).max(axis=1)
    return Fit(float(best.mean()), float((best >= 0.5).mean()), float((near > 1 / RATIO).mean()))


def fit(method: str, sides: Array, k: int, seed: list[int], *, restarts: int, generations: int) -> Array:
    """Anchors of a method, from the smallest to the largest area; fewer than k where there are fewer unlike boxes."""
    if method == "autoanchor":
        found = auto_anchor(sides, k, seed, restarts=restarts, generations=generations)
    else:
        centre: Centre = "mean" if method == "kmeans-mean" else "median"
        found = k_means(sides, k, seed, centre=centre, restarts=restarts)
    return found[np.argsort(found.prod(axis=1), kind="stable")]


def k_means(sides: Array, k: int, seed: list[int], *, centre: Centre = "mean", restarts: int = 1) -> Array:
    """k-means under 1 - IoU that starts from boxes drawn at random; the best of `restarts` ends."""
    rng = np.random.default_rng(seed)
    unlike = np.unique(sides, axis=0)
    best, found = -1.0, unlike[:1]
    for _ in range(restarts):
        anchors = rng.choice(unlike, min(k, len(unlike)), replace=False)
        before: Array | None = None
        for _ in range(LONGEST):
            overlap = shape_iou(sides, anchors)
            nearest = overlap.argmax(axis=1)
            if before is not None and (nearest == before).all():
                break
            before, anchors = nearest, _centres(sides, nearest, anchors, centre)
        value = float(shape_iou(sides, anchors).max(axis=1).mean())
        if value > best:
            best, found = value, anchors
    return np.asarray(found)


def _centres(sides: Array, nearest: Array, anchors: Array, centre: Centre) -> Array:
    """The centre of every cluster; one that lost its boxes stays where it was."""
    if centre == "mean":
        count = np.bincount(nearest, minlength=len(anchors))
        sums = [np.bincount(nearest, sides[:, axis], len(anchors)) for axis in range(2)]
        return np.where(count[:, None] > 0, np.stack(sums, axis=1) / np.maximum(count, 1)[:, None], anchors)
    members = [sides[nearest == one] for one in range(len(anchors))]
    return np.stack([np.median(m, axis=0) if len(m) else anchors[i] for i, m in enumerate(members)])


def auto_anchor(sides: Array, k: int, seed: list[int], *, restarts: int, generations: int) -> Array:
    """YOLOv5's anchors: Euclidean k-means of whitened sides, then mutations that are kept where they are fitter."""
    rng = np.random.default_rng(seed)
    kept = sides[(sides >= SMALLEST).any(axis=1)]  # YOLOv5 leaves out boxes with both sides below 2 pixels
    kept = kept if len(kept) else sides
    scale = kept.std(axis=0)
    scale = np.where(scale > 0, scale, 1.0)
    anchors = _euclidean(kept / scale, k, rng, restarts) * scale
    wh = kept.astype(np.float32)
    best = fitness(wh, anchors)
    for _ in range(generations):
        factor = np.ones(anchors.shape)
        while (factor == 1).all():
            change = rng.random(anchors.shape) < CHANCE
            factor = (change * rng.random() * rng.normal(size=anchors.shape) * SPREAD + 1).clip(*FACTORS)
        changed = (anchors * factor).clip(SMALLEST)
        if (value := fitness(wh, changed)) > best:
            best, anchors = value, changed
    return anchors


def fitness(sides: Array, anchors: Array) -> float:
    """YOLOv5's `anchor_fitness`: the mean closeness of the best anchor, zero where it is no match."""
    w, h = (np.asarray(sides[:, axis, None] / anchors[None, :, axis].astype(np.float32)) for axis in range(2))
    best = np.minimum(np.minimum(w, 1 / w), np.minimum(h, 1 / h)).max(axis=1)
    return float(np.where(best > np.float32(1 / RATIO), best, np.float32(0)).mean(dtype=np.float64))


def _euclidean(points: Array, k: int, rng: np.random.Generator, restarts: int) -> Array:
    """Plain k-means: the codebook with the least mean distance, as scipy's `kmeans` returns it."""
    unlike = np.unique(points, axis=0)
    least, found = np.inf, unlike[:1]
    squares = (points * points).sum(axis=1)[:, None]
    for _ in range(restarts):
        centres = rng.choice(unlike, min(k, len(unlike)), replace=False)
        previous = np.inf
        for _ in range(LONGEST):
            distance = squares - 2 * points @ centres.T + (centres * centres).sum(axis=1)
            nearest = distance.argmin(axis=1)
            mean = float(np.sqrt(np.maximum(distance.min(axis=1), 0)).mean())
            if mean < least:
                least, found = mean, centres
            if previous - mean <= 1e-5:
                break
            previous = mean
            count = np.bincount(nearest, minlength=len(centres))
            sums = [np.bincount(nearest, points[:, axis], len(centres)) for axis in range(2)]
            # A centre without points is dropped, as scipy does.
            centres = (np.stack(sums, axis=1) / np.maximum(count, 1)[:, None])[count > 0]
    return np.asarray(found)
