"""What a line says about its state: checkbox, TODO marker, task metadata at its end, ✅ and strike-through.

Dates, priorities, recurrences and block ids at the end of a task are metadata: they belong neither to the item's text
nor to its identity, so that ticking a task in Obsidian (which appends `✅ 2024-01-02`) leaves it the same item. Tags
do belong to the text, wherever they stand.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from studyctl.core.models import Mark

BOX_MARKS: dict[str, Mark] = {
    " ": "open",
    "x": "done",
    "X": "done",
    "/": "doing",
    "-": "dropped",
    ">": "open",
    "!": "open",
}
MARKER_MARKS: dict[str, Mark] = {
    "TODO": "open",
    "LATER": "open",
    "WAITING": "open",
    "NOW": "doing",
    "FIXME": "open",
    "DOING": "doing",
    "DONE": "done",
    "CANCELED": "dropped",
    "CANCELLED": "dropped",
}

_BOX = re.compile(r"\[[ xX/\->!]\](?=\s|$)\s*")
_WORDS = "TODO|FIXME|LATER|WAITING|NOW|DOING|DONE|CANCELL?ED"
# What a marker may begin with, emphasis and "#" apart.
MARKER_FIRST = frozenset("x" + "".join(word[0] for word in _WORDS.split("|")))
_MARKER = re.compile(
    rf"(?P<open>\*\*|__|\*|_|==)?(?P<hash>\#)?(?P<word>{_WORDS}"
    rf"|(?<=\#)[Tt]o-?[Dd]o)(?:\d{{1,2}}(?=[:：]))?(?:\([^()\n]{{0,40}}\))?"
    r"(?:(?P<colon>[:：])(?P<shut1>\*\*|__|\*|_|==)?|(?P<shut2>\*\*|__|\*|_|==)[:：]?)?"
    r"(?P<rest>(?<=[:：])|(?<=[:：]\*\*)|(?=\s|$)|(?=\s))"
)
# The word as English uses it, not as a marker.
_PHRASE = re.compile(
    r"NOW (?:and|that|we|i|it|is|the|you|they|this|let)\b|LATER (?:on|we|in)\b|WAITING (?:for )?(?:is|time)\b"
)
# A task that is done, as todo.txt writes it: "x 2024-05-01 2024-04-28 …".
_DONE_TXT = re.compile(r"x \d{4}-\d{2}-\d{2}(?: \d{4}-\d{2}-\d{2})?(?= \S)")
# One that is open has a priority, and what else todo.txt knows: "(A) …" alone is a paragraph's letter.
_OPEN_TXT = re.compile(r"(?:x )?\([A-Z]\) (?=\S)(?=.*(?:\s[+@][^\W\d]|\b[Dd]ue:\d{4}-))")
_PRIORITY = re.compile(r"\s*\[#[A-C]\](?=\s|$)")
_DATE_MARKS = "📅📆🗓⏳⌛🛫✅❌➕"
_ALL_MARKS = _DATE_MARKS + "🔺⏫🔼🔽⏬🔁🆔⛔🏁"
_TAIL = re.compile(
    rf"(?=[{_ALL_MARKS}#\^\[(@<\\dDs])(?:"  # one look at most characters, not eleven
    rf"[{_DATE_MARKS}]\ufe0f?\s?\d{{4}}-\d{{2}}-\d{{2}}(?!\S)"
    r"|[🔺⏫🔼🔽⏬]\ufe0f?(?!\w)"
    rf"|🔁\ufe0f?[^{_ALL_MARKS}\#\^\[\](]*"
    r"|[🆔⛔🏁]\ufe0f?\s?[\w,-]+"
    r"|✅\ufe0f?(?!\S)"
    r"|(?<!\S)(?P<tag>\#[^\s\#]+)"
    r"|(?<!\S)\^[A-Za-z0-9-]+(?!\S)"
    r"|(?<!\S)[\[(][A-Za-z][\w-]*::[^\]\[()\n]*[\])]"
    r"|(?<!\S)(?:due|DUE|Due|scheduled|start|defer):\s?\d{4}-\d{2}-\d{2}\S*"
    r"|(?<!\S)@@?\{[^{}\n]*\}"
    r"|(?<!\S)@(?:due|done|start)?\([^()\n]*\)"
    r"|(?<!\S)@\d{4}-\d{2}-\d{2}\S*"
    r"|<br\s?/?>|\\$"  # a hard line break
    r")"
)
_LONGEST_TAIL = 400
# What every such run has one of: nearly all texts are done with here.
_TAIL_SIGNS = re.compile(rf"[{_ALL_MARKS}\#\^@\\]")
# The same, and what else such a run may begin with.
TAIL_MAY = re.compile(rf"[{_ALL_MARKS}\#\^@\\:<]")
_TAIL_WORDS = re.compile("(?:[dD]ue|DUE|scheduled|start|defer|:):")
# Behind it may stand what was done with it ("~~Attention~~ 읽음").
_STRUCK = re.compile(
    r"~~(?P<tilde>(?:(?!~~).)+)~~(?:\s*(?:읽음|완료|끝|done|read|finished|済み?|読了|完了|已读|已讀|完成))?"
    r"|<(?P<tag>del|s|strike)>(?P<html>.*)</(?P=tag)>",
    re.DOTALL,
)
# What people write behind a task once it is done: "(済)", "→ 완료", "-- sent".
_DONE = (
    r"(?:done|sent|ordered|bought|booked|paid|posted|returned|finished|submitted|fixed|완료|완|했음|끝|보냄|샀음|제출함"
    r"|[一-龥]{0,4}(?:済み?|完了)|完|(?:昨天|今天|上周)?已[一-龥]{1,4}|做完|办好|完成)"
)
_SAID_DONE = re.compile(
    rf"(?:\(\s?{_DONE}\s?\)|（{_DONE}）|(?:\s--?|→|->|=>|–|—|※)\s?{_DONE}|\s済み?|\s(?:昨天|今天"
    rf"|上周)?已[一-龥]{{1,3}})[.。!！]?$",
    re.IGNORECASE,
)
# What people write behind a task that they let be, or have begun.
_SAID_DROPPED = re.compile(
    r"(?:\b(?:cancel?led|dropped(?: it)?|skipping it|gave up|not doing (?:it|this)|no longer needed"
    r"|abandoned)\b[^.;]{0,30}"
    r"|(?:안 ?하기로(?: ?함)?|취소(?:됨|함)?|포기(?:함)?|필요 ?없어짐)"
    r"|(?:(?:は|→|、) ?(?:やめた|やめる|見送り|中止|取りやめ|断念)(?:。.{0,16})?)"
    r"|(?:不做了|不去了|不买了|不買了|取消|放弃了?|放棄了?|作罢|作罷))[.。!！)）]*$",
    re.IGNORECASE,
)
_SAID_DOING = re.compile(
    r"[(（][^()（）]{0,20}(?:half done|in progress|ongoing|partly done|진행 ?중|하는 ?중|절반|途中|続行中|進行中"
    r"|作業中|进行中|進行中|做了一半)"
    r"[^()（）]{0,24}[)）]$",
    re.IGNORECASE,
)
_STATE_SIGNS = frozenset("✅~<")
_CHECK = re.compile(r"^✅|✅\ufe0f?(?:\s?\d{4}-\d{2}-\d{2}|\s*$)")


@dataclass(frozen=True, slots=True)
class Marker:
    """A task marker at the beginning of a text, with the place of its word (for writing it back)."""

    word: str  # in capitals
    start: int
    end: int
    text_start: int  # where the words behind it begin
    mark: Mark


@dataclass(frozen=True, slots=True)
class State:
    """The state that everything in a line together says, and why it is unknown where it is."""

    mark: Mark
    conflict: str = ""


def marker_of(text: str) -> Marker | None:
    """The marker with which a text begins: capitals (`TODO`, `**DONE**:`), `#todo`, or the `x DATE` of todo.txt."""
    if text[:2] == "x " and (done := _DONE_TXT.match(text)):
        return Marker("x", 0, done.end(), done.end() + 1, "done")
    if text[:1] in "(x" and _OPEN_TXT.match(text):
        # Its priority stays a part of the text, as everywhere else.
        return Marker("x", 0, 2, 2, "done") if text[0] == "x" else Marker("", 0, 0, 0, "open")
    head = text[:2].lstrip("*_=#")
    if head and not ("A" <= head[0] <= "Z") and text[:1] not in "#*_=":
        return None
    found = _MARKER.match(text)
    if not found or _PHRASE.match(text) or (found["open"] or "") != (found["shut1"] or found["shut2"] or ""):
        return None
    word = found["word"].upper().replace("-", "")
    end = found.end()
    priority = _PRIORITY.match(text, end)
    if priority:
        end = priority.end()
    while end < len(text) and text[end].isspace():
        end += 1
    return Marker(word, found.start("word"), found.end("word"), end, MARKER_MARKS[word])


def strip_marker(text: str) -> str:
    found = marker_of(text)
    return text[found.text_start :] if found else text


def strip_box(text: str) -> str:
    if not text.startswith("["):
        return text
    found = _BOX.match(text)
    return text[found.end() :] if found else text


def tail_start(text: str) -> int:
    """Where the trailing run of task metadata begins, the blank before it included; the text's end without one."""
    end = len(text.rstrip())
    begin = max(0, end - _LONGEST_TAIL)
    if not _TAIL_SIGNS.search(text, begin) and not (":" in text and _TAIL_WORDS.search(text)) and "<br" not in text:
        return end
    start = end
    for found in reversed(list(_TAIL.finditer(text, begin, end))):
        if text[found.end() : start].strip():
            break
        start = found.start()
        while start > 0 and text[start - 1] in " \t":
            start -= 1
    return start


