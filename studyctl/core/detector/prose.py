"""Judges paragraphs, quotes and callouts."""

from __future__ import annotations

import re
from bisect import bisect_right

from studyctl.core import states
from studyctl.core.detector import intending, lists, sources, statements, wording
from studyctl.core.detector.blocks import Node, answer_prefix
from studyctl.core.detector.forms import answers, introduced, left_unread, of_links_to_read
from studyctl.core.detector.items import FREE, Confidence, Judged, Zone
from studyctl.core.detector.judge import Judge
from studyctl.core.detector.outline_heads import SENTENCE_END
from studyctl.core.detector.questions import take_inline_answer
from studyctl.core.detector.zones import NOT_ANSWERED_BELOW

_QUESTION_CALLOUTS = frozenset({"question", "help", "faq", "q", "ask"})
_TODO_CALLOUTS = frozenset({"todo", "task", "tasks"})
_FOREIGN_CALLOUTS = frozenset({"quote", "cite", "example", "abstract", "summary", "tldr"})
# Sentences of a paragraph beyond which a question in it is rhetoric.
_MOST_SENTENCES = 4
_LONGEST_TITLE = 200
_LONGEST_DOUBT = 300
_LONGEST_ASKED = 100
# Of a paragraph that says what to do: up to where all of it is the todo, and up to where it is asked at all.
_LONGEST_TODO, _LONGEST_INTENDING = 300, 600
_LEAST_TOLD = 12
# How notes go on behind a question, and prose does not: Korean without "-다.", a guess in Japanese.
_JOTTED = re.compile(r"[가-힣](?<![다요까])[.)\s]*$|(?:っぽい|らしい|みたい)(?:だ|です)?[。\s]*$")
_SIGNIFICANT = 24  # characters by which a sentence is found again
_THINKS = re.compile(r"\b(?:I|[Mm]y)\b")
_CLOCK = re.compile(r"\d{1,2}[:.]\d\d\b")  # a log goes on
_FIRST_PERSON = re.compile(r"\b(?:I|me|my|myself)\b")
# A task of todo.txt without a priority: the day it was written down, its words, where or with whom it is done.
_DATED = re.compile(r"\d{4}-\d\d-\d\d \S.*\s(?:[@+][^\W\d]|due:\d)")
_NEAR = 3  # lines between two tasks of one list
_SENTENCE_START = re.compile(r"(?<=[.!?])\s+|(?<=[。！？])")


def judge(judge: Judge, one: Judged) -> None:
    if one.node.kind == "callout":
        _callout(judge, one)
    elif one.node.kind == "quote":
        _quote(judge, one)
    else:
        _paragraph(judge, one)


def _callout(judge: Judge, one: Judged) -> None:
    node = one.node
    listed = any(child.kind == "bullet" for child in node.children)
    if node.callout in _QUESTION_CALLOUTS:
        zone = Zone("question", family="callout")
        asks = node.asks
        told = any(child.asks for child in node.children)
        titled = bool(node.text) and judge.label(node) is None and (asks or not (listed or told))
        confidence: Confidence = "high" if asks else "low"
        if titled and judge.put(one, "question", "callout", confidence=confidence):
            zone = Zone("heading")
        else:
            one.role = "label"
    elif node.callout in _TODO_CALLOUTS:
        zone = Zone("todo", family="callout")
        if node.text and not listed and judge.label(node) is None and judge.put(one, "todo", "callout"):
            zone = Zone("task")
        else:
            one.role = "label"
    else:
        zone = Zone("quote") if node.callout in _FOREIGN_CALLOUTS else FREE
        one.role = "topic"
    one.zone = zone


def _quote(judge: Judge, one: Judged) -> None:
    """A quote inherits what stands over it where that is a question; else it holds somebody else's words."""
    zone = judge.zone(one)
    before = _before(judge, one)
    if before is not None and before.is_question and before.item is not None and before.item.rule == "qa":
        one.owner, one.zone = before, Zone("beneath")  # "q: …", and its answer in a quote right below
        return
    one.zone = zone if zone.scope in ("beneath", "task", "reading-deep", "toc", "reference") else Zone("quote")


