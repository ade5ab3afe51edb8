"""Runs a script of this folder in a process of its own, and reads what it found.

TensorFlow, jax and torch do not share a process: whichever is loaded first decides how the others compute.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from studyctl.lab import ExperimentError

TIMEOUT = 600


def answer(script: str, what: str, *arguments: object, environment: Mapping[str, str]) -> dict[str, Any]:
    """The JSON that a script prints as its last line. ExperimentError, which says `what` it was, where it fails."""
    done = subprocess.run(
        [sys.executable, str(Path(script).resolve()), *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=TIMEOUT,
        env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3", **environment},
        check=False,
    )
    if done.returncode:
        last = (done.stderr.strip().splitlines() or [f"exit code {done.returncode}"])[-1]
        raise ExperimentError(f"{what}: {last}", "-p keras=false leaves it out")
    found: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return found
