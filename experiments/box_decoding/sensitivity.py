"""How strongly a side answers to t: dw/dt and d ln w/dt of each scalar map over the sides that it reaches."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .arithmetic import Array
from .widths import EXP, LINEAR, SQUARED_SIGMOID, WidthMap, image_sigmoid, relu, square

MAPS: dict[str, WidthMap] = {
    "exp": EXP,
    "squared-sigmoid": SQUARED_SIGMOID,
    "linear": LINEAR,
    "square": square(),
    "sigmoid": image_sigmoid(),
    "relu": relu(),
}
RATIOS = (0.02, 0.05, 0.1, 0.25, 0.5, 0.9, 1.0, 2.0, 3.0, 3.9, 8.0, 20.0)


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """Slopes of one map, in units of its reference."""

    decoder: str
    steepest: float  # largest dw/dt over |t| <= 8
    steepest_t: float
    relative: dict[float, float]  # w/r -> d ln w/dt there, dw/dt over w; only ratios that the map reaches


def slopes(width: WidthMap, t: Array) -> tuple[Array, Array]:
    """f(t) and df/dt."""
    value, back = width.apply(t)
    return value, back(np.ones_like(value))


def relative_slopes(width: WidthMap, ratios: Array) -> Array:
    """d ln w/dt at sides given in units of the reference; NaN where the map does not reach."""
    with np.errstate(all="ignore"):
        t = width.invert(ratios)
        value, slope = slopes(width, t)
        return np.where((ratios < width.upper) & (ratios > width.lower), slope / value, np.nan)


def sensitivity(decoder: str) -> Sensitivity:
    """The steepest slope on a fine grid, and relative slopes at a few sides."""
    width = MAPS[decoder]
    t = np.linspace(-8.0, 8.0, 160_001)
    _, slope = slopes(width, t)
    at = int(slope.argmax())
    relative = relative_slopes(width, np.array(RATIOS))
    return Sensitivity(
        decoder,
        float(slope[at]),
        float(t[at]),
        {ratio: float(s) for ratio, s in zip(RATIOS, relative, strict=True) if np.isfinite(s)},
    )
