"""Random edits of a note, ours and other programs', against a plain list of lines; and all of ours taken back."""

from __future__ import annotations

import re
import shutil
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from studyctl.config import Workspace
from studyctl.core.adding import add
from studyctl.core.edits import State, link, set_state, unlink
from studyctl.core.models import Item, Tie
from studyctl.core.ports import Edit
from studyctl.core.rewrite import undoing
from studyctl.core.scanner import scan
from studyctl.core.ties import find_ties
from studyctl.errors import NoteError
from studyctl.notes.files import WorkspaceNotes

NOTE = "notes/노트.md"
BOXES: dict[State, str] = {"done": "x", "open": " ", "dropped": "-"}
ENDS = st.sampled_from([b"\n", b"\r\n"])


@dataclass(eq=False)
class Row:
    """A line of the model."""

    head: str  # indentation and bullet, or other words
    words: str = ""
    box: str | None = None
    ties: list[str] = field(default_factory=list)
    tail: str = ""
    end: bytes = b"\n"

    @property
    def text(self) -> bytes:
        box = "" if self.box is None else f"[{self.box}] "
        ties = "".join(f" ([{name}](../experiments/{name}.py))" for name in self.ties)
        return f"{self.head}{box}{self.words}{ties}{self.tail}".encode()


@dataclass
class Step:
    """One of our writes: its edits, and the row as it was; or the rows that were added, and the one above them."""

    edits: tuple[Edit, ...]
    row: Row
    text: bytes  # of the row, as we left it
    before: dict[str, Any] = field(default_factory=dict)
    added: list[Row] = field(default_factory=list)
    above: Row | None = None
    anchor: bytes = b""  # what it said


