"""The line of an answer in a note: it changes nothing of what is read there, and is found again."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from test_pinning import NOTE, items

from studyctl.core import answer_lines, answers, rewrite
from studyctl.core.detector.detect import detect
from studyctl.core.detector.habits import NONE
from studyctl.core.models import Answer, Evidence, Item
from studyctl.errors import NoteError

NOW = "2026-11-25T00:00:00.000Z"
CORPUS = sorted((Path(__file__).parents[1] / "corpus").glob("*.md"))
OFTEN = 4  # one note of so many is tried by default, all with the slow tests
NOTES = [
    Path(__file__).parents[2] / "notes" / "study-note.md",
    *(note if at % OFTEN == 0 else pytest.param(note, marks=pytest.mark.slow) for at, note in enumerate(CORPUS)),
]


def an_answer(item: Item, text: str = "it depends", **more: object) -> Answer:
    return replace(answers.compose_person(item, (), text, now=NOW), **more)  # type: ignore[arg-type]


def written(item: Item, source: bytes, answer: Answer) -> bytes | None:
    edit = answer_lines.write(item, source, answer, NONE)
    return None if edit is None else rewrite.apply([edit], source)


@pytest.mark.parametrize("path", NOTES, ids=lambda path: path.stem)
def test_below_every_question_of_every_note(path: Path) -> None:
    source = path.read_bytes()
    before = detect(source, NOTE).found
    for item in items(source):
        if item.kind not in ("question", "claim"):
            continue
        answer = an_answer(item, "It depends: <!-- 3.2 --> times?")
        try:
            edit = answer_lines.write(item, source, answer, NONE)
        except NoteError as error:
            assert "stands in a table" in error.message
            continue
        assert edit is not None
        after = rewrite.apply([edit], source)
        assert after.count(b"\n") - source.count(b"\n") in (0, 1) and len(after) > len(source)
        assert rewrite.apply(rewrite.invert([edit]), after) == source
        assert [(f.kind, f.norm, f.mark, f.parent) for f in detect(after, NOTE).found] == [
            (f.kind, f.norm, f.mark, f.parent) for f in before
        ]
        # A second time there is nothing to do, and a newer answer takes the place of the line.
        (same,) = [one for one in items(after) if (one.norm, one.position) == (item.norm, item.position)]
        same = replace(same, id=item.id)
        assert written(same, after, answer) is None
        newer = written(same, after, an_answer(item, "No."))
        assert newer is not None and newer.count(b"studyctl:answer") == 1 and "→ No. (".encode() in newer


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"# Q\n* why?\n\t* because\n", b"# Q\n* why?\n\t* because\n\t* LINE\n"),
        (b"# Q\r\n- why?\r\n- how?", b"# Q\r\n- why?\r\n  - LINE\r\n- how?"),
        (b"\xef\xbb\xbf- why is it?", b"\xef\xbb\xbf- why is it?\n  - LINE"),
        (b"## Why is it slow?\n\ntext\n", b"## Why is it slow?\nLINE\n\ntext\n"),
        (b"Why is it slow?\nI wonder.\n", b"Why is it slow?\nLINE\nI wonder.\n"),
        (b"> [!question] Why is it?\n> text\n", b"> [!question] Why is it?\n> LINE\n> text\n"),
    ],
)
def test_where_it_stands(before: bytes, after: bytes) -> None:
    item = next(one for one in items(before) if one.kind == "question")
    answer = an_answer(item)
    assert written(item, before, answer) == after.replace(b"LINE", answer_lines.words(answer).encode())


def test_what_it_says() -> None:
    (item,) = items(b"- why?\n")
    assert answer_lines.words(an_answer(item)) == (
        "→ it depends (without evidence, 2026-11-25) <!-- studyctl:answer Q1 -->"
    )
    evidence = (Evidence("ab" * 16, "boxes", "width", "c", "refuted", "t"),)
    backed = an_answer(item, "no,\n it is not", evidence=evidence, verdict="refuted", quick=True)
    assert answer_lines.words(backed) == (
        "→ refuted: no, it is not (run abababab, quick, 2026-11-25) <!-- studyctl:answer Q1 -->"
    )


def test_a_line_that_its_owner_moved_is_found_and_another_items_is_left() -> None:
    source = "- how?\n  - → x <!-- studyctl:answer Q2 -->\n- why?\n".encode()
    how, why = items(source)
    after = written(how, source, an_answer(how))
    assert after is not None and "- how?\n  - → it depends" in after.decode()
    assert "  - → x <!-- studyctl:answer Q2 -->\n- why?\n" in after.decode()
    moved = written(why, source, an_answer(why, "so"))
    assert moved is not None and "- how?\n  - → so (".encode() in moved and moved.count(b"studyctl:answer") == 1
