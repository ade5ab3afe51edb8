"""The anchors of the small detector, what it says of them, and the boxes that this means. No torch is needed here."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .scenes import SIDE, Array

STRIDES = (4, 8, 16)
SCALES = (3.0, 3.0 * 2**0.5)  # sides of the anchors, in strides


@dataclass(frozen=True, slots=True)
class Output:
    """What the network says of every anchor of every image."""

    boxes: Array  # (image, anchor, 4): x1, y1, x2, y2, clipped to the image
    deltas: Array  # (image, anchor, 4), as the network gives them
    scores: dict[str, Array]  # by output, after the sigmoid: (image, anchor, class) or (image, anchor)
    logits: Array  # of `classes`


def anchors() -> Array:
    """(anchor, 4): level by level, row by row, two sides at each place."""
    found = []
    for stride in STRIDES:
        middles = (np.arange(SIDE // stride) + 0.5) * stride
        y, x = np.meshgrid(middles, middles, indexing="ij")
        for_all = np.stack([x, y], axis=-1).reshape(-1, 1, 2)
        half = np.array(SCALES).reshape(1, -1, 1) * stride / 2
        found.append(np.concatenate([for_all - half, for_all + half], axis=-1).reshape(-1, 4))
    return np.concatenate(found).astype(np.float32)


def level_sizes() -> list[int]:
    """How many anchors each level has."""
    return [(SIDE // stride) ** 2 * len(SCALES) for stride in STRIDES]


def decode(deltas: Array, given: Array) -> Array:
    """Boxes of deltas as RetinaNet has them (weights of one, exp clamped from above), clipped to the image."""
    wh = given[:, 2:] - given[:, :2]
    centre = deltas[..., :2] * wh + (given[:, :2] + 0.5 * wh)
    half = 0.5 * np.exp(np.minimum(deltas[..., 2:], np.float32(np.log(1000.0 / 16)))) * wh
    return np.asarray(np.clip(np.concatenate([centre - half, centre + half], axis=-1), 0.0, float(SIDE)))
