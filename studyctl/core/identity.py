"""Which found item is which known one: numbers survive edits, moves, renames and returns.

Nothing in the note says which item is which (except an explicit anchor), so one pass looks at all changed
notes at once; note by note, a move would look like a deletion and an addition. The steps, surest first; what
an earlier step matched, a later one no longer sees:

1. an explicit anchor (` ^sq-q3`);
2. the same text in the same note;
3. the same text in another changed note; then tombstones: a text that returns gets its number back;
4. a similar text in the same note, with a bonus for the same surroundings;
5. a similar text in another note;
6. a new number. What is left of the known items becomes a tombstone.

`core.places` holds the two sides, `core.matching` the steps, this module their order and what follows from them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from studyctl.core import matching
from studyctl.core.ids import KIND_OF, sort_key
from studyctl.core.matching import Offer
from studyctl.core.models import KINDS, LETTERS, Found, Item, Kind
from studyctl.core.places import Board, number
from studyctl.core.ports import Assigned

_OFFERS = 3  # per new item


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Perhaps the new item is the vanished one: for a person to decide with `relink`."""

    new: str
    gone: str
    score: float


@dataclass(frozen=True, slots=True)
class Matching:
    """What a pass decided.

    `assigned` is in document order: notes sorted by path, then line. `position` counts from 0 within each
    note, so that (note, position) orders all items of the workspace although unchanged notes were not read.
    """

    assigned: tuple[Assigned, ...]
    gone: tuple[str, ...]  # live until now, in no note any more
    suggestions: tuple[Suggestion, ...]
    numbers: dict[Kind, int]  # the next free number of each kind

    @property
    def similar(self) -> tuple[Assigned, ...]:
        """Items recognised although their text changed: their answers are stale until accepted."""
        return tuple(one for one in self.assigned if one.how in ("similar", "similar-elsewhere"))


def assign(
    known: Iterable[Item],
    found: Mapping[str, Sequence[Found]],
    *,
    numbers: Mapping[Kind, int],
    unread: Collection[str] = (),
) -> Matching:
    """Give every item of `found` (by note) its id.

    `known`: at least the items of the changed and removed notes and all tombstones; ignored items are known
    items like any other. Those of notes in `unread` (unchanged, or unreadable just now) are left alone:
    neither matched nor gone. A note that is neither in `found` nor in `unread` was removed. `numbers`: the
    next free number of each kind, from 1 where absent.
    """
    board = Board(known, found, unread)
    matching.by_anchor(board, numbers)
    copies = matching.copies(board)
    matching.same_text(board, board.live, except_into=copies)
    board.renamed.update(matching.renames(board))
    matching.same_text(board, board.live, except_into=copies)
    matching.returned(board, except_into=copies)
    offers = matching.similar_in_note(board)
    matching.same_text(board, board.live)
    offers += matching.similar_elsewhere(board)
    # What says too little by itself ("why?") has waited until its parent was recognised.
    board.parents_known = True
    matching.with_company(board)
    matching.same_text(board, board.live)
    matching.returned(board)
    offers += matching.similar_in_note(board)
    return _decide(board, numbers, offers)


def _decide(board: Board, numbers: Mapping[Kind, int], offers: Iterable[Offer]) -> Matching:
    following: dict[Kind, int] = {kind: numbers.get(kind, 1) for kind in KINDS}
    for item_id in board.taken:
        kind = KIND_OF[item_id[0]]
        following[kind] = max(following[kind], number(item_id) + 1)
    ids: list[str] = []
    for place in board.new:
        if place.partner is None:
            ids.append(f"{LETTERS[place.kind]}{following[place.kind]}")
            following[place.kind] += 1
        else:
            ids.append(place.given or place.partner.id)
    assigned = []
    for k, place in enumerate(board.new):
        above = place.now.parent
        parent = None if above is None else ids[k - place.index + above]
        assigned.append(
            Assigned(ids[k], place.note, place.now, parent, place.index, place.how or "new", round(place.score, 1))
        )
    gone = sorted((old.id for old in board.live if old.partner is None), key=sort_key)
    return Matching(tuple(assigned), tuple(gone), _suggest(board, ids, offers), following)


def _suggest(board: Board, ids: Sequence[str], offers: Iterable[Offer]) -> tuple[Suggestion, ...]:
    names = {id(place): ids[k] for k, place in enumerate(board.new)}
    best: defaultdict[str, dict[str, Suggestion]] = defaultdict(dict)
    for score, old, new in sorted(offers, key=lambda offer: -offer[0]):
        if old.partner is None and new.partner is None:
            name = names[id(new)]
            if len(best[name]) < _OFFERS:
                best[name].setdefault(old.id, Suggestion(name, old.id, round(score, 1)))
    return tuple(one for own in best.values() for one in own.values())
