"""What the figures come to: the sentences that answer the person, and one finding a condition.

Which words a sentence has is chosen from the figures, so that none can contradict them; every numeral is a placeholder.
"""

from __future__ import annotations

from studyctl.lab import Run

from .gains import Trained
from .measure import Results
from .parameters import ActivationCost

# Two times are alike within a tenth, and unlike from a fifth on; between the two a run decides nothing, so that another
# run on the same machine does not decide otherwise. Choices, made here.
ALIKE, UNLIKE = 0.1, 0.2
# Points of ImageNet's accuracy that swish gained in Mobile NASNet-A. Source: abstract of arXiv 1710.05941.
PUBLISHED = 0.9


def state(params: ActivationCost, run: Run, out: Results) -> None:
    """State every finding of the run."""
    run.constant("published_gain", PUBLISHED)
    cached, bound = (out.at(size, params.dtypes[0]) for size in (out.cited.cached, out.cited.bound))
    run.finding("cost", text=_answer(params, out, cached, bound))
    _cost(params, run, out, cached, bound)
    _others(params, run, out, cached, bound)
    _kept(run)
    if out.network:
        _share(params, run, out)
    _gains(params, run, out)


def interval(out: Results, name: str, form: str = ".2f") -> str:
    """A ratio with its interval, where there is one."""
    if out.ratios[name].lo is None:
        many = "es" if out.ratios[name].processes[1:] else ""
        return f"{{{name}:{form}}} ({{{name}.n:.0f}} process{many}: no interval)"
    ratio = out.ratios[name]
    shaky = " (unsteady)" if ratio.unsteady * 2 > len(ratio.processes) else ""
    return f"{{{name}:{form}}} [{{{name}.lo:{form}}}, {{{name}.hi:{form}}}]{shaky}"


def _steady(name: str) -> str:
    return f" and {name}.unsteady * 2 <= {name}.n"


def _size(kind: str) -> str:
    return f"{{size.{kind}:.0f}} KiB"


def _where(out: Results) -> tuple[str, str]:
    """What the two sizes are, as far as the machine tells."""
    cached = "In cache" if out.cited.known else "On a small tensor, not known to be in cache,"
    bound = "memory-bound" if out.cited.beyond else "on the largest tensor, not known to be beyond the caches,"
    return cached, bound


def _answer(params: ActivationCost, out: Results, cached: str, bound: str) -> str:
    """Q14."""
    small, large = _where(out)
    said = (
        f"{small} ({_size('cached')}, {params.dtypes[0]}) swish takes {interval(out, f'forward.{cached}.swish')} times "
        f"as long as relu forward, {large} ({_size('bound')}) {interval(out, f'forward.{bound}.swish')}"
    )
    if out.network:
        said += f"; swish instead of relu is {_percent(out, 'relu')} of {{network}}'s time at {{side}} px"
    return f"{said}; {_accuracy(out.trained[0], 'swish')}."


def _percent(out: Results, place: str) -> str:
    name = f"share.{place}"
    if out.ratios[f"network.{place}"].lo is None:
        return f"{{{name}:.1%}} (no interval)"
    return f"{{{name}:.1%}} [{{{name}.lo:.1%}}, {{{name}.hi:.1%}}]"


def _accuracy(one: Trained, activation: str) -> str:
    """What it gains, and whether that is anything."""
    gain, name = one.gain(activation), f"gain.{one.condition.key}.{activation}"
    said = f"gain on digits {{{name}:+.2f}} points [{{{name}.lo:+.2f}}, {{{name}.hi:+.2f}}]"
    if gain.lo is not None and gain.lo > 0:
        return f"{said}: it trains better"
    if gain.hi is not None and gain.hi < 0:
        return f"{said}: it trains worse"
    return f"{said}: not reproduced"


def _cost(params: ActivationCost, run: Run, out: Results, cached: str, bound: str) -> None:
    """What swish costs beside relu."""
    small, _ = _where(out)
    large = "Beyond the caches" if out.cited.beyond else "On the largest tensor"
    above = 1 + params.margin
    for dtype in params.dtypes:
        tail = "" if dtype == params.dtypes[0] else f".{dtype}"
        for way, end in (("forward", ""), ("backward", "-backward")):
            at, far = (out.at(size, dtype) for size in (out.cited.cached, out.cited.bound))
            name = f"{way}.{at}.swish"
            run.finding(
                f"cost.cached{end}{tail}",
                claim=f"swish takes longer than relu where tensors are in cache, {way}, {dtype}",
                when=f"{name}.lo > {above}{_steady(name)}",
                unless=f"{name}.hi < {above}{_steady(name)}",
                text=f"{small} ({_size('cached')}): relu {{us.{way}.{at}.relu:.1f}} us, swish "
                f"{{us.{way}.{at}.swish:.1f}} us, {interval(out, name)} times relu's, {{floor.{way}.{at}.swish:.2f}} "
                "times the floor's.",
            )
            name = f"{way}.{far}.swish"
            run.finding(
                f"cost.memory-bound{end}{tail}",
                claim=f"beyond the caches swish takes at most a tenth longer than relu, {way}, {dtype}",
                when=f"{name}.hi < {1 + ALIKE}{_steady(name)}",
                unless=f"{name}.lo > {1 + UNLIKE}{_steady(name)}",
                text=f"{large} ({_size('bound')}): relu {{us.{way}.{far}.relu:.0f}} us, swish "
                f"{{us.{way}.{far}.swish:.0f}} us, {interval(out, name)} times relu's, {{floor.{way}.{far}.swish:.2f}} "
                f"times the floor's (relu {{floor.{way}.{far}.relu:.2f}}).",
            )


