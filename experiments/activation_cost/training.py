"""A small residual network and its training: nothing differs between two of a pair but the activation."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn
from torch.nn import functional

from .digits import Images
from .functional import FUNCTIONS

WIDTH, BATCH, MOMENTUM, DECAY = 16, 64, 0.9, 5e-4
HE = math.sqrt(2)  # the gain that keeps relu's variance. Source: He et al. 2015


@dataclass(frozen=True, slots=True)
class Setting:
    """How one network is built and trained, but for its seed."""

    activation: str
    depth: int
    norm: str
    gain: float
    rate: float
    epochs: int


class Residual(nn.Module):  # type: ignore[misc]  # torch is not typed here
    """A convolution, residual blocks of two, the mean over places, a linear layer: ResNet's parts, without strides."""

    def __init__(self, setting: Setting) -> None:
        super().__init__()
        self.act = FUNCTIONS[setting.activation]
        normed = setting.norm == "batch"

        def convolution(channels: int) -> nn.Module:
            layer = nn.Conv2d(channels, WIDTH, 3, padding=1, bias=not normed)
            return nn.Sequential(layer, nn.BatchNorm2d(WIDTH)) if normed else layer

        self.stem = convolution(1)
        self.blocks = nn.ModuleList(
            nn.ModuleList([convolution(WIDTH), convolution(WIDTH)]) for _ in range(setting.depth)
        )
        self.last = nn.Linear(WIDTH, 10)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.act(self.stem(x))
        for first, second in self.blocks:
            x = self.act(x + second(self.act(first(x))))
        out: torch.Tensor = self.last(x.mean((2, 3)))
        return out


def built(setting: Setting, seed: int) -> Residual:
    """Its weights: the same normal numbers for every activation, times the gain over the root of the fan-in."""
    model = Residual(setting)
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for module in model.modules():
            if isinstance(module, (nn.Conv2d, nn.Linear)):
                gain = setting.gain if isinstance(module, nn.Conv2d) else 1.0
                fan = module.weight[0].numel()
                module.weight.copy_(torch.randn(module.weight.shape, generator=generator) * gain / math.sqrt(fan))
                if module.bias is not None:
                    module.bias.zero_()
    return model


@contextmanager
def one_thread() -> Iterator[None]:
    """Sums depend on how many threads share them, and such small networks gain nothing by more."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def trained(setting: Setting, images: Images, seed: int) -> Residual:
    """By SGD with Nesterov's momentum, the rate falling to zero along half a cosine."""
    model = built(setting, seed)
    model.train()
    order = torch.Generator().manual_seed(seed + 1)
    count = len(images.y)
    steps = setting.epochs * (count // BATCH)
    optimiser = torch.optim.SGD(
        model.parameters(), lr=setting.rate, momentum=MOMENTUM, nesterov=True, weight_decay=DECAY
    )
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, steps)
    for _ in range(setting.epochs):
        places = torch.randperm(count, generator=order)
        for batch in places[: count // BATCH * BATCH].split(BATCH):
            optimiser.zero_grad()
            functional.cross_entropy(model(images.x[batch]), images.y[batch]).backward()
            optimiser.step()
            schedule.step()
    model.eval()
    return model


def loss(model: Residual, images: Images) -> float:
    """Mean cross-entropy; infinite where the training went astray."""
    with torch.no_grad():
        value = float(functional.cross_entropy(model(images.x), images.y))
    return value if math.isfinite(value) else math.inf


def right(model: Residual, images: Images) -> NDArray[np.bool_]:
    """Which images it names right."""
    with torch.no_grad():
        return np.asarray((model(images.x).argmax(1) == images.y).numpy())
