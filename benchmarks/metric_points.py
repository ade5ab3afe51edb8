"""What 100,000 points cost a recorded run through `run.metric`, against bare `MlflowClient.log_batch` of the same.

    python -m benchmarks.metric_points [--points 100000] [--pairs 5]

Both run in fresh processes that have imported everything and whose databases exist already, taking turns in random
order; measured is from the first point to the end of the run in MLflow. What both databases hold is compared first. The
ratio is the median over the pairs, with a 95 % interval that assumes nothing about the noise; the bound is 1.3.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import random
import sqlite3
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.todo_list import interval

BOUND = 1.3
SOURCE = '''\
"""Many points."""

from studyctl.lab import Params, Run, experiment


class Points(Params):
    points: int = 1


@experiment(title="Many points")
def points(params: Points, run: Run) -> None:
    for step in range(params.points):
        run.metric("loss", 1.0 / (step + 1), step=step)
'''
OURS = """
import contextlib, io, sys, time
from studyctl.cli.main import run
from studyctl.tracking import environment
environment.load()
import mlflow.store.tracking.sqlalchemy_store, studyctl.store.ledger
run(["--quiet", "run", "points"])  # the experiment is there in MLflow, its module is imported
began = time.perf_counter()
code = run(["--quiet", "run", "points", "-p", f"points={sys.argv[1]}"])
print(time.perf_counter() - began)
sys.exit(code)
"""
BARE = """
import sys, time
from mlflow import MlflowClient
from mlflow.entities import Metric
client = MlflowClient(tracking_uri="sqlite:///bare.db")
known = client.get_experiment_by_name("points")
experiment = known.experiment_id if known else client.create_experiment("points")
client.set_terminated(client.create_run(experiment).info.run_id)
began = time.perf_counter()
run_id = client.create_run(experiment).info.run_id
batch = []
for step in range(int(sys.argv[1])):
    batch.append(Metric("loss", 1.0 / (step + 1), time.time_ns() // 1_000_000, step))
    if len(batch) == 1000:
        client.log_batch(run_id, metrics=batch)
        batch = []
if batch:
    client.log_batch(run_id, metrics=batch)
client.set_terminated(run_id)
print(time.perf_counter() - began)
"""


def seconds(code: str, points: int, folder: Path) -> float:
    environ = {**os.environ, "MLFLOW_DISABLE_TELEMETRY": "true", "MLFLOW_TRACKING_URI": ""}
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code, str(points)],
        cwd=folder,
        env=environ,
        capture_output=True,
        text=True,
        check=True,
    )
    return float(done.stdout.split()[-1])


def values(database: Path) -> list[tuple[int, float]]:
    """The longest history that a database of MLflow holds."""
    query = (
        "SELECT step, value FROM metrics WHERE run_uuid ="
        " (SELECT run_uuid FROM metrics GROUP BY 1 ORDER BY count(*) DESC LIMIT 1) ORDER BY step"
    )
    with contextlib.closing(sqlite3.connect(database)) as connection:
        return connection.execute(query).fetchall()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--points", type=int, default=100_000)
    parser.add_argument("--pairs", type=int, default=5)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        (folder / "experiments").mkdir()
        (folder / "experiments" / "points.py").write_text(SOURCE)
        (folder / "studyctl.toml").write_text("")
        for code in (OURS, BARE):
            seconds(code, arguments.points, folder)
        here, there = values(folder / ".studyctl" / "mlflow.db"), values(folder / "bare.db")
        if here != there or len(here) != arguments.points:
            sys.exit(f"the two do not hold the same: {len(here)} and {len(there)} points")
        times: list[tuple[float, float]] = []
        for _ in range(arguments.pairs):
            if random.random() < 0.5:
                first = seconds(OURS, arguments.points, folder)
                times.append((first, seconds(BARE, arguments.points, folder)))
            else:
                second = seconds(BARE, arguments.points, folder)
                times.append((seconds(OURS, arguments.points, folder), second))
    ratios = [a / b for a, b in times]
    low, high = interval(ratios)
    print(f"{arguments.points} points by run.metric  {statistics.median(a for a, _ in times):6.2f} s")
    print(f"the same by log_batch       {statistics.median(b for _, b in times):6.2f} s")
    print(
        f"ratio {statistics.median(ratios):.3f} (95 % interval {low:.3f} to {high:.3f}, {len(times)} pairs;"
        f" bound {BOUND})"
    )
    sys.exit(0 if statistics.median(ratios) <= BOUND else 1)


if __name__ == "__main__":
    main()
