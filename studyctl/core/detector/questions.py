"""Judges bullets below a label of questions, and keeps the answer that stands on a question's own line."""

from __future__ import annotations

import re

from studyctl.core import states
from studyctl.core.detector import sources, statements, wording
from studyctl.core.detector.blocks import Node, answer_prefix
from studyctl.core.detector.items import Confidence, Judged, Zone
from studyctl.core.detector.judge import Judge
from studyctl.core.models import Kind

# What was asked once, and is understood by now.
_RESOLVED = re.compile(
    r"(?:[わ分]かった|解けた|解決した|理解できた|(?<!안 )(?:해결|이해) ?(?:했다|했음|됨|됐다|함)|알았다|알겠다"
    r"|(?:搞|弄|看)?(?:懂|明白)了|解决了|解決了|\b(?:solved|got it now|makes sense now|clear now))[.。!！)）]*$",
    re.IGNORECASE,
)
_MENTION = re.compile(r"@\w[\w-]+ ")  # who says it


def in_question_label(judge: Judge, one: Judged, zone: Zone, marker: states.Marker | None = None) -> bool:
    """Below a question label: question wording, a leaf, or a parent of a statement."""
    node = one.node
    box = node.line.box
    family = zone.family or "question-label"
    asks = node.asks
    tasked: Kind | None = "todo" if box is not None or marker is not None else None
    rule = ""
    confidence: Confidence = "high"
    # What nobody understands is listed together with what is left to do.
    left = zone.by_words and asks is None and (tasked or _is_task(node))
    if left and judge.put(one, "todo", "question-label.intention", mark=zone.mark, box=box, marker=marker):
        one.zone = Zone("task")
        return True
    if asks is not None:
        rule, confidence = asks.rule if zone.learned else f"{family}.wording", asks.confidence
    elif tasked is None and (_RESOLVED.search(node.words) or (zone.named and node.says)):
        rule = ""  # what is understood by now is asked no more, nor is all that stands in a note called "questions"
    elif not node.children and not node.prose.endswith((":", "：")) and not (node.says and _MENTION.match(node.raw)):
        rule = f"{family}.leaf"
        confidence = "low" if node.says else "high"
    elif any(_states(child) for child in node.children):
        rule = f"{family}.parent-of-statement"
    if family == "callout" and rule:
        rule = "callout"
    if not rule or not judge.put(
        one,
        "question",
        rule,
        also=tasked,
        confidence=confidence,
        mark=zone.mark,
        box=box,
        marker=marker,
    ):
        return False
    one.zone = Zone("beneath")
    if asks is not None and not asks.whole:
        take_inline_answer(one)
    elif asks is None and "→" in node.words:
        said = node.words.rpartition("→")[2].strip()
        if not statements.is_no_answer(said):
            one.answered, one.inline_answer = True, said
    return True


def _is_task(node: Node) -> bool:
    """Whether a bullet says what to do, or stands among such as have boxes."""
    if node.children:
        return False
    beside = node.parent.children if node.parent else []
    return statements.is_intention(node.words) or any(each.line.box is not None for each in beside)


def _states(child: Node) -> bool:
    """Whether a block below a bullet states something."""
    if child.kind not in ("bullet", "para"):
        return False
    if answer_prefix(child.prose):
        return True
    if (
        child.asks
        or wording.asks_by_order(child.words)
        or sources.is_citation(child.words)
        or child.line.box is not None
    ):
        return False
    return child.says and not statements.is_no_answer(child.words)


def take_inline_answer(one: Judged) -> None:
    """Keep what stands behind a question on its own line, if it answers it."""
    pieces = wording.sentences(one.node.words)
    for index, piece in enumerate(pieces[:-1]):
        if wording.question(piece):
            rest = " ".join(pieces[index + 1 :]).strip()
            arrow = (
                any(sign in one.node.words for sign in ("→", "⇒", "=>", "->")) or answer_prefix(rest.lstrip("( ")) > 0
            )
            if not statements.is_no_answer(rest.lstrip("→⇒=> ")) and (arrow or statements.is_statement(rest)):
                one.answered, one.inline_answer = True, rest
            return
