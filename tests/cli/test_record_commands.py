"""`studyctl export` and `import`: the record that git keeps."""

from __future__ import annotations

import shutil

from study_bench import Study


def test_a_clone_with_the_record_and_no_database_has_the_same_answers(study: Study) -> None:
    study("answer", "Q1", "--text", "Within {coin.rate:.2f} of fair.")
    assert study("export").out.startswith("wrote studyctl-record.jsonl, ")
    shown = study("answer", "Q1", "--json").json
    shutil.rmtree(study.root / ".studyctl")
    done = study("answer", "Q1", "--json")
    assert "studyctl-record.jsonl" in done.err
    for key in ("conclusion", "verdict", "figures", "evidence", "digest", "fresh", "reproduce"):
        assert done.json[key] == shown[key]


def test_exporting_twice_changes_nothing(study: Study) -> None:
    study("export")
    before = (study.root / "studyctl-record.jsonl").stat().st_mtime_ns
    assert study("export").out.startswith("unchanged: studyctl-record.jsonl, ")
    assert (study.root / "studyctl-record.jsonl").stat().st_mtime_ns == before
    assert study("export", "--stdout").out == (study.root / "studyctl-record.jsonl").read_text("utf-8")


def test_it_is_written_where_one_says(study: Study) -> None:
    assert study("export", "-o", "elsewhere.jsonl").code == 0
    assert (study.root / "elsewhere.jsonl").exists()
    assert study("export", "-o", "no/such/folder.jsonl").code == 3
    assert study("export", "--stdout", "-o", "x").code == 2


def test_importing_ones_own_record_changes_nothing(study: Study) -> None:
    study("export")
    done = study("import", "studyctl-record.jsonl")
    assert (done.code, done.out) == (0, "nothing new in it\n")


def test_importing_into_another_workspace_brings_answers(study: Study, fresh: Study) -> None:
    study("export")
    study("answer", "Q1", "--json")
    shutil.copyfile(study.root / "studyctl-record.jsonl", fresh.root / "theirs.jsonl")
    done = fresh("import", "theirs.jsonl")
    assert done.code == 0
    assert done.out == "imported 1 run, 3 answers\n"
    assert fresh("answer", "Q1").code == 0


def test_what_is_no_record_is_refused(study: Study) -> None:
    study.write("odd.jsonl", "{}\n")
    assert study("import", "odd.jsonl").code == 6
    assert study("import", "not-there.jsonl").code == 2


def test_status_proposes_to_export_until_it_was_done(study: Study) -> None:
    def proposed() -> bool:
        return "studyctl export" in [step["command"] for step in study("status", "--json").json["next"]]

    assert proposed()
    study("export")
    assert not proposed()
    study("answer", "Q3", "--unbacked", "--text", "Nobody.")
    assert proposed()
