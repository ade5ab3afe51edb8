"""The parts of a run in their order: what each measures, and under which names it records it."""

from __future__ import annotations

import inspect
from dataclasses import dataclass, field
from typing import Any

import torch

from studyctl.lab import ExperimentError, Run, record_checks

from . import checks, concordance, keras_profile, latency, profilers, published, xla_cost, zoo
from .building import filled, own_function, own_model, shaped
from .concordance import Band
from .counting import Count, count
from .formulas import ATTENTION, BATCH_NORM, CONV, DEPTHWISE, KINDS, MAC_KINDS, NORM, POOL
from .latency import Timed
from .parameters import FlopsCounting
from .profilers import Profile

OWN = "own"


@dataclass
class Results:
    """What was measured so far."""

    known: zoo.Counts = field(default_factory=zoo.Counts)
    counts: dict[str, Count] = field(default_factory=dict)
    profiles: list[Profile] = field(default_factory=list)
    figures: list[tuple[published.Figure, Count]] = field(default_factory=list)
    benchmarks: list[tuple[published.Benchmark, Count]] = field(default_factory=list)
    entries: list[zoo.Entry] = field(default_factory=list)
    timed: list[Timed] = field(default_factory=list)
    bands: list[Band] = field(default_factory=list)


def check_instrument(params: FlopsCounting, run: Run) -> None:
    """Refuse to count with a counter that differs from a plain loop."""
    record_checks(run, checks.instrument(params.seed))


def count_models(params: FlopsCounting, run: Run, out: Results) -> None:
    """The chosen models, operator by operator."""
    operators: list[dict[str, Any]] = []
    layers: list[dict[str, Any]] = []
    for name in run.track([*params.models, *([OWN] if params.own else [])], "models"):
        if name == OWN:
            model = shaped(own_model(params.own))
            # Loaded by a name that is a parameter: its file is part of what the run rests on.
            if source := inspect.getsourcefile(own_function(params.own)):
                run.data(source)
            run.note(f"own={params.own}: of its code only the file of that function is watched for changes")
            inputs = [torch.zeros(params.shape, device="meta")]
        else:
            made, given = zoo.prepared(name)
            model, inputs = shaped(made), [one.to("meta") for one in given]
        counted = count(model, *inputs)
        out.counts[name] = counted
        out.profiles.append(profilers.torch_profile(name, model, counted, *inputs))
        operators += [{"model": name} | row for row in counted.by_operator()]
        layers += [{"model": name} | row for row in counted.by_layer()]
        _record(run, name, counted)
    run.table("operators", operators, "By operator: calls, multiply-adds, bias additions, other arithmetic, outputs")
    run.table("layers", layers, "The same by layer")
    rows = [
        {"model": n, "used by": kind, "parameters": p} for n, c in out.counts.items() for kind, p in c.owned.items()
    ]
    run.table("parameters", rows, "Parameters by the operator that uses them")


def _record(run: Run, name: str, counted: Count) -> None:
    at = f"model.{name}"
    single = counted.total("bias") + counted.total("flops")
    run.metrics(
        {
            f"{at}.macs": counted.macs,
            f"{at}.parameters": counted.parameters,
            f"{at}.activations": counted.activations,
            f"{at}.conv-outputs": counted.conv_outputs,
            f"{at}.bias": counted.total("bias"),
            f"{at}.other": counted.total("flops"),
            f"{at}.rest": single / (2 * counted.macs + single) if counted.macs or single else 0.0,
            f"{at}.gates": counted.gate_macs / counted.macs if counted.macs else 0.0,
            f"{at}.gmacs": counted.macs / 1e9,
            f"{at}.unknown": sum(counted.unknown.values()),
        }
    )
    run.metrics({f"{at}.macs.{_slug(kind)}": counted.total("macs", kind) for kind in MAC_KINDS})
    run.metrics(
        {f"{at}.other.{_slug(kind)}": counted.total("flops", kind) for kind in KINDS if counted.total("flops", kind)}
    )
    if counted.unknown:
        listed = ", ".join(f"{key} ({n} times)" for key, n in counted.unknown.items())
        run.note(f"{name}: no formula for {listed}; counted as nothing")


