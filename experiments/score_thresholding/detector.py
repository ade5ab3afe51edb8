"""A small detector: three levels, two square anchors a place, one branch of boxes and three heads of scores.

- `classes`: every class on its own, trained with focal loss (RetinaNet)
- `objectness` and `conditional`: is there an object, and which class if so; the latter is trained on positives only
  (YOLOv3)
- `centred` and `centerness`: classes with focal loss, and how near to the middle of its object an anchor is (FCOS)

The heads share all but a layer of their own and see the same images, so that what differs between them is how a score
is made. torch is imported by this module alone and by those that train and check; nothing else of the experiment
needs it to be read.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from .grid import SCALES, Output, anchors, decode
from .scenes import CLASSES, Array

WIDTH = 32
PRIOR = 0.01  # score of every class at the beginning, as RetinaNet has it
THREADS = 1
OUTPUTS = {
    "boxes": 4,
    "classes": len(CLASSES),
    "objectness": 1,
    "conditional": len(CLASSES),
    "centred": len(CLASSES),
    "centerness": 1,
}


def _block(inputs: int, outputs: int, stride: int = 1) -> Any:
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False), nn.GroupNorm(8, outputs), nn.ReLU(inplace=True)
    )


def network(seed: int) -> Any:
    """The network before its first step."""
    torch.manual_seed(seed)
    parts = nn.ModuleDict(
        {
            "stem": nn.Sequential(_block(3, 16, 2), _block(16, WIDTH, 2), _block(WIDTH, WIDTH)),
            "middle": nn.Sequential(_block(WIDTH, 48, 2), _block(48, 48)),
            "top": nn.Sequential(_block(48, 64, 2), _block(64, 64)),
            "from_middle": nn.Conv2d(48, WIDTH, 1),
            "from_top": nn.Conv2d(64, WIDTH, 1),
            "mix": _block(WIDTH, WIDTH),
        }
    )
    for name in ("boxes", "classes", "objectness", "centred"):
        parts[f"tower_{name}"] = _block(WIDTH, WIDTH)
    for name, outputs in OUTPUTS.items():
        last = nn.Conv2d(WIDTH, outputs * len(SCALES), 1)
        nn.init.normal_(last.weight, std=0.01)
        scored = name in ("classes", "objectness", "centred")
        nn.init.constant_(last.bias, float(np.log(PRIOR / (1 - PRIOR))) if scored else 0.0)
        parts[name] = last
    return parts


TOWERS = {"conditional": "objectness", "centerness": "boxes"}  # as YOLOv3 and detectron2's FCOS have them


def forward(parts: Any, pixels: Any) -> dict[str, Any]:
    """Every output for a batch: (image, anchor, values)."""
    low = parts["stem"](pixels)
    middle = parts["middle"](low)
    top = parts["from_top"](parts["top"](middle))
    middle = parts["from_middle"](middle) + functional.interpolate(top, scale_factor=2.0)
    low = low + functional.interpolate(middle, scale_factor=2.0)
    levels = [parts["mix"](level) for level in (low, middle, top)]
    out: dict[str, list[Any]] = {name: [] for name in OUTPUTS}
    for level in levels:
        towers = {name: parts[f"tower_{name}"](level) for name in ("boxes", "classes", "objectness", "centred")}
        for name, values in OUTPUTS.items():
            given = parts[name](towers[TOWERS.get(name, name)])
            n, _, rows, columns = given.shape
            given = given.view(n, len(SCALES), values, rows, columns).permute(0, 3, 4, 1, 2)
            out[name].append(given.reshape(n, -1, values))
    return {name: torch.cat(found, dim=1) for name, found in out.items()}


def run(parts: Any, pixels: Array, batch: int = 100) -> Output:
    """What the network says of all images."""
    found: dict[str, list[Any]] = {name: [] for name in OUTPUTS}
    with threads(), torch.no_grad():
        for start in range(0, len(pixels), batch):
            for name, values in forward(parts, torch.from_numpy(pixels[start : start + batch])).items():
                found[name].append(values)
        raw = {name: torch.cat(values) for name, values in found.items()}
        scores = {name: torch.sigmoid(values).numpy() for name, values in raw.items() if name != "boxes"}
    deltas = raw["boxes"].numpy()
    single = {name: values[..., 0] if OUTPUTS[name] == 1 else values for name, values in scores.items()}
    return Output(decode(deltas, anchors()), deltas, single, raw["classes"].numpy())


@contextmanager
def threads() -> Iterator[None]:
    """One thread: sums of floating point depend on how many there are, and so would every figure."""
    before = torch.get_num_threads()
    torch.set_num_threads(THREADS)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def save(parts: Any, file: Path) -> None:
    """The weights in half precision: far below what another seed changes."""
    state = {name: value.detach().numpy().astype(np.float16) for name, value in parts.state_dict().items()}
    np.savez_compressed(file, **state)


def load(file: Path) -> Any:
    """The network with kept weights."""
    parts = network(0)
    with np.load(file) as kept:
        parts.load_state_dict({name: torch.from_numpy(kept[name].astype(np.float32)) for name in kept.files})
    return parts
