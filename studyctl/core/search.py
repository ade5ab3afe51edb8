"""Words as a search finds them: how a text is indexed, what a person's words ask for, where they stand in a text.

Letters and digits make a word, without case and accents. Korean, Japanese and Chinese are written in runs that hold
several words, or a word with its particle: a run is indexed by each two characters that stand together, so that 방식
is found in 방식을, and its last character once more, so that a single character is the beginning of something.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Literal, NamedTuple
from unicodedata import normalize

if TYPE_CHECKING:
    from studyctl.core.models import Item

# What the index holds besides words: the end of a line, over which no phrase reaches. No query can contain it.
BREAK = "\ue000"

_CJK = (
    "\u1100-\u11ff\u3005-\u3007\u3041-\u3096\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff\u3105-\u312f\u3131-\u318e"
    "\u31a0-\u31bf\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\ua960-\ua97f\uac00-\ud7fb\uf900-\ufaff"
    "\U00020000-\U0003ffff"
)
_LETTER = rf"[^\W_{_CJK}]"  # of a script that puts blanks between words, or a digit
_RUN = re.compile(rf"([{_CJK}]+)|{_LETTER}+")
_TOKEN = re.compile(rf"(?=([{_CJK}]{{1,2}}|{_LETTER}+))(?:[{_CJK}]|{_LETTER}+)")
_ACCENTS = re.compile("[\u0300-\u036f]+")
# A character with what belongs to it: accents, the marks of katakana, the rest of a syllable of single letters.
_BELONGS = "\u0300-\u036f\u1160-\u11ff\u3099\u309a\uff9e\uff9f"
_UNIT = re.compile(f"(?s:.)[{_BELONGS}]*")
_QUOTES = str.maketrans(dict.fromkeys("“”„‟«»「」『』＂", '"'))
_PART = re.compile(r'"([^"]*)"|([^\s"]+)')

Span = tuple[int, int]


def fold(text: str) -> str:
    """The text without case, accents and different widths."""
    if text.isascii():
        return text.lower()
    return normalize("NFC", _ACCENTS.sub("", normalize("NFKD", text))).casefold()


def indexed(text: str) -> str:
    """What the index holds of a text: its words in order, runs of Korean, Japanese or Chinese by twos."""
    return " ".join(_TOKEN.findall(fold(text)))


class Word(NamedTuple):
    """What one word or quoted phrase of a query asks for: runs that stand together."""

    runs: tuple[str, ...]
    prefix: bool  # its last run may go on

    @property
    def tokens(self) -> tuple[str, ...]:
        """The same as the index has it."""
        *before, last = self.runs
        found = indexed(" ".join(before)).split()
        # The end of a run is its own token; here the run may go on.
        last_tokens = indexed(last).split()
        return (*found, *(last_tokens[:-1] if len(last) > 1 and _is_cjk(last) else last_tokens))

    @property
    def open(self) -> bool:
        """Whether its last token is the beginning of one in the index: a single character always is."""
        last = self.runs[-1]
        return (self.prefix and not _is_cjk(last)) or (len(last) == 1 and _is_cjk(last))

    @property
    def pattern(self) -> str:
        """The same as a regular expression over folded text."""
        parts: list[str] = []
        for number, run in enumerate(self.runs):
            if number:
                # A word and a run of characters may touch; two of the same would be one.
                may_touch = _is_cjk(run) != _is_cjk(self.runs[number - 1])
                parts.append(r"[\W_]*" if may_touch else r"[\W_]+")
            elif not _is_cjk(run):
                parts.append(f"(?<!{_LETTER})")
            parts.append(re.escape(run))
        if not _is_cjk(self.runs[-1]):
            parts.append(f"{_LETTER}*" if self.prefix else f"(?!{_LETTER})")
        return "".join(parts)


def _is_cjk(run: str) -> bool:
    match = _RUN.match(run)
    return match is not None and match[1] is not None


class Query(NamedTuple):
    """What a person typed, understood; every word has to be found."""

    words: tuple[Word, ...]

    @property
    def match(self) -> str:
        """The query as FTS5 reads it; it holds nothing but letters, digits and what is written here."""
        return " AND ".join(f'"{" ".join(word.tokens)}"{"*" if word.open else ""}' for word in self.words)


def parse(text: str) -> Query:
    """The words and quoted phrases of a query; a last word outside of quotes may be the beginning of one.

    Anything that is neither letter nor digit only separates, so that no text is a mistake.
    """
    words: dict[Word, None] = {}
    parts = list(_PART.finditer(text.translate(_QUOTES)))
    for number, part in enumerate(parts):
        quoted = part[1] is not None
        runs = tuple(match[0] for match in _RUN.finditer(fold(part[1] if quoted else part[2])))
        if runs:
            words[Word(runs, not quoted and number == len(parts) - 1)] = None
    return Query(tuple(words))


# Where the words stand ------------------------------------------------------------------------------------------------


def spans(text: str, query: Query) -> list[list[Span]]:
    """Where each word of the query stands in the text, in the order of the words."""
    folded, origin = _folded(text)
    found: list[list[Span]] = []
    for word in query.words:
        found.append(
            [
                # What is folded out of one character ("㏆") stands where that character does.
                (start := origin[match.start()], max(origin[match.end()], start + 1))
                for match in re.finditer(word.pattern, folded)
                if match.end() > match.start()
            ]
        )
    return found


def _folded(text: str) -> tuple[str, Sequence[int]]:
    """The folded text, and for each of its characters (and its end) where it comes from."""
    if text.isascii():
        return text.lower(), range(len(text) + 1)
    parts: list[str] = []
    origin: list[int] = []
    for unit in _UNIT.finditer(text):
        folded = fold(unit[0])
        parts.append(folded)
        origin += [unit.start()] * len(folded)
    return "".join(parts), [*origin, len(text)]


def merged(found: Sequence[Sequence[Span]]) -> tuple[Span, ...]:
    """The spans of all words, in order, those that touch as one."""
    joined: list[Span] = []
    for start, end in sorted(span for one in found for span in one):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return tuple(joined)


class Excerpt(NamedTuple):
    """A part of a text, with what was found in it."""

    text: str
    spans: tuple[Span, ...] = ()


ELLIPSIS = "…"


def excerpt(text: str, found: Sequence[Span], room: int, measure: Callable[[str], int] = len) -> Excerpt:
    """The text in one line of at most `room`, around the first thing found in it where it is longer.

    `measure` says how much room a text takes: characters, or the cells of a terminal.
    """
    if measure(text) <= room:
        return Excerpt(text, tuple(found))
    start, end = found[0] if found else (0, 0)
    room = max(room - 2 * measure(ELLIPSIS), 1)
    # A third of what is left goes before it; the rest behind, where a text usually goes on.
    lead = max((room - measure(text[start:end])) // 3, 0)
    first = start
    while first > 0 and measure(text[first - 1 : start]) <= lead:
        first -= 1
    last = max(end, first)
    while last > first and measure(text[first:last]) > room:
        last -= 1
    while last < len(text) and measure(text[first : last + 1]) <= room:
        last += 1
    if last == len(text):  # nothing is cut behind: what it left goes to the front
        while first > 0 and measure(text[first - 1 : last]) <= room:
            first -= 1
    if 0 < first < start and (blank := text.find(" ", first, start)) >= 0:
        first = blank + 1
    before = ELLIPSIS if first else ""
    after = ELLIPSIS if last < len(text) else ""
    moved = len(before) - first
    inside = tuple((max(s, first) + moved, min(e, last) + moved) for s, e in found if s < last and e > first)
    return Excerpt(f"{before}{text[first:last]}{after}", inside)


# What was found -------------------------------------------------------------------------------------------------------


class FoundFinding(NamedTuple):
    """A finding whose words were found: that of the newest run, where several came to it."""

    run: str
    experiment: str
    key: str
    claim: str
    text: str
    verdict: str | None
    runs: int = 1  # whose finding of this key has the words

    @property
    def name(self) -> str:
        """As `studyctl link` takes it."""
        return f"{self.experiment}#{self.key}"


class Hit(NamedTuple):
    """What the index has for a query: an item, by its id, or a finding."""

    score: float  # higher is better; of no meaning beyond one search
    item: str | None = None
    finding: FoundFinding | None = None


class Hits(NamedTuple):
    """Everything that has all the words, best first."""

    found: tuple[Hit, ...] = ()
    pending: int = 0  # entries that were changed by another program and are not in the index yet


Part = Literal["text", "context", "source", "noted", "topic", "answer", "finding", "claim"]


class Place(NamedTuple):
    """Where words were found: a line of an item, its answer, a finding."""

    part: Part
    text: str
    spans: tuple[Span, ...] = ()
    line: int = 0  # in the item's note; 0 for what stands in none


class Result(NamedTuple):
    """One thing found, with the place that has most of the words."""

    score: float
    status: str  # an item's, or a finding's verdict
    title: Place  # the item's own text, or the finding's
    best: Place
    item: Item | None = None
    finding: FoundFinding | None = None


class Found(NamedTuple):
    """What a search came to."""

    results: tuple[Result, ...] = ()
    total: int = 0  # without filters and limit
    more: bool = False  # whether others pass the filters too
    pending: int = 0


def choose(places: Sequence[Place], query: Query) -> tuple[Place, Place]:
    """The first of the places with what was found in it, and the one that has most of the words that it lacks.

    The first is both where it has all of them, or nothing else has more; of two as good, the earlier is taken.
    """
    marked = [spans(place.text, query) for place in places]
    lacking = [number for number, found in enumerate(marked[0]) if not found]
    gains = [sum(1 for number in lacking if found[number]) for found in marked]
    best = gains.index(max(gains))
    first, chosen = (places[at]._replace(spans=merged(marked[at])) for at in (0, best))
    return first, chosen
