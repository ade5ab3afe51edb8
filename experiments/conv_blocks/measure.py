"""The parts of a run in their order: what each measures, and under which names it records it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import torch

from experiments.flops_counting.building import build as network_shapes
from experiments.flops_counting.counting import Count, count
from experiments.inference_timing import anatomy
from experiments.inference_timing.worker import CHANGES
from studyctl.lab import Check, Comparison, Estimate, Run, mean_interval, proportion_interval, require_checks

from . import blocks, checks, cue, depth, gating, timing
from .blocks import MBCONV
from .matching import BARE, Place, place
from .parameters import ConvBlocks
from .timing import WITH, WITHOUT, Group


@dataclass
class Results:
    """What was measured."""

    places: list[Place] = field(default_factory=list)
    counts: dict[str, dict[str, Count]] = field(default_factory=dict)  # by place, arm
    groups: list[Group] = field(default_factory=list)  # of blocks
    profiles: dict[str, dict[str, float]] = field(default_factory=dict)  # of the first group: seconds by arm, kind
    se: Group | None = None
    steps: Group | None = None
    compared: dict[str, Comparison] = field(default_factory=dict)
    accuracy: dict[str, list[float]] = field(default_factory=dict)  # far cue, by arm
    trained: dict[str, list[depth.Trained]] = field(default_factory=dict)  # stochastic depth, by mode
    delta: Estimate | None = None
    survival: list[Estimate] = field(default_factory=list)  # by block
    checks: list[Check] = field(default_factory=list)  # all of them hold
    figures: dict[str, float] = field(default_factory=dict)  # as recorded

    def record(self, run: Run, values: dict[str, float], unit: str = "") -> None:
        """Record figures, and know them."""
        run.metrics(values, unit=unit)
        self.figures |= values


@contextmanager
def threads(count: int) -> Iterator[None]:
    """So many, and afterwards as many as before: sums of floating point depend on how many there are."""
    before = torch.get_num_threads()
    torch.set_num_threads(count)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def prepare(params: ConvBlocks, out: Results) -> None:
    """Everything that can be checked and counted before anything is timed or trained."""
    found: list[Check] = []
    if "mbconv" in params.parts:
        out.places = [place(stage, stride, params.tolerance) for stage in params.stages for stride in params.strides]
        found += checks.sizes(out.places) + checks.torchvisions(params.seed)
    if "se" in params.parts:
        found += checks.far_cue(params.arms, params.seed)
    if "depth" in params.parts:
        found += checks.masks(params.blocks, params.survival, params.seed)
    require_checks(found)
    out.checks += found


def count_blocks(run: Run, out: Results) -> None:
    """Parameters, multiply-adds and activations of every block, and MBConv's over the others'."""
    rows: list[dict[str, Any]] = []
    offs: list[float] = []
    for one in out.places:
        counts = {
            arm: count(blocks.build(spec), torch.zeros(1, spec.width, spec.side, spec.side))
            for arm, spec in one.arms().items()
        }
        out.counts[one.key] = counts
        ours = counts[MBCONV]
        for arm, spec in one.arms().items():
            found = counts[arm]
            rows.append(
                {"place": one.key, "block": arm, "filters": spec.width, "inner": spec.inner, "side": spec.side}
                | {"stride": spec.stride, "parameters": found.parameters, "macs": found.macs}
                | {"activations": found.conv_outputs}
            )
            out.record(
                run,
                {
                    f"macs.{one.key}.{arm}": found.macs,
                    f"parameters.{one.key}.{arm}": found.parameters,
                    f"activations.{one.key}.{arm}": found.conv_outputs,
                },
            )
            if arm in one.rivals():
                out.record(run, {f"more.{one.key}.{arm}": ours.conv_outputs / found.conv_outputs})
                equal = arm.partition("-")[0]
                offs.append(getattr(found, equal) / getattr(ours, equal) - 1)
                out.record(run, {f"off.{one.key}.{arm}": offs[-1]})
    out.record(run, {"off.most": max(abs(off) for off in offs)})
    run.table("blocks", rows, "Blocks that are as large as MBConv")


def count_gates(run: Run, out: Results) -> None:
    """What squeeze-and-excitation has of EfficientNet-B0's parameters and multiply-adds: by taking it out."""
    image = torch.empty(1, 3, timing.NETWORK_SIDE, timing.NETWORK_SIDE, device="meta")
    whole = count(network_shapes(timing.NETWORK), image)
    bare_net = network_shapes(timing.NETWORK)
    CHANGES["se"](bare_net)
    bare = count(bare_net, image)
    out.record(
        run,
        {
            "se.parameters": 1 - bare.parameters / whole.parameters,
            "se.macs": 1 - bare.macs / whole.macs,
        },
    )
    gates = Check("se.macs", whole.macs - bare.macs, whole.gate_macs, 0, "what the gates dispatch in the whole network")
    require_checks([gates])
    out.checks.append(gates)


