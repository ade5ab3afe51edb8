"""What Markdown looks like to a reader: the words of a line without its markup, and the links in it."""

from __future__ import annotations

import re
from dataclasses import dataclass

# Stands for what is not prose (inline code, an image), so that the words around it keep their places.
CODE = "\ufffc"

_MARKUP = re.compile(r"[*_\[<=~$\\]")
_IMAGE = re.compile(r"!\[(?:[^\[\]]{0,400})\](?:\([^()\n]{0,2000}\)|\[[^\[\]]{0,200}\])|!\[\[[^\[\]\n]{0,400}\]\]")
_WIKI = re.compile(r"\[\[([^\[\]|\n]{1,400})(?:\|([^\[\]\n]{0,400}))?\]\]")
_LINK = re.compile(
    r"\[((?:[^\[\]\\\n]|\\.|\[[^\[\]\n]{0,200}\]){0,600})\]"
    r"\(\s{0,9}(<[^<>\n]{0,2000}>|(?:[^()\s]"
    r"|\([^()\s]{0,200}\)){0,2000})(?:\s{1,9}[\"'(][^\n]{0,300}?[\"')])?\s{0,9}\)"
)
_REFERENCE = re.compile(r"\[([^\[\]\n]{1,400})\]\[[^\[\]\n]{0,200}\]")
_FOOTNOTE = re.compile(r"\[\^[^\[\]\s]{1,100}\]")
_TAG = re.compile(r"</?[A-Za-z][A-Za-z0-9-]{0,30}(?:\s[^<>\n]{0,300})?/?>")
_AUTO = re.compile(r"<((?:https?|mailto|ftp|file):[^<>\s]{1,2000})>")
_EMPHASIS = re.compile(r"(\*{1,3}|~~|==)(?=\S)|(?<=\S)(\*{1,3}|~~|==)|(?<!\w)_{1,3}(?=\S)|(?<=\S)_{1,3}(?!\w)")
_MATH = re.compile(r"\$[^$\n]{1,300}\$")
_ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])")
_URL = re.compile(r"(?:https?://|www\.)[^\s<>\"'「」『』（）、。，]+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Link:
    """A link in a text: its words, its target, and its place."""

    text: str
    target: str
    start: int
    end: int


def plain(text: str) -> str:
    """The words of a text: no emphasis, no link targets, no HTML tags; addresses and images become placeholders."""
    if "://" in text or "www." in text:
        text = _AUTO.sub(CODE, text)
        if "](" in text:
            text = _LINK.sub(r"\1", text) if "!" not in text else _LINK.sub(r"\1", _IMAGE.sub(CODE, text))
        text = _URL.sub(CODE, text)
    if _MARKUP.search(text):
        text = _without_markup(text)
    return " ".join(text.split())


def _without_markup(text: str) -> str:
    """Each kind of markup is looked for only where its sign stands."""
    if "[" in text:
        if "![" in text:
            text = _IMAGE.sub(CODE, text)
        if "](" in text:
            text = _LINK.sub(r"\1", text)
        if "[[" in text:
            text = _WIKI.sub(lambda m: m[2] or m[1], text)
        if "[^" in text:
            text = _FOOTNOTE.sub("", text)
        if "][" in text:
            text = _REFERENCE.sub(r"\1", text)
    if "<" in text:
        text = _TAG.sub("", text)
    if "$" in text:
        text = _MATH.sub(CODE, text)
    if "*" in text or "_" in text or "~~" in text or "==" in text:
        text = _EMPHASIS.sub("", text)
    return _ESCAPE.sub(r"\1", text) if "\\" in text else text


def links(text: str) -> list[Link]:
    """Every link and bare address of a text that leads out of the note, in order."""
    if "](" not in text and "://" not in text and "www." not in text:
        return []
    found: list[Link] = []
    for match in _LINK.finditer(text):
        if match.start() > 0 and text[match.start() - 1] == "!":
            continue
        target = match[2].strip("<>")
        if target and not target.startswith("#"):
            found.append(Link(plain(match[1]), target, match.start(), match.end()))
    taken = [(link.start, link.end) for link in found]
    for match in _URL.finditer(text):
        if not any(start <= match.start() < end for start, end in taken):
            target = match[0].rstrip(".,;:!?)]>*_`")
            # A closing parenthesis belongs to the address when it opened one.
            if match[0][len(target) :].startswith(")") and target.count("(") > target.count(")"):
                target += ")"
            found.append(Link("", target, match.start(), match.start() + len(target)))
    found.sort(key=lambda link: link.start)
    return found


def without_links(text: str) -> str:
    """What is left of a text when its links, wiki links, images and addresses are taken out."""
    text = _IMAGE.sub(" ", text)
    text = _AUTO.sub(" ", text)
    text = _LINK.sub(" ", text)
    text = _WIKI.sub(" ", text)
    text = _REFERENCE.sub(" ", text)
    return _URL.sub(" ", text)
