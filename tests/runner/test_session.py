"""One execution: what is written where, in which order, and how each end is told."""

from __future__ import annotations

import json
import math
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from runner_bench import Bench, source

from studyctl.core.models import Metric, Run
from studyctl.errors import ExperimentError, StoreError, WorkspaceError
from studyctl.runner.folder import read_record
from studyctl.runner.signals import Killed

BODY = """
print("hello")
for step in run.track(range(params.n), "steps"):
    run.metric("loss", 1 / (step + 1), step=step)
run.metric("bad", float("nan"))
run.metric("huge", float("inf"), unit="px")
run.table("t", {"x": [1]})
run.constant("limit", 0.5)
run.finding("small", claim="c", when="loss < 0.5", unless="loss > 1", text="{loss:.2f} below {limit}")
"""


def test_a_finished_run(bench: Bench) -> None:
    run = bench.run(BODY)
    assert (run.state, run.error, run.experiment, run.preset, run.changed) == ("finished", "", "one", "default", ())
    assert run.metrics[0] == Metric("loss", 1 / 3, "", 3)
    assert math.isnan(run.metrics[1].value)
    assert run.metrics[2] == Metric("huge", math.inf, "px", 1)
    assert run.findings[0].text == "0.33 below 0.5"
    assert run.provenance["constants"] == {"limit": 0.5}
    assert run.provenance["command"] == "studyctl run one"
    assert run.mlflow_run_id == "m1"
    assert run.started < str(run.ended)
    assert [one.path for one in run.files] == ["experiments/one.py"]
    assert bench.ledger.calls == ["open", "mlflow", "finish", "delivered"]
    assert repr(bench.ledger.rows[run.id]) == repr(run)


def test_the_folder_holds_everything(bench: Bench) -> None:
    run = bench.run(BODY)
    folder = bench.folder(run)
    assert repr(read_record(folder)) == repr(run)
    lines = [json.loads(line) for line in (folder / "metrics.jsonl").read_text().splitlines()]
    assert [(one["name"], one["value"], one["step"]) for one in lines] == [
        ("loss", 1.0, 0),
        ("loss", 0.5, 1),
        ("loss", 1 / 3, 2),
        ("bad", "NaN", 0),
        ("huge", "Infinity", 0),
    ]
    assert all(abs(one["time"] - lines[0]["time"]) < 60_000 for one in lines)
    assert (folder / "log.txt").read_text() == "hello\n"
    assert json.loads((folder / "findings.json").read_text())[0]["key"] == "small"
    assert (folder / "artifacts/tables/t.csv").read_text() == "x\n1\n"
    assert bench.progress.lines == ["hello"]


def test_the_mirror_sees_the_run_before_and_after(bench: Bench) -> None:
    run = bench.run(BODY)
    opened, note, tags = bench.tracker.opened[0]
    assert (opened.state, note, tags) == ("running", f"running {run.short}", {"studyctl.item.Q1": "why?"})
    finished, note, artifacts = bench.tracker.finished[0]
    assert (finished.state, note) == ("finished", f"finished {run.short}")
    assert artifacts == bench.folder(run) / "artifacts"
    assert [(name, step) for name, _, step, _ in bench.tracker.values] == [
        ("loss", 0),
        ("loss", 1),
        ("loss", 2),
        ("bad", 0),
        ("huge", 0),
    ]


def test_a_failed_run_keeps_its_metrics_and_the_authors_traceback(bench: Bench) -> None:
    bench.write("experiments/_math.py", "import json\n\n\ndef parse(text):\n    return json.loads(text)\n")
    body = 'run.metric("loss", 1.0)\nrun.finding("a", text="b")\nprint("then")\n_math.parse("{")'
    run = bench.run(body, head="from . import _math\n")
    assert run.state == "failed"
    lines = run.error.splitlines()
    assert lines[0] == "Traceback (most recent call last):"
    assert 'File "experiments/one.py"' in lines[1]
    assert 'File "experiments/_math.py", line 5, in parse' in lines[3]
    assert 'File "decoder.py"' in lines[5]
    assert lines[-1].startswith("json.decoder.JSONDecodeError: Expecting property name")
    assert str(bench.root) not in run.error
    assert run.metrics == (Metric("loss", 1.0),)
    assert run.findings == ()
    log = (bench.folder(run) / "log.txt").read_text()
    assert log.startswith("then\nTraceback")
    assert bench.ledger.calls[-2:] == ["finish", "delivered"]
    assert bench.tracker.finished[0][0].state == "failed"


