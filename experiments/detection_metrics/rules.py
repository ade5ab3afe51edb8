"""The rules in which VOC and COCO differ, every combination of them, and what each contributes to the gap."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from .boxes import Array, Detections, Truth, ordered
from .matching import THRESHOLDS, match_coco, match_voc, pairs
from .precision import Curves, Points, curves, mean

# What the rule is in VOC, and what it becomes in COCO.
RULES = {
    "iou-range": "IoU of one threshold; mean over .50:.95",
    "points": "all points, or eleven in VOC 2007; 101 points",
    "plus-one": "a pixel more to each side; none",
    "matching": "the best object, found or not; the best still free",
    "difficult": "difficult objects ignored; counted",
    "crowd": "crowds counted as objects; ignored, by intersection over detection",
    "detections": "all detections; 100 an image and class",
}
BOUNDARY = {"boundary": "overlap above the threshold; or as high"}
MOST = 100  # detections of an image and class that COCO looks at


def rank_in_image(found: Detections, classes: int) -> Array:
    """The place of each ordered detection among those of its image and class."""
    group = found.image * classes + found.label
    order = np.argsort(group, kind="stable")
    place = np.arange(group.size)
    head = np.r_[True, group[order][1:] != group[order][:-1]] if group.size else np.zeros(0, bool)
    rank = np.empty(group.size, int)
    rank[order] = place - np.maximum.accumulate(np.where(head, place, 0))
    return rank


@dataclass(frozen=True, slots=True)
class Matched:
    """What found what under one set of rules."""

    kept: Array  # which of the ordered detections are looked at
    hits: Array  # (threshold, kept detection)
    dropped: Array
    ignored: Array  # of the objects


class Evaluator:
    """One set of detections under any combination of rules."""

    def __init__(self, truth: Truth, found: Detections, voc_iou: float = 0.5) -> None:
        self.truth, self.found, self.voc_iou = truth, ordered(truth, found), voc_iou
        self.near = {one: pairs(truth, self.found, plus_one=one) for one in (False, True)}
        self.rank = rank_in_image(self.found, len(truth.labels))

    def curves(
        self,
        coco: frozenset[str],
        thresholds: Array | None = None,
        *,
        strict: bool = False,
        most: int = MOST,
        area: tuple[float, float] | None = None,
        box_area: bool = False,
    ) -> Curves:
        """The curves of `matched`."""
        found = self.matched(coco, thresholds, strict=strict, most=most, area=area, box_area=box_area)
        labels = self.truth.label[~found.ignored]
        positives = np.bincount(labels, minlength=len(self.truth.labels))
        return curves(self.found.label[found.kept], found.hits, found.dropped, positives)

    def matched(
        self,
        coco: frozenset[str],
        thresholds: Array | None = None,
        *,
        strict: bool = False,
        most: int = MOST,
        area: tuple[float, float] | None = None,
        box_area: bool = False,
    ) -> Matched:
        """What finds what where the rules named in `coco` are COCO's and the others VOC's.

        `area` leaves out objects beyond its two ends, both of which belong to it, and unmatched detections beyond them:
        the object's own area decides (of its mask), or of its box with `box_area`, and the detection's box.
        """
        truth, found = self.truth, self.found
        ignored = np.zeros(truth.image.size, bool)
        if "difficult" not in coco:
            ignored |= truth.difficult
        crowd = truth.crowd & ("crowd" in coco)
        ignored |= crowd
        if area is not None:
            size = truth.size.prod(axis=1) if box_area else truth.area
            ignored |= (size < area[0]) | (size > area[1])
        near = self.near["plus-one" not in coco]
        kept = np.ones(found.score.size, bool)
        if "detections" in coco:
            kept = self.rank < most
            use = kept[near.det]
            near = type(near)(near.det[use], near.obj[use], near.iou[use], near.share[use])
        match = match_coco if "matching" in coco else match_voc
        levels = THRESHOLDS if thresholds is None else thresholds
        hits, dropped = match(near, found.score.size, ignored, crowd, levels, strict=strict)
        if area is not None:
            size = found.size.prod(axis=1)
            dropped |= ~hits & ((size < area[0]) | (size > area[1]))
        return Matched(kept, hits[:, kept], dropped[:, kept], ignored)

    def all_sets(self, *, python: bool) -> tuple[dict[frozenset[str], float], dict[frozenset[str], float]]:
        """Mean AP under every combination, from VOC 2007's points and from VOC 2010's."""
        names = [name for name in RULES if name not in ("iou-range", "points")] + (["boundary"] if python else [])
        found: tuple[dict[frozenset[str], float], dict[frozenset[str], float]] = ({}, {})
        levels = np.r_[self.voc_iou, THRESHOLDS]
        for chosen in itertools.chain.from_iterable(itertools.combinations(names, n) for n in range(len(names) + 1)):
            base = frozenset(chosen)
            made = self.curves(base, levels, strict=python and "boundary" not in base)
            for ranged, hundred in itertools.product((False, True), repeat=2):
                rules = base | ({"iou-range"} if ranged else set()) | ({"points"} if hundred else set())
                for sets, voc in zip(found, ("11", "all"), strict=True):
                    way: Points = "101" if hundred else voc  # type: ignore[assignment]
                    sets[rules] = mean(made.ap[way][1:] if ranged else made.ap[way][:1])
        return found


@dataclass(frozen=True, slots=True)
class Part:
    """What one rule contributes to the gap, in AP: its mean over all orders of changing the rules, and its range."""

    value: float
    low: float
    high: float


def shapley(sets: Mapping[frozenset[str], float], names: Sequence[str]) -> dict[str, Part]:
    """Shapley values of a function over all subsets; they add up to the gap. The range is over all orders."""
    found = {}
    for name in names:
        others = [one for one in names if one != name]
        total, steps = 0.0, []
        for n in range(len(others) + 1):
            weight = math.factorial(n) * math.factorial(len(names) - n - 1) / math.factorial(len(names))
            for before in itertools.combinations(others, n):
                step = sets[frozenset(before) | {name}] - sets[frozenset(before)]
                steps.append(step)
                total += weight * step
        found[name] = Part(total, min(steps), max(steps))
    return found
