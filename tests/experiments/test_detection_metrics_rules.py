"""VOC's and COCO's rules: fixtures worked out by hand where they differ, and a scalar reference under every rule set.

The reference below goes box by box as the two reference codes describe it, and shares nothing with the experiment.
"""

from __future__ import annotations

import itertools
import math
import random
from typing import Any

import numpy as np
import pytest

from experiments.detection_metrics.boxes import Detections, Truth, from_sizes
from experiments.detection_metrics.library import COCO_NAMES, coco_figures
from experiments.detection_metrics.making import made
from experiments.detection_metrics.measure import ALL, _ours
from experiments.detection_metrics.precision import mean
from experiments.detection_metrics.rules import RULES, Evaluator, shapley

VOC: frozenset[str] = frozenset()
HALF = np.array([0.5])


def scene(objects: list[Any], found: list[Any], images: int = 1, classes: int = 1) -> tuple[Truth, Detections]:
    """Objects: image, class, box, then crowd, difficult, area; detections: image, class, score, box (x, y, w, h)."""
    full = [(*one, *(False, False, None)[len(one) - 3 :]) for one in objects]
    area = np.array([o[2][2] * o[2][3] if o[5] is None else o[5] for o in full], float)
    truth = Truth(
        [str(i) for i in range(images)],
        [str(c) for c in range(classes)],
        *(np.array([o[i] for o in full], int) for i in (0, 1)),
        *from_sizes([o[2] for o in full]),
        area,
        *(np.array([o[i] for o in full], bool) for i in (3, 4)),
    )
    kinds = (int, int, float)
    columns = [np.array([d[i] for d in found], kind) for i, kind in enumerate(kinds)]
    return truth, Detections(*columns, *from_sizes([d[3] for d in found]))


def ap(truth: Truth, found: Detections, rules: frozenset[str] = VOC, points: Any = "all", **more: Any) -> float:
    return mean(Evaluator(truth, found).curves(rules, HALF, **more).ap[points])


# The overlap of two boxes, box by box.
def overlap(a: Any, b: Any, more: float, of_own: bool) -> float:
    width = min(a[0] + a[2], b[0] + b[2]) - max(a[0], b[0]) + more
    height = min(a[1] + a[3], b[1] + b[3]) - max(a[1], b[1]) + more
    if width <= 0 or height <= 0:
        return 0.0
    own, other = (a[2] + more) * (a[3] + more), (b[2] + more) * (b[3] + more)
    return width * height / (own if of_own else own + other - width * height)


def reference(objects: list[Any], found: list[Any], classes: int, rules: frozenset[str], points: str) -> float:
    levels = [0.5 + 0.05 * i for i in range(10)] if "iou-range" in rules else [0.5]
    values = []
    for c in range(classes):
        for level in levels:
            values.append(one_class(objects, found, c, level, rules, points))
    there = [v for v in values if v is not None]
    return sum(there) / len(there) if there else math.nan


def one_class(
    objects: list[Any], found: list[Any], c: int, level: float, rules: frozenset[str], points: str
) -> float | None:
    mine = [o for o in objects if o[1] == c]
    crowd = [o[3] and "crowd" in rules for o in mine]
    skip = [one or (o[4] and "difficult" not in rules) for one, o in zip(crowd, mine, strict=True)]
    positives = skip.count(False)
    if not positives:
        return None
    more = 0.0 if "plus-one" in rules else 1.0
    dets = sorted((d for d in found if d[1] == c), key=lambda d: (-d[2], d[0]))
    used: set[int] = set()
    seen: dict[int, int] = {}
    marks = []  # True, False; ignored ones leave no mark
    for d in dets:
        seen[d[0]] = seen.get(d[0], 0) + 1
        if "detections" in rules and seen[d[0]] > 100:
            continue
        near = [(n, overlap(d[3], o[2], more, crowd[n])) for n, o in enumerate(mine) if o[0] == d[0]]
        if "matching" in rules:
            chosen = None
            for ignored in (False, True):
                for n, value in near:
                    if skip[n] is not ignored or (n in used and not crowd[n]) or value < level:
                        continue
                    if chosen is None or value >= chosen[1]:
                        chosen = (n, value)
                if chosen:
                    break
            if chosen:
                used.add(chosen[0])
            if chosen is None:
                marks.append(False)
            elif not skip[chosen[0]]:
                marks.append(True)
        else:
            best = max(near, key=lambda pair: pair[1], default=(0, 0.0))
            if best[1] < level or best[1] == 0:
                marks.append(False)
            elif not skip[best[0]]:
                marks.append(best[0] not in used)
                used.add(best[0])
    curve = []
    true = 0
    for n, mark in enumerate(marks, 1):
        true += mark
        curve.append((true / positives, true / n))
    if points == "all":
        area, before = 0.0, 0.0
        for i, (recall, _) in enumerate(curve):
            area += (recall - before) * max(p for _, p in curve[i:])
            before = recall
        return area
    steps = np.linspace(0, 1, 11 if points == "11" else 101)
    return float(np.mean([max((p for r, p in curve if r >= s), default=0.0) for s in steps]))


