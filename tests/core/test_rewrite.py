"""Edits of bytes: applied together, and taken back in a note that has changed."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studyctl.core.ports import Edit
from studyctl.core.rewrite import apply, invert, undoing
from studyctl.errors import NoteError


def edit(source: bytes, old: bytes, new: bytes, note: str = "a.md") -> Edit:
    return Edit(note, source.index(old), old, new)


def test_edits_of_one_note_count_in_its_bytes_before_any_of_them() -> None:
    source = b"one\ntwo\nthree\n"
    edits = [edit(source, b"three", b"3"), edit(source, b"one", b"first"), Edit("a.md", 4, b"", b"new\n")]
    assert apply(edits, source) == b"first\nnew\ntwo\n3\n"


@pytest.mark.parametrize("offset", [1, 3, 99])
def test_an_edit_that_does_not_find_its_bytes_is_refused(offset: int) -> None:
    with pytest.raises(NoteError, match='changed meanwhile: "two" is not where it was'):
        apply([Edit("a.md", offset, b"two", b"2")], b"one\ntwo\n")


def test_overlapping_edits_are_refused() -> None:
    with pytest.raises(NoteError, match="overlap"):
        apply([Edit("a.md", 0, b"one\n", b""), Edit("a.md", 2, b"e", b"E")], b"one\ntwo\n")


LINES = st.lists(st.sampled_from(["a", "b\r", "", "질문 c", "- [ ] d\r"]), min_size=1, max_size=8)


@settings(deadline=None, max_examples=100)
@given(LINES, st.data())
def test_the_inverse_restores_byte_for_byte(lines: list[str], data: st.DataObject) -> None:
    source = "\n".join(lines).encode()
    chosen = data.draw(st.sets(st.integers(0, len(lines) - 1), max_size=4))
    edits = []
    for number in chosen:
        start = len("\n".join(lines[:number]).encode()) + (1 if number else 0)
        old = lines[number].encode()
        edits.append(Edit("a.md", start, old, data.draw(st.sampled_from([b"x", old + b"\nnew", b"", old]))))
    changed = apply(edits, source)
    assert apply(invert(edits), changed) == source
    taken_back = undoing(edits, lambda note: changed)
    assert apply(taken_back, changed) == source


def undone(edits: list[Edit], now: bytes) -> bytes:
    return apply(undoing(edits, lambda note: now), now)


def test_a_line_is_found_where_it_stands_now() -> None:
    source = b"one\n- two\n- two more\n"
    done = [edit(source, b"- two", b"- [x] two")]
    assert undone(done, b"zero\none\n- two more\n- [x] two\n") == b"zero\none\n- two more\n- two\n"
    # Only as a whole line: "- [x] two" is also the beginning of another.
    assert undone(done, b"- [x] two more\n- [x] two\n") == b"- [x] two more\n- two\n"
    assert undone(done, b"\xef\xbb\xbf- [x] two") == b"\xef\xbb\xbf- two"


@pytest.mark.parametrize("now", [b"", b"- [x] two!\n", b"x - [x] two\n"])
def test_a_line_that_was_changed_is_left_alone(now: bytes) -> None:
    with pytest.raises(NoteError, match="has changed since"):
        undone([Edit("a.md", 40, b"- two", b"- [x] two")], now)


def test_a_line_that_stands_there_twice_is_left_alone() -> None:
    with pytest.raises(NoteError, match="more than once"):
        undone([Edit("a.md", 40, b"- two", b"- [x] two")], b"- [x] two\n\n- [x] two\n")


@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
def test_an_added_line_goes_even_when_the_line_above_it_has_changed(end: bytes) -> None:
    anchor = b"# Todo" + end[:-1]
    added = [Edit("a.md", 0, anchor, anchor + b"\n- [ ] new" + end[:-1])]
    now = b"# Todo and more" + end + b"- [ ] new" + end + b"- old" + end
    assert undone(added, now) == b"# Todo and more" + end + b"- old" + end
    at_the_end = [Edit("a.md", 0, b"# Todo", b"# Todo" + end + b"- [ ] new")]
    assert undone(at_the_end, b"# Changed" + end + b"- [ ] new") == b"# Changed"


def test_several_lines_of_several_notes() -> None:
    sources = {"a.md": b"- one\n- two\n- three\n", "b.md": b"- four\n"}
    edits = [
        Edit("a.md", 0, b"- one", b"- [x] one"),
        Edit("a.md", 12, b"- three", b"- [x] three"),
        Edit("b.md", 0, b"- four", b"- [x] four"),
    ]
    changed = {note: apply([e for e in edits if e.note == note], source) for note, source in sources.items()}
    changed["a.md"] = b"new\n" + changed["a.md"]
    back = undoing(edits, changed.__getitem__)
    assert apply([e for e in back if e.note == "a.md"], changed["a.md"]) == b"new\n" + sources["a.md"]
    assert apply([e for e in back if e.note == "b.md"], changed["b.md"]) == sources["b.md"]
