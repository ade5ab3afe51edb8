"""The two sides of identity's match: the items known and the items found, and who has found a partner."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from studyctl.core.models import Found, Item, Kind

if TYPE_CHECKING:
    from studyctl.core.similarity import Telling

# A text shorter than this says too little to be recognised elsewhere by itself.
SHORT = 12


def number(item_id: str) -> int:
    """The number in an id: 12 of "Q12"."""
    return int(item_id[1:])


@dataclass(slots=True, eq=False)
class Place:
    """An item on either side of the match: where it stands and what surrounds it."""

    note: str
    norm: str
    parent: str  # the normalised text of its parent, "" without one
    topic: tuple[str, ...]
    kind: Kind
    line: int
    above: Place | None = None  # its parent
    previous: Place | None = None  # in the note
    following: Place | None = None
    index: int = 0  # order within its note
    known: Item | None = None  # on the known side
    found: Found | None = None  # on the found side
    partner: Place | None = None
    given: str = ""  # the id that an anchor brings along where this store never gave it
    how: str = ""
    score: float = 100.0

    @property
    def before(self) -> str | None:
        """The normalised text of the item before it in the note."""
        return self.previous.norm if self.previous else None

    @property
    def after(self) -> str | None:
        """The normalised text of the item after it in the note."""
        return self.following.norm if self.following else None

    @property
    def id(self) -> str:
        """Of a place on the known side."""
        assert self.known is not None
        return self.known.id

    @property
    def now(self) -> Found:
        """Of a place on the found side."""
        assert self.found is not None
        return self.found


class Board:
    """Both sides of the match, and who has found a partner."""

    def __init__(self, known: Iterable[Item], found: Mapping[str, Sequence[Found]], unread: Collection[str]) -> None:
        items, left_alone = list(known), frozenset(unread)
        norms = {item.id: item.norm for item in items}
        self.taken = set(norms)  # no new item may get one of these ids
        self.known_texts = Counter(norms.values())  # those of unread notes too
        self.live: list[Place] = []
        self.tombstones: list[Place] = []
        self.new: list[Place] = []  # in document order
        self.by_id: dict[str, Place] = {}
        self.renamed: dict[str, str] = {}  # removed note: what it is called now
        self.notes = frozenset(found)
        self.parents_known = False
        for item in items:
            if item.gone or item.note not in left_alone:
                parent = norms.get(item.parent, "") if item.parent else ""
                place = Place(item.note, item.norm, parent, item.topic, item.kind, item.line, known=item)
                (self.tombstones if item.gone else self.live).append(place)
                self.by_id[item.id] = place
        for item in items:
            if item.parent and item.id in self.by_id:
                self.by_id[item.id].above = self.by_id.get(item.parent)
        self.live.sort(key=lambda p: (p.note, p.line, number(p.id)))
        # The youngest tombstone first: what was there last is what most likely returns.
        self.tombstones.sort(key=lambda p: -number(p.id))
        for note in sorted(found):
            rows: list[Place] = []
            for row in found[note]:
                above = None if row.parent is None else rows[row.parent]
                parent = above.norm if above else ""
                rows.append(Place(note, row.norm, parent, row.topic, row.kind, row.line, above, found=row))
            self.new += rows
        _surround(self.live)
        _surround(self.new)

    def note_of(self, place: Place) -> str:
        """The note a place belongs to, under its new name if it was renamed."""
        return self.renamed.get(place.note, place.note)

    def says_enough(self, place: Place) -> bool:
        """Whether the text alone may name the item anywhere: "why?" is said everywhere, "MBConv?" once."""
        return len(place.norm) >= SHORT or place.norm in self.unique_texts

    def ready(self, place: Place) -> bool:
        """Whether it may be recognised without its parent being so."""
        return self.parents_known or not place.parent or self.says_enough(place)

    @cached_property
    def unique_texts(self) -> set[str]:
        """Texts that exactly one known item and exactly one found item have."""
        found = Counter(new.norm for new in self.new)
        return {text for text, count in found.items() if count == 1 == self.known_texts[text]}

    @cached_property
    def children(self) -> dict[int, list[Place]]:
        """The known items below each known one."""
        below: defaultdict[int, list[Place]] = defaultdict(list)
        for place in self.live:
            if place.above is not None:
                below[id(place.above)].append(place)
        return below

    @cached_property
    def telling(self) -> Telling:
        """Measures what is particular to a text among the known ones."""
        from studyctl.core.similarity import Telling

        return Telling(place.norm for place in self.live)


def _surround(places: list[Place]) -> None:
    previous: Place | None = None
    for place in places:
        if previous is not None and previous.note == place.note:
            place.index = previous.index + 1
            place.previous, previous.following = previous, place
        previous = place


def match(old: Place, new: Place, how: str, score: float = 100.0) -> None:
    old.partner, new.partner = new, old
    new.how, new.score = how, score


def free(places: Iterable[Place]) -> list[Place]:
    return [place for place in places if place.partner is None]
