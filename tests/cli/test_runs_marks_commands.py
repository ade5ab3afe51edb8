"""`runs tag`, `delete`, `restore`: what is deleted counts nowhere, and all of it survives a lost database."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from many_runs import SWEEP, swept
from study_bench import Study


def ids(study: Study, *words: str) -> list[str]:
    return [run["id"] for run in study("runs", "list", "--json", *words).json]


def answered(study: Study) -> dict[str, str]:
    """The run that each answer rests on."""
    with closing(sqlite3.connect(study.root / ".studyctl" / "study.db")) as db:
        return dict(db.execute("SELECT item, run FROM evidence GROUP BY item"))


def in_mlflow(study: Study) -> dict[str, tuple[str, list[str]]]:
    """Of each of our runs: MLflow's lifecycle, and our tags there."""
    with closing(sqlite3.connect(study.root / ".studyctl" / "mlflow.db")) as db:
        found = {}
        for run_id, stage, ours in db.execute(
            "SELECT r.run_uuid, r.lifecycle_stage, t.value FROM runs AS r JOIN tags AS t"
            " ON t.run_uuid = r.run_uuid AND t.key = 'studyctl.run'"
        ):
            tags = db.execute("SELECT key FROM tags WHERE run_uuid = ? AND key LIKE 'studyctl.tag.%'", (run_id,))
            found[ours] = (stage, sorted(key.removeprefix("studyctl.tag.") for (key,) in tags))
    return found


class TestTag:
    def test_tags_are_listed_asked_for_and_in_mlflow(self, study: Study) -> None:
        quick, full = ids(study)
        done = study("runs", "tag", full[:8], "baseline", "#기준")
        assert (done.code, done.out) == (0, f"{full[:8]} (coin) has the tags: baseline, 기준\n")
        assert ids(study, "--tag", "baseline") == [full] == ids(study, "--where", "tag.baseline and tag == '기준'")
        assert ids(study, "--where", "not tag.baseline") == [quick]
        assert "tags        baseline, 기준\n" in study("runs", "show", full).out
        assert study("runs", "show", full, "--json").json["tags"] == ["baseline", "기준"]
        assert in_mlflow(study)[full] == ("active", ["baseline", "기준"])
        assert study("runs", "tag", full, "baseline").out.startswith(f"{full[:8]} (coin) already has the tags: ")
        value = study("runs", "tag", full, "기준", "--remove", "--json").json
        assert value == {"id": full, "tags": ["baseline"], "changed": True}
        assert in_mlflow(study)[full] == ("active", ["baseline"])
        assert study("runs", "tag", full, "none", "-r").code == 4
        assert study("runs", "tag", full, "a b").code == 2
        assert study("runs", "tag", "zz", "a").code == 4

    def test_an_experiment_that_ends_later_does_not_lose_them(self, study: Study) -> None:
        full = ids(study)[1]
        study("runs", "tag", full, "kept")
        study("run", "coin")
        assert ids(study, "--tag", "kept") == [full]


