"""Which item that appeared may be one that vanished: what identity left open, for a person to decide.

Worked out anew each time from the tombstones and the items that came at the same moment or later, so that a pair is
offered until it is settled, also when the old words were deleted today and the new ones are written tomorrow.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from studyctl.core.models import Item

# As in `core.matching`: what is half alike in one note, and what is much alike in two.
HERE = 50.0
ELSEWHERE = 70.0
_TELLING = 0.55  # elsewhere: how much of what is particular to a text must be left
_SHORT = 12  # a text shorter than this says too little to be recognised elsewhere
_PLACE, _KIND = 4.0, 2.0
_MOST = 3  # offers for one new item

Lives = Mapping[str, tuple[str, str | None]]  # when an item first appeared, and since when it is gone


@dataclass(frozen=True, slots=True)
class Relinking:
    """Perhaps the new item is the vanished one."""

    gone: Item
    new: Item
    score: float  # how alike, 0 to 99


def likeness(gone: Item, new: Item) -> float:
    """How alike two items are, their places included."""
    from studyctl.core.similarity import alike

    base = next((score for _, _, score in alike([gone.norm], [new.norm], 0.0)), 0.0)
    return min(round(base + _bonus(gone, new), 1), 99.0)


def offers(items: Iterable[Item], lives: Lives, settled: Collection[str]) -> list[Relinking]:
    """What may belong together, the most alike first; `settled` tombstones have gone to another number already."""
    gone, new = _sides(items, lives, settled)
    if not gone or not new:
        return []
    from studyctl.core.similarity import Telling, alike

    telling = Telling(item.norm for item in (*gone, *new))
    scored: list[Relinking] = []
    for i, j, score in alike([item.norm for item in gone], [item.norm for item in new], HERE):
        old, now = gone[i], new[j]
        if not _came_after(lives, old, now):
            continue
        if old.note != now.note and not (
            min(len(old.norm), len(now.norm)) >= _SHORT
            and score >= ELSEWHERE
            and telling(old.norm, now.norm) >= _TELLING
        ):
            continue
        scored.append(Relinking(old, now, min(round(score + _bonus(old, now), 1), 99.0)))
    scored.sort(key=lambda one: (-one.score, one.new.position, one.gone.id))
    count: dict[str, int] = {}
    best: list[Relinking] = []
    for one in scored:
        count[one.new.id] = count.get(one.new.id, 0) + 1
        if count[one.new.id] <= _MOST:
            best.append(one)
    return best


def _sides(items: Iterable[Item], lives: Lives, settled: Collection[str]) -> tuple[list[Item], list[Item]]:
    """The tombstones, and the items that appeared when the first of them vanished, or later."""
    known = list(items)
    gone = [item for item in known if item.gone and item.id not in settled]
    since = min((lives[item.id][1] or "" for item in gone), default="")
    new = [item for item in known if not item.gone and not item.ignored and lives[item.id][0] >= since]
    return gone, new


def _came_after(lives: Lives, gone: Item, new: Item) -> bool:
    return lives[new.id][0] >= (lives[gone.id][1] or "")


def _bonus(gone: Item, new: Item) -> float:
    """The same surroundings speak for the same item."""
    same = _PLACE * (gone.topic == new.topic and gone.note == new.note)
    same += _PLACE * (gone.parent is not None and gone.parent == new.parent)
    return same + _KIND * (gone.kind == new.kind)
