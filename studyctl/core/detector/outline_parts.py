"""What the outline of a note is built with: nodes in sections, and the parts that have their own marks.

Quotes, callouts, tables and what can be folded say themselves where they begin and end; `outline` decides about lines
of text and bullets.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from studyctl.core import ties
from studyctl.core.detector import folds, learned, tables
from studyctl.core.detector.blocks import BOLD_LINE, Node, NodeKind
from studyctl.core.detector.habits import Signs
from studyctl.core.detector.masking import Mask
from studyctl.core.models import Kind
from studyctl.core.scanner import Line, columns

_CALLOUT = re.compile(r"\[!([A-Za-z][\w-]{0,30})(?:\|[^\[\]]{0,80})?\]([+-])?\s*")


@dataclass(slots=True)
class Frame:
    """Where the builder stands, within the note or within one quote."""

    sections: list[Node]
    bullets: list[Node] = field(default_factory=list)
    para: Node | None = None  # the unit that the next line may go on
    lead: Node | None = None  # the last paragraph, while nothing else came behind it
    listing: Node | None = None  # the label below which each line is a thing of its own


class Builder:
    """Holds the nodes in document order, and where the next line stands."""

    def __init__(
        self,
        lines: list[Line],
        mask: Mask,
        extra: dict[str, Kind],
        told: Callable[[str, Sequence[str]], object] = learned.told,
        signs: Signs | None = None,
    ) -> None:
        self.lines = lines
        self.mask = mask
        self.extra = extra
        self.signs = signs  # what its writer marks lines with
        self.told = told  # whether a line heads some others, where no rule says so
        self.nodes: list[Node] = []
        self.block = 0
        self.gap = True  # a blank line, or something hidden, stands before
        blank = Line(0, 0, 0, "", 0, 0, None, 0, 0, None, -1, -1, 0, 0, 0, 0)
        self.root = Node("root", -1, blank, None, "", "", -1)
        self.outer = Frame([self.root])
        self.frame = self.outer
        self.quoted: Node | None = None
        self.folded: list[Node | None] = []  # what is open of `<details>` and ":::", None for one without a title

    def _node(self, kind: NodeKind, index: int, parent: Node, skip: int = 0) -> Node:
        line = self.lines[index]
        raw, prose, spans = self._texts(index, skip)
        node = Node(kind, index, line, parent, raw, prose, index, self.block)
        if spans:
            node.ties = [(line.number, span) for span in spans]
        if "^sq-" in line.raw:
            node.anchor = ties.anchor_of(line.raw)
        if parent.children:
            node.before = parent.children[-1]
        parent.children.append(node)
        self.nodes.append(node)
        return node

    def _texts(self, index: int, skip: int = 0) -> tuple[str, str, list[ties.TieSpan]]:
        """A line's text and its prose, both without ties, and the ties."""
        line = self.lines[index]
        raw = line.raw[line.text_start + skip : line.text_end]
        prose = self.mask.prose(index, line)[skip:] if index in self.mask.spans else raw
        if "experiments/" not in raw and "studyctl:" not in raw:
            return raw, prose, []
        spans = ties.find_ties(prose)
        return ties.strip_ties(raw).rstrip(), ties.strip_ties(prose).rstrip(), spans

    def _extend(self, node: Node, index: int) -> None:
        """Let a line go on the unit that stands before it."""
        raw, prose, spans = self._texts(index)
        node.starts.append((len(node.prose) + 1, index))
        node.raw += " " + raw
        node.prose += " " + prose
        node.last = index
        node.ties += [(self.lines[index].number, span) for span in spans]
        node.anchor = node.anchor or ties.anchor_of(self.lines[index].raw)

    # -- sections and what can be folded ---------------------------------------------------------------------------

    def _push(self, node: Node) -> None:
        """Make a node the section that what follows belongs to."""
        sections = self.frame.sections
        while len(sections) > 1 and sections[-1].level >= node.level:
            sections.pop()
        if node.parent is not sections[-1]:
            assert node.parent is not None
            node.parent.children.pop()  # it came last
            node.parent = sections[-1]
            node.before = sections[-1].children[-1] if sections[-1].children else None
            sections[-1].children.append(node)
        sections.append(node)
        self.frame.bullets, self.frame.para, self.frame.lead = [], None, None

    def _make_section(self, node: Node, level: int) -> None:
        node.kind, node.level = "heading", level
        self._push(node)

    def _fold(self, index: int) -> bool:
        """A line that opens or closes something to be folded; its title heads what is in it."""
        text = self.lines[index].text
        if folds.closes(text):
            self._unfold()
            return True
        title = folds.opened(text)
        if not title:
            if title is not None:
                self.folded.append(None)
            return title is not None
        self.block += 1
        node = self._node("heading", index, self.frame.sections[-1])
        node.raw = node.prose = title
        node.level = BOLD_LINE
        self._push(node)
        self.folded.append(node)
        return True

    def _unfold(self) -> None:
        """Leave what was folded, for the section around it."""
        node = self.folded.pop() if self.folded else None
        sections = self.frame.sections
        self.frame.bullets, self.frame.para, self.frame.lead = [], None, None
        if node is not None and node in sections:
            del sections[sections.index(node) :]

    # -- quotes, callouts, tables ---------------------------------------------------------------------------------

    def _enter_quote(self, index: int) -> bool:
        """Go into the quote that a line belongs to; True when the line is a callout's title."""
        line = self.lines[index]
        callout = _CALLOUT.match(line.text)
        if self.quoted is not None and not callout and (not self.gap or self.lines[index - 1].quote):
            return False
        self._leave_quote()
        raw = line.raw
        margin = columns(raw[: len(raw) - len(raw.lstrip(" \t"))])
        outer = self.outer
        owner: Node = outer.sections[-1]
        if outer.bullets and margin >= 2:
            owner = next((b for b in reversed(outer.bullets) if b.line.indent < margin), owner)
        else:
            outer.bullets = []
        outer.para = outer.lead = None
        self.block += 1
        if callout:
            node = self._node("callout", index, owner, skip=callout.end())
            node.callout = callout.group(1).casefold()
        else:
            node = self._node("quote", index, owner)
            node.raw = node.prose = ""
            node.ties = []
        self.quoted = node
        self.frame = Frame([node])
        self.gap = True
        return callout is not None

    def _leave_quote(self) -> None:
        if self.quoted is not None:
            self.quoted = None
            self.frame = self.outer
            self.gap = True

    def _is_table(self, index: int) -> bool:
        if index + 1 >= len(self.lines) or self.mask.hidden[index + 1]:
            return False
        following = self.lines[index + 1]
        return tables.delimits(following.raw, following.text)

    def _table(self, index: int) -> int:
        header = tables.cells(self.lines[index].text, self.mask.prose(index, self.lines[index]))
        self.block += 1
        self.frame.bullets, self.frame.para, self.frame.lead = [], None, None
        index += 2
        while index < len(self.lines):
            line = self.lines[index]
            if self.mask.hidden[index] or "|" not in line.text or line.quote != self.lines[index - 1].quote:
                break
            row = self._node("row", index, self.frame.sections[-1])
            row.cells, row.header = tables.cells(line.text, self.mask.prose(index, line)), header
            index += 1
        self.gap = True
        return index
