"""Training the small detector: RetinaNet's assignment, and a loss of its own for every head.

An anchor belongs to the object that it overlaps most, from IoU 0.5 on; below 0.4 it is ground, between the two it
counts for nothing; the best anchor of every object is its own in any case. Fixed steps, Adam, one cycle of the rate.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch.nn import functional

from . import detector, grid
from .scenes import CLASSES, SIDE, Array, Scenes

BATCH = 16
RATE = 4e-3
ALPHA, GAMMA = 0.25, 2.0  # of focal loss
POSITIVE, NEGATIVE = 0.5, 0.4
PARTS = ("boxes", "classes", "objectness", "conditional", "centred", "centerness")


def overlaps(first: Array, second: Array) -> Array:
    """IoU of every box with every other."""
    sides = np.minimum(first[:, None, 2:], second[:, 2:]) - np.maximum(first[:, None, :2], second[:, :2])
    common = np.maximum(sides, 0).prod(axis=2)
    areas = [(one[:, 2:] - one[:, :2]).prod(axis=1) for one in (first, second)]
    return np.asarray(common / (areas[0][:, None] + areas[1] - common))


def assign(given: Array, corners: Array) -> tuple[Array, Array]:
    """For every anchor its object, and whether it is one (1), ground (0) or neither (-1)."""
    overlap = overlaps(given, corners)
    owner, best = overlap.argmax(axis=1), overlap.max(axis=1)
    state = np.where(best >= POSITIVE, 1, np.where(best < NEGATIVE, 0, -1))
    for number, anchor in enumerate(overlap.argmax(axis=0)):
        owner[anchor], state[anchor] = number, 1
    return owner, state


def encode(given: Array, corners: Array) -> Array:
    """Deltas of boxes to their anchors: the inverse of `grid.decode`."""
    wh, target = given[:, 2:] - given[:, :2], corners[:, 2:] - corners[:, :2]
    shift = (corners[:, :2] + 0.5 * target - given[:, :2] - 0.5 * wh) / wh
    return np.concatenate([shift, np.log(target / wh)], axis=1)


def centeredness(given: Array, corners: Array) -> Array:
    """FCOS's target: one in the middle of the object, zero at its edge and outside."""
    centre = (given[:, :2] + given[:, 2:]) / 2
    first, last = np.maximum(centre - corners[:, :2], 0), np.maximum(corners[:, 2:] - centre, 0)
    return np.asarray(np.sqrt((np.minimum(first, last) / np.maximum(np.maximum(first, last), 1e-6)).prod(axis=1)))


def targets(scenes: Scenes, flipped: bool) -> dict[str, Any]:
    """What every anchor of every image should say, the images mirrored or not."""
    given = grid.anchors().astype(float)
    shape = (scenes.images, len(given))
    state, label = np.zeros(shape, np.int8), np.zeros(shape, np.int64)
    deltas, centre = np.zeros((*shape, 4), np.float32), np.zeros(shape, np.float32)
    edges = np.searchsorted(scenes.image, np.arange(scenes.images + 1))
    for image in range(scenes.images):
        rows = slice(edges[image], edges[image + 1])
        corners = scenes.corners[rows]
        if flipped:
            corners = np.stack([SIDE - corners[:, 2], corners[:, 1], SIDE - corners[:, 0], corners[:, 3]], axis=1)
        owner, state[image] = assign(given, corners)
        label[image] = scenes.label[rows][owner]
        deltas[image] = encode(given, corners[owner])
        centre[image] = centeredness(given, corners[owner])
    found = {"state": state, "label": label, "deltas": deltas, "centre": centre}
    return {name: torch.from_numpy(values) for name, values in found.items()}


def focal(logits: Any, wanted: Any) -> Any:
    """The focal loss of Lin et al. (arXiv:1708.02002), of every score."""
    score = torch.sigmoid(logits)
    plain = functional.binary_cross_entropy_with_logits(logits, wanted, reduction="none")
    right = score * wanted + (1 - score) * (1 - wanted)
    return (ALPHA * wanted + (1 - ALPHA) * (1 - wanted)) * (1 - right) ** GAMMA * plain


def losses(out: dict[str, Any], wanted: dict[str, Any]) -> dict[str, Any]:
    """The loss of each output, for a positive each."""
    positive, counted = wanted["state"] == 1, wanted["state"] >= 0
    n = positive.sum().clamp(min=1)
    onehot = functional.one_hot(wanted["label"], len(CLASSES)).float()
    classes = onehot * positive[..., None]
    cross = functional.binary_cross_entropy_with_logits
    return {
        "boxes": functional.smooth_l1_loss(
            out["boxes"][positive], wanted["deltas"][positive], beta=1 / 9, reduction="sum"
        )
        / n,
        "classes": (focal(out["classes"], classes)[counted]).sum() / n,
        "objectness": cross(out["objectness"][..., 0][counted], positive[counted].float(), reduction="sum") / n,
        "conditional": cross(out["conditional"][positive], onehot[positive], reduction="sum") / n,
        "centred": (focal(out["centred"], classes)[counted]).sum() / n,
        "centerness": cross(out["centerness"][..., 0][positive], wanted["centre"][positive], reduction="sum") / n,
    }


def train(scenes: Scenes, steps: int, seed: int, told: Callable[[int, dict[str, float]], None]) -> Any:
    """A trained network; `told` hears the losses of every step."""
    parts = detector.network(seed)
    rng = np.random.default_rng([seed, 223])
    pixels = torch.from_numpy(scenes.pixels)
    wanted = [targets(scenes, flipped) for flipped in (False, True)]
    optimiser = torch.optim.Adam(parts.parameters(), lr=RATE)
    plan = torch.optim.lr_scheduler.OneCycleLR(optimiser, RATE, total_steps=steps + 1, pct_start=0.15)
    order = np.zeros(0, int)
    batch = min(BATCH, scenes.images)
    with detector.threads():
        for step in range(steps):
            if len(order) < batch:
                order = rng.permutation(scenes.images)
            chosen, order = torch.from_numpy(order[:batch]), order[batch:]
            flipped = bool(rng.random() < 0.5)
            shown = pixels[chosen].flip(-1) if flipped else pixels[chosen]
            found = losses(
                detector.forward(parts, shown),
                {name: values[chosen] for name, values in wanted[flipped].items()},
            )
            total = sum(found.values())
            optimiser.zero_grad()
            total.backward()
            torch.nn.utils.clip_grad_norm_(parts.parameters(), 10.0)
            optimiser.step()
            plan.step()
            told(step, {name: float(value.detach()) for name, value in found.items()})
    return parts
