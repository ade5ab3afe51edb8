"""Runs and answers come back exactly, move on only forward, and never lose what was recorded."""

from __future__ import annotations

import math
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from store_values import LATER, NOW, answer, assigned, run, sync, tie

from studyctl.core import answers
from studyctl.core.models import Finding, Metric
from studyctl.core.ports import RunFilter
from studyctl.errors import NotFoundError, UsageError
from studyctl.store import codec
from studyctl.store.ledger import StudyLedger
from studyctl.store.reader import StudyReader


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[StudyLedger]:
    with StudyLedger(tmp_path / "study.db") as opened:
        yield opened


@pytest.fixture
def reader(ledger: StudyLedger) -> Iterator[StudyReader]:
    with StudyReader(ledger.path) as opened:
        yield opened


def test_a_finished_run_comes_back_whole(ledger: StudyLedger, reader: StudyReader) -> None:
    begun = run(state="running", ended=None, metrics=(), findings=(), artifacts=())
    ledger.open_run(begun)
    assert ledger.running_runs() == [replace(begun, files=())]
    ledger.set_mlflow_id(begun.id, "mirror")
    ledger.finish_run(run())
    assert reader.run(run().id) == run(mlflow_run_id="mirror")
    assert ledger.running_runs() == []


def test_who_performs_a_run_is_known_once_it_began(ledger: StudyLedger, reader: StudyReader) -> None:
    ledger.open_run(run(state="running", ended=None))
    ledger.begin_run(run(state="running", host="there", pid=7, process_started=8.5))
    assert [(r.host, r.pid, r.process_started, r.state) for r in reader.runs()] == [("there", 7, 8.5, "running")]
    ledger.finish_run(run())
    ledger.begin_run(run(pid=9))
    assert reader.run(run().id) == run()
    with pytest.raises(NotFoundError):
        ledger.begin_run(run("cd" * 16))


def test_a_trial_whose_sweep_is_gone_is_taken_in(ledger: StudyLedger, reader: StudyReader) -> None:
    sweep, trial = run("5" * 32, role="sweep"), run("7" * 32, role="trial", parent="5" * 32)
    assert ledger.restore_run(trial)
    assert reader.run("7").parent is None
    assert ledger.restore_run(sweep)
    assert ledger.restore_run(replace(trial, id="8" * 32))
    assert reader.run("8").parent == sweep.id


def test_opening_and_finishing_may_be_one_transaction(ledger: StudyLedger, reader: StudyReader) -> None:
    with ledger.transaction():
        ledger.open_run(run(state="running"))
        ledger.finish_run(run())
        ledger.finish_run(run())
    assert reader.run("ab") == run()


def test_a_run_is_found_by_any_unique_prefix(ledger: StudyLedger, reader: StudyReader) -> None:
    ledger.finish_run(run("ab12" + "0" * 28))
    ledger.finish_run(run("ab13" + "0" * 28))
    assert reader.run("AB12").id.startswith("ab12")
    with pytest.raises(UsageError, match="2 runs"):
        reader.run("ab1")
    for unknown in ("ff", "", "%", "_b12"):
        with pytest.raises(NotFoundError):
            reader.run(unknown)


def test_runs_are_listed_newest_first_and_filtered(ledger: StudyLedger, reader: StudyReader) -> None:
    sync(ledger, assigned("Q1", "question", "Why?", ties=(tie("flops"),)), assigned("Q2", "question", "How?", 2))
    old, other, new = run("a" * 32), run("b" * 32, experiment="flops"), run("c" * 32, started=LATER, state="failed")
    for one in (old, other, new):
        ledger.finish_run(one)
    ledger.record_answer(answer("Q2", "How?", old))
    assert [one.id[0] for one in reader.runs()] == ["c", "a", "b"]
    assert [one.id[0] for one in reader.runs(RunFilter(limit=1))] == ["c"]
    assert [one.id[0] for one in reader.runs(RunFilter(experiment="box-decoding", state="finished"))] == ["a"]
    assert [one.id[0] for one in reader.runs(RunFilter(item="Q1"))] == ["b"]
    assert [one.id[0] for one in reader.runs(RunFilter(item="Q2"))] == ["a"]
    listed = reader.runs(RunFilter(experiment="flops"))[0]
    assert (listed.findings, listed.metrics, listed.files) == (other.findings, (), ())
    assert reader.runs_of([new.id, "nothing", old.id]) == {new.id: new, old.id: old}


