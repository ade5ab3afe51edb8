"""Runs that a script or a notebook records: in child processes, as people start them."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from studyctl.config import Workspace, find_workspace
from studyctl.core.models import Run
from studyctl.core.ports import RunFilter
from studyctl.errors import NotFoundError, UsageError, WorkspaceError
from studyctl.lab import ExperimentError, recording
from studyctl.runner.folder import read_record
from studyctl.runner.lost import is_lost
from studyctl.wiring.experiments import discover, find_experiment
from studyctl.wiring.opening import open_reader
from studyctl.wiring.syncing import stale_reasons, synchronise

posix = pytest.mark.skipif(os.name != "posix", reason="signals as POSIX has them")
PATIENCE_S = 120

NOTE = """\
# Study

## Questions

* Does warm-up help? ([warmup](studyctl:warmup#helps))
* Is it fast?
"""
WARMUP = """
    import sys
    import helper
    from studyctl.lab import recording

    print("before")
    with recording("warmup", title="Warm-up", params={"rate": 0.5, "file": sys.argv[0]}, seed=3) as run:
        print("inside")
        with run.step("train"):
            for i in run.track(range(3), "epochs"):
                run.metric("loss", helper.loss(i), step=i)
        run.finding("helps", claim="it helps", when="loss < 1", unless="loss >= 1", text="{loss:.2f} at {rate}, {seed}")
    print("after")
"""
HELPER = "import math\n\n\ndef loss(i):\n    return 1 / (i + 1)\n"


class Study:
    """A workspace in which scripts are run."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def write(self, path: str, text: str) -> Path:
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(textwrap.dedent(text).lstrip("\n"), "utf-8")
        return file

    def start(self, *words: str, cwd: Path | None = None) -> subprocess.Popen[str]:
        environment = {name: value for name, value in os.environ.items() if name != "STUDYCTL_WORKSPACE"}
        return subprocess.Popen(
            [sys.executable, *words],
            cwd=cwd or self.root,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=environment | {"NO_COLOR": "1", "COLUMNS": "100"},
        )

    def python(self, *words: str, cwd: Path | None = None) -> tuple[int, str, str]:
        process = self.start(*words, cwd=cwd)
        out, err = process.communicate(timeout=PATIENCE_S)
        return process.returncode, out, err

    @property
    def workspace(self) -> Workspace:
        return find_workspace(str(self.root))

    def runs(self) -> list[Run]:
        """Newest first, whole."""
        if not self.workspace.database.exists():
            return []
        reader = open_reader(self.workspace)
        try:
            return [reader.run(run.id) for run in reader.runs(RunFilter())]
        finally:
            reader.close()

    def reasons(self) -> dict[str, list[str]]:
        reader = open_reader(self.workspace)
        try:
            return {item: [one.text for one in why] for item, why in stale_reasons(reader, self.workspace).items()}
        finally:
            reader.close()

    def mlflow(self) -> list[str]:
        with closing(sqlite3.connect(self.workspace.mlflow_database)) as db:
            return [row[0] for row in db.execute("SELECT status FROM runs ORDER BY start_time")]


@pytest.fixture(scope="module")
def _recorded(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, tuple[int, str, str]]:
    """A workspace in which the script ran once, and what it printed; MLflow's store is made in it."""
    study = Study(tmp_path_factory.mktemp("recorded") / "study")
    study.write("studyctl.toml", "")
    study.write("note.md", NOTE)
    study.write("analysis/warmup.py", WARMUP)
    study.write("analysis/helper.py", HELPER)
    study.write("analysis/unrelated.py", "raise SystemExit")
    return study.root, study.python("analysis/warmup.py", "--fast")


@pytest.fixture
def printed(_recorded: tuple[Path, tuple[int, str, str]]) -> tuple[int, str, str]:
    return _recorded[1]


@pytest.fixture
def study(_recorded: tuple[Path, tuple[int, str, str]], tmp_path: Path) -> Study:
    return Study(Path(shutil.copytree(_recorded[0], tmp_path / "study")))


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Study]:
    """A workspace that this process records in, with a mirror that is not there: MLflow is not what is tested."""
    study = Study((tmp_path / "here").resolve())
    study.write("studyctl.toml", "")
    monkeypatch.setenv("STUDYCTL_WORKSPACE", str(study.root))
    monkeypatch.chdir(study.root)
    monkeypatch.setattr("studyctl.tracking.remote.tracker_of", NoMirror)
    yield study


class NoMirror:
    """What takes nothing."""

    problem = None
    uri = ""

    def __init__(self, workspace: object) -> None: ...

    def open(self, run: Run, **more: object) -> None:
        return None

    def log(self, values: object) -> None: ...

    def finish(self, run: Run, **more: object) -> None: ...

    def running(self) -> list[tuple[str, str]]:
        return []


def test_a_script_prints_as_ever_and_then_a_page(printed: tuple[int, str, str], study: Study) -> None:
    code, out, err = printed
    assert code == 0, err
    (run,) = study.runs()
    assert out.startswith("before\ninside\n✓ warmup finished in ")
    assert out.endswith("\nafter\n")
    page = out.partition("inside\n")[2]
    assert f" s · run {run.short}\n" in page
    assert "  ✓ supported  helps\n    claim: it helps\n    0.33 at 0.5, 3\n" in page
    assert "  Q1  Does warm-up help?\n      ✓ supported: 0.33 at 0.5, 3\n" in page
    assert f"  studyctl runs show {run.short}" in page


def test_its_run_is_recorded_like_any_other(study: Study) -> None:
    (run,) = study.runs()
    assert (run.experiment, run.title, run.state, run.preset, run.changed) == (
        "warmup",
        "Warm-up",
        "finished",
        "default",
        (),
    )
    assert (run.params, run.seed) == ({"rate": 0.5, "file": "analysis/warmup.py", "seed": 3}, 3)
    assert [one.path for one in run.files] == ["analysis/helper.py", "analysis/warmup.py"]
    assert run.provenance["command"] == "python analysis/warmup.py --fast"
    assert run.provenance["source"] == {"kind": "script", "path": "analysis/warmup.py", "arguments": ["--fast"]}
    assert [one["name"] for one in run.provenance["steps"]] == ["train"]
    assert "unwatched" not in run.provenance
    home = study.workspace.runs / run.id
    assert (home / "log.txt").read_text() == "inside\n"
    assert repr(read_record(home).metrics) == repr(run.metrics)
    assert study.mlflow() == ["FINISHED"]


def test_what_it_imports_makes_the_answer_stale(study: Study) -> None:
    assert study.reasons() == {}
    study.write("analysis/unrelated.py", "x = 2")
    study.write("analysis/helper.py", f"# only a comment\n{HELPER}")
    assert study.reasons() == {}
    study.write("analysis/helper.py", HELPER.replace("1 /", "2 /"))
    (run,) = study.runs()
    assert study.reasons() == {"Q1": [f"analysis/helper.py changed since run {run.short}"]}


def test_a_name_that_only_scripts_record_is_no_experiment(study: Study) -> None:
    with pytest.raises(NotFoundError, match=r"no experiment: it was recorded by the script") as caught:
        find_experiment(study.workspace, "warmup")
    assert caught.value.hint == "python analysis/warmup.py --fast"
    assert discover(study.workspace) == []


@pytest.mark.slow
def test_a_failing_script_fails_as_ever_and_its_run_is_kept(study: Study) -> None:
    study.write(
        "fails.py",
        """
        from studyctl.lab import recording

        with recording("fails") as run:
            run.metric("before", 1)
            run.finding("f", text="x")
            with run.step("divide"):
                1 / 0
        """,
    )
    code, out, err = study.python("fails.py")
    run = study.runs()[0]
    assert (code, out) == (1, "")
    assert err.startswith(f"fails failed; kept as run {run.short}: studyctl runs show {run.short}\nTraceback")
    assert err.endswith("ZeroDivisionError: division by zero\n  in step divide\n")
    # The traceback is as it would be without us.
    assert "recording.py" not in err
    assert (run.state, [one.name for one in run.metrics], run.findings) == ("failed", ["before"], ())
    assert run.provenance["failure"] == {
        "what": "ZeroDivisionError: division by zero",
        "where": "fails.py, line 7",
        "step": "divide",
    }
    assert 'File "fails.py", line 7, in <module>' in run.error
    assert study.mlflow() == ["FINISHED", "FAILED"]


WAITING = """
    import signal, sys, time
    from studyctl.lab import recording

    if "own" in sys.argv:
        signal.signal(signal.SIGTERM, lambda *_: print("mine", flush=True))
    try:
        with recording("waits") as run:
            run.metric("before", 1)
            with run.step("wait"):
                print("ready", flush=True)
                until = time.monotonic() + 600
                while time.monotonic() < until and not ("own" in sys.argv and signal.getsignal(signal.SIGUSR1)):
                    time.sleep(0.05)
    except KeyboardInterrupt:
        print("interrupted", flush=True)
        sys.exit(5)
"""


def ready(study: Study, *words: str) -> subprocess.Popen[str]:
    study.write("waits.py", WAITING)
    process = study.start("waits.py", *words)
    assert process.stdout is not None and process.stdout.readline() == "ready\n", process.communicate()
    return process


@pytest.mark.slow
@posix
@pytest.mark.parametrize(
    ("name", "code", "printed"), [("SIGINT", 5, "interrupted\n"), ("SIGTERM", -15, ""), ("SIGHUP", -1, "")]
)
def test_a_signal_ends_the_script_as_ever_and_its_run_as_killed(
    study: Study, name: str, code: int, printed: str
) -> None:
    process = ready(study)
    process.send_signal(getattr(signal, name))
    out, err = process.communicate(timeout=PATIENCE_S)
    run = study.runs()[0]
    assert (process.returncode, out) == (code, printed), err
    assert (run.state, run.error) == ("killed", f"killed by {name}, in step wait")
    assert [one.name for one in run.metrics] == ["before"]
    assert err == f"waits killed; kept as run {run.short}: studyctl runs show {run.short}\n"
    assert study.mlflow() == ["FINISHED", "KILLED"]


@pytest.mark.slow
@posix
def test_a_script_that_is_shot_is_lost(study: Study) -> None:
    process = ready(study)
    assert not is_lost(study.runs()[0])
    process.kill()
    process.communicate(timeout=PATIENCE_S)
    assert is_lost(study.runs()[0])


@pytest.mark.slow
@posix
def test_a_signal_that_the_script_handles_itself_is_left_to_it(study: Study) -> None:
    process = ready(study, "own")
    process.send_signal(signal.SIGTERM)
    assert process.stdout is not None and process.stdout.readline() == "mine\n"
    assert process.poll() is None
    process.kill()
    process.communicate(timeout=PATIENCE_S)


@pytest.mark.slow
def test_a_process_that_the_block_forks_leaves_the_run_to_its_parent(study: Study) -> None:
    study.write(
        "forks.py",
        """
        import os
        from studyctl.lab import recording

        with recording("forks", quiet=True) as run:
            child = os.fork()
            if child:
                os.waitpid(child, 0)
                run.metric("parent", 1)
        print("child" if not child else "parent", flush=True)
        """,
    )
    code, out, err = study.python("forks.py")
    assert (code, out) == (0, "child\nparent\n"), err
    assert [(run.experiment, run.state) for run in study.runs()] == [("forks", "finished"), ("warmup", "finished")]


@pytest.mark.slow
def test_a_script_from_anywhere_records_where_it_lies(study: Study, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    code, _, err = study.python(str(study.root / "analysis" / "warmup.py"), cwd=elsewhere)
    assert code == 0, err
    assert [one.path for one in study.runs()[0].files] == ["analysis/helper.py", "analysis/warmup.py"]


@pytest.mark.slow
def test_a_module_of_a_package_is_watched_with_its_package(study: Study) -> None:
    study.write("pkg/__init__.py", "BASE = 1")
    study.write("pkg/part.py", "from . import BASE\n")
    study.write(
        "pkg/main.py",
        """
        from studyctl.lab import recording
        from .part import BASE

        with recording("packaged", quiet=True) as run:
            run.metric("base", BASE)
        """,
    )
    code, out, err = study.python("-m", "pkg.main")
    assert (code, out) == (0, ""), err
    run = study.runs()[0]
    assert [one.path for one in run.files] == ["pkg/__init__.py", "pkg/main.py", "pkg/part.py"]
    assert run.provenance["command"] == "python -m pkg.main"


@pytest.mark.slow
def test_typed_code_is_recorded_and_says_that_it_cannot_be_watched(study: Study) -> None:
    typed = "from studyctl.lab import recording\nwith recording('typed') as run: run.metric('a', 1)"
    code, _, err = study.python("-c", typed)
    assert code == 0, err
    run = study.runs()[0]
    assert run.provenance["unwatched"] == ["the code that was typed, which is kept nowhere"]
    assert run.files == ()


def test_without_a_workspace_it_says_what_to_do(tmp_path: Path) -> None:
    study = Study(tmp_path)
    study.write("a.py", "from studyctl.lab import recording\nwith recording('x') as run:\n    print('inside')\n")
    code, out, err = study.python("a.py")
    assert (code, out) == (1, "")
    assert "WorkspaceError: no workspace here: no studyctl.toml in " in err
    assert err.endswith("  `studyctl init` makes one; `studyctl scan NOTE.md` needs none\n")
    assert [one.name for one in tmp_path.iterdir()] == ["a.py"]


def test_a_draft_needs_no_workspace_and_records_nothing(tmp_path: Path) -> None:
    study = Study(tmp_path)
    study.write(
        "a.py",
        """
        import sys
        from studyctl.lab import recording

        with recording("x", draft=True) as run:
            run.metric("a", 1)
            run.table("t", [{"a": 1}])
            run.finding("f", text="{a}")
        print("mlflow" in sys.modules, "sqlmodel" in sys.modules)
        """,
    )
    code, out, err = study.python("a.py")
    assert code == 0, err
    assert out.startswith("✓ x finished in ") and " · a draft, recorded nowhere\n" in out
    assert out.endswith("False False\n")
    assert [one.name for one in tmp_path.iterdir()] == ["a.py"]


class TestInThisProcess:
    """What needs no script: the block's own rules."""

    def test_the_run_and_its_page(self, here: Study, capsys: pytest.CaptureFixture[str]) -> None:
        with recording("a-b", params={"n": 2}) as run:
            run.metric("a", 1)
        assert capsys.readouterr().out.startswith("✓ a-b finished in ")
        (recorded,) = here.runs()
        assert (recorded.experiment, recorded.title, recorded.params) == ("a-b", "a-b", {"n": 2})
        assert recorded.provenance["determinism"] == ["no seed was given: its random numbers differ from time to time"]
        with pytest.raises(ExperimentError, match="the run is over"):
            run.metric("late", 1)

    def test_the_seed_is_set_before_the_block(self, here: Study) -> None:
        import random

        drawn = []
        for _ in range(2):
            with recording("seeded", seed=4, quiet=True):
                drawn.append(random.random())
        assert drawn[0] == drawn[1]
        assert {run.seed for run in here.runs()} == {4}

    def test_one_within_another(self, here: Study) -> None:
        (here.root / "data.csv").write_text("1")
        (here.root / "other.csv").write_text("1")
        with recording("outer", quiet=True) as outer:
            with recording("inner", quiet=True) as inner:
                (here.root / "data.csv").read_text()
                inner.metric("i", 1)
                outer.metric("o", 1)
            (here.root / "other.csv").read_text()
        runs = {run.experiment: run for run in here.runs()}
        assert [one.name for one in runs["inner"].metrics] == ["i"]
        assert [one.name for one in runs["outer"].metrics] == ["o"]
        assert "data.csv, which was read" in runs["inner"].provenance["unwatched"]
        assert "other.csv, which was read" in runs["outer"].provenance["unwatched"]

    def test_declared_data_is_digested(self, here: Study) -> None:
        (here.root / "data.csv").write_text("1")
        with recording("reads", data=["data.csv"], quiet=True):
            (here.root / "data.csv").read_text()
        (run,) = here.runs()
        assert [(one.path, one.role) for one in run.files] == [("data.csv", "data")]
        assert run.provenance["warnings"] == []

    def test_figures_stay_open_for_their_owner(self, here: Study) -> None:
        import matplotlib.pyplot as plt

        with recording("draws", quiet=True) as run:
            figure, axes = plt.subplots()
            run.figure("f", axes)
        assert plt.fignum_exists(figure.number)
        plt.close(figure)
        assert [one.path for one in here.runs()[0].artifacts] == ["figures/f.png", "figures/f.svg"]

    def test_a_finding_that_cannot_be_written_at_the_end_fails_the_run(self, here: Study) -> None:
        with pytest.raises(ExperimentError, match="cannot be written so"), recording("ends", quiet=True) as run:
            run.metric("a", 1, step=0)
            run.finding("f", text="{a:d}")
            run.metric("a", 1.5, step=1)
        assert here.runs()[0].state == "failed"

    @pytest.mark.parametrize("name", ["", "Two Words", "1st", "../up", "x/y"])
    def test_a_name_that_no_link_could_have(self, here: Study, name: str) -> None:
        with pytest.raises(UsageError, match="cannot name an experiment"):
            recording(name)
        assert here.runs() == []

    def test_the_name_of_an_experiment_is_taken(self, here: Study) -> None:
        here.write("experiments/taken.py", "")
        with pytest.raises(UsageError, match=r"taken is the name of an experiment: experiments/taken\.py"):
            recording("taken")

    def test_what_is_wrong_is_refused_before_anything_is_recorded(self, here: Study) -> None:
        for wrong in ({"data": "x.csv"}, {"data": ["gone.csv"]}, {"params": {"a": object()}}, {"measures": "time"}):
            with pytest.raises(ExperimentError), recording("wrong", **wrong):  # type: ignore[arg-type]
                raise AssertionError("the block is never entered")
        assert here.runs() == []

    def test_a_workspace_can_be_named(self, tmp_path: Path, here: Study) -> None:
        other = Study((tmp_path / "other").resolve())
        other.write("studyctl.toml", "")
        with recording("x", workspace=other.root, quiet=True):
            pass
        assert (len(other.runs()), len(here.runs())) == (1, 0)
        with pytest.raises(WorkspaceError, match="is no workspace"):
            recording("x", workspace=tmp_path)

    def test_what_the_notes_say_now_is_answered(self, here: Study) -> None:
        synchronise(here.workspace)
        here.write("late.md", "# L\n\n## Questions\n\n* New? ([x](studyctl:x))\n")
        with recording("x", quiet=True) as run:
            run.metric("a", 1)
            run.finding("f", text="Yes, {a}.")
        reader = open_reader(here.workspace)
        answer = reader.answer("Q1")
        reader.close()
        assert answer is not None and answer.conclusion == "Yes, 1."


@pytest.mark.slow
def test_a_real_notebook(study: Study) -> None:
    """A kernel as Jupyter starts it. Without ipykernel (extra `dev`) the cells are only played in test_source.py."""
    pytest.importorskip("ipykernel", reason="ipykernel is not installed: python -m pip install -e '.[dev]'")
    from jupyter_client.manager import start_new_kernel

    manager, client = start_new_kernel(
        kernel_name="python3", cwd=str(study.root), extra_arguments=["--IPKernelApp.log_level=ERROR"]
    )
    printed: list[tuple[str, str]] = []

    def execute(code: str) -> list[tuple[str, str]]:
        printed.clear()

        def heard(message: dict[str, dict[str, str]]) -> None:
            kind, content = str(message["msg_type"]), message["content"]
            if kind not in ("status", "execute_input"):
                printed.append((kind, str(content.get("text") or content.get("ename") or "")))

        client.execute_interactive(textwrap.dedent(code), timeout=PATIENCE_S, output_hook=heard)
        return list(printed)

    try:
        execute("%matplotlib inline\nimport sys; sys.path.insert(0, 'analysis'); import helper\nfactor = 3")
        shown = execute(
            """
            import matplotlib.pyplot as plt
            from studyctl.lab import recording
            with recording("warmup", params={"factor": factor}) as run:
                print("inside")
                fig, axes = plt.subplots()
                run.figure("f", fig)
                run.metric("loss", helper.loss(1))
                run.finding("helps", claim="c", when="loss < 1", unless="loss >= 1", text="{loss} by {factor}")
            """
        )
        failed = execute("with recording('fails') as run:\n    with run.step('s'):\n        1 / 0")
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)

    # What the block prints, the page as text, and the figure, which the notebook shows as ever.
    assert {kind for kind, _ in shown} == {"stream", "display_data"}
    text = "".join(text for kind, text in shown if kind == "stream")
    assert text.startswith("inside\n") and "warmup finished in" in text and "Does warm-up help?" in text
    assert [kind for kind, _ in shown].count("display_data") == 1
    assert failed[-1] == ("error", "ZeroDivisionError")

    fails, run, _ = study.runs()
    assert (fails.state, fails.provenance["failure"]["step"]) == ("failed", "s")
    assert (run.state, run.params) == ("finished", {"factor": 3})
    assert [one.path for one in run.files] == ["analysis/helper.py"]
    assert run.provenance["source"]["cells"] == 2
    cells = (study.workspace.runs / run.id / "artifacts" / "texts" / "cells.py").read_text()
    assert cells.startswith("# %% [1]\n%matplotlib inline\n") and 'with recording("warmup"' in cells
    assert run.provenance["unwatched"] == ["the cells of the notebook, which are kept with the run"]
