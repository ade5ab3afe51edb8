"""The sink of a run in progress: its figures and files go into the run's folder, its metrics to a mirror as well.

Metrics are buffered and written about once a second by a thread, so that recording one costs the experiment next to
nothing and a mirror that is slow or gone holds nothing up.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Literal

from studyctl.core.models import Artifact, Finding, Metric
from studyctl.core.templates import exact

FLUSH_SECONDS = 1.0
METRICS_FILE = "metrics.jsonl"
ARTIFACTS_FOLDER = "artifacts"

Values = Sequence[tuple[str, float, int, int]]


class Recorder:
    """Implements `RunSink` on a run's folder; `mirror` gets what was written, in batches."""

    def __init__(self, folder: Path, mirror: Callable[[Values], None] | None = None) -> None:
        self.folder = folder
        self.recorded: list[Artifact] = []
        self._mirror = mirror
        self._buffer: list[tuple[str, float, int, int]] = []
        self._lock = threading.Lock()  # guards the buffer
        self._writing = threading.Lock()  # one flush at a time, in the order of recording
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    # RunSink -----------------------------------------------------------------------------------------

    def metrics(self, values: Sequence[tuple[Metric, int, int]]) -> None:
        with self._lock:
            self._buffer += [(metric.name, metric.value, step, at) for metric, step, at in values]

    def artifact(self, artifact: Artifact) -> None:
        self.recorded.append(artifact)

    def finding(self, finding: Finding) -> None:
        """Findings are decided once more at the end and written then."""

    def write(
        self, kind: Literal["figure", "table", "text", "file"], file: str, data: bytes, title: str
    ) -> None:
        target = self._target(file)
        target.write_bytes(data)
        self.artifact(Artifact(file, kind, title, len(data), hashlib.sha256(data).hexdigest()))

    def copy(self, source: Path, file: str, title: str) -> None:
        target = self._target(file)
        shutil.copyfile(source, target)
        with target.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
        self.artifact(Artifact(file, "file", title, target.stat().st_size, digest))

    def figure(self, name: str, figure: Any, title: str) -> None:
        from studyctl.runner.figures import render

        for suffix, data in render(figure).items():
            self.write("figure", f"figures/{name}.{suffix}", data, title)

    def now_ms(self) -> int:
        return time.time_ns() // 1_000_000

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
            self.flush()

    def flush(self) -> None:
        """Write what is buffered: the folder first, then the mirror."""
        with self._writing:
            with self._lock:
                batch, self._buffer = self._buffer, []
            if not batch:
                return
            with (self.folder / METRICS_FILE).open("a", encoding="utf-8") as stream:
                stream.writelines(_line(*one) for one in batch)
            if self._mirror is not None:
                self._mirror(batch)

    def close(self) -> None:
        """Stop writing in the background and write the rest."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join()
        self.flush()


def _line(name: str, value: float, step: int, at: int) -> str:
    number = exact(value)
    shown = number if number[-1].isdigit() else f'"{number}"'  # NaN and infinity are no JSON numbers
    return f'{{"name": {json.dumps(name)}, "value": {shown}, "step": {step}, "time": {at}}}\n'
