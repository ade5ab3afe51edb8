"""One detector and its test images: what every rule leaves, what it is worth, and by how much two rules differ.

Everything is a row of draws: its first value is that of the images as they are, the others those of bootstrap draws of
them. What has one value has no interval.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from . import precision, rules, suppression
from .grid import Output
from .parameters import ScoreThresholding
from .precision import Matched
from .rules import NONE, RULES, Candidates, Rule
from .scenes import Array, Scenes
from .suppression import Detections

Draws = dict[str, Array]

BINS = 10
MARKS = (3.0, 10.0, 30.0, 100.0, 300.0, 1000.0)  # candidates per image at which rules are compared
FEW = 10.0  # where what a candidate is spent on matters
AGAINST = {"darknet": "pairs", "fcos": "pairs", "objectness-alone": "darknet", "fcos-sqrt": "fcos"}
YOLO_THRESHOLDS = (0.005, 0.05, 0.5)  # darknet's for AP, RetinaNet's, darknet's for pictures
# What each rule compares with its threshold, of all images at once.
GATES: dict[str, Callable[[Mapping[str, Array]], Array]] = {
    "pairs": lambda s: s["classes"],
    "max-class": lambda s: s["classes"].max(axis=2),
    "darknet": lambda s: s["objectness"][..., None] * s["conditional"],
    "objectness-alone": lambda s: s["objectness"],
    "fcos": lambda s: s["centred"],
    "fcos-sqrt": lambda s: np.sqrt(s["centred"] * s["centerness"][..., None]),
    "class-alone": lambda s: s["centred"],
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a rule came to."""

    given: list[Candidates]
    found: Detections
    matched: Matched

    @property
    def per_image(self) -> Array:
        return self.found.candidates


