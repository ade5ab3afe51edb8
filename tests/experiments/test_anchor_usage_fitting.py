"""Fitted anchors and figures of shape, against values made by hand."""

from __future__ import annotations

import math
import statistics

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from experiments.anchor_usage import boxes, grids
from experiments.anchor_usage.fitting import METHODS, Centre, auto_anchor, fit, fitness, k_means, score, shape_iou
from experiments.anchor_usage.reference import shape_iou as plain_iou

SIDES = st.floats(1.0, 500.0)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(SIDES, SIDES), min_size=1, max_size=8), st.lists(st.tuples(SIDES, SIDES), min_size=1))
def test_figures_of_shape_are_what_loops_give(
    wh: list[tuple[float, float]], anchors: list[tuple[float, float]]
) -> None:
    best = [max(plain_iou(*one, *anchor) for anchor in anchors) for one in wh]
    ratio = [min(max(w / a, a / w, h / b, b / h) for a, b in anchors) for w, h in wh]
    found = score(np.array(wh), np.array(anchors))
    assert found.iou == pytest.approx(sum(best) / len(best))
    assert found.half == pytest.approx(sum(one >= 0.5 for one in best) / len(best))
    if all(abs(one - 4) > 1e-9 for one in ratio):
        assert found.recall == pytest.approx(sum(one < 4 for one in ratio) / len(ratio))


def test_a_step_of_k_means_by_hand() -> None:
    # Two clusters that every start finds; means and medians differ by the outlier.
    wh = np.array([(10, 10), (10, 10), (13, 10), (100, 100), (100, 100), (120, 100)], dtype=float)
    means = fit("kmeans-mean", wh, 2, [0], restarts=5, generations=0)
    medians = fit("kmeans-median", wh, 2, [0], restarts=5, generations=0)
    assert means.tolist() == [[11.0, 10.0], [pytest.approx(320 / 3), 100.0]]
    assert medians.tolist() == [[10.0, 10.0], [100.0, 100.0]]


@pytest.mark.parametrize("centre", ["mean", "median"])
def test_k_means_is_what_loops_give_from_the_same_start(centre: Centre) -> None:
    wh = boxes.generate(60, 640, 0, 3).sides[:300]
    found = k_means(wh, 6, [5], centre=centre)
    start = np.random.default_rng([5]).choice(np.unique(wh, axis=0), 6, replace=False)
    anchors = [(w, h) for w, h in start.tolist()]
    before: list[int] = []
    while True:
        nearest = [max(range(6), key=lambda j, one=one: plain_iou(*one, *anchors[j])) for one in wh.tolist()]
        if nearest == before:
            break
        before = nearest
        for j in range(6):
            mine = [one for one, owner in zip(wh.tolist(), nearest, strict=True) if owner == j]
            if mine:
                middle = statistics.mean if centre == "mean" else statistics.median
                anchors[j] = (middle(w for w, _ in mine), middle(h for _, h in mine))
    assert found == pytest.approx(np.array(anchors), rel=1e-12)


def test_published_anchors_are_found_again_among_their_own_boxes() -> None:
    rng = np.random.default_rng(0)
    wh = np.repeat(grids.YOLOV3, 40, axis=0) * rng.uniform(0.99, 1.01, (360, 2))
    found = fit("kmeans-median", wh, 9, [1], restarts=60, generations=0)
    assert score(grids.YOLOV3, found).iou > 0.98


@pytest.mark.parametrize("method", METHODS)
def test_fewer_unlike_boxes_than_anchors(method: str) -> None:
    wh = np.array([(20.0, 30.0)] * 6 + [(60.0, 40.0)] * 6)
    found = fit(method, wh, 9, [0], restarts=3, generations=5)
    assert 1 <= len(found) <= 2 and np.isfinite(found).all()


def test_auto_anchor_is_never_less_fit_than_its_k_means() -> None:
    wh = boxes.generate(100, 640, 0, 0).sides
    before = auto_anchor(wh, 9, [0], restarts=2, generations=0)
    after = auto_anchor(wh, 9, [0], restarts=2, generations=200)
    assert fitness(wh.astype(np.float32), after) > fitness(wh.astype(np.float32), before)
    assert fitness(np.array([[20.0, 13.0], [10.0, 52.0]]), grids.YOLOV3[:1]) == 0.25


def test_anchors_fitted_on_few_boxes_fit_these_better_than_others() -> None:
    wh = boxes.generate(400, 640, 3, 0).sides
    found = k_means(wh[:30], 9, [0], centre="median", restarts=3)
    assert score(wh[:30], found).iou - score(wh[30:], found).iou > 0.05


def test_generated_objects_lie_in_their_images_in_coco_s_shares() -> None:
    found = boxes.generate(3000, 640, 0, 0)
    assert (found.corners[:, :2] >= 0).all()
    assert (found.corners[:, 2:] <= found.extent[found.image] + 1e-9).all()
    share = np.bincount(found.size) / found.count
    assert share == pytest.approx(np.array(boxes.COCO_SHARES) / 99, abs=0.015)
    assert (found.sides > 0).all() and (np.diff(found.image) >= 0).all()
    doubled = boxes.generate(3000, 1280, 0, 0)
    assert np.allclose(doubled.original_sides, found.original_sides) and np.allclose(doubled.sides, 2 * found.sides)


def test_sizes_meet_at_coco_s_borders() -> None:
    edges = np.array([1023.9, 1024.0, 9216.0, 9216.1])
    assert boxes.sizes(edges).tolist() == [0, 1, 1, 2]


def test_halves_share_no_image_and_lose_no_object() -> None:
    whole = boxes.generate(41, 640, 0, 0)
    first, second = boxes.halves(whole, 5)
    assert (first.images, second.images) == (21, 20)
    assert sorted([*first.area, *second.area]) == sorted(whole.area)
    assert not set(first.area) & set(second.area)
    for half in (first, second):
        assert (half.corners[:, 2:] <= half.extent[half.image] + 1e-9).all()


def test_a_shifted_mixture_exchanges_small_and_large() -> None:
    size = np.array([0] * 600 + [1] * 300 + [2] * 100)
    drawn = boxes.swapped(size, 20_000, 0)
    assert drawn is not None
    assert np.bincount(size[drawn]) / 20_000 == pytest.approx([0.1, 0.3, 0.6], abs=0.02)
    assert boxes.swapped(size[:600], 10, 0) is None


def test_shape_iou_by_hand() -> None:
    assert shape_iou(grids.YOLOV3[:1], grids.YOLOV3[1:2])[0, 0] == 130 / 480
    assert math.isclose(shape_iou(np.array([[2.0, 8.0]]), np.array([[8.0, 2.0]]))[0, 0], 4 / 28)
