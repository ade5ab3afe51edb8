"""Running the worker: fresh processes, cell by cell in rounds, each round in a random order.

A process times one size and dtype under an allocator that keeps what it was given, where that is glibc's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from experiments.inference_timing.cells import PINNED, glibc
from experiments.inference_timing.timing import PLAN, UNSTEADY, ask
from studyctl.lab import Comparison, Run, compare, process_ratio, spread

from .parameters import ActivationCost

WORKER = Path(__file__).with_name("worker.py")
FEWEST = PLAN[0]  # processes that have an interval
WIDTHS = {"float32": 4, "bfloat16": 2, "float16": 2}  # bytes of an element


@dataclass(frozen=True, slots=True)
class Ratio:
    """One arm's time over another's, over processes."""

    value: float
    compared: Comparison | None  # for six processes or more
    unsteady: int
    processes: list[float]

    @property
    def lo(self) -> float | None:
        return self.compared.ratio.lo if self.compared else None

    @property
    def hi(self) -> float | None:
        return self.compared.ratio.hi if self.compared else None

    def metrics(self, name: str) -> dict[str, float]:
        """Its figures; without an interval the value alone."""
        found = self.compared.ratio.metrics(name) if self.compared else {name: self.value}
        found[f"{name}.n"] = float(len(self.processes))
        return found | {f"{name}.unsteady": float(self.unsteady)}


@dataclass
class Timed:
    """What the processes of one task came to, in their order."""

    key: str  # in metrics: float32.512kib, or network
    task: dict[str, Any]
    dtype: str = ""
    bytes: int = 0
    answers: list[dict[str, Any]] = field(default_factory=list)

    def ratio(self, arm: str, over: str, margin: float) -> Ratio:
        """The median of each process's interleaved pairs, over processes."""
        each: list[float] = []
        shaky: list[bool] = []
        for answer in self.answers:
            a, b = answer["times"][over], answer["times"][arm]
            each.append(process_ratio(list(zip(a, b, strict=True))))
            shaky.append(spread(a) > UNSTEADY or spread(b) > UNSTEADY)
        compared = None
        if len(each) >= FEWEST:
            compared = compare(each, margin=margin, plan=(len(each),), unstable=shaky)
        value = compared.ratio.value if compared else float(np.median(each))
        return Ratio(value, compared, sum(shaky), each)

    def seconds(self, arm: str) -> float:
        """Of one call: the median over processes of each one's median."""
        return float(np.median([np.median(answer["times"][arm]) for answer in self.answers]))

    def faults(self) -> float:
        """Minor page faults of one call, of the arm that has most."""
        return max(
            float(np.median([answer["faults"][arm] for answer in self.answers])) for arm in self.answers[0]["faults"]
        )


def label(size: int) -> str:
    """A size in a metric's name."""
    return f"{size >> 20}mib" if size >= 1 << 20 and size % (1 << 20) == 0 else f"{size >> 10}kib"


def cell(params: ActivationCost, dtype: str, size: int) -> Timed:
    """A size and dtype that is to be timed."""
    task = {"what": "operators", "dtype": dtype, "elements": size // WIDTHS[dtype]}
    return Timed(f"{dtype}.{label(size)}", task | _common(params), dtype, size)


def network(params: ActivationCost) -> Timed:
    """The network that is to be timed."""
    return Timed("network", {"what": "network", "network": params.network, "side": params.side} | _common(params))


def _common(params: ActivationCost) -> dict[str, Any]:
    return {"threads": params.threads, "pairs": params.pairs, "seed": params.seed}


def visit(params: ActivationCost, run: Run, found: Sequence[Timed], what: str) -> None:
    """All tasks, in rounds of random order."""
    order = np.random.default_rng([params.seed, 11])
    visits = [(number, at) for number in range(params.processes) for at in order.permutation(len(found))]
    for number, at in run.track(visits, what):
        one = found[at]
        task = one.task | {"order": params.seed + 1000 * number}
        one.answers.append(ask(task, PINNED if glibc() else {}, WORKER))
