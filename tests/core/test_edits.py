"""What commands write into a line: only the bytes meant, and what other programs read there still works."""

from __future__ import annotations

from typing import Any

import pytest

from studyctl.core.detector.detect import detect
from studyctl.core.edits import State, link, retarget, set_state, tie_target, unlink
from studyctl.core.models import Item, Tie
from studyctl.core.rewrite import apply
from studyctl.core.scanner import scan
from studyctl.core.states import marker_of, state_of
from studyctl.core.ties import find_ties, normalise
from studyctl.errors import NoteError


def item(line: int = 1, **fields: Any) -> Item:
    values: dict[str, Any] = {
        "id": "T1",
        "kind": "todo",
        "also": None,
        "text": "",
        "norm": "",
        "note": "notes/a.md",
        "line": line,
        "parent": None,
        "topic": (),
        "position": 0,
        "mark": "open",
        "box": None,
        "rule": "box",
        "confidence": "high",
        "status": "open",
    }
    return Item(**{**values, **fields})


def after(source: str | bytes, state: State, line: int = 1) -> str:
    raw = source.encode() if isinstance(source, str) else source
    edit = set_state(item(line), raw, state)
    return (apply([edit], raw) if edit else raw).decode()


@pytest.mark.parametrize(
    ("before", "state", "expected"),
    [
        ("- [ ] a", "done", "- [x] a"),
        ("- [/] a", "done", "- [x] a"),
        ("- [-] a", "done", "- [x] a"),
        ("- [X] a", "done", "- [X] a"),
        ("- a", "done", "- [x] a"),
        ("- a", "open", "- [ ] a"),
        ("- a", "dropped", "- [-] a"),
        ("\t* a  \r\n", "done", "\t* [x] a  \r\n"),
        ("-\ta", "done", "-\t[x] a"),
        ("12) a", "done", "12) [x] a"),
        ("☐ a", "done", "☑ a"),
        ("- ☑ a", "open", "- ☐ a"),
        ("☐ a", "dropped", "☒ a"),
        ("□ a", "done", "☑ a"),
        ("x 2024-05-01 a", "open", "TODO a"),
        ("> > - [ ] a", "done", "> > - [x] a"),
        ("- [x] a ✅ 2024-01-02 ^id", "open", "- [ ] a ^id"),
        ("- [x] a ✅ 2024-01-02", "dropped", "- [-] a"),
        ("- ✅ a", "open", "- [ ] a"),
        ("- [x] ~~a b~~", "open", "- [ ] a b"),
        ("- ~~a b~~ 📅 2024-01-02", "open", "- [ ] a b 📅 2024-01-02"),
        ("- ~~a~~", "done", "- ~~a~~"),
        ("- [x] ~~a~~", "dropped", "- [-] ~~a~~"),
        ("- TODO a", "done", "- DONE a"),
        ("- LATER a", "open", "- LATER a"),
        ("- DOING [#A] a", "done", "- DONE [#A] a"),
        ("- **TODO**: a", "done", "- **DONE**: a"),
        ("- [ ] TODO a", "done", "- [x] DONE a"),
        ("- DONE ~~a~~", "open", "- TODO a"),
        ("TODO: a", "done", "DONE: a"),
        ("(A) a +b", "done", "x (A) a +b"),
        ("x (A) a +b", "open", "(A) a +b"),
        ("(A) a due:2024-05-01", "dropped", "CANCELED (A) a due:2024-05-01"),
        ("- (A) a @b", "done", "- [x] (A) a @b"),
        ("- [x] (A) a @b", "open", "- [ ] (A) a @b"),
        ("## TODO a", "dropped", "## CANCELED a"),
        ("- [ ] ~~a~~", "done", "- [x] ~~a~~"),
        ("- [>] a", "open", "- [>] a"),
        ("- [!] a", "done", "- [x] a"),
        ("- [Git](x) a", "done", "- [x] [Git](x) a"),
    ],
)
def test_states(before: str, state: State, expected: str) -> None:
    assert after(before, state) == expected
    line = scan(expected)[0]
    assert state_of(line.box, marker_of(line.text), line.text, "unknown").mark == state


@pytest.mark.parametrize(
    ("source", "what"),
    [
        ("# Why?\n", "a heading"),
        ("| why? | because |", "a row of a table"),
        ("・a", "a line beginning with ・"),
    ],
)
def test_no_box_where_no_program_reads_one(source: str, what: str) -> None:
    with pytest.raises(NoteError, match=f"T1 is {what} .notes/a.md:1., where no box can stand"):
        after(source, "done")


