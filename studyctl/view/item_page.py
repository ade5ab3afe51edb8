"""A single item in full: as a page, and as programs read it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from studyctl.core.detector.rules import sentence
from studyctl.core.item_pages import ItemPage
from studyctl.core.models import Item
from studyctl.view.items import STYLES, item_json, path, tie_name
from studyctl.view.sources import detail_line

if TYPE_CHECKING:
    from rich.console import RenderableType

EVENTS = 8  # the newest that a page shows


def item_page(page: ItemPage) -> list[RenderableType]:
    """What the note says of the item, why it was found, what is above and below it, and its evidence."""
    from studyctl.view.layout import block, heading

    item = page.item
    parts = _head(page)
    why = sentence(item.rule)
    doubtful = ", with little confidence" if item.confidence == "low" else ""
    parts.append(block(f"found by {item.rule}{f': it {why}' if why else ''}{doubtful}", 4, "dim"))
    if page.above:
        parts.append(heading("Part of"))
        parts += [_line(one) for one in page.above]
    for role, title in (("context", "Context"), ("answer", "In the note"), ("source", "Sources")):
        lines = [detail for detail in item.details if detail.role == role]
        if lines:
            parts.append(heading(title))
            parts += map(detail_line, lines)
    if item.ties:
        parts.append(heading("Experiments"))
        parts += [_tie(page, tie_name(tie), tie.experiment) for tie in item.ties]
    parts += _answer(page)
    if page.children:
        parts.append(heading("Below it"))
        parts += [_line(one) for one in page.children]
    if page.events:
        parts.append(heading("History"))
        parts += _events(page.events[-EVENTS:])
    return parts


def history_page(page: ItemPage) -> list[RenderableType]:
    """Everything that happened to the item since it was first seen."""
    from studyctl.view.layout import heading

    return [*_head(page), heading("History"), *_events(page.events)]


def _head(page: ItemPage) -> list[RenderableType]:
    from studyctl.view.layout import block, pieces

    item = page.item
    place = "in no note any more" if item.gone else f"{item.note}:{item.line}"
    if page.relinked:
        place = f"relinked: its text is {page.relinked} now"
    return [
        pieces((item.id, "bold"), "  ", (item.text, "bold")),
        pieces(*_kind(item), indent=4),
        block(f"{place}  {path(item.topic)}".rstrip(), 4, "dim"),
    ]


def _events(events: Sequence[tuple[str, str, str]]) -> list[RenderableType]:
    from studyctl.view.layout import pieces
    from studyctl.view.words import prose, when

    # A conclusion is an author's Markdown; an item's text is shown as it stands in the note.
    shown = [(at, what, prose(text) if what == "answered" else text) for at, what, text in events]
    return [pieces((when(at), "dim"), f"  {what}", f": {text}" if text else "", indent=2) for at, what, text in shown]


def _kind(item: Item) -> list[tuple[str, str] | str]:
    parts: list[tuple[str, str] | str] = [item.kind, ", ", (item.status, STYLES.get(item.status, ""))]
    if item.also is not None:
        status = item.also_status or "open"
        parts += [f"; also a {item.also}, ", (status, STYLES.get(status, ""))]
    if item.due:
        parts.append(f", due {item.due}")
    if item.priority:
        parts.append(f", priority {item.priority}")
    if item.mark == "unknown":
        parts.append(("; its marks disagree", "yellow"))
    if item.ignored:
        parts.append(("; ignored", "dim"))
    return parts


def _line(item: Item) -> RenderableType:
    from studyctl.view.layout import pieces

    return pieces((item.id, "bold"), f"  {item.text}  ", (item.status, STYLES.get(item.status, "dim")), indent=2)


def _tie(page: ItemPage, name: str, experiment: str) -> RenderableType:
    from studyctl.view.layout import pieces
    from studyctl.view.words import when

    run = page.runs.get(experiment)
    last = f"run {run.short} {run.state}, {when(run.started)}" if run else f"no run yet: studyctl run {experiment}"
    return pieces((name, "cyan"), (f"  {last}", "dim"), indent=2)


def _answer(page: ItemPage) -> list[RenderableType]:
    from studyctl.view.layout import block, conclusion, heading, pieces

    answer = page.answer
    if answer is None:
        return []
    parts: list[RenderableType] = [heading("Answer")]
    parts.append(pieces(conclusion(answer.verdict, answer.conclusion), indent=2))
    parts += [pieces(("! stale", "magenta"), f": {reason.text}", indent=2) for reason in page.reasons]
    parts.append(block(f"`studyctl answer {page.item.id}` shows its evidence", 2, "dim"))
    return parts


def page_json(page: ItemPage, *, history: bool = False) -> dict[str, Any]:
    """The page as programs read it, with its `history` where asked for; fields are only ever added."""
    answer = page.answer
    value = {
        **item_json(page.item, page.reasons, [child.id for child in page.children]),
        "because": sentence(page.item.rule),
        "above": [item.id for item in page.above],
        "conclusion": answer.conclusion if answer else None,
        "verdict": answer.verdict if answer else None,
    }
    if page.relinked:
        value["relinked"] = page.relinked
    if history:
        value["history"] = [{"at": at, "what": what, "text": text} for at, what, text in page.events]
    return value
