"""A sweep: one experiment with many parameters, each trial performed by a process of its own and recorded as a run.

An interrupted sweep goes on where it stopped: it is the same run, its finished trials stay, and the others are tried
again. Also here: a single run that another process performs, because it has a time limit.
"""

from __future__ import annotations

import csv
import hashlib
import io
import os
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from studyctl import EVIDENCE_VERSION
from studyctl.config import Workspace
from studyctl.core.grid import Grid, Trial
from studyctl.core.models import Artifact, ExperimentSpec, Run, RunState
from studyctl.core.params import values_of
from studyctl.core.ports import Engine, Ledger, Tracker, Watch
from studyctl.core.reproduce import without
from studyctl.core.sweeps import SWEEP_TAG, Swept, digest_of, last_line, latest, name_of, number_of, varied_of
from studyctl.core.templates import exact
from studyctl.errors import StudyctlError
from studyctl.runner import folder, provenance
from studyctl.runner.clock import now
from studyctl.runner.closure import Closure
from studyctl.runner.coordinate import Coordinator, see_mirrored
from studyctl.runner.mirroring import MirrorThread
from studyctl.runner.perform import Order
from studyctl.runner.process import hostname, started_at
from studyctl.runner.session import open_run
from studyctl.runner.signals import Signals

TRIALS_TABLE = "tables/trials.csv"


@dataclass(frozen=True, slots=True)
class SweepOrder:
    """What is to be tried."""

    spec: ExperimentSpec
    files: Closure
    preset: str
    grid: Grid
    command: str  # as it was typed
    timeout_s: float | None = None

    @property
    def swept(self) -> Swept:
        """What the sweep's own run keeps of it."""
        plain = [(values_of(trial.params), trial.repeat) for trial in self.grid.trials]
        digest = digest_of(self.spec.name, self.preset, EVIDENCE_VERSION, plain)
        values = {name: self.grid.values(name) for name in self.grid.names}
        return Swept(values, len(self.grid.trials), self.grid.repeat, digest)


@dataclass(frozen=True, slots=True)
class Interrupted:
    """A sweep that goes on."""

    run: Run
    finished: Sequence[Run]  # its trials that stay
    unsent: Sequence[Run] = ()  # trials that ended, and that MLflow has not got as a whole


def execute_sweep(
    workspace: Workspace,
    order: SweepOrder,
    *,
    interrupted: Interrupted | None,
    ledger: Ledger,
    tracker: Tracker,
    engine: Engine,
    watch: Watch,
    describe: Callable[[Run], str],
    describe_sweep: Callable[[Run, Sequence[Run]], str],
) -> tuple[Run, list[Run], str | None]:
    """Perform the trials that are not there yet; the sweep as it ended, all its trials, and what MLflow lacks."""
    with Signals() as signals:
        sweep, home = _reopen(workspace, interrupted.run, ledger) if interrupted else _open(workspace, order, ledger)
        trials: list[Run] = list(interrupted.finished) if interrupted else []
        there = {number_of(trial) for trial in trials}
        mirror = MirrorThread(
            tracker, lambda run: describe(run) if run.role == "trial" else describe_sweep(run, latest(trials))
        )
        mirror.open(sweep, home, {}, again=interrupted is not None)
        tags = {SWEEP_TAG: sweep.id}
        for trial in interrupted.unsent if interrupted else ():
            mirror.finish(trial, workspace.runs / trial.id, tags, again=True)
        coordinator = Coordinator(
            workspace,
            ledger=ledger,
            engine=engine,
            mirror=mirror,
            watch=watch,
            signals=signals,
            tags=tags,
            timeout_s=order.timeout_s,
        )
        waiting = (_trial(order, sweep, trial) for trial in order.grid.trials if trial.number not in there)
        try:
            trials += coordinator.perform(waiting)
            sweep = _ended(sweep, order, trials, signals.received)
        except StudyctlError as error:
            sweep = replace(sweep, state="failed", ended=now(), error=error.message)
            folder.write_record(home, sweep)
            raise
        sweep = replace(sweep, artifacts=(_table(home, trials),))
        folder.write_record(home, sweep)
        ledger.finish_run(sweep)
        mirror.finish(sweep, home, {})
        see_mirrored(mirror, ledger, signals, watch.left)
    return mirror.mirrored(sweep), [mirror.mirrored(trial) for trial in latest(trials)], mirror.problem


def execute_apart(
    workspace: Workspace,
    order: Order,
    files: Closure,
    *,
    timeout_s: float | None,
    ledger: Ledger,
    tracker: Tracker,
    engine: Engine,
    watch: Watch,
    describe: Callable[[Run], str],
) -> tuple[Run, str | None]:
    """Perform one run by the engine, and record it; how it ended, and what MLflow lacks."""
    with Signals() as signals:
        opened = open_run(workspace, order, files, ledger)
        mirror = MirrorThread(tracker, describe, watch.measured)
        coordinator = Coordinator(
            workspace,
            ledger=ledger,
            engine=engine,
            mirror=mirror,
            watch=watch,
            signals=signals,
            tags=order.tags,
            timeout_s=timeout_s,
            watched=True,
        )
        ended = coordinator.perform([opened[0]], opened=True)
        see_mirrored(mirror, ledger, signals, watch.left)
    return mirror.mirrored(ended[0] if ended else opened[0]), mirror.problem


