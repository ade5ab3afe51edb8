"""Handwritten digits, 8 x 8, which scikit-learn brings along, in three parts that share no image.

The test images are set apart once a run, and no choice is made on them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

TEST, VALIDATION = 1 / 3, 1 / 6  # of all images


@dataclass(frozen=True, slots=True)
class Images:
    """Standardised pixels and their digits."""

    x: torch.Tensor
    y: torch.Tensor


@dataclass(frozen=True, slots=True)
class Split:
    """What networks are trained on, chosen by, and tested on."""

    train: Images
    validation: Images
    test: Images
    places: tuple[list[int], list[int], list[int]]  # of their images among all


def split(seed: int) -> Split:
    """A random split; pixels are standardised by the training images alone."""
    from sklearn.datasets import load_digits

    found = load_digits()
    x = np.asarray(found.images, dtype=np.float32)[:, None]
    order = np.random.default_rng([seed, 3]).permutation(len(x))
    ends = round(TEST * len(x)), round((TEST + VALIDATION) * len(x))
    test, validation, train = order[: ends[0]], order[ends[0] : ends[1]], order[ends[1] :]
    x = (x - x[train].mean()) / x[train].std()

    def part(at: NDArray[np.int64]) -> Images:
        return Images(torch.from_numpy(x[at]), torch.from_numpy(np.asarray(found.target)[at]).long())

    return Split(part(train), part(validation), part(test), (train.tolist(), validation.tolist(), test.tolist()))
