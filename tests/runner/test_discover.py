"""The experiments of a workspace, and how they are imported from it."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from runner_bench import Bench, source

from studyctl.core.models import ExperimentProblem, ExperimentSpec
from studyctl.errors import ExperimentError, MissingExtraError, NotFoundError, UsageError
from studyctl.runner.discover import discover, find
from studyctl.runner.importing import load


def test_modules_and_packages_and_what_is_wrong_with_others(bench: Bench) -> None:
    bench.write("experiments/box_decoding/__init__.py", source("pass"))
    bench.write("experiments/box_decoding/decoders.py", "x = 1")
    bench.write("experiments/anchors.py", source("pass"))
    bench.write("experiments/broken.py", "def f(:\n")
    bench.write("experiments/empty.py", "")
    bench.write("experiments/_helpers.py", "x = 1")
    bench.write("experiments/.hidden.py", "x = 1")
    bench.write("experiments/data/points.csv", "1")
    bench.write("experiments/notes.md", "# no module")
    (bench.root / "experiments/latin.py").write_bytes(b"x = 1\n# \xe9\n")
    found = discover(bench.workspace)
    assert [(one.name, type(one) is ExperimentSpec) for one in found] == [
        ("anchors", True),
        ("box-decoding", True),
        ("broken", False),
        ("empty", False),
        ("latin", False),
    ]
    assert found[1].path == "experiments/box_decoding/__init__.py"
    latin = found[4]
    assert isinstance(latin, ExperimentProblem)
    assert (latin.line, latin.path) == (2, "experiments/latin.py")


def test_a_module_and_a_package_of_one_name(bench: Bench) -> None:
    bench.write("experiments/one/__init__.py", source("pass"))
    bench.write("experiments/one.py", source("pass"))
    spec, problem = discover(bench.workspace)
    assert spec.path == "experiments/one.py" if isinstance(spec, ExperimentProblem) else "experiments/one/__init__.py"
    assert {type(spec), type(problem)} == {ExperimentSpec, ExperimentProblem}
    assert find(bench.workspace, "one").path == "experiments/one/__init__.py"


def test_no_experiments_at_all(tmp_path: Path, bench: Bench) -> None:
    (bench.root / "experiments").rmdir()
    assert discover(bench.workspace) == []
    with pytest.raises(NotFoundError) as caught:
        find(bench.workspace, "one")
    assert caught.value.hint == "studyctl experiment new one"


def test_finding_by_name(bench: Bench) -> None:
    bench.write("experiments/box_decoding.py", source("pass"))
    bench.write("experiments/broken.py", "x = 1\ny = (\n")
    assert find(bench.workspace, "box_decoding") == find(bench.workspace, "box-decoding")
    with pytest.raises(NotFoundError, match="no experiment 'box-decodin'") as caught:
        find(bench.workspace, "box-decodin")
    assert caught.value.hint == "did you mean box-decoding?"
    with pytest.raises(ExperimentError, match=r"experiments/broken\.py, line 2: syntax error"):
        find(bench.workspace, "broken")


def test_relative_and_absolute_imports_mean_this_workspace(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    other = bench.root.parent / "installed"
    (other / "experiments").mkdir(parents=True)
    (other / "experiments/__init__.py").write_text("FROM = 'installed'")
    (other / "experiments/shared.py").write_text("FROM = 'installed'")
    # Tests of the repository's own experiments may have imported its `experiments` in this process.
    for name in [name for name in sys.modules if name.partition(".")[0] == "experiments"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.syspath_prepend(str(other))
    __import__("experiments.shared")
    bench.write("helpers_beside.py", "FROM = 'root'")
    bench.write("experiments/_shared.py", "FROM = 'shared'")
    bench.write("experiments/one/part.py", "from .. import _shared\nFROM = _shared.FROM")
    head = (
        "from .part import FROM as A\nfrom experiments._shared import FROM as B\n"
        "from experiments.one import part\nimport helpers_beside\n"
    )
    bench.write("experiments/one/__init__.py", source("pass", head=head))
    loaded = load(bench.workspace, find(bench.workspace, "one"))
    space = loaded.function.__globals__  # type: ignore[attr-defined]
    assert (space["A"], space["B"], space["helpers_beside"].FROM) == ("shared", "shared", "root")
    assert loaded.function.__module__ == "experiments.one"


def test_the_package_may_have_an_init_of_its_own(bench: Bench) -> None:
    bench.write("experiments/__init__.py", "COMMON = 3")
    bench.write("experiments/one.py", source("pass", head="from . import COMMON\n"))
    loaded = load(bench.workspace, find(bench.workspace, "one"))
    assert loaded.function.__globals__["COMMON"] == 3  # type: ignore[attr-defined]


def test_an_edit_is_seen_at_once_and_no_bytecode_is_left(bench: Bench) -> None:
    for value in (1, 2):  # the same size, within the same second
        bench.write("experiments/_shared.py", f"VALUE = {value}")
        bench.write("experiments/one.py", source("pass", head="from ._shared import VALUE\n"))
        loaded = load(bench.workspace, find(bench.workspace, "one"))
        assert loaded.function.__globals__["VALUE"] == value  # type: ignore[attr-defined]
    assert not list(bench.root.rglob("__pycache__"))


def test_another_folder_name(bench: Bench) -> None:
    bench.write("studyctl.toml", 'experiments = "work/my-trials"')
    bench.write("work/beside.py", "X = 1")
    bench.write("work/my-trials/_shared.py", "X = 2")
    head = "import beside\nfrom ._shared import X\n"
    bench.write("work/my-trials/one.py", source("pass", head=head))
    loaded = load(bench.workspace, find(bench.workspace, "one"))
    assert loaded.function.__module__ == "my_trials.one"


@pytest.mark.parametrize(
    ("head", "said"),
    [
        ("\n1 / 0\n", "ZeroDivisionError: division by zero (experiments/one.py, line 2)"),
        ("from ._helper import f\n", "SyntaxError: '(' was never closed (experiments/_helper.py, line 2)"),
        ("from ._helper2 import f\n", "ImportError"),
        ("from .nowhere import f\n", "No module named 'experiments.nowhere'"),
        ("raise SystemExit('bye')\n", "SystemExit: bye (experiments/one.py, line 1)"),
    ],
)
def test_a_module_that_fails_names_the_authors_line(bench: Bench, head: str, said: str) -> None:
    bench.write("experiments/_helper.py", "\ndef f(\n")
    bench.write("experiments/_helper2.py", "")
    bench.write("experiments/one.py", source("pass", head=head))
    with pytest.raises(ExperimentError) as caught:
        load(bench.workspace, find(bench.workspace, "one"))
    assert said in caught.value.message
    assert caught.value.hint == "mend experiments/one.py"


def test_a_missing_distribution_names_the_command(bench: Bench) -> None:
    bench.write("experiments/one.py", source("pass", head="import not_installed_here.part\n"))
    with pytest.raises(MissingExtraError, match="no module named 'not_installed_here'") as caught:
        load(bench.workspace, find(bench.workspace, "one"))
    assert caught.value.hint.startswith("python -m pip install not_installed_here")


def test_discovery_executes_nothing(bench: Bench) -> None:
    bench.write("experiments/one.py", source("pass", head="raise SystemExit\n"))
    find(bench.workspace, "one")
    assert "experiments.one" not in sys.modules


def test_presets(bench: Bench) -> None:
    bench.write("experiments/one.py", source("pass", decorator="title='T', presets={'quick': {'n': 1}}"))
    loaded = load(bench.workspace, find(bench.workspace, "one"))
    assert loaded.preset("quick") == {"n": 1}
    assert loaded.preset("default") == {}
    with pytest.raises(UsageError, match="one has no preset 'full'"):
        loaded.preset("full")
