"""What differs between two runs: all of it, only that, and nothing for two of the same."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import pytest
from run_values import run

from studyctl.core.diffing import Change, FileChange, diff
from studyctl.core.models import FileDigest, Finding, Metric

WHOLE: dict[str, Any] = {
    "studyctl": "1",
    "git": {"commit": "a" * 40, "branch": "main", "dirty": False},
    "python": {"version": "3.11.4", "implementation": "CPython"},
    "platform": "Linux",
    "machine": {"cpu": "fast", "usable_cores": 2, "memory_bytes": 1, "gpu": ["A"], "gpu_driver": "1"},
    "threads": {"OMP_NUM_THREADS": "1"},
    "distributions": {"numpy": "2.1", "rich": "14"},
    "seconds": 1.5,
    "command": "studyctl run x",
}


def test_two_runs_of_the_same_differ_in_nothing() -> None:
    one = run({"loss": math.nan, "s": math.inf}, provenance=WHOLE, params={"lr": math.nan})
    other = replace(
        one,
        id="f" * 32,
        started="2027-01-01T00:00:00.000Z",
        pid=7,
        provenance=WHOLE | {"seconds": 99.0, "command": "studyctl run x -q"},
        tags=("good",),
    )
    found = diff(one, other)
    assert found.same and not found.unknown, found


@pytest.mark.parametrize(
    ("name", "path", "value", "shown"),
    [
        ("commit", ("git", "commit"), "b" * 40, "b" * 40),
        ("branch", ("git", "branch"), "topic", "topic"),
        ("uncommitted changes", ("git", "dirty"), True, "yes"),
        ("Python", ("python", "version"), "3.12.1", "CPython 3.12.1"),
        ("platform", ("platform",), "Other", "Other"),
        ("CPU", ("machine", "cpu"), "slow", "slow"),
        ("cores", ("machine", "usable_cores"), 4, "4"),
        ("GPU", ("machine", "gpu"), ["A", "B"], "A, B"),
        ("OMP_NUM_THREADS", ("threads", "OMP_NUM_THREADS"), "2", "2"),
        ("studyctl", ("studyctl",), "2", "2"),
    ],
)
def test_facts(name: str, path: tuple[str, ...], value: object, shown: str) -> None:
    changed: dict[str, Any] = {key: dict(one) if isinstance(one, dict) else one for key, one in WHOLE.items()}
    part = changed
    for key in path[:-1]:
        part = part[key]
    part[path[-1]] = value
    found = diff(run(provenance=WHOLE), run(provenance=changed))
    assert [(one.name, one.after) for one in found.facts] == [(name, shown)]
    assert not found.same


def test_threads_of_a_library_differ_only_where_both_were_seen() -> None:
    """Whether they are seen hangs on what else the process had loaded."""

    def threads(**more: str) -> dict[str, Any]:
        return WHOLE | {"threads": {"OMP_NUM_THREADS": "1", **more}}

    assert diff(run(provenance=threads()), run(provenance=threads(openblas="2"))).same
    assert diff(run(provenance=threads(openblas="2")), run(provenance=threads())).same
    found = diff(run(provenance=threads(openblas="2")), run(provenance=threads(openblas="4")))
    assert [(one.name, one.before, one.after) for one in found.facts] == [("openblas", "2", "4")]
    found = diff(run(provenance=threads()), run(provenance=threads(torch="4")))
    assert [(one.name, one.before, one.after) for one in found.facts] == [("torch", None, "4")]


def test_experiment_state_preset_host() -> None:
    found = diff(run(), run(experiment="y", state="failed", preset="quick", host="there", evidence_version=2))
    assert [(one.name, one.before, one.after) for one in found.facts] == [
        ("experiment", "x", "y"),
        ("state", "finished", "failed"),
        ("preset", "default", "quick"),
        ("evidence version", "1", "2"),
        ("host", "here", "there"),
    ]


def test_parameters() -> None:
    found = diff(
        run(params={"lr": 0.1, "same": [1, 2], "net": {"depth": 3}, "gone": None, "t": "1"}),
        run(params={"lr": 0.2, "same": [1, 2], "net": {"depth": 4}, "new": "a b", "t": 1}),
    )
    assert found.params == (
        Change("lr", "0.1", "0.2"),
        Change("net.depth", "3", "4"),
        Change("gone", "none", None),
        Change("t", '"1"', "1"),
        Change("new", None, "a b"),
    )


def test_files_and_packages() -> None:
    one = run(provenance=WHOLE, data="1")
    other = run(provenance=WHOLE | {"distributions": {"numpy": "2.2", "new": "1"}}, code="2")
    other = replace(other, files=(*other.files, FileDigest("experiments/z.py", "code", "1")))
    found = diff(one, other)
    assert found.files == (
        FileChange("experiments/x.py", "code", "changed"),
        FileChange("experiments/z.py", "code", "added"),
        FileChange("data/points.csv", "data", "removed"),
    )
    assert found.distributions == (
        Change("new", None, "1"),
        Change("numpy", "2.1", "2.2"),
        Change("rich", "14", None),
    )


def test_figures() -> None:
    found = diff(
        run({"a": 2.0, "zero": 0.0, "same": 1.0, "gone": 1.0, "nan": math.nan, "tiny": 5e-324}),
        run({"a": 3.0, "zero": 1.0, "same": 1.0, "nan": 1.0, "new": 2.0, "tiny": 1e308}),
    )
    got = {one.name: (one.difference, one.ratio) for one in found.metrics}
    assert got == {
        "a": (1.0, 1.5),
        "zero": (1.0, None),
        "gone": (None, None),
        "nan": (None, None),
        "new": (None, None),
        "tiny": (1e308, None),
    }
    assert diff(run({"a": 1.0}, unit="s"), run({"a": 1.0}, unit="ms")).metrics


def test_verdicts() -> None:
    def with_(**verdicts: Any) -> Any:
        return replace(run(), findings=tuple(Finding(key, "", "", verdict=one) for key, one in verdicts.items()))

    found = diff(
        with_(a="supported", b="refuted", c=None, d="supported"),
        with_(a="supported", b="supported", c=None, e="refuted"),
    )
    assert found.findings == (
        Change("b", "refuted", "supported"),
        Change("d", "supported", None),
        Change("e", None, "refuted"),
    )


def test_what_a_record_does_not_carry_is_no_difference() -> None:
    carried = {"python": WHOLE["python"], "machine": {"cpu": "fast"}, "git": {"commit": "a" * 40, "dirty": False}}
    imported = run({"loss": 1.0}, host="", imported=True, provenance=carried)
    here = run({"loss": 1.0, "other": 2.0}, provenance=WHOLE)
    found = diff(imported, here)
    assert found.same
    assert set(found.unknown) >= {"host", "cores", "platform", "OMP_NUM_THREADS", "packages", "1 figure"}
    # What it does carry and what it lacks on this side still count.
    assert [one.name for one in diff(imported, replace(here, metrics=(Metric("loss", 2.0),))).metrics] == ["loss"]


def test_a_seed_that_is_a_parameter_is_told_once() -> None:
    found = diff(run(params={"seed": 1}), run(params={"seed": 2}))
    assert [one.name for one in (*found.facts, *found.params)] == ["seed"]
