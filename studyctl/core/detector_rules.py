"""Judges every block of a note, in document order: the shared part, headings and tables.

Bullets are judged in `detector_lists`, those below a label of questions in `detector_questions`; paragraphs, quotes and
callouts in `detector_prose`.
"""

from __future__ import annotations

import re
from collections.abc import Collection

from studyctl.core import detector_heads, detector_lists, detector_prose, states, ties, wording
from studyctl.core.blocks import BOLD_LINE, Node, question_prefix
from studyctl.core.detector_items import FREE, Confidence, Item, Judged, Role, Zone
from studyctl.core.labels import Label, head_of, is_bare_question, is_column, label_of
from studyctl.core.models import Kind, Mark
from studyctl.core.scanner import Line
from studyctl.core.sources import is_citation, looks_like_paper, only_links, title_like
from studyctl.core.statements import is_no_answer

_WRAPPED = re.compile(r"(\*\*|__|\*|_)(?=\S)((?:(?!\1).)+)\1")
_NOUN = re.compile(r"question|질문|의문|물음|궁금|質問|疑問|问题|問題|疑问", re.IGNORECASE)
# What a cell says that holds nothing.
_EMPTY_CELL = re.compile(
    r"[(（]?(?:없음|없다|無し?|なし|特になし|无|無|没有|沒有|none|n/?a|nil|nothing)[)）]?\W*", re.IGNORECASE
)
# Columns of a table that answer nothing.
_OTHER_COLUMN = re.compile(
    r"(?:#|no\.?|id|date|status|state|done|priority|tags?|topic|category|owner|who|when|source"
    r"|ref(?:erence)?s?|link|날짜|상태|번호|분류|주제|비고|출처|중요도|우선순위|日付|状態|番号|分類|備考"
    r"|出典|日期|状态|狀態|编号|分类|备注|來源|来源)",
    re.IGNORECASE,
)

_TASK_COLUMN = re.compile(
    r"(?:action )?(?:items?|tasks?|actions?|what|to ?do)|할 ?일|내용|업무|작업|항목|タスク|作業|内容|やること|項目"
    r"|事项|事項|任务|任務|内容|待办|待辦|行动项",
    re.IGNORECASE,
)

# How a person marks as a guess what stands below a question.
_GUESS = re.compile(
    r"(?:my |our |just a |wild )?guess\b|(?:내 |제 )?(?:추측|짐작)|아마도?\b|推測|たぶん|多分|おそらく"
    r"|(?:我的?)?猜(?:测|測|想)|(?:我猜)",
    re.IGNORECASE,
)

# Rules that go by the label above, and nothing else.
_BY_LABEL = ("learned.", "todo-label", "reading-label.child")


