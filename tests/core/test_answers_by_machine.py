"""An answer from runs that measured time on several machines: the newest of each stands for itself."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studyctl.core import answers, predicates, templates, verifying
from studyctl.core.machines import names
from studyctl.core.models import Answer, Finding, Item, Metric, Run, Tie
from studyctl.core.verifying import Witness

NOW = "2026-11-24T03:04:05.123Z"
H200 = {"cpu": "Grace", "gpu": ["NVIDIA H200", "NVIDIA H200"]}
CLAIM = Item(
    id="C1",
    kind="claim",
    also=None,
    text="B is faster",
    norm="b is faster",
    note="notes/a.md",
    line=1,
    parent=None,
    topic=(),
    position=1,
    mark="none",
    box=None,
    rule="r",
    confidence="high",
    status="unchecked",
    ties=(Tie("timing", "faster", "x", 1),),
)


def timed(id: str, ratio: float, started: str = "01", **more: Any) -> Run:
    """A run that measured time; its finding's verdict follows from the ratio."""
    metrics = (Metric("ratio", ratio),)
    template = "B takes {ratio:.2f} times as long as A"
    filled = templates.fill(template, {"ratio": ratio})
    when, unless = "ratio < 0.98", "ratio > 1.02"
    machine = more.pop("machine", {"cpu": "Xeon"})
    finding = Finding(
        key="faster",
        text=filled.text,
        template=template,
        claim="B is faster than A",
        when=when,
        unless=unless,
        verdict=predicates.verdict(when, unless, {"ratio": ratio}).verdict,
        figures=filled.figures,
    )
    run = Run(
        id=id * 32,
        experiment="timing",
        title="Timing",
        state="finished",
        started=f"2026-11-{started}T00:00:00.000Z",
        ended=NOW,
        preset="default",
        changed=(),
        params={},
        seed=0,
        evidence_version=1,
        host="desk",
        pid=1,
        process_started=0.0,
        provenance={"measures": ["time"], "machine": machine},
        metrics=metrics,
        findings=(finding,),
    )
    return replace(run, **more)


def chosen(*runs: Run, wanted: Run | None = None) -> tuple[answers.Choice, ...]:
    best_first = answers.candidates(sorted(runs, key=lambda run: run.started, reverse=True))
    by_host = answers.candidates_by_host(best_first)
    return answers.choose(CLAIM.ties, {"timing": best_first}, lambda _: by_host, wanted)


def answered(*runs: Run) -> Answer:
    found = answers.compose(CLAIM, chosen(*runs), now=NOW)
    assert found is not None
    return found


HERE = timed("a", 2.1)
THERE = timed("b", 0.5, "02", host="", machine=H200, imported=True)


def test_the_newest_of_each_machine_counts_what_was_made_here_first() -> None:
    older, quick = timed("c", 1.5, "00"), timed("d", 9.0, "09", preset="quick", host="lap")
    assert [choice.run.id[0] for choice in chosen(THERE, HERE, older, quick)] == ["a", "b"]
    # Of those whose host is not known each device is one machine.
    again = timed("e", 0.4, "05", host="", machine=H200, imported=True)
    other = timed("f", 0.6, "04", host="", imported=True)
    assert [choice.run.id[0] for choice in chosen(THERE, HERE, again, other)] == ["a", "e", "f"]


def test_the_answer_says_on_which_machine_what_holds() -> None:
    answer = answered(HERE, THERE)
    assert answer.verdict == "mixed"
    assert answer.conclusion == (
        "Xeon: refuted: B takes 2.10 times as long as A; NVIDIA H200: supported: B takes 0.50 times as long as A"
    )
    assert answers.said(answer) == f"mixed: {answer.conclusion}"
    assert dict(answer.figures) == {"timing.ratio": "2.1", "timing@bbbbbbbb.ratio": "0.5"}
    assert [(e.run[0], e.verdict) for e in answer.evidence] == [("a", "refuted"), ("b", "supported")]


def test_one_machine_answers_as_ever() -> None:
    assert answered(HERE).conclusion == "refuted: B takes 2.10 times as long as A"
    assert answered(THERE).conclusion == "supported: B takes 0.50 times as long as A"


def test_a_run_that_was_chosen_stands_alone() -> None:
    assert [choice.run.id[0] for choice in chosen(HERE, THERE, wanted=THERE)] == ["b"]


