"""Heads that are labels by their words, or by what stands below them."""

from __future__ import annotations

import re

from studyctl.core.detector import learned, sources, statements
from studyctl.core.detector.blocks import BOLD_LINE, Node
from studyctl.core.detector.labels import Label, head_of

# A Japanese verb in its plain form says what to do as well as what happens.
_PLAIN = re.compile(r"^[^はが]*(?<![あいなれ])(?<!でき)[うくぐすつぬぶむる]$")
# What has a link, or a word of what is read.
_WORK = re.compile(
    r"://|\b(?:ch(?:ap(?:ter)?s?)?\.? ?\d|papers?|reviews?|books?|articles?|vol\.? ?\d|ed\.|pp?\. ?\d"
    r"|commentary|series|paperback)\b"
    r"|§|[『《〈]|第[\d一二三四五六七八九十]+[章节節巻]|\d장",
    re.IGNORECASE,
)
# What was done, as a log says it: "Added 3 ul of dye", "Ran the gel". Not in words that are an order as well ("Read
# chapter 3", "Feed the cat").
_PAST = re.compile(
    r"(?:[A-Z][a-z]*[^e\W]ed|Ran|Took|Made|Got|Did|Went|Wrote|Saw|Met|Sent|Built|Found|Began|Gave|Left|Spun|Kept)"
    r" (?!to\b)"
)
# A table or a figure of a paper is nothing that one reads by itself.
_NO_WORK = re.compile(r"(?:table|fig(?:ure)?)\.? ?\d", re.IGNORECASE)
_SHORTEST_TITLE = 12  # characters
_LONGEST_CLAUSE = 24
_QUESTION = Label("question", by_words=True)
_TODO = Label("todo", by_words=True)
READING = Label("reading", by_words=True)
_LEARNED = {scope: Label(scope, by_words=True, learned=True) for scope in learned.SCOPES}


def head_label(node: Node, *, learnt: bool = True) -> Label | None:
    """The label that a heading or a bullet is, if the list below it does not speak against it.

    By its words, else (with `learnt`) by what was learnt from labelled lists.
    """
    below = [child for child in node.children if child.kind == "bullet"]
    if not below and node.kind == "heading" and any(child.kind == "row" for child in node.children):
        head = head_of(node.prose)
        return _TODO if head is not None and head.sure and head.scope == "todo" else None
    if not below or (node.kind == "bullet" and node.asks is not None):
        return None
    return _by_words(node, below) or (_by_learning(node, below) if learnt else None)


def _by_words(node: Node, below: list[Node]) -> Label | None:
    head = head_of(node.prose)
    if head is not None and is_title(node) and (node.level == 1 or not head.sure):
        return None
    if head is None:
        return _QUESTION if _mostly_ask(below) else None
    if not head.sure and 2 * sum(sources.ISSUES.search(child.raw) is not None for child in below) > len(below):
        return None  # a list of changes, each with its number and its author
    said = sum(_states(child) for child in below)
    if head.scope == "question":
        asking = sum(child.asks is not None for child in below)
        return _QUESTION if head.sure or 2 * asking >= len(below) else None
    if head.scope == "reading":
        papers = sum(
            bool(_WORK.search(child.raw)) or sources.looks_like_paper(child.raw, child.words) for child in below
        )
        enough = 2 * said <= len(below) if head.sure else 2 * papers >= len(below) and not said
        return READING if enough or boxed_works(below) else None
    if mostly_works(below):
        return READING
    return _TODO if (2 if head.sure else 3) * said <= len(below) else None


def _by_learning(node: Node, below: list[Node]) -> Label | None:
    sentence = node.kind == "bullet" and node.says and node.words.endswith((".", "。"))
    if sentence or is_title(node) or _clauses(node.words):
        return None
    scope = learned.told(node.prose, [child.words for child in below[: learned.MOST_LINES]])
    if scope is None or (scope != "todo" and any(child.line.box is not None for child in below)):
        return None  # what has boxes is told by them
    if scope == "reading" and any(child.asks is not None for child in below):
        return None
    if scope == "reading" and 2 * sum(_NO_WORK.match(child.words) is not None for child in below) >= len(below):
        return None
    if 2 * sum(_states(child) or _PAST.match(child.words) is not None for child in below) >= len(below):
        return None
    return _LEARNED[scope]


def mostly_works(below: list[Node]) -> bool:
    """Whether most of a list is to be read, whatever its head calls it."""
    works = sum(child.line.box is None and sources.looks_like_work(child.raw, child.words) for child in below)
    return 2 * works > len(below)


def _clauses(words: str) -> bool:
    """Whether a head is a sentence of several clauses, which says something of what stands below it."""
    return len(words) > _LONGEST_CLAUSE and "，" in words


def boxed_works(below: list[Node]) -> bool:
    """Whether the boxes of a list stand before names of what one reads: none says what to do, or asks."""
    boxed = [child for child in below if child.line.box is not None]
    if 2 * len(boxed) <= len(below):
        return False
    tasks = sum(statements.is_intention(child.words) or child.asks is not None for child in boxed)
    named = sum(len(child.words) >= _SHORTEST_TITLE for child in boxed)
    return 4 * tasks <= len(boxed) and 2 * named >= len(boxed)


def is_title(node: Node) -> bool:
    """Whether a heading is the note's title, which names what the whole of it is about."""
    alone = node.kind == "heading" and not 1 < node.level < BOLD_LINE
    return alone and node.before is None and node.parent is not None and node.parent.kind == "root"


def _states(child: Node) -> bool:
    """Whether a bullet says how something is: neither a question nor what is to be done or read."""
    if not child.says or child.asks or child.line.box is not None:
        return False
    return not (statements.is_intention(child.words) or _PLAIN.search(child.words))


def _mostly_ask(below: list[Node]) -> bool:
    """Whether a list is one of questions: most of it asks, and nothing in it states anything."""
    asking = sum(child.asks is not None and child.asks.whole for child in below)
    rest = [child for child in below if not child.asks]
    return asking >= 3 and 4 * asking >= 3 * len(below) and not any(_states(child) or child.children for child in rest)
