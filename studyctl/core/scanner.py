"""Splits a note into lines and says what each one looks like: indent, bullet, box, heading, and where its text stands.

The scanner is lenient on purpose: a list indented straight after a heading, or a child indented too far, is code to
CommonMark but a list to the person who wrote it. Every position it gives is one of the original note (`\\r`, tabs and
BOM included), because what writes into notes relies on it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

TAB = 4
BOM = "\ufeff"
# The states a checkbox may show: open, done, doing, dropped, deferred, important.
BOX_STATES = " xX/->!"
# Boxes that are one character, and the state that each shows.
SIGN_BOXES = {"☐": " ", "☑": "x", "☒": "-"}

_QUOTE = re.compile(r"(?:[ \t]{0,3}>[ ]?)+")
_BULLET = re.compile(
    r"(?:[-*+•◦‣▪●□○–∙·]|\d{1,3}[.)])(?=[ \t\r\u3000]|$)|:(?=[ \t])|[・．·∙](?=[^\s・．·∙\d])|[☐☑☒](?=\s*\S)"
)
_HEADING = re.compile(r"(#{1,6})(?=[ \t\r]|$)")
_CLOSING_HASHES = re.compile(r"(?:^|[ \t])#+$")
_RULE = re.compile(r"([-*_])(?:[ \t]*\1){2,}$")
_TIGHT = re.compile(
    r"(?P<bare>[0-9]{1,2})(?:[.)．](?=[^\s\d.)])|[、）])|(?P<full>[０-９]{1,2})[.．、)）](?=\D)"
    r"|[（(](?P<held>[0-9]{1,2})[)）]|(?P<ring>[①-⑳])|(?P<spaced>[1-9][0-9]?)\u0020(?=[^\s0-9a-z])"
    r"|(?P<letter>[a-j가나다라마바사아자차])[.)](?=\s)"
)
_TIGHT_APART = 12  # lines that may stand between two such numbers
_LETTERS = {sign: k for signs in ("abcdefghij", "가나다라마바사아자차") for k, sign in enumerate(signs, 1)}
_TIGHT_FIRST = frozenset("0123456789０１２３４５６７８９（(①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳") | frozenset(_LETTERS)
_BULLET_FIRST = frozenset("-*+•◦‣▪●・．·∙○–:0123456789□☐☑☒")
_SURROGATE = re.compile("[\ud800-\udfff]")
_BLANKS = " \t\r\f\v\u3000\u00a0"
# What a line begins with that is more than text: it is looked at closely.
_TELLING = (frozenset(_BLANKS + ">#=_") | _BULLET_FIRST | _TIGHT_FIRST) - frozenset(_LETTERS)


@dataclass(slots=True)
class Line:
    """One line of a note. All offsets count characters in `raw`; `byte_at` turns them into bytes of the file."""

    number: int  # from 1
    start: int  # offset of its first character in the decoded note
    byte: int  # offset of its first byte in the file
    raw: str  # without the line feed; a carriage return is kept
    quote: int  # how many ">" stand before it
    indent: int  # columns before bullet or text, counted after the quote marks, tabs to the next multiple of 4
    bullet: str | None  # "-", "1.", … as written
    bullet_start: int
    bullet_end: int
    box: str | None  # the character between the brackets
    box_start: int  # of "["; -1 without a box
    box_end: int  # just behind "]"
    level: int  # of a heading, 0 elsewhere
    text_start: int
    text_end: int  # without trailing blanks and `\r`
    column: int  # where the text begins, in columns
    rule: bool = False  # a thematic break, or the underline of a heading

    @property
    def text(self) -> str:
        """What stands behind indent, bullet, box and heading marks."""
        return self.raw[self.text_start : self.text_end]

    @property
    def tight(self) -> bool:
        """Whether it is a bullet with no blank behind its mark ("1.映射"), which is no list to Markdown."""
        return self.bullet is not None and self.box is None and self.text_start == self.bullet_end

    @property
    def blank(self) -> bool:
        return self.text_start == self.text_end and self.bullet is None and self.level == 0

    def byte_at(self, offset: int) -> int:
        """The byte of the file at which the character `offset` of this line begins."""
        return self.byte + byte_length(self.raw[:offset])


def decode(source: bytes | str) -> str:
    """The note as text; bytes that are not UTF-8 survive as surrogate escapes, so that positions still hold."""
    return source if isinstance(source, str) else source.decode("utf-8", "surrogateescape")


def byte_length(text: str) -> int:
    """Length in the file, also for text with escaped bytes."""
    if text.isascii():
        return len(text)
    try:
        return len(text.encode("utf-8", "surrogateescape"))
    except UnicodeEncodeError:
        return len(text.encode("utf-8", "surrogatepass"))


def parsable(raw: str) -> str:
    """The text with escaped bytes replaced by characters of as many bytes: what a parser may be given."""
    if raw.isascii():
        return raw
    try:
        raw.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return _SURROGATE.sub("\ufffd", raw)
    return _SURROGATE.sub("?", raw)


def escaped(raw: str) -> bool:
    """Whether the text holds bytes that were not UTF-8."""
    return _SURROGATE.search(raw) is not None


def columns(blank: str, start: int = 0) -> int:
    """The column reached after `blank` when it begins in column `start`."""
    column = start
    for character in blank:
        if character == "\t":
            column += TAB - column % TAB
        else:
            # A full-width space is two columns wide.
            column += 2 if character == "\u3000" else 1
    return column


def scan(source: bytes | str) -> list[Line]:
    """All lines of a note; a line feed ends a line, so that nothing follows the last one."""
    text = decode(source)
    start = byte = 0
    if text.startswith(BOM):
        text, start, byte = text[1:], 1, 3
    lines: list[Line] = []
    pieces = text.split("\n")
    if pieces[-1] == "":
        pieces.pop()
    underlines = numbers = 0  # how many lines may be one
    for number, raw in enumerate(pieces, 1):
        length = len(raw)
        if raw and raw[0] not in _TELLING:
            # Nearly every line of prose begins with its words.
            end = len(raw.rstrip(_BLANKS)) if raw[-1] in _BLANKS else length
            lines.append(Line(number, start, byte, raw, 0, 0, None, 0, 0, None, -1, -1, 0, 0, end, 0))
            if length > 2 and raw[1] in ".)" and raw[0] in _LETTERS:
                numbers += 1
        else:
            line = scan_line(raw, number, start, byte)
            lines.append(line)
            if line.bullet is None and line.level == 0:
                first = raw[line.text_start : line.text_start + 1]
                underlines += first in ("=", "-")
                numbers += first in _TIGHT_FIRST
        start += length + 1
        byte += (length if raw.isascii() else byte_length(raw)) + 1
    if underlines:
        _underlined_headings(lines)
    if numbers > 1:
        _tight_numbers(lines)
    return lines


def scan_line(raw: str, number: int = 1, start: int = 0, byte: int = 0) -> Line:
    """One line by itself (`raw` without its line feed)."""
    end = len(raw.rstrip(_BLANKS))
    at = quote = 0
    if ">" in raw[:end]:
        found = _QUOTE.match(raw)
        if found:
            at = found.end()
            quote = found.group().count(">")
    begin = at
    while at < end and raw[at] in _BLANKS:
        at += 1
    indent = columns(raw[begin:at]) if at > begin else 0
    line = Line(number, start, byte, raw, quote, indent, None, at, at, None, -1, -1, 0, at, max(at, end), indent)
    if at >= end:
        line.text_start = line.text_end = line.bullet_start = line.bullet_end = min(at, len(raw))
        return line
    first = raw[at]
    if first in "-*_" and _RULE.match(raw, at, end):
        line.rule = True
        return line
    if first == "#":
        _read_heading(line, at, end)
        return line
    if first in _BULLET_FIRST:
        found = _BULLET.match(raw, at)
        if found:
            _read_bullet(line, found.end(), end)
    return line


def _read_heading(line: Line, at: int, end: int) -> None:
    found = _HEADING.match(line.raw, at)
    if not found:
        return
    line.level = len(found.group(1))
    begin = found.end()
    while begin < end and line.raw[begin] in _BLANKS:
        begin += 1
    closing = _CLOSING_HASHES.search(line.raw, begin, end) if line.raw[end - 1] == "#" else None
    if closing:
        end = begin + len(line.raw[begin : closing.start()].rstrip(_BLANKS))
    line.text_start, line.text_end = begin, max(begin, end)


def _read_bullet(line: Line, at: int, end: int) -> None:
    raw = line.raw
    line.bullet, line.bullet_end = raw[line.bullet_start : at], at
    begin = at
    while at < end and raw[at] in _BLANKS:
        at += 1
    line.column = columns(raw[begin:at], line.indent + line.bullet_end - line.bullet_start)
    sign = line.bullet_start if line.bullet in SIGN_BOXES else at
    if raw[sign : sign + 1] in SIGN_BOXES:
        line.box, line.box_start, line.box_end = SIGN_BOXES[raw[sign]], sign, sign + 1
        at = max(at, sign + 1)
        while at < end and raw[at] in _BLANKS:
            at += 1
        line.text_start, line.text_end = at, max(at, end)
        return
    boxed = (
        at > begin
        and raw[at : at + 1] == "["
        and raw[at + 2 : at + 3] == "]"
        and raw[at + 1] in BOX_STATES
        and (at + 3 >= len(raw) or raw[at + 3] in _BLANKS)
    )
    if boxed:
        line.box, line.box_start, line.box_end = raw[at + 1], at, at + 3
        at += 3
        while at < end and raw[at] in _BLANKS:
            at += 1
    line.text_start, line.text_end = at, max(at, end)


def _tight_numbers(lines: list[Line]) -> None:
    """Numbers of other kinds ("1.映射", "2、", "（3）", "④") are a list where they follow one another."""
    before: tuple[int, Line] | None = None
    for line in lines:
        at = line.text_start
        first = line.raw[at : at + 1]
        if first not in _TIGHT_FIRST or line.bullet or line.level:
            if line.level or line.rule or (line.bullet and line.indent < 2):
                before = None
            continue
        found = _TIGHT.match(line.raw, at)
        if not found:
            continue
        ring = found["ring"]
        if letter := found["letter"]:
            number = _LETTERS[letter]
        else:
            number = (
                ord(ring) - ord("①") + 1
                if ring
                else int(found["bare"] or found["full"] or found["held"] or found["spaced"])
            )
        near = before is not None and line.number - before[1].number <= _TIGHT_APART
        if before is not None and near and number == before[0] + 1:
            for each in (before[1], line):
                if each.bullet is None:
                    matched = _TIGHT.match(each.raw, each.text_start)
                    assert matched is not None
                    _read_bullet(each, matched.end(), each.text_end)
        before = (number, line)


def _underlined_headings(lines: list[Line]) -> None:
    """A single line of text over `===` or `---` is a heading."""
    for index in range(1, len(lines)):
        line = lines[index]
        at = line.text_start
        if line.raw[at : at + 1] not in ("=", "-") or line.indent > 3 or line.bullet:
            continue
        text = line.text
        if text.strip(text[0]):
            continue
        above = lines[index - 1]
        alone = index < 2 or lines[index - 2].blank or bool(lines[index - 2].level) or lines[index - 2].rule
        plain = not (above.blank or above.bullet or above.level or above.rule) and above.indent <= 3
        if plain and alone and above.quote == line.quote and len(text) >= (1 if text[0] == "=" else 3):
            above.level = 1 if text[0] == "=" else 2
            line.rule = True
