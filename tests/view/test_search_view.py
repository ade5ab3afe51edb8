"""What a search looks like: words marked in cells, places that are cut at their beginning, JSON."""

from __future__ import annotations

from typing import Any

from rich.cells import cell_len

from studyctl.core.models import Detail, Item
from studyctl.core.search import Found, FoundFinding, Place, Result, choose, parse
from studyctl.view.search import Results, result_json, summary
from studyctl.view.sources import detail_json


def item(text: str, note: str = "notes/a.md") -> Item:
    return Item(
        id="Q1",
        kind="question",
        also=None,
        text=text,
        norm=text,
        note=note,
        line=8,
        parent=None,
        topic=("Title",),
        position=1,
        mark="open",
        box=None,
        rule="box",
        confidence="high",
        status="open",
    )


def result(text: str, typed: str, *others: Place, **more: Any) -> Result:
    title, best = choose([Place("text", text, line=8), *others], parse(typed))
    return Result(0.0000012345678, "open", title, best, more.pop("item", item(text)), **more)


def lines(*results: Result, width: int = 80, color: bool = False) -> list[str]:
    return list(Results(results, width).lines(color))


def test_words_are_marked_in_the_cells_they_take() -> None:
    shown = lines(result("왜 효율적인가 [bold]x[/bold]", "효율"), color=True)
    assert shown[1].startswith("\x1b[1mQ1\x1b[0m  왜 \x1b[1;33m효율\x1b[0m적인가 [bold]x[/bold]")
    plain = lines(result("왜 효율적인가 [bold]x[/bold]", "효율"))
    assert plain[1] == "Q1  왜 효율적인가 [bold]x[/bold]  open    notes/a.md:8"


def test_a_narrow_terminal_cuts_around_the_words() -> None:
    long = "앞에 있는 말이 아주 길어서 " * 8 + "효율적인지 확인 " + "뒤에도 길다 " * 8
    for width in (40, 60, 80, 120):
        shown = lines(result(long, "효율", item=item(long, "a/very/long/path/of/folders/to/some/note.md")), width=width)
        assert all(cell_len(line) <= width for line in shown)
        assert "효율" in shown[1]
        if width >= 60:
            assert shown[1].endswith("note.md:8")
    assert long in lines(result(long, "효율"), width=10_000)[1]


def test_what_stands_elsewhere_has_a_line_of_its_own() -> None:
    shown = lines(result("box decoding", "box exp", Place("context", "exp(tw) 가", line=9)))
    assert shown[1:] == ["Q1  box decoding  open    notes/a.md:8", "      exp(tw) 가          line 9"]
    shown = lines(result("box", "exp", Place("answer", "exp overflows")))
    assert shown[2].endswith("its answer")


def test_what_a_terminal_would_obey_is_not_sent() -> None:
    shown = lines(result("a\x1b[31mred\tcell\nhere", "cell"))
    assert shown[1].startswith("Q1  a�[31mred cell here")


def test_json_says_where() -> None:
    value = result_json(result("box decoding", "exp", Place("source", "see exp", line=9)))
    assert (value["where"], value["part"], value["line"]) == ("notes/a.md:9", "source", 9)
    assert (value["excerpt"], value["highlights"], value["text"]) == ("see exp", [[4, 7]], "box decoding")
    assert value["score"] == 1.23457e-06
    value = result_json(result("box", "exp", Place("answer", "x " * 200 + "exp " + "y " * 200)))
    assert (value["where"], value["line"]) == ("answer of Q1", 8)
    assert len(value["excerpt"]) <= 240
    ((start, end),) = value["highlights"]
    assert value["excerpt"][start:end] == "exp"
    found = FoundFinding("ab" * 16, "coin", "fair", "", "exp wins", "supported", 3)
    title, best = choose([Place("finding", "exp wins")], parse("exp"))
    value = result_json(Result(1.0, "supported", title, best, None, found))
    assert (value["id"], value["kind"], value["where"], value["runs"]) == ("coin#fair", "finding", "run abababab", 3)
    assert (value["note"], value["line"]) == (None, None)


def test_the_line_below_says_how_many() -> None:
    one = result("box", "box")
    assert summary(Found((one,), 1), False) == "1 found"
    assert summary(Found((one,), 9, more=True), False) == "the best 1 of 9; --limit 0 shows all"
    assert summary(Found((one,), 9, more=True), True) == "the best 1; --limit 0 shows all"
    assert summary(Found((), 9), True) == "nothing found with these filters; 9 without them"
    assert summary(Found(), False) == ""


def test_a_source_names_what_it_refers_to() -> None:
    value = detail_json(Detail("source", 4, "A guide", "https://arxiv.org/abs/1603.07285"))
    assert value["reference"] == {
        "kind": "arxiv",
        "id": "1603.07285",
        "url": "https://arxiv.org/abs/1603.07285",
        "label": "arXiv:1603.07285",
    }
    assert detail_json(Detail("source", 4, "Wen et al., 2016"))["reference"]["kind"] == "citation"
    assert detail_json(Detail("context", 4, "arXiv:1603.07285"))["reference"] is None
