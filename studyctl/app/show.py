"""Everything there is to know about items, for `show`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from studyctl.core.item_pages import ItemPage
from studyctl.core.models import Item, Reason, Run
from studyctl.core.ports import Reader, RunFilter


def pages(
    reader: Reader, items: Sequence[Item], reasons: Mapping[str, tuple[Reason, ...]], *, whole: bool = False
) -> list[ItemPage]:
    """One page for each item; `whole`: its history from the beginning."""
    everything = {item.id: item for item in reader.items(gone=True, ignored=True)}
    newest: dict[str, Run | None] = {}
    relinked = reader.relinked()
    built: list[ItemPage] = []
    for listed in items:
        item = reader.item(listed.id) or listed
        why = reasons.get(item.id, ())
        if why and item.status != "dropped":
            item = replace(item, status="stale")
        for tie in item.ties:
            if tie.experiment not in newest:
                found = reader.runs(RunFilter(experiment=tie.experiment, limit=1))
                newest[tie.experiment] = found[0] if found else None
        built.append(
            ItemPage(
                item=item,
                above=tuple(_above(item, everything)),
                children=tuple(_stale(child, reasons) for child in reader.children(item.id)),
                answer=reader.answer(item.id),
                reasons=why,
                runs={name: run for name, run in newest.items() if run is not None},
                # What came with a record happened before it was imported.
                events=tuple(sorted(_told(reader, item, whole), key=lambda event: event[0])),
                relinked=relinked.get(item.id),
            )
        )
    return built


def _told(reader: Reader, item: Item, whole: bool) -> list[tuple[str, str, str]]:
    """What happened to the item since it was first seen; `whole`: that it was first seen, too."""
    return [event for event in reader.events(item.id) if whole or event[1] != "appeared"]


def _above(item: Item, everything: Mapping[str, Item]) -> list[Item]:
    above: list[Item] = []
    parent = item.parent
    while parent is not None and parent in everything and len(above) < 50:
        above.insert(0, everything[parent])
        parent = everything[parent].parent
    return above


def _stale(item: Item, reasons: Mapping[str, tuple[Reason, ...]]) -> Item:
    return replace(item, status="stale") if reasons.get(item.id) and item.status != "dropped" else item
