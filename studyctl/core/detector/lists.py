"""Judges bullets: what a label, a question or a task above them makes of them, else their box, marker and wording."""

from __future__ import annotations

from studyctl.core import states, ties
from studyctl.core.detector import intending, sources, statements, wording
from studyctl.core.detector.blocks import Node
from studyctl.core.detector.forms import answers, introduced, is_period, left_unread, says_why
from studyctl.core.detector.items import FREE, Confidence, Judged, Zone
from studyctl.core.detector.judge import Judge
from studyctl.core.detector.labels import Label, is_bare_question
from studyctl.core.detector.questions import in_question_label, take_inline_answer
from studyctl.core.detector.zones import zone_of
from studyctl.core.markup import plain
from studyctl.core.models import Kind

# A bullet with nothing below it is a label only when it is as short as one.
_LEAF_LABEL = 24
# What parts a reading list by topic is no longer than this, and no title.
_LONGEST_TOPIC = 16


def judge_bullet(judge: Judge, one: Judged) -> None:
    node = one.node
    zone = zone_of(judge, one)
    quiet = zone.scope in ("free", "quote") and node.line.box is None and node.quiet
    if quiet and not _labels_children(judge, node) and not says_why(node.words):
        judge.set_role(one, "topic", zone)
        return
    marker = node.marker
    if not node.text:
        _empty(judge, one, zone, marker)
        return
    if zone.scope == "toc":
        one.zone = zone
        return
    label = judge.label(node) if node.line.box is None and marker is None and _may_label(node, zone) else None
    if label is not None and _labels(one, zone, label):
        _label(judge, one, zone, label.scope)
        if one.role == "label":
            one.zone = judge.labelled(label, node)
        return
    if answers(judge, one, _question_of(judge, one)) or introduced(judge, one, zone):
        return
    if node.line.box is not None or marker is not None:
        _task(judge, one, zone, marker)
        return
    _UNBOXED.get(zone.scope, _free)(judge, one, zone)


def _labels_children(judge: Judge, node: Node) -> bool:
    """Whether a bullet that asks nothing could be a label; one with nothing below it could not."""
    return bool(node.children) and _may_label(node, FREE) and judge.label(node) is not None


def _may_label(node: Node, zone: Zone) -> bool:
    """Whether a bullet could be a label; one with nothing below it matters only where it would be an item else."""
    if node.children:
        return len(node.prose) <= 100
    if len(node.prose) > _LEAF_LABEL:
        return False
    return node.prose.endswith((":", "：")) or (zone.scope not in ("todo", "question", "reading") and bool(node.asks))


def _labels(one: Judged, zone: Zone, label: Label) -> bool:
    """Whether a bullet that reads like a label is one, and not an item of the label above it."""
    node = one.node
    if label.scope == "answer":
        above = one.owner
        return bool(node.children) and above is not None and above.is_question
    if label.scope in ("apart", "example"):
        return label.scope == "example" and bool(node.children) and zone.scope in ("free", "quote")
    if label.by_words:
        return zone.scope in ("free", "quote")
    if label.loose:
        return bool(node.children) and zone.scope not in ("todo", "reading", "reading-deep", "task")
    if node.children:
        return True
    if label.scope == "question" and len(node.words) > 6 and node.asks and node.asks.rule == "wording.doubt":
        return False  # "構文がさっぱり分からん" says it of one thing
    return label.scope not in ("reference", "toc", "form")


def _empty(judge: Judge, one: Judged, zone: Zone, marker: states.Marker | None) -> None:
    """A bullet without words: a bare TODO that labels its children, a tie of what stands above it, or nothing."""
    node = one.node
    if marker is not None and node.children:
        judge.set_role(one, "label", Zone("todo", marker.mark, "todo-label"))
    elif marker is not None:
        mark_paper_above(judge, one, marker)
    else:
        one.only_ties = bool(node.ties)
        judge.set_role(one, "none", zone)


def mark_paper_above(judge: Judge, one: Judged, marker: states.Marker) -> None:
    """A bare TODO below a heading that names a paper: the paper is to be read."""
    above = one.above
    if above is None or above.node.kind != "heading" or above.item is not None:
        return
    words = above.node.words
    paper = sources.title_like(words) or sources.is_citation(words) or sources.only_links(above.node.raw)
    if paper and judge.put(above, "reading", "marker.heading"):
        assert above.item is not None
        above.item.mark = marker.mark
        above.zone = Zone("reading-deep")


def _label(judge: Judge, one: Judged, zone: Zone, scope: str) -> None:
    """A bullet that is a label: it opens a zone; "답:" below a question opens the answer."""
    if scope == "answer":
        judge.set_role(one, "context", Zone("beneath"))
        return
    if scope == "form":
        judge.set_role(one, "topic", zone)
        return
    judge.set_role(one, "label")