@pytest.mark.parametrize(
    ("before", "done"),
    [
        ("must email Kim", "must email Kim ✅ 2026-11-27"),
        ("must email Kim  \r\nnext", "must email Kim ✅ 2026-11-27  \r\nnext"),
        ("must email Kim\\\nnext", "must email Kim ✅ 2026-11-27\\\nnext"),
        ("must email Kim 📅 2026-12-01 ^id", "must email Kim ✅ 2026-11-27 📅 2026-12-01 ^id"),
        ("다시 돌려볼 것\n", "다시 돌려볼 것 ✅ 2026-11-27\n"),
        ("https://example.org/a 还没看", "https://example.org/a 还没看 ✅ 2026-11-27"),
    ],
)
def test_a_paragraph_is_done_by_a_mark_behind_its_words(before: str, done: str) -> None:
    source, found = before.encode(), detect(before, "notes/a.md").found[0]
    edit = set_state(item(found.line, last_line=found.last_line), source, "done", "2026-11-27")
    assert edit is not None
    now = apply([edit], source)
    assert now.decode() == done
    again = detect(now, "notes/a.md").found[0]
    assert (again.mark, again.norm) == ("done", found.norm)
    ticked = item(again.line, last_line=again.last_line, mark="done")
    assert set_state(ticked, now, "done", "2026-12-31") is None
    back = set_state(ticked, now, "open")
    assert back is not None and apply([back], now).decode() == before
    assert set_state(item(found.line), source, "open") is None


def test_the_mark_stands_behind_the_last_line_of_a_paragraph_of_several() -> None:
    source = "We talked about it for an hour, and then somebody said that we ought\nto check the older scan once more"
    found = detect(source, "notes/a.md").found
    edit = set_state(item(1, last_line=2), source.encode(), "done", "2026-11-27")
    assert edit is not None and apply([edit], source.encode()).decode() == f"{source} ✅ 2026-11-27"
    assert len(found) <= 1


def test_a_paragraph_that_says_in_words_that_it_is_done_is_not_opened() -> None:
    with pytest.raises(NoteError, match="says in its words that it is done"):
        set_state(item(mark="done"), b"must email Kim (done)", "open")


def test_a_paragraph_that_says_in_words_that_it_is_done_gets_no_mark() -> None:
    assert set_state(item(mark="done"), b"must email Kim (done)", "done", "2026-11-27") is None


def test_a_paragraph_is_not_dropped_by_a_box() -> None:
    with pytest.raises(NoteError, match=r"T1 is a paragraph .*, where no box can stand"):
        set_state(item(), b"must email Kim", "dropped")


def test_only_that_line_changes_whatever_surrounds_it() -> None:
    source = "\ufeff- [ ] 가\r\n\tx\u2028y\f\n- [ ] 나\r\n- [ ] last".encode()
    assert after(source, "done", 1).encode() == source.replace("[ ] 가".encode(), "[x] 가".encode())
    assert after(source, "done", 3).encode() == source.replace("[ ] 나".encode(), "[x] 나".encode())
    assert after(source, "done", 4).encode() == source.replace(b"[ ] last", b"[x] last")


def test_a_line_that_is_gone() -> None:
    with pytest.raises(NoteError, match="no line 3 any more"):
        after("- a\n- b\n", "done", 3)


# Links


def linked(source: str, line: int = 1, target: str = "../experiments/box_decoding/#se", **fields: Any) -> str:
    edit = link(item(line, **fields), source.encode(), "box-decoding", target)
    return (apply([edit], source.encode()) if edit else source.encode()).decode()


TIE = "([box-decoding](../experiments/box_decoding/#se))"


@pytest.mark.parametrize(
    ("before", "expected"),
    [
        ("* why?", f"* why? {TIE}"),
        ("* why?  \r\nnext", f"* why? {TIE}  \r\nnext"),
        ("- [ ] why? 📅 2024-01-02", f"- [ ] why? {TIE} 📅 2024-01-02"),
        ("- [ ] why? ⏫ 🔁 every week 📅 2024-01-02 ^id", f"- [ ] why? {TIE} ⏫ 🔁 every week 📅 2024-01-02 ^id"),
        ("- [ ] why? #tag due:2024-01-02", f"- [ ] why? {TIE} #tag due:2024-01-02"),
        ("- [ ] why? @{2024-01-02}", f"- [ ] why? {TIE} @{{2024-01-02}}"),
        ("- [x] why? ✅ 2024-01-02", f"- [x] why? {TIE} ✅ 2024-01-02"),
        ("- why? ^abc", f"- why? {TIE} ^abc"),
        ("- why? ^sq-q3", f"- why? {TIE} ^sq-q3"),
        ("## why? ##", f"## why? {TIE} ##"),
        ("why? \\", f"why? {TIE} \\"),
        ("> - why?", f"> - why? {TIE}"),
        ("> [!question] why?", f"> [!question] why? {TIE}"),
        ("* why? ([other](../experiments/other.py))", f"* why? ([other](../experiments/other.py)) {TIE}"),
    ],
)
def test_a_link_goes_behind_the_words(before: str, expected: str) -> None:
    result = linked(before)
    assert result == expected
    line = scan(result.encode())[0]
    assert [(t.experiment, t.fragment) for t in find_ties(line.raw)][-1] == ("box-decoding", "se")
    # What identity compares is as it was.
    assert normalise(line.text) == normalise(scan(before.encode())[0].text)
    assert linked(result) == result


