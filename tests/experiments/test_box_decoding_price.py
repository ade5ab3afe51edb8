"""What a bounded width costs: boxes beyond the limit, held against a search for the nearest box, one at a time."""

from __future__ import annotations

import numpy as np
import pytest

from experiments.box_decoding.decoders import places
from experiments.box_decoding.methods import METHODS, Method
from experiments.box_decoding.price import reach
from experiments.box_decoding.roundtrip import make_boxes


def method(key: str) -> Method:
    return next(one for one in METHODS if one.key == key)


@pytest.mark.parametrize("key", ["yolov5", "yolov8"])
def test_the_nearest_box_within_reach_is_found_by_brute_force(key: str) -> None:
    one = method(key)
    centres, sizes = make_boxes(60, 640.0, seed=3)
    found = reach(one, centres, sizes, 640.0)
    at = places(one, centres, sizes, 640.0)
    lost = []
    for box in range(60):
        kept = 1.0
        for axis in range(2):
            size, limit = sizes[axis, box], one.map.upper * at.reference[axis, box]
            if one.coding != "sides":
                kept *= min(size, limit) / size  # concentric: the narrower box lies within the wider
                continue
            low, high = centres[axis, box] - size / 2, centres[axis, box] + size / 2
            point = at.point[axis, box]
            grid = np.linspace(0.0, limit, 4001)
            left, right = point - grid, point + grid
            # Of every end that can be reached, the one nearest to the box's own.
            inner_low = max(low, min(left, key=lambda x, low=low: abs(x - low))) if point >= low else low
            inner_high = min(high, min(right, key=lambda x, high=high: abs(x - high))) if point <= high else high
            kept *= (inner_high - inner_low) / size
        lost.append(1.0 - kept)
    assert found.lost == pytest.approx(float(np.mean(lost)), abs=2e-3)


def test_no_limit_costs_nothing_and_a_limit_costs_the_known_share() -> None:
    centres, sizes = make_boxes(500, 640.0, seed=0)
    assert reach(method("yolov3"), centres, sizes, 640.0).lost == 0.0
    # The largest of YOLOv3's anchors is 373 x 326: of 4 x 1304 px, half of a box of 1304 * 2 is beyond.
    wide = np.array([[300.0], [2608.0]])
    found = reach(method("yolov5"), np.array([[1500.0], [1500.0]]), wide, 3000.0)
    assert found.beyond == 1.0
    assert found.lost == pytest.approx(0.5)
    assert found.lost_there == found.lost
