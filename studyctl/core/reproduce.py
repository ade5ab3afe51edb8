"""The command that repeats a recorded run, as it is typed."""

from __future__ import annotations

import itertools
import json
import shlex
from collections.abc import Mapping, Sequence
from typing import Any

from studyctl.core.models import Run

PRESET_OPTIONS = {"default": [], "quick": ["--quick"]}


def command(run: Run) -> str:
    """`studyctl run NAME` with the preset and the changed parameters of a recorded run; of a sweep as it was typed."""
    if isinstance(source := run.provenance.get("source"), Mapping):
        return _recorded_by(source)
    if run.role == "sweep" and run.provenance.get("command"):
        return str(run.provenance["command"])
    words = ["studyctl", "run", run.experiment, *preset_option(run.preset)]
    for name in run.changed:
        words += ["-p", f"{name}={typed(value(run.params, name))}"]
    return shlex.join(words)


def _recorded_by(source: Mapping[str, Any]) -> str:
    """The command behind a run that a script or a notebook recorded; a comment where there is none."""
    path = str(source.get("path") or "")
    if source.get("kind") == "script":
        what = ["-m", str(source["module"])] if source.get("module") else [path]
        return shlex.join(["python", *what, *source.get("arguments", ())])
    if source.get("kind") == "notebook":
        return shlex.join(["jupyter", "execute", path]) if path else "# run the notebook's cells again"
    return "# it was typed: nothing can repeat it"


def again(experiment: str, last: Run | None) -> str:
    """The command that gives new evidence under a name: of an experiment, or of the script that recorded it last."""
    if last is not None and last.provenance.get("source"):
        return command(last)
    return f"studyctl run {experiment}"


def recorded_by(run: Run) -> str:
    """Which script or notebook recorded a run, in words; "" for a run of an experiment."""
    source = run.provenance.get("source")
    if not isinstance(source, Mapping):
        return ""
    cells = f"{source['cells']} cells" if source.get("cells") else ""
    where = " ".join(part for part in (str(source.get("kind") or ""), str(source.get("path") or "")) if part)
    return ", ".join(part for part in (where, cells) if part)


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


def without(params: Mapping[str, Any], name: str) -> dict[str, Any]:
    """The parameters but one, dotted for a nested one."""
    first, _, rest = name.partition(".")
    left = dict(params)
    if not rest:
        left.pop(first, None)
    elif isinstance(left.get(first), Mapping):
        left[first] = without(left[first], rest)
    return left


def typed(value: Any) -> str:
    """A parameter as `-p` reads it back."""
    if value is None:
        return "none"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def shown(values: Mapping[str, Any]) -> str:
    """Parameters with their values: "lr=0.1, seed=3"."""
    return ", ".join(f"{name}={_brief(value)}" for name, value in values.items())


def _brief(value: Any) -> str:
    """As it is typed, without the ".0" of a whole number."""
    return typed(value).removesuffix(".0") if isinstance(value, float) else typed(value)


def several(values: Sequence[Any]) -> str:
    """The values of a swept parameter as they are typed: "0.01,0.1", "0..4"."""
    integers = all(isinstance(value, int) and not isinstance(value, bool) for value in values)
    if integers and len(values) > 2 and all(b - a == 1 for a, b in itertools.pairwise(values)):
        return f"{values[0]}..{values[-1]}"
    return ",".join(map(_brief, values))
