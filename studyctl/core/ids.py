"""Item ids as people type them: `Q1`, `q1`, several at once, ranges such as `T3-T6` or `t3-6`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from studyctl.core.models import KINDS, LETTERS, Item, Kind
from studyctl.errors import NotFoundError, UsageError

KIND_OF: dict[str, Kind] = {letter: kind for kind, letter in LETTERS.items()}
PLURALS: dict[Kind, str] = {
    "question": "questions",
    "todo": "todos",
    "reading": "readings",
    "claim": "claims",
}
_ONE = re.compile(r"([A-Za-z])(\d+)\Z")
_RANGE = re.compile(r"([A-Za-z])(\d+)(?:-|\.\.|–)([A-Za-z]?)(\d+)\Z")


def sort_key(item_id: str) -> tuple[int, int]:
    """Questions, todos, readings, claims; each in the order of their numbers."""
    return list(KIND_OF).index(item_id[0]), int(item_id[1:])


def expand(words: Iterable[str]) -> list[tuple[str, bool]]:
    """The ids that the words name, each once, in the order typed; True for one that a range implies.

    Words may also hold commas (`T1,T3-T5`). UsageError for a range that runs backwards or over two kinds,
    NotFoundError for a word that is no id.
    """
    named: dict[str, bool] = {}
    for word in (part for raw in words for part in raw.split(",") if part):
        one = _ONE.match(word)
        span = _RANGE.match(word)
        if one and one[1].upper() in KIND_OF:
            named[f"{one[1].upper()}{int(one[2])}"] = False
        elif span and span[1].upper() in KIND_OF:
            letter, first, last = span[1].upper(), int(span[2]), int(span[4])
            if span[3] and span[3].upper() != letter:
                raise UsageError(
                    f"{word}: a range stays within one kind", f"did you mean {letter}{first}-{letter}{last}?"
                )
            if last < first:
                raise UsageError(f"{word}: the range runs backwards", f"did you mean {letter}{last}-{letter}{first}?")
            if last - first >= 10_000:
                raise UsageError(f"{word}: the range is too long", "name at most 10,000 items")
            for number in range(first, last + 1):
                named.setdefault(f"{letter}{number}", True)
        else:
            raise NotFoundError(
                f"{word} is no item id", "ids look like Q1, t4 or T3-T6; `studyctl item list` shows them"
            )
    return list(named.items())


def pick(words: Sequence[str], known: Sequence[Item]) -> list[Item]:
    """The items that the words name, in the order typed; NotFoundError with near matches for others.

    Gaps of a range are passed over, provided that something is left of it.
    """
    by_id = {item.id: item for item in known}
    picked: list[Item] = []
    for item_id, implied in expand(words):
        item = by_id.get(item_id)
        if item is not None and not (implied and item.gone):
            picked.append(item)
        elif not implied:
            raise NotFoundError(f"no item {item_id}", near(item_id, known))
    if not picked:
        raise NotFoundError(f"no item in {', '.join(words)}", near(expand(words)[0][0], known))
    return picked


def standing(items: Sequence[Item]) -> list[Item]:
    """The items, for a command that goes to their lines; NotFoundError where one is in no note any more."""
    for item in items:
        if item.gone:
            raise NotFoundError(
                f"{item.id} is in no note any more: {item.text}",
                f"it stood in {item.note}; `studyctl relink` shows what it may have become",
            )
    return list(items)


def near(item_id: str, known: Sequence[Item]) -> str:
    """What a person may have meant by an id that does not exist."""
    kind = KIND_OF[item_id[0]]
    ids = sorted((i.id for i in known if i.id[0] == item_id[0] and not i.gone), key=sort_key)
    if not ids:
        held = [k for k in KINDS if any(i.id[0] == LETTERS[k] for i in known)]
        rest = f"; there are {' and '.join(PLURALS[k] for k in held)}" if held else ""
        return f"there are no {PLURALS[kind]} yet{rest}: `studyctl item list`"
    number = int(item_id[1:])
    same_digits = [i for i in ids if set(i[1:]) == set(item_id[1:])]
    nearest = sorted(ids, key=lambda i: abs(int(i[1:]) - number))[:3]
    shown = sorted({*same_digits[:1], *nearest[:2]}, key=sort_key)
    return f"near it: {', '.join(shown)}; {PLURALS[kind]} are {ids[0]} to {ids[-1]} (`studyctl {kind} list`)"
