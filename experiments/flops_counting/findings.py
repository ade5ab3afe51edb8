"""What the figures come to: three sentences that answer a person, and one finding a condition.

The wording is chosen from the figures, so that none can contradict them; every numeral is a placeholder.
"""

from __future__ import annotations

from studyctl.lab import Run

from . import profilers, xla_cost, zoo
from .concordance import BANDS
from .measure import OWN, Results, agrees, fitting

# From which share of pairs on a figure is said to name the faster model; a choice, made here.
RELIABLE = 0.9
# Of all pairs of a band, how many have to be settled before anything is said of it; another one.
SETTLED = 0.9
# What is no multiply-add, as a share of single operations, above which it is worth counting; a third one.
LITTLE = 0.05
# Why a counter differs from multiply-adds, in the order that it is told.
WORDS = {
    "2 x": "two for each of them",
    "padding": "no taps on padding",
    "attention not counted": "attention missed where it is one kernel",
    "bias": "bias",
    "batch norm": "batch norm",
    "other norm": "other norms",
    "pooling": "pooling",
    "activation": "activations",
    "interpolation": "interpolation",
    "add, multiply": "additions and multiplications",
    "softmax": "softmax",
}
RIVALS = {
    "activations": "activations",
    "parameters": "parameters",
    "together": "multiply-adds and activations together, fitted on other families,",
}
RATIOS = {
    "1-2": "less than a factor of two apart",
    "2-4": "two to four times apart",
    "4-8": "four to eight times apart",
    "8-up": "at least eight times apart",
    "all": "any ratio apart",
}


def state(run: Run, out: Results) -> None:
    """State every finding of the run."""
    _counted(run, out)
    _counters(run, out)
    for name in out.counts:
        _rest(run, name)
    if out.figures:
        _published(run, out)
    if out.timed:
        _latency(run, out)


def _counted(run: Run, out: Results) -> None:
    """The sentence of the question: what is counted, and what the profilers make of it."""
    counters = {one.counter for one in out.profiles}
    causes = {cause for one in out.profiles for cause, n in one.parts.items() if n}
    named = _and([words for cause, words in WORDS.items() if cause in causes])
    shown = [one for one in ("FlopCounterMode", profilers.FVCORE, profilers.KERAS, profilers.XLA) if one in counters]
    rest = _and([f"{{model.{name}.rest:.1%}} of the arithmetic of {_title(name)}" for name in list(out.counts)[:2]])
    run.finding(
        "counted",
        text="Multiply-adds of convolutions, fully connected layers and attention, one each. What "
        f"{_and(shown)} {'differ' if len(shown) > 1 else 'differs'} by is {{counter.explained:.1%}} "
        f"explained: {named}. Bias, norms, activations, pooling and additions are left out: {rest}.",
    )


def _and(words: list[str]) -> str:
    """a; a and b; a, b and c."""
    *head, last = words
    return f"{', '.join(head)} and {last}" if head else last


def _title(name: str) -> str:
    """A model's name; one that would read as a number with a letter before it stays as it is."""
    return "your own model" if name == OWN else name