def _paragraph(judge: Judge, one: Judged) -> None:
    node, zone = one.node, judge.zone(one)
    one.zone = zone if zone.scope != "heading" else FREE
    if zone.scope == "toc":
        return
    if zone.scope in ("free", "quote") and node.quiet:
        _goes_on(judge, one, _before(judge, one))
        return
    marker = node.marker
    if not node.text:
        if marker is not None:
            lists.mark_paper_above(judge, one, marker)
        one.only_ties = marker is None and bool(node.ties)
        return
    before = _before(judge, one)
    if zone.scope == "free" and before is not None and node.prose[:1].isalnum() and answer_prefix(node.prose):
        _answered_next(judge, before)
    if answers(judge, one, _question_of(one, before)) or introduced(judge, one, zone):
        return
    if marker is not None:
        _marked(judge, one, zone, marker)
        return
    if zone.scope == "free" and _todo_txt(node) and judge.put(one, "todo", "marker"):
        return
    if zone.scope == "beneath":
        judge.below_question(one, zone, None)
    elif zone.scope == "heading":
        _below_heading(judge, one, before)
    elif zone.scope == "example":
        one.role = "topic"
    elif left_unread(judge, one, zone) or of_links_to_read(judge, one, zone, before):
        return
    elif not _asks(judge, one, zone) and not _listed(judge, one, zone) and not _intends(judge, one, zone):
        _goes_on(judge, one, before)


def _todo_txt(node: Node) -> bool:
    """Whether a line begins with the day on which a task was written down, among other lines of todo.txt."""
    if node.starts or not _DATED.match(node.raw):
        return False
    beside = node.parent.children if node.parent else []
    near = [each for each in beside if each.block == node.block and abs(each.index - node.index) <= _NEAR]
    return any(each.marker is not None and each.marker.word in ("", "x") for each in near)


def _answered_next(judge: Judge, before: Judged) -> None:
    """A paragraph that asks amid much else is a question after all where the next one says that it answers it."""
    asks = before.node.asks
    if before.node.kind != "para" or before.item is not None or before.role != "none" or asks is None:
        return
    if judge.put(before, "question", asks.rule, confidence="low", line=_question_line(judge, before.node)):
        before.zone = Zone("beneath")


def _before(judge: Judge, one: Judged) -> Judged | None:
    """The block directly before a paragraph, below the same heading or bullet."""
    return judge.by_node.get(id(one.node.before)) if one.node.before else None


def _asked(before: Judged | None) -> Judged | None:
    """The question that stands before a paragraph, or that the paragraph before it already answers."""
    if before is None:
        return None
    if before.is_question:
        return before if before.node.kind in ("para", "callout", "bullet") else None
    if before.item is not None and before.item.kind == "claim" and before.node.kind == "para":
        owner = before.owner
        return owner if owner is not None and owner.is_question else None
    return None


def _question_of(one: Judged, before: Judged | None) -> Judged | None:
    """The question that a line beginning with "A:" would answer."""
    above = one.owner
    return _asked(before) or (above if above is not None and above.is_question else None)


def _marked(judge: Judge, one: Judged, zone: Zone, marker: states.Marker) -> bool:
    node = one.node
    asks = node.asks
    if sources.to_be_read(node.text, node.words):
        return judge.put(one, "reading", "marker.reading", marker=marker)
    if asks is not None and asks.whole:
        return judge.put(one, "question", "marker.question", also="todo", confidence=asks.confidence, marker=marker)
    return judge.put(one, "todo", "marker", marker=marker, mark=zone.mark)


def _below_heading(judge: Judge, one: Judged, before: Judged | None) -> None:
    """The first paragraph below a heading that is a question answers it; behind that, everything is free again."""
    above = one.above
    assert above is not None
    first = above.block in (-1, one.node.block)
    more = not first and above.answered and above.is_question and one.node.says and one.node.asks is None
    if more or (first and above.block == -1):
        above.block = one.node.block
        judge.below_question(one, FREE, above if above.item else None)  # a heading "Answer" may stand between
        if above.is_question and one.role == "context" and _tells(one.node):
            above.answered = True  # in words that are no statement to us
    elif not _asks(judge, one, FREE):
        _goes_on(judge, one, before)


def _asks(judge: Judge, one: Judged, zone: Zone) -> bool:
    """A paragraph that asks something: below a question label, or in prose by its last (or only) sentence."""
    node = one.node
    words = node.words
    asks = wording.question(words)
    if asks is None and zone.scope == "question" and wording.is_prompt(words):
        return judge.put(one, "question", f"{zone.family}.wording", confidence="low", mark=zone.mark)
    if asks is None or sources.only_links(node.raw) or sources.is_citation(words):
        known = zone.scope in ("free", "question") and len(words) <= 120 and statements.wants_to_know(words)
        return known and judge.put(one, "question", "wording.embedded", confidence="low")
    pieces = wording.sentences(words)
    if zone.scope == "question":
        if not asks.whole and len(pieces) > 2:
            return False
        rule = "callout" if zone.family == "callout" else f"{zone.family}.wording"
        return _ask(judge, one, asks, rule, pieces, asks.confidence, zone)
    if len(pieces) > _MOST_SENTENCES and zone.scope == "free":
        return _admits(judge, one, pieces)
    if _rhetorical(judge, one, asks, pieces) or (zone.scope == "quote" and not _quoted_alone(node, words)):
        return False
    confidence: Confidence = "low" if len(pieces) > 2 or not asks.whole else asks.confidence
    return _ask(judge, one, asks, asks.rule, pieces, confidence, zone)