class TestDelete:
    def test_out_of_lists_and_back(self, study: Study) -> None:
        quick, full = ids(study)
        done = study("runs", "delete", quick[:8])
        assert done.code == 0
        assert done.out == f"deleted {quick[:8]} (coin); `studyctl runs restore {quick[:8]}` brings it back\n"
        assert ids(study) == [full] and ids(study, "--deleted") == [quick]
        assert in_mlflow(study)[quick][0] == "deleted"
        assert f"studyctl runs restore {quick[:8]}" in study("runs", "show", quick).out
        assert study("runs", "delete", quick).out == f"{quick[:8]} (coin) was deleted already\n"
        assert study("runs", "compare", quick, full).err.startswith(f"error: run {quick[:8]} was deleted\n")
        found = study("search", "heads", "--kind", "finding", "--json").json
        assert found and {one["run"] for one in found} == {full}
        assert study("runs", "restore", quick).out == f"restored {quick[:8]} (coin)\n"
        assert ids(study) == [quick, full] and in_mlflow(study)[quick][0] == "active"
        assert study("runs", "restore", quick).out == f"{quick[:8]} (coin) was not deleted\n"

    def test_what_an_answer_rests_on_is_kept(self, study: Study) -> None:
        full = ids(study)[1]
        before = answered(study)
        done = study("runs", "delete", full)
        assert (done.code, done.out) == (2, "")
        assert f"error: run {full[:8]} is what the answers to Q1 and Q2 and C1 rest on\n" in done.err
        assert answered(study) == before and ids(study, "--deleted") == []

    def test_by_force_the_answers_are_taken_from_what_is_left(self, study: Study) -> None:
        quick, full = ids(study)
        done = study("runs", "delete", full, "--force")
        assert [line for line in done.out.splitlines() if " is answered" in line] == [
            f"{item} is answered from run {quick[:8]} now, a quick one or with changed parameters"
            for item in ("Q1", "Q2", "C1")
        ]
        assert set(answered(study).values()) == {quick}
        assert study("runs", "delete", quick, "--force").out.endswith(
            "Q1 has no answer any more\nQ2 has no answer any more\nC1 has no answer any more\n"
        )
        assert answered(study) == {}
        assert study("answer", "Q1").code == 8
        assert [one["status"] for one in study("question", "list", "--json").json] == ["noted", "open", "open"]
        # Deleted runs count nowhere: not for a question that is asked anew, not by name.
        assert study("answer", "Q1", "--refresh").code == 8
        refused = study("answer", "Q1", "--from", full)
        assert refused.code != 0 and "was deleted" in refused.err
        # A later run of the same is what counts, and the restored ones are beside it.
        study("run", "coin")
        newest = ids(study)[0]
        assert set(answered(study).values()) == {newest}
        done = study("runs", "restore", full, quick)
        assert "is answered" not in done.out and set(answered(study).values()) == {newest}
        assert "answer withdrawn" in study("show", "Q1", "--history").out

    def test_restoring_brings_answers_back(self, study: Study) -> None:
        quick, full = ids(study)
        before = answered(study)
        study("runs", "delete", full, quick, "--force")
        assert answered(study) == {}
        done = study("runs", "restore", quick, full)
        assert f"Q1 is answered from run {full[:8]} now\n" in done.out
        assert answered(study) == before

    def test_a_persons_own_words_stay_and_are_stale(self, study: Study) -> None:
        full = ids(study)[1]
        assert study("answer", "Q1", "--text", "Fair: {coin.rate:.2f}.").code == 0
        done = study("runs", "delete", full, "--force")
        assert "Q1 keeps your words, and is stale: `studyctl answer Q1 --refresh` renews its figures\n" in done.out
        page = study("answer", "Q1")
        assert "Fair: 0.51." in page.out and f"run {full[:8]} was deleted" in page.out
        assert study("question", "list", "--json").json[0]["status"] == "stale"
        assert study("verify", "Q1").code == 1
        assert study("answer", "Q1", "--refresh").code == 0
        renewed = study("answer", "Q1").out
        assert "Fair: 0.37." in renewed and f"run {full[:8]} was deleted" not in renewed

    def test_a_sweep_goes_with_its_trials(self, study: Study) -> None:
        runs = swept(study.root)
        trial = runs[1].id
        refused = study("runs", "delete", trial)
        assert refused.code == 2 and f"is a trial of sweep {SWEEP[:8]}" in refused.err
        done = study("runs", "delete", SWEEP)
        assert done.out.endswith("with 12 trials\n")
        assert SWEEP not in ids(study)
        assert study("runs", "compare", "-e", "coin", "--metric", "draws").code == 4
        assert study("runs", "restore", SWEEP, "--json").json == {
            "runs": [SWEEP],
            "trials": 12,
            "unchanged": [],
            "answers": [],
            "stale": [],
        }
        assert study("runs", "compare", SWEEP, "--metric", "draws").code == 0

    def test_one_that_runs_is_refused(self, study: Study) -> None:
        quick = ids(study)[0]
        import os

        import psutil

        with closing(sqlite3.connect(study.root / ".studyctl" / "study.db")) as db:
            started = psutil.Process(os.getpid()).create_time()
            db.execute(
                "UPDATE run SET state = 'running', pid = ?, process_started = ? WHERE id = ?",
                (os.getpid(), started, quick),
            )
            db.commit()
        done = study("runs", "delete", quick)
        assert (done.code, "is still going on" in done.err) == (2, True)
        assert study("runs", "delete", quick, "--purge", "--yes").code == 2


