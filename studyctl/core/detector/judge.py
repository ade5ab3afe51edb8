"""What the judging of every kind of block shares: the labels, the zones that they open, and making a block an item.

Headings and tables are judged in `sections`, bullets in `lists`, those below a label of questions in `questions`;
paragraphs, quotes and callouts in `prose`. `detect` goes through the blocks in document order.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import replace

from studyctl.core import states, ties
from studyctl.core.detector import heads
from studyctl.core.detector.blocks import BOLD_LINE, Node
from studyctl.core.detector.habits import Signs
from studyctl.core.detector.items import FREE, Confidence, Item, Judged, Role, Zone
from studyctl.core.detector.labels import Label, head_of, is_column, label_of
from studyctl.core.detector.note_names import Listed, kind_of_note
from studyctl.core.detector.sources import is_citation, looks_like_paper, only_links, title_like
from studyctl.core.detector.statements import is_no_answer
from studyctl.core.models import Kind, Mark
from studyctl.core.scanner import Line

_WRAPPED = re.compile(r"(\*\*|__|\*|_)(?=\S)((?:(?!\1).)+)\1")
# How a person marks as a guess what stands below a question.
_GUESS = re.compile(
    r"(?:my |our |just a |wild )?guess\b|(?:내 |제 )?(?:추측|짐작)|아마도?\b|推測|たぶん|多分|おそらく"
    r"|(?:我的?)?猜(?:测|測|想)|(?:我猜)",
    re.IGNORECASE,
)

# The blocks that a mark of their writer's can make items, and what such an item makes of what stands below it.
_SIGNED = ("bullet", "para", "quote", "callout")
_BELOW_SIGNED: dict[Kind, Zone] = {
    "question": Zone("beneath"),
    "todo": Zone("task"),
    "reading": Zone("reading-deep"),
}
# Rules that go by the label above, and nothing else.
_BY_LABEL = ("learned.", "todo-label", "reading-label.child")
_BY_NAME = ("todo-label", "reading-label.child", "question-label")


class Judge:
    """What is known of one note so far, and what may be said of a block."""

    def __init__(
        self,
        lines: list[Line],
        extra: dict[str, Kind],
        signs: Signs | None,
        rules_off: Collection[str],
        listed: Listed | None = None,
    ) -> None:
        self.lines = lines
        self.extra = extra
        self.signs = signs
        self.off = tuple(rules_off)
        self.judged: list[Judged] = []
        self.by_node: dict[int, Judged] = {}
        self.parted: dict[int, bool] = {}  # by the node above a list of readings: whether its bullets are topics
        # What stands over all of it: what the note's own name says that it lists.
        self.ground = FREE
        if listed and self.on("note-name"):
            self.ground = Zone(listed, family=f"{listed}-label", named=True)

    def place(self, node: Node) -> Judged:
        """A block where it stands, with nothing said of it yet."""
        one = self._placed(node)
        self.by_node[id(node)] = one
        self.judged.append(one)
        return one

    def _placed(self, node: Node) -> Judged:
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
        return one.above.zone if one.above else self.ground

    def on(self, rule: str) -> bool:
        """Whether a rule is on: neither it nor its family was turned off."""
        return not self.off or not any(rule == off or rule.startswith(f"{off}.") for off in self.off)

    def label(self, node: Node) -> Label | None:
        """The label that a block is; a weak one only where the bullets below it look like it."""
        label = label_of(node.prose, self.extra)
        if label is not None and node.level >= BOLD_LINE and only_links(node.raw):
            label = None  # "[ref](…)" alone on its line leads there
        if label is not None and label.scope == "todo" and _names_more(node):
            label = None
        if label is None:
            # What is known of the whole note is surer than what was learnt from others.
            learnt = self.ground is FREE and self.on("learned")
            return heads.head_label(node, learnt=learnt) if node.children else None
        if label.loose and label.scope == "todo" and node.children:
            below = [child for child in node.children if child.kind == "bullet"]
            return heads.READING if below and heads.mostly_works(below) else label
        head = head_of(node.prose) if label.weak else None
        if not label.weak or (head is not None and head.sure and head.scope == label.scope):
            return label
        below = [child for child in node.children if child.kind == "bullet"]
        if label.scope == "reading" and heads.boxed_works(below):
            return label
        papers = sum(looks_like_paper(child.raw, child.words) or len(child.words.split()) <= 2 for child in below)
        said = sum(child.says and not title_like(child.words) for child in below)
        return label if below and 2 * papers >= len(below) and not said else None

    def labelled(self, label: Label, node: Node) -> Zone:
        """The zone that a label opens."""
        above = self.by_node.get(id(node.parent))
        over = above.zone if above else self.ground
        if label.scope == "todo" and over.scope == "reading" and not label.by_words:
            return replace(over, mark=label.mark)  # the part of a reading list that is still to be read, or was
        if label.scope == "todo" and label.mark == "done" and over.scope == "todo" and not over.by_words:
            return replace(over, mark="done")
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
        if self.ground is not FREE and rule.startswith(_BY_NAME) and self.zone(one).named:
            rule = f"note-name.{kind}"
        number = one.node.line.number if line is None else line
        last = self.lines[one.node.last].number
        one.item = Item(kind, rule, shown, number, last, state.mark, also, confidence)
        one.role = "item"
        return True

    def signed(self, one: Judged) -> bool:
        """Make a block an item by a mark of its writer's, where it has one: a box beside it says its state."""
        node = one.node
        if self.signs is None or node.kind not in _SIGNED or self.zone(one).scope in ("toc", "quote"):
            return False
        found = self.signs.of(node.raw)
        if found is None:
            return False
        also: Kind | None = "todo" if found.kind == "question" and node.line.box is not None else None
        if not self.put(one, found.kind, "own-mark", text=found.words, also=also, box=node.line.box):
            return False
        one.zone = _BELOW_SIGNED[found.kind]
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


def _names_more(node: Node) -> bool:
    """Whether a label is the title of a note with sections of its own: "Exam prep" is what all of it is for.

    A title that would be a name of such a note ("Todo") means what it says.
    """
    if node.level != 1 or not heads.is_title(node) or kind_of_note(node.prose) == "todo":
        return False
    return sum(child.kind == "heading" and child.level < BOLD_LINE for child in node.children) > 1


def unwrapped(text: str) -> str:
    """The text without emphasis around the whole of it."""
    found = _WRAPPED.fullmatch(text) if text[:1] in "*_" else None
    return found.group(2) if found else text
