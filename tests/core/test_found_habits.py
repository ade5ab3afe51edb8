"""Habits that public notes showed, in notes of our own: titles behind boxes, links to be read, remarks, answers."""

from __future__ import annotations

import pytest
from found_values import letters

from studyctl.core.detector.detect import detect

Seen = tuple[str, int]


def seen(text: str) -> list[Seen]:
    """Letter and line of everything found; "QT" is a question that is a todo as well."""
    return [(letters(found), found.line) for found in detect(text, "note.md").found]


def marks(text: str) -> list[tuple[int, str]]:
    return [(found.line, found.mark) for found in detect(text, "note.md").found]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # boxes before titles of what one reads
        (
            "* First papers\n\n- [x] Blind source counting with spatial features\n- [ ] Ulrich's thesis on beamforming",
            [("R", 3), ("R", 4)],
        ),
        ("# 작업\n- [ ] 외부 호출 분리\n- [ ] 대시보드 수정", [("T", 2), ("T", 3)]),
        ("- [ ] Deep nets, a gentle tour - https://example.org/tour", [("R", 1)]),
        ("- [ ] Install the driver from https://example.org/driver", [("T", 1)]),
        ("- [ ] Tax return https://example.org/tax", [("T", 1)]),
        ("- [ ] 세금 신고 https://example.org/tax", [("T", 1)]),
        ("- [ ] Book - [build a model from scratch](https://example.org/book)", [("R", 1)]),
        ("- [ ] Why does it drift? https://example.org/drift", [("QT", 1)]),
        # lines of titles below a label, each a paragraph
        (
            "### 待读\n\nGradient Flow in Narrow Networks\n\nOne Model for All: Cheap Adapters for Vision\n",
            [("R", 3), ("R", 5)],
        ),
        # links below a line that means to read them
        ("나중에 읽어보자.\n* [인덱스는 왜 깨지나](https://example.org/a)", [("T", 1), ("R", 2)]),
        ("關於時鐘要讀這幾篇：\n\n- [時鐘與順序](https://example.org/c)\n- 《分散式系統》", [("R", 3), ("R", 4)]),
        ("- some links\n  - [a page](https://example.org/a)", []),
        # links with a remark
        ("- [saga 入门](https://example.org/s) 还没仔细看", [("R", 1)]),
        ("- [saga 入门](https://example.org/s) 写得很清楚", []),
        # the name of a link asks, not its writer
        ("- [Why is the sky blue?](https://example.org/sky) explains scattering", []),
        # what one means to do
        ("- 6番は記録なし...要確認なので後で調べておきたい。", [("T", 1)]),
        ("`cache` は遅いのでなくしたい。", [("T", 1)]),
        ("ノイズへの過学習を解決したい。", []),
        ("1. 예제를 시뮬레이션 해 보자.\n2. 기록을 살펴 보자.", [("T", 1), ("T", 2)]),
        ("체크포인트도 꼭 저장하자.", []),
        ("- sample 26: empty file... need to investigate this", [("T", 1)]),
        ("If it still fails, I'll have to train another one.", [("T", 1)]),
        ("In this part we need to keep track of the free blocks.", []),
        ("Ann to send the minutes", [("T", 1)]),
        ("How to remove an image", []),
        # tasks that are ticked off in words, where others are
        ("#### Goals\n1. compare the reads - done\n2. plot the counts - done", [("T", 2), ("T", 3)]),
        ("- the run is - done", []),
        # doubts in long prose, and doubts that are none
        (
            "It is a filter. It has six poles. They come from the signal. I don't remember what the gain is for."
            " So be it. The rest is plain.",
            [("Q", 1)],
        ),
        (
            "Does attention hit a limit on long texts? I know that others do. It was tried on books. They were short."
            " Nobody went further.",
            [("Q", 1)],
        ),
        ("명령어를 이해하지 못하면 진행이 어렵다.", []),
        ("처음엔 이해가 안 되고 어려웠지만 강의를 듣고 쉽게 읽혔다.", []),
        ("わからないことが多かった。", []),
        ("If I don't get the model to converge, the plan changes.", []),
        # marks within a sentence
        ("각 형식?마다 다르게 지정한다.", []),
        ("For the cache (SRAM?) emulation, rows are copied.", []),
        ("Rails では`saved?`はお約束的に書く。", []),
        # forms that ask the same of each paper, and each day
        ("## 技術や手法の肝は？\n- 損失を二つにした", []),
        ("### 오늘의 계획이 예상대로 진행됐나요?\n- 네", []),
        # a task goes on in the next line: its own line asks
        ("- [ ] 什么是熵编码\n一种无损的方法 [词条](https://example.org/e)", [("QT", 1)]),
        # a paragraph that asks amid much else, and the next one says that it answers it
        (
            "文章的最后一句说客户端清除了记录。书里说这样就够了。为什么这样有效呢？你可能会想到顺序。那不重要。\n\n"
            "答：因为依赖是传递的。",
            [("Q", 1), ("C", 3)],
        ),
        # the answer in a quote right below
        ("q:왜 링크를 하나\n>빠진 기호를 찾기 위해서이다.", [("Q", 1), ("C", 2)]),
        # an English title with a remark in another language behind it
        ("- [x] **Deep Walks on Sparse Graphs**：经典方法", [("R", 1)]),
        ("- [ ] **Set up the new server**：尽快", [("T", 1)]),
        ("下周目标：实现 open 和 read", [("T", 1)]),
        # the answer is the next bullet
        ("- 그 이유는 뭘까?\n- 정답은 서블릿 설정에 있다.", [("Q", 1), ("C", 2)]),
        # a Korean question and its answer on one line of notes; prose asks so too, of nobody
        ("페이지 테이블은 어떻게 관리하지? 계층으로 나눠서 관리", [("Q", 1)]),
        ("왜 하필 그때였을까? 시장이 작았기 때문이다.", []),
        # a list of changes is nothing to read
        (
            "## Changes\n- Fix the cache by [@ann](https://github.com/ann) in [#1](https://github.com/a/b/pull/1)\n"
            "- Add a flag by [@bob](https://github.com/bob) in [#2](https://github.com/a/b/pull/2)",
            [],
        ),
    ],
)
def test_habits(text: str, expected: list[Seen]) -> None:
    assert seen(text) == expected


def test_an_answer_goes_on_to_the_end_of_its_section() -> None:
    text = "## Why is it slow?\n\nThe cache is cold.\n\n![](a.png)\n\nThe disk is slow, too.\n\n## Notes\n\nIt rained."
    assert seen(text) == [("Q", 1), ("C", 3), ("C", 7)]


def test_a_log_by_the_clock_does_not_answer_what_stood_before() -> None:
    assert seen("11:05 Bea left the gel out, does that kill it?\n\n13:40 the band is at 1.2 kb.") == [("Q", 1)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("- Is it compact?\n  - My guess: it is not.", [(1, "open"), (2, "open")]),
        ("- Is it compact?\n  - It is not.", [(1, "noted"), (2, "open")]),
        ("## Todo\n- the 2019 paper too, skipping it, syllabus changed", [(2, "dropped")]),
        ("## 할 일\n- 원문 대조는 시간이 없어 안 하기로", [(2, "dropped")]),
        ("## やること\n- 受験料の振込 済\n- 過去問を解く(1年分終わり、続行中)", [(2, "done"), (3, "doing")]),
        ("## 待办\n- 英语精读不做了", [(2, "dropped")]),
    ],
)
def test_what_words_say_of_the_state(text: str, expected: list[tuple[int, str]]) -> None:
    assert marks(text) == expected
