"""The outline of a note: which line belongs below which heading, label line, bullet or paragraph.

Lists nest by indentation alone, as their writer sees them. A bold line and a line such as "TODO:" above a list count
as headings below the real ones. Paragraphs are cut into units where a line ends a sentence, so that a question and
the line that answers it stay apart.
"""

from __future__ import annotations

import re

from studyctl.core import states, ties
from studyctl.core.detector import bare_lines, folds, intending
from studyctl.core.detector.blocks import (
    BOLD_LINE,
    COLON_LINE,
    HARD_BREAK,
    Node,
    answer_prefix,
    question_prefix,
)
from studyctl.core.detector.labels import head_of, inline_label, label_of
from studyctl.core.detector.outline_heads import SENTENCE_END, Heads
from studyctl.core.detector.statements import is_statement
from studyctl.core.detector.wording import may_ask, question, question_ending
from studyctl.core.scanner import Line

# Also "** with blanks **", which its writer means to be bold.
_BOLD = re.compile(r"(\*\*|__)\s?(?=\S)(?:(?!\1).){1,120}\1\s*[:：]?$")
_ADDRESS = re.compile(r"<?(?:https?://|www\.)\S+$")
_SAID = re.compile(r"[^\s:：\[(]{1,10}(?: [A-Z][\w.]{0,10})?\s?[:：]\s?[^\s/]")
_ASKS = re.compile(r"(?:why|how|what|which|when|where|who|is|are|does|do|can|should)\b", re.IGNORECASE)
_NAME = 14  # characters of a line that is but a name of what follows
_EAST = "\u1100"  # the first letters of East Asia
_MOST_LINES = 200  # of one unit


def _in_turn(before: str, text: str) -> bool:
    """Whether two lines are said by two people ("Ann: …", "민수: …")."""
    return _SAID.match(text) is not None and _SAID.match(before) is not None


def _last_line(node: Node) -> str:
    """The last line of a unit."""
    return node.prose[node.starts[-1][0] :] if node.starts else node.prose


def _below(line: Line, above: Line) -> bool:
    """Whether a bullet stands below another: two columns deeper, or one where the kinds of their marks differ."""
    deeper = line.indent - above.indent
    return deeper >= 2 or (deeper == 1 and (line.bullet or "-")[0].isdigit() != (above.bullet or "-")[0].isdigit())


