"""What the use cases on items hand to the view."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from studyctl.core.models import Item

if TYPE_CHECKING:
    from studyctl.core.models import Answer, NoteProblem, Reason, Run
    from studyctl.core.pages import Import
    from studyctl.core.ports import Assigned, ImportReport


@dataclass(frozen=True, slots=True)
class ItemPage:
    """An item with everything that stands around it."""

    item: Item  # with details; its status says stale where it is
    above: tuple[Item, ...] = ()  # the items that it is part of, outermost first
    children: tuple[Item, ...] = ()
    answer: Answer | None = None
    reasons: tuple[Reason, ...] = ()
    runs: Mapping[str, Run] = field(default_factory=dict)  # the newest run of each tied experiment
    events: tuple[tuple[str, str, str], ...] = ()  # (when, what, text), newest last
    relinked: str | None = None  # the number that its text has now


@dataclass(frozen=True, slots=True)
class SyncReport:
    """What a sync did."""

    notes: int  # in the workspace
    read: tuple[str, ...] = ()  # read and searched for items
    removed: tuple[str, ...] = ()  # known until now, gone
    assigned: tuple[Assigned, ...] = ()  # every item of the notes read
    gone: tuple[Item, ...] = ()  # in no note any more
    similar: tuple[tuple[Assigned, str], ...] = ()  # recognised although the words changed, with the words until now
    suggestions: tuple[tuple[str, str, float], ...] = ()  # perhaps (new) is (gone): for a person to decide
    unread: tuple[NoteProblem, ...] = ()  # notes that could not be read; their items stay as they were
    remarks: tuple[NoteProblem, ...] = ()  # what detection has to say of the others
    imported: ImportReport | None = None  # of the committed record, on first use
    bundles: tuple[Import, ...] = ()  # bundles among the experiments that brought something
    refused: tuple[NoteProblem, ...] = ()  # those that could not be taken in
    anew: bool = False  # all notes were read, because those before were read by other rules

    @property
    def new(self) -> tuple[Assigned, ...]:
        return tuple(one for one in self.assigned if one.how == "new")

    @property
    def returned(self) -> tuple[Assigned, ...]:
        return tuple(one for one in self.assigned if one.how == "returned")

    @property
    def moved(self) -> tuple[Assigned, ...]:
        return tuple(one for one in self.assigned if one.how in ("exact-elsewhere", "similar-elsewhere"))

    @property
    def changed(self) -> bool:
        """Whether any item is not as it was."""
        return bool(self.new or self.returned or self.moved or self.gone or self.similar)