@pytest.mark.parametrize("seed", range(14))
def test_every_rule_set_against_a_scalar_reference(seed: int) -> None:
    rng = random.Random(seed)
    images, classes = rng.randint(1, 3), rng.randint(1, 2)

    # On a coarse grid, so that ties, exact halves, crowds over objects and doubles are frequent.
    def box() -> tuple[int, ...]:
        return (rng.randint(0, 6), rng.randint(0, 6), rng.randint(1, 9), rng.randint(1, 9))

    objects = [
        (rng.randrange(images), rng.randrange(classes), box(), rng.random() < 0.15, rng.random() < 0.15, 5.0)
        for _ in range(rng.randint(1, 9))
    ]
    found = [
        (rng.randrange(images), rng.randrange(classes), rng.choice((0.2, 0.5, 0.7, 0.9)), box())
        for _ in range(rng.randint(0, 12))
    ]
    for o in objects:
        for _ in range(rng.randint(0, 2)):
            near = tuple(
                max(1, v + rng.randint(-1, 1)) if i > 1 else v + rng.randint(-1, 1) for i, v in enumerate(o[2])
            )
            found.append((o[0], o[1], rng.choice((0.4, 0.6, 0.8)), near))
    truth, boxes = scene(objects, found, images, classes)
    eleven, every = Evaluator(truth, boxes).all_sets(python=False)
    assert len(eleven) == len(every) == 2 ** len(RULES)
    for rules in every:
        for sets, points in ((eleven, "11"), (every, "all")):
            wanted = reference(objects, found, classes, rules, "101" if "points" in rules else points)
            assert sets[rules] == pytest.approx(wanted, abs=1e-12, nan_ok=True), (sorted(rules), points)


A, B = (0, 0, 100, 100), (30, 0, 100, 100)


def test_f1_the_best_object_or_the_best_still_free() -> None:
    truth, found = scene([(0, 0, A), (0, 0, B)], [(0, 0, 0.9, A), (0, 0, 0.8, (5, 0, 100, 100))])
    assert ap(truth, found) == 0.5  # the second takes the first object again: false
    assert ap(truth, found, VOC | {"matching"}) == 1.0
    assert ap(truth, found, ALL, "101") == pytest.approx(1.0)


def test_f2_at_exactly_the_threshold() -> None:
    truth, found = scene([(0, 0, (0, 0, 9, 9))], [(0, 0, 0.9, (0, 0, 9, 4))])
    assert ap(truth, found) == 1.0  # 10 x 5 of 10 x 10 pixels
    assert ap(truth, found, strict=True) == 0.0
    assert ap(truth, found, VOC | {"plus-one"}) == 0.0  # 4 of 9


def test_f3_three_of_ten_do_not_reach_the_fourth_level() -> None:
    objects = [(0, 0, (20 * i, 0, 10, 10)) for i in range(10)]
    truth, found = scene(objects, [(0, 0, 0.9 - i / 10, o[2]) for i, o in enumerate(objects[:3])])
    assert ap(truth, found, points="11") == pytest.approx(3 / 11)
    assert ap(truth, found) == pytest.approx(0.3)
    # Recalls 0 to 0.30 as numpy has them: 0.3 is 0.3 among hundred.
    assert ap(truth, found, points="101") == pytest.approx(31 / 101)


def test_f4_detections_are_limited_by_class() -> None:
    truth, found = scene(
        [(0, 0, (0, 0, 50, 50)), (0, 1, (80, 0, 50, 50))],
        [(0, 0, 0.9, (0, 0, 50, 50)), (0, 1, 0.8, (80, 0, 50, 50))],
        classes=2,
    )
    assert _ours(Evaluator(truth, found))["ar_1"] == 1.0


def test_f5_both_ends_belong_to_a_size() -> None:
    truth, found = scene([(0, 0, (0, 0, 32, 32))], [(0, 0, 0.9, (0, 0, 32, 32))])
    figures = _ours(Evaluator(truth, found))
    assert (figures["ap_s"], figures["ap_m"]) == (pytest.approx(1.0), pytest.approx(1.0))
    assert math.isnan(figures["ap_l"])


def test_a_difficult_object_is_neither_found_nor_missed() -> None:
    truth, found = scene([(0, 0, A, False, True), (0, 0, (300, 0, 50, 50))], [(0, 0, 0.9, A), (0, 0, 0.8, A)])
    assert ap(truth, found) == 0.0  # one object is left, and nothing but ignored boxes
    # Counted: one of two, then a double.
    assert ap(truth, found, VOC | {"difficult"}) == 0.5


