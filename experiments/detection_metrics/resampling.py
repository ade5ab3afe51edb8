"""How much of a difference between two figures of the same detections is chance: a paired bootstrap over images.

Images are drawn with replacement, with all that is in them. Detections compete within their image alone, so that what
was matched stays matched: only the order of scores, the recall and the mean over classes are made anew. A detection of
an image that was drawn three times counts three times at its score; copies side by side leave interpolated precision
as if they were told apart. The same drawings serve all figures, so that differences are paired.

The interval is the percentile one with its tails stretched by n / (n - 1); it speaks of other images of the same kind,
not of another detector. VOC07 has none: with eleven levels it jumps by a tenth of a class's precision where a recall
just reaches one, and what drawings gave for it lay beside the figure itself.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from studyctl.lab import Estimate

from .boxes import Array
from .library import AREAS
from .precision import ELEVEN, HUNDRED_ONE, Points
from .rules import RULES, Evaluator, Matched

FEWEST = 10  # images, below which there are no intervals
COCO = frozenset(RULES)
VOC: frozenset[str] = frozenset()
# What is compared with what: the first less the second.
DIFFERENCES = {
    "ap-less-voc10": ("ap", "voc10"),
    "ap50-less-voc10": ("ap50", "voc10"),
    "ap-less-ap50": ("ap", "ap50"),
    "mask-less-box": ("ap_s", "ap_s.box_area"),
}


@dataclass(frozen=True, slots=True)
class Drawn:
    """The figures of the images as they are (the first row), and of every drawing of them."""

    figures: Mapping[str, Array]
    images: int

    def difference(self, name: str) -> Estimate:
        """The first figure less the second; no interval for too few images, or where a drawing has nothing to find."""
        first, second = DIFFERENCES[name]
        values = self.figures[first] - self.figures[second]
        return _estimate(values, self.images)


def _estimate(values: Array, images: int, confidence: float = 0.95) -> Estimate:
    value, draws = float(values[0]), values[1:]
    if images < FEWEST or len(draws) < 2 or not np.isfinite(values).all():
        return Estimate(images, value)
    z = NormalDist().inv_cdf((1 + confidence) / 2) * math.sqrt(images / (images - 1))
    beyond = NormalDist().cdf(-z)
    low, high = np.quantile(draws, [beyond, 1 - beyond])
    return Estimate(images, value, float(low), float(high), confidence)


def draw(one: Evaluator, resamples: int, seed: int, *, python: bool) -> Drawn:
    """The figures under `resamples` drawings of the images."""
    images = len(one.truth.images)
    times = np.ones((resamples + 1, images), np.int32)
    rng = np.random.default_rng([seed, 409])
    for row in range(1, resamples + 1):
        times[row] = np.bincount(rng.integers(0, images, images), minlength=images)
    half = np.array([one.voc_iou])
    voc = one.matched(VOC, half, strict=python)
    coco = one.matched(COCO)
    small = {
        name: one.matched(COCO, area=AREAS["s"], box_area=by_box)
        for name, by_box in (("ap_s", False), ("ap_s.box_area", True))
    }
    ranged = _ap(one, coco, times, "101")
    figures = {"voc10": _mean(_ap(one, voc, times, "all")), "ap": _mean(ranged), "ap50": _mean(ranged[:, :1])}
    figures |= {name: _mean(_ap(one, found, times, "101")) for name, found in small.items()}
    return Drawn(figures, images)


def _ap(one: Evaluator, found: Matched, times: Array, way: Points) -> Array:
    """AP by (drawing, threshold, class); NaN where a class has nothing to find."""
    truth = one.truth
    levels, classes = found.hits.shape[0], len(truth.labels)
    out = np.full((len(times), levels, classes), np.nan)
    image, label = one.found.image[found.kept], one.found.label[found.kept]
    edges = np.searchsorted(label, np.arange(classes + 1))
    for c in range(classes):
        mine = (truth.label == c) & ~found.ignored
        if not mine.any():
            continue
        positives = times[:, truth.image[mine]].sum(axis=1).astype(float)
        positives[positives == 0] = np.nan
        rows = slice(edges[c], edges[c + 1])
        weight = times[:, image[rows]].astype(np.float64)
        for t in range(levels):
            counted = ~found.dropped[t, rows]
            true = found.hits[t, rows]
            at = np.flatnonzero(true[counted])
            if not at.size:
                out[:, t, c] = np.where(np.isnan(positives), np.nan, 0.0)
                continue
            among = weight[:, counted]
            seen = np.cumsum(among, axis=1)[:, at]
            gained = among[:, at]
            hit = np.cumsum(gained, axis=1)
            with np.errstate(invalid="ignore", divide="ignore"):
                precision = np.nan_to_num(hit / seen)
                reached = hit / positives[:, None]
            envelope = np.maximum.accumulate(precision[:, ::-1], axis=1)[:, ::-1]
            out[:, t, c] = _interpolated(way, envelope, reached, gained, positives)
    return out


def _interpolated(way: Points, envelope: Array, reached: Array, gained: Array, positives: Array) -> Array:
    if way == "all":
        return np.asarray((envelope * gained).sum(axis=1) / positives)
    levels = ELEVEN if way == "11" else HUNDRED_ONE
    padded = np.concatenate([envelope, np.zeros((len(envelope), 1))], axis=1)
    return np.array(
        [
            np.nan if np.isnan(n) else row[np.searchsorted(recall, levels, "left")].sum() / len(levels)
            for row, recall, n in zip(padded, reached, positives, strict=True)
        ]
    )


def _mean(values: Array) -> Array:
    """Over classes and thresholds; NaN where there is nothing to find."""
    flat = values.reshape(len(values), -1)
    there = ~np.isnan(flat)
    with np.errstate(invalid="ignore"):
        return np.asarray(np.where(there, flat, 0.0).sum(axis=1) / there.sum(axis=1))