def test_what_does_not_measure_time_is_the_same_everywhere() -> None:
    untimed = [replace(run, provenance={"machine": run.provenance["machine"]}) for run in (HERE, THERE)]
    assert [choice.run.id[0] for choice in chosen(*untimed)] == ["b"]


def test_a_quick_run_alone_answers_and_none_beside_one_that_counts() -> None:
    quick = timed("d", 9.0, "09", preset="quick", host="lap")
    assert [choice.run.id[0] for choice in chosen(quick)] == ["d"]
    assert [choice.run.id[0] for choice in chosen(quick, HERE)] == ["a"]


def test_a_new_run_takes_the_place_of_its_own_machine_only() -> None:
    before = answered(HERE, THERE)
    newer = timed("c", 0.9, "08")
    after = answered(HERE, THERE, newer)
    assert [e.run[0] for e in after.evidence] == ["c", "b"] and after.verdict == "supported"
    assert answers.supersedes(before, after, newer.id)
    assert [choice.run.id[0] for choice in answers.newer_evidence(before, chosen(HERE, THERE, newer))] == ["c"]


def test_a_persons_words_cite_each_machine_by_its_run() -> None:
    words = "Twice as slow here ({timing.ratio:.1f}), half there ({timing@bbbbbbbb.ratio:.1f})"
    answer = answers.compose_person(CLAIM, chosen(HERE, THERE), words, now=NOW)
    assert answer.conclusion == "Twice as slow here (2.1), half there (0.5)"


def test_figures_of_each_machine_are_verified_against_its_own_run() -> None:
    answer, runs = answered(HERE, THERE), {run.id: run for run in (HERE, THERE)}
    assert verifying.figures_of(answer, runs) == {HERE.id: {"ratio"}, THERE.id: {"ratio"}}
    assert not verifying.verify(CLAIM, answer, runs, {}, ()).faults
    changed = runs | {THERE.id: replace(THERE, metrics=(Metric("ratio", 1.5),))}
    faults = [fault.text for fault in verifying.verify(CLAIM, answer, changed, {}, ()).faults]
    assert any(text.startswith("timing@bbbbbbbb.ratio is 0.5") for text in faults)
    assert not any(text.startswith("timing.ratio is 2.1") for text in faults)
    elsewhere = {THERE.id: [Witness("MLflow", last={"ratio": 0.6})]}
    (fault,) = verifying.verify(CLAIM, answer, runs, elsewhere, ()).faults
    assert "0.5 in what was recorded, and 0.6 in MLflow (run bbbbbbbb)" in fault.text


@pytest.mark.parametrize(
    ("runs", "named"),
    [
        ((HERE, THERE), ["Xeon", "NVIDIA H200"]),
        ((HERE, timed("c", 1.0)), ["Xeon, run aaaaaaaa", "Xeon, run cccccccc"]),
        ((timed("c", 1.0, provenance={}, host=""),), ["unknown machine"]),
        ((timed("c", 1.0, machine={"cpu": "{x}"}),), ["{x}"]),
    ],
)
def test_names_tell_machines_apart(runs: tuple[Run, ...], named: list[str]) -> None:
    assert names(runs) == named


def test_braces_in_the_name_of_a_machine_are_text() -> None:
    odd = timed("c", 1.0, host="lap", machine={"cpu": "{x}"})
    assert "{x}: inconclusive" in answered(HERE, odd).conclusion


@given(
    st.lists(
        st.tuples(st.sampled_from(["", "a", "b"]), st.sampled_from(["Xeon", "EPYC"]), st.booleans(), st.floats(0.1, 9)),
        min_size=1,
        max_size=8,
    )
)
def test_every_machine_is_cited_once_by_its_newest_run_and_verifies(made: list[tuple[str, str, bool, float]]) -> None:
    runs = [
        timed(f"{at:x}", ratio, f"{at + 1:02}", host=host, machine={"cpu": cpu}, imported=imported)
        for at, (host, cpu, imported, ratio) in enumerate(made)
    ]
    newest = {(run.host,) if run.host else ("", run.provenance["machine"]["cpu"]): run.id for run in runs}
    answer = answered(*runs)
    assert sorted(e.run for e in answer.evidence) == sorted(newest.values())
    assert not verifying.verify(CLAIM, answer, {run.id: run for run in runs}, {}, ()).faults
