"""A person's word that an answer still holds although something changed: what was seen to change, and why it may.

It holds for one recorded answer and for exactly what was seen: when the same file changes once more, or another one,
the answer is stale again, and a new answer needs no old word. Kept among a person's decisions (`override`), with the
answers in the record, and taken back by `undo`. The view `items` reads what is kept: `answer` and `seen` stay as named.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
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


def accept(answer: Answer, reasons: Iterable[Reason], reason: str, *, by: str, now: str) -> Acceptance:
    """The acceptance of these reasons, all of which are `acceptable`."""
    found = tuple(reasons)
    return Acceptance(
        answer.digest, reason, by, now, tuple((r.trigger, r.key, r.now) for r in found), tuple(r.text for r in found)
    )


def standing(acceptance: Acceptance | None, answer: Answer, reasons: Iterable[Reason]) -> tuple[Reason, ...]:
    """The reasons that the person has not accepted for this answer."""
    if acceptance is None or acceptance.answer != answer.digest:
        return tuple(reasons)
    return tuple(r for r in reasons if not acceptable(r) or (r.trigger, r.key, r.now) not in acceptance.seen)


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