def time_all(params: ConvBlocks, run: Run, out: Results) -> None:
    """All groups in rounds, then what they come to."""
    if "mbconv" in params.parts:
        out.groups = timing.block_groups(params, out.places)
    if "se" in params.parts:
        out.se = timing.se_group(params)
    if "depth" in params.parts:
        out.steps = timing.depth_group(params)
    groups = [*out.groups, *(one for one in (out.se, out.steps) if one is not None)]
    timing.time_groups(params, run, groups)
    for group in out.groups:
        assert group.place is not None
        for arm in group.place.rivals():
            _compare(params, run, out, group, MBCONV, arm, f"time.{group.key}.{arm}")
            if arm.startswith("macs-"):
                _compare(params, run, out, group, BARE, arm, f"bare.{group.key}.{arm}")
    if out.se is not None:
        _compare(params, run, out, out.se, WITH, WITHOUT, "time.se")
        _share(run, "se.time", "time.se", out, lambda ratio: 1 - 1 / ratio)
    if out.steps is not None:
        _compare(params, run, out, out.steps, "batch", "none", "time.batch")
        _compare(params, run, out, out.steps, "sample", "none", "time.sample")
        _share(run, "saves", "time.batch", out, lambda ratio: 1 - ratio)
        _share(run, "costs", "time.sample", out, lambda ratio: ratio - 1)
    _tables(run, out, groups)


