"""A machine that has neither MLflow nor a network: runs are made, recorded and exported there."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from study_bench import Study

# What such a machine has: no module mlflow, no metadata of it, and no way to anybody else.
BARE = """
import importlib.metadata
import sys


class NoMlflow:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in ("mlflow", "mlflow_skinny"):
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)


real = importlib.metadata.Distribution.from_name


def from_name(name):
    if name.startswith("mlflow"):
        raise importlib.metadata.PackageNotFoundError(name)
    return real(name)


def no_network(event, arguments):
    if event in ("socket.connect", "socket.getaddrinfo", "socket.sendto"):
        raise OSError(f"{event}: the network is unreachable")


sys.meta_path.insert(0, NoMlflow())
importlib.metadata.Distribution.from_name = from_name
sys.addaudithook(no_network)

from studyctl.cli.main import run

code = run(sys.argv[1:])
assert not any(name.partition(".")[0] == "mlflow" for name in sys.modules)
sys.exit(code)
"""


@pytest.fixture
def bare(tmp_path: Path) -> Study:
    return Study.make(tmp_path / "bare")


def on_it(study: Study, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", BARE, *words], cwd=study.root, capture_output=True, text=True, check=False
    )


def test_the_block_blocks(bare: Study) -> None:
    code = BARE.replace("from studyctl.cli.main import run\n", "import mlflow\n")
    done = subprocess.run([sys.executable, "-c", code], cwd=bare.root, capture_output=True, text=True, check=False)
    assert "No module named 'mlflow'" in done.stderr


@pytest.mark.slow
def test_a_run_is_recorded_exported_and_comes_over(bare: Study, tmp_path: Path) -> None:
    done = on_it(bare, "run", "coin")
    assert done.returncode == 0
    assert done.stderr.splitlines()[-1] == "warning: MLflow is not installed; the run itself is recorded"
    assert done.stderr.count("MLflow") == 1 and "studyctl ui" not in done.stdout
    assert on_it(bare, "answer", "Q1").returncode == 0
    assert not list(bare.root.glob(".studyctl/mlflow*"))
    run = next(bare.root.glob(".studyctl/runs/*")).name
    for public in ([], ["--public"]):
        exported = on_it(bare, "runs", "export", run, "-o", str(tmp_path / f"{len(public)}.zip"), *public)
        assert exported.returncode == 0, exported.stderr

    other = Study.make(tmp_path / "other")
    assert "answers Q1, C1, Q2" in other("runs", "import", str(tmp_path / "1.zip")).out
    assert other("answer", "Q1").code == 0
    # With MLflow it is there, without it nothing is missing but that.
    assert "✓ MLflow       1 run\n" in other("doctor").out
    third = Study.make(tmp_path / "third")
    imported = on_it(third, "runs", "import", str(tmp_path / "0.zip"))
    assert imported.returncode == 0 and "answers Q1, C1, Q2" in imported.stdout
    assert imported.stderr.endswith("warning: MLflow is not installed; the runs themselves are imported\n")


@pytest.mark.slow
def test_what_needs_it_says_so_and_what_does_not_works(bare: Study) -> None:
    on_it(bare, "run", "coin")
    done = on_it(bare, "ui")
    assert done.returncode == 9
    assert "error: MLflow is not installed: its UI shows runs\n  next: python -m pip install 'mlflow" in done.stderr
    doctor = on_it(bare, "doctor")
    assert doctor.returncode == 0 and "✓ MLflow       MLflow is not installed: runs are recorded" in doctor.stdout
    assert on_it(bare, "doctor", "--fix").returncode == 0
    assert on_it(bare, "runs", "list").returncode == on_it(bare, "status").returncode == 0
    # Later, with MLflow: it is told of the run.
    assert bare("doctor").code == 1
    assert bare("doctor", "--fix").code == 0
    assert "✓ MLflow       1 run\n" in bare("doctor").out
