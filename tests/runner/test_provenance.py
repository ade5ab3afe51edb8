"""Where a run comes from, what it requires, and which files its freshness is judged by."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib import metadata
from pathlib import Path

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
