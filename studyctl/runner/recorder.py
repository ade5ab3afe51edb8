"""The sink of a run in progress: its figures and files go into the run's folder, its metrics to a mirror as
well.

Metrics are written to the folder as they come and reach the disk about once a second; the mirror gets them in
batches from a thread, so that one that is slow or gone holds up neither the experiment nor the folder.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Literal, TextIO

from studyctl.core.models import Artifact, Finding, Metric
from studyctl.core.templates import exact
from studyctl.runner.folder import ARTIFACTS_FOLDER, METRICS_FILE
from studyctl.runner.given_data import GivenData

FLUSH_SECONDS = 1.0

Values = Sequence[tuple[str, float, int, int]]


class Recorder:
    """Implements `RunSink` on a run's folder; `mirror` gets the metrics, a batch about once a second.

    `root` is the workspace's, below which data is looked for and recorded.
    """

    def __init__(
        self,
        folder: Path,
        mirror: Callable[[Values], None] | None = None,
        *,
        flush_seconds: float = FLUSH_SECONDS,
        close_figures: bool = True,
        root: Path | None = None,
    ) -> None:
        self.folder = folder
        self.given = GivenData(root)
        self.recorded: list[Artifact] = []
        self._mirror = mirror
        self._waiting: list[tuple[str, float, int, int]] = []
        self._history: TextIO | None = None
        self._flushed = 0.0
        self._close_figures = close_figures  # False where somebody is still to see them
        self._flush_seconds = flush_seconds  # 0: nothing waits in memory, where the process may end without a word
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    # RunSink -----------------------------------------------------------------------------------------

    def metrics(self, values: Sequence[tuple[Metric, int, int]]) -> None:
        batch = [(metric.name, metric.value, step, at) for metric, step, at in values]
        with self._lock:
            if self._history is None:
                self._history = (self.folder / METRICS_FILE).open("a", encoding="utf-8")
            self._history.writelines(_line(*one) for one in batch)
            if self._mirror is not None:
                self._waiting += batch
            if time.monotonic() - self._flushed > self._flush_seconds:
                self._flush()

    def artifact(self, artifact: Artifact) -> None:
        self.recorded.append(artifact)

    def finding(self, finding: Finding) -> None:
        """Findings are decided once more at the end and written then."""

    def write(self, kind: Literal["figure", "table", "text", "file"], file: str, data: bytes, title: str) -> None:
        self._target(file).write_bytes(data)
        self.artifact(Artifact(file, kind, title, len(data), hashlib.sha256(data).hexdigest()))

    def copy(self, source: Path, file: str, title: str) -> None:
        target = self._target(file)
        shutil.copyfile(source, target)
        with target.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
        self.artifact(Artifact(file, "file", title, target.stat().st_size, digest))

    def data(self, path: str) -> Path:
        return self.given.take(path)

    def figure(self, name: str, figure: Any, title: str) -> None:
        from studyctl.runner.figures import render

        for suffix, data in render(figure, close=self._close_figures).items():
            self.write("figure", f"figures/{name}.{suffix}", data, title)

    def now_ms(self) -> int:
        return time.time_ns() // 1_000_000

    def seconds(self) -> float:
        return time.perf_counter()

    def _target(self, file: str) -> Path:
        target = self.folder / ARTIFACTS_FOLDER / file
        target.parent.mkdir(parents=True, exist_ok=True)
        return target

    # Writing -----------------------------------------------------------------------------------------

    def start(self) -> None:
        """Begin to write in the background."""
        self._thread = threading.Thread(target=self._run, name="studyctl-metrics", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        while not self._stop.wait(FLUSH_SECONDS):
            with self._lock:
                self._flush()
            self._send()

    def _flush(self) -> None:
        # The thread may come once more between `seal` and its end.
        if self._history is not None and not self._history.closed:
            self._history.flush()
        self._flushed = time.monotonic()

    def _send(self) -> None:
        with self._lock:
            batch, self._waiting = self._waiting, []
        if batch and self._mirror is not None:
            self._mirror(batch)

    def seal(self) -> None:
        """Write the rest of the history to the folder; nothing is recorded from here on."""
        self._stop.set()
        with self._lock:
            self._flush()
            if self._history is not None:
                self._history.close()

    def drain(self) -> None:
        """Send the mirror what it has not got yet; waits for a batch on its way."""
        if self._thread is not None:
            self._thread.join()
        self._send()


def _line(name: str, value: float, step: int, at: int) -> str:
    number = exact(value)
    shown = number if number[-1].isdigit() else f'"{number}"'  # NaN and infinity are no JSON numbers
    return f'{{"name": {json.dumps(name)}, "value": {shown}, "step": {step}, "time": {at}}}\n'
