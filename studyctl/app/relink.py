"""Give a text its old number back: what vanished, what appeared, and which of them belong together."""

from __future__ import annotations

from collections.abc import Sequence

from studyctl.app.change import Change
from studyctl.core.ids import pick
from studyctl.core.models import Item
from studyctl.core.ports import Reader
from studyctl.core.relinking import HERE, Relinking, likeness, offers
from studyctl.errors import CheckFailed, NotFoundError, UsageError


def suggestions(words: Sequence[str], reader: Reader) -> list[Relinking]:
    """The pairs that are half alike; with ids, those of these items."""
    items = reader.items(gone=True, ignored=True)
    found = offers(items, reader.lives(), reader.relinked())
    if not words:
        return found
    named = {item.id for item in pick(words, items)}
    return [one for one in found if {one.gone.id, one.new.id} & named]


def pair(gone: str, new: str, reader: Reader) -> Relinking:
    """The two items, where the one has vanished and the other stands in a note."""
    known = reader.items(gone=True, ignored=True)
    old, now = _one(gone, known), _one(new, known)
    relinked = reader.relinked()
    for item in (old, now):
        if item.id in relinked:
            raise CheckFailed(
                f"{item.id} was relinked: its text is {relinked[item.id]} now",
                f"`studyctl item restore {item.id}` takes that back",
            )
    if not old.gone:
        turned = f"studyctl relink {now.id} {old.id}" if now.gone else "studyctl relink"
        raise CheckFailed(f"{old.id} has not vanished: it stands in {old.note}:{old.line}", turned)
    if now.gone:
        raise CheckFailed(f"{now.id} is in no note: there is no text to give a number to", "studyctl relink")
    return Relinking(old, now, likeness(old, now))


def doubts(found: Relinking) -> list[str]:
    """What a person should know before it is done; empty where nothing speaks against it."""
    said = []
    if found.score < HERE:
        said.append(f"{found.gone.id} and {found.new.id} are only {found.score:.0f} % alike")
    if found.new.answer is not None:
        said.append(f"the answer that {found.new.id} has stays with {found.new.id}")
    return said


def relink(gone: str, new: str, reader: Reader) -> Change:
    """The text of `new` gets the number `gone`; answers, corrections and history of that number stay with it."""
    found = pair(gone, new, reader)
    old, now = found.gone, found.new
    return Change(
        summary=f"the text of {now.id} is {old.id} again",
        overrides=((now.id, "relinked", None, old.id),),
        lines=(f"{old.id} is in {now.note}:{now.line} now: {now.text} (was {now.id})",),
    )


def _one(word: str, known: Sequence[Item]) -> Item:
    found = pick([word], known)
    if len(found) > 1:
        raise UsageError(f"{word} is more than one item", "studyctl relink Q9 Q21")
    return found[0]


def only(word: str) -> NotFoundError:
    """Nothing to offer for an id."""
    return NotFoundError(f"nothing that vanished or appeared is like {word}", "name both: studyctl relink Q9 Q21")
