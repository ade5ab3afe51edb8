"""Transcripts: commands as they are typed, and what they print, kept in `tests/golden/`.

A transcript begins with `# workspace: NAME` (a fixture), then `$ studyctl …` lines, each followed by what goes to
stdout; `2> ` stands before lines of stderr, and `[exit N]` below a command that ends with another code than 0. Other
commands (`$ cat …`) go to a shell. What differs from run to run (times, ids of runs, the folder) is scrubbed.

    UPDATE_GOLDEN=1 python -m pytest tests/cli/test_golden.py

writes them anew: look at the diff before you commit it.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
from pathlib import Path
from typing import Any

import pytest

GOLDEN = Path(__file__).parents[1] / "golden"
SCRUBBED = (
    (re.compile(r"\b\d{4}-\d\d-\d\d \d\d:\d\d\b"), "2026-01-02 03:04"),
    (re.compile(r"\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"), "2026-01-02T03:04:05.678Z"),
    (re.compile(r"\b[0-9a-f]{32}\b"), "0123456789abcdef0123456789abcdef"),
    (re.compile(r"\b(?=[a-f]*[0-9])[0-9a-f]{8}\b"), "01234567"),
    (re.compile(r"\b\d{4}-\d\d-\d\d\)(?=\s<!--)"), "2026-01-02)"),
    (re.compile(r"(?<=run-)[0-9a-f]{12}\b"), "0123456789ab"),
    (re.compile(r"(?<=recorded )\d{4}-\d\d-\d\d\b"), "2026-01-02"),
    (re.compile(r"(?<=^- Machine: ).+", re.MULTILINE), "CPU"),
    (re.compile(r"(?<=^- Python: ).+", re.MULTILINE), "3.11.0"),
    (re.compile(r"\b\d+\.\d s\b"), "1.2 s"),
    (re.compile(r"\b[0-9a-f]{64}\b"), "0123456789abcdef" * 4),
    (re.compile(r"\b\d+\.\d kB\b"), "1.2 kB"),
    (re.compile(r"(?<=made on ).+"), "CPU"),
    (re.compile(r"(?<=\"machine\": \").+(?=\")"), "CPU"),
    (re.compile(r"damaged-\d{14}"), "damaged-20260102030405"),
    (re.compile(r"^(  host +)\S+$", re.MULTILINE), r"\1HOST"),
)


def transcripts() -> list[Path]:
    return sorted(GOLDEN.glob("*.txt"))


def commands(text: str) -> list[str]:
    return [line[2:] for line in text.splitlines() if line.startswith("$ ")]


def scrub(text: str, root: Path) -> str:
    for name in sorted({str(root), str(root.resolve())}, key=len, reverse=True):
        text = text.replace(name, "/work/space")
    for pattern, replacement in SCRUBBED:
        text = pattern.sub(replacement, text)
    return text


def with_ids(command: str, root: Path) -> str:
    """`RUN1` stands for the id of the run that began first, `RUN2` for that of the next."""
    if not re.search(r"\bRUN\d", command):
        return command
    records = [json.loads(file.read_text("utf-8")) for file in root.glob(".studyctl/runs/*/run.json")]
    ids = [one["id"][:8] for one in sorted(records, key=lambda one: str(one["started"]))]
    return re.sub(r"\bRUN(\d)", lambda found: ids[int(found[1]) - 1], command)


def play(command: str, studyctl: Any, root: Path) -> str:
    """One command and what came of it, as a transcript shows it."""
    line = with_ids(command, root)
    words = shlex.split(line)
    if words[0] == "studyctl":
        ran = studyctl(*words[1:])
        code, out, err = ran.code, ran.out, ran.err
    else:
        done = subprocess.run(["sh", "-c", line], cwd=root, capture_output=True, text=True, check=False)
        code, out, err = done.returncode, done.stdout, done.stderr
    if out and not out.endswith("\n"):
        out += "[no newline]\n"
    parts = [f"$ {command}\n", scrub(out, root)]
    parts += [f"2> {line}\n" for line in scrub(err, root).splitlines()]
    if code:
        parts.append(f"[exit {code}]\n")
    return "".join(parts)


@pytest.mark.parametrize("transcript", transcripts(), ids=lambda path: path.stem)
def test_transcript(
    transcript: Path, studyctl: Any, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = transcript.read_text("utf-8")
    head = re.match(r"(?:#.*\n)+\n?", text)
    assert head, f"{transcript} does not begin with # workspace: NAME"
    found = re.search(r"# workspace: (\w+)", head[0])
    assert found, f"{transcript} does not say its workspace"
    root: Path = request.getfixturevalue(found[1])
    if columns := re.search(r"# columns: (\d+)", head[0]):
        monkeypatch.setenv("COLUMNS", columns[1])
    played = head[0] + "\n".join(play(command, studyctl, root) for command in commands(text))
    if os.environ.get("UPDATE_GOLDEN"):
        transcript.write_text(played, "utf-8")
    assert played == text


def test_there_are_transcripts() -> None:
    assert len(transcripts()) >= 8
