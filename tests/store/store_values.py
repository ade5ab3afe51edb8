"""Items, runs and answers for the tests of the store, with as little said as possible."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

from studyctl.core.models import (
    Answer,
    Artifact,
    Evidence,
    FileDigest,
    FileStamp,
    Finding,
    Found,
    Kind,
    Metric,
    Run,
    Tie,
)
from studyctl.core.ports import Assigned
from studyctl.store.ledger import StudyLedger

NOW = "2026-11-24T03:04:05.123Z"
LATER = "2026-11-25T03:04:05.123Z"


def found(kind: Kind, text: str, line: int, **more: Any) -> Found:
    """An item as one note has it."""
    values: dict[str, Any] = {
        "kind": kind,
        "also": None,
        "text": text,
        "norm": " ".join(text.casefold().split()),
        "line": line,
        "last_line": line,
        "parent": None,
        "topic": ("Questions",),
        "mark": "open",
        "box": None,
        "rule": "wording.ending",
    }
    return Found(**values | more)


def assigned(item_id: str, kind: Kind, text: str, line: int = 1, **more: Any) -> Assigned:
    """The same with its number; `note`, `parent`, `how`, `score` and `position` belong to the assignment."""
    note = more.pop("note", "note.md")
    parent = more.pop("parent", None)
    how = more.pop("how", "new")
    score = more.pop("score", 100.0)
    position = more.pop("position", line)
    return Assigned(item_id, note, found(kind, text, line, **more), parent, position, how, score)


def sync(ledger: StudyLedger, *items: Assigned, now: str = NOW, gone: tuple[str, ...] = ()) -> None:
    """Sync notes that hold exactly these items."""
    notes = sorted({one.note for one in items})
    stamps = [FileStamp(note, "note", 1, 2, 3, "0" * 64) for note in notes]
    ledger.sync(items, gone, stamps, read_notes=notes, now=now)


def tie(experiment: str, fragment: str = "", line: int = 1) -> Tie:
    """A link as studyctl writes it."""
    target = f"../experiments/{experiment.replace('-', '_')}/"
    return Tie(experiment, fragment, f"{target}#{fragment}" if fragment else target, line)


def run(run_id: str = "ab" * 16, **more: Any) -> Run:
    """A finished run with one finding."""
    values: dict[str, Any] = {
        "id": run_id,
        "experiment": "box-decoding",
        "title": "Box decoding",
        "state": "finished",
        "started": NOW,
        "ended": LATER,
        "preset": "default",
        "changed": (),
        "params": {"anchor": 373.0, "dtype": "float32"},
        "seed": 0,
        "evidence_version": 1,
        "host": "some-host",
        "pid": 4321,
        "process_started": 1764.25,
        "provenance": {"python": {"version": "3.12.1"}, "command": "/home/somebody/bin/studyctl run box-decoding"},
        "metrics": (Metric("divergence_ratio.lo", 1.75, "x"), Metric("loss", 0.1, "", 300)),
        "findings": (
            Finding(
                "width-stability.log-l2",
                "exp diverges 1.75 times as often",
                "exp diverges {divergence_ratio.lo:.2f} times as often",
                "exp(t_w) makes training unstable",
                "divergence_ratio.lo > 1.5",
                "divergence_ratio.lo < 1.1",
                "supported",
                (("divergence_ratio.lo", "1.75"),),
            ),
        ),
        "artifacts": (Artifact("figures/gradient.png", "figure", "Gradient by width", 1234, "1" * 64),),
        "files": (FileDigest("experiments/box_decoding/__init__.py", "code", "2" * 64),),
    }
    return Run(**values | more)


def answer(item_id: str = "Q1", question: str = "Why?", *runs: Run, **more: Any) -> Answer:
    """What studyctl would record for an item from these runs."""
    cited = tuple(
        Evidence(one.id, one.experiment, f.key, f.claim, f.verdict, f.text) for one in runs for f in one.findings
    )
    values: dict[str, Any] = {
        "item": item_id,
        "conclusion": "It is, by 1.75 times.",
        "template": "It is, by {box-decoding.divergence_ratio.lo:.2f} times.",
        "author": "studyctl",
        "backed": bool(runs),
        "verdict": "supported" if runs else None,
        "recorded": NOW,
        "question": question,
        "question_norm": " ".join(question.casefold().split()),
        "evidence": cited,
        "figures": (("box-decoding.divergence_ratio.lo", "1.75"),) if runs else (),
        "digest": "3" * 64,
    }
    return Answer(**values | more)


def python(code: str, *arguments: object, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run a program of its own: what it forks has one thread, and may be killed."""
    here = str(Path(__file__).parent)
    program = (
        f"import sys; sys.path.insert(0, {here!r})\n"
        "from studyctl.store import database; database.SYNCHRONOUS = 'OFF'\n"
        f"{textwrap.dedent(code)}"
    )
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", program, *map(str, arguments)],
        cwd=cwd,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
