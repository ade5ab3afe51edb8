"""What is measured of one set of detections: VOC's and COCO's figures, every set of rules, and each rule's part."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from studyctl.lab import Estimate, ExperimentError

from .boxes import Detections, Truth
from .library import AREAS, COCO_NAMES, coco_figures
from .precision import mean
from .resampling import DIFFERENCES, draw
from .rules import BOUNDARY, RULES, Evaluator, Part, shapley

ALL = frozenset(RULES)
TOLERANCE = 1e-6
SMALLEST_GAP = 0.005  # of AP, below which shares of it say nothing


@dataclass(frozen=True, slots=True)
class Measured:
    """Of one set of detections."""

    name: str
    figures: dict[str, float]  # voc07, voc10, coco.ap, …
    sets: dict[str, dict[frozenset[str], float]]  # by VOC's year
    parts: dict[str, dict[str, Part]]
    differences: dict[str, Estimate]  # of figures, over drawings of the images
    checks: dict[str, float]  # our own figure less the library's, by name
    classes: list[dict[str, object]]

    def gap(self, year: str) -> float:
        """COCO's AP less VOC's."""
        return self.figures["coco.ap"] - self.figures[year]

    def share(self, year: str, rule: str) -> Part:
        """A rule's part of the gap, NaN where there is hardly a gap."""
        gap, part = self.gap(year), self.parts[year][rule]
        if not abs(gap) >= SMALLEST_GAP:
            return Part(math.nan, math.nan, math.nan)
        low, high = sorted((part.low / gap, part.high / gap))
        return Part(part.value / gap, low, high)


def measure(
    name: str, truth: Truth, found: Detections, *, voc_iou: float, python: bool, resamples: int, seed: int
) -> Measured:
    """Everything of one set of detections; refuses to go on where our COCO is not the library's."""
    one = Evaluator(truth, found, voc_iou)
    library = coco_figures(truth, found)
    ours = _ours(one)
    checks = {key: _distance(ours[key], library[key]) for key in COCO_NAMES}
    for key, error in checks.items():
        if error > TOLERANCE:
            raise ExperimentError(
                f"{name}: {key} is {ours[key]!r} here and {library[key]!r} by the library",
                "report it with the data: one of the two is wrong",
            )
    sets = dict(zip(("voc07", "voc10"), one.all_sets(python=python), strict=True))
    names = [*RULES, *(BOUNDARY if python else ())]
    parts = {year: shapley(all_of, names) for year, all_of in sets.items()}
    figures = {year: all_of[frozenset()] for year, all_of in sets.items()}
    other = one.curves(frozenset(), np.array([voc_iou]), strict=not python)
    figures["voc10.other-boundary"] = mean(other.ap["all"])
    figures |= {f"coco.{key}": value for key, value in library.items()}
    figures["ap_s.box_area"] = mean(one.curves(ALL, area=AREAS["s"], box_area=True).ap["101"])
    drawn = draw(one, resamples, seed, python=python)
    differences = {key: drawn.difference(key) for key in DIFFERENCES}
    return Measured(name, figures, sets, parts, differences, checks, _classes(one, truth, python=python))


def _ours(one: Evaluator) -> dict[str, float]:
    """COCO's twelve figures by the rules' own code."""
    every = one.curves(ALL, area=(0.0, 1e10))
    ap = every.ap["101"]
    found = {"ap": mean(ap), "ap50": mean(ap[0]), "ap75": mean(ap[5]), "ar_100": mean(every.recall)}
    found |= {f"ar_{most}": mean(one.curves(ALL, most=most, area=(0.0, 1e10)).recall) for most in (1, 10)}
    for size, area in AREAS.items():
        part = one.curves(ALL, area=area)
        found |= {f"ap_{size}": mean(part.ap["101"]), f"ar_{size}": mean(part.recall)}
    return found


def _distance(a: float, b: float) -> float:
    return 0.0 if math.isnan(a) and math.isnan(b) else math.inf if math.isnan(a) != math.isnan(b) else abs(a - b)


def _classes(one: Evaluator, truth: Truth, *, python: bool) -> list[dict[str, object]]:
    voc = one.curves(frozenset(), np.array([one.voc_iou]), strict=python)
    coco = one.curves(ALL)
    return [
        {
            "class": label,
            "objects": int((truth.label == n).sum()),
            "voc07": float(voc.ap["11"][0, n]),
            "voc10": float(voc.ap["all"][0, n]),
            "ap50": float(coco.ap["101"][0, n]),
            "ap": mean(coco.ap["101"][:, n]),
        }
        for n, label in enumerate(truth.labels)
    ]