def test_a_link_in_a_table_stands_in_the_cell_of_the_question() -> None:
    source = "| question | answer |\n|---|---|\n| why \\| how? | because |\n"
    fields = {"rule": "table", "norm": normalise("why | how?")}
    assert linked(source, 3, **fields) == source.replace("how? |", f"how? {TIE} |")
    with pytest.raises(NoteError, match="cannot tell the cell of T1"):
        linked(source, 3, rule="table", norm="something else")


def test_a_target_with_blanks_is_bracketed() -> None:
    result = linked("- why?", target="../my experiments/../experiments/box_decoding/")
    assert result == "- why? ([box-decoding](<../my experiments/../experiments/box_decoding/>))"
    assert find_ties(result)[0].experiment == "box-decoding"


@pytest.mark.parametrize(
    ("note", "module", "expected"),
    [
        ("notes/study-note.md", "experiments/box_decoding/__init__.py", "../experiments/box_decoding/#se"),
        ("a.md", "experiments/box_decoding.py", "experiments/box_decoding.py#se"),
        ("deep/er/a.md", "experiments/box_decoding.py", "../../experiments/box_decoding.py#se"),
        ("../vault/a.md", "experiments/box_decoding.py", "studyctl:box-decoding#se"),
        ("/vault/a.md", "experiments/box_decoding.py", "studyctl:box-decoding#se"),
        ("a.md", "lab/box_decoding.py", "studyctl:box-decoding#se"),
    ],
)
def test_targets(note: str, module: str, expected: str) -> None:
    assert tie_target(note, module, "box-decoding", "se") == expected


def ties_of(source: str) -> tuple[Tie, ...]:
    return tuple(
        Tie(span.experiment, span.fragment, span.target, line.number)
        for line in scan(source)
        for span in find_ties(line.raw)
    )


def unlinked(source: str, experiment: str | None = None, fragment: str | None = None) -> str:
    edits = unlink(item(ties=ties_of(source)), source.encode(), experiment, fragment)
    return apply(edits, source.encode()).decode()


def test_unlinking_removes_the_link_with_its_parentheses() -> None:
    two = f"- why? {TIE} ([other](../experiments/other.py)) 📅 2024-01-02\r\n  more {TIE}\r\n"
    assert unlinked(two) == "- why? 📅 2024-01-02\r\n  more\r\n"
    assert unlinked(two, "box-decoding") == "- why? ([other](../experiments/other.py)) 📅 2024-01-02\r\n  more\r\n"
    assert unlinked(two, "box-decoding", "iou") == two
    assert unlinked(two, "other") == f"- why? {TIE} 📅 2024-01-02\r\n  more {TIE}\r\n"
    both = "- why? ([a](studyctl:one#x), [b](studyctl:two), [c](studyctl:one))"
    assert unlinked(both, "one") == "- why? ([b](studyctl:two))"
    assert unlinked(both) == "- why?"
    assert unlinked(linked("- why? #t")) == "- why? #t"


def test_retargeting_changes_the_path_alone() -> None:
    source = "- why? ([box](../experiments/box_decoding/#se), [x](studyctl:box-decoding)) ^id\n"
    edit = retarget("a.md", source.encode(), 1, "../experiments/box_decoding/#se", "experiments/box_decoding/#se")
    assert edit is not None
    assert apply([edit], source.encode()).decode() == source.replace("(../exp", "(exp")
    assert retarget("a.md", source.encode(), 1, "studyctl:other", "x") is None


def test_a_linked_item_is_still_the_same_item() -> None:
    source = "## Questions\n\n* box decoding\n    * unstable?\n    * why so?\n\nQ) and this?\n"
    before = detect(source.encode(), "a.md").found
    text = source
    for found in before:
        edit = link(item(found.line, norm=found.norm, rule=found.rule), text.encode(), "x", "studyctl:x")
        assert edit is not None
        text = apply([edit], text.encode()).decode()
    after_linking = detect(text.encode(), "a.md").found
    assert [(f.norm, f.line, f.kind, f.parent) for f in after_linking] == [
        (f.norm, f.line, f.kind, f.parent) for f in before
    ]
    assert all([tie.experiment for tie in f.ties] == ["x"] for f in after_linking)
