"""Keep answers although something changed, for a reason that is recorded with them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from studyctl.app.change import Change
from studyctl.core import acceptance
from studyctl.core.ids import pick
from studyctl.core.intents import Override
from studyctl.core.models import Item, Reason
from studyctl.core.ports import Reader
from studyctl.errors import CheckFailed, NoEvidenceError, UsageError

Reasons = Callable[[Reader, Sequence[str]], Mapping[str, tuple[Reason, ...]]]  # why answers are stale, by item


def accept(words: Sequence[str], reason: str, reader: Reader, reasons: Reasons, *, by: str, now: str) -> Change:
    """Accept all that makes the answers of these items stale, as it is now."""
    why = " ".join(reason.split())
    if not why:
        raise UsageError("there is no reason", 'say why it still holds: --reason "only a name changed"')
    items = pick(words, reader.items(gone=True, ignored=True))
    answers = {answer.item: answer for answer in reader.answers([item.id for item in items])}
    without = [item for item in items if item.id not in answers]
    if without:
        raise NoEvidenceError(f"{without[0].id} has no recorded answer", f"studyctl answer {without[0].id}")
    stale = reasons(reader, [item.id for item in items])
    _refuse_lost(items, stale)
    kept = acceptance.kept(reader.overrides())
    overrides: list[Override] = []
    lines: list[str] = []
    for item in items:
        found = stale.get(item.id, ())
        if not found:
            lines.append(f"{item.id} is fresh: there is nothing to accept")
            continue
        answer = answers[item.id]
        earlier = acceptance.of(answer, kept)
        one = acceptance.accept(answer, found, why, earlier=earlier, by=by, now=now)
        overrides.append((item.id, acceptance.FIELD, kept.get(item.id), acceptance.dump(one)))
        lines.append(f"{item.id} is kept as it is: {why}")
        lines += [f"  {reason.text}" for reason in found]
    done = ", ".join(item for item, *_ in overrides)
    return Change(summary=f"accepted {done}", overrides=tuple(overrides), lines=tuple(lines))


def _refuse_lost(items: Sequence[Item], stale: Mapping[str, tuple[Reason, ...]]) -> None:
    for item in items:
        for reason in stale.get(item.id, ()):
            if not acceptance.acceptable(reason):
                raise CheckFailed(
                    f"{item.id} cannot be accepted as it is: {reason.text}", f"studyctl answer {item.id} --refresh"
                )
