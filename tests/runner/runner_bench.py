"""A workspace with experiments, and edges that only remember."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from studyctl.config import Workspace, find_workspace
from studyctl.core.models import Run, RunState
from studyctl.core.params import build, values_of
from studyctl.core.progress import Silent
from studyctl.runner import folder
from studyctl.runner.closure import closure_of
from studyctl.runner.discover import find
from studyctl.runner.importing import load
from studyctl.runner.perform import Order
from studyctl.runner.session import execute

HEAD = "from studyctl.lab import Params, Run, experiment\n\n\nclass P(Params):\n    n: int = 3\n    seed: int = 0\n\n\n"


def source(body: str, *, decorator: str = "title='T'", head: str = "") -> str:
    """An experiment whose function has this body."""
    lines = "\n".join(f"    {line}" for line in body.strip("\n").split("\n"))
    return f"{head}{HEAD}@experiment({decorator})\ndef f(params: P, run: Run) -> None:\n{lines}\n"


class Ledger:
    """Remembers what would be in `study.db`."""

    def __init__(self) -> None:
        self.rows: dict[str, Run] = {}
        self.calls: list[str] = []

    def open_run(self, run: Run) -> None:
        self.calls.append("open")
        self.rows[run.id] = run

    def set_mlflow_id(self, run_id: str, mlflow_run_id: str, tracking_uri: str = "") -> None:
        self.calls.append("mlflow")

    def finish_run(self, run: Run) -> None:
        self.calls.append("finish")
        self.rows[run.id] = run

    def deliver_run(self, run_id: str, tracking_uri: str, *, whole: bool) -> None:
        self.calls.append("delivered" if whole else "not delivered")

    def restore_run(self, run: Run) -> bool:
        self.calls.append("restore")
        self.rows[run.id] = run
        return True

    def running_runs(self) -> list[Run]:
        return [run for run in self.rows.values() if run.state == "running"]

    def end_run(self, run_id: str, state: RunState, *, ended: str | None, error: str = "") -> None:
        self.calls.append(f"end {state} {error}")


class Tracker:
    """Remembers what would be in MLflow."""

    def __init__(self) -> None:
        self.problem: str | None = None
        self.uri = ""
        self.values: list[tuple[str, float, int, int]] = []
        self.opened: list[tuple[Run, str, dict[str, str]]] = []
        self.finished: list[tuple[Run, str, Path]] = []

    def open(self, run: Run, *, note: str, tags: Mapping[str, str]) -> str | None:
        self.opened.append((run, note, dict(tags)))
        return "m1"

    def log(self, values: Sequence[tuple[str, float, int, int]]) -> None:
        self.values += values

    def finish(self, run: Run, *, note: str, tags: Mapping[str, str], artifacts: Path) -> None:
        self.finished.append((run, note, artifacts))

    def end(self, mlflow_run_id: str, state: RunState, *, ended_ms: int | None) -> None: ...


class Messages(Silent):
    """Progress that keeps what it is told."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def message(self, text: str) -> None:
        self.lines.append(text)


class Bench:
    """A workspace in a temporary folder, and the steps of a run in it."""

    def __init__(self, root: Path, *, fresh: bool = True) -> None:
        self.root = root
        if fresh:
            (root / "studyctl.toml").write_text("")
            (root / "experiments").mkdir()
        self.ledger = Ledger()
        self.tracker = Tracker()
        self.progress = Messages()

    @property
    def workspace(self) -> Workspace:
        return find_workspace(str(self.root))

    def write(self, path: str, text: str) -> Path:
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8")
        return file

    def order(self, name: str = "one", preset: str = "default", *assignments: str) -> Order:
        spec = find(self.workspace, name)
        loaded = load(self.workspace, spec)
        params, changed = build(loaded.model, loaded.preset(preset), assignments=assignments)
        return Order(spec, loaded, params, preset, changed, f"studyctl run {name}", {"studyctl.item.Q1": "why?"})

    def run(self, body: str, *, decorator: str = "title='T'", head: str = "") -> Run:
        self.write("experiments/one.py", source(body, decorator=decorator, head=head))
        return self.execute(self.order())

    def execute(self, order: Order) -> Run:
        return execute(
            self.workspace,
            order,
            ledger=self.ledger,  # type: ignore[arg-type]
            tracker=self.tracker,
            progress=self.progress,
            describe=lambda run: f"{run.state} {run.short}",
        )

    def folder(self, run: Run) -> Path:
        return self.workspace.runs / run.id


def waiting(bench: Bench, *assignments: str, run_id: str = "ab" * 16) -> tuple[Run, Path]:
    """A run of the bench's experiment that waits to be performed, and the folder that it will have."""
    order = bench.order("one", "default", *assignments)
    run = Run(
        id=run_id,
        experiment="one",
        title="T",
        state="running",
        started="2026-01-01T00:00:00.000Z",
        ended=None,
        preset="default",
        changed=order.changed,
        params=values_of(order.params),
        seed=0,
        evidence_version=1,
        host="elsewhere",
        pid=1,
        process_started=1.0,
        provenance={"command": "typed"},
        files=closure_of(bench.workspace, order.spec).files,
        role="trial",
        parent="cd" * 16,
    )
    return run, bench.workspace.runs / run.id


def opened(bench: Bench, *assignments: str) -> tuple[Run, Path]:
    """The same with its folder and its record, as it is opened here for a process of its own."""
    run, home = waiting(bench, *assignments)
    folder.make_folder(bench.workspace.runs, run.id)
    folder.write_record(home, run)
    return run, home
