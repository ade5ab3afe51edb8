"""What tests of all rooms share: how many processes run them, what none may leave behind, what is made once."""

from __future__ import annotations

import os
import shutil
import signal
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from studyctl.tracking.remote import PATIENCE

AT_MOST = 8  # beyond it, beginning them takes longer than what they share
FILES_ALONE = 3  # so few are run sooner than other processes have begun


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers(config: pytest.Config) -> int | None:
    """As many processes as there are cores; none but this one for a test or a few files, and where a person watches."""
    if os.environ.get("PYTEST_XDIST_AUTO_NUM_WORKERS"):
        return None
    named = [one for one in config.args if one.partition("::")[0].endswith(".py")]
    if config.option.capture == "no" or (named == config.args and len(named) <= FILES_ALONE):
        return 0
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(cores, AT_MOST) if cores > 1 else 0


def pytest_configure() -> None:
    """Begun with `&` or nohup, this process ignores signals, and so would every command that a test starts and ends."""
    for number in (signal.SIGINT, getattr(signal, "SIGHUP", signal.SIGINT)):
        if signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, lambda *_: None)  # still ignored here, and as ever in what is started


# What MLflow, matplotlib, pytest and torch are told in the environment of a process that has imported or run them once.
TOLD = frozenset(
    {
        "DO_NOT_TRACK",
        "MLFLOW_DISABLE_TELEMETRY",
        "MLFLOW_SERVER_ENABLE_JOB_EXECUTION",
        "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT",
        "MPLBACKEND",
        "PYTEST_CURRENT_TEST",
        "TORCHINDUCTOR_CACHE_DIR",
    }
)


def _of_this_process() -> dict[str, Any]:
    handled = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGUSR1") if hasattr(signal, name)]
    return {
        "the environment": {name: value for name, value in os.environ.items() if name not in TOLD},
        "the working directory": str(Path.cwd()),
        "sys.path": list(sys.path),
        "the handlers of signals": {number.name: signal.getsignal(number) for number in handled},
    }


@pytest.fixture(autouse=True)
def _nothing_left_behind() -> Iterator[None]:
    """A test that changes what belongs to the whole process for good fails itself, and not one that comes later."""
    before = _of_this_process()
    yield
    # How long MLflow's client is patient, a process that delivers to a server says once and for all.
    for name in PATIENCE:
        if name not in before["the environment"]:
            os.environ.pop(name, None)
    for what, after in _of_this_process().items():
        if what == "the environment":
            changed = {name for name, _ in before[what].items() ^ after.items()}
            assert not changed, f"the test changed {sorted(changed)} in the environment"
        assert after == before[what], f"the test changed {what}"


@pytest.fixture(scope="session")
def _kept_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("kept-store") / "mlflow.db"


@pytest.fixture
def store_made_once(_kept_store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """MLflow takes two seconds to make a store by its migrations: this process makes one, and copies it from then on.

    How every workspace has its own made is for tests/tracking, and for the commands that run as processes.
    """
    from studyctl.tracking import store

    make = store._create

    def create(database: Path) -> None:
        if not _kept_store.exists():
            make(_kept_store)
        scratch = database.with_suffix(".new")
        shutil.copyfile(_kept_store, scratch)
        scratch.replace(database)

    monkeypatch.setattr(store, "_create", create)


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    """A real `distributed.LocalCluster`; the test is skipped where the extra is not installed."""
    reason = "needs the extra dask: python -m pip install 'studyctl[dask]'"
    distributed = pytest.importorskip("distributed", reason=reason)
    before = dict(os.environ)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of Tornado and asyncio, when a cluster is begun and ended in one process
            with distributed.LocalCluster(
                n_workers=2, threads_per_worker=1, dashboard_address=":0", resources={"GPU": 1}
            ) as here:
                yield here
    finally:
        # A nanny leaves OMP_NUM_THREADS=1 and the like behind in its own process: runs of later tests would record it.
        os.environ.clear()
        os.environ.update(before)