def _counters(run: Run, out: Results) -> None:
    counters = {one.counter for one in out.profiles}
    run.finding(
        "counted.flop-counter-mode",
        claim="counted on shapes, torch's FlopCounterMode has two for each multiply-add and nothing else",
        when="counter.torch.residual == 0 and counter.torch.least == 2 and counter.torch.most == 2",
        unless="counter.torch.residual > 0 or counter.torch.least < 2 or counter.torch.most > 2",
        text="{counter.torch.models} models: from {counter.torch.least:.4f} to {counter.torch.most:.4f} times our "
        "multiply-adds; the largest residual of an operator is {counter.torch.residual:.0f}.",
    )
    if profilers.TORCH_CPU in counters:
        run.finding(
            "counted.fused-attention",
            claim="FlopCounterMode counts attention on the processor as it does on shapes",
            when="counter.torch-cpu.least == 2",
            unless="counter.torch-cpu.least < 2",
            text="On tensors with data it has {counter.torch-cpu.least:.3f} times our multiply-adds of a network with "
            "attention, which the processor computes in one kernel that it has no formula for.",
        )
    if profilers.FVCORE in counters:
        run.finding(
            "counted.fvcore",
            claim="fvcore has one for each multiply-add, and the rest of its figure is norms and pooling",
            when="counter.fvcore.residual == 0",
            unless="counter.fvcore.residual > 0",
            text="{counter.fvcore.models} models: from {counter.fvcore.least:.4f} to {counter.fvcore.most:.4f} times "
            "our multiply-adds; the largest residual of a model is {counter.fvcore.residual:.0f}.",
        )
    if profilers.KERAS in counters:
        run.finding(
            "counted.tf-profiler",
            claim="tf.profiler has two for each multiply-add, one for single additions and multiplications, those of "
            "batch norm among them, and nothing for activations",
            when="counter.keras.residual == 0",
            unless="counter.keras.residual > 0",
            text="{counter.keras.models} networks of Keras: from {counter.keras.least:.4f} to {counter.keras.most:.4f} "
            "times our multiply-adds of the same networks; the largest residual is {counter.keras.residual:.0f}.",
        )
    if profilers.XLA in counters:
        run.finding(
            "counted.xla",
            claim="XLA's cost analysis has two for each multiply-add that meets no padding, one for other operations, "
            "three for a sigmoid, and nothing for exponentials and roots",
            when=f"counter.xla.residual == 0 and counter.xla.apart < {xla_cost.APART}",
            unless="counter.xla.residual > 0",
            text="{counter.xla.models} networks of Keras: from {counter.xla.least:.4f} to {counter.xla.most:.4f} times "
            "our multiply-adds of the same networks, all taps counted; operator by operator the largest residual is "
            "{counter.xla.residual:.0f}, and its figure of a whole network is {counter.xla.apart:.3%} from their sum.",
        )


def _rest(run: Run, name: str) -> None:
    at = f"model.{name}"
    gates = " Squeeze-and-excitation has {" + at + ".gates:.2%} of them." if run_value(run, f"{at}.gates") else ""
    run.finding(
        f"counted.rest.{name.replace('_', '-')}",
        claim=f"what is no multiply-add is less than a twentieth of the arithmetic of {_title(name)}",
        when=f"{at}.rest < {LITTLE} and {at}.unknown == 0",
        unless=f"{at}.rest >= {LITTLE}",
        text=f"{{{at}.gmacs:.3f}} G multiply-adds, {{{at}.parameters}} parameters; everything else is "
        f"{{{at}.rest:.2%}} of single operations.{gates}",
    )


def run_value(run: Run, name: str) -> float:
    """A figure that the run has recorded."""
    return next(one.value for one in run.last_metrics() if one.name == name)


def _published(run: Run, out: Results) -> None:
    torchvision = (
        " torchvision's own figures agree in {zoo.agree} of {zoo.weights} sets of weights of {zoo.models} models."
        if out.entries
        else ""
    )
    run.finding(
        "published",
        text="Printed figures called FLOPS are multiply-adds: {published.agree} of {published.figures} agree with our "
        "count to the last digit, the furthest is {published.furthest:.0%} off; twice our count is at least "
        f"{{published.nearest-to-twice:.0%}} off.{torchvision}",
    )
    for figure, counted in out.figures:
        at = f"published.{figure.key}"
        other = [] if agrees(figure, counted.macs / 1e6) else fitting(figure, counted)
        would = f" What would round to it: {_and(other)}." if other else ""
        run.finding(
            f"published.{figure.key}",
            claim=f"the printed figure of {figure.title} is its multiply-adds, to the last digit",
            when=f"{at}.off <= {at}.half",
            unless=f"{at}.off > {at}.half",
            text=f"{{{at}.printed:g}} M printed ({figure.source.partition(',')[0]}), {{{at}.macs:.1f}} M counted: "
            f"{{{at}.error:+.2%}}.{would}",
        )
    if out.entries:
        run.finding(
            "published.torchvision",
            claim="torchvision's figures of its zoo are multiply-adds and parameters, to the last digit",
            when="zoo.disagree == 0 and zoo.unknown == 0",
            unless="zoo.disagree > 0",
            text="{zoo.agree} of {zoo.weights} sets of weights agree in both; the furthest is {zoo.off:.5f} G off. "
            f"Not counted: {_and(sorted(zoo.NOT_COUNTED))}.",
        )
    run.finding(
        "published.timm",
        claim="timm's published figures are our multiply-adds and what fvcore adds for norms, to the last digit",
        when="timm.macs-norms == timm.networks",
        unless="timm.macs-norms < timm.networks",
        text="{timm.macs-norms} of {timm.networks} networks agree, {timm.macs} without what it adds; parameters "
        "of {timm.parameters} and activations of {timm.activations} agree.",
    )


