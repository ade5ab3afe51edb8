"""The code paths of the detectors, NMS and AP, each against the plainest form of it. None of this needs torch to be
read; NMS and training do, and are skipped without it."""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np
import pytest

from experiments.score_thresholding import grid, precision, rules, scenes, suppression, synthetic
from experiments.score_thresholding.rules import NONE, RULES, Candidates

LEVELS = [6, 4, 2]


@pytest.fixture
def scores() -> dict[str, Any]:
    rng = np.random.default_rng(5)
    anchors, classes = sum(LEVELS), 3
    return {
        "classes": rng.random((anchors, classes)) ** 3,
        "objectness": rng.random(anchors) ** 2,
        "conditional": rng.random((anchors, classes)),
        "centred": rng.random((anchors, classes)) ** 3,
        "centerness": rng.random(anchors),
    }


def plain(found: Candidates) -> set[tuple[int, int, float]]:
    return set(zip(found.anchor.tolist(), found.label.tolist(), found.score.tolist(), strict=True))


def best_of_levels(pairs: list[tuple[int, int, float]], k: int) -> set[tuple[int, int, float]]:
    """The k highest of each level, one pair at a time."""
    ends = [sum(LEVELS[: i + 1]) for i in range(len(LEVELS))]
    kept: list[tuple[int, int, float]] = []
    for low, high in zip([0, *ends], ends, strict=False):
        level = sorted((p for p in pairs if low <= p[0] < high), key=lambda p: -p[2])
        kept += level[:k]
    return set(kept)


def expected(name: str, s: dict[str, Any], t: float, k: int) -> set[tuple[int, int, float]]:
    """What a rule's code says, as loops over anchors and classes."""
    anchors, classes = range(sum(LEVELS)), range(3)
    got: list[tuple[int, int, float]] = []
    if name in ("pairs", "detectron"):
        last = sum(LEVELS[:-1])
        for a in anchors:
            limit = 0.0 if name == "detectron" and a >= last else t
            got += [(a, c, s["classes"][a, c]) for c in classes if s["classes"][a, c] > limit]
        return best_of_levels(got, k)
    if name == "max-class":
        for a in anchors:
            c = max(classes, key=lambda c: s["classes"][a, c])
            got += [(a, c, s["classes"][a, c])] if s["classes"][a, c] > t else []
        return best_of_levels(got, k)
    if name == "efficientdet":
        every = [(a, c, s["classes"][a, c]) for a in anchors for c in classes if s["classes"][a, c] > t]
        return set(sorted(every, key=lambda p: -p[2])[:k])
    if name == "efficientdet-argmax":
        return {(a, int(s["classes"][a].argmax()), s["classes"][a].max()) for a in anchors if s["classes"][a].max() > t}
    if name == "darknet":
        for a in anchors:
            if s["objectness"][a] > t:
                for c in classes:
                    score = s["objectness"][a] * s["conditional"][a, c]
                    got += [(a, c, score)] if score > t else []
        return set(got)
    if name == "objectness-alone":
        return {(a, int(s["conditional"][a].argmax()), s["objectness"][a]) for a in anchors if s["objectness"][a] > t}
    for a in anchors:
        for c in classes:
            score, centre = s["centred"][a, c], s["centerness"][a]
            rank = {"fcos": score * centre, "fcos-sqrt": math.sqrt(score * centre), "class-alone": score}[name]
            got += [(a, c, rank)] if (rank if name == "fcos-sqrt" else score) > t else []
    return best_of_levels(got, k)


@pytest.mark.parametrize("name", RULES)
@pytest.mark.parametrize(("threshold", "k"), [(0.05, 1000), (0.05, 2), (0.3, 5), (0.0, 3), (0.99, 4)])
def test_every_rule_is_what_its_code_says(name: str, threshold: float, k: int, scores: dict[str, Any]) -> None:
    found = RULES[name].rule(scores, threshold, k, LEVELS)
    assert plain(found) == expected(name, scores, threshold, k)
    assert len(plain(found)) == len(found.score)


def test_the_best_class_is_above_where_any_pair_is(scores: dict[str, Any]) -> None:
    for threshold in (0.01, 0.05, 0.4):
        pairs = rules.pairs(scores, threshold, NONE, LEVELS)
        best = rules.max_class(scores, threshold, NONE, LEVELS)
        assert set(pairs.anchor.tolist()) == set(best.anchor.tolist())
        assert plain(best) <= plain(pairs)
    # A limit takes the places of anchors for second labels: that is where the two part.
    assert set(rules.pairs(scores, 0.0, 3, LEVELS).anchor) != set(rules.max_class(scores, 0.0, 3, LEVELS).anchor)


