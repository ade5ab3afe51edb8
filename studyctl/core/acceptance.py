"""A person's word that an answer still holds although something changed: what was seen to change, and why it may.

It holds for one recorded answer and for exactly what was seen: when the same file changes once more, or another one,
the answer is stale again, and a new answer needs no old word. Kept among a person's decisions (`override`), with the
answers in the record, and taken back by `undo`. The view `items` reads what is kept: `answer` and `seen` stay as named.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from studyctl.core.records import Answer, Reason

FIELD = "accepted"
Seen = tuple[str, str, str]  # trigger, what changed, what it is now


@dataclass(frozen=True, slots=True)
class Acceptance:
    """Why an answer is kept, who said so and when, and the changes that were seen."""

    answer: str  # its digest
    reason: str
    by: str
    at: str
    seen: tuple[Seen, ...]
    texts: tuple[str, ...]  # the same in words, as they were shown


def acceptable(reason: Reason) -> bool:
    """Whether it can be looked at and found harmless: where a run is gone there is nothing to look at."""
    return reason.trigger != "run"


def accept(
    answer: Answer, reasons: Iterable[Reason], reason: str, *, earlier: Acceptance | None, by: str, now: str
) -> Acceptance:
    """The acceptance of these reasons, all of which are `acceptable`, and of what was accepted `earlier`."""
    seen, texts = (earlier.seen, earlier.texts) if earlier is not None else ((), ())
    found = tuple(reasons)
    return Acceptance(
        answer.digest,
        reason,
        by,
        now,
        (*seen, *((r.trigger, r.key, r.now) for r in found)),
        (*texts, *(r.text for r in found)),
    )


def standing(accepted: Acceptance | None, reasons: Iterable[Reason]) -> tuple[Reason, ...]:
    """The reasons that the person has not accepted; `accepted` is of the answer that they are about."""
    seen = accepted.seen if accepted is not None else ()
    return tuple(r for r in reasons if not acceptable(r) or (r.trigger, r.key, r.now) not in seen)


def kept(overrides: Iterable[tuple[str, str, str, str]]) -> dict[str, str]:
    """Every acceptance as it is kept, by item, from a person's decisions: (item, field, value, when)."""
    return {item: value for item, name, value, _ in overrides if name == FIELD}


def of(answer: Answer, kept: Mapping[str, str]) -> Acceptance | None:
    """What was accepted for this very answer: one that was recorded since needs no old word."""
    found = load(kept.get(answer.item))
    return found if found is not None and found.answer == answer.digest else None


def dump(acceptance: Acceptance) -> str:
    said = {
        "answer": acceptance.answer,
        "reason": acceptance.reason,
        "by": acceptance.by,
        "at": acceptance.at,
        "seen": acceptance.seen,
        "texts": acceptance.texts,
    }
    return json.dumps(said, ensure_ascii=False, sort_keys=True)


def load(text: str | None) -> Acceptance | None:
    """None where it is none of ours: then nothing is accepted."""
    try:
        said = json.loads(text or "")
        words = [str(said[name]) for name in ("answer", "reason", "by", "at")]
        seen = tuple((str(a), str(b), str(c)) for a, b, c in said["seen"])
        return Acceptance(words[0], words[1], words[2], words[3], seen, tuple(map(str, said["texts"])))
    except (ValueError, KeyError, TypeError):
        return None
