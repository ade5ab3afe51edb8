"""Drawings of the images, held against evaluating the drawn images as a set of their own."""

from __future__ import annotations

import math

import numpy as np
import pytest

from experiments.detection_metrics.boxes import Array, Detections, Truth
from experiments.detection_metrics.library import AREAS
from experiments.detection_metrics.making import made
from experiments.detection_metrics.measure import ALL
from experiments.detection_metrics.precision import mean
from experiments.detection_metrics.resampling import DIFFERENCES, _estimate, draw
from experiments.detection_metrics.rules import Evaluator

HALF = np.array([0.5])


def drawn(truth: Truth, found: Detections, images: list[int]) -> tuple[Truth, Detections]:
    """The drawn images, each as one of its own, with copies of what is in them."""
    objects = [np.flatnonzero(truth.image == i) for i in images]
    boxes = [np.flatnonzero(found.image == i) for i in images]
    o, d = (np.concatenate(one).astype(int) for one in (objects, boxes))

    def numbered(parts: list[Array]) -> Array:
        return np.repeat(np.arange(len(images)), [len(part) for part in parts])

    return (
        Truth(
            [str(n) for n in range(len(images))], truth.labels, numbered(objects), truth.label[o], truth.corners[o],
            truth.size[o], truth.area[o], truth.crowd[o], truth.difficult[o],
        ),
        Detections(numbered(boxes), found.label[d], found.score[d], found.corners[d], found.size[d]),
    )  # fmt: skip


def separate(found: Detections, seed: int) -> Detections:
    """Scores that no two detections share: the order of equal ones among images is no matter of drawing."""
    order = np.random.default_rng(seed).permutation(found.score.size)
    return Detections(found.image, found.label, found.score + order * 1e-7, found.corners, found.size)


def figures(one: Evaluator) -> dict[str, float]:
    coco = one.curves(ALL).ap["101"]
    return {
        "voc10": mean(one.curves(frozenset(), HALF).ap["all"]),
        "ap": mean(coco),
        "ap50": mean(coco[0]),
        "ap_s": mean(one.curves(ALL, area=AREAS["s"]).ap["101"]),
        "ap_s.box_area": mean(one.curves(ALL, area=AREAS["s"], box_area=True).ap["101"]),
    }


@pytest.mark.parametrize("seed", range(4))
def test_a_drawing_is_what_evaluating_the_drawn_images_gives(seed: int) -> None:
    truth, found = made(14, 2, 0.08, seed)
    found = separate(found, seed)
    result = draw(Evaluator(truth, found), 6, seed, python=False)
    rng = np.random.default_rng([seed, 409])
    for row in range(7):
        images = list(range(14)) if row == 0 else rng.integers(0, 14, 14).tolist()
        wanted = figures(Evaluator(*drawn(truth, found, images)))
        for name, value in wanted.items():
            assert result.figures[name][row] == pytest.approx(value, abs=1e-12, nan_ok=True), (row, name)


def test_differences_are_paired() -> None:
    truth, found = made(40, 3, 0.1, 1)
    result = draw(Evaluator(truth, found), 200, 1, python=False)
    one = result.difference("ap-less-ap50")
    assert one.lo is not None and one.hi is not None
    assert one.lo < one.value < one.hi < 0
    alone = [np.quantile(result.figures[name][1:], [0.025, 0.975]) for name in ("ap", "ap50")]
    # Drawn apart, the widths would add up.
    assert one.hi - one.lo < sum(float(high - low) for low, high in alone)
    assert set(DIFFERENCES) >= {"ap-less-voc10", "ap50-less-voc10"}


def test_no_interval_where_there_is_too_little() -> None:
    values = np.linspace(0.0, 1.0, 101)
    assert not _estimate(values, images=9).known
    assert not _estimate(np.append(values, math.nan), images=50).known
    assert _estimate(values, images=50).known
    truth, found = made(5, 2, 0.1, 0)
    assert not draw(Evaluator(truth, found), 50, 0, python=False).difference("ap-less-voc10").known


def test_a_hundred_times_as_many_images_narrow_it_tenfold() -> None:
    rng = np.random.default_rng(0)
    wide, narrow = (_estimate(np.append(0.0, rng.normal(0, s, 4000)), images=100) for s in (1.0, 0.1))
    assert wide.lo is not None and wide.hi is not None and narrow.lo is not None and narrow.hi is not None
    assert wide.lo == pytest.approx(-1.97, abs=0.12)
    assert (wide.hi - wide.lo) / (narrow.hi - narrow.lo) == pytest.approx(10.0, rel=0.1)
