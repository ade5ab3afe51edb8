"""Pictures as files: every kind in every format, the same bytes again, and nothing that a font has not."""

from __future__ import annotations

import math
import re
import struct
from dataclasses import replace

import pytest

from studyctl.core.comparing import Cell
from studyctl.core.picturing import Curve, Line, Picture, Point
from studyctl.core.statistics import deviation, mean_interval
from studyctl.view.pictures import FORMATS, caption, drawn, text, title


def point(x: float, *values: float) -> Point:
    own = tuple((f"{n:032x}", value) for n, value in enumerate(values))
    return Point(x, Cell(mean_interval(values), deviation(values), own, ""))


BASE = Picture(experiment="descent", metric="loss", unit="bits", x="lr")
PICTURES = {
    "steps": replace(
        BASE,
        x="step",
        curves=(
            Curve("lr=0.1", 0, ((0, 1.0), (1, math.nan), (2, 0.1))),
            Curve("lr=0.2", 1, ((0, 1.0),)),
        ),
    ),
    "many": replace(BASE, x="step", curves=tuple(Curve(f"n={n}", n, ((0, n), (1, n + 1))) for n in range(30))),
    "lines": replace(
        BASE,
        lines=(Line("m=0", (point(0.1, 1.0, 2.0), point(10, 3.0, 4.0))), Line("m=1", (point(0.1, 2.0), point(10, 1)))),
        log_x=True,
    ),
    "decades": replace(BASE, lines=(Line("", (point(1, 1e-4, 3.0), point(2, 1000.0, 1001.0))),), log_y=True),
    "rows": replace(
        BASE,
        x="kind",
        categories=("a", "기준 $x$"),
        lines=(Line("fast=true", (point(0, 1.0, 1.1, 1.3), point(1, 2.0))), Line("fast=false", (point(1, 2.0, 2.2),))),
    ),
    "one": replace(BASE, x="", categories=("all runs",), lines=(Line("", (point(0, 1.0, 1.5, 2.0),)),)),
    "point": replace(BASE, lines=(Line("", (point(3, 5.0),)),)),
}


@pytest.mark.parametrize("name", PICTURES)
@pytest.mark.parametrize("form", FORMATS)
def test_every_picture_in_every_format_and_the_same_bytes_again(name: str, form: str) -> None:
    begins = {"png": b"\x89PNG", "svg": b"<?xml", "pdf": b"%PDF"}
    data = drawn(PICTURES[name], form)
    assert data.startswith(begins[form]) and len(data) > 3000
    assert drawn(PICTURES[name], form) == data
    if form == "png":
        width, height = struct.unpack(">II", data[16:24])
        assert width == 1080 and 300 <= height <= 700


def words_of(picture: Picture) -> str:
    import matplotlib

    with matplotlib.rc_context({"svg.fonttype": "none"}):
        import studyctl.view.pictures as pictures

        before = pictures.STYLE
        pictures.STYLE = {**before, "svg.fonttype": "none"}
        try:
            found = drawn(picture, "svg").decode()
        finally:
            pictures.STYLE = before
    return " ".join(re.findall(r"<text[^>]*>([^<]*)</text>", found))


def test_a_picture_says_what_it_shows() -> None:
    said = words_of(PICTURES["lines"])
    for part in ("descent: loss by lr", "loss (bits)", "lr", "m=0", "m=1", "95 % interval over 1 to 2 runs each"):
        assert part in said
    assert "descent: loss over steps" in words_of(PICTURES["steps"])
    assert "n=10" in words_of(PICTURES["many"]) and "and 18 more" in words_of(PICTURES["many"])
    assert words_of(PICTURES["rows"]).isascii()


def test_texts() -> None:
    assert text("기준 $x$") == r"\uae30\uc900 \$x\$"
    assert title(PICTURES["one"]) == "loss" and title(PICTURES["rows"]) == "loss by kind"
    assert caption(BASE, [1]) == "" and caption(replace(BASE, over=("m",)), [3]).startswith(
        "mean and its 95 % interval over 3 runs each (over all values of m)"
    )