class Outline(Heads):
    """Builds the nodes of a note, in document order; a parent stands before its children."""

    def build(self) -> list[Node]:
        index = 0
        while index < len(self.lines):
            index = self._line(index)
        return self.nodes

    def _line(self, index: int) -> int:
        """Take one line (or a whole table); the index of the next one."""
        line = self.lines[index]
        if "studyctl:answer" in line.raw and ties.is_own_answer(line.raw):
            return index + 1  # as if it were not there: whatever it stands between reads as it did without it
        if self.mask.hidden[index]:
            self.frame.para = None
            self.gap = True
            if self.folded and folds.closes(line.text):
                self._unfold()
            return index + 1
        if line.text_start == line.text_end and line.bullet is None and line.level == 0:
            self.frame.para = None
            self.gap = True
            if not line.quote:
                self._leave_quote()
            return index + 1
        if line.quote:
            if self._enter_quote(index):
                return index + 1
        elif self.quoted:
            self._leave_quote()
        if line.rule:
            self._close_label_lines()
            self.frame.bullets, self.frame.para, self.frame.lead = [], None, None
            self.gap = True
            return index + 1
        if line.level:
            self._heading(index)
        elif line.bullet:
            self._bullet(index)
        elif "|" in line.text and self._is_table(index):
            return self._table(index)
        elif line.raw[line.text_start] in "<:" and self._fold(index):
            self.gap = True
            return index + 1
        else:
            self._text(index)
        self.gap = False
        return index + 1

    # -- headings and label lines ---------------------------------------------------------------------------------

    def _heading(self, index: int) -> None:
        self.block += 1
        node = self._node("heading", index, self.frame.sections[-1])
        node.level = self.lines[index].level
        self._push(node)

    def _close_label_lines(self) -> None:
        while self.frame.sections[-1].level >= BOLD_LINE:
            self.frame.sections.pop()

    # -- bullets --------------------------------------------------------------------------------------------------

    def _bullet(self, index: int) -> None:
        frame, line = self.frame, self.lines[index]
        lead = frame.lead
        if (
            lead is not None
            and not frame.bullets
            and (self._is_label_line(lead) or (not self.gap and self._heads_list(lead, index)))
        ):
            self._make_label(lead)
            lead = None
        while frame.bullets and not (
            _below(line, frame.bullets[-1].line) or self._heads_flat(index) or self._asked_above(line)
        ):
            frame.bullets.pop()
        if not frame.bullets and (lead is not None or self.gap or not self._list_open()):
            self.block += 1
        node = self._node("bullet", index, frame.bullets[-1] if frame.bullets else frame.sections[-1])
        if len(frame.bullets) == 0:
            node.lead, node.gap = (lead, self.gap) if lead is not None else self._lead_of_list()
        frame.bullets.append(node)
        frame.para = None
        frame.lead = None

    def _asked_above(self, line: Line) -> bool:
        """Whether a line without a mark that asks stands right over a bullet, which answers it then."""
        last = self.frame.bullets[-1]
        if self.gap or last.line.bullet is not None or line.bullet is None or line.indent < last.line.indent:
            return False
        return last.prose.rstrip().endswith(("?", "？"))

    def _list_open(self) -> bool:
        children = self.frame.sections[-1].children
        return bool(children) and children[-1].kind == "bullet"

    def _lead_of_list(self) -> tuple[Node | None, bool]:
        """The paragraph before the list that a bullet goes on, and whether a blank line parts the two."""
        children = self.frame.sections[-1].children
        before = children[-2] if len(children) > 1 else None
        return (before.lead, before.gap) if before is not None and before.kind == "bullet" else (None, False)

    # -- paragraphs -----------------------------------------------------------------------------------------------

    def _text(self, index: int) -> None:
        frame, line = self.frame, self.lines[index]
        text = self._texts(index)[1]
        if frame.listing is not None:
            if not self.gap and self._bare(index):
                return
            frame.listing = None
        if not self.gap and frame.para is not None:
            deeper = line.indent >= frame.para.line.indent + 2
            label = not frame.bullets and frame.para.line.indent < 2 and self._is_label_line(frame.para)
            if label and not deeper and (known := label_of(frame.para.prose, self.extra)) is not None and known.loose:
                label = False  # "내일 정리해둘 것" is something to do itself
            if label or (not frame.bullets and self._heads_lines(index, deeper)):
                label_line = frame.para
                self._make_label(label_line)
                self._begin(label_line, index)
            elif self._heads(index, text):
                self._new_paragraph(index)
            elif self._introduces(index, text):
                self.block += 1
                frame.para = frame.lead = self._node("para", index, frame.sections[-1])
            elif (
                self._begins_unit(text)
                or self._ended(frame.para)
                or (deeper and question(text) is not None)
                or _in_turn(frame.para.prose, text)
                or self._breaks(frame.para, line, text)
            ):
                parent = frame.para.parent
                assert parent is not None
                frame.para = frame.lead = self._node("para", index, parent)
            else:
                self._extend(frame.para, index)
            return
        if frame.bullets and not self.gap:
            self._behind_bullet(index, text)
            return
        if frame.bullets and line.indent >= 2:
            owner = next((b for b in reversed(frame.bullets) if b.line.indent < line.indent), None)
            if owner is not None:
                del frame.bullets[frame.bullets.index(owner) + 1 :]
                self.block += 1
                frame.para = self._node("para", index, owner)
                return
        section = frame.sections[-1]
        if section.level and not section.children and section.kind == "heading" and not frame.bullets:
            self._begin(section, index)
            return
        self._new_paragraph(index)

    def _breaks(self, para: Node, line: Line, text: str) -> bool:
        """Whether the line before this one of a paragraph ended on purpose."""
        before = _last_line(para)
        if len(before) <= _NAME and _SAID.match(text):
            return True  # "Points raised", then what each one said
        if not text.isascii() and question_ending(before) and question(text) is not None:
            return True  # two questions
        # Who begins a paragraph with a small letter begins each line so.
        small = "a" <= para.prose[:1] <= "z"
        return bare_lines.broken(before, text, indented=line.indent >= 2 or small)

    def _begin(self, label: Node, index: int) -> None:
        """The first line below a label: a paragraph, or the first of a list without marks."""
        if self._lists(label, index):
            self.block += 1
            self.frame.listing = label
            self._bare(index)
        else:
            self._new_paragraph(index)

    def _bare(self, index: int) -> bool:
        """Take a line of a list without marks; False where it ends such a list."""
        frame, line = self.frame, self.lines[index]
        label = frame.listing
        first = label.children[0].line if label is not None and label.children else line
        if label is None or (first.indent > label.line.indent >= line.indent):
            return False
        while frame.bullets and not _below(line, frame.bullets[-1].line):
            frame.bullets.pop()
        node = self._node("bullet", index, frame.bullets[-1] if frame.bullets else frame.sections[-1])
        frame.bullets.append(node)
        frame.para = frame.lead = None
        return True

    def _behind_bullet(self, index: int, text: str) -> None:
        """A line directly below a bullet: it goes on the bullet, unless it begins something of its own."""
        frame, line = self.frame, self.lines[index]
        bullet = frame.bullets[-1]
        labels = line.indent < 2 and (label_of(text, self.extra) is not None or text.endswith((":", "：")))
        if (labels and self._list_follows(index)) or self._heads(index, text):
            self._new_paragraph(index)
        elif line.indent >= 2 and line.indent == bullet.line.indent and bare_lines.broken(bullet.prose, text):
            frame.listing = bullet.parent
            frame.bullets.pop()
            self._bare(index)
        elif line.indent <= bullet.line.indent and bullet.line.tight and not line.quote:
            frame.para = self._node("para", index, bullet)
        elif (
            self._begins_unit(text)
            or self._ended(bullet)
            or not bullet.prose
            or self.mask.hidden[index - 1]
            or self._answered_by(bullet, text)
        ):
            if line.indent == 0 and line.quote == 0 and not answer_prefix(text) and _BOLD.fullmatch(text):
                self._new_paragraph(index)
            else:
                frame.para = self._node("para", index, bullet)
        elif line.indent > bullet.line.indent and bare_lines.broken(_last_line(bullet), text) and not text.isascii():
            frame.para = self._node("para", index, bullet)
        else:
            self._extend(bullet, index)

    def _introduces(self, index: int, text: str) -> bool:
        """Whether a line below others of its paragraph is a label, with its list right behind it."""
        if len(text) > 80 or self.lines[index].indent > 1 or self.frame.bullets:
            return False
        if index + 1 >= len(self.lines) or self.lines[index + 1].bullet is None:
            return False
        if _BOLD.fullmatch(text) is not None or label_of(text, self.extra) is not None:
            return True
        head = None if SENTENCE_END.search(text) else head_of(text)
        return head is not None and head.sure

    def _list_follows(self, index: int) -> bool:
        following = index + 1
        while following < len(self.lines) and self.lines[following].blank:
            following += 1
        return following < len(self.lines) and self.lines[following].bullet is not None

    def _ended(self, node: Node) -> bool:
        """Whether a unit is complete: a sentence, an address, or a hard line break ends it."""
        raw = self.lines[node.last].raw
        if len(node.starts) >= _MOST_LINES:
            return True
        if raw.endswith(("  ", "  \r")) or raw.rstrip().endswith("\\") or HARD_BREAK.search(raw):
            return True
        if self.signs is not None and self.signs.ends(_last_line(node)):
            return True
        last = states.strip_tail(_last_line(node))
        if " #" in last and last.rpartition(" ")[2][:1] == "#":
            return True  # tags end it
        if SENTENCE_END.search(last) is not None or _ADDRESS.match(last) is not None:
            return True
        if last[-1:] < _EAST or last[-1:] == "）" or not may_ask(last):
            return False  # in English, a question of one line has its mark
        asks = question(last)
        return asks is not None and asks.whole

    def _answered_by(self, node: Node, text: str) -> bool:
        """Whether an English question without its mark ends where the next line begins a sentence of its own."""
        if node.starts or len(node.prose) > 60 or not text[:1].isupper() or not _ASKS.match(node.prose):
            return False
        return is_statement(text)

    def _begins_unit(self, text: str) -> bool:
        """Whether a line begins something of its own: an answer, a question, a task."""
        return bool(
            answer_prefix(text)
            or _ADDRESS.match(text)
            or question_prefix(text)
            or (not text.isascii() and intending.may_intend(text) and intending.intends(text))
            or states.marker_of(text)
            or (len(text) < 400 and inline_label(text, self.extra))
            or (self.signs is not None and self.signs.on(text))
        )

    def _new_paragraph(self, index: int) -> None:
        frame = self.frame
        frame.bullets = []
        section = frame.sections[-1]
        if section.level >= COLON_LINE and any(child.kind == "bullet" for child in section.children):
            frame.sections.pop()
        self.block += 1
        node = self._node("para", index, frame.sections[-1])
        if _BOLD.fullmatch(node.prose.strip()) or self._heads(index, node.prose):
            self._make_section(node, BOLD_LINE)
        else:
            frame.para = frame.lead = node
