"""What `doctor` found, one line a check."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from studyctl.core.pages import Check

if TYPE_CHECKING:
    from rich.console import RenderableType

WIDE = 12  # cells of the longest name


def doctor_page(checks: Sequence[Check]) -> list[RenderableType]:
    """Each check with its sign; a problem with what to do about it."""
    from studyctl.view.layout import pieces

    parts: list[RenderableType] = []
    for check in checks:
        sign, style = ("✓", "green") if check.ok else ("✗", "red")
        mended = ("  mended", "green") if check.fixed else ""
        parts.append(pieces((sign, style), f" {check.name:<{WIDE}}  {check.text}", mended))
        if check.next and not check.ok:
            parts.append(pieces(("next: ", "cyan"), check.next, indent=WIDE + 4))
    return parts


def check_json(check: Check) -> dict[str, Any]:
    return {
        "name": check.name,
        "ok": check.ok,
        "text": check.text,
        "next": check.next,
        "fixed": check.fixed,
    }
