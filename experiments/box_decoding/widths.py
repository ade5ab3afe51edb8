"""How a raw output t becomes a side: the scalar maps behind every detector, with their hand-written gradients.

Each map gives a side in units of a reference r (an anchor's side, a stride, the image's side): side = r * f(t). The
arithmetic is done in the format of its input, operation by operation, so that the same function serves as the float64
reference and as the float16 code under test. `apply` returns the value together with its backward pass, written as
PyTorch's autograd would run it; the tests and every run hold these passes against finite differences in float64.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from .arithmetic import Array, constant, keep, zeros

Back = Callable[[Array], Array]
Apply = Callable[[Array], tuple[Array, Back]]

# The clamp of Faster R-CNN and its successors: exp(t) never exceeds 1000 / 16.
RCNN_CLAMP = math.log(1000.0 / 16.0)


@dataclass(frozen=True, slots=True)
class WidthMap:
    """One way to turn t into a side."""

    name: str
    formula: str  # with r for the reference
    apply: Apply  # t -> f(t) and its backward pass
    invert: Callable[[Array], Array]  # side / r -> t
    lower: float  # closed form of the range, in units of r
    upper: float
    log: Apply | None = None  # t -> ln f(t), without passing through f where the formula allows it
    bins: int = 1  # raw outputs that make one side


def sigmoid(t: Array) -> Array:
    """1 / (1 + exp(-t)) in the format of t; exp(-t) may overflow, and the quotient is then the right 0."""
    one = constant(1, t)
    p: Array = one / (one + np.exp(-t))
    return p


def logit(p: Array) -> Array:
    """The inverse of the sigmoid."""
    t: Array = np.log(p / (constant(1, p) - p))
    return t


def exponential(
    name: str = "exp",
    scale: float = 1.0,
    lowest: float = -math.inf,
    highest: float = math.inf,
    formula: str | None = None,
) -> WidthMap:
    """exp(scale * t), with scale * t clamped to [lowest, highest] *before* exp."""

    def scaled(t: Array) -> tuple[Array, Back]:
        raw = t if scale == 1.0 else t * constant(scale, t)
        if math.isinf(lowest) and math.isinf(highest):
            u, inside = raw, None
        else:
            u = raw
            if math.isfinite(highest):
                u = np.minimum(u, constant(highest, t))
            if math.isfinite(lowest):
                u = np.maximum(u, constant(lowest, t))
            inside = u == raw

        def back(g: Array) -> Array:
            g = g if inside is None else keep(inside, g)
            return g if scale == 1.0 else g * constant(scale, g)

        return u, back

    def apply(t: Array) -> tuple[Array, Back]:
        u, below = scaled(t)
        value = np.exp(u)
        return value, lambda g: below(g * value)

    def invert(ratio: Array) -> Array:
        u = np.log(ratio)
        return u if scale == 1.0 else u / constant(scale, u)

    return WidthMap(
        name,
        formula or "r*exp(t)",
        apply,
        invert,
        math.exp(lowest),
        math.exp(highest) if math.isfinite(highest) else math.inf,
        log=scaled,
    )


def exponential_clamped_after(highest: float) -> WidthMap:
    """exp(t) clamped to `highest` *after* exp: the order whose gradient is 0 * inf once exp has overflowed."""

    def apply(t: Array) -> tuple[Array, Back]:
        raw = np.exp(t)
        bound = constant(highest, t)
        return np.minimum(raw, bound), lambda g: keep(raw <= bound, g) * raw

    return WidthMap("exp-clamp-after", "r*min(exp(t), limit)", apply, np.log, 0.0, highest)


def squared_sigmoid() -> WidthMap:
    """(2 * sigmoid(t))^2: between 0 and 4 references."""

    def apply(t: Array) -> tuple[Array, Back]:
        s = sigmoid(t)
        double = s + s
        two, one = constant(2, t), constant(1, t)

        def back(g: Array) -> Array:
            to_t: Array = ((g * (double + double)) * two) * (s * (one - s))
            return to_t

        return double * double, back

    def logarithm(t: Array) -> tuple[Array, Back]:
        # ln(sigmoid(t)) = -ln(1 + exp(-t)), in the form that does not overflow.
        softplus = np.logaddexp(zeros(t), -t).astype(t.dtype)
        value = (constant(math.log(2.0), t) - softplus) * constant(2, t)
        slope = (constant(1, t) - sigmoid(t)) * constant(2, t)
        return value, lambda g: g * slope

    def invert(ratio: Array) -> Array:
        return logit(np.sqrt(ratio) * constant(0.5, ratio))

    return WidthMap("squared-sigmoid", "r*(2*sigma(t))^2", apply, invert, 0.0, 4.0, log=logarithm)


def square() -> WidthMap:
    """t^2: YOLOv1 predicts the square root of the side."""

    def apply(t: Array) -> tuple[Array, Back]:
        return t * t, lambda g: g * (t + t)

    return WidthMap("square", "r*t^2", apply, np.sqrt, 0.0, math.inf)


def linear(name: str = "linear", offset: float = 0.0, formula: str = "r*t") -> WidthMap:
    """offset + t: unbounded on both sides, negative sides included."""

    def apply(t: Array) -> tuple[Array, Back]:
        return (t if offset == 0.0 else t + constant(offset, t)), lambda g: g

    def logarithm(t: Array) -> tuple[Array, Back]:
        side, _ = apply(t)
        return np.log(side), lambda g: g / side

    def invert(ratio: Array) -> Array:
        return ratio if offset == 0.0 else ratio - constant(offset, ratio)

    return WidthMap(name, formula, apply, invert, -math.inf, math.inf, log=logarithm)


def relu() -> WidthMap:
    """max(t, 0)."""

    def apply(t: Array) -> tuple[Array, Back]:
        return np.maximum(t, zeros(t)), lambda g: keep(t > zeros(t), g)

    return WidthMap("relu", "r*max(t, 0)", apply, lambda ratio: ratio, 0.0, math.inf)


def image_sigmoid() -> WidthMap:
    """sigmoid(t): a share of the image."""

    def apply(t: Array) -> tuple[Array, Back]:
        s = sigmoid(t)
        one = constant(1, t)
        return s, lambda g: g * (s * (one - s))

    return WidthMap("sigmoid", "r*sigma(t)", apply, logit, 0.0, 1.0)


def distribution(bins: int) -> WidthMap:
    """The mean of a softmax over 0 … bins-1 (distribution focal loss); t has a trailing axis of `bins` outputs."""

    def apply(t: Array) -> tuple[Array, Back]:
        shifted = np.exp(t - t.max(axis=-1, keepdims=True))
        p = shifted / shifted.sum(axis=-1, keepdims=True, dtype=t.dtype)
        support = np.arange(bins).astype(t.dtype)
        mean = (p * support).sum(axis=-1, dtype=t.dtype)
        return mean, lambda g: g[..., None] * (p * (support - mean[..., None]))

    def invert(ratio: Array) -> Array:
        # The training target of the distribution focal loss: two neighbouring bins share the mass.
        left = np.clip(np.floor(ratio.astype(np.float64)), 0, bins - 2)
        right_share = ratio.astype(np.float64) - left
        support = np.arange(bins)
        shares = np.where(support == left[..., None], 1.0 - right_share[..., None], 0.0)
        shares = shares + np.where(support == left[..., None] + 1, right_share[..., None], 0.0)
        # A logit of -30 is a share of 1e-13, and is finite in every format.
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.maximum(np.log(shares), -30.0).astype(ratio.dtype)

    return WidthMap("distribution", "r*sum(i*softmax_i(t))", apply, invert, 0.0, float(bins - 1), bins=bins)


EXP = exponential()
CLAMPED_EXP = exponential("clamped-exp", highest=RCNN_CLAMP, formula="r*exp(min(t, ln(1000/16)))")
SQUARED_SIGMOID = squared_sigmoid()
# exp, the squared sigmoid and this one agree in value and slope at t = 0, so that learning rates compare.
LINEAR = linear("linear", 1.0, "r*(1+t)")
