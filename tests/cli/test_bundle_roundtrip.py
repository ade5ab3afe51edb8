"""Whatever a run holds: exported, imported elsewhere and exported there, it is the same bytes."""

from __future__ import annotations

import dataclasses
import hashlib
import secrets
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from study_bench import Study

from studyctl.config import Workspace, find_workspace
from studyctl.core.models import Artifact, FileDigest, Finding, Metric, Run
from studyctl.runner import folder
from studyctl.wiring import bundles
from studyctl.wiring.opening import open_ledger, open_reader

TEXT = st.text(st.characters(exclude_categories=("Cs",)), max_size=30)
NAME = st.from_regex(r"[a-z][a-z0-9_]{0,8}(\.[a-z0-9]{1,5})?", fullmatch=True)
NUMBER = st.floats(allow_nan=True, allow_infinity=True) | st.integers(-(10**6), 10**6).map(float)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats() | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAME, inner, max_size=3),
    max_leaves=6,
)


@st.composite
def runs(draw: Any) -> tuple[Run, dict[str, bytes]]:
    """A run that ended, and the files of its folder."""
    files = draw(st.dictionaries(NAME.map(lambda name: f"files/{name}"), st.binary(max_size=200), max_size=3))
    metrics = draw(st.dictionaries(NAME, NUMBER, max_size=4))
    keys = draw(st.lists(st.from_regex(r"[a-z]{1,5}(\.[a-z]{1,5})?", fullmatch=True), unique=True, max_size=3))
    run = Run(
        id=secrets.token_hex(16),
        experiment="coin",
        title=draw(TEXT),
        state=draw(st.sampled_from(["finished", "failed", "killed", "lost"])),
        started="2026-11-24T03:04:05.123Z",
        ended=draw(st.none() | st.just("2026-11-24T03:04:06.123Z")),
        preset=draw(TEXT),
        changed=tuple(draw(st.lists(NAME, max_size=2))),
        params=draw(st.dictionaries(NAME, JSON, max_size=4)),
        seed=draw(st.none() | st.integers(-(2**80), 2**80)),
        evidence_version=1,
        host=draw(TEXT),
        pid=1,
        process_started=2.0,
        provenance=draw(st.dictionaries(NAME.map(lambda name: f"x_{name}"), JSON, max_size=3)),
        error=draw(TEXT),
        tags=tuple(sorted(draw(st.sets(TEXT.filter(bool), max_size=2)))),
        metrics=tuple(Metric(name, value, draw(TEXT), 1) for name, value in metrics.items()),
        findings=tuple(Finding(key, "so it is", "so it is", draw(TEXT)) for key in keys),
        artifacts=tuple(
            Artifact(path, "file", draw(TEXT), len(data), hashlib.sha256(data).hexdigest())
            for path, data in files.items()
        ),
        files=(FileDigest("experiments/coin.py", "code", "2" * 64),),
    )
    content = {f"artifacts/{path}": data for path, data in files.items()}
    for name in ("log.txt", "metrics.jsonl", "provenance/git.diff"):
        if draw(st.booleans()):
            content[name] = draw(st.binary(max_size=100))
    return run, content


@pytest.fixture
def places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Workspace, Workspace]:
    monkeypatch.setattr(bundles, "deliver_imported", lambda *_: None)
    made = []
    for name in ("here", "there"):
        study = Study.make(tmp_path / name)
        assert study("sync").code == 0
        made.append(find_workspace(str(study.root)))
    return made[0], made[1]


def export(workspace: Workspace, run: Run, target: Path) -> bytes:
    reader = open_reader(workspace)
    try:
        bundles.export_runs(workspace, reader, [run.id], target, public=False)
    finally:
        reader.close()
    return target.read_bytes()


@pytest.mark.slow
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(made=runs())
def test_the_same_bytes(
    places: tuple[Workspace, Workspace], tmp_path: Path, made: tuple[Run, dict[str, bytes]]
) -> None:
    here, there = places
    run, content = made
    home = folder.make_folder(here.runs, run.id)
    for path, data in content.items():
        (home / path).parent.mkdir(parents=True, exist_ok=True)
        (home / path).write_bytes(data)
    folder.write_record(home, run)
    ledger = open_ledger(here)
    try:
        ledger.finish_run(run)
    finally:
        ledger.close()

    first = export(here, run, tmp_path / "first.zip")
    (done,), _ = bundles.import_runs(there, [tmp_path / "first.zip"], limit=10**9, dry_run=False)
    assert [one.how for one in done.runs] == ["new"]
    assert export(there, run, tmp_path / "second.zip") == first

    reader = open_reader(there)
    taken = reader.run(run.id)
    reader.close()
    local = {name: getattr(taken, name) for name in ("imported", "origin", "bundle", "pid", "process_started")}
    assert repr(dataclasses.replace(run, **local)) == repr(taken)  # NaN equals nothing
    for path, data in content.items():
        assert (there.runs / run.id / path).read_bytes() == data
