"""Labels of sections: which heading, bold line or bullet says that questions, todos or readings stand below it.

A label is matched as a whole, never as a part ("Question Type Classification" is none). Korean, Japanese and Chinese
phrases end in their head (남은 질문, 関連論文), English ones mostly do (open questions) or go on with a preposition
(questions about attention).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from studyctl.core.detector import label_patterns as patterns
from studyctl.core.detector.head_patterns import Head
from studyctl.core.detector.label_heads import head_by_words
from studyctl.core.detector.label_names import Register, is_korean
from studyctl.core.detector.sources import names_work
from studyctl.core.detector.wording import half_width
from studyctl.core.markup import plain
from studyctl.core.models import Kind, Mark

Scope = Literal["question", "todo", "reading", "answer", "reference", "toc", "form", "example", "apart"]


@dataclass(frozen=True, slots=True)
class Label:
    """What a label says of what stands below it."""

    scope: Scope
    mark: Mark = "open"  # of the items below that say nothing themselves
    weak: bool = False  # its bullets have to look like it, too
    loose: bool = False  # by its grammar alone: as a bullet it may be an item itself
    by_words: bool = False  # by the words of a head alone: as a bullet it may be an item itself
    learned: bool = False  # by what was learnt from labelled lists alone
    inline: bool = False  # short enough to introduce an item on its own line ("질문: …")


def clean(text: str) -> str:
    """A label's words: without markup, numbering, symbols, colon and what stands in parentheses behind it."""
    words = half_width(plain(text)).strip()
    for _ in range(3):
        before = words
        # Letters and figures are neither symbols nor marks, nor do they wrap anything.
        if not (words[:1].isalnum() and words[-1:].isalnum()):
            words = patterns.SYMBOLS.sub("", words).strip()
        if numbering := patterns.NUMBERING.match(words):
            words = words[numbering.end() :].strip()
        if not words[-1:].isalnum():
            words = patterns.TRAILING.sub("", words).strip()
        if "(" in words:
            words = patterns.ASIDE.sub("", words)
        wrapped = None if words[:1].isalnum() else patterns.WRAPPED.match(words)
        if wrapped:
            words = wrapped.group(1).strip()
        if words == before:
            break
    return words


def label_of(text: str, extra: Mapping[str, Kind] | None = None) -> Label | None:
    """The label that a whole text is, or None."""
    if len(text) > 140:
        return None
    if extra and (scope := extra.get(clean(text).casefold())):
        return None if scope == "claim" else Label(scope, inline=True)
    return _label_of(text)


@lru_cache(maxsize=4096)
def _label_of(text: str) -> Label | None:
    """The same headings come again and again."""
    words = clean(text).casefold()
    found = (_several(words) or _named(words)) if 0 < len(words) <= 70 else None
    if found is not None and found.scope == "todo" and not words.isascii():
        # Endings say that something is to be done (…こと, -ㄹ 것); the words, that it is to be understood.
        head = head_by_words(words)
        if head is not None and head.sure and head.scope == "question":
            return Label("question", inline=found.inline)
    return found


# What stands behind a colon is no part of a name.
_INTRODUCES = re.compile(r"[^\d][:：]\s*[^\s:：*_]")
_WANTED = re.compile(r"recommended|suggested|must get|get hold|look up|borrow|want|추천|おすすめ|お勧め|推荐|推薦")
_REMARK = re.compile(r"[(（]([^()（）]{2,20})[)）]\s*[:：]?$")


@lru_cache(maxsize=4096)
def head_of(text: str) -> Head | None:
    """What a head says by its words, or by the remark in parentheses behind them ("선행연구 (읽어야 함)")."""
    if len(text) > 100 or "?" in text or "？" in text or _INTRODUCES.search(text):
        return None
    found = head_by_words(clean(text).casefold())
    if (found is None or not found.sure) and text.rstrip(" :：")[-1:] in ")）" and (remark := _REMARK.search(text)):
        said = head_by_words(remark[1].strip().casefold())
        return said if said is not None and said.sure else found
    return found


# What parts two names is one of these.
_JOINING = re.compile("[/&+·・,、|및와과和与與及]| and | or ")


def _several(words: str) -> Label | None:
    """A label of two names ("질문 / 할 일"): the first decides, where each is one by itself."""
    if not _JOINING.search(words):
        return None
    names = [name for name in patterns.AND.split(words) if name]
    if not 2 <= len(names) <= 3:
        return None
    first = _asked(names[0])
    if first is None and not patterns.BESIDE_TASKS.fullmatch(names[0]):
        return None
    labels = [first, *(_asked(name) for name in names[1:])]
    if first is not None and not first.weak and all(labels):
        return first
    beside = (patterns.BESIDE_TASKS.fullmatch(name) for name, label in zip(names, labels, strict=True) if label is None)
    tasks = [label for label in labels if label is not None]
    return tasks[0] if tasks and all(label.scope == "todo" for label in tasks) and all(beside) else None


