"""What is kept of an author's mistake: their own lines, in few words, whatever else it passed through."""

from __future__ import annotations

import re
import threading
from pathlib import Path

import pytest
from runner_bench import Bench, source

from studyctl.core.models import Run


def lines(run: Run) -> list[str]:
    """The files and lines of a traceback."""
    return re.findall(r'File "([^"]+)", line (\d+), in (\S+)', run.error)  # type: ignore[return-value]


def test_deep_frames_of_a_library_are_left_out_but_the_last(bench: Bench) -> None:
    run = bench.run("import numpy\nnumpy.linalg.inv(numpy.zeros((2, 2)))")
    assert [(file, name) for file, _, name in lines(run)] == [
        ("experiments/one.py", "f"),
        ("numpy/linalg/_linalg.py", "_raise_linalgerror_singular"),
    ]
    assert run.provenance["failure"] == {
        "what": "LinAlgError: Singular matrix",
        "where": "experiments/one.py, line 12",
    }


def test_a_library_that_is_installed_below_the_workspace_is_none_of_the_authors(bench: Bench) -> None:
    library = "def deep(n):\n    return deep(n - 1) if n else {}['gone']\n"
    site = bench.write(".venv/lib/python3.11/site-packages/deepest.py", library).parent
    run = bench.run(f"import sys\nsys.path.append({str(site)!r})\nimport deepest\ndeepest.deep(5)")
    assert [(file, name) for file, _, name in lines(run)] == [("experiments/one.py", "f"), ("deepest.py", "deep")]
    assert run.provenance["failure"]["where"] == "experiments/one.py, line 14"
    assert str(bench.root) not in run.error


def test_a_helper_beside_it_is_the_authors_own(bench: Bench) -> None:
    bench.write("experiments/_parts.py", "def half(x):\n    return 1 / x\n")
    run = bench.run("_parts.half(0)", head="from . import _parts\n")
    assert [file for file, _, _ in lines(run)] == ["experiments/one.py", "experiments/_parts.py"]
    assert run.provenance["failure"]["where"] == "experiments/_parts.py, line 2"


def test_an_error_within_what_is_tracked(bench: Bench) -> None:
    body = "def rows():\n    yield 1\n    raise OSError('disk')\nfor _ in run.track(rows(), 'rows'):\n    pass"
    run = bench.run(body)
    assert [name for _, _, name in lines(run)] == ["f", "rows"]
    assert run.provenance["failure"]["what"] == "OSError: disk"


def test_a_group_is_shortened_in_all_its_parts(bench: Bench) -> None:
    body = """
import json
errors = []
for text in ("{", "["):
    try:
        json.loads(text)
    except ValueError as error:
        errors.append(error)
raise ExceptionGroup("two of them", errors)
"""
    run = bench.run(body)
    assert run.state == "failed"
    assert {file for file, _, _ in lines(run)} == {"experiments/one.py", "decoder.py"}
    assert run.error.count("json.decoder.JSONDecodeError: ") == 2
    assert run.provenance["failure"]["what"] == "ExceptionGroup: two of them (2 sub-exceptions)"


@pytest.mark.parametrize("error", ["GeneratorExit()", "BaseExceptionGroup('b', [KeyboardInterrupt()])", "Own()"])
def test_what_is_no_exception_ends_the_run_as_well(bench: Bench, error: str) -> None:
    run = bench.run(f"class Own(BaseException): ...\nraise {error}")
    assert run.state == "failed"
    assert "experiments/one.py" in run.error


def test_an_exception_of_several_lines_and_one_of_none(bench: Bench) -> None:
    assert bench.run("raise ValueError('one\\ntwo')").provenance["failure"]["what"] == "ValueError: one"
    assert bench.run("assert 1 == 2").provenance["failure"]["what"] == "AssertionError"


