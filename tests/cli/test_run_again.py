"""`studyctl run --stale` and `--missing`: what is run, and only that; what is said before and after."""

from __future__ import annotations

import json
import os
import signal
import time
from pathlib import Path

import pytest
from bundle_bench import repacked
from study_bench import NOTE, Study


def experiments_of(study: Study) -> list[str]:
    return [run["experiment"] for run in study("runs", "list", "--json").json]


def test_with_nothing_stale_nothing_runs(study: Study) -> None:
    before = experiments_of(study)
    done = study("run", "--stale")
    assert (done.code, done.out) == (0, "nothing stale\n")
    study.edit("experiments/_luck.py", '"""Random numbers."""', '"""Random numbers, well made."""  # a comment')
    assert study("run", "--stale").out == "nothing stale\n"
    assert study("run", "--stale", "--json").json == {"runs": [], "left": [], "made": [], "answers": []}
    assert experiments_of(study) == before


def test_a_constant_two_imports_away_runs_it_once_for_all_that_rest_on_it(study: Study) -> None:
    study.edit("experiments/_luck.py", "SHIFT = 0.0", "SHIFT = 0.2")
    planned = study("run", "--stale", "--dry-run").out
    assert "To run\n  studyctl run coin  about " in planned
    for item in ("Q1", "C1", "Q2"):
        assert f"    {item}  experiments/_luck.py changed since run " in planned
    assert study("run", "--stale", "--dry-run", "--json").json["runs"][0]["seconds"] > 0
    assert len(experiments_of(study)) == 2
    done = study("run", "--stale")
    assert done.code == 0 and done.out.startswith(planned)
    assert "\n✓ coin finished in " in done.out
    assert "  Q1  Is the coin fair?  fresh again, 2 findings came out otherwise\n      ± mixed" in done.out
    assert "  C1  heads are more likely.  fresh again, was refuted\n      ✓ supported" in done.out
    assert len(experiments_of(study)) == 3
    assert study("run", "--stale").out == "nothing stale\n"


def test_named_items_and_experiments_narrow_it(study: Study) -> None:
    study.edit("experiments/_luck.py", "SHIFT = 0.0", "SHIFT = 0.2")
    runs = study("run", "--stale", "q1", "--dry-run", "--json").json["runs"]
    assert [one["id"] for one in runs[0]["for"]] == ["Q1"]
    assert len(study("run", "--stale", "coin", "--dry-run", "--json").json["runs"][0]["for"]) == 3
    assert study("run", "--stale", "failing").out == "nothing stale\n"
    for word, said in (("Q9", "Q9"), ("coni", "coni: neither an item nor an experiment")):
        done = study("run", "--stale", word)
        assert done.code == 4 and said in done.err


def test_a_run_with_changed_parameters_is_renewed_with_these(tmp_path: Path) -> None:
    study = Study.make(tmp_path / "own")
    assert study("run", "coin", "-p", "flips=50", "-p", "bias=0.9").code == 0
    study.edit("experiments/_luck.py", "SHIFT = 0.0", "SHIFT = -0.4")
    done = study("run", "--stale", "--json").json
    assert done["runs"][0]["command"] == "studyctl run coin -p flips=50 -p bias=0.9"
    assert [one["how"] for one in done["answers"]] == ["renewed"] * 3
    newest = study("runs", "show", done["made"][0]["run"], "--json").json
    assert newest["params"] == {"flips": 50, "bias": 0.9, "seed": 0}
    # Another run that counts more answers now, and is no part of what goes stale.
    assert study("run", "coin").code == 0
    study.edit("experiments/_luck.py", "SHIFT = -0.4", "SHIFT = 0.0")
    assert study("run", "--stale", "--json").json["runs"][0]["command"] == "studyctl run coin"


def test_a_persons_words_stay_and_are_told_of_the_news(study: Study) -> None:
    study("answer", "Q1", "--text", "I think so: {coin.rate:.2f}")
    study.edit("experiments/_luck.py", "SHIFT = 0.0", "SHIFT = 0.2")
    done = study("run", "--stale", "Q1")
    assert "Q1  Is the coin fair?  stays as you wrote it" in done.out
    assert "studyctl answer Q1 shows what was found since; --refresh takes it over" in done.out
    assert study("answer", "Q1", "--json").json["author"] == "person"


def test_an_answer_from_a_chosen_run_says_how_to_take_the_new_one(study: Study) -> None:
    study("run", "coin", "-p", "flips=50")
    chosen = study("runs", "list", "--json").json[0]["id"]
    assert study("answer", "Q1", "--from", chosen).code == 0
    study.edit("experiments/_luck.py", "SHIFT = 0.0", "SHIFT = 0.2")
    done = study("run", "--stale", "Q1")
    assert "studyctl run coin -p flips=50" in done.out and "still stale" in done.out
    again = done.out.rsplit("--from ", 1)[1].split()[0]
    study("answer", "Q1", "--from", again)
    assert study("answer", "Q1", "--json").json["fresh"]


