"""`runs compare` and `runs diff`, as they are typed."""

from __future__ import annotations

import csv
import io

import pytest
from many_runs import SWEEP, first_run, put, swept, trial
from study_bench import Study


def test_trials_of_a_sweep_are_grouped_by_what_was_swept(study: Study) -> None:
    swept(study.root)
    done = study("runs", "compare", SWEEP, "--metric", "rate")
    assert done.out == (
        "coin, 11 runs in 4 groups\n"
        "flips  bias  n             rate\n"
        "100    0.2   3    0.200 ± 0.025\n"
        "100    0.5   3    0.500 ± 0.025\n"
        "1000   0.2   3  0.2000 ± 0.0025\n"
        "1000   0.5   2  0.4995 ± 0.0064\n"
    )
    assert done.err == "mean ± half of the 95 % interval (Student's t) over n runs\nleft out: 1 failed\n"


def test_by_one_parameter(study: Study) -> None:
    swept(study.root)
    done = study("runs", "compare", SWEEP[:8], "--by", "bias", "-m", "rate", "-m", "draws")
    assert [line.split()[:2] for line in done.out.splitlines()[2:]] == [["0.2", "6"], ["0.5", "5"]]
    assert "each row is over all values of flips\n" in done.err
    assert study("runs", "compare", SWEEP, "--by", "bia").err.endswith("next: parameters: bias\n")


def test_metrics_by_pattern_and_names_that_are_near(study: Study) -> None:
    value = study("runs", "compare", SWEEP, "--json") if swept(study.root) else None
    assert value is not None and value.json["metrics"] == ["rate", "draws"]
    wrong = study("runs", "compare", SWEEP, "--metric", "rat")
    assert (wrong.code, wrong.out) == (4, "")
    assert wrong.err == "error: no metric rat in these runs\n  next: near it: rate, draws\n"
    assert study("runs", "compare", SWEEP, "--metric", "zz*").code == 4
    assert study("runs", "compare", SWEEP, "--metric", "r*", "--json").json["metrics"] == ["rate"]


def test_what_programs_read(study: Study) -> None:
    runs = swept(study.root)
    done = study("runs", "compare", SWEEP, "--metric", "rate", "--json").json
    assert done["left_out"] == [{"run": runs[-1].id, "state": "failed"}]
    (one,) = done["tables"]
    assert (one["experiment"], one["by"], one["apart"], one["over"]) == ("coin", ["flips", "bias"], [], [])
    group = one["groups"][0]
    assert group["params"] == {"flips": 100, "bias": 0.2}
    rate = group["metrics"]["rate"]
    assert (rate["n"], round(rate["mean"], 9), rate["confidence"]) == (3, 0.2, 0.95)
    assert {value["run"] for value in rate["values"]} == set(group["runs"]) == {run.id for run in runs[1:4]}
    rows = list(csv.DictReader(io.StringIO(study("runs", "compare", SWEEP, "--csv").out)))
    assert len(rows) == 8 and rows[0]["flips"] == "100" and rows[0]["metric"] == "rate"
    assert float(rows[0]["mean"]) == rate["mean"] and rows[0]["runs"].split() == group["runs"]
    assert study("runs", "compare", SWEEP, "--csv", "--json").code == 2


def test_single_runs_stand_side_by_side(study: Study) -> None:
    quick, full = (run["id"][:8] for run in study("runs", "list", "--json").json)
    done = study("runs", "compare", full, quick)
    lines = [line.split() for line in done.out.splitlines()]
    assert lines[:3] == [["coin,", "2", "runs"], [quick, full], ["flips", "100", "1000"]]
    assert [line[0] for line in lines[3:]] == ["rate", "rate.lo", "rate.hi"]
    # Narrow: the same as a table of runs.
    narrow = study("runs", "compare", full, quick, columns=26).out
    assert narrow.splitlines()[1].split() == ["Run", "flips", "rate"] and "2 more metrics" in narrow
    assert study("runs", "compare", full).out.splitlines()[0] == "coin, 1 run"


def test_runs_of_other_code_are_shown_apart(study: Study) -> None:
    study.edit("experiments/_luck.py", "SHIFT = 0.0", "SHIFT = 0.1")
    assert study("run", "coin").code == 0
    done = study("runs", "compare", "--experiment", "coin", "--metric", "rate")
    assert done.out.count("coin, ") == 2 and "\n  other code: experiments/_luck.py\n" in done.out
    assert "not to be compared with one another; side by side all the same: --across code\n" in done.err
    together = study("runs", "compare", "--experiment", "coin", "--across", "code", "--metric", "rate")
    assert together.out.count("coin, ") == 1 and "\ncode " in together.out and "--across" not in together.err
    assert study("runs", "compare", "-e", "coin", "--across", "codes").code == 2


def test_times_of_other_machines_are_shown_apart(study: Study) -> None:
    first = first_run(study.root)
    measured = {**first.provenance, "measures": ["time"]}
    put(
        study.root,
        [
            trial(first, n, {"seed": n}, {"s": float(n)}, role="run", parent=None, host=host, provenance=measured)
            for n, host in enumerate(("a", "a", "b"))
        ],
    )
    done = study("runs", "compare", "--where", "metric.s >= 0", "--json").json
    assert [len(one["groups"][0]["runs"]) for one in done["tables"]] == [1, 2]
    assert done["tables"][1]["apart"] == ["times, on a and not on b"]


def test_filters_narrow_what_was_named_too(study: Study) -> None:
    swept(study.root)
    done = study("runs", "compare", SWEEP, "--where", "param.flips == 100 and metric.rate < 0.3", "--json").json
    assert [group["params"] for table in done["tables"] for group in table["groups"]] == [{}]
    assert len(done["tables"][0]["groups"][0]["runs"]) == 3
    assert study("runs", "compare", "--where", "metric.rate > 5").code == 4
    assert study("runs", "compare").code == 2
    assert study("runs", "compare", "zzz").code == 4


def test_the_difference_of_two_runs(study: Study) -> None:
    quick, full = (run["id"] for run in study("runs", "list", "--json").json)
    done = study("runs", "diff", full, quick)
    assert done.out.startswith(f"coin {full[:8]} → {quick[:8]}\n\nParameters\n  flips  1000  → 100\n\nRun\n")
    assert "  preset  default  → quick\n" in done.out
    assert "\n  fair.rate  supported  → refuted\n" in done.out or "Verdicts" in done.out
    value = study("runs", "diff", full, quick, "--json").json
    assert not value["same"] and {one["name"] for one in value["metrics"]} == {"rate", "rate.lo", "rate.hi"}
    assert study("runs", "diff", full, full).out == f"nothing differs between {full[:8]} and {full[:8]} · coin\n"
    assert study("runs", "diff", full, "zzz").code == 4


@pytest.mark.slow
def test_a_run_repeated_differs_in_nothing(study: Study) -> None:
    study("run", "coin")
    newest, _, oldest = (run["id"] for run in study("runs", "list", "--json").json)
    assert study("runs", "diff", oldest, newest, "--json").json["same"]


def test_a_failed_run_has_the_difference_it_came_to(study: Study) -> None:
    study("run", "failing")
    failed, _, full = (run["id"] for run in study("runs", "list", "--json").json)
    done = study("runs", "diff", full, failed)
    assert done.out.startswith(f"coin {full[:8]} → failing {failed[:8]}\n")
    assert "  state       finished  → failed\n" in done.out and "before" in done.out
