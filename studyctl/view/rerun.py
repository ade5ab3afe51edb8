"""What `run --stale` and `run --missing` are about to run, and what came of it."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from studyctl.core import answers, reproduce
from studyctl.core.models import Run
from studyctl.core.rerunning import Change, Plan, Planned, newest
from studyctl.view import words

if TYPE_CHECKING:
    from rich.console import RenderableType

Seconds = Mapping[Planned, float | None]  # about how long each takes; None where nothing alike has finished here


def command(one: Planned) -> str:
    """The command that would make the same run by itself."""
    given = [part for value in one.given for part in ("-p", value)]
    return shlex.join(["studyctl", "run", one.experiment, *reproduce.preset_option(one.preset), *given])


def plan_page(plan: Plan, seconds: Seconds) -> list[RenderableType]:
    """What will run, for which items, and about how long; then what is left as it is."""
    from studyctl.view.layout import block, heading, pieces

    parts: list[RenderableType] = []
    if plan.runs:
        parts.append(pieces(("To run", "bold")))
    for one in plan.runs:
        known = seconds[one]
        time = "not run here before" if known is None else f"about {words.duration(known)}"
        parts.append(pieces((command(one), "cyan"), (f"  {time}", "dim"), indent=2))
        for cause in one.causes:
            parts.append(pieces((cause.item.id, "bold"), f"  {'; '.join(cause.reasons)}", indent=4))
    if len(plan.runs) > 1:
        parts.append(block(total(plan, seconds), 2, "dim"))
    if plan.left:
        parts.append(heading("Left as it is") if plan.runs else pieces(("Left as it is", "bold")))
    for left in plan.left:
        parts.append(pieces((left.item.id, "bold"), f"  {left.why}", indent=2))
        parts.append(block(left.hint, 4, "cyan"))
    return parts


def total(plan: Plan, seconds: Seconds) -> str:
    """How many runs, and about how long together."""
    known = [value for one in plan.runs if (value := seconds[one]) is not None]
    unknown = len(plan.runs) - len(known)
    parts = [words.plural(len(plan.runs), "run")]
    if known:
        parts.append(f"about {words.duration(sum(known))}")
    if unknown and known:
        parts.append(f"and {unknown} of unknown length")
    return ", ".join(parts)


def run_lines(run: Run) -> list[RenderableType]:
    """One line for a run that is over."""
    from studyctl.view.layout import pieces, state

    word, style = state(run.state)
    apart = words.label(run)
    head = f"{run.experiment} {run.state} in {words.duration(words.seconds_of(run))}"
    return [pieces((f"{word[0]} ", style), (head, "bold"), f" · {apart}" if apart else "", f" · run {run.short}")]


def changes_page(changes: Sequence[Change], runs: Sequence[Run]) -> list[RenderableType]:
    """What became of each answer."""
    from studyctl.view.layout import block, conclusion, heading, pieces

    parts: list[RenderableType] = [heading("Answers")] if changes else []
    for one in changes:
        parts.append(pieces((one.item.id, "bold"), f"  {one.item.text}  ", (told(one), _style(one)), indent=2))
        if one.after is not None:
            parts.append(pieces(conclusion(one.after.verdict, one.after.conclusion), indent=6))
        if (hint := _hint(one, runs)) is not None:
            parts.append(block(hint, 6, "cyan"))
    return parts


def told(change: Change) -> str:
    """What became of an answer, in words."""
    before, after = change.before, change.after
    if change.how == "renewed":
        assert before is not None and after is not None
        if before.verdict != after.verdict:
            return f"fresh again, was {before.verdict or 'without a verdict'}"
        verdicts = [{(e.experiment, e.finding): e.verdict for e in one.evidence} for one in (before, after)]
        changed = sum(verdicts[0].get(key) != verdicts[1].get(key) for key in verdicts[0].keys() | verdicts[1].keys())
        if changed:
            return f"fresh again, {words.plural(changed, 'finding')} came out otherwise"
        return "fresh again, the same verdict" if after.verdict else "fresh again"
    return {
        "answered": "answered",
        "kept": "stays as you wrote it",
        "stale": "still stale",
        "open": "still without an answer",
    }[change.how]


def _style(change: Change) -> str:
    return {"renewed": "green", "answered": "green", "kept": "yellow", "stale": "magenta", "open": "yellow"}[change.how]


def _hint(change: Change, runs: Sequence[Run]) -> str | None:
    if change.how == "kept":
        return f"studyctl answer {change.item.id} shows what was found since; --refresh takes it over"
    if change.how == "stale" and (run := newest(runs, change)) is not None:
        return f"studyctl answer {change.item.id} --from {run.short}"
    return None


def plan_json(plan: Plan, seconds: Seconds) -> dict[str, Any]:
    """The plan for programs."""
    return {
        "runs": [
            {
                "experiment": one.experiment,
                "preset": one.preset,
                "params": list(one.given),
                "command": command(one),
                "seconds": seconds[one],
                "for": [{"id": cause.item.id, "reasons": list(cause.reasons)} for cause in one.causes],
            }
            for one in plan.runs
        ],
        "left": [{"id": left.item.id, "why": left.why, "next": left.hint} for left in plan.left],
    }


def changes_json(changes: Sequence[Change]) -> list[dict[str, Any]]:
    """What became of each answer, for programs."""
    return [
        {
            "id": one.item.id,
            "how": one.how,
            "before": one.before.verdict if one.before else None,
            "verdict": one.after.verdict if one.after else None,
            "conclusion": answers.said(one.after) if one.after else None,
        }
        for one in changes
    ]
