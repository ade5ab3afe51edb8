"""Checks against references that this code does not share: finite differences, closed forms, published limits.

What holds by construction belongs here too, and never among the findings. A check that fails ends the run.
"""

from __future__ import annotations

import math

import numpy as np

from studyctl.lab import Check

from .arithmetic import DTYPES, NARROW, Array, limits
from .decoders import measured_range
from .finite import FiniteLimit
from .limits import ClampOrder, Runaway, exp_limit
from .losses import LOSSES, objective, overlap_loss
from .methods import METHODS
from .noise import Family, calibrate, draw, exp_width_loss
from .roundtrip import RoundTrip
from .sensitivity import relative_slopes, sensitivity
from .training import DECODERS
from .widths import EXP, RCNN_CLAMP, SQUARED_SIGMOID, WidthMap


def finite_difference_error(loss: str, width: WidthMap, seed: int) -> float:
    """The largest relative difference between a hand-written gradient and a central difference, in float64."""
    rng = np.random.default_rng([seed, 31])
    target = np.exp(rng.uniform(math.log(0.3), math.log(3.0), (2, 400)))
    # Away from the kinks: equal sides, the clamp, and the edge of the linear decoder's positive sides.
    ratio = target * np.exp(rng.choice([-1.0, 1.0], target.shape) * rng.uniform(0.05, 0.2, target.shape))
    t = width.invert(ratio)
    step = 1e-6

    def value(raw: Array) -> Array:
        return objective(loss, width, raw, target, 373.0).value

    gradient = objective(loss, width, t, target, 373.0).gradient
    worst = 0.0
    for axis in range(2):
        move = np.zeros_like(t)
        move[axis] = step
        difference = (value(t + move) - value(t - move)) / (2 * step)
        scale = np.maximum(np.abs(difference), 1e-3)
        worst = max(worst, float((np.abs(gradient[axis] - difference) / scale).max()))
    return worst


def overlap_error(seed: int) -> float:
    """The largest difference between GIoU by corners and GIoU of concentric boxes by its closed form."""
    rng = np.random.default_rng([seed, 37])
    sides, target = np.exp(rng.uniform(0.0, 6.0, (2, 2, 500)))
    centre = rng.uniform(0.0, 640.0, (2, 500))
    inter = np.minimum(sides, target).prod(axis=0)
    union = sides.prod(axis=0) + target.prod(axis=0) - inter
    hull = np.maximum(sides, target).prod(axis=0)
    closed = 1 - inter / union + (hull - union) / hull
    return float(np.abs(overlap_loss(sides, target, centre, generalised=True).value - closed).max())


def positive_offset(seed: int) -> float:
    """The largest |ln(w/a)| among random boxes that overlap a concentric anchor by half or more."""
    rng = np.random.default_rng([seed, 41])
    logs = np.append(rng.uniform(-1.5, 1.5, (2, 20_000)), [[math.log(2.0)], [0.0]], axis=1)
    sides = np.exp(logs)
    inter = np.minimum(sides, 1.0).prod(axis=0)
    iou = inter / (sides.prod(axis=0) + 1.0 - inter)
    return float(np.abs(logs[:, iou >= 0.5 - 1e-12]).max())


