"""Experiments of installed packages: found without executing anything, run from their own files, digested by name."""

from __future__ import annotations

import io
import shutil
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import wheels
from runner_bench import Bench, source

from studyctl.core.models import ExperimentProblem, ExperimentSpec
from studyctl.core.staleness import watched_paths
from studyctl.errors import ExperimentError, MissingExtraError
from studyctl.runner.closure import closure_of
from studyctl.runner.digests import current_digests
from studyctl.runner.discover import discover, find
from studyctl.runner.importing import load
from studyctl.runner.installed import distributions
from studyctl.runner.located import located
from studyctl.runner.parcel import pack
from studyctl.runner.requires import check_requires


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder into which pip installed the package."""
    folder = tmp_path_factory.mktemp("wheel")
    return wheels.install(wheels.build(folder), folder / "site-packages")


@pytest.fixture
def site(installed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A copy of it on the search path; what is imported from there is forgotten afterwards."""
    site = shutil.copytree(installed, tmp_path / "env" / "site-packages")
    monkeypatch.syspath_prepend(site)
    yield site
    for name in [name for name in sys.modules if name.partition(".")[0] == "tinydice"]:
        del sys.modules[name]


def by_name(bench: Bench) -> dict[str, ExperimentSpec | ExperimentProblem]:
    return {one.name: one for one in discover(bench.workspace)}


def test_they_are_found_with_their_package_and_nothing_is_imported(bench: Bench, site: Path) -> None:
    found = by_name(bench)
    assert found["sixes"] == ExperimentSpec(
        name="sixes",
        path="site:tinydice/games/six.py",
        function="sixes",
        title="Sixes",
        doc="How many dice show a six?",
        presets=("quick",),
        line=14,
        module="tinydice.games.six",
        distribution="tiny-dice 1.0",
    )
    assert "tinydice" not in sys.modules


@pytest.mark.parametrize(
    ("name", "place", "message"),
    [
        ("gone", "entry point gone = tinydice.nowhere:f of tiny-dice 1.0", "there is no module tinydice.nowhere"),
        ("odd", "entry point odd = tinydice of tiny-dice 1.0", "it is not of the form package.module:function"),
        ("broken", "site:tinydice/broken.py, line 2 of tiny-dice 1.0", "syntax error: invalid syntax"),
        (
            "undecorated",
            "site:tinydice/games/chance.py, line 1 of tiny-dice 1.0",
            "no top-level function share is decorated with @experiment(title=…)",
        ),
    ],
)
def test_a_broken_entry_point_is_a_problem(bench: Bench, site: Path, name: str, place: str, message: str) -> None:
    problem = by_name(bench)[name]
    assert isinstance(problem, ExperimentProblem)
    assert (problem.place, problem.message) == (place, message)
    with pytest.raises(ExperimentError) as caught:
        find(bench.workspace, name)
    assert caught.value.message == f"{place}: {message}"
    assert caught.value.hint == "another version may be sound: python -m pip install -U tiny-dice"


def test_the_workspaces_own_stands_before_one_of_the_same_name(bench: Bench, site: Path) -> None:
    bench.write("experiments/sixes.py", source("pass"))
    spec = find(bench.workspace, "sixes")
    assert (spec.path, spec.distribution, spec.shadows) == ("experiments/sixes.py", "", "tiny-dice 1.0")
    assert sum(one.name == "sixes" for one in discover(bench.workspace)) == 1


