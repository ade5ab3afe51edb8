"""How words are cut, asked for and found in a text; the index itself (FTS5) is what they are held against."""

from __future__ import annotations

import sqlite3
from unicodedata import normalize

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from studyctl.core.search import (
    BREAK,
    Excerpt,
    Place,
    choose,
    excerpt,
    fold,
    indexed,
    merged,
    parse,
    spans,
)


def found(text: str, query: str) -> list[str]:
    """What of the text is marked."""
    return [text[start:end] for start, end in merged(spans(text, parse(query)))]


def test_korean_japanese_and_chinese_are_cut_by_twos() -> None:
    assert indexed("효율적인지 확인") == "효율 율적 적인 인지 지 확인 인"
    assert indexed("怎么解码box") == "怎么 么解 解码 码 box"
    assert indexed("がっこう、カー") == "がっ っこ こう う カー ー"
    assert indexed("왜") == "왜"


def test_a_particle_does_not_hide_the_word_before_it() -> None:
    assert indexed("resnet50이 B3의") == "resnet50 이 b3 의"


def test_case_accents_and_widths_are_one() -> None:
    assert indexed("Café CAFE\u0301 ＣＮＮ ｶﾞ ſ Straße") == "cafe cafe cnn ガ s strasse"
    assert fold(normalize("NFD", "이해")) == "이해"


@pytest.mark.parametrize(
    ("typed", "match"),
    [
        ("box decod", '"box" AND "decod"*'),
        ('"box decoding"', '"box decoding"'),
        ("“box decoding” relu", '"box decoding" AND "relu"*'),
        ("방식", '"방식"'),
        ("효율적", '"효율 율적"'),
        ("왜 box", '"왜"* AND "box"*'),
        ("relu에", '"relu 에"*'),
        ('"비해 얼마나"', '"비해 해 얼마 마나"'),
        ("t_w C++ box", '"t w" AND "c" AND "box"*'),
        ("box box BOX box", '"box" AND "box"*'),
        ('box"', '"box"*'),
        ('"', ""),
        ("*** -- ()", ""),
        ("NOT a OR b* AND (c", '"not" AND "a" AND "or" AND "b" AND "and" AND "c"*'),
        ("text:a", '"text a"*'),
    ],
)
def test_what_is_asked_for(typed: str, match: str) -> None:
    assert parse(typed).match == match


@pytest.mark.parametrize(
    ("text", "typed", "marked"),
    [
        ("box decoding 할때", "decod", ["decoding"]),
        ("predecoding", "decod", []),
        ("사용방식을 비교", "방식", ["방식"]),
        ("학습왜", "왜", ["왜"]),
        ("relu에 비해 얼마나 느린지", '"비해 얼마나"', ["비해 얼마나"]),
        ("비해얼마나", '"비해 얼마나"', []),
        ("Café au lait", "CAFE", ["Café"]),
        ("Cafe\u0301 x", "café", ["Cafe\u0301"]),
        ("ｶﾞｯｺｳ", "ガッコ", ["ｶﾞｯｺ"]),
        (normalize("NFD", "이해가"), "이해", [normalize("NFD", "이해")]),
        ("이해가", normalize("NFD", "이해"), ["이해"]),
        ("Straße", "STRASSE", ["Straße"]),
        ("exp(t_w) and t", "t_w", ["t_w"]),
        ("aab ab", "ab", ["ab"]),
        ("a b c", "b a", ["a", "b"]),
    ],
)
def test_where_words_stand(text: str, typed: str, marked: list[str]) -> None:
    assert found(text, typed) == marked


letters = st.sampled_from("ab가나다かカ中1_-, ")
texts = st.text(letters, max_size=14)
queries = st.text(letters | st.just('"'), min_size=1, max_size=8)


@settings(max_examples=400, deadline=None)
@given(texts, queries)
@example("가나 다", '"나 다"')
@example("a가나", '"a나"')
@example("가 나a", '"나a"')
def test_the_index_finds_what_is_marked_and_nothing_else(text: str, typed: str) -> None:
    query = parse(typed)
    if not query.words:
        return
    db = sqlite3.connect(":memory:")
    db.execute("CREATE VIRTUAL TABLE search USING fts5 (text, tokenize = 'unicode61 remove_diacritics 2')")
    db.execute("INSERT INTO search VALUES (?)", (indexed(text),))
    (count,) = db.execute("SELECT count(*) FROM search WHERE search MATCH ?", (query.match,)).fetchone()
    db.close()
    assert bool(count) == all(spans(text, query))


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=30), st.text(max_size=30))
@example("㏆", "C")
def test_no_text_is_a_mistake(text: str, typed: str) -> None:
    query = parse(typed)
    assert BREAK not in query.match
    for start, end in merged(spans(text, query)):
        assert 0 <= start < end <= len(text)
    if query.words:
        db = sqlite3.connect(":memory:")
        db.execute("CREATE VIRTUAL TABLE search USING fts5 (text, tokenize = 'unicode61 remove_diacritics 2')")
        db.execute("SELECT * FROM search WHERE search MATCH ?", (query.match,)).fetchall()
        db.close()


def test_an_excerpt_is_what_stands_around_the_first_word() -> None:
    text = "one two three four five six needle eight nine ten eleven"
    query = parse("needle")
    part = excerpt(text, merged(spans(text, query)), 24)
    assert part.text == "…six needle eight nine…"
    assert [part.text[a:b] for a, b in part.spans] == ["needle"]
    assert excerpt("short", ((0, 5),), 24) == Excerpt("short", ((0, 5),))
    assert excerpt("one two three four", (), 10).text == "one two …"


wide = st.text(st.sampled_from("ab 가中"), max_size=40)


@settings(max_examples=300, deadline=None)
@given(wide, wide, wide, st.integers(1, 50))
def test_an_excerpt_fits_and_marks_the_same(before: str, needle: str, after: str, room: int) -> None:
    def cells(text: str) -> int:
        return sum(1 if c.isascii() or c == "…" else 2 for c in text)

    text, span = before + needle + after, (len(before), len(before) + len(needle))
    part = excerpt(text, [span] if needle else [], room, cells)
    assert cells(part.text) <= max(room, 4)  # a cut at both ends and one wide character
    assert part.text.strip("…") in text
    for start, end in part.spans:
        assert part.text[start:end] in needle
        assert part.text[start:end] or not needle


def test_the_place_that_has_what_the_first_lacks() -> None:
    places = [Place("text", "box decoding"), Place("context", "box"), Place("source", "exp"), Place("topic", "exp")]
    title, best = choose(places, parse("box exp"))
    assert (title.spans, best.part, best.spans) == (((0, 3),), "source", ((0, 3),))
    assert choose(places, parse("box dec"))[1].part == "text"
    assert choose(places, parse("nothing"))[1].part == "text"
