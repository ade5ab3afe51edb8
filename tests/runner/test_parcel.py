"""What travels between machines: the same bytes for the same files, unpacked once, never outside of its folder."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest
from runner_bench import Bench

from studyctl.config import find_workspace
from studyctl.core.models import Run
from studyctl.errors import ExperimentError
from studyctl.runner import parcel
from studyctl.runner.closure import closure_of
from studyctl.runner.discover import find


def opened(bench: Bench) -> Run:
    bench.write("experiments/unrelated.py", "SECRET = 1\n")
    bench.write("data/a.txt", "a")
    return bench.run("run.metric('x', 1)", decorator="title='T', data=['data/a.txt']")


def test_a_parcel_holds_what_the_run_was_opened_with_and_nothing_else(bench: Bench, tmp_path: Path) -> None:
    run = opened(bench)
    packed = parcel.pack(bench.workspace, run)
    assert packed == parcel.pack(bench.workspace, run)
    folder = parcel.unpack(packed, tmp_path / "cache")
    assert folder == parcel.unpack(packed, tmp_path / "cache")
    found = {one.relative_to(folder).as_posix() for one in folder.rglob("*") if one.is_file()}
    assert found == {"studyctl.toml", "experiments/one.py", "data/a.txt"}
    there = find_workspace(str(folder))
    assert closure_of(there, find(there, "one")).files == run.files


def test_a_file_that_changed_since_is_not_sent(bench: Bench) -> None:
    run = opened(bench)
    bench.write("data/a.txt", "b")
    with pytest.raises(ExperimentError, match=r"data/a\.txt changed since the run began"):
        parcel.pack(bench.workspace, run)


@pytest.mark.parametrize("name", ["../out.txt", "/etc/out.txt", "a/../../out.txt", "..\\out.txt"])
def test_nothing_is_unpacked_outside(name: str, tmp_path: Path) -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr(name, "x")
    with pytest.raises(ExperimentError, match="outside of its folder"):
        parcel.unpack(stream.getvalue(), tmp_path / "cache")
    with pytest.raises(ExperimentError, match="outside of its folder"):
        parcel.unpack_folder(stream.getvalue(), tmp_path / "home")
    assert not list(tmp_path.rglob("out.txt")) and not list((tmp_path / "cache").iterdir())


def test_a_runs_folder_comes_back_whole(bench: Bench, tmp_path: Path) -> None:
    run = bench.run("run.metric('x', 1)\nrun.text('log', 'é')")
    parcel.unpack_folder(parcel.pack_folder(bench.folder(run)), tmp_path / "home")
    for file in bench.folder(run).rglob("*"):
        if file.is_file():
            assert (tmp_path / "home" / file.relative_to(bench.folder(run))).read_bytes() == file.read_bytes()
