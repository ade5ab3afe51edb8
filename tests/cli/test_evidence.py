"""Public bundles below `experiments/*/evidence/`: a fresh clone has their evidence."""

from __future__ import annotations

import os
import shutil
import time
from pathlib import Path

import pytest
from bundle_bench import repacked, the_run
from study_bench import Study
from test_main_line import HEAVY, loaded


@pytest.fixture
def bundle(study: Study, tmp_path: Path) -> Path:
    done = study("runs", "export", the_run(study), "--public", "-o", str(tmp_path / "public.zip"))
    assert done.code == 0, done.err
    return tmp_path / "public.zip"


@pytest.fixture
def clone(tmp_path: Path) -> Study:
    """The same repository, without a database; its files are old enough to be believed by size and time."""
    study = Study.make(tmp_path / "clone")
    for file in study.root.rglob("*"):
        os.utime(file, (1e9, 1e9))
    return study


def lay(study: Study, bundle: Path, name: str = "coin.studyrun.zip", *, age_s: float = 60) -> Path:
    target = study.root / "experiments" / "coin" / "evidence" / name
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(bundle, target)
    os.utime(target, (time.time() - age_s,) * 2)
    return target


WHERE = "experiments/coin/evidence/coin.studyrun.zip"


def test_the_first_command_in_a_clone_shows_the_answer(study: Study, clone: Study, bundle: Path) -> None:
    lay(clone, bundle)
    run = the_run(study)
    done = clone("answer", "Q1")
    assert done.code == 0
    assert f"evidence: run {run[:8]} (coin) from {WHERE}, answers Q1, C1, Q2\n" in done.err
    assert "± mixed: supported for rate; refuted for heads-more" in done.out
    assert f"imported from {WHERE}, made on " in done.out and "✓ fresh" in done.out
    shown = clone("runs", "show", run, "--json").json
    assert shown["imported"] and shown["origin"] == WHERE and shown["host"] == ""
    assert (clone.root / ".studyctl" / "runs" / run / "artifacts" / "tables" / "counts.csv").is_file()
    # The second command has nothing to do.
    assert clone("answer", "Q1").err == ""


def test_with_the_record_as_well(study: Study, clone: Study, bundle: Path) -> None:
    study("export")
    shutil.copy(study.root / "studyctl-record.jsonl", clone.root)
    lay(clone, bundle)
    assert clone("answer", "Q1", "--json").json["digest"] == study("answer", "Q1", "--json").json["digest"]
    assert clone("runs", "show", the_run(study), "--json").json["artifacts"]
    assert clone("doctor").out.count("✗") <= 1  # MLflow has no run yet


