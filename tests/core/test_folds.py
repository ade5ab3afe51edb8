"""What can be folded, and notes that head and number their lines without Markdown."""

from __future__ import annotations

import pytest

from studyctl.core.detector import folds
from studyctl.core.detector.detect import detect

Seen = tuple[str, int]


def seen(text: str) -> list[Seen]:
    """Letter and line of everything found."""
    return [(found.kind[0].upper(), found.line) for found in detect(text, "note.md").found]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # the title of a fold is a heading, what is in it its section
        ("<details>\n<summary>Why stow?</summary>\n\nIt needs no templates.\n\n</details>", [("Q", 2), ("C", 4)]),
        ("<details><summary><b>왜 느린가요?</b></summary>\n메모리가 부족하다.\n</details>", [("Q", 1), ("C", 2)]),
        ("<details>\n<summary>Click here</summary>\n\n- a\n\n</details>", []),
        (
            "### BFS와 DFS는 뭐가 다를까?\n<details>\n<summary>정답 보기</summary>\n\n같다.\n\n</details>",
            [("Q", 1), ("C", 5)],
        ),
        ("## Todo\n<details>\n<summary>later</summary>\n\n- a\n\n</details>\n\n- b", [("T", 5), ("T", 9)]),
        ("```html\n<summary>Why?</summary>\n```", []),
        (":::details なぜ遅いのか\nキャッシュがないからである。\n:::\n\nよい。", [("Q", 1), ("C", 2)]),
        (":::message\n遅い。\n:::", []),
        # a label stands in a fold, and does not reach out of it
        ("<details>\n<summary>질문</summary>\n\n- a\n\n</details>\n\n- b", [("Q", 4)]),
        # headings of plain text
        ("■질문\n・a\n・b\n■정리\n・c", [("Q", 2), ("Q", 3)]),
        ("三、下周任务\n小李：\n- a\n我：\n- b\n\n四、其他\n- c", [("T", 3), ("T", 5)]),
        ("[읽을 책]\n- 응인의 난\n[메모]\n- a", [("R", 2)]),
        ("할 일\n■ a\n■ b\n", []),
        # lists of plain text
        ("下周计划：\n1）图论\n2）复习", [("T", 2), ("T", 3)]),
        ("疑问：\n（1）位置编码\n（2）多头", [("Q", 2), ("Q", 3)]),
        ("疑问：\n①位置编码\n②多头", [("Q", 2), ("Q", 3)]),
        ("(1) holds\n\nsee (2)", []),
        ("疑问：\n1.什么是X\nX是一种树。\n2.为什么", [("Q", 2), ("C", 3), ("Q", 4)]),
        ("☐ a\n☑ b\n- ☐ c", [("T", 1), ("T", 2), ("T", 3)]),
        ("□ 추진 배경\n ○ a", []),
        # an answer heading below a question heading
        ("## Why is the sky blue?\n\n### Answer\n\nIt scatters light.", [("Q", 1), ("C", 5)]),
        ("## Why is the sky blue?\n\n### Answer\n\n- it scatters light", [("Q", 1), ("C", 5)]),
    ],
)
def test_sections_without_headings(text: str, expected: list[Seen]) -> None:
    assert seen(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # "Done" is a label on a board, in a log it is not
        ("## Done\n- a\n## Next\n- b", [("T", 4)]),
        ("## To do\n- a\n## Done\n- b", [("T", 2), ("T", 4)]),
        ("# Tasks\n## Home\n- a\n## Log\n- b", [("T", 3)]),
        ("# Questions\n## Notes\n- a", []),
        # what is named together with tasks
        ("## Roadmap / TODO\n- a", [("T", 2)]),
        ("## Notes / TODO\n- a", []),
        # sentences of a language are not asked
        ("## 例文\n- どこへ行くの？\n- [ ] a", [("T", 3)]),
        ("- 예문: 왜 그래?\n- 왜 그래?", [("Q", 2)]),
        # an item may be worded like a label
        ("## Todo\n- homework\n- next steps", [("T", 2), ("T", 3)]),
        ("- 構文がさっぱり分からん", [("Q", 1)]),
        # a local page of an export is no reading
        ("## To read\n- BERT\n\n[child](child.md)", [("R", 2)]),
    ],
)
def test_what_a_label_reaches(text: str, expected: list[Seen]) -> None:
    assert seen(text) == expected


@pytest.mark.parametrize(
    ("text", "mark", "shown"),
    [
        ("- x 2024-05-01 2024-04-28 replace the battery +home", "done", "replace the battery +home"),
        ("- x marks the spot", "", ""),
        ("- FIXME the seed", "open", "the seed"),
        ("## To read\n- ~~GPT-3~~ 읽음", "done", "GPT-3"),
        ("☒ a", "dropped", "a"),
    ],
)
def test_more_states(text: str, mark: str, shown: str) -> None:
    found = [(one.mark, one.text) for one in detect(text, "note.md").found]
    assert found == ([(mark, shown)] if mark else [])


def test_what_opens_and_closes() -> None:
    assert folds.opened("<summary>a <b>b</b></summary>") == "a b"
    assert folds.opened("<details>") is None
    assert folds.opened(":::spoiler a") == "a"
    assert folds.opened(":::message") == ""
    assert folds.opened(":::") is None
    assert [folds.closes(text) for text in (":::", "</details>", ":::a", "::: ")] == [True, True, False, True]
