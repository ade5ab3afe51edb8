"""`studyctl report`: what is in it, from notes and runs to pages."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
from study_bench import Study
from test_main_line import HEAVY, loaded, settle

PAGE = "report/index.html"


def text(html: str) -> str:
    """The words of a page."""
    bare = re.sub(r"(?s)<(script|style).*?</\1>", " ", html)
    return " ".join(re.sub(r"<[^>]*>", " ", bare).split())


def page(study: Study, *words: str) -> str:
    done = study("report", *words)
    assert done.code == 0, done.err
    return (study.root / PAGE).read_text("utf-8")


def test_it_shows_answers_with_findings_runs_and_commands(study: Study) -> None:
    words = text(page(study))
    run = study("runs", "list", "--json").json[-1]
    answer = study("answer", "Q1", "--json").json
    assert answer["conclusion"] in words
    for evidence in answer["evidence"]:
        assert evidence["text"] in words and evidence["claim"] in words and evidence["finding"] in words
    assert f"run {run['id'][:8]}" in words
    assert "studyctl run coin" in words
    assert "rate.lo &lt; 0.5 and rate.hi &gt; 0.5" in words  # what decides
    for name, value in answer["figures"].items():
        assert f"{name} {value}" in words
    assert "Does anybody know?" in words and "✓ fresh" in words


def test_stale_answers_say_why(study: Study) -> None:
    study.edit("experiments/_luck.py", "SHIFT = 0.0", "SHIFT = 0.1")
    words = text(page(study))
    assert "! stale" in words and "experiments/_luck.py changed since run" in words
    assert study("report", "--json").json["stale"] == ["Q1", "C1", "Q2"]


def test_what_was_accepted_says_so(study: Study) -> None:
    study.edit("experiments/_luck.py", "SHIFT = 0.0", "SHIFT = 0.0 + 0.0")
    assert study("accept", "Q1", "--reason", "the <same> sum").code == 0
    words = text(page(study))
    assert words.count("the &lt;same&gt; sum") == 1 and "Looked at and accepted 20" in words
    assert "Q1" not in study("report", "--json").json["stale"]


def test_the_same_state_gives_the_same_bytes_and_is_not_written_again(study: Study) -> None:
    page(study)
    before = (study.root / PAGE).read_bytes()
    again = study("report")
    assert again.out.startswith("unchanged: report/index.html")
    assert study("report", "-o", "other").out.startswith("wrote other/index.html")
    assert (study.root / "other/index.html").read_bytes() == before


def test_it_names_no_machine(study: Study) -> None:
    import socket

    for form in ("html", "md"):
        study("report", "--format", form, "-o", form)
        for file in (study.root / form).rglob("*.*"):
            said = file.read_bytes()
            assert str(study.root.parent).encode() not in said
            assert socket.gethostname().encode() not in said


def test_some_items_bring_what_is_below_them(study: Study) -> None:
    value = study("report", "Q1", "--json").json
    assert value["items"] == ["Q1", "C1"]
    assert value["written"] is True and value["files"] == ["index.html"]
    words = text((study.root / PAGE).read_text("utf-8"))
    assert "Some of the items only." in words and "How are the flips made?" not in words


def test_an_item_that_is_not_there(study: Study) -> None:
    done = study("report", "Q99")
    assert done.code == 4 and not (study.root / "report").exists()


@pytest.mark.parametrize("words", [("--format", "pdf"), ("--mlflow", "javascript:alert(1)"), ("-o", "notes")])
def test_what_is_refused_before_anything_is_written(study: Study, words: tuple[str, ...]) -> None:
    before = sorted(path for path in study.root.iterdir())
    done = study("report", *words)
    assert done.code == 2 and done.err.count("\n") == 2
    assert sorted(path for path in study.root.iterdir()) == before


def test_links_to_mlflow_where_its_address_is_given(study: Study) -> None:
    import sqlite3

    assert "#/runs/" not in page(study)
    html = page(study, "--mlflow", "http://127.0.0.1:5000/")
    with sqlite3.connect(study.root / ".studyctl/mlflow.db") as db:
        ids = {row[0] for row in db.execute("SELECT run_uuid FROM runs")}
    linked = set(re.findall(r'href="http://127\.0\.0\.1:5000/#/runs/([0-9a-f]{32})"', html))
    assert linked and linked <= ids


def test_markdown_among_the_notes_is_refused_unless_it_is_excluded(study: Study) -> None:
    done = study("report", "--format", "md", "-o", "notes/report")
    assert done.code == 2 and "would be read as notes" in done.err
    (study.root / "studyctl.toml").write_text('notes = "notes"\nexclude = ["notes/report"]\n')
    done = study("report", "--format", "md", "-o", "notes/report")
    assert done.code == 0, done.err
    count = len(study("item", "list", "--json").json)
    assert count == len(study("item", "list", "--json").json) == 5


def test_hostile_words_do_nothing(study: Study) -> None:
    study.write(
        "notes/evil.md",
        "# <script>alert(1)</script>\n\n## Questions\n\n"
        "* Why </title><script>alert(2)</script> {{ 7*7 }}?\n"
        "    * <img src=x onerror=alert(3)> is faster\n"
        "    * [paper](javascript:alert(4))\n",
    )
    html = page(study, "--title", "</title><script>alert(5)</script>")
    assert html.count("<script>") == 1 and html.count("<script") == 1 and "<img src=x" not in html
    assert not re.search(r"(?i)(href|src)=\"\s*(?!#|https?:|figures/)", html)
    assert "49" not in text(html).partition("evil")[2][:200]
    study("report", "--format", "md", "-o", "md")
    import pyromark

    for file in (study.root / "md").glob("*.md"):
        made = pyromark.html(file.read_text("utf-8"), options=pyromark.Options.ENABLE_TABLES)
        assert not re.search(r'(?i)<script|<img|<svg|href="javascript', made)


def test_the_policy_lets_run_what_is_in_the_page_and_nothing_else(study: Study) -> None:
    import base64
    import hashlib

    html = page(study)
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]+)"', html)
    assert policy is not None and "default-src 'none'" in policy[1].replace("&#39;", "'")
    for tag in ("style", "script"):
        (part,) = re.findall(rf"(?s)<{tag}>(.*?)</{tag}>", html)
        digest = base64.b64encode(hashlib.sha256(part.encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy[1].replace("&#39;", "'")
    assert not re.search(r"\sstyle=|\son\w+=", re.sub(r"(?s)<(script|style)>.*?</\1>", "", html))
    assert not re.findall(r'(?:src|href)="(?!#|figures/)([^"]*)"', html)  # nobody is asked for anything


FIGURE = """
    from matplotlib.figure import Figure
    figure = Figure()
    figure.subplots().plot([1, 2])
    run.figure("flips", figure, title="How it [went]")
