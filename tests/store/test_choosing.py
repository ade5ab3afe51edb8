"""Choosing among runs: filters, tags, what was deleted, and as much of a run as it takes to choose."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from store_values import LATER, NOW, run

from studyctl.core.models import ROLES, Metric
from studyctl.core.ports import RunFilter
from studyctl.store.ledger import StudyLedger
from studyctl.store.reader import StudyReader

A, B, C, SWEEP, TRIAL = (letter * 32 for letter in "abcde")


@pytest.fixture
def reader(tmp_path: Path) -> Iterator[StudyReader]:
    with StudyLedger(tmp_path / "study.db") as ledger:
        ledger.finish_run(run(A, started=NOW, tags=("good", "기준")))
        ledger.finish_run(run(B, started=LATER, tags=("good",), metrics=(Metric("loss", float("nan")),)))
        ledger.finish_run(run(C, experiment="other", provenance={"seconds": 2.5, "python": {"version": "3.12"}}))
        ledger.finish_run(run(SWEEP, role="sweep", started="2026-11-20T00:00:00.000Z", tags=("kept",)))
        ledger.finish_run(run(TRIAL, role="trial", parent=SWEEP, metrics=(Metric("own", 1.0),)))
        with StudyReader(ledger.path) as opened:
            yield opened


def ids(reader: StudyReader, **where: object) -> list[str]:
    runs = reader.runs(RunFilter(**where))  # type: ignore[arg-type]
    assert [one.id for one in reader.brief_runs(RunFilter(**where))] == [one.id for one in runs]  # type: ignore[arg-type]
    assert reader.count_runs(RunFilter(**where)) == len(runs)  # type: ignore[arg-type]
    return [one.id[0] for one in runs]


def test_filters(reader: StudyReader) -> None:
    assert ids(reader) == ["b", "a", "c", "d"]
    assert ids(reader, tags=("good",)) == ["b", "a"]
    assert ids(reader, tags=("good", "기준")) == ["a"]
    assert ids(reader, ids=(C, SWEEP, "unknown")) == ["c", "d"]
    assert ids(reader, ids=()) == []
    assert ids(reader, roles=ROLES, experiment="box-decoding") == ["b", "a", "e", "d"]
    assert ids(reader, parent=SWEEP) == ["e"]
    assert reader.run_tags() == ["good", "kept", "기준"]


def test_brief_runs_have_what_was_asked_for_and_nothing_else(reader: StudyReader) -> None:
    first = reader.brief_runs(RunFilter(), ["divergence_ratio.lo", "none"])
    assert [one.metrics for one in first] == [
        (),
        (Metric("divergence_ratio.lo", 1.75, "x"),),
        (Metric("divergence_ratio.lo", 1.75, "x"),),
        (Metric("divergence_ratio.lo", 1.75, "x"),),
    ]
    assert all((one.provenance, one.findings, one.files) == ({}, (), ()) for one in first)
    assert first[1].tags == ("good", "기준") and first[1].params == {"anchor": 373.0, "dtype": "float32"}
    assert [one.provenance for one in reader.brief_runs(RunFilter(), timed=True)][2] == {"seconds": 2.5}


def test_names_of_metrics_those_of_the_newest_run_first(reader: StudyReader) -> None:
    assert reader.metric_names(RunFilter()) == ["loss", "divergence_ratio.lo"]
    assert reader.metric_names(RunFilter(parent=SWEEP)) == ["own"]
