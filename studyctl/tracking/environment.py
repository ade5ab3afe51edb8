"""How MLflow is loaded: without telemetry, and without its own talk on a person's terminal."""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping
from importlib import import_module

QUIET_LOGGERS = ("mlflow", "alembic")
# It prints pages of traceback for what it raises as well, and for what we say in a line.
SILENT_LOGGERS = ("mlflow.store.db.utils",)
SETTINGS: Mapping[str, str] = {
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "DO_NOT_TRACK": "true",
    # It would print a server's address on stdout, with the password that it may hold.
    "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT": "true",
    # Background jobs of its server: several processes that nothing here needs.
    "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",
}


# What pyproject.toml asks for; some machines go without it.
REQUIREMENT = "mlflow>=3.7,<4"


class NotInstalled(Exception):
    """This machine has no MLflow: runs are recorded all the same, and nothing mirrors them."""

    def __init__(self) -> None:
        super().__init__("MLflow is not installed")


def version() -> str:
    """The installed version; NotInstalled where there is none, or none that can be imported."""
    import importlib.metadata
    import importlib.util

    try:
        found = importlib.metadata.version("mlflow")
        if importlib.util.find_spec("mlflow") is not None:
            return found
    except (importlib.metadata.PackageNotFoundError, ImportError):
        pass
    raise NotInstalled


def prepare() -> None:
    """Set what MLflow reads when it is imported; to be called before every import of it."""
    os.environ.update(SETTINGS)


def load() -> None:
    """Import MLflow, and let it speak only of errors that it does not raise; NotInstalled where there is none."""
    version()
    prepare()
    import_module("mlflow")
    for name in QUIET_LOGGERS:
        logging.getLogger(name).setLevel(logging.ERROR)
    for name in SILENT_LOGGERS:
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