def _others(params: ActivationCost, run: Run, out: Results, cached: str, bound: str) -> None:
    """The unfused one beside the fused, and hard-swish beside relu."""
    above = 1 + params.margin
    name = f"forward.{bound}.fused"
    run.finding(
        "cost.unfused",
        claim="x * sigmoid(x) takes longer than swish as one operator, beyond the caches",
        when=f"{name}.lo > {above}{_steady(name)}",
        unless=f"{name}.hi < {above}{_steady(name)}",
        text=f"{interval(out, name)} times as long forward at {_size('bound')}, {{backward.{bound}.fused:.2f}} "
        f"backward; at {_size('cached')} {{forward.{cached}.fused:.2f}} and {{backward.{cached}.fused:.2f}}.",
    )
    name = f"floor.forward.{bound}.relu"
    run.finding(
        "cost.floor",
        claim="memory is relu's limit beyond the caches: it takes as long as a copy, within a tenth",
        when=f"{name}.lo > {1 - ALIKE} and {name}.hi < {1 + ALIKE}{_steady(name)}",
        unless=f"({name}.hi < {1 - UNLIKE} or {name}.lo > {1 + UNLIKE}){_steady(name)}",
        text=f"At {_size('bound')} relu takes {interval(out, name)} times a copy's time, swish "
        f"{interval(out, f'floor.forward.{bound}.swish')}; backward, over a product's time, "
        f"{interval(out, f'floor.backward.{bound}.relu')} and {interval(out, f'floor.backward.{bound}.swish')}.",
    )
    name, swish = f"forward.{cached}.hard-swish", f"forward.{cached}.swish"
    run.finding(
        "cost.hard-swish",
        claim="hard-swish takes less time than swish where tensors are in cache, forward",
        when=f"{name}.hi < {swish}.lo{_steady(name)}{_steady(swish)}",
        unless=f"{name}.lo > {swish}.hi{_steady(name)}{_steady(swish)}",
        text=f"At {_size('cached')} hard-swish takes {interval(out, name)} times relu's, gelu "
        f"{{forward.{cached}.gelu:.2f}}, swish {{forward.{cached}.swish:.2f}}.",
    )


def _kept(run: Run) -> None:
    run.finding(
        "cost.kept",
        claim="between a batch norm and a layer that keep their inputs, swish has autograd keep more than relu does",
        when="between.swish > between.relu",
        unless="between.swish <= between.relu",
        text="More tensors kept there than without an activation: relu {between.relu:.0f} (its result is the next "
        "layer's input), swish {between.swish:.0f}, x * sigmoid(x) {between.unfused:.0f}, hard-swish "
        "{between.hard-swish:.0f}, gelu {between.gelu:.0f}.",
    )


def _share(params: ActivationCost, run: Run, out: Results) -> None:
    run.finding(
        "cost.share",
        claim=f"{params.network} takes longer with swish than with relu in its place",
        when=f"network.relu.lo > {1 + params.margin}{_steady('network.relu')}",
        unless=f"network.relu.hi < {1 + params.margin}{_steady('network.relu')}",
        text=f"A pass at {{side}} px takes {{ms.network.swish:.1f}} ms with swish, {{ms.network.relu:.1f}} ms with "
        f"relu, {{ms.network.none:.1f}} ms with neither: {_percent(out, 'relu')} and {_percent(out, 'none')} less. A "
        "profiler ascribes {share.profile:.1%} to swish. For backward a training keeps {kept.network.swish:.0f} MiB an "
        "image with swish, {kept.network.relu:.0f} MiB with relu.",
    )


def _gains(params: ActivationCost, run: Run, out: Results) -> None:
    first = out.trained[0]
    run.constant("blocks", first.condition.depth)
    name = f"gain.{first.condition.key}.swish"
    gain = first.gain("swish")
    within = gain.lo is not None and gain.hi is not None and gain.lo <= PUBLISHED <= gain.hi
    run.finding(
        "gain",
        text=f"{_accuracy(first, 'swish').replace('gain', 'Gain', 1)}, over {{{name}.n:.0f}} pairs of networks of "
        f"{{blocks:.0f}} {first.condition.title.split(maxsplit=1)[1]}. The paper's {{published_gain:g}} points "
        f"(ImageNet, Mobile NASNet-A) are {'within' if within else 'outside of'} that interval; digits are another "
        "task.",
    )
    for one in out.trained:
        for activation in params.activations:
            _gain(run, one, activation)


def _gain(run: Run, one: Trained, activation: str) -> None:
    key = one.condition.key
    name = f"gain.{key}.{activation}"
    tuned = f"tuned.{key}"
    run.finding(
        name if activation != "swish" else f"gain.{key}",
        claim=f"{activation} trains to a higher accuracy than relu: {one.condition.title}",
        when=f"{name}.lo > 0",
        unless=f"{name}.hi < 0",
        text=f"{{accuracy.{key}.{activation}:.2f}} % against {{accuracy.{key}.relu:.2f}} %: "
        f"{_accuracy(one, activation)}. Chosen on validation images: initialisation's gain "
        f"{{{tuned}.{activation}.gain:.2g}} and rate {{{tuned}.{activation}.rate:g}}, for relu "
        f"{{{tuned}.relu.gain:.2g}} and {{{tuned}.relu.rate:g}}.",
    )
