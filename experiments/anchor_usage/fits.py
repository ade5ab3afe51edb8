"""Anchors fitted on few and on many boxes, scored on the boxes they were fitted on, on unseen ones and on a shift.

Every repeat has boxes of its own. Generated: fresh images, from which both halves come. From a file: another random
half of its images for fitting, the other half unseen; such repeats share images, so that their interval speaks of the
drawing of halves, not of other images. The shifted mixture is drawn from the unseen boxes so that small and large ones
exchange their shares. What is compared is paired within a repeat: gap = seen less unseen, gain = fitted less YOLOv3's
nine published anchors on the same boxes.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np

from studyctl.lab import Estimate, mean_interval

from . import boxes
from .boxes import Array, Objects
from .fitting import METHODS, Fit, fit, score
from .grids import YOLOV3
from .parameters import AnchorUsage


@dataclass(frozen=True, slots=True)
class Sample:
    """The boxes of one repeat: width and height in pixels of the input."""

    fitted: Array  # in random order: the first n are fitted on
    unseen: Array
    shifted: Array | None  # where there are small and large objects to exchange


@dataclass(frozen=True, slots=True)
class Scored:
    """One fit."""

    method: str
    n: int
    repeat: int
    anchors: Array
    seen: Fit
    unseen: Fit
    shifted: float  # average best IoU; NaN without a shifted mixture
    published: float  # YOLOv3's on the unseen boxes
    published_shifted: float


def sampler(params: AnchorUsage, file: Objects | None) -> Callable[[int], Sample]:
    """How the boxes of a repeat are drawn."""

    def generated(repeat: int) -> Sample:
        images = math.ceil(1.3 * (max(params.fit_boxes) + params.unseen_boxes) / boxes.OBJECTS) + 50
        pool = boxes.generate(images, params.side, params.seed, 1 + repeat)
        return split(pool, repeat, params.unseen_boxes)

    def halved(repeat: int) -> Sample:
        assert file is not None
        return split(file, repeat, None)

    def split(pool: Objects, repeat: int, most: int | None) -> Sample:
        first, second = boxes.halves(pool, params.seed * 1_000 + repeat)
        order = np.random.default_rng([params.seed, 113, repeat]).permutation(first.count)
        unseen = second.sides[:most]
        drawn = boxes.swapped(second.size[:most], len(unseen), params.seed * 1_000 + repeat)
        return Sample(first.sides[order], unseen, None if drawn is None else unseen[drawn])

    return generated if file is None else halved


def sizes_of(params: AnchorUsage, samples: list[Sample]) -> list[int]:
    """The numbers of boxes that every repeat has; of a smaller file, all that it has."""
    available = min(len(one.fitted) for one in samples)
    return [n for n in params.fit_boxes if n <= available] or [available]


def fit_all(params: AnchorUsage, samples: list[Sample], steps: Iterable[tuple[int, int]]) -> list[Scored]:
    """Every method on every number of boxes and repeat."""
    found = []
    for n, repeat in steps:
        sample = samples[repeat]
        fitted = sample.fitted[:n]
        published = score(sample.unseen, YOLOV3).iou
        published_shifted = math.nan if sample.shifted is None else score(sample.shifted, YOLOV3).iou
        for number, method in enumerate(METHODS):
            anchors = fit(
                method,
                fitted,
                params.k,
                [params.seed, 127, number, n, repeat],
                restarts=params.restarts,
                generations=params.generations,
            )
            found.append(
                Scored(
                    method,
                    n,
                    repeat,
                    anchors,
                    score(fitted, anchors),
                    score(sample.unseen, anchors),
                    math.nan if sample.shifted is None else score(sample.shifted, anchors).iou,
                    published,
                    published_shifted,
                )
            )
    return found


def summary(scored: list[Scored], method: str, n: int) -> dict[str, Estimate]:
    """The figures of a method at a number of boxes, as means over the repeats."""
    ours = [one for one in scored if one.method == method and one.n == n]
    values = {
        "seen": [one.seen.iou for one in ours],
        "unseen": [one.unseen.iou for one in ours],
        "half": [one.unseen.half for one in ours],
        "recall": [one.unseen.recall for one in ours],
        "gap": [one.seen.iou - one.unseen.iou for one in ours],
        "gain": [one.unseen.iou - one.published for one in ours],
        "shifted": [one.shifted for one in ours],
        "shifted-gain": [one.shifted - one.published_shifted for one in ours],
    }
    return {name: mean_interval(one) for name, one in values.items() if not any(map(math.isnan, one))}
