"""Checks against references that the counter does not share. One that fails ends the run.

What holds by construction belongs here, and never among the findings.
"""

from __future__ import annotations

import itertools
from typing import Any

import torch
from torch import nn

from studyctl.lab import Check, ExperimentError

from .building import build, filled, shaped
from .counting import count
from .formulas import UNKNOWN
from .profilers import torch_profile

LAYERED = ("resnet50", "mobilenet_v2")  # of layers alone: nothing multiplies outside them


def taps(
    inputs: int, outputs: int, kernel: int, stride: int, padding: int, dilation: int, groups: int, side: int
) -> int:
    """Multiply-adds of a square convolution, one tap after the other; padding counts."""
    reach = dilation * (kernel - 1) + 1
    places = range(-padding, side + padding - reach + 1, stride)
    total = 0
    for _row, _column in itertools.product(places, places):
        for _channel, _group_input in itertools.product(range(outputs), range(inputs // groups)):
            for _y, _x in itertools.product(range(kernel), range(kernel)):
                total += 1
    return total


CONVOLUTIONS: dict[str, dict[str, int]] = {
    "plain": {"inputs": 3, "outputs": 4, "kernel": 3, "stride": 1, "padding": 1, "dilation": 1, "groups": 1},
    "strided": {"inputs": 4, "outputs": 2, "kernel": 3, "stride": 2, "padding": 0, "dilation": 1, "groups": 1},
    "grouped": {"inputs": 6, "outputs": 4, "kernel": 3, "stride": 1, "padding": 1, "dilation": 1, "groups": 2},
    "depthwise": {"inputs": 4, "outputs": 4, "kernel": 5, "stride": 2, "padding": 2, "dilation": 1, "groups": 4},
    "dilated": {"inputs": 2, "outputs": 3, "kernel": 3, "stride": 1, "padding": 2, "dilation": 2, "groups": 1},
}
SIDE = 9


def instrument(seed: int) -> list[Check]:
    """Everything that can be checked before anything is counted."""
    found = [_convolution(name, **sizes) for name, sizes in CONVOLUTIONS.items()]
    found += [_transposed(), _attention(seed)]
    for name in LAYERED:
        model = shaped(build(name))
        picture = torch.empty(1, 3, 224, 224, device="meta")
        counted = count(model, picture)
        found.append(Check(f"layers.{name}", counted.macs, layers(model, picture), 0, "weights times places, by layer"))
        profile = torch_profile(name, model, counted, picture)
        found.append(Check(f"torch.{name}", int(profile.total), 2 * counted.macs, 0, "2 x torch's FlopCounterMode"))
        found.append(Check(f"unknown.{name}", len(counted.unknown), 0, 0, "operators that no formula knows"))
        owned = sum(counted.owned.values())
        found.append(Check(f"parameters.{name}", owned, counted.parameters, 0, "the sum of what operators use"))
    return found


def _convolution(name: str, **sizes: int) -> Check:
    given = {("in_channels" if key == "inputs" else "out_channels" if key == "outputs" else key): value
             for key, value in sizes.items() if key != "kernel"}  # fmt: skip
    layer = nn.Conv2d(kernel_size=sizes["kernel"], device="meta", **given)
    counted = count(layer, torch.empty(1, sizes["inputs"], SIDE, SIDE, device="meta"))
    return Check(f"taps.{name}", counted.macs, taps(**sizes, side=SIDE), 0, "a loop over every tap")


def _transposed() -> Check:
    """Every input reaches kernel x kernel outputs of every channel."""
    layer = nn.ConvTranspose2d(3, 5, 4, stride=2, device="meta")
    counted = count(layer, torch.empty(1, 3, SIDE, SIDE, device="meta"))
    total = sum(1 for _ in itertools.product(range(SIDE), range(SIDE), range(3), range(5), range(4), range(4)))
    return Check("taps.transposed", counted.macs, total, 0, "a loop over every tap")


def _attention(seed: int) -> Check:
    """The processor has attention in one kernel, shapes have it in products: both are the same sum."""
    generator = torch.Generator().manual_seed(seed)
    with torch.device("meta"):
        layer = nn.MultiheadAttention(24, 4, batch_first=True)
    shapes = torch.empty(2, 7, 24, device="meta")
    apart = count(layer, shapes, shapes, shapes)
    values = torch.randn(2, 7, 24, generator=generator)
    fused = count(filled(layer, generator), values, values, values)
    if UNKNOWN in {one.cost.kind for one in fused.ops}:
        raise ExperimentError(f"attention dispatches {list(fused.unknown)}", "formulas.py has no formula for it")
    return Check("attention.fused", fused.macs, apart.macs, 0, "the same layer, kernel by kernel")


def layers(model: nn.Module, *inputs: Any) -> int:
    """Multiply-adds of a model's convolutions and linear layers from what its layers say of themselves."""
    total = 0

    def add(layer: nn.Module, given: Any, made: torch.Tensor) -> None:
        nonlocal total
        width = layer.weight.shape[0]
        total += layer.weight.numel() * (made.numel() // width)

    handles = [one.register_forward_hook(add) for one in model.modules() if isinstance(one, (nn.Conv2d, nn.Linear))]
    with torch.no_grad():
        model(*inputs)
    for handle in handles:
        handle.remove()
    return total
