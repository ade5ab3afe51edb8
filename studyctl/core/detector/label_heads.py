"""Labels by the words that they are made of, for those whose whole name is not known: "didn't catch", "下次要补".

People head their lists in words of their own. What such a head says is told by classes of words: not understood, to be
done, to be read. Words are weaker evidence than a name, so this is asked only of what stands as a head (a heading, a
line or bullet with a list below it, what stands before a colon), and where a class is doubtful, what stands below
decides.
"""

from __future__ import annotations

import re
from functools import lru_cache

from studyctl.core.detector import head_patterns as patterns
from studyctl.core.detector.head_patterns import Classes, Head
from studyctl.core.detector.label_names import is_korean

_LONGEST_ASCII = 48
_LONGEST = 24


@lru_cache(maxsize=4096)
def head_by_words(words: str) -> Head | None:
    """What a head says by its words, as `labels.clean` leaves them, case-folded."""
    if not words:
        return None
    if words.isascii():
        short = len(words) <= _LONGEST_ASCII and words.count(" ") <= 7
        return _first(patterns.EN, words, patterns.EN_NOT) if short else None
    if len(words) > _LONGEST:
        return None
    if is_korean(words):
        return None if patterns.KO_SENTENCE.search(words) else _first(patterns.KO, words, patterns.KO_NOT)
    if patterns.KANA.search(words):
        return _first(patterns.JA, words, patterns.JA_NOT)
    return _first(patterns.HAN, words, patterns.HAN_NOT)


def _first(classes: Classes, words: str, none: re.Pattern[str]) -> Head | None:
    found = next((head for pattern, head in classes if pattern.search(words)), None)
    return None if found is None or none.search(words) else found
