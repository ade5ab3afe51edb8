"""Losses and their gradients, and where they overflow or lose their digits."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from experiments.box_decoding.arithmetic import DTYPES, NARROW, limits
from experiments.box_decoding.checks import (
    finite_difference_error,
    instrument,
    limit_checks,
    overlap_error,
)
from experiments.box_decoding.limits import clamp_order, exp_limit, runaway, usable
from experiments.box_decoding.losses import LOSSES, concentric_iou, objective, overlap_loss
from experiments.box_decoding.noise import (
    Family,
    calibrate,
    draw,
    exp_width_loss,
    families,
    raw_output,
    response,
    sizes_around,
)
from experiments.box_decoding.training import DECODERS
from experiments.box_decoding.widths import EXP, RCNN_CLAMP, WidthMap
from studyctl.lab import Check, ExperimentError, require_checks

SCAN = {"anchor": 373.0, "image": 640.0, "mismatch": 1.25, "tolerance": 0.1}


@pytest.mark.parametrize("decoder", DECODERS)
@pytest.mark.parametrize("loss", LOSSES)
def test_gradients_of_losses_are_finite_differences(loss: str, decoder: str) -> None:
    assert finite_difference_error(loss, DECODERS[decoder], seed=3) < 1e-6


def test_a_wrong_gradient_is_seen() -> None:
    wrong = WidthMap("wrong", "", lambda t: (np.exp(t), lambda g: 1.01 * g * np.exp(t)), np.log, 0.0, math.inf)
    assert finite_difference_error("giou", wrong, seed=0) > 5e-3


@settings(deadline=None, max_examples=60)
@given(
    sides=st.tuples(st.floats(1.0, 500.0), st.floats(1.0, 500.0)),
    target=st.tuples(st.floats(1.0, 500.0), st.floats(1.0, 500.0)),
    centre=st.floats(0.0, 640.0),
)
def test_iou_by_corners_is_iou_by_ratios(
    sides: tuple[float, float], target: tuple[float, float], centre: float
) -> None:
    s, g, c = np.array(sides)[:, None], np.array(target)[:, None], np.full((2, 1), centre)
    found = overlap_loss(s, g, c, generalised=False)
    assert found.value[0] == pytest.approx(1 - concentric_iou(s, g)[0], abs=1e-9)
    assert found.areas_finite.all()


def test_giou_has_its_closed_form() -> None:
    assert overlap_error(seed=1) < 1e-9


def test_a_side_below_zero_overlaps_nothing_and_nan_is_no_success() -> None:
    sides = np.array([[-5.0, np.nan, np.inf, 1e300, 4.0]] * 2)
    assert concentric_iou(sides, np.full((2, 5), 4.0)).tolist() == [0.0, 0.0, 0.0, 0.0, 1.0]


def test_an_unknown_loss_is_refused() -> None:
    with pytest.raises(ValueError, match="no loss 'l1'"):
        objective("l1", EXP, np.zeros((2, 1)), np.ones((2, 1)), 1.0)


def test_the_area_of_a_square_of_256_overflows_float16() -> None:
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        for side, finite in ((255.0, True), (256.0, False)):
            sides = np.full((2, 1), side, np.float16)
            found = overlap_loss(sides, np.full((2, 1), 1.0, np.float16), sides * 0, generalised=False)
            assert bool(found.areas_finite[0]) is finite


@pytest.mark.parametrize(("dtype", "published"), [("float32", 88.72), ("float16", 11.09), ("bfloat16", 88.72)])
def test_exp_overflows_at_the_logarithm_of_the_largest_number(dtype: str, published: float) -> None:
    found = exp_limit(dtype)
    assert round(found.closed_form, 2) == published
    assert found.last_finite_t <= found.closed_form < found.first_infinite_t
    kind = DTYPES[dtype].type
    with np.errstate(over="ignore"):
        assert np.isfinite(np.exp(kind(found.last_finite_t)))
        assert not np.isfinite(np.exp(kind(found.first_infinite_t)))


def test_in_float16_the_area_overflows_before_exp_whatever_the_decoder() -> None:
    edge = math.sqrt(limits(DTYPES["float16"]).largest - 150.0**2)
    for decoder in ("exp", "clamped-exp", "squared-sigmoid", "linear"):
        giou = runaway("float16", "giou", decoder, target=150.0, **SCAN)
        assert giou.nonfinite.cause == "area"
        assert giou.nonfinite.px == pytest.approx(edge, rel=0.01)
        assert giou.first["area"] == giou.nonfinite.px < giou.first["side"]
        iou = runaway("float16", "iou", decoder, target=150.0, **SCAN)
        # IoU is wrong where GIoU is not finite: no overlap is claimed, and no gradient flows.
        assert (iou.wrong.cause, iou.wrong.value, iou.wrong.gradient) == ("area", 1.0, 0.0)
        assert iou.wrong.true_value < 0.5
        assert iou.nonfinite.px > 100 * iou.wrong.px


def test_float32_overflows_where_the_closed_forms_say() -> None:
    largest = limits(DTYPES["float32"]).largest
    giou = runaway("float32", "giou", "exp", target=150.0, **SCAN)
    assert giou.nonfinite.cause == "area"
    assert giou.nonfinite.t == pytest.approx(math.log(largest) / 2 - math.log(373), abs=0.01)
    iou = runaway("float32", "iou", "exp", target=150.0, **SCAN)
    assert iou.nonfinite.cause == "side"
    assert iou.nonfinite.t == pytest.approx(math.log(largest) - math.log(373), abs=0.01)


def test_bounded_decoders_never_stop_being_finite_in_float32() -> None:
    for decoder in ("clamped-exp", "squared-sigmoid"):
        assert math.isinf(runaway("float32", "giou", decoder, target=150.0, **SCAN).nonfinite.px)


@pytest.mark.parametrize("loss", ["iou", "giou"])
def test_a_clamp_changes_nothing_below_it(loss: str) -> None:
    exp, clamped = (runaway("bfloat16", loss, d, target=150.0, **SCAN) for d in ("exp", "clamped-exp"))
    for one, other in ((exp, clamped), (clamped, exp)):
        if one.wrong.px < 0.9 * 62.5 * 373.0:
            assert other.wrong.px == pytest.approx(one.wrong.px)


def test_a_decoder_that_does_not_reach_the_target_has_nothing_to_report() -> None:
    found = runaway("float16", "giou", "squared-sigmoid", target=150.0, **{**SCAN, "anchor": 20.0})
    assert math.isinf(found.wrong.px)
    assert found.wrong.cause == "none"


def test_rounding_spoils_small_boxes_in_bfloat16_before_float16_and_never_in_float32() -> None:
    found = {dtype: usable(dtype, "giou", "exp", **SCAN) for dtype in NARROW}
    assert found["float32"].from_px == 0.0
    assert 2.0 < found["float16"].from_px < found["bfloat16"].from_px < 640.0
    assert found["float16"].cause_above == "area"
    assert found["float16"].to_px == pytest.approx(math.sqrt(65504 / (1 + 1 / 1.25**2)), rel=0.1)
    assert found["float16"].nonfinite_px == found["float16"].to_px
    assert found["bfloat16"].nonfinite_below_px > 0  # boxes that collapse to no area


def test_a_tolerance_that_nothing_meets_leaves_no_usable_size() -> None:
    found = usable("bfloat16", "giou", "exp", **{**SCAN, "tolerance": 1e-9})
    assert math.isnan(found.from_px)
    assert math.isinf(found.to_px)


@pytest.mark.parametrize("dtype", NARROW)
def test_only_the_clamp_after_exp_makes_nan(dtype: str) -> None:
    found = clamp_order(dtype, RCNN_CLAMP)
    assert found.after_value_finite == found.before_value_finite == found.points
    assert found.after_gradient_nan == found.overflowing > 0
    assert found.before_gradient_nan == 0
    assert found.after_first_nan_t == pytest.approx(exp_limit(dtype).first_infinite_t, rel=0.01)


def test_the_instrument_passes_and_a_failed_check_ends_the_run() -> None:
    require_checks(instrument(640.0, seed=0))
    with pytest.raises(ExperimentError, match=r"check clamp: 4\.0 is not 4\.135"):
        require_checks([Check("clamp", 4.0, 4.135, 0.001, "the paper")])
    with pytest.raises(ExperimentError, match="check slope"):
        require_checks([Check("slope", math.nan, 1.0, 0.5, "anything: NaN is near nothing")])


def test_limits_are_checked_against_closed_forms() -> None:
    scans = [runaway("float16", "giou", "exp", target=150.0, **SCAN)]
    (check,) = limit_checks(scans, [], anchor=373.0, target=150.0, mismatch=1.25)
    assert check.passed
    (wrong,) = limit_checks(scans, [], anchor=373.0, target=120.0, mismatch=1.25)
    assert not wrong.passed
    assert limit_checks(scans, [], anchor=373.0, target=250.0, mismatch=1.25) == []  # the target's own area overflows


def test_noise_is_calibrated_to_the_same_loss_everywhere() -> None:
    for family in families(100.0, 640.0):
        found = response(family, 100.0, 0.2, 2_000, 0.7, seed=0)
        at = int(np.argmin(abs(found.sizes - 100.0)))
        assert found.loss[at] == pytest.approx(0.2, abs=1e-4)
        assert found.low[at] <= 0.2 <= found.high[at]


def test_exp_is_scale_free_and_a_linear_output_is_not() -> None:
    found = {f.key: response(f, 100.0, 0.2, 2_000, 0.7, seed=0) for f in families(100.0, 640.0)}
    assert found["exp"].slope == pytest.approx(0.0, abs=1e-9)
    assert found["linear"].slope_high < -0.5
    assert found["squared-sigmoid"].sizes.max() < 400.0 <= sizes_around(100.0).max() + 20.0 + 1e-9


def test_the_loss_of_noise_on_the_width_alone_has_its_closed_form() -> None:
    family = Family("exp", EXP, 100.0, 1)
    noise = draw(family, 60_000, seed=1)
    noise[1] = 0.0
    assert exp_width_loss(calibrate(family, 100.0, 0.2, 1.0, noise)) == pytest.approx(0.2, abs=0.006)


@pytest.mark.parametrize("size", [5.0, 100.0, 440.0])
def test_a_raw_output_decodes_to_its_size(size: float) -> None:
    for family in families(150.0, 640.0):
        side = float(family.map.apply(np.asarray(raw_output(family, size, 0.7)))[0])
        assert side * family.reference * family.sides == pytest.approx(size, rel=1e-6)
