"""What a list is asked for: filters that combine, as the command line, the lists and the store all understand them."""

from __future__ import annotations

from typing import NamedTuple

from studyctl.core.models import Kind

# What a list leaves out unless it is asked for: what needs nothing more from the person.
SETTLED: dict[Kind, tuple[str, ...]] = {
    "question": ("dropped",),
    "todo": ("done", "dropped"),
    "reading": ("done", "dropped"),
    "claim": ("dropped",),
}
ALL = "all"
ANY = "any"


class Filters(NamedTuple):
    """What a list is asked for; every field narrows it further."""

    kinds: tuple[Kind, ...] = ()
    statuses: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    match: tuple[str, ...] = ()
    due: str | None = None  # a day: due by then; ANY: due at all
    tags: tuple[str, ...] = ()
    sort: str | None = None  # "due" or "priority"; else in the order of the notes

    @property
    def by_default(self) -> bool:
        """Whether nothing but kinds was asked for: what is open, in the order of the notes."""
        return self == Filters(kinds=self.kinds)


# The letters that have an ASCII letter among what they are folded to.
FOLDED_TO_ASCII = "ßİŉſǰ\u037eẖẗẘẙẚẞ\u1fef\u212aﬀﬁﬂﬃﬄﬅﬆ"


def fold(text: str) -> str:
    """Text as filters compare it: composed, without case."""
    if text.isascii():
        return text.casefold()
    from unicodedata import normalize

    return normalize("NFC", text).casefold()


def fold_path(word: str) -> str:
    """A note's name, as a person types it, in the form that `fold` gives a note's path."""
    return fold(word.replace("\\", "/").removeprefix("./")).rstrip("/")
