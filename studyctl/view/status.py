"""Where things stand, on one page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from studyctl.core.ids import PLURALS
from studyctl.core.models import KINDS
from studyctl.core.pages import StatusPage
from studyctl.view import words
from studyctl.view.items import STYLES

if TYPE_CHECKING:
    from rich.console import RenderableType

SHOWN_ANSWERS = 8


def status_page(page: StatusPage) -> list[RenderableType]:
    """Counts, what is new, what was answered, what went stale, the last runs, and what to do next."""
    from studyctl.view.layout import block, conclusion, heading, one_line, pieces, two_columns

    parts: list[RenderableType] = [pieces((page.workspace, "bold"))]
    for kind in KINDS:
        by_status = page.counts.get(kind, {})
        total = sum(by_status.values())
        if total:
            shown: list[tuple[str, str] | str] = [f"{total:>5} ", f"{PLURALS[kind] if total > 1 else kind:<10} "]
            for index, (status, count) in enumerate(by_status.items()):
                shown += [", " if index else " ", (f"{count} {status}", STYLES.get(status, ""))]
            parts.append(pieces(*shown))
    if not any(page.counts.values()):
        parts.append(block("no items in the notes yet"))
    if page.news:
        parts.append(heading("In the notes since the last sync"))
        parts += [block(line) for line in page.news]
    if page.stale:
        parts.append(heading("Stale"))
        for item, reasons in page.stale:
            parts.append(pieces((item.id, "bold"), f"  {item.text}", indent=2))
            parts += [block(f"- {reason.text}", 6, "magenta") for reason in reasons[:3]]
    if page.answered:
        parts.append(heading("Answered"))
        for one in page.answered[:SHOWN_ANSWERS]:
            assert one.answer is not None  # that is what answered means
            parts.append(pieces((one.item.id, "bold"), f"  {one.item.text}", indent=2))
            parts.append(one_line(conclusion(one.answer.verdict, one.answer.conclusion), 6))
        if len(page.answered) > SHOWN_ANSWERS:
            rest = len(page.answered) - SHOWN_ANSWERS
            parts.append(block(f"and {rest} more: studyctl question list --status answered", 2, "dim"))
    runs = [*page.running, *page.lost, *(r for r in page.runs if r.state not in ("running", "lost"))]
    if runs:
        parts.append(heading("Runs"))
        for run in runs:
            sign, style = words.STATES[run.state]
            apart = words.label(run)
            parts.append(
                pieces(
                    (f"{sign} {run.short}", style),
                    f"  {run.experiment} {run.state} {words.when(run.started)}",
                    f" · {apart}" if apart else "",
                    indent=2,
                )
            )
    if page.steps:
        parts.append(heading("Next"))
        parts.append(two_columns([(step.command, step.why) for step in page.steps], "cyan"))
    return parts


def status_json(page: StatusPage) -> dict[str, Any]:
    """The same as programs read it; fields are only ever added."""
    return {
        "workspace": page.workspace,
        "counts": {kind: dict(by_status) for kind, by_status in page.counts.items()},
        "new": list(page.news),
        "answered": [
            {
                "id": one.item.id,
                "verdict": one.answer.verdict if one.answer else None,
                "conclusion": one.answer.conclusion if one.answer else None,
            }
            for one in page.answered
        ],
        "stale": [
            {"id": item.id, "reasons": [{"trigger": r.trigger, "text": r.text} for r in reasons]}
            for item, reasons in page.stale
        ],
        "unanswered": page.unanswered,
        "runs": [{"id": r.id, "experiment": r.experiment, "state": r.state} for r in page.runs],
        "running": [run.id for run in page.running],
        "lost": [run.id for run in page.lost],
        "next": [{"command": step.command, "why": step.why} for step in page.steps],
    }
