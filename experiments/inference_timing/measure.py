"""The parts of a run in their order: what each measures, and under which names it records it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from studyctl.lab import Comparison, InputError, Run, compare

from . import anatomy, prediction
from .anatomy import Part
from .cells import CHANGED, Cell, base, cells, interventions
from .parameters import InferenceTiming
from .prediction import Model, Predicted
from .timing import PLAN, Timed, ask, time_cells

ARMS = ("a", "b")


@dataclass(frozen=True, slots=True)
class Effect:
    """What an intervention does to the ratio: changed over unchanged, a ratio of the two processes of each round."""

    key: str
    title: str
    timed: Timed
    compared: Comparison | None


@dataclass
class Results:
    """What was measured."""

    timed: list[Timed] = field(default_factory=list)
    base: Timed | None = None
    effects: list[Effect] = field(default_factory=list)
    parts: dict[str, list[Part]] = field(default_factory=dict)  # by arm
    roofs: tuple[float, float] | None = None  # flop/s, bytes/s
    zoo: list[Model] = field(default_factory=list)
    predicted: dict[str, Predicted] = field(default_factory=dict)


def constants(params: InferenceTiming) -> dict[str, float]:
    """Numbers of the cells that sentences cite."""
    wanted = cells(params)
    changed = interventions(params, base(wanted))
    found: dict[str, float] = {f"batch.{one.key}": one.batch for one in wanted}
    return found | {f"side.side{one.b_side}": one.b_side for one in changed if one.change == "resolution"}


def time_pairs(params: InferenceTiming, run: Run) -> Results:
    """Every cell and every intervention."""
    wanted = cells(params)
    on = base(wanted)
    changed = interventions(params, on)
    # Folding is an engine too: where it is a cell already, it is not timed twice.
    same = {(one.engine, one.allocator, one.dtype, one.batch): one for one in wanted}
    ordered = list(wanted)
    stands_for: dict[Cell, Cell] = {}
    for one in changed:
        twin = same.get((one.engine, one.allocator, one.dtype, one.batch)) if one.change == "bn" else None
        stands_for[one] = twin or one
        if twin is None:
            ordered.append(one)
    by_cell = {one.cell: one for one in time_cells(params, run, ordered)}
    out = Results([by_cell[one] for one in wanted], by_cell[on])
    for timed in by_cell.values():
        _record(params, run, timed)
    if all(one.unavailable for one in out.timed):
        why = out.timed[0].unavailable
        raise InputError(f"nothing could be timed: {why}", "choose other models, engines or a device")
    for one in changed:
        found = by_cell[stands_for[one]]
        if not found.unavailable and not by_cell[on].unavailable:
            out.effects.append(_effect(params, run, one, found, by_cell[on]))
    _tables(params, run, list(by_cell.values()), out)
    return out


def _record(params: InferenceTiming, run: Run, one: Timed) -> None:
    key = one.cell.key
    if one.unavailable:
        run.note(f"skipped: {one.cell.title}: {one.unavailable}")
        return
    if one.compared is not None:
        run.metrics(one.compared.metrics(f"ratio.{key}"))
        run.metric(f"ratio.{key}.unsteady", sum(one.unstable))
    else:
        run.metric(f"ratio.{key}", one.ratio)
    run.metric(f"ratio.{key}.unsettled", one.unsettled)
    for name in ("sm", "memory"):
        if (clock := one.clock(name)) is not None:
            run.metric(f"clock.{key}.{name}", clock, unit="MHz")
    for at, arm in enumerate(ARMS):
        run.metric(f"ms.{key}.{arm}", 1000 * one.median(at), unit="ms")
        if one.faults(at) >= 0:
            run.metric(f"faults.{key}.{arm}", one.faults(at))


def _effect(params: InferenceTiming, run: Run, cell: Cell, found: Timed, before: Timed) -> Effect:
    ratios = [changed / plain for changed, plain in zip(found.ratios, before.ratios, strict=False)]
    shaky = [one or other for one, other in zip(found.unstable, before.unstable, strict=False)]
    key = f"side{cell.b_side}" if cell.change == "resolution" else cell.change
    title = f"both at {cell.b_side} px" if cell.change == "resolution" else CHANGED[cell.change]
    compared = None
    if len(ratios) >= PLAN[0]:
        compared = compare(ratios, margin=params.margin, plan=(len(ratios),), unstable=shaky)
        run.metrics(compared.metrics(f"effect.{key}"))
    else:
        run.metric(f"effect.{key}", float(np.median(ratios)))
    run.metric(
        f"moved.{key}", found.compared.ratio.value if found.compared else sorted(found.ratios)[len(found.ratios) // 2]
    )
    return Effect(key, title, found, compared)


def _tables(params: InferenceTiming, run: Run, timed: list[Timed], out: Results) -> None:
    rows: list[dict[str, Any]] = []
    samples: list[dict[str, Any]] = []
    for one in timed:
        cell = one.cell
        about = {
            "cell": cell.key, "device": cell.device, "engine": cell.engine, "allocator": cell.allocator,
            "dtype": cell.dtype, "batch": cell.batch, "a side": cell.a_side, "b side": cell.b_side,
            "change": cell.change, "networks": "torchvision" if cell.framework == "torch" else "keras.applications",
        }  # fmt: skip
        if one.unavailable:
            rows.append(about | {"skipped": one.unavailable})
            continue
        ratio = one.compared.ratio if one.compared else None
        rows.append(
            about
            | {"a ms": 1000 * one.median(0), "b ms": 1000 * one.median(1)}
            | {"ratio": ratio.value if ratio else None, "lo": ratio.lo if ratio else None}
            | {"hi": ratio.hi if ratio else None, "processes": len(one.ratios), "unsteady": sum(one.unstable)}
            | {"unsettled": one.unsettled, "sm MHz": one.clock("sm"), "memory MHz": one.clock("memory")}
            | {"a faults": one.faults(0), "b faults": one.faults(1)}
        )
        for number, answer in enumerate(one.answers):
            for pair, (a, b) in enumerate(zip(*answer["times"], strict=True)):
                samples.append({"cell": cell.key, "process": number, "pair": pair, "a s": a, "b s": b})
    run.table("cells", rows, f"{params.b} over {params.a}, by cell")
    run.table("samples", samples, "Every pair: seconds of one pass, a block's mean")


def _explained(params: InferenceTiming, out: Results) -> bool:
    """Whether there is a base to be explained: torch on a processor."""
    one = out.base
    return one is not None and not one.unavailable and params.device == "cpu" and one.cell.framework == "torch"


def explain(params: InferenceTiming, run: Run, out: Results) -> None:
    """Profiles of both models and the machine's roofs, under the conditions of the base cell; on a processor only."""
    if not _explained(params, out):
        return
    assert out.base is not None
    cell = out.base.cell
    plain = cell.task(params, 0)
    answer = ask(plain | {"what": "profile"}, cell.environment())
    roofs = answer["machine"]
    out.roofs = roofs["peak"], roofs["bandwidth"]
    run.metrics({"roof.gflops": roofs["peak"] / 1e9, "roof.gbytes": roofs["bandwidth"] / 1e9})
    rows: list[dict[str, Any]] = []
    for arm, model, seen in zip(ARMS, plain["arms"], answer["profiles"], strict=True):
        found = anatomy.parts(seen, anatomy.work(model["model"], model["side"], cell.batch))
        out.parts[arm] = found
        whole = sum(one.seconds for one in found)
        run.metrics(
            {
                f"launched.{arm}": seen["launched"],
                f"idle.{arm}": anatomy.idle_share(found),
                f"gmacs.{arm}": sum(one.flops for one in found) / 2e9,
            }
        )
        rows += [
            {"model": model["model"], "kind": one.kind, "calls": one.calls, "ms": 1000 * one.seconds}
            | {"share": one.seconds / whole, "gmac": one.flops / 2e9, "gflop/s": one.rate / 1e9}
            | {"flop/byte": one.intensity}
            for one in found
        ]
    run.table("profile", rows, "Where the time of a pass goes, by kind of operator")


