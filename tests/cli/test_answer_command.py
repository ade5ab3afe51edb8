"""`studyctl answer`: what it shows, what it records, and when there is nothing to show."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from study_bench import Study


def test_the_page_has_everything(study: Study) -> None:
    done = study("answer", "Q1")
    assert done.code == 0
    for part in (
        "Q1  Is the coin fair?\n    Study › Questions  (notes/study.md:5)\n",
        "  ± mixed: supported for rate; refuted for heads-more\n",
        "  ✓ fresh: code, data and question are as they were\n",
        "  ✓ supported  fair.rate  run ",
        "    claim: the coin is fair\n    Heads in 50.8% of 1000 flips.\n",
        "Reproduce\n  studyctl run coin",
        "  C1  heads are more likely.  refuted\n",
    ):
        assert part in done.out


def test_its_json_pins_the_figures_that_decide(study: Study) -> None:
    value = study("answer", "q1", "--json").json
    assert (value["verdict"], value["fresh"], value["author"]) == ("mixed", True, "studyctl")
    assert set(value["figures"]) == {"coin.rate", "coin.rate.lo", "coin.rate.hi", "coin.flips"}
    assert [one["finding"] for one in value["evidence"]] == ["fair.rate", "fair.heads-more"]
    assert value["reproduce"] == ["studyctl run coin"]


def test_a_question_without_a_tie_says_how_to_tie_it(study: Study) -> None:
    done = study("answer", "Q3")
    assert done.code == 8
    assert done.out.startswith("Q3  Does anybody know?\n")
    assert "studyctl link Q3 EXPERIMENT or studyctl experiment new NAME --for Q3" in done.err


def test_a_tied_question_without_a_run_says_what_to_run(fresh: Study) -> None:
    done = fresh("answer", "Q1")
    assert done.code == 8
    assert "next: studyctl run coin\n" in done.err


def test_running_on_the_way(fresh: Study) -> None:
    done = fresh("answer", "Q2", "--run")
    assert done.code == 0
    assert "By a generator with seed 0, [bold]as it is[/bold]." in done.out


@pytest.mark.parametrize("word", ["Q99", "nonsense"])
def test_an_unknown_id(study: Study, word: str) -> None:
    assert study("answer", word).code == 4


def test_a_todo_is_no_question(study: Study) -> None:
    done = study("answer", "T1")
    assert done.code == 2
    assert "T1 is a todo" in done.err


class TestStale:
    def test_a_constant_one_import_away_is_named_with_its_file(self, study: Study) -> None:
        study.edit("experiments/_luck.py", "SHIFT = 0.0", "SHIFT = 0.1")
        value = study("answer", "Q1", "--json").json
        run = value["evidence"][0]["run"][:8]
        assert value["reasons"] == [{"trigger": "code", "text": f"experiments/_luck.py changed since run {run}"}]
        assert "! stale: what it rests on has changed\n    - experiments/_luck.py" in study("answer", "Q1").out
        assert study("question", "list", "--status", "stale", "--json").json[0]["id"] == "Q1"

    def test_comments_docstrings_and_formatting_are_no_reason(self, study: Study) -> None:
        study.edit("experiments/_luck.py", '"""Random numbers."""', '"""Chance."""\n# a comment')
        study.edit("experiments/_luck.py", "SHIFT = 0.0", "SHIFT   =   0.0")
        assert study("answer", "Q1", "--json").json["fresh"] is True

    def test_another_question_is_a_reason_for_its_own_answer_alone(self, study: Study) -> None:
        study.edit("notes/study.md", "Is the coin fair?", "Is the coin really fair?")
        value = study("answer", "Q1", "--json").json
        assert value["reasons"][0]["trigger"] == "question"
        assert "“Is the coin fair?” → “Is the coin really fair?”" in value["reasons"][0]["text"]
        assert study("answer", "Q2", "--json").json["fresh"] is True

    def test_a_new_run_makes_it_fresh(self, study: Study) -> None:
        study.edit("experiments/_luck.py", "SHIFT = 0.0", "SHIFT = 0.1")
        assert study("run", "coin").code == 0
        assert study("answer", "Q1", "--json").json["fresh"] is True


class TestRecording:
    def test_ones_own_words_with_a_figure(self, study: Study) -> None:
        done = study("answer", "Q1", "--text", "Within {coin.rate:.2f} of fair, [red]I think[/red].")
        assert done.code == 0
        assert "± mixed  Within 0.51 of fair, [red]I think[/red]." in done.out
        assert "in your own words · 1 earlier" in done.out

    def test_a_figure_that_is_not_there(self, study: Study) -> None:
        done = study("answer", "Q1", "--text", "{coin.rat:.2f}")
        assert done.code == 2
        assert "did you mean coin.rate" in done.err
        assert study("answer", "Q1", "--json").json["author"] == "studyctl"

    def test_ones_own_words_stay_and_the_newer_run_is_told(self, study: Study) -> None:
        study("answer", "Q1", "--text", "I know.")
        done = study("run", "coin", "--preset", "full")
        assert "your own words stay; `studyctl answer` shows what this run found" in done.out
        shown = study("answer", "Q1").out
        assert "± mixed  I know." in shown
        assert "Found since\n  ✓ supported  Heads in" in shown

    def test_a_chosen_run(self, study: Study) -> None:
        quick = next(run for run in study("runs", "list", "--json").json if run["preset"] == "quick")
        value = study("answer", "Q1", "--from", quick["id"][:6], "--json").json
        assert {one["run"] for one in value["evidence"]} == {quick["id"]}
        assert value["quick"] is True

    def test_unbacked_words_are_marked(self, study: Study) -> None:
        assert study("answer", "Q3", "--text", "Nobody.").code == 8
        assert study("answer", "Q3", "--unbacked", "--text", "Nobody.").code == 0
        assert "without evidence" in study("answer", "Q3").out

    def test_unbacked_needs_words(self, study: Study) -> None:
        assert study("answer", "Q3", "--unbacked").code == 2

    def test_a_link_added_after_the_run_is_taken_over_on_request(self, study: Study) -> None:
        study.edit("notes/study.md", "Does anybody know?", "Does anybody know? (studyctl:coin#summary)")
        study.edit("notes/study.md", "(studyctl:coin#summary)", "([coin](studyctl:coin#summary))")
        done = study("answer", "Q3")
        assert done.code == 8
        assert "next: studyctl answer Q3 --refresh\n" in done.err
        assert study("answer", "Q3", "--refresh").code == 0


def editor(study: Study, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    """An editor that does to the file `$1` what the script says."""
    file = study.root.parent / "editor.sh"
    file.write_text(f"#!/bin/sh\n{script}\n", "utf-8")
    file.chmod(0o755)
    monkeypatch.setenv("VISUAL", str(file))


def test_own_words_in_an_editor_with_every_figure_at_hand(study: Study, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = study.root.parent / "seen.md"
    editor(study, monkeypatch, f'cp "$1" {seen}; sed -i \'1s/.*/It is fair: {{coin.rate:.1%}}./\' "$1"')
    done = study("answer", "Q1", "--edit")
    assert done.code == 0
    assert "It is fair: 50.8%." in done.out and "in your own words" in done.out
    opened = seen.read_text("utf-8")
    assert opened.startswith("mixed: supported for rate; refuted for heads-more\n\n<!-- studyctl:")
    assert "Q1  Is the coin fair?" in opened and "- supported  coin.fair.rate: Heads in 50.8%" in opened
    assert "    {coin.rate} = 0.508\n" in opened
    # The next time the words are there, as the template that they are.
    assert study("answer", "Q1", "--edit").code == 0
    assert seen.read_text("utf-8").startswith("It is fair: {coin.rate:.1%}.\n")


def test_what_cannot_be_recorded_is_not_lost(study: Study, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    editor(study, monkeypatch, "sed -i '1s/.*/My long thoughts on {coin.raet}/' \"$1\"")
    before = study("answer", "Q1", "--json").json
    done = study("answer", "Q1", "--edit")
    assert done.code == 2 and "did you mean coin.rate" in done.err
    (kept,) = tmp_path.glob("studyctl-Q1-*.md")
    assert f"what you wrote is kept in {kept}" in done.err
    assert kept.read_text("utf-8").startswith("My long thoughts")
    assert study("answer", "Q1", "--json").json == before


@pytest.mark.parametrize(
    ("script", "code", "said"),
    [
        ("sed -i '1d' \"$1\"", 2, "the text was left empty; nothing was recorded"),
        (': > "$1"', 2, "the text was left empty"),
        ("exit 3", 1, "ended with code 3; nothing was recorded"),
        ("printf '\\377' > \"$1\"", 1, "is not UTF-8; nothing was recorded"),
    ],
)
def test_an_edit_that_comes_to_nothing(
    study: Study, monkeypatch: pytest.MonkeyPatch, script: str, code: int, said: str
) -> None:
    editor(study, monkeypatch, script)
    before = study("answer", "Q1", "--json").json
    done = study("answer", "Q1", "--edit")
    assert done.code == code and said in done.err
    assert study("answer", "Q1", "--json").json == before


def test_editing_without_evidence(study: Study, monkeypatch: pytest.MonkeyPatch) -> None:
    editor(study, monkeypatch, "sed -i '1s/.*/Nobody knows./' \"$1\"")
    assert study("answer", "Q3", "--edit").code == 8
    done = study("answer", "Q3", "--edit", "--unbacked")
    assert done.code == 0 and "Nobody knows." in done.out and "without evidence" in done.out


def test_editing_and_text_exclude_each_other(study: Study) -> None:
    assert study("answer", "Q1", "--edit", "--text", "x").code == 2


def test_what_nobody_would_see_change_is_said(study: Study) -> None:
    study.write("odds.txt", "0.5")
    study.edit("experiments/coin.py", "    heads = flips(", "    open('odds.txt').close()\n    heads = flips(")
    assert "✓ fresh: code, data and question are as they were\n" not in study("answer", "Q1").out  # the code changed
    assert study("run", "coin").code == 0
    shown = study("answer", "Q1")
    assert "  ✓ fresh: as far as it can be seen\n    - not watched: odds.txt, which was read\n" in shown.out
    assert study("answer", "Q1", "--json").json["unwatched"] == ["odds.txt, which was read"]
