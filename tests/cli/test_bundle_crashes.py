"""An import that is killed at any of its steps: the run is there whole, or not at all, and importing again mends it."""

from __future__ import annotations

import os
import shutil
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from bundle_bench import the_run
from study_bench import Study

from studyctl.config import find_workspace
from studyctl.errors import NotFoundError
from studyctl.runner.folder import read_record
from studyctl.store.reader import StudyReader
from studyctl.wiring import bundles

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="it forks")
# What Python announces before it touches a file.
STEPS = ("open", "os.rename", "os.mkdir", "os.rmdir", "os.remove", "shutil.rmtree")
MOST_STEPS = 400


def killed_at(step: int, root: Path, work: Callable[[], object]) -> bool:
    """Do `work` in a child that is killed before it touches files for the n-th time; False where it comes to its end.

    One of the steps is the commit of the database, which is killed before and after as well.
    """
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL
    left = step

    def count(event: str, arguments: tuple[Any, ...]) -> None:
        nonlocal left
        if event not in STEPS or not str(arguments[0]).startswith(str(root)):
            return
        if event == "open" and not (set(str(arguments[1] or "")) & set("wxa+")):
            return
        step_made()

    def step_made() -> None:
        nonlocal left
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    from sqlmodel import Session

    commit = Session.commit

    def slow_commit(self: Session) -> None:
        step_made()
        commit(self)
        step_made()

    code = 1
    try:
        Session.commit = slow_commit  # type: ignore[method-assign]
        sys.addaudithook(count)
        work()
        code = 0
    finally:
        os._exit(code)


def state_of(root: Path, run_id: str) -> str:
    """What is there: nothing, or everything; anything else is a failure."""
    with StudyReader(root / ".studyctl" / "study.db") as reader:
        try:
            run = reader.run(run_id)
        except NotFoundError:
            return "nothing"
    home = root / ".studyctl" / "runs" / run_id
    assert run.imported and run.bundle and run.metrics and run.findings
    assert read_record(home).metrics == run.metrics
    for artifact in run.artifacts:
        assert (home / "artifacts" / artifact.path).stat().st_size == artifact.size
    return "everything"


@pytest.mark.parametrize("way", ["command", "sync"])
@pytest.mark.slow
def test_sigkill_at_every_step_leaves_nothing_half(
    study: Study, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    monkeypatch.setattr(bundles, "deliver_imported", lambda *_: None)
    run_id = the_run(study)
    public = ["--public"] if way == "sync" else []
    done = study("runs", "export", run_id, "-o", str(tmp_path / "one.zip"), *public)
    assert done.code == 0, done.err
    clean = Study.make(tmp_path / "clean")
    clean("sync")
    if way == "sync":
        (clean.root / "experiments" / "coin" / "evidence").mkdir(parents=True)
        shutil.copy(tmp_path / "one.zip", clean.root / "experiments" / "coin" / "evidence")
    seen: list[str] = []
    for step in range(1, MOST_STEPS):
        root = tmp_path / f"at-{step}"
        shutil.copytree(clean.root, root)
        workspace = find_workspace(str(root))

        def work(workspace: Any = workspace) -> None:
            if way == "sync":
                from studyctl.wiring.syncing import synchronise

                synchronise(workspace)
            else:
                bundles.import_runs(workspace, [tmp_path / "one.zip"], limit=10**9, dry_run=False)

        killed = killed_at(step, root, work)
        seen.append(state_of(root, run_id))
        here = {one.name for one in (root / ".studyctl" / "runs").glob("*")}
        assert here <= {run_id} and not list((root / ".studyctl" / "runs").glob("*.tmp"))
        work()
        assert state_of(root, run_id) == "everything"
        shutil.rmtree(root)
        if not killed:
            break
    # It was killed on both sides of the one step that counts.
    assert seen[0] == "nothing" and seen[-1] == "everything" and len(seen) > 10
    assert seen == sorted(seen, reverse=True)
