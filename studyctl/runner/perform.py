"""Performing an experiment whose run was opened: its function is called, and the run's folder gets all it came to.

No database is known here, so that it can be done by another process or on another machine. Whatever happens in
between, the run ends in a known state: finished, failed with the author's traceback, or killed by a signal. Only
SIGKILL leaves it running; `lost` finds those.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import ModuleType
from typing import Any

from studyctl.config import Workspace
from studyctl.core import authoring
from studyctl.core.models import ExperimentSpec, FileDigest, Finding, Run, RunState
from studyctl.core.params import Params
from studyctl.core.ports import Progress
from studyctl.core.steps import step_of
from studyctl.runner import folder, provenance
from studyctl.runner.capture import captured, threads_told, warnings_once
from studyctl.runner.clock import now
from studyctl.runner.closure import Closure, with_imported
from studyctl.runner.failure import said, told
from studyctl.runner.figures import use_no_display
from studyctl.runner.load import Loaded
from studyctl.runner.opened import undeclared, watched
from studyctl.runner.recorder import Recorder
from studyctl.runner.seeds import seed_everything
from studyctl.runner.signals import Killed, Signals


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be executed."""

    spec: ExperimentSpec
    experiment: Loaded
    params: Params
    preset: str
    changed: tuple[str, ...]
    command: str  # as it was typed
    tags: Mapping[str, str] = field(default_factory=dict)  # for MLflow: `studyctl.item.Q1` and such
    more: Mapping[str, Any] = field(default_factory=dict)  # what else the run's provenance says of it


@dataclass(slots=True)
class Outcome:
    """What performing an experiment came to, as far as it went."""

    state: RunState = "finished"
    error: str = ""
    findings: tuple[Finding, ...] = ()
    seconds: float | None = None  # of the experiment's function alone
    failure: dict[str, str] = field(default_factory=dict)  # what, where and in which step
    notes: list[str] = field(default_factory=list)  # what the seed does not fix
    seen: set[str] = field(default_factory=set)  # files that were opened for reading


def perform(
    workspace: Workspace,
    order: Order,
    run: Run,
    home: Path,
    *,
    files: Closure,
    recorder: Recorder,
    progress: Progress,
    signals: Signals,
    begin: Callable[[Run], Run] = lambda run: run,
    timeout_s: float | None = None,
) -> Run:
    """Perform an opened run; the returned one says how it ended, and its folder has the same.

    `begin` is called first, and may give the run more to know (where its mirror is); a signal ends it as well.
    An experiment that takes longer than `timeout_s` is ended as by a signal; one that swallows that goes on.
    Signals wait again when this returns.
    """
    handle = authoring.Run(order.params, recorder, progress)
    outcome = Outcome()
    try:
        with signals.impatient():
            run = begin(run)
        _call(workspace, order, home, handle, recorder, signals, outcome, timeout_s)
    except BaseException as ended:  # also what is no Exception: a group with a KeyboardInterrupt, CancelledError
        tell_end(outcome, ended, signals, workspace.root, *order.experiment.roots)
    signals.hold()
    if os.getpid() != run.pid:
        os._exit(1)  # a process that the experiment forked fell out of its function: the run is its parent's
    return conclude(workspace, order, run, home, files=files, handle=handle, recorder=recorder, outcome=outcome)


def tell_end(outcome: Outcome, ended: BaseException, signals: Signals, *roots: Path) -> None:
    """How a run ended that did not finish: by a signal, or by an error of its author's."""
    if isinstance(ended, (Killed, KeyboardInterrupt)) or signals.received:
        outcome.state = "killed"
        step = step_of(ended)
        outcome.error = f"killed by {signals.received or getattr(ended, 'name', 'SIGINT')}"
        outcome.error += f", in step {step}" if step else ""
    else:
        outcome.state = "failed"
        outcome.error = told(ended, *roots)
        outcome.failure = said(ended, *roots)


