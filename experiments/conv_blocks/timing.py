"""What is timed beside what, in rounds of fresh processes: each group of arms has a process in every round.

Within a process every arm is visited as often as any other, in a random order each time; a process counts once, with
the median ratio of its visits (`studyctl.lab.compare` decides over processes).
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

from . import depth, worker
from .matching import Place
from .parameters import ConvBlocks

WORKER = Path(worker.__file__)
WARM_PROFILE = 0.1  # seconds
ENOUGH = PLAN[0]  # processes for an interval
NETWORK, NETWORK_SIDE = "efficientnet_b0", 224
WITH, WITHOUT = "with", "without"


@dataclass
class Group:
    """Arms that are timed beside each other, and what their processes measured."""

    key: str  # in names of metrics
    arms: dict[str, dict[str, Any]]  # as a task names them
    allocator: str
    place: Place | None = None
    answers: list[dict[str, Any]] = field(default_factory=list)

    def environment(self) -> dict[str, str]:
        """What a process of it is told of the allocator."""
        return PINNED if self.allocator == "pinned" else {}

    def times(self, arm: str) -> list[list[float]]:
        """Seconds of one pass, by process."""
        at = list(self.arms).index(arm)
        return [answer["times"][at] for answer in self.answers]

    def seconds(self, arm: str) -> float:
        """The median over processes of each one's median."""
        return float(np.median([np.median(one) for one in self.times(arm)]))

    def faults(self, arm: str) -> float:
        """Minor page faults of one pass."""
        at = list(self.arms).index(arm)
        return float(np.median([answer["faults"][at] for answer in self.answers]))

    @property
    def unsettled(self) -> int:
        """Processes in which blocks of an arm never came to agree while it was warmed up."""
        return sum(not all(answer["settled"]) for answer in self.answers)

    def ratios(self, arm: str, over: str) -> list[float]:
        """Time of one arm over that of another, by process."""
        pairs = zip(self.times(over), self.times(arm), strict=True)
        return [process_ratio(list(zip(a, b, strict=True))) for a, b in pairs]

    def compared(self, arm: str, over: str, margin: float) -> Comparison | None:
        """The ratio with its interval; None where there are too few processes for one."""
        ratios = self.ratios(arm, over)
        if len(ratios) < ENOUGH:
            return None
        pairs = zip(self.times(over), self.times(arm), strict=True)
        shaky = [spread(a) > UNSTEADY or spread(b) > UNSTEADY for a, b in pairs]
        return compare(ratios, margin=margin, plan=(len(ratios),), unstable=shaky)

    def task(self, params: ConvBlocks, number: int) -> dict[str, Any]:
        """What its process of that number is to do."""
        return {
            "what": "arms",
            "arms": list(self.arms.values()),
            "rounds": params.rounds,
            "batch": params.batch,
            "threads": params.threads,
            "warm": params.warm,
            "seed": params.seed + 1000 * number,
        }


def allocators(params: ConvBlocks) -> list[str]:
    """Only glibc has an allocator that can be chosen."""
    return params.allocators if glibc() else ["shipped"]


def block_groups(params: ConvBlocks, places: Sequence[Place]) -> list[Group]:
    """Every place under every allocator."""
    return [
        Group(
            f"{place.key}-{allocator}",
            {name: {"model": name, "block": spec.plain()} for name, spec in place.arms().items()},
            allocator,
            place,
        )
        for place in places
        for allocator in allocators(params)
    ]


def se_group(params: ConvBlocks) -> Group:
    """EfficientNet-B0 with its gates and without them."""
    arms = {WITH: [], WITHOUT: ["se"]}
    return Group(
        "se",
        {k: {"model": NETWORK, "side": NETWORK_SIDE, "without": v} for k, v in arms.items()},
        allocators(params)[0],
    )


def depth_group(params: ConvBlocks) -> Group:
    """A step of training with every block, with blocks dropped for the batch, and for each sample."""

    def arm(mode: str) -> dict[str, Any]:
        about = {"blocks": params.blocks, "last": params.survival, "mode": mode, "seed": params.seed}
        return {"model": f"step-{mode}", "depth": about}

    return Group("depth", {mode: arm(mode) for mode in depth.MODES}, allocators(params)[0])


def time_groups(params: ConvBlocks, run: Run, groups: Sequence[Group]) -> None:
    """A process of every group in each round, the groups in a random order."""
    order = np.random.default_rng([params.seed, 11])
    visits = [groups[at] for _ in range(params.processes) for at in order.permutation(len(groups))]
    for group in run.track(visits, "processes"):
        group.answers.append(ask(group.task(params, len(group.answers)), group.environment(), WORKER))


def profile(params: ConvBlocks, group: Group) -> dict[str, list[list[dict[str, Any]]]]:
    """By arm and profile: what each operator takes. One process for all, since this illustrates and decides nothing."""
    task = group.task(params, 0) | {"what": "profile", "warm": min(params.warm, WARM_PROFILE)}
    answer = ask(task, group.environment(), WORKER)
    return dict(zip(group.arms, answer["rows"], strict=True))