@dataclass
class Study:
    """A detector's output for its test images, and everything that was measured of it."""

    params: ScoreThresholding
    output: Output
    scenes: Scenes
    levels: list[int]
    weights: Array  # (draw, image)
    draws: Draws = field(default_factory=dict)
    counts: dict[str, tuple[int, int]] = field(default_factory=dict)  # so many of so many images
    published: dict[str, Outcome] = field(default_factory=dict)
    bins: list[dict[str, float | str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._truth = precision.truth_of(self.scenes)
        self._one = [{name: values[i] for name, values in self.output.scores.items()} for i in range(self.images)]

    @property
    def images(self) -> int:
        return self.scenes.images

    def candidates(self, rule: Rule, threshold: float, k: int) -> list[Candidates]:
        """What a rule leaves of every image."""
        return [rule(scores, threshold, k, self.levels) for scores in self._one]

    def outcome(self, given: list[Candidates], *, soft: bool = False) -> Outcome:
        """NMS, the 100 best, and which of them are true."""
        nms = suppression.soft if soft else suppression.hard
        found = suppression.detect(self.output.boxes, given, self.params.nms_iou, nms)
        return Outcome(given, found, precision.match(self._truth, found))

    def at(self, rule: Rule, threshold: float, k: int) -> Outcome:
        return self.outcome(self.candidates(rule, threshold, k))

    def ap(self, one: Outcome) -> Array:
        """AP, and that of every draw."""
        return precision.average_precision(one.matched, self.weights)

    def point(self, one: Outcome) -> float:
        """AP of the images as they are."""
        return float(precision.average_precision(one.matched, self.weights[:1])[0])

    def mean(self, per_image: Array) -> Array:
        """Of a count of every image."""
        return np.asarray(self.weights @ per_image / self.images)

    def share(self, part: Array, whole: Array) -> Array:
        """A ratio of sums over images; NaN where there is nothing."""
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.asarray(self.weights @ part / (self.weights @ whole))

    def threshold_for(self, name: str, count: float) -> float:
        """The threshold at which a rule leaves `count` candidates per image, on average over the images."""
        gate = GATES[name](self.output.scores).ravel()
        place = min(round(count * self.images), gate.size - 1)
        return float(np.partition(gate, gate.size - 1 - place)[gate.size - 1 - place])


def counted(study: Study, rows: Array) -> Array:
    """How many of some detections or candidates each image has, from their image numbers."""
    return np.bincount(rows, minlength=study.images).astype(float)


def kept_anchors(one: Candidates) -> Array:
    return np.unique(one.anchor)


def published(study: Study, soft: bool) -> None:
    """Every rule as its code comes: candidates, AP, second labels, calibration."""
    p = study.params
    for name, rule in RULES.items():
        retinas = rule.head == "classes" and rule.threshold > 0
        threshold = p.threshold if retinas else rule.threshold
        given = study.candidates(rule.rule, threshold, p.topk if retinas else rule.limit)
        one = study.published[name] = study.outcome(given)
        anchors = np.array([len(kept_anchors(c)) for c in given], float)
        second = np.array([len(c.anchor) - len(kept_anchors(c)) for c in given], float)
        more = np.array([(np.unique(c.anchor, return_counts=True)[1] > 1).sum() for c in given], float)
        study.draws |= {
            f"rule.{name}.ap": study.ap(one),
            f"rule.{name}.candidates": study.mean(one.per_image.astype(float)),
            f"rule.{name}.anchors": study.mean(anchors),
            f"rule.{name}.second-labels": study.mean(second),
            f"rule.{name}.multi-label": study.share(more, anchors),
            f"rule.{name}.detections": study.mean(counted(study, one.found.image)),
        }
        _calibrate(study, name, one)
    if soft:
        # What scores below the least score of soft NMS takes no part in it.
        strong = [
            Candidates(c.anchor[keep], c.label[keep], c.score[keep])
            for c in study.published["efficientdet"].given
            for keep in [c.score >= suppression.SOFT_LEAST]
        ]
        study.draws["rule.efficientdet.soft-ap"] = study.ap(study.outcome(strong, soft=True))


def _calibrate(study: Study, name: str, one: Outcome) -> None:
    """Expected calibration error: how far scores are from the share of true detections (IoU .5), bin by bin."""
    score, true = one.matched.score, one.matched.hits[0]
    bins = np.minimum((score * BINS).astype(int), BINS - 1)
    error = 0.0
    for number in range(BINS):
        rows = bins == number
        if rows.any():
            said, was = float(score[rows].mean()), float(true[rows].mean())
            error += rows.mean() * abs(said - was)
            study.bins.append({"rule": name, "score": said, "true": was, "detections": int(rows.sum())})
    study.draws[f"rule.{name}.calibration-error"] = np.array([error])


def against(study: Study, name: str, first: str, second: str) -> None:
    """The difference of two figures, draw by draw."""
    study.draws[name] = study.draws[first] - study.draws[second]


def best_class(study: Study) -> None:
    """Pairs and the best class of each anchor: which anchors, which detections, what is gained."""
    pairs, best = study.published["pairs"], study.published["max-class"]
    unlike = [len(np.setxor1d(kept_anchors(a), kept_anchors(b))) for a, b in zip(pairs.given, best.given, strict=True)]
    study.draws["best-class.anchors-differ"] = np.array([float(sum(unlike))])
    study.draws["best-class.pairs-add"] = study.mean((pairs.per_image - best.per_image).astype(float))
    mine, other = ([_keys(one.found)] for one in (pairs, best))
    alone = ~np.isin(mine[0], other[0])
    added = counted(study, pairs.found.image[alone])
    study.draws["best-class.detections-added"] = study.share(added, counted(study, pairs.found.image))
    study.draws["best-class.detections-lost"] = study.share(
        counted(study, best.found.image[~np.isin(other[0], mine[0])]), counted(study, best.found.image)
    )
    study.draws["best-class.true-added"] = study.share(
        _true_alone(study, pairs, alone), counted(study, study.scenes.image)
    )
    against(study, "best-class.gain", "rule.pairs.ap", "rule.max-class.ap")


def _keys(found: Detections) -> Array:
    """One number for each image, anchor and class."""
    return np.asarray((found.image.astype(np.int64) * (1 << 20) + found.anchor) * 64 + found.label)


def _true_alone(study: Study, one: Outcome, alone: Array) -> Array:
    """True detections (IoU .5) among those of one rule alone, by image; matched ones are in another order."""
    order = np.lexsort((np.arange(len(alone)), one.found.image, -one.found.score.astype(float), one.found.label))
    return counted(study, one.matched.image[one.matched.hits[0] & alone[order]])


def budgets(study: Study) -> None:
    """Where the limit of each level binds, and what it does to pairs and to the best class of each anchor."""
    p = study.params
    free = study.candidates(rules.pairs, p.threshold, NONE)
    edges = np.cumsum(study.levels)
    most = np.array([np.bincount(np.searchsorted(edges, c.anchor, "right")).max(initial=0) for c in free])
    for k in p.budgets:
        name = f"limit.k{k}"
        study.counts[f"{name}.binds"] = int((most > k).sum()), study.images
        study.draws[f"{name}.pairs.ap"] = study.ap(study.at(rules.pairs, p.threshold, k))
        study.draws[f"{name}.max-class.ap"] = study.ap(study.at(rules.max_class, p.threshold, k))
        against(study, f"{name}.gain", f"{name}.pairs.ap", f"{name}.max-class.ap")
    study.draws["limit.most"] = np.array([float(most.max(initial=0))])


def objectness(study: Study) -> None:
    """What the test of objectness does and what it leaves to be done, at each threshold."""
    whole = np.full(study.images, float(sum(study.levels)))
    for threshold in YOLO_THRESHOLDS:
        name = f"yolov3.{named(threshold)}"
        darknet = study.candidates(rules.darknet, threshold, NONE)
        alone = study.candidates(rules.objectness_alone, threshold, NONE)
        plain = study.candidates(rules.product, threshold, NONE)
        passed = np.array([len(c.anchor) for c in alone], float)
        kept = np.array([len(kept_anchors(c)) for c in darknet], float)
        study.draws |= {
            f"{name}.passed": study.mean(passed),
            f"{name}.dropped": study.share(passed - kept, passed),
            f"{name}.skipped": study.share(whole - passed, whole),
            f"{name}.differ": np.array([float(_unlike(darknet, plain))]),
            f"{name}.ap": study.ap(study.outcome(darknet)),
            f"{name}.alone.ap": study.ap(study.outcome(alone)),
        }
        against(study, f"{name}.alone.gain", f"{name}.alone.ap", f"{name}.ap")
    # A pre-filter at a higher threshold than the test that decides: not lossless any more.
    low, high = YOLO_THRESHOLDS[0], YOLO_THRESHOLDS[-1]
    scores = study.candidates(rules.product, low, NONE)
    strict = [
        Candidates(c.anchor[keep], c.label[keep], c.score[keep])
        for c, objects in zip(scores, study.output.scores["objectness"], strict=True)
        for keep in [objects[c.anchor] > high]
    ]
    study.draws["yolov3.strict.ap"] = study.ap(study.outcome(strict))
    against(study, "yolov3.strict.gain", "yolov3.strict.ap", f"yolov3.{named(low)}.ap")


def _unlike(first: Sequence[Candidates], second: Sequence[Candidates]) -> int:
    """How many pairs are in one of two sets and not in the other, or have another score."""
    count = 0
    for a, b in zip(first, second, strict=True):
        mine = {(x, y): z for x, y, z in zip(a.anchor.tolist(), a.label.tolist(), a.score.tolist(), strict=True)}
        other = {(x, y): z for x, y, z in zip(b.anchor.tolist(), b.label.tolist(), b.score.tolist(), strict=True)}
        count += sum(mine.get(key) != other.get(key) for key in mine.keys() | other.keys())
    return count


def named(threshold: float) -> str:
    """A threshold as part of a name: t0-005."""
    return f"t{threshold:g}".replace(".", "-")


def heads(study: Study) -> None:
    """The three heads, and rules of one head, at as many candidates per image: RetinaNet's number, and few."""
    for prefix, count in (("matched", float(study.draws["rule.pairs.candidates"][0])), ("few", FEW)):
        for name in ("pairs", "darknet", "objectness-alone", "fcos", "fcos-sqrt", "class-alone"):
            threshold = study.threshold_for(name, count)
            one = study.at(RULES[name].rule, threshold, NONE)
            study.draws |= {
                f"{prefix}.{name}.ap": study.ap(one),
                f"{prefix}.{name}.threshold": np.array([threshold]),
                f"{prefix}.{name}.candidates": np.array([float(one.per_image.mean())]),
            }
        for name, other in AGAINST.items():
            against(study, f"{prefix}.{name}.gain", f"{prefix}.{name}.ap", f"{prefix}.{other}.ap")
        against(study, f"{prefix}.centerness.gain", f"{prefix}.fcos.ap", f"{prefix}.class-alone.ap")


def curves(study: Study) -> None:
    """AP at the same numbers of candidates per image, for every rule that has a threshold."""
    for name in GATES:
        possible = GATES[name](study.output.scores)[0].size
        for mark in MARKS:
            if mark < possible:
                threshold = study.threshold_for(name, mark)
                one = study.at(RULES[name].rule, threshold, NONE)
                at = f"curve.{name}.m{mark:g}"
                study.draws[f"{at}.ap"] = np.array([study.point(one)])
                study.draws[f"{at}.threshold"] = np.array([threshold])
