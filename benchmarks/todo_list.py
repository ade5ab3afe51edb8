"""How long `studyctl todo list` takes, against a script that imports typer, rich.table and sqlite3 and prints the same.

    python benchmarks/todo_list.py [--pairs 40]

Both run in fresh processes, taking turns; the ratio is the median over the pairs, with a 95 % interval that assumes
nothing about the noise. The bound of this project is 1.25. What both print is compared first: it has to be equal.
"""

from __future__ import annotations

import argparse
import math
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

BOUND = 1.25
NOTE = Path(__file__).parents[1] / "notes" / "study-note.md"

BASELINE = """
import sqlite3
import sys

import typer
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

db = sqlite3.connect("file:.studyctl/study.db?mode=ro", uri=True)
rows = db.execute(
    "SELECT id, text, coalesce(CASE WHEN kind = 'todo' THEN status ELSE also_status END, 'open'), line, note, topic,"
    " parent FROM board WHERE 'todo' IN (kind, also) ORDER BY position"
).fetchall()
parents = {row[0]: row[6] for row in db.execute("SELECT id, 0, 0, 0, 0, 0, parent FROM board")}
import json

topics = [json.loads(row[5]) for row in rows]
shared = 0
while all(len(topic) > shared + 1 and topic[shared] == topics[0][shared] for topic in topics):
    shared += 1
table = Table(box=None, show_edge=False, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
table.add_column("ID", no_wrap=True)
table.add_column("Todo", overflow="fold")
table.add_column("Status", no_wrap=True)
table.add_column("Line", justify="right", no_wrap=True)
table.add_column("Under", no_wrap=True)
listed = {row[0] for row in rows}
shown, above, note = set(), None, None
for (number, text, status, line, file, _, parent), topic in zip(rows, topics):
    depth, up = 0, parent
    while up is not None:
        depth += up in shown
        up = parents.get(up)
    shown.add(number)
    if not depth and (file, topic) != above:
        if note != file:
            table.add_row("", Text(file, "dim"))
        table.add_row("", Text(" \\u203a ".join(topic[shared:]), "dim"))
        above, note = (file, topic), file
    cell = Padding(Text(text), (0, 0, 0, 2 * depth)) if depth else Text(text)
    under = parent if parent and parent not in listed else ""
    table.add_row(Text(number, "bold"), cell, Text(status), Text(str(line)), Text(under))
console = Console(width=10_000, markup=False, emoji=False, highlight=False)
with console.capture() as captured:
    console.print(table)
sys.stdout.write("\\n".join(line.rstrip() for line in captured.get().split("\\n")))
counts = {}
for row in rows:
    counts[row[2]] = counts.get(row[2], 0) + 1
print(f"{len(rows)} todos:", ", ".join(f"{count} {status}" for status, count in counts.items()))
"""


def timed(command: list[str], folder: Path) -> float:
    """Wall time of one fresh process, in seconds."""
    started = time.perf_counter()
    subprocess.run(command, cwd=folder, env=environment(folder), stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - started


def printed(command: list[str], folder: Path) -> str:
    done = subprocess.run(command, cwd=folder, env=environment(folder), stdout=subprocess.PIPE, check=True)
    return done.stdout.decode()


def environment(folder: Path) -> dict[str, str]:
    """With compiled modules kept, as they are for a person; here in a folder of their own."""
    plain = {name: value for name, value in os.environ.items() if name not in ("PYTHONDONTWRITEBYTECODE", "COLUMNS")}
    return plain | {"PYTHONPYCACHEPREFIX": str(folder / "compiled")}


def interval(ratios: list[float]) -> tuple[float, float]:
    """The 95 % interval of the median, by order statistics."""
    ordered, n = sorted(ratios), len(ratios)
    # As many from either end may be left out as keep the chance of missing the median below 5 %.
    out = 0
    while 2 * sum(math.comb(n, k) for k in range(out + 1)) / 2**n <= 0.05:
        out += 1
    out = max(out - 1, 0)
    return ordered[out], ordered[n - 1 - out]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", type=int, default=40)
    pairs = parser.parse_args().pairs
    studyctl = Path(sys.executable).with_name("studyctl")
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        (folder / "notes").mkdir()
        shutil.copyfile(NOTE, folder / "notes" / NOTE.name)
        (folder / "studyctl.toml").write_text('notes = "notes"\n')
        (folder / "baseline.py").write_text(BASELINE)
        # Files as they are in a workspace that was not written this very second.
        for path in folder.rglob("*"):
            os.utime(path, (time.time() - 3600,) * 2)
        ours = [str(studyctl), "todo", "list"]
        theirs = [sys.executable, "baseline.py"]
        subprocess.run([str(studyctl), "sync"], cwd=folder, stdout=subprocess.DEVNULL, check=True)
        if printed(ours, folder) != printed(theirs, folder):
            sys.exit("the two do not print the same:\n" + printed(ours, folder) + printed(theirs, folder))
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
    print(f"studyctl todo list   {1000 * statistics.median(a for a, _ in times):6.1f} ms")
    print(f"the same by a script {1000 * statistics.median(b for _, b in times):6.1f} ms")
    print(
        f"ratio {statistics.median(ratios):.3f} (95 % interval {low:.3f} to {high:.3f}, {pairs} pairs; bound {BOUND})"
    )
    sys.exit(0 if statistics.median(ratios) <= BOUND else 1)


if __name__ == "__main__":
    main()