def _question_of(judge: Judge, one: Judged) -> Judged | None:
    """The question above a bullet, or directly before it in the same list."""
    above, node = one.owner, one.node
    if above is None or not above.is_question:
        above = judge.by_node.get(id(node.before)) if node.before else None
    return above if above and above.is_question else None


def _task(judge: Judge, one: Judged, zone: Zone, marker: states.Marker | None) -> None:
    """A bullet with a box or a marker: a reading, a question as well, or simply a todo."""
    node = one.node
    box = node.line.box
    by = "box" if box is not None else "marker"
    asks = node.asks
    text = node.text
    if node.starts and len(node.prose) == len(node.raw):  # what stands below goes on with the task: its own line counts
        text = ties.visible(node.raw[: node.starts[0][0]]).strip()
        asks = asks or wording.question(plain(text))
    whole = asks is not None and (asks.whole or _first_asks(node.words))
    worded = whole and not sources.only_links(node.text)
    confidence: Confidence = asks.confidence if asks else "high"
    acts: Kind | None = "todo" if sources.acts(node.words) else None
    if zone.scope == "reading" and judge.put(one, "reading", "reading-label.child", also=acts, box=box, marker=marker):
        one.zone = Zone("reading-deep")
    elif zone.scope == "question" and in_question_label(judge, one, zone, marker):
        return
    elif (sources.boxed_title(text) or sources.to_be_read(text, plain(text))) and judge.put(
        one, "reading", f"{by}.reading", box=box, marker=marker
    ):
        one.zone = Zone("reading-deep")
    elif worded and judge.put(
        one, "question", f"{by}.question", also="todo", confidence=confidence, box=box, marker=marker
    ):
        one.zone = Zone("beneath")
        if asks is not None and not asks.whole:
            take_inline_answer(one)
    elif judge.put(one, "todo", by, box=box, marker=marker, mark=zone.mark):
        one.zone = Zone("todo", family="todo-label", boxed=True) if zone.scope == "todo" else Zone("task")
        label = judge.label(node)
        if label is not None and node.children and not label.by_words:
            one.zone = judge.labelled(label, node)
    else:
        judge.set_role(one, "topic", zone)


def _first_asks(words: str) -> bool:
    """Whether a text begins with a question (and goes on with its answer)."""
    pieces = wording.sentences(words)
    return len(pieces) == 2 and wording.question(pieces[0]) is not None


def _question(judge: Judge, one: Judged, zone: Zone) -> None:
    node = one.node
    asks = node.asks
    if sources.only_links(node.raw) or (sources.is_citation(node.words) and not node.children and not asks):
        judge.set_role(one, "source", zone)
    elif statements.is_no_answer(node.words) and not node.children and not asks:
        judge.set_role(one, "context", zone)
    elif not in_question_label(judge, one, zone):
        judge.set_role(one, "topic", zone)


def _todo(judge: Judge, one: Judged, zone: Zone) -> None:
    node = one.node
    works = sources.names_work(node.raw, node.words)
    if works or sources.only_links(node.raw):
        # With no task above it of which it could be the source, a paper is what there is to do: to be read.
        paper = works and one.owner is None and zone.mark == "open" and not sources.only_links(node.raw)
        if not (paper and judge.put(one, "reading", "todo-label.reading")):
            judge.set_role(one, "source", zone)
        return
    if zone.boxed and node.says:
        judge.set_role(one, "context", zone)
        return
    if any(child.kind == "bullet" for child in node.children) and is_period(node.words):
        judge.set_role(one, "topic", zone)  # what there is to do stands below it
        return
    asks = node.asks
    rule = "callout" if zone.family == "callout" else "todo-label"
    worded = asks is not None and asks.whole and asks.rule != "wording.doubt"
    confidence: Confidence = asks.confidence if asks else "high"
    if worded and judge.put(one, "question", rule, also="todo", confidence=confidence, mark=zone.mark):
        one.zone = Zone("beneath")
    elif judge.put(one, "todo", rule, mark=zone.mark):
        works = intending.means_to_read(node.words) and _only_links_below(node)
        one.zone = Zone("reading" if works else "todo", zone.mark, "reading-label" if works else zone.family)
    else:
        judge.set_role(one, "topic", zone)


def _reading(judge: Judge, one: Judged, zone: Zone) -> None:
    node = one.node
    papers = [child for child in node.children if child.kind == "bullet"]
    grouped = (
        bool(papers)
        and not sources.looks_like_paper(node.raw, node.words)
        and len(node.words.split()) <= 3
        and 3 * sum(sources.looks_like_paper(child.raw, child.words) for child in papers) >= 2 * len(papers)
    )
    if grouped or _groups(judge, node) or not judge.put(one, "reading", "reading-label.child", mark=zone.mark):
        judge.set_role(one, "topic", zone)
    else:
        one.zone = Zone("reading-deep")


