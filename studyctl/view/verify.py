"""What `verify` found: a line an answer, and what does not hold below it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from studyctl.core.verifying import Verified
from studyctl.view.words import plural

if TYPE_CHECKING:
    from rich.console import RenderableType


def verified_lines(one: Verified, *, quiet: bool = False) -> list[RenderableType]:
    """The item with what was compared, its faults and its notes; nothing of a sound one where `quiet`."""
    from studyctl.view.layout import block, pieces

    if quiet and not one.faults:
        return []
    sign = ("✗", "red") if one.faults else ("✓", "green")
    verdict = f"{one.answer.verdict}, " if one.answer.verdict else ""
    what = plural(one.figures, "figure")
    said = f"{verdict}{what} the same in {_listed(one.compared)}" if one.compared else f"{verdict}{what}"
    if one.faults:
        said = plural(len(one.faults), "fault")
    lines: list[RenderableType] = [pieces(sign, " ", (f"{one.item.id:<4}", "bold"), said)]
    lines += [block(fault.text, 7, "red" if fault.kind != "stale" else "magenta") for fault in one.faults]
    lines += [block(note, 7, "dim") for note in one.notes]
    return lines


def verified_json(one: Verified) -> dict[str, Any]:
    """One answer as programs read it."""
    return {
        "id": one.item.id,
        "kind": one.item.kind,
        "ok": not one.faults,
        "verdict": one.answer.verdict,
        "recorded": one.answer.recorded,
        "findings": one.findings,
        "figures": one.figures,
        "compared": list(one.compared),
        "faults": [{"kind": fault.kind, "text": fault.text} for fault in one.faults],
        "notes": list(one.notes),
    }


def _listed(places: tuple[str, ...]) -> str:
    return places[0] if len(places) == 1 else f"{', '.join(places[:-1])} and {places[-1]}"
