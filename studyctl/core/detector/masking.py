"""What in a note is not prose: code, HTML, comments, front matter, properties, tables of contents.

pyromark (pulldown-cmark) decides about fences, HTML and inline code, so that they mean here what every renderer
takes them for. A few patterns of Obsidian, Logseq and Org, which no CommonMark parser knows, are added. Indented
code is hidden only where no bullet stands in it: a list indented straight after a heading is a list to its writer.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, field
from typing import Any

from studyctl.core.markup import CODE
from studyctl.core.scanner import Line, parsable

_FRONT_MATTER = {"---": ("---", "..."), "+++": ("+++",)}
# HTML whose content is never Markdown; other blocks keep the bullets and headings within them.
_OPAQUE_HTML = re.compile(r"\s*<(?:!|\?|script|style|pre|textarea|svg|table|iframe|video|math)", re.IGNORECASE)
_FOLDED = re.compile(r"\s*<(?:details|summary)\b", re.IGNORECASE)
_PROPERTY = re.compile(r"[^\W\d][\w./:-]{0,60}::(?:\s|$)")
_STAMP = re.compile(r"(?:SCHEDULED|DEADLINE|CLOSED|CLOCK):\s*[<\[]|CLOCK:\s")
_DRAWER = re.compile(r":(?:LOGBOOK|PROPERTIES|CLOCKBOOK|RESULTS):$")
_ORG_BEGIN = re.compile(r"#\+BEGIN_(SRC|QUERY|EXAMPLE|COMMENT|EXPORT|QUOTE|VERSE)\b", re.IGNORECASE)
_TEMPLATE = re.compile(r"(?:\{\{.{0,400}\}\}|\{%.{0,400}%\}|<%.{0,400}%>|\(\([0-9a-fA-F-]{6,40}\)\)|\{:\s?.{0,100}\})$")
_DEFINITION = re.compile(r"\[[^\[\]\n]{1,200}\]:(?:\s|$)")
_TOC_MARK = re.compile(r"\[(?:TOC|\[_?TOC_?\])\]$|\$\{toc\}$|@\[toc\]", re.IGNORECASE)
_TOC_ENTRY = re.compile(
    r"(?:\[(?:[^\[\]\n]|\[[^\[\]\n]{0,200}\]){0,400}\]\(#[^()\n]{0,600}\)|\[\[#[^\[\]\n]{1,300}\]\])$"
)
_TOC_OPEN = re.compile(r"<!--\s*(?:START doctoc|toc\b|TOC\b)", re.IGNORECASE)
_TOC_CLOSE = re.compile(r"<!--\s*(?:END doctoc|tocstop|/toc\b|/TOC\b)", re.IGNORECASE)
# What the patterns of single lines begin with, but for properties and comments; nearly every line is done with here.
_PATTERN_FIRST = frozenset("SDC:#{(<[$@")
_FENCE = re.compile(r"(```+(?=[^`]*$)|~~~+)")


@dataclass(slots=True)
class Mask:
    """What is hidden: whole lines (by index), and spans within lines, with what stands for their characters."""

    hidden: bytearray
    spans: dict[int, list[tuple[int, int, str]]] = field(default_factory=dict)

    def prose(self, index: int, line: Line) -> str:
        """The line's text with what is not prose replaced, character by character."""
        spans = self.spans.get(index)
        if not spans:
            return line.text
        pieces: list[str] = []
        at = line.text_start
        for start, end, fill in sorted(spans):
            start, end = max(start, at), min(end, line.text_end)
            if end > start:
                pieces.append(line.raw[at:start])
                pieces.append(fill * (end - start))
                at = end
        pieces.append(line.raw[at : line.text_end])
        return "".join(pieces)

    def cover(self, index: int, start: int, end: int, fill: str) -> None:
        if end > start:
            self.spans.setdefault(index, []).append((start, end, fill))


def mask(text: str, lines: list[Line]) -> Mask:
    """The mask of a note; `text` is what `lines` was scanned from."""
    found = Mask(bytearray(len(lines)))
    body = _front_matter(lines, found)
    if any(sign in text for sign in ("`", "~~~", "<", "    ", "\t")):
        _from_pyromark(text, lines, body, found)
    if "%%" in text:
        _percent_comments(lines, found)
    if "$$" in text:
        _display_math(lines, found)
    _patterns(lines, found, body)
    return found


def _front_matter(lines: list[Line], found: Mask) -> int:
    """Hide YAML or TOML at the very beginning; the index of the first line behind it."""
    ends = _FRONT_MATTER.get(lines[0].raw.rstrip()) if lines else None
    if not ends:
        return 0
    for index in range(1, len(lines)):
        if lines[index].raw.rstrip() in ends:
            if index > 1 and not lines[1].raw.strip():
                return 0  # a thematic break, not front matter
            for each in range(index + 1):
                found.hidden[each] = 1
            return index + 1
    return 0


def _from_pyromark(text: str, lines: list[Line], body: int, found: Mask) -> None:
    import pyromark

    if body >= len(lines):
        return
    offset = lines[body].byte
    whole = (
        [line.raw for line in lines[body:]] if parsable(text) == text else [parsable(line.raw) for line in lines[body:]]
    )
    source = "\n".join(whole)
    starts = [line.byte for line in lines]

    def index_of(byte: int) -> int:
        return bisect_right(starts, byte + offset) - 1

    html: list[tuple[int, int]] = []
    for event, place in pyromark.events_with_range(source):
        if event.__class__ is not dict:
            continue
        if "Code" in event or "InlineHtml" in event:
            fill = CODE if "Code" in event else " "
            start, end = place["start"] + offset, place["end"] + offset
            _cover_bytes(lines, found, start, end, index_of(place["start"]), fill)
            continue
        started: Any = event.get("Start")
        if started == "HtmlBlock":
            html.append((index_of(place["start"]), index_of(max(place["start"], place["end"] - 1))))
        elif isinstance(started, dict) and "CodeBlock" in started:
            first, last = index_of(place["start"]), index_of(max(place["start"], place["end"] - 1))
            if started["CodeBlock"] == "Indented":
                _hide_indented(lines, found, first, last)
            else:
                _hide(found, first, last)
    for first, last in html:
        opaque = _OPAQUE_HTML.match(lines[first].text) is not None
        folded = not opaque and _FOLDED.match(lines[first].text) is not None
        for index in range(first, last + 1):
            line = lines[index]
            if opaque or not (line.bullet or line.level or (folded and _read_in_fold(line.text))):
                found.hidden[index] = 1


