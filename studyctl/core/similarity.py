"""How alike two texts are, for many pairs at once.

The only module that knows rapidfuzz. It is imported when there are edited items to compare, never by a
command that only reads. Small blocks are scored pair by pair; large ones as a matrix (numpy), chunk by chunk;
and where even a matrix would be too large, only texts that share rare fragments are compared at all.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence

# Below this many pairs a plain loop is faster than importing numpy.
_LOOP = 4_000
# Cells of one chunk of the matrix, and of the largest matrix computed at all.
_CHUNK = 1_000_000
_LARGEST = 6_000_000
# When the matrix would be too large: how many of a text's rarest fragments are looked up, how common each may
# be, and how many of the texts found that way are scored.
_RAREST = 8
_COMMON = 40
_CLOSEST = 12

Scored = tuple[int, int, float]


def alike(left: Sequence[str], right: Sequence[str], least: float) -> Iterator[Scored]:
    """Every (i, j, score) with score >= `least`: the larger of ratio and token-sort ratio, 0 to 100.

    Above some millions of pairs, those that share no rare fragment may be left out.
    """
    pairs = len(left) * len(right)
    if not pairs:
        return iter(())
    if pairs <= _LOOP:
        return _loop(left, right, least)
    if pairs <= _LARGEST:
        return _matrix(left, right, least)
    return _blocked(left, right, least)


class Telling:
    """How much of what is particular to one of two texts is in the other, by the texts around them.

    "compare A with B on a small example" and "compare C with D on a small example" are alike as strings, yet
    where many items are worded so, they are two items: what they share is common, what they differ in is
    rare. Each fragment weighs what its rarity tells (its inverse document frequency); the score is the shared
    weight over that of the lighter text, so that a text which only grew keeps it.
    """

    def __init__(self, corpus: Iterable[str]) -> None:
        frequency: Counter[str] = Counter()
        size = 1
        for text in corpus:
            frequency.update(_fragments(text))
            size += 1
        self._weights = {part: math.log(1 + size / (count + 0.5)) for part, count in frequency.items()}
        self._unheard = math.log(1 + size / 0.5)
        self._parts: dict[str, tuple[set[str], float]] = {}

    def __call__(self, left: str, right: str) -> float:
        """0 to 1."""
        parts, weight = self._weighed(left)
        others, other_weight = self._weighed(right)
        return self._weight(parts & others) / min(weight, other_weight)

    def _weighed(self, text: str) -> tuple[set[str], float]:
        if text not in self._parts:
            parts = _fragments(text)
            self._parts[text] = parts, self._weight(parts)
        return self._parts[text]

    def _weight(self, parts: set[str]) -> float:
        weights, unheard = self._weights, self._unheard
        return sum([weights.get(part, unheard) for part in parts])


def _tokens_sorted(text: str) -> str:
    return " ".join(sorted(text.split()))


def _loop(left: Sequence[str], right: Sequence[str], least: float) -> Iterator[Scored]:
    from rapidfuzz.fuzz import ratio

    right_sorted = [_tokens_sorted(text) for text in right]
    for i, text in enumerate(left):
        ordered = _tokens_sorted(text)
        for j, other in enumerate(right):
            score = max(ratio(text, other, score_cutoff=least), ratio(ordered, right_sorted[j], score_cutoff=least))
            if score >= least:
                yield i, j, score


def _matrix(left: Sequence[str], right: Sequence[str], least: float) -> Iterator[Scored]:
    import numpy as np
    from rapidfuzz.fuzz import ratio
    from rapidfuzz.process import cdist

    left_sorted = [_tokens_sorted(text) for text in left]
    right_sorted = [_tokens_sorted(text) for text in right]
    rows = max(1, _CHUNK // len(right))
    for start in range(0, len(left), rows):
        stop = start + rows
        plain = cdist(left[start:stop], right, scorer=ratio, score_cutoff=least, dtype=np.float32)
        ordered = cdist(left_sorted[start:stop], right_sorted, scorer=ratio, score_cutoff=least, dtype=np.float32)
        scores = np.maximum(plain, ordered)
        for i, j in zip(*(axis.tolist() for axis in np.nonzero(scores >= least)), strict=True):
            yield start + i, j, float(scores[i, j])


def _blocked(left: Sequence[str], right: Sequence[str], least: float) -> Iterator[Scored]:
    from rapidfuzz.fuzz import ratio

    places: defaultdict[str, list[int]] = defaultdict(list)
    for j, text in enumerate(right):
        for fragment in _fragments(text):
            places[fragment].append(j)
    right_sorted = [_tokens_sorted(text) for text in right]
    for i, text in enumerate(left):
        known = sorted((len(places[f]), f) for f in _fragments(text) if f in places)
        votes: Counter[int] = Counter()
        for count, fragment in known[:_RAREST]:
            if count <= _COMMON:
                votes.update(places[fragment])
        ordered = _tokens_sorted(text)
        for j, _ in votes.most_common(_CLOSEST):
            score = max(
                ratio(text, right[j], score_cutoff=least),
                ratio(ordered, right_sorted[j], score_cutoff=least),
            )
            if score >= least:
                yield i, j, score


def _fragments(text: str) -> set[str]:
    """Overlapping runs of three characters: short enough for CJK words, long enough to be rare."""
    return {text[k : k + 3] for k in range(max(1, len(text) - 2))}
