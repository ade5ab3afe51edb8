"""Identity: who keeps a number, and what may never happen to one."""

from __future__ import annotations

import subprocess
import sys
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import replace
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studyctl.core.identity import Matching, assign
from studyctl.core.models import LETTERS, Found, Item, Kind
from studyctl.core.similarity import Telling, alike

Line = tuple[int, str, Kind]  # depth, text, kind
Notes = Mapping[str, Sequence[Line]]


def rows(lines: Sequence[Line], topic: tuple[str, ...] = ("study",)) -> tuple[Found, ...]:
    found: list[Found] = []
    open_items: list[int] = []
    for k, (depth, text, kind) in enumerate(lines):
        del open_items[depth:]
        norm = " ".join(unicodedata.normalize("NFC", text).casefold().split())
        found.append(
            Found(
                kind=kind,
                also=None,
                text=text,
                norm=norm,
                line=2 * k + 3,
                last_line=2 * k + 3,
                parent=open_items[-1] if open_items else None,
                topic=topic,
                mark="open",
                box=None,
                rule="question",
            )
        )
        open_items.append(k)
    return tuple(found)


def q(*texts: str) -> list[Line]:
    return [(0, text, "question") for text in texts]


class Book:
    """A store that remembers what identity decided, as the real one does."""

    def __init__(self) -> None:
        self.items: dict[str, Item] = {}
        self.numbers: dict[Kind, int] = {}

    def sync(self, notes: Mapping[str, Sequence[Found]], unread: Sequence[str] = ()) -> Matching:
        matching = assign(self.items.values(), notes, numbers=self.numbers, unread=unread)
        for item_id in matching.gone:
            self.items[item_id] = replace(self.items[item_id], gone=True)
        for one in matching.assigned:
            found = one.found
            self.items[one.id] = Item(
                id=one.id,
                kind=found.kind,
                also=None,
                text=found.text,
                norm=found.norm,
                note=one.note,
                line=found.line,
                parent=one.parent,
                topic=found.topic,
                position=one.position,
                mark="open",
                box=None,
                rule=found.rule,
                confidence="high",
                status="open",
                anchor=found.anchor,
            )
        self.numbers = matching.numbers
        return matching

    def read(self, notes: Notes, unread: Sequence[str] = ()) -> Matching:
        return self.sync({note: rows(lines) for note, lines in notes.items()}, unread)


def ids(matching: Matching) -> list[str]:
    return [one.id for one in matching.assigned]


def texts(matching: Matching) -> dict[str, str]:
    return {one.id: one.found.text for one in matching.assigned}


# What may never happen, whatever the edit

_KINDS: st.SearchStrategy[Kind] = st.sampled_from(["question", "todo", "reading", "claim"])
_WORDS = st.sampled_from(
    [
        "왜?",
        "why?",
        "MBConv?",
        "확인할 것",
        "stochastic depth는 어디에 쓰이나?",
        "cosine decay rule은 언제 유리한가?",
        "cosine decay rule은 언제 불리한가?",
        "compare anchors of yolo and retinanet",
        "compare the anchors of yolo and ssd",
        "FLOPS 는 정확히 어떤 연산을 count하는 걸까?",
        "FLOPS는 어떤 연산을 세는가",
    ]
)
_LINES = st.lists(st.tuples(st.integers(0, 2), _WORDS, _KINDS), max_size=9)
_NOTES = st.dictionaries(st.sampled_from(["a.md", "b.md", "c.md"]), _LINES, max_size=3)