def test_of_two_packages_with_one_name_the_first_counts(
    bench: Bench, site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = wheels.build(tmp_path, name="another", files={"another.py": source("pass")}, entries={"sixes": "another:f"})
    monkeypatch.syspath_prepend(wheels.install(other, tmp_path / "other" / "site-packages"))
    named = [one for one in discover(bench.workspace) if one.name == "sixes"]
    assert [(type(one).__name__, one.distribution) for one in named] == [
        ("ExperimentSpec", "another 1.0"),
        ("ExperimentProblem", "tiny-dice 1.0"),
    ]
    assert find(bench.workspace, "sixes").path == "site:another.py"


def test_one_that_is_found_twice_on_the_path_counts_once(bench: Bench, site: Path, installed: Path) -> None:
    sys.path.append(str(installed))
    try:
        assert [one.name for one in distributions()].count("tiny-dice") == 1
    finally:
        sys.path.remove(str(installed))


def test_a_run_rests_on_the_packages_own_files(bench: Bench, site: Path) -> None:
    run = bench.execute(bench.order("sixes"))
    assert (run.state, run.findings[0].verdict) == ("finished", "supported")
    assert [one.path for one in run.files] == [
        "site:tinydice/__init__.py",
        "site:tinydice/games/__init__.py",
        "site:tinydice/games/chance.py",
        "site:tinydice/games/six.py",
    ]
    assert run.provenance["distribution"] == "tiny-dice 1.0"
    assert str(site) not in repr(run.files)


def test_an_upgrade_names_the_file_that_changed(bench: Bench, site: Path, tmp_path: Path) -> None:
    run = bench.execute(bench.order("sixes"))
    watched = watched_paths([run])
    before, _ = current_digests(bench.workspace.root, watched, {})
    assert before == {one.path: one.digest for one in run.files}
    better = {**wheels.FILES, "tinydice/games/chance.py": wheels.CHANCE.replace("= 6", "= 7")}
    wheels.install(wheels.build(tmp_path, "1.1", better), site)
    after, _ = current_digests(bench.workspace.root, watched, {})
    assert [path for path in before if before[path] != after[path]] == ["site:tinydice/games/chance.py"]
    # Comments and layout are none of the code.
    wheels.install(
        wheels.build(tmp_path, "1.2", {**wheels.FILES, "tinydice/__init__.py": "# new\n\nraise_if_imported = True"}),
        site,
    )
    assert current_digests(bench.workspace.root, watched, {})[0] == before
    shutil.rmtree(site / "tinydice")
    assert set(current_digests(bench.workspace.root, watched, {})[0].values()) == {None}


def test_it_does_not_travel_and_has_to_be_installed_where_it_runs(bench: Bench, site: Path) -> None:
    run = bench.execute(bench.order("sixes"))
    with zipfile.ZipFile(io.BytesIO(pack(bench.workspace, run))) as parcel:
        assert parcel.namelist() == ["studyctl.toml"]
    (site / "tinydice" / "games" / "chance.py").write_text("SIXES = 7\n")
    with pytest.raises(ExperimentError, match=r"site:tinydice/games/chance\.py changed since the run began"):
        pack(bench.workspace, run)


def test_an_error_shows_the_frames_of_the_package(bench: Bench, site: Path) -> None:
    run = bench.execute(bench.order("six-fails"))
    assert run.error.splitlines()[1:5] == [
        '  File "tinydice/games/six.py", line 23, in failing',
        "    share(0, 1)",
        '  File "tinydice/games/chance.py", line 5, in share',
        "    return n / SIXES / n",
    ]
    assert run.provenance["failure"]["where"] == "tinydice/games/chance.py, line 5"


def test_an_editable_package_is_found_where_it_lies(
    bench: Bench, installed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its RECORD names no source: a line of a .pth file leads there."""
    folder = tmp_path / "checkout" / "src"
    shutil.copytree(installed / "tinydice", folder / "tinydice")
    info = tmp_path / "env" / "site-packages" / "tiny_dice-1.0.dist-info"
    shutil.copytree(installed / "tiny_dice-1.0.dist-info", info)
    (info / "RECORD").write_text("__editable__.tiny_dice-1.0.pth,,\ntiny_dice-1.0.dist-info/METADATA,,\n")
    monkeypatch.syspath_prepend(info.parent)
    monkeypatch.syspath_prepend(folder)
    spec = find(bench.workspace, "sixes")
    assert spec.path == "site:tinydice/games/six.py"
    assert located(bench.workspace.root, spec.path) == folder / "tinydice" / "games" / "six.py"
    assert [one.path for one in closure_of(bench.workspace, spec).files][-1] == spec.path
    assert "tinydice" not in sys.modules


def test_a_package_that_is_developed_in_the_workspace_is_a_part_of_it(
    bench: Bench, installed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("tinydice", "tiny_dice-1.0.dist-info"):
        shutil.copytree(installed / name, bench.root / "src" / name)
    monkeypatch.syspath_prepend(bench.root / "src")
    spec = find(bench.workspace, "sixes")
    assert spec.path == "src/tinydice/games/six.py"
    assert {one.path.partition("/")[0] for one in closure_of(bench.workspace, spec).files} == {"src"}


def test_a_folder_of_the_same_name_is_not_taken_for_the_package(
    bench: Bench, site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.write("tinydice/__init__.py", "")
    bench.write("tinydice/games/__init__.py", "")
    bench.write("tinydice/games/six.py", source("pass").replace("def f(", "def sixes("))
    monkeypatch.syspath_prepend(bench.root)
    spec = find(bench.workspace, "sixes")
    assert located(bench.workspace.root, spec.path) == site / "tinydice" / "games" / "six.py"
    with pytest.raises(ExperimentError, match="and not the one of tiny-dice") as caught:
        load(bench.workspace, spec)
    assert "hides the package" in caught.value.hint


def test_what_it_requires_may_be_an_extra_of_its_package(site: Path) -> None:
    with pytest.raises(MissingExtraError, match="missing nothing-of-that-name") as caught:
        check_requires("sixes", ["more"], "tiny-dice")
    assert caught.value.hint == 'python -m pip install "tiny-dice[more]"'


def test_without_any_package_there_is_nothing(bench: Bench) -> None:
    assert not [one for one in discover(bench.workspace) if one.distribution]
