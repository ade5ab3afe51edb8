"""The lines below an item: a source with what it refers to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from studyctl.core.markup import links
from studyctl.core.references import reference

if TYPE_CHECKING:
    from rich.console import RenderableType

    from studyctl.core.models import Detail


def detail_line(detail: Detail) -> RenderableType:
    """A line below an item and where it stands; of a source also the DOI, arXiv id or address that it does not show."""
    from studyctl.view.layout import pieces

    parts: list[tuple[str, str] | str] = [detail.text]
    if detail.role == "source":
        found = reference(detail.text, detail.url)
        shown = _without_targets(detail.text)
        parts = [shown]
        if found.kind != "url" and found.url and found.label.casefold() not in shown.casefold():
            parts.append((f"  {found.label}", "cyan"))
        if found.url and found.url not in shown:
            parts.append((f"  {found.url}", "dim"))
    return pieces(*parts, (f"  (line {detail.line})", "dim"), indent=2)


def _without_targets(text: str) -> str:
    """The text with the words of each link in its place; a bare address stays."""
    for link in reversed(links(text)):
        if link.text:
            text = text[: link.start] + link.text + text[link.end :]
    return text


def detail_json(detail: Detail) -> dict[str, Any]:
    """A line below an item as programs read it; `reference` is null for what is no source."""
    found = reference(detail.text, detail.url) if detail.role == "source" else None
    return {
        "role": detail.role,
        "line": detail.line,
        "text": detail.text,
        "url": detail.url,
        "reference": found and {"kind": found.kind, "id": found.id, "url": found.url, "label": found.label},
    }
