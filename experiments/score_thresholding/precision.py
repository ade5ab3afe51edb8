"""COCO's AP of detections, and its interval over images.

Matching is that of `experiments.detection_metrics`, which is held against COCO's library there. A bootstrap draw is a
weight of every image: objects and detections of an image that was drawn twice count twice. Differences are taken draw
by draw, over the same images, which is what makes them paired.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from experiments.detection_metrics.boxes import Detections as Found
from experiments.detection_metrics.boxes import Truth, from_corners, ordered
from experiments.detection_metrics.matching import THRESHOLDS, match_coco, pairs

from .scenes import CLASSES, Array, Scenes
from .suppression import Detections

RECALLS = np.linspace(0.0, 1.0, 101)


@dataclass(frozen=True, slots=True)
class Matched:
    """Detections by class and falling score, and at which thresholds of IoU each is true."""

    image: Array
    label: Array
    score: Array
    hits: Array  # (threshold, detection)
    objects: Array  # (class, image): how many there are


def truth_of(scenes: Scenes) -> Truth:
    """The objects as the metric takes them."""
    corners, size = from_corners(scenes.corners)
    none = np.zeros(len(corners), bool)
    names = [str(number) for number in range(scenes.images)]
    return Truth(names, list(CLASSES), scenes.image, scenes.label, corners, size, size.prod(axis=1), none, none)


def match(truth: Truth, found: Detections) -> Matched:
    """Every detection beside its object, if it has one."""
    corners, size = from_corners(found.corners)
    given = ordered(truth, Found(found.image, found.label, found.score.astype(float), corners, size))
    nothing = np.zeros(len(truth.label), bool)
    near = pairs(truth, given, plus_one=False)
    hits, _ = match_coco(near, len(given.score), nothing, nothing, THRESHOLDS, strict=False)
    objects = np.zeros((len(truth.labels), len(truth.images)))
    np.add.at(objects, (truth.label, truth.image), 1.0)
    return Matched(given.image, given.label, given.score, hits, objects)


def average_precision(matched: Matched, weights: Array) -> Array:
    """Mean AP over classes and IoU .50:.95, for each row of `weights`: (draw, image).

    A draw that holds no object of a class leaves that class out, as COCO does.
    """
    draws = len(weights)
    total, counted = np.zeros(draws), np.zeros(draws)
    for label in range(len(matched.objects)):
        positives = weights @ matched.objects[label]
        rows = np.flatnonzero(matched.label == label)
        weight = weights[:, matched.image[rows]]
        seen = weight.cumsum(axis=1)
        there = positives > 0
        counted += there
        for hits in matched.hits[:, rows]:
            total += np.where(there, _area(hits, weight, seen, np.where(there, positives, 1.0)), 0.0)
    with np.errstate(invalid="ignore"):
        return np.asarray(total / len(THRESHOLDS) / counted)


def _area(hits: Array, weight: Array, seen: Array, positives: Array) -> Array:
    """The mean of the envelope at 101 recalls, for every draw."""
    at = np.flatnonzero(hits)
    if not len(at):
        return np.zeros(len(weight))
    found = weight[:, at].cumsum(axis=1)
    with np.errstate(invalid="ignore"):
        precision = np.nan_to_num(found / seen[:, at])
    envelope = np.maximum.accumulate(precision[:, ::-1], axis=1)[:, ::-1]
    # How many of the 101 recalls are reached with each true detection, and so by how many the envelope counts there.
    reached = np.searchsorted(RECALLS, found / positives[:, None], "right")
    return np.asarray((envelope * np.diff(reached, axis=1, prepend=0)).sum(axis=1) / len(RECALLS))


def draws(images: int, resamples: int, seed: int) -> Array:
    """Weights of the images: first every image once, then the draws."""
    rng = np.random.default_rng([seed, 227])
    drawn = rng.multinomial(images, np.full(images, 1 / images), resamples).astype(float)
    return np.concatenate([np.ones((1, images)), drawn])
