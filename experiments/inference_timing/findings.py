"""What the figures come to: the sentences that answer the person, and one finding a condition.

Which words a sentence has is chosen from the figures, so that none can contradict them; every numeral is a placeholder.
"""

from __future__ import annotations

from studyctl.lab import Run

from .measure import Effect, Results
from .parameters import InferenceTiming
from .timing import Timed

# From which relative error on a prediction has failed: a choice, made here.
CLOSE = 0.2
NAMES = {"flops": "FLOPs alone", "activations": "FLOPs and activations"}


def state(params: InferenceTiming, run: Run, out: Results) -> None:
    """State every finding of the run."""
    measured = [one for one in out.timed if not one.unavailable]
    run.finding("ratio", text=_answer(measured, out))
    for one in measured:
        _cell(params, run, one, f"ratio.{one.cell.key}", a_first=True)
    here, claimed, other = ("cpu", "b", "gpu") if params.device == "cpu" else ("gpu", "a", "cpu")
    run.finding(here, text=_place(measured, claimed, params))
    for one in measured:
        _cell(params, run, one, f"{here}.{one.cell.key}", a_first=claimed == "a")
    faster, slower = (params.b, params.a) if other == "cpu" else (params.a, params.b)
    run.finding(
        other,
        claim=f"on a {'processor' if other == 'cpu' else 'GPU'} {faster} is faster than {slower}",
        when=f"{other}.ratio > 1",
        unless=f"{other}.ratio < 1",
        text=f"No {other.upper()} evidence yet: this run was on a {'GPU' if other == 'cpu' else 'processor'}, and no "
        "figure of one says anything of the other.",
    )
    if out.effects:
        run.finding("why", text=_why(out))
    for effect in out.effects:
        _effect(params, run, effect, out)
    for name in out.predicted:
        _prediction(run, name, out)


def _ratio(key: str, one: Timed) -> str:
    """The ratio with its interval, where there is one."""
    name = f"ratio.{key}"
    if one.compared is None:
        return f"{{{name}:.2f}} ({{processes}} processes: no interval)"
    return f"{{{name}:.2f}} [{{{name}.lo:.2f}}, {{{name}.hi:.2f}}]"


def _answer(measured: list[Timed], out: Results) -> str:
    """Q8: the ratio under the base's conditions, and what it depends on."""
    lead = out.base if out.base is not None and not out.base.unavailable else measured[0]
    said = f"{{b}} at {{b_side}} px takes {_ratio(lead.cell.key, lead)} times as long as {{a}} at {{a_side}} px"
    said += f" ({_numerals(lead.cell.title, lead)}, threads: {{threads}})"
    if len(measured) == 1:
        return f"{said}."
    low, high = min(measured, key=lambda one: one.ratio), max(measured, key=lambda one: one.ratio)
    factor = _factor(measured)
    verdicts = _verdicts(measured)
    verb = "Which one is faster depends on" if len(verdicts) > 1 else "By how much depends on"
    if verdicts == {"inconclusive"}:
        verb = "Nothing was decided; it varies with"
    ends = ", ".join(f"{_ratio(one.cell.key, one)} with {_numerals(one.cell.title, one)}" for one in (low, high))
    return f"{said}. {verb} {factor}: {ends}."


def _numerals(text: str, one: Timed) -> str:
    """A cell's title with its number as a placeholder: a text has no numerals of its own."""
    return text.replace(f"batch {one.cell.batch}", f"batch {{batch.{one.cell.key}:.0f}}")


def _verdicts(measured: list[Timed]) -> set[str]:
    return {one.compared.verdict if one.compared else "inconclusive" for one in measured}


def _factor(measured: list[Timed]) -> str:
    """The factors in which the cells differ."""
    factors = [
        name
        for name in ("engine", "allocator", "dtype", "batch")
        if len({getattr(one.cell, name) for one in measured}) > 1
    ]
    return " and ".join(factors) if factors else "nothing that was varied"


def _place(measured: list[Timed], claimed: str, params: InferenceTiming) -> str:
    """C2, C3: in how many cells the claimed model is the faster one."""
    wins = {one.cell.key for one in measured if _claim_holds(one, claimed, params) is True}
    loses = {one.cell.key for one in measured if _claim_holds(one, claimed, params) is False}
    name = f"{{{claimed}}}"
    if wins and len(wins) == len(measured):
        return f"{name} is faster under every condition that was measured ({_range(measured)})."
    if loses and len(loses) == len(measured):
        return f"{name} is not faster under any condition that was measured ({_range(measured)})."
    if not wins and not loses:
        return f"Open whether {name} is faster under any condition that was measured ({_range(measured)})."
    return f"Whether {name} is faster depends on {_factor(measured)} ({_range(measured)})."


def _claim_holds(one: Timed, claimed: str, params: InferenceTiming) -> bool | None:
    ratio = one.compared.ratio if one.compared and not one.compared.unstable else None
    if ratio is None or ratio.lo is None or ratio.hi is None:
        return None
    bound = 1 + params.margin if claimed == "a" else 1 / (1 + params.margin)
    above, below = ratio.lo > bound, ratio.hi < bound
    if not above and not below:
        return None
    return above if claimed == "a" else below


