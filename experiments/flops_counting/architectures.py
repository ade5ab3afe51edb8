"""Networks that published tables have and torchvision has not, written down from their papers and reference code.

- `resnet50_v1`: the ResNet of the paper (arXiv:1512.03385), with the stride in the first 1x1 convolution of a block;
  torchvision's has it in the 3x3 convolution ("v1.5").
- `mobilenet_v1`: arXiv:1704.04861, table 1.
- `mnasnet_a1`: arXiv:1807.11626, figure 7, as tensorflow/tpu `models/official/mnasnet/mnasnet_models.py` encodes it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import nn
from torchvision import models


def _conv(inputs: int, outputs: int, kernel: int = 1, stride: int = 1, groups: int = 1, *, act: bool = True) -> Any:
    layers: list[nn.Module] = [
        nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, groups=groups, bias=False),
        nn.BatchNorm2d(outputs),
    ]
    return nn.Sequential(*layers, *([nn.ReLU(inplace=True)] if act else []))


def resnet50_v1() -> nn.Module:
    """The stride of each stage where the paper has it."""
    model = models.resnet50(weights=None)
    for module in model.modules():
        if isinstance(module, models.resnet.Bottleneck):
            module.conv1.stride, module.conv2.stride = module.conv2.stride, module.conv1.stride
    return model


def mobilenet_v1() -> nn.Module:
    """Thirteen pairs of a depthwise and a 1x1 convolution."""
    widths = [64, 128, 128, 256, 256, *([512] * 6), 1024, 1024]
    strides = [1, 2, 1, 2, 1, 2, 1, 1, 1, 1, 1, 2, 1]
    layers, inputs = [_conv(3, 32, 3, 2)], 32
    for width, stride in zip(widths, strides, strict=True):
        layers += [_conv(inputs, inputs, 3, stride, inputs), _conv(inputs, width)]
        inputs = width
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(inputs, 1000))


class SqueezeExcite(nn.Module):  # type: ignore[misc]  # torch is not typed without the extra
    """A gate for each channel, from its mean."""

    def __init__(self, channels: int, reduced: int) -> None:
        super().__init__()
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.reduce, self.expand = nn.Conv2d(channels, reduced, 1), nn.Conv2d(reduced, channels, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        gate = self.expand(torch.relu(self.reduce(self.pool(x))))
        return x * torch.sigmoid(gate)


class InvertedBottleneck(nn.Module):  # type: ignore[misc]  # torch is not typed without the extra
    """1x1 expansion, depthwise convolution, gate, 1x1 projection; a shortcut where shapes allow it."""

    def __init__(self, inputs: int, outputs: int, kernel: int, stride: int, expansion: int, gate: float) -> None:
        super().__init__()
        wide = inputs * expansion
        layers: list[nn.Module] = [] if expansion == 1 else [_conv(inputs, wide)]
        layers.append(_conv(wide, wide, kernel, stride, wide))
        if gate:
            layers.append(SqueezeExcite(wide, max(1, int(inputs * gate))))
        layers.append(_conv(wide, outputs, act=False))
        self.layers = nn.Sequential(*layers)
        self.shortcut = stride == 1 and inputs == outputs

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        out = self.layers(x)
        return x + out if self.shortcut else out


# Repeats, kernel, stride, expansion, outputs, ratio of the gate to the block's inputs.
MNASNET_A1 = (
    (1, 3, 1, 1, 16, 0.0),
    (2, 3, 2, 6, 24, 0.0),
    (3, 5, 2, 3, 40, 0.25),
    (4, 3, 2, 6, 80, 0.0),
    (2, 3, 1, 6, 112, 0.25),
    (3, 5, 2, 6, 160, 0.25),
    (1, 3, 1, 6, 320, 0.0),
)


def mnasnet_a1() -> nn.Module:
    """The network of MnasNet's search with gates."""
    layers: list[nn.Module] = [_conv(3, 32, 3, 2)]
    inputs = 32
    for repeats, kernel, stride, expansion, outputs, gate in MNASNET_A1:
        for number in range(repeats):
            layers.append(InvertedBottleneck(inputs, outputs, kernel, 1 if number else stride, expansion, gate))
            inputs = outputs
    return nn.Sequential(*layers, _conv(inputs, 1280), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(1280, 1000))


OWN_BUILDERS: dict[str, Callable[[], nn.Module]] = {
    "resnet50_v1": resnet50_v1,
    "mobilenet_v1": mobilenet_v1,
    "mnasnet_a1": mnasnet_a1,
}
