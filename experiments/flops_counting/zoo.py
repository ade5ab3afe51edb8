"""torchvision's zoo: its families, and the figures that it publishes for each of its weights."""

from __future__ import annotations

import fnmatch
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn
from torchvision import models

from studyctl.lab import InputError

from .architectures import OWN_BUILDERS
from .building import build, shaped
from .counting import Count, count

# The longest that fits comes first.
FAMILIES = (
    *("alexnet", "convnext", "densenet", "efficientnet_v2", "efficientnet", "googlenet", "inception", "maxvit"),
    *("mnasnet", "mobilenet_v2", "mobilenet_v3", "regnet_x", "regnet_y", "resnext", "resnet", "shufflenet"),
    *("squeezenet", "swin_v2", "swin", "vgg", "vit", "wide_resnet"),
)
GROUPS = {
    "classification": models,
    "segmentation": models.segmentation,
    "video": models.video,
    "optical flow": models.optical_flow,
}
# Of these torchvision has figures, and they are not counted: whatever is said here is printed.
NOT_COUNTED = {
    "detection": "what runs after the first stage depends on the boxes that it finds",
    "quantization": "torchvision publishes the figures of the network that was quantized",
}
SIDE = 512  # of the picture that torchvision's transforms are given, as for its own figures
FRAMES = 16


@dataclass(frozen=True, slots=True)
class Entry:
    """One set of weights: what torchvision says of it, and what was counted."""

    group: str
    model: str
    weights: str
    family: str
    shape: tuple[int, ...]
    published: float  # billions; torchvision calls it GFLOPS
    published_parameters: int
    counted: Count

    @property
    def error(self) -> float:
        """Of our multiply-adds, relative to the published figure."""
        return self.counted.macs / 1e9 / self.published - 1

    @property
    def agrees(self) -> bool:
        """To the last digit, of which it has three, and to the last parameter."""
        rounded = abs(self.counted.macs / 1e9 - self.published) <= 0.0005 + 1e-12
        return rounded and self.counted.parameters == self.published_parameters


def family(name: str) -> str:
    """The family of a model of the zoo."""
    return next((one for one in FAMILIES if name.startswith(one)), name)


def names(pattern: str) -> list[tuple[str, str]]:
    """The groups and names of the models that a pattern matches."""
    found = [
        (group, name)
        for group, module in GROUPS.items()
        for name in models.list_models(module=module)
        if fnmatch.fnmatchcase(name, pattern)
    ]
    if not found:
        raise InputError(f"zoo={pattern}: no model of torchvision has such a name", "-p 'zoo=resnet*', or '*'")
    return found


class Counts:
    """Every model and input that was counted, each once: classifiers on a square picture, by name and side."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, int], Count] = {}

    def of(self, name: str, side: int) -> Count:
        """Of a model of the zoo, or of one that stands here, on one picture."""
        if (name, side) not in self._kept:
            picture = torch.empty(1, 3, side, side, device="meta")
            self._kept[name, side] = count(shaped(build(name, **_arguments("classification", name, side))), picture)
        return self._kept[name, side]


def entries(group: str, name: str, known: Counts) -> list[Entry]:
    """Every set of weights of a model; those of one input are counted once. No weights are fetched."""
    found: list[Entry] = []
    counts: dict[tuple[Any, ...], Count] = {}
    for weights in models.get_model_weights(name):
        inputs = _inputs(group, weights.transforms())
        shapes = tuple(tuple(one.shape) for one in inputs)
        if shapes not in counts:
            counts[shapes] = (
                known.of(name, inputs[0].shape[-1])
                if group == "classification"
                else count(
                    shaped(build(name, **_arguments(group, name, shapes[0][-1]))), *(one.to("meta") for one in inputs)
                )
            )
        found.append(
            Entry(
                group,
                name,
                weights.name,
                family(name),
                shapes[0],
                float(weights.meta["_ops"]),
                int(weights.meta["num_params"]),
                counts[shapes],
            )
        )
    return found


def _inputs(group: str, transforms: Callable[..., Any]) -> list[torch.Tensor]:
    """What the transforms of a set of weights make of a picture, or of a clip: the size that the model is meant for."""
    if group == "optical flow":
        return list(transforms(torch.zeros(1, 3, SIDE, SIDE), torch.zeros(1, 3, SIDE, SIDE)))
    frames = (1, FRAMES) if group == "video" else (1,)
    return [transforms(torch.zeros(*frames, 3, SIDE, SIDE))]


def _arguments(group: str, name: str, side: int) -> dict[str, Any]:
    """What a builder is told so that its model is the one that weights are for."""
    if group == "segmentation" and not name.startswith("lraspp"):
        return {"aux_loss": True}  # the head that helps in training
    # A transformer for pictures is built for one size.
    return {"image_size": side} if name.startswith("vit_") else {}


def prepared(name: str) -> tuple[nn.Module, list[torch.Tensor]]:
    """A model with shapes only, and an input of the size that its default weights are meant for."""
    if name in OWN_BUILDERS:
        return build(name), [torch.zeros(1, 3, 224, 224)]
    group = next((key for key, module in GROUPS.items() if name in models.list_models(module=module)), "")
    if not group and name in models.list_models():
        kind = "quantization" if name.startswith("quantized") else "detection"
        raise InputError(f"models: {name} cannot be counted: {NOT_COUNTED[kind]}", "name its backbone")
    if not group:
        return build(name), []  # which says that there is none
    inputs = _inputs(group, models.get_model_weights(name).DEFAULT.transforms())
    return build(name, **_arguments(group, name, inputs[0].shape[-1])), inputs
