"""The activations as a network calls them, and what autograd keeps for their backward."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import torch
from torch.nn import functional

from . import worker

Function = Callable[[torch.Tensor], torch.Tensor]
FUNCTIONS: dict[str, Function] = {
    "relu": functional.relu,
    "swish": functional.silu,
    "unfused": lambda x: x * torch.sigmoid(x),
    "hard-swish": functional.hardswish,
    "gelu": functional.gelu,
}


def kept(compute: Callable[[], torch.Tensor], without: Iterable[torch.Tensor] = ()) -> int:
    """Bytes that autograd keeps for backward, each storage once; those of `without` are there anyway."""
    seen: dict[int, torch.UntypedStorage] = {}  # held, so that no address is used twice

    def pack(tensor: torch.Tensor) -> torch.Tensor:
        storage = tensor.untyped_storage()
        seen[storage.data_ptr()] = storage
        return tensor

    def unpack(tensor: Any) -> Any:
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(pack, unpack):
        out = compute()
    for tensor in without:
        seen.pop(tensor.untyped_storage().data_ptr(), None)
    total = sum(int(storage.nbytes()) for storage in seen.values())
    del out
    return total


def alone(name: str, elements: int = 4096) -> float:
    """Tensors that one call keeps, its input among them."""
    x = torch.randn(elements, requires_grad=True)
    return kept(lambda: FUNCTIONS[name](x)) / (4 * elements)


def between(name: str, side: int = 64) -> float:
    """Tensors more than without it, between a batch norm and a layer that both keep their own inputs."""
    x = torch.randn(side, side, requires_grad=True)
    norm, layer = torch.nn.BatchNorm1d(side), torch.nn.Linear(side, side)

    def bytes_of(function: Function) -> int:
        return kept(lambda: layer(function(norm(x))), [*norm.parameters(), *norm.buffers(), *layer.parameters()])

    return (bytes_of(FUNCTIONS[name]) - bytes_of(lambda value: value)) / (4 * side * side)


def of_network(name: str, seed: int, side: int, place: str) -> int:
    """Bytes that a whole network in training keeps for one image, its weights not among them."""
    model = worker.network(name, seed, place).train()
    image = torch.randn(1, 3, side, side, generator=torch.Generator().manual_seed(seed))
    return kept(lambda: model(image), [*model.parameters(), *model.buffers(), image])
