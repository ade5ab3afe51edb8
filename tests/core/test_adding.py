"""New lines in a note: where they go, what they look like, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studyctl.core.adding import add, one_line
from studyctl.core.detector.detect import detect
from studyctl.core.models import Kind
from studyctl.core.rewrite import apply, undoing
from studyctl.errors import NotFoundError, StudyctlError, UsageError

STUDY_NOTE = Path(__file__).parents[2] / "notes" / "study-note.md"


def added(source: str, text: str, kind: Kind, under: int | str | None = None) -> str:
    """The note after the addition, which can be taken back."""
    raw = source.encode()
    edit = add("a.md", raw, text, kind, under=under)
    changed = apply([edit], raw)
    assert apply(undoing([edit], lambda note: changed), changed) == raw
    return changed.decode()


# "@" stands where lines are added.
@pytest.mark.parametrize(
    ("source", "kind", "under", "lines"),
    [
        # a section of its own
        ("@", "todo", None, "## Todo\n\n- [ ] new\n"),
        ("# T\n\ntext\n@", "todo", None, "\n## Todo\n\n- [ ] new\n"),
        ("# T\n\n### a\n\ntext\n@", "question", None, "\n### Questions\n\n- new\n"),
        ("---\na: b\n---\n@", "reading", None, "\n## To read\n\n- new\n"),
        ("## Done\n\n- [x] a\n@\n\n", "todo", None, "\n## Todo\n\n- [ ] new\n"),
        # the note's own section, in its own style
        ("## 할 일\n\n* [ ] a\n    * b\n@\n## next\n", "todo", None, "* [ ] new\n"),
        ("## 질문\n\n1. a\n2. b\n@\ntext\n", "question", None, "3. new\n"),
        ("## Todo\n\n* a\n* b\n@", "todo", None, "* new\n"),
        ("## Todo\n\n☐ a\n☑ b\n@", "todo", None, "☐ new\n"),
        ("## 疑问\n\n①甲\n②乙\n@", "question", None, "③ new\n"),
        ("## 疑问\n\n（1）甲\n（2）乙\n@", "question", None, "（3） new\n"),
        ("## Todo\n\n* a\n* [ ] b\n@", "todo", None, "* [ ] new\n"),
        ("## Todo\n\n- TODO a\n- DONE b\n@", "todo", None, "- TODO new\n"),
        ("## Todo\n@\n## next\n", "todo", None, "\n- [ ] new\n"),
        ("## Todo\n\ntext\n@\n## next\n", "todo", None, "\n- [ ] new\n"),
        ("- 할 일\n\t- a\n@- other\n", "todo", None, "\t- new\n"),
        ("**Todo**\n\n- [ ] a\n@\ntext\n", "todo", None, "- [ ] new\n"),
        ("## Todo\n\n- [ ] a\n  ```\n  code\n  ```\n@\ntext\n", "todo", None, "- [ ] new\n"),
        ("할 일\n표지\n메일\n@\ntext\n", "todo", None, "new\n"),
        # below an item, a heading, a bullet
        ("- one\n  - two\n@- three\n", "todo", 1, "  - [ ] new\n"),
        ("- one\n@- three\n", "todo", 1, "  - [ ] new\n"),
        ("* one\n    * x\n* three\n\t* tabs\n@", "todo", "three", "\t* [ ] new\n"),
        ("1. one\n2. three\n@", "todo", "three", "   - [ ] new\n"),
        ("# A\n\n## one\n\n## two\n\n- x\n@", "todo", "TWO", "- [ ] new\n"),
        ("> [!todo] one\n> - [ ] a\n@\ntext\n", "todo", "one", "> - [ ] new\n"),
    ],
)
def test_places(source: str, kind: Kind, under: int | str | None, lines: str) -> None:
    assert added(source.replace("@", ""), "new", kind, under) == source.replace("@", lines)


def test_line_ends_are_those_of_the_note() -> None:
    assert apply([add("a.md", b"## Todo\r\n\r\n- a\r\n", "b", "todo")], b"## Todo\r\n\r\n- a\r\n") == (
        b"## Todo\r\n\r\n- a\r\n- b\r\n"
    )
    assert apply([add("a.md", b"## Todo\r\n\r\n- a", "b", "todo")], b"## Todo\r\n\r\n- a") == (
        b"## Todo\r\n\r\n- a\r\n- b"
    )
    assert apply([add("a.md", b"\xef\xbb\xbf", "b", "todo")], b"\xef\xbb\xbf") == b"\xef\xbb\xbf## Todo\n\n- [ ] b\n"


@pytest.mark.parametrize(
    ("text", "kind", "under", "number", "line"),
    [
        ("resnet도 비교", "todo", None, 80, "* resnet도 비교"),
        ("할 일", "todo", None, 80, "* 할 일"),
        ("할 일:", "todo", None, 80, "* [ ] 할 일:"),  # without a box, it would be a label
        ("FPN은 왜 필요한가", "question", None, 41, "* FPN은 왜 필요한가"),
        ("NFNet", "reading", None, 35, "\t\t* NFNet"),
        ("B3가 더 느림", "claim", "왜 차이가", 22, "            * B3가 더 느림"),
    ],
)
def test_the_study_note_keeps_its_ways(text: str, kind: Kind, under: str | None, number: int, line: str) -> None:
    source = STUDY_NOTE.read_text("utf-8")
    now = added(source, text, kind, under).split("\n")
    assert now.pop(number - 1) == line
    assert now == source.split("\n")


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("two\nlines\r\n and\ttabs", "two lines and tabs"),
        ("- [ ] has a box", "has a box"),
        ("3) numbered", "numbered"),
        ("# heading", "\\# heading"),
        ("#tag first", "#tag first"),
        ("> quote", "\\> quote"),
        ("```", "\\```"),
        ("<b>bold</b>", "\\<b>bold</b>"),
        ("a\u2028b\x00c", "a b c"),
    ],
)
def test_a_text_is_one_line_and_nothing_else(typed: str, kept: str) -> None:
    assert one_line(typed) == kept


@pytest.mark.parametrize("typed", ["", " \n\t", "\x00"])
def test_no_text(typed: str) -> None:
    with pytest.raises(UsageError, match="no text to add"):
        one_line(typed)


@pytest.mark.parametrize(
    ("source", "text", "kind", "under", "message"),
    [
        ("- why?\n", "it is faster", "question", 1, "would be read as a claim, not as a question"),
        ("- [ ] a\n- [ ] b\n", "note %% to self", "todo", 1, None),
        # Under a label, a bare line with something below it is a topic.
        ("## 질문\n\n* anchor 비교\n", "왜?", "question", 3, '"anchor 비교" would no longer be read as a question'),
        ("text\n", "x", "todo", "heading", 'says "heading"'),
        ("- one\n- one\n", "x", "todo", "one", "more than once: lines 1, 2"),
        ("text\n", "x", "todo", 9, "nothing in line 9"),
        ("| q | a |\n|---|---|\n| why? | x |\n", "x", "todo", 3, "row of a table"),
        ("```\nopen\n", "x", "todo", None, "read as no item"),
    ],
)
def test_refusals(source: str, text: str, kind: Kind, under: int | str | None, message: str | None) -> None:
    if message is None:
        added(source, text, kind, under)
        return
    with pytest.raises((StudyctlError, NotFoundError)) as caught:
        added(source, text, kind, under)
    assert message in caught.value.message
    assert caught.value.hint


WORDS = st.text(st.sampled_from("ab?왜 #-*>[]`~|%$<!\\\n:.1x"), min_size=1, max_size=12)
LINES = st.lists(
    st.sampled_from(["## Todo", "- [ ] a", "  - why?", "text", "", "> - q", "```", "## 질문", "* b", "\t* c?", "1. d"]),
    max_size=10,
)


@settings(deadline=None, max_examples=150)
@given(LINES, WORDS, st.sampled_from(["todo", "question"]), st.sampled_from(["\n", "\r\n"]))
def test_an_addition_is_found_and_hides_nothing_or_is_refused(
    lines: list[str], words: str, kind: Kind, end: str
) -> None:
    source = end.join(lines).encode()
    try:
        edit = add("a.md", source, words, kind)
    except StudyctlError as error:
        assert error.hint
        return
    changed = apply([edit], source)
    before, after = detect(source, "a.md").found, detect(changed, "a.md").found
    assert len(after) == len(before) + 1
    assert apply(undoing([edit], lambda note: changed), changed) == source
