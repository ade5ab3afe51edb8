"""The steps by which identity recognises items, each a pass over the board of those not yet recognised.

Duplicates are told apart by their surroundings (parent, topic, neighbours), then by order. A live item that
vanished from one note and appears in another is a move, so it goes before a tombstone with the same text. A
removed note whose items mostly went to one new note was renamed, and counts as the same note from then on; a
new note that mostly repeats one still there is a copy, and takes only what the original has no use for.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping

from studyctl.core.ids import KIND_OF
from studyctl.core.models import Kind
from studyctl.core.places import SHORT, Board, Place, free, match, number

SAME_NOTE = 70.0
ELSEWHERE = 80.0
# From here up to the threshold a pair is offered for `relink`, not decided.
OFFERED = 55.0
OFFERED_ELSEWHERE = 70.0
_ALIKE = 35.0  # whatever its surroundings: below this it is another text
_ALIKE_IN_A_CROWD = 60.0  # where there is much to choose from
_CROWD = 12  # so many unrecognised items in a row say nothing by standing between the same neighbours
_TOPIC, _PARENT, _NEIGHBOUR, _KIND, _COMPANY = 4.0, 4.0, 5.0, 2.0, 10.0
# How much of what is particular to a text must be left, 0 to 1.
_TELLING, _TELLING_ELSEWHERE = 0.55, 0.85
# Of a text that was lengthened or cut: it may have little in common by length, and still be the whole of the other.
_GROWN, _NEARLY_ALL = 20.0, 0.75

_ANCHOR = re.compile(r"\^?(?:sq-)?([qtrc])([1-9][0-9]{0,5})$", re.IGNORECASE)

Offer = tuple[float, Place, Place]  # score, known side, found side
_Key = Callable[[Place], Hashable]


def by_anchor(board: Board, numbers: Mapping[Kind, int]) -> None:
    """Step 1. A copied line copies its anchor: the one where the item was before keeps it."""
    claims: defaultdict[str, list[Place]] = defaultdict(list)
    for new in board.new:
        if new.now.anchor and (parts := _ANCHOR.match(new.now.anchor)):
            claims[parts[1].upper() + parts[2]].append(new)
    for item_id, claimants in claims.items():
        old = board.by_id.get(item_id)
        if old is not None:
            match(old, min(claimants, key=lambda new: _displacement(old, new)), "anchor")
        elif item_id not in board.taken and number(item_id) >= numbers.get(KIND_OF[item_id[0]], 1):
            # A number that this store never gave: the note carried it here from another one.
            match(claimants[0], claimants[0], "anchor")
            claimants[0].given = item_id
            board.taken.add(item_id)


def _displacement(old: Place, new: Place) -> tuple[bool, bool, bool, bool, int]:
    return (
        old.note != new.note,
        old.norm != new.norm,
        old.parent != new.parent,
        old.topic != new.topic,
        abs(old.line - new.line),
    )


def same_text(board: Board, olds: list[Place], *, how: str = "", except_into: Collection[str] = ()) -> None:
    """Steps 2 and 3: in the same note, then elsewhere; duplicates by surroundings, what tells most first.

    Elsewhere, a text that says too little must also stand beneath the same parent or topic, or between the
    same neighbours. Nothing goes into the notes of `except_into` from another one.
    """
    here = board.note_of
    closely: tuple[tuple[bool, _Key], ...] = (
        (False, lambda p: (here(p), p.norm, p.parent, p.topic, p.before, p.after)),
        (False, lambda p: (here(p), p.norm, p.parent, p.topic, p.before)),
        (False, lambda p: (here(p), p.norm, p.parent, p.topic, p.after)),
        (False, lambda p: (here(p), p.norm, p.parent, p.topic)),
        (False, lambda p: (here(p), p.norm, p.parent, p.before, p.after)),
        (False, lambda p: (here(p), p.norm, p.parent, p.before)),
        (False, lambda p: (here(p), p.norm, p.parent, p.after)),
        (False, lambda p: (here(p), p.norm, p.parent) if p.parent else None),
        # A child goes with its parent, even to another note, before it is taken for a namesake in this one.
        (True, lambda p: (p.norm, p.parent, p.topic, p.before, p.after) if p.parent else None),
        (True, lambda p: (p.norm, p.parent) if p.parent else None),
    )
    loosely: tuple[tuple[bool, _Key], ...] = (
        (False, lambda p: (here(p), p.norm, p.parent)),
        (False, lambda p: (here(p), p.norm, p.topic)),
        (False, lambda p: (here(p), p.norm, p.after)),
        (False, lambda p: (here(p), p.norm)),
        (True, lambda p: (p.norm, p.topic, p.before, p.after) if p.topic else None),
        (True, lambda p: (p.norm, p.before, p.after) if p.before and p.after else None),
        (True, lambda p: (p.norm, p.topic) if p.topic else None),
        (True, lambda p: (p.norm, p.before) if board.says_enough(p) else None),
        (True, lambda p: (p.norm, p.after) if board.says_enough(p) else None),
        (True, lambda p: p.norm if board.says_enough(p) else None),
    )
    news = board.new
    for k, (elsewhere, key) in enumerate((*closely, *loosely)):
        olds, news = free(olds), free(news)
        if k == len(closely):
            olds, news = list(filter(board.ready, olds)), list(filter(board.ready, news))
        if not olds or not news:
            return
        targets = [new for new in news if new.note not in except_into] if elsewhere else news
        for old, new in _pairs(olds, targets, key):
            match(old, new, how or ("exact" if old.note == new.note else "exact-elsewhere"))


def _pairs(olds: list[Place], news: list[Place], key: _Key) -> Iterable[tuple[Place, Place]]:
    """Places of both sides whose keys are equal, in order; one whose key is None takes no part."""
    waiting: defaultdict[Hashable, list[Place]] = defaultdict(list)
    for old in reversed(olds):
        if (value := key(old)) is not None:
            waiting[value].append(old)
    for new in news:
        value = key(new)
        if value is not None and (queue := waiting.get(value)):
            yield queue.pop(), new


def returned(board: Board, *, except_into: Collection[str] = ()) -> None:
    """Step 3, of tombstones: a text that returns gets its number back, in its old note before elsewhere."""
    same_text(board, board.tombstones, how="returned", except_into=except_into)


def copies(board: Board) -> set[str]:
    """Notes new to us that mostly repeat what another of the changed notes says."""
    before = {old.note for old in board.live}
    fresh = board.notes - before
    if not fresh or not before:
        return set()
    said: defaultdict[str, set[str]] = defaultdict(set)
    total: Counter[str] = Counter()
    for new in board.new:
        if new.note in fresh:
            total[new.note] += 1
        else:
            said[new.norm].add(new.note)
    shared: Counter[tuple[str, str]] = Counter()
    for new in board.new:
        if new.note in fresh:
            shared.update((original, new.note) for original in said.get(new.norm, ()))
    return {copy for (_, copy), count in shared.items() if 2 * count >= total[copy]}


def renames(board: Board) -> dict[str, str]:
    """Removed notes that became a new one: at least half of their items went there."""
    olds: Counter[str] = Counter(old.note for old in board.live)
    removed = olds.keys() - board.notes
    fresh = board.notes - olds.keys()
    went: Counter[tuple[str, str]] = Counter()
    for old in board.live:
        if old.partner is not None and old.note in removed and old.partner.note in fresh:
            went[old.note, old.partner.note] += 1
    names: dict[str, str] = {}
    for (old_note, new_note), count in went.most_common():
        if 2 * count >= olds[old_note] and old_note not in names and new_note not in names.values():
            names[old_note] = new_note
    return names


def similar_in_note(board: Board) -> list[Offer]:
    """Step 4; returns what was alike, but not enough to decide."""
    olds: defaultdict[str, list[Place]] = defaultdict(list)
    news: defaultdict[str, list[Place]] = defaultdict(list)
    for old in filter(board.ready, free(board.live)):
        olds[board.note_of(old)].append(old)
    for new in filter(board.ready, free(board.new)):
        news[new.note].append(new)
    common = [note for note in sorted(olds) if note in news]
    if not common:
        return []
    from studyctl.core.similarity import alike

    gaps = _Gaps(board)
    offers: list[Offer] = []
    for note in common:
        left, right = olds[note], news[note]
        least = _ALIKE if len(left) * len(right) <= _CROWD**4 else _ALIKE_IN_A_CROWD
        base = [
            (score, left[i], right[j]) for i, j, score in alike([p.norm for p in left], [p.norm for p in right], least)
        ]
        while base:
            # Each match tells more about the neighbours of those still open.
            gaps.measure(note)
            scored = [
                offer
                for score, old, new in base
                if (offer := (score + _bonus(old, new, gaps) + _grown(board, old, new), old, new))[0] >= OFFERED
            ]
            sure = [offer for offer in scored if offer[0] >= SAME_NOTE and _is_telling(board, offer)]
            _settle(sure, "similar")
            still = [pair for pair in base if pair[1].partner is None and pair[2].partner is None]
            if len(still) == len(base):
                offers += scored
                break
            base = still
    return offers


def similar_elsewhere(board: Board) -> list[Offer]:
    """Step 5; returns what was alike, but not enough to decide."""
    left = [old for old in free(board.live) if len(old.norm) >= SHORT]
    right = [new for new in free(board.new) if len(new.norm) >= SHORT]
    if not left or not right:
        return []
    from studyctl.core.similarity import alike

    offers: list[Offer] = []
    sure: list[Offer] = []
    for i, j, score in alike([p.norm for p in left], [p.norm for p in right], OFFERED_ELSEWHERE):
        old, new = left[i], right[j]
        if board.note_of(old) == new.note:
            continue
        together = _came_together(board, old, new)
        shared = board.telling(old.norm, new.norm)
        if together or shared >= _TELLING:
            offers.append((score + _COMPANY * together, old, new))
        if score + _COMPANY * together >= ELSEWHERE and (together or shared >= _TELLING_ELSEWHERE):
            sure.append(offers[-1])
    _settle(sure, "similar-elsewhere")
    return offers


def _came_together(board: Board, old: Place, new: Place) -> bool:
    """Whether the one's parent, children or neighbours became the other's."""
    return (
        (old.above is not None and new.above is not None and old.above.partner is new.above)
        or (old.previous is not None and new.previous is not None and old.previous.partner is new.previous)
        or (old.following is not None and new.following is not None and old.following.partner is new.following)
        or any(child.partner and child.partner.above is new for child in board.children.get(id(old), ()))
    )


def with_company(board: Board) -> None:
    """Items whose text alone says too little go with the parent that was recognised, else with a neighbour."""
    for company in (_below_same, _beside_same):
        for new in board.new:  # parents before children
            if new.partner is not None:
                continue
            for old in company(board, new):
                if old.partner is None and old.norm == new.norm:
                    match(old, new, "exact" if old.note == new.note else "exact-elsewhere")
                    break


def _below_same(board: Board, new: Place) -> Iterable[Place]:
    if new.above is not None and new.above.partner is not None:
        yield from board.children.get(id(new.above.partner), ())


def _beside_same(board: Board, new: Place) -> Iterable[Place]:
    # One whose anchor brought its number along is its own partner, and has no neighbours that were known.
    if new.previous is not None and (before := new.previous.partner) is not None and before.known and before.following:
        yield before.following
    if new.following is not None and (after := new.following.partner) is not None and after.known and after.previous:
        yield after.previous


def _grown(board: Board, old: Place, new: Place) -> float:
    """A bonus where one of the two says nearly all that is particular to the other: it grew, or was shortened."""
    if min(len(old.norm), len(new.norm)) < SHORT:
        return 0.0
    shared = board.telling(old.norm, new.norm)
    return _GROWN * max(0.0, shared - _NEARLY_ALL) / (1 - _NEARLY_ALL)


def _is_telling(board: Board, offer: Offer) -> bool:
    """Whether what the two share is more than a turn of phrase; of a short text that cannot be told."""
    _, old, new = offer
    return len(old.norm) < SHORT or board.telling(old.norm, new.norm) >= _TELLING


def _settle(scored: list[Offer], how: str) -> None:
    """One partner each, the best pairs first; equal scores go by surroundings and order."""
    scored.sort(key=lambda s: (-s[0], s[1].topic != s[2].topic, s[1].kind != s[2].kind, s[2].line, s[1].line))
    for score, old, new in scored:
        if old.partner is None and new.partner is None:
            match(old, new, how, min(score, 99.0))


class _Gaps:
    """Which recognised neighbours a place not yet recognised lies between, on either side of the match."""

    def __init__(self, board: Board) -> None:
        self._olds: defaultdict[str, list[Place]] = defaultdict(list)
        self._news: defaultdict[str, list[Place]] = defaultdict(list)
        for old in board.live:
            self._olds[board.note_of(old)].append(old)
        for new in board.new:
            self._news[new.note].append(new)
        self._between: dict[int, tuple[Place | None, Place | None]] = {}

    def measure(self, note: str) -> None:
        """Look again, after matches were made in `note`. Neighbours are named by their known side."""
        for places in (self._olds[note], self._news[note]):
            start = 0
            for end in range(len(places) + 1):
                if end == len(places) or places[end].partner is not None:
                    if 0 < end - start <= _CROWD:
                        ends = _known_side(places, start - 1), _known_side(places, end)
                        self._between.update((id(place), ends) for place in places[start:end])
                    start = end + 1

    def common(self, old: Place, new: Place) -> int:
        """How many of the two neighbours are the same: 0 to 2."""
        ends, others = self._between.get(id(old)), self._between.get(id(new))
        if ends is None or others is None:
            return 0
        return (ends[0] is others[0]) + (ends[1] is others[1])


def _known_side(places: list[Place], k: int) -> Place | None:
    if not 0 <= k < len(places):
        return None
    return places[k] if places[k].known is not None else places[k].partner


def _bonus(old: Place, new: Place, gaps: _Gaps) -> float:
    bonus = _NEIGHBOUR * gaps.common(old, new)
    if old.topic == new.topic:
        bonus += _TOPIC
    if old.parent == new.parent or (old.above and new.above and old.above.partner is new.above):
        bonus += _PARENT
    if old.kind == new.kind:
        bonus += _KIND
    return bonus
