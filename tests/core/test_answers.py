"""Which run counts, what a tie selects, what the findings come to, and when an answer moves on."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studyctl.core import answers
from studyctl.core.models import Answer, Finding, Item, Metric, Run, RunState, Tie, Verdict
from studyctl.errors import NotFoundError, UsageError

NOW = "2026-11-24T03:04:05.123Z"


def choose(ties: Any, runs: dict[str, list[Run]], wanted: Run | None = None) -> tuple[answers.Choice, ...]:
    """As the store gives them: best first."""
    found = {name: answers.candidates(some) for name, some in runs.items()}
    return answers.choose(ties, found, lambda name: answers.candidates_by_host(found[name]), wanted)


def a_tie(fragment: str = "width", experiment: str = "box-decoding") -> Tie:
    return Tie(experiment, fragment, f"../experiments/{experiment}/#{fragment}", 8)


def an_item(*ties: Tie, text: str = "unstable?", id: str = "Q1") -> Item:
    return Item(
        id=id,
        kind="question",
        also=None,
        text=text,
        norm=text.casefold(),
        note="notes/study-note.md",
        line=8,
        parent=None,
        topic=("yolo3",),
        position=1,
        mark="open",
        box=None,
        rule="question-label.wording",
        confidence="high",
        status="open",
        ties=ties,
    )


def a_finding(key: str, verdict: Verdict | None = None, text: str = "", **figures: str) -> Finding:
    return Finding(
        key=key,
        text=text or f"{key} says so",
        template=text or f"{key} says so",
        claim=f"claim of {key}",
        when="ratio > 1" if verdict else "",
        verdict=verdict,
        figures=tuple(figures.items()),
    )


def a_run(
    id: str,
    *findings: Finding,
    experiment: str = "box-decoding",
    state: RunState = "finished",
    preset: str = "default",
    changed: tuple[str, ...] = (),
    metrics: tuple[Metric, ...] = (),
    params: dict[str, Any] | None = None,
) -> Run:
    return Run(
        id=id * 32,
        experiment=experiment,
        title="Box decoding",
        state=state,
        started=NOW,
        ended=NOW,
        preset=preset,
        changed=changed,
        params=params or {},
        seed=0,
        evidence_version=1,
        host="here",
        pid=1,
        process_started=0.0,
        provenance={},
        findings=findings,
        metrics=metrics,
    )


def composed(item: Item, *runs: Run) -> Answer:
    by_name: dict[str, list[Run]] = {}
    for run in runs:
        by_name.setdefault(run.experiment, []).append(run)
    answer = answers.compose(item, choose(item.ties, by_name), now=NOW)
    assert answer is not None
    return answer


class TestWhichRunCounts:
    def test_the_newest_default_run_counts(self) -> None:
        new, old = a_run("b", a_finding("width")), a_run("a", a_finding("width"))
        (choice,) = choose((a_tie(),), {"box-decoding": [new, old]})
        assert choice.run is new
        assert not choice.quick

    def test_a_full_run_counts_like_a_default_one(self) -> None:
        new, old = a_run("b", a_finding("width"), preset="full"), a_run("a", a_finding("width"))
        (choice,) = choose((a_tie(),), {"box-decoding": [new, old]})
        assert choice.run is new

    @pytest.mark.parametrize(
        "newer", [{"preset": "quick"}, {"changed": ("anchor",)}, {"state": "failed"}, {"state": "killed"}]
    )
    def test_a_newer_run_that_does_not_count_is_passed_over(self, newer: dict[str, Any]) -> None:
        old = a_run("a", a_finding("width"))
        (choice,) = choose((a_tie(),), {"box-decoding": [a_run("b", a_finding("width"), **newer), old]})
        assert choice.run is old

    def test_a_quick_run_counts_where_nothing_else_exists_and_says_so(self) -> None:
        quick = a_run("a", a_finding("width"), preset="quick")
        (choice,) = choose((a_tie(),), {"box-decoding": [quick]})
        assert choice.quick
        assert composed(an_item(a_tie()), quick).quick

    def test_a_run_that_did_not_finish_never_counts(self) -> None:
        assert choose((a_tie(),), {"box-decoding": [a_run("a", a_finding("width"), state="lost")]}) == ()

    def test_a_run_without_the_tied_finding_is_passed_over(self) -> None:
        old = a_run("a", a_finding("width"))
        (choice,) = choose((a_tie(),), {"box-decoding": [a_run("b", a_finding("other")), old]})
        assert choice.run is old

    def test_a_chosen_run_stands_whatever_its_parameters(self) -> None:
        quick, full = a_run("b", a_finding("width"), preset="quick"), a_run("a", a_finding("width"))
        (choice,) = choose((a_tie(),), {"box-decoding": [quick, full]}, wanted=quick)
        assert choice.run is quick

    def test_a_chosen_run_of_another_experiment_is_refused(self) -> None:
        with pytest.raises(NotFoundError, match=r"no finding for Q1, which is tied to box-decoding"):
            answers.tied_choice(an_item(a_tie()), a_run("a", a_finding("width"), experiment="other"))


class TestWhatATieSelects:
    @pytest.mark.parametrize(
        ("fragment", "selected"),
        [
            ("", ["se", "se.speed", "seed", "width"]),
            ("se", ["se", "se.speed"]),
            ("se.speed", ["se.speed"]),
            ("nothing", []),
        ],
    )
    def test_a_fragment_selects_that_finding_and_those_below_it(self, fragment: str, selected: list[str]) -> None:
        keys = ["se", "se.speed", "seed", "width"]
        assert [key for key in keys if answers.selects(fragment, key)] == selected

    def test_two_ties_to_one_experiment_cite_each_finding_once(self) -> None:
        run = a_run("a", a_finding("width", "supported"), a_finding("width.log", "refuted"))
        answer = composed(an_item(a_tie("width.log"), a_tie("width")), run)
        assert [e.finding for e in answer.evidence] == ["width.log", "width"]


class TestWhatTheFindingsComeTo:
    def test_the_conclusion_finding_opens_the_answer_and_the_conditions_decide_the_verdict(self) -> None:
        run = a_run(
            "a",
            a_finding("width", None, "it depends on the loss"),
            a_finding("width.log-l2", "supported"),
            a_finding("width.giou", "refuted"),
        )
        answer = composed(an_item(a_tie()), run)
        assert (answer.conclusion, answer.verdict) == ("it depends on the loss", "mixed")
        assert [e.finding for e in answers.details(answer)] == ["width.log-l2", "width.giou"]

    def test_without_a_conclusion_the_conditions_are_listed_by_verdict(self) -> None:
        run = a_run(
            "a",
            a_finding("width.giou", "refuted"),
            a_finding("width.log-l2", "supported"),
            a_finding("width.float16", "supported"),
            a_finding("width.bfloat16", "inconclusive"),
        )
        assert composed(an_item(a_tie()), run).conclusion == (
            "mixed: supported for log-l2 and float16; refuted for giou; inconclusive for bfloat16"
        )

    def test_conditions_that_agree_are_one_verdict(self) -> None:
        run = a_run("a", a_finding("width.a", "refuted"), a_finding("width.b", "refuted"))
        answer = composed(an_item(a_tie()), run)
        assert (answer.verdict, answer.conclusion) == ("refuted", "refuted in all 2 conditions: a and b")

    def test_a_single_condition_speaks_for_itself(self) -> None:
        answer = composed(an_item(a_tie()), a_run("a", a_finding("width", "supported", "exp diverges")))
        assert (answer.verdict, answer.conclusion) == ("supported", "supported: exp diverges")

    def test_a_how_question_has_no_verdict(self) -> None:
        run = a_run("a", a_finding("width.a", text="first."), a_finding("width.b", text="second."))
        answer = composed(an_item(a_tie()), run)
        assert (answer.verdict, answer.conclusion) == (None, "first. second.")

    def test_two_experiments_are_told_apart(self) -> None:
        ties = (a_tie("", "one"), a_tie("", "two"))
        answer = composed(
            an_item(*ties),
            a_run("a", a_finding("x", "supported"), experiment="one"),
            a_run("b", a_finding("x", "refuted"), experiment="two"),
        )
        assert answer.conclusion == "mixed: supported for one x; refuted for two x"

    def test_no_selected_finding_is_no_answer(self) -> None:
        assert answers.compose(an_item(a_tie()), (), now=NOW) is None

    @given(st.lists(st.sampled_from(["supported", "refuted", "inconclusive", None])))
    @settings(deadline=None, max_examples=50)
    def test_mixed_exactly_where_verdicts_differ(self, verdicts: list[str | None]) -> None:
        given_ones = {v for v in verdicts if v}
        verdict = answers.verdict_of(verdicts)
        assert (verdict == "mixed") == (len(given_ones) > 1)
        assert (verdict is None) == (not given_ones)


class TestFigures:
    def test_cited_figures_are_pinned_by_experiment(self) -> None:
        finding = replace(a_finding("width", "supported", loss="0.125"), template="loss {loss:.2f}", text="loss 0.12")
        run = a_run("a", finding, metrics=(Metric("loss", 0.125), Metric("ratio", 2.5), Metric("other", 1.0)))
        answer = composed(an_item(a_tie()), run)
        # The cited figure and the one that decides the verdict, no other.
        assert answer.figures == (("box-decoding.loss", "0.125"), ("box-decoding.ratio", "2.5"))
        assert answer.template == "supported: loss {box-decoding.loss:.2f}"
        assert answer.conclusion == "supported: loss 0.12"

    def test_a_persons_text_is_filled_and_pinned(self) -> None:
        run = a_run("a", a_finding("width", "supported"), metrics=(Metric("ratio", 2.5),), params={"anchor": 373.0})
        item = an_item(a_tie())
        answer = answers.compose_person(
            item,
            choose(item.ties, {"box-decoding": [run]}),
            "{box-decoding.ratio:.2f} at {box-decoding.anchor:.0f}, I think",
            now=NOW,
        )
        assert answer.conclusion == "2.50 at 373, I think"
        assert (answer.author, answer.backed, answer.verdict) == ("person", True, "supported")
        assert dict(answer.figures) == {"box-decoding.ratio": "2.5", "box-decoding.anchor": "373.0"}

    def test_a_figure_that_is_not_there_is_named(self) -> None:
        run = a_run("a", a_finding("width"), metrics=(Metric("divergence_ratio", 2.5),))
        item = an_item(a_tie())
        with pytest.raises(UsageError, match="divergence_rate") as caught:
            answers.compose_person(
                item,
                choose(item.ties, {"box-decoding": [run]}),
                "{box-decoding.divergence_rate:.2f}",
                now=NOW,
            )
        assert "box-decoding.divergence_ratio" in caught.value.hint

    def test_without_evidence_an_answer_is_unbacked(self) -> None:
        answer = answers.compose_person(an_item(), (), "because I say so", now=NOW)
        assert (answer.backed, answer.evidence, answer.verdict) == (False, (), None)


class TestDigest:
    def test_it_changes_with_each_thing_the_answer_stands_on(self) -> None:
        item = an_item(a_tie())
        run = a_run("a", a_finding("width", "supported", ratio="2.5"))
        first = composed(item, run).digest
        others = {
            composed(an_item(a_tie(), text="stable?"), run).digest,
            composed(item, a_run("b", a_finding("width", "supported", ratio="2.5"))).digest,
            composed(item, a_run("a", a_finding("width", "refuted", ratio="2.5"))).digest,
            composed(item, a_run("a", a_finding("width", "supported", ratio="2.6"))).digest,
        }
        assert first not in others
        assert len(others) == 4

    def test_it_does_not_depend_on_when_it_was_recorded(self) -> None:
        item, run = an_item(a_tie()), a_run("a", a_finding("width"))
        later = answers.compose(item, choose(item.ties, {"box-decoding": [run]}), now="2027")
        assert later is not None
        assert later.digest == composed(item, run).digest


class TestMovingOn:
    def test_a_first_answer_is_recorded(self) -> None:
        run = a_run("a", a_finding("width"))
        assert answers.supersedes(None, composed(an_item(a_tie()), run), run.id)

    def test_one_that_finished_while_a_newer_run_recorded_nothing_yet_is_recorded_too(self) -> None:
        item, old, new = an_item(a_tie()), a_run("a", a_finding("width")), a_run("b", a_finding("width"))
        assert answers.supersedes(None, composed(item, new, old), old.id)
        assert not answers.supersedes(composed(item, new, old), composed(item, new, old), old.id)

    def test_studyctls_own_answer_moves_on_to_the_newer_run(self) -> None:
        item, old, new = an_item(a_tie()), a_run("a", a_finding("width")), a_run("b", a_finding("width"))
        assert answers.supersedes(composed(item, old), composed(item, new, old), new.id)

    def test_a_quick_run_after_a_full_one_changes_nothing(self) -> None:
        item, full = an_item(a_tie()), a_run("a", a_finding("width"))
        quick = a_run("b", a_finding("width"), preset="quick")
        assert not answers.supersedes(composed(item, full), composed(item, quick, full), quick.id)

    def test_a_persons_words_stay_and_the_newer_run_is_named(self) -> None:
        item, old, new = an_item(a_tie()), a_run("a", a_finding("width")), a_run("b", a_finding("width"))
        mine = answers.compose_person(item, choose(item.ties, {"box-decoding": [old]}), "my words", now=NOW)
        assert not answers.supersedes(mine, composed(item, new, old), new.id)
        (newer,) = answers.newer_evidence(mine, choose(item.ties, {"box-decoding": [new, old]}))
        assert newer.run is new
