"""`studyctl runs` and `studyctl status`: what was recorded, and where things stand."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

from study_bench import Study


def test_the_list_is_newest_first_and_fits_a_terminal(study: Study) -> None:
    done = study("runs", "list", columns=80)
    lines = done.out.splitlines()
    assert lines[0].split() == ["Run", "Experiment", "State", "Started", "Took", "Findings"]
    assert "coin · quick  ✓ finished" in lines[1]
    assert "coin          ✓ finished" in lines[2] and lines[2].endswith("✓ 1  ✗ 1  · 1")
    assert max(map(len, lines)) <= 80
    assert lines[-1] == "2 runs"


def test_filters(study: Study) -> None:
    study("run", "failing")
    assert [r["experiment"] for r in study("runs", "list", "--state", "failed", "--json").json] == ["failing"]
    assert len(study("runs", "list", "-e", "coin", "--json").json) == 2
    assert len(study("runs", "list", "--item", "c1", "--json").json) == 2
    assert study("runs", "list", "--item", "Q3", "--json").json == []
    assert study("runs", "list", "--limit", "1").out.endswith("1 of 3 runs; --limit 0 shows all\n")
    assert study("runs", "list", "--state", "odd").code == 2


def test_conditions(study: Study) -> None:
    study("run", "failing")

    def ids(*conditions: str) -> list[str]:
        words = [word for one in conditions for word in ("--where", one)]
        return [f"{r['experiment']}-{r['preset']}" for r in study("runs", "list", "--json", *words).json]

    assert ids("metric.rate > 0") == ["coin-quick", "coin-default"]
    assert ids("not metric.rate > 0") == []
    assert ids("param.flips == 1000 or state == 'failed'") == ["failing-default", "coin-default"]
    assert ids("duration >= 0 and experiment == 'coin'", "preset != 'quick'") == ["coin-default"]
    assert ids("metric.before == 1.5") == ["failing-default"]
    assert ids("started > '2999-01-01'") == []
    said = study("runs", "list", "--where", "metric.rte > 0").out
    assert said == "no run has a metric rte; near it: rate, rate.lo, rate.hi\n"
    wrong = study("runs", "list", "--where", "metric.rate > high")
    assert (wrong.code, wrong.out) == (2, "")
    assert "column 15: high is no name of a run; a text stands in quotes: 'high'" in wrong.err


def test_the_page_of_a_filtered_list(study: Study) -> None:
    study("run", "coin", "--quick")
    assert study("runs", "list", "--where", "metric.rate > 0", "-n", "2").out.endswith(
        "2 of 3 runs; --limit 0 shows all\n"
    )
    assert study("runs", "list", "-n", "2").out.endswith("2 of 3 runs; --limit 0 shows all\n")
    assert study("runs", "list", "-n", "3").out.endswith("\n3 runs\n")
    assert study("runs", "list", "-n", "0", "--state", "finished").out.endswith("\n3 runs\n")


def test_a_run_in_full(study: Study) -> None:
    run = study("runs", "list", "--json").json[1]
    done = study("runs", "show", run["id"][:7])
    for part in ("reproduce   studyctl run coin\n", "  flips = 1000\n", "  rate     0.508\n", "  tables/counts.csv"):
        assert part in done.out
    assert "answers     Q1, C1, Q2\n" in done.out
    value = study("runs", "show", run["id"], "--json").json
    assert {file["path"] for file in value["files"]} == {"experiments/coin.py", "experiments/_luck.py"}


def test_where_a_run_comes_from(fresh: Study, tmp_path: Path) -> None:
    for words in ("init -q -b main", "clone -q . ../clone"):
        subprocess.run(["git", *words.split()], cwd=fresh.root, check=True, capture_output=True)
    assert fresh("run", "coin", "--quick").code == 0
    (run,) = fresh("runs", "list", "--json").json
    provenance = fresh("runs", "show", run["id"], "--json").json["provenance"]
    rows = dict(
        re.findall(r"^  (\S+(?: \S+)?)  +(.+)$", fresh("runs", "show", run["id"], columns=200).out, re.MULTILINE)
    )
    assert (rows["commit"], rows["branch"]) == ("none yet, with uncommitted files", "main")
    assert rows["made on"].startswith(provenance["machine"]["cpu"])
    version, count = provenance["python"]["version"], len(provenance["distributions"])
    assert rows["Python"] == f"{version} (CPython), {count} distributions"
    cores = provenance["machine"]["cores"]
    assert rows["threads"].startswith(f"{provenance['machine']['usable_cores']} of {cores} core")
    # What it names is there, and gives the code back.
    clone = tmp_path / "clone"
    subprocess.run(["git", "apply", str(fresh.root / rows["difference"])], cwd=clone, check=True)
    for name in ("coin.py", "_luck.py"):
        assert (clone / "experiments" / name).read_bytes() == (fresh.root / "experiments" / name).read_bytes()


def test_an_unknown_run(study: Study) -> None:
    assert study("runs", "show", "zzz").code == 4


def test_nothing_has_run(fresh: Study) -> None:
    assert fresh("runs", "list").out == "no runs yet: `studyctl experiment list` shows what can be run\n"


class TestStatus:
    def test_it_proposes_to_run_what_questions_are_tied_to(self, fresh: Study) -> None:
        done = fresh("status")
        assert "    3 questions   2 open, 1 noted\n" in done.out
        assert "  studyctl run coin                      answers Q1, C1, Q2\n" in done.out
        assert "In the notes since the last sync\n  new: Q1-Q3, T1, C1\n" in done.out
        # Without a command it is the same; by now nothing is new.
        assert fresh().out == done.out.replace("In the notes since the last sync\n  new: Q1-Q3, T1, C1\n\n", "")

    def test_it_shows_answers_and_runs(self, study: Study) -> None:
        done = study("status")
        assert "    3 questions   1 open, 2 answered\n" in done.out
        assert "  Q1  Is the coin fair?\n      ± mixed: supported for rate" in done.out
        assert study("status", "--json").json["answered"][0]["id"] == "Q1"

    def test_it_shows_what_went_stale_and_why(self, study: Study) -> None:
        study.edit("experiments/_luck.py", "SHIFT = 0.0", "SHIFT = 0.1")
        done = study("status")
        assert "Stale\n  Q1  Is the coin fair?\n      - experiments/_luck.py changed since run " in done.out
        assert "studyctl run --stale                   renews Q1, C1, Q2\n" in done.out