def _groups(judge: Judge, node: Node) -> bool:
    """Whether a bullet of a reading list parts it by topic, as all beside it do: asked once for all of them."""
    beside = id(node.parent)
    if beside not in judge.parted:
        judge.parted[beside] = _in_parts(node)
    return judge.parted[beside]


def _in_parts(node: Node) -> bool:
    """Whether all bullets of a list are short, and have longer titles below them."""
    beside = [each for each in (node.parent.children if node.parent else ()) if each.kind == "bullet"]
    below = [child for each in beside for child in each.children]
    if len(beside) < 2 or len(below) < 2 or any(len(each.words) > _LONGEST_TOPIC for each in beside):
        return False
    titles = all(child.kind == "bullet" and not (child.children or child.says or child.asks) for child in below)
    return titles and 2 * max(len(child.words) for child in below) > 3 * max(len(each.words) for each in beside)


def _reading_deep(judge: Judge, one: Judged, zone: Zone) -> None:
    """Below a paper: an embedded question (also a todo), a question, an intention, a source, else context."""
    node = one.node
    one.zone = zone
    asks = node.asks
    rule = "reading-label.question"
    marked = asks is not None and asks.whole and asks.rule == "wording.mark"
    embedded = not marked and statements.embeds_question(node.words)
    if sources.only_links(node.raw) or sources.is_citation(node.words):
        one.role = "source"
    elif (embedded and judge.put(one, "question", rule, also="todo")) or (
        asks is not None and asks.whole and judge.put(one, "question", rule, confidence=asks.confidence)
    ):
        one.zone = Zone("beneath")
    elif statements.is_intention(node.words) and judge.put(one, "todo", "reading-label.intention"):
        one.zone = Zone("task")
    else:
        one.role = "context"


def _beneath(judge: Judge, one: Judged, zone: Zone) -> None:
    judge.below_question(one, zone, None)


def _reference(judge: Judge, one: Judged, zone: Zone) -> None:
    judge.set_role(one, "source", zone)


def _example(judge: Judge, one: Judged, zone: Zone) -> None:
    judge.set_role(one, "topic", zone)


def _worded(judge: Judge, one: Judged, zone: Zone) -> bool:
    """A question by its wording alone."""
    node = one.node
    asks = node.asks
    if asks is None or sources.only_links(node.raw) or sources.is_citation(node.words):
        return False
    if sources.title_like(node.words, 0.8) or wording.to_reader(node.words) or wording.is_example(node.words):
        return False
    if asks.rule == "wording.ending" and is_bare_question(node.prose):
        return False
    pieces = wording.sentences(node.words)
    if not asks.whole and not wording.question(pieces[0]) and len(pieces) > 3:
        return False
    confidence: Confidence = "low" if len(pieces) > 3 else asks.confidence
    if not judge.put(one, "question", asks.rule, confidence=confidence):
        return False
    one.zone = Zone("beneath")
    if not asks.whole:
        take_inline_answer(one)
    return True


def _free(judge: Judge, one: Judged, zone: Zone) -> None:
    if _worded(judge, one, zone):
        return
    if statements.wants_to_know(one.node.words) and judge.put(one, "question", "wording.embedded", confidence="low"):
        one.zone = Zone("beneath")
        return
    if left_unread(judge, one, zone):
        return
    free = zone.scope == "free"
    meant = free and intending.intends(one.node.words)
    if (meant and judge.put(one, "todo", "wording.intention", confidence="low")) or (
        free and _ticked_off(one.node) and judge.put(one, "todo", "wording.done")
    ):
        one.zone = Zone("task") if one.node.children else one.zone
        return
    if intending.means_to_read(one.node.words) and _only_links_below(one.node):
        judge.set_role(one, "label", Zone("reading", family="reading-label"))
        return
    judge.set_role(one, "topic", FREE if zone.scope in ("beneath", "heading") else zone)


def _ticked_off(node: Node) -> bool:
    """Whether a bullet ends in a word that it is done, as others of its list do ("compare the reads - done")."""
    if not states.said_done(node.words):
        return False
    beside = node.parent.children if node.parent else []
    return sum(each.kind == "bullet" and states.said_done(each.words) for each in beside) > 1


def _only_links_below(node: Node) -> bool:
    below = [child for child in node.children if child.kind == "bullet"]
    return bool(below) and all(sources.begins_with_link(child.raw) for child in below)


def _below_task(judge: Judge, one: Judged, zone: Zone) -> None:
    """Below a todo outside of any label: a question, a source, else context."""
    node = one.node
    if _worded(judge, one, zone):
        return
    linked = sources.only_links(node.raw) or sources.is_citation(node.words)
    judge.set_role(one, "source" if linked else "context", zone)


_UNBOXED = {
    "question": _question,
    "todo": _todo,
    "reading": _reading,
    "reading-deep": _reading_deep,
    "beneath": _beneath,
    "reference": _reference,
    "example": _example,
    "task": _below_task,
    "free": _free,
    "quote": _free,
}