def test_an_authors_mistake_shows_their_line_and_the_hint(bench: Bench) -> None:
    run = bench.run('run.metric("a b", 1)')
    assert run.state == "failed"
    assert "experiments/one.py" in run.error
    assert "authoring.py" not in run.error
    assert run.error.splitlines()[-1].strip().startswith("use ASCII letters")


@pytest.mark.parametrize("body", ["import sys\nsys.exit(3)", "raise SystemExit"])
def test_leaving_early_is_a_failure(bench: Bench, body: str) -> None:
    assert bench.run(body).state == "failed"


def test_a_chain_of_errors_is_shortened_throughout(bench: Bench) -> None:
    run = bench.run("try:\n    1 / 0\nexcept ZeroDivisionError as error:\n    raise ValueError('no') from error")
    assert run.error.count('File "experiments/one.py"') == 2
    assert "direct cause" in run.error
    assert "session.py" not in run.error


def test_an_endless_recursion_is_told_briefly(bench: Bench) -> None:
    run = bench.run("def deeper():\n    deeper()\ndeeper()")
    assert run.state == "failed"
    assert len(run.error.splitlines()) < 40


def test_ctrl_c_in_the_function_is_a_killed_run(bench: Bench) -> None:
    run = bench.run('run.metric("a", 1)\nrun.finding("b", text="c")\nraise KeyboardInterrupt')
    assert (run.state, run.error, run.findings) == ("killed", "killed by SIGINT", ())
    assert run.metrics == (Metric("a", 1.0),)


def test_seeds_are_set(bench: Bench) -> None:
    body = (
        "import random\nimport numpy\nrun.metric('a', random.random())\nrun.metric('b', numpy.random.rand())\n"
        "run.metric('c', numpy.random.default_rng(run.seed).random())"
    )
    first = bench.run(body)
    second = bench.run(body)
    assert first.metrics == second.metrics
    assert first.seed == 0
    assert first.provenance["determinism"] == []


def test_without_a_seed_it_says_so(bench: Bench) -> None:
    text = source("pass").replace("    seed: int = 0\n", "")
    bench.write("experiments/one.py", text)
    run = bench.execute(bench.order())
    assert run.seed is None
    assert "no parameter named seed" in run.provenance["determinism"][0]


def test_the_code_closure_with_what_only_a_run_shows(bench: Bench) -> None:
    bench.write("experiments/__init__.py", "")
    bench.write("experiments/_static.py", "X = 1")
    bench.write("experiments/_dynamic.py", "X = 1")
    bench.write("experiments/_unused.py", "X = 1")
    bench.write("lib/__init__.py", "")
    bench.write("lib/tools.py", "import numpy\nfrom . import more")
    bench.write("lib/more.py", "")
    body = "import importlib\nname = '_dyn' + 'amic'\nimportlib.import_module('.' + name, 'experiments')"
    run = bench.run(body, head="from ._static import X\nfrom lib import tools\n")
    assert run.state == "finished", run.error
    assert [(one.path, one.role, one.digest[:5]) for one in run.files] == [
        ("experiments/__init__.py", "code", "ast1:"),
        ("experiments/_dynamic.py", "code", "ast1:"),
        ("experiments/_static.py", "code", "ast1:"),
        ("experiments/one.py", "code", "ast1:"),
        ("lib/__init__.py", "code", "ast1:"),
        ("lib/more.py", "code", "ast1:"),
        ("lib/tools.py", "code", "ast1:"),
    ]
    assert [w for w in run.provenance["warnings"] if "import_module" in w]


def test_declared_data_is_digested_and_undeclared_is_noticed(bench: Bench) -> None:
    bench.write("data/points.csv", "1,2")
    bench.write("data/set/a.txt", "a")
    bench.write("data/set/b.txt", "b")
    bench.write("data/secret.csv", "3")
    body = (
        "from pathlib import Path\nroot = Path(__file__).parents[1]\n"
        "for name in ('points.csv', 'set/a.txt', 'secret.csv'):\n    (root / 'data' / name).read_text()\n"
        "(root / 'out.txt').write_text('x')"
    )
    run = bench.run(body, decorator="title='T', data=['data/points.csv', 'data/set']")
    assert [(one.path, one.role) for one in run.files] == [
        ("data/points.csv", "data"),
        ("data/set/a.txt", "data"),
        ("data/set/b.txt", "data"),
        ("experiments/one.py", "code"),
    ]
    assert run.provenance["warnings"] == ["data/secret.csv was read and is not declared: data=['data/secret.csv']"]