class Writing(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.root = Path(tempfile.mkdtemp())
        (self.root / "notes").mkdir()
        (self.root / "studyctl.toml").write_text("")
        self.files = WorkspaceNotes(Workspace(self.root, self.root / "studyctl.toml"))
        self.rows: list[Row] = []
        self.steps: list[Step] = []
        self.bom = b""
        self.count = 0

    def teardown(self) -> None:
        shutil.rmtree(self.root)

    def unique(self) -> str:
        self.count += 1
        return f"줄{self.count}"

    @property
    def path(self) -> Path:
        return self.root / NOTE

    @property
    def bullets(self) -> list[Row]:
        return [row for row in self.rows if row.words and row.head.strip()]  # a line without a mark has no box

    @initialize(
        heads=st.lists(st.sampled_from(["- ", "* ", "    * ", "\t- ", "1. ", "", "text "]), min_size=1, max_size=7),
        boxes=st.lists(st.sampled_from([None, " ", "x", "/"]), min_size=7, max_size=7),
        tails=st.lists(st.sampled_from(["", "  ", " 📅 2024-01-02", " #tag ^abc"]), min_size=7, max_size=7),
        ends=st.lists(ENDS, min_size=8, max_size=8),
        bom=st.booleans(),
        final=st.booleans(),
    )
    def begin(
        self, heads: list[str], boxes: list[str | None], tails: list[str], ends: list[bytes], bom: bool, final: bool
    ) -> None:
        self.bom = b"\xef\xbb\xbf" if bom else b""
        self.rows = [Row("## Todo", end=ends[7])]
        for head, box, tail, end in zip(heads, boxes, tails, ends, strict=False):
            bullet = head.strip() not in ("", "text")
            word = self.unique() if head.strip() else ""
            self.rows.append(Row(head, word, box, tail=tail, end=end) if bullet else Row(head + word, end=end))
        if not final and self.rows[-1].text:
            self.rows[-1].end = b""
        self.path.write_bytes(self.content())

    def content(self) -> bytes:
        return self.bom + b"".join(row.text + row.end for row in self.rows)

    @invariant()
    def only_the_bytes_meant_have_changed(self) -> None:
        if self.rows:
            assert self.path.read_bytes() == self.content()

    def item(self, row: Row) -> Item:
        number = self.rows.index(row) + 1
        line = scan(self.content())[number - 1]
        return Item(
            id="T1",
            kind="todo",
            also=None,
            text=row.words,
            norm=row.words,
            note=NOTE,
            line=number,
            parent=None,
            topic=(),
            position=0,
            mark="open",
            box=row.box,
            rule="box",
            confidence="high",
            status="open",
            ties=tuple(Tie(t.experiment, t.fragment, t.target, number) for t in find_ties(line.raw)),
        )

    def write(self, edits: tuple[Edit, ...], row: Row, **changes: Any) -> None:
        before = {name: getattr(row, name) for name in changes}
        self.files.write(edits)
        for name, value in changes.items():
            setattr(row, name, value)
        self.steps.append(Step(edits, row, row.text, before))

    # What we write

    @precondition(lambda self: self.bullets)
    @rule(data=st.data(), state=st.sampled_from(list(BOXES)))
    def mark(self, data: st.DataObject, state: State) -> None:
        row = data.draw(st.sampled_from(self.bullets))
        edit = set_state(self.item(row), self.files.read(NOTE), state)
        assert (edit is None) == (row.box == BOXES[state])
        if edit:
            self.write((edit,), row, box=BOXES[state])

    @precondition(lambda self: self.bullets)
    @rule(data=st.data(), name=st.sampled_from(["one", "two"]))
    def tie(self, data: st.DataObject, name: str) -> None:
        row = data.draw(st.sampled_from(self.bullets))
        edit = link(self.item(row), self.files.read(NOTE), name, f"../experiments/{name}.py")
        assert (edit is None) == (name in row.ties)
        if edit:
            self.write((edit,), row, ties=[*row.ties, name])

    @precondition(lambda self: any(row.ties for row in self.bullets))
    @rule(data=st.data(), name=st.sampled_from(["one", "two", None]))
    def untie(self, data: st.DataObject, name: str | None) -> None:
        row = data.draw(st.sampled_from([row for row in self.bullets if row.ties]))
        edits = unlink(self.item(row), self.files.read(NOTE), name)
        if edits:
            self.write(edits, row, ties=[tie for tie in row.ties if name not in (None, tie)])

    @rule()
    def new(self) -> None:
        words, before = self.unique(), [row.text for row in self.rows]
        edit = add(NOTE, self.files.read(NOTE), words, "todo")
        self.files.write([edit])
        pieces = re.findall(rb"([^\r\n]*)(\r?\n|$)", self.path.read_bytes().removeprefix(self.bom))
        now = [text for text, _ in pieces[: len(pieces) - (not pieces[-1][0])]]
        last = next(k for k, text in enumerate(now) if words.encode() in text)
        first = last - (len(now) - len(before)) + 1
        assert now[:first] == before[:first]
        assert now[last + 1 :] == before[first:]
        added = [Row(text.decode(), end=end) for text, end in pieces[first : last + 1]]
        added[-1].head, box, _ = added[-1].head.replace(words, "").partition("[ ] ")
        added[-1].words, added[-1].box = words, " " if box else None
        above = self.rows[first - 1]
        self.rows[first:first] = added
        if above.end == b"":
            above.end = pieces[first - 1][1]
            assert above.end
        self.steps.append(Step((edit,), added[-1], added[-1].text, added=added, above=above, anchor=above.text))

    # What other programs write

    @rule(data=st.data(), end=ENDS)
    def somebody_adds_a_line(self, data: st.DataObject, end: bytes) -> None:
        place = data.draw(st.integers(1, len(self.rows)))
        if place == len(self.rows) and self.rows[-1].end == b"":
            self.rows[-1].end, end = end, b""
        self.rows.insert(place, Row(f"# {self.unique()}", end=end))
        self.path.write_bytes(self.content())

    @precondition(lambda self: len(self.rows) > 3)
    @rule(data=st.data())
    def somebody_deletes_a_line(self, data: st.DataObject) -> None:
        del self.rows[data.draw(st.integers(1, len(self.rows) - 2))]
        self.path.write_bytes(self.content())

    @precondition(lambda self: self.bullets)
    @rule(data=st.data())
    def somebody_edits_a_line(self, data: st.DataObject) -> None:
        data.draw(st.sampled_from(self.bullets)).words += "!"
        self.path.write_bytes(self.content())

    # Taking back

    @precondition(lambda self: self.steps)
    @rule()
    def undo(self) -> None:
        step = self.steps.pop()
        source = self.files.read(NOTE)
        there = step.row in self.rows and step.row.text == step.text
        try:
            self.files.write(undoing(step.edits, lambda note: source))
        except NoteError:
            assert not there
            return
        assert there
        for name, value in step.before.items():
            setattr(step.row, name, value)
        if step.added:
            self.remove(step)

    def remove(self, step: Step) -> None:
        """The added rows go as one block; where somebody came in between, only the one that was asked for."""
        first = self.rows.index(step.row) - len(step.added) + 1
        block = step.added if self.rows[first : first + len(step.added)] == step.added else step.added[-1:]
        first = self.rows.index(block[0])
        above, final = self.rows[first - 1], first + len(block) == len(self.rows)
        intact = above is step.above and above.text == step.anchor and block == step.added
        if intact or (final and block[-1].end == b""):
            above.end = block[-1].end
        del self.rows[first : first + len(block)]


Writing.TestCase.settings = settings(max_examples=30, stateful_step_count=15, deadline=None)
TestWriting = Writing.TestCase
