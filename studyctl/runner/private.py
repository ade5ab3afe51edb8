"""What is private on this machine, in this workspace, and about these runs: collected, for `core.scrubbing`."""

from __future__ import annotations

import contextlib
import getpass
import json
import os
import platform
import site
import sys
import sysconfig
from collections.abc import Iterable, Sequence
from pathlib import Path

from studyctl.core.models import Run
from studyctl.core.scrubbing import (
    COMMON_HOSTS,
    COMMON_USERS,
    SHORTEST_HOST,
    SHORTEST_USER,
    Private,
    homes_in,
    is_secret,
)
from studyctl.runner.process import hostname
from studyctl.runner.provenance import THREAD_VARIABLES, asked

# Shorter ones would be met everywhere.
SHORTEST_VARIABLE = 3


def private(root: Path, runs: Sequence[Run], texts: Iterable[str] = (), allowed: Sequence[str] = ()) -> Private:
    """Everything that a public bundle must not hold.

    `texts` are those of the runs: a run that was made on another machine names that machine's people by their homes.
    """
    users, people = _users(root), set[str]()
    for text in (*texts, *(json.dumps([run.provenance, run.params, run.error], default=str) for run in runs)):
        people |= homes_in(text)
    return Private(
        folders=_folders(root),
        hosts=tuple(sorted(_hosts(runs))),
        users=tuple(sorted(name for name in users | people if _tells(name, COMMON_USERS, SHORTEST_USER))),
        secrets=tuple((name, value) for name, value in sorted(os.environ.items()) if is_secret(name, value)),
        variables=tuple(
            (name, value)
            for name, value in sorted(os.environ.items())
            if value and len(name) >= SHORTEST_VARIABLE and name not in THREAD_VARIABLES
        ),
        allowed=tuple(allowed),
    )


def _tells(name: str, common: frozenset[str], shortest: int) -> bool:
    return len(name) >= shortest and name.casefold() not in common


def _folders(root: Path) -> tuple[tuple[str, str], ...]:
    found: dict[str, str] = {}
    home = Path.home()
    for placeholder, folders in (
        ("<workspace>", [root]),
        ("<site-packages>", [Path(one) for one in (*sys.path, *site.getsitepackages(), site.getusersitepackages())]),
        ("<python>", [Path(sysconfig.get_path("stdlib")), *([Path(sys.prefix)] if _is_own(sys.prefix) else [])]),
        ("<home>", [home, Path(os.environ.get("HOME") or home)]),
    ):
        for folder in folders:
            if placeholder == "<site-packages>" and folder.name not in ("site-packages", "dist-packages"):
                continue
            for one in (folder, folder.resolve()):
                if len(one.parts) > 1:  # a root folder says nothing
                    found.setdefault(str(one), placeholder)
    return tuple(found.items())


def _is_own(prefix: str) -> bool:
    """Whether Python lies in an environment of its own, rather than where the system has it."""
    return prefix != sys.base_prefix or Path(prefix).is_relative_to(Path.home())


def _hosts(runs: Sequence[Run]) -> set[str]:
    names = {hostname(), platform.node(), os.environ.get("HOSTNAME", ""), os.environ.get("COMPUTERNAME", "")}
    names |= {run.host for run in runs}
    names |= {name.split(".")[0] for name in names}
    return {name for name in names if _tells(name, COMMON_HOSTS, SHORTEST_HOST)}


def _users(root: Path) -> set[str]:
    names = {Path.home().name, *(os.environ.get(name, "") for name in ("USER", "LOGNAME", "USERNAME"))}
    with contextlib.suppress(KeyError, OSError, ImportError):  # a user id without a name
        names.add(getpass.getuser())
    names |= {asked(root, "config", "user.name"), asked(root, "config", "user.email"), _full_name()}
    return {name.strip() for name in names if name.strip()}


def _full_name() -> str:
    """The person's name as the system knows it."""
    try:
        import pwd

        return pwd.getpwuid(os.getuid()).pw_gecos.split(",")[0]
    except (ImportError, KeyError, AttributeError):
        return ""