"""


@pytest.fixture
def drawn(fresh: Study) -> tuple[Study, Path]:
    """A workspace whose run has a figure; its file."""
    source = (fresh.root / "experiments/coin.py").read_text("utf-8")
    fresh.write("experiments/coin.py", source.rstrip("\n") + FIGURE)
    assert fresh("run", "coin").code == 0
    (figure,) = fresh.root.glob(".studyctl/runs/*/artifacts/figures/flips.png")
    return fresh, figure


def test_figures_lie_beside_the_page(drawn: tuple[Study, Path]) -> None:
    study, figure = drawn
    html = page(study)
    (source,) = re.findall(r'<img src="([^"]+)" alt="How it \[went\]: figure of coin" width="\d+" height="\d+"', html)
    assert (study.root / "report" / source).read_bytes() == figure.read_bytes()
    study("report", "--format", "md", "-o", "md")
    assert f"![How it \\[went\\]]({source})" in (study.root / "md/study.md").read_text("utf-8")
    assert (study.root / "md" / source).read_bytes() == figure.read_bytes()


def test_a_figure_that_was_changed_is_left_out_and_named(drawn: tuple[Study, Path]) -> None:
    study, figure = drawn
    figure.write_bytes(figure.read_bytes() + b"more")
    html = page(study)
    assert "<img" not in html and "How it [went]" in text(html).partition("Left out")[2]
    assert study("report", "--json").json["altered"][0]["title"] == "How it [went]"
    shutil.rmtree(figure.parent)
    assert "How it [went]" in text(page(study)).partition("and not here")[2]
    assert "1 figure not here" in study("report").out


def test_nothing_heavy_is_imported(coin: Path) -> None:
    settle(coin)
    assert loaded(coin, "sync")
    imported = loaded(coin, "report")
    assert not [name for name in imported if name.partition(".")[0] in HEAVY]
    assert "rich.console" not in imported


def test_json_is_what_was_written(study: Study) -> None:
    value: dict[str, Any] = study("report", "--format", "md", "--json").json
    folder = study.root / "report"
    marker = json.loads((folder / ".studyctl-report").read_text("utf-8"))
    assert value["files"] == marker["files"] == sorted(path.name for path in folder.glob("*.md"))
    assert value["answers"] == ["Q1", "C1", "Q2"] and len(value["runs"]) == 1


def test_quietly(study: Study) -> None:
    assert study("report", "--quiet").out == ""
