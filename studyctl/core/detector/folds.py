"""What heads a part of a note without being a heading: titles of what can be folded, and lines of plain-text notes.

`<details>` and ":::details" hold a title and what is read once it is unfolded: to a person, a heading and its section.
Notes without Markdown write "■考察", "三、任务", "【まとめ】" or "[읽을 책]" where others write "## …".
"""

from __future__ import annotations

import re

_SUMMARY = re.compile(r"<summary\b[^<>]*>(.*?)(?:</summary>|$)", re.IGNORECASE)
_TAGS = re.compile(r"</?[A-Za-z][^<>]*>")
_FENCED = re.compile(r":{3,}\s*(?P<kind>[\w-]*)\s*(?P<title>.*)$")
_HEAD = re.compile(
    r"[■◆◇▼◎▶▷►◈◉▣★☆]\s*\S.{0,40}$|[一二三四五六七八九十]{1,3}、.{1,30}$|(?:【[^【】]{1,30}】|\[[^\[\]]{1,30}\])$"
)
HEAD_FIRST = frozenset("■◆◇▼◎▶▷►◈◉▣★☆一二三四五六七八九十【[")


def opened(text: str) -> str | None:
    """The title of what a line begins to fold: "" for one without a title, None where it begins nothing."""
    if text[:1] == "<":
        summary = _SUMMARY.search(text)
        return _TAGS.sub("", summary.group(1)).strip() if summary else None
    fenced = _FENCED.match(text)
    return fenced["title"].strip(" []") if fenced and fenced["kind"] else None


def closes(text: str) -> bool:
    """Whether a line ends what is folded."""
    return text[:9].lower() == "</details" or (text[:3] == ":::" and not text.strip(": "))


def heads(text: str, following: str) -> bool:
    """Whether a line heads what follows. Lines that go on alike ("■ 1945", "■ 1948") are a list, and head nothing."""
    if text[:1] not in HEAD_FIRST or not _HEAD.match(text):
        return False
    if text[0] == "[" and text.isascii():
        return False  # "[1]", "[link]"
    return following[:1] != text[0] and not (text[1:2] == "、" and following[1:2] == "、")