@settings(deadline=None, max_examples=80)
@given(st.lists(_NOTES, min_size=1, max_size=4))
def test_numbers_are_given_once_and_no_item_is_lost_unsaid(history: list[dict[str, list[Line]]]) -> None:
    book = Book()
    ever: set[str] = set()
    for notes in history:
        before = dict(book.items)
        live = {item_id for item_id, item in before.items() if not item.gone}
        matching = book.read(notes)
        given_ids = ids(matching)
        assert len(set(given_ids)) == len(given_ids)
        assert live == (live & set(given_ids)) | set(matching.gone)
        assert not set(matching.gone) & set(given_ids)
        for one in matching.assigned:
            if one.how == "new":
                assert one.id not in ever
                assert one.id[0] == LETTERS[one.found.kind]
            elif before[one.id].gone:
                assert one.how == "returned"
        for letter in "QTRC":
            new = [
                int(i[1:])
                for i, one in zip(given_ids, matching.assigned, strict=True)
                if one.how == "new" and i[0] == letter
            ]
            assert new == sorted(new)
        by_note: dict[str, list[str]] = {}
        for one in matching.assigned:
            above = one.found.parent
            assert one.parent == (None if above is None else by_note[one.note][above])
            assert one.position == len(by_note.setdefault(one.note, []))
            by_note[one.note].append(one.id)
        ever |= set(given_ids)


@settings(deadline=None, max_examples=60)
@given(_NOTES)
def test_notes_read_again_keep_every_number(notes: dict[str, list[Line]]) -> None:
    book = Book()
    first = book.read(notes)
    again = book.read(notes)
    assert ids(again) == ids(first)
    assert not again.gone
    assert not again.similar
    assert again.numbers == first.numbers


_DISTINCT = st.lists(
    st.text(st.sampled_from("가나다라마바사아 abcdef"), min_size=14, max_size=40).map(
        lambda text: " ".join(text.split()).ljust(14, "x")
    ),
    min_size=1,
    max_size=12,
    unique=True,
)


@settings(deadline=None, max_examples=50)
@given(_DISTINCT, st.randoms(use_true_random=False))
def test_items_of_distinct_texts_are_followed_anywhere(sentences: list[str], random: Random) -> None:
    book = Book()
    first = texts(book.read({"a.md": q(*sentences), "b.md": q("something else that stays here")}))
    shuffled = random.sample(sentences, len(sentences))
    cut = random.randint(0, len(sentences))
    second = book.read({"a.md": q(*shuffled[:cut]), "b.md": q("something else that stays here", *shuffled[cut:])})
    assert texts(second) == first
    assert not second.gone


@settings(deadline=None, max_examples=30)
@given(_DISTINCT)
def test_a_renamed_note_keeps_its_numbers_and_a_copied_one_gives_none_away(sentences: list[str]) -> None:
    book = Book()
    short = [*q(*sentences), (0, "왜?", "question"), (0, "MBConv?", "question")]
    first = book.read({"a.md": short, "other.md": q("왜?", "이것은 다른 노트의 질문인가?")})
    mine = [one.id for one in first.assigned if one.note == "a.md"]
    moved = book.read({"folder/z.md": short}, unread=["other.md"])
    assert ids(moved) == mine
    copied = book.read({"copy.md": short, "folder/z.md": short}, unread=["other.md"])
    assert [one.id for one in copied.assigned if one.note == "folder/z.md"] == mine
    assert not set(mine) & {one.id for one in copied.assigned if one.note == "copy.md"}


# Single cases


def test_first_sight_numbers_in_document_order_per_letter() -> None:
    lines: list[Line] = [(0, "b?", "question"), (1, "do b", "todo"), (0, "c?", "question")]
    matching = Book().read({"z.md": q("last?"), "a.md": lines})
    assert ids(matching) == ["Q1", "T1", "Q2", "Q3"]
    assert matching.assigned[1].parent == "Q1"


def test_deleted_numbers_are_not_reused_and_return_with_their_text() -> None:
    book = Book()
    book.read({"a.md": q("왜?", "무엇이 다른가 정확히?")})
    assert book.read({"a.md": q("전혀 관계없는 새로운 것")}).gone == ("Q1", "Q2")
    assert book.items["Q3"].text == "전혀 관계없는 새로운 것"
    back = book.read({"a.md": q("왜?", "전혀 관계없는 새로운 것", "무엇이 다른가 정확히?")})
    assert ids(back) == ["Q1", "Q3", "Q2"]
    assert [one.how for one in back.assigned] == ["returned", "exact", "returned"]