def test_objectness_first_changes_nothing(scores: dict[str, Any]) -> None:
    for threshold in (0.005, 0.05, 0.5):
        both = [rule(scores, threshold, NONE, LEVELS) for rule in (rules.darknet, rules.product)]
        assert plain(both[0]) == plain(both[1])
    # With a score above one it would: the check can fail.
    wrong = {**scores, "conditional": scores["conditional"] * 3}
    both = [rule(wrong, 0.3, NONE, LEVELS) for rule in (rules.darknet, rules.product)]
    assert plain(both[0]) != plain(both[1])


def overlap(a: Any, b: Any) -> float:
    wide, high = min(a[2], b[2]) - max(a[0], b[0]), min(a[3], b[3]) - max(a[1], b[1])
    common = max(wide, 0.0) * max(high, 0.0)
    return common / ((a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - common)


def crowd(count: int) -> tuple[Any, Candidates]:
    rng = np.random.default_rng(11)
    start = rng.random((count, 2)) * 60
    boxes = np.concatenate([start, start + 10 + rng.random((count, 2)) * 25], axis=1).astype(np.float32)
    label, score = rng.integers(0, 3, count), rng.random(count).astype(np.float32)
    return boxes, Candidates(np.arange(count), label, score)


@pytest.mark.usefixtures("torch_loaded")
@pytest.mark.parametrize("count", [1, 40, 900])
def test_nms_is_greedy_and_looks_no_further_than_it_has_to(count: int) -> None:
    boxes, found = crowd(count)
    kept: list[int] = []
    for i in np.argsort(-found.score):
        same = [j for j in kept if found.label[j] == found.label[i]]
        if all(overlap(boxes[i], boxes[j]) <= 0.5 for j in same):
            kept.append(int(i))
    got, score = suppression.hard(boxes, found, 0.5)
    assert got.tolist() == kept[: suppression.MOST] and (score == found.score[got]).all()
    assert suppression.whole(boxes, found, 0.5).tolist() == kept


def test_soft_nms_lowers_scores_by_overlap_of_the_same_class() -> None:
    boxes, found = crowd(60)
    score = found.score.astype(float).tolist()
    left, order = set(range(60)), []
    while left:
        best = max(left, key=lambda i: score[i])
        if score[best] < suppression.SOFT_LEAST:
            break
        left.remove(best)
        order.append((best, score[best]))
        for i in left:
            if found.label[i] == found.label[best]:
                score[i] *= math.exp(-(overlap(boxes[i].astype(float), boxes[best].astype(float)) ** 2) / 0.5)
    kept, scores = suppression.soft(boxes, found, 0.5)
    assert kept.tolist() == [i for i, _ in order]
    assert scores.tolist() == pytest.approx([s for _, s in order])


def noisy(made: scenes.Scenes) -> suppression.Detections:
    rng = np.random.default_rng(3)
    rows = np.repeat(np.arange(len(made.label)), 3)
    sides = np.tile(made.corners[rows, 2:] - made.corners[rows, :2], 2)
    corners = (made.corners[rows] + rng.normal(0, 0.12, (len(rows), 4)) * sides).astype(np.float32)
    corners[:, 2:] = np.maximum(corners[:, 2:], corners[:, :2] + 0.5)
    label = np.where(rng.random(len(rows)) < 0.7, made.label[rows], rng.integers(0, 6, len(rows)))
    score = rng.random(len(rows)).astype(np.float32)
    return suppression.Detections(made.image[rows], rows, label, score, corners, np.zeros(made.images))


def test_ap_is_that_of_coco_s_library() -> None:
    from experiments.detection_metrics.boxes import Detections as Found
    from experiments.detection_metrics.boxes import from_corners
    from experiments.detection_metrics.library import coco_figures

    pytest.importorskip("faster_coco_eval", reason="needs the extra detection")
    made = scenes.generate(25, 3, 0)
    found, truth = noisy(made), precision.truth_of(made)
    corners, size = from_corners(found.corners)
    reference = coco_figures(truth, Found(found.image, found.label, found.score.astype(float), corners, size))
    ours = precision.average_precision(precision.match(truth, found), np.ones((1, 25)))
    assert ours[0] == pytest.approx(reference["ap"], abs=1e-9) and 0.05 < ours[0] < 0.9


def test_a_draw_counts_an_image_as_often_as_it_was_drawn() -> None:
    """AP of a weighted draw is the AP of images that are there twice, or not at all."""
    made = scenes.generate(8, 4, 0)
    found, truth = noisy(made), precision.truth_of(made)
    times = np.array([2, 0, 1, 3, 0, 1, 1, 0])
    number, objects, detected = 0, [], []
    for image, count in enumerate(times):
        for _ in range(count):
            objects.append((np.flatnonzero(made.image == image), number))
            detected.append((np.flatnonzero(found.image == image), number))
            number += 1
    rows = np.concatenate([r for r, _ in objects])
    copies = scenes.Scenes(
        np.zeros((number, 0)),
        np.concatenate([np.full(len(r), n) for r, n in objects]),
        made.label[rows],
        made.corners[rows],
    )
    rows = np.concatenate([r for r, _ in detected])
    again = suppression.Detections(
        np.concatenate([np.full(len(r), n) for r, n in detected]), found.anchor[rows], found.label[rows],
        found.score[rows], found.corners[rows], np.zeros(number),
    )  # fmt: skip
    whole = precision.average_precision(precision.match(precision.truth_of(copies), again), np.ones((1, number)))
    drawn = precision.average_precision(precision.match(truth, found), times[None].astype(float))
    assert drawn[0] == pytest.approx(whole[0], abs=1e-12)


def test_draws_are_paired_and_begin_with_the_images_themselves() -> None:
    weights = precision.draws(30, 200, 0)
    assert (weights[0] == 1).all() and (weights.sum(axis=1) == 30).all() and weights.shape == (201, 30)
    assert (weights == precision.draws(30, 200, 0)).all()


def test_anchors_and_decoding() -> None:
    given = grid.anchors()
    assert len(given) == sum(grid.level_sizes()) == 1512
    assert given[0].tolist() == [-4, -4, 8, 8]
    still = grid.decode(np.zeros((1, 1512, 4), np.float32), given)[0]
    assert np.allclose(still, np.clip(given, 0, scenes.SIDE), atol=1e-5)
    huge = grid.decode(np.full((1, 1512, 4), 1e4, np.float32), given)
    assert np.isfinite(huge).all()


def test_retinanet_s_grid_has_its_published_size() -> None:
    anchors, levels = synthetic.grid(1344, 800)
    assert len(anchors) == sum(levels) == 201_600 and len(levels) == 5
    root = np.sqrt((anchors[:, 2:] - anchors[:, :2]).prod(axis=1))
    assert root[:9].astype(float).round(2).tolist() == [32.0] * 3 + [40.32] * 3 + [50.8] * 3


def test_images_are_those_that_are_described() -> None:
    first, again, other = (scenes.generate(12, 0, stream) for stream in (0, 0, 1))
    assert (first.pixels == again.pixels).all() and (first.pixels[:5] != other.pixels[:5]).any()
    sides = first.corners[:, 2:] - first.corners[:, :2]
    assert (first.corners >= 0).all() and (first.corners <= scenes.SIDE).all() and sides.min() > 4
    counts = np.bincount(first.image, minlength=12)
    assert counts.min() >= 1 and counts.max() <= scenes.MOST_OBJECTS
    assert json.dumps(scenes.CLASSES).count("-") == 6


@pytest.mark.usefixtures("torch_loaded")
def test_assignment_is_retinanet_s() -> None:
    import torch
    from torchvision.models.detection._utils import BoxCoder, Matcher
    from torchvision.ops import box_iou, sigmoid_focal_loss

    from experiments.score_thresholding import training

    made = scenes.generate(6, 9, 0)
    given = grid.anchors().astype(float)
    matcher = Matcher(training.POSITIVE, training.NEGATIVE, allow_low_quality_matches=False)
    coder = BoxCoder(weights=(1.0, 1.0, 1.0, 1.0))
    for image in range(6):
        corners = made.corners[made.image == image]
        owner, state = training.assign(given, corners)
        overlaps = box_iou(torch.from_numpy(corners), torch.from_numpy(given))
        theirs = matcher(overlaps).numpy()
        forced = set(overlaps.argmax(dim=1).tolist())
        for anchor in set(range(len(given))) - forced:
            wanted = {-1: 0, -2: -1}.get(int(theirs[anchor]), 1)
            assert state[anchor] == wanted
            assert wanted != 1 or owner[anchor] == theirs[anchor]
        assert all(state[anchor] == 1 for anchor in forced)
        deltas = training.encode(given, corners[owner])
        reference = coder.encode_single(torch.from_numpy(corners[owner]), torch.from_numpy(given)).numpy()
        assert np.allclose(deltas, reference, atol=1e-9)
    logits, wanted_scores = torch.linspace(-6, 6, 24).view(4, 6), (torch.arange(24) % 3 == 0).float().view(4, 6)
    assert torch.allclose(training.focal(logits, wanted_scores), sigmoid_focal_loss(logits, wanted_scores), atol=1e-6)