def _asked(name: str) -> Label | None:
    """The label of what is asked, to be done or to be read that a name is."""
    label = _named(name)
    return label if label is not None and label.scope in ("question", "todo", "reading") else None


def _named(words: str) -> Label | None:
    """The label that words name, also behind what may lead to a name ("this week's …") and before what may end it."""
    found = _name(words)
    if found is not None:
        return found
    lead = patterns.LEAD.match(words)
    core = words[lead.end() :] if lead else words
    if core.endswith(patterns.TAILS):
        core = next(core.removesuffix(tail) for tail in patterns.TAILS if core.endswith(tail)).rstrip(" の的")
    if core == words or not core:
        return None
    found = _name(core)
    return found if found is not None and found.scope in ("question", "todo", "reading") and not found.weak else None


def _name(words: str) -> Label | None:
    for label in _LABELS.find(words):
        if not (label.weak and patterns.READING_NOT.fullmatch(words)):
            return label
    if not is_korean(words):
        return None
    will = patterns.KO_WILL.fullmatch(words)
    if will and (ord(will.group(1)) - 0xAC00) % 28 == 8 and not patterns.KO_WILL_NOT.search(words):
        return Label("todo", loose=True)
    return None


_LABELS = Register[Label](
    (
        (patterns.TOC, Label("toc")),
        (patterns.FORM, Label("form")),
        (patterns.ANSWERED, Label("question", mark="noted")),
        (patterns.ANSWER, Label("answer")),
        (patterns.REFERENCE, Label("reference")),
        (patterns.READING, Label("reading", inline=True)),
        (patterns.TODO_DONE, Label("todo", mark="done")),
        (patterns.TODO_DOING, Label("todo", mark="doing")),
        (patterns.TODO, Label("todo", inline=True)),
        (patterns.QUESTION, Label("question", inline=True)),
        (patterns.READING_WEAK, Label("reading", weak=True)),
        (patterns.EXAMPLE, Label("example")),
        (patterns.APART, Label("apart")),
    )
)


def is_column(text: str) -> bool:
    """Whether a label names a column of a board of tasks: what is to be done, or being done."""
    return patterns.COLUMN.fullmatch(clean(text).casefold())


_COLON = re.compile("[" + re.escape("".join(sorted(patterns.COLON))) + "]")


def may_introduce(text: str) -> bool:
    """Whether a text, in full width or half, has what parts a label from the item that it introduces."""
    return _COLON.search(text, 0, 27) is not None


def _names(label: str, behind: str) -> bool:
    """Whether what stands before a colon can be a name: no address, no quotation, no question."""
    return not behind.startswith("//") and "?" not in label and label[:1] not in "\"'“‘「『#"


def inline_label(
    text: str, extra: Mapping[str, Kind] | None = None, *, by_words: bool = True
) -> tuple[Kind, int] | None:
    """A label that introduces an item on its own line ("질문: …"): the kind, and where the item's words begin.

    With `by_words`, also one whose whole name is not known.
    """
    if not may_introduce(text):
        return None
    found = patterns.INLINE.match(text)
    if not found:
        return None
    words = clean(found["label"]).casefold()
    if extra and words in extra:
        return extra[words], found.end()
    bracket = found["label"].startswith("[")
    if text[found.end() - 1 : found.end()] == ")" and not bracket and "(" in found["label"]:
        return None
    kind = next(_INLINE.find(words), None)
    if by_words and kind is None and found["sign"] == ":" and _names(found["label"], text[found.end() :]):
        head = head_by_words(words)
        kind = head.scope if head is not None and head.sure else None
        wanted = head is not None and (head.scope == "todo" or _WANTED.match(words) is not None)
        if wanted and names_work("", text[found.end() :]):
            kind = "reading"
    return None if kind is None else (kind, found.end())


_INLINE = Register[Kind](
    (
        (patterns.INLINE_QUESTION, "question"),
        (patterns.INLINE_TODO, "todo"),
        (patterns.INLINE_READING, "reading"),
        (patterns.INLINE_CLAIM, "claim"),
    )
)


_LONGEST_FORM = 60


def is_bare_question(text: str) -> bool:
    """Whether a heading in question form only names its section ("Why?", "어떻게 동작하나?", "どんなもの？")."""
    words = clean(text).casefold().replace("'s", "").replace("’s", "")
    if not words or patterns.FORM.fullmatch(words) or _named(words) is not None:
        return True
    if len(words) <= _LONGEST_FORM and patterns.FORM_SUBJECT.search(words):
        return True
    if words.isascii():
        return all(patterns.GENERIC_EN.fullmatch(word) for word in re.findall(r"[a-z']+", words)) and not re.search(
            r"\d", words
        )
    if any("가" <= c <= "힣" for c in words):
        return all(patterns.GENERIC_KO.fullmatch(word.strip("?!.,")) for word in words.split())
    words = words.rstrip("?!")
    return (patterns.GENERIC_ZH_JA.fullmatch(words) or patterns.MODEST_ZH.fullmatch(words)) is not None
