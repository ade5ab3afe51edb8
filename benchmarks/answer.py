"""What an answer costs beside ten thousand runs of the experiment that it rests on.

    python -m benchmarks.answer [--runs 10000] [--turns 9]

One experiment has all the runs, in two forms: as one that is the same everywhere, and as one that measures time, with
runs of three hosts, of which the newest of each counts. `studyctl answer Q1` and `studyctl todo list` take turns on the
same workspace, each in a fresh process, and the medians of their times and of their processor times are compared.

Exit 1 where what is aimed at is missed: less than twice `todo list`.
"""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

from benchmarks.report import NOW, run, studyctl
from studyctl.app import answers
from studyctl.store.ledger import StudyLedger

AIM = 2.0
NOTE = "# Note\n\n## Questions\n\n* Is it faster? ([e](studyctl:e#speed))\n\n## Todo\n\n* [ ] look at it\n"


def make(root: Path, runs: int, *, timed: bool) -> None:
    """A workspace whose one question rests on an experiment with so many runs."""
    (root / "notes").mkdir(parents=True)
    (root / "studyctl.toml").write_text('notes = "notes"\n')
    (root / "notes" / "note.md").write_text(NOTE)
    for path in (root / "studyctl.toml", root / "notes" / "note.md"):
        os.utime(path, (1.7e9, 1.7e9))
    studyctl(root, "sync")
    ledger = StudyLedger(root / ".studyctl" / "study.db")
    try:
        with ledger.transaction():
            for number in range(runs):
                made = replace(run(number), experiment="e", host=("a", "b", "c")[number % 3])
                if timed:
                    made = replace(made, provenance={**made.provenance, "measures": ["time"]})
                ledger.finish_run(made)
        with ledger.reading() as reader:
            (item,) = reader.items(["question"])
        with ledger.transaction():
            answers.record(ledger, item, now=NOW)
    finally:
        ledger.close()


def measured(root: Path, *words: str) -> tuple[float, float]:
    """The time of a command, and that of the processor."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = studyctl(root, *words)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return spent, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=10_000)
    parser.add_argument("--turns", type=int, default=9)
    args = parser.parse_args()
    missed = False
    for timed in (False, True):
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder) / "study"
            make(root, args.runs, timed=timed)
            took: dict[str, list[tuple[float, float]]] = {"answer Q1": [], "todo list": []}
            for _ in range(args.turns):
                for words, times in took.items():
                    times.append(measured(root, *words.split()))
        medians = {words: [statistics.median(one) for one in zip(*times, strict=True)] for words, times in took.items()}
        answer, listed = medians["answer Q1"], medians["todo list"]
        ratios = [a / b for a, b in zip(answer, listed, strict=True)]
        missed = missed or ratios[0] >= AIM
        what = "measures time, three hosts" if timed else "the same everywhere"
        print(
            f"{args.runs} runs, {what}: answer {answer[0]:.3f} s (cpu {answer[1]:.3f}), "
            f"todo list {listed[0]:.3f} s (cpu {listed[1]:.3f}): {ratios[0]:.2f} x, by cpu {ratios[1]:.2f} x"
        )
    print(f"{'MISSED' if missed else 'reached'}: answer less than {AIM:g} x todo list")
    sys.exit(missed)


if __name__ == "__main__":
    main()
