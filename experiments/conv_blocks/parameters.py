"""The parameters of a run: which blocks are compared where, how often they are timed, what is trained and how long."""

from __future__ import annotations

from pydantic import field_validator

from studyctl.lab import Params, param

PARTS = ("mbconv", "se", "depth")
STAGES = (2, 3, 4, 5, 6)
ALLOCATORS = ("shipped", "pinned")
ARMS = ("plain", "se", "hidden", "local", "wider", "deeper")


class ConvBlocks(Params):
    """Which blocks are compared where, how often they are timed, what is trained and how long."""

    parts: list[str] = param(list(PARTS), "what is measured: mbconv, se, depth")
    stages: list[int] = param([4], "EfficientNet-B0's stages whose MBConv is compared; the first is the answer's")
    strides: list[int] = param([1], "strides of the compared blocks: 1, 2")
    allocators: list[str] = param(["pinned"], "glibc's malloc as shipped, or told never to give memory back")
    batch: int = param(1, "images in a timed pass of blocks and networks", ge=1, le=256)
    tolerance: float = param(0.02, "how far blocks of equal size may be apart", gt=0, le=0.1)
    processes: int = param(6, "fresh processes of each comparison; six for a verdict", ge=1, le=48)
    rounds: int = param(5, "visits to every arm in each process", ge=5, le=1000)
    warm: float = param(1.0, "how long each arm warms up at least", unit="s", ge=0, le=30)
    profile: bool = param(True, "also show where the time of each block goes")
    margin: float = param(0.02, "a difference of time that is called one", ge=0, le=1)
    threads: int = param(1, "threads of every pass and training", ge=1, le=256)
    arms: list[str] = param(list(ARMS), "networks on the far-cue task: plain, se, hidden, local, wider, deeper")
    rates: list[float] = param([0.03, 0.01], "learning rates from which each network's is chosen on a validation split")
    cue_steps: int = param(100, "steps of each training on the far-cue task", ge=1)
    cue_seeds: int = param(4, "trainings of each network there, each with its own data", ge=1, le=100)
    blocks: int = param(12, "residual blocks of the network with stochastic depth", ge=2, le=200)
    survival: float = param(0.5, "how likely its last block survives", gt=0, le=1)
    depth_steps: int = param(150, "steps of each of its trainings", ge=1)
    depth_seeds: int = param(8, "pairs of its trainings, each pair with its own data and weights", ge=1, le=100)
    gap: float = param(0.02, "a difference of accuracy that is called one", gt=0, le=1)
    figures: bool = param(True, "draw them")
    seed: int = param(0, "of weights, data and orders", ge=0)

    @field_validator("parts", "allocators", "arms")
    @classmethod
    def _known(cls, value: list[str], info: object) -> list[str]:
        name = getattr(info, "field_name", "")
        names = {"parts": PARTS, "allocators": ALLOCATORS, "arms": ARMS}[name]
        if not value:
            raise ValueError(f"has to name one at least: {', '.join(names)}")
        for one in value:
            if one not in names:
                raise ValueError(f"does not know {one}: {', '.join(names)}")
        if name == "arms" and not {"plain", "se", "hidden"} <= set(value):
            raise ValueError("has to have plain, se and hidden, which the answer is about")
        return list(dict.fromkeys(value))

    @field_validator("stages", "strides")
    @classmethod
    def _there(cls, value: list[int], info: object) -> list[int]:
        known = STAGES if getattr(info, "field_name", "") == "stages" else (1, 2)
        if not value or any(one not in known for one in value):
            raise ValueError(f"has to be of {', '.join(map(str, known))}")
        return list(dict.fromkeys(value))

    @field_validator("rates")
    @classmethod
    def _above_zero(cls, value: list[float]) -> list[float]:
        if not value or not all(one > 0 for one in value):
            raise ValueError("has to be numbers above zero")
        return list(dict.fromkeys(value))
