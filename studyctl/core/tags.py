"""A person's own words for runs: what may be one, and how it is kept."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from studyctl.errors import UsageError

LONGEST = 100
# Letters of any script: what MLflow takes as the name of a tag, and what a shell passes on as it is typed.
_TAG = re.compile(r"[\w.:-]+(?:/[\w.:-]+)*")


def checked(words: Iterable[str]) -> tuple[str, ...]:
    """The tags behind what was typed, in its order; UsageError for one that cannot be."""
    found: dict[str, None] = {}
    for word in words:
        tag = unicodedata.normalize("NFC", word.strip().removeprefix("#"))
        dots = any(part in (".", "..") for part in tag.split("/"))
        if not _TAG.fullmatch(tag) or dots or len(tag) > LONGEST:
            raise UsageError(
                f"{word!r} cannot be a tag",
                f"letters and digits of any script, and _ - . : / between them, {LONGEST} at most",
            )
        found[tag] = None
    return tuple(found)
