"""The far-cue task: whether a texture on the left and the sign of a spot on the right agree.

Each image is noise with stripes, upright or lying, in its left part and a bright or dark spot in its right part. The
label is the exclusive or of the two, so that neither alone says anything. Between them lie more columns than any
network here can see across: no place before the pooling depends on both. What is linear after the pooling can then
only add what the texture says to what the spot says, and such a sum is right in three of the four cases at best.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import nn

HEIGHT, WIDTH = 8, 36
TEXTURE, SPOT = 6, 4  # sides of both, in pixels
PART = 10  # columns on either side in which they lie
GAP = WIDTH - 2 * PART
NOISE = 0.3
CASES = ((0, 0), (0, 1), (1, 0), (1, 1))  # texture and spot


@dataclass(frozen=True, slots=True)
class Images:
    """Pictures and their labels."""

    pixels: torch.Tensor
    labels: torch.Tensor


def images(count: int, seed: int) -> Images:
    """So many images; every case as often as any other, up to chance."""
    draw = torch.Generator().manual_seed(seed)
    texture = torch.randint(0, 2, (count,), generator=draw)
    bright = torch.randint(0, 2, (count,), generator=draw)
    pixels = NOISE * torch.randn(count, 1, HEIGHT, WIDTH, generator=draw)
    rows, columns = torch.arange(HEIGHT)[None, :, None], torch.arange(WIDTH)[None, None, :]

    def corner(side: int, last: int) -> torch.Tensor:
        return torch.randint(0, last - side + 1, (count,), generator=draw)[:, None, None]

    top, left = corner(TEXTURE, HEIGHT), corner(TEXTURE, PART)
    phase = torch.randint(0, 2, (count,), generator=draw)[:, None, None]
    inside = (rows >= top) & (rows < top + TEXTURE) & (columns >= left) & (columns < left + TEXTURE)
    along = torch.where(texture[:, None, None] == 1, rows, columns)
    stripes = 1.0 - 2.0 * ((along + phase) % 2)
    pixels[:, 0] += inside * stripes
    top, left = corner(SPOT, HEIGHT), WIDTH - PART + corner(SPOT, PART)
    inside = (rows >= top) & (rows < top + SPOT) & (columns >= left) & (columns < left + SPOT)
    pixels[:, 0] += inside * (2.0 * bright[:, None, None] - 1.0)
    return Images(pixels, (texture ^ bright).float())


def best_sum() -> float:
    """The most cases that any sum of a value for the texture and one for the spot gets right: counted, not recalled.

    A sum and a threshold split the four cases by a line; all of those splits are tried.
    """
    values = [step / 4 for step in range(-4, 5)]
    best = 0
    for a, b, threshold in itertools.product(values, repeat=3):
        right = sum((a * t + b * s > threshold) == bool(t ^ s) for t, s in CASES)
        best = max(best, right)
    return best / len(CASES)


def reach(convolutions: list[nn.Conv2d]) -> int:
    """Side of the receptive field of convolutions one after the other, all of stride one."""
    return 1 + sum(int(one.kernel_size[0]) - 1 for one in convolutions)


def joint(features: Callable[[torch.Tensor], torch.Tensor], seed: int, probes: int = 8) -> float:
    """How strongly any place before the pooling depends on both the texture's part and the spot's part.

    The largest, over places, of the smaller of two gradients' sizes: zero where no place sees both. The value at
    a place is a random mixture of its filters, `probes` times over.
    """
    draw = torch.Generator().manual_seed(seed)
    pixels = images(1, seed).pixels.double()
    worst = 0.0
    with torch.no_grad():
        made = features(pixels)
    places = [(row, column) for row in (0, HEIGHT // 2) for column in range(0, WIDTH, 3)]
    mixtures = torch.randn(probes, made.shape[1], generator=draw, dtype=torch.float64)
    for number, (row, column) in enumerate(places):
        given = pixels.clone().requires_grad_()
        value = (features(given)[0, :, row, column] * mixtures[number % probes]).sum()
        (slope,) = torch.autograd.grad(value, given)
        left, right = slope[..., :PART].abs().max(), slope[..., -PART:].abs().max()
        worst = max(worst, float(torch.minimum(left, right)))
    return worst
