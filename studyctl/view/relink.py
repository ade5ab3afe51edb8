"""What vanished beside what appeared, for `relink`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from studyctl.core.relinking import Relinking

if TYPE_CHECKING:
    from rich.console import RenderableType


def relinking_page(found: Sequence[Relinking]) -> list[RenderableType]:
    """Each pair: how alike, the words that vanished, the words that appeared."""
    from studyctl.view.layout import pieces

    parts: list[RenderableType] = []
    for one in found:
        old, new = one.gone, one.new
        parts += [
            pieces((old.id, "bold"), " vanished, ", (new.id, "bold"), f" appeared: {one.score:.0f} % alike"),
            pieces(f"{old.text}  ", (old.note, "dim"), indent=4),
            pieces(f"{new.text}  ", (f"{new.note}:{new.line}", "dim"), indent=4),
        ]
    return parts


def relinking_json(one: Relinking) -> dict[str, Any]:
    """A pair as programs read it; fields are only ever added."""
    return {
        "gone": one.gone.id,
        "new": one.new.id,
        "score": one.score,
        "gone_text": one.gone.text,
        "new_text": one.new.text,
        "gone_note": one.gone.note,
        "note": one.new.note,
        "line": one.new.line,
    }