@pytest.mark.parametrize("path", ["data/none.csv", "../outside.csv"])
def test_data_that_is_not_there_stops_before_anything_is_recorded(bench: Bench, path: str) -> None:
    (bench.root.parent / "outside.csv").write_text("1")
    with pytest.raises(ExperimentError, match="names no file of the workspace"):
        bench.run("pass", decorator=f"title='T', data=['{path}']")
    assert bench.ledger.calls == []
    assert not bench.workspace.runs.exists()


def test_an_edit_during_the_run_is_told(bench: Bench) -> None:
    run = bench.run("from pathlib import Path\nfile = Path(__file__)\nfile.write_text(file.read_text() + 'x = 1\\n')")
    assert run.state == "finished", run.error
    assert "experiments/one.py changed while the run was going on" in run.provenance["warnings"][0]


def test_why_a_finding_is_inconclusive_is_kept(bench: Bench) -> None:
    run = bench.run('run.finding("a", claim="c", when="later > 1", text="t")')
    assert run.findings[0].verdict == "inconclusive"
    assert run.provenance["undecided"] == {"a": "not recorded: later"}


def test_figures_need_no_display(bench: Bench) -> None:
    run = bench.run("import matplotlib.pyplot as plt\nfig = plt.figure()\nrun.figure('f', fig)")
    assert [one.path for one in run.artifacts] == ["figures/f.png", "figures/f.svg"]


def test_a_folder_that_cannot_be_made(bench: Bench) -> None:
    bench.workspace.state.mkdir()
    (bench.workspace.state / "runs").write_text("a file")
    with pytest.raises(WorkspaceError, match="cannot write"):
        bench.run("pass")
    assert bench.ledger.calls == []


def test_a_database_that_cannot_be_written_starts_nothing(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(run: Run) -> None:
        raise StoreError("locked")

    monkeypatch.setattr(bench.ledger, "open_run", refuse)
    with pytest.raises(StoreError, match="locked"):
        bench.run("raise AssertionError('executed')")
    (folder,) = bench.workspace.runs.iterdir()
    assert (read_record(folder).state, read_record(folder).error) == ("failed", "locked")


def test_without_mlflow_the_run_goes_on(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bench.tracker, "open", lambda run, note, tags: None)
    run = bench.run(BODY)
    assert (run.state, run.mlflow_run_id) == ("finished", None)
    assert bench.ledger.calls == ["open", "finish", "not delivered"]


def test_who_does_not_wait_for_mlflow_has_a_recorded_run(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    def impatient(run: Run, note: str, tags: object, artifacts: Path) -> None:
        raise Killed("SIGINT")

    monkeypatch.setattr(bench.tracker, "finish", impatient)
    run = bench.run(BODY)
    assert bench.ledger.rows[run.id].state == "finished"


def test_streams_are_given_back(bench: Bench) -> None:
    before = sys.stdout, sys.stderr
    bench.run("import sys\nprint('a', end='')\nsys.stderr.write('b\\nc')\nraise ValueError")
    assert (sys.stdout, sys.stderr) == before
    assert bench.progress.lines == ["b", "a", "c"]


def test_a_run_knows_its_parameters(bench: Bench) -> None:
    bench.write("experiments/one.py", source("pass", decorator="title='T', presets={'quick': {'n': 1}}"))
    run = bench.execute(bench.order("one", "quick", "seed=4"))
    assert (run.params, run.preset, run.changed, run.seed) == ({"n": 1, "seed": 4}, "quick", ("seed",), 4)


def test_a_record_with_odd_values_reads_back(bench: Bench) -> None:
    run = bench.run("pass")
    odd = replace(run, params={"a": math.inf, "b": {"c": [1, -math.inf]}, "d": "NaN"})
    from studyctl.runner.folder import write_record

    write_record(bench.folder(run), odd)
    assert read_record(bench.folder(run)) == odd


def test_a_damaged_record_is_an_error_of_the_store(bench: Bench) -> None:
    run = bench.run("pass")
    (bench.folder(run) / "run.json").write_text("{")
    with pytest.raises(StoreError, match=r"run\.json cannot be read"):
        read_record(bench.folder(run))
