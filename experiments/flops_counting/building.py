"""Making models without their weights: shapes only, to be counted, or filled with random numbers, to be timed."""

from __future__ import annotations

import pkgutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from torch import nn
from torch.overrides import TorchFunctionMode
from torchvision import models

from studyctl.lab import InputError

from .architectures import OWN_BUILDERS

# What parameters and buffers are made with. Ranges stay where they are: RegNet and Swin compute with theirs.
MAKERS = (torch.empty, torch.zeros, torch.ones, torch.full, torch.rand, torch.randn)
# Weights come with or without the auxiliary heads of training; these are built as they come.
ARGUMENTS: dict[str, dict[str, Any]] = {
    "googlenet": {"init_weights": False, "aux_logits": False},
    "inception_v3": {"init_weights": False, "aux_logits": True},
}


class Shapes(TorchFunctionMode):  # type: ignore[misc]  # torch is not typed without the extra
    """While it is entered, parameters have shapes and no data."""

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = kwargs or {}
        if func in MAKERS and kwargs.get("device") is None:
            kwargs["device"] = "meta"
        return func(*args, **kwargs)


def build(name: str, **more: Any) -> nn.Module:
    """A model of torchvision, or one that stands here, with shapes only; `more` goes to its builder."""
    with Shapes():
        if name in OWN_BUILDERS:
            model = OWN_BUILDERS[name]()
        else:
            try:
                builder = models.get_model_builder(name)
            except ValueError:
                raise InputError(
                    f"torchvision has no model {name!r}", "torchvision.models.list_models() has their names"
                ) from None
            backbone = {"weights_backbone": None} if _segments(name) else {}
            model = builder(weights=None, **backbone, **ARGUMENTS.get(name, {}), **more)
    return model.eval()


def _segments(name: str) -> bool:
    return name in models.list_models(module=models.segmentation)


def own_function(name: str) -> Callable[[], Any]:
    """A person's MODULE:FUNCTION, looked for from where they are."""
    here = str(Path.cwd())
    added = here not in sys.path
    if added:
        sys.path.insert(0, here)
    try:
        found: Callable[[], Any] = pkgutil.resolve_name(name)
    except ImportError as problem:
        raise InputError(f"own={name}: {problem}", "MODULE:FUNCTION, importable from where you are") from None
    except AttributeError:
        module, _, function = name.partition(":")
        raise InputError(f"own={name}: {module} has no {function!r}", "name a function in it") from None
    finally:
        if added:
            sys.path.remove(here)
    return found


def own_model(name: str) -> nn.Module:
    """What a person's function returns: a model of their own."""
    make = own_function(name)
    try:
        with Shapes():
            made = make()
    except NotImplementedError:  # it computes with what it makes
        made = make()
    if not isinstance(made, nn.Module):
        raise InputError(f"own={name} returns {type(made).__name__}", "it has to return a torch.nn.Module")
    return made.eval()


def shaped(model: nn.Module) -> nn.Module:
    """The model with all that has data moved to shapes, too."""
    return model.to("meta")


def filled(model: nn.Module, generator: torch.Generator) -> nn.Module:
    """The model with random weights in place of shapes; what has data keeps it.

    Weights are uniform with the variance 2 / fan-in, biases are 0; norms have the mean 0 and the variance 1.
    """
    with torch.no_grad():
        for module in model.modules():
            for name, one in list(module.named_parameters(recurse=False)):
                if one.device.type == "meta":
                    fan = one[0].numel() if one.dim() > 1 else 0
                    value = torch.empty(one.shape, dtype=one.dtype)
                    if fan:
                        bound = (6.0 / fan) ** 0.5
                        value.uniform_(-bound, bound, generator=generator)
                    else:
                        value.fill_(1.0 if name.endswith(("weight", "scale")) else 0.0)
                    setattr(module, name, nn.Parameter(value, requires_grad=False))
            for name, one in list(module.named_buffers(recurse=False)):
                if one.device.type == "meta":
                    value = (
                        torch.ones(one.shape, dtype=one.dtype)
                        if "var" in name
                        else torch.zeros(one.shape, dtype=one.dtype)
                    )
                    setattr(module, name, value)
    return model
