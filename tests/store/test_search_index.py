"""The index of words: what is in it after whatever was written, and how it comes back when it is lost."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from store_values import LATER, NOW, answer, assigned, python, run, sync

from studyctl.core.models import Detail, Finding
from studyctl.core.ports import Assigned
from studyctl.core.search import Hits, parse
from studyctl.errors import StoreError
from studyctl.store import indexing, repair, searching
from studyctl.store.database import SCHEMA_VERSION, connect
from studyctl.store.ledger import StudyLedger
from studyctl.store.migrations import MIGRATIONS
from studyctl.store.reader import StudyReader


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[StudyLedger]:
    with StudyLedger(tmp_path / "study.db") as opened:
        yield opened


def hits(ledger: StudyLedger, typed: str) -> Hits:
    with StudyReader(ledger.path) as reader:
        return reader.search(parse(typed))


def names(ledger: StudyLedger, typed: str) -> list[str]:
    """What is found, best first: items by their ids, findings by their names."""
    return [hit.item or (hit.finding.name if hit.finding else "") for hit in hits(ledger, typed).found]


def one(item_id: str, text: str, line: int = 1, *details: str, **more: object) -> Assigned:
    lines = tuple(Detail("context", line + n, text) for n, text in enumerate(details, start=1))
    return assigned(item_id, "question", text, line, details=more.pop("details", lines), **more)  # type: ignore[arg-type]


def test_everything_that_is_known_of_an_item_is_found(ledger: StudyLedger) -> None:
    source = Detail("source", 2, "a paper", "https://arxiv.org/abs/1706.03762")
    own = Detail("answer", 3, "because of warmup")
    sync(
        ledger,
        one("Q1", "왜 불안정할까?", topic=("yolo3", "box decoding"), details=(source, own)),
        one("Q2", "anchor 사용방식 비교", 5, "exp(tw) 가 들어가는 부분"),
    )
    ledger.record_answer(answer("Q1", "왜 불안정할까?", conclusion="It overflows in float16.", template="x"))
    for typed in ("왜", "불안정", "decoding yolo3", "paper", "1706.03762", "warm", "overflows float16", "왜 float16"):
        assert names(ledger, typed) == ["Q1"], typed
    for typed in ("방식", "사용방식", "비교", "ANCHOR", "exp tw", "들어가는"):
        assert names(ledger, typed) == ["Q2"], typed
    assert names(ledger, "anchor 왜") == []
    assert names(ledger, "사용 부분") == ["Q2"]


def test_an_items_own_words_stand_first(ledger: StudyLedger) -> None:
    padding = "some more words about nothing in particular"
    sync(
        ledger,
        one("Q1", "Something else entirely", 1, f"{padding} anchors {padding}"),
        one("Q2", f"{padding} {padding} anchors", 5),
        one("Q3", "Another thing", 9, topic=("anchors",)),
        one("Q4", "One more", 12),
        one("Q5", "No such word", 15),
    )
    ledger.record_answer(answer("Q4", "One more", conclusion=f"{padding} anchors", template="x"))
    assert names(ledger, "anchors") == ["Q2", "Q1", "Q4", "Q3"]


def test_no_phrase_reaches_over_the_end_of_a_line(ledger: StudyLedger) -> None:
    sync(ledger, one("Q1", "Why?", 1, "ends with alpha", "beta begins"))
    assert names(ledger, '"alpha beta"') == []
    assert names(ledger, "alpha beta") == ["Q1"]


def test_the_index_follows_the_notes(ledger: StudyLedger) -> None:
    sync(ledger, one("Q1", "Why anchors?", 1, "as in yolo"), one("Q2", "What is IoU?", 5))
    sync(ledger, one("Q1", "Why grids?", 1, "as in ssd"), one("Q2", "What is IoU?", 5), now=LATER)
    assert names(ledger, "anchors") == names(ledger, "yolo") == []
    assert names(ledger, "grids") == names(ledger, "ssd") == ["Q1"]
    sync(ledger, one("Q2", "What is IoU?", 5), now=LATER)  # Q1 is a tombstone
    assert names(ledger, "grids") == []
    sync(ledger, one("Q1", "Why grids?", 1, how="returned"), one("Q2", "What is IoU?", 5), now=LATER)
    assert names(ledger, "grids") == ["Q1"] and names(ledger, "ssd") == []


def test_what_is_ignored_is_not_found_until_it_is_restored(ledger: StudyLedger) -> None:
    sync(ledger, one("Q1", "Why anchors?"))
    ledger.override("Q1", "ignored", "yes", now=NOW)
    assert names(ledger, "anchors") == []
    ledger.override("Q1", "ignored", None, now=NOW)
    assert names(ledger, "anchors") == ["Q1"]


def test_only_the_current_answer_is_found(ledger: StudyLedger) -> None:
    sync(ledger, one("Q1", "Why?"))
    ledger.record_answer(answer("Q1", "Why?", conclusion="By accident.", template="x"))
    ledger.record_answer(answer("Q1", "Why?", conclusion="By design.", template="x", recorded=LATER))
    assert names(ledger, "accident") == []
    assert names(ledger, "design") == ["Q1"]


def test_a_finding_is_found_by_its_text_its_claim_and_its_name(ledger: StudyLedger) -> None:
    ledger.open_run(run(findings=(), state="running", ended=None))
    assert names(ledger, "diverges") == []
    ledger.finish_run(run())
    for typed in ("diverges", "training unstable", "box-decoding", '"width-stability.log-l2"'):
        assert names(ledger, typed) == ["box-decoding#width-stability.log-l2"], typed
    found = hits(ledger, "diverges").found[0].finding
    assert found is not None
    assert (found.run, found.verdict, found.runs) == ("ab" * 16, "supported", 1)


def test_a_finding_that_its_run_no_longer_has_is_gone(ledger: StudyLedger) -> None:
    ledger.finish_run(run())
    ledger.finish_run(run(findings=(Finding("other", "it is slow", "it is slow"),)))
    assert names(ledger, "diverges") == []
    assert names(ledger, "slow") == ["box-decoding#other"]


def test_the_same_finding_of_several_runs_is_one(ledger: StudyLedger) -> None:
    def said(run_id: str, text: str, started: str, **more: object) -> None:
        ledger.finish_run(run(run_id * 16, started=started, findings=(Finding("a", text, text),), **more))

    said("01", "diverges once", "2026-01-01T00:00:00.000Z")
    said("02", "diverges twice", "2026-01-02T00:00:00.000Z")
    said("03", "diverges thrice", "2026-01-03T00:00:00.000Z", preset="quick")
    said("04", "converges", "2026-01-04T00:00:00.000Z")
    (hit,) = hits(ledger, "diverges").found
    assert hit.finding is not None
    # The newest of those that have the word and stand for the experiment.
    assert (hit.finding.text, hit.finding.runs) == ("diverges twice", 3)


def test_renumbered_items_are_found_under_their_numbers(ledger: StudyLedger, tmp_path: Path) -> None:
    with StudyLedger(tmp_path / "other.db") as other:
        sync(other, one("Q1", "Is it the grid that matters?"), one("Q2", "Why anchors at all then?", 3))
        with other.reading() as reader:
            record = reader.export_record()
    sync(ledger, one("Q1", "Why anchors at all then?"), one("Q2", "What is an anchor box?", 3))
    report = ledger.import_record(record, now=LATER)
    assert report.renumbered
    with StudyReader(ledger.path) as reader:
        assert {item.id for item in reader.items() if "anchor" in item.text.casefold()} == {"Q2", "Q3"}
    assert sorted(names(ledger, "anchor")) == ["Q2", "Q3"]
    assert names(ledger, "grid") == ["Q1"]


def test_many_items_are_indexed_in_several_steps(ledger: StudyLedger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(indexing, "BATCH", 3)
    sync(ledger, *(one(f"Q{n}", f"Why is it {n} times?", n) for n in range(1, 12)))
    assert len(names(ledger, "times")) == 11
    assert names(ledger, "7") == ["Q7"]


def test_a_transaction_that_is_taken_back_leaves_no_words(ledger: StudyLedger) -> None:
    sync(ledger, one("Q1", "Why anchors?"))
    with pytest.raises(ZeroDivisionError), ledger.transaction():
        sync(ledger, one("Q1", "Why grids?"), now=LATER)
        raise ZeroDivisionError
    assert names(ledger, "grids") == [] and names(ledger, "anchors") == ["Q1"]


# Coming from elsewhere ------------------------------------------------------------------------------------------------


def first_version(path: Path) -> None:
    """A database of version 1 that has something to find."""
    from studyctl.store.migrate import prepare

    prepare(path, MIGRATIONS[:1], lambda db: None)
    db = sqlite3.connect(path)
    columns = (
        "id, kind, text, norm, note, line, last_line, topic, position, mark, rule, confidence, first_seen, matched,"
        " score, matched_at"
    )
    for number, text in enumerate(("왜 불안정할까?", "anchor 사용방식 비교"), start=1):
        db.execute(
            f"INSERT INTO item ({columns}) VALUES"
            " (?, 'question', ?, ?, 'a.md', ?, ?, '[\"yolo\"]', ?, 'open', 'box', 'high', ?, 'new', 100, ?)",
            (f"Q{number}", text, text, number, number, number, NOW, NOW),
        )
    db.execute("INSERT INTO detail VALUES ('Q1', 0, 'context', 2, 'exp(tw)', NULL)")
    db.execute(
        "INSERT INTO answer (item, current, author, backed, quick, conclusion, template, question, question_norm,"
        " recorded, digest) VALUES ('Q2', 1, 'person', 0, 0, 'They differ.', '', 'x', 'x', ?, '')",
        (NOW,),
    )
    db.execute(
        "INSERT INTO run VALUES (?, 'coin', '', 'finished', ?, ?, 'default', '[]', '{}', NULL, 1, '', 0, 0, '{}',"
        " NULL, '', 0)",
        ("ab" * 16, NOW, NOW),
    )
    db.execute(
        "INSERT INTO finding VALUES (?, 'fair', 0, 'it is fair', '', '', NULL, 'heads half the time', '')", ("ab" * 16,)
    )
    db.commit()
    db.close()


def test_a_database_of_version_1_is_searched_once_it_was_opened_for_writing(tmp_path: Path) -> None:
    path = tmp_path / "study.db"
    first_version(path)
    with StudyLedger(path) as ledger:
        assert ledger.migrated == (1, SCHEMA_VERSION)
        assert names(ledger, "불안정") == names(ledger, "exp") == ["Q1"]
        assert names(ledger, "방식") == names(ledger, "differ") == ["Q2"]
        assert names(ledger, "heads") == ["coin#fair"]
        assert sorted(names(ledger, "yolo")) == ["Q1", "Q2"]
        assert hits(ledger, "yolo").pending == 0
    backup = sqlite3.connect(tmp_path / "study.db.v1.bak")
    assert backup.execute("SELECT count(*) FROM item").fetchone() == (2,)
    backup.close()
    assert indexing.problem(path) is None


def test_a_process_that_died_between_migrating_and_indexing_leaves_it_to_the_next(tmp_path: Path) -> None:
    from studyctl.store.migrate import prepare

    path = tmp_path / "study.db"
    first_version(path)
    prepare(path)
    with StudyReader(path) as reader:
        assert reader.search(parse("방식")) == Hits((), 3)
    assert indexing.problem(path) == "some items are not in the index of words"
    with StudyLedger(path) as ledger:
        ledger.override("Q1", "dropped", "yes", now=NOW)
        assert names(ledger, "방식") == ["Q2"]


def test_what_another_program_writes_is_found_after_the_next_write(ledger: StudyLedger) -> None:
    sync(ledger, one("Q1", "Why anchors?"), one("Q2", "What is IoU?", 3))
    other = sqlite3.connect(ledger.path)
    other.execute("UPDATE item SET text = 'Why grids?' WHERE id = 'Q1'")
    other.commit()
    other.close()
    assert hits(ledger, "grids") == Hits((), 1)
    ledger.override("Q2", "dropped", "yes", now=NOW)
    assert names(ledger, "grids") == ["Q1"] and names(ledger, "anchors") == []


def test_other_programs_can_search_as_the_documentation_says(ledger: StudyLedger) -> None:
    sync(ledger, one("Q1", "다른 논문에서의 decoding 방식 비교"), one("Q2", "왜 효율적인가?", 3))
    ledger.finish_run(run())
    db = sqlite3.connect(f"{ledger.path.as_uri()}?mode=ro", uri=True)
    query = (
        "SELECT item, run, finding FROM search WHERE search MATCH ? ORDER BY bm25(search, 0, 0, 0, 10, 2, 0.08, 0.4)"
    )
    for match, found in (
        ("decod* 방식", [("Q1", None, None)]),
        ('"효율 율적"', [("Q2", None, None)]),
        ("왜*", [("Q2", None, None)]),
        ("DIVERGES", [(None, "ab" * 16, "width-stability.log-l2")]),
    ):
        assert db.execute(query, (match,)).fetchall() == found
    db.close()


# Damage ---------------------------------------------------------------------------------------------------------------


def damage(path: Path, statement: str) -> None:
    db = sqlite3.connect(path)
    db.execute(statement)
    db.commit()
    db.close()


# Damage that FTS5 meets as soon as it writes; with some of it, it does not even open its table to drop it.
NOTICED = (
    "DELETE FROM search_data WHERE id = 10",
    "DELETE FROM search_data WHERE id = 1",
    "UPDATE search_data SET block = x'00' WHERE id = 10",
    "DELETE FROM search_config",
    "DROP TABLE search_data",
)


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        *((statement, "damaged") for statement in NOTICED),
        ("DELETE FROM search_data WHERE id > 10", "damaged"),
        ("DELETE FROM search_content WHERE id = 4", "damaged"),
        ("DROP TABLE search", "damaged: no such table"),
        ("DELETE FROM search WHERE rowid = 4", "does not agree"),
    ],
)
def test_a_damaged_index_is_named_and_made_anew(ledger: StudyLedger, statement: str, said: str) -> None:
    sync(ledger, *(one(f"Q{n}", f"Why anchors {n}?", n) for n in range(1, 9)))
    assert indexing.problem(ledger.path) is None
    damage(ledger.path, statement)
    assert said in (indexing.problem(ledger.path) or "")
    assert indexing.mend(ledger.path) == 8
    assert indexing.problem(ledger.path) is None
    assert len(names(ledger, "anchors")) == 8


@pytest.mark.parametrize("statement", [*NOTICED, "DROP TABLE search"])
def test_a_damaged_index_does_not_stand_in_the_way_of_a_write(ledger: StudyLedger, statement: str) -> None:
    items = [one(f"Q{n}", f"Why anchors {n}?", n) for n in range(1, 9)]
    sync(ledger, *items)
    damage(ledger.path, statement)
    sync(ledger, *items[:-1], one("Q8", "Why grids?", 8), now=LATER)
    assert names(ledger, "grids") == ["Q8"] and len(names(ledger, "anchors")) == 7
    assert indexing.problem(ledger.path) is None and repair.problems(ledger.path) == []


@pytest.mark.parametrize("statement", ["DELETE FROM search_data WHERE id > 10", "DROP TABLE search"])
def test_a_search_in_a_damaged_index_says_what_to_do(ledger: StudyLedger, statement: str) -> None:
    sync(ledger, one("Q1", "Why anchors?"))
    damage(ledger.path, statement)
    with pytest.raises(StoreError, match="the index of words is damaged") as caught:
        hits(ledger, "anchors")
    assert "doctor --fix" in caught.value.hint


def test_a_mistake_while_mending_leaves_all_as_it_was(ledger: StudyLedger, monkeypatch: pytest.MonkeyPatch) -> None:
    sync(ledger, one("Q1", "Why anchors?"))
    with monkeypatch.context() as broken, pytest.raises(ZeroDivisionError):
        broken.setattr(indexing, "indexed", lambda text: 1 / 0)
        indexing.mend(ledger.path)
    assert names(ledger, "anchors") == ["Q1"]


# Without FTS5 ---------------------------------------------------------------------------------------------------------


def test_without_fts5_everything_else_works_and_searching_says_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from studyctl.store.migrations import v0002_search

    path = tmp_path / "study.db"
    with monkeypatch.context() as without:
        for module in (indexing, searching, v0002_search):
            without.setattr(module, "has_fts5", lambda db: False)
        with StudyLedger(path) as ledger:
            sync(ledger, one("Q1", "Why anchors?"))
            ledger.finish_run(run())
            with pytest.raises(StoreError, match="FTS5") as caught:
                hits(ledger, "anchors")
            assert "--match" in caught.value.hint
        with pytest.raises(StoreError, match="FTS5"):
            indexing.problem(path)
    # Another Python: what was written meanwhile is indexed by its first write.
    with StudyLedger(path) as ledger:
        ledger.override("Q1", "dropped", "yes", now=NOW)
        assert names(ledger, "anchors") == ["Q1"]
        assert names(ledger, "diverges") == ["box-decoding#width-stability.log-l2"]


# Whatever happens -----------------------------------------------------------------------------------------------------

WORDS = ("alpha", "beta", "방식", "효율적", "anchor")


class Index(RuleBasedStateMachine):
    """Items, answers and runs come and go; the index is compared with a search through plain values."""

    def __init__(self) -> None:
        super().__init__()
        import tempfile

        self.folder = tempfile.TemporaryDirectory()
        self.ledger = StudyLedger(Path(self.folder.name) / "study.db")
        self.items: dict[str, tuple[str, str]] = {}  # text and context of what is in the note
        self.ever: set[str] = set()
        self.conclusions: dict[str, str] = {}
        self.findings: dict[str, dict[str, str]] = {}
        self.clock = 0

    def teardown(self) -> None:
        self.ledger.close()
        self.folder.cleanup()

    def _now(self) -> str:
        self.clock += 1
        return f"2026-01-01T00:00:{self.clock:02d}.000Z"

    def _sync(self) -> None:
        found = [one(i, t, n, *filter(None, [c])) for n, (i, (t, c)) in enumerate(sorted(self.items.items()), start=1)]
        self.ledger.sync(found, (), (), read_notes=["note.md"], now=self._now())

    @rule(number=st.integers(1, 4), text=st.sampled_from(WORDS), context=st.sampled_from(("", *WORDS)))
    def write(self, number: int, text: str, context: str) -> None:
        self.items[f"Q{number}"] = f"{text} {number}", context
        self.ever.add(f"Q{number}")
        self._sync()

    @precondition(lambda self: self.items)
    @rule(data=st.data())
    def remove(self, data: st.DataObject) -> None:
        del self.items[data.draw(st.sampled_from(sorted(self.items)))]
        self._sync()

    @precondition(lambda self: self.ever)
    @rule(data=st.data(), text=st.sampled_from(WORDS))
    def conclude(self, data: st.DataObject, text: str) -> None:
        item = data.draw(st.sampled_from(sorted(self.ever)))
        self.ledger.record_answer(answer(item, "x", conclusion=text, recorded=self._now()))
        self.conclusions[item] = text

    @rule(number=st.integers(1, 3), keys=st.dictionaries(st.sampled_from("ab"), st.sampled_from(WORDS)))
    def finish(self, number: int, keys: dict[str, str]) -> None:
        name = f"e{number}"
        findings = tuple(Finding(key, text, text) for key, text in keys.items())
        self.ledger.finish_run(run(f"0{number}" * 16, experiment=name, findings=findings, started=self._now()))
        self.findings[name] = keys

    @invariant()
    def everything_is_found_and_nothing_else(self) -> None:
        for word in WORDS:
            expected = {i for i, (t, c) in self.items.items() if word in f"{t} {c} {self.conclusions.get(i, '')}"}
            expected |= {f"{n}#{k}" for n, keys in self.findings.items() for k, text in keys.items() if word in text}
            assert set(names(self.ledger, word)) == expected

    @invariant()
    def it_is_sound(self) -> None:
        assert indexing.problem(self.ledger.path) is None


TestIndex = Index.TestCase
TestIndex.settings = settings(max_examples=8, stateful_step_count=10, deadline=None)


SEARCHES = """
    from pathlib import Path
    from studyctl.core.search import parse
    from studyctl.store.reader import StudyReader

    with StudyReader(Path(sys.argv[1])) as reader:
        assert reader.search(parse("anchors")).found
        print(*sorted(sys.modules))
"""


def test_searching_loads_the_standard_library_only(tmp_path: Path) -> None:
    from test_reading_path import HEAVY

    with StudyLedger(tmp_path / "study.db") as ledger:
        sync(ledger, one("Q1", "Why anchors?"))
    done = python(SEARCHES, tmp_path / "study.db", cwd=tmp_path)
    assert done.stderr == ""
    assert not set(done.stdout.split()) & {*HEAVY, "studyctl.store.indexing"}


def test_a_rebuilt_index_is_the_same(ledger: StudyLedger) -> None:
    sync(ledger, one("Q1", "Why anchors?", 1, "as in yolo"), one("Q2", "What is IoU?", 5))
    ledger.finish_run(run())
    query = "SELECT rowid, * FROM search"
    db = connect(ledger.path, "ro")
    before = sorted(map(str, db.execute(query)))
    db.close()
    indexing.mend(ledger.path)
    db = connect(ledger.path, "ro")
    assert sorted(map(str, db.execute(query))) == before
    db.close()
