"""From matched detections to average precision, by the three ways of interpolating, and to average recall."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from .boxes import Array

Points = Literal["11", "all", "101"]
# Multiples as floating point has them: three of ten found is a recall below the fourth level, 0.30000000000000004.
# numpy's levels for .6 and .7 are above the decimal as well, where the devkit's Matlab may have them below.
ELEVEN = np.linspace(0.0, 1.0, 11)
HUNDRED_ONE = np.linspace(0.0, 1.0, 101)


@dataclass(frozen=True, slots=True)
class Curves:
    """AP by interpolation, and the recall in the end, (threshold, class); NaN where a class has nothing to find."""

    ap: dict[Points, Array]
    recall: Array


def curves(labels: Array, hits: Array, dropped: Array, positives: Array) -> Curves:
    """The curve of each class and threshold; detections are ordered by class and falling score.

    `VOCap.m` of 2007 takes the highest precision at eleven recalls or above, of 2010 the area under the falling
    envelope; `COCOeval.accumulate` takes the envelope at the first detection that reaches each of 101 recalls.
    """
    levels, classes = hits.shape[0], positives.size
    out: dict[Points, Array] = {p: np.full((levels, classes), np.nan) for p in ("11", "all", "101")}
    recall = np.full((levels, classes), np.nan)
    edges = np.searchsorted(labels, np.arange(classes + 1))
    for c in np.flatnonzero(positives > 0):
        for t in range(levels):
            rows = slice(edges[c], edges[c + 1])
            counted = ~dropped[t, rows]
            true = hits[t, rows][counted]
            total = np.cumsum(true)
            at = np.flatnonzero(true)  # only there does the recall rise, and the envelope may fall after it
            recall[t, c] = at.size / positives[c]
            if not at.size:
                for way in out.values():
                    way[t, c] = 0.0
                continue
            envelope = np.maximum.accumulate((total[at] / (at + 1.0))[::-1])[::-1]
            reached = total[at] / positives[c]
            out["all"][t, c] = envelope.sum() / positives[c]
            padded = np.r_[envelope, 0.0]
            out["11"][t, c] = padded[np.searchsorted(reached, ELEVEN, "left")].sum() / 11
            out["101"][t, c] = padded[np.searchsorted(reached, HUNDRED_ONE, "left")].mean()
    return Curves(out, recall)


def mean(values: Array) -> float:
    """Over what is there; NaN where no class has anything to find."""
    there = values[~np.isnan(values)]
    return float(there.mean()) if there.size else float("nan")
