"""Lines that say themselves what they are: "Q1. …", "질문: …", "Todo: …", and "A: …" or an arrow for an answer."""

from __future__ import annotations

import re

from studyctl.core.detector import intending, sources, statements, wording
from studyctl.core.detector.blocks import answer_prefix, question_prefix
from studyctl.core.detector.items import Judged, Zone
from studyctl.core.detector.judge import Judge
from studyctl.core.detector.labels import inline_label, may_introduce
from studyctl.core.detector.wording import half_width
from studyctl.core.models import Kind

# A tag that says question, at either end of the line.
_TAG = re.compile(
    r"^#(?:questions?|ask|q|질문|의문|궁금|質問|疑問|问题|問題|疑问)(?=\s)|(?<=\s)#(?:questions?|질문|의문|質問"
    r"|疑問|疑问)$",
    re.IGNORECASE,
)


# Behind an arrow: where it leads to rather than what answers it.
_LEADS = re.compile(
    r"(?:relates? to|related|contradicts?|supports?|see(?: also)?|cf\.?|compare|links? to|ref|관련|참고|참조|비교"
    r"|参照|関連|参考|参见|參見|相关|見|另见)\b|\[\[[^\[\]]+\]\]$",
    re.IGNORECASE,
)


# How a line begins that answers the question before it, without saying "A:".
_BECAUSE = re.compile(
    r"(?:정답|답|이유|그 이유)(?:은|는) |왜냐(?:하면|면)|because\b|(?:the )?answer is\b|(?:答案|答|原因)(?:是"
    r"|就是|:)|因为|因為|なぜなら|(?:答え|理由)は",
    re.IGNORECASE,
)
_LONGEST_LEAD = 40  # of a line that says that the links below it are to be read
_BECAUSE_FIRST = frozenset("정답이그왜bBtTaA因答原な理")

# A stretch of time, with nothing of what is done in it: "1주차: 21.05.20 ~ 21.05.23", "Week 3", 第2周.
_PERIOD = re.compile(
    r"(?:[\W_\d]|(?:week|day|month|wk|w|d|am|pm)(?![a-z])|(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?"
    r"(?![a-z])|주차|일차|[년월화수목금토일](?:요일)?|第|[年月日周週](?:目|[一二三四五六日天])?|[月火水木金土日]曜日?)+",
    re.IGNORECASE,
)


def is_period(words: str) -> bool:
    """Whether a line names a stretch of time alone; "2.11" is the number of an exercise."""
    numbers = len(re.findall(r"\d+", words))
    dated = numbers > 2 or (numbers > 0 and any(sign.isalpha() for sign in words))
    return dated and _PERIOD.fullmatch(words) is not None


def says_why(words: str) -> bool:
    """Whether a line says that it answers what stands before it ("Because …", "정답은 …")."""
    return words[:1] in _BECAUSE_FIRST and _BECAUSE.match(words) is not None


def introduced(judge: Judge, one: Judged, zone: Zone) -> bool:
    """A line that begins with "Q:", or with a label of its own."""
    node = one.node
    box = node.line.box if node.kind == "bullet" else None
    begin = question_prefix(node.prose)
    if begin and zone.scope == "todo" and not wording.question(node.raw[begin:]):
        begin = 0  # the number of an exercise
    if begin and not sources.is_citation(node.words):
        also: Kind | None = "todo" if box is not None else None
        text = node.raw[begin:].strip()
        if text and judge.put(one, "question", "qa", text=text, also=also, box=box, mark=zone.mark):
            one.zone = Zone("beneath")
            return True
    tagged = _TAG.search(node.raw) if "#" in node.raw else None
    if (
        tagged
        and node.words
        and judge.put(
            one, "question", "inline-label", text=_TAG.sub("", node.raw), box=box, also="todo" if box else None
        )
    ):
        one.zone = Zone("beneath")
        return True
    named = None
    if may_introduce(node.prose) and not node.marker:
        named = inline_label(half_width(node.prose), judge.extra, by_words=box is None)
    if named is None:
        return False
    kind, begin = named
    text = node.raw[begin:].strip()
    also = "todo" if box is not None and kind == "question" else None
    if kind == "todo" and (asks := wording.question(text)) and asks.whole:
        kind, also = "question", "todo"
    if not judge.put(one, kind, "inline-label", text=text, also=also, box=box):
        return False
    one.zone = {"question": Zone("beneath"), "reading": Zone("reading-deep")}.get(kind, Zone("task"))
    return True


def left_unread(judge: Judge, one: Judged, zone: Zone) -> bool:
    """A link with a remark that it is still to be read, outside of any label."""
    if zone.scope != "free" or not sources.unread(one.node.raw) or not judge.put(one, "reading", "wording.reading"):
        return False
    one.zone = Zone("reading-deep")
    return True


def of_links_to_read(judge: Judge, one: Judged, zone: Zone, before: Judged | None) -> bool:
    """A short line that means to read what follows ("明天要看的文章："), and the links, a line each, below it."""
    if zone.scope != "free":
        return False
    node = one.node
    if sources.only_links(node.raw):
        if before is None:
            return False
        chained = before.item is not None and before.item.rule == "wording.reading"
        led = chained or (before.role == "label" and before.zone.scope == "free")
        return led and judge.put(one, "reading", "wording.reading", confidence="low")
    if len(node.words) > _LONGEST_LEAD or not intending.means_to_read(node.words) or node.asks is not None:
        return False
    beside = node.parent.children if node.parent else []
    after = next((each for each in beside if each.before is node), None)
    if after is None or after.kind != "para" or not sources.only_links(after.raw):
        return False
    judge.set_role(one, "label", zone)
    return True


def answers(judge: Judge, one: Judged, question: Judged | None) -> bool:
    """A line that begins with "A:", "답:" or an arrow: the answer to `question`, unless it admits that it is none."""
    begin = answer_prefix(one.node.prose)
    if question is None or not (begin or (says_why(one.node.words) and one.node.says)):
        return False
    said = one.node.raw[begin:].strip()
    if statements.is_no_answer(said) or _LEADS.match(said):
        one.role, one.owner = "context", question
        return True
    if intending.intends(said):
        return False
    if (asks := wording.question(said)) and asks.whole:
        return False
    return judge.answer(one, question, said, "beneath-question.answer")