def _call(
    workspace: Workspace,
    order: Order,
    home: Path,
    handle: authoring.Run,
    recorder: Recorder,
    signals: Signals,
    outcome: Outcome,
    timeout_s: float | None,
) -> None:
    """Call the experiment's function, seeded and watched, and decide its findings."""
    use_no_display()
    outcome.notes = seed_everything(handle.seed, order.spec.requires)
    recorder.start()
    progress = handle.progress
    log = home / folder.LOG_FILE
    with (
        captured(log, progress.message),
        warnings_once(workspace.root),
        threads_told(handle.note),
        watched(workspace.root) as outcome.seen,
    ):
        began = time.perf_counter()
        try:
            with progress.running(), signals.limited(timeout_s):
                signals.allow()
                returned: Any = order.experiment.function(order.params, handle)  # type: ignore[func-returns-value]
                signals.hold()
                signals.check()
        finally:
            outcome.seconds = round(time.perf_counter() - began, 3)
    handle.returned(returned)
    outcome.findings = handle.decided()


def conclude(
    workspace: Workspace,
    order: Order,
    run: Run,
    home: Path,
    *,
    files: Closure,
    handle: authoring.Run,
    recorder: Recorder,
    outcome: Outcome,
) -> Run:
    """The run with all that it recorded and how it ended, which its folder has from here on.

    A killed or failed one keeps its figures, but concludes nothing.
    """
    handle.close()
    recorder.seal()
    every = with_imported(files, _modules_since(order.experiment.modules_before))
    run = replace(
        run,
        state=outcome.state,
        error=outcome.error,
        ended=now(),
        metrics=handle.last_metrics(),
        findings=outcome.findings,
        artifacts=tuple(recorder.recorded),
        files=_with_given(every, recorder),
        provenance=run.provenance
        | _as_it_ended(workspace, run, home, {one.path for one in every if one.role == "code"} - {*files.code})
        | as_told(handle, outcome)
        | _weakness(workspace, order, run, files, handle, recorder, outcome.seen),
    )
    folder.append_log(home, outcome.error)
    folder.write_record(home, run)
    return run


def _with_given(files: tuple[FileDigest, ...], recorder: Recorder) -> tuple[FileDigest, ...]:
    """The files of a run with those that it was given to read; what was declared as well is there once."""
    found = {one.path: one for one in (*recorder.given.files, *files)}
    return tuple(found[path] for path in sorted(found))


def _as_it_ended(workspace: Workspace, run: Run, home: Path, found: set[str]) -> dict[str, Any]:
    """What a run's provenance says that was not certain when it began: its threads, the code that it `found`."""
    known: dict[str, Any] = run.provenance
    return {
        "threads": {**known.get("threads", {}), **provenance.library_threads()},
        "git": provenance.add_code(workspace.root, home, known.get("git") or {}, sorted(found)),
    }


def as_told(handle: authoring.Run, outcome: Outcome) -> dict[str, Any]:
    """What a run's provenance has from the run itself."""
    found: dict[str, Any] = {
        "constants": handle.constants(),
        "determinism": outcome.notes,
        "undecided": handle.undecided() if outcome.findings else {},
    }
    if outcome.seconds is not None:  # else its function was never called
        found["seconds"] = outcome.seconds
    if steps := handle.steps():
        found["steps"] = steps
    if outcome.failure:
        found["failure"] = outcome.failure
    return found


def _modules_since(before: frozenset[str]) -> list[ModuleType]:
    """What was imported by the experiment's module and by its run."""
    return [module for name, module in list(sys.modules.items()) if name not in before]


def _weakness(
    workspace: Workspace,
    order: Order,
    run: Run,
    files: Closure,
    handle: authoring.Run,
    recorder: Recorder,
    seen: set[str],
) -> dict[str, list[str]]:
    """What makes the record weaker than it looks: warnings, and what nobody would see change."""
    given = tuple(one.path for one in recorder.given.files)
    read = undeclared(seen, workspace.root, (*order.spec.data, *given))
    unwatched = [*run.provenance.get("unwatched", ()), *files.gaps, *(f"{path}, which was read" for path in read)]
    warnings = [
        *handle.notes(),
        *(f"{gap}; declare what it reads with data=[…]" for gap in files.gaps),
        *(f"{path} was read and is not declared: data=[{path!r}]" for path in read),
        *(
            f"{path} changed while the run was going on; it is recorded as it was at the beginning"
            for path in files.changed(workspace.root)
        ),
        *(f"{path} changed after the run had begun to read it" for path in recorder.given.changed()),
    ]
    return {"warnings": warnings} | ({"unwatched": unwatched} if unwatched else {})