def test_a_new_bundle_is_noticed_and_an_unchanged_one_is_not_opened(
    clone: Study, bundle: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clone("sync")
    lay(clone, bundle)
    assert "evidence: run" in clone("todo", "list").err
    monkeypatch.setattr("studyctl.runner.bundle_reader.opened", lambda *_, **__: pytest.fail("opened"))
    assert clone("todo", "list").err == ""
    assert "evidence" not in clone("sync").out
    # Touched, or copied anew by git: the same bytes are not opened again.
    lay(clone, bundle, age_s=30)
    assert clone("todo", "list").err == ""
    monkeypatch.undo()
    # A second file that brings the same run is quiet.
    lay(clone, bundle, "again.zip")
    assert clone("todo", "list").err == ""


def test_reading_commands_load_nothing_for_it(clone: Study, bundle: Path) -> None:
    lay(clone, bundle)
    clone("sync")
    for words in (("todo", "list"), ("answer", "Q1"), ("runs", "list"), ("status",)):
        imported = loaded(clone.root, *words)
        assert not [name for name in imported if name.partition(".")[0] in (*HEAVY, "zipfile")], words


def test_a_removed_bundle_leaves_its_run(study: Study, clone: Study, bundle: Path) -> None:
    target = lay(clone, bundle)
    clone("sync")
    target.unlink()
    assert clone("answer", "Q1").code == 0 and clone("todo", "list").err == ""
    lay(clone, bundle)
    assert "evidence" not in clone("todo", "list").err


def test_a_damaged_bundle_is_a_warning_and_hinders_nothing(clone: Study, bundle: Path) -> None:
    lay(clone, repacked(bundle, damage="counts.csv"), "bad.zip")
    (clone.root / "experiments" / "coin" / "evidence" / "cut.zip").write_bytes(bundle.read_bytes()[:300])
    (clone.root / "experiments" / "coin" / "evidence" / "README.txt").write_text("not a bundle")
    lay(clone, bundle)
    done = clone("sync")
    assert done.code == 0 and "evidence: run" in done.out
    for name, why in {"bad": "was changed: its sha256 is another one", "cut": "it is cut off, or damaged"}.items():
        assert f"warning: experiments/coin/evidence/{name}.zip: " in done.err and why in done.err
    assert clone("answer", "Q1").code == 0
    # Each command that reads says so, until it is mended.
    os.utime(clone.root / "experiments" / "coin" / "evidence" / "cut.zip", (1e9, 1e9))
    clone("sync")
    said = "warning: experiments/coin/evidence/cut.zip was not imported: `studyctl sync` says why\n"
    assert said in clone("todo", "list").err
    lay(clone, bundle, "cut.zip")
    lay(clone, bundle, "bad.zip")
    assert clone("todo", "list").err == ""


def test_a_bundle_that_is_not_public_is_refused_with_a_hint(study: Study, clone: Study, bundle: Path) -> None:
    study("runs", "export", the_run(study), "-o", "../full.zip")
    lay(clone, bundle.with_name("full.zip"))
    done = clone("sync")
    assert f"{WHERE} is not public: it may name a machine and a person: where the run was made: " in done.err
    assert f"studyctl runs export {the_run(study)[:8]} --public" in done.err
    assert clone("answer", "Q1").code == 8
    assert clone("runs", "import", WHERE).out.startswith("imported run")


def test_a_bundle_is_no_part_of_the_code(study: Study, bundle: Path) -> None:
    before = study("runs", "show", the_run(study), "--json").json["files"]
    study.edit("experiments/coin.py", 'title="Is a coin fair?"', 'title="Is a coin fair?", data=["experiments/coin"]')
    study.write("experiments/coin/data.csv", "1\n")
    lay(study, bundle)
    study("run", "coin", "--quick")
    files = study("runs", "list", "--json", "-n", "1").json[0]["id"]
    paths = {one["path"] for one in study("runs", "show", files, "--json").json["files"]}
    assert paths == {one["path"] for one in before} | {"experiments/coin/data.csv"}


def test_a_dry_run_and_a_read_only_look_keep_nothing(clone: Study, bundle: Path) -> None:
    lay(clone, bundle)
    assert "evidence: run" in clone("sync", "--dry-run").out
    assert not (clone.root / ".studyctl" / "runs").exists()
    assert clone("sync", "--json").json["bundles"][0]["answers"] == ["Q1", "C1", "Q2"]


def test_sync_all_looks_at_every_bundle_again(study: Study, clone: Study, bundle: Path) -> None:
    lay(clone, bundle)
    clone("sync")
    shutil.rmtree(clone.root / ".studyctl" / "runs")
    assert "evidence: run" in clone("sync", "--all").out
    assert (clone.root / ".studyctl" / "runs" / the_run(study) / "run.json").is_file()


def test_mlflow_gets_it_when_somebody_looks(study: Study, clone: Study, bundle: Path) -> None:
    lay(clone, bundle)
    clone("sync")
    assert not (clone.root / ".studyctl" / "mlflow.db").exists()
    assert "MLflow" in clone("doctor").out
    assert clone("doctor", "--fix").code == 0
    assert "✓ MLflow       1 run\n" in clone("doctor").out


def test_what_was_deleted_here_stays_deleted(study: Study, clone: Study, bundle: Path) -> None:
    from studyctl.config import find_workspace
    from studyctl.wiring.opening import open_ledger

    lay(clone, bundle)
    clone("sync")
    ledger = open_ledger(find_workspace(str(clone.root)))
    ledger.delete_run(the_run(study), "2026-11-24T03:04:05.123Z")
    ledger.close()
    lay(clone, bundle, age_s=30)
    clone("sync", "--all")
    assert clone("runs", "list", "--json").json == []
