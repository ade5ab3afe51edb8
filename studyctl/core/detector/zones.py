"""What stands over a bullet: a label, the question before its list, or a line that means to read what follows."""

from __future__ import annotations

from studyctl.core.detector import intending, sources, wording
from studyctl.core.detector.blocks import Node
from studyctl.core.detector.items import FREE, Judged, Zone
from studyctl.core.detector.judge import Judge

# What says that something is not understood, or to be done, is rarely followed by its answer.
NOT_ANSWERED_BELOW = frozenset({"wording.doubt", "wording.embedded", "marker.question"})
_LONGEST_LEAD = 120


def zone_of(judge: Judge, one: Judged) -> Zone:
    """What stands over a bullet; a question directly before its list, or in the heading, is what it stands beneath."""
    node, zone = one.node, judge.zone(one)
    if zone.scope == "heading":
        above = one.above
        assert above is not None
        if above.block in (-1, node.block) or _goes_on_answering(above, node):
            above.block = node.block
            return Zone("beneath")
        return FREE
    lead = judge.by_node.get(id(node.lead)) if node.lead else None
    if lead is not None and zone.scope in ("free", "quote") and _to_be_read(lead.node, node):
        return Zone("reading", family="reading-label")
    if lead is None or not lead.is_question or zone.scope not in ("free", "question"):
        return zone
    if node.gap and (zone.scope == "question" or not _answering(lead, node)):
        return zone
    if not node.gap and zone.scope == "free" and _logs(lead, node):
        return zone
    one.owner = lead
    return Zone("beneath")


def _goes_on_answering(above: Judged, node: Node) -> bool:
    """Whether a list further down in a section whose heading asks says more of the answer."""
    return above.answered and above.is_question and node.says and node.asks is None


def _to_be_read(lead: Node, node: Node) -> bool:
    """Whether a line before a list says that its writer means to read what is listed, and this is something to read."""
    if not (sources.begins_with_link(node.raw) or sources.looks_like_paper(node.raw, node.words)):
        return False
    return intending.means_to_read(lead.words) and len(lead.words) <= _LONGEST_LEAD


def _logs(lead: Judged, node: Node) -> bool:
    """Whether a question is but the last remark of a line of a log, and the list below it goes on with the log."""
    beside = node.parent.children if node.parent else []
    pieces = wording.sentences(lead.node.words)
    several = sum(each.kind == "bullet" and each.block == node.block for each in beside) > 1
    return several and len(pieces) > 1 and wording.question(pieces[0]) is None


def _answering(lead: Judged, node: Node) -> bool:
    """Whether a list that a blank line parts from a question answers it: its first bullet states something."""
    if lead.item is not None and lead.item.rule in NOT_ANSWERED_BELOW:
        return False
    if lead.block == -1:
        alone = len(wording.sentences(lead.node.words)) == 1
        stated = alone and node.says and node.asks is None
        if lead.item is not None and lead.item.rule == "qa":  # what it says itself to be a question has an answer
            beside = node.parent.children if node.parent else []
            stated = any(each.says for each in beside if each.kind == "bullet" and each.block == node.block)
        lead.block = node.block if stated else -2
    return lead.block == node.block
