"""What the figures come to: the sentences that answer the person, and one finding a condition.

Which words a sentence has is chosen from the figures, so that none can contradict them; every numeral is a placeholder.
"""

from __future__ import annotations

from studyctl.lab import Run

from .blocks import BOTTLENECK, EXPAND, PLAIN, SE_RATIO
from .gating import TITLES
from .measure import Results
from .parameters import ConvBlocks
from .timing import ENOUGH, Group

# Accuracies above which the far-cue task counts as solved, and below which it does not: choices, made here. What is
# linear after the pooling gets .75 at best.
SOLVED, UNSOLVED = 0.9, 0.8
NAMES = {BOTTLENECK: "a bottleneck", PLAIN: "a plain block"}
EQUAL = {"macs": "MACs", "parameters": "parameters"}

WHAT = {
    "mbconv": "MBConv: `1x1` to {expand:.0f} times the filters, depthwise `kxk`, squeeze-and-excitation, a linear "
    "`1x1`, a skip where nothing changes its shape. Ours and torchvision's make the same of the same weights.",
    "se": "Squeeze-and-excitation: the mean of each filter over all places, a layer down to {ratio:.0%} of the filters "
    "that the block gets (not of the expanded ones), swish, a layer up, sigmoid: a factor for each filter.",
    "depth": "Stochastic depth: in training a residual block is left out at random, the deeper the likelier. The paper "
    "drops it for the whole batch, by `1 - l/L (1 - p_L)`; EfficientNet for each sample, by `1 - .2 idx/N`, where a "
    "block has a skip. What survives is divided by its probability.",
}

# Networks without squeeze-and-excitation that have something else instead, as the answer calls them.
WITHOUT = {"local": "with a local gate", "wider": "wider", "deeper": "deeper"}


def state(params: ConvBlocks, run: Run, out: Results) -> None:
    """State every finding of the run."""
    run.constant("expand", EXPAND)
    run.constant("ratio", SE_RATIO)
    if out.groups:
        run.finding("mbconv", text=_mbconv(params, run, out))
        run.finding("mbconv.what", text=WHAT["mbconv"])
        for group in out.groups:
            assert group.place is not None
            for arm in group.place.rivals():
                _slower(params, run, out, group, arm)
    if out.se is not None:
        run.finding("se", text=_se(params, out))
        run.finding("se.what", text=WHAT["se"])
        _gates(params, run, out)
    if out.steps is not None:
        run.finding("depth", text=_depth(params, out))
        run.finding("depth.what", text=WHAT["depth"])
        _dropping(params, run, out)


def _span(out: Results, name: str, form: str) -> str:
    """A figure with its interval, where it has one."""
    if f"{name}.lo" not in out.figures:
        return f"{{{name}:{form}}}"
    return f"{{{name}:{form}}} [{{{name}.lo:{form}}}, {{{name}.hi:{form}}}]"


def _side(out: Results, name: str, bound: float) -> str:
    """Where a figure's interval lies: above the bound, below it, or open."""
    low, high = out.figures.get(f"{name}.lo"), out.figures.get(f"{name}.hi")
    if low is None or high is None or out.figures.get(f"{name}.unsteady"):
        return "open"
    return "above" if low > bound else "below" if high < bound else "open"


# -- MBConv


def _mbconv(params: ConvBlocks, run: Run, out: Results) -> str:
    """Q11: MBConv beside both, at equal multiply-adds and at equal parameters, in the first place."""
    group = out.groups[0]
    assert group.place is not None
    run.constant("width", group.place.mbconv.width)
    run.constant("side", group.place.mbconv.side)

    place = group.place.key

    def pair(equal: str, kind: str) -> tuple[str, str]:
        arm = f"{equal}-{kind}"
        time = f"time.{group.key}.{arm}"
        open_ = " (open which is faster)" if _open(params, out, time) else ""
        return f"{{more.{place}.{arm}:.1f}} times", f"{_span(out, time, '.2f')} times{open_}"

    (a, t), (b, u) = pair("macs", BOTTLENECK), pair("macs", PLAIN)
    (c, v), (d, w) = pair("parameters", BOTTLENECK), pair("parameters", PLAIN)
    elsewhere = _elsewhere(out) if len(out.groups) > 1 else ""
    return (
        f"At equal MACs MBConv has {a} the activations and takes {t} the time of a bottleneck; {b} and {u} those of "
        f"two plain `3x3`. At equal parameters it has {c} and takes {v} those of a bottleneck; {d} and {w} those of "
        f"two plain `3x3`. (MBConv of {{width:.0f}} filters at {{side:.0f}} px, batch {{batch}}, threads: {{threads}}, "
        f"allocator {group.allocator}; sizes equal within {{off.most:.1%}}.{_few(params)}){elsewhere}"
    )


