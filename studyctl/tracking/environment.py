"""How MLflow is loaded: without telemetry, and without its own talk on a person's terminal."""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping
from importlib import import_module

QUIET_LOGGERS = ("mlflow", "alembic")
SETTINGS: Mapping[str, str] = {
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "DO_NOT_TRACK": "true",
    # Background jobs of its server: several processes that nothing here needs.
    "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",
}


def prepare() -> None:
    """Set what MLflow reads when it is imported; to be called before every import of it."""
    os.environ.update(SETTINGS)


def load() -> None:
    """Import MLflow, and let it speak only of errors."""
    prepare()
    import_module("mlflow")
    for name in QUIET_LOGGERS:
        logging.getLogger(name).setLevel(logging.ERROR)
