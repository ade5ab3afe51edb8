"""Stochastic depth: which blocks survive a step, by whose rule, and a small network that is trained with it.

    linear        the paper's rule (Huang et al., arXiv:1603.09382, section 3): block l of L survives with
                  1 - l/L (1 - p_L)
    efficientnet  google-research's: 1 - .2 idx/N for block idx of N, where the block has a skip

A block is dropped for the whole batch (the paper), which saves its work, or for each sample (EfficientNet), whose
residual is then multiplied by zero. Both divide what survives by its probability here, so that only the unit of the
draw differs; torchvision's `StochasticDepth` does the same, but also computes what it drops for a batch.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import nn

from .blocks import plain

MODES = ("none", "batch", "sample")
WIDTH, SIDE, CLASSES, BATCH = 16, 8, 10, 32
TRAIN, HELD = 1024, 2048
NOISE, SHIFT = 0.8, 1
RATE = 0.02
DROP = 0.2  # EfficientNet's drop_connect_rate


def linear(blocks: int, last: float) -> list[float]:
    """How likely each block survives, by the paper's rule."""
    return [1 - number / blocks * (1 - last) for number in range(1, blocks + 1)]


def linear_expected(blocks: int, last: float) -> float:
    """How many blocks survive a step on average, in closed form."""
    return blocks - (1 - last) * (blocks + 1) / 2


def efficientnet(skips: list[bool], drop: float = DROP) -> list[float]:
    """How likely each block survives, by EfficientNet's rule: one without a skip always does."""
    return [1 - drop * at / len(skips) if skip else 1.0 for at, skip in enumerate(skips)]


class Dropped(nn.Module):  # type: ignore[misc]  # torch is not typed here
    """A residual block that may be dropped; it counts how often it was active, and of how many."""

    def __init__(self, survival: float, mode: str) -> None:
        super().__init__()
        self.body = plain(WIDTH, WIDTH, 1).body
        self.survival = survival
        self.mode = mode
        self.active = self.drawn = 0

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        if not self.training or self.mode == "none":
            return nn.functional.relu(x + self.body(x))
        count = 1 if self.mode == "batch" else len(x)
        mask = torch.empty(count, 1, 1, 1).bernoulli_(self.survival)
        kept = int(mask.sum())
        self.active += kept
        self.drawn += count
        if self.mode == "batch":
            return nn.functional.relu(x + self.body(x) / self.survival) if kept else x
        return nn.functional.relu(x + self.body(x) * (mask / self.survival))


class Net(nn.Module):  # type: ignore[misc]  # torch is not typed here
    """A stem, blocks, the mean over all places, a linear layer."""

    def __init__(self, survivals: list[float], mode: str) -> None:
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(1, WIDTH, 3, padding=1, bias=False), nn.BatchNorm2d(WIDTH), nn.ReLU())
        self.blocks = nn.Sequential(*(Dropped(one, mode) for one in survivals))
        self.head = nn.Linear(WIDTH, CLASSES)

    def forward(self, pixels: torch.Tensor) -> torch.Tensor:
        made: torch.Tensor = self.head(self.blocks(self.stem(pixels)).mean((2, 3)))
        return made


def network(blocks: int, last: float, mode: str, seed: int) -> Net:
    """The network with the weights that its training begins with: the same for every mode."""
    torch.manual_seed(seed)
    net: Net = Net(linear(blocks, last), mode).to(memory_format=torch.channels_last)
    return net


def images(count: int, seed: int, classes: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Noisy, shifted copies of ten random patterns, which `classes` seeds; and which of them each shows."""
    made = torch.Generator().manual_seed(classes)
    coarse = torch.randn(CLASSES, 1, 4, 4, generator=made)
    patterns = nn.functional.interpolate(coarse, size=(SIDE, SIDE), mode="bilinear", align_corners=False)
    patterns = patterns / patterns.flatten(1).std(1)[:, None, None, None]
    draw = torch.Generator().manual_seed(seed)
    labels = torch.randint(0, CLASSES, (count,), generator=draw)
    shifts = torch.randint(-SHIFT, SHIFT + 1, (count, 2), generator=draw)
    pixels = NOISE * torch.randn(count, 1, SIDE, SIDE, generator=draw)
    for number, (label, (down, right)) in enumerate(zip(labels.tolist(), shifts.tolist(), strict=True)):
        pixels[number] += patterns[label].roll((down, right), (1, 2))
    return pixels, labels


@dataclass(frozen=True, slots=True)
class Trained:
    """Accuracy on unseen images, and how often each block was active, of how many draws."""

    accuracy: float
    active: list[int]
    drawn: list[int]


def train(blocks: int, last: float, mode: str, steps: int, seed: int) -> Trained:
    """SGD with momentum, one cycle of the rate; data, order and weights by the seed, the same for every mode."""
    pixels, labels = images(TRAIN, 2 * seed, classes=seed)
    net = network(blocks, last, mode, seed)
    optimiser = torch.optim.SGD(net.parameters(), lr=RATE, momentum=0.9, weight_decay=1e-4)
    plan = torch.optim.lr_scheduler.OneCycleLR(optimiser, RATE, total_steps=steps + 1, pct_start=0.2)
    order = torch.Generator().manual_seed(seed)
    torch.manual_seed(seed + 1)  # of the masks
    net.train()
    for _ in range(steps):
        chosen = torch.randint(0, TRAIN, (BATCH,), generator=order)
        loss = nn.functional.cross_entropy(net(pixels[chosen]), labels[chosen])
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        plan.step()
    net.eval()
    pixels, labels = images(HELD, 2 * seed + 1, classes=seed)
    with torch.no_grad():
        right = net(pixels).argmax(1) == labels
    counted = [one for one in net.modules() if isinstance(one, Dropped)]
    return Trained(float(right.double().mean()), [one.active for one in counted], [one.drawn for one in counted])
