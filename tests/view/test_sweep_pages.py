"""A sweep's pages: figures whole or not at all, what fell, how often a claim held."""

from __future__ import annotations

import io
import sys
from pathlib import Path
from typing import Any

import pytest

from studyctl.core.models import Finding, Run
from studyctl.core.pages import DryRun, SweepPage
from studyctl.view.console import emit
from studyctl.view.sweeps import dry_run_page, result_page, sweep_json, sweep_page

sys.path.insert(0, str(Path(__file__).parents[1] / "core"))
from run_values import run

LONG = "a.metric.with.a.rather.long.name"


def page(verdicts: list[str | None], **more: Any) -> SweepPage:
    about = {"values": {"lr": [0.5, 1.0], "seed": [0, 1, 2]}, "trials": 6, "repeat": 1, "digest": "d"}
    sweep = run(role="sweep", provenance={"sweep": about, "command": "studyctl run x"}, **more)
    return SweepPage(sweep, tuple(trial(at, verdict) for at, verdict in enumerate(verdicts)), "folder")


def trial(at: int, verdict: str | None) -> Run:
    varied = {"lr": (0.5, 1.0)[at // 3], "seed": at % 3}
    about = {"trial": {"number": at + 1, "varied": varied, "repeat": 0}}
    metrics = {LONG: 1 + at / 10, f"{LONG}.again": 1.0, "short": 2.0}
    if verdict is None:
        return run(role="trial", provenance=about, state="failed", error="ValueError: [red]no")
    finding: Any = Finding("holds", "", "", verdict=verdict)  # type: ignore[arg-type]
    return run(metrics, role="trial", provenance=about, findings=(finding,))


def text(parts: Any, width: int) -> str:
    stream = io.StringIO()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COLUMNS", str(width))
        emit(parts, "never", stream)
    return stream.getvalue()


def test_figures_are_shown_whole_or_not_at_all() -> None:
    one = page(["supported"] * 6)
    narrow = text(result_page(one, 60), 60)
    assert f"\n lr  trials  {LONG}" in narrow and "again" not in narrow
    assert "0.5       3                       1.10 ± 0.25" in narrow
    assert "\n  1       3                       1.40 ± 0.25" in narrow
    assert "2 more figures: studyctl runs compare" in narrow
    wide = text(result_page(one, 200), 200)
    assert "again" in wide and "more figure" not in wide


def test_what_fell_is_named_with_its_reason() -> None:
    shown = text(result_page(page(["supported"] * 5 + [None], state="failed"), 100), 100)
    assert "x failed: 5 of 6 trials finished" in shown
    assert "2 (+1 ✗)" in shown
    assert "trial 6  lr=1, seed=2  failed: ValueError: [red]no" in shown


def test_how_often_a_claim_held() -> None:
    shown = text(sweep_page(page(["supported"] * 4 + ["refuted"] * 2), 100), 100)
    assert "finding  ✓ supported  ✗ refuted  ? inconclusive\nholds              4          2               -\n" in shown
    value = sweep_json(page(["supported"] * 4 + ["refuted"] * 2))
    assert value["verdicts"] == {"holds": {"supported": 4, "refuted": 2}}


def test_what_would_run() -> None:
    plain = DryRun("x", "quick", {"a": 1.0}, {}, 1, 0, "", 1, (), (), 90.0, 2)
    assert text(dry_run_page(plain), 100).splitlines()[1:] == [
        "  preset   quick",
        "  changed  a=1",
        "  time     about 1 min 30 s, from 2 runs with the same parameters",
    ]
    swept = DryRun("x", "default", {}, {"seed": (0, 1, 2)}, 3, 1, "5" * 32, 2, (), (), None)
    assert text(dry_run_page(swept), 100).splitlines()[1:] == [
        "  preset  default",
        "  sweep   seed=0..2",
        "  trials  3, 2 at a time; 1 are there already, from sweep 55555555",
        "  time    unknown: nothing alike has finished on this host",
    ]
