"""`studyctl experiment`: listing, showing, and making one that runs."""

from __future__ import annotations

from study_bench import Study


def test_the_list_shows_ties_last_runs_and_what_is_wrong(study: Study) -> None:
    study.write("experiments/broken.py", "x = 1\ndef broken(:\n")
    done = study("experiment", "list")
    assert done.code == 0
    assert "coin        Is a coin fair?  Q1, C1, Q2, T1  " in done.out
    assert done.err == "warning: experiments/broken.py:2: syntax error: invalid syntax\n"
    values = {one["name"]: one for one in study("experiment", "list", "--json").json}
    assert values["coin"]["tied"] == ["Q1", "C1", "Q2", "T1"]
    assert values["broken"]["problem"] == "syntax error: invalid syntax"
    assert (values["failing"]["last_run"], values["failing"]["problem"]) == (None, None)


def test_the_page_shows_parameters_with_their_bounds(study: Study) -> None:
    done = study("experiment", "show", "coin")
    assert "flips  int    1000     >= 10, <= 100000  how often (flips)" in done.out
    assert "  quick     flips=100\n" in done.out
    value = study("experiment", "show", "coin", "--json").json
    assert value["preset_values"]["quick"] == {"flips": 100}
    assert [p["name"] for p in value["params"]] == ["flips", "bias", "seed"]


def test_the_page_shows_what_is_tied_and_warns_of_a_preset_that_cannot_run(study: Study) -> None:
    study.edit("experiments/coin.py", '"quick": {"flips": 100}', '"quick": {"flip": 100}')
    done = study("experiment", "show", "coin")
    assert "  Q1  Is the coin fair?  stale, #fair\n" in done.out
    assert done.err == ("warning: preset quick: no parameter 'flip'; did you mean 'flips'?; see experiments/coin.py\n")


def test_nothing_is_executed_to_list(study: Study) -> None:
    study.write("experiments/loud.py", "raise SystemExit('executed')\n")
    assert study("experiment", "list").code == 0


def test_a_new_one_runs_and_answers_the_question_it_was_made_for(study: Study) -> None:
    done = study("experiment", "new", "who-knows", "--for", "Q3")
    assert done.code == 0
    assert done.out.startswith("wrote experiments/who_knows.py\n")
    note = (study.root / "notes" / "study.md").read_text("utf-8")
    assert "* Does anybody know? ([who-knows](../experiments/who_knows.py))\n" in note
    ran = study("run", "who-knows", "--quick")
    assert ran.code == 0
    assert "  Q3  Does anybody know?\n" in ran.out
    assert study("answer", "Q3").code == 0


def test_a_name_that_is_taken_or_wrong_writes_nothing(study: Study) -> None:
    assert study("experiment", "new", "coin").code == 2
    assert study("experiment", "new", "1st").code == 2
    word = study("experiment", "new", "lambda")
    assert word.code == 2 and "it is a word of Python's\n  next: for example: lambda-study\n" in word.err
    assert study("experiment", "new", "next-one", "--for", "Q99").code == 4
    assert not (study.root / "experiments" / "next_one.py").exists()
