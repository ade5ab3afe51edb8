"""What the status page counts, and what it proposes to do next."""

from __future__ import annotations

from dataclasses import replace

from studyctl.app.status import counts, status_page
from studyctl.core.models import (
    Answer,
    Evidence,
    ExperimentProblem,
    ExperimentSpec,
    Item,
    Kind,
    Reason,
    Run,
    RunState,
    Tie,
)
from studyctl.core.pages import StatusPage

SPEC = ExperimentSpec("box-decoding", "experiments/box_decoding.py", "box_decoding", "Box decoding", "")


def an_item(id: str, kind: Kind, status: str, *experiments: str) -> Item:
    return Item(
        id=id,
        kind=kind,
        also=None,
        text=f"text of {id}",
        norm=f"text of {id}".casefold(),
        note="note.md",
        line=1,
        parent=None,
        topic=(),
        position=1,
        mark="open",
        box=None,
        rule="",
        confidence="high",
        status=status,
        ties=tuple(Tie(name, "", f"studyctl:{name}", 1) for name in experiments),
    )


def a_run(id: str, state: RunState, experiment: str = "box-decoding") -> Run:
    return Run(
        id=id * 32,
        experiment=experiment,
        title="",
        state=state,
        started="2026-11-24T03:04:05.123Z",
        ended=None,
        preset="default",
        changed=(),
        params={},
        seed=None,
        evidence_version=1,
        host="",
        pid=0,
        process_started=0.0,
        provenance={},
    )


def an_answer(item: str) -> Answer:
    return Answer(
        item=item,
        conclusion="it depends",
        template="it depends",
        author="studyctl",
        backed=True,
        verdict="mixed",
        recorded="2026-11-24T03:04:05.123Z",
        question="",
        question_norm="",
        evidence=(Evidence("a" * 32, "box-decoding", "width", "", "supported", ""),),
        figures=(),
        digest="",
    )


def page(
    *items: Item,
    reasons: dict[str, tuple[Reason, ...]] | None = None,
    answers: tuple[Answer, ...] = (),
    runs: tuple[Run, ...] = (),
    experiments: tuple[ExperimentSpec | ExperimentProblem, ...] = (SPEC,),
) -> StatusPage:
    return status_page("study", items, reasons or {}, answers, runs, experiments)


def commands(page: StatusPage) -> list[str]:
    return [step.command for step in page.steps]


def test_items_are_counted_by_kind_in_the_order_of_their_states() -> None:
    found = counts([an_item("T1", "todo", "done"), an_item("T2", "todo", "open"), an_item("T3", "todo", "done")])
    assert list(found["todo"].items()) == [("open", 1), ("done", 2)]
    assert found["claim"] == {}


def test_a_tied_question_proposes_its_experiment_for_all_that_it_answers() -> None:
    found = page(an_item("Q1", "question", "open", "box-decoding"), an_item("Q2", "question", "noted", "box-decoding"))
    assert [(step.command, step.why) for step in found.steps] == [("studyctl run box-decoding", "answers Q1, Q2")]


def test_a_tie_to_an_experiment_that_does_not_exist_proposes_to_write_it() -> None:
    assert commands(page(an_item("Q1", "question", "open", "se-block"))) == [
        "studyctl experiment new se-block --for Q1"
    ]


def test_a_stale_answer_comes_first_and_says_what_renews_it() -> None:
    found = page(
        an_item("Q1", "question", "stale", "box-decoding"),
        an_item("Q2", "question", "open", "se-block"),
        reasons={"Q1": (Reason("code", "decoders.py changed"),)},
        answers=(an_answer("Q1"),),
    )
    assert found.steps[0].command == "studyctl run --stale"
    assert found.steps[0].why == "renews Q1"
    assert [item.id for item, _ in found.stale] == ["Q1"]
    assert found.answered == ()


def test_a_reworded_question_asks_whether_the_answer_still_fits() -> None:
    found = page(
        an_item("Q1", "question", "stale", "box-decoding"),
        reasons={"Q1": (Reason("question", "the question changed"),)},
        answers=(an_answer("Q1"),),
    )
    assert commands(found) == ["studyctl answer Q1 --refresh"]


def test_an_answered_question_can_be_looked_at() -> None:
    found = page(an_item("Q1", "question", "answered", "box-decoding"), answers=(an_answer("Q1"),))
    assert [one.item.id for one in found.answered] == ["Q1"]
    assert commands(found) == ["studyctl answer Q1"]


def test_an_untied_question_proposes_a_new_experiment() -> None:
    assert commands(page(an_item("Q3", "question", "open"))) == ["studyctl experiment new NAME --for Q3"]


def test_a_lost_run_is_named_until_a_later_one_finishes() -> None:
    lost = a_run("a", "lost")
    assert page(runs=(lost,)).lost == (lost,)
    assert page(runs=(a_run("b", "finished"), lost)).lost == ()
    assert page(runs=(a_run("b", "finished", "other"), lost)).lost == (lost,)


def test_an_experiment_that_cannot_be_read_is_said_with_its_line() -> None:
    found = page(experiments=(ExperimentProblem("bad", "experiments/bad.py", 3, "syntax error"),))
    assert "experiments/bad.py, line 3" in found.steps[0].why


def test_dropped_items_propose_nothing() -> None:
    dropped = replace(an_item("Q1", "question", "dropped", "box-decoding"))
    assert commands(page(dropped)) == []


def test_an_empty_workspace_proposes_to_look_for_items() -> None:
    assert commands(page()) == ["studyctl scan ."]


def test_the_list_of_todos_counts_what_is_also_a_question() -> None:
    also = replace(an_item("Q1", "question", "open"), also="todo", also_status="open")
    whys = [
        step.why for step in page(an_item("T1", "todo", "open"), also).steps if step.command == "studyctl todo list"
    ]
    assert whys == ["2 open, 1 of them counted above as a question"]
