"""What a careful person's own script does for a sweep: a multiprocessing pool over the trials, and their figures kept.

    python benchmarks/pool.py EXPERIMENT TRIALS [--mlflow]

The experiment's module is imported once by each worker, as a pool does it. The figures of all trials go into one JSON
file; with `--mlflow` they are logged as runs of MLflow as well, nested below one for the sweep, each with its
parameters at once and its metrics in one batch. `sweep.py` holds studyctl against both.
"""

from __future__ import annotations

import argparse
import importlib
import json
import multiprocessing
import os
import sys
import time
import typing
from collections.abc import Mapping
from pathlib import Path
from typing import Any

Value = tuple[str, float, int, int]


class Log:
    """Stands where the experiment expects studyctl's run, and keeps its figures."""

    def __init__(self, params: Any) -> None:
        self.params = params
        self.seed = params.seed
        self.values: list[Value] = []

    def metric(self, name: str, value: Any, step: int | None = None, unit: str = "") -> None:
        self.metrics({name: value}, step, unit)

    def metrics(self, values: Mapping[str, Any], step: int | None = None, unit: str = "") -> None:
        now = round(1000 * time.time())
        self.values += [(name, float(value), step or 0, now) for name, value in values.items()]

    def finding(self, key: str, **more: Any) -> None:
        """Its text says what the figures say."""

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(f"the bare script has no run.{name}: add it, or the comparison is not one")


def trial(task: tuple[str, int]) -> tuple[int, dict[str, Any], list[Value]]:
    name, seed = task
    module = importlib.import_module(f"experiments.{name}")
    function = getattr(module, name)
    params = typing.get_type_hints(function)["params"](seed=seed)
    log = Log(params)
    function(params, log)
    return seed, params.model_dump(), log.values


def log_to_mlflow(name: str, done: list[tuple[int, dict[str, Any], list[Value]]]) -> None:
    from mlflow import MlflowClient
    from mlflow.entities import Metric, Param

    client = MlflowClient(tracking_uri="sqlite:///mlflow.db")
    known = client.get_experiment_by_name(name)
    experiment = known.experiment_id if known else client.create_experiment(name)
    parent = client.create_run(experiment, run_name="sweep").info.run_id
    for seed, params, values in done:
        run = client.create_run(experiment, run_name=f"seed={seed}", tags={"mlflow.parentRunId": parent}).info.run_id
        client.log_batch(
            run,
            params=[Param(key, str(value)) for key, value in params.items()],
            metrics=[Metric(key, value, at, step) for key, value, step, at in values],
        )
        client.set_terminated(run)
    client.set_terminated(parent)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("experiment")
    parser.add_argument("trials", type=int)
    parser.add_argument("--mlflow", action="store_true")
    options = parser.parse_args()
    sys.path.insert(0, str(Path.cwd()))
    with multiprocessing.Pool(len(os.sched_getaffinity(0))) as pool:
        tasks = [(options.experiment, seed) for seed in range(options.trials)]
        done = pool.map(trial, tasks, chunksize=1)
    figures = {seed: {name: value for name, value, _, _ in values} for seed, _, values in done}
    Path("figures.json").write_text(json.dumps(figures))
    if options.mlflow:
        log_to_mlflow(options.experiment, done)


if __name__ == "__main__":
    main()
