"""A person's and an author's words as HTML and as Markdown that say the same and do nothing.

Only addresses of the web become links; markup, HTML and scripts in a note are shown as the characters that they are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal, NamedTuple

from markupsafe import Markup, escape

from studyctl.core.markup import links
from studyctl.core.references import Reference, reference

# Where a link may lead: anything else (javascript:, data:, file:) stays text.
_WEB = re.compile(r"https?://[^\s\x00-\x20\x7f<>\"'`\\]+", re.IGNORECASE)
_CODE_SPAN = re.compile(r"(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)", re.DOTALL)
_HANGUL = re.compile(r"[\u1100-\u11ff\u3130-\u318f\uac00-\ud7af]")
_KANA = re.compile(r"[\u3040-\u30ff\u31f0-\u31ff]")
_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]")
# What nobody sees and what turns the direction of a line around: a report shows what is there.
_UNSEEN = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff\ud800-\udfff]"
)
_MARKDOWN = re.compile(r"[\\`*_\[\]|~$<>&]")
# What means something at the beginning of a line only.
_FIRST = re.compile(r"(?:[#+\-=:]|[0-9]{1,9}[.)](?=\s|$))")


class Piece(NamedTuple):
    """A part of a text."""

    kind: Literal["text", "code", "link"]
    text: str
    url: str = ""


def clean(text: str) -> str:
    """The text without characters that cannot be shown."""
    return _UNSEEN.sub("\ufffd", text)


def safe_url(url: str | None) -> str:
    """The address, where it is one of the web; "" for any other."""
    return url if url and _WEB.fullmatch(url) else ""


def language(text: str) -> str:
    """The language that a text is set in: "ko", "ja", "zh", or "" for that of the page."""
    if _HANGUL.search(text):
        return "ko"
    if _KANA.search(text):
        return "ja"
    return "zh" if _HAN.search(text) else ""


def pieces(text: str) -> Iterator[Piece]:
    """A text in parts: words, code between backticks, links to the web."""
    at = 0
    for span in _CODE_SPAN.finditer(text):
        yield from _linked(text[at : span.start()])
        yield Piece("code", span[2].strip() or span[2])
        at = span.end()
    yield from _linked(text[at:])


def _linked(text: str) -> Iterator[Piece]:
    at = 0
    for link in links(text):
        if link.start < at:
            continue
        target = f"https://{link.target}" if link.target.lower().startswith("www.") else link.target
        url = safe_url(target)
        if not url and not link.text:
            continue
        if link.start > at:
            yield Piece("text", text[at : link.start])
        # A link that leads elsewhere than to the web keeps its words; where it led is of no use here.
        yield Piece("link", link.text or link.target, url) if url else Piece("text", link.text)
        at = link.end
    if at < len(text):
        yield Piece("text", text[at:])


def html(text: str) -> Markup:
    """Words as HTML."""
    parts = []
    for piece in pieces(clean(text)):
        if piece.kind == "code":
            parts.append(Markup("<code>{}</code>").format(piece.text))
        elif piece.kind == "link":
            parts.append(Markup('<a href="{}" rel="noopener noreferrer">{}</a>').format(piece.url, piece.text))
        else:
            parts.append(escape(piece.text))
    return Markup("").join(parts)


def plain(text: str) -> str:
    """Words alone, for a title or a picture's description."""
    return "".join(piece.text for piece in pieces(clean(text)))


def markdown(text: str, *, table: bool = False) -> str:
    """Words as Markdown on one line, or in a cell of a `table`."""
    parts = []
    for piece in pieces(" ".join(clean(text).split())):
        if piece.kind == "code":
            parts.append(code(piece.text, table=table))
        elif piece.kind == "link":
            parts.append(f"[{escaped(piece.text)}](<{address(piece.url)}>)")
        else:
            parts.append(escaped(piece.text))
    return "".join(parts)


def escaped(text: str) -> str:
    """Text on one line in which Markdown and HTML see nothing but text."""
    text = _MARKDOWN.sub(r"\\\g<0>", text)
    if first := _FIRST.match(text):
        text = f"{text[: first.end() - 1]}\\{text[first.end() - 1 :]}"
    if text.endswith("#") and not text.endswith("\\#"):
        text = f"{text[:-1]}\\#"  # it would close a heading
    return text


def address(url: str) -> str:
    """An address of the web between the angle brackets of a Markdown link; a bar would end a table's cell."""
    return url.replace("|", "%7C").replace("&", "\\&")


def code(text: str, *, table: bool = False) -> str:
    """Text between backticks, more of them than it holds itself; in a `table` a bar would end the cell."""
    text = " ".join(text.split())
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    text = text.replace("|", "\\|") if table else text
    fence, pad = "`" * (longest + 1), " " if text[:1] == "`" or text[-1:] == "`" or not text else ""
    return f"{fence}{pad}{text}{pad}{fence}"


def source(text: str, url: str | None) -> tuple[str, Reference]:
    """A source's own words, without the targets of links, and what they refer to."""
    found = reference(text, url)
    for link in reversed(links(text)):
        if link.text:
            text = text[: link.start] + link.text + text[link.end :]
    return text, found