def _latency(run: Run, out: Results) -> None:
    near = out.bands[0].shares["macs"]
    interval = " [{band.1-2.macs.lo:.0%}, {band.1-2.macs.hi:.0%}]" if near.known else ""
    run.finding(
        "latency",
        text="Of {band.all.settled} pairs of {timed.models} networks ({band.all.pairs}, less those whose order is not "
        "settled), multiply-adds name the faster one in {band.all.macs:.0%}; "
        f"where they are less than a factor of two apart, in {{band.1-2.macs:.0%}}{interval}, activations in "
        "{band.1-2.activations:.0%}, parameters in {band.1-2.parameters:.0%}. Time for a multiply-add spans a factor "
        "of {timed.range:.1f} (one picture, {threads} threads).",
    )
    for name, _, _ in BANDS:
        _band(run, out, name)
    for rival, words in RIVALS.items():
        at = f"band.1-2.{rival}"
        known = out.bands[0].gains[rival].known
        ends = f" [{{{at}.gain.lo:+.0%}}, {{{at}.gain.hi:+.0%}}]" if known else ""
        errors = (
            " Times of other families are predicted with a median error of {fit.together.error:.0%}, from "
            "multiply-adds alone of {fit.macs.error:.0%}."
            if rival == "together"
            else ""
        )
        run.finding(
            f"latency.{rival}",
            claim=f"of two networks whose multiply-adds are less than a factor of two apart, {words} name the faster "
            "one more often than multiply-adds",
            when=f"{at}.gain.lo > 0 and {_settled('1-2')}",
            unless=f"{at}.gain.hi < 0 and {_settled('1-2')}",
            text=f"In {{{at}:.0%}} of {{band.1-2.settled}} settled pairs against {{band.1-2.macs:.0%}}: "
            f"{{{at}.gain:+.0%}}{ends} over {{timed.families}} families.{errors}",
        )


def _settled(name: str) -> str:
    """Whether the measurement orders enough pairs of a band: a busy machine leaves it inconclusive."""
    return f"band.{name}.settled > {SETTLED} * band.{name}.pairs"


def _band(run: Run, out: Results, name: str) -> None:
    one = next(band for band in out.bands if band.name == name)
    at = f"band.{name}"
    ends = f" [{{{at}.macs.lo:.0%}}, {{{at}.macs.hi:.0%}}]" if one.shares["macs"].known else ""
    if not one.settled:
        return
    run.finding(
        f"latency.band-{name}",
        claim=f"of two networks whose multiply-adds are {RATIOS[name]}, the one with fewer is the faster in more than "
        "nine of ten pairs",
        when=f"{at}.macs.lo > {RELIABLE} and {_settled(name)}",
        unless=f"{at}.macs.hi < {RELIABLE} and {_settled(name)}",
        text=f"In {{{at}.macs:.0%}}{ends} of {{{at}.settled}} pairs whose order is settled, of {{{at}.pairs}}; "
        f"activations {{{at}.activations:.0%}}, parameters {{{at}.parameters:.0%}}.",
    )
