"""Where a run comes from: the state of the repository, the machine, the interpreter and what is installed."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from studyctl import __version__
from studyctl.config import STATE_FOLDER
from studyctl.runner.process import memory_bytes, usable_cores

DIFF_FILE = "provenance/git.diff"
# A larger diff is data that somebody forgot to ignore, rather than a change to read.
DIFF_LIMIT = 5_000_000
LISTED_FILES = 50
GIT_TIMEOUT_S = 20
THREAD_VARIABLES = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "NUMEXPR_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
    "TF_NUM_INTRAOP_THREADS",
    "TF_NUM_INTEROP_THREADS",
    "CUDA_VISIBLE_DEVICES",
    "PYTHONHASHSEED",
)


def collect(root: Path, folder: Path, command: str) -> dict[str, Any]:
    """Everything that is known before the experiment begins; the diff goes into the run's folder."""
    return {"command": command, "git": git_state(root, folder), **environment()}


def environment() -> dict[str, Any]:
    """The machine, the interpreter and what is installed, as the process sees them that performs a run."""
    return {
        "studyctl": __version__,
        "python": {"version": platform.python_version(), "implementation": platform.python_implementation()},
        "platform": platform.platform(),
        "machine": {
            "cpu": cpu_model(),
            "cores": os.cpu_count() or 1,
            "usable_cores": usable_cores(),
            "memory_bytes": memory_bytes(),
            **gpus(),
        },
        "threads": {name: os.environ[name] for name in THREAD_VARIABLES if name in os.environ},
        "distributions": distributions(),
    }


def git_state(root: Path, folder: Path) -> dict[str, Any]:
    """Commit, branch and what differs from it in the workspace; empty without git or outside a repository."""
    if shutil.which("git") is None:
        return {}
    status = _git(root, "status", "--porcelain=v2", "--branch", "--untracked-files=normal", "-z", "--", ".")
    if status is None:
        return {}
    state: dict[str, Any] = {"commit": "", "branch": "", "dirty": False}
    changed: list[str] = []
    untracked: list[str] = []
    entries = iter(status.decode("utf-8", "replace").split("\0"))
    for entry in entries:
        match entry.split(" ", 1)[0]:
            case "#":
                _, key, value = entry.split(" ", 2)
                if key == "branch.oid":
                    state["commit"] = "" if value == "(initial)" else value
                elif key == "branch.head":
                    state["branch"] = "" if value == "(detached)" else value
            case "1":
                changed.append(entry.split(" ", 8)[8])
            case "2":
                changed.append(entry.split(" ", 9)[9])
                next(entries, None)  # the path it was renamed from
            case "u":
                changed.append(entry.split(" ", 10)[10])
            case "?":
                untracked.append(entry[2:])
    # Its own .gitignore hides it; without that file its content is still not part of the code.
    untracked = [path for path in untracked if STATE_FOLDER not in path.split("/")]
    state["dirty"] = bool(changed or untracked)
    if changed:
        state["changed"] = changed[:LISTED_FILES]
    if untracked:
        state["untracked"] = untracked[:LISTED_FILES]
    if changed and state["commit"]:
        state |= _keep_diff(root, folder)
    return state


def _keep_diff(root: Path, folder: Path) -> dict[str, str]:
    diff = _git(root, "diff", "HEAD", "--no-color", "--no-ext-diff", "--", ".", f":(exclude){STATE_FOLDER}")
    if not diff:
        return {}
    target = folder / DIFF_FILE
    target.parent.mkdir(parents=True, exist_ok=True)
    if len(diff) > DIFF_LIMIT:
        diff = diff[:DIFF_LIMIT] + b"\n(cut here)\n"
    target.write_bytes(diff)
    return {"diff": DIFF_FILE}


def _git(root: Path, *arguments: str) -> bytes | None:
    """What git prints, None where it fails: no repository, no permission, too slow."""
    try:
        done = subprocess.run(
            ["git", "-C", str(root), *arguments],
            capture_output=True,
            timeout=GIT_TIMEOUT_S,
            check=True,
            stdin=subprocess.DEVNULL,
            # Reading must not hold up a git command of the person's own.
            env={**os.environ, "GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C"},
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout


def asked(root: Path, *arguments: str) -> str:
    """What git answers in one line; "" where it does not."""
    return (_git(root, *arguments) or b"").decode("utf-8", "replace").strip()


def distributions() -> dict[str, str]:
    """The installed distributions with their versions, from the names of their metadata folders.

    Reading each one's metadata would take a tenth of a second, and says the same. studyctl itself is left
    out.
    """
    found: dict[str, str] = {}
    for entry in sys.path:
        try:
            files = list(Path(entry or ".").iterdir())
        except OSError:
            continue
        for file in files:
            if file.suffix not in (".dist-info", ".egg-info") or "-" not in file.stem:
                continue
            distribution, version = file.stem.split("-")[:2]
            found.setdefault(distribution.replace("_", "-").lower(), version)
    found.pop("studyctl", None)
    return dict(sorted(found.items()))


def cpu_model() -> str:
    """The processor's name."""
    try:
        for line in Path("/proc/cpuinfo").read_text("utf-8", "replace").splitlines():
            key, _, value = line.partition(":")
            if key.strip() in ("model name", "Model", "cpu model"):
                return value.strip()
    except OSError:
        pass  # not Linux
    return platform.processor() or platform.machine()


def gpus() -> dict[str, Any]:
    """NVIDIA GPUs and their driver; empty without any."""
    driver = Path("/proc/driver/nvidia")
    models = []
    for information in sorted(driver.glob("gpus/*/information")):
        try:
            lines = information.read_text("utf-8", "replace").splitlines()
        except OSError:
            continue
        models += [line.partition(":")[2].strip() for line in lines if line.startswith("Model:")]
    if models:
        try:
            version = (driver / "version").read_text("utf-8", "replace").splitlines()[0]
        except (OSError, IndexError):
            version = ""
        return {"gpu": models, "gpu_driver": version.partition(":")[2].strip()}
    return _gpus_by_tool()


def _gpus_by_tool() -> dict[str, Any]:
    """The same by nvidia-smi, where the driver keeps no files in /proc."""
    if shutil.which("nvidia-smi") is None:
        return {}
    try:
        done = subprocess.run(
            ["nvidia-smi", "--query-gpu=name,driver_version", "--format=csv,noheader"],
            capture_output=True,
            text=True,
            timeout=GIT_TIMEOUT_S,
            check=True,
            stdin=subprocess.DEVNULL,
        )
    except (OSError, subprocess.SubprocessError):
        return {}
    rows = [line.split(", ") for line in done.stdout.splitlines() if ", " in line]
    return {"gpu": [row[0] for row in rows], "gpu_driver": rows[0][1]} if rows else {}