def test_ending_a_run_never_undoes_its_own_end(ledger: StudyLedger, reader: StudyReader) -> None:
    ledger.open_run(run(state="running", ended=None))
    ledger.end_run(run().id, "lost", ended=None, error="its process is gone")
    assert (reader.run("ab").state, reader.run("ab").error) == ("lost", "its process is gone")
    # It was not gone after all: what it says of itself counts.
    ledger.finish_run(run())
    ledger.end_run(run().id, "lost", ended=None, error="its process is gone")
    assert reader.run("ab") == run()
    with pytest.raises(NotFoundError):
        ledger.end_run("f" * 32, "killed", ended=NOW)


def test_a_run_is_restored_from_its_folder_where_that_knows_more(ledger: StudyLedger, reader: StudyReader) -> None:
    assert ledger.restore_run(run(state="running", ended=None))
    assert not ledger.restore_run(run(state="lost", ended=None))
    assert ledger.restore_run(run())
    assert not ledger.restore_run(run(state="failed"))
    assert reader.run("ab") == run()


def test_a_run_of_this_machine_that_came_with_a_record_is_made_whole(ledger: StudyLedger, reader: StudyReader) -> None:
    sync(ledger, assigned("Q1", "question", "Why?"))
    ledger.finish_run(run(imported=True, host="", pid=0, metrics=(), artifacts=()))
    ledger.record_answer(answer("Q1", "Why?", run()))
    assert ledger.restore_run(run())
    assert reader.run("ab") == run()
    assert reader.answer("Q1") is not None
    assert not ledger.restore_run(run(imported=True))


def test_a_run_names_the_items_on_the_board_that_it_serves(ledger: StudyLedger, reader: StudyReader) -> None:
    ties = (tie("box-decoding"),)
    items = [assigned(f"Q{n}", "question", f"Why {n}?", n, ties=ties) for n in range(1, 4)]
    sync(ledger, *items, assigned("Q4", "question", "How?", 4))
    sync(ledger, *(replace(one, how="exact") for one in items[1:]), assigned("Q4", "question", "How?", 4, how="exact"))
    ledger.override("Q2", "ignored", "yes", now=NOW)
    ledger.finish_run(run())
    ledger.record_answer(answer("Q4", "How?", run()))
    found = reader._all("SELECT items, cited_by, findings, supported, refuted, inconclusive FROM runs")
    assert found == [('["Q3"]', '["Q4"]', 1, 1, 0, 0)]


def test_threads_write_one_after_the_other(ledger: StudyLedger, reader: StudyReader) -> None:
    threads = [
        threading.Thread(target=ledger.finish_run, args=(run(f"{n:x}" * 32, state="finished"),)) for n in range(6)
    ]
    with ledger.transaction():
        sync(ledger, assigned("Q1", "question", "Why?"))
        for thread in threads:
            thread.start()
        assert ledger.known_items()[0].id == "Q1"
    for thread in threads:
        thread.join()
    assert len(reader.runs()) == 6


def test_metrics_keep_every_float_as_it_is(ledger: StudyLedger, reader: StudyReader) -> None:
    values = [0.1, -0.0, 5e-324, 1.7976931348623157e308, math.inf, -math.inf, math.nan, 1 / 3]
    metrics = tuple(Metric(f"m{n}", value, "px", n) for n, value in enumerate(values))
    ledger.finish_run(run(metrics=metrics))
    found = reader.run("ab").metrics
    assert [repr(one) for one in found] == [repr(one) for one in metrics]
    numbers = reader._all("SELECT value, number FROM metrics ORDER BY position")
    assert numbers[4:7] == [("Infinity", math.inf), ("-Infinity", -math.inf), ("NaN", None)]
    assert [row[1] for row in numbers[:2]] == values[:2]


scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(exclude_categories=["Cs"]))
plain = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["a", "$float", "$$float", "$", "키"]), inner, max_size=3)
    ),
    max_leaves=8,
)


@settings(max_examples=200, deadline=None)
@given(plain)
def test_any_plain_value_comes_back_from_strict_json(value: object) -> None:
    assert repr(codec.loads(codec.dumps(value))) == repr(value)
    assert "NaN" not in codec.dumps(value).replace('"NaN"', "") or "NaN" in repr(value)


@settings(max_examples=20, deadline=None)
@given(
    params=st.dictionaries(st.text("abc$", min_size=1), plain, max_size=4),
    seed=st.none() | st.integers(),
    value=st.floats(),
    figures=st.lists(st.tuples(st.text("ab"), st.text("01NaN")), max_size=3),
)
def test_any_run_comes_back(
    tmp_path_factory: pytest.TempPathFactory,
    params: dict[str, object],
    seed: int | None,
    value: float,
    figures: list[tuple[str, str]],
) -> None:
    one = run(
        params=params,
        provenance={"constants": params},
        seed=seed,
        metrics=(Metric("m", value),),
        findings=(Finding("k", "t", "t", figures=tuple(figures)), Finding("a", "u", "u")),
    )
    path = tmp_path_factory.mktemp("runs") / "study.db"
    with StudyLedger(path) as ledger, StudyReader(path) as reader:
        ledger.finish_run(one)
        assert repr(reader.run("ab")) == repr(one)


