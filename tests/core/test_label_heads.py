"""Heads in a person's own words, lists without marks, works to be read, and what somebody means to do."""

from __future__ import annotations

import pytest

from studyctl.core.detector import heads, intending
from studyctl.core.detector.detect import detect
from studyctl.core.detector.label_heads import head_by_words
from studyctl.core.detector.sources import names_work


def seen(text: str) -> list[tuple[str, int]]:
    return [(one.kind[0].upper(), one.line) for one in detect(text, "n.md").found]


@pytest.mark.parametrize(
    ("words", "scope"),
    [
        ("things i keep getting wrong", "question"),
        ("nobody could explain", "question"),
        ("refs to chase", "reading"),
        ("before the exam", "todo"),
        ("자꾸 틀리는 거", "question"),
        ("도서관에서 빌릴 책", "reading"),
        ("もやっとしていること", "question"),
        ("遗留", "question"),
        ("还要买的", "todo"),
        ("bug marta about the keys", "question"),
        ("bug fixes", None),
        ("confusion matrix", None),
        ("next token prediction", None),
        ("what i learned", None),
        ("읽은 책", None),
        ("読書会", None),
        ("重要概念", None),
        ("이번 주 안에", "todo"),
        ("팀장님한테 확인받을 것", "question"),
        ("次に行ったら", "todo"),
        ("院長に聞く", "question"),
        ("月底前得交完", "todo"),
        ("미정인 일정", "question"),
    ],
)
def test_what_a_head_says(words: str, scope: str | None) -> None:
    head = head_by_words(words)
    assert (head and head.scope) == scope


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # a list decides where words leave it open
        ("## Next bake\n- drop the hydration\n- score flatter", [("T", 2), ("T", 3)]),
        ("## Next bake\n- it was too wet\n- it is dense", []),
        ("## Day two\n- why a?\n- why b?\n- why c?\n- the rest", [("Q", 2), ("Q", 3), ("Q", 4), ("Q", 5)]),
        ("## Loose ends\n- does it hold for n = 2\n- move the lemma", [("Q", 2), ("T", 3)]),
        # the title of a note names what all of it is about
        ("복습 노트\n- 행렬\n- 고유값", []),
        # lists without bullets
        ("buy:\nrice flour\nnew blades\n\nprose goes on", [("T", 2), ("T", 3)]),
        ("할 일\n  표지 만들기\n  메일", [("T", 2), ("T", 3)]),
        ("Questions\nIt is late. I am tired.", []),
        # the same depth, another mark: below it, as its writer means it
        ("* 할 일\n- 표지\n- 메일\n* 회의\n- 늦었다", [("T", 2), ("T", 3)]),
        ("1. Questions\n- the third term\n- its sign\n2. Done\n- the plot", [("Q", 2), ("Q", 3)]),
        ("- why a?\n* why b?\n- why c?", [("Q", 1), ("Q", 2), ("Q", 3)]),
        # an indented line that asks, below a line of a log
        ("The frame of crate 2 has lost a corner, which nobody put in a report\n\twas it so before?", [("Q", 2)]),
        # indented below a line that ends in a colon
        ("to look at when I have a free weekend in may:\n   Ørberg, ch 1\n   a film on Pompeii", []),
        # a work is longer than other lines of a list without marks
        (
            "要看的文献\nKrauskopf, Physicochemical Concepts of the Lithium Metal Anode in Solid State Cells\nFu 2017",
            [("R", 2), ("R", 3)],
        ),
        ("## Follow-up papers\n- [ ] Lamport, Paxos Made Simple\n- [ ] Ongaro's thesis", [("R", 2), ("R", 3)]),
        # lines of minutes are things of their own
        ("논의\n도현: 꼭 저항이어야 하는가\n우진: 번역은 누가 맡았나", [("Q", 2), ("Q", 3)]),
        # who writes with small letters begins each line so
        ("tired today\nneed to make cards for chapter 24\nslept", [("T", 2)]),
        ("things I keep getting wrong\nsigns in torque\nunits of R\n\nThe rest is fine.", [("Q", 2), ("Q", 3)]),
        # signs of lists
        ("待办\n．买书\n．还书", [("T", 2), ("T", 3)]),
        ("My questions\n: why not\n: is it", [("Q", 2), ("Q", 3)]),
        ("할 일\n가. 청소\n나. 빨래", [("T", 2), ("T", 3)]),
        # what is to be read, among what is to be done
        ("## Homework\n- Xiong 2020, layer norm\n- ex 3", [("R", 2), ("T", 3)]),
        ("Must get hold of: Hamelman, Bread (2nd ed)", [("R", 1)]),
        # a day begins a task of todo.txt only among its like
        ("(A) call mum @phone\n2026-11-20 pay rent @home", [("T", 1), ("T", 2)]),
        ("2026-11-20 met Ann @home\nthen we left", []),
        # a table below a head of what is to be done
        ("## 行动\n| 事项 | 截止 |\n|---|---|\n| 对账 | 周三 |", [("T", 4)]),
        ("가설 1: late fusion이 더 강하다", [("C", 1)]),
        # where an arrow leads to answers nothing
        ("Why so?\n\n→ relates to [[Reid]]", [("Q", 1)]),
    ],
)
def test_lists_below_heads(text: str, expected: list[tuple[str, int]]) -> None:
    assert seen(text) == expected


@pytest.mark.parametrize(
    ("text", "whether"),
    [
        ("must email Kim about the slot", True),
        ("Fine so far. Need to rerun it with seed 3", True),
        ("must be positive", False),
        ("you need to run it", False),
        ("C는 다시 키워볼 것", True),
        ("내일 IRB 서류 제출하기", True),
        ("primer dimer일 것", False),
        ("정규화해야 한다", False),
        ("一枚にまとめておくこと。", True),
        ("来週もう一回測る", True),
        ("毎回測る", False),
        ("明天把年表补上。", True),
        ("昨天把年表补上了", False),
        ("要给房东打电话", True),
        ("周三下班要去取书", True),
        ("要给定初值才收敛", False),
        ("木村さんに資料を送ること", True),
        ("木村さんは先生に送ることがある", False),
    ],
)
def test_intentions(text: str, whether: bool) -> None:
    assert intending.intends(text) is whether
    assert intending.may_intend(text) or not whether


@pytest.mark.parametrize(
    ("text", "whether"),
    [
        ("ConvNeXt (Liu 2022)", True),
        ("2111.06377", True),
        ("Barr et al. (2013) を読む", True),
        ("久保『データ解析のための統計モデリング入門』7章", True),
        ("《台灣維管束植物簡誌》", True),
        ("Lackey, *Learning from Words*, ch. 2–3", True),
        ("对照《汉书·项籍传》看异文", False),
        ("chapters 2 to 4", False),
        ("2024 taxes", False),
    ],
)
def test_works(text: str, whether: bool) -> None:
    assert names_work(text, text) is whether


@pytest.mark.parametrize(
    "line", ["Read chapter 3", "Put out the bins", "Set up the router", "Feed the cat", "Need milk"]
)
def test_an_order_is_not_taken_for_what_a_log_says_was_done(line: str) -> None:
    assert heads._PAST.match(line) is None


@pytest.mark.parametrize("line", ["Added 3 ul of dye", "Ran the gel", "Tied it up", "Planned the trip"])
def test_what_a_log_says_was_done(line: str) -> None:
    assert heads._PAST.match(line) is not None
