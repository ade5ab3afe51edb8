"""MLflow's UI as `studyctl ui` starts it, in a real Chromium: what opens first, a run's page, and a clean end."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import socket
import sqlite3
import struct
import subprocess
import sys
import urllib.request
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import psutil
import pytest

from studyctl.config import Workspace, find_workspace
from studyctl.core.models import Run
from studyctl.errors import UsageError
from studyctl.tracking import ui
from studyctl.tracking.tracker import MlflowTracker

CHROMIUM = next(
    (found for name in ("chromium", "chromium-browser", "google-chrome", "chrome") if (found := shutil.which(name))),
    None,
)
browser = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed (apt-get install chromium)"),
]
LOADS = 4
SERVE = """
import sys
from studyctl.config import find_workspace
from studyctl.tracking.ui import serve
try:
    with serve(find_workspace(sys.argv[1])) as ui:
        print(ui.process.pid, ui.url, flush=True)
        ui.wait()
except KeyboardInterrupt:
    print("ended", flush=True)
"""
ALONE = {"STUDYCTL_WORKSPACE": "", "MLFLOW_TRACKING_URI": "", "NO_COLOR": "1"}
DRAWING = '''\
"""Draws a line."""

import matplotlib.pyplot as plt

from studyctl.lab import Params, Run, experiment


class Drawing(Params):
    pass


@experiment(title="Drawing")
def drawing(params: Drawing, run: Run) -> None:
    for step in range(4):
        run.metric("loss", 1.0 / (step + 1), step=step)
    figure, axes = plt.subplots()
    axes.plot([1, 2])
    run.figure("line", figure)
'''
NOTE = "### Box decoding\n\n**Q1** Isn't it unstable?\n\n- supported: *exp diverges*"


def png(width: int, height: int) -> bytes:
    """A plain image."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    pixels = zlib.compress((b"\0" + b"\x80" * width) * height)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


@dataclass
class Shown:
    """A server with one run to look at."""

    process: subprocess.Popen[str]
    server: int
    url: str
    mlflow_id: str

    @property
    def address(self) -> str:
        return self.url.split("/#")[0]

    @property
    def tree(self) -> list[psutil.Process]:
        server = psutil.Process(self.server)
        return [server, *server.children(recursive=True)]


@pytest.fixture(scope="module")
def shown(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shown]:
    root = tmp_path_factory.mktemp("ui") / "work space"
    (root / ".studyctl").mkdir(parents=True)
    (root / "studyctl.toml").write_text("")
    workspace = find_workspace(str(root))
    for file in template.iterdir():
        shutil.copyfile(file, workspace.state / file.name)
    mlflow_id = _record(workspace)
    # The first port is busy, so that the next free one is taken.
    with socket.socket() as busy:
        busy.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            busy.bind((ui.HOST, ui.FIRST_PORT))
            busy.listen()
        except OSError:
            pass  # somebody else has it, which is as good
        process = subprocess.Popen(
            [sys.executable, "-W", "ignore", "-c", SERVE, str(root)], stdout=subprocess.PIPE, text=True
        )
        assert process.stdout is not None
        pid, url = process.stdout.readline().split()
    try:
        yield Shown(process, int(pid), url, mlflow_id)
    finally:
        process.terminate()
        process.communicate(timeout=30)


def _record(workspace: Workspace) -> str:
    run = Run(
        id="3f2a" + "0" * 28,
        experiment="box-decoding",
        title="Box decoding",
        state="finished",
        started="2026-11-24T03:04:05.123Z",
        ended="2026-11-24T03:05:05.456Z",
        preset="quick",
        changed=(),
        params={"anchor": 116.0},
        seed=0,
        evidence_version=1,
        host="here",
        pid=1,
        process_started=1.0,
        provenance={},
    )
    artifacts = workspace.root / "artifacts"
    (artifacts / "figures").mkdir(parents=True)
    (artifacts / "figures/gradient.png").write_bytes(png(321, 123))
    tracker = MlflowTracker(workspace)
    mlflow_id = tracker.open(replace(run, state="running"), note=NOTE, tags={})
    tracker.finish(run, note=NOTE, tags={}, artifacts=artifacts)
    assert mlflow_id is not None and tracker.problem is None
    return mlflow_id


