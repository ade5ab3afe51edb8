"""What `studyctl run box-decoding --quick` costs, against a bare MLflow script that computes and logs the same.

    python -m benchmarks.run_overhead [--pairs 10]

Both run in fresh processes in a clone of this repository, taking turns in random order; both databases exist already.
The ratio is the median over the pairs, with a 95 % interval that assumes nothing about the noise. The bound of this
project is 1.2. That both log the same figures is checked first.
"""

from __future__ import annotations

import argparse
import contextlib
import random
import sqlite3
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.todo_list import interval, timed

BOUND = 1.2
ROOT = Path(__file__).parents[1]
BARE = Path(__file__).with_name("bare_mlflow.py")


def metrics_of(database: Path) -> dict[str, float]:
    """The metrics of the last run that a database of MLflow holds; what MLflow makes of NaN and infinity included."""
    query = (
        "SELECT key, value, is_nan FROM latest_metrics WHERE run_uuid ="
        " (SELECT run_uuid FROM runs ORDER BY start_time DESC LIMIT 1)"
    )
    with contextlib.closing(sqlite3.connect(database)) as connection:
        return {key: float("inf") if is_nan else value for key, value, is_nan in connection.execute(query)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", type=int, default=10)
    pairs = parser.parse_args().pairs
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "clone"
        subprocess.run(["git", "clone", "--quiet", str(ROOT), str(folder)], check=True)
        ours = [str(Path(sys.executable).with_name("studyctl")), "run", "box-decoding", "--quick", "--quiet"]
        theirs = [sys.executable, str(BARE)]
        for command in (ours, theirs):
            timed(command, folder)
        here, there = metrics_of(folder / ".studyctl" / "mlflow.db"), metrics_of(folder / "mlflow.db")
        if here != there:
            different = sorted(name for name in here.keys() | there.keys() if here.get(name) != there.get(name))
            sys.exit(f"the two do not log the same: {', '.join(different[:8])}")
        times: list[tuple[float, float]] = []
        for _ in range(pairs):
            if random.random() < 0.5:
                first = timed(ours, folder)
                times.append((first, timed(theirs, folder)))
            else:
                second = timed(theirs, folder)
                times.append((timed(ours, folder), second))
    ratios = [a / b for a, b in times]
    low, high = interval(ratios)
    print(f"studyctl run box-decoding --quick {statistics.median(a for a, _ in times):6.2f} s")
    print(f"the same by a bare MLflow script  {statistics.median(b for _, b in times):6.2f} s")
    print(
        f"ratio {statistics.median(ratios):.3f} (95 % interval {low:.3f} to {high:.3f}, {pairs} pairs; bound {BOUND})"
    )
    print(f"{len(here)} figures, the same in both")
    sys.exit(0 if statistics.median(ratios) <= BOUND else 1)


if __name__ == "__main__":
    main()
