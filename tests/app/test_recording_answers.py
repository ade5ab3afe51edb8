"""Recording answers in a real database: after a run, on request, and what a question's page collects."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from studyctl.app import answers, freshness
from studyctl.core import closure
from studyctl.core.models import FileDigest, FileStamp, Finding, Found, Item, Kind, Metric, Run, Tie, Verdict
from studyctl.core.ports import Assigned
from studyctl.errors import NoEvidenceError, NotFoundError, UsageError
from studyctl.runner.digests import current_digests
from studyctl.store.ledger import StudyLedger

NOW = "2026-11-24T03:04:05.123Z"
CODE = "experiments/box_decoding.py"


def found(text: str, line: int, *fragments: str, kind: Kind = "question") -> Found:
    return Found(
        kind=kind,
        also=None,
        text=text,
        norm=text.casefold(),
        line=line,
        last_line=line,
        parent=None,
        topic=("yolo3",),
        mark="open",
        box=None,
        rule="question-label.wording",
        ties=tuple(Tie("box-decoding", f, f"../experiments/box_decoding.py#{f}", line) for f in fragments),
    )


def sync(ledger: StudyLedger, *items: tuple[str, Found]) -> None:
    stamp = FileStamp("notes/study-note.md", "note", 10, 1, 5_000_000_000, "00")
    assigned = [Assigned(name, stamp.path, one, None, at, "new") for at, (name, one) in enumerate(items)]
    ledger.sync(assigned, [], [stamp], read_notes=[stamp.path], now=NOW)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "experiments").mkdir()
    (tmp_path / CODE).write_text("LIMIT = 1\n", "utf-8")
    return tmp_path


@pytest.fixture
def ledger(root: Path) -> Iterator[StudyLedger]:
    with StudyLedger(root / "study.db") as opened:
        sync(
            opened,
            ("Q1", found("unstable?", 8, "width")),
            ("Q2", found("others?", 10, "decoders")),
            ("Q3", found("untied?", 11)),
            ("C1", found("B3 is faster", 12, "width.a", kind="claim")),
            ("T1", found("try it", 13, "width", kind="todo")),
        )
        yield opened


def a_run(root: Path, number: int, *, preset: str = "default", verdict: Verdict = "supported", **changes: Any) -> Run:
    digest = closure.digest_code((root / CODE).read_bytes())
    run = Run(
        id=f"{number:032x}",
        experiment="box-decoding",
        title="Box decoding",
        state="finished",
        started=f"2026-11-24T03:{number:02}:05.123Z",
        ended=f"2026-11-24T03:{number:02}:09.123Z",
        preset=preset,
        changed=(),
        params={"anchor": 373.0},
        seed=0,
        evidence_version=1,
        host="here",
        pid=1,
        process_started=0.0,
        provenance={},
        metrics=(Metric("ratio", 2.5),),
        findings=(
            Finding(
                "width.a", "2.50 times", "{ratio:.2f} times", "claim", "ratio > 2", "", verdict, (("ratio", "2.5"),)
            ),
        ),
        files=(FileDigest(CODE, "code", digest),),
    )
    return replace(run, **changes)


def finish(ledger: StudyLedger, run: Run) -> dict[str, str]:
    """Record a run and its answers; how it went for each item."""
    ledger.open_run(replace(run, state="running", ended=None))
    ledger.finish_run(run)
    return {one.item.id: one.how for one in answers.record_for_run(ledger, run, now=NOW)}


def item(ledger: StudyLedger, name: str) -> Item:
    with ledger.reading() as reader:
        one = reader.item(name)
    assert one is not None
    return one


def test_a_finished_run_answers_the_items_tied_to_it(ledger: StudyLedger, root: Path) -> None:
    # Q2 is tied to findings that the run does not have, and a todo has no answer.
    assert finish(ledger, a_run(root, 1)) == {"Q1": "recorded", "Q2": "none", "C1": "recorded", "T1": "none"}
    with ledger.reading() as reader:
        answer = reader.answer("Q1")
    assert answer is not None
    assert (answer.verdict, answer.conclusion) == ("supported", "supported: 2.50 times")
    assert item(ledger, "Q1").status == "answered"
    assert item(ledger, "C1").status == "supported"


def test_an_answer_moves_on_and_its_history_stays(ledger: StudyLedger, root: Path) -> None:
    finish(ledger, a_run(root, 1))
    assert finish(ledger, a_run(root, 2, verdict="refuted"))["Q1"] == "recorded"
    with ledger.reading() as reader:
        assert [one.verdict for one in reader.answer_history("Q1")] == ["refuted", "supported"]


def test_a_quick_run_after_a_full_one_changes_nothing(ledger: StudyLedger, root: Path) -> None:
    finish(ledger, a_run(root, 1))
    assert finish(ledger, a_run(root, 2, preset="quick", verdict="refuted"))["Q1"] == "kept"


def test_a_full_run_replaces_a_quick_one(ledger: StudyLedger, root: Path) -> None:
    finish(ledger, a_run(root, 1, preset="quick"))
    with ledger.reading() as reader:
        quick = reader.answer("Q1")
    assert quick is not None and quick.quick
    assert finish(ledger, a_run(root, 2))["Q1"] == "recorded"


class TestOnRequest:
    def test_a_persons_words_stay_when_a_newer_run_finishes(self, ledger: StudyLedger, root: Path) -> None:
        finish(ledger, a_run(root, 1))
        answers.record(ledger, item(ledger, "Q1"), text="{box-decoding.ratio:.1f}, yes", now=NOW)
        newer = a_run(root, 2, metrics=(Metric("ratio", 7.0),))
        assert finish(ledger, newer)["Q1"] == "kept"
        with ledger.reading() as reader:
            page = answers.page_for(reader, item(ledger, "Q1"), (), lambda: ["box-decoding"])
        assert page.answer is not None
        assert page.answer.conclusion == "2.5, yes"
        assert [choice.run.id for choice in page.newer] == [newer.id]
        assert page.earlier == 1

    def test_refreshing_a_persons_words_takes_the_new_figures(self, ledger: StudyLedger, root: Path) -> None:
        finish(ledger, a_run(root, 1))
        answers.record(ledger, item(ledger, "Q1"), text="{box-decoding.ratio:.1f}, yes", now=NOW)
        finish(ledger, a_run(root, 2, metrics=(Metric("ratio", 7.0),)))
        answer = answers.record(ledger, item(ledger, "Q1"), now=NOW)
        assert (answer.conclusion, answer.author) == ("7.0, yes", "person")

    def test_a_chosen_run_is_cited_though_another_counts_more(self, ledger: StudyLedger, root: Path) -> None:
        finish(ledger, a_run(root, 1))
        quick = a_run(root, 2, preset="quick", verdict="refuted")
        finish(ledger, quick)
        answer = answers.record(ledger, item(ledger, "Q1"), wanted=quick, now=NOW)
        assert (answer.verdict, answer.quick) == ("refuted", True)

    def test_a_run_without_findings_for_it_is_refused(self, ledger: StudyLedger, root: Path) -> None:
        run = a_run(root, 1)
        finish(ledger, run)
        with pytest.raises(NotFoundError, match="no finding for Q2"):
            answers.record(ledger, item(ledger, "Q2"), wanted=run, now=NOW)

    def test_without_evidence_only_an_unbacked_answer_is_recorded(self, ledger: StudyLedger) -> None:
        with pytest.raises(NoEvidenceError):
            answers.record(ledger, item(ledger, "Q3"), text="because", now=NOW)
        answer = answers.record(ledger, item(ledger, "Q3"), text="because", unbacked=True, now=NOW)
        assert not answer.backed

    def test_recording_the_same_twice_is_one_answer(self, ledger: StudyLedger, root: Path) -> None:
        finish(ledger, a_run(root, 1))
        answers.record(ledger, item(ledger, "Q1"), now=NOW)
        with ledger.reading() as reader:
            assert len(reader.answer_history("Q1")) == 1

    def test_a_todo_is_refused(self, ledger: StudyLedger) -> None:
        with pytest.raises(UsageError, match="T1 is a todo"):
            answers.record(ledger, item(ledger, "T1"), now=NOW)


class TestWhatWouldProduceAnAnswer:
    def produce(self, ledger: StudyLedger, name: str, *experiments: str) -> tuple[str, ...]:
        with ledger.reading() as reader:
            return answers.page_for(reader, item(ledger, name), (), lambda: experiments).produce

    def test_running_the_tied_experiment(self, ledger: StudyLedger) -> None:
        assert self.produce(ledger, "Q1", "box-decoding") == ("studyctl run box-decoding",)

    def test_writing_the_tied_experiment_where_there_is_none(self, ledger: StudyLedger) -> None:
        assert self.produce(ledger, "Q1") == ("studyctl experiment new box-decoding --for Q1",)

    def test_tying_it_where_it_is_tied_to_nothing(self, ledger: StudyLedger) -> None:
        assert self.produce(ledger, "Q3", "box-decoding")[0] == "studyctl link Q3 EXPERIMENT"

    def test_taking_over_a_run_that_is_there_already(self, ledger: StudyLedger, root: Path) -> None:
        run = a_run(root, 1)
        ledger.open_run(run)
        ledger.finish_run(run)
        assert self.produce(ledger, "Q1", "box-decoding") == ("studyctl answer Q1 --refresh",)


class TestFreshness:
    def stale(self, ledger: StudyLedger, root: Path) -> dict[str, list[str]]:
        with ledger.reading() as reader:
            found = freshness.reasons(reader, root, current_digests)
        return {name: [reason.text for reason in why] for name, why in found.items()}

    def test_comments_and_formatting_change_nothing(self, ledger: StudyLedger, root: Path) -> None:
        finish(ledger, a_run(root, 1))
        (root / CODE).write_text("# a comment\nLIMIT   =  1\n", "utf-8")
        assert self.stale(ledger, root) == {}

    def test_a_changed_constant_is_named_with_its_file_and_run(self, ledger: StudyLedger, root: Path) -> None:
        finish(ledger, a_run(root, 1))
        (root / CODE).write_text("LIMIT = 2\n", "utf-8")
        assert self.stale(ledger, root)["Q1"] == [f"{CODE} changed since run 00000000"]

    def test_a_newer_run_makes_it_fresh_again(self, ledger: StudyLedger, root: Path) -> None:
        finish(ledger, a_run(root, 1))
        (root / CODE).write_text("LIMIT = 2\n", "utf-8")
        finish(ledger, a_run(root, 2))
        assert self.stale(ledger, root) == {}

    def test_a_changed_question_is_a_reason(self, ledger: StudyLedger, root: Path) -> None:
        finish(ledger, a_run(root, 1))
        sync(ledger, ("Q1", found("stable?", 8, "width")))
        assert "“unstable?” → “stable?”" in self.stale(ledger, root)["Q1"][0]

    def test_kept_digests_are_used_until_the_file_changes(
        self, ledger: StudyLedger, root: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        import os

        finish(ledger, a_run(root, 1))
        os.utime(root / CODE, ns=(1, 1))
        freshness.keep(ledger, root, current_digests)
        monkeypatch.setattr(closure, "digest_code", lambda content: pytest.fail("the file was read"))
        assert self.stale(ledger, root) == {}