def page(url: str, folder: Path, *wanted: str) -> str:
    """What the page consists of once it has loaded; loaded anew where it lacks one of the `wanted` words.

    Chromium's virtual time runs ahead of a server on a busy machine, so that a page may be taken half loaded.
    """
    assert CHROMIUM is not None
    sandbox = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    command = [CHROMIUM, "--headless", "--disable-gpu", "--window-size=1400,1000", *sandbox]
    command += [f"--user-data-dir={folder}", "--virtual-time-budget=20000", "--dump-dom", url]
    for _ in range(LOADS):
        html = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True).stdout
        if all(word in html for word in wanted):
            break
    return html


def text(html: str) -> str:
    """The words of a page."""
    return " ".join(re.sub(r"<[^>]*>", " ", re.sub(r"(?s)<(script|style).*?</\1>", " ", html)).split())


@pytest.mark.usefixtures("shown")
class TestInChromium:
    pytestmark = browser

    def test_the_page_that_opens_first_shows_the_runs(self, shown: Shown, tmp_path: Path) -> None:
        words = text(page(shown.url, tmp_path, "1 matching run"))
        assert "quick-3f2a0000" in words
        assert "1 matching run" in words

    def test_a_run_shows_its_note(self, shown: Shown, tmp_path: Path) -> None:
        html = page(f"{shown.address}/#/experiments/1/runs/{shown.mlflow_id}", tmp_path, "<strong>Q1</strong>")
        assert "Isn't it unstable?" in text(html)
        assert "<strong>Q1</strong>" in html  # Markdown, not its source

    def test_a_run_shows_its_figures(self, shown: Shown, tmp_path: Path) -> None:
        url = f"{shown.address}/#/experiments/1/runs/{shown.mlflow_id}/artifacts/figures/gradient.png"
        html = page(url, tmp_path, "gradient.png", "<img")
        assert "gradient.png" in text(html)
        assert re.search(r"<img[^>]*src=\"(blob:|[^\"]*get-artifact)", html)


class Elsewhere:
    """A workspace that lies somewhere else than where its runs were recorded."""

    def __init__(self, root: Path) -> None:
        self.root = root
        ((self.mlflow_id, self.experiment),) = self.asked("SELECT run_uuid, experiment_id FROM runs")

    @classmethod
    def record(cls, root: Path) -> None:
        (root / "experiments").mkdir(parents=True)
        (root / "studyctl.toml").write_text("")
        (root / "experiments/drawing.py").write_text(DRAWING)
        studyctl(root, "run", "drawing")

    def asked(self, query: str) -> list[tuple[str, str]]:
        with contextlib.closing(sqlite3.connect(self.root / ".studyctl/mlflow.db")) as db:
            return db.execute(query).fetchall()

    @contextlib.contextmanager
    def ui(self) -> Iterator[str]:
        """The address of the UI as `studyctl ui` starts it."""
        words = [sys.executable, "-m", "studyctl", "ui"]
        process = subprocess.Popen(
            words, cwd=self.root, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=os.environ | ALONE
        )
        assert process.stdout is not None
        try:
            yield process.stdout.readline().split("/#")[0]
        finally:
            process.send_signal(signal.SIGINT)
            process.communicate(timeout=60)


def studyctl(root: Path, *words: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "studyctl", *words],
        cwd=root,
        capture_output=True,
        text=True,
        timeout=120,
        env=os.environ | ALONE,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


