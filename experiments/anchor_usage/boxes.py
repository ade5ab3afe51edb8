"""Objects of images: where they come from, how they are resized, which of them are small, medium and large.

Coordinates are pixels of the detector's input: an image is resized so that its longer side is `side`, its aspect ratio
is kept, and it stands in the top left corner of a square canvas. Boxes are x1, y1, x2, y2 without an inclusive pixel.
What is small is decided in the *original* image, as COCO does: area < 32^2 small, 32^2 <= area <= 96^2 medium,
area > 96^2 large (COCO's own ranges share their ends; here a box counts once).

The generated objects follow COCO in nothing but the shares of the three sizes: "approximately 41% of objects are small,
34% are medium and 24% are large" (cocodataset.org/#detection-eval; measured there by mask, here by box, and taken
relative to their sum). Everything else is made up, and stated in `generate`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]

SIZES = ("small", "medium", "large")
SMALL_AREA, LARGE_AREA = 32.0**2, 96.0**2
COCO_SHARES = (41.0, 34.0, 24.0)  # per cent, of small, medium and large objects
# Sides (square roots of areas) of generated objects, pixels: log-uniform within each size.
SIDES = ((6.0, 32.0), (32.0, 96.0), (96.0, 360.0))
ASPECT_SPREAD = 0.5  # of ln(width / height), normal around 0
OBJECTS = 7.3  # per image, on average
MOST_OBJECTS = 60
LANDSCAPE = (640.0, 480.0)


@dataclass(frozen=True, slots=True)
class Objects:
    """The objects of many images, one row each, in the order of their images."""

    corners: Array  # (object, 4), pixels of the input
    area: Array  # (object,), by which it is small, medium or large: pixels of the original image
    image: Array  # (object,), the number of its image
    extent: Array  # (image, 2): width and height of every image within the input
    scale: Array  # (image,): pixels of the input per pixel of the image

    @property
    def count(self) -> int:
        return len(self.area)

    @property
    def images(self) -> int:
        return len(self.extent)

    @property
    def sides(self) -> Array:
        """Width and height of every box."""
        return np.asarray(self.corners[:, 2:] - self.corners[:, :2])

    @property
    def original_sides(self) -> Array:
        """Width and height of every box in pixels of its image."""
        return np.asarray(self.sides / self.scale[self.image][:, None])

    @property
    def size(self) -> Array:
        """0, 1 or 2 for small, medium and large."""
        return sizes(self.area)

    def of(self, images: Array) -> Objects:
        """Those of some images, which are numbered anew."""
        number = np.full(self.images, -1)
        number[images] = np.arange(len(images))
        order = np.argsort(number[self.image], kind="stable")
        order = order[number[self.image][order] >= 0]
        return Objects(
            self.corners[order],
            self.area[order],
            number[self.image][order],
            self.extent[images],
            self.scale[images],
        )


def sizes(area: Array) -> Array:
    """0, 1 or 2 for areas that are small, medium and large."""
    return np.where(area < SMALL_AREA, 0, np.where(area <= LARGE_AREA, 1, 2))


def resized(corners: Array, area: Array, image: Array, extent: Array, side: float) -> Objects:
    """Objects given in pixels of their own images, resized to the input."""
    scale = side / extent.max(axis=1)
    return Objects(corners * scale[image][:, None], area, image, extent * scale[:, None], scale)


def generate(images: int, side: float, seed: int, stream: int) -> Objects:
    """Objects of `images` made-up images: sizes in COCO's shares, aspect ratios log-normal, places uniform.

    Half of the images are 640 x 480, half 480 x 640; the number of objects is geometric, one at least. A box that is
    larger than its image is cut to it. Its area is its own: there are no masks.
    """
    rng = np.random.default_rng([seed, 101, stream])
    extent = np.where(rng.random((images, 1)) < 0.5, LANDSCAPE, LANDSCAPE[::-1])
    per_image = np.minimum(rng.geometric(1.0 / OBJECTS, images), MOST_OBJECTS)
    image = np.repeat(np.arange(images), per_image)
    shares = np.array(COCO_SHARES) / sum(COCO_SHARES)
    low, high = np.log(np.array(SIDES)).T
    kind = rng.choice(len(SIZES), len(image), p=shares)
    root = np.exp(rng.uniform(low[kind], high[kind]))
    stretch = np.exp(rng.normal(0.0, ASPECT_SPREAD, len(image)) / 2)
    wh = np.minimum(np.stack([root * stretch, root / stretch], axis=1), extent[image])
    start = rng.random(wh.shape) * (extent[image] - wh)
    corners = np.concatenate([start, start + wh], axis=1)
    return resized(corners, wh.prod(axis=1), image, extent, side)


def halves(objects: Objects, seed: int) -> tuple[Objects, Objects]:
    """Two halves of the images, drawn at random: anchors are fitted on the first and scored on the second."""
    order = np.random.default_rng([seed, 103]).permutation(objects.images)
    middle = (objects.images + 1) // 2
    return objects.of(np.sort(order[:middle])), objects.of(np.sort(order[middle:]))


def swapped(size: Array, count: int, seed: int) -> Array | None:
    """Which objects to draw, with replacement, so that small and large ones exchange their shares: a shifted mixture.

    None where there are no small or no large ones, or as many of both: nothing would be shifted.
    """
    share = np.bincount(size, minlength=len(SIZES)) / max(len(size), 1)
    if min(share[0], share[2]) == 0 or share[0] == share[2]:
        return None
    wanted = share[[2, 1, 0]]
    weight = (wanted / np.where(share > 0, share, 1.0))[size]
    return np.random.default_rng([seed, 107]).choice(len(size), count, p=weight / weight.sum())
