"""The parts of a run in their order: what each measures, and under which names it records it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from experiments.inference_timing.cells import glibc
from studyctl.lab import InputError, Run

from . import caches, functional, gains, timing
from .caches import Cache, Cited
from .gains import Trained
from .parameters import ActivationCost
from .timing import Ratio, Timed

WAYS = ("forward", "backward")
ACTIVATIONS = ("swish", "unfused", "hard-swish", "gelu")


@dataclass
class Results:
    """What was measured."""

    caches: list[Cache]
    cited: Cited
    cells: list[Timed] = field(default_factory=list)
    ratios: dict[str, Ratio] = field(default_factory=dict)  # by the name of the metric
    network: bool = False
    kept: dict[str, float] = field(default_factory=dict)
    between: dict[str, float] = field(default_factory=dict)
    trained: list[Trained] = field(default_factory=list)

    def at(self, size: int, dtype: str) -> str:
        """The name of a cell."""
        return next(one.key for one in self.cells if one.bytes == size and one.dtype == dtype)


def wanted(params: ActivationCost, cited: Cited) -> list[tuple[str, int]]:
    """Every size in the first dtype; the others where they are cited, or everywhere."""
    some = [cited.cached, cited.bound]
    return [
        (dtype, 1024 * size)
        for dtype in params.dtypes
        for size in params.sizes
        if dtype == params.dtypes[0] or params.every_size or 1024 * size in some
    ]


def time_operators(params: ActivationCost, run: Run) -> Results:
    """Every cell."""
    found = caches.read()
    cited = caches.cited([1024 * size for size in params.sizes], found, params.threads)
    out = Results(found, cited)
    run.metrics({f"cache.{one.name}": one.bytes for one in found}, unit="B")
    run.metrics({"size.cached": cited.cached / 1024, "size.bound": cited.bound / 1024}, unit="KiB")
    if not found:
        run.note("the sizes of the caches are not known here: they are read on Linux only")
    if not glibc():
        run.note("the allocator is not glibc's, and was left as it is: times may hold page faults")
    out.cells = [timing.cell(params, dtype, size) for dtype, size in wanted(params, cited)]
    timing.visit(params, run, out.cells, "processes")
    rows: list[dict[str, Any]] = []
    for cell in out.cells:
        for way in WAYS:
            rows += _record(params, run, out, cell, way)
        if cell.faults() >= 0:
            run.metric(f"faults.{cell.key}", cell.faults())
        run.metric(f"unsettled.{cell.key}", sum(not answer["settled"] for answer in cell.answers))
    run.table("operators", rows, "Time of one call, over relu's and over the floor's")
    run.table("samples", [row for cell in out.cells for row in _samples(cell)], "Every block: seconds of one call")
    return out


def _record(params: ActivationCost, run: Run, out: Results, cell: Timed, way: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    for name in ("floor", "relu", *ACTIVATIONS):
        seconds = cell.seconds(f"{way}.{name}")
        run.metric(f"us.{way}.{cell.key}.{name}", 1e6 * seconds, unit="us")
        row: dict[str, Any] = {"way": way, "dtype": cell.dtype, "KiB": cell.bytes / 1024, "activation": name}
        row["us"] = 1e6 * seconds
        if name != "floor":
            floor = _keep(params, run, out, cell, f"floor.{way}.{cell.key}.{name}", f"{way}.{name}", f"{way}.floor")
            row |= {"over floor": floor.value, "floor lo": floor.lo, "floor hi": floor.hi}
        if name in ACTIVATIONS:
            ratio = _keep(params, run, out, cell, f"{way}.{cell.key}.{name}", f"{way}.{name}", f"{way}.relu")
            row |= {"over relu": ratio.value, "lo": ratio.lo, "hi": ratio.hi, "unsteady": ratio.unsteady}
        rows.append(row)
    _keep(params, run, out, cell, f"{way}.{cell.key}.fused", f"{way}.unfused", f"{way}.swish")
    return rows


def _keep(params: ActivationCost, run: Run, out: Results, timed: Timed, name: str, arm: str, over: str) -> Ratio:
    ratio = timed.ratio(arm, over, params.margin)
    out.ratios[name] = ratio
    run.metrics(ratio.metrics(name))
    return ratio


def _samples(cell: Timed) -> list[dict[str, Any]]:
    return [
        {"cell": cell.key, "process": number, "arm": arm, "round": at, "s": seconds}
        for number, answer in enumerate(cell.answers)
        for arm, times in answer["times"].items()
        for at, seconds in enumerate(times)
    ]


def require_swish(params: ActivationCost) -> None:
    """InputError where the network is none of torchvision's, or has no swish that could be replaced."""
    from torch import nn

    from experiments.flops_counting.building import build

    if params.network and not any(isinstance(one, nn.SiLU) for one in build(params.network).modules()):
        raise InputError(f"network={params.network} has no swish", "-p network=efficientnet_b0, or network= for none")


def time_network(params: ActivationCost, run: Run, out: Results) -> None:
    """The network with swish, over the same with relu and with nothing in its place."""
    one = timing.network(params)
    timing.visit(params, run, [one], "processes of the network")
    out.network = True
    for name in ("swish", "relu", "none"):
        run.metric(f"ms.network.{name}", 1000 * one.seconds(name), unit="ms")
    for name in ("relu", "none"):
        ratio = _keep(params, run, out, one, f"network.{name}", "swish", name)
        shares = {"": ratio.value, ".lo": ratio.lo, ".hi": ratio.hi}
        run.metrics({f"share.{name}{end}": 1 - 1 / value for end, value in shares.items() if value is not None})
    run.metric("share.profile", float(np.median([answer["share"] for answer in one.answers])))
    run.table("network", _samples(one), f"Every block: seconds of one pass of {params.network}")


def count_kept(params: ActivationCost, run: Run, out: Results) -> None:
    """What autograd keeps: tensors, and bytes of the whole network in training."""
    for name in functional.FUNCTIONS:
        out.kept[name], out.between[name] = functional.alone(name), functional.between(name)
        run.metrics({f"kept.{name}": out.kept[name], f"between.{name}": out.between[name]})
    rows = [{"activation": name, "alone": out.kept[name], "between": out.between[name]} for name in out.kept]
    if params.network:
        for place in ("swish", "relu"):
            kept = functional.of_network(params.network, params.seed, params.side, place)
            run.metric(f"kept.network.{place}", kept / (1 << 20), unit="MiB")
    run.table("kept", rows, "Tensors kept for backward: by one call, and more between a batch norm and a linear layer")


def train(params: ActivationCost, run: Run, out: Results) -> None:
    """Every condition."""
    out.trained, tried = gains.train(params, run)
    run.table("tuning", tried, "What was tried on the validation images")
    rows: list[dict[str, Any]] = []
    for one in out.trained:
        key = one.condition.key
        for name, setting in one.chosen.items():
            run.metrics({f"tuned.{key}.{name}.gain": setting.gain, f"tuned.{key}.{name}.rate": setting.rate})
            run.metric(f"accuracy.{key}.{name}", one.accuracy(name), unit="%")
            if name != "relu":
                run.metrics(one.gain(name).metrics(f"gain.{key}.{name}"))
            rows += [
                {"condition": key, "activation": name, "pair": number, "accuracy": 100 * float(hits.mean())}
                for number, hits in enumerate(one.right[name])
            ]
    run.table("accuracy", rows, "Accuracy on the test images by pair, per cent")