class TestElsewhere:
    pytestmark = browser

    @pytest.mark.parametrize("how", ["moved", pytest.param("copied", marks=pytest.mark.slow)])
    def test_a_workspace_keeps_its_figures(self, tmp_path: Path, how: str) -> None:
        first, second = tmp_path / "first place", tmp_path / "some where" / "second place"
        Elsewhere.record(first)
        second.parent.mkdir()
        if how == "moved":
            shutil.move(first, second)
        else:
            shutil.copytree(first, second)
            # What is shown of the copy is the copy's own.
            shutil.rmtree(first / ".studyctl/mlartifacts")
            shutil.rmtree(first / ".studyctl/runs")
        there = Elsewhere(second)
        (line,) = (second / ".studyctl/runs").glob("*/artifacts/figures/line.png")
        run = f"experiments/{there.experiment}/runs/{there.mlflow_id}"
        with there.ui() as address:
            shown = page(f"{address}/#/{run}/artifacts/figures/line.png", tmp_path / "one", "line.png", "<img")
            assert "line.png" in text(shown)
            assert re.search(r"<img[^>]*src=\"(blob:|[^\"]*get-artifact)", shown)
            query = f"path=figures/line.png&run_uuid={there.mlflow_id}"
            with urllib.request.urlopen(f"{address}/get-artifact?{query}") as answer:
                assert answer.read() == line.read_bytes()
            words = text(page(f"{address}/#/{run}", tmp_path / "two", "loss", "0.25"))
            assert "loss" in words and "0.25" in words
        # It goes on there: what is new stands beside what was there, and nothing is to be mended.
        studyctl(second, "run", "drawing")
        assert len(there.asked("SELECT run_uuid, status FROM runs WHERE status = 'FINISHED'")) == 2
        assert "2 runs" in studyctl(second, "doctor")
        if how == "copied":
            assert len(Elsewhere(first).asked("SELECT run_uuid, status FROM runs")) == 1
        for name in ("mlflow.db", "study.db"):
            assert str(first).encode() not in (second / ".studyctl" / name).read_bytes()


def test_figures_are_served_from_the_workspace(shown: Shown) -> None:
    query = f"path=figures/gradient.png&run_uuid={shown.mlflow_id}"
    with urllib.request.urlopen(f"{shown.address}/get-artifact?{query}") as answer:
        assert answer.read() == png(321, 123)


def test_it_starts_few_processes_and_sends_nothing_home(shown: Shown) -> None:
    assert not shown.address.endswith(":5000")
    assert len(shown.tree) <= 2
    for process in shown.tree:
        environment = process.environ()
        assert (environment["MLFLOW_DISABLE_TELEMETRY"], environment["DO_NOT_TRACK"]) == ("true", "true")


def test_ctrl_c_ends_all_of_it(shown: Shown) -> None:
    tree = shown.tree
    shown.process.send_signal(signal.SIGINT)
    out, _ = shown.process.communicate(timeout=30)
    assert out == "ended\n"
    assert not any(process.is_running() and process.status() != psutil.STATUS_ZOMBIE for process in tree)


def test_a_port_that_was_asked_for_has_to_be_free() -> None:
    with socket.socket() as busy:
        busy.bind((ui.HOST, 0))
        busy.listen()
        port = busy.getsockname()[1]
        with pytest.raises(UsageError, match=f"port {port} is busy"):
            ui.free_port(port)
    assert ui.free_port(port) == port


def test_which_page_opens(workspace: Workspace, run: Run) -> None:
    nothing = "/#/experiments?workflowType=machine_learning"
    assert ui.page(workspace.mlflow_database) == nothing
    assert ui.page(workspace.root / "none.db") == nothing
    for number, name in enumerate(["box-decoding", "anchors"]):
        one = replace(run, id=str(number) * 32, experiment=name, started=f"2026-11-24T03:04:0{number}.000Z")
        assert MlflowTracker(workspace).open(one, note="n", tags={})
    connection = sqlite3.connect(workspace.mlflow_database)
    ids = dict(connection.execute("SELECT name, experiment_id FROM experiments").fetchall())
    connection.close()
    assert ui.page(workspace.mlflow_database) == f"/#/experiments/{ids['anchors']}/runs?workflowType=machine_learning"
    assert f"/{ids['box-decoding']}/" in ui.page(workspace.mlflow_database, "box-decoding")
