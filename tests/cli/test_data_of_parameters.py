"""Data that a parameter names, from the run that read it to the answer that rests on it."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest
from study_bench import Study

READER = '''\
"""How many points are there?"""

from studyctl.lab import InputError, Params, Run, experiment


class Points(Params):
    file: str = ""
    fails: int = 0


@experiment(title="Points")
def points(params: Points, run: Run) -> None:
    path = run.data(params.file)
    for number, line in enumerate(path.read_text().split(), 1):
        if not line.isdigit():
            raise InputError(f"{params.file}:{number}: {line!r} is no number", f"mend line {number}")
    if params.fails == 2:
        raise ValueError("two")
    run.metric("points", len(path.read_text().split()))
    run.finding("points", text="{points} points.")
'''


@pytest.fixture
def reader(fresh: Study) -> Study:
    fresh.write("experiments/points.py", READER)
    fresh.edit("notes/study.md", "Does anybody know?", "How many? ([points](../experiments/points.py))")
    fresh.write("data/points.txt", "1\n2\n")
    return fresh


def ran(study: Study, file: str) -> str:
    done = study("run", "points", "-p", f"file={file}", "--json")
    assert done.code == 0, done.err
    return str(done.json["id"])


def answer(study: Study) -> str:
    (item,) = [one["id"] for one in study("question", "list", "--json").json if "How many?" in one["text"]]
    return str(item)


@pytest.mark.parametrize("outside", [False, True])
def test_an_answer_is_stale_once_the_file_changed(reader: Study, tmp_path: Path, outside: bool) -> None:
    file = tmp_path / "elsewhere" / "points.txt" if outside else reader.root / "data" / "points.txt"
    file.parent.mkdir(exist_ok=True)
    file.write_text("1\n2\n")
    run = ran(reader, str(file) if outside else "data/points.txt")
    question = answer(reader)
    recorded = file.as_posix() if outside else "data/points.txt"
    files = {one["path"]: one["role"] for one in reader("runs", "show", run, "--json").json["files"]}
    assert files == {"experiments/points.py": "code", recorded: "data"}
    assert "fresh" in reader("answer", question).out
    assert reader("verify").code == 0
    file.write_text("1\n2\n3\n")
    stale = reader("answer", question, columns=400).out
    assert f"{recorded} changed since run {run[:8]}" in stale
    assert reader("verify").code == 1
    renewed = reader("run", "--stale")
    assert renewed.code == 0, renewed.err
    assert "3 points." in reader("answer", question).out
    file.unlink()
    assert "gone or unreadable" in reader("answer", question, columns=400).out


def test_nothing_that_leaves_the_machine_names_its_folders(reader: Study, tmp_path: Path) -> None:
    file = tmp_path / "elsewhere" / "points.txt"
    file.parent.mkdir()
    file.write_text("1\n2\n")
    run = ran(reader, str(file))
    assert reader("export").code == 0
    record = next(reader.root.glob("*.jsonl")).read_text()
    assert "elsewhere" not in record and "points.txt (sha256:" in record
    for words in (["--public"], []):
        bundle = tmp_path / f"bundle{len(words)}.zip"
        done = reader("runs", "export", run, "-o", str(bundle), *words)
        assert done.code == 0, done.err
        with zipfile.ZipFile(bundle) as archive:
            text = archive.read(f"runs/{run}/run.json").decode()
        record_of = json.loads(text)
        assert [one["path"] for one in record_of["files"]] == ["experiments/points.py"]
        assert record_of["params"] == {"file": "points.txt", "fails": 0}
        assert "elsewhere" not in json.dumps({**record_of, "provenance": {}})
        assert any("points.txt (sha256:" in one for one in record_of["provenance"]["unwatched"])
        if words:
            assert "elsewhere" not in text
        # Another workspace takes it in, and says what nobody sees change there.
        other = Study.make(tmp_path / f"other{len(words)}")
        other.write("experiments/points.py", READER)
        other.edit("notes/study.md", "Does anybody know?", "How many? ([points](../experiments/points.py))")
        taken = other("runs", "import", str(bundle))
        assert taken.code == 0, taken.err
        shown = other("answer", answer(other), columns=300).out
        assert "not watched: points.txt (sha256:" in shown
        assert "as far as it can be seen" in shown


def test_a_sweep_does_not_go_on_over_changed_data(reader: Study) -> None:
    words = ("run", "points", "-p", "file=data/points.txt", "-p", "fails=1,2")
    assert reader(*words).code == 7
    again = reader(*words)
    assert "goes on: 1 of 2 trials are there" in again.err
    reader.write("data/points.txt", "1\n2\n3\n")
    changed = reader(*words)
    assert "of the same trials stays as it is: data/points.txt has changed" in changed.err
    trials = reader("runs", "list", "--trials-of", reader("runs", "list", "--json").json[0]["id"], "--json").json
    (finished,) = [one["id"] for one in trials if one["state"] == "finished"]
    assert "points  3" in reader("runs", "show", finished).out


def test_wrong_input_is_said_in_two_lines(reader: Study) -> None:
    none = reader("run", "points", "-p", "file=none.txt")
    assert none.code == 7
    what, then = none.err.strip().splitlines()[-2:]
    assert what.startswith("error: points failed: none.txt: no such file or folder; kept as run ")
    assert then == "  next: a relative path starts where studyctl is called, or else at the workspace"
    reader.write("data/points.txt", "1\ntwo\n")
    wrong = reader("run", "points", "-p", "file=data/points.txt", "--draft")
    assert wrong.code == 7
    assert wrong.err.strip().splitlines()[-2:] == [
        "error: points failed: data/points.txt:2: 'two' is no number; a draft, nothing was recorded",
        "  next: mend line 2",
    ]
    assert "Traceback" not in none.err + wrong.err