def test_a_new_answer_supersedes_the_current_one(ledger: StudyLedger, reader: StudyReader) -> None:
    sync(ledger, assigned("Q1", "question", "Why?"), assigned("Q2", "question", "How?", 2))
    ledger.finish_run(run())
    first = answer("Q1", "Why?", run())
    second = replace(first, conclusion="It is not.", author="person", recorded=LATER, quick=True, digest="4" * 64)
    assert [ledger.record_answer(first), ledger.record_answer(second)] == [1, 2]
    assert reader.answer("Q1") == replace(second, number=2)
    assert reader.answer_history("Q1") == [replace(second, number=2), replace(first, number=1, current=False)]
    assert reader.answers() == reader.answers(["Q1", "Q2"]) == [replace(second, number=2)]
    assert reader.answers(["Q2"]) == [] and reader.answer("Q2") is None
    assert [what for _, what, _ in reader.events("Q1")] == ["appeared", "answered", "answered"]


def test_recording_the_very_same_answer_again_adds_nothing(ledger: StudyLedger, reader: StudyReader) -> None:
    sync(ledger, assigned("Q1", "question", "Why?"))
    numbers = [ledger.record_answer(one) for one in (answer(), answer(digest="4" * 64), answer())]
    assert numbers == [1, 2, 1]
    assert reader.answer("Q1") == answer(number=1)
    assert len(reader.answer_history("Q1")) == 2


def test_an_answer_is_about_a_known_item_and_known_runs(ledger: StudyLedger, reader: StudyReader) -> None:
    with pytest.raises(NotFoundError, match="no item Q1"):
        ledger.record_answer(answer())
    sync(ledger, assigned("Q1", "question", "Why?"))
    ledger.record_answer(answer())
    with pytest.raises(NotFoundError, match="abababab"):
        ledger.record_answer(answer("Q1", "Why?", run(), digest="4" * 64))
    assert reader.answer("Q1") == answer(number=1)


def test_answers_outlive_their_item(ledger: StudyLedger, reader: StudyReader) -> None:
    sync(ledger, assigned("Q1", "question", "Why?"))
    ledger.record_answer(answer())
    sync(ledger, assigned("Q2", "question", "How?"))
    assert reader.answer("Q1") == answer(number=1)
    sync(ledger, assigned("Q1", "question", "Why?", how="returned"))
    assert [(one.id, one.status) for one in reader.items()] == [("Q1", "answered")]


def test_candidates_come_best_first_a_few_at_a_time(ledger: StudyLedger, reader: StudyReader) -> None:
    made = []
    for n in range(40):
        made.append(
            run(
                f"{n:032x}",
                preset=("default", "quick", "full")[n % 3],
                changed=("anchor",) if n % 5 == 0 else (),
                state="failed" if n % 7 == 0 else "finished",
                role="trial" if n % 11 == 0 else "run",
                started=f"2026-11-24T03:{n % 13:02}:00.000Z",
            )
        )
        ledger.finish_run(made[-1])
    ledger.finish_run(run("f" * 32, experiment="another"))
    ledger.delete_run(made[1].id, LATER)
    listed = sorted((one for one in made if one.id != made[1].id), key=lambda one: one.id)
    newest = sorted(listed, key=lambda one: one.started, reverse=True)
    found = list(reader.candidates("box-decoding"))
    assert [one.id for one in found] == [one.id for one in answers.candidates(newest)]
    assert found[0].findings == run().findings
    assert list(reader.candidates("none")) == []


def test_those_that_count_come_by_host(ledger: StudyLedger, reader: StudyReader) -> None:
    for n in range(30):
        ledger.finish_run(
            run(
                f"{n:032x}",
                host=("here", "there", "")[n % 3],
                preset="quick" if n % 4 == 0 else "default",
                changed=("anchor",) if n % 5 == 0 else (),
                state="failed" if n % 7 == 0 else "finished",
                started=f"2026-11-24T03:{n:02}:00.000Z",
            )
        )
    found = [(host, [one.id for one in runs]) for host, runs in reader.candidates_by_host("box-decoding")]
    listed = reader.runs()
    assert found == [(host, [one.id for one in runs]) for host, runs in answers.candidates_by_host(listed)]
    assert [host for host, _ in found] == ["", "here", "there"]
    assert list(reader.candidates_by_host("none")) == []