def _admits(judge: Judge, one: Judged, pieces: list[str]) -> bool:
    """What a long paragraph begins by asking, or says that its writer does not understand: that sentence is it."""
    first = wording.question(pieces[0])
    if first is not None and first.whole and any(_THINKS.search(piece) for piece in pieces[1:]):
        if wording.to_reader(pieces[0]):
            return False
        return judge.put(one, "question", first.rule, text=pieces[0], confidence="low", line=one.node.line.number)
    for piece in pieces:
        mine = not piece.isascii() or _FIRST_PERSON.search(piece)
        if mine and len(piece) <= _LONGEST_DOUBT and wording.doubt(piece) and not wording.to_reader(piece):
            line = _line_of(judge, one.node, piece)
            return judge.put(one, "question", "wording.doubt", text=piece, confidence="low", line=line)
    return False


def _line_of(judge: Judge, node: Node, piece: str) -> int:
    """The line on which a sentence of a paragraph begins; where it was written otherwise, that of the doubt."""
    at = node.prose.find(piece[:_SIGNIFICANT])
    if at < 0:
        return _question_line(judge, node)
    place = bisect_right([offset for offset, _ in node.starts], at) - 1
    return node.line.number if place < 0 else judge.lines[node.starts[place][1]].number


def _ask(
    judge: Judge, one: Judged, asks: wording.Wording, rule: str, pieces: list[str], confidence: Confidence, zone: Zone
) -> bool:
    node = one.node
    begin = answer_prefix(node.prose)  # an arrow before a question leads to it, and is no part of it
    text = node.raw[begin:] if begin else None
    line = _question_line(judge, node)
    if not judge.put(one, "question", rule, text=text, confidence=confidence, line=line, mark=zone.mark):
        return False
    if not asks.whole:
        take_inline_answer(one)
    one.zone = Zone("beneath")
    return True


def _rhetorical(judge: Judge, one: Judged, asks: wording.Wording, pieces: list[str]) -> bool:
    """A question of prose that its writer does not really ask."""
    if wording.to_reader(one.node.words) or wording.is_example(one.node.words):
        return True
    if len(pieces) > _MOST_SENTENCES or len(one.node.words) > 600:
        return True
    if asks.rule == "wording.doubt":
        return False
    if asks.whole:
        return False
    # What a person asks and then thinks about.
    if wording.question(pieces[0]) is not None and any(_THINKS.search(piece) for piece in pieces[1:]):
        return False
    # "Q? A." in prose is rhetoric, unless what follows is but a remark or stands behind an arrow.
    if len(pieces) != 2 or wording.question(pieces[0]) is None:
        return True
    said = pieces[-1]
    if len(one.node.words) <= _LONGEST_ASKED and _JOTTED.search(said):
        return False
    remark = wording.hedged(said) or statements.is_no_answer(said) or statements.is_intention(said)
    return not (remark or any(sign in one.node.words for sign in ("→", "⇒", "=>")))


def _quoted_alone(node: Node, words: str) -> bool:
    """Whether a quote is nothing but one short question."""
    siblings = node.parent.children if node.parent else []
    return len(siblings) == 1 and len(words) <= 150


def _question_line(judge: Judge, node: Node) -> int:
    """The line on which the last sentence of a paragraph begins."""
    if not node.starts:
        return node.line.number
    if node.asks is not None and node.asks.rule == "wording.doubt":
        # Lines of a paragraph are often remarks of their own: the one that says so.
        begins = [(0, node.index), *node.starts]
        ends = [*(offset for offset, _ in node.starts), len(node.prose)]
        for (offset, index), end in zip(reversed(begins), reversed(ends), strict=True):
            if wording.doubt(node.prose[offset:end]):
                return judge.lines[index].number
    body = node.prose.rstrip()
    begin = 0
    for stop in _SENTENCE_START.finditer(body, 0, max(0, len(body) - 1)):
        begin = stop.end()
    place = bisect_right([offset for offset, _ in node.starts], begin) - 1
    return node.line.number if place < 0 else judge.lines[node.starts[place][1]].number


