"""MLflow's database: made once, whoever comes first, and brought up to the installed MLflow."""

from __future__ import annotations

import contextlib
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from studyctl.config import Workspace
from studyctl.tracking import environment, store


def test_a_ready_store_is_recognised_without_mlflow(workspace: Workspace) -> None:
    code = (
        "import sys\nfrom pathlib import Path\nfrom studyctl.tracking import store\n"
        "store.ensure(Path(sys.argv[1]))\n"
        "print([name for name in ('mlflow', 'sqlalchemy', 'filelock') if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(workspace.mlflow_database)], capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"


def test_the_default_experiment_names_no_folder_of_this_machine(workspace: Workspace) -> None:
    with contextlib.closing(sqlite3.connect(workspace.mlflow_database)) as connection:
        locations = connection.execute("SELECT artifact_location FROM experiments").fetchall()
    assert locations == [("mlflow-artifacts:/0",)]


def test_only_the_first_of_many_makes_it(empty: Workspace, template: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[str] = []

    def create(database: Path) -> None:
        made.append(threading.current_thread().name)
        database.write_bytes((template / "mlflow.db").read_bytes())

    monkeypatch.setattr(store, "_create", create)
    threads = [threading.Thread(target=store.ensure, args=(empty.mlflow_database,)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 1
    assert store.schema_of(empty.mlflow_database) == store.schema_of(template / "mlflow.db")


@pytest.mark.slow
def test_a_creation_that_was_cut_short_leaves_nothing(empty: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    def cut_short(source: Path, target: Path) -> None:
        raise KeyboardInterrupt

    empty.mlflow_database.with_suffix(".new").write_bytes(b"half of an earlier one")
    with monkeypatch.context() as patched:
        patched.setattr(Path, "replace", cut_short)
        with pytest.raises(KeyboardInterrupt):
            store.ensure(empty.mlflow_database)
    assert not empty.mlflow_database.exists()
    store.ensure(empty.mlflow_database)
    assert store.schema_of(empty.mlflow_database)


def test_an_older_schema_is_copied_aside_and_upgraded(workspace: Workspace) -> None:
    head = store.schema_of(workspace.mlflow_database)
    assert head is not None
    older = _one_revision_back(workspace.mlflow_database)
    (workspace.state / "mlflow-store.txt").write_text(f"3.0.0 {older}\n")
    store.ensure(workspace.mlflow_database)
    assert store.schema_of(workspace.mlflow_database) == head
    assert store.schema_of(workspace.state / f"mlflow.db.backup-{older}") == older


def _one_revision_back(database: Path) -> str:
    """Take the last migration back, as a store of the MLflow before this one stands."""
    environment.load()
    from alembic import command
    from mlflow.store.db import utils

    untyped: Any = utils
    engine = untyped.create_sqlalchemy_engine(store.uri(database))
    config = untyped._get_alembic_config(store.uri(database))
    try:
        with engine.begin() as connection:
            config.attributes["connection"] = connection
            # Not every migration of MLflow can be undone; forgetting that it ran is what the upgrade then meets.
            script = untyped.ScriptDirectory.from_config(config)
            previous = script.get_revision(script.get_current_head()).down_revision
            try:
                command.downgrade(config, "-1")
            except NotImplementedError:
                command.stamp(config, previous)
    finally:
        engine.dispose()
    return str(previous)


def test_a_newer_schema_is_left_alone(workspace: Workspace) -> None:
    with contextlib.closing(sqlite3.connect(workspace.mlflow_database)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = 'ffffffffffff'")
        connection.commit()
    with pytest.raises(store.StoreProblem, match="does not know: upgrade mlflow"):
        store.ensure(workspace.mlflow_database)
    assert store.schema_of(workspace.mlflow_database) == "ffffffffffff"


def test_a_damaged_store(workspace: Workspace) -> None:
    workspace.mlflow_database.write_bytes(b"no database at all, and long enough to be looked at" * 20)
    with pytest.raises(store.StoreProblem, match="no database of MLflow, or damaged"):
        store.ensure(workspace.mlflow_database)


@pytest.mark.slow
def test_eight_processes_on_a_fresh_workspace(empty: Workspace) -> None:
    code = "import sys\nfrom pathlib import Path\nfrom studyctl.tracking import store\nstore.ensure(Path(sys.argv[1]))"
    children = [
        subprocess.Popen(
            [sys.executable, "-W", "ignore", "-c", code, str(empty.mlflow_database)],
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(8)
    ]
    assert [child.communicate()[1] for child in children] == [""] * 8
    assert [child.returncode for child in children] == [0] * 8
