"""Where a run comes from, what it requires, and which files its freshness is judged by."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest
from runner_bench import Bench

from studyctl.core.closure import digest_code
from studyctl.errors import MissingExtraError
from studyctl.runner import provenance
from studyctl.runner.digests import current_digests, digest_file
from studyctl.runner.requires import check_requires
from studyctl.runner.seeds import seed_everything


def git(root: Path, *arguments: str) -> None:
    quiet = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    subprocess.run(
        ["git", "-c", "user.name=A", "-c", "user.email=a@example.org", *arguments],
        cwd=root,
        check=True,
        capture_output=True,
        env=os.environ | quiet,
    )


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    root = tmp_path / "re po"
    root.mkdir()
    git(root, "init", "-b", "main")
    (root / "a.py").write_text("x = 1\n")
    (root / "old name.py").write_text("y = 1\n" * 20)
    git(root, "add", ".")
    git(root, "commit", "-m", "one")
    return root


def test_a_clean_repository(repository: Path, tmp_path: Path) -> None:
    state = provenance.git_state(repository, tmp_path)
    assert len(state.pop("commit")) == 40
    assert state == {"branch": "main", "dirty": False}


def test_what_differs_from_the_commit(repository: Path, tmp_path: Path) -> None:
    (repository / "a.py").write_text("x = 2\n")
    (repository / "new.py").write_text("z = 1\n")
    (repository / ".studyctl").mkdir()
    (repository / ".studyctl/study.db").write_text("")
    git(repository, "mv", "old name.py", "new name.py")
    state = provenance.git_state(repository, tmp_path)
    assert state["dirty"]
    assert state["changed"] == ["a.py", "new name.py"]
    assert state["untracked"] == ["new.py"]
    diff = (tmp_path / state["diff"]).read_text()
    assert "-x = 1\n+x = 2\n" in diff


def test_a_repository_without_a_commit_and_a_detached_one(repository: Path, tmp_path: Path) -> None:
    git(repository, "checkout", "--detach")
    assert provenance.git_state(repository, tmp_path)["branch"] == ""
    empty = tmp_path / "empty"
    empty.mkdir()
    git(empty, "init", "-b", "main")
    assert provenance.git_state(empty, tmp_path) == {"commit": "", "branch": "main", "dirty": False}


def applied(state: dict[str, Any], folder: Path, onto: Path) -> dict[str, str]:
    """The files of a repository once the kept difference was applied to it."""
    git(onto, "apply", str(folder / state["diff"]))
    files = [file for file in onto.rglob("*") if file.is_file() and ".git" not in file.parts]
    return {file.relative_to(onto).as_posix(): file.read_bytes().decode() for file in files}


NAMES = ["new.py", "with space.py", "한국어.py", 'quo"te.py', "tab\there.py", "back\\slash.py", "[brackets]*.py"]


def test_untracked_code_is_kept_and_can_be_applied(repository: Path, tmp_path: Path) -> None:
    (repository / "a.py").write_text("x = 2\n")
    texts = {name: f"# {number}\nz = {number}\n" for number, name in enumerate(NAMES)}
    texts |= {"pkg/__init__.py": "", "pkg/no_end.py": "y = 1\nz = 2", "one.py": "z = 1", "crlf.py": "a\r\nb\r\n"}
    for name, text in texts.items():
        (repository / name).parent.mkdir(exist_ok=True)
        (repository / name).write_bytes(text.encode())
    (repository / "secret.txt").write_text("not the experiment's\n")
    state = provenance.git_state(repository, tmp_path, ["a.py", *texts, "site:numpy/__init__.py", "gone.py"])
    git(tmp_path, "clone", "re po", "clone")
    found = applied(state, tmp_path, tmp_path / "clone")
    assert found == {**texts, "a.py": "x = 2\n", "old name.py": "y = 1\n" * 20}


def test_ignored_code_is_kept_too_and_makes_the_state_dirty(repository: Path, tmp_path: Path) -> None:
    (repository / ".gitignore").write_text("hidden.py\n")
    (repository / "hidden.py").write_text("h = 1\n")
    git(repository, "add", ".")
    git(repository, "commit", "-m", "two")
    assert not provenance.git_state(repository, tmp_path, ["a.py"])["dirty"]
    state = provenance.git_state(repository, tmp_path, ["a.py", "hidden.py"])
    assert state["dirty"] and "untracked" not in state
    assert "+++ b/hidden.py\n@@ -0,0 +1 @@\n+h = 1\n" in (tmp_path / state["diff"]).read_text()


def test_before_the_first_commit_the_difference_is_everything(tmp_path: Path) -> None:
    first, other = tmp_path / "first", tmp_path / "other"
    for root in (first, other):
        root.mkdir()
        git(root, "init", "-b", "main")
    (first / "staged.py").write_text("s = 1\n")
    (first / "loose.py").write_text("l = 1\n")
    git(first, "add", "staged.py")
    (first / "staged.py").write_text("s = 2\n")
    state = provenance.git_state(first, tmp_path, ["staged.py", "loose.py"])
    assert (state["commit"], state["dirty"]) == ("", True)
    assert applied(state, tmp_path, other) == {"staged.py": "s = 2\n", "loose.py": "l = 1\n"}


def test_a_workspace_below_the_top_of_its_repository(repository: Path, tmp_path: Path) -> None:
    below = repository / "study" / "deep"
    below.mkdir(parents=True)
    (below / "kept.py").write_text("k = 1\n")
    git(repository, "add", ".")
    git(repository, "commit", "-m", "two")
    git(tmp_path, "clone", "re po", "clone")
    (below / "kept.py").write_text("k = 2\n")
    (below / "loose.py").write_text("l = 1\n")
    state = provenance.git_state(below, tmp_path, ["kept.py", "loose.py"])
    found = applied(state, tmp_path, tmp_path / "clone")
    assert (found["study/deep/kept.py"], found["study/deep/loose.py"]) == ("k = 2\n", "l = 1\n")


def test_code_that_a_run_found_while_it_ran_is_kept_as_well(bench: Bench) -> None:
    git(bench.root, "init", "-b", "main")
    bench.write("experiments/late.py", "late = 1\n")
    run = bench.run("import importlib\nimportlib.import_module('experiments.' + 'late')")
    assert "experiments/late.py" in [one.path for one in run.files]
    diff = (bench.folder(run) / run.provenance["git"]["diff"]).read_text()
    assert diff.count("+++ b/experiments/late.py") == 1 and "+late = 1\n" in diff
    assert diff.count("+++ b/experiments/one.py") == 1
    assert run.provenance["git"]["dirty"]


def test_the_threads_that_a_library_uses_are_those_at_the_end(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "torch", raising=False)  # the real one, where an earlier test imported it
    bench.write("torch.py", "n = 4\ndef get_num_threads(): return n\ndef get_num_interop_threads(): return 1\n")
    monkeypatch.syspath_prepend(str(bench.root))
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    run = bench.run("import torch\ntorch.n = 2")
    threads = run.provenance["threads"]
    assert (threads["torch"], threads["torch.interop"], threads["OMP_NUM_THREADS"]) == ("2", "1", "3")
    sys.modules["torch"].n = 8
    assert provenance.environment()["threads"]["torch"] == "8"
    sys.modules.pop("torch")
    assert "torch" not in provenance.environment()["threads"]


def test_outside_a_repository_and_without_git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    assert provenance.git_state(tmp_path, tmp_path) == {}
    monkeypatch.setenv("PATH", "")
    assert provenance.git_state(tmp_path, tmp_path) == {}


def test_the_installed_distributions_are_those_that_python_knows() -> None:
    found = provenance.distributions()
    assert "studyctl" not in found
    for name in ("numpy", "mlflow", "ml-dtypes", "pytest"):
        assert found[name] == metadata.version(name)


def test_everything_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    known = provenance.collect(tmp_path, tmp_path, "studyctl run one")
    assert known["command"] == "studyctl run one"
    assert known["python"]["version"] == ".".join(str(part) for part in sys.version_info[:3])
    assert known["machine"]["cpu"]
    assert 1 <= known["machine"]["usable_cores"] <= known["machine"]["cores"]
    assert known["machine"]["memory_bytes"] > 2**20
    assert known["threads"]["OMP_NUM_THREADS"] == "1"


def test_gpus_by_the_files_of_their_driver(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(provenance, "NVIDIA", tmp_path)
    for number in (0, 1):
        (tmp_path / f"gpus/0000:0{number}").mkdir(parents=True)
        (tmp_path / f"gpus/0000:0{number}/information").write_text("Model: \t\t NVIDIA H100\nIRQ:   \t\t 1\n")
    (tmp_path / "version").write_text("NVRM version: NVIDIA UNIX x86_64 Kernel Module  570.1\nGCC version:  gcc\n")
    assert provenance.environment()["machine"]["gpu"] == ["NVIDIA H100", "NVIDIA H100"]
    assert provenance.gpus()["gpu_driver"] == "NVIDIA UNIX x86_64 Kernel Module  570.1"


def test_gpus_by_their_tool(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tool = tmp_path / "nvidia-smi"
    tool.write_text("#!/bin/sh\necho 'NVIDIA H100, 570.1'\necho 'NVIDIA H100, 570.1'\n")
    tool.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    assert provenance._gpus_by_tool() == {"gpu": ["NVIDIA H100", "NVIDIA H100"], "gpu_driver": "570.1"}
    tool.write_text("#!/bin/sh\nexit 9\n")
    assert provenance._gpus_by_tool() == {}


def test_what_is_required_is_installed() -> None:
    check_requires("one", ["dev", "numpy"])


def test_a_missing_requirement_names_its_command(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(MissingExtraError, match="one needs not-there-at-all") as caught:
        check_requires("one", ["not-there-at-all"])
    assert caught.value.hint == "python -m pip install not-there-at-all"
    real = metadata.version

    def version(name: str) -> str:
        if name == "hypothesis":
            raise metadata.PackageNotFoundError(name)
        return real(name)

    monkeypatch.setattr(metadata, "version", version)
    with pytest.raises(MissingExtraError, match="extra 'dev': missing hypothesis") as caught:
        check_requires("one", ["dev"])
    assert caught.value.hint == 'python -m pip install "studyctl[dev]"'


def test_a_framework_is_seeded_when_it_is_loaded(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("torch", "tensorflow"):
        monkeypatch.delitem(sys.modules, name, raising=False)  # the real one, where an earlier test imported it
    (tmp_path / "torch.py").write_text(
        "class cuda:\n    @staticmethod\n    def is_available(): return True\n"
        "seeds = []\nmanual_seed = seeds.append\ndef use_deterministic_algorithms(on, warn_only): seeds.append(on)\n"
    )
    (tmp_path / "tensorflow.py").write_text("seeds = []\nclass random:\n    set_seed = seeds.append\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    notes = seed_everything(7, ["torch", "tensorflow"])
    torch, tensorflow = sys.modules.pop("torch"), sys.modules.pop("tensorflow")
    assert (torch.seeds, tensorflow.seeds) == ([7, True], [7])
    assert len(notes) == 2
    assert seed_everything(7) == []
    assert "torch" not in sys.modules


def test_digests_of_today(bench: Bench) -> None:
    code = bench.write("a.py", "x = 1")
    data = bench.write("d.csv", "1")
    os.utime(code, ns=(10**18, 10**18))
    watched = {"a.py": "code", "d.csv": "data", "gone.py": "code"}
    digests, fresh = current_digests(bench.root, watched, {})
    assert digests == {"a.py": digest_code(b"x = 1"), "d.csv": digest_file(data, "data"), "gone.py": None}
    # What was written this moment may change again without its mtime moving.
    assert fresh == {("a.py", 5, 10**18): digests["a.py"]}
    code.write_text("y = 2")
    os.utime(code, ns=(10**18, 10**18))
    assert current_digests(bench.root, {"a.py": "code"}, fresh) == ({"a.py": digests["a.py"]}, {})