def _listed(judge: Judge, one: Judged, zone: Zone) -> bool:
    """Lines below a label that are no bullets: a paper or link to be read, a short intention to be done."""
    node = one.node
    if zone.scope not in ("reading", "todo"):
        return False
    listed = any(child.kind == "bullet" for child in (node.parent.children if node.parent else ()))
    if zone.scope == "reading" and not listed:
        paper = sources.begins_with_link(node.raw) or sources.is_citation(node.words) or _title_alone(one, zone)
        return paper and judge.put(one, "reading", "reading-label.child", confidence="low", mark=zone.mark)
    if zone.scope != "todo":
        return False
    if listed or node.starts or len(node.words) > 80:
        return False
    if zone.family == "callout":
        return judge.put(one, "todo", "callout", mark=zone.mark)
    return statements.is_intention(node.words) and judge.put(
        one, "todo", "todo-label", confidence="low", mark=zone.mark
    )


def _title_alone(one: Judged, zone: Zone) -> bool:
    """Whether a line is a title of what is to be read: one of several below its label, each a line of its own."""
    node = one.node
    if zone.learned or zone.by_words or node.parent is None or node.parent.kind != "heading":
        return False
    beside = [each for each in node.parent.children if each.kind == "para"]
    titles = sum(not each.starts and sources.title_like(each.words, 0.5) for each in beside)
    single = not node.starts and not SENTENCE_END.search(node.prose) and len(node.words) <= _LONGEST_TITLE
    return single and 2 * titles > len(beside)


def _intends(judge: Judge, one: Judged, zone: Zone) -> bool:
    """A paragraph one of whose last sentences says what its writer means to do."""
    node = one.node
    if (
        zone.scope not in ("free", "todo", "reading", "question")
        or len(node.words) > _LONGEST_INTENDING
        or (sentence := intending.meant(node.words)) is None
    ):
        return False
    begin = answer_prefix(node.prose)  # an arrow leads to it
    text = node.raw[begin:] if begin else None
    if len(node.words) > _LONGEST_TODO:
        text = sentence  # of a long paragraph, only what it means to do
    line = _line_of(judge, node, sentence)
    return judge.put(one, "todo", "wording.intention", text=text, confidence="low", line=line, mark=zone.mark)


# What is wondered at on one line of a jotted paragraph: the next line is the next thought.
_MUSED = re.compile("(?:てるんだろう|かな[ぁあー]|わからん)[。…. ]*$")


def _goes_on(judge: Judge, one: Judged, before: Judged | None) -> None:
    """The paragraph behind a question: its answer, if it states something; more of the same paragraph is detail."""
    node = one.node
    question = _asked(before)
    if question is None or before is None:
        if before is not None and before.role == "answer" and before.node.block == node.block:
            one.role, one.owner = "answer", before.owner
        elif one.owner is not None:
            linked = sources.only_links(node.raw) or sources.is_citation(node.words)
            one.role = "source" if linked else "context"
        return
    if before is not question:  # the question was answered by the line before
        if before.node.block == node.block:
            one.role, one.owner = "answer", question
        elif judge.zone(one).scope == "question" and node.says and not statements.is_no_answer(node.words):
            # Below a label, all until the next question.
            judge.answer(one, question, node.text, "beneath-question.statement")
            one.zone = judge.zone(one)
        return
    if question.node.kind == "bullet" and not _numbered_alone(question.node):
        return
    assert question.item is not None
    apart = question.node.block != node.block and (
        len(wording.sentences(question.node.words)) > 1 or question.node.words.endswith(("..", "…"))
    )
    words = wording.half_width(question.node.words)
    mused = question.node.block == node.block and _MUSED.search(words) is not None
    guessed = (question.item.confidence == "low" and wording.hedged(words)) or wording.ruminates(words)
    if apart or mused or guessed or _CLOCK.match(node.raw) or question.item.rule in NOT_ANSWERED_BELOW:
        return
    if node.says and not statements.is_no_answer(node.words):
        judge.answer(one, question, node.text, "beneath-question.statement")
        one.zone = judge.zone(one)
    elif sources.only_links(node.raw) or sources.is_citation(node.words):
        one.role, one.owner = "source", question
    elif question.item.rule == "qa" and _tells(node):
        one.role, one.owner, question.answered = "answer", question, True


def _numbered_alone(node: Node) -> bool:
    """Whether a bullet before a paragraph is a list of its own with a number, as questions with answers between are."""
    if node.children or not (node.line.bullet or "")[:1].isdigit():
        return False
    before = node.before
    return before is None or before.kind != "bullet" or before.block != node.block


def _tells(node: Node) -> bool:
    """Whether a paragraph behind what says itself to be a question says something, be it no statement by its form."""
    if node.asks is not None or node.marker is not None or statements.is_intention(node.words):
        return False
    return len(node.words) >= _LEAST_TOLD and not statements.is_no_answer(node.words)
