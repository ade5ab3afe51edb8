"""Ties: the Markdown links in a note that tie an item to an experiment, and what a line says without them.

A link is a tie when its target ends in `experiments/NAME/` or `experiments/NAME.py`, or is `studyctl:NAME`,
whether or not the path resolves; a fragment names a finding. Ties are no part of an item's text or identity, so
that linking a line changes neither.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from dataclasses import dataclass

from studyctl.core import states

_TARGET = re.compile(
    r"(?:studyctl:(?P<short>[^\s#/?]+)/?|(?:.*/)?experiments/(?P<path>[^\s#/?]+?)(?:/|\.py|/__init__\.py))"
    r"(?:#(?P<fragment>[^\s]*))?",
    re.DOTALL,
)
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")
# Bounded, so that a hostile line of brackets stays linear.
_LINK = re.compile(
    r"(?<!!)\[(?P<text>(?:[^\[\]\\\n]|\\.){0,400})\]\(\s{0,9}(?:<(?P<angle>[^<>\n]{1,2000})>"
    r"|(?P<bare>[^\s()<>]{1,2000}(?:\([^\s()<>]{0,200}\)[^\s()<>]{0,2000})?))"
    r"(?:\s{1,9}(?:\"[^\"\n]{0,400}\"|'[^'\n]{0,400}'))?\s{0,9}\)"
    r"|<(?P<auto>studyctl:[^\s<>]{1,200})>"
)
_BACKTICKS = re.compile(r"`+")
_BLANKS = re.compile(r"\s+")
_ANCHOR = re.compile(r"[ \t]+\^(sq-[A-Za-z0-9-]+)(?=\s*$)")
# The line that `answer --write` puts below a question: ours, never an item, never a person's answer.
_OWN_ANSWER = re.compile(r"<!--\s{0,9}studyctl:answer\b")


@dataclass(frozen=True, slots=True)
class TieSpan:
    """A tie in one line. `start:end` is what unlinking it removes: also the blank and parentheses around it."""

    experiment: str
    fragment: str
    target: str
    start: int
    end: int
    link_start: int  # the link by itself
    link_end: int


def experiment_of(target: str) -> tuple[str, str] | None:
    """Name (with hyphens) and fragment of the experiment that a link's target means; None for other links."""
    if "experiments/" not in target and not target.startswith("studyctl:"):
        return None
    found = _TARGET.fullmatch(target.strip())
    if not found:
        return None
    name = found["short"] or found["path"]
    if not _NAME.fullmatch(name):
        return None
    return name.replace("_", "-"), found["fragment"] or ""


def code_spans(text: str) -> list[tuple[int, int]]:
    """Where inline code stands in one line: a run of backticks up to the next run of the same length."""
    if "`" not in text:
        return []
    runs = [(m.start(), m.end()) for m in _BACKTICKS.finditer(text)]
    later: dict[int, list[int]] = {}
    for index, (start, end) in enumerate(runs):
        later.setdefault(end - start, []).append(index)
    spans: list[tuple[int, int]] = []
    index = 0
    while index < len(runs):
        start, end = runs[index]
        same = later[end - start]
        place = bisect_right(same, index)
        if place == len(same):
            index += 1
            continue
        spans.append((start, runs[same[place]][1]))
        index = same[place] + 1
    return spans


def find_ties(line_text: str) -> list[TieSpan]:
    """The ties of a line, in order; those inside inline code are no links."""
    if "experiments/" not in line_text and "studyctl:" not in line_text:
        return []
    code = code_spans(line_text)
    starts = [start for start, _ in code]
    links: list[tuple[int, int, str, tuple[str, str]]] = []
    for match in _LINK.finditer(line_text):
        target = match["angle"] or match["bare"] or match["auto"]
        named = experiment_of(target)
        place = bisect_right(starts, match.start()) - 1
        if named and not (place >= 0 and match.start() < code[place][1]):
            links.append((match.start(), match.end(), target, named))
    ties: list[TieSpan] = []
    for group in _groups(line_text, links):
        for index, (start, end, target, (name, fragment)) in enumerate(group.links):
            if len(group.links) == 1:
                cut = (group.start, group.end)
            elif index == 0:  # the first of several takes the comma behind it along
                cut = (start, group.links[1][0])
            else:
                cut = (group.links[index - 1][1], end)
            ties.append(TieSpan(name, fragment, target, *cut, start, end))
    return ties


def strip_ties(text: str) -> str:
    """The line as it was before anything was linked."""
    ties = find_ties(text)
    if not ties:
        return text
    links = [(t.link_start, t.link_end, t.target, (t.experiment, t.fragment)) for t in ties]
    pieces: list[str] = []
    at = 0
    for group in _groups(text, links):
        pieces.append(text[at : group.start])
        at = group.end
    pieces.append(text[at:])
    return "".join(pieces)


@dataclass(frozen=True, slots=True)
class _Group:
    """Ties that share a pair of parentheses, or a single one."""

    start: int
    end: int
    links: list[tuple[int, int, str, tuple[str, str]]]


def _groups(text: str, links: list[tuple[int, int, str, tuple[str, str]]]) -> list[_Group]:
    groups: list[_Group] = []
    index = 0
    while index < len(links):
        members = [links[index]]
        while index + len(members) < len(links):
            following = links[index + len(members)]
            if text[members[-1][1] : following[0]].strip(" \t,;·、"):
                break
            members.append(following)
        start, end = members[0][0], members[-1][1]
        enclosed = start > 0 and text[start - 1] in "(（" and text[end : end + 1] in (")", "）")
        if enclosed:
            groups.append(_Group(_before(text, start - 1), end + 1, members))
        else:
            groups += [_Group(_before(text, link[0]), link[1], [link]) for link in members]
        index += len(members)
    return groups


def _before(text: str, start: int) -> int:
    """Where the blanks before `start` begin."""
    while start > 0 and text[start - 1] in " \t":
        start -= 1
    return start


def anchor_of(text: str) -> str | None:
    """The explicit anchor at the end of a line (` ^sq-q3` gives "sq-q3")."""
    found = _ANCHOR.search(text) if "^sq-" in text else None
    return found.group(1) if found else None


def is_own_answer(raw: str) -> bool:
    """Whether studyctl wrote this line (`<!-- studyctl:answer Q1 -->` marks it)."""
    return "studyctl:answer" in raw and _OWN_ANSWER.search(raw) is not None


def insertion_point(raw: str) -> int:
    """Where in a line a link belongs: behind the words, before task metadata, block id and line end."""
    end = len(raw.rstrip())
    return states.tail_start(raw[:end])


def may_end_in_metadata(text: str) -> bool:
    """Whether a text has anything of what ties and task metadata are made of: most have not."""
    return states.TAIL_MAY.search(text) is not None or "experiments/" in text


def visible(text: str) -> str:
    """What a person reads of an item's text: no box, marker, tie, anchor, task metadata or strike-through."""
    text = states.strip_tail(strip_ties(text)).strip() if may_end_in_metadata(text) else text.strip()
    if text[:1].isalpha() and not "A" <= text[0] <= "Z" and text[:2] != "x ":
        return text
    text = states.strip_marker(states.strip_box(text))
    return states.unstruck(text)


def normalise(text: str) -> str:
    """What identity compares: the visible text in NFC, case folded, with single blanks."""
    folded = unicodedata.normalize("NFC", _BLANKS.sub(" ", visible(text))).casefold()
    return unicodedata.normalize("NFC", folded).strip()
