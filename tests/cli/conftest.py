"""Running the command line in this process, as a person would type it."""

from __future__ import annotations

import io
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from many_runs import swept
from study_bench import Study

from studyctl.runner.importing import isolated
from studyctl.view import progress

REPOSITORY = Path(__file__).parents[2]


@dataclass(frozen=True)
class Ran:
    """What a command printed, and its exit code."""

    code: int
    out: str
    err: str


Typed = Callable[..., Ran]


@pytest.fixture(autouse=True)
def _quickly(store_made_once: None) -> None:
    """Most commands here are about something else than how MLflow's store comes about."""


@pytest.fixture
def studyctl(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Typed:
    """`studyctl("todo", "list")` in an empty folder, at 100 columns, with nothing from the environment."""
    for name in ("NO_COLOR", "FORCE_COLOR", "VISUAL", "EDITOR", "STUDYCTL_WORKSPACE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setenv("TZ", "UTC")

    monkeypatch.chdir(tmp_path)

    def typed(*argv: str, stdin: bytes = b"") -> Ran:
        from studyctl.cli.main import run

        assert not Path.cwd().is_relative_to(REPOSITORY), "a test must not write into this repository"

        out, err = io.BytesIO(), io.BytesIO()
        with monkeypatch.context() as streams:
            streams.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin), "utf-8"))
            streams.setattr(sys, "stdout", io.TextIOWrapper(out, "utf-8", write_through=True))
            streams.setattr(sys, "stderr", io.TextIOWrapper(err, "utf-8", write_through=True))
            code = run(argv)
            sys.stdout.flush()
            sys.stderr.flush()
            # Wrappers that are collected would close the buffers.
            sys.stdout.detach()
            sys.stderr.detach()
        return Ran(code, out.getvalue().decode(), err.getvalue().decode())

    return typed


def untied(text: str) -> str:
    """A note without its links to experiments, which come and go."""
    from studyctl.core.ties import strip_ties

    return "\n".join(strip_ties(line) for line in text.split("\n"))


@pytest.fixture
def real(studyctl: Typed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A workspace around a copy of the user's own note, without its links; the working directory."""
    root = tmp_path / "real"
    (root / "notes").mkdir(parents=True)
    source = (REPOSITORY / "notes" / "study-note.md").read_text("utf-8")
    for name in ("notes/study-note.md", ".original"):
        (root / name).write_text(untied(source), "utf-8")
    (root / "studyctl.toml").write_text('notes = "notes"\n')
    (root / "experiments" / "box_decoding").mkdir(parents=True)
    (root / "experiments" / "box_decoding" / "__init__.py").touch()
    monkeypatch.chdir(root)
    return root


@pytest.fixture
def vault(studyctl: Typed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small workspace of three notes; the working directory."""
    root = tmp_path / "vault"
    (root / "papers").mkdir(parents=True)
    (root / "studyctl.toml").write_text("")
    (root / "daily.md").write_text("# Day\n\n## Todo\n\n- [ ] buy [milk] :smile:\n- [x] call\n    - [ ] and write\n")
    (root / "papers" / "yolo.md").write_text(
        "# YOLO\n\n## Questions\n\n* Why anchors?\n    * they are fast.\n* What is IoU?\n\n## To read\n\n* Focal loss\n"
    )
    (root / "papers" / "ssd.md").write_text("# SSD\n\n## Todo\n\n- run it\n")
    monkeypatch.chdir(root)
    return root


@pytest.fixture(scope="session")
def _finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    study = Study.make(tmp_path_factory.mktemp("finished") / "study")
    with isolated():
        for words in (["run", "coin"], ["run", "coin", "--quick"]):
            done = study(*words)
            assert done.code == 0 and "MLflow" not in done.err, done.err
    return study.root


@pytest.fixture(autouse=True)
def _isolated() -> Iterator[None]:
    """Experiments that a command loads in this process are gone from it afterwards, as are their folders."""
    with isolated():
        yield


@pytest.fixture
def _patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Importing MLflow may take long: whether a run says so is not for a transcript."""
    monkeypatch.setattr(progress, "PATIENCE_S", 1e6)


@pytest.fixture
def fresh(tmp_path: Path, _patient: None) -> Study:
    """A workspace in which nothing has run."""
    return Study.make(tmp_path / "fresh")


@pytest.fixture
def study(tmp_path: Path, _finished: Path, _patient: None) -> Study:
    """A workspace in which `coin` has run, in full and then quickly."""
    shutil.copytree(_finished, tmp_path / "study")
    return Study(tmp_path / "study")


@pytest.fixture
def coin(study: Study, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The same; the working directory."""
    monkeypatch.chdir(study.root)
    return study.root


@pytest.fixture
def uncoined(fresh: Study, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A workspace in which nothing has run; the working directory."""
    monkeypatch.chdir(fresh.root)
    return fresh.root


@pytest.fixture
def coin_swept(coin: Path) -> Path:
    """A workspace in which `coin` has run, and a sweep over it; the working directory."""
    swept(coin)
    return coin