def test_what_running_does_not_mend_is_left_with_what_would(study: Study, tmp_path: Path) -> None:
    study.edit("notes/study.md", "Is the coin fair?", "Is the coin really fair?")
    done = study("run", "--stale")
    assert done.code == 0 and "Left as it is\n  Q1  the question changed: " in done.out
    assert "studyctl answer Q1 --refresh" in done.out and "nothing stale that a run would mend" in done.out
    (study.root / "experiments" / "coin.py").unlink()
    done = study("run", "--stale")
    assert "Q2  there is no experiment coin any more" in done.out and "To run" not in done.out


def test_missing_runs_what_was_never_run(tmp_path: Path) -> None:
    study = Study.make(tmp_path / "own")
    study.write("notes/study.md", NOTE + "\n## Questions\n\n* Is there more? ([none](../experiments/none.py))\n")
    planned = study("run", "--missing", "--quick", "--dry-run")
    assert "  studyctl run coin --quick  not run here before\n    Q1  no evidence yet\n" in planned.out
    assert "there is no experiment none\n    studyctl experiment new none --for Q4" in planned.out
    assert experiments_of(study) == []
    done = study("run", "--missing", "--json").json
    assert [one["experiment"] for one in done["made"]] == ["coin"]
    assert {one["id"]: one["how"] for one in done["answers"]} == {"Q1": "answered", "C1": "answered", "Q2": "answered"}
    left = study("run", "--missing")
    assert left.code == 0 and "nothing without evidence that a run would mend" in left.out


def test_missing_says_where_a_link_names_no_finding(study: Study) -> None:
    study.edit("notes/study.md", "coin.py#fair)", "coin.py#unfair)")
    study.edit("notes/study.md", "Is the coin fair?", "Is any coin in this house fair at all?")
    done = study("run", "--missing")
    assert "coin has run and has no finding #unfair" in done.out and "To run" not in done.out


def test_one_that_fails_does_not_stop_the_others(tmp_path: Path) -> None:
    study = Study.make(tmp_path / "own")
    study.edit("notes/study.md", "* Does anybody know?", "* Does anybody know? ([failing](../experiments/failing.py))")
    study.edit("notes/study.md", "## Questions\n", "## Questions\n\n* First? ([failing](../experiments/failing.py))\n")
    done = study("run", "--missing")
    assert done.code == 7 and "1 of 2 runs did not finish: failing" in done.err
    assert "Is the coin fair?  answered" in done.out and "First?  still without an answer" in done.out
    assert sorted(experiments_of(study)) == ["coin", "failing"]


def test_times_of_another_machine_are_not_renewed_here(tmp_path: Path) -> None:
    here, there = (Study.make(tmp_path / name) for name in ("here", "there"))
    for study in (here, there):
        study.edit("experiments/coin.py", 'title="Is a coin fair?",', 'title="Is a coin fair?", measures=["time"],')
    there("run", "coin")
    there("runs", "export", there("runs", "list", "--json").json[0]["id"], "-o", str(tmp_path / "one.zip"))
    here("runs", "import", str(repacked(tmp_path / "one.zip", {"host": "elsewhere"})))
    here.edit("experiments/_luck.py", "SHIFT = 0.0", "SHIFT = 0.2")
    done = here("run", "--stale")
    assert "measured time on another machine" in done.out and "there: studyctl run coin" in done.out
    assert "To run" not in done.out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "which experiment? none was named"),
        (("coin", "failing"), "one experiment at a time, and 2 were named"),
        (("--stale", "-p", "flips=20"), "--stale runs with the parameters of the runs that it renews: -p has no place"),
        (("--missing", "--draft"), "--draft has no place here"),
        (("--stale", "--quick"), "--stale renews each run with its own preset"),
        (("--missing", "--jobs", "2"), "--jobs and --fresh are for sweeps"),
        (("--stale", "--gpus", "1"), "--gpus takes devices of a cluster's workers"),
    ],
)
def test_what_has_no_place_is_refused(study: Study, words: tuple[str, ...], said: str) -> None:
    done = study("run", *words)
    assert done.code == 2 and said in done.err, done.err


@pytest.mark.slow
def test_ctrl_c_keeps_what_was_finished(tmp_path: Path) -> None:
    study = Study.make(tmp_path / "own")
    study.edit("experiments/failing.py", "seconds: float = 0.0", "seconds: float = 60.0")
    study.edit("notes/study.md", "* Does anybody know?", "* Does anybody know? ([failing](../experiments/failing.py))")
    process = study.start("run", "--missing")
    until = time.monotonic() + 60
    while time.monotonic() < until:
        runs = json.loads(study.ask("runs", "list", "--json").out)
        if any(run["experiment"] == "failing" and run["state"] == "running" for run in runs):
            break
    os.kill(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130 and "failing was stopped" in err, (out, err)
    runs = {run["experiment"]: run["state"] for run in study("runs", "list", "--json").json}
    assert runs == {"coin": "finished", "failing": "killed"}
    assert study("answer", "Q1", "--json").json["fresh"]
