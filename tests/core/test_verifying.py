"""Verifying: what is changed afterwards, anywhere, is found and named; what was not is sound."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studyctl.core import answers, templates, verifying
from studyctl.core.models import Answer, Finding, Item, Metric, Reason, Run, Tie
from studyctl.core.verifying import Verified, Witness

NOW = "2026-11-24T03:04:05.123Z"
ITEM = Item(
    id="Q1",
    kind="question",
    also=None,
    text="unstable?",
    norm="unstable?",
    note="notes/a.md",
    line=1,
    parent=None,
    topic=(),
    position=1,
    mark="open",
    box=None,
    rule="r",
    confidence="high",
    status="answered",
    ties=(Tie("boxes", "", "x", 1),),
)


def a_run(ratio: float = 2.0, lost: float = math.inf) -> Run:
    metrics = (Metric("ratio", ratio), Metric("lost", lost), Metric("aside", 7.0))
    template = "exp fails {ratio:.2f} times as often, and loses {lost:.0f}"
    filled = templates.fill(template, {m.name: m.value for m in metrics})
    finding = Finding(
        key="width",
        text=filled.text,
        template=template,
        claim="exp fails more often",
        when="ratio > 1.5",
        unless="ratio < 1.1",
        verdict="supported" if ratio > 1.5 else "refuted" if ratio < 1.1 else "inconclusive",
        figures=filled.figures,
    )
    return Run(
        id="ab" * 16,
        experiment="boxes",
        title="Boxes",
        state="finished",
        started=NOW,
        ended=NOW,
        preset="default",
        changed=(),
        params={},
        seed=0,
        evidence_version=1,
        host="here",
        pid=1,
        process_started=0.0,
        provenance={},
        metrics=metrics,
        findings=(finding,),
    )


def an_answer(run: Run) -> Answer:
    runs = answers.candidates_by_host([run])
    found = answers.compose(ITEM, answers.choose(ITEM.ties, {"boxes": [run]}, lambda _: runs), now=NOW)
    assert found is not None
    return found


def check(answer: Answer, run: Run | None, *witnesses: Witness, reasons: tuple[Reason, ...] = ()) -> Verified:
    runs = {run.id: run} if run is not None else {}
    return verifying.verify(ITEM, answer, runs, {"ab" * 16: witnesses}, reasons)


def kinds(one: Verified) -> set[str]:
    return {fault.kind for fault in one.faults}


@given(st.floats(allow_nan=False), st.floats())
def test_what_was_recorded_is_sound(ratio: float, lost: float) -> None:
    run = a_run(ratio, lost)
    names = {metric.name: metric.value for metric in run.metrics}
    as_mlflow = {name: verifying.same_in_mlflow(value) for name, value in names.items()}
    one = check(an_answer(run), run, Witness("its folder", last=names), Witness("MLflow", last=as_mlflow))
    assert one.faults == () and (one.findings, one.figures) == (1, 2)
    assert one.compared == ("study.db", "its folder", "MLflow")


def test_a_figure_that_was_changed_in_study_db_is_named_with_what_it_decides() -> None:
    run = a_run()
    wrong = replace(run, metrics=(Metric("ratio", 1.0), *run.metrics[1:]))
    one = check(an_answer(run), wrong)
    assert kinds(one) == {"figure", "verdict"}
    texts = [fault.text for fault in one.faults]
    assert "boxes.ratio is 2.0 in what was recorded, and 1.0 in study.db (run abababab)" in texts
    assert "width of run abababab: cited as supported, its figures decide refuted" in texts
    assert "recorded as supported, decided again it is refuted" in texts


def test_a_figure_that_was_changed_in_mlflow_is_named() -> None:
    run = a_run()
    values = {"ratio": 2.5, "lost": verifying.same_in_mlflow(math.inf)}
    (fault,) = check(an_answer(run), run, Witness("MLflow", last=values)).faults
    assert fault.text == "boxes.ratio is 2.0 in what was recorded, and 2.5 in MLflow (run abababab)"


def test_a_history_that_was_changed_is_noticed_even_where_the_last_value_was_not() -> None:
    run = a_run()
    last = {"ratio": 2.0, "lost": math.inf}
    (fault,) = check(an_answer(run), run, Witness("MLflow", {"ratio": (2.5,)}, last)).faults
    assert "and 2.5 in MLflow" in fault.text
    # The largest step need not have been written last.
    assert not check(an_answer(run), run, Witness("MLflow", {"ratio": (2.0, 3.0)}, last | {"ratio": 3.0})).faults


def test_a_figure_that_is_gone_is_missing() -> None:
    run = a_run()
    one = check(an_answer(run), run, Witness("MLflow", last={"ratio": 2.0}))
    assert [fault.text for fault in one.faults] == ["boxes.lost of run abababab is not in MLflow"]
    gone = replace(run, metrics=run.metrics[:1])
    assert "missing" in kinds(check(an_answer(run), gone))


def test_what_the_answer_does_not_rest_on_may_change() -> None:
    run = a_run()
    other = replace(run, metrics=(*run.metrics[:2], Metric("aside", 8.0)))
    assert not check(
        an_answer(run), other, Witness("MLflow", last={"ratio": 2.0, "lost": math.inf, "aside": 9.0})
    ).faults


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        ({"conclusion": "supported: something else"}, "text"),
        ({"verdict": "refuted"}, "verdict"),
        ({"question_norm": "another?"}, "answer"),
        ({"figures": (("boxes.lost", "Infinity"), ("boxes.ratio", "3.0"))}, "figure"),
        ({"template": "{boxes.none}"}, "text"),
    ],
)
def test_an_answer_that_was_changed_is_noticed(change: dict[str, object], kind: str) -> None:
    run = a_run()
    found = kinds(check(replace(an_answer(run), **change), run))  # type: ignore[arg-type]
    assert {"answer", kind} <= found


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        ({"verdict": "refuted"}, "verdict"),
        ({"text": "exp is fine"}, "text"),
        ({"claim": "exp is fine"}, "text"),
        ({"when": "ratio > 3"}, "verdict"),
        ({"figures": (("ratio", "3.0"), ("lost", "Infinity"))}, "figure"),
    ],
)
def test_a_finding_that_was_changed_is_noticed(change: dict[str, object], kind: str) -> None:
    run = a_run()
    wrong = replace(run, findings=(replace(run.findings[0], **change),))  # type: ignore[arg-type]
    assert kind in kinds(check(an_answer(run), wrong))


def test_a_run_that_is_gone_is_missing() -> None:
    one = check(an_answer(a_run()), None)
    assert [fault.text for fault in one.faults] == ["run abababab is no longer recorded"]
    assert (one.figures, one.compared) == (0, ())


def test_a_stale_answer_does_not_hold() -> None:
    run = a_run()
    one = check(an_answer(run), run, reasons=(Reason("code", "experiments/boxes.py changed since run abababab"),))
    assert kinds(one) == {"stale"}


def test_words_without_evidence_have_nothing_to_decide() -> None:
    answer = answers.compose_person(ITEM, (), "because", now=NOW)
    one = check(answer, None)
    assert not one.faults and one.notes
    assert "answer" in kinds(check(replace(answer, conclusion="so"), None))