def _slug(kind: str) -> str:
    return kind.replace(",", "").replace(" ", "-")


def profile(params: FlopsCounting, run: Run, out: Results) -> None:
    """The other counters on tensors with data: where operators are fused, and fvcore."""
    generator = torch.Generator().manual_seed(params.seed)
    fvcore = profilers.has_fvcore()
    if not fvcore:
        run.note("fvcore: skipped, not installed; python -m pip install fvcore")
    for name in run.track(params.models, "profilers"):
        attends = bool(out.counts[name].total("macs", ATTENTION))
        if not (attends or fvcore):
            continue
        made, inputs = zoo.prepared(name)
        model = filled(made, generator)
        counted = count(model, *inputs)
        if counted.macs != out.counts[name].macs:
            raise ExperimentError(
                f"{name}: {counted.macs} multiply-adds with data and {out.counts[name].macs} without",
                "an operator is missing in formulas.py; please report it with the model",
            )
        if attends:
            out.profiles.append(profilers.torch_profile(name, model, counted, *inputs, on=profilers.TORCH_CPU))
        if fvcore:
            out.profiles.append(profilers.fvcore_profile(name, model, counted, *inputs))
    _profile_keras(params, run, out)
    _profile_xla(params, run, out)
    rows: list[dict[str, Any]] = [
        {"counter": line.counter, "model": line.model, "operator": line.operator, "rule": line.rule}
        | {"measured": line.measured, "explained": line.explained, "residual": line.residual}
        for one in out.profiles
        for line in one.lines
    ]
    run.table("counters", rows, "Other counters, operator by operator, and what explains them")
    for one in out.profiles:
        at = f"counter.{KEYS[one.counter]}.{one.model}"
        run.metrics({f"{at}.total": one.total, f"{at}.ratio": one.total / one.macs if one.macs else 0.0})
        run.metrics({f"{at}.residual": one.residual, f"{at}.explained": one.explained})
    for counter, key in KEYS.items():
        of = [one for one in out.profiles if one.counter == counter]
        if of:
            run.metrics(
                {
                    f"counter.{key}.models": len(of),
                    f"counter.{key}.residual": max(one.residual for one in of),
                    f"counter.{key}.explained": min(one.explained for one in of),
                    f"counter.{key}.least": min(one.total / one.macs for one in of),
                    f"counter.{key}.most": max(one.total / one.macs for one in of),
                }
            )
    run.metric("counter.explained", min(one.explained for one in out.profiles))


def _profile_keras(params: FlopsCounting, run: Run, out: Results) -> None:
    if not params.keras or not keras_profile.installed():
        why = "TensorFlow is not installed; python -m pip install tensorflow-cpu" if params.keras else "keras=false"
        run.note(f"tf.profiler: skipped, {why}")
        return
    for name in run.track(list(profilers.TWINS), "tf.profiler"):
        out.profiles.append(profilers.keras_profile(name, out.known.of(name, profilers.TWIN_SIDE)))


def _profile_xla(params: FlopsCounting, run: Run, out: Results) -> None:
    missing = xla_cost.missing()
    if not params.keras or missing:
        why = f"{missing} is not installed; python -m pip install {missing}" if params.keras else "keras=false"
        run.note(f"XLA cost analysis: skipped, {why}")
        return
    apart: dict[str, float] = {}
    for name in run.track(list(profilers.TWINS), "XLA cost analysis"):
        found, apart[name] = profilers.xla_profile(name, out.known.of(name, profilers.TWIN_SIDE))
        out.profiles.append(found)
        run.metric(f"counter.xla.{name}.apart", apart[name])
    run.metric("counter.xla.apart", max(apart.values()))


KEYS = {
    profilers.TORCH: "torch",
    profilers.TORCH_CPU: "torch-cpu",
    profilers.FVCORE: "fvcore",
    profilers.KERAS: "keras",
    profilers.XLA: "xla",
}


