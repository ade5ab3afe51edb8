"""Runs of a workspace written into `study.db` as they would have been recorded, trials of a sweep among them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from studyctl.core.models import Metric, Run
from studyctl.store.ledger import StudyLedger

SWEEP = "5" * 32


def trial(first: Run, number: int, params: Mapping[str, Any], metrics: Mapping[str, float], **more: Any) -> Run:
    """A trial like `first`, with other parameters and figures."""
    values: dict[str, Any] = {
        "id": f"{number:x}".rjust(8, "7") + "0" * 24,
        "role": "trial",
        "parent": SWEEP,
        "params": {**first.params, **params},
        "seed": params.get("seed", first.seed),
        "changed": tuple(params),
        "metrics": tuple(Metric(name, value) for name, value in metrics.items()),
        "findings": (),
        "artifacts": (),
        "mlflow_run_id": None,
        "delivered": False,
    }
    return replace(first, **{**values, **more})


def sweep(first: Run, **more: Any) -> Run:
    """The sweep of such trials."""
    values: dict[str, Any] = {"id": SWEEP, "role": "sweep", "metrics": (), "findings": (), "artifacts": ()}
    return replace(first, mlflow_run_id=None, delivered=False, **{**values, **more})


def put(root: Path, runs: Iterable[Run]) -> None:
    with StudyLedger(root / ".studyctl" / "study.db") as ledger:
        for run in runs:
            ledger.finish_run(run)


def first_run(root: Path) -> Run:
    """The oldest run that counts."""
    with StudyLedger(root / ".studyctl" / "study.db") as ledger, ledger.reading() as reader:
        return reader.run(reader.runs()[-1].id)


def swept(root: Path) -> list[Run]:
    """A sweep over two parameters and three seeds, one trial of which failed; `coin` has run before."""
    first = first_run(root)
    trials = [
        trial(
            first,
            number,
            {"bias": bias, "flips": flips, "seed": seed},
            {"rate": bias + (seed - 1) / flips, "draws": float(seed)},
        )
        for number, (bias, flips, seed) in enumerate(
            (bias, flips, seed) for bias in (0.2, 0.5) for flips in (100, 1000) for seed in range(3)
        )
    ]
    trials[-1] = replace(trials[-1], state="failed", metrics=(), error="ZeroDivisionError")
    runs = [sweep(first), *trials]
    put(root, runs)
    return runs
