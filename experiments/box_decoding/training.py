"""One small training, many times at once: a network predicts width and height under each loss and decoder.

The network (eight features, sixteen hidden units, two outputs) sees noisy features of boxes whose sides lie within a
quarter and 3.8 of the anchor's, so that every decoder can reach them. exp, clamped exp, the squared sigmoid and the
linear decoder have the same value and the same slope at t = 0, where training starts: a learning rate means the same
to all of them under one loss. Rates are compared within a loss, never across losses.

All (rate, seed) pairs of a combination train in one numpy batch. A seed fixes the boxes, the first weights and the
order of the mini-batches, and shares them with every rate, decoder and loss, so that differences are paired by seed.
Weights are float32; decoding and loss run in the format asked for.

A training *failed* if its loss, gradient or weights stopped being finite, or if its final mean IoU on unseen boxes is
below half of what the combination reaches at its best rate. Failures at rates below the best one are *slow*, not
divergence: they count in the table, and never as a threshold.

Two guards against divergence can be set. `clip`: the gradient of all weights of a training together is scaled down to
a norm, as PyTorch's `clip_grad_norm_` does; one that is not finite stays so. `warm-up`: the rate rises linearly from
nearly zero over the first steps.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from .arithmetic import DTYPES, Array
from .losses import concentric_iou, objective
from .widths import CLAMPED_EXP, EXP, LINEAR, SQUARED_SIGMOID, WidthMap

Optimizer = Literal["sgd", "adam"]
OPTIMIZERS: tuple[Optimizer, ...] = ("sgd", "adam")
Guard = Literal["none", "clip", "warm-up", "both"]
GUARDS: tuple[Guard, ...] = ("none", "clip", "warm-up", "both")

DECODERS: dict[str, WidthMap] = {
    "exp": EXP,
    "clamped-exp": CLAMPED_EXP,
    "squared-sigmoid": SQUARED_SIGMOID,
    "linear": LINEAR,
}
FEATURES, HIDDEN, BATCH = 8, 16, 32
TRAINING_BOXES, UNSEEN_BOXES = 256, 256
SMALLEST, LARGEST = 0.25, 3.8
FEATURE_NOISE = 0.05
# Boxes with a side above so many anchors: where the squared sigmoid comes near its limit.
EDGE = 3.0


@dataclass(frozen=True, slots=True)
class Problem:
    """Boxes and first weights of every seed; the first axis is the seed."""

    features: Array  # (seed, box, feature)
    sides: Array  # (seed, box, 2), in units of the anchor
    validation: tuple[Array, Array]  # rates are chosen on these
    unseen: tuple[Array, Array]  # and reported on these
    weights: tuple[Array, Array, Array, Array]
    order: Array  # (step, seed, batch)


@dataclass(frozen=True, slots=True)
class Trained:
    """What became of every (rate, seed) of one combination."""

    loss: str
    decoder: str
    optimizer: str
    dtype: str
    rates: Array
    nonfinite: Array  # (rate, seed)
    validation_iou: Array
    iou: Array  # on unseen boxes
    largest_t: Array  # the largest t predicted while everything was finite
    edge_iou: Array | None = None  # on those unseen boxes that have a side above EDGE anchors
    guard: Guard = "none"
    clipped: Array | None = None  # share of the steps, while finite, at which the norm was above the guard's


def make_problem(seeds: int, steps: int, seed: int) -> Problem:
    """The problem of each seed depends on nothing but `seed` and its own number."""
    parts: list[tuple[Array, ...]] = []
    for number in range(seeds):
        rng = np.random.default_rng([seed, 11, number])
        count = TRAINING_BOXES + 2 * UNSEEN_BOXES
        # Log-normal sides, cut to what every decoder reaches.
        logs = np.clip(rng.normal(0.0, 0.6, (count, 2)), math.log(SMALLEST), math.log(LARGEST))
        mixing = rng.normal(0.0, 1.0, (2, FEATURES))
        features = np.tanh(logs @ mixing + rng.normal(0.0, 0.5, FEATURES))
        features += rng.normal(0.0, FEATURE_NOISE, features.shape)
        first = rng.normal(0.0, 1 / math.sqrt(FEATURES), (FEATURES, HIDDEN))
        # Small last weights: t begins near 0, where the decoders agree.
        second = rng.normal(0.0, 0.1 / math.sqrt(HIDDEN), (HIDDEN, 2))
        order = rng.integers(0, TRAINING_BOXES, (steps, BATCH))
        parts.append((features, np.exp(logs), first, second, order))
    features, sides, first, second, order = (np.stack(part) for part in zip(*parts, strict=True))
    a, b = TRAINING_BOXES, TRAINING_BOXES + UNSEEN_BOXES
    features = features.astype(np.float32)
    return Problem(
        features[:, :a],
        sides[:, :a],
        (features[:, a:b], sides[:, a:b]),
        (features[:, b:], sides[:, b:]),
        (
            first.astype(np.float32),
            np.zeros((seeds, HIDDEN), np.float32),
            second.astype(np.float32),
            np.zeros((seeds, 2), np.float32),
        ),
        np.swapaxes(order, 0, 1),
    )


def train(
    problem: Problem,
    loss: str,
    decoder: str,
    rates: Sequence[float] | Array,
    *,
    optimizer: Optimizer = "sgd",
    momentum: float = 0.9,
    dtype: str = "float32",
    unit: float = 1.0,
    guard: Guard = "none",
    clip: float = 1.0,
    warm_up: float = 0.2,
) -> Trained:
    """Train every (rate, seed) of one combination; `unit` is the anchor in the pixels that the loss sees.

    `clip` is the norm and `warm_up` the share of the steps of the guards that `guard` names.
    """
    width, kind = DECODERS[decoder], DTYPES[dtype]
    exact_rates = np.asarray(rates, dtype=np.float64)
    grid = exact_rates.astype(np.float32)
    seeds = problem.features.shape[0]
    shape = (grid.size, seeds)
    weights = [np.broadcast_to(w, (grid.size, *w.shape)).copy() for w in problem.weights]
    first_moment = [np.zeros_like(w) for w in weights]
    second_moment = [np.zeros_like(w) for w in weights]
    alive = np.ones(shape, bool)
    largest = np.full(shape, -np.inf)
    row = np.arange(seeds)[:, None]
    left = np.arange(grid.size)  # rates with a seed that is still finite: the others need no further steps
    steps, bound = np.zeros(shape), np.zeros(shape)
    rising = max(round(warm_up * len(problem.order)), 1) if guard in ("warm-up", "both") else 1

    with np.errstate(all="ignore"):
        for step, chosen in enumerate(problem.order, start=1):
            x = problem.features[row, chosen]
            goal = np.moveaxis(problem.sides[row, chosen], -1, 0)[:, None].astype(kind)
            hidden, t = _forward(weights, x)
            outputs = np.ascontiguousarray(np.moveaxis(t, -1, 0))
            found = objective(loss, width, outputs.astype(kind), goal, unit)
            gradient = found.gradient.astype(np.float32)
            finite = np.isfinite(found.value).all(axis=-1) & np.isfinite(gradient).all(axis=(0, -1))
            finite &= alive[left]
            alive[left] = finite
            largest[left] = np.where(finite, np.maximum(largest[left], outputs.max(axis=(0, -1))), largest[left])
            gradients = _backward(weights, x, hidden, np.moveaxis(gradient, 0, -1) / np.float32(BATCH))
            if guard in ("clip", "both"):
                bound[left] += _clip(gradients, clip) & finite
                steps[left] += finite
            now = grid * np.float32(min(step / rising, 1.0))
            for w, g, m, v in zip(weights, gradients, first_moment, second_moment, strict=True):
                rate = now.reshape(-1, *([1] * (w.ndim - 1)))
                if optimizer == "sgd":
                    m *= np.float32(momentum)
                    m += g
                    w -= rate * m
                else:
                    m += (g - m) * np.float32(0.1)
                    v += (g * g - v) * np.float32(0.001)
                    bias = np.float32(math.sqrt(1 - 0.999**step) / (1 - 0.9**step))
                    w -= rate * bias * m / (np.sqrt(v) + np.float32(1e-8))
            keep = finite.any(axis=1)
            if not keep.all():
                left, grid = left[keep], grid[keep]
                weights, first_moment, second_moment = (
                    [array[keep] for array in arrays] for arrays in (weights, first_moment, second_moment)
                )
                if not left.size:
                    break
        for w in weights:
            alive[left] &= np.isfinite(w).all(axis=tuple(range(2, w.ndim)))
        validation, unseen, edge = np.zeros(shape), np.zeros(shape), np.zeros(shape)
        if left.size:
            validation[left] = _iou(weights, width, *problem.validation).mean(axis=-1)
            each = _iou(weights, width, *problem.unseen)
            unseen[left] = each.mean(axis=-1)
            far = (problem.unseen[1] > EDGE).any(axis=-1)  # (seed, box); a seed without such boxes has NaN
            edge[left] = np.where(far, each, 0.0).sum(axis=-1) / far.sum(axis=-1)
    zero = np.zeros(shape)
    return Trained(
        loss,
        decoder,
        optimizer,
        dtype,
        exact_rates,
        ~alive,
        np.where(alive, validation, zero),
        np.where(alive, unseen, zero),
        largest,
        np.where(alive, edge, zero),
        guard,
        bound / np.maximum(steps, 1.0),
    )


def _forward(weights: list[Array], x: Array) -> tuple[Array, Array]:
    first, bias, second, shift = weights
    hidden = np.tanh(np.matmul(x, first) + bias[:, :, None])
    return hidden, np.matmul(hidden, second) + shift[:, :, None]


def _backward(weights: list[Array], x: Array, hidden: Array, gradient: Array) -> list[Array]:
    to_hidden = np.matmul(gradient, np.swapaxes(weights[2], -1, -2)) * (1 - hidden * hidden)
    return [
        np.matmul(np.swapaxes(x, -1, -2), to_hidden),
        to_hidden.sum(axis=2),
        np.matmul(np.swapaxes(hidden, -1, -2), gradient),
        gradient.sum(axis=2),
    ]


def _clip(gradients: list[Array], most: float) -> Array:
    """Scale the gradients of every (rate, seed) to a common norm of `most`; says where it was larger."""
    squares = np.sum([np.square(g, dtype=np.float64).sum(axis=tuple(range(2, g.ndim))) for g in gradients], axis=0)
    scale = np.minimum(most / (np.sqrt(squares) + 1e-6), 1.0).astype(np.float32)
    for g in gradients:
        g *= scale.reshape(*scale.shape, *([1] * (g.ndim - 2)))
    return np.asarray(scale < 1)


def _iou(weights: list[Array], width: WidthMap, x: Array, sides: Array) -> Array:
    """IoU of every (rate, seed, box), in float64."""
    t = _forward(weights, x)[1].astype(np.float64)
    decoded = width.apply(t)[0]
    return concentric_iou(np.moveaxis(decoded, -1, 0), np.moveaxis(sides, -1, 0)[:, None])
