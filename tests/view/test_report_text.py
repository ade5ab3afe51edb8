"""Words in a report: as HTML and as Markdown they say the same, and never do anything."""

from __future__ import annotations

from html.parser import HTMLParser

import pyromark
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from studyctl.view.report import text

HOSTILE = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '"><svg onload=alert(1)>',
    "[click](javascript:alert(1))",
    "[click](JaVaScRiPt:alert(1)) and [data](data:text/html,<b>x</b>) and [file](file:///etc/passwd)",
    "https://example.org/\"onmouseover='alert(1)'",
    "[x](https://example.org/?q=<script>)",
    "<javascript:alert(1)>",
    "`<b>code</b>` and ``a ` b`` and `unclosed",
    "{{ 7 * 7 }} {% raw %} {# gone #}",
    "</style></script><!-- -->",
    "&lt;b&gt; &amp; &#106;avascript:",
    "# no heading #",
    "1. no list",
    "- no list either",
    "| a | b |\n|---|---|",
    "**bold** __too__ ~~gone~~ $x^2$ [ref][1] ![i](https://example.org/x.png)",
    "a\u202eb\u0000c",
    "<https://example.org/a_b_c>",
    "www.example.org/a?b=c&d=e",
)
words = st.one_of(
    st.sampled_from(HOSTILE),
    st.text(),
    st.lists(
        st.sampled_from(["[a](", "javascript:", "https://e.org", ")", "`", "``", "<b>", "&lt;", "\\", "*", "|", " "])
    ).map("".join),
)


class Seen(HTMLParser):
    """The elements and the text of a piece of HTML."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_comment(self, data: str) -> None:
        raise AssertionError(f"a comment: {data}")


def seen(html: str) -> Seen:
    parser = Seen()
    parser.feed(html)
    parser.close()
    return parser


def inert(found: Seen, also: tuple[str, ...] = ()) -> None:
    for tag, attrs in found.tags:
        assert tag in ("a", "code", *also)
        if tag == "a":
            assert attrs["href"] is not None and attrs["href"].lower().startswith(("https://", "http://"))
            assert set(attrs) <= {"href", "rel"}
        else:
            assert not attrs


@given(words)
def test_html_holds_code_and_links_to_the_web_and_nothing_else(value: str) -> None:
    found = seen(str(text.html(value)))
    inert(found)
    assert found.text == text.plain(value)


@given(words)
@example("a|b")
@example("1) no list")
@example("x #")
def test_markdown_is_one_paragraph_of_the_same_words(value: str) -> None:
    for table in (False, True):
        said = text.markdown(value, table=table)
        page = f"| a |\n|---|\n| {said} |\n" if table else said
        options = pyromark.Options.ENABLE_TABLES | pyromark.Options.ENABLE_STRIKETHROUGH | pyromark.Options.ENABLE_MATH
        found = seen(pyromark.html(page, options=options))
        inert(found, ("p", "table", "thead", "tbody", "tr", "th", "td"))
        cells = [tag for tag, _ in found.tags if tag == "td"]
        assert len(cells) <= 1
        shown = " ".join(found.text.split()).removeprefix("a").strip() if table else " ".join(found.text.split())
        assert shown == " ".join(text.plain(" ".join(text.clean(value).split())).split())


@given(words)
def test_a_heading_is_a_heading_of_the_same_words(value: str) -> None:
    found = seen(pyromark.html(f"## {text.markdown(value)}"))
    inert(found, ("h2",))
    assert " ".join(found.text.split()) == " ".join(text.plain(" ".join(text.clean(value).split())).split())


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "//example.org",
        "file:///x",
        " https://e.org",
        'https://e.org/"x',
        None,
    ],
)
def test_other_addresses_are_no_links(url: str | None) -> None:
    assert text.safe_url(url) == ""


def test_an_address_of_the_web_is_one() -> None:
    assert text.safe_url("https://e.org/a?b=c&d") == "https://e.org/a?b=c&d"


@pytest.mark.parametrize(
    ("value", "language"),
    [("왜 느리지?", "ko"), ("box 방식", "ko"), ("なぜ遅い？", "ja"), ("为什么慢", "zh"), ("why slow?", ""), ("", "")],
)
def test_the_language_that_words_are_set_in(value: str, language: str) -> None:
    assert text.language(value) == language


def test_characters_that_turn_a_line_around_are_shown_as_such() -> None:
    assert text.clean("a\u202eb\x07") == "a\ufffdb\ufffd"
