"""What a list is by its head and its lines together, as learnt from labelled lists: for heads that no rule knows.

People head their lists in words that nobody foresees ("before Meg's visit", 계약 전 체크, 先生おすすめ). A linear
classifier over the characters of the head, and the beginnings and ends of the lines below it, tells whether such a list
is one of questions, todos or readings; most are none of these. It is asked only where no rule speaks, and what it finds
has low confidence. `tests/core/learn_lists.py` makes its weights (`learned.txt`) from labelled lists.

Source: character n-grams as in Cavnar & Trenkle (1994), "N-gram-based text categorization"; multinomial logistic
regression as scikit-learn's `LogisticRegression` fits it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import Literal, NamedTuple

Scope = Literal["question", "todo", "reading"]
SCOPES: tuple[Scope, ...] = ("question", "todo", "reading")

LONGEST_HEAD = 60  # characters
# How likely it has to be that a list is what the classifier says.
_LIKELY = 0.6
_ALONE = 0.75  # by its head alone, where only one line stands below it
_SURELY = 0.97  # by titles of works, whatever its head says
# And how likely by its head alone: lines that ask do not make their head a label.
_POSSIBLE = {"question": 0.35, "todo": 0.2, "reading": 0.1}
_NAMELESS = re.compile(r"[\W\d]*")  # a date, a number
MOST_LINES = 8  # of a list; what its first lines do not tell, the others rarely do
_GRAM = 3
_OF_HEAD, _OF_LINES = 3.0, 2.0  # how much the two parts of a list weigh beside each other
_DIGITS = re.compile(r"\d+")
_EDGES = " \t:：*#_=~-–—.。"
_WORD = re.compile(r"[a-z]+(?:'[a-z]+)?")
# Signs of a work, in a line: a title in brackets or quotes, a year in parentheses, an address.
_TITLE = re.compile(r"[『《〈]|[\"“][^\"”]{6,}[\"”]|\((?:19|20)\d\d\)|://")
_MARKED = re.compile(r"[?？]\W*$")


class Guess(NamedTuple):
    """The likeliest scope of a list, and its probability."""

    scope: Scope
    probability: float


@dataclass(frozen=True, slots=True)
class Weights:
    """Of each feature, what it adds to the score of each scope; the score of none of them is zero."""

    bias: tuple[float, ...]
    of: dict[str, tuple[float, ...]]


def folded(text: str) -> str:
    """A text as features are cut from it: lower case, numbers alike, without signs at its edges."""
    return _DIGITS.sub("0", text.casefold()).strip(_EDGES)


def head_features(head: str) -> list[str]:
    """The n-grams and words of a head, each once."""
    edged = f"^{folded(head)}$"
    grams = {edged[at : at + n] for n in range(1, _GRAM + 1) for at in range(len(edged) - n + 1)}
    found = [f"h{gram}" for gram in grams]
    if edged.isascii():
        found += [f"H{word}" for word in set(_WORD.findall(edged))]
    return found


def line_features(line: str) -> Iterator[str]:
    """How a line begins and ends, and whether it looks like a question or a work."""
    text = folded(line)
    if text.isascii():
        words = _WORD.findall(text)
        yield f"b{words[0] if words else ''}"
        yield from (f"w{word}" for word in words[:4])
    else:
        yield from (f"b{text[:n]}" for n in (1, 2))
    yield from (f"e{text[-n:]}" for n in (1, 2, 3))
    if _MARKED.search(line):
        yield "+asks"
    if _TITLE.search(line):
        yield "+title"
    yield "+short" if len(text) <= 12 else "+long" if len(text) > 40 else "+middle"


def features(head: str, lines: Sequence[str]) -> dict[str, float]:
    """All features of a list: its head's by how many there are, its lines' by the share that has them."""
    of_head = head_features(head)
    found = dict.fromkeys(of_head, _share(of_head))
    lines = lines[:MOST_LINES]
    for line in lines:
        for name in line_features(line):
            found[name] = found.get(name, 0.0) + _OF_LINES / len(lines)
    return found


def _share(names: list[str]) -> float:
    """What each feature of a head counts, so that a long head says no more than a short one."""
    return _OF_HEAD / math.sqrt(len(names))


# -- scoring -----------------------------------------------------------------------------------------------------------


def parse(text: str) -> Weights:
    """Weights as `learn_lists.py` writes them: a line a feature, its name and its three weights in hundredths."""
    of: dict[str, tuple[float, ...]] = {}
    for line in text.splitlines():
        name, _, numbers = line.rpartition("\t")
        of[name] = tuple(int(number) / 100 for number in numbers.split())
    return Weights(of.pop("bias"), of)


@cache
def weights() -> Weights:
    return parse((files("studyctl.core.detector") / "learned.txt").read_text("utf-8"))


def _add(totals: list[float], names: Iterable[str], share: float, of: dict[str, tuple[float, ...]]) -> None:
    for name in names:
        if (found := of.get(name)) is not None:
            for at, each in enumerate(found):
                totals[at] += share * each


@lru_cache(maxsize=4096)
def _head(head: str) -> tuple[float, ...]:
    """What a head says by itself; the same heads come again and again."""
    known, names = weights(), head_features(head)
    totals = list(known.bias)
    _add(totals, names, _share(names), known.of)
    return tuple(totals)


def _guess(totals: Sequence[float]) -> Guess:
    powers = [math.exp(min(each, 50.0)) for each in totals]
    best = max(range(len(powers)), key=powers.__getitem__)
    return Guess(SCOPES[best], powers[best] / (1 + sum(powers)))


def told(head: str, lines: Sequence[str]) -> Scope | None:
    """What a list is, where that is likely enough by its head and by all of it."""
    if len(head) > LONGEST_HEAD or _NAMELESS.fullmatch(head):
        return None
    alone, guess = of_head(head), of_list(head, lines)
    if guess.scope == "reading" and guess.probability >= _SURELY and len(lines) > 1:
        return guess.scope  # titles of works say more than the head above them
    if alone.probability < (_POSSIBLE[alone.scope] if len(lines) > 1 else _ALONE):
        return None
    return guess.scope if guess.scope == alone.scope and guess.probability >= _LIKELY else None


def nothing(head: str, lines: Sequence[str]) -> None:
    """What `told` says where the rule is off."""


def of_head(head: str) -> Guess:
    """The likeliest scope of whatever stands below a head."""
    return _guess(_head(head))


def of_list(head: str, lines: Sequence[str]) -> Guess:
    """The likeliest scope of a list, by its head and its lines."""
    totals = list(_head(head))
    lines = lines[:MOST_LINES]
    for line in lines:
        _add(totals, line_features(line), _OF_LINES / len(lines), weights().of)
    return _guess(totals)