def test_an_error_and_a_signal_name_the_step(bench: Bench) -> None:
    run = bench.run("with run.step('load'):\n    pass\nwith run.step('train'), run.step('epoch'):\n    1 / 0")
    assert run.error.endswith("ZeroDivisionError: division by zero\n  in step train › epoch")
    assert run.provenance["failure"]["step"] == "train › epoch"
    assert [(one["name"], one["depth"], one["times"]) for one in run.provenance["steps"]] == [
        ("load", 0, 1),
        ("train", 0, 1),
        ("epoch", 1, 1),
    ]
    killed = bench.run("with run.step('train'):\n    raise KeyboardInterrupt")
    assert (killed.state, killed.error) == ("killed", "killed by SIGINT, in step train")


def test_a_hint_is_said_once(bench: Bench) -> None:
    run = bench.run("with run.step('train'):\n    run.metric('loss', 'high')")
    assert run.error.count("record texts with run.text") == 1
    assert run.provenance["failure"]["what"] == "loss = 'high' is no number"


def test_steps_are_no_metrics_and_a_run_without_any_has_none(bench: Bench) -> None:
    run = bench.run("with run.step('train'):\n    run.metric('loss', 1)")
    assert [metric.name for metric in run.metrics] == ["loss"]
    assert [name for name, *_ in bench.tracker.values] == ["loss"]
    assert "steps" not in bench.run("run.metric('loss', 1)").provenance


def test_a_warning_is_written_once_with_a_path_that_names_no_machine(bench: Bench) -> None:
    body = """
import warnings
warnings.simplefilter("always")
for i in range(100):
    warnings.warn("too small", RuntimeWarning)
warnings.warn(f"other {i}", UserWarning)
"""
    run = bench.run(body)
    log = (bench.folder(run) / "log.txt").read_text()
    assert log == (
        'experiments/one.py:14: RuntimeWarning: too small\n  warnings.warn("too small", RuntimeWarning)\n'
        'experiments/one.py:15: UserWarning: other 99\n  warnings.warn(f"other {i}", UserWarning)\n'
    )
    assert run.state == "finished", run.error


def test_what_the_function_returns_is_recorded_nowhere_and_said(bench: Bench) -> None:
    run = bench.run("return {'loss': 1}")
    assert run.provenance["warnings"] == [
        "its function returned a dict, which is recorded nowhere: run.metrics(…)",
    ]


def test_a_thread_that_fails_is_told(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(threading, "excepthook", threading.__excepthook__)  # pytest has one of its own
    body = """
import threading
thread = threading.Thread(target=lambda: 1 / 0)
thread.start()
thread.join()
run.metric("loss", 1)
"""
    run = bench.run(body)
    assert run.state == "finished"
    assert run.provenance["warnings"] == [
        "a thread of it failed with ZeroDivisionError: division by zero; its traceback is in the log"
    ]
    assert "ZeroDivisionError" in (bench.folder(run) / "log.txt").read_text()


def test_a_finding_is_refused_by_the_name_that_can_be_caught(bench: Bench) -> None:
    run = bench.run("run.finding('a', text='{nothing}')")
    assert "studyctl.errors.ExperimentError: finding 'a': {nothing} names no figure" in run.error


@pytest.mark.parametrize(("body", "kind"), [("yield 1", "a generator"), ("import x\nyield", "a generator")])
def test_a_function_whose_call_does_nothing_is_refused(bench: Bench, body: str, kind: str) -> None:
    from studyctl.errors import ExperimentError

    bench.write("experiments/one.py", source(body))
    with pytest.raises(ExperimentError, match=f"the function is {kind}"):
        bench.order()
    assert not Path(bench.workspace.runs).exists()


def test_a_run_that_is_kept_beyond_its_end_records_nothing(bench: Bench) -> None:
    run = bench.run("import builtins\nbuiltins.kept = run\nrun.metric('loss', 1)")
    import builtins

    from studyctl.errors import ExperimentError

    kept = builtins.kept  # type: ignore[attr-defined]
    del builtins.kept  # type: ignore[attr-defined]
    with pytest.raises(ExperimentError, match="the run is over"):
        kept.metric("late", 1)
    assert [metric.name for metric in run.metrics] == ["loss"]