def compare_published(run: Run, out: Results) -> None:
    """What papers and repositories print, beside our own count of the same network."""
    for figure in run.track(published.FIGURES, "published"):
        out.figures.append((figure, out.known.of(figure.model, figure.side)))
    for benchmark in run.track(published.BENCHMARKS, "timm"):
        out.benchmarks.append((benchmark, out.known.of(benchmark.model, benchmark.side)))
    rows: list[dict[str, Any]] = []
    for figure, counted in out.figures:
        ours = counted.macs / 1e6
        at = f"published.{figure.key}"
        run.metrics({f"{at}.printed": figure.millions, f"{at}.macs": ours, f"{at}.error": ours / figure.millions - 1})
        run.metrics({f"{at}.off": abs(ours - figure.millions), f"{at}.half": figure.half})
        rows.append(
            {"network": figure.title, "side": figure.side, "printed": figure.millions, "digit": figure.step}
            | {"macs": ours, "error": ours / figure.millions - 1, "agrees": agrees(figure, ours)}
            | {"would agree": ", ".join(fitting(figure, counted)), "source": figure.source}
        )
    run.table("published", rows, "Printed figures, in millions, and our multiply-adds")
    run.metrics(
        {
            "published.figures": len(out.figures),
            "published.agree": sum(agrees(f, c.macs / 1e6) for f, c in out.figures),
            "published.furthest": max(abs(c.macs / 1e6 / f.millions - 1) for f, c in out.figures),
            "published.nearest-to-twice": min(abs(2 * c.macs / 1e6 / f.millions - 1) for f, c in out.figures),
        }
    )
    _benchmarks(run, out)


def agrees(figure: published.Figure, millions: float) -> bool:
    """Whether a count rounds to the printed figure."""
    return abs(millions - figure.millions) <= figure.half


def with_norms(counted: Count) -> int:
    """Multiply-adds and what fvcore has for norms: 2 an element of batch norm, 5 of others; 1 and 4 without affine."""
    return counted.macs + sum(
        one.inputs * ((1 if one.cost.kind == BATCH_NORM else 4) + one.affine)
        for one in counted.ops
        if one.cost.kind in (BATCH_NORM, NORM)
    )


def fitting(figure: published.Figure, counted: Count) -> list[str]:
    """Which other ways to count would give the printed figure; what it was is not known from that."""
    ways = {
        "convolutions alone": counted.total("macs", CONV, DEPTHWISE),
        "without gates": counted.macs - counted.gate_macs,
        "with bias": counted.macs + counted.total("bias"),
        "with batch norm": counted.macs + counted.total("flops", BATCH_NORM),
        "with batch norm and pooling": counted.macs + counted.total("flops", BATCH_NORM, POOL),
        "twice": 2 * counted.macs,
    }
    return [name for name, value in ways.items() if value != counted.macs and agrees(figure, value / 1e6)]


def _benchmarks(run: Run, out: Results) -> None:
    rows: list[dict[str, Any]] = []
    for one, counted in out.benchmarks:
        ruled = with_norms(counted) / 1e9
        rows.append(
            {"timm": one.name, "network": one.model, "side": one.side, "parameters": one.parameters}
            | {"our parameters": counted.parameters / 1e6, "gmacs": one.gmacs, "our gmacs": counted.macs / 1e9}
            | {"with norms": ruled, "activations": one.activations}
            | {"our activations": counted.activations / 1e6}
        )
    run.table("timm", rows, "timm's published figures: parameters and activations in millions, multiply-adds in G")
    half = 0.005 + 1e-9
    run.metrics(
        {
            "timm.networks": len(rows),
            "timm.parameters": sum(abs(r["parameters"] - r["our parameters"]) <= half for r in rows),
            "timm.activations": sum(abs(r["activations"] - r["our activations"]) <= half for r in rows),
            "timm.macs": sum(abs(r["gmacs"] - r["our gmacs"]) <= half for r in rows),
            "timm.macs-norms": sum(abs(r["gmacs"] - r["with norms"]) <= half for r in rows),
        }
    )