def instrument(image: float, seed: int) -> list[Check]:
    """Everything that can be checked before anything is measured."""
    found = [
        Check(
            f"gradient.{loss}.{name}",
            finite_difference_error(loss, width, seed),
            0.0,
            1e-6,
            "central differences in float64",
        )
        for loss in LOSSES
        for name, width in DECODERS.items()
    ]
    found.append(Check("giou", overlap_error(seed), 0.0, 1e-9, "the closed form of concentric boxes"))
    t = np.linspace(-2.0, 2.0, 41)
    both = np.stack([t, t])
    plain = objective("log-l2", EXP, both, np.full_like(both, 1.7), 1.0).gradient - (both - math.log(1.7))
    found.append(
        Check(
            "log-l2-is-plain-regression", float(np.abs(plain).max()), 0.0, 1e-12, "t - ln(w/a): holds by construction"
        )
    )
    for method in METHODS:
        found.append(
            Check(f"range.{method.key}", measured_range(method.map).error, 0.0, 1e-12, f"closed form: {method.limit}")
        )
    published = {"float32": 88.72, "float16": 11.09, "bfloat16": 88.72}
    for dtype in NARROW:
        limit = exp_limit(dtype)
        found.append(Check(f"exp-limit.{dtype}", round(limit.closed_form, 2), published[dtype], 0.0, "published limit"))
        inside = limit.last_finite_t <= limit.closed_form < limit.first_infinite_t
        found.append(Check(f"exp-overflow.{dtype}", float(inside), 1.0, 0.0, "ln of the format's largest number"))
    found.append(Check("clamp", round(RCNN_CLAMP, 3), 4.135, 0.0, "ln(1000/16) as published"))
    slope = sensitivity("squared-sigmoid")
    found.append(Check("squared-sigmoid.steepest", slope.steepest, 32 / 27, 1e-8, "closed form 32/27"))
    sigma = 1 / (1 + math.exp(-slope.steepest_t))
    found.append(Check("squared-sigmoid.steepest-at", sigma, 2 / 3, 1e-4, "closed form sigma = 2/3"))
    needed = float(SQUARED_SIGMOID.invert(np.array(3.9)))
    closed = -math.log(2 / math.sqrt(3.9) - 1)
    found.append(Check("squared-sigmoid.t-at-3-9", needed, closed, 1e-9, "logit(sqrt(3.9)/2)"))
    near = float(relative_slopes(SQUARED_SIGMOID, np.array([3.9]))[0])
    found.append(Check("squared-sigmoid.slope-at-3-9", near, 2 - math.sqrt(3.9), 1e-12, "closed form 2*(1 - sigma)"))
    found.append(
        Check(
            "clamp-on-positives",
            positive_offset(seed),
            math.log(2.0),
            0.01,
            "a box of IoU >= 0.5 with its anchor has |ln(w/a)| <= ln 2: the clamp at 4.135 cannot bind there",
        )
    )
    family = Family("exp-width", EXP, 100.0, 1)
    noise = draw(family, 40_000, seed)
    noise[1] = 0.0  # the closed form is for the width alone
    sigma = calibrate(family, 100.0, 0.2, 1.0, noise)
    spread = 3.0 / math.sqrt(noise[0].size)
    found.append(
        Check("noise.exp-width", exp_width_loss(sigma), 0.2, spread, "1 - 2*exp(s^2/2)*Phi(-s), sampling error allowed")
    )
    return found


def round_trip_checks(found: list[RoundTrip]) -> list[Check]:
    """In float64 every method has to return its boxes."""
    return [
        Check(f"round-trip.{one.method}", one.width_error, 0.0, 1e-9, "the box itself")
        for one in found
        if one.dtype == "float64"
    ]


def finite_checks(found: list[FiniteLimit]) -> list[Check]:
    """An unclamped exp has a closed form, and a bounded side that the format can hold no limit at all."""
    maps = {method.key: method.map for method in METHODS}
    checks: dict[tuple[str, float, str], Check] = {}
    for one in found:
        width, limit, name = maps[one.method], limits(DTYPES[one.dtype]), f"finite.{one.dtype}.{one.method}"
        which = (width.name, one.reference, one.dtype)
        if which in checks:
            continue  # another method with the same decoder
        if width.name in ("exp", "exp-0.2"):
            closed = math.log(limit.largest / one.reference) / (0.2 if width.name == "exp-0.2" else 1.0)
            # t itself, the exponent and the product are rounded to the format.
            spread = limit.epsilon * (2 * abs(closed) + 10)
            checks[which] = Check(name, one.value_t, closed, spread, "ln(largest / reference) / scale")
        elif width.upper * one.reference < limit.largest:
            finite = math.isinf(one.value_t) and math.isinf(one.gradient_t)
            checks[which] = Check(name, float(finite), 1.0, 0.0, "a bounded side is always finite")
    return list(checks.values())


def limit_checks(
    scans: list[Runaway], clamps: list[ClampOrder], *, anchor: float, target: float, mismatch: float
) -> list[Check]:
    """Where areas overflow has a closed form: side^2 + target^2 exceeds the largest number."""
    found = []
    for scan in scans:
        dtype = DTYPES[scan.dtype]
        limit = limits(dtype)
        # A sum overflows once it would round up to the next power of two.
        square = limit.largest * (1 + limit.epsilon / 4) - target**2
        if scan.decoder != "exp" or square <= (mismatch * target) ** 2:
            continue  # the scan began beyond the edge
        edge = math.sqrt(square)
        # The scan meets the edge only where t has a number: neighbours are eps * t apart.
        t = abs(math.log(edge / anchor)) + 1
        found.append(
            Check(
                f"area.{scan.dtype}.{scan.loss}",
                scan.first["area"] / edge,
                1.0,
                math.expm1(limit.epsilon * t) + 0.005,
                "sqrt(largest - target^2)",
            )
        )
    for one in clamps:
        found.append(
            Check(f"clamp-before.{one.dtype}", float(one.before_gradient_nan), 0.0, 0.0, "exp of a clamped t is finite")
        )
    return found
