"""How does COCO's metric differ from VOC's, and which of its rules make the gap?

Both are computed of the same detections: VOC 2007 and 2010+ by rules of our own, which are the devkit's (VOCevaldet.m,
VOCap.m), COCO by faster-coco-eval. Between the two lie seven rules (table `rules`). AP is computed under every
combination of them; a rule's share of the gap is its Shapley value, the mean over all orders of changing one rule after
another, and its range is over those orders. The detections are made, at four levels of noise of their edges, or a
person's own:

    studyctl run detection-metrics -p truth=instances.json -p detections=results.json
    studyctl run detection-metrics -p format=voc -p truth=Annotations -p detections=results/Main
    studyctl run detection-metrics -p format=text -p truth=groundtruths -p detections=detections

A pixel more is a rule of the metric, so the coordinates are taken as they stand in a file: an object of VOC from xmin
to xmax is xmax - xmin wide by COCO's rule. Objects without a mask have the area of their box. VOC's mean is over
classes that have an object to find. COCO has no difficult objects (they count), VOC no crowds (they count as objects).

Metrics, by prefix (LEVEL: sharp, good, fair, loose; of own files: given):

    LEVEL.noise                                 standard deviation of an edge, in units of the side
    LEVEL.{voc07,voc10}                         mean AP of VOC 2007 (eleven points) and of VOC 2010+ (all points)
    LEVEL.voc10.other-boundary                  VOC10 with > at the threshold (with boundary=python: >=)
    LEVEL.coco.{ap,ap50,ap75,ap_s,ap_m,ap_l,ar_1,ar_10,ar_100,ar_s,ar_m,ar_l}  COCO's twelve figures, by the library
    LEVEL.ap_s.box_area                         AP_S where an object's size is its box's area
    LEVEL.share.RULE{,.lo,.hi}                  share of the gap from VOC10 to AP, and its range over orders
    LEVEL.share07.RULE{,.lo,.hi}                the same from VOC07
    LEVEL.{ap-less-voc10,ap50-less-voc10,ap-less-ap50,mask-less-box}{,.lo,.hi,.n}  differences, with 95 % intervals
                                                over drawings of the n images (ten at least); the last of AP_S
    given.class.CLASS.{voc07,voc10,ap50,ap}     of each class (table `classes`)
    points.{least,largest}                      the range of the share of the points of interpolation: all levels and
                                                orders, from VOC10 and VOC07; below zero they narrow the gap
    input.{images,classes,objects,detections,skipped}  how much was read
    check.LEVEL                                 largest distance of our COCO figures to the library's
"""

from __future__ import annotations

import math
import re

from studyctl.lab import Run, experiment

from . import figures, findings
from .boxes import Detections, Truth
from .making import made
from .measure import Measured, measure
from .parameters import LEVELS, DetectionMetrics
from .reading import read
from .rules import BOUNDARY, RULES


@experiment(
    title="Detection metrics: from VOC to COCO",
    requires=["detection"],
    presets={
        "quick": {"images": 60, "classes": 4, "resamples": 100},
        "full": {"images": 5_000, "classes": 20, "resamples": 1_000},
    },
)
def detection_metrics(params: DetectionMetrics, run: Run) -> None:
    """Read or make detections, evaluate them under all rules, draw, and state what was found."""
    rules = RULES | (BOUNDARY if params.boundary == "python" else {})
    run.table("rules", [{"rule": k, "voc_to_coco": v} for k, v in rules.items()], "The rules, in VOC and in COCO")
    found: list[Measured] = []
    if params.truth:
        found.append(_own(params, run))
        titles = ["own detections"]
    else:
        for name, noise in run.track(list(zip(LEVELS, params.noise, strict=True)), "noise"):
            run.metric(f"{name}.noise", noise)
            truth, boxes = made(params.images, params.classes, noise, params.seed)
            found.append(_measured(name, params, truth, boxes))
        titles = [f"{n}: noise {x:g}" for n, x in zip(LEVELS, params.noise, strict=True)]
    for one in found:
        _record(run, one)
    _tables(run, found)
    ranges = [one.share(year, "points") for one in found for year in ("voc07", "voc10")]
    ends = [(r.low, r.high) for r in ranges if not math.isnan(r.value)] or [(math.nan, math.nan)]
    run.metrics({"points.least": min(low for low, _ in ends), "points.largest": max(high for _, high in ends)})
    run.figure(
        "shares", figures.shares_figure(found, titles), "What the gap between VOC's and COCO's figure is made of"
    )
    findings.state(run, found, hardly=math.isnan(ends[0][0]))


def _measured(name: str, params: DetectionMetrics, truth: Truth, boxes: Detections) -> Measured:
    return measure(
        name,
        truth,
        boxes,
        voc_iou=params.voc_iou,
        python=params.boundary == "python",
        resamples=params.resamples,
        seed=params.seed,
    )


def _own(params: DetectionMetrics, run: Run) -> Measured:
    paths = run.data(params.truth), run.data(params.detections)
    truth, boxes, skipped = read(*paths, params.format, skip=params.unknown == "skip")
    sizes = {"images": len(truth.images), "classes": len(truth.labels), "objects": truth.image.size}
    sizes |= {"detections": boxes.image.size, "skipped": skipped}
    run.metrics({f"input.{key}": value for key, value in sizes.items()})
    found = _measured("given", params, truth, boxes)
    taken: set[str] = set()
    for n, row in enumerate(found.classes):
        slug = re.sub(r"[^A-Za-z0-9]+", "-", str(row["class"])).strip("-") or f"class-{n}"
        slug = f"{slug}-{n}" if slug in taken else slug
        taken.add(slug)
        run.metrics({f"given.class.{slug}.{k}": float(str(row[k])) for k in ("voc07", "voc10", "ap50", "ap")})
    return found


def _record(run: Run, one: Measured) -> None:
    run.metrics({f"{one.name}.{key}": value for key, value in one.figures.items()})
    for year, name in (("voc10", "share"), ("voc07", "share07")):
        for rule in one.parts[year]:
            share, at = one.share(year, rule), f"{one.name}.{name}.{rule}"
            run.metrics({at: share.value, f"{at}.lo": share.low, f"{at}.hi": share.high})
    for name, difference in one.differences.items():
        run.metrics(difference.metrics(f"{one.name}.{name}"))
    run.metric(f"check.{one.name}", max(one.checks.values()))


def _tables(run: Run, found: list[Measured]) -> None:
    run.table("figures", [{"level": one.name, **one.figures} for one in found], "VOC's and COCO's figures")
    run.table("classes", [{"level": one.name, **row} for one in found for row in one.classes], "AP of each class")
    run.table(
        "parts",
        [
            {"level": one.name, "from": year, "rule": rule, "ap": p.value, "lo": p.low, "hi": p.high}
            for one in found
            for year, parts in one.parts.items()
            for rule, p in parts.items()
        ],
        "What each rule contributes, in AP",
    )
    run.table(
        "rule-sets",
        [
            {"level": one.name, "from": year, **{rule: rule in rules for rule in one.parts[year]}, "ap": value}
            for one in found
            for year, sets in one.sets.items()
            for rules, value in sets.items()
        ],
        "AP under every set of rules (true: COCO's)",
    )
