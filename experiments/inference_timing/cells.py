"""Cells: what is held fixed while two models are timed against each other, and which cells a run has.

One factor differs between a cell and its neighbour. Interventions change the models of one cell, the *base*, and
nothing else of it.
"""

from __future__ import annotations

import platform
import sys
from dataclasses import dataclass, replace
from typing import Any

from .parameters import InferenceTiming

# What glibc is told so that it keeps what it has once been given. Source: mallopt(3).
PINNED = {"MALLOC_MMAP_MAX_": "0", "MALLOC_TRIM_THRESHOLD_": "-1"}
TITLES = {
    "nchw": "NCHW",
    "channels_last": "channels_last",
    "folded": "channels_last with batch norm folded",
    "compiled": "torch.compile",
    "graph": "CUDA graph",
}
# What each change is called, and how it is made in `worker`; folding is an engine.
CHANGED = {"bn": "batch norm folded", "se": "without SE", "swish": "ReLU for swish"}


@dataclass(frozen=True, slots=True)
class Cell:
    """Two models under one set of conditions."""

    engine: str
    allocator: str
    dtype: str
    batch: int
    device: str
    a_side: int
    b_side: int
    change: str = ""  # of the models, for an intervention: bn, se, swish, resolution

    @property
    def key(self) -> str:
        """Its name in metrics and findings: parts that say what is not the default."""
        parts = [self.engine.replace("_", "-"), self.allocator]
        parts += [self.dtype] if self.dtype != "float32" else []
        parts += [f"batch{self.batch}"] if self.batch != 1 else []
        parts += [f"side{self.b_side}"] if self.change == "resolution" else [self.change] if self.change else []
        return "-".join(parts)

    @property
    def title(self) -> str:
        """Its conditions for people, with the device and the sides left out."""
        where = "" if self.device == "cuda" else f", allocator {self.allocator}"
        return f"{TITLES[self.engine]}{where}, {self.dtype}, batch {self.batch}"

    def environment(self) -> dict[str, str]:
        """What a process of it is told of the allocator."""
        return PINNED if self.allocator == "pinned" else {}

    def task(self, params: InferenceTiming, number: int) -> dict[str, Any]:
        """What its process of that number is to do."""
        without = [self.change] if self.change in ("se", "swish") else []
        arms = [(params.a, self.a_side), (params.b, self.b_side)]
        return {
            "what": "pair",
            "engine": self.engine,
            "device": self.device,
            "dtype": self.dtype,
            "batch": self.batch,
            "threads": params.threads,
            "tf32": params.tf32,
            "pairs": params.pairs,
            "seed": params.seed + 1000 * number,
            "arms": [{"model": m, "side": s, "seed": params.seed, "without": without} for m, s in arms],
        }


def glibc() -> bool:
    """Whether malloc listens to `PINNED` here."""
    return sys.platform == "linux" and platform.libc_ver()[0] == "glibc"


def cells(params: InferenceTiming) -> list[Cell]:
    """Every combination of engine, allocator, dtype and batch; only glibc has an allocator that can be chosen."""
    allocators = params.allocators if params.device == "cpu" and glibc() else ["shipped"]
    return [
        Cell(engine, allocator, dtype, batch, params.device, params.a_side, params.b_side)
        for dtype in params.dtypes
        for batch in params.batches
        for engine in params.engines
        for allocator in allocators
    ]


def base(found: list[Cell]) -> Cell:
    """The cell that interventions change: channels_last with a pinned allocator where there is one, else the first."""

    def distance(cell: Cell) -> tuple[bool, bool]:
        return cell.engine != "channels_last", cell.allocator != "pinned"

    return min(found, key=distance)


def interventions(params: InferenceTiming, on: Cell) -> list[Cell]:
    """The base with one thing changed."""
    changed = [
        replace(on, engine="folded", change="bn") if change == "bn" else replace(on, change=change)
        for change in params.changes
        if change != "resolution" and not (change == "bn" and on.engine != "channels_last")
    ]
    if "resolution" in params.changes:
        changed += [
            replace(on, a_side=side, b_side=side, change="resolution")
            for side in params.equal_sides
            if not on.a_side == on.b_side == side
        ]
    return changed