def _open(workspace: Workspace, order: SweepOrder, ledger: Ledger) -> tuple[Run, Path]:
    """The sweep's own run: what all trials share, and nothing measured."""
    run_id = secrets.token_hex(16)
    home = folder.make_folder(workspace.runs, run_id)
    names = order.grid.names
    first = order.grid.trials[0]
    params = values_of(first.params)
    for name in names:
        params = without(params, name)
    changed = {name for trial in order.grid.trials for name in trial.changed} - set(names)
    run = _ours(
        Run(
            id=run_id,
            experiment=order.spec.name,
            title=order.spec.title,
            state="running",
            started=now(),
            ended=None,
            preset=order.preset,
            changed=tuple(name for name in first.changed if name in changed),
            params=params,
            seed=None if "seed" in names else getattr(first.params, "seed", None),
            evidence_version=EVIDENCE_VERSION,
            host="",
            pid=0,
            process_started=0.0,
            provenance=provenance.collect(workspace.root, home, order.command, order.files.code)
            | {"measures": list(order.spec.measures), "requires": list(order.spec.requires)}
            | ({"distribution": order.spec.distribution} if order.spec.distribution else {})
            | {"sweep": order.swept.plain()},
            files=order.files.files,
            role="sweep",
        )
    )
    folder.write_record(home, run)
    ledger.open_run(run)
    return run, home


def _reopen(workspace: Workspace, run: Run, ledger: Ledger) -> tuple[Run, Path]:
    """The sweep's own run as one that goes on, performed by this process."""
    run = _ours(replace(run, state="running", ended=None, error="", artifacts=()))
    home = workspace.runs / run.id
    home.mkdir(parents=True, exist_ok=True)
    folder.write_record(home, run)
    with ledger.transaction():
        ledger.open_run(run)
        ledger.deliver_run(run.id, run.tracking_uri, whole=False)
    return run, home


def _ours(run: Run) -> Run:
    pid = os.getpid()
    return replace(run, host=hostname(), pid=pid, process_started=started_at(pid) or 0.0)


def _trial(order: SweepOrder, sweep: Run, trial: Trial) -> Run:
    """A trial's run, ready to be opened."""
    git = {key: value for key, value in (sweep.provenance.get("git") or {}).items() if key != "diff"}
    shared = {key: value for key, value in sweep.provenance.items() if key != "sweep"}
    about = {"number": trial.number, "varied": dict(trial.varied), "repeat": trial.repeat}
    return replace(
        sweep,
        id=secrets.token_hex(16),
        changed=trial.changed,
        params=values_of(trial.params),
        seed=getattr(trial.params, "seed", None),
        # The difference from the commit is in the sweep's folder.
        provenance=shared | {"git": git, "trial": about},
        mlflow_run_id=None,
        role="trial",
        parent=sweep.id,
    )


def _ended(sweep: Run, order: SweepOrder, trials: Sequence[Run], received: str) -> Run:
    """How the sweep ended: finished when every trial did, failed when one did not, killed by a signal."""
    count = len(order.grid.trials)
    newest = latest(trials)
    failed = [trial for trial in newest if trial.state != "finished"]
    finished = len(newest) - len(failed)
    state: RunState = "finished"
    error = ""
    if received:
        state, error = "killed", f"killed by {received}: {finished} of {count} trials are there"
    elif finished < count:
        state = "failed"
        lines = [f"trial {number_of(one)} ({name_of(one)}) {one.state}: {last_line(one.error)}" for one in failed]
        error = "\n".join([f"{count - finished} of {count} trials did not finish", *lines])
    return replace(sweep, state=state, error=error, ended=now())


def _table(home: Path, trials: Sequence[Run]) -> Artifact:
    """Every trial with what was varied and what was measured, as a file of the sweep."""
    newest = latest(trials)
    names = list(dict.fromkeys(name for trial in newest for name in varied_of(trial)))
    metrics = list(dict.fromkeys(metric.name for trial in newest for metric in trial.metrics))
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["trial", "run", "state", *(f"param.{n}" for n in names), *(f"metric.{n}" for n in metrics)])
    for trial in newest:
        varied = varied_of(trial)
        values = {metric.name: exact(metric.value) for metric in trial.metrics}
        writer.writerow(
            [number_of(trial), trial.id, trial.state]
            + [varied.get(name, "") for name in names]
            + [values.get(name, "") for name in metrics]
        )
    content = text.getvalue().encode()
    target = home / folder.ARTIFACTS_FOLDER / TRIALS_TABLE
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(content)
    return Artifact(TRIALS_TABLE, "table", "every trial", len(content), hashlib.sha256(content).hexdigest())
