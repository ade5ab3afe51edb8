"""Networks for the far-cue task, alike but for what may combine things that are far apart, and their training.

plain    MBConv blocks without squeeze-and-excitation, mean over all places, one linear layer
se       the same with squeeze-and-excitation in every block, as EfficientNet has it
hidden   plain, with a hidden layer between the mean and the linear one, as many parameters as `se` has
local    se's layers without the mean over all places: a gate from what stands at each place
wider    plain with more filters
deeper   plain with more blocks
"""

from __future__ import annotations

import copy
from dataclasses import dataclass

import torch
from torch import nn

from . import cue
from .blocks import MBConv

WIDTH, EXPAND, BLOCKS = 8, 4, 2
WIDER, DEEPER = 12, 6
BATCH, TRAIN, HELD = 32, 4096, 1024
TITLES = {
    "plain": "without SE",
    "se": "SE",
    "hidden": "hidden layer after pooling",
    "local": "local gate",
    "wider": "wider without SE",
    "deeper": "deeper without SE",
}


class Net(nn.Module):  # type: ignore[misc]  # torch is not typed here
    """A stem, blocks, the mean over all places, and a head."""

    def __init__(self, width: int, blocks: int, gate: str, hidden: int = 0) -> None:
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(1, width, 3, padding=1, bias=False), nn.BatchNorm2d(width), nn.SiLU())
        self.blocks = nn.Sequential(*(MBConv(width, EXPAND * width, 3, gate=gate) for _ in range(blocks)))
        head = [nn.Linear(width, hidden), nn.SiLU(), nn.Linear(hidden, 1)] if hidden else [nn.Linear(width, 1)]
        self.head = nn.Sequential(*head)

    def features(self, pixels: torch.Tensor) -> torch.Tensor:
        """What is averaged over all places."""
        made: torch.Tensor = self.blocks(self.stem(pixels))
        return made

    def forward(self, pixels: torch.Tensor) -> torch.Tensor:
        made: torch.Tensor = self.head(self.features(pixels).mean((2, 3)))
        return made[:, 0]

    @property
    def size(self) -> int:
        return sum(one.numel() for one in self.parameters())

    @property
    def reach(self) -> int:
        """Side of the receptive field of a place before the pooling, gates over all places aside."""
        return cue.reach([one for one in self.modules() if isinstance(one, nn.Conv2d)])


def network(arm: str, seed: int) -> Net:
    """A network with the random weights that its training begins with."""
    torch.manual_seed(seed)
    if arm == "wider":
        return Net(WIDER, BLOCKS, "")
    if arm == "deeper":
        return Net(WIDTH, DEEPER, "")
    if arm == "hidden":
        # As many parameters as with gates: those of the gates, shared out over the hidden layer's units.
        more = Net(WIDTH, BLOCKS, "se").size - Net(WIDTH, BLOCKS, "").size
        torch.manual_seed(seed)
        return Net(WIDTH, BLOCKS, "", hidden=more // (WIDTH + 2))
    return Net(WIDTH, BLOCKS, {"plain": "", "se": "se", "local": "local"}[arm])


@dataclass(frozen=True, slots=True)
class Trained:
    """What a training came to, on images that it did not see."""

    validation: float
    test: float


def train(arm: str, rate: float, steps: int, seed: int) -> Trained:
    """Adam, one cycle of the rate, so many steps; data, order and weights by the seed, the same for every arm."""
    seen = cue.images(TRAIN, 3 * seed)
    # In this layout a step takes half as long on a processor.
    net = network(arm, seed).to(memory_format=torch.channels_last)
    optimiser = torch.optim.Adam(net.parameters(), lr=rate)
    plan = torch.optim.lr_scheduler.OneCycleLR(optimiser, rate, total_steps=steps + 1, pct_start=0.2)
    order = torch.Generator().manual_seed(seed)
    net.train()
    for _ in range(steps):
        chosen = torch.randint(0, TRAIN, (BATCH,), generator=order)
        loss = nn.functional.binary_cross_entropy_with_logits(net(seen.pixels[chosen]), seen.labels[chosen])
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        plan.step()
    return Trained(accuracy(net, cue.images(HELD, 3 * seed + 1)), accuracy(net, cue.images(HELD, 3 * seed + 2)))


def accuracy(net: Net, shown: cue.Images) -> float:
    """The share of images whose label the network names, in inference."""
    net.eval()
    with torch.no_grad():
        said = net(shown.pixels) > 0
    return float((said == (shown.labels > 0)).double().mean())


def sight(arm: str, seed: int) -> float:
    """How strongly a place before the pooling depends on both texture and spot, at the weights of the beginning.

    In double precision and in inference, where what one image's place sees is of that image alone.
    """
    net = copy.deepcopy(network(arm, seed)).double().eval()
    return cue.joint(net.features, seed)
