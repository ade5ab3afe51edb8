"""A run's page in MLflow: what stands on it, in which order, and that a person's words stay words."""

from __future__ import annotations

from dataclasses import replace

from studyctl.app.run import describe, item_tags
from studyctl.core.models import Finding, Item, Run, Tie

RUN = Run(
    id="3f2a9c10" + "0" * 24,
    experiment="coin",
    title="Is a coin *fair*?",
    state="finished",
    started="2026-11-24T03:04:05.123Z",
    ended="2026-11-24T03:04:06.123Z",
    preset="quick",
    changed=("bias",),
    params={"bias": 0.6, "flips": 100},
    seed=0,
    evidence_version=1,
    host="here",
    pid=1,
    process_started=0.0,
    provenance={"git": {"commit": "c0ffee", "dirty": True}},
    findings=(
        Finding("fair.rate", "Heads in 60 %.", "Heads in 60 %.", "the coin is fair", "rate < 1", "", "refuted"),
        Finding("summary", "Always the same.", "Always the same."),
    ),
)
ITEM = Item(
    id="Q1",
    kind="question",
    also=None,
    text="fair_or <b>not</b>?",
    norm="",
    note="note.md",
    line=5,
    parent=None,
    topic=(),
    position=1,
    mark="open",
    box=None,
    rule="",
    confidence="high",
    status="open",
    ties=(Tie("coin", "fair", "studyctl:coin#fair", 5),),
)


def test_the_page_has_question_answer_command_and_findings_in_this_order() -> None:
    text = describe(RUN, [ITEM])
    parts = [
        "**Is a coin \\*fair\\*?**",
        "- **Q1** fair\\_or \\<b\\>not\\</b\\>? (note.md, line 5)  \n  ✗ **refuted**: Heads in 60 %.",
        "### Reproduce\n\n    git checkout c0ffee\n    studyctl run coin --quick -p bias=0.6",
        "Files differed from that commit",
        f"This is run `{RUN.id}`",
        "### Findings\n\n- ✗ **refuted** `fair.rate`: *the coin is fair*  \n  Heads in 60 %.\n- · `summary`: Always",
    ]
    places = [text.find(part) for part in parts]
    assert -1 not in places
    assert places == sorted(places)


def test_many_findings_are_listed_without_their_figures() -> None:
    many = tuple(replace(RUN.findings[0], key=f"fair.{n}") for n in range(40))
    text = describe(replace(RUN, findings=many), [])
    assert text.count("*the coin is fair*") == 40
    assert "Heads in" not in text
    assert "studyctl runs show 3f2a9c10" in text


def test_before_it_ends_and_after_it_failed() -> None:
    assert "The run is going on" in describe(replace(RUN, state="running", findings=()), [ITEM])
    assert "The run failed." in describe(replace(RUN, state="failed", findings=()), [ITEM])
    assert "The run was killed." in describe(replace(RUN, state="killed", findings=()), [ITEM])


def test_a_tag_for_each_item() -> None:
    assert item_tags([ITEM, replace(ITEM, id="T1", text="x" * 9000)]) == {
        "studyctl.item.Q1": "fair_or <b>not</b>?",
        "studyctl.item.T1": "x" * 500,
    }


def test_code_spans_of_an_author_stay_code_and_all_else_is_as_it_is() -> None:
    finding = replace(RUN.findings[1], text="`exp(t_w)` is *not* [a link](x), `a` is a_b and a lone ` stays")
    text = describe(replace(RUN, findings=(finding,)), [])
    assert r"`exp(t_w)` is \*not\* \[a link\](x), `a` is a\_b and a lone \` stays" in text