def _elsewhere(out: Results) -> str:
    """The range over all places and allocators, at equal multiply-adds."""
    halves = []
    for kind in (BOTTLENECK, PLAIN):
        names = [f"time.{group.key}.macs-{kind}" for group in out.groups]
        ends = min(names, key=out.figures.__getitem__), max(names, key=out.figures.__getitem__)
        low, high = (_span(out, name, ".2f") for name in ends)
        halves.append(f"from {low} to {high} times the time of {NAMES[kind]}")
    return f" Over all places and allocators, at equal MACs: {'; '.join(halves)}."


def _few(params: ConvBlocks) -> str:
    return "" if params.processes >= ENOUGH else " Too few processes for an interval."


def _open(params: ConvBlocks, out: Results, time: str) -> bool:
    bound = 1 + params.margin
    return _side(out, time, bound) != "above" and _side(out, time, 1 / bound) != "below"


def _slower(params: ConvBlocks, run: Run, out: Results, group: Group, arm: str) -> None:
    """Whether MBConv takes longer than one block of its size, in one place and under one allocator."""
    assert group.place is not None
    equal, kind = arm.split("-")
    name, key = f"time.{group.key}.{arm}", group.key
    bound = 1 + params.margin
    steady = f" and {name}.unsteady < 1"
    place = group.place.key
    bare = f", without SE {_span(out, f'bare.{key}.{arm}', '.2f')}" if equal == "macs" else ""
    run.finding(
        f"mbconv.{key}.{arm}",
        claim=f"at equal {EQUAL[equal]} MBConv takes longer than {NAMES[kind]}: {group.place.title}, allocator "
        f"{group.allocator}",
        when=f"{name}.lo > {bound}{steady}",
        unless=f"{name}.hi < {bound}{steady}",
        text=f"MBConv {{ms.{key}.mbconv:.3f}} ms, {NAMES[kind]} {{ms.{key}.{arm}:.3f}} ms, ratio "
        f"{_span(out, name, '.2f')}{bare}; "
        f"parameters {{parameters.{place}.mbconv:.0f}} and {{parameters.{place}.{arm}:.0f}}, MACs "
        f"{{macs.{place}.mbconv:.0f}} and {{macs.{place}.{arm}:.0f}}, activations "
        f"{{activations.{place}.mbconv:.0f}} and {{activations.{place}.{arm}:.0f}}.",
    )


# -- squeeze-and-excitation


def _se(params: ConvBlocks, out: Results) -> str:
    """Q12: what it costs, and when it is needed."""
    cost = "{se.parameters:.1%} of EfficientNet-B0's parameters, {se.macs:.2%} of its MACs, "
    cost += f"{_span(out, 'se.time', '.1%')} of its time"
    se, plain, hidden = (_span(out, f"accuracy.{arm}", ".2f") for arm in ("se", "plain", "hidden"))
    others = [arm for arm in params.arms if arm in WITHOUT]
    plain += " without" + "".join(f", {_span(out, f'accuracy.{arm}', '.2f')} {WITHOUT[arm]}" for arm in others)
    solves, fails = _side(out, "accuracy.se", SOLVED), _side(out, "accuracy.plain", UNSOLVED)
    if solves == "above" and fails == "below":
        need = (
            "needed where the label depends on two things that no place before the pooling sees together and a linear "
            f"layer follows it ({se} with, {plain})"
        )
    else:
        need = f"open whether it is needed where two things have to be seen together ({se} with, {plain})"
    also = _side(out, "accuracy.hidden", SOLVED)
    if also == "above":
        return f"{cost}; {need}, but a hidden layer after pooling does as well: {hidden}."
    verb = "a hidden layer after pooling does not do as well"
    if also == "open":
        verb = "open whether a hidden layer after pooling does as well"
    return f"{cost}; {need}; {verb}: {hidden}."


