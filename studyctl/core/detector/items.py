"""What the detector says of each block: its role, the item it is, and what it makes of the blocks below it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from studyctl.core.detector.blocks import Node
from studyctl.core.models import Kind, Mark

# What stands over a block decides how it is read:
#   free          nothing in particular: wording, boxes and markers
#   question, todo, reading, reference, toc    a label of that kind
#   reading-deep  below a paper to be read
#   beneath       below a question, or below something that is
#   heading       below a heading that is a question: its first paragraph or list is the answer
#   task          below a todo that stands outside of any label
#   quote         somebody else's words
#   example       sentences of a language that somebody learns
ScopeName = Literal[
    "free",
    "question",
    "todo",
    "reading",
    "reading-deep",
    "reference",
    "toc",
    "beneath",
    "heading",
    "task",
    "quote",
    "example",
]
Confidence = Literal["high", "low"]
Role = Literal["item", "topic", "label", "context", "source", "answer", "none"]


@dataclass(frozen=True, slots=True)
class Zone:
    """What a block makes of the blocks below it."""

    scope: ScopeName
    mark: Mark = "open"  # of items that say nothing about their state themselves
    family: str = ""  # the rule that opened it: "question-label", "callout", …
    boxed: bool = False  # its todos are told by their boxes
    by_words: bool = False  # by the words of its head alone: told apart more carefully, and of no heading below it
    named: bool = False  # by the name of the note

    @property
    def learned(self) -> bool:
        """Whether nothing but what was learnt from labelled lists opened it."""
        return self.family == "learned"


FREE = Zone("free")


@dataclass(slots=True)
class Item:
    """What a block was found to be."""

    kind: Kind
    rule: str
    text: str
    line: int
    last_line: int
    mark: Mark = "open"
    also: Kind | None = None
    confidence: Confidence = "high"


@dataclass(slots=True, eq=False)
class Judged:
    """A block with its judgement."""

    node: Node
    above: Judged | None  # the block it stands below, or the question that it answers
    owner: Judged | None  # the nearest item above it
    topic: tuple[str, ...]
    below: tuple[str, ...] | None = None  # the topic of what stands below it, as long as it is no item
    zone: Zone = FREE
    role: Role = "none"
    item: Item | None = None
    answered: bool = False  # a question that the note answers
    open_below: bool = False  # an open question stands below it
    inline_answer: str = ""
    conflict: str = ""
    only_ties: bool = False
    second: bool = False  # the answer in a table's row, beside the question
    block: int = -1  # the first paragraph or list below a heading that is a question

    @property
    def text(self) -> str:
        return self.item.text if self.item else self.node.text

    @property
    def is_question(self) -> bool:
        return self.item is not None and self.item.kind == "question"

    def owner_item(self) -> Judged | None:
        """The nearest item above it."""
        return self.owner

    def holder(self) -> Judged | None:
        """Itself if it is an item, else the nearest item above it."""
        return self if self.item else self.owner
