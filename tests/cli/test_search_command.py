"""`studyctl search` as a person types it: what it imports, odd queries, a note that changed, an index that was lost."""

from __future__ import annotations

import json
import os
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from test_main_line import HEAVY, loaded, settle

from studyctl.errors import StoreError
from studyctl.wiring import opening

DATABASE = Path(".studyctl") / "study.db"


def ids(studyctl: Any, *words: str) -> list[str]:
    ran = studyctl("search", *words, "--json")
    assert ran.code == 0, ran.err
    return [one["id"] for one in json.loads(ran.out)]


def damage(statement: str) -> None:
    db = sqlite3.connect(DATABASE)
    db.execute(statement)
    db.commit()
    db.close()


def test_searching_imports_nothing_heavy(real: Path, studyctl: Any) -> None:
    settle(real)
    assert studyctl("sync").code == 0
    imported = loaded(real, "search", "decod")
    assert not [name for name in imported if name.partition(".")[0] in HEAVY]
    assert "studyctl.store.indexing" not in imported


def test_a_note_that_changed_is_found_as_it_is_now(vault: Path, studyctl: Any) -> None:
    assert ids(studyctl, "anchors") == ["Q1"]
    note = vault / "papers" / "yolo.md"
    note.write_text(note.read_text().replace("Why anchors?", "Why grids at all?"))
    os.utime(note, (1_800_000_000, 1_800_000_000))
    assert ids(studyctl, "anchors") == []
    assert len(ids(studyctl, "grid")) == 1


def test_a_word_may_begin_with_a_hyphen_behind_two(vault: Path, studyctl: Any) -> None:
    assert studyctl("search", "--json", "--", "-anchors").out.count('"id"') == 1
    assert studyctl("search", "--anchors").code == 2


def test_filters_combine(vault: Path, studyctl: Any) -> None:
    assert ids(studyctl, "a") == ids(studyctl, "a", "--status", "all")
    assert sorted(ids(studyctl, "todo", "--note", "daily")) == ["T1", "T2", "T3"]
    assert ids(studyctl, "todo", "--note", "daily", "--status", "done") == ["T2"]
    assert ids(studyctl, "milk", "--kind", "question") == []
    assert ids(studyctl, "milk", "--kind", "todos", "--topic", "day") == ["T1"]


def test_quiet_prints_only_what_was_found(vault: Path, studyctl: Any) -> None:
    assert studyctl("search", "anchors", "--quiet").out.count("\n") == 2
    assert studyctl("search", "nothing-like-it", "--quiet").out == ""


def test_without_a_person_nothing_is_marked(vault: Path, studyctl: Any) -> None:
    assert "\x1b" not in studyctl("search", "milk").out
    shown = studyctl("search", "milk", "--color", "always").out
    assert "buy [\x1b[1;33mmilk\x1b[0m] :smile:" in shown


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    words=st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")), min_size=1, max_size=4)
)
def test_no_query_is_an_error_of_the_database(vault: Path, studyctl: Any, words: list[str]) -> None:
    ran = studyctl("search", "--", *words)
    assert ran.code == (0 if " ".join(words).strip() else 2), ran.err


def test_bytes_that_are_no_text_are_not_found(vault: Path, studyctl: Any) -> None:
    ran = studyctl("search", "\udcff", "milk\udcff", "\x1b[31m")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith("nothing found for ? milk? \N{REPLACEMENT CHARACTER}[31m;")


def test_what_waits_to_be_indexed_is_indexed_first(vault: Path, studyctl: Any) -> None:
    assert ids(studyctl, "anchors") == ["Q1"]
    settle(vault)
    assert studyctl("sync").code == 0
    damage("UPDATE item SET text = 'changed elsewhere' WHERE id = 'Q1'")
    assert ids(studyctl, "elsewhere") == ["Q1"]


def test_what_cannot_be_indexed_is_said(vault: Path, studyctl: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    assert ids(studyctl, "anchors") == ["Q1"]
    settle(vault)
    assert studyctl("sync").code == 0
    damage("UPDATE item SET text = 'changed elsewhere' WHERE id = 'Q1'")

    def refuse(workspace: object) -> None:
        raise StoreError("read-only")

    monkeypatch.setattr(opening, "complete_index", refuse)
    ran = studyctl("search", "iou")
    assert ran.code == 0 and "What is IoU?" in ran.out
    assert ran.err == "warning: 1 item cannot be found: this workspace cannot be written\n"


@pytest.mark.parametrize("statement", ["DELETE FROM search_data WHERE id > 10", "DELETE FROM search_docsize"])
def test_doctor_makes_a_damaged_index_anew(vault: Path, studyctl: Any, statement: str) -> None:
    assert ids(studyctl, "anchors") == ["Q1"]
    settle(vault)
    assert studyctl("sync").code == 0
    damage(statement)
    ran = studyctl("doctor")
    assert ran.code == 1 and "the index of words is damaged" in ran.out and "damaged-" not in ran.out
    ran = studyctl("doctor", "--fix")
    assert ran.code == 0 and "made anew, with 8 entries" in " ".join(ran.out.split())
    assert ids(studyctl, "anchors") == ["Q1"]
    assert studyctl("doctor").code == 0


def test_a_damaged_index_says_what_to_do(vault: Path, studyctl: Any) -> None:
    assert ids(studyctl, "anchors") == ["Q1"]
    settle(vault)
    assert studyctl("sync").code == 0
    damage("DELETE FROM search_data WHERE id > 10")
    ran = studyctl("search", "anchors")
    assert (ran.code, ran.out) == (6, "")
    assert ran.err == (
        "error: the index of words is damaged: database disk image is malformed\n"
        "  next: `studyctl doctor --fix` makes it anew\n"
    )


def test_sources_are_shown_with_what_they_refer_to(vault: Path, studyctl: Any) -> None:
    (vault / "papers" / "iou.md").write_text(
        "# IoU\n\n## Questions\n\n- why is GIoU better than IoU?\n"
        "    - [Generalized Intersection over Union](https://arxiv.org/abs/1902.09630v2)\n"
    )
    (found,) = json.loads(studyctl("search", "1902.09630", "--json").out)
    assert (found["part"], found["where"]) == ("source", "papers/iou.md:6")
    shown = studyctl("show", found["id"])
    assert (
        "Generalized Intersection over Union arXiv:1902.09630v2 https://arxiv.org/abs/1902.09630v2 (line 6)"
        in " ".join(shown.out.split())
    )
    (page,) = json.loads(studyctl("show", found["id"], "--json").out)
    assert page["details"][0]["reference"]["id"] == "1902.09630v2"
