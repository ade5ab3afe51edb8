"""Where decoding and loss stop being right, and where they stop being finite, in a number format.

Three causes are kept apart. `side`: the decoded side itself is not finite (with an exp decoder, that is exp's own
overflow). `area`: the side is finite, but a product or a sum of areas is not, whatever the decoder. `precision`: every
number on the way is finite, and rounding alone puts the value or the gradient off by more than the tolerance. The
reference is the same computation in float64 from the same t.

Two scans. *Runaway*: the target stays, the prediction grows from 1.25 times the target on (at the target itself the
loss is zero, and any rounding is infinitely wrong). *Size*: prediction and target grow together at a fixed ratio, at
several places in the image, which shows the box sizes that a format can train at all.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from .arithmetic import DTYPES, Array, constant, limits, wide
from .losses import overlap_loss
from .widths import CLAMPED_EXP, EXP, LINEAR, SQUARED_SIGMOID, WidthMap, exponential, exponential_clamped_after

OVERLAP_LOSSES = ("iou", "giou")
SCANNED: dict[str, WidthMap] = {
    "exp": EXP,
    "clamped-exp": CLAMPED_EXP,
    "squared-sigmoid": SQUARED_SIGMOID,
    "linear": LINEAR,
}
CAUSES = ("side", "area", "precision")
# A bounded decoder is scanned up to this share of its limit: at the limit itself its gradient is zero, rightly.
BELOW_LIMIT = 0.999
# Within this many times its first size a runaway prediction is scanned in steps so small that rounding has no gaps to
# hide in, and at the same sizes for every decoder; beyond, up to the format's largest numbers, in coarser ones.
_NEAR, _NEAR_STEP = 100.0, 1.0005
_COARSE, _FINE = 2_000, 200
_PLACES = 64
# A size is usable if this share of its places is computed within the tolerance.
MOST = 0.9


@dataclass(frozen=True, slots=True)
class Point:
    """Where something first happens: t, the true side there in pixels, the cause, and what was computed."""

    t: float = math.inf
    px: float = math.inf
    cause: str = "none"
    value: float = math.nan
    true_value: float = math.nan
    gradient: float = math.nan
    true_gradient: float = math.nan


@dataclass(frozen=True, slots=True)
class Runaway:
    """The runaway scan of one format, loss and decoder."""

    dtype: str
    loss: str
    decoder: str
    wrong: Point
    nonfinite: Point
    first: dict[str, float]  # cause -> side in pixels where it first spoils the result


@dataclass(frozen=True, slots=True)
class Usable:
    """The box sizes that a format computes within the tolerance, and what ends them on either side."""

    dtype: str
    loss: str
    decoder: str
    from_px: float  # smallest usable size, zero where the smallest scanned one is
    to_px: float  # first no longer usable size; infinite where none was found
    nonfinite_px: float  # from here on not even finite
    nonfinite_below_px: float  # up to here not even finite: the box has collapsed to no area
    cause_above: str
    sizes: Array
    error: Array  # the larger relative error of value and gradient that MOST places stay below
    state: Array  # 0 right, 1 wrong, 2 not finite


@dataclass(frozen=True, slots=True)
class Evaluated:
    """Value and gradient in a format beside the same in float64."""

    t: Array
    px: Array
    value: Array
    gradient: Array
    true_value: Array
    true_gradient: Array
    sides_finite: Array
    areas_finite: Array

    def error(self) -> Array:
        """The larger relative error of value and gradient; infinite where one is not finite."""
        worst = np.maximum(_relative(self.value, self.true_value), _relative(self.gradient, self.true_gradient))
        return np.where(self.finite(), worst, np.inf)

    def finite(self) -> Array:
        return np.isfinite(self.value) & np.isfinite(self.gradient)

    def cause(self) -> Array:
        """Why a result is off, where it is: index into CAUSES."""
        return np.where(~self.sides_finite, 0, np.where(~self.areas_finite, 1, 2))


def evaluate(
    width: WidthMap, anchor: float, t: Array, target: Array, centre: Array, dtype: str, loss: str
) -> Evaluated:
    """Square boxes: decode t, compare with a square target around the same centre, in `dtype` and in float64."""
    with np.errstate(all="ignore"):
        narrow_t = t.astype(DTYPES[dtype])
        narrow = _pass(width, anchor, narrow_t, target, centre, loss)
        true = _pass(width, anchor, wide(narrow_t), target, centre, loss)
    return Evaluated(
        t=wide(narrow_t),
        px=true[2],
        value=wide(narrow[0]),
        gradient=wide(narrow[1]),
        true_value=true[0],
        true_gradient=true[1],
        sides_finite=np.isfinite(narrow[2]),
        areas_finite=narrow[3],
    )


def _pass(
    width: WidthMap, anchor: float, t: Array, target: Array, centre: Array, loss: str
) -> tuple[Array, Array, Array, Array]:
    """Loss, its gradient in the width's t, the decoded side, and whether the areas were finite, in t's format."""
    both = np.stack([t, t])
    shares, back = width.apply(both)
    scale = constant(anchor, t)
    sides = shares * scale
    goal = np.stack([target, target]).astype(t.dtype)
    middle = np.stack([centre, centre]).astype(t.dtype)
    found = overlap_loss(sides, goal, middle, generalised=loss == "giou")
    gradient = back(found.gradient * scale)
    return found.value, gradient[0], sides[0], found.areas_finite


def _relative(value: Array, true: Array) -> Array:
    with np.errstate(all="ignore"):
        relative: Array = np.abs(value - true) / np.abs(true)
    return relative


def runaway(
    dtype: str,
    loss: str,
    decoder: str,
    *,
    anchor: float,
    target: float,
    image: float,
    mismatch: float,
    tolerance: float,
) -> Runaway:
    """Let the prediction grow until nothing is left to go wrong, and report what went wrong first."""
    width = SCANNED[decoder]
    largest = min(limits(DTYPES[dtype]).largest * 100.0, width.upper * anchor * BELOW_LIMIT)
    if largest <= mismatch * target:
        # A bounded decoder that does not even reach the target's neighbourhood cannot run away from it.
        return Runaway(dtype, loss, decoder, Point(), Point(), dict.fromkeys(CAUSES, math.inf))
    coarse = _scanned(mismatch * target, largest)

    def at(px: Array) -> Evaluated:
        with np.errstate(all="ignore"):
            t = width.invert(px / anchor)
        return evaluate(width, anchor, t, np.full_like(px, target), np.full_like(px, image / 2), dtype, loss)

    whole = at(coarse)

    def first(is_bad: Callable[[Evaluated], Array]) -> Point:
        bad = is_bad(whole)
        if not bad.any():
            return Point()
        index = int(bad.argmax())
        fine = np.geomspace(coarse[max(index - 1, 0)], coarse[index], _FINE)
        fine[-1] = coarse[index]
        near = at(fine)
        i = int(is_bad(near).argmax())
        return Point(
            float(near.t[i]),
            float(near.px[i]),
            CAUSES[int(near.cause()[i])],
            float(near.value[i]),
            float(near.true_value[i]),
            float(near.gradient[i]),
            float(near.true_gradient[i]),
        )

    causes = {
        cause: first(lambda e, k=k: (e.error() > tolerance) & (e.cause() == k)).px  # type: ignore[misc]
        for k, cause in enumerate(CAUSES)
    }
    return Runaway(
        dtype,
        loss,
        decoder,
        first(lambda e: e.error() > tolerance),
        first(lambda e: ~e.finite()),
        causes,
    )


def _scanned(begin: float, end: float) -> Array:
    near = begin * _NEAR_STEP ** np.arange(math.ceil(math.log(_NEAR) / math.log(_NEAR_STEP)))
    near = np.append(near[near < end], min(end, begin * _NEAR))
    return near if near[-1] >= end else np.append(near, np.geomspace(near[-1], end, _COARSE)[1:])


def usable(
    dtype: str, loss: str, decoder: str, *, anchor: float, image: float, mismatch: float, tolerance: float
) -> Usable:
    """Scan the sizes of boxes, prediction and target growing together, at places spread over the image."""
    width = SCANNED[decoder]
    # Fine where detectors' boxes are, coarse on the way to the sizes whose areas overflow float32.
    sizes = np.concatenate([np.geomspace(1.0, 1e4, 120, endpoint=False), np.geomspace(1e4, 1e20, 161)])
    sizes = sizes[sizes < 100.0 * limits(DTYPES[dtype]).largest]
    sizes = sizes[sizes < width.upper * anchor * BELOW_LIMIT]
    # Each size at places over the image and, so that no grid of the format is met by chance, within 5 % of itself.
    share = (np.arange(_PLACES) + 0.5) / _PLACES
    jitter = 1.1 ** (np.arange(_PLACES) * 0.6180339887 % 1.0 - 0.5)
    px = sizes[:, None] * jitter
    px = np.minimum(px, width.upper * anchor * BELOW_LIMIT)
    # Boxes that fit lie wholly inside the image; larger ones are centred.
    room = np.maximum(image - px, 0.0)
    centre = np.where(room > 0, px / 2, image / 2) + room * share
    found = evaluate(width, anchor, width.invert(px / anchor), px / mismatch, centre, dtype, loss)
    error = np.sort(found.error(), axis=1)[:, int(MOST * _PLACES)]
    state = np.where(np.isinf(error), 2, np.where(error > tolerance, 1, 0))
    begin, end = _longest_run(state == 0)
    cause = "none"
    if begin < end < sizes.size:
        spoilt = found.error()[end] > tolerance
        cause = CAUSES[int(np.bincount(found.cause()[end][spoilt], minlength=3).argmax())]
    infinite_above = np.flatnonzero(state[end:] == 2)
    infinite_below = np.flatnonzero(state[:begin] == 2)
    return Usable(
        dtype,
        loss,
        decoder,
        from_px=(float(sizes[begin]) if begin else 0.0) if begin < end else math.nan,
        to_px=float(sizes[end]) if begin < end < sizes.size else math.inf,
        nonfinite_px=float(sizes[end + infinite_above[0]]) if infinite_above.size else math.inf,
        nonfinite_below_px=float(sizes[infinite_below[-1]]) if infinite_below.size else 0.0,
        cause_above=cause,
        sizes=sizes,
        error=error,
        state=state,
    )


def _longest_run(good: Array) -> tuple[int, int]:
    """Begin and end (exclusive) of the longest run of True."""
    best = (0, 0)
    begin: int | None = None
    for i, one in enumerate([*good.tolist(), False]):
        if one and begin is None:
            begin = i
        elif not one and begin is not None:
            best = max(best, (begin, i), key=lambda run: run[1] - run[0])
            begin = None
    return best


@dataclass(frozen=True, slots=True)
class ExpLimit:
    """Where exp itself overflows in a format."""

    dtype: str
    last_finite_t: float
    first_infinite_t: float
    closed_form: float  # ln of the largest number


def exp_limit(dtype: str) -> ExpLimit:
    """Bisect between a finite and an overflowing exp until no representable number lies between."""
    kind = DTYPES[dtype]
    closed = limits(kind).exp_limit
    below, above = kind.type(0.9 * closed), kind.type(1.1 * closed)
    with np.errstate(over="ignore"):
        while True:
            middle = kind.type((float(below) + float(above)) / 2)
            if float(middle) in (float(below), float(above)):
                break
            if np.isfinite(np.exp(middle)):
                below = middle
            else:
                above = middle
    return ExpLimit(dtype, float(below), float(above), closed)


@dataclass(frozen=True, slots=True)
class ClampOrder:
    """exp clamped before and after, over a range of t in one format."""

    dtype: str
    points: int
    after_value_finite: int
    after_gradient_nan: int
    after_first_nan_t: float
    before_value_finite: int
    before_gradient_nan: int
    overflowing: int  # points at which exp itself overflows


def clamp_order(dtype: str, highest: float) -> ClampOrder:
    """Value and gradient of both orders, for t from -1.5 to 1.5 times the t at which exp overflows."""
    reach = 1.5 * limits(DTYPES[dtype]).exp_limit
    t = np.linspace(-reach, reach, 2_001).astype(DTYPES[dtype])
    bound = math.exp(highest)
    with np.errstate(all="ignore"):
        after, after_back = exponential_clamped_after(bound).apply(t)
        before, before_back = exponential("clamped", highest=highest).apply(t)
        ones = np.full(t.shape, constant(1, t), t.dtype)
        after_gradient, before_gradient = after_back(ones), before_back(ones)
        overflowing = ~np.isfinite(np.exp(t))
    nan_after = np.isnan(after_gradient)
    return ClampOrder(
        dtype,
        t.size,
        int(np.isfinite(after).sum()),
        int(nan_after.sum()),
        float(t[int(nan_after.argmax())]) if nan_after.any() else math.inf,
        int(np.isfinite(before).sum()),
        int(np.isnan(before_gradient).sum()),
        int(overflowing.sum()),
    )
