"""Names of labels as patterns, which most texts are told apart from by their first and last character.

A name is compared with a text only where it could begin and end as the text does, and be as long: of some four hundred
names that leaves a handful. What a pattern can begin and end with is read from the pattern itself, as `re` parses it,
so that nobody has to keep a second list; a text is never told apart from a name that it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from importlib import import_module
from typing import Any, Generic, TypeVar

_parser: Any = import_module("re._parser")
_HANGUL = re.compile("[가-힣]")
# Of more characters than these, no list is kept: the pattern may begin (or end) with anything.
_MOST_CHARACTERS = 200

T = TypeVar("T")
_Ends = frozenset[str] | None  # the characters that something may begin or end with; None for any


def is_korean(text: str) -> bool:
    return not text.isascii() and _HANGUL.search(text) is not None


class Name:
    """One name: a pattern that matches the whole of a text."""

    __slots__ = ("_compiled", "firsts", "lasts", "longest", "pattern")

    def __init__(self, pattern: str) -> None:
        self.pattern = pattern
        parsed = _parser.parse(pattern, re.IGNORECASE)
        self.firsts = _ends(parsed, last=False)[0]
        self.lasts = _ends(parsed, last=True)[0]
        self.longest = parsed.getwidth()[1]
        self._compiled: re.Pattern[str] | None = None

    def matches(self, text: str) -> bool:
        if self._compiled is None:  # most names of most languages are never asked for
            self._compiled = re.compile(self.pattern, re.IGNORECASE)
        return self._compiled.fullmatch(text) is not None


class Register(Generic[T]):
    """Names and what each stands for, in the order in which they are tried; texts come case-folded."""

    def __init__(self, entries: Sequence[tuple[Names, T]]) -> None:
        self._entries = [(name.longest, name, value) for names, value in entries for name in names.names]
        # Which entries may begin (end) with a character, a bit for each: of nearly all characters, those with anything.
        self._firsts, self._first = _by_character([name.firsts for _, name, _ in self._entries])
        self._lasts, self._last = _by_character([name.lasts for _, name, _ in self._entries])
        self._chosen: dict[int, list[tuple[int, Name, T]]] = {}

    def find(self, text: str) -> Iterator[T]:
        """What the names stand for that a text is, in order."""
        if not text:
            return
        first, last = text[0], text[-1]
        bits = self._firsts.get(first, self._first) if _caseless(first) else -1
        bits &= self._lasts.get(last, self._last) if _caseless(last) else -1
        near = self._chosen.get(bits)
        if near is None:
            near = self._chosen[bits] = [entry for k, entry in enumerate(self._entries) if bits >> k & 1]
        length = len(text)
        for longest, name, value in near:
            if length <= longest and name.matches(text):
                yield value


class Names:
    """Names of one label."""

    def __init__(self, parts: Sequence[str]) -> None:
        self.names = [Name(pattern) for part in parts for pattern in _alternatives(part)]
        self._register = Register([(self, True)])

    def fullmatch(self, text: str) -> bool:
        """Whether a text is one of them."""
        return next(self._register.find(text), False)


def whole_of(*parts: str) -> Names:
    return Names(parts)


def _by_character(ends: Sequence[_Ends]) -> tuple[dict[str, int], int]:
    """Which of these hold a character, as bits, for each that any of them names; and which hold all others."""
    others = sum(1 << k for k, each in enumerate(ends) if each is None)
    bits: dict[str, int] = {}
    for k, each in enumerate(ends):
        for character in each or ():
            bits[character] = bits.get(character, others) | 1 << k
    return bits, others


def _caseless(character: str) -> bool:
    """Whether case changes nothing about a character that is not ASCII: `re` takes "ſ" for an s, "ı" for an i."""
    return character.isascii() or "\u2e80" <= character <= "\ud7ff"


def _alternatives(pattern: str) -> list[str]:
    """The parts of a pattern between the bars that stand in no group."""
    pieces, begin, depth, at = [], 0, 0, 0
    while at < len(pattern):
        sign = pattern[at]
        if sign == "\\":
            at += 1
        elif sign == "[":
            at = pattern.index("]", at + 2 + (pattern[at + 1] == "^"))
        elif sign in "()":
            depth += 1 if sign == "(" else -1
        elif sign == "|" and not depth:
            pieces.append(pattern[begin:at])
            begin = at + 1
        at += 1
    return [*pieces, pattern[begin:]]


def _ends(parsed: Any, *, last: bool) -> tuple[_Ends, bool]:
    """What a parsed pattern may begin with (or end with), and whether it may be empty."""
    found: set[str] = set()
    for operation, argument in reversed(list(parsed)) if last else parsed:
        ends, empty = _ends_of(str(operation), argument, last)
        if ends is None:
            return None, True
        found |= ends
        if not empty:
            return frozenset(found), False
    return frozenset(found), True


def _ends_of(operation: str, argument: Any, last: bool) -> tuple[_Ends, bool]:
    match operation:
        case "LITERAL":
            return _cases(chr(argument)), False
        case "IN":
            return _of_class(argument), False
        case "BRANCH":
            several = [_ends(branch, last=last) for branch in argument[1]]
            known = [ends for ends, _ in several if ends is not None]
            together = frozenset().union(*known) if len(known) == len(several) else None
            return together, any(empty for _, empty in several)
        case "SUBPATTERN":
            return _ends(argument[-1], last=last)
        case "MAX_REPEAT" | "MIN_REPEAT":
            ends, empty = _ends(argument[2], last=last)
            return ends, empty or argument[0] == 0
        case "AT" | "ASSERT" | "ASSERT_NOT":
            return frozenset(), True
    return None, True


def _of_class(members: Any) -> _Ends:
    found: frozenset[str] = frozenset()
    for operation, argument in members:
        if str(operation) == "LITERAL":
            low = high = argument
        elif str(operation) == "RANGE":
            low, high = argument
        else:
            return None
        if high - low > _MOST_CHARACTERS:
            return None
        for code in range(low, high + 1):
            cases = _cases(chr(code))
            if cases is None:
                return None
            found |= cases
    return found


def _cases(character: str) -> _Ends:
    """A character of a pattern in either case; None where more than ASCII has cases."""
    if not _caseless(character):
        return None
    return frozenset((character.lower(), character.upper()))
