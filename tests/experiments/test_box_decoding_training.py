"""Trainings: what counts as failed, thresholds, intervals, and what a seed fixes."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from experiments.box_decoding.intervals import bootstrap_mean, wilson
from experiments.box_decoding.outcomes import (
    bound,
    clamping,
    outcome,
    paired_iou,
    rows,
    spread,
    threshold_ratio,
)
from experiments.box_decoding.training import LARGEST, SMALLEST, Trained, _clip, make_problem, train

RATES = np.array([0.1, 0.2, 0.4, 0.8])


def trained(iou: list[list[float]], nonfinite: list[list[bool]] | None = None, decoder: str = "exp") -> Trained:
    values = np.array(iou)
    lost = np.array(nonfinite) if nonfinite is not None else np.zeros(values.shape, bool)
    reached = np.where(lost, 50.0, 2.0)
    return Trained("giou", decoder, "sgd", "float32", RATES, lost, values, values, reached)


@pytest.mark.parametrize(
    ("successes", "trials", "low", "high"),
    [(0, 8, 0.0, 0.3244), (0, 16, 0.0, 0.1936), (8, 8, 0.6756, 1.0), (5, 10, 0.2366, 0.7634), (1, 10, 0.0179, 0.4042)],
)
def test_wilson_has_its_known_values(successes: int, trials: int, low: float, high: float) -> None:
    found = wilson(successes, trials)
    assert (round(found.low, 4), round(found.high, 4)) == (low, high)


def test_wilson_refuses_what_is_no_count_and_says_nothing_of_nothing() -> None:
    with pytest.raises(ValueError, match="9 of 8"):
        wilson(9, 8)
    assert (wilson(0, 0).low, wilson(0, 0).high) == (0.0, 1.0)


def test_a_bootstrap_interval_holds_its_mean_and_narrows() -> None:
    rng = np.random.default_rng(0)
    few, many = bootstrap_mean(rng.normal(1.0, 1.0, 16), 0), bootstrap_mean(rng.normal(1.0, 1.0, 1024), 0)
    for found in (few, many):
        assert found.low < found.value < found.high
    assert many.high - many.low < 0.3 * (few.high - few.low)
    assert math.isnan(bootstrap_mean(np.array([1.0, math.nan]), 0).value)


def test_failed_is_not_finite_or_below_half_of_the_best_and_slow_is_no_divergence() -> None:
    found = outcome(
        trained(
            [[0.3, 0.5, 0.5], [0.8, 0.8, 0.8], [0.7, 0.3, 0.0], [0.0, 0.0, 0.0]],
            [[False] * 3, [False] * 3, [False, False, True], [True, False, True]],
        )
    )
    assert found.best_rate == 0.2
    assert found.failed.sum(axis=1).tolist() == [1, 0, 2, 3]
    assert found.slow.sum(axis=1).tolist() == [1, 0, 0, 0]
    assert found.dead.sum(axis=1).tolist() == [0, 0, 1, 1]
    assert found.seed_fail.tolist() == [3, 2, 2]
    assert found.fail_rate == 0.4
    assert found.margin == pytest.approx(2.0)
    assert (found.largest_t("failed"), found.largest_t("survived")) == (50.0, 2.0)


def test_what_never_fails_has_an_infinite_threshold() -> None:
    found = outcome(trained([[0.5], [0.6], [0.7], [0.8]]))
    assert math.isinf(found.fail_rate)
    assert found.seed_fail.tolist() == [4]
    assert math.isnan(found.largest_t("failed"))


def test_a_survivor_at_a_rate_that_loses_others_is_no_safe_training() -> None:
    one = trained([[0.8] * 2, [0.9] * 2, [0.8, 0.1], [0.0] * 2])
    found = outcome(replace(one, largest_t=np.array([[1.0] * 2, [2.0] * 2, [9.0, 20.0], [30.0, 40.0]])))
    assert [found.largest_t(of) for of in ("safe", "survived", "failed")] == [2.0, 9.0, 40.0]


def test_rows_count_both_kinds_apart_with_wilson() -> None:
    row = rows(
        outcome(trained([[0.8, 0.8], [0.9, 0.9], [0.1, 0.0], [0.0, 0.0]], [[False] * 2] * 2 + [[False, True]] * 2))
    )[2]
    assert (row["failed"], row["nonfinite"], row["dead"], row["seeds"]) == (2, 1, 1, 2)
    assert row["wilson_high"] == 1.0


def test_thresholds_are_paired_by_seed() -> None:
    early = outcome(trained([[0.8] * 4, [0.1] * 4, [0.0] * 4, [0.0] * 4]))
    late = outcome(trained([[0.8] * 4, [0.8] * 4, [0.8] * 4, [0.1] * 4]))
    found = threshold_ratio(early, late, seed=0)
    assert (found.value, found.low, found.high) == pytest.approx((0.25, 0.25, 0.25))
    assert threshold_ratio(late, early, seed=0).value == pytest.approx(4.0)
    assert threshold_ratio(early, early, seed=0).value == 1.0


def test_a_ratio_over_a_grid_that_ended_too_soon_is_a_bound() -> None:
    early = outcome(trained([[0.8] * 4, [0.1] * 4, [0.0] * 4, [0.0] * 4]))
    never = outcome(trained([[0.8] * 4] * 4))
    assert [bound(a, b) for a in (early, never) for b in (early, never)] == ["", "at most", "at least", "about"]


def test_clamping_counts_what_it_saves_and_what_it_only_hides() -> None:
    lost = [[False] * 4, [False] * 4, [True] * 4, [True] * 4]
    exp = outcome(trained([[0.8] * 4, [0.9] * 4, [0.0] * 4, [0.0] * 4], lost))
    clamped = outcome(
        trained(
            [[0.8] * 4, [0.9] * 4, [0.7, 0.7, 0.0, 0.0], [0.0] * 4],
            [[False] * 4, [False] * 4, [False] * 4, [True, False, False, False]],
        )
    )
    found = clamping(exp, clamped)
    assert (found.nonfinite, found.rescued, found.dead, found.still_nonfinite) == (8, 2, 5, 1)
    assert found.share.low < 0.25 < found.share.high


def test_the_spread_tells_decoders_from_losses() -> None:
    def at(value: float) -> Trained:
        return trained([[value] * 6] * 4)

    by_decoder = {("a", "x"): at(0.8), ("a", "y"): at(0.6), ("b", "x"): at(0.8), ("b", "y"): at(0.6)}
    found = spread({key: outcome(value) for key, value in by_decoder.items()}, seed=0)
    assert found.decoders.value == pytest.approx(0.2)
    assert found.losses.value == pytest.approx(0.0)
    assert found.difference.low > 0
    swapped = spread({(d, loss): outcome(value) for (loss, d), value in by_decoder.items()}, seed=0)
    assert swapped.difference.high < 0
    partial = {("a", "x"): at(0.8), ("a", "y"): at(0.6), ("b", "x"): at(0.7)}
    missing = spread({key: outcome(value) for key, value in partial.items()}, seed=0)
    assert missing.decoders.value == pytest.approx(0.1)  # 0.2 under a, nothing to compare under b
    assert missing.losses.value == pytest.approx(0.05)
    assert paired_iou(outcome(at(0.8)), outcome(at(0.6)), seed=0).value == pytest.approx(0.2)


def test_a_seed_fixes_its_problem_whatever_the_number_of_seeds() -> None:
    few, many = make_problem(4, 30, seed=7), make_problem(6, 30, seed=7)
    assert np.array_equal(few.features, many.features[:4])
    assert np.array_equal(few.order, many.order[:, :4])
    assert all(np.array_equal(a, b[:4]) for a, b in zip(few.weights, many.weights, strict=True))
    assert not np.array_equal(few.features, make_problem(4, 30, seed=8).features)
    sides = np.concatenate([few.sides, few.unseen[1], few.validation[1]], axis=1)
    assert sides.min() >= SMALLEST - 1e-12
    assert sides.max() <= LARGEST + 1e-12


@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
@pytest.mark.parametrize("loss", ["log-l2", "decoded-l2", "giou"])
def test_training_learns_and_every_rate_is_its_own(loss: str, optimizer: str) -> None:
    problem = make_problem(4, 150, seed=0)
    both = train(problem, loss, "exp", [1e-6, 0.02], optimizer=optimizer)  # type: ignore[arg-type]
    assert both.iou[1].mean() > 0.75 > both.iou[0].mean()
    assert not both.nonfinite.any()
    alone = train(problem, loss, "exp", [0.02], optimizer=optimizer)  # type: ignore[arg-type]
    assert alone.iou[0] == pytest.approx(both.iou[1], abs=1e-6)


def test_a_training_that_blows_up_is_counted_and_not_a_success() -> None:
    found = train(make_problem(4, 60, seed=0), "decoded-l2", "exp", [0.02, 10.0])
    assert found.nonfinite.tolist() == [[False] * 4, [True] * 4]
    assert (found.iou[1] == 0).all()


def test_a_rate_that_is_lost_leaves_the_others_as_they_are() -> None:
    problem = make_problem(4, 60, seed=0)
    alone = train(problem, "decoded-l2", "exp", [0.01, 0.02])
    among = train(problem, "decoded-l2", "exp", [0.01, 10.0, 0.02, 1e6])
    assert among.nonfinite.all(axis=1).tolist() == [False, True, False, True]
    assert np.array_equal(among.iou[[0, 2]], alone.iou)
    assert np.array_equal(among.largest_t[[0, 2]], alone.largest_t)
    assert train(problem, "decoded-l2", "exp", [1e6, 1e7]).nonfinite.all()


def test_in_float16_pixels_fail_and_anchors_do_not() -> None:
    problem = make_problem(4, 40, seed=0)
    for decoder in ("exp", "squared-sigmoid", "linear"):
        assert train(problem, "giou", decoder, [0.01], dtype="float16", unit=373.0).nonfinite.all()
        assert not train(problem, "giou", decoder, [0.01], dtype="float16").nonfinite.any()


def test_a_norm_that_is_never_reached_changes_nothing_and_one_that_is_bounds_the_step() -> None:
    problem = make_problem(4, 40, seed=0)
    plain = train(problem, "giou", "exp", [0.01, 0.1])
    far = train(problem, "giou", "exp", [0.01, 0.1], guard="clip", clip=1e6)
    assert np.array_equal(plain.iou, far.iou)
    assert far.clipped is not None and not far.clipped.any()
    near = train(problem, "giou", "exp", [0.01, 0.1], guard="clip", clip=1e-3)
    assert near.clipped is not None and (near.clipped == 1.0).all()
    # A step of at most rate * norm / (1 - momentum) hardly leaves where it began.
    assert near.largest_t.max() < 0.5 < plain.largest_t.max()


def test_clipping_scales_the_weights_of_a_training_together() -> None:
    rng = np.random.default_rng(0)
    gradients = [rng.normal(size=(2, 3, 4, 5)).astype(np.float32), rng.normal(size=(2, 3, 5)).astype(np.float32)]
    gradients[0][1] *= 1e-3
    gradients[1][1] *= 1e-3
    before = [g.copy() for g in gradients]
    larger = _clip(gradients, 1.0)
    assert larger.tolist() == [[True] * 3, [False] * 3]
    for seed in range(3):
        norm = math.sqrt(sum(float(np.square(g[0, seed]).sum()) for g in gradients))
        assert norm == pytest.approx(1.0, abs=1e-5)
        ratio = gradients[0][0, seed] / before[0][0, seed]
        assert np.allclose(ratio, ratio.flat[0])  # no direction is changed
    assert np.array_equal(gradients[1][1], before[1][1])


def test_warm_up_raises_the_rate_in_equal_steps() -> None:
    problem = make_problem(4, 2, seed=0)
    # In the first of two steps at full warm-up the rate is half: SGD without momentum moves half as far.
    one = replace(problem, order=problem.order[:1])
    whole = train(one, "giou", "linear", [0.2], momentum=0.0)
    assert np.array_equal(whole.iou, train(one, "giou", "linear", [0.2], momentum=0.0, guard="warm-up").iou)
    warm = train(problem, "giou", "linear", [0.2], momentum=0.0, guard="warm-up", warm_up=0.99)
    plain = train(problem, "giou", "linear", [0.2], momentum=0.0)
    assert not np.array_equal(warm.iou, plain.iou)
    half = train(one, "giou", "linear", [0.1], momentum=0.0)
    again = train(replace(problem, order=problem.order[:1].repeat(2, axis=0)), "giou", "linear", [0.2], momentum=0.0,
                  guard="warm-up", warm_up=0.99)  # fmt: skip
    assert half.largest_t == pytest.approx(whole.largest_t)  # t is seen before the step
    assert (again.largest_t >= half.largest_t).all()


def test_boxes_at_the_edge_are_measured_apart() -> None:
    found = train(make_problem(4, 150, seed=0), "giou", "squared-sigmoid", [0.02])
    assert found.edge_iou is not None
    assert (found.edge_iou < found.iou).all()  # a width near four anchors needs a large t
    exp = train(make_problem(4, 150, seed=0), "giou", "exp", [0.02])
    assert exp.edge_iou is not None
    assert exp.edge_iou.mean() > found.edge_iou.mean()
