"""Timing models of the zoo beside each other: one picture, random weights, rounds in a random order.

All models stay in memory, and each round visits every one of them in an order of its own, so that a machine that slows
down meets all alike. A visit runs the model once untimed, then as often as it takes to fill ten milliseconds; a
model's time is the median over its visits. How far they scatter is recorded.

What this is not: fresh processes for each model, which the verdict on a single pair would need. The allocator is used
as shipped, the layout is NCHW, and a network that another allocator or layout suits better may change places with a
neighbour. What is stated is about hundreds of pairs, not about one.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import numpy as np
import psutil  # type: ignore[import-untyped]
import torch
from torch import nn
from torchvision import models

from studyctl.lab import Run

from .building import build, filled
from .parameters import FlopsCounting
from .zoo import Counts, family

BLOCK = 0.010  # seconds that a timed block takes at least
STEADY = 0.25  # interquartile range over median, above which a model's times are called unsteady
SIDES = {"inception_v3": 299}
SIDE = 224
FEWEST = 4  # rounds
MEMORY = 0.5  # of what is available, at most


@dataclass
class Timed:
    """A model: what was counted and what was timed."""

    name: str
    family: str
    macs: int
    activations: int
    parameters: int
    blocks: list[float] = field(default_factory=list)  # seconds a pass

    @property
    def seconds(self) -> float:
        return statistics.median(self.blocks)

    @property
    def spread(self) -> float:
        """Interquartile range over median."""
        low, high = np.quantile(self.blocks, [0.25, 0.75])
        return float((high - low) / self.seconds)

    @property
    def ms(self) -> float:
        return 1000 * self.seconds

    @property
    def ms_per_gmac(self) -> float:
        return self.ms / (self.macs / 1e9)


def candidates(largest: int, known: Counts) -> list[Timed]:
    """torchvision's classifiers up to a size, by their multiply-adds."""
    found: list[Timed] = []
    for name in models.list_models(module=models):
        if models.get_model_weights(name).DEFAULT.meta["num_params"] <= largest * 1_000_000:
            counted = known.of(name, SIDES.get(name, SIDE))
            found.append(Timed(name, family(name), counted.macs, counted.activations, counted.parameters))
    return sorted(found, key=lambda one: (one.macs, one.name))


def chosen(found: list[Timed], number: int) -> tuple[list[Timed], int]:
    """So many of them, evenly by rank, as far as their weights fit into memory; and how many did not fit."""
    if len(found) > number:
        found = [found[round(at)] for at in np.linspace(0, len(found) - 1, number)]
    room = MEMORY * psutil.virtual_memory().available
    kept: list[Timed] = []
    for one in sorted(found, key=lambda one: one.parameters):
        room -= 4 * one.parameters
        if room > 0:
            kept.append(one)
    kept.sort(key=lambda one: (one.macs, one.name))
    return kept, len(found) - len(kept)


def time_models(params: FlopsCounting, run: Run, found: list[Timed]) -> int:
    """Time them all; returns the minor page faults."""
    generator = torch.Generator().manual_seed(params.seed)
    built: list[tuple[Timed, nn.Module, torch.Tensor]] = []
    for one in run.track(found, "fill"):
        side = SIDES.get(one.name, SIDE)
        picture = torch.randn(1, 3, side, side, generator=generator)
        built.append((one, filled(build(one.name), generator), picture))
    order = np.random.default_rng([params.seed, 151])
    faults = _faults()
    with torch.no_grad(), _alone(params.threads):
        for one, model, picture in list(built):
            if not torch.isfinite(model(picture)).all():
                run.note(f"{one.name} was not timed: with random weights its output is not finite")
                found.remove(one)
                built = [other for other in built if other[0] is not one]
        start = time.monotonic()
        visits = [built[at] for _ in range(params.rounds) for at in order.permutation(len(built))]
        for number, (one, model, picture) in enumerate(run.track(visits, "timing")):
            rounds, rest = divmod(number, len(built))
            if not rest and rounds >= FEWEST and time.monotonic() - start > params.seconds:
                run.note(f"timing ended after {rounds} of {params.rounds} rounds: {params.seconds} s had passed")
                break
            model(picture)
            one.blocks.append(_block(model, picture))
    return _faults() - faults


def _block(model: nn.Module, picture: torch.Tensor) -> float:
    """Seconds a pass, over as many as fill a block."""
    passes, start = 0, time.perf_counter()
    while True:
        model(picture)
        passes += 1
        taken = time.perf_counter() - start
        if taken >= BLOCK:
            return taken / passes


def _faults() -> int:
    """Minor page faults of this process so far; 0 where the platform does not count them."""
    try:
        import resource
    except ImportError:
        return 0
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt


@contextmanager
def _alone(threads: int) -> Iterator[None]:
    """So many threads, and nothing that fills every new tensor for the sake of reproducing it."""
    before, fills = torch.get_num_threads(), torch.utils.deterministic.fill_uninitialized_memory
    torch.set_num_threads(threads)
    torch.utils.deterministic.fill_uninitialized_memory = False
    try:
        yield
    finally:
        torch.set_num_threads(before)
        torch.utils.deterministic.fill_uninitialized_memory = fills
