"""What a note says: each rule by itself, and what holds for any note."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import pytest
from found_values import letters
from hypothesis import given, settings
from hypothesis import strategies as st

from studyctl.core.detector.detect import RULES, detect
from studyctl.core.detector.habits import Habits
from studyctl.core.models import Found, Kind, Reading
from studyctl.core.scanner import scan
from studyctl.core.ties import insertion_point, normalise

Seen = tuple[str, int, str]


def read(text: str, **options: Collection[str] | Mapping[Kind, Sequence[str]]) -> Reading:
    return detect(text, "note.md", Habits(**options))  # type: ignore[arg-type]


def seen(text: str) -> list[Seen]:
    """Letter, line and rule of everything found; "QT" is a question that is a todo as well."""
    return [(letters(found), found.line, found.rule) for found in read(text).found]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # a question label: wording, leaves, parents of statements, topics
        ("## 질문\n- yolo\n  - 왜 되지?", [("Q", 3, "question-label.wording")]),
        ("## 질문\n- anchor 사용방식 비교", [("Q", 2, "question-label.leaf")]),
        (
            "## Questions\n- inference time\n  - B3 is faster\n  - setup",
            [("Q", 2, "question-label.parent-of-statement"), ("C", 3, "beneath-question.statement")],
        ),
        ("## Questions\n- topic\n  - a part\n- https://a.org", [("Q", 3, "question-label.leaf")]),
        ("**질문**\n- a\n\n**메모**\n- b", [("Q", 2, "question-label.leaf")]),
        ("질문:\n- a\n\n그 다음에 본 것\n- b", [("Q", 2, "question-label.leaf")]),
        ("- 질문\n  - a\n- b", [("Q", 2, "question-label.leaf")]),
        ("## 질문\n### yolo\n- a\n## 정리\n- b", [("Q", 3, "question-label.leaf")]),
        # a todo label
        (
            "## Todo\n- a\n  - b\n  - https://a.org\n- 왜 느릴까?",
            [("T", 2, "todo-label"), ("T", 3, "todo-label"), ("QT", 5, "todo-label")],
        ),
        ("TODO\n- a\n  - b", [("T", 2, "todo-label"), ("T", 3, "todo-label")]),
        ("- TODO\n  - a", [("T", 2, "todo-label")]),
        # a reading label
        (
            "## 읽어볼 논문\n- mnasnet\n  - 얼마나 느린지 확인\n  - setting 확인할 것\n  - 공식 코드",
            [("R", 2, "reading-label.child"), ("QT", 3, "reading-label.question"), ("T", 4, "reading-label.intention")],
        ),
        ("## To read\n- Do better models transfer better?", [("R", 2, "reading-label.child")]),
        (
            "## To read\n- NLP\n  - Attention Is All You Need\n- BERT",
            [("R", 3, "reading-label.child"), ("R", 4, "reading-label.child")],
        ),
        ("## References\n- Do better models transfer better?", []),
        ("## 논문\n- 이 방법은 느리다\n- 학습이 불안정하다", []),
        # beneath a question
        (
            "- 왜 느릴까?\n  - 메모리가 부족하다\n  - 다른 부분\n  - 캐시는 쓰나?",
            [("Q", 1, "wording.mark"), ("C", 2, "beneath-question.statement"), ("Q", 4, "wording.mark")],
        ),
        ("- Why?? really slow here?\n  - TBD\n  -", [("Q", 1, "wording.mark")]),
        # boxes and markers
        ("- [ ] a\n- [x] b\n- [Git] c\n- [easy](x)", [("T", 1, "box"), ("T", 2, "box")]),
        ("- [ ] 왜 느릴까?", [("QT", 1, "box.question")]),
        ("- [ ] https://arxiv.org/abs/1512.03385", [("R", 1, "box.reading")]),
        ("- [ ] [Fix it](https://github.com/a/b/issues/1)", [("T", 1, "box")]),
        ("- [ ] Read [a paper](https://arxiv.org/abs/1)", [("R", 1, "box.reading")]),
        ("- TODO a\n- todo list of b\n- a TODO", [("T", 1, "marker")]),
        ("TODO: book a room\n\nNOW is better", [("T", 1, "marker")]),
        ("- [ ] arXiv:1706.03762\n- [ ] doi:10.1038/nature14539", [("R", 1, "box.reading"), ("R", 2, "box.reading")]),
        (
            "(A) 2024-03-02 order it +hull due:2024-03-20\n(B) is it too loose? @yard\nx (C) pay +hull",
            [("T", 1, "marker"), ("QT", 2, "marker.question"), ("T", 3, "marker")],
        ),
        ("(A) holds by symmetry\n(B) follows from (A)", []),
        ("- DONE why is it slow?", [("QT", 1, "marker.question")]),
        ("- LATER https://arxiv.org/abs/1", [("R", 1, "marker.reading")]),
        ("### Attention Is All You Need\n\nTODO", [("R", 1, "marker.heading")]),
        ("## Backprop\n\nTODO", []),
        # forms of their own
        ("Q: why not?\nA: it is slow", [("Q", 1, "qa"), ("C", 2, "beneath-question.answer")]),
        ("Q1. kernel 고르는 기준\nA1. TBD", [("Q", 1, "qa")]),
        ("Q) 왜?\n\nA) 느리니까", [("Q", 1, "qa"), ("C", 3, "beneath-question.answer")]),
        ("질문: 기준\n- Todo: 정리", [("Q", 1, "inline-label"), ("T", 2, "inline-label")]),
        ("- 왜 불안정할까?\n  → 배치가 작아서", [("Q", 1, "wording.mark"), ("C", 2, "beneath-question.answer")]),
        (
            "| # | 질문 | 답 |\n|---|---|---|\n| 1 | 왜? | 느려서 |\n| 2 | 기준 | TBD |",
            [("Q", 3, "table"), ("C", 3, "beneath-question.answer"), ("Q", 4, "table")],
        ),
        (
            "> [!question] Why not?\n> It is slow.",
            [("Q", 1, "callout"), ("C", 2, "beneath-question.statement")],
        ),
        ("> [!question]\n> - a role of b", [("Q", 2, "callout")]),
        ("> [!todo]\n> - a", [("T", 2, "callout")]),
        ("> [!tip] Did you know?\n> a", []),
        # headings
        (
            "## Why does dropout work?\n\nIt averages models.",
            [("Q", 1, "heading.question"), ("C", 3, "beneath-question.statement")],
        ),
        ("## Why?\n\n## どんなもの？\n\n## 왜 필요한가?\n\na", []),
        # a label of its own line, below other lines of its paragraph
        ("5/6\n** 물어볼 것 **\n1. 귀", [("Q", 3, "question-label.leaf")]),
        ("| 問 | 疑問 |\n|---|---|\n| 1 | なし |\n| 2 | 平衡条件 |", [("Q", 4, "table")]),
        # the list of a log goes on behind a question that ends its line; it answers one that stands alone
        ("Spotty brood. Is she failing?\n- fed the bees\n- the smoker went out", [("Q", 1, "wording.mark")]),
        (
            "Is she failing?\n- the brood was spotty\n- it is just cold",
            [("Q", 1, "wording.mark"), ("C", 2, "beneath-question.statement"), ("C", 3, "beneath-question.statement")],
        ),
        # an order of words that asks, below a label
        (
            "## Questions\n- hangboards\n  - is a hang just isometrics with a name\n  - what load to begin with",
            [("Q", 3, "question-label.leaf"), ("Q", 4, "question-label.leaf")],
        ),
        # prose
        ("So how large is it, really?", [("Q", 1, "wording.mark")]),
        ("We use Adam. Why not SGD? Because it is slow. It needs tuning.", []),
        ("Are you on Linux? Then install it.", []),
        ("> Is it too strong?", [("Q", 1, "wording.mark")]),
        ("> He was tired.\n> Is it too strong?\n> He did not know.", []),
        # what is no prose
        ("```\n- [ ] a\nwhy?\n```\n<!-- why? -->\n%% why? %%\n- key:: why?", []),
    ],
)  # fmt: skip
def test_rules(text: str, expected: list[Seen]) -> None:
    assert seen(text) == expected


def test_parents_topics_and_details() -> None:
    text = "# N\n## 질문\n- yolo\n  - 왜?\n    - 어떤 부분\n    - X. He, Y. Zhou. Triplet. arXiv, 2018\n"
    text += "    - 다르다\n      - 정말?"
    first, claim, below = read(text).found
    assert first.topic == ("N", "질문", "yolo")
    assert [(d.role, d.line) for d in first.details] == [("context", 5), ("source", 6)]
    assert (claim.kind, claim.parent, below.parent) == ("claim", 0, 1)
    assert below.topic == ("N", "질문", "yolo")


def test_what_an_item_names_by_its_number_is_its_source() -> None:
    (found,) = read("## To read\n- doi:10.1038/nature14539\n").found
    assert [(d.role, d.line, d.text) for d in found.details] == [("source", 2, "doi:10.1038/nature14539")]


def test_links_within_an_item_are_its_sources() -> None:
    (found,) = read("## Todo\n- 변환 : https://a.org/b").found
    assert found.text == "변환 : https://a.org/b"
    assert [(d.role, d.line, d.url) for d in found.details] == [("source", 2, "https://a.org/b")]


@pytest.mark.parametrize(
    ("text", "mark"),
    [
        ("- 왜 느릴까?\n  - 메모리가 부족하다", "noted"),
        ("- 왜 느릴까?\n  - 메모리가 부족하다\n  - 캐시는 쓰나?", "open"),
        ("- 왜 느릴까?\n  - 캐시는 쓰나?\n    - 쓴다\n  - 메모리가 부족하다", "noted"),
        ("- 왜 느릴까?\n  - 모름", "open"),
        ("- 왜 느릴까?\n  - 어떤 부분", "open"),
        ("- Is there overhead? No, it is free.", "noted"),
        ("- [x] Is there overhead?", "done"),
        ("## Answered\n- why a?", "noted"),
        ("왜 느릴까?\n\n메모리가 부족하기 때문이다.", "noted"),
        ("왜 느릴까?\n\n다른 부분", "open"),
    ],
)
def test_what_answers_a_question(text: str, mark: str) -> None:
    assert read(text).found[0].mark == mark


def test_a_contradicting_state_is_a_problem_with_its_line() -> None:
    found = read("a\n\n- [ ] ~~b~~")
    assert found.found[0].mark == "unknown"
    assert [(p.note, p.line) for p in found.problems] == [("note.md", 3)]


def test_bytes_that_are_not_utf8_are_a_problem_with_its_line() -> None:
    found = detect(b"- [ ] a\n- [ ] b\xff\n", "note.md")
    assert [f.line for f in found.found] == [1, 2]
    assert [(p.line, p.message) for p in found.problems] == [(2, "this line is not UTF-8")]


def test_ties_belong_to_the_line_they_stand_on() -> None:
    text = "- 왜?? 느릴까? ([x](../experiments/box_decoding/#a.b))\n  - [y](studyctl:y)\n  - `[z](studyctl:z)`"
    (found,) = read(text).found
    assert [(t.experiment, t.fragment, t.line) for t in found.ties] == [("box-decoding", "a.b", 1), ("y", "", 2)]
    assert found.text == "왜?? 느릴까?"


def test_an_anchor_is_no_part_of_the_text() -> None:
    (found,) = read("- [ ] a 📅 2024-01-01 ^sq-t3").found
    assert (found.text, found.norm, found.anchor) == ("a", "a", "sq-t3")


def test_our_own_answer_is_never_an_item_nor_an_answer() -> None:
    (found,) = read("- 왜 느릴까?\n  - 느리다고 했다. <!-- studyctl:answer Q1 -->").found
    assert found.mark == "open"
    assert found.details == ()


def test_lines_that_go_on_belong_to_the_item() -> None:
    (found,) = read("- I don't understand the proof\n  for the sup norm\n\nlater").found
    assert (found.line, found.last_line) == (1, 2)
    assert found.text == "I don't understand the proof for the sup norm"


def test_a_question_in_a_paragraph_is_on_the_line_where_it_begins() -> None:
    (found,) = read("Adam works well because\nof momentum, they say. But why does it\nfail here?").found
    assert found.line == 2


def test_rules_can_be_turned_off_by_name_and_by_family() -> None:
    text = "## 질문\n- a\n- 왜?\n\n## x\n- 정말 왜 느릴까?"
    assert len(read(text).found) == 3
    assert [f.line for f in read(text, rules_off=["question-label.leaf"]).found] == [3, 6]
    assert [f.line for f in read(text, rules_off=["question-label"]).found] == [6]
    assert read(text, rules_off=["question-label", "wording"]).found == ()


def test_a_persons_own_labels_are_labels() -> None:
    text = "## Rätsel\n- a\n## Später lesen\n- b"
    assert read(text).found == ()
    own = read(text, labels={"question": ["rätsel"], "reading": ["Später lesen"]})
    assert [f.kind for f in own.found] == ["question", "reading"]


def test_hedges_have_low_confidence() -> None:
    assert read("- maybe it is too large?").found[0].confidence == "low"


_NOTE = st.lists(
    st.sampled_from(
        [
            "## 질문", "## Todo", "## To read", "**Questions**", "TODO:", "- 왜 느릴까?", "- a", "  - B3 is faster",
            "    - 정말?", "\t- b", "- [ ] c", "- [x] 왜?", "- TODO d", "text", "  more", "Q: why?",
            "A: so", "> quote?",
            "> [!question] e?", "```", "| 질문 | 답 |", "|---|---|", "| f? | g |", "", "---",
            "%%", "<!-- h", "-->",
            "    indented", "1. i", "1、甲", "2、乙", "- [j](studyctl:j)", "https://a.org", "~~k~~",
            "- l 📅 2024-01-01",
        ]
    ),
    max_size=25,
).map("\n".join)  # fmt: skip


@settings(deadline=None, max_examples=250)
@given(_NOTE | st.text(max_size=200))
def test_what_holds_for_any_note(text: str) -> None:
    lines = scan(text)
    found = read(text).found
    for index, one in enumerate(found):
        assert 1 <= one.line <= one.last_line <= len(lines)
        assert one.parent is None or 0 <= one.parent < index
        assert one.rule in RULES
        assert one.text == one.text.strip() != ""
        assert one.norm == normalise(one.text)
        assert all(1 <= detail.line <= len(lines) for detail in one.details)
    places = [(one.line, one.kind) for one in found]
    assert places == sorted(places, key=lambda place: place[0])
    assert len(set(places)) == len(places)


@settings(deadline=None, max_examples=150)
@given(st.binary(max_size=300))
def test_any_bytes_can_be_read(data: bytes) -> None:
    detect(data, "note.md")


@settings(deadline=None, max_examples=150)
@given(_NOTE, st.data())
def test_linking_an_item_changes_nothing_but_its_ties(text: str, data: st.DataObject) -> None:
    found = read(text).found
    if not found:
        return
    chosen = data.draw(st.sampled_from(found))
    line = data.draw(st.sampled_from([chosen.line, chosen.last_line]))
    pieces = text.split("\n")
    raw = pieces[line - 1]
    at = insertion_point(raw)
    pieces[line - 1] = f"{raw[:at]} ([x](../experiments/x/#y)){raw[at:]}"
    after = read("\n".join(pieces)).found
    assert [_without_ties(one) for one in after] == [_without_ties(one) for one in found]
    assert sum(len(one.ties) for one in after) > sum(len(one.ties) for one in found)


def _without_ties(found: Found) -> tuple[object, ...]:
    details = tuple((d.role, d.line, d.text, d.url) for d in found.details)
    return (found.kind, found.also, found.text, found.norm, found.line, found.last_line, found.parent, found.topic,
            found.mark, found.box, found.rule, found.confidence, details)  # fmt: skip


@pytest.mark.parametrize(
    "piece",
    ["[", "`", ">", "- ", "**", "?", "(", "~~", "%%", "|", "<", "[a](", "왜 ", "[x](studyctl:x), ", "📅 ", "#a "],
)  # fmt: skip
@pytest.mark.parametrize("lead", ["", "- ", "## 질문\n- "])
def test_a_hostile_line_ends(lead: str, piece: str) -> None:
    """A pattern that tries every split of such a line would not come back."""
    detect(lead + (piece * 200_000)[:200_000], "note.md")


def test_deep_lists_need_no_deep_stack() -> None:
    text = "".join(f"{'  ' * depth}- 왜 {depth}?\n" for depth in range(1200))
    assert len(read(text).found) == 1200