def _read_in_fold(text: str) -> bool:
    """Whether a line of `<details>` is read as it stands: its title, and lines that begin with no tag."""
    return "<summary" in text.lower() if text[:1] == "<" else bool(text)


def _hide(found: Mask, first: int, last: int) -> None:
    for index in range(first, last + 1):
        found.hidden[index] = 1


def _hide_indented(lines: list[Line], found: Mask, first: int, last: int) -> None:
    """Indented code is hidden, unless it is a list that somebody indented; then only its fences are."""
    if not any(lines[index].bullet for index in range(first, last + 1)):
        _hide(found, first, last)
        return
    fence = ""
    for index in range(first, last + 1):
        text = lines[index].text
        if fence:
            found.hidden[index] = 1
            if text.startswith(fence) and not text.strip(fence[0]):
                fence = ""
        elif text[:3] in ("```", "~~~") and (opened := _FENCE.match(text)):
            found.hidden[index] = 1
            fence = opened.group(1)


def _cover_bytes(lines: list[Line], found: Mask, start: int, end: int, index: int, fill: str) -> None:
    """Cover the characters that stand in the bytes `start:end` of the file."""
    while index < len(lines) and lines[index].byte < end:
        line = lines[index]
        if line.raw.isascii():
            found.cover(index, max(0, start - line.byte), min(len(line.raw), end - line.byte), fill)
        else:
            raw = parsable(line.raw).encode()
            begin, stop = max(0, start - line.byte), max(0, end - line.byte)
            first = len(raw[:begin].decode("utf-8", "replace"))
            found.cover(index, first, first + len(raw[begin:stop].decode("utf-8", "replace")), fill)
        index += 1


def _percent_comments(lines: list[Line], found: Mask) -> None:
    """Obsidian's `%% … %%`, within a line or over several; one that is never closed hides nothing."""
    opened: tuple[int, int] | None = None
    for index, line in enumerate(lines):
        if found.hidden[index] or "%%" not in line.raw:
            continue
        code = sorted(found.spans.get(index, ()))
        at = covered = 0
        while (at := line.raw.find("%%", at)) >= 0:
            while covered < len(code) and code[covered][1] <= at:
                covered += 1
            if covered == len(code) or at < code[covered][0]:
                if opened is None:
                    opened = (index, at)
                else:
                    _cover_lines(lines, found, opened, (index, at + 2))
                    opened = None
            at += 2


def _cover_lines(lines: list[Line], found: Mask, begin: tuple[int, int], end: tuple[int, int]) -> None:
    for index in range(begin[0], end[0] + 1):
        line = lines[index]
        start = begin[1] if index == begin[0] else 0
        stop = end[1] if index == end[0] else len(line.raw)
        if start <= line.text_start and stop >= line.text_end:
            found.hidden[index] = 1
        else:
            found.cover(index, start, stop, " ")


def _display_math(lines: list[Line], found: Mask) -> None:
    """`$$` on a line of its own, up to the next such line."""
    opened: int | None = None
    for index, line in enumerate(lines):
        if found.hidden[index]:
            continue
        if opened is not None and (line.level or index - opened > 200):
            opened = None
        text = line.text
        if "$$" not in text:
            continue
        if opened is not None:
            _hide(found, opened, index)
            opened = None
        elif text.startswith("$$") and text.count("$$") == 1:
            opened = index


def _patterns(lines: list[Line], found: Mask, body: int) -> None:
    """Properties, drawers, templates, definitions and tables of contents, line by line."""
    until = ""  # what ends the block that is being hidden
    toc = False
    for index in range(body, len(lines)):
        line = lines[index]
        text = line.raw[line.text_start : line.text_end]
        if not until and not toc and text[:1] not in _PATTERN_FIRST and "::" not in text and "<!--" not in text:
            continue
        if "<!--" in text:
            if _TOC_OPEN.search(text):
                toc = True
            elif _TOC_CLOSE.search(text):
                toc = False
        if until:
            found.hidden[index] = 1
            if text.upper().startswith(until) or line.level:
                until = ""
            continue
        if toc:
            found.hidden[index] = 1
            continue
        if not text or found.hidden[index]:
            continue
        first = text[0]
        if ("::" in text and _PROPERTY.match(text)) or (first in "SDC" and _STAMP.match(text)):
            found.hidden[index] = 1
        elif first == ":" and _DRAWER.match(text):
            found.hidden[index] = 1
            until = ":END:"
        elif first == "#" and text.startswith("#+"):
            found.hidden[index] = 1
            begun = _ORG_BEGIN.match(text)
            if begun:
                until = f"#+END_{begun.group(1).upper()}"
        elif (first in "{(<" and _TEMPLATE.match(text)) or (
            first in "[$@"
            and (_TOC_MARK.match(text) or _TOC_ENTRY.match(text) or (not line.bullet and _DEFINITION.match(text)))
        ):
            found.hidden[index] = 1
