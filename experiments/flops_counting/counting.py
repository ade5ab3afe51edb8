"""Counting a model by what it dispatches: every operator that its forward pass calls, with the module that called it.

The model runs once on `meta` tensors, which have a shape and no data: it costs milliseconds and no memory, and nothing
that the source of the model says is taken on trust. On tensors with data the same counter sees other operators (the
processor has attention in one kernel), and has to come to the same sum.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import nn
from torch.utils._python_dispatch import TorchDispatchMode

from .formulas import BATCH_NORM, CONV, DEPTHWISE, KINDS, MAC_KINDS, NORM, UNKNOWN, Cost, cost


@dataclass(frozen=True, slots=True)
class Op:
    """One call of an operator: what it is called, who called it, what it costs."""

    name: str  # without namespace and overload: convolution
    cost: Cost
    path: str  # of the module that called it
    module: str  # its class
    gate: bool  # within a squeeze-and-excitation module
    inputs: int  # elements of its first tensor
    affine: bool  # of a norm: whether it scales and shifts
    adaptive: bool  # a mean that an adaptive pooling became


@dataclass
class Count:
    """What one forward pass of a model dispatched."""

    ops: list[Op]
    parameters: int
    owned: dict[str, int] = field(default_factory=dict)  # parameters by kind of the operator that uses them

    def total(self, what: str, *kinds: str) -> int:
        """The sum of `macs`, `bias`, `flops` or `outputs`, of some kinds or of all."""
        return sum(int(getattr(one.cost, what)) for one in self.ops if not kinds or one.cost.kind in kinds)

    @property
    def macs(self) -> int:
        return self.total("macs")

    @property
    def activations(self) -> int:
        """Outputs of convolutions and matrix products."""
        return self.total("outputs")

    @property
    def conv_outputs(self) -> int:
        """Outputs of convolutions alone: what the RegNet paper calls activations."""
        return self.total("outputs", CONV, DEPTHWISE)

    @property
    def gate_macs(self) -> int:
        """Multiply-adds within squeeze-and-excitation modules."""
        return sum(one.cost.macs for one in self.ops if one.gate)

    @property
    def unknown(self) -> dict[str, int]:
        """How often each operator was called that no formula knows."""
        found: dict[str, int] = defaultdict(int)
        for one in self.ops:
            if one.cost.kind == UNKNOWN:
                found[one.name] += 1
        return dict(found)

    def by_operator(self) -> list[dict[str, Any]]:
        """A row for each operator and kind, the dearest first."""
        rows: dict[tuple[str, str], dict[str, Any]] = {}
        for one in self.ops:
            row = rows.setdefault(
                (one.name, one.cost.kind),
                {"operator": one.name, "kind": one.cost.kind, "calls": 0}
                | dict.fromkeys(("macs", "bias", "flops", "outputs"), 0),
            )
            row["calls"] += 1
            for what in ("macs", "bias", "flops", "outputs"):
                row[what] += getattr(one.cost, what)
        order = {kind: at for at, kind in enumerate(KINDS)}
        return sorted(rows.values(), key=lambda row: (-row["macs"], order[row["kind"]], -row["flops"]))

    def by_layer(self) -> list[dict[str, Any]]:
        """A row for each module that called something that is not free, in the order of the first call."""
        rows: dict[str, dict[str, Any]] = {}
        for one in self.ops:
            row = rows.setdefault(
                one.path,
                {"layer": one.path or "(model)", "module": one.module, "operators": ""}
                | dict.fromkeys(("macs", "bias", "flops", "outputs"), 0),
            )
            if one.name not in row["operators"].split(", "):
                row["operators"] = f"{row['operators']}, {one.name}".removeprefix(", ")
            for what in ("macs", "bias", "flops", "outputs"):
                row[what] += getattr(one.cost, what)
        return list(rows.values())


class Counter(TorchDispatchMode):  # type: ignore[misc]  # torch is not typed without the extra
    """While it is entered, every dispatched operator is recorded."""

    def __init__(self) -> None:
        super().__init__()
        self.ops: list[Op] = []
        self._stack: list[tuple[str, str, bool]] = [("", "", False)]

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        out = func(*args, **(kwargs or {}))
        name = str(func._schema.name).partition("::")[2]
        found = cost(name, args, kwargs or {}, out)
        if found is not None:
            path, module, gate = self._stack[-1]
            first = next((one for one in args if isinstance(one, torch.Tensor)), None)
            affine = found.kind in (BATCH_NORM, NORM) and any(
                one is not None for one in args[1:3] if one is None or isinstance(one, torch.Tensor)
            )
            adaptive = name == "mean" and list(args[1]) == [-1, -2] if len(args) > 1 else False
            self.ops.append(
                Op(name, found, path, module, gate, first.numel() if first is not None else 0, affine, adaptive)
            )
        return out

    @contextmanager
    def following(self, model: nn.Module) -> Iterator[None]:
        """Know which module calls an operator."""
        handles = []
        for path, module in model.named_modules():
            handles.append(module.register_forward_pre_hook(self._entering(path, type(module).__name__)))
            handles.append(module.register_forward_hook(self._leaving, always_call=True))
        try:
            yield
        finally:
            for handle in handles:
                handle.remove()

    def _entering(self, path: str, name: str) -> Any:
        # torchvision's SqueezeExcitation, timm's SqueezeExcite and SEModule.
        gate = "squeeze" in name.lower() or name.startswith("SE")

        def enter(module: nn.Module, args: Any) -> None:
            self._stack.append((path, name, gate or self._stack[-1][2]))

        return enter

    def _leaving(self, module: nn.Module, args: Any, output: Any) -> None:
        if len(self._stack) > 1:
            self._stack.pop()


def count(model: nn.Module, *inputs: Any) -> Count:
    """What a forward pass of the model on these inputs dispatches, in inference."""
    model.eval()
    counter = Counter()
    with torch.no_grad(), counter.following(model), counter:
        model(*inputs)
    parameters = sum(one.numel() for one in model.parameters())
    return Count(counter.ops, parameters, _owned(model, counter.ops))


def _owned(model: nn.Module, ops: list[Op]) -> dict[str, int]:
    """Parameters by the kind of operator that uses them: the one that their module, or the nearest above, calls."""
    uses = (*MAC_KINDS, BATCH_NORM, NORM)
    kind: dict[str, str] = {}
    for one in ops:
        if one.cost.kind in uses and kind.get(one.path) not in MAC_KINDS:
            kind[one.path] = one.cost.kind
    ran = {one.path for one in ops}
    owned: dict[str, int] = defaultdict(int)
    seen: set[int] = set()
    for path, module in model.named_modules():
        own = sum(p.numel() for p in module.parameters(recurse=False) if id(p) not in seen)
        seen.update(id(p) for p in module.parameters(recurse=False))
        if own:
            owned[_kind_of(path, kind, ran)] += own
    return dict(owned)


def _kind_of(path: str, kind: dict[str, str], ran: set[str]) -> str:
    if path in kind:
        return kind[path]
    if path in ran or any(one.startswith(f"{path}.") for one in ran) or not path:
        return "other parameters"
    # A projection whose product its attention calls itself.
    above = path.rpartition(".")[0]
    return kind[above] if above and kind.get(above) in MAC_KINDS else "not run"