class TestPurge:
    @pytest.fixture
    def spare(self, study: Study) -> str:
        """A run that no answer ever rested on."""
        assert study("run", "coin", "-p", "bias=0.6", "--quick").code == 0
        return ids(study)[0]

    def test_everything_of_it_is_gone(self, study: Study, spare: str) -> None:
        study("runs", "tag", spare, "x")
        done = study("runs", "delete", spare, "--purge", "--yes")
        assert done.code == 0, done.err
        assert done.out.startswith(f"removed {spare[:8]} (coin) for good\n") and done.out.endswith(" freed\n")
        assert study("runs", "show", spare).code == 4
        assert not (study.root / ".studyctl" / "runs" / spare).exists()
        assert spare not in in_mlflow(study)
        with closing(sqlite3.connect(study.root / ".studyctl" / "study.db")) as db:
            for table in (
                "run_metric",
                "finding",
                "finding_figure",
                "artifact",
                "run_file",
                "run_tag",
                "search_finding",
            ):
                assert db.execute(f"SELECT count(*) FROM {table} WHERE run = ?", (spare,)).fetchone() == (0,)
        assert study("doctor").code == 0
        assert study("doctor", "--fix").code == 0 and spare not in ids(study, "-n", "0")

    def test_it_asks_and_takes_no_silence_for_an_answer(self, study: Study, spare: str) -> None:
        done = study("runs", "delete", spare, "--purge")
        assert done.code == 2 and "--yes removes without asking" in done.err
        assert spare in ids(study)

    def test_what_an_answer_ever_rested_on_stays(self, study: Study) -> None:
        quick, full = ids(study)
        study("runs", "delete", full, "--force")
        study("runs", "restore", full)
        for run, said in ((full, "the answer to Q1 rests on"), (quick, "an earlier answer to Q1 rested on")):
            done = study("runs", "delete", run, "--purge", "--yes")
            assert done.code == 2 and "its record is what proves that answer" in done.err
            assert said.partition(" Q1 ")[0] in done.err
        assert study("runs", "delete", quick, "--purge", "--force").code == 2

    def test_a_sweep_with_its_trials(self, study: Study) -> None:
        swept(study.root)
        study("runs", "delete", SWEEP)
        done = study("runs", "delete", SWEEP, "--purge", "--yes", "--json").json
        assert (done["runs"], done["trials"]) == ([SWEEP], 12)
        assert study("runs", "show", SWEEP).code == 4


class TestMlflowFailing:
    def broken(self, study: Study) -> bytes:
        file = study.root / ".studyctl" / "mlflow.db"
        before = file.read_bytes()
        file.write_bytes(b"no database" * 1000)
        return before

    def test_everything_else_is_done_and_doctor_tells_it_later(self, study: Study) -> None:
        study("run", "coin", "--quick", "-p", "bias=0.6")
        spare, quick, full = ids(study)
        before = self.broken(study)
        for words in (
            ("runs", "tag", full, "good"),
            ("runs", "delete", quick),
            ("runs", "delete", spare, "--purge", "--yes"),
        ):
            done = study(*words)
            assert done.code == 0
            assert done.err.startswith("warning: MLflow: ") and "`studyctl doctor --fix` tells MLflow\n" in done.err
        assert ids(study) == [full] == ids(study, "--tag", "good")
        (study.root / ".studyctl" / "mlflow.db").write_bytes(before)
        there = in_mlflow(study)
        assert there[quick][0] == "active" and there[full][1] == [] and spare in there
        looked = study("doctor")
        assert looked.code == 1 and "it was not told of the tags or the deletion of 3 runs" in looked.out
        assert study("doctor", "--fix").code == 0
        there = in_mlflow(study)
        assert there[quick][0] == "deleted" and there[full] == ("active", ["good"]) and spare not in there
        assert study("doctor").code == 0
        assert not (study.root / ".studyctl" / "runs" / spare).exists()


class TestSurviving:
    def test_a_lost_database_is_rebuilt_with_tags_and_deletions(self, study: Study) -> None:
        quick, full = ids(study)
        study("runs", "tag", full, "good", "기준")
        study("runs", "delete", quick)
        for file in (study.root / ".studyctl").glob("study.db*"):
            file.unlink()
        assert study("doctor", "--fix").code == 0
        assert ids(study) == [full] == ids(study, "--tag", "good", "--tag", "기준")
        assert ids(study, "--deleted") == [quick]
        assert set(answered(study).values()) == {full}

    def test_the_record_carries_them(self, study: Study, tmp_path: Path) -> None:
        quick, full = ids(study)
        study("runs", "tag", full, "good")
        study("runs", "delete", full, "--force")  # it stays in the history of Q1
        assert study("export").code == 0
        lines = [json.loads(line) for line in (study.root / "studyctl-record.jsonl").read_text("utf-8").splitlines()]
        runs = {line["id"]: line for line in lines if line["type"] == "run"}
        assert runs[full]["tags"] == ["good"] and runs[full]["deleted"]
        assert "tags" not in runs[quick] and "deleted" not in runs[quick]
        other = Study.make(tmp_path / "clone")
        (other.root / "studyctl-record.jsonl").write_bytes((study.root / "studyctl-record.jsonl").read_bytes())
        assert ids(other) == [quick] and ids(other, "--deleted") == [full] == ids(other, "--deleted", "--tag", "good")
        assert set(answered(other).values()) == {quick}
        assert other("export").code == 0
        assert (other.root / "studyctl-record.jsonl").read_bytes() == (
            study.root / "studyctl-record.jsonl"
        ).read_bytes()
        # Without a folder there: what is decided is kept in its database.
        assert other("runs", "tag", quick, "theirs").code == 0 and ids(other, "--tag", "theirs") == [quick]
        assert other("runs", "restore", full).code == 0 and set(ids(other)) == {quick, full}
