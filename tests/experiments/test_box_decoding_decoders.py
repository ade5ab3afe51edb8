"""The table of methods: ranges, round trips, and number formats that stay what they are."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from experiments.box_decoding.arithmetic import DTYPES, NARROW, limits, share_to_first
from experiments.box_decoding.checks import finite_checks
from experiments.box_decoding.decoders import decode, encode, measured_range, places
from experiments.box_decoding.finite import finite_limit, reference_side
from experiments.box_decoding.methods import METHODS
from experiments.box_decoding.roundtrip import make_boxes, round_trips
from experiments.box_decoding.sensitivity import MAPS, relative_slopes, sensitivity, slopes
from experiments.box_decoding.widths import (
    CLAMPED_EXP,
    EXP,
    LINEAR,
    SQUARED_SIGMOID,
    WidthMap,
    distribution,
    exponential_clamped_after,
)

BY_KEY = {method.key: method for method in METHODS}
SCALAR = {method.map.name: method.map for method in METHODS if method.map.bins == 1}


def test_the_table_names_every_method_once_and_its_source() -> None:
    assert len(BY_KEY) == len(METHODS) == 16
    for method in METHODS:
        assert "/" in method.source
        assert method.paper.startswith("arXiv:")
        assert all((method.width, method.centre, method.target, method.loss, method.limit))


@pytest.mark.parametrize("method", METHODS, ids=lambda m: m.key)
def test_the_measured_range_is_the_closed_form(method: object) -> None:
    assert measured_range(method.map).error <= 1e-12  # type: ignore[attr-defined]


def test_a_wrong_closed_form_is_seen() -> None:
    assert measured_range(replace(SQUARED_SIGMOID, upper=5.0)).error > 0.1
    assert measured_range(replace(EXP, upper=1e6)).error == math.inf


def test_the_published_limits_hold() -> None:
    assert BY_KEY["faster-rcnn"].map.upper == pytest.approx(62.5)
    assert BY_KEY["faster-rcnn"].map.lower == 0.0  # the clamp of Faster R-CNN is one-sided
    assert BY_KEY["mmdetection"].map.lower == pytest.approx(0.016)
    assert BY_KEY["yolov5"].map.upper == 4.0
    assert BY_KEY["yolov8"].map.upper == 15.0
    assert math.isinf(BY_KEY["efficientdet"].map.upper)


@pytest.mark.parametrize("method", METHODS, ids=lambda m: m.key)
@settings(deadline=None, max_examples=25)
@given(
    centre=st.tuples(st.floats(60.0, 580.0), st.floats(60.0, 580.0)),
    size=st.tuples(st.floats(16.0, 100.0), st.floats(16.0, 100.0)),
)
def test_encoding_is_undone_by_decoding(method: object, centre: tuple[float, float], size: tuple[float, float]) -> None:
    centres, sizes = np.array(centre)[:, None], np.array(size)[:, None]
    trip = round_trips(method, centres, sizes, 640.0)[0]  # type: ignore[arg-type]
    assert trip.dtype == "float64"
    if trip.reachable == 1.0:
        assert trip.width_error < 1e-9
        assert trip.centre_error < 1e-6


def test_what_a_method_cannot_reach_is_left_out_and_counted() -> None:
    # The cell's centre lies outside the box: a distance to a side would be negative.
    centres, sizes = np.array([[17.0], [17.0]]), np.array([[6.0], [6.0]])
    for key in ("fcos", "fcos-relu", "yolov8"):
        assert round_trips(BY_KEY[key], centres + 6.9, sizes, 640.0)[0].reachable == 0.0
    assert round_trips(BY_KEY["retinanet"], centres, sizes, 640.0)[0].reachable == 1.0


def test_narrow_formats_lose_digits_in_order() -> None:
    boxes = make_boxes(400, 640.0, 0)
    errors = {trip.dtype: trip.typical_width_error for trip in round_trips(BY_KEY["retinanet"], *boxes, 640.0)}
    assert errors["float64"] < errors["float32"] < errors["float16"] < errors["bfloat16"] < 0.01


@pytest.mark.parametrize("dtype", NARROW)
@pytest.mark.parametrize("method", METHODS, ids=lambda m: m.key)
def test_encoding_and_decoding_stay_in_the_format(method: object, dtype: str) -> None:
    centres, sizes = make_boxes(20, 640.0, 0)
    at = places(method, centres, sizes, 640.0)  # type: ignore[arg-type]
    kind = DTYPES[dtype]
    with np.errstate(all="ignore"):
        raw = encode(method, centres.astype(kind), sizes.astype(kind), at)  # type: ignore[arg-type]
        boxes = decode(method, *raw, at)  # type: ignore[arg-type]
    assert {a.dtype for a in (*raw, *boxes)} == {kind}


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("width", [*SCALAR.values(), LINEAR, exponential_clamped_after(62.5)], ids=lambda w: w.name)
def test_maps_and_gradients_stay_in_the_format(width: WidthMap, dtype: str) -> None:
    t = np.array([0.25, 0.5, 1.0]).astype(DTYPES[dtype])
    for apply in (width.apply, width.log):
        if apply is not None:
            value, back = apply(t)
            assert value.dtype == back(np.ones_like(value)).dtype == DTYPES[dtype]


@pytest.mark.parametrize("width", [*SCALAR.values(), LINEAR], ids=lambda w: w.name)
@settings(deadline=None, max_examples=40)
@given(t=st.floats(-3.0, 3.0).filter(lambda t: abs(t) > 1e-3))
def test_gradients_of_maps_are_finite_differences(width: WidthMap, t: float) -> None:
    step = 1e-6
    for apply in (width.apply, width.log):
        if apply is None:
            continue
        with np.errstate(invalid="ignore", divide="ignore"):
            value, back = apply(np.array([t]))
            around = apply(np.array([t - step, t + step]))[0]
            gradient = back(np.ones(1))[0]
        if not (np.isfinite(value).all() and np.isfinite(around).all()) or abs(gradient) > 100:
            continue  # the logarithm of a side below zero, or so near to it that a step is no small one
        difference = (around[1] - around[0]) / (2 * step)
        assert gradient == pytest.approx(difference, rel=1e-4, abs=1e-6)


def test_the_gradient_of_a_distribution_is_a_finite_difference() -> None:
    width, step = distribution(5), 1e-6
    t = np.array([0.3, -1.0, 0.8, 0.1, 0.5])
    back = width.apply(t)[1](np.array(1.0))
    for i in range(5):
        move = np.zeros(5)
        move[i] = step
        difference = (width.apply(t + move)[0] - width.apply(t - move)[0]) / (2 * step)
        assert back[i] == pytest.approx(float(difference), abs=1e-8)


@settings(deadline=None, max_examples=60)
@given(share=st.floats(0.0, 14.999))
def test_a_distribution_returns_its_mean(share: float) -> None:
    width = distribution(16)
    assert float(width.apply(width.invert(np.array(share)))[0]) == pytest.approx(share, abs=1e-9)


def test_a_clamp_before_exp_passes_no_gradient_beyond() -> None:
    t = np.array([1.0, 100.0, 1000.0])
    value, back = CLAMPED_EXP.apply(t)
    assert np.isfinite(value).all()
    assert back(np.ones(3)).tolist() == [pytest.approx(math.e), 0.0, 0.0]


def test_a_clamp_after_exp_multiplies_zero_by_infinity() -> None:
    with np.errstate(over="ignore", invalid="ignore"):
        value, back = exponential_clamped_after(62.5).apply(np.array([1.0, 10.0, 1000.0]))
        gradient = back(np.ones(3))
    assert np.isfinite(value).all()
    assert gradient[0] == pytest.approx(math.e)
    assert gradient[1] == 0.0
    assert math.isnan(gradient[2])


def test_the_three_decoders_of_the_training_agree_at_zero() -> None:
    for width in (EXP, SQUARED_SIGMOID, LINEAR, CLAMPED_EXP):
        value, slope = slopes(width, np.zeros(1))
        assert (value[0], slope[0]) == (1.0, 1.0)


def test_slopes_have_their_closed_forms() -> None:
    found = sensitivity("squared-sigmoid")
    assert found.steepest == pytest.approx(32 / 27, abs=1e-7)
    ratios = np.array([0.1, 1.0, 3.9])
    assert relative_slopes(EXP, ratios) == pytest.approx(np.ones(3))
    assert relative_slopes(SQUARED_SIGMOID, ratios) == pytest.approx(2 - np.sqrt(ratios))
    assert np.isnan(relative_slopes(SQUARED_SIGMOID, np.array([4.5]))).all()
    assert set(sensitivity("sigmoid").relative) == {0.02, 0.05, 0.1, 0.25, 0.5, 0.9}
    assert set(MAPS) >= {"exp", "linear"}


def test_a_tie_is_split_and_nan_reaches_both() -> None:
    first, second = np.array([1.0, 2.0, 3.0, np.nan]), np.array([2.0, 2.0, 2.0, 2.0])
    to_first, to_second = share_to_first(first, second, np.ones(4), smaller=True)
    assert to_first.tolist() == [1.0, 0.5, 0.0, 1.0]
    assert to_second.tolist() == [0.0, 0.5, 1.0, 1.0]


@pytest.mark.parametrize("dtype", NARROW)
def test_the_first_t_without_a_finite_side_is_the_neighbour_of_the_last_with_one(dtype: str) -> None:
    kind = DTYPES[dtype]
    for key, reference in (("efficientdet", 373.0), ("fcos", 1.0), ("yolov1", 640.0)):
        method = BY_KEY[key]
        found = finite_limit(method, dtype, 373.0, 640.0)
        assert found.reference == reference
        beyond = np.array([found.value_t]).astype(kind)
        before = np.nextafter(beyond, kind.type(0))
        with np.errstate(over="ignore"):
            assert not np.isfinite(method.map.apply(beyond)[0] * kind.type(reference)).any()
            assert np.isfinite(method.map.apply(before)[0] * kind.type(reference)).all()


def test_bounded_sides_are_always_finite_and_a_slope_may_outlast_its_side() -> None:
    for key in ("yolov5", "yolov8", "retinanet", "mmdetection", "detr"):
        found = finite_limit(BY_KEY[key], "float16", 373.0, 640.0)
        assert math.isinf(found.value_t) and math.isinf(found.gradient_t)
    assert math.isfinite(finite_limit(BY_KEY["retinanet"], "float16", 4096.0, 640.0).value_t)  # 62.5 * 4096
    centernet = finite_limit(BY_KEY["centernet"], "float16", 373.0, 640.0)
    assert centernet.value_t == 65536 / 4
    assert math.isinf(centernet.gradient_t)
    assert reference_side(BY_KEY["yolox"], 373.0, 640.0) == 32.0


def test_finite_limits_are_checked_against_closed_forms() -> None:
    found = [finite_limit(method, dtype, 373.0, 640.0) for method in METHODS for dtype in NARROW]
    checks = finite_checks(found)
    assert checks and all(check.passed for check in checks)
    assert not any(c.passed for c in finite_checks([replace(f, value_t=4.0) for f in found]))


def test_limits_of_the_formats() -> None:
    assert limits(DTYPES["float16"]).largest == 65504.0
    assert limits(DTYPES["bfloat16"]).epsilon == 2.0**-7
    assert round(limits(DTYPES["float32"]).exp_limit, 2) == 88.72
