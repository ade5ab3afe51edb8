"""Made scenes and detections: crowds, difficult, tiny and doubled boxes, with a chosen noise of their edges."""

from __future__ import annotations

import numpy as np

from .boxes import Array, Detections, Truth, from_sizes

SIDE = 640.0  # pixels of an image
FOUND, DOUBLED = 0.85, 0.25  # shares of objects that are detected, and again with a lower score
CROWD, DIFFICULT, TINY, NEIGHBOUR = 0.02, 0.1, 0.2, 0.3  # shares of objects
CLUTTER, BUSY, MANY = 12, 0.02, 120  # false boxes an image; images with MANY false boxes of one class


def made(images: int, classes: int, noise: float, seed: int) -> tuple[Truth, Detections]:
    """The scenes and what is found in them are the same at every noise; only the edges move."""
    rng = np.random.default_rng([seed, 401])
    count = rng.integers(1, 12, images)
    image = np.repeat(np.arange(images), count)
    total = image.size
    label = rng.integers(0, classes, total)
    label[:classes] = np.arange(classes)[: label[:classes].size]
    tiny = rng.random(total) < TINY
    side = np.exp(
        np.where(tiny, rng.uniform(np.log(6), np.log(24), total), rng.uniform(np.log(24), np.log(350), total))
    )
    ratio = np.exp(rng.normal(0, 0.35, total))
    size = np.clip(np.stack([side * ratio, side / ratio], axis=1), 4.0, SIDE - 1)
    corner = rng.random((total, 2)) * (SIDE - size)
    # Some stand beside the one before them, overlapping, and of its class.
    beside = np.flatnonzero((rng.random(total) < NEIGHBOUR) & (np.r_[-1, image[:-1]] == image))
    for one in beside:
        label[one], size[one] = label[one - 1], size[one - 1] * rng.uniform(0.85, 1.15, 2)
        corner[one] = corner[one - 1] + rng.uniform(-0.4, 0.4, 2) * size[one]
    crowd = (rng.random(total) < CROWD) & (side > 100)
    difficult = (rng.random(total) < DIFFICULT) & ~crowd
    area = size.prod(axis=1) * rng.uniform(0.4, 0.95, total)  # of the mask
    boxes = np.round(np.hstack([corner, size]), 2)
    truth = Truth(
        [f"{i:06d}" for i in range(images)],
        [f"c{i:02d}" for i in range(classes)],
        image, label, *from_sizes(boxes), np.round(area, 2), crowd, difficult,
    )  # fmt: skip
    return truth, _found(truth, boxes, noise, np.random.default_rng([seed, 402]))


def _found(truth: Truth, boxes: Array, noise: float, rng: np.random.Generator) -> Detections:
    total, images = truth.image.size, len(truth.images)
    seen = rng.random(total) < np.where(truth.difficult, 0.55, FOUND)
    twice = seen & (rng.random(total) < DOUBLED)
    inside = np.repeat(np.flatnonzero(truth.crowd), 4)  # members of crowds
    of = np.r_[np.flatnonzero(seen & ~truth.crowd), np.flatnonzero(twice & ~truth.crowd), inside]
    doubled = np.r_[np.zeros((seen & ~truth.crowd).sum()), np.ones((twice & ~truth.crowd).sum()), np.zeros(inside.size)]
    given = boxes[of].copy()
    start = of.size - inside.size
    given[start:, 2:] *= 0.3
    given[start:, :2] += rng.random((inside.size, 2)) * boxes[inside, 2:] * 0.7
    edges = rng.normal(0, 1, (of.size, 4)) * noise * np.tile(given[:, 2:], 2) * (1 + 0.5 * doubled[:, None])
    moved = np.hstack([given[:, :2], given[:, :2] + given[:, 2:]]) + edges
    low, high = np.minimum(moved[:, :2], moved[:, 2:]), np.maximum(moved[:, :2], moved[:, 2:])
    # A well-placed box scores higher: detectors are calibrated so, loosely.
    error = np.abs(edges / np.tile(given[:, 2:], 2)).mean(axis=1)
    score = 1 / (1 + np.exp(-(1.4 + rng.normal(0, 1.0, of.size) - 4 * error - 1.2 * doubled)))
    label = truth.label[of].copy()
    slip = rng.random(of.size) < 0.06
    label[slip] = rng.integers(0, len(truth.labels), int(slip.sum()))

    busy = np.flatnonzero(rng.random(images) < BUSY)
    false_image = np.r_[np.repeat(np.arange(images), CLUTTER), np.repeat(busy, MANY)]
    false_label = np.r_[
        rng.integers(0, len(truth.labels), images * CLUTTER),
        np.repeat(rng.integers(0, len(truth.labels), busy.size), MANY),
    ]
    n = false_image.size
    sides = np.exp(rng.uniform(np.log(8), np.log(250), (n, 2)))
    false = np.hstack([rng.random((n, 2)) * (SIDE - sides), sides])
    false_score = rng.beta(1.2, 5.0, n)
    every = np.vstack([np.hstack([low, high - low]), false])
    return Detections(
        np.r_[truth.image[of], false_image],
        np.r_[label, false_label],
        np.asarray(np.round(np.r_[score, false_score], 3)),  # so that some are equal
        *from_sizes(np.round(every, 2)),
    )
