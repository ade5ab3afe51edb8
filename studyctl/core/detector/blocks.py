"""The blocks that an outline is made of: headings, bullets, paragraphs, rows, callouts and quotes."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Literal

from studyctl.core import states, ties
from studyctl.core.detector import intending, sources, statements, wording
from studyctl.core.detector.wording import half_width
from studyctl.core.markup import plain, without_links
from studyctl.core.scanner import Line

# A bold line, a line such as "TODO:" above a list, and one such as "Ann:" count as headings below the six real levels.
BOLD_LINE = 7
COLON_LINE = 8
NAME_LINE = 9

HARD_BREAK = re.compile(r"<br\s*/?>\s*$", re.IGNORECASE)
_TAGS = re.compile(r"^(?:#[^\s#]+\s+)+|(?:\s+#[^\s#]+)+$")
# What todo.txt puts around the words of a task: its priority, its dates, its projects and contexts.
_TODO_TXT = re.compile(r"^\([A-Z]\) (?:\d{4}-\d{2}-\d{2} )*(.*?)(?:\s+[+@]\S+|\s+[a-z]+:\S+)*$")
_HASHES = re.compile(r"#{1,6}\s+")
_ANSWER = re.compile(
    r"A\d{1,3}\s+(?=\S)|(?:\*\*|__)?(?:A|[Aa]ns|Answer|답|답변|정답|해답|대답|答|答え|回答|解答"
    r"|答案)\s?\d{0,3}\s?(?:[.:：)）]"
    r"|\*\*[:：]?)(?:\*\*|__)?(?=\s|\S)"
    r"|(?:→|⇒|=>|-+>|↳|➡️?|∴|⟹|└>?|ㄴ(?=\s)|»)\s*"
)
_QUESTION = re.compile(
    r"(?:\*\*|__)?(?:q\s?\d{0,2}:|\[?Q(?:uestion)?\s?\d{0,3}\]?\s?(?:[.:：)）]|(?<=\d)(?=\s)|(?<=\])|\*\*[:：]?)"
    r"|(?:問|问"
    r"|문)\s?\d{0,3}\s?[.:：)）])(?:\*\*|__)?\s*"
)
# Of a longer text, only its beginning and its end are looked at.
_LONGEST = 2000
# What those may begin with: nearly every line is done with after one look at its first character.
_ANSWER_FIRST = frozenset("*_Aa답정해대答回解→⇒=-↳➡∴⟹└ㄴ»")
_QUESTION_FIRST = frozenset("*_[Qq問问문Ｑ［")

# Signs of markup, metadata, ties, questions and of what introduces an item; and what prefixes and markers begin with.
_LOUD = re.compile(f"{states.TAIL_MAY.pattern}|[*_\\[\\]=~$?？:：)）［］]")
_LOUD_FIRST = _ANSWER_FIRST | _QUESTION_FIRST | states.MARKER_FIRST

# What parts a task from the word that it is done, near its end.
_ENDS_BEHIND = frozenset("-→>–—※已")
_TICK = 16

NodeKind = Literal["root", "heading", "bullet", "para", "row", "callout", "quote"]


@dataclass(slots=True, eq=False)
class Node:
    """One block of a note that can be an item, or stand above one."""

    kind: NodeKind
    index: int  # of its first line
    line: Line
    parent: Node | None
    raw: str  # its words with markup, without ties
    prose: str  # the same with code and comments replaced
    last: int  # index of its last line
    block: int = 0  # paragraphs and lists are numbered; the units of one share its number
    level: int = 0  # of a heading
    before: Node | None = None  # the block directly before it, below the same parent
    children: list[Node] = field(default_factory=list)
    ties: list[tuple[int, ties.TieSpan]] = field(default_factory=list)  # with their line numbers
    starts: list[tuple[int, int]] = field(default_factory=list)  # (offset in `prose`, line index) of further lines
    lead: Node | None = None  # the paragraph directly before a list
    callout: str = ""  # the type of a callout
    cells: list[str] = field(default_factory=list)  # of a table's row
    header: list[str] = field(default_factory=list)
    anchor: str | None = None
    gap: bool = False  # a blank line stands between its lead and it

    # What follows is worked out once, when somebody asks.
    _text: str | None = None
    _words: str | None = None
    _asks: wording.Wording | Literal["?"] | None = "?"
    _says: bool | None = None
    _marker: states.Marker | Literal["?"] | None = "?"
    _quiet: bool | None = None

    @property
    def text(self) -> str:
        """What a person reads of it."""
        if self._text is None:
            raw = _HASHES.sub("", self.raw, count=1) if self.raw[:1] == "#" else self.raw
            self._text = ties.visible(HARD_BREAK.sub("", raw).rstrip() if "<" in raw else raw)
        return self._text

    @property
    def words(self) -> str:
        """Its words without any markup, for matching."""
        if self._words is None:
            if self.prose is self.raw:
                words = plain(self.text)
            else:
                prose = _HASHES.sub("", self.prose, count=1) if self.prose[:1] == "#" else self.prose
                words = plain(ties.visible(prose))
            if "#" in words:
                words = _TAGS.sub("", words)
            if words[:1] == "(" and self.marker is not None and not self.marker.word:
                words = _TODO_TXT.sub(r"\1", words)
            self._words = words if len(words) <= _LONGEST else f"{words[: _LONGEST // 2]} {words[-_LONGEST // 2 :]}"
        return self._words

    @property
    def asks(self) -> wording.Wording | None:
        """How its words ask something."""
        if self._asks == "?":
            self._asks = wording.question(self.words)
            if self._asks is not None and self.raw[:3].lstrip("*_")[:1] == "[" and self._named_only():
                self._asks = None
        return self._asks

    def _named_only(self) -> bool:
        """Whether all that asks is the name of the link with which it begins ("[Why is …?](https://…) worth it")."""
        return sources.begins_with_link(self.raw) and wording.question(plain(without_links(self.raw))) is None

    @property
    def says(self) -> bool:
        """Whether its words state something."""
        if self._says is None:
            self._says = statements.is_statement(self.words)
        return self._says

    @property
    def quiet(self) -> bool:
        """Whether its words, whatever stands over them, are neither question nor task, nor introduce anything.

        True only where all that looks closer (`asks`, `marker`, the prefixes, `introduced`, `wants_to_know`) would
        find nothing; most lines of most notes are done with here.
        """
        if self._quiet is None:
            self._quiet = self._is_quiet()
        return self._quiet

    def _is_quiet(self) -> bool:
        raw = self.raw
        if self.prose is not raw or len(raw) > _LONGEST or _LOUD.search(raw) or "experiments/" in raw:
            return False
        text = raw.strip()
        if not text or "://" in raw or "www." in raw:
            return False
        if text[0] in _LOUD_FIRST and (answer_prefix(raw) or question_prefix(raw) or states.marker_of(raw)):
            return False
        words = " ".join(text.split())
        if wording.may_ask(words) or statements.may_want_to_know(words) or intending.may_intend(words):
            return False
        if not _ENDS_BEHIND.isdisjoint(words[-_TICK:]) and states.said_done(words):
            return False
        self._text, self._words, self._asks, self._marker = text, words, None, None
        return True

    @property
    def marker(self) -> states.Marker | None:
        """The task marker with which it begins."""
        if self._marker == "?":
            self._marker = states.marker_of(self.raw)
        return self._marker


def answer_prefix(prose: str) -> int:
    """Where the words behind "A:", "답:" or an arrow begin; 0 without one."""
    if prose[:1] not in _ANSWER_FIRST:
        return 0
    found = _ANSWER.match(half_width(prose))
    return found.end() if found else 0


def question_prefix(prose: str) -> int:
    """Where the words behind "Q:", "Q1." or "問:" begin; 0 without one."""
    if prose[:1] not in _QUESTION_FIRST:
        return 0
    found = _QUESTION.match(half_width(prose))
    return found.end() if found else 0
