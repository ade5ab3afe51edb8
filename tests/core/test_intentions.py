"""What people mean to do, said in passing: before a remark, behind an arrow, on one line of a jotted paragraph."""

from __future__ import annotations

import pytest

from studyctl.core.detector.detect import detect
from studyctl.core.detector.intending import intends, may_intend, meant


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("I ought to check the older scan. My French will do.", "I ought to check the older scan."),
        ("Ribs are fine. Will order the next set on Friday; or not.", None),
        ("Will take the samples outside, and leave half of them covered.", None),
        ("Might try the spring course, not decided.", None),
        ("should learn to hear it instead of writing, everybody says so. Hm.", None),
        ("hum again. grab the cable and it jumps -> ask Kev about a choke", "ask Kev about a choke"),
        ("봄이 되면 한 번에 다 할 생각. 카드도 빌려야됨", None),
        ("다음 배치부터 판을 산으로 닦자", None),
        ("暖かくなったら見に行くつもり。", None),
        ("窓は 2 s、hop は 1 s で要確認", None),
        ("三筆紀錄還沒填，這禮拜填掉", None),
    ],
)
def test_what_is_meant(text: str, sentence: str | None) -> None:
    assert may_intend(text)
    found = meant(text)
    assert found is not None
    assert sentence is None or found == sentence


@pytest.mark.parametrize(
    "text",
    [
        "The gate opens late → read in the train, for once useful.",
        "Managed to run the old script on the arcs; residuals are small.",
        "fetch(url).then((r) => render(r))",
        "과적합을 막으려면 정규화를 잘 해야 한다.",
        "It will be a nice tool. It works.",
        "left heart → backs up into the lungs → short of breath",
    ],
)
def test_what_is_nothing_to_do(text: str) -> None:
    assert not intends(text)


def test_the_line_of_a_wrapped_paragraph_is_that_of_its_sentence() -> None:
    text = (
        "Half of the books swear by it, as they always did and will do.\n"
        "The article is in the basement.\n"
        "I must have a look at that before I carve.\n"
    )
    assert [(each.kind, each.line) for each in detect(text, "note.md").found] == [("todo", 3)]


def test_of_a_long_paragraph_only_what_it_means_to_do_is_the_todo() -> None:
    text = "The dates do not fit, and the editors do not say why. " * 7 + "I must compare the two translations."
    assert [each.text for each in detect(text, "note.md").found] == ["I must compare the two translations."]


@pytest.mark.parametrize(
    ("text", "kind", "line"),
    [
        ("Next: scraper, then measure all of it again", "todo", 1),
        ("Still owe: the case where both are bounded", "todo", 1),
        ("다음: 층마다 다시 재기", "todo", 1),
        ("表3 だけ下がるのはなんで\n音は足すと忘れる\n", "question", 1),
        ("8kHz を超えてる…どうしてるんだろう\nあとクラスタの数も書いてない\n", "question", 1),
    ],
)
def test_lines_that_say_what_they_are(text: str, kind: str, line: int) -> None:
    assert (kind, line) in [(each.kind, each.line) for each in detect(text, "note.md").found]
