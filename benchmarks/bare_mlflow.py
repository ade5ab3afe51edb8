"""What a careful person's own MLflow script does for box decoding: compute the same, log the same, and no more.

    python benchmarks/bare_mlflow.py [--preset quick]

It logs as MLflow advises: parameters at once, metrics in batches, tables, figures and texts as artifacts, findings
as tags. It records no provenance, decides no verdict and keeps nothing outside MLflow. `run_overhead.py` holds
studyctl against it.
"""

from __future__ import annotations

import argparse
import csv
import json
import sys
import tempfile
import typing
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

T = TypeVar("T")
METRICS_A_REQUEST = 1000


class Log:
    """Stands where the experiment expects studyctl's run, and hands everything to MLflow."""

    def __init__(self, params: Any, folder: Path) -> None:
        from mlflow.entities import Metric

        self.params = params
        self.seed = params.seed
        self.folder = folder
        self.values: dict[str, float] = {}
        self.batch: list[Metric] = []
        self.tags: dict[str, str] = {}
        self._metric = Metric

    def metric(self, name: str, value: Any, step: int | None = None, unit: str = "") -> None:
        self.metrics({name: value}, step, unit)

    def metrics(self, values: Mapping[str, Any], step: int | None = None, unit: str = "") -> None:
        import time

        now = round(1000 * time.time())
        for name, value in values.items():
            self.values[name] = float(value)
            self.batch.append(self._metric(name, float(value), now, step or 0))

    def constant(self, name: str, value: Any) -> None:
        self.values[name] = float(value)

    def table(self, name: str, rows: Any, title: str = "") -> None:
        if isinstance(rows, Mapping):
            columns = list(rows)
            rows = [dict(zip(columns, row, strict=True)) for row in zip(*rows.values(), strict=True)]
        columns = list(dict.fromkeys(column for row in rows for column in row))
        target = self.folder / "tables" / f"{name}.csv"
        target.parent.mkdir(exist_ok=True)
        with target.open("w", newline="") as stream:
            writer = csv.DictWriter(stream, columns)
            writer.writeheader()
            writer.writerows(rows)
        plain = [{key: str(value) for key, value in row.items()} for row in rows]
        target.with_suffix(".json").write_text(json.dumps({"title": title, "rows": plain}))

    def figure(self, name: str, fig: Any, title: str = "") -> None:
        import matplotlib.pyplot as plt

        target = self.folder / "figures" / name
        target.parent.mkdir(exist_ok=True)
        fig.savefig(target.with_suffix(".png"), dpi=150, bbox_inches="tight")
        fig.savefig(target.with_suffix(".svg"), bbox_inches="tight")
        plt.close(fig)

    def text(self, name: str, text: str) -> None:
        (self.folder / name).write_text(text)

    def track(self, iterable: Iterable[T], label: str, total: int | None = None) -> Iterator[T]:
        return iter(iterable)

    def finding(self, key: str, *, text: str, claim: str = "", when: str = "", unless: str = "") -> None:
        self.tags[f"finding.{key}"] = f"{claim} {text}"

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(f"the bare script has no run.{name}: add it, or the comparison is not one")


def batches(values: Sequence[T]) -> Iterator[Sequence[T]]:
    for at in range(0, len(values), METRICS_A_REQUEST):
        yield values[at : at + METRICS_A_REQUEST]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--preset", default="quick")
    preset = parser.parse_args().preset
    sys.path.insert(0, str(Path.cwd()))
    import matplotlib

    matplotlib.use("Agg")
    import mlflow
    from mlflow import MlflowClient
    from mlflow.entities import Param, RunTag

    from experiments import box_decoding

    declared = box_decoding.box_decoding.__studyctl_experiment__  # type: ignore[attr-defined]
    model = typing.get_type_hints(box_decoding.box_decoding)["params"]
    params = model(**declared.presets[preset])
    mlflow.set_tracking_uri("sqlite:///mlflow.db")
    mlflow.set_experiment("box-decoding")
    with tempfile.TemporaryDirectory() as scratch, mlflow.start_run() as run:
        client = MlflowClient()
        client.log_batch(run.info.run_id, params=[Param(k, str(v)) for k, v in params.model_dump().items()])
        log = Log(params, Path(scratch))
        box_decoding.box_decoding(params, log)  # type: ignore[arg-type]
        for metrics in batches(log.batch):
            client.log_batch(run.info.run_id, metrics=metrics)
        note = "\n".join(f"- {key}: {text}" for key, text in log.tags.items())
        log.tags["mlflow.note.content"] = note[:8000]
        for tags in (list(log.tags.items())[at : at + 100] for at in range(0, len(log.tags), 100)):
            client.log_batch(run.info.run_id, tags=[RunTag(key, text) for key, text in tags])
        mlflow.log_artifacts(scratch)


if __name__ == "__main__":
    main()
