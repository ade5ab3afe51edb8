"""What is planned to be run again: each run once, with its own parameters, for all that rests on it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from test_answers_by_machine import CLAIM, HERE, THERE, answered, timed

from studyctl.core import rerunning, staleness
from studyctl.core.models import Answer, FileDigest, Item, Run, Tie
from studyctl.core.rerunning import Plan

CODE = FileDigest(path="experiments/timing.py", digest="old", role="code")
DATA = FileDigest(path="data/a.csv", digest="old", role="data")
OTHER = replace(CLAIM, id="Q1", kind="question")


def with_files(run: Run, *files: FileDigest, **more: Any) -> Run:
    return replace(run, files=files, **more)


def planned(
    answer: Answer,
    runs: list[Run],
    digests: dict[str, str | None],
    item: Item = CLAIM,
    known: tuple[str, ...] = ("timing",),
) -> Plan:
    by_id = {run.id: run for run in runs}
    items = [item, replace(OTHER, norm=item.norm)]
    recorded = {item.id: answer, OTHER.id: replace(answer, item=OTHER.id)}
    why = {one.id: staleness.reasons(recorded[one.id], one, by_id, digests) for one in items}
    return rerunning.stale(items, recorded, why, by_id, known, "desk")


def test_each_run_once_for_all_that_rest_on_it() -> None:
    run = with_files(HERE, CODE)
    plan = planned(answered(run), [run], {CODE.path: "new"})
    (one,) = plan.runs
    assert (one.experiment, one.preset, one.given) == ("timing", "default", ())
    assert [cause.item.id for cause in one.causes] == ["C1", "Q1"] and not plan.left
    assert one.causes[0].reasons == (f"experiments/timing.py changed since run {run.short}",)


def test_with_its_own_parameters() -> None:
    run = with_files(
        HERE, CODE, preset="quick", changed=("lr", "model.name"), params={"lr": 0.5, "model": {"name": "b"}}
    )
    plan = planned(answered(run), [run], {CODE.path: "new"})
    assert (plan.runs[0].preset, plan.runs[0].given) == ("quick", ("lr=0.5", "model.name=b"))


def test_only_the_machine_that_is_here_is_renewed_here() -> None:
    here, there = with_files(HERE, CODE), with_files(THERE, CODE)
    plan = planned(answered(here, there), [here, there], {CODE.path: "new"})
    assert len(plan.runs) == 1
    assert [left.item.id for left in plan.left] == ["C1", "Q1"]
    assert "measured time on another machine" in plan.left[0].why and plan.left[0].hint.startswith(
        "there: studyctl run"
    )


def test_what_running_does_not_mend_is_left() -> None:
    run = with_files(HERE, CODE, DATA)
    gone = planned(answered(run), [run], {CODE.path: "old", DATA.path: None})
    assert not gone.runs and gone.left[0].hint == "put data/a.csv back, then studyctl run --stale"
    reworded = planned(answered(run), [run], {CODE.path: "old", DATA.path: "old"}, replace(CLAIM, norm="c is faster"))
    assert not reworded.runs and "--refresh" in reworded.left[0].hint
    lost = planned(answered(run), [run], {CODE.path: "new", DATA.path: "old"}, known=())
    assert not lost.runs and "no experiment timing any more" in lost.left[0].why
    source = {"kind": "script", "path": "time.py"}
    scripted = with_files(HERE, CODE, provenance=HERE.provenance | {"source": source})
    by_script = planned(answered(scripted), [scripted], {CODE.path: "new"})
    assert not by_script.runs and by_script.left[0].hint == "python time.py"


def test_a_run_that_is_no_longer_recorded_is_made_anew() -> None:
    answer = answered(HERE)
    plan = planned(answer, [], {})
    assert [(one.experiment, one.preset) for one in plan.runs] == [("timing", "default")]


def test_what_is_fresh_is_no_part_of_it() -> None:
    run = with_files(HERE, CODE)
    assert planned(answered(run), [run], {CODE.path: "old"}) == Plan()


def test_several_plans_are_one() -> None:
    run = with_files(timed("e", 1.5), CODE)
    plan = planned(answered(run), [run], {CODE.path: "new"})
    asked = replace(CLAIM, id="Q9", ties=(Tie("timing", "", "x", 3),))
    more = rerunning.missing([asked], (), {}, (), ("timing",))
    both = rerunning.joined([plan, more, more])
    assert [[cause.item.id for cause in one.causes] for one in both.runs] == [["C1", "Q1", "Q9"]]
