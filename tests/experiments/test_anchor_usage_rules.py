"""The rules of assignment: against their plain twins on any scene, and against assignments made by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from experiments.anchor_usage import grids
from experiments.anchor_usage.checks import SIDE, disagreements, instrument
from experiments.anchor_usage.reference import REFERENCES
from experiments.anchor_usage.rules import RULES, TITLES
from studyctl.lab import ExperimentError, require_checks

EXTENT = np.array([128.0, 96.0])


def counts(rule: str, *corners: tuple[float, float, float, float], side: int = SIDE) -> list[int]:
    boxes = np.array(corners, dtype=float)
    return np.bincount(RULES[rule](boxes, EXTENT, side).owner, minlength=len(boxes)).tolist()


@pytest.mark.parametrize("rule", RULES)
@settings(max_examples=10, deadline=None)
@given(
    st.lists(
        st.tuples(*[st.integers(0, 90)] * 2, *[st.integers(1, 38) | st.floats(1, 38, width=32)] * 2),
        min_size=1,
        max_size=3,
    )
)
def test_a_rule_is_what_its_plain_form_is(rule: str, drawn: list[tuple[float, float, float, float]]) -> None:
    boxes = [(float(x), float(y), float(x + w), float(y + h)) for x, y, w, h in drawn]
    assert counts(rule, *boxes) == REFERENCES[rule](boxes, (128.0, 96.0), SIDE)


def test_every_rule_has_a_title_and_a_twin() -> None:
    assert set(RULES) == set(TITLES) == set(REFERENCES)


def test_a_twin_that_differs_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(REFERENCES, "fcos", lambda boxes, extent, side: [-1] * len(boxes))
    assert disagreements("fcos", 2, 0) == 2
    with pytest.raises(ExperimentError, match=r"check rule\.fcos"):
        require_checks(instrument(0, 1))


def test_yolov3_gives_one_slot_to_the_later_of_two() -> None:
    assert counts("yolov3", (8, 8, 18, 21), (10, 9, 20, 22)) == [0, 1]
    assert counts("yolov3", (8, 8, 18, 21), (24, 24, 34, 37)) == [1, 1]


def test_yolov4_adds_every_anchor_that_is_alike() -> None:
    # 12 x 16 against 12x16: 1; 19x36: .281; 40x28: .171; 36x75: .071; nothing else is near.
    assert counts("yolov4", (8, 8, 20, 24)) == [2]


def test_yolov5_takes_neighbours_and_a_ratio_below_four() -> None:
    # 10 x 13 is below four times 10x13, 16x30 and 33x23 (3.3), and a third of 30x61 is too far (4.7).
    # Its centre (21, 22.5) is cell 2.625, 2.8125 of stride 8: right and below are nearer.
    assert counts("yolov5", (16, 16, 26, 29)) == [9]
    # At the border of the image there is no cell before: centre (3, 3) is .375 of a cell from the corner.
    assert counts("yolov5", (0, 0, 6, 6)) == [1]


def test_retinanet_forces_every_tie_and_gives_it_to_the_object_it_overlaps_most() -> None:
    # 2 x 2 pixels: all anchors of 32^2 pixels that hold them tie, 4 x 4 squares, 6 x 2 that lie and 2 x 6 that stand.
    assert counts("retinanet", (66, 66, 68, 68)) == [40]
    # The only best anchors of a small object within a larger one belong to the larger one.
    small, large = counts("retinanet", (48, 48, 56, 56), (40, 40, 72, 72))
    assert small < large


def test_efficientdet_and_ssd_leave_none_alone_unless_two_share_their_best() -> None:
    assert counts("efficientdet", (66, 66, 68, 68)) == [1]
    twice = ((66.0, 66.0, 68.0, 68.0),) * 2
    assert counts("efficientdet", *twice) == [1, 0]  # the first of both
    assert counts("ssd", *twice) == [0, 1]  # the last


def test_atss_wants_centres_inside() -> None:
    assert counts("atss", (57, 57, 63, 63)) == [1]
    assert counts("atss", (61.5, 61.5, 66.5, 66.5)) == [0]  # between the centres 60 and 68


def test_fcos_gives_places_to_the_smaller_object() -> None:
    # 3 x 3 places of stride 8 within 1.5 strides of the centre (60, 60), all within the object.
    assert counts("fcos", (40, 40, 80, 80)) == [9]
    assert counts("fcos", (40, 40, 80, 80), (58, 58, 62, 62)) == [8, 1]
    assert counts("fcos", (61, 61, 67, 67)) == [0]


def test_published_numbers_of_anchors() -> None:
    assert grids.ssd().count == 8732
    assert grids.retinanet(1344, 800).count == 201_600
    assert grids.efficientdet(512, 512).count == 49_104
    assert sum(3 * (416 // stride) ** 2 for stride in grids.YOLO_STRIDES) == 10_647


def test_the_grids_hold_the_published_shapes() -> None:
    first = grids.retinanet(640, 640).levels[0].shapes
    assert np.allclose(np.sqrt(first.prod(axis=1)).reshape(3, 3), [[32.0] * 3, [40.317] * 3, [50.797] * 3], atol=1e-3)
    assert np.allclose((first[:, 1] / first[:, 0]).reshape(3, 3), [[0.5, 1.0, 2.0]] * 3)
    assert [level.shapes[1, 0] for level in grids.efficientdet(512, 512).levels] == pytest.approx(
        [44.8, 89.6, 179.2, 358.4, 716.8]
    )
    assert grids.ssd().levels[0].shapes[0].tolist() == [21.0, 21.0]
