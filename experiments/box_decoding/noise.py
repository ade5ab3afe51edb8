"""What noise in the raw output costs, by box size, for each family of decoders.

A logit has other units in every decoder, so that equal noise would compare nothing. Each family's noise is therefore
calibrated to the same expected IoU loss at one size; what is compared is how the loss changes over the other sizes.
That it does not change for exp holds by construction (exp is scale-free), and is a check of the method.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from .arithmetic import Array
from .decoders import CENTERNET_STRIDE
from .losses import concentric_iou
from .methods import DFL_BINS
from .widths import EXP, SQUARED_SIGMOID, WidthMap, distribution, image_sigmoid, linear, relu, square

BATCHES = 10
STRIDE = 16.0
_DFL_SHARE = 10  # the distribution has many outputs a side: fewer samples, the same work


@dataclass(frozen=True, slots=True)
class Family:
    """Decoders that share one map, with the reference that it is given here."""

    key: str
    map: WidthMap
    reference: float  # pixels
    sides: int  # raw values per width: 1, or 2 where left and right are predicted apart


@dataclass(frozen=True, slots=True)
class Response:
    """The expected IoU loss of one family under its calibrated noise."""

    family: str
    sigma: float
    sizes: Array  # pixels, those that the family reaches
    loss: Array
    low: Array  # 95 % interval over independent batches
    high: Array
    slope: float  # d ln(loss) / d ln(size)
    slope_low: float
    slope_high: float


def families(anchor: float, image: float) -> tuple[Family, ...]:
    """One family for each map of the methods' table that differs under noise."""
    return (
        Family("exp", EXP, anchor, 1),
        Family("exp-sides", EXP, 1.0, 2),
        Family("squared-sigmoid", SQUARED_SIGMOID, anchor, 1),
        Family("square", square(), image, 1),
        Family("linear", linear(), CENTERNET_STRIDE, 1),
        Family("relu-sides", relu(), STRIDE, 2),
        Family("sigmoid", image_sigmoid(), image, 1),
        Family("distribution", distribution(DFL_BINS), STRIDE, 2),
    )


def sizes_around(size: float) -> Array:
    """Sizes from an eighth to almost four times `size`, which is one of them."""
    return size * np.append(2.0 ** (np.arange(-6, 4) / 2), 3.8)


def raw_output(family: Family, size: float, spread: float) -> Array:
    """The raw output that decodes to `size`; for the distribution, logits of a bell of `spread` bins with that mean.

    The training target of a distribution names two bins; what a network predicts around them is wider and is not
    prescribed, so that its spread is a parameter.
    """
    share = size / family.reference / family.sides
    if family.map.bins == 1:
        return family.map.invert(np.array(share))
    support = np.arange(family.map.bins)
    # Shift the bell until its mean is exact; at the ends of the support it has to move far.
    low, high = -1e3, 1e3
    for _ in range(80):
        middle = (low + high) / 2
        logits = -((support - middle) ** 2) / (2 * spread**2)
        low, high = (middle, high) if float(family.map.apply(logits)[0]) < share else (low, middle)
    return np.asarray(-((support - (low + high) / 2) ** 2) / (2 * spread**2))


def expected_loss(family: Family, raw: Array, size: float, sigma: float, noise: Array) -> Array:
    """Mean IoU loss per batch; noise has axes (2 dimensions, sides, batch, sample[, bin])."""
    spread = raw if family.map.bins > 1 else raw[..., None] if raw.ndim else raw
    with np.errstate(all="ignore"):
        sides = family.map.apply(spread + sigma * noise)[0].sum(axis=1) * family.reference
    return np.asarray((1.0 - concentric_iou(sides, np.full_like(sides, size))).mean(axis=-1))


def draw(family: Family, samples: int, seed: int) -> Array:
    """Noise shared by every size and, where the shapes agree, by every family."""
    rng = np.random.default_rng([seed, 5])
    shape: tuple[int, ...] = (2, family.sides, BATCHES, max(samples // BATCHES, 2))
    if family.map.bins > 1:
        shape = (*shape[:3], max(samples // BATCHES // _DFL_SHARE, 2), family.map.bins)
    return rng.standard_normal(shape)


def calibrate(family: Family, size: float, goal: float, spread: float, noise: Array) -> float:
    """The noise at which the expected loss at `size` is `goal`, by bisection on its logarithm."""
    raw = raw_output(family, size, spread)
    low, high = math.log(1e-6), math.log(1e6)
    for _ in range(45):
        middle = (low + high) / 2
        loss = float(expected_loss(family, raw, size, math.exp(middle), noise).mean())
        low, high = (middle, high) if loss < goal else (low, middle)
    return math.exp((low + high) / 2)


def response(family: Family, size: float, goal: float, samples: int, spread: float, seed: int) -> Response:
    """The loss over sizes under noise that costs `goal` at `size`."""
    noise = draw(family, samples, seed)
    sigma = calibrate(family, size, goal, spread, noise)
    sizes = np.array([s for s in sizes_around(size) if s < 0.99 * family.map.upper * family.reference * family.sides])
    losses = np.stack([expected_loss(family, raw_output(family, s, spread), s, sigma, noise) for s in sizes])
    x = np.log(sizes) - np.log(sizes).mean()
    slopes = (x[:, None] * np.log(np.maximum(losses, 1e-12))).sum(axis=0) / (x * x).sum()
    error = 1.96 / math.sqrt(BATCHES)
    reach = losses.std(axis=1, ddof=1) * error
    mean = losses.mean(axis=1)
    slope, slope_reach = float(slopes.mean()), float(slopes.std(ddof=1)) * error
    return Response(
        family.key, sigma, sizes, mean, mean - reach, mean + reach, slope, slope - slope_reach, slope + slope_reach
    )


def exp_width_loss(sigma: float) -> float:
    """Closed form for exp with noise on the width alone: E[1 - exp(-|sigma z|)] = 1 - 2 exp(sigma^2/2) Phi(-sigma)."""
    return 1.0 - math.exp(sigma * sigma / 2) * math.erfc(sigma / math.sqrt(2))
