"""What a sweep of small trials costs, against a plain multiprocessing pool that does the same work.

    python -m benchmarks.sweep [--trials 200] [--rounds 5] [--points 900000]

Three commands take turns in random order, each in a fresh process and with as many workers as there are cores:
`studyctl run pi -p seed=0..199`, a pool that keeps the figures in one JSON file, and a pool that logs them in MLflow as
well, as runs nested below one. Each trial estimates pi from random points and records its convergence, about 0.2 s of
work. That all come to the same figures is checked first. The ratios are medians over the rounds, with 95 % intervals
that assume nothing about the noise; the processors' time is what else the machine does not disturb. The bound of this
project is 1.5 times the plain pool.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import random
import resource
import sqlite3
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.todo_list import interval, timed

BOUND = 1.5
POOL = Path(__file__).with_name("pool.py")
EXPERIMENT = '''"""How fast does an estimate of pi from random points converge?"""

import numpy as np
from pydantic import Field

from studyctl.lab import Params, Run, experiment


class Pi(Params):
    points: int = Field({points}, ge=10)
    seed: int = 0


@experiment(title="Pi from random points")
def pi(params: Pi, run: Run) -> None:
    rng = np.random.default_rng(params.seed)
    inside = 0
    for step in range(1, 31):
        x, y = rng.random((2, params.points))
        inside += int((x * x + y * y < 1).sum())
        run.metric("estimate", 4 * inside / (step * params.points), step=step)
    run.metric("error", abs(4 * inside / (30 * params.points) - np.pi))
    run.finding("close", claim="two digits are right", when="error < 0.005", text="off by {{error:.4f}}")
'''


def recorded(database: Path, sweep: str) -> dict[str, dict[str, float]]:
    """The figures of a sweep's trials by seed, from study.db."""
    query = "SELECT r.seed, m.name, m.value FROM runs AS r JOIN metrics AS m ON m.run = r.id WHERE r.parent = ?"
    found: dict[str, dict[str, float]] = {}
    with contextlib.closing(sqlite3.connect(database)) as connection:
        for seed, name, value in connection.execute(query, (sweep,)):
            found.setdefault(str(seed), {})[name] = float(value)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--trials", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--points", type=int, default=900_000, help="of each of a trial's thirty batches")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        (folder / "experiments").mkdir()
        (folder / "studyctl.toml").write_text("")
        (folder / "experiments" / "pi.py").write_text(EXPERIMENT.format(points=options.points))
        studyctl = str(Path(sys.executable).with_name("studyctl"))
        commands = {
            "studyctl": [studyctl, "run", "pi", "-p", f"seed=0..{options.trials - 1}", "--quiet"],
            "pool": [sys.executable, str(POOL), "pi", str(options.trials)],
            "pool with MLflow": [sys.executable, str(POOL), "pi", str(options.trials), "--mlflow"],
        }
        subprocess.run([studyctl, "run", "pi", "--quiet"], cwd=folder, check=True, stdout=subprocess.DEVNULL)
        for command in commands.values():
            timed(command, folder)
        runs = subprocess.run([studyctl, "runs", "list", "--json"], cwd=folder, check=True, capture_output=True)
        sweep = next(run["id"] for run in json.loads(runs.stdout) if run["role"] == "sweep")
        ours = recorded(folder / ".studyctl" / "study.db", sweep)
        theirs = json.loads((folder / "figures.json").read_text())
        if ours != theirs or len(ours) != options.trials:
            sys.exit("the two do not come to the same figures")
        times: dict[str, list[tuple[float, float]]] = {name: [] for name in commands}
        for _ in range(options.rounds):
            for name in random.sample(list(commands), len(commands)):
                before = busy()
                wall = timed(commands[name], folder)
                times[name].append((wall, busy() - before))
    for name, found in times.items():
        wall, cpu = (statistics.median(values) for values in zip(*found, strict=True))
        print(f"{name:<17} {wall:6.2f} s, {cpu:6.2f} s of processors")
    good = True
    for name in ("pool", "pool with MLflow"):
        for what, at in (("time", 0), ("processors' time", 1)):
            ratios = [a[at] / b[at] for a, b in zip(times["studyctl"], times[name], strict=True)]
            low, high = interval(ratios)
            ratio = statistics.median(ratios)
            good = good and ratio <= BOUND
            print(f"{what} against the {name}: {ratio:.3f} (95 % interval {low:.3f} to {high:.3f})")
    print(f"bound {BOUND}; {options.rounds} rounds of {options.trials} trials, the same figures in all")
    sys.exit(0 if good else 1)


def busy() -> float:
    """Processors' time of the commands so far, all that they started included."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    main()