def predict(params: InferenceTiming, run: Run, out: Results) -> None:
    """The ratio that other models lead one to expect, beside the observed one."""
    others = [name for name in params.zoo if name not in (params.a, params.b)]
    if len(others) < 5 or not _explained(params, out):
        return
    assert out.base is not None
    cell = out.base.cell
    arms = [
        {
            "name": name,
            "model": name,
            "side": prediction.SIDE,
            "seed": params.seed,
            "without": [],
            "engine": cell.engine,
        }
        for name in others
    ]
    answer = ask(cell.task(params, 0) | {"what": "zoo", "arms": arms}, cell.environment())
    out.zoo = [prediction.counted(name, prediction.SIDE, answer["times"][name]) for name in others]
    a, b = (
        prediction.counted(name, side, out.base.median(at))
        for at, (name, side) in enumerate(((params.a, cell.a_side), (params.b, cell.b_side)))
    )
    for name, features in prediction.FEATURES.items():
        found = prediction.predict(out.zoo, a, b, features)
        out.predicted[name] = found
        run.metrics(
            {
                f"predicted.{name}": found.ratio,
                f"predicted.{name}.lo": found.lo,
                f"predicted.{name}.hi": found.hi,
                f"predicted.{name}.error": found.error,
            }
        )
    rows = [
        {"model": one.name, "side": one.side, "gmac": one.macs / 1e9, "activations, M": one.activations / 1e6}
        | {"ms": 1000 * one.seconds}
        | {f"{name}, ms": 1000 * found.times[one.name] for name, found in out.predicted.items() if one in out.zoo}
        for one in (*out.zoo, a, b)
    ]
    run.table("zoo", rows, "The models that the prediction is fitted on, and the two that it is for")
