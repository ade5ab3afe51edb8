"""Every rule on every image: positives per object by size, objects without one, and how far targets lie from anchors.

Intervals of shares and means are over images, which are what is independent: 2,000 bootstrap draws of all images. A
share is given the wider of that interval and Wilson's, since no draw of a bootstrap can know what never happened.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from studyctl.lab import Estimate, proportion_interval

from .boxes import SIZES, Array, Objects
from .rules import RULES

RESAMPLES = 2_000
QUANTILES = {"q50": 0.5, "q95": 0.95, "q99": 0.99}


@dataclass(frozen=True, slots=True)
class Assigned:
    """What a rule did with every object."""

    rule: str
    positives: Array  # (object,)
    offsets: Array  # (positive,): the larger |ln(side / anchor's side)|; none without anchors


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a rule does with the objects of one size."""

    objects: int
    without: int
    positives: Estimate  # per object
    unassigned: Estimate  # share without a positive


def assign(objects: Objects, side: int, images: Iterable[int]) -> list[Assigned]:
    """What every rule does with the objects of these images, which have to be all of them."""
    first = np.searchsorted(objects.image, np.arange(objects.images + 1))
    counts = {name: np.zeros(objects.count, dtype=int) for name in RULES}
    offsets: dict[str, list[Array]] = {name: [] for name in RULES}
    for image in images:
        start, end = first[image], first[image + 1]
        if start == end:
            continue
        corners, extent = objects.corners[start:end], objects.extent[image]
        for name, rule in RULES.items():
            found = rule(corners, extent, side)
            counts[name][start:end] = np.bincount(found.owner, minlength=end - start)
            offsets[name].append(np.abs(np.log(found.matched / found.anchor)).max(axis=1, initial=0.0))
    return [Assigned(name, counts[name], _known(offsets[name])) for name in RULES]


def _known(offsets: list[Array]) -> Array:
    joined = np.concatenate(offsets) if offsets else np.zeros(0)
    return np.asarray(joined[~np.isnan(joined)])


def outcomes(objects: Objects, assigned: list[Assigned], seed: int) -> dict[tuple[str, str], Outcome]:
    """What every rule does with objects of every size that occurs, and with `all`."""
    rng = np.random.default_rng([seed, 109])
    chance = np.full(objects.images, 1 / objects.images)
    weights = rng.multinomial(objects.images, chance, RESAMPLES).astype(float)
    found: dict[tuple[str, str], Outcome] = {}
    for number, size in enumerate((*SIZES, "all")):
        chosen = np.ones(objects.count, dtype=bool) if size == "all" else objects.size == number
        if not chosen.any():
            continue
        image = objects.image[chosen]
        objects_per_image = np.bincount(image, minlength=objects.images)
        drawn = weights @ objects_per_image
        for one in assigned:
            count = one.positives[chosen]
            sums = np.bincount(image, count, objects.images)
            none = np.bincount(image, count == 0, objects.images)
            without = int((count == 0).sum())
            wilson = proportion_interval(without, len(count))
            share = _interval(weights @ none, drawn)
            found[one.rule, size] = Outcome(
                len(count),
                without,
                Estimate(len(count), float(count.mean()), *_interval(weights @ sums, drawn)),
                Estimate(
                    len(count),
                    without / len(count),
                    min(share[0], wilson.lo if wilson.lo is not None else 0.0),
                    max(share[1], wilson.hi if wilson.hi is not None else 1.0),
                ),
            )
    return found


def _interval(sums: Array, counts: Array) -> tuple[float, float]:
    known = counts > 0  # a draw may hold no object of a rare size
    low, high = np.quantile(sums[known] / counts[known], [0.025, 0.975])
    return float(low), float(high)


@dataclass(frozen=True, slots=True)
class Bin:
    """Objects of about one size under one rule."""

    rule: str
    low: float
    high: float
    objects: int
    positives: float
    unassigned: float


def by_size(objects: Objects, assigned: list[Assigned], fewest: int = 10) -> list[Bin]:
    """Positives per object over the square root of its area, in steps of the square root of two; no thin bins."""
    root = np.sqrt(np.maximum(objects.area, 1.0))
    number = np.floor(2 * np.log2(root)).astype(int)
    found = []
    for step in np.unique(number):
        chosen = number == step
        if chosen.sum() < fewest:
            continue
        for one in assigned:
            count = one.positives[chosen]
            low, high = 2.0 ** (step / 2), 2.0 ** ((step + 1) / 2)
            found.append(Bin(one.rule, low, high, int(chosen.sum()), float(count.mean()), float((count == 0).mean())))
    return found
