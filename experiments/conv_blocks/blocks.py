"""The three blocks, with widths of their own: MBConv as EfficientNet has it, ResNet's bottleneck, two plain 3 x 3.

Sources: EfficientNet's MBConv, google-research `efficientnet_model.py` (MBConvBlock) and torchvision's
`models.efficientnet.MBConv`; the bottleneck with its stride on the 3 x 3 ("v1.5"), torchvision's
`models.resnet.Bottleneck`; the plain block, He et al., arXiv:1512.03385, figure 5 left. Parameters are declared in the
order of torchvision's modules, so that weights can be copied from one into the other.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import torch
from torch import nn

MBCONV, BOTTLENECK, PLAIN = "mbconv", "bottleneck", "plain"
KINDS = (MBCONV, BOTTLENECK, PLAIN)
EXPAND = 6
SE_RATIO = 0.25  # of the filters that the block gets, not of the expanded ones


@dataclass(frozen=True, slots=True)
class Spec:
    """A block: as many filters out as in; `inner` are those between its first and its last convolution."""

    kind: str
    width: int
    inner: int
    kernel: int
    stride: int
    side: int  # of its input
    gate: str = "se"  # MBConv's: "" for none

    @property
    def out(self) -> int:
        """Side of its output."""
        return -(-self.side // self.stride)

    @property
    def reduced(self) -> int:
        """Filters between the two layers of squeeze-and-excitation."""
        return max(1, int(SE_RATIO * self.width))

    def convolutions(self) -> list[tuple[int, int]]:
        """Weights and places of each convolution, from the definition alone."""
        w, m, k = self.width, self.inner, self.kernel
        full, small = self.side**2, self.out**2
        if self.kind == MBCONV:
            gates = [(m * self.reduced, 1), (self.reduced * m, 1)] if self.gate else []
            layers = [(w * m, full), (m * k * k, small), *gates, (m * w, small)]
        elif self.kind == BOTTLENECK:
            layers = [(w * m, full), (m * m * 9, small), (m * w, small)]
        else:
            layers = [(w * m * 9, small), (m * w * 9, small)]
        shortcut = self.stride != 1 and self.kind != MBCONV
        return [*layers, (w * w, small)] if shortcut else layers

    @property
    def macs(self) -> int:
        """Multiply-adds of one pass of one image."""
        return sum(weights * places for weights, places in self.convolutions())

    @property
    def parameters(self) -> int:
        """Weights, batch norms' scales and shifts, and the biases of squeeze-and-excitation."""
        w, m = self.width, self.inner
        norms = {MBCONV: 2 * m + w, BOTTLENECK: 2 * m + w, PLAIN: m + w}[self.kind]
        shortcut = w if self.stride != 1 and self.kind != MBCONV else 0
        biases = self.reduced + m if self.kind == MBCONV and self.gate else 0
        return sum(weights for weights, _ in self.convolutions()) + 2 * (norms + shortcut) + biases

    def plain(self) -> dict[str, Any]:
        """As a task of another process names it."""
        return asdict(self)


class Gate(nn.Module):  # type: ignore[misc]  # torch is not typed here
    """Squeeze-and-excitation: the mean of every filter, two layers, swish and sigmoid, a factor for every filter.

    With `pooled` false each place has factors of its own, from what stands there alone: the same layers and parameters,
    without the squeeze.
    """

    def __init__(self, filters: int, reduced: int, pooled: bool = True) -> None:
        super().__init__()
        self.squeeze = nn.AdaptiveAvgPool2d(1) if pooled else nn.Identity()
        self.reduce = nn.Conv2d(filters, reduced, 1)
        self.expand = nn.Conv2d(reduced, filters, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        inside = nn.functional.silu(self.reduce(self.squeeze(x)))
        return x * torch.sigmoid(self.expand(inside))


def _conv(inputs: int, outputs: int, kernel: int, stride: int, act: nn.Module | None, groups: int = 1) -> nn.Sequential:
    layers = [
        nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, groups=groups, bias=False),
        nn.BatchNorm2d(outputs),
    ]
    return nn.Sequential(*layers, *([] if act is None else [act]))


class MBConv(nn.Module):  # type: ignore[misc]  # torch is not typed here
    """1 x 1 expansion, depthwise k x k, a gate, a linear 1 x 1, and a skip where nothing changes its shape.

    `gate` is "se", "local" (see `Gate`) or "".
    """

    def __init__(self, width: int, inner: int, kernel: int, stride: int = 1, gate: str = "se") -> None:
        super().__init__()
        self.expand = _conv(width, inner, 1, 1, nn.SiLU(inplace=True))
        self.depthwise = _conv(inner, inner, kernel, stride, nn.SiLU(inplace=True), groups=inner)
        self.gate = Gate(inner, max(1, int(SE_RATIO * width)), pooled=gate == "se") if gate else nn.Identity()
        self.project = _conv(inner, width, 1, 1, None)
        self.skip = stride == 1

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        out = self.project(self.gate(self.depthwise(self.expand(x))))
        return x + out if self.skip else out


class Residual(nn.Module):  # type: ignore[misc]  # torch is not typed here
    """Convolutions, a shortcut (with a 1 x 1 of its own where the stride asks for one), ReLU after the sum."""

    def __init__(self, body: nn.Sequential, width: int, stride: int) -> None:
        super().__init__()
        self.body = body
        self.shortcut = _conv(width, width, 1, stride, None) if stride != 1 else nn.Identity()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return nn.functional.relu_(self.body(x) + self.shortcut(x))


def bottleneck(width: int, inner: int, stride: int) -> Residual:
    """1 x 1 down, 3 x 3, 1 x 1 up."""
    body = nn.Sequential(
        _conv(width, inner, 1, 1, nn.ReLU(inplace=True)),
        _conv(inner, inner, 3, stride, nn.ReLU(inplace=True)),
        _conv(inner, width, 1, 1, None),
    )
    return Residual(body, width, stride)


def plain(width: int, inner: int, stride: int) -> Residual:
    """3 x 3, 3 x 3."""
    body = nn.Sequential(
        _conv(width, inner, 3, stride, nn.ReLU(inplace=True)),
        _conv(inner, width, 3, 1, None),
    )
    return Residual(body, width, stride)


def build(spec: Spec) -> nn.Module:
    """The block of a specification, with random weights, in inference."""
    made: nn.Module
    if spec.kind == MBCONV:
        made = MBConv(spec.width, spec.inner, spec.kernel, spec.stride, spec.gate)
    else:
        made = (bottleneck if spec.kind == BOTTLENECK else plain)(spec.width, spec.inner, spec.stride)
    return made.eval()
