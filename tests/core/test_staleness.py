"""Each reason why a recorded answer may no longer hold, and that nothing else is one."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from studyctl.core.models import Answer, Evidence, FileDigest, Item, Run
from studyctl.core.staleness import reasons, watched_paths

RUN = "3f2a9c10" + "0" * 24
OTHER = "77777777" + "0" * 24
CODE = FileDigest("experiments/box_decoding/decoders.py", "code", "d1")
DATA = FileDigest("data/boxes.csv", "data", "s1")
AS_RECORDED: dict[str, str | None] = {CODE.path: "d1", DATA.path: "s1"}

ITEM = Item(
    id="Q1",
    kind="question",
    also=None,
    text="Unstable?",
    norm="unstable?",
    note="notes/study-note.md",
    line=8,
    parent=None,
    topic=(),
    position=1,
    mark="open",
    box=None,
    rule="question-label.wording",
    confidence="high",
    status="answered",
)


def a_run(id: str = RUN, files: tuple[FileDigest, ...] = (CODE, DATA)) -> Run:
    return Run(
        id=id,
        experiment="box-decoding",
        title="",
        state="finished",
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
        files=files,
    )


def an_answer(*runs: str) -> Answer:
    return Answer(
        item="Q1",
        conclusion="yes",
        template="yes",
        author="studyctl",
        backed=True,
        verdict="supported",
        recorded="2026-11-24T03:04:05.123Z",
        question="Unstable?",
        question_norm="unstable?",
        evidence=tuple(Evidence(run, "box-decoding", "width", "", "supported", "yes") for run in runs or (RUN,)),
        figures=(),
        digest="",
    )


def texts(
    answer: Answer | None = None, digests: dict[str, str | None] | None = None, item: Item | None = ITEM
) -> list[str]:
    found = reasons(answer or an_answer(), item, {RUN: a_run()}, AS_RECORDED | (digests or {}), evidence_version=1)
    return [f"{reason.trigger}: {reason.text}" for reason in found]


def test_nothing_changed_is_fresh() -> None:
    assert texts() == []


def test_a_changed_file_is_named_with_the_run() -> None:
    assert texts(digests={CODE.path: "d2"}) == [f"code: {CODE.path} changed since run 3f2a9c10"]


def test_a_file_that_is_gone_is_named() -> None:
    assert texts(digests={CODE.path: None}) == [f"code: {CODE.path} is gone or unreadable since run 3f2a9c10"]


def test_changed_data_has_its_own_trigger() -> None:
    assert texts(digests={DATA.path: "s2"}) == ["data: data/boxes.csv changed since run 3f2a9c10"]


def test_a_changed_question_shows_old_and_new() -> None:
    edited = replace(ITEM, text="Stable?", norm="stable?")
    assert texts(item=edited) == ["question: the question changed: “Unstable?” → “Stable?”"]


def test_other_spacing_of_the_same_question_is_no_change() -> None:
    assert texts(item=replace(ITEM, text="  Unstable? ")) == []


def test_a_run_that_is_no_longer_recorded_is_named() -> None:
    assert texts(an_answer(RUN, OTHER)) == ["run: run 77777777 is no longer recorded"]


def test_a_raised_evidence_version_is_a_reason() -> None:
    (reason,) = reasons(an_answer(), ITEM, {RUN: a_run()}, AS_RECORDED, evidence_version=2)
    assert reason.trigger == "code"
    assert "evidence version 1 → 2" in reason.text


def test_two_findings_of_one_run_and_two_runs_of_one_file_give_one_reason() -> None:
    runs = {RUN: a_run(), OTHER: a_run(OTHER)}
    found = reasons(an_answer(RUN, RUN, OTHER), ITEM, runs, AS_RECORDED | {CODE.path: "d2"}, evidence_version=1)
    assert len(found) == 1


def test_an_unbacked_answer_depends_on_its_question_only() -> None:
    answer = replace(an_answer(), evidence=(), backed=False)
    assert reasons(answer, ITEM, {}, {}) == ()
    assert len(reasons(answer, replace(ITEM, norm="x"), {}, {})) == 1


@given(st.dictionaries(st.sampled_from([CODE.path, DATA.path]), st.sampled_from(["d1", "s1", "x", None])))
@settings(deadline=None, max_examples=40)
def test_stale_exactly_where_a_digest_differs(changed: dict[str, str | None]) -> None:
    now = AS_RECORDED | changed
    found = reasons(an_answer(), ITEM, {RUN: a_run()}, now, evidence_version=1)
    assert len(found) == sum(now[path] != digest for path, digest in AS_RECORDED.items())


def test_watched_paths_are_those_of_all_runs() -> None:
    other = a_run(OTHER, (FileDigest("experiments/other.py", "code", "x"),))
    assert watched_paths([a_run(), other]) == {
        CODE.path: "code",
        DATA.path: "data",
        "experiments/other.py": "code",
    }
