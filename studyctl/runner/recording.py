"""A run around a block of a script or a notebook, rather than around an experiment's function.

It is opened, concluded and closed as any other. What differs: the block belongs to its caller, so an error goes on once
it is recorded, Ctrl-C stays a KeyboardInterrupt, matplotlib is left as it is, and what is printed is shown at once.
"""

from __future__ import annotations

import os
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import TextIO

from studyctl.config import Workspace
from studyctl.core import authoring
from studyctl.core.declaring import Declaration
from studyctl.core.models import ExperimentSpec, Run
from studyctl.core.params import Params
from studyctl.core.ports import Ledger, Tracker, Watched
from studyctl.core.progress import Silent
from studyctl.runner.capture import captured, threads_told, warnings_once
from studyctl.runner.closure import Closure, gather, modules_around
from studyctl.runner.draft import drafted
from studyctl.runner.folder import LOG_FILE
from studyctl.runner.load import Loaded
from studyctl.runner.located import is_installed
from studyctl.runner.opened import watched
from studyctl.runner.perform import Order, Outcome, conclude, tell_end
from studyctl.runner.recorder import Recorder
from studyctl.runner.seeds import seed_everything
from studyctl.runner.session import close_run, mirror_run, open_run
from studyctl.runner.signals import Signals
from studyctl.runner.source import Source

# Ctrl-C is the caller's: Python makes it a KeyboardInterrupt.
CAUGHT = ("SIGTERM", "SIGHUP")
NO_SEED = "no seed was given: its random numbers differ from time to time"


@dataclass(frozen=True, slots=True)
class Asked:
    """What a recording was asked for."""

    name: str
    title: str
    params: Params
    data: tuple[str, ...]
    measures: tuple[str, ...]
    source: Source


@dataclass(frozen=True, slots=True)
class Edges:
    """Where a recording goes."""

    workspace: Workspace
    ledger: Ledger
    tracker: Tracker
    describe: Callable[[Run], str]
    tags: Mapping[str, str] = field(default_factory=dict)


class Block:
    """A context manager around the caller's block. `over` is told of the run and its folder, once it has ended."""

    def __init__(self, asked: Asked, edges: Edges | None, progress: Watched, over: Callable[[Run, Path], None]) -> None:
        self._asked = asked
        self._edges = edges  # None: a draft, recorded nowhere
        self._root = edges.workspace.root if edges is not None else asked.source.folders[0]
        self._progress = progress
        self._over = over
        self._order = _order(asked, self._root, edges.tags if edges is not None else {})
        self._outcome = Outcome()
        self._signals = Signals(CAUGHT, polite=True)
        self._around = ExitStack()
        self._began = 0.0

    def __enter__(self) -> authoring.Run:
        self._signals.__enter__()
        try:
            self._open()
        except BaseException:
            self._signals.__exit__(None, None, None)
            raise
        try:
            self._begin()
        except BaseException as error:
            self._end(error)
            raise
        return self._handle

    def _open(self) -> None:
        edges = self._edges
        if edges is None:
            self._home = Path(tempfile.mkdtemp(prefix=f"studyctl-draft-{self._asked.name}-"))
            self._recorder = Recorder(self._home, close_figures=False, root=self._root)
        else:
            self._files = closure_around(edges.workspace, self._asked)
            self._run, self._home = open_run(edges.workspace, self._order, self._files, edges.ledger)
            self._recorder = Recorder(self._home, edges.tracker.log, close_figures=False, root=self._root)
        self._handle = authoring.Run(self._asked.params, self._recorder, self._progress)

    def _begin(self) -> None:
        edges, around = self._edges, self._around
        if edges is not None:
            self._run = mirror_run(self._run, self._home, self._order, edges.ledger, edges.tracker, edges.describe)
        seed = self._handle.seed
        self._outcome.notes = [NO_SEED] if seed is None else seed_everything(seed)
        if (kept := self._asked.source.kept()) is not None:
            self._handle.text(*kept)
        self._recorder.start()
        around.enter_context(captured(self._home / LOG_FILE, self._progress.message, self._directly))
        around.enter_context(warnings_once(self._root))
        around.enter_context(threads_told(self._handle.note))
        self._outcome.seen = around.enter_context(watched(self._root))
        around.enter_context(self._progress.showing())
        around.enter_context(self._progress.running())
        self._began = time.perf_counter()
        self._signals.allow()

    def _directly(self, stream: TextIO) -> bool:
        """Whether what is printed goes where it would go without us: always, but on a terminal that has bars."""
        return isinstance(self._progress, Silent) or not stream.isatty()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._edges is not None and os.getpid() != self._run.pid:
            return  # a process that the block forked fell out of it: the run is its parent's
        self._signals.hold()
        wrong: Exception | None = None
        if error is None:
            try:
                self._outcome.findings = self._handle.decided()
            except Exception as undecidable:
                wrong = undecidable
        self._end(error or wrong)
        if wrong is not None:
            raise wrong

    def _end(self, error: BaseException | None) -> None:
        """Conclude and close the run; signals wait as long, and then do what they would have done without it."""
        with Signals(("SIGINT",), polite=True) as patience:
            self._outcome.seconds = round(time.perf_counter() - self._began, 3) if self._began else 0.0
            if error is not None:
                tell_end(self._outcome, error, self._signals, self._root, *self._order.experiment.roots)
            self._around.close()
            self._over(self._concluded(patience), self._home)
        self._signals.__exit__(None, None, None)
        for name in filter(None, (self._signals.received, patience.received)):
            sys.stdout.flush()
            signal.raise_signal(getattr(signal, name))

    def _concluded(self, patience: Signals) -> Run:
        edges = self._edges
        if edges is None:
            return drafted(self._order, self._handle, self._outcome, self._recorder)
        run = conclude(
            edges.workspace,
            self._order,
            self._run,
            self._home,
            files=self._files,
            handle=self._handle,
            recorder=self._recorder,
            outcome=self._outcome,
        )
        close_run(
            run,
            self._home,
            self._order,
            recorder=self._recorder,
            ledger=edges.ledger,
            tracker=edges.tracker,
            describe=edges.describe,
            signals=patience,
        )
        return run


def _order(asked: Asked, root: Path, tags: Mapping[str, str]) -> Order:
    """The recording as an order whose function nobody calls: the block is the caller's."""
    described = asked.source.described(root)
    return Order(
        ExperimentSpec(asked.name, described["path"], "", asked.title, "", data=asked.data, measures=asked.measures),
        Loaded(
            asked.name,
            lambda params, run: None,
            Declaration(asked.title),
            type(asked.params),
            modules_before=_modules_before(asked.source, root),
            roots=asked.source.folders,
        ),
        asked.params,
        preset="default",
        changed=(),
        command=asked.source.command(root),
        tags=tags,
        more={"source": described, "unwatched": asked.source.unwatched(root)},
    )


def _modules_before(source: Source, root: Path) -> frozenset[str]:
    """What was imported without the recording having to do with it: all, where another program called it."""
    started = source.files[-1][1] if source.files else None
    return frozenset(sys.modules) if started is not None and is_installed(started, root) else frozenset()


def closure_around(workspace: Workspace, asked: Asked) -> Closure:
    """The files that a recording rests on: the script with what it imports, what cells import, the declared data."""
    source = asked.source
    code: list[tuple[str, Path | None, bytes]] = [(name, file, file.read_bytes()) for name, file in source.files]
    if source.code:
        code.append(("__main__", None, source.code.encode("utf-8", "replace")))
    where = modules_around(workspace, *source.folders)
    return gather(workspace, asked.data, (), where, code)
