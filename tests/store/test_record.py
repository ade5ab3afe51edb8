"""`studyctl-record.jsonl`: what it holds and leaves out, and that it comes back byte for byte."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from store_values import LATER, NOW, answer, assigned, run, sync, tie

from studyctl.core.answers import digest_of
from studyctl.core.models import Answer, FileDigest, Metric, Run
from studyctl.errors import StoreError
from studyctl.store.ledger import StudyLedger
from studyctl.store.reader import StudyReader


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[StudyLedger]:
    with StudyLedger(tmp_path / "study.db") as opened:
        yield opened


def export(path: Path) -> str:
    with StudyReader(path) as reader:
        return reader.export_record()


def lines(text: str, kind: str) -> list[dict[str, object]]:
    return [line for line in map(json.loads, text.split("\n")[:-1]) if line["type"] == kind]


TIES = (tie("box-decoding", "se"), tie("flops"))


def fill(ledger: StudyLedger) -> None:
    """A little of everything."""
    sync(
        ledger,
        assigned("Q1", "question", "왜 차이가 날까?", 3, ties=TIES),
        assigned("C1", "claim", "B3 is faster", 4, parent="Q1", topic=()),
        assigned("T1", "todo", "gone tomorrow", 5, also=None),
    )
    sync(
        ledger,
        assigned("Q1", "question", "왜 차이가 날까?", 3, how="exact", ties=TIES),
        assigned("C1", "claim", "B3 is faster", 4, parent="Q1", topic=(), how="exact"),
    )
    ledger.override("C1", "dropped", "yes", now=NOW)
    ledger.finish_run(run("a" * 32))
    ledger.finish_run(run("b" * 32, started=LATER))
    ledger.finish_run(run("c" * 32, started=LATER))
    for one in (run("a" * 32), run("b" * 32)):
        cited = answer("Q1", "왜 차이가 날까?", one)
        ledger.record_answer(replace(cited, digest=digest_of(cited)))


def test_the_record_of_a_workspace(ledger: StudyLedger) -> None:
    fill(ledger)
    text = export(ledger.path)
    assert text.startswith('{"type":"header","format":1}\n') and text.endswith("}\n")
    assert "왜 차이가 날까?" in text
    assert [line["id"] for line in lines(text, "item")] == ["Q1", "C1"]
    assert lines(text, "item")[0] == {
        "type": "item",
        "id": "Q1",
        "kind": "question",
        "text": "왜 차이가 날까?",
        "norm": "왜 차이가 날까?",
        "note": "note.md",
        "line": 3,
        "topic": ["Questions"],
    }
    assert lines(text, "item")[1]["parent"] == "Q1"
    assert [line["id"] for line in lines(text, "tombstone")] == ["T1"]
    assert [(line["item"], line["experiment"], line["fragment"]) for line in lines(text, "tie")] == [
        ("Q1", "box-decoding", "se"),
        ("Q1", "flops", ""),
    ]
    assert [line["value"] for line in lines(text, "override")] == ["yes"]
    # The run that no answer cites is left out, and of the others the metric that nothing cites.
    assert [line["id"] for line in lines(text, "run")] == ["a" * 32, "b" * 32]
    assert {line["name"] for line in lines(text, "metric")} == {"divergence_ratio.lo"}
    assert len(lines(text, "finding")) == len(lines(text, "file")) == 2
    assert [line["current"] for line in lines(text, "answer")] == [False, True]
    assert lines(text, "answer")[0]["evidence"] == [{"run": "a" * 32, "finding": "width-stability.log-l2"}]


def test_it_names_no_machine_person_process_or_path(ledger: StudyLedger) -> None:
    sync(ledger, assigned("Q1", "question", "Why?"))
    provenance = {
        "command": "/home/somebody/bin/studyctl run box-decoding",
        "python": {"version": "3.12.1", "implementation": "CPython", "executable": "/usr/bin/python3"},
        "distributions": {"numpy": "2.1.0"},
        "git": {"commit": "f" * 40, "dirty": True, "branch": "somebody/try", "untracked": ["secret.txt"]},
        "machine": {"cpu": "A CPU", "hostname": "some-host", "user": "somebody"},
        "hostname": "some-host",
        "warnings": ["/home/somebody/x.py is odd"],
        "constants": {"limit": 60.0},
        "seconds": 2.5,
    }
    one = run(provenance=provenance, mlflow_run_id="mirror")
    ledger.finish_run(one)
    ledger.record_answer(answer("Q1", "Why?", one))
    text = export(ledger.path)
    for private in ("some-host", "somebody", "/home", "/usr", "4321", "1764.25", "secret", "mirror"):
        assert private not in text, private
    assert lines(text, "run")[0]["provenance"] == {
        "python": {"version": "3.12.1", "implementation": "CPython"},
        "distributions": {"numpy": "2.1.0"},
        "git": {"commit": "f" * 40, "dirty": True},
        "machine": {"cpu": "A CPU"},
        "constants": {"limit": 60.0},
        "seconds": 2.5,
    }


def test_metrics_that_a_predicate_or_an_answer_needs_are_kept(ledger: StudyLedger) -> None:
    sync(ledger, assigned("Q1", "question", "Why?"))
    finding = replace(run().findings[0], when="gap-a.lo > 2*gap_b", unless="", template="{shown:.2f}", figures=())
    names = ("gap-a.lo", "gap_b", "shown", "chosen", "other")
    one = run(findings=(finding,), metrics=tuple(Metric(name, math.inf) for name in names))
    ledger.finish_run(one)
    ledger.record_answer(answer("Q1", "Why?", one, figures=(("box-decoding.chosen", "Infinity"),)))
    found = lines(export(ledger.path), "metric")
    assert [line["name"] for line in found] == ["chosen", "gap-a.lo", "gap_b", "shown"]
    assert {line["value"] for line in found} == {"Infinity"}


def test_a_fresh_clone_shows_the_same_numbers_and_answers(ledger: StudyLedger, tmp_path: Path) -> None:
    fill(ledger)
    text = export(ledger.path)
    with StudyLedger(tmp_path / "clone.db") as clone:
        report = clone.import_record(text, now=LATER)
        assert (report.items, report.tombstones, report.answers) == (("Q1", "C1"), ("T1",), ("Q1",))
        assert (report.runs, report.renumbered, report.overrides) == (("a" * 32, "b" * 32), (), 1)
        assert clone.next_numbers() == ledger.next_numbers()
        with StudyReader(ledger.path) as ours, clone.reading() as theirs:
            assert theirs.answer("Q1") == ours.answer("Q1")
            assert theirs.answer_history("Q1") == ours.answer_history("Q1")
            assert [one.id for one in theirs.items()] == ["Q1", "C1"]
            assert [one.status for one in theirs.items()] == ["answered", "dropped"]
            carried = theirs.run("a")
            assert (carried.imported, carried.host, carried.pid) == (True, "", 0)
            assert carried.findings == ours.run("a").findings and carried.files == ours.run("a").files
        # The notes are read next: what they say of the same items is no news.
        sync(
            clone,
            assigned("Q1", "question", "왜 차이가 날까?", 3, how="exact", ties=TIES),
            assigned("C1", "claim", "B3 is faster", 4, parent="Q1", topic=(), how="exact", mark="noted"),
        )
        assert export(clone.path) == text
        with clone.reading() as theirs:
            assert [what for _, what, _ in theirs.events("C1")] == ["imported", "dropped"]


# -- any workspace

names = st.sampled_from(["efficientnet", "왜 차이가 날까?", "how?", "a\u2028b", 'quoted "\\" text', "\x00\x85"])
times = st.integers(0, 9).map(lambda n: f"2026-11-0{n + 1}T00:00:00.000Z")
floats = st.floats().map(repr).map(float)


@st.composite
def workspaces(draw: st.DrawFn) -> Callable[[StudyLedger], None]:
    """Something that fills a database: items of which some vanished, decisions, runs, answers with a history."""
    kinds = st.sampled_from([("Q", "question"), ("T", "todo"), ("C", "claim")])
    items = []
    for n, ((letter, kind), text, note) in enumerate(
        draw(st.lists(st.tuples(kinds, names, st.sampled_from(["a.md", "한글/b.md"])), max_size=7)), start=1
    ):
        parent = draw(st.sampled_from([None, *(one.id for one in items if one.note == note)]))
        ties = tuple(tie(name) for name in draw(st.lists(st.sampled_from(["flops", "se"]), max_size=2)))
        items.append(assigned(f"{letter}{n}", kind, text, n, note=note, parent=parent, ties=ties))  # type: ignore[arg-type]
    gone = draw(st.sets(st.sampled_from([one.id for one in items]))) if items else set()
    gone |= {one.id for one in items if one.parent in gone}
    staying = [replace(one, how="exact") for one in items if one.id not in gone]
    for one in [one for one in staying if one.parent in gone]:
        staying.remove(one)
    ids = [one.id for one in items]
    fields = st.sampled_from([("ignored", "yes"), ("dropped", "yes"), ("kind", "todo")])
    overrides = draw(st.lists(st.tuples(st.sampled_from(ids), fields), max_size=3)) if items else []
    runs = [
        run(
            f"{n:032x}",
            started=draw(times),
            params={"x": draw(floats), "$float": draw(st.sampled_from([None, "NaN", [1, 2.5]]))},
            seed=draw(st.none() | st.integers(0, 2**70)),
            metrics=(Metric("divergence_ratio.lo", draw(floats), "x"), Metric("unseen", 1.0)),
            files=(FileDigest("b.py", "code", "1"), FileDigest("a.csv", "data", "2")),
        )
        for n in range(draw(st.integers(0, 3)))
    ]
    answers = [
        _answer(draw, runs, item_id) for item_id in (draw(st.lists(st.sampled_from(ids), max_size=5)) if ids else [])
    ]

    def into(ledger: StudyLedger) -> None:
        sync(ledger, *items)
        sync(ledger, *staying, gone=tuple(gone))
        for item_id, (field, value) in overrides:
            ledger.override(item_id, field, value, now=NOW)  # type: ignore[arg-type]
        for one in runs:
            ledger.finish_run(one)
        for one in answers:
            ledger.record_answer(one)

    return into


def _answer(draw: st.DrawFn, runs: list[Run], item_id: str) -> Answer:
    cited = draw(st.lists(st.sampled_from(runs), max_size=2, unique_by=lambda one: one.id)) if runs else []
    one = answer(
        item_id, draw(names), *cited, recorded=draw(times), author=draw(st.sampled_from(["studyctl", "person"]))
    )
    if one.evidence and draw(st.booleans()):
        one = replace(one, evidence=(replace(one.evidence[0], text="other words", verdict=None), *one.evidence[1:]))
    return replace(one, digest=digest_of(one))


@settings(max_examples=15, deadline=None)
@given(workspaces())
def test_any_record_comes_back_byte_for_byte(
    tmp_path_factory: pytest.TempPathFactory, into: Callable[[StudyLedger], None]
) -> None:
    folder = tmp_path_factory.mktemp("record")
    with StudyLedger(folder / "study.db") as ledger:
        into(ledger)
    text = export(folder / "study.db")
    with StudyLedger(folder / "clone.db") as clone:
        clone.import_record(text, now=LATER)
        assert export(clone.path) == text
        again = clone.import_record(text, now=LATER)
        assert again == type(again)()
        assert export(clone.path) == text
        # The order of the lines and the ends of them say nothing.
        header, *rest = text.split("\n")[:-1]
        clone.import_record("\r\n".join([header, *reversed(rest)]) + "\r\n\r\n", now=LATER)
        assert export(clone.path) == text


# -- what cannot be imported

GOOD = '{"type":"header","format":1}\n'
ITEM = '{"type":"item","id":"Q1","kind":"question","text":"Why?","norm":"why?","note":"n.md","line":1,"topic":[]}\n'
ID = "a" * 32
RUN = (
    f'{{"type":"run","id":"{ID}","experiment":"e","title":"t","state":"finished","started":"{NOW}",'
    '"preset":"default","changed":[],"params":{},"evidence_version":1,"provenance":{}}\n'
)
METRIC = f'{{"type":"metric","run":"{ID}","name":"m","value":"1","unit":"","steps":1}}\n'


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("", 1, "header"),
        (ITEM, 1, "header"),
        ('{"type":"header","format":"1"}', 1, "format '1' is no number"),
        (GOOD + "{", 2, "no JSON"),
        (GOOD + "\n\n[1]", 4, "dictionary"),
        (GOOD + ITEM + "<<<<<<< HEAD\n" + ITEM, 3, "merge conflict"),
        (GOOD + '{"type":"wish","id":"Q1"}', 2, "wish"),
        (GOOD + ITEM.replace('"line":1', '"line":"1"'), 2, "line"),
        (GOOD + ITEM.replace('"line":1', '"line":1,"colour":"red"'), 2, "colour"),
        (GOOD + ITEM.replace("Q1", "X1"), 2, "id"),
        (GOOD + ITEM.replace('"norm":"why?",', ""), 2, "norm"),
        (GOOD + ITEM.replace("Why?", "\\ud800"), 2, "no JSON"),
        (GOOD + ITEM.replace('"line":1', f'"line":{2**70}'), 2, "line"),
        (GOOD + ITEM + ITEM.replace("Why?", "How?"), 3, "two different items have the number Q1"),
        (GOOD + ITEM.replace('"topic"', '"parent":"Q7","topic"'), 2, "Q7"),
        (GOOD + ITEM + '{"type":"tie","item":"Q2","experiment":"e","fragment":"","target":""}', 3, "Q2"),
        (GOOD + '{"type":"metric","run":"' + "a" * 32 + '","name":"m","value":"1","unit":"","steps":1}', 2, "aaaaaaaa"),
        (
            GOOD + RUN + '{"type":"metric","run":"' + "a" * 32 + '","name":"m","value":1,"unit":"","steps":1}',
            3,
            "value",
        ),
        (GOOD + RUN + RUN.replace("finished", "failed"), 3, "differs"),
        (GOOD + RUN.replace('"params":{}', '"params":{"x":{"$float":"y"}}'), 2, "no JSON"),
    ],
)
def test_a_malformed_line_is_named_and_nothing_is_imported(
    ledger: StudyLedger, text: str, line: int, words: str
) -> None:
    with pytest.raises(StoreError) as caught:
        ledger.import_record(text, now=NOW)
    assert f"line {line}:" in caught.value.message and words in caught.value.message
    assert caught.value.hint
    assert ledger.known_items() == []
    with ledger.reading() as reader:
        assert reader.meta("record") is None


def test_evidence_must_be_in_the_record(ledger: StudyLedger, tmp_path: Path) -> None:
    fill(ledger)
    text = export(ledger.path)
    for kind, words in (("finding", "which has no line"), ("run", "which has no line")):
        without = "".join(f"{line}\n" for line in text.split("\n") if line and f'"type":"{kind}"' not in line)
        with StudyLedger(tmp_path / f"{kind}.db") as clone, pytest.raises(StoreError, match=words):
            clone.import_record(without, now=NOW)


def test_a_newer_format_is_refused_with_both_numbers(ledger: StudyLedger) -> None:
    with pytest.raises(StoreError, match=r"format 2.*up to 1") as caught:
        ledger.import_record('{"type":"header","format":2}\nanything', now=NOW)
    assert "upgrade" in caught.value.hint


def test_the_import_is_remembered(ledger: StudyLedger) -> None:
    ledger.import_record(GOOD + ITEM, now=NOW)
    with ledger.reading() as reader:
        assert reader.meta("record") is not None and reader.meta("synced") is None
