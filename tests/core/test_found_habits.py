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
        ("明天要看的文章：\n\nhttps://example.org/a\n\nhttps://example.org/b\n", [("R", 3), ("R", 5)]),
        ("오늘 본 것:\n\nhttps://example.org/a\n", []),
        # links with a remark
        ("- definitely should read this one -> https://example.org/p", [("R", 1)]),
        ("- [saga 入门](https://example.org/s) 还没仔细看", [("R", 1)]),
        ("- [saga 入门](https://example.org/s) 写得很清楚", []),
        # the name of a link asks, not its writer
        ("- [Why is the sky blue?](https://example.org/sky) explains scattering", []),
        # statements whose subject is left out, guesses, lines that lead to what they name
        ("- Doesn't need a parse tree", []),
        ("- doesn't dropout break that too", [("Q", 1)]),
        ("- どこに置いても同じくらいになるのだろう", []),
        ("- 読み専用？の棚だと小さな箱が増える", []),
        ("記錄一下怎麼修好的坑：\n1. 先改成串流\n", []),
        ("理由が分からない問題に取り組んだ論文。", []),
        ('- "the weights of these layers form a cube" (?)', [("Q", 1)]),
        ("- the lamp (?) is blue", []),
        # requests to explain, as interviewers put them
        ("### 캐시에 대해서 설명해주세요\n\n- 캐시는 자주 쓰는 값을 가까이 둡니다.", [("Q", 1), ("C", 3)]),
        ("### 谈谈你对缓存的理解\n\n- 缓存把常用的数据放在近处。", [("Q", 1), ("C", 3)]),
        # what is understood by now
        ("## 질문\n- 캐시 무효화\n- 순서 문제는 해결됨", [("Q", 2)]),
        # numbers of questions, with the answers between them
        (
            "## 遇到的问题\n\n- 前言\n\n1. 缓存有啥用？\n\n它把常用的数据放在近处，所以快了。\n\n加了之后效果更好。\n",
            [("Q", 3), ("Q", 5), ("C", 7), ("C", 9)],
        ),
        # a line that is nothing but a link is no label, a stretch of time no task
        ("## Todo\n\n[ref](topics.md)\n\n- paint the door\n", [("T", 5)]),
        ("## 목표\n- 할 일\n  - 1주차: 21.05.20 ~ 21.05.23\n    - [x] 문 칠하기\n", [("T", 4)]),
        ("任务安排：\n\n第一次迭代：\n\n1. 了解相关设计\n2. 开发并压测\n", [("T", 5), ("T", 6)]),
        ("- 어떤 타입을 써야 할지 어려움", [("Q", 1)]),
        ("- 下面的也没太看懂", [("Q", 1)]),
        # a line without a mark that asks, and the bullets right below it
        (
            "### Lingering Questions:\nHow is the drift measured?\n- It seems to be read off the slope.\n"
            "And the noise?\n- TBD\n",
            [("Q", 2), ("C", 3), ("Q", 4)],
        ),
        # what a log says was done, and what only names something
        ("- Did more reading into locks", []),
        ("- What is interesting are the training samples.", []),
        ("**Gel of the 26th**\n- Prepped the tray\n- Added 3 ul of dye\n- Ran the gel overnight\n", []),
        ("# Exam Prep\n\n## Lecture 1\n\n- Waterfall\n\n## Lecture 2\n\n- Agile\n", []),
        ("# Todo\n\n## House\n\n- paint\n\n## Garden\n\n- dig\n", [("T", 5), ("T", 9)]),
        ("1. あらかじめ一覧をSELECTしておく", []),
        ("- [ ] 気になるところの改善", [("T", 1)]),
        ("- 使い方わっかんねー", [("Q", 1)]),
        ("**P75** quiz ってなんだ・・・", [("Q", 1)]),
        ("- Terms to look up:\n  - ASIC\n  - systolic array\n", [("T", 2), ("T", 3)]),
        ("# TODO\n\n## DONE\n\n- 環境構築\n\n## AWS\n\n- 手順整理\n", [("T", 5), ("T", 9)]),
        ("- 綺麗だったので、追加実験をしようと思う。", [("T", 1)]),
        ("- 同じ結果になるのだろうと思う。", []),
        ("- もう一度やろうと思う。", [("T", 1)]),
        ("- 明天开始学习新的思维。", [("T", 1)]),
        # a reading list in parts
        (
            "## 书单\n\n1. 商业\n   1. 写作技术与逻辑思考\n   2. 讲师的商业策略\n2. 思考\n   1. 最高数字思考术入门\n",
            [("R", 4), ("R", 5), ("R", 7)],
        ),
        ("## Reading list\n\n### TODO\n\n- The Mythical Man-Month\n", [("R", 5)]),
        ("### What I would read\n\n* Liquid Time-constant Networks\n", [("R", 3)]),
        ("* 나중에 읽어봐야 할 문서(https://example.org/d)", [("R", 1)]),
        # what one means to do
        ("- 一通り読んでみます。", [("T", 1)]),
        ("Tomorrow I'm hoping to code outside.", [("T", 1)]),
        ("*todo add pictures of this*", [("T", 1)]),
        ("개념들을 조금 정리할 필요가 있는 것 같다.", [("T", 1)]),
        ("想把留言區加進來。", [("T", 1)]),
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
