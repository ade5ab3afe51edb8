"""The sentences of the answers follow the figures, whichever way these come out."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from experiments.box_decoding import conclusions, findings
from experiments.box_decoding.intervals import Interval
from experiments.box_decoding.limits import SCANNED, Usable
from experiments.box_decoding.measure import LOW_PRECISION, THROUGH_EXP, Results
from experiments.box_decoding.outcomes import RIVALS, Clamping, Outcome, Spread, outcome
from experiments.box_decoding.training import Trained

SUPPORTED, REFUTED, OPEN = Interval(0.4, 0.3, 0.5), Interval(1.5, 1.1, 2.0), Interval(0.9, 0.7, 1.2)
LOSSES = ("log-l2", "decoded-l2", "giou")


def trained(iou: list[list[float]]) -> Outcome:
    values = np.array(iou)
    lost = np.zeros(values.shape, bool)
    return outcome(Trained("giou", "exp", "sgd", "float32", np.array([0.1, 0.2]), lost, values, values, values))


def results(*verdicts: Interval, pixels: tuple[int, ...] = (4, 4, 4), lost: int = 5, dead: int = 5) -> Results:
    out = Results()
    falls = trained([[0.8] * 4, [0.0] * 4])
    for loss, interval in zip(LOSSES, verdicts, strict=True):
        for decoder in ("exp", *RIVALS):
            out.outcomes["sgd", loss, decoder] = falls
        for rival in RIVALS:
            out.thresholds["sgd", loss, rival] = interval
    for unit, counts in (("pixels", pixels), ("anchors", (0, 0, 0))):
        for decoder, count in zip(LOW_PRECISION, counts, strict=True):
            out.low["float16", unit, decoder] = replace(falls, failed=np.arange(4)[None] < count)
    for loss in THROUGH_EXP:
        out.clamping[loss] = Clamping(lost, dead, lost - dead, 0, Interval(0.0, 0.0, 0.1))
    return out


@pytest.mark.parametrize(
    ("verdicts", "opening"),
    [
        ((SUPPORTED, OPEN, SUPPORTED), "Yes: under GIoU, float32 and SGD, exp failed {"),
        ((REFUTED, OPEN, REFUTED), "No: under GIoU"),
        ((REFUTED, SUPPORTED, REFUTED), "No: under GIoU"),
        ((OPEN, REFUTED, REFUTED), "Not that these seeds show: under GIoU"),
        ((REFUTED, SUPPORTED, SUPPORTED), "It depends on the loss: under GIoU"),
    ],
)
def test_the_first_sentence_follows_the_losses_that_detectors_use(verdicts: tuple[Interval, ...], opening: str) -> None:
    said = conclusions._losses(results(*verdicts))
    assert said.startswith(opening)
    assert said.count("of {seeds} at lr {versus.sgd.giou.lr") == said.count("of {seeds}") == 1
    assert "; under log-space L2 exp {versus.sgd.log-l2.exp.failed}" in said


def test_what_breaks_is_said_where_it_does() -> None:
    none = results(*(REFUTED,) * 3)
    assert conclusions._breaks(none) == ""
    squared = conclusions._breaks(results(REFUTED, SUPPORTED, REFUTED))
    assert squared.startswith("; L2 on the decoded size (exp {versus.sgd.decoded-l2.exp.failed}")
    assert squared.endswith("linear {versus.sgd.decoded-l2.linear.failed}) does break")
    none.usables = [usable(decoder) for decoder in SCANNED]
    assert conclusions._breaks(none).endswith("px, any decoder) do break")
    none.usables[0] = replace(none.usables[0], nonfinite_px=100.0)  # exp alone, at half the size
    assert conclusions._breaks(none) == ""


def test_clamping_says_what_it_hid_and_what_it_saved() -> None:
    every = (REFUTED,) * 3
    assert "turned" in conclusions._clamping(results(*every))
    assert "saved {clamping.all.rescued}" in conclusions._clamping(results(*every, dead=3))
    assert conclusions._clamping(results(*every, lost=0, dead=0)) == "clamping had no NaN run to save"


def test_the_ranges_are_compared_by_the_interval_of_their_difference() -> None:
    out = results(*(REFUTED,) * 3)
    for difference, opening in (
        (Interval(0.1, 0.05, 0.2), "The decoder matters more"),
        (Interval(-0.1, -0.2, -0.05), "The decoder matters less"),
        (Interval(0.0, -0.1, 0.1), "Neither"),
    ):
        out.spread = Spread(SUPPORTED, SUPPORTED, difference)
        assert conclusions._ranges(out).startswith(opening)


def usable(decoder: str, loss: str = "giou") -> Usable:
    none = np.zeros(0)
    return Usable("float16", loss, decoder, 18.0, 200.0, 200.0, 0.0, "area", none, none, none)


def test_sizes_are_told_with_their_cause() -> None:
    every = {decoder: usable(decoder) for decoder in SCANNED}

    def said(**changes: float | str) -> str:
        out = Results(usables=[*({**every, "exp": replace(every["exp"], **changes)}).values()])  # type: ignore[arg-type]
        return findings._giou(out, "float16")

    assert said().endswith("px (rounding) and not finite from {usable.float16.giou.exp.nonfinite_px:.3g} px (an area, "
                           "with every decoder)")  # fmt: skip
    assert said(to_px=100.0, cause_above="side").count("with every decoder") == 0
    assert "px (an area) and not finite from" in said(to_px=100.0)
    assert said(from_px=0.0).startswith("GIoU is not finite from")
    assert said(from_px=0.0, to_px=math.inf, nonfinite_px=math.inf) == "GIoU is right at every size tried"
    assert said(from_px=math.nan).endswith("off at every size")
