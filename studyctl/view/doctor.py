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
    from rich.table import Table
    from rich.text import Text

    lines = Table.grid(padding=(0, 1, 0, 0))
    lines.add_column(no_wrap=True)
    lines.add_column(no_wrap=True, width=WIDE)
    lines.add_column()
    for check in checks:
        sign, style = ("✓", "green") if check.ok else ("✗", "red")
        mended = Text("mended: ", "green") if check.fixed else Text()
        lines.add_row(Text(sign, style), Text(check.name), mended + Text(check.text))
        if check.next and not check.ok:
            lines.add_row("", "", Text("next: ", "cyan") + Text(check.next))
    return [lines]


def check_json(check: Check) -> dict[str, Any]:
    return {
        "name": check.name,
        "ok": check.ok,
        "text": check.text,
        "next": check.next,
        "fixed": check.fixed,
    }