def _gates(params: ConvBlocks, run: Run, out: Results) -> None:
    """One finding for each network on the far-cue task, and one for the time."""
    for arm in params.arms:
        solves = arm in ("se", "hidden")
        solved, not_solved = f"accuracy.{arm}.lo > {SOLVED}", f"accuracy.{arm}.hi < {UNSOLVED}"
        run.finding(
            f"se.{arm}",
            claim=f"{TITLES[arm]}: the far-cue task is {'solved' if solves else 'not solved'}",
            when=solved if solves else not_solved,
            unless=not_solved if solves else solved,
            text=f"Accuracy {_span(out, f'accuracy.{arm}', '.3f')}, seeds: {{accuracy.{arm}.n:.0f}}; a sum of what "
            f"both say gets {{best_sum:.2f}} at best. {{size.{arm}:.0f}} parameters, receptive field "
            f"{{reach.{arm}:.0f}} of a gap of {{gap_columns:.0f}} columns, rate {{rate.{arm}:g}}.",
        )
    run.finding(
        "se.time",
        claim="SE takes more of EfficientNet-B0's time than the margin",
        when=f"se.time.lo > {params.margin} and time.se.unsteady < 1",
        unless=f"se.time.hi < {params.margin} and time.se.unsteady < 1",
        text="{ms.se.with:.1f} ms with SE, {ms.se.without:.1f} ms without: "
        f"{_span(out, 'se.time', '.1%')} of the time.",
    )


# -- stochastic depth


def _depth(params: ConvBlocks, out: Results) -> str:
    """Q13: blocks that are active, what dropping saves or costs, and whether its unit matters."""
    said = (
        "{active:.2f} of {blocks} blocks active (closed form {active.expected:.2f}; in EfficientNet-B0 {b0.active:.2f} "
        "of the {b0.skips:.0f} with a skip); "
    )
    saves, costs = _side(out, "saves", 0), _side(out, "costs", 0)
    batch = {"above": "batch-skip saves", "below": "batch-skip saves nothing:", "open": "open what batch-skip saves:"}
    sample = {"above": "per-sample costs", "below": "per-sample costs nothing:", "open": "open what per-sample costs:"}
    said += f"{batch[saves]} {_span(out, 'saves', '.0%')} of a step's time, "
    said += f"{sample[costs]} {_span(out, 'costs', '.0%')} more; "
    words = {"same": "no difference that counts", "differ": "a difference", "open": "open"}[_delta(params, out)]
    few = " Too few processes for an interval of times." if params.processes < ENOUGH else ""
    return f"{said}accuracy, batch-skip less per-sample: {_span(out, 'delta', '+.3f')} ({words}).{few}"


def _delta(params: ConvBlocks, out: Results) -> str:
    low, high = out.figures.get("delta.lo"), out.figures.get("delta.hi")
    if low is None or high is None:
        return "open"
    if low > -params.gap and high < params.gap:
        return "same"
    return "differ" if low > params.gap or high < -params.gap else "open"


def _dropping(params: ConvBlocks, run: Run, out: Results) -> None:
    """One finding for each way of dropping, and one for the accuracy."""
    for name, mode, claim in (
        ("saves", "batch", "dropping blocks for the whole batch saves more of a step's time than the margin"),
        ("costs", "sample", "a mask for each sample costs more of a step's time than the margin"),
    ):
        steady = f" and time.{mode}.unsteady < 1"
        run.finding(
            f"depth.{name}",
            claim=claim,
            when=f"{name}.lo > {params.margin}{steady}",
            unless=f"{name}.hi < {params.margin}{steady}",
            text=f"{{ms.depth.none:.1f}} ms a step with every block, {{ms.depth.{mode}:.1f}} ms so: "
            f"{_span(out, name, '.1%')}.",
        )
    run.finding(
        "depth.accuracy",
        claim=f"batch-skip and a mask for each sample come to the same accuracy, within {params.gap:g}",
        when=f"delta.lo > 0 - {params.gap} and delta.hi < {params.gap}",
        unless=f"delta.lo > {params.gap} or delta.hi < 0 - {params.gap}",
        text=f"{_span(out, 'depth.batch', '.3f')} and {_span(out, 'depth.sample', '.3f')}, without dropping "
        f"{_span(out, 'depth.none', '.3f')}; paired by seed {_span(out, 'delta', '+.3f')}.",
    )
