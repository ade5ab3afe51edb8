"""Checks against references that the blocks, the counter and the masks do not share. One that fails ends the run.

What holds by construction belongs here, and never among the findings.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode
from torchvision.models import efficientnet, get_model, resnet
from torchvision.ops import StochasticDepth

from experiments.flops_counting.counting import count
from studyctl.lab import Check

from . import blocks, cue, depth, gating
from .matching import Place

CLOSE = 1e-4  # of outputs with the same weights, where values are of the order of one
SIGMAS = 5


def sizes(places: Iterable[Place]) -> list[Check]:
    """The closed forms that widths are solved by, beside what the blocks dispatch, and beside torch's own counter."""
    found = []
    for place in places:
        for arm, spec in place.arms().items():
            block, image = blocks.build(spec), torch.zeros(1, spec.width, spec.side, spec.side)
            counted = count(block, image)
            with FlopCounterMode(display=False) as flops, torch.no_grad():
                block(image)
            name = f"{place.key}.{arm}"
            found += [
                Check(f"macs.{name}", spec.macs, counted.macs, 0, "what the block dispatches"),
                Check(f"flops.{name}", 2 * spec.macs, flops.get_total_flops(), 0, "torch's FlopCounterMode"),
                Check(f"parameters.{name}", spec.parameters, counted.parameters, 0, "the block's own parameters"),
            ]
    return found


def _same(name: str, ours: nn.Module, theirs: nn.Module, width: int, seed: int) -> list[Check]:
    """Two modules with the same weights: parameters, multiply-adds, and what they make of the same image."""
    torch.manual_seed(seed)
    for one in theirs.modules():  # statistics of a norm that has not been trained change nothing
        if isinstance(one, nn.BatchNorm2d):
            one.running_mean.normal_()
            one.running_var.uniform_(0.5, 2)
            one.weight.data.uniform_(0.5, 2)
            one.bias.data.normal_()
    given = dict(zip(ours.state_dict(), theirs.state_dict().values(), strict=True))
    ours.load_state_dict(given)
    image = torch.randn(2, width, 14, 14)
    with torch.no_grad():
        a, b = ours.eval()(image), theirs.eval()(image)
    apart = float((a - b).abs().max() / b.abs().max())
    against = f"torchvision's {type(theirs).__name__} with the same weights"
    counts = count(ours, image), count(theirs, image)
    return [
        Check(f"same.{name}.parameters", counts[0].parameters, counts[1].parameters, 0, against),
        Check(f"same.{name}.macs", counts[0].macs, counts[1].macs, 0, against),
        Check(f"same.{name}.output", apart, 0, CLOSE, against),
    ]


def torchvisions(seed: int) -> list[Check]:
    """Our blocks beside torchvision's, at both strides."""
    found: list[Check] = []
    width = 16
    for stride in (1, 2):
        for kernel in (3, 5):
            config = efficientnet.MBConvConfig(blocks.EXPAND, kernel, stride, width, width, 1)
            mbconv = efficientnet.MBConv(config, 0.0, nn.BatchNorm2d)
            ours = blocks.MBConv(width, blocks.EXPAND * width, kernel, stride)
            found += _same(f"mbconv-k{kernel}-stride{stride}", ours, mbconv, width, seed)
        for name, make, theirs, planes in (
            ("bottleneck", blocks.bottleneck, resnet.Bottleneck, width // 4),
            ("plain", blocks.plain, resnet.BasicBlock, width),
        ):
            shortcut = None
            if stride != 1:
                shortcut = nn.Sequential(nn.Conv2d(width, width, 1, stride, bias=False), nn.BatchNorm2d(width))
            ours_ = make(width, planes, stride)
            found += _same(f"{name}-stride{stride}", ours_, theirs(width, planes, stride, shortcut), width, seed)
    return found


def far_cue(arms: Iterable[str], seed: int) -> list[Check]:
    """No place before the pooling sees both texture and spot, but with squeeze-and-excitation, where every one does."""
    found = [Check("cue.sum", cue.best_sum(), 0.75, 0, "three of the four cases of an exclusive or")]
    for arm in arms:
        net = gating.network(arm, seed)
        seen = gating.sight(arm, seed)
        if arm == "se":
            found.append(Check(f"cue.{arm}.sees", float(seen > 0), 1, 0, "a gate takes in every place"))
        else:
            found.append(Check(f"cue.{arm}.sees", seen, 0, 0, "gradients of places before the pooling"))
        found.append(Check(f"cue.{arm}.reach", float(net.reach <= cue.GAP), 1, 0, "the columns between the two parts"))
    return found


def masks(blocks_: int, last: float, seed: int) -> list[Check]:
    """Our masks beside torchvision's with the same random numbers; rules beside closed forms and torchvision's own."""
    survivals = depth.linear(blocks_, last)
    expected = depth.linear_expected(blocks_, last)
    found = [Check("depth.closed-form", sum(survivals), expected, 1e-9, "L - (1 - p_L)(L + 1)/2")]
    for mode, theirs in (("batch", "batch"), ("sample", "row")):
        apart = 0.0
        for number in range(8):
            block = depth.Dropped(0.6, mode).train()
            image = torch.randn(8, depth.WIDTH, 4, 4)
            reference = StochasticDepth(0.4, theirs).train()
            torch.manual_seed(seed + number)
            a = block(image)
            torch.manual_seed(seed + number)
            b = nn.functional.relu(image + reference(block.body(image)))
            # A dropped block passes on what it gets, which here comes out of a ReLU.
            apart = max(apart, float((nn.functional.relu(a) - b).detach().abs().max()))
        found.append(Check(f"depth.mask.{mode}", apart, 0, 1e-5, f"torchvision's StochasticDepth, mode {theirs}"))
    skips, own = network_rule()
    rule = [one for one, skip in zip(depth.efficientnet(skips), skips, strict=True) if skip]
    apart = max(abs(a - b) for a, b in zip(rule, own, strict=True))
    found.append(Check("depth.efficientnet", apart, 0, 1e-9, "torchvision's EfficientNet-B0, block by block"))
    return found


def network_rule() -> tuple[list[bool], list[float]]:
    """Which blocks of torchvision's EfficientNet-B0 have a skip, and how likely it lets each of those survive."""
    with torch.device("meta"):
        net: Any = get_model("efficientnet_b0", weights=None)
    made = [one for one in net.modules() if isinstance(one, efficientnet.MBConv)]
    return [one.use_res_connect for one in made], [1 - one.stochastic_depth.p for one in made if one.use_res_connect]


def survived(name: str, active: list[int], drawn: list[int], survivals: list[float]) -> list[Check]:
    """Blocks that were active in the trainings beside the closed form, five standard deviations of chance apart."""
    means = [a / n for a, n in zip(active, drawn, strict=True)]
    chance = math.sqrt(sum(p * (1 - p) / n for p, n in zip(survivals, drawn, strict=True)))
    return [
        Check(f"depth.active.{name}", sum(means), sum(survivals), SIGMAS * chance, "the closed form, within chance")
    ]
