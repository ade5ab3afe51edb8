"""`studyctl run` with several values: what it records, prints and refuses."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest
import sweep_bench
from study_bench import Study
from sweep_bench import in_mlflow, sweeps, trials

from studyctl.runner.importing import isolated

pytestmark = pytest.mark.usefixtures("_patient")


@pytest.fixture
def study(tmp_path: Path) -> Study:
    return sweep_bench.make(tmp_path / "study")


@pytest.fixture(scope="module")
def swept(tmp_path_factory: pytest.TempPathFactory) -> Study:
    """A workspace in which a sweep of six trials has finished, one after a single run; tests only read it."""
    with isolated():
        made = sweep_bench.make(tmp_path_factory.mktemp("swept") / "study")
        assert made("run", "trying").code == 0
        done = made("run", "trying", "-p", "a=1,2", "-p", "seed=0..2", "--jobs", "2")
        assert done.code == 0, done.err
        made.write("printed.txt", done.out)
        return made


def sweep_of(study: Study) -> str:
    (one,) = sweeps(study)
    return str(one["id"])


class TestASweep:
    def test_each_combination_is_a_trial_in_a_process_of_its_own(self, swept: Study) -> None:
        found = trials(swept, sweep_of(swept))
        assert [(one["number"], one["varied"]) for one in found] == [
            (at + 1, {"a": a, "seed": seed}) for at, (a, seed) in enumerate((a, s) for a in (1, 2) for s in range(3))
        ]
        assert {one["state"] for one in found} == {"finished"}
        assert [one["metrics"]["value"] for one in found] == pytest.approx([1.0, 1.1, 1.2, 2.0, 2.1, 2.2])
        assert len({one["metrics"]["pid"] for one in found}) == 6

    def test_what_it_prints_is_the_trials_by_what_was_swept(self, swept: Study) -> None:
        lines = (swept.root / "printed.txt").read_text().splitlines()
        assert re.match(r"✓ trying finished: 6 trials in [\d.]+ s · a=1,2, seed=0..2 · sweep", lines[0])
        at = lines.index("Trials") + 1
        assert lines[at].split()[:3] == ["a", "trials", "value"]
        # The 95 % interval of 1.0, 1.1 and 1.2: t = 4.3027 with two degrees of freedom, times 0.1 / √3.
        assert [line.split()[:5] for line in lines[at + 1 : at + 3]] == [
            ["1", "3", "1.10", "±", "0.25"],
            ["2", "3", "2.10", "±", "0.25"],
        ]

    def test_it_is_one_line_of_the_runs_and_its_trials_are_listed_apart(self, swept: Study) -> None:
        sweep = sweep_of(swept)
        assert len(swept("runs", "list", "--json").json) == 2
        assert f"{sweep[:8]}  trying · 6 trials: a=1,2, seed=0..2" in swept("runs", "list").out
        listed = swept("runs", "list", "--trials-of", sweep[:6], "--json").json
        assert {one["parent"] for one in listed} == {sweep} and len(listed) == 6
        assert {one["role"] for one in listed} == {"trial"}
        picked = swept("runs", "list", "--trials-of", sweep, "--where", "metric.value > 2.05", "--json").json
        assert sorted(one["params"]["seed"] for one in picked) == [1, 2]
        single = next(run["id"] for run in swept("runs", "list", "--json").json if run["role"] == "run")
        refused = swept("runs", "list", "--trials-of", single)
        assert (refused.code, refused.err.splitlines()[0]) == (
            2,
            f"error: run {single[:8]} is no sweep: it has no trials",
        )

    def test_its_page_shows_every_trial_and_a_trials_page_its_sweep(self, swept: Study) -> None:
        sweep = sweep_of(swept)
        page = swept("runs", "show", sweep[:8]).out
        assert "  trials      6 of 6 finished\n" in page
        assert re.search(r"\n +5  [0-9a-f]{8}  a=2, seed=1  ✓ finished", page)
        value = swept("runs", "show", sweep, "--json").json
        assert (value["swept"], value["repeat"]) == ({"a": [1, 2], "seed": [0, 1, 2]}, 1)
        assert [group["varied"] for group in value["groups"]] == [{"a": 1}, {"a": 2}]
        first = value["groups"][0]["metrics"]["value"]
        assert (first["n"], first["mean"]) == (3, pytest.approx(1.1))
        assert (first["lo"], first["hi"]) == pytest.approx((1.1 - 0.24841377, 1.1 + 0.24841377))
        trial = value["trials"][4]
        shown = swept("runs", "show", trial["id"])
        assert re.search(rf"^  trial +of sweep {sweep[:8]}$", shown.out, re.MULTILINE)
        assert "✓ supported  high" in shown.out
        assert swept("runs", "show", trial["id"], "--json").json["reproduce"] == "studyctl run trying -p a=2 -p seed=1"

    def test_its_folder_has_every_trial_as_a_table(self, swept: Study) -> None:
        sweep = sweep_of(swept)
        file = swept.root / ".studyctl" / "runs" / sweep / "artifacts" / "tables" / "trials.csv"
        rows = list(csv.DictReader(file.read_text("utf-8").splitlines()))
        assert [(row["trial"], row["param.a"], row["param.seed"], row["state"]) for row in rows[:2]] == [
            ("1", "1", "0", "finished"),
            ("2", "1", "1", "finished"),
        ]
        assert [float(row["metric.value"]) for row in rows] == pytest.approx([1.0, 1.1, 1.2, 2.0, 2.1, 2.2])

    def test_mlflow_shows_the_trials_below_their_sweep(self, swept: Study) -> None:
        sweep = sweep_of(swept)
        mlflow = in_mlflow(swept)
        assert len(mlflow) == 8
        assert mlflow[sweep]["parent"] is None and mlflow[sweep]["state"] == "FINISHED"
        assert mlflow[sweep]["name"].startswith("a=1,2, seed=0..2 ")
        assert "| a | trials | value |" in mlflow[sweep]["note"]
        for trial in trials(swept, sweep):
            one = mlflow[trial["id"]]
            assert (one["parent"], one["state"]) == (mlflow[sweep]["id"], "FINISHED")
            assert one["id"] == trial["mlflow_run_id"]
            assert one["name"] == f"a={trial['varied']['a']}, seed={trial['varied']['seed']} {trial['id'][:8]}"
            assert one["metrics"] == pytest.approx(trial["metrics"])

    def test_trials_answer_nothing(self, swept: Study) -> None:
        single = next(run["id"] for run in swept("runs", "list", "--json").json if run["role"] == "run")
        question = next(one for one in swept("question", "list", "--json").json if one["text"] == "Is it high?")
        answer = swept("answer", question["id"], "--json").json
        assert {one["run"] for one in answer["evidence"]} == {single}
        sweep = sweep_of(swept)
        for chosen in (sweep, trials(swept, sweep)[0]["id"]):
            refused = swept("answer", question["id"], "--refresh", "--from", chosen)
            assert refused.code == 2, refused.out
            assert "trials answer nothing by themselves" in refused.err

    def test_comparing_a_sweep_compares_its_trials(self, swept: Study) -> None:
        sweep = sweep_of(swept)
        (table,) = swept("runs", "compare", sweep[:8], "--metric", "value", "--json").json["tables"]
        assert [group["params"] for group in table["groups"]] == [{"a": 1}, {"a": 2}]
        cell = table["groups"][1]["metrics"]["value"]
        assert (cell["n"], cell["mean"], cell["lo"]) == (3, pytest.approx(2.1), pytest.approx(2.1 - 0.24841377))
        drawn = swept("runs", "plot", sweep[:8], "--metric", "value", "-o", "value.png")
        assert drawn.code == 0 and "value by a" in drawn.out
        assert (swept.root / "value.png").read_bytes()[:4] == b"\x89PNG"


def test_a_failing_trial_stops_none_and_only_it_is_tried_again(study: Study) -> None:
    words = ("run", "trying", "-p", "seed=0..4", "-p", "fails=2", "--jobs", "2")
    done = study(*words)
    assert done.code == 7
    assert "error: 1 of 5 trials did not finish; the rest is kept as sweep " in done.err
    assert "the same command tries them again" in done.err
    assert re.search(r"^  [0-9a-f]{8}  trial 3  seed=2  failed: AssertionError: seed 2 fails$", done.out, re.MULTILINE)
    (sweep,) = sweeps(study)
    assert sweep["state"] == "failed"
    before = trials(study, sweep["id"])
    assert [one["state"] for one in before] == ["finished", "finished", "failed", "finished", "finished"]
    assert "AssertionError: seed 2 fails" in before[2]["error"]
    # The failed trial is kept whole: its figures and its traceback.
    assert before[2]["metrics"]["value"] == pytest.approx(1.2)
    again = study(*words)
    assert again.code == 7
    assert f"sweep {sweep['id'][:8]} goes on: 4 of 5 trials are there; --fresh begins anew" in again.err
    after = trials(study, sweep["id"])
    assert [a["id"] == b["id"] for a, b in zip(before, after, strict=True)] == [True, True, False, True, True]
    assert len(study("runs", "list", "--trials-of", sweep["id"], "--json").json) == 6  # both attempts
    mlflow = in_mlflow(study)
    assert sorted(one["state"] for one in mlflow.values()) == ["FAILED"] * 3 + ["FINISHED"] * 4


def test_a_trial_whose_process_is_killed_is_lost_and_the_rest_goes_on(study: Study) -> None:
    done = study("run", "trying", "-p", "seed=0..3", "-p", "dies=1", "--jobs", "2", "--json")
    assert done.code == 7
    value = done.json
    assert [one["state"] for one in value["trials"]] == ["finished", "lost", "finished", "finished"]
    assert "ended by SIGKILL" in value["trials"][1]["error"]
    assert value["trials"][1]["metrics"]["value"] == pytest.approx(1.1)
    assert in_mlflow(study)[value["trials"][1]["id"]]["metrics"]["value"] == pytest.approx(1.1)


@pytest.mark.slow
def test_fresh_begins_anew_and_what_is_finished_is_no_reason_to_go_on(study: Study) -> None:
    words = ("run", "trying", "-p", "seed=0,1")
    assert study(*words, "-p", "fails=0").code == 7
    assert study(*words, "-p", "fails=0", "--fresh").code == 7
    assert len(sweeps(study)) == 2
    # Other trials than those, and then the same once more: nothing was interrupted.
    assert [study(*words).code, study(*words).code] == [0, 0]
    assert len(sweeps(study)) == 4


@pytest.mark.slow
def test_changed_code_begins_a_sweep_of_its_own(study: Study) -> None:
    words = ("run", "trying", "-p", "seed=0,1", "-p", "fails=0")
    assert study(*words).code == 7
    study.edit("experiments/trying.py", 'run.text("said", "done")', 'run.text("said", "over")')
    done = study(*words)
    (_, old) = sweeps(study)
    assert f"sweep {old['id'][:8]} of the same trials stays as it is: experiments/trying.py has changed" in done.err


def test_repeating_takes_seeds(study: Study) -> None:
    value = study("run", "trying", "--repeat", "3", "-p", "seed=5", "--json").json
    assert value["swept"] == {"seed": [5, 6, 7]}
    assert [one["metrics"]["value"] for one in value["trials"]] == pytest.approx([1.5, 1.6, 1.7])


def test_repeating_without_a_seed_tries_the_same(study: Study) -> None:
    value = study("run", "failing", "--repeat", "2", "--json").json
    assert (value["swept"], value["repeat"]) == ({}, 2)
    assert [one["number"] for one in value["trials"]] == [1, 2]
    assert "2 trials: 2 times" in study("runs", "list").out


def test_a_grid_file_sweeps_texts_and_nested_parameters(study: Study) -> None:
    study.write("grid.toml", 'kind = ["x,y", "z"]\nseed = "0..1"\n\n[inner]\nrate = [0.5]\n')
    value = study("run", "trying", "--grid", "grid.toml", "--json").json
    assert value["swept"] == {"kind": ["x,y", "z"], "seed": [0, 1], "inner.rate": [0.5]}
    assert len(value["trials"]) == 4
    assert study("runs", "show", value["trials"][0]["id"], "--json").json["params"]["inner"] == {"rate": 0.5}


def test_one_value_alone_is_a_single_run(study: Study) -> None:
    study.write("grid.toml", "a = [7]\n")
    value = study("run", "trying", "--grid", "grid.toml", "--json").json
    assert (value["role"], value["parent"], value["params"]["a"], value["changed"]) == ("run", None, 7, ["a"])


def test_a_dry_run_records_nothing_and_knows_from_earlier_runs(study: Study) -> None:
    words = ("run", "trying", "-p", "seed=0..2", "--jobs", "1", "--dry-run")
    first = study(*words)
    assert "3, 1 at a time" in first.out and "unknown: nothing alike has finished on this host" in first.out
    assert not (study.root / ".studyctl" / "runs").exists()
    assert study("run", "trying", "-p", "seed=1").code == 0
    value = study(*words, "--json").json
    assert (value["trials"], value["there"], value["known_from"], value["alike"]) == (3, 0, 1, True)
    assert 0 <= value["seconds"] < 60  # three times what the one took, which may be less than a millisecond
    assert "that differ in the seed or in what is swept" in study(*words).out
    assert len(study("runs", "list", "--json").json) == 1
    single = study("run", "trying", "--dry-run").out
    assert "Is it high?" in single and "trials" not in single


def test_a_dry_run_of_a_sweep_that_goes_on_says_what_is_there(study: Study) -> None:
    words = ("run", "trying", "-p", "seed=0..2", "-p", "fails=1")
    assert study(*words).code == 7
    value = study(*words, "--dry-run", "--json").json
    assert (value["trials"], value["there"], value["sweep"]) == (3, 2, sweeps(study)[0]["id"])


class TestATimeLimit:
    def test_a_single_run_is_ended_and_keeps_its_figures(self, study: Study) -> None:
        done = study("run", "trying", "-p", "waits=0", "--timeout", "1s")
        assert done.code == 7
        assert "error: trying was killed by its time limit of 1 s (--timeout); kept as run " in done.err
        (run,) = study("runs", "list", "--json").json
        assert (run["state"], run["role"]) == ("killed", "run")
        value = study("runs", "show", run["id"], "--json").json
        assert {metric["name"]: metric["value"] for metric in value["metrics"]}["curve"] == 2
        assert in_mlflow(study)[run["id"]]["state"] == "KILLED"

    def test_a_single_run_within_it_is_as_without_it(self, study: Study) -> None:
        done = study("run", "trying", "-p", "a=3", "--timeout", "5m", "--json")
        assert done.code == 0, done.err
        value = done.json
        assert (value["state"], value["role"], value["changed"]) == ("finished", "run", ["a"])
        assert [one["how"] for one in value["answers"]] == ["recorded"]
        assert value["provenance"]["machine"] and value["artifacts"]
        mlflow = in_mlflow(study)[value["id"]]
        assert (mlflow["state"], mlflow["id"]) == ("FINISHED", value["mlflow_run_id"])
        assert mlflow["metrics"]["value"] == 3

    @pytest.mark.slow
    def test_it_holds_for_each_trial(self, study: Study) -> None:
        done = study("run", "trying", "-p", "seed=0..3", "-p", "waits=3", "--timeout", "2s", "--json")
        assert done.code == 7
        assert [one["state"] for one in done.json["trials"]] == ["finished"] * 3 + ["killed"]
        assert "its time limit of 2 s" in done.json["trials"][3]["error"]


def test_an_experiment_that_measures_time_is_tried_one_at_a_time(study: Study) -> None:
    study.edit("experiments/trying.py", 'title="Does what it is told"', 'title="Times", measures=["time"]')
    done = study("run", "trying", "-p", "seed=0,1", "--dry-run", "--json")
    assert done.json["jobs"] == 1 and "measures time: one trial at a time" in done.err
    done = study("run", "trying", "-p", "seed=0,1", "--dry-run", "--json", "--jobs", "2")
    assert done.json["jobs"] == 2 and "disturb one another" in done.err


def test_an_experiment_that_cannot_be_imported_is_refused_before_anything_begins(study: Study) -> None:
    study.edit("experiments/trying.py", "import os\n", "import os\nimport nothing_of_the_kind\n")
    done = study("run", "trying", "-p", "seed=0,1")
    assert done.code in (7, 9) and "nothing_of_the_kind" in done.err
    assert sweeps(study) == []


def test_without_mlflow_the_sweep_is_whole_and_delivered_later(study: Study) -> None:
    (study.root / ".studyctl").mkdir()
    (study.root / ".studyctl" / "mlflow.db").write_bytes(b"no database at all" * 100)
    done = study("run", "trying", "-p", "seed=0..2")
    assert done.code == 0
    assert "warning: " in done.err and "the runs themselves are recorded" in done.err
    (sweep,) = sweeps(study)
    assert {one["state"] for one in trials(study, sweep["id"])} == {"finished"}
    (study.root / ".studyctl" / "mlflow.db").unlink()
    fixed = study("doctor", "--fix")
    mlflow = in_mlflow(study)
    assert set(mlflow) == {sweep["id"], *(one["id"] for one in trials(study, sweep["id"]))}, fixed.out + fixed.err
    assert {one["state"] for one in mlflow.values()} == {"FINISHED"}
    assert {one["parent"] for run, one in mlflow.items() if run != sweep["id"]} == {mlflow[sweep["id"]]["id"]}
