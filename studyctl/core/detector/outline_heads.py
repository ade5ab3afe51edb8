"""Which lines of a note head what stands below them, though Markdown does not say so.

Labels ("TODO:"), lines whose words say what they head, and those of which it was learnt from labelled lists; bullets
that head others as deep as themselves; heads of one's own making (◆, ★).
"""

from __future__ import annotations

import re
from itertools import pairwise

from studyctl.core.detector import bare_lines, folds
from studyctl.core.detector.blocks import COLON_LINE, HARD_BREAK, NAME_LINE, Node, answer_prefix
from studyctl.core.detector.labels import head_of, label_of
from studyctl.core.detector.outline_parts import Builder
from studyctl.core.detector.wording import question
from studyctl.core.scanner import Line

SENTENCE_END = re.compile(
    r"[.?!。？！…][\"'”’)\]」』*_~]*$|(?:[가-힣]다|[가-힣]요|[가-힣]까|[하보두]자|[있없]음"
    r"|[함됨]|모름|[할볼둘올갈] ?것|[하보두넣쓰가오내]기)[)\]\"'”’]*$"
)
_STATED = re.compile(r"[.。!！][\"'”’)\]」』]*$|[가-힣](?:다|요)$")
_LONGEST_HEAD = 60  # characters, with markup
_MOST_AHEAD = 40  # lines that are looked at to tell whether a line heads a list


def _broken(listed: list[str]) -> bool:
    """Whether some lines without marks are several things, each on a line of its own, and no sentences."""
    if len(listed) < 2 or any(_STATED.search(text) for text in listed):
        return False
    return all(bare_lines.broken(*two, indented=True) for two in pairwise(listed))


def _flat(line: Line, above: Line) -> bool:
    """Whether a bullet stands as deep as another, and has another mark ("1. topic", then "- point")."""
    return line.indent == above.indent and _mark(line) != _mark(above)


def _mark(line: Line) -> str:
    """What kind of mark a bullet has: all numbers and letters are of one kind."""
    mark = line.bullet or "-"
    return "1" if len(mark) > 1 or mark.isalnum() else mark


class Heads(Builder):
    """Tells heads; how the lines below them are taken is for `outline`."""

    def _is_label_line(self, node: Node) -> bool:
        """Whether a paragraph of one line introduces the list (or the lines) behind it."""
        if node.starts or node.kind != "para" or answer_prefix(node.prose):
            return False
        return node.prose.endswith((":", "：")) or label_of(node.prose, self.extra) is not None

    def _told(self, head: str, texts: list[str]) -> bool:
        """Whether a line heads some others, as was learnt from labelled lists; one that asks heads none."""
        return bool(texts) and bool(self.told(head, texts)) and question(head) is None

    def _may_head(self, node: Node, kind: str = "para") -> bool:
        """Whether a paragraph of one line is such that it could head what stands behind it, if its words do."""
        short = node.kind == kind and not node.starts and len(node.prose) <= _LONGEST_HEAD
        if answer_prefix(node.prose) or (self.signs is not None and self.signs.on(node.prose)):
            return False  # "-> the strap needs a handle" is one of its kind itself
        return short and not (SENTENCE_END.search(node.prose) or HARD_BREAK.search(node.raw))

    def _heads_list(self, node: Node, index: int) -> bool:
        """Whether a line heads the bullets from this one on by its words or theirs, though it is no label's name."""
        return self._may_head(node) and self._heads_words(node, self._marked(index))

    def _heads_words(self, node: Node, listed: list[str]) -> bool:
        return head_of(node.prose) is not None or self._told(node.prose, listed)

    def _marked(self, index: int) -> list[str]:
        """The texts of the first bullets of a list that begins here, those that stand as deep as its first."""
        first, found = self.lines[index].indent, []
        for at in range(index, min(index + _MOST_AHEAD, len(self.lines))):
            line = self.lines[at]
            if line.blank or line.level or self.mask.hidden[at] or line.indent < first:
                break
            if line.bullet is not None and line.indent == first:
                if _flat(line, self.lines[index]):
                    break
                found.append(self._texts(at)[1])
        return found

    def _lists(self, label: Node, index: int) -> bool:
        """Whether the lines from this one on are a list without marks below a label."""
        known = label_of(label.prose, self.extra)
        head = head_of(label.prose) if known is None else None
        if known is None and (head is None or not head.sure):
            listed = self._bare_lines(index)
            if self._indented(label, index, listed):
                return len(listed) > 1 and not any(_STATED.search(text) for text in listed)
            return _broken(listed) and self._told(label.prose, listed)
        scope = head.scope if head is not None else known.scope if known is not None and not known.weak else ""
        if scope not in ("question", "todo", "reading"):
            return False
        listed = self._bare_lines(index, scope)
        if scope == "question" and any(_STATED.search(text) for text in listed):
            return False  # sentences, of which some answer others
        return len(listed) > 1 or (len(listed) == 1 and not self.gap)

    def _bare_lines(self, index: int, scope: str = "") -> list[str]:
        longest = bare_lines.LONGEST_WORK if scope == "reading" else bare_lines.LONGEST
        return bare_lines.listed(self.lines, self.mask.hidden, index, longest)

    def _indented(self, label: Node, index: int, listed: list[str]) -> bool:
        """Whether a line that ends in a colon has the lines behind it indented below it."""
        inner = [line for line in self.lines[index : index + len(listed)] if line.indent < label.line.indent + 2]
        return not inner and label.prose.endswith((":", "："))

    def _make_label(self, node: Node) -> None:
        """Make a label line a section; one that is but a name ("Ann:") stands below one that is a label."""
        self._make_section(node, COLON_LINE if label_of(node.prose, self.extra) else NAME_LINE)

    def _heads(self, index: int, text: str) -> bool:
        """Whether a line heads what follows, in a note that has headings of its own making."""
        if text[:1] not in folds.HEAD_FIRST or self.lines[index].indent > 1 or SENTENCE_END.search(text.rstrip("】]")):
            return False
        return folds.heads(text, self.lines[index + 1].text if index + 1 < len(self.lines) else "")

    def _heads_flat(self, index: int) -> bool:
        """Whether the last bullet heads the ones from this one on, which stand as deep and have another mark."""
        line, bullets = self.lines[index], self.frame.bullets
        above = bullets[-1]
        boxes = line.box is not None and above.line.box is None and not above.children
        if boxes:  # a blank line may part them, and their marks may be the same
            if line.indent != above.line.indent:
                return False
        elif self.gap or not _flat(line, above.line):
            return False
        if above.line.box is not None or not self._may_head(above, "bullet"):
            return False
        if any(not _flat(line, each.line) for each in bullets if each.line.indent == line.indent):
            return False  # the marks take turns: this one goes on with the outer list
        listed = self._marked(index)
        return above.children != [] or (len(listed) > 1 and self._heads_words(above, listed))

    def _heads_lines(self, index: int, deeper: bool) -> bool:
        """Whether the paragraph of one line before this one heads lines without marks, by its words or theirs."""
        para = self.frame.para
        if para is None or not self._may_head(para):
            return False
        head = head_of(para.prose)
        if head is not None and deeper:
            return True
        above = para.before or para.parent
        assert above is not None
        if above.block == para.block or (above.kind != "root" and above.line.number + 1 == para.line.number):
            return False  # the first line of its block only, and not one that stands below a head itself
        listed = self._bare_lines(index, head.scope if head is not None and head.sure else "")
        if head is not None and head.sure:
            return len(listed) > 1 and not any(_STATED.search(text) for text in listed)
        return _broken(listed) and self._told(para.prose, listed)