def _range(measured: list[Timed]) -> str:
    low, high = min(measured, key=lambda one: one.ratio), max(measured, key=lambda one: one.ratio)
    if low is high:
        return f"{{b}} over {{a}}: {_ratio(low.cell.key, low)}"
    return f"{{b}} over {{a}} from {_ratio(low.cell.key, low)} to {_ratio(high.cell.key, high)}"


def _cell(params: InferenceTiming, run: Run, one: Timed, key: str, *, a_first: bool) -> None:
    """Whether one is faster than the other in one cell, by more than the margin."""
    ratio = f"ratio.{one.cell.key}"
    steady = f" and {ratio}.unsteady * 2 <= {ratio}.n"
    bound = 1 + params.margin
    if a_first:
        claim = f"{params.a} is faster than {params.b}"
        when, unless = f"{ratio}.lo > {bound}", f"{ratio}.hi < {bound}"
    else:
        claim = f"{params.b} is faster than {params.a}"
        when, unless = f"{ratio}.hi * {bound} < 1", f"{ratio}.lo * {bound} > 1"
    name = one.cell.key
    faults = f"; page faults a pass {{faults.{name}.a:.0f}} and {{faults.{name}.b:.0f}}" if one.faults(0) >= 0 else ""
    remarks = ""
    if one.compared is not None and one.compared.unstable:
        remarks = " Unsteady: in {" + f"{ratio}.unsteady" + "} of {processes} processes times scattered too much."
    if one.unsettled:
        remarks += f" Not warm: in {{{ratio}.unsettled}} of {{processes}} processes a network came to no even pace."
    run.finding(
        key,
        claim=f"{claim}: {_spoken(one)}",
        when=when + steady,
        unless=unless + steady,
        text=f"{{a}} {{ms.{name}.a:.1f}} ms, {{b}} {{ms.{name}.b:.1f}} ms: {{b}} over {{a}} {_ratio(name, one)}"
        f"{faults}.{remarks}",
    )


def _spoken(one: Timed) -> str:
    """A cell's title for a claim."""
    return one.cell.title


def _why(out: Results) -> str:
    """Q9: what each intervention moves the ratio to, and what was predicted."""
    assert out.base is not None
    base = f"ratio.{out.base.cell.key}"
    moved = [
        f"{_title(effect)} {'moves it to' if at == 0 else 'to'} {{moved.{effect.key}:.2f}}"
        for at, effect in enumerate(out.effects)
    ]
    said = f"From {{{base}:.2f}}, {', '.join(moved)}"
    if out.predicted:
        said += (
            "; FLOPs alone predict {predicted.flops:.2f}, with activations {predicted.activations:.2f}, observed "
            f"{{{base}:.2f}}"
        )
    if out.parts:
        said += ". What multiplies nothing takes {idle.b:.0%} of {b}'s time and {idle.a:.0%} of {a}'s"
    return f"{said}."


def _title(effect: Effect) -> str:
    """An intervention as words; sides are placeholders."""
    if effect.key.startswith("side"):
        return f"both at {{side.{effect.key}}} px"
    return effect.title


def _effect(params: InferenceTiming, run: Run, effect: Effect, out: Results) -> None:
    assert out.base is not None
    name, bound = f"effect.{effect.key}", 1 + params.margin
    interval = f" [{{{name}.lo:.3f}}, {{{name}.hi:.3f}}]" if effect.compared else ""
    run.finding(
        f"why.{effect.key}",
        claim=f"{effect.title}, the ratio is another by more than the margin",
        when=f"{name}.lo > {bound} or {name}.hi * {bound} < 1",
        unless=f"{name}.hi <= {bound} and {name}.lo * {bound} >= 1",
        text=f"{{b}} over {{a}} goes from {{ratio.{out.base.cell.key}:.2f}} to {{moved.{effect.key}:.2f}}, "
        f"{{{name}:.3f}}{interval} times what it was, process by process of one round.",
    )


def _prediction(run: Run, name: str, out: Results) -> None:
    assert out.base is not None
    observed, predicted = f"ratio.{out.base.cell.key}", f"predicted.{name}"
    run.finding(
        f"why.prediction.{name}",
        claim=f"{NAMES[name]}, fitted on other models, predict the ratio within a fifth",
        when=f"{predicted}.lo > {observed} * {1 - CLOSE:g} and {predicted}.hi < {observed} * {1 + CLOSE:g}",
        unless=f"{predicted}.hi < {observed} * {1 - CLOSE:g} or {predicted}.lo > {observed} * {1 + CLOSE:g}",
        text=f"{{{predicted}:.2f}} [{{{predicted}.lo:.2f}}, {{{predicted}.hi:.2f}}, one model left out in turn] "
        f"predicted, {{{observed}:.2f}} observed; on the fitted models {{{predicted}.error:.0%}} off in the median.",
    )
