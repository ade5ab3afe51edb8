"""Where the time of one pass goes, by kind of operator, beside what the machine could do at best.

The profile illustrates and proves nothing: profiling itself costs time, the more the smaller the operators. What
explains a ratio are the interventions.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn

from studyctl.lab import ExperimentError

# In the order of the tables and figures; the first five are what multiplies and adds.
KXK, POINTWISE, DEPTHWISE, GATE, LINEAR = "k x k convolution", "1 x 1 convolution", "depthwise", "SE's layers", "linear"
NORM, ACTIVATION, POOL, ELEMENTWISE, OTHER = (
    "batch norm",
    "activation",
    "pooling",
    "add, multiply",
    "dispatch and other",
)
MAC_KINDS = (KXK, POINTWISE, DEPTHWISE, GATE, LINEAR)
KINDS = (*MAC_KINDS, NORM, ACTIVATION, POOL, ELEMENTWISE, OTHER)
# The operators of aten by what their names contain, the first that is found.
_NAMED = (
    (NORM, ("batch_norm",)),
    (ACTIVATION, ("silu", "relu", "hardswish", "sigmoid", "clamp", "hardtanh", "gelu")),
    (POOL, ("pool", "mean")),
)


@dataclass(frozen=True, slots=True)
class Part:
    """What one kind of operator does in one pass, and what it takes; `flops` is two for each multiply-add."""

    kind: str
    calls: float
    seconds: float
    flops: int
    bytes: int  # of inputs, weights and outputs, each once

    @property
    def rate(self) -> float:
        """flop/s."""
        return self.flops / self.seconds if self.seconds else 0.0

    @property
    def intensity(self) -> float:
        """flop/byte."""
        return self.flops / self.bytes if self.bytes else 0.0


def convolution(weight: Iterable[int], side: int) -> str:
    """Which kind a convolution is, by the shape of its weight and the side of what it gets."""
    out, fan, kernel, *_ = weight
    if side == 1:
        return GATE
    if fan == 1 and out > 1:
        return DEPTHWISE
    return POINTWISE if kernel == 1 else KXK


def kind_of(op: str, shapes: list[list[int]]) -> str:
    """The kind of an operator of a profile."""
    name = op.removeprefix("aten::")
    if "conv" in name and len(shapes) > 1 and len(shapes[1]) == 4:
        return convolution(shapes[1], shapes[0][-1])
    if name in ("addmm", "linear", "mm"):
        return LINEAR
    for kind, named in _NAMED:
        if any(one in name for one in named):
            return kind
    return ELEMENTWISE if name.rstrip("_") in ("add", "mul") else OTHER


def work(model: str, side: int, batch: int) -> dict[str, tuple[int, int]]:
    """By kind: multiply-adds and bytes of one pass, from the shapes that its modules meet (on `meta`, nothing is run).

    ExperimentError where the sum is not what `flops_counting` counts by dispatched operators.
    """
    from experiments.flops_counting.building import build, shaped
    from experiments.flops_counting.counting import count

    net = shaped(build(model))
    found: dict[str, tuple[int, int]] = {}

    def seen(module: nn.Module, args: Any, out: Any) -> None:
        weight = module.weight
        kind = LINEAR if isinstance(module, nn.Linear) else convolution(weight.shape, args[0].shape[-1])
        macs, moved = found.get(kind, (0, 0))
        bytes_ = 4 * (args[0].numel() + weight.numel() + out.numel())
        found[kind] = (macs + out.numel() * weight[0].numel(), moved + bytes_)

    hooks = [m.register_forward_hook(seen) for m in net.modules() if isinstance(m, (nn.Conv2d, nn.Linear))]
    image = torch.empty(batch, 3, side, side, device="meta")
    with torch.no_grad():
        net(image)
    for hook in hooks:
        hook.remove()
    dispatched = count(net, image).macs
    if (own := sum(macs for macs, _ in found.values())) != dispatched:
        raise ExperimentError(
            f"{model}: its layers have {own} multiply-adds, its operators {dispatched}",
            "it multiplies outside of convolutions and linear layers: time it without `zoo` and with figures=false",
        )
    return found


def parts(answer: dict[str, Any], done: dict[str, tuple[int, int]]) -> list[Part]:
    """A profile by kind."""
    spent = dict.fromkeys(KINDS, 0.0)
    calls = dict.fromkeys(KINDS, 0.0)
    for row in answer["rows"]:
        kind = kind_of(row["op"], row["shapes"])
        spent[kind] += row["seconds"]
        calls[kind] += row["calls"] if row["seconds"] else 0.0
    return [
        Part(kind, calls[kind], spent[kind], 2 * done.get(kind, (0, 0))[0], done.get(kind, (0, 0))[1])
        for kind in KINDS
        if spent[kind] or kind in done
    ]


def idle_share(found: list[Part]) -> float:
    """The share of the time in operators that multiply and add nothing."""
    whole = sum(one.seconds for one in found)
    return sum(one.seconds for one in found if one.kind not in MAC_KINDS) / whole