def test_cut_in_one_sync_and_pasted_elsewhere_in_the_next() -> None:
    book = Book()
    book.read({"a.md": q("retinanet에서 threshold를 어떻게 쓰지?"), "b.md": q("x?")})
    book.read({"a.md": []}, unread=["b.md"])
    back = book.read({"b.md": q("x?", "retinanet에서 threshold를 어떻게 쓰지?")}, unread=["a.md"])
    assert ids(back) == ["Q2", "Q1"]


def test_a_move_goes_before_a_tombstone() -> None:
    book = Book()
    text = "왜 이렇게 느린 것일까?"
    book.read({"a.md": q(text)})
    book.read({"a.md": []})
    # The same question is asked anew in another note, by hand given another number, and then moved back.
    book.items["Q9"] = replace(book.items["Q1"], id="Q9", gone=False, note="b.md")
    moved = book.read({"a.md": q(text), "b.md": []})
    assert ids(moved) == ["Q9"]


def test_duplicates_stay_with_their_parents() -> None:
    book = Book()
    lines: list[Line] = []
    for parent in ("softmax는 언제 쓰나?", "sigmoid는 언제 쓰나?", "swish는 언제 쓰나?"):
        lines += [(0, parent, "question"), (1, "왜?", "question")]
    assert ids(book.read({"a.md": lines})) == ["Q1", "Q2", "Q3", "Q4", "Q5", "Q6"]
    reordered = book.read({"a.md": lines[4:] + lines[:2]})
    assert ids(reordered) == ["Q5", "Q6", "Q1", "Q2"]
    assert reordered.gone == ("Q3", "Q4")


def test_duplicates_of_one_parent_pair_by_neighbours_then_in_order() -> None:
    book = Book()
    book.read({"a.md": q("왜?", "첫 번째 질문?", "왜?", "두 번째 질문?", "왜?")})
    kept = book.read({"a.md": q("첫 번째 질문?", "왜?", "두 번째 질문?", "왜?")})
    assert ids(kept) == ["Q2", "Q3", "Q4", "Q5"]


def test_a_child_follows_its_edited_parent_rather_than_a_namesake() -> None:
    book = Book()
    book.read(
        {
            "a.md": [
                (0, "exp(tw)가 들어가는 부분이 unstable하지 않을까?", "question"),
                (1, "왜?", "question"),
                (0, "triplet center loss에서 softmax는 쓰지 않나?", "question"),
                (1, "왜?", "question"),
            ]
        }
    )
    edited = book.read(
        {
            "a.md": [
                (0, "triplet center loss에서는 softmax를 쓰지 않았나?", "question"),
                (1, "왜?", "question"),
            ]
        }
    )
    assert ids(edited) == ["Q3", "Q4"]


def test_short_texts_move_only_with_their_surroundings_or_when_unique() -> None:
    book = Book()
    deep = ("deep",)
    book.sync({"a.md": rows(q("MBConv?", "왜?"), deep), "b.md": rows(q("왜?"), deep), "c.md": ()})
    moved = book.sync({"a.md": (), "b.md": (), "c.md": rows(q("MBConv?", "왜?"), ("other",))})
    assert ids(moved) == ["Q1", "Q2"]  # the pair moved together: its neighbour says which "왜?" it was
    alone = Book()
    alone.sync({"a.md": rows(q("왜?"), deep), "b.md": rows(q("왜?"), deep)})
    assert ids(alone.sync({"a.md": (), "b.md": (), "c.md": rows(q("왜?"), ("other",))})) == ["Q3"]


def test_kind_changes_keep_the_id_and_ignored_items_are_known() -> None:
    book = Book()
    book.read({"a.md": [(0, "relu에 비해 얼마나 느린지 확인", "question")]})
    book.items["Q1"] = replace(book.items["Q1"], ignored=True)
    changed = book.read({"a.md": [(0, "relu에 비해 얼마나 느린지 확인", "todo")]})
    assert ids(changed) == ["Q1"]
    assert ids(book.read({"a.md": [(0, "relu에 비해 얼마나 느린지 꼭 확인", "todo")]})) == ["Q1"]


