"""Encode and decode boxes with every method, in float64 and in the narrow formats.

In float64 the round trip has to return the box: that is a check of the table of methods. In the narrow formats it
shows what a target loses on the way: the box, its encoding and its decoding are all held in the format.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from .arithmetic import DTYPES, Array, wide
from .decoders import decode, encode, places
from .methods import Method

SMALLEST, LARGEST = 8.0, 512.0


REACHED = 1e-6  # a box is within a method's range if float64 returns its sides to this


@dataclass(frozen=True, slots=True)
class RoundTrip:
    """What remains of n boxes in one format; errors over the boxes within the method's range."""

    method: str
    dtype: str
    reachable: float  # share of the boxes within the method's range
    lost: float  # share of those whose encoding is not finite in this format
    width_error: float  # largest relative error of a side
    typical_width_error: float  # root mean square of the same
    centre_error: float  # largest error of a centre, pixels
    iou_loss: float  # mean 1 - IoU of the box that came back


def make_boxes(count: int, image: float, seed: int) -> tuple[Array, Array]:
    """Centres and sizes of boxes inside the image, sizes spread evenly in the logarithm."""
    rng = np.random.default_rng([seed, 23])
    sizes = np.exp(rng.uniform(np.log(SMALLEST), np.log(min(LARGEST, 0.9 * image)), (2, count)))
    centres = sizes / 2 + rng.uniform(0.0, 1.0, (2, count)) * (image - sizes)
    return centres, sizes


def round_trips(method: Method, centres: Array, sizes: Array, image: float) -> tuple[RoundTrip, ...]:
    """Encode and decode in every format, float64 first, and compare with the boxes as they were."""
    at = places(method, centres, sizes, image)
    reached: Array | None = None
    found = []
    for dtype, kind in DTYPES.items():
        with np.errstate(all="ignore"):
            first, second = encode(method, centres.astype(kind), sizes.astype(kind), at)
            back_centres, back_sizes = (wide(a) for a in decode(method, first, second, at))
            relative = np.abs(back_sizes - sizes) / sizes
        finite = np.isfinite(back_centres).all(axis=0) & np.isfinite(back_sizes).all(axis=0)
        for raw in (first, second):
            finite &= np.isfinite(raw.astype(np.float64)).reshape(2, finite.size, -1).all(axis=(0, 2))
        if reached is None:
            with np.errstate(invalid="ignore"):
                reached = finite & (relative < REACHED).all(axis=0)
        kept = finite & reached
        error = relative[:, kept]
        moved = np.abs(back_centres - centres)[:, kept]
        iou = _iou(*(a[:, kept] for a in (centres, sizes, back_centres, back_sizes)))
        some = bool(kept.any())
        found.append(
            RoundTrip(
                method.key,
                dtype,
                float(reached.mean()),
                float((reached & ~finite).sum() / max(reached.sum(), 1)),
                float(error.max()) if some else math.nan,
                float(np.sqrt((error**2).mean())) if some else math.nan,
                float(moved.max()) if some else math.nan,
                float((1.0 - iou).mean()) if some else math.nan,
            )
        )
    return tuple(found)


def _iou(centre: Array, size: Array, other_centre: Array, other_size: Array) -> Array:
    low = np.maximum(centre - size / 2, other_centre - other_size / 2)
    high = np.minimum(centre + size / 2, other_centre + other_size / 2)
    inter = np.maximum(high - low, 0.0).prod(axis=0)
    return np.asarray(inter / (size.prod(axis=0) + np.maximum(other_size, 0.0).prod(axis=0) - inter))
