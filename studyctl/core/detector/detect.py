"""What a note says: its questions, todos, readings and claims, each with the rule that found it.

`detect` is the entry. The steps: lines (`scanner`), what is no prose (`masking`), which block belongs below which
(`outline`), what each block is (`judge`, and by kind `sections`, `lists` and `prose`), which questions the note answers
itself, and the found items.
"""

from __future__ import annotations

from collections.abc import Callable

from studyctl.core import markup, scanner, ties
from studyctl.core.detector import learned, lists, masking, prose, sections, sources
from studyctl.core.detector.habits import NONE, Habits
from studyctl.core.detector.items import Judged
from studyctl.core.detector.judge import Judge
from studyctl.core.detector.note_names import kind_of_note
from studyctl.core.detector.outline import Outline
from studyctl.core.detector.rules import SENTENCES
from studyctl.core.models import Detail, Found, Mark, NoteProblem, Reading, Role, Tie

# Every rule that an item can carry, with the sentence that explains it.
RULES: dict[str, str] = SENTENCES

# Paragraphs, quotes and callouts are prose.
_JUDGED_BY: dict[str, Callable[[Judge, Judged], None]] = {
    "heading": sections.judge_heading,
    "row": sections.judge_row,
    "bullet": lists.judge_bullet,
}
_CLOSED: frozenset[Mark] = frozenset({"noted", "done", "dropped"})


def detect(source: bytes | str, note: str, habits: Habits = NONE) -> Reading:
    """Read one note, by the rules for everybody's notes and by its writer's own habits."""
    lines, judged = judge_note(source, note, habits)
    _answered(judged)
    found = _found(judged)
    return Reading(note, found, tuple(_problems(note, source, lines, judged)))


def judge_note(source: bytes | str, note: str, habits: Habits = NONE) -> tuple[list[scanner.Line], list[Judged]]:
    """The lines of a note, and what each of its blocks is, in document order."""
    text = scanner.decode(source)
    lines = scanner.scan(text)
    heads, signs = habits.heads(), habits.signs()
    judge = Judge(lines, heads, signs, habits.rules_off, kind_of_note(note))
    told = learned.told if judge.on("learned") else learned.nothing
    for node in Outline(lines, masking.mask(text, lines), heads, told, signs).build():
        one = judge.place(node)
        if signs is None or not judge.signed(one):
            _JUDGED_BY.get(node.kind, prose.judge)(judge, one)
    return lines, judge.judged


def _answered(judged: list[Judged]) -> None:
    """Mark as noted every question that the note answers, and below which no question is open."""
    for one in reversed(judged):
        item = one.item
        if item is None:
            continue
        holds_open = one.open_below
        if item.kind == "question":
            if item.mark == "open" and one.answered and not holds_open:
                item.mark = "noted"
            if item.mark not in _CLOSED:
                holds_open = True
        above = one.owner_item()
        if above is not None and holds_open and not _apart(one, above):
            above.open_below = True


def _apart(one: Judged, above: Judged) -> bool:
    """Whether a block stands below a heading that is a question, but behind what answers it."""
    return above.zone.scope == "heading" and above.block != one.node.block


def _found(judged: list[Judged]) -> tuple[Found, ...]:
    index = {id(one): number for number, one in enumerate(j for j in judged if j.item)}
    details: dict[int, list[Detail]] = {}
    extra_ties: dict[int, list[Tie]] = {}
    for one in judged:
        holder = one if one.item else one.owner_item()
        if holder is None:
            continue
        if one.role in ("context", "source", "answer") and one.item is None:
            details.setdefault(id(holder), []).append(_detail(one))
        elif one.item is not None:
            details.setdefault(id(holder), []).extend(_own_details(one))
        if one.item is None and one.only_ties:
            extra_ties.setdefault(id(holder), []).extend(_ties(one))
    found: list[Found] = []
    for one in judged:
        item = one.item
        if item is None:
            continue
        above = one.owner_item()
        found.append(
            Found(
                kind=item.kind,
                also=item.also,
                text=item.text,
                norm=ties.normalise(item.text),
                line=item.line,
                last_line=item.last_line,
                parent=None if above is None else index[id(above)],
                topic=one.topic,
                mark=item.mark,
                box=one.node.line.box if one.node.kind == "bullet" else None,
                rule=item.rule,
                confidence=item.confidence,
                ties=(*([] if one.second else _ties(one)), *extra_ties.get(id(one), ())),
                details=tuple(details.get(id(one), ())),
                anchor=None if one.second else one.node.anchor,
            )
        )
    return tuple(found)


def _ties(one: Judged) -> list[Tie]:
    return [Tie(span.experiment, span.fragment, span.target, line) for line, span in one.node.ties]


def _detail(one: Judged) -> Detail:
    role: Role = "source" if one.role == "source" else "answer" if one.role == "answer" else "context"
    url = None
    if role == "source":
        targets = markup.links(one.node.raw)
        url = targets[0].target if targets else None
    return Detail(role, one.node.line.number, one.text, url)


def _own_details(one: Judged) -> list[Detail]:
    """The links within an item's own text, and the answer that stands on its line."""
    assert one.item is not None
    line = one.item.line
    links = [] if one.second else markup.links(one.node.raw)
    own = [Detail("source", line, link.text or link.target, link.target) for link in links]
    if not links and (named := sources.published(one.node.raw)):
        own.append(Detail("source", line, named, None))
    if one.inline_answer:
        own.append(Detail("answer", line, one.inline_answer))
    return own


def _problems(note: str, source: bytes | str, lines: list[scanner.Line], judged: list[Judged]) -> list[NoteProblem]:
    problems = [
        NoteProblem(note, one.item.line, f"its state is unknown: {one.conflict}")
        for one in judged
        if one.item is not None and one.conflict
    ]
    if isinstance(source, bytes):
        broken = [line.number for line in lines if not line.raw.isascii() and scanner.escaped(line.raw)]
        if broken:
            more = f" (and {len(broken) - 1} more lines)" if len(broken) > 1 else ""
            problems.append(NoteProblem(note, broken[0], f"this line is not UTF-8{more}"))
    problems.sort(key=lambda problem: problem.line)
    return problems
