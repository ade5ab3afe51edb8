"""A person's own habits, as `studyctl.toml` names them: labels, marks on lines, and rules that do not suit them."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from studyctl.core.detector.labels import clean
from studyctl.core.models import Kind

# The kinds that have labels and marks; a claim is told by the question above it.
KINDS: tuple[Kind, ...] = ("question", "todo", "reading")


class Named(NamedTuple):
    """A label that somebody named, or a mark."""

    kind: Kind
    text: str
    mark: bool


@dataclass(frozen=True, slots=True)
class Habits:
    """How notes are to be read, besides what everybody does."""

    labels: Mapping[Kind, Sequence[str]] = field(default_factory=dict)  # what stands above lists
    marks: Mapping[Kind, Sequence[str]] = field(default_factory=dict)  # what lines begin or end with; tags anywhere
    rules_off: Collection[str] = ()  # rules, or families of rules

    def named(self) -> list[Named]:
        """Everything that was named, labels first."""
        return [
            Named(kind, text, mark)
            for mark, named in ((False, self.labels), (True, self.marks))
            for kind, texts in named.items()
            for text in texts
        ]

    def heads(self) -> dict[str, Kind]:
        """The labels as they are looked up: without markup and case."""
        return {clean(label).casefold(): kind for kind, labels in self.labels.items() for label in labels}

    def signs(self) -> Signs | None:
        """The marks as they are looked for; None without any."""
        marks = [(mark.strip(), kind) for kind, marks in self.marks.items() for mark in marks if mark.strip()]
        return Signs(sorted(marks, key=lambda each: -len(each[0]))) if marks else None


NONE = Habits()


class Signed(NamedTuple):
    """A line with a mark of its writer's."""

    kind: Kind
    words: str  # without the mark


class Signs:
    """Marks, the longest first: `->` is found before `-`."""

    def __init__(self, marks: Sequence[tuple[str, Kind]]) -> None:
        self._marks = [(kind, _pattern(mark)) for mark, kind in marks]
        self._texts = tuple(mark.casefold() for mark, _ in marks)

    def of(self, text: str) -> Signed | None:
        """What a line is by its mark; None where it has none, or nothing but a mark."""
        folded = text.casefold()
        if not any(mark in folded for mark in self._texts):
            return None
        for kind, pattern in self._marks:
            if found := pattern.search(text):
                words = f"{text[: found.start()].rstrip()} {text[found.end() :].lstrip()}".strip()
                return Signed(kind, words) if re.search(r"\w", words) else None
        return None

    def on(self, text: str) -> bool:
        """Whether a line is marked, so that it belongs to nothing before it."""
        return any(pattern.search(text) for _, pattern in self._marks)

    def ends(self, text: str) -> bool:
        """Whether a line is marked at its end, so that nothing behind it belongs to it."""
        return any((found := pattern.search(text)) and found.end() == len(text) for _, pattern in self._marks)


def _pattern(mark: str) -> re.Pattern[str]:
    """A mark at the beginning or the end of a line, whole; a tag wherever it stands."""
    text = re.escape(mark)
    whole = text + (r"(?!\w)" if mark[-1].isalnum() else "")
    if mark.startswith("#"):
        return re.compile(rf"(?<!\S){text}(?![\w/-])", re.IGNORECASE)
    before = r"(?<!\S)" if mark[0].isalnum() else ""
    return re.compile(rf"^{whole}|{before}{whole}$", re.IGNORECASE)
