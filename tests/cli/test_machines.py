"""Runs that measured time on two machines: the answer, its check, its report and its record keep them apart."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from bundle_bench import repacked
from study_bench import Study

TIMING = '''\
"""Is B faster than A?"""

import os

from studyctl.lab import Params, Run, experiment


@experiment(title="Is B faster than A?", measures=["time"])
def timing(params: Params, run: Run) -> None:
    run.metric("ratio", float(os.environ["RATIO"]))  # stands for the machine
    run.finding(
        "faster",
        claim="B is faster than A",
        when="ratio < 0.98",
        unless="ratio > 1.02",
        text="B takes {ratio:.2f} times as long as A.",
    )
'''
NOTE = "# Times\n\n## Questions\n\n* Is B faster? ([timing](../experiments/timing.py#faster))\n"


@pytest.fixture
def both(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Study:
    """A workspace that ran it, and imported the run of a GPU machine: that one was public, and names no host."""
    here, there = (Study.make(tmp_path / name) for name in ("here", "there"))
    for study, ratio in ((there, "0.5"), (here, "2.1")):
        study.write("notes/study.md", NOTE)
        study.write("experiments/timing.py", TIMING)
        monkeypatch.setenv("RATIO", ratio)
        assert study("run", "timing").code == 0
    file = tmp_path / "there.zip"
    assert there("runs", "export", "--public", there("runs", "list", "--json").json[0]["id"], "-o", str(file)).code == 0

    def gpu(run: dict[str, dict[str, dict[str, object]]]) -> None:
        run["provenance"]["machine"] |= {"cpu": "Grace", "gpu": ["NVIDIA H200"]}

    assert here("runs", "import", str(repacked(file, change=gpu))).code == 0  # type: ignore[arg-type]
    return here


def test_an_answer_from_two_machines(both: Study) -> None:
    assert both("answer", "Q1", "--refresh").code == 0
    shown = both("answer", "Q1", "--json").json
    assert shown["verdict"] == "mixed" and shown["fresh"]
    own, other = shown["evidence"]
    assert (own["verdict"], other["verdict"], other["machine"]) == ("refuted", "supported", "Grace, NVIDIA H200")
    assert shown["conclusion"].endswith("; NVIDIA H200: supported: B takes 0.50 times as long as A")
    assert shown["conclusion"].startswith(f"{own['machine']}: refuted: B takes 2.10 times as long as A; ")
    host = both("runs", "show", own["run"], "--json").json["host"]
    assert host and host not in shown["conclusion"]  # which notes and reports carry to others
    assert shown["figures"] == {"timing.ratio": "2.1", f"timing@{other['run'][:8]}.ratio": "0.5"}
    page = " ".join(both("answer", "Q1").out.split())
    assert f"run {other['run'][:8]}" in page and ", NVIDIA H200, imported" in page
    assert "studyctl run timing on NVIDIA H200" in page
    checked = both("verify", "Q1", "--json").json
    assert both("verify", "Q1").code == 0, checked
    # The next run here takes the place of the one here, and of no other.
    assert both("run", "timing").code == 0
    again = both("answer", "Q1", "--json").json
    assert again["evidence"][0]["run"] != own["run"] and again["evidence"][1]["run"] == other["run"]


def test_an_answer_moves_on_when_the_run_of_another_machine_comes(both: Study) -> None:
    """What was imported counts as any run that finished: nobody has to ask for it."""
    assert both("answer", "Q1", "--json").json["verdict"] == "mixed"


def test_its_record_brings_both_home(both: Study, tmp_path: Path) -> None:
    both("answer", "Q1", "--refresh")
    assert both("export").code == 0
    clone = Study.make(tmp_path / "clone")
    clone.write("notes/study.md", NOTE)
    clone.write("experiments/timing.py", TIMING)
    (clone.root / "studyctl-record.jsonl").write_bytes((both.root / "studyctl-record.jsonl").read_bytes())
    shown = clone("answer", "Q1", "--json").json
    assert shown["conclusion"] == both("answer", "Q1", "--json").json["conclusion"]
    assert clone("verify", "Q1").code == 0


def test_its_report_names_the_machines(both: Study, tmp_path: Path) -> None:
    both("answer", "Q1", "--refresh")
    assert both("report", "-o", str(tmp_path / "md"), "--format", "md").code == 0
    text = "".join(file.read_text("utf-8") for file in (tmp_path / "md").rglob("*.md"))
    assert "NVIDIA H200: supported" in text and "`studyctl run timing` on NVIDIA H200" in text
    assert both("report", "-o", str(tmp_path / "html")).code == 0
    page = (tmp_path / "html" / "index.html").read_text("utf-8")
    assert '<p class="meta">on NVIDIA H200</p>' in page and "</a>, NVIDIA H200" in page


def test_a_persons_words_may_cite_either(both: Study) -> None:
    theirs = both("answer", "Q1", "--json").json["evidence"][-1]["run"][:8]
    words = f"Slower here ({{timing.ratio:.1f}}), faster there ({{timing@{theirs}.ratio:.1f}})."
    assert both("answer", "Q1", "--text", words).code == 0
    assert both("answer", "Q1", "--json").json["conclusion"] == "Slower here (2.1), faster there (0.5)."
    assert json.loads(both("answer", "Q1", "--json").out)["author"] == "person"
    wrong = both("answer", "Q1", "--text", "{timing@00000000.ratio}")
    assert wrong.code == 2 and f"did you mean timing.ratio, timing@{theirs}.ratio" in wrong.err
