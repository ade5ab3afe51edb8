"""Where a run comes from: the state of the repository, the machine, the interpreter and what is installed."""

from __future__ import annotations

import contextlib
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from studyctl import __version__
from studyctl.config import STATE_FOLDER
from studyctl.core.models import SITE
from studyctl.runner.process import memory_bytes, usable_cores

DIFF_FILE = "provenance/git.diff"
# A larger diff is data that somebody forgot to ignore, rather than a change to read.
DIFF_LIMIT = 5_000_000
LISTED_FILES = 50
GIT_TIMEOUT_S = 20
PATHS_A_CALL = 500
NVIDIA = Path("/proc/driver/nvidia")
# As git writes them in the names of files.
_QUOTED = {chr(code): f"\\{code:03o}" for code in (*range(32), 127)} | {'"': '\\"', "\\": "\\\\"}
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


def collect(root: Path, folder: Path, command: str, code: Iterable[str] = ()) -> dict[str, Any]:
    """Everything that is known before the experiment begins; the diff goes into the run's folder.

    `code` are the files of the experiment, as they are recorded: what is in no commit is kept with the diff.
    """
    return {"command": command, "git": git_state(root, folder, code), **environment()}


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
        "threads": {name: os.environ[name] for name in THREAD_VARIABLES if name in os.environ} | library_threads(),
        "distributions": distributions(),
    }


def library_threads() -> dict[str, str]:
    """How many threads the loaded libraries use, whatever the environment says: an experiment may have set it."""
    found: dict[str, str] = {}
    torch, tensorflow, pools = (sys.modules.get(name) for name in ("torch", "tensorflow", "threadpoolctl"))
    with contextlib.suppress(Exception):  # another module of that name, or an older one
        if torch is not None:
            found |= {"torch": str(torch.get_num_threads()), "torch.interop": str(torch.get_num_interop_threads())}
    with contextlib.suppress(Exception):
        if tensorflow is not None:
            threading = tensorflow.config.threading
            found["tensorflow.intra_op"] = str(threading.get_intra_op_parallelism_threads())
            found["tensorflow.inter_op"] = str(threading.get_inter_op_parallelism_threads())
    with contextlib.suppress(Exception):
        if pools is not None:
            found |= {str(one["internal_api"]): str(one["num_threads"]) for one in pools.threadpool_info()}
    return found


def git_state(root: Path, folder: Path, code: Iterable[str] = ()) -> dict[str, Any]:
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
    loose = _untracked(root, code)
    state["dirty"] = bool(changed or untracked or loose)
    if changed:
        state["changed"] = changed[:LISTED_FILES]
    if untracked:
        state["untracked"] = untracked[:LISTED_FILES]
    patch = _new_files(root, loose)
    if changed:
        patch += _changes(root, state["commit"])
    return state | _keep_diff(folder, patch)


def add_code(root: Path, folder: Path, state: Mapping[str, Any], code: Iterable[str]) -> dict[str, Any]:
    """The state with files of the experiment that were found to belong to it while it ran."""
    loose = _untracked(root, code) if state else []
    if not loose:
        return dict(state)
    before = (folder / DIFF_FILE).read_bytes() if "diff" in state else b""
    return {**state, "dirty": True, **_keep_diff(folder, before + _new_files(root, loose))}


def _changes(root: Path, commit: str) -> bytes:
    """What git sees differ from the commit; before the first one, from nothing."""
    against = "HEAD" if commit else (_git(root, "hash-object", "-t", "tree", os.devnull) or b"").decode().strip()
    excluded = f":(exclude){STATE_FOLDER}"
    return _git(root, "diff", against, "--no-color", "--no-ext-diff", "--", ".", excluded) or b""


def _untracked(root: Path, code: Iterable[str]) -> list[str]:
    """Those of the workspace's files that git does not know, ignored ones too."""
    paths = [path for path in code if not path.startswith(SITE) and (root / path).is_file()]
    found: list[str] = []
    for at in range(0, len(paths), PATHS_A_CALL):
        some = paths[at : at + PATHS_A_CALL]
        known = _git(root, "--literal-pathspecs", "ls-files", "-z", "--", *some)
        if known is None:
            return []
        tracked = set(known.decode("utf-8", "surrogateescape").split("\0"))
        found += [path for path in some if path not in tracked]
    return found


def _new_files(root: Path, paths: Sequence[str]) -> bytes:
    """A patch that adds the files, as `git apply` reads it at the top of the repository."""
    if not paths:
        return b""
    prefix = (_git(root, "rev-parse", "--show-prefix") or b"").decode("utf-8", "surrogateescape").rstrip("\n")
    return b"".join(_new_file(prefix + path, root / path) for path in paths)


def _new_file(path: str, file: Path) -> bytes:
    try:
        text = file.read_bytes()
        mode = "100755" if file.stat().st_mode & 0o100 else "100644"
    except OSError:
        return b""
    old, new = _header("a", path), _header("b", path)
    head = f"diff --git {old} {new}\nnew file mode {mode}\n"
    if b"\0" in text:
        return f"{head}Binary files /dev/null and {new} differ\n".encode("utf-8", "surrogateescape")
    if not text:
        return f"{head}index 0000000..e69de29\n".encode("utf-8", "surrogateescape")
    lines = text.split(b"\n")
    last = lines.pop()
    count = len(lines) + bool(last)
    body = b"".join(b"+" + line + b"\n" for line in lines)
    if last:
        body += b"+" + last + b"\n\\ No newline at end of file\n"
    head += f"--- /dev/null\n+++ {new}\n@@ -0,0 +{f'1,{count}' if count > 1 else '1'} @@\n"
    return head.encode("utf-8", "surrogateescape") + body


def _header(side: str, path: str) -> str:
    """A path as a patch names it: in quotes where it holds what would end the name."""
    name = f"{side}/{path}"
    quoted = "".join(_QUOTED.get(character, character) for character in name)
    return name if quoted == name else f'"{quoted}"'


def _keep_diff(folder: Path, diff: bytes) -> dict[str, str]:
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
    driver = NVIDIA
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