def test_an_edit_keeps_the_id_and_says_that_it_was_similar() -> None:
    book = Book()
    book.read({"a.md": q("Coco metric이 기존의 Voc metric과 어떻게 다르지?", "MBConv?")})
    edited = book.read({"a.md": q("Coco metric은 기존 Voc metric과 정확히 어떻게 다르지?", "MBConv?")})
    assert ids(edited) == ["Q1", "Q2"]
    (one,) = edited.similar
    assert (one.id, one.how) == ("Q1", "similar")
    assert 70 <= one.score < 100


def test_an_edited_item_in_another_note() -> None:
    book = Book()
    text = "EfficientDet의 cosine decay rule은 어떤 기준으로 정해졌나?"
    book.read({"a.md": q(text, "MBConv?"), "b.md": q("전혀 상관없는 다른 이야기인가요?")})
    edited = book.read({"a.md": q("MBConv?"), "b.md": q("전혀 상관없는 다른 이야기인가요?", text + " (다시)")})
    assert ids(edited) == ["Q2", "Q3", "Q1"]
    assert edited.similar[0].how == "similar-elsewhere"


def test_a_text_that_was_lengthened_or_cut_is_recognised() -> None:
    book = Book()
    short = "is RoI align still stable without FPN?"
    long = f"{short} (the professor said that it depends on the size of a batch, see the appendix of the paper)"
    others = ("why does focal loss need an objectness score?", "compare warmup with cosine decay on small data")
    book.read({"a.md": q(others[0], short, others[1])})
    assert ids(book.read({"a.md": q(others[0], long, others[1])})) == ["Q1", "Q2", "Q3"]
    assert ids(book.read({"a.md": q(others[0], short, others[1])})) == ["Q1", "Q2", "Q3"]


def test_a_child_goes_with_its_edited_parent_before_a_namesake_takes_its_neighbours() -> None:
    book = Book()
    book.read(
        {
            "a.md": [
                (0, "Gibbs sampling 실험 코드 정리할 것", "todo"),
                (1, "확인할 것", "todo"),
                (0, "is RoPE still stable?", "question"),
            ]
        }
    )
    edited = book.read(
        {
            "a.md": [
                (0, "확인할 것", "todo"),
                (0, "is RoPE still stable?", "question"),
                (0, "Gibbs sampling 실험에 쓴 코드 정리할 것", "todo"),
                (1, "확인할 것", "todo"),
            ]
        }
    )
    assert ids(edited) == ["T3", "Q1", "T1", "T2"]


def test_what_returns_goes_to_the_original_and_not_to_its_copy() -> None:
    book = Book()
    returning = "cosine decay rule은 언제 유리한가?"
    more = [f"{word} 논문에서 말하는 {word} 방법이란?" for word in ("yolo", "ssd", "fpn")]
    book.read({"y.md": q(returning), "z.md": q(*more)})
    book.read({"y.md": []}, unread=["z.md"])
    both = q(returning, *more)
    back = book.read({"a copy.md": both, "z.md": both}, unread=["y.md"])
    assert [one.id for one in back.assigned if one.note == "z.md"] == ["Q1", "Q2", "Q3", "Q4"]


def test_what_is_half_alike_is_offered_and_not_decided() -> None:
    book = Book()
    book.sync({"a.md": rows(q("anchor 사용방식을 yolo와 비교"), ("one",))})
    unsure = book.sync({"a.md": rows([(0, "anchor 개수를 ssd 논문과 비교", "todo")], ("two",))})
    assert ids(unsure) == ["T1"]
    assert unsure.gone == ("Q1",)
    (offer,) = unsure.suggestions
    assert (offer.new, offer.gone) == ("T1", "Q1")
    assert 55 <= offer.score < 70


def test_unread_notes_are_left_alone() -> None:
    book = Book()
    book.read({"a.md": q("왜 이렇게 느린 것일까?"), "b.md": q("x?")})
    copied = book.read({"b.md": q("x?", "왜 이렇게 느린 것일까?")}, unread=["a.md"])
    assert ids(copied) == ["Q2", "Q3"]
    assert not copied.gone


# Anchors


def anchored(text: str, anchor: str) -> Found:
    return replace(rows(q(text))[0], anchor=anchor)