def strip_tail(text: str) -> str:
    """The text without dates, priorities, recurrence and block id at its end; tags among them stay."""
    start = tail_start(text)
    if start == len(text):
        return text
    tags = [m["tag"] for m in _TAIL.finditer(text, start) if m["tag"]]
    kept = [text[:start].strip(), *tags]
    return " ".join(piece for piece in kept if piece)


def struck_out(text: str) -> bool:
    """Whether the whole text is struck through."""
    return text.startswith(("~~", "<del>", "<s>", "<strike>")) and _STRUCK.fullmatch(text) is not None


def unstruck(text: str) -> str:
    if not text.startswith(("~~", "<", "✅")):
        return text
    if text.startswith("✅"):
        return text[1:].lstrip("\ufe0f ")
    found = _STRUCK.fullmatch(text)
    return (found["tilde"] or found["html"] or "").strip() if found else text


def checked(raw_text: str) -> bool:
    """Whether a ✅ at the beginning or among the trailing metadata says that it is done."""
    return "✅" in raw_text and _CHECK.search(raw_text) is not None


def said_done(words: str) -> bool:
    """Whether the words of a task end in a remark that it is done."""
    return _SAID_DONE.search(words, max(0, len(words) - 24)) is not None


def said(words: str) -> Mark:
    """What the words of a task say at their end of how far it is: done, dropped, doing, or nothing (open)."""
    if said_done(words):
        return "done"
    tail = words[-60:]
    if _SAID_DROPPED.search(tail):
        return "dropped"
    return "doing" if _SAID_DOING.search(tail) else "open"


def state_of(box: str | None, marker: Marker | None, raw_text: str, default: Mark = "open") -> State:
    """One state from box, marker, ✅ and strike-through; "unknown" with the reason where they disagree."""
    if box is None and marker is None and _STATE_SIGNS.isdisjoint(raw_text):
        return State(default)
    said: list[tuple[str, Mark]] = []
    if box is not None:
        said.append((f"the box [{box}]", BOX_MARKS[box]))
    if marker is not None and (marker.word or box is None):
        said.append((f"the marker {marker.word}", marker.mark))
    if checked(raw_text):
        said.append(("✅", "done"))
    rest = strip_marker(strip_tail(raw_text).strip())
    struck = struck_out(rest)
    closed = {mark for _, mark in said if mark in ("done", "dropped")}
    if struck and not closed:
        said.append(("the strike-through", "done"))
    if not said:
        return State(default)
    marks = {mark for _, mark in said}
    # "doing" sharpens "open"; anything else that differs is a contradiction.
    if marks == {"open", "doing"}:
        return State("doing")
    if len(marks) == 1:
        return State(said[0][1])
    if struck and len(closed) == 1 and not (marks - closed):
        return State(closed.pop())
    return State("unknown", " but ".join(f"{what} says {mark}" for what, mark in said))
