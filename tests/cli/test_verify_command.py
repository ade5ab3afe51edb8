"""`studyctl verify`: sound answers pass, and what somebody changed is found where it was changed."""

from __future__ import annotations

import contextlib
import re
import shutil
import sqlite3
from pathlib import Path

import pytest
from study_bench import Study


def change(database: Path, statement: str) -> int:
    with contextlib.closing(sqlite3.connect(database)) as connection:
        changed = connection.execute(statement).rowcount
        connection.commit()
    return changed


def test_sound_answers_pass(study: Study) -> None:
    done = study("verify")
    assert (done.code, done.err) == (0, "")
    assert "✓ Q1  mixed, 3 figures the same in study.db, its folder and MLflow\n" in done.out
    assert done.out.endswith("3 answers verified\n")
    assert [one["ok"] for one in study("verify", "--json").json] == [True] * 3


def test_nothing_is_measured(study: Study) -> None:
    before = study("runs", "list", "--json").json
    assert study("verify").code == 0
    assert study("runs", "list", "--json").json == before


@pytest.mark.parametrize("table", ["latest_metrics", "metrics"])
def test_a_number_changed_in_mlflow_is_named(study: Study, table: str) -> None:
    assert change(study.root / ".studyctl" / "mlflow.db", f"UPDATE {table} SET value = 0.25 WHERE key = 'rate.lo'")
    done = study("verify")
    assert done.code == 1
    assert "coin.rate.lo is 0.4" in done.out and "and 0.25 in MLflow (run " in done.out
    faults = {one["id"]: one["faults"] for one in study("verify", "--json").json}
    assert {fault["kind"] for fault in faults["Q1"]} == {"figure"}


def test_a_number_changed_in_study_db_is_named(study: Study) -> None:
    assert change(study.root / ".studyctl" / "study.db", "UPDATE run_metric SET value = '0.6' WHERE name = 'rate.lo'")
    done = study("verify", "Q1")
    assert done.code == 1
    assert "and 0.6 in study.db" in done.out
    assert "fair.rate of run " in done.out and "its figures decide refuted" in done.out
    assert "next: studyctl answer Q1" in done.err


def test_a_number_changed_in_a_runs_folder_is_named(study: Study) -> None:
    run = study("answer", "Q1", "--json").json["evidence"][0]["run"]
    record = study.root / ".studyctl" / "runs" / run / "run.json"
    text = record.read_text("utf-8")
    (value,) = [m["value"] for m in study("runs", "show", run, "--json").json["metrics"] if m["name"] == "rate"]
    record.write_text(text.replace(f'"value": {value}', '"value": 0.75', 1), "utf-8")
    done = study("verify")
    assert done.code == 1
    assert "0.75 in its folder" in done.out


def test_a_stale_answer_fails_and_names_the_file(study: Study) -> None:
    luck = study.root / "experiments" / "_luck.py"
    luck.write_text(luck.read_text("utf-8").replace("SHIFT = 0.0", "SHIFT = 0.1"), "utf-8")
    done = study("verify")
    assert done.code == 1
    assert "experiments/_luck.py changed since run" in done.out


def test_measuring_again(study: Study) -> None:
    before = study("runs", "list", "--json").json
    done = study("verify", "Q1", "--rerun")
    assert done.code == 0
    assert "coin measured again: 3 of 3 figures are the same to the last digit" in done.out
    assert study("runs", "list", "--json").json == before


def test_measuring_again_what_comes_out_otherwise(study: Study) -> None:
    luck = study.root / "experiments" / "_luck.py"
    luck.write_text(luck.read_text("utf-8").replace("SHIFT = 0.0", "SHIFT = 0.1"), "utf-8")
    done = study("verify", "Q1", "--rerun", "--json")
    (one,) = done.json
    assert done.code == 1
    assert "fair.rate was supported, measured again it is refuted" in [fault["text"] for fault in one["faults"]]


def test_strictly_a_refutation_fails(study: Study) -> None:
    done = study("verify", "--strict")
    assert done.code == 1
    assert "fair.heads-more of run" in done.out and "is refuted" in done.out
    assert study("verify").code == 0


@pytest.mark.slow
def test_another_version_of_what_the_code_imports_is_a_note(study: Study, monkeypatch: pytest.MonkeyPatch) -> None:
    from studyctl.runner import versions

    now = dict(versions.distributions())
    other = now | {"pydantic": "0.0.1", "numpy": "0.0.1"}
    monkeypatch.setattr(versions, "_installed", lambda: other)
    done = study("verify", "Q1")
    assert done.code == 0
    # numpy is installed, and the coin does not import it.
    assert f"pydantic was {now['pydantic']} during run" in done.out and "numpy" not in done.out
    assert study("verify", "Q1", "--strict", "--json").json[0]["faults"][-2]["kind"] in ("environment", "refuted")


def test_a_fresh_clone_with_the_record_is_verified_as_a_ci_job_does(study: Study, tmp_path: Path) -> None:
    assert study("export").code == 0
    clone = tmp_path / "clone"
    shutil.copytree(study.root, clone, ignore=shutil.ignore_patterns(".studyctl"))
    done = Study(clone)("verify")
    assert done.code == 0
    assert "✓ Q1  mixed, 3 figures the same in study.db\n" in done.out
    record = clone / "studyctl-record.jsonl"
    value = next(line for line in record.read_text("utf-8").splitlines() if '"name":"rate.lo"' in line)
    changed = re.sub(r'"value":"[^"]*"', '"value":"0.9"', value)
    record.write_text(record.read_text("utf-8").replace(value, changed), "utf-8")
    shutil.rmtree(clone / ".studyctl")
    done = Study(clone)("verify")
    assert done.code == 1 and "and 0.9 in study.db" in done.out


def test_words_without_evidence(study: Study) -> None:
    assert study("answer", "Q3", "--text", "nobody", "--unbacked").code == 0
    done = study("verify", "Q3")
    assert done.code == 0 and "without evidence" in done.out
    assert study("verify", "Q3", "--strict").code == 1


def test_what_was_never_answered(study: Study) -> None:
    assert study("verify", "Q3").code == 8
    assert study("verify", "Q99").code == 4


def test_a_workspace_without_answers(fresh: Study) -> None:
    done = fresh("verify")
    assert (done.code, done.out) == (0, "no answer is recorded: nothing to verify\n")
    assert fresh("verify", "--json").json == []
