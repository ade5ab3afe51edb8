"""What reading costs: which modules the reader loads, for a list and for everything else."""

from __future__ import annotations

from pathlib import Path

from store_values import answer, assigned, python, run, sync

from studyctl.store.ledger import StudyLedger

HEAVY = ("pydantic", "sqlmodel", "sqlalchemy", "mlflow", "numpy", "matplotlib", "rapidfuzz", "filelock", "psutil")

READS = """
    from pathlib import Path
    from studyctl.store.reader import StudyReader

    with StudyReader(Path(sys.argv[1])) as reader:
        assert reader.stamps() and reader.items(("todo", "question"))
        print(*sorted(sys.modules))
        assert reader.item("Q1") and reader.answers() and reader.runs() and reader.run("ab").metrics
        assert reader.answer_history("Q1") and reader.events("Q1") and reader.export_record()
        assert reader.journal() == [] and reader.digests() == {}
        print(*sorted(sys.modules))
"""


def test_reading_loads_the_standard_library_only(tmp_path: Path) -> None:
    with StudyLedger(tmp_path / "study.db") as ledger:
        sync(ledger, assigned("Q1", "question", "Why?"))
        ledger.finish_run(run())
        ledger.record_answer(answer("Q1", "Why?", run()))
    done = python(READS, tmp_path / "study.db", cwd=tmp_path)
    assert done.stderr == ""
    a_list, everything = (set(line.split()) for line in done.stdout.splitlines())
    assert not everything & set(HEAVY)
    # A list needs neither runs nor answers, nor the protocols between the rooms.
    assert not a_list & {"studyctl.core.records", "studyctl.core.ports", "studyctl.store.record_rows"}