def _compare(params: ConvBlocks, run: Run, out: Results, group: Group, arm: str, over: str, name: str) -> None:
    found = group.compared(arm, over, params.margin)
    if found is None:
        ratios = sorted(group.ratios(arm, over))
        out.record(run, {name: ratios[len(ratios) // 2]})
    else:
        out.record(run, found.metrics(name))
        out.compared[name] = found
    out.record(run, {f"{name}.unsteady": float(found is not None and found.unstable)})


def _share(run: Run, name: str, ratio: str, out: Results, of: Callable[[float], float]) -> None:
    """A share from a ratio, with the ends of its interval in order."""
    out.record(run, {name: of(out.figures[ratio])})
    if ratio in out.compared:
        ends = sorted((of(out.figures[f"{ratio}.lo"]), of(out.figures[f"{ratio}.hi"])))
        out.record(run, {f"{name}.lo": ends[0], f"{name}.hi": ends[1]})


def _tables(run: Run, out: Results, groups: list[Group]) -> None:
    samples: list[dict[str, Any]] = []
    for group in groups:
        out.record(run, {f"unsettled.{group.key}": group.unsettled})
        for arm in group.arms:
            out.record(run, {f"ms.{group.key}.{arm}": 1000 * group.seconds(arm)}, unit="ms")
            out.record(run, {f"faults.{group.key}.{arm}": group.faults(arm)})
            for number, times in enumerate(group.times(arm)):
                samples += [
                    {"group": group.key, "arm": arm, "process": number, "round": at, "s": one}
                    for at, one in enumerate(times)
                ]
    run.table("samples", samples, "Every visit: seconds of one pass, a block's mean")


def profile_blocks(params: ConvBlocks, run: Run, out: Results) -> None:
    """Where the time of each block of the first group goes, by kind of operator: it illustrates."""
    group = out.groups[0]
    rows: list[dict[str, Any]] = []
    for arm, found in timing.profile(params, group).items():
        passes: list[dict[str, float]] = []
        for of_pass in found:
            spent: dict[str, float] = {}
            for row in of_pass:
                kind = anatomy.kind_of(row["op"], row["shapes"])
                spent[kind] = spent.get(kind, 0.0) + row["seconds"]
            passes.append(spent)
        # The quickest of the profiles is the one that was disturbed least.
        quickest = min(passes, key=lambda spent: sum(spent.values()))
        out.profiles[arm] = {kind: quickest[kind] for kind in anatomy.KINDS if kind in quickest}
        rows += [{"block": arm, "kind": kind, "ms": 1000 * one} for kind, one in out.profiles[arm].items()]
    run.table("profile", rows, "Where the time of a block goes, by kind of operator, under the profiler")


def train_far_cue(params: ConvBlocks, run: Run, out: Results) -> None:
    """Every network at every rate on the first seed, then on the others at the rate that was best on validation."""
    rows: list[dict[str, Any]] = []

    def trained(arm: str, rate: float, seed: int) -> gating.Trained:
        found = gating.train(arm, rate, params.cue_steps, params.seed + seed)
        rows.append({"network": arm, "rate": rate, "seed": seed, "validation": found.validation, "test": found.test})
        return found

    for arm in run.track(params.arms, "far cue"):
        net = gating.network(arm, params.seed)
        first = {rate: trained(arm, rate, 0) for rate in params.rates}
        rate = max(first, key=lambda one: first[one].validation)
        tests = [first[rate].test, *(trained(arm, rate, seed).test for seed in range(1, params.cue_seeds))]
        out.accuracy[arm] = tests
        out.record(run, mean_interval(tests).metrics(f"accuracy.{arm}"))
        out.record(run, {f"rate.{arm}": rate, f"size.{arm}": net.size, f"reach.{arm}": net.reach})
    run.table("far-cue", rows, "Accuracy on the far-cue task, training by training")
    run.constant("gap_columns", cue.GAP)
    run.constant("best_sum", cue.best_sum())


def train_depth(params: ConvBlocks, run: Run, out: Results) -> None:
    """Pairs of trainings that differ in the unit of the draw alone, and one that drops nothing."""
    rows: list[dict[str, Any]] = []
    for seed in run.track(range(params.depth_seeds), "stochastic depth"):
        for mode in depth.MODES:
            found = depth.train(params.blocks, params.survival, mode, params.depth_steps, params.seed + seed)
            out.trained.setdefault(mode, []).append(found)
            rows.append({"mode": mode, "seed": seed, "accuracy": found.accuracy})
    run.table("stochastic-depth", rows, "Accuracy on unseen images, training by training")
    for mode, found_ in out.trained.items():
        out.record(run, mean_interval([one.accuracy for one in found_]).metrics(f"depth.{mode}"))
    batch, sample = ([one.accuracy for one in out.trained[mode]] for mode in ("batch", "sample"))
    out.delta = mean_interval([a - b for a, b in zip(batch, sample, strict=True)])
    out.record(run, out.delta.metrics("delta"))
    survivals = depth.linear(params.blocks, params.survival)
    held: list[Check] = []
    for mode in ("batch", "sample"):
        active, drawn = _summed(out.trained[mode])
        held += checks.survived(mode, active, drawn, survivals)
        if mode == "batch":
            out.survival = [proportion_interval(a, n) for a, n in zip(active, drawn, strict=True)]
            out.record(run, {"active": sum(a / n for a, n in zip(active, drawn, strict=True))})
    require_checks(held)
    out.checks += held
    skips, own = checks.network_rule()
    out.record(run, {"active.expected": depth.linear_expected(params.blocks, params.survival)})
    out.record(run, {"b0.active": sum(own), "b0.skips": sum(skips), "b0.blocks": len(skips)})


def _summed(trained: list[depth.Trained]) -> tuple[list[int], list[int]]:
    active = [sum(each) for each in zip(*(one.active for one in trained), strict=True)]
    drawn = [sum(each) for each in zip(*(one.drawn for one in trained), strict=True)]
    return active, drawn
