"""What is no prose is hidden, and what only looks like code is not."""

from __future__ import annotations

import pytest

from studyctl.core.detector.masking import mask
from studyctl.core.scanner import decode, scan


def hidden(text: str) -> list[int]:
    """The numbers of the hidden lines."""
    lines = scan(text)
    masked = mask(text, lines)
    return [line.number for index, line in enumerate(lines) if masked.hidden[index]]


def prose(text: str) -> list[str]:
    lines = scan(text)
    masked = mask(text, lines)
    return [masked.prose(index, line) for index, line in enumerate(lines)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a\n```py\nwhy?\n```\nb", [2, 3, 4]),
        ("> ```\n> why?\n> ```\n> b", [1, 2, 3]),
        ("- a\n\n  ~~~\n  why?\n  ~~~\n- b", [3, 4, 5]),
        ("---\ntitle: why?\n---\n\na", [1, 2, 3]),
        ("\ufeff---\ntitle: why?\n---\na", [1, 2, 3]),
        ("+++\ntitle = 'x'\n+++\na", [1, 2, 3]),
        ("a\n\n---\n\nb\n\n---\nc", []),
        ("<!-- why?\n\nstill -->\na", [1, 2, 3]),
        ("<details>\n<summary>why?</summary>\n- a\n</details>\nb", [1, 4]),
        ("<details><summary>why?</summary>\n<p>text</p>\nplain\n</details>", [2, 4]),
        ("<div>\nplain\n<summary>why?</summary>\n</div>", [1, 2, 3, 4]),
        ("%%\nwhy?\n%%\na", [1, 2, 3]),
        ("%% never closed\na", []),
        ("$$\nx = ?\n$$\na", [1, 2, 3]),
        ("- title:: why?\n  collapsed:: true\n- a", [1, 2]),
        ("- std::vector is fast", []),
        ("- a\n  :LOGBOOK:\n  CLOCK: [2023]\n  :END:\n- b", [2, 3, 4]),
        ("DEADLINE: <2023-05-08 Mon>\na", [1]),
        ("#+BEGIN_SRC\nwhy?\n#+END_SRC\na", [1, 2, 3]),
        ("- [A](#a)\n- [B?](#b)\n- [C](https://c.org)", [1, 2]),
        ("<!-- START doctoc -->\n- [A](x.md)\n<!-- END doctoc -->\na", [1, 2, 3]),
        ("[toc]\na", [1]),
        ("{{query (todo TODO)}}\n{% include x %}\n((6450a1b2-0000))\na", [1, 2, 3]),
        ("[ref]: https://example.com\n[^1]: why?\na", [1, 2]),
        ("# A\n\n    code why?\n\na", [3]),
        ("# A\n\n    - a list indented too far\n    - b", []),
        ("# A\n\n    - a\n      ```\n      why?\n      ```\n    - b", [4, 5, 6]),
    ],
)
def test_hidden_lines(text: str, expected: list[int]) -> None:
    assert hidden(text) == expected


def test_one_line_of_triple_backticks_is_inline_code() -> None:
    assert hidden("* ```Accurate, Large? 1 Hour``` 에서 나온 방법\n* b") == []


def test_inline_code_and_comments_keep_the_places_of_the_words_around_them() -> None:
    text = "가 `코드?` 나 <!-- why? --> 다 %%a?%% 라"
    (masked,) = prose(text)
    assert len(masked) == len(text)
    assert "?" not in masked
    assert [masked[text.index(c)] for c in "가나다라"] == list("가나다라")


def test_bytes_that_are_not_utf8_do_not_move_the_mask() -> None:
    text = decode(b"\xff\xfe a `why?` b\n```\nc\n```\n")
    assert hidden(text) == [2, 3, 4]
    assert "why" not in prose(text)[0]
    assert prose(text)[0].endswith(" b")
