"""Running the workers: fresh processes, group by group in rounds, each round in a random order.

A round has one process of every group of cells, so that a machine that slows down meets all of them alike, and what an
intervention does is a ratio of two ratios of one process, or of two that ran within the same round.
"""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from studyctl.lab import Comparison, ExperimentError, Run, compare, process_ratio, spread

from . import worker, worker_tf
from .cells import Cell, Group, groups
from .parameters import InferenceTiming

# The scripts are imported, so that what they do counts as code that the findings rest on.
WORKER, WORKER_TF = Path(worker.__file__), Path(worker_tf.__file__)
WITHOUT_TENSORFLOW = 'TensorFlow is not installed: python -m pip install -e ".[keras]"'
UNSTEADY = 0.25  # interquartile range over median of an arm within a process, above which the process tells nothing
PLAN = (6, 12)
LIMIT_S = 900


@dataclass
class Timed:
    """What the processes of a cell came to, in their order."""

    cell: Cell
    answers: list[dict[str, Any]] = field(default_factory=list)
    ratios: list[float] = field(default_factory=list)
    unstable: list[bool] = field(default_factory=list)
    unavailable: str = ""
    compared: Comparison | None = None

    def take(self, answer: dict[str, Any]) -> None:
        """Add what one process measured."""
        if why := answer.get("unavailable"):
            self.unavailable = why
            return
        a, b = answer["times"]
        self.answers.append(answer)
        self.ratios.append(process_ratio(list(zip(a, b, strict=True))))
        self.unstable.append(spread(a) > UNSTEADY or spread(b) > UNSTEADY)

    @property
    def ratio(self) -> float:
        """b over a: the compared median, or where there were too few processes for that, theirs."""
        return self.compared.ratio.value if self.compared else float(np.median(self.ratios))

    @property
    def unsettled(self) -> int:
        """Processes in which blocks of an arm never came to agree while it was warmed up."""
        return sum(not answer["settled"] for answer in self.answers)

    def clock(self, name: str) -> float | None:
        """MHz of the GPU, the median over processes, where they could tell."""
        told = [answer["clocks"][name] for answer in self.answers if name in answer["clocks"]]
        return float(np.median(told)) if told else None

    def median(self, arm: int) -> float:
        """Seconds of one pass: the median over processes of each one's median."""
        return float(np.median([np.median(answer["times"][arm]) for answer in self.answers]))

    def faults(self, arm: int) -> float:
        """Minor page faults of one pass."""
        return float(np.median([answer["faults"][arm] for answer in self.answers]))


def ask(task: dict[str, Any], environment: dict[str, str] | None = None, worker: Path = WORKER) -> dict[str, Any]:
    """What a fresh process answers to a task. ExperimentError where it ends otherwise than with an answer.

    `worker` is the script that it runs; other experiments have theirs.
    """
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("MALLOC_", "OMP_", "MKL_"))}
    inherited["PYTHONPATH"] = os.pathsep.join(path for path in sys.path if path)
    try:
        done = subprocess.run(
            [sys.executable, "-P", str(worker)],  # -P: what lies beside it is not to be found by a plain name
            input=json.dumps(task),
            capture_output=True,
            text=True,
            env=inherited | (environment or {}),
            timeout=LIMIT_S,
        )
    except subprocess.TimeoutExpired:
        raise ExperimentError(f"a process was not done within {LIMIT_S} s", "time smaller models or batches") from None
    if done.returncode:
        last = (done.stderr.strip().splitlines() or [f"exit status {done.returncode}"])[-1]
        raise ExperimentError(f"a process that timed {_named(task)} failed: {last}", "time other models or engines")
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def _named(task: dict[str, Any]) -> str:
    return ", ".join(dict.fromkeys(arm["model"] for arm in task.get("arms", ()))) or task["what"]


def time_cells(params: InferenceTiming, run: Run, cells: Sequence[Cell]) -> list[Timed]:
    """All cells, in rounds; then, where it was asked for, the extension of those that are left open."""
    found = [Timed(cell) for cell in cells]
    order = np.random.default_rng([params.seed, 7])
    with tempfile.TemporaryDirectory() as compiled:
        _rounds(params, run, found, range(params.processes), order, compiled, "processes")
        for one in found:
            _look(params, one)
        if params.extend:
            more = [one for one in found if one.compared is not None and one.compared.more]
            _rounds(params, run, more, range(params.processes, PLAN[1]), order, compiled, "more processes")
            for one in more:
                _look(params, one)
    return found


def _rounds(
    params: InferenceTiming,
    run: Run,
    found: list[Timed],
    numbers: range,
    order: np.random.Generator,
    compiled: str,
    label: str,
) -> None:
    by_cell = {one.cell: one for one in found}
    together = groups(by_cell)
    visits = [(number, at) for number in numbers for at in order.permutation(len(together))]
    for number, at in run.track(visits, label):
        here = [one for cell in together[at].cells if not (one := by_cell[cell]).unavailable]
        if not here:
            continue
        answer = _asked(params, Group(tuple(one.cell for one in here)), number, compiled)
        for one, measured in zip(here, answer, strict=True):
            one.take(measured)
            if not one.unavailable:
                run.metric(f"{one.cell.key}.process", one.ratios[-1], step=number)


def tensorflow_here() -> bool:
    """Whether TensorFlow can be loaded; the extra keras brings it."""
    return importlib.util.find_spec("tensorflow") is not None and importlib.util.find_spec("keras") is not None


def _asked(params: InferenceTiming, group: Group, number: int, compiled: str) -> list[dict[str, Any]]:
    """What a fresh process says of each cell of a group; `compiled` is the folder where XLA finds what it compiled."""
    task, environment = group.task(params, number), group.cells[0].environment()
    if group.cells[0].framework == "torch":
        answer = ask(task, environment)
    elif not tensorflow_here():
        answer = {"unavailable": WITHOUT_TENSORFLOW}
    else:
        flags = {"TF_XLA_FLAGS": f"--tf_xla_persistent_cache_directory={compiled}"}
        answer = ask(task, environment | flags, WORKER_TF)
    if why := answer.get("unavailable"):
        return [{"unavailable": why}] * len(group.cells)
    found: list[dict[str, Any]] = answer["pairs"]
    return found


def _look(params: InferenceTiming, one: Timed) -> None:
    if not one.unavailable and len(one.ratios) >= PLAN[0]:
        plan = PLAN if params.processes == PLAN[0] else (params.processes,)
        one.compared = compare(one.ratios, margin=params.margin, plan=plan, unstable=one.unstable)
