"""Files that a parameter names: found, digested before they are read, and recorded by where they lie."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from runner_bench import Bench

from studyctl.errors import InputError
from studyctl.runner.given_data import GivenData


def digest(text: str) -> str:
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = tmp_path / "study"
    (root / "data" / "set").mkdir(parents=True)
    (root / "data" / "a.txt").write_text("a")
    (root / "data" / "set" / "b.txt").write_text("b")
    (root / "notes").mkdir()
    (tmp_path / "outside.txt").write_text("o")
    monkeypatch.chdir(root / "notes")
    return root


def recorded(root: Path | None, path: str) -> list[str]:
    given = GivenData(root)
    given.take(path)
    return [one.path for one in given.files]


def test_a_relative_path_starts_here_or_else_at_the_workspace(root: Path) -> None:
    given = GivenData(root)
    assert given.take("data/a.txt").read_text() == "a"
    assert given.take("../data/a.txt").read_text() == "a"
    assert [(one.path, one.role, one.digest) for one in given.files] == [("data/a.txt", "data", digest("a"))]
    (root / "notes" / "data").mkdir()
    (root / "notes" / "data" / "a.txt").write_text("nearer")
    assert given.take("data/a.txt").read_text() == "nearer"


def test_a_folder_stands_for_what_is_below_it(root: Path) -> None:
    assert recorded(root, "../data") == ["data/a.txt", "data/set/b.txt"]


def test_what_lies_elsewhere_is_recorded_by_where_it_is(root: Path) -> None:
    outside = root.parent / "outside.txt"
    assert recorded(root, str(outside)) == [outside.as_posix()]
    assert recorded(None, "../data/a.txt") == [(root / "data/a.txt").as_posix()]
    # A link within the workspace is the workspace's own.
    (root / "data" / "linked.txt").symlink_to(outside)
    assert recorded(root, "../data/linked.txt") == ["data/linked.txt"]


@pytest.mark.parametrize("path", ["none.txt", "", " ", "/none/there.txt"])
def test_what_is_not_there_is_named_with_what_to_do(root: Path, path: str) -> None:
    with pytest.raises(InputError, match="no such file or folder") as caught:
        GivenData(root).take(path)
    assert "where studyctl is called" in caught.value.hint


def test_an_empty_folder_is_refused(root: Path) -> None:
    with pytest.raises(InputError, match="no file in this folder"):
        GivenData(root).take(".")


BODY = "path = run.data('data/points.csv')\nrun.metric('n', len(path.read_text()))"


def test_a_run_records_it_as_declared_data_is(bench: Bench) -> None:
    bench.write("data/points.csv", "1,2")
    run = bench.run(BODY)
    assert [(one.path, one.role, one.digest) for one in run.files] == [
        ("data/points.csv", "data", digest("1,2")),
        ("experiments/one.py", "code", run.files[1].digest),
    ]
    assert not run.provenance["warnings"]
    # What is declared as well is there once.
    again = bench.run(BODY, decorator="title='T', data=['data']")
    assert [one.path for one in again.files] == ["data/points.csv", "experiments/one.py"]


def test_a_file_that_changes_while_it_is_read_is_said(bench: Bench) -> None:
    bench.write("data/points.csv", "1,2")
    run = bench.run(f"{BODY}\npath.write_text('3')")
    assert run.files[0].digest == digest("1,2")
    assert run.provenance["warnings"] == ["data/points.csv changed after the run had begun to read it"]


def test_wrong_input_ends_the_run_without_a_traceback(bench: Bench) -> None:
    run = bench.run(BODY)
    assert run.state == "failed"
    assert run.error.splitlines()[0] == "data/points.csv: no such file or folder"
    assert "Traceback" not in run.error
    assert run.provenance["failure"]["next"].startswith("a relative path")
    own = bench.run("from studyctl.lab import InputError\nraise InputError('a.csv:3: no number', 'mend line 3')")
    assert (own.state, own.error) == ("failed", "a.csv:3: no number\n  mend line 3")
    assert own.provenance["failure"] == {"what": "a.csv:3: no number", "next": "mend line 3"}


def test_what_is_no_path_is_the_authors_mistake(bench: Bench) -> None:
    run = bench.run("run.data(3)")
    assert "run.data takes a path, not 3" in run.error
    assert "Traceback" in run.error