def test_a_crowd_takes_any_number_by_intersection_over_detection() -> None:
    members = [(0, 0, 0.9 - i / 10, (20 * i, 0, 15, 15)) for i in range(4)]
    one = (0, 0, (300, 300, 50, 50))
    truth, found = scene([(0, 0, (0, 0, 200, 200), True), one], [*members, (0, 0, 0.1, one[2])])
    assert ap(truth, found, VOC | {"crowd"}) == 1.0
    # As an object it is missed, the members are false: one of two found, at a precision of 1/5.
    assert ap(truth, found) == pytest.approx(0.1)


def test_equal_overlaps_take_the_first_or_the_last() -> None:
    # The first detection lies between two objects, the second is the second object.
    objects = [(0, 0, (0, 0, 100, 100)), (0, 0, (20, 0, 100, 100))]
    found = [(0, 0, 0.9, (10, 0, 100, 100)), (0, 0, 0.8, (20, 0, 100, 100))]
    truth, boxes = scene(objects, found)
    assert ap(truth, boxes) == 1.0  # the first of both, so that the second is free
    coco = Evaluator(truth, boxes).curves(VOC | {"matching"}, np.array([0.7]))
    assert mean(coco.ap["all"]) == 0.5  # the last of both; the other object overlaps the second box by 2/3 only


def test_the_hundred_and_first_detection_of_a_class_is_not_looked_at() -> None:
    false = [(0, 0, 0.9 - i / 1000, (200, 200, 5, 5)) for i in range(100)]
    truth, found = scene([(0, 0, A)], [*false, (0, 0, 0.1, A)])
    assert ap(truth, found) == pytest.approx(1 / 101)
    assert ap(truth, found, VOC | {"detections"}) == 0.0


def test_mask_or_box_decides_the_size() -> None:
    truth, found = scene([(0, 0, (0, 0, 40, 40), False, False, 900.0)], [(0, 0, 0.9, (0, 0, 40, 40))])
    one = Evaluator(truth, found)
    assert mean(one.curves(ALL, area=(0, 1024)).ap["101"]) == pytest.approx(1.0)
    assert math.isnan(mean(one.curves(ALL, area=(0, 1024), box_area=True).ap["101"]))


def test_shapley_values_add_up_and_ranges_hold_them() -> None:
    names = ("a", "b", "c")
    subsets = [frozenset(x) for n in range(4) for x in itertools.combinations(names, n)]
    # a alone gives 1, b and c only together give 2.
    parts = shapley({s: 1.0 * ("a" in s) + 2.0 * ({"b", "c"} <= s) for s in subsets}, names)
    assert [parts[n].value for n in names] == [1.0, 1.0, 1.0]
    assert [(parts[n].low, parts[n].high) for n in names] == [(1.0, 1.0), (0.0, 2.0), (0.0, 2.0)]


@pytest.mark.parametrize("seed", range(6))
def test_coco_is_the_library_s(seed: int) -> None:
    pytest.importorskip("faster_coco_eval", reason="needs the extra detection")
    truth, found = made(25, 3, (0.02, 0.1, 0.3)[seed % 3], seed)
    ours, library = _ours(Evaluator(truth, found)), coco_figures(truth, found)
    for name in COCO_NAMES:
        assert ours[name] == pytest.approx(library[name], abs=1e-9, nan_ok=True), name


def test_coco_is_pycocotools() -> None:
    pytest.importorskip("pycocotools", reason="pycocotools is not installed")
    import contextlib
    import io

    from pycocotools.coco import COCO
    from pycocotools.cocoeval import COCOeval

    from experiments.detection_metrics.library import as_coco

    truth, found = made(30, 4, 0.05, 11)
    dataset, results = as_coco(truth, found)
    with contextlib.redirect_stdout(io.StringIO()):
        objects = COCO()
        objects.dataset = dataset
        objects.createIndex()
        one = COCOeval(objects, objects.loadRes(results), "bbox")
        one.evaluate()
        one.accumulate()
        one.summarize()
    assert [_ours(Evaluator(truth, found))[n] for n in COCO_NAMES] == pytest.approx(one.stats.tolist(), abs=1e-9)


def test_nothing_detected_is_nothing_found() -> None:
    pytest.importorskip("faster_coco_eval", reason="needs the extra detection")
    truth, found = scene([(0, 0, A)], [])
    figures = coco_figures(truth, found)
    assert (figures["ap"], figures["ap_l"], figures["ar_1"]) == (0.0, 0.0, 0.0)
    assert math.isnan(figures["ap_s"]) and math.isnan(figures["ar_m"])
    assert ap(truth, found) == 0.0