def test_an_anchor_outweighs_the_text_and_stays_with_the_previous_position() -> None:
    book = Book()
    book.read({"a.md": q("first of all?", "second of all?")})
    again = book.sync({"a.md": (anchored("nothing in common", "sq-q2"),), "b.md": rows(q("second of all?"))})
    assert [(one.id, one.how) for one in again.assigned] == [("Q2", "anchor"), ("Q3", "new")]
    copied = book.sync(
        {"0.md": (anchored("nothing in common", "sq-q2"),), "a.md": (anchored("nothing in common", "sq-q2"),)}
    )
    assert [(one.note, one.id) for one in copied.assigned] == [("0.md", "Q4"), ("a.md", "Q2")]


def test_an_anchor_revives_a_tombstone_and_brings_an_unknown_number_along() -> None:
    book = Book()
    book.read({"a.md": q("first of all?")})
    book.read({"a.md": []})
    back = book.sync({"a.md": (anchored("something else", "^sq-q1"), anchored("from another vault", "sq-q7"))})
    assert ids(back) == ["Q1", "Q7"]
    assert back.numbers["question"] == 8
    assert ids(book.read({"a.md": q("something else", "from another vault", "and a new one?")}))[-1] == "Q8"


@pytest.mark.parametrize("anchor", ["sq-q0", "sq-x3", "sq-q3x", "abc", "sq-q1"])
def test_an_anchor_that_names_nothing_here_is_no_identity(anchor: str) -> None:
    book = Book()
    book.read({"a.md": q("first of all?")})
    copy = book.sync({"b.md": (anchored("unlike anything", anchor),)}, unread=["a.md"])
    assert [(one.id, one.how) for one in copy.assigned] == [("Q2", "new")]


# Similarity


def test_only_edited_items_cost_the_import_of_rapidfuzz() -> None:
    script = """
import sys
from test_identity import Book, q
book = Book()
book.read({"a.md": q("first of all?", "second of all?")})
book.read({"a.md": q("second of all?"), "b.md": q("first of all?")})
book.read({"a.md": q("second of all?", "a new one")}, unread=["b.md"])
print(*(name in sys.modules for name in ("rapidfuzz", "studyctl.core.similarity")))
"""
    # The test module itself imports similarity, which must not import rapidfuzz.
    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONPATH": ":".join(sys.path)},
    )
    assert done.stdout.split() == ["False", "True"]


def test_every_way_of_scoring_gives_the_same_scores(monkeypatch: pytest.MonkeyPatch) -> None:
    from studyctl.core import similarity

    left = [f"왜 {a}는 {b}보다 느린가?" for a in ("yolo", "ssd", "retinanet") for b in ("focal loss", "nms")]
    right = [text.replace("느린가", "빠른가") for text in left] + ["다른 이야기"]
    plain = sorted(alike(left, right, 60.0))
    assert plain
    monkeypatch.setattr(similarity, "_LOOP", 0)
    monkeypatch.setattr(similarity, "_CHUNK", 10)
    matrix = sorted(alike(left, right, 60.0))
    assert [(i, j) for i, j, _ in matrix] == [(i, j) for i, j, _ in plain]
    assert [score for *_, score in matrix] == pytest.approx([score for *_, score in plain], abs=1e-4)
    monkeypatch.setattr(similarity, "_LARGEST", 0)
    best = {i: j for i, j, _ in sorted(alike(left, right, 60.0), key=lambda s: s[2])}
    assert best == {i: i for i in range(len(left))}


def test_telling_weighs_what_is_rare() -> None:
    corpus = [f"compare {a} with {b} on a small example" for a in ("yolo", "ssd", "fpn") for b in ("nms", "giou")]
    telling = Telling(corpus)
    other_item = telling("compare yolo with nms on a small example", "compare ssd with giou on a small example")
    same_item = telling("compare yolo with nms on a small example", "compare yolo with nms on a tiny example, again")
    assert other_item < same_item
    assert telling("a", "a longer text with a in it") == pytest.approx(0.0)
    assert telling(corpus[0], corpus[0] + " and then some") == pytest.approx(1.0)
