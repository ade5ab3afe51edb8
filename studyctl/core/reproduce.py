"""The command that repeats a recorded run, as it is typed."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping
from typing import Any

from studyctl.core.models import Run

PRESET_OPTIONS = {"default": [], "quick": ["--quick"]}


def command(run: Run) -> str:
    """`studyctl run NAME` with the preset and the changed parameters of a recorded run."""
    words = ["studyctl", "run", run.experiment, *preset_option(run.preset)]
    for name in run.changed:
        words += ["-p", f"{name}={_typed(value(run.params, name))}"]
    return shlex.join(words)


def preset_option(preset: str) -> list[str]:
    """How a preset is asked for."""
    return list(PRESET_OPTIONS.get(preset, ["--preset", preset]))


def checkout(run: Run) -> str:
    """The state of the code that the run saw, in words: a commit, and whether files differed from it."""
    git = run.provenance.get("git") or {}
    commit = str(git.get("commit") or "")
    if not commit:
        return ""
    return f"{commit[:12]}, with uncommitted changes" if git.get("dirty") else commit[:12]


def value(params: Mapping[str, Any], name: str) -> Any:
    """A parameter's value by its name, dotted for a nested one."""
    found: Any = params
    for part in name.split("."):
        found = found.get(part) if isinstance(found, Mapping) else None
    return found


def _typed(value: Any) -> str:
    """A parameter as `-p` reads it back."""
    if value is None:
        return "none"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
