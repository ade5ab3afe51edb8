"""Cells: what is held fixed while two models are timed against each other, and which cells a run has.

One factor differs between a cell and its neighbour. Interventions change the models of one cell, the *base*, and
nothing else of it.
"""

from __future__ import annotations

import platform
import sys
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, Literal

from .parameters import InferenceTiming

# What glibc is told so that it keeps what it has once been given. Source: mallopt(3).
PINNED = {"MALLOC_MMAP_MAX_": "0", "MALLOC_TRIM_THRESHOLD_": "-1"}
TITLES = {
    "nchw": "NCHW",
    "channels_last": "channels_last",
    "folded": "channels_last with batch norm folded",
    "compiled": "torch.compile",
    "graph": "CUDA graph",
    "onnx": "ONNX Runtime",
    "tf": "TensorFlow graph",
    "xla": "TensorFlow XLA",
}
TENSORFLOW = ("tf", "xla")
# What each change is called, and how it is made in `worker`; folding is an engine.
CHANGED = {"bn": "batch norm folded", "se": "without SE", "swish": "ReLU for swish"}

# Which of torchvision's models have what a change takes away; of the others, the unchanged one is timed.
HAVE = {"se": ("efficientnet", "mobilenet_v3", "regnet_y", "maxvit"), "swish": ("efficientnet", "maxvit")}


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

    @property
    def framework(self) -> Literal["torch", "tensorflow"]:
        """What its processes load."""
        return "tensorflow" if self.engine in TENSORFLOW else "torch"

    def arms(self, params: InferenceTiming) -> list[dict[str, Any]]:
        """Its two models, as a worker builds them."""
        arms = [(params.a, self.a_side), (params.b, self.b_side)]
        return [
            {"model": model, "side": side, "seed": params.seed, "engine": self.engine}
            | {"without": [self.change] if model.startswith(HAVE.get(self.change, ())) else []}
            for model, side in arms
        ]

    def task(self, params: InferenceTiming, number: int) -> dict[str, Any]:
        """What a process of it is to do, with its arms, but for which of them make pairs."""
        return {
            "what": "pair",
            "device": self.device,
            "dtype": self.dtype,
            "batch": self.batch,
            "threads": params.threads,
            "tf32": params.tf32,
            "turns": params.pairs,
            "seed": params.seed + 1000 * number,
            "arms": self.arms(params),
        }


@dataclass(frozen=True, slots=True)
class Group:
    """Cells that are timed by the same processes: those in which earlier work changes nothing of what comes later."""

    cells: tuple[Cell, ...]

    def task(self, params: InferenceTiming, number: int) -> dict[str, Any]:
        """What its process of that number is to do: every arm once, and which of them make pairs."""
        arms: list[dict[str, Any]] = []
        pairs: list[list[int]] = []
        for cell in self.cells:
            both = cell.arms(params)
            arms += [arm for arm in both if arm not in arms]
            pairs.append([arms.index(arm) for arm in both])
        return self.cells[0].task(params, number) | {"arms": arms, "pairs": pairs}


def groups(found: Iterable[Cell]) -> list[Group]:
    """Cells by what their processes have in common.

    Under malloc as shipped, what a process has freed decides what it gets back later, so each cell has processes of
    its own; so it has where a compiler, another runtime or a GPU comes in. A pinned malloc gives nothing back, and
    TensorFlow keeps its own: there the cells of one framework, dtype and batch take turns in the same processes.
    """
    together: dict[tuple[object, ...], list[Cell]] = {}
    for cell in found:
        shared = cell.framework == "tensorflow" or cell.allocator == "pinned"
        alone = not shared or cell.device != "cpu" or cell.engine in ("compiled", "onnx")
        key = (cell.framework, cell.allocator, cell.dtype, cell.batch, cell if alone else None)
        together.setdefault(key, []).append(cell)
    return [Group(tuple(cells)) for cells in together.values()]


def glibc() -> bool:
    """Whether malloc listens to `PINNED` here."""
    return sys.platform == "linux" and platform.libc_ver()[0] == "glibc"


def cells(params: InferenceTiming) -> list[Cell]:
    """The combinations of engine, allocator, dtype and batch; only glibc has an allocator that can be chosen.

    Unless they are `crossed`, TensorFlow's engines are timed under the first allocator and folding under the last one
    only: the page of decisions has what TensorFlow makes of the other, and folding is there to explain the base.
    """
    allocators = params.allocators if params.device == "cpu" and glibc() else ["shipped"]

    def under(engine: str) -> list[str]:
        if params.crossed:
            return allocators
        return allocators[:1] if engine in TENSORFLOW else allocators[-1:] if engine == "folded" else allocators

    return [
        Cell(engine, allocator, dtype, batch, params.device, params.a_side, params.b_side)
        for dtype in params.dtypes
        for batch in params.batches
        for engine in params.engines
        for allocator in under(engine)
    ]


def base(found: list[Cell]) -> Cell:
    """The cell that interventions change: channels_last with a pinned allocator where there is one, else the first."""

    def distance(cell: Cell) -> tuple[bool, bool, bool]:
        return cell.engine != "channels_last", cell.framework != "torch", cell.allocator != "pinned"

    return min(found, key=distance)


def interventions(params: InferenceTiming, on: Cell) -> list[Cell]:
    """The base with one thing changed; what is changed is a network of torchvision."""
    if on.framework != "torch":
        return []
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