class Judge:
    """Goes through the blocks of one note."""

    def __init__(self, lines: list[Line], extra: dict[str, Kind], rules_off: Collection[str]) -> None:
        self.lines = lines
        self.extra = extra
        self.off = tuple(rules_off)
        self.judged: list[Judged] = []
        self.by_node: dict[int, Judged] = {}

    def judge(self, nodes: list[Node]) -> list[Judged]:
        for node in nodes:
            one = self._place(node)
            self.by_node[id(node)] = one
            self.judged.append(one)
            if node.kind == "bullet":
                detector_lists.judge_bullet(self, one)
            elif node.kind == "heading":
                self._heading(one)
            elif node.kind == "row":
                self._row(one)
            else:
                detector_prose.judge(self, one)
        return self.judged

    # -- shared ---------------------------------------------------------------------------------------------------

    def _place(self, node: Node) -> Judged:
        above = self.by_node.get(id(node.parent))
        if above is None:
            return Judged(node, None, None, ())
        if above.item is not None:
            return Judged(node, above, above, above.topic)
        topic = above.below
        if topic is None:
            topic = above.topic
            if above.node.kind in ("heading", "bullet", "callout") and above.role != "none" and above.node.text:
                topic = (*topic, above.node.text)
            above.below = topic
        return Judged(node, above, above.owner, topic)

    def zone(self, one: Judged) -> Zone:
        """What stands over a block."""
        return one.above.zone if one.above else FREE

    def on(self, rule: str) -> bool:
        """Whether a rule is on: neither it nor its family was turned off."""
        return not self.off or not any(rule == off or rule.startswith(f"{off}.") for off in self.off)

    def label(self, node: Node) -> Label | None:
        """The label that a block is; a weak one only where the bullets below it look like it."""
        label = label_of(node.prose, self.extra)
        if label is None:
            return detector_heads.head_label(node, learnt=self.on("learned")) if node.children else None
        if label.loose and label.scope == "todo" and node.children:
            below = [child for child in node.children if child.kind == "bullet"]
            return detector_heads.READING if below and detector_heads.mostly_works(below) else label
        head = head_of(node.prose) if label.weak else None
        if not label.weak or (head is not None and head.sure and head.scope == label.scope):
            return label
        below = [child for child in node.children if child.kind == "bullet"]
        if label.scope == "reading" and detector_heads.boxed_works(below):
            return label
        papers = sum(looks_like_paper(child.raw, child.words) or len(child.words.split()) <= 2 for child in below)
        said = sum(child.says and not title_like(child.words) for child in below)
        return label if below and 2 * papers >= len(below) and not said else None

    def labelled(self, label: Label, node: Node) -> Zone:
        """The zone that a label opens."""
        if label.scope == "todo" and label.mark == "done" and not self._on_board(node):
            return FREE  # a log says what was done
        if label.scope in ("question", "todo", "reading"):
            family = "learned" if label.learned else f"{label.scope}-label"
            return Zone(label.scope, label.mark, family, by_words=label.by_words)
        if label.scope in ("reference", "toc", "example"):
            return Zone(label.scope)
        return FREE

    def _on_board(self, node: Node) -> bool:
        """Whether a label such as "Done" is a column of a board, with those of what is open beside it."""
        beside = [each for each in (node.parent.children if node.parent else ()) if each.kind == node.kind]
        return any(is_column(each.prose) for each in beside)

    def put(
        self,
        one: Judged,
        kind: Kind,
        rule: str,
        *,
        text: str | None = None,
        also: Kind | None = None,
        confidence: Confidence = "high",
        mark: Mark = "open",
        line: int | None = None,
        box: str | None = None,
        marker: states.Marker | None = None,
    ) -> bool:
        """Make a block an item, unless its rule is off."""
        shown = unwrapped(one.node.text if text is None else ties.visible(text))
        if not self.on(rule) or not shown:
            return False
        state = states.state_of(box, marker, one.node.raw, mark)
        one.conflict = state.conflict
        if state.mark == "open" and kind in ("todo", "reading") and box is None and marker is None:
            state = states.State(states.said(one.node.words))
        if rule.startswith(_BY_LABEL) and self.zone(one).learned:
            rule, confidence = f"learned.{kind}", "low"
        number = one.node.line.number if line is None else line
        last = self.lines[one.node.last].number
        one.item = Item(kind, rule, shown, number, last, state.mark, also, confidence)
        one.role = "item"
        return True

    def set_role(self, one: Judged, role: Role, zone: Zone = FREE) -> None:
        one.role, one.zone = role, zone

    def answer(self, one: Judged, question: Judged, text: str, rule: str) -> bool:
        """Make a block a claim that answers a question."""
        one.owner = question
        if not self.put(one, "claim", rule, text=text):
            return False
        question.answered = question.answered or not _GUESS.match(one.node.words)
        one.zone = Zone("beneath")
        return True

    def below_question(self, one: Judged, zone: Zone, owner: Judged | None) -> None:
        """What stands beneath a question: a question of its own, a source, a claim, else context."""
        node = one.node
        if owner is not None:
            one.owner = owner
        holder = one.owner
        one.zone = zone
        asks = node.asks
        if only_links(node.raw) or (is_citation(node.words) and not (asks and asks.whole)):
            one.role = "source"
        elif asks and (asks.whole or (asks.rule == "wording.mark" and not node.says)):
            if not self.put(one, "question", asks.rule, confidence=asks.confidence):
                one.role = "context"
        elif is_no_answer(node.words) or not node.says:
            one.role = "context"
        elif self.put(one, "claim", "beneath-question.statement"):
            self.mark_answered(holder, one)
        else:
            one.role = "context"

    @staticmethod
    def mark_answered(holder: Judged | None, claim: Judged) -> None:
        """A claim answers the nearest question above it, unless it says that it is a guess."""
        if _GUESS.match(claim.node.words):
            return
        while holder is not None and holder.item is not None and holder.item.kind == "claim":
            holder = holder.owner
        if holder is not None and holder.item is not None and holder.item.kind == "question":
            holder.answered = True

    # -- headings -------------------------------------------------------------------------------------------------

    def _heading(self, one: Judged) -> None:
        node, zone = one.node, self.zone(one)
        label = self.label(node)
        if label is not None and zone.scope != "toc":
            self.set_role(one, "label", self.labelled(label, node))
            if label.scope == "answer" and zone.scope == "heading":
                one.zone, one.block = zone, -1
            elif label.scope in ("answer", "form"):
                one.zone = FREE
            return
        inherits = zone.scope in ("question", "todo", "reading", "reference", "toc", "example") and not zone.by_words
        inherited = zone if inherits else FREE
        self.set_role(one, "topic", inherited)
        if zone.scope in ("toc", "reference", "quote", "example") or not node.words:
            return
        marker = node.marker
        if marker and node.text and self.put(one, "todo", "marker", marker=marker):
            one.zone = Zone("todo", family="todo-label") if node.level > BOLD_LINE else Zone("task")
            return
        begin = question_prefix(node.prose)
        rest = node.raw[begin:].strip() if begin else ""
        if rest and (wording.question(rest) or wording.is_prompt(rest)) and self.put(one, "question", "qa", text=rest):
            one.zone = Zone("heading")
            return
        if self._asks(node) and zone.scope != "reading":
            rule = f"{zone.family}.wording" if zone.scope == "question" else "heading.question"
            asks = node.asks
            confidence: Confidence = asks.confidence if asks else "high"
            if self.put(one, "question", rule, confidence=confidence, mark=zone.mark):
                one.zone = Zone("heading")
                return
        if zone.scope != "reading":
            return
        if (title_like(node.words) or is_citation(node.words)) and not self._holds_papers(node):
            one.zone = Zone("reading-deep") if self.put(one, "reading", "reading-label.child") else inherited

    def _asks(self, node: Node) -> bool:
        """Whether a heading stands alone as a question."""
        words = node.words
        asks = wording.question(words)
        if asks is None or not asks.whole or len(words) > 160 or asks.rule == "wording.doubt":
            return False
        if asks.rule == "wording.ending" and words.isascii():
            return False  # "How it works", "Which ports are open" name what follows
        if is_bare_question(node.prose) or wording.to_reader(words) or only_links(node.raw):
            return False
        return not (node.level == 1 and title_like(words))

    @staticmethod
    def _holds_papers(node: Node) -> bool:
        return any(child.kind == "bullet" and looks_like_paper(child.raw, child.words) for child in node.children)

    # -- tables ---------------------------------------------------------------------------------------------------

    def _row(self, one: Judged) -> None:
        """A row of a table whose header says question; the answer stands in the cell beside it."""
        node = one.node
        scopes = [self._column(cell) for cell in node.header]
        if "question" not in scopes:
            if self.zone(one).scope == "todo" and (text := _task_of(node)):
                self.put(one, "todo", "table", text=text)
            return
        column = scopes.index("question")
        text = node.cells[column] if column < len(node.cells) else ""
        if (
            not text.strip(" .-…")
            or _EMPTY_CELL.fullmatch(text.strip())
            or not self.put(one, "question", "table", text=text)
        ):
            return
        beside = scopes.index("answer") if "answer" in scopes else column + 1
        if beside >= len(node.header) or _OTHER_COLUMN.fullmatch(node.header[beside].strip()):
            return
        said = node.cells[beside] if beside < len(node.cells) else ""
        if is_no_answer(said) or "?" in said[-2:]:
            return
        second = Judged(node, one, one, one.topic, second=True)
        if self.answer(second, one, said, "beneath-question.answer"):
            self.judged.append(second)

    def _column(self, header: str) -> str:
        if header.strip(" *_").casefold() in ("q", "question", "questions", "문제"):
            return "question"
        if header.strip(" *_").casefold() in ("a", "answer", "answers"):
            return "answer"
        label = label_of(header, self.extra) if header else None
        if label is None or (label.scope == "question" and not _NOUN.search(header)):
            return ""  # "Unclear?" is a property of its rows
        return label.scope


def _task_of(node: Node) -> str:
    """What is to be done, in a row of a table below a label of todos: the cell that names it, else the first."""
    named = next((k for k, header in enumerate(node.header) if _TASK_COLUMN.fullmatch(header.strip(" *_"))), None)
    if named is None or named >= len(node.cells):
        return ""
    return node.cells[named].strip(" .-…")


def unwrapped(text: str) -> str:
    """The text without emphasis around the whole of it."""
    found = _WRAPPED.fullmatch(text) if text[:1] in "*_" else None
    return found.group(2) if found else text
