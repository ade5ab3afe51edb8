"""Images that are made up: shapes on a noisy ground, of six classes that look alike in pairs.

A class is a shape (disc, square, triangle) and a tint. Tints are drawn from two overlapping normal distributions, so
that no detector can tell the two classes of one shape apart for certain: the second one has a score worth keeping.
Objects may cover each other. Every object has exactly one label, as in COCO.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]

SIDE = 96
SHAPES = ("disc", "square", "triangle")
TINTS = ("warm", "cold")
CLASSES = tuple(f"{tint}-{shape}" for shape in SHAPES for tint in TINTS)
SIDES = (9.0, 56.0)  # of objects, pixels: log-uniform
ASPECT_SPREAD = 0.25  # of ln(width / height), normal around 0
MOST_OBJECTS = 5
TINT_DISTANCE = 2.0  # between the middles of the two tints, in standard deviations of one
NOISE = 0.08  # standard deviation of a pixel; an object's contrast is from .15 to .6
OBJECT_TRIES = 20  # places that are tried until an object covers no other one by half


@dataclass(frozen=True, slots=True)
class Scenes:
    """Images with their objects, one row each, in the order of their images."""

    pixels: Array  # (image, 3, SIDE, SIDE), float32, about zero
    image: Array  # (object,)
    label: Array  # (object,)
    corners: Array  # (object, 4): x1, y1, x2, y2

    @property
    def images(self) -> int:
        return len(self.pixels)


def generate(images: int, seed: int, stream: int) -> Scenes:
    """`images` images; another stream of the same seed gives others."""
    rng = np.random.default_rng([seed, 211, stream])
    pixels = np.empty((images, 3, SIDE, SIDE), np.float32)
    numbers: list[int] = []
    labels: list[int] = []
    boxes: list[Array] = []
    for number in range(images):
        found = _place(rng, int(rng.integers(1, MOST_OBJECTS + 1)))
        kinds = rng.integers(0, len(CLASSES), len(found))
        pixels[number] = _draw(rng, found, kinds)
        numbers += [number] * len(found)
        labels += kinds.tolist()
        boxes += list(found)
    return Scenes(pixels, np.array(numbers), np.array(labels), np.array(boxes).reshape(-1, 4))


def _place(rng: np.random.Generator, count: int) -> Array:
    """Boxes that cover each other by less than half of the smaller one."""
    placed: list[Array] = []
    for _ in range(count):
        for _ in range(OBJECT_TRIES):
            root = np.exp(rng.uniform(*np.log(SIDES)))
            stretch = np.exp(rng.normal(0, ASPECT_SPREAD) / 2)
            wh = np.minimum([root * stretch, root / stretch], SIDE - 2)
            start = rng.random(2) * (SIDE - wh)
            box = np.concatenate([start, start + wh])
            if all(_covered(box, other) < 0.5 for other in placed):
                placed.append(box)
                break
    return np.array(placed)


def _covered(a: Array, b: Array) -> float:
    common = np.maximum(np.minimum(a[2:], b[2:]) - np.maximum(a[:2], b[:2]), 0).prod()
    return float(common / min((a[2:] - a[:2]).prod(), (b[2:] - b[:2]).prod()))


def _draw(rng: np.random.Generator, boxes: Array, kinds: Array) -> Array:
    ground = rng.normal(0, 0.25, 3)[:, None, None] + rng.normal(0, 0.1, 3)[:, None, None] * np.linspace(-1, 1, SIDE)
    image = np.broadcast_to(ground, (3, SIDE, SIDE)) + rng.normal(0, NOISE, (3, SIDE, SIDE))
    y, x = np.mgrid[0:SIDE, 0:SIDE] + 0.5
    for box, kind in zip(boxes, kinds, strict=True):
        u = (x - box[0]) / (box[2] - box[0])
        v = (y - box[1]) / (box[3] - box[1])
        shape, tint = SHAPES[kind // 2], kind % 2
        if shape == "disc":
            mask = (u - 0.5) ** 2 + (v - 0.5) ** 2 <= 0.25
        elif shape == "square":
            mask = (u >= 0) & (u <= 1) & (v >= 0) & (v <= 1)
        else:
            mask = (v >= 0) & (v <= 1) & (np.abs(u - 0.5) <= v / 2)
        # What tells the two tints apart: one number, whose distributions overlap.
        hue = rng.normal((tint - 0.5) * TINT_DISTANCE, 1.0)
        light = rng.uniform(0.15, 0.6) * rng.choice([-1.0, 1.0])
        colour = light + 0.2 * hue * np.array([1.0, 0.0, -1.0])
        image = np.where(mask, colour[:, None, None] + rng.normal(0, NOISE, (3, SIDE, SIDE)), image)
    return np.asarray(image, np.float32)
