"""Eight processes at once on one workspace: all make, migrate, read and write, and none loses what another wrote."""

from __future__ import annotations

from pathlib import Path

import pytest
from store_values import python

from studyctl.store.ledger import StudyLedger
from studyctl.store.reader import StudyReader

FIRST_RUNS = """
    import os, traceback
    from pathlib import Path
    from store_values import *
    from studyctl.store.ledger import StudyLedger
    from studyctl.store.reader import StudyReader

    path = Path(sys.argv[1])

    def first_run(n):
        with StudyLedger(path) as ledger:
            with ledger.transaction():
                known = {one.text for one in ledger.known_items()}
                following = ledger.next_numbers()["question"]
                own = f"Only {n}?"
                texts = sorted(known | {"Why?", own})
                numbered = {one.text: one.id for one in ledger.known_items()}
                items = []
                for line, text in enumerate(texts, start=1):
                    how = "exact"
                    if text not in numbered:
                        numbered[text], how = f"Q{following}", "new"
                        following += 1
                    items.append(assigned(numbered[text], "question", text, line, how=how))
                sync(ledger, *items)
            mine = run(f"{n:x}" * 32, state="running")
            ledger.open_run(mine)
            with StudyReader(path) as reader:
                assert reader.run(mine.id).state == "running"
            ledger.finish_run(run(mine.id))
            with ledger.transaction(), ledger.reading() as reader:
                why = next(one for one in reader.items() if one.text == "Why?")
                if reader.answer(why.id) is None:
                    ledger.record_answer(answer(why.id, "Why?", mine))
                ledger.journal(f"run {n}", "ran", [], [], now=NOW)

    children = []
    for n in range(8):
        child = os.fork()
        if not child:
            try:
                first_run(n)
            except BaseException:
                traceback.print_exc()
                os._exit(1)
            os._exit(0)
        children.append(child)
    print([os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children])
"""


@pytest.mark.slow
def test_eight_first_runs_at_once(tmp_path: Path) -> None:
    path = tmp_path / ".studyctl" / "study.db"
    done = python(FIRST_RUNS, path, cwd=tmp_path)
    assert (done.stdout.strip(), done.stderr) == (str([0] * 8), "")
    with StudyReader(path) as reader:
        assert sorted(one.text for one in reader.items()) == sorted(["Why?", *(f"Only {n}?" for n in range(8))])
        assert sorted(one.id for one in reader.items(gone=True)) == [f"Q{n}" for n in range(1, 10)]
        assert [one.state for one in reader.runs()] == ["finished"] * 8
        assert len(reader.all_answers()) == 1
        assert sorted(entry.number for entry in reader.journal()) == list(range(1, 9))
    with StudyLedger(path) as ledger:
        assert ledger.migrated[0] == ledger.migrated[1]
