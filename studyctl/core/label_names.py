"""Names of labels as patterns, sorted by the writing that they are in."""

from __future__ import annotations

import re

_HANGUL = re.compile("[가-힣]")
_HAN = re.compile("[ぁ-ヶ一-龥]")
_LATIN = re.compile(r"(?<!\\)[A-Za-z]")


def script_of(text: str) -> int:
    """Which writing a text is in: 0 none but Latin, 1 Korean, 2 Japanese or Chinese, 3 both."""
    if text.isascii():
        return 0
    return (_HANGUL.search(text) is not None) + 2 * (_HAN.search(text) is not None)


def _may_match(part: str, script: int) -> bool:
    """Whether a pattern has anything to say to a text in a writing: each is tried on those that it holds itself."""
    held = script_of(part)
    latin = _LATIN.search(part) is not None
    return bool(held & script) or (latin if script == 0 else held == 0)


class Names:
    """Names of one label. A text is compared only with names in a writing that it has: most texts are no label."""

    def __init__(self, parts: tuple[str, ...]) -> None:
        self._patterns = [
            re.compile("|".join(f"(?:{part})" for part in parts if _may_match(part, script)) or "(?!)", re.IGNORECASE)
            for script in range(4)
        ]

    def fullmatch(self, text: str, script: int | None = None) -> bool:
        """Whether a text is one of them; `script` is what `script_of` says of it."""
        return self._patterns[script_of(text) if script is None else script].fullmatch(text) is not None


def whole_of(*parts: str) -> Names:
    return Names(parts)