def compare_zoo(params: FlopsCounting, run: Run, out: Results) -> None:
    """torchvision's own figures of every set of weights."""
    for group, name in run.track(zoo.names(params.zoo), "zoo"):
        out.entries += zoo.entries(group, name, out.known)
    rows = [
        {"group": e.group, "model": e.model, "weights": e.weights, "input": "x".join(map(str, e.shape))}
        | {"gflops": e.published, "our gmacs": e.counted.macs / 1e9, "error": e.error}
        | {"num_params": e.published_parameters, "our parameters": e.counted.parameters, "agrees": e.agrees}
        for e in out.entries
    ]
    run.table("zoo", rows, "torchvision's Weights.meta and our count")
    run.metrics(
        {
            "zoo.models": len({e.model for e in out.entries}),
            "zoo.weights": len(out.entries),
            "zoo.agree": sum(e.agrees for e in out.entries),
            "zoo.disagree": sum(not e.agrees for e in out.entries),
            "zoo.off": max(abs(e.counted.macs / 1e9 - e.published) for e in out.entries),
            "zoo.parameters-differ": sum(e.counted.parameters != e.published_parameters for e in out.entries),
            "zoo.unknown": sum(sum(e.counted.unknown.values()) for e in out.entries),
        }
    )
    for group, why in zoo.NOT_COUNTED.items():
        run.note(f"torchvision's {group} models are not counted: {why}")


def time_models(params: FlopsCounting, run: Run, out: Results) -> None:
    """Latency, and how often each figure names the faster of two models."""
    found, left = latency.chosen(latency.candidates(params.largest, out.known), params.timed)
    if left:
        run.note(f"{left} models were not timed: their weights do not fit into half of the memory that is available")
    if len(found) < 2:
        run.note("too few models fit into memory: nothing was timed")
        return
    faults = latency.time_models(params, run, found)
    out.timed = found
    run.table(
        "latency",
        [
            {"model": t.name, "family": t.family, "gmacs": t.macs / 1e9, "activations": t.activations / 1e6}
            | {"parameters": t.parameters / 1e6, "ms": t.ms, "spread": t.spread, "ms per gmac": t.ms_per_gmac}
            for t in found
        ],
        "One picture, medians over rounds; activations and parameters in millions",
    )
    run.table("blocks", [{"model": t.name, "round": n, "ms": 1e3 * s} for t in found for n, s in enumerate(t.blocks)])
    rates = [t.ms_per_gmac for t in found]
    run.metrics(
        {
            "timed.models": len(found),
            "timed.families": len({t.family for t in found}),
            "timed.unsteady": sum(t.spread > latency.STEADY for t in found) / len(found),
            "timed.rounds": min(len(t.blocks) for t in found),
            "timed.faults": faults,
            "timed.range": max(rates) / min(rates),
        }
    )
    run.metrics({f"timed.ms.{t.name}": t.ms for t in found}, unit="ms")
    pairs = concordance.Pairs(found)
    run.metrics({"fit.macs.error": pairs.error("macs"), "fit.together.error": pairs.error("macs", "activations")})
    for name, low, high in concordance.BANDS:
        one = concordance.band(pairs, name, low, high, params.seed)
        out.bands.append(one)
        run.metrics({f"band.{name}.pairs": one.pairs, f"band.{name}.settled": one.settled})
        for predictor, estimate in one.shares.items():
            run.metrics(estimate.metrics(f"band.{name}.{predictor}"))
        for predictor, estimate in one.gains.items():
            run.metrics(estimate.metrics(f"band.{name}.{predictor}.gain"))
    rows = [
        {
            "band": one.name,
            "pairs": one.pairs,
            "settled": one.settled,
            "figure": name,
            "share": e.value,
            "lo": e.lo,
            "hi": e.hi,
        }
        for one in out.bands
        for name, e in one.shares.items()
    ]
    run.table("concordance", rows, "How often a figure names the faster of two models, by the ratio of multiply-adds")
