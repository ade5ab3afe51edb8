"""What an experiment requires to be installed: extras of studyctl, or distributions by their own name."""

from __future__ import annotations

import importlib.metadata
import re
from collections.abc import Iterable, Sequence

from studyctl.errors import MissingExtraError

DISTRIBUTION = "studyctl"
_EXTRA = re.compile(r"extra\s*==\s*['\"]([^'\"]+)['\"]")


def check_requires(name: str, requires: Sequence[str]) -> None:
    """Raise MissingExtraError, with the command that installs it, where something required is missing."""
    for required in requires:
        missing = list(_missing(required))
        if not missing:
            continue
        if required in _extras():
            command = f'python -m pip install "{DISTRIBUTION}[{required}]"'
            raise MissingExtraError(f"{name} needs the extra {required!r}: missing {', '.join(missing)}", command)
        raise MissingExtraError(f"{name} needs {required}, which is not installed", f"python -m pip install {required}")


def _extras() -> list[str]:
    try:
        return importlib.metadata.metadata(DISTRIBUTION).get_all("Provides-Extra") or []
    except importlib.metadata.PackageNotFoundError:
        return []


def _missing(required: str) -> Iterable[str]:
    """The distributions that are not installed among those that an extra or a name stands for."""
    names = [required]
    if required in _extras():
        names = [
            re.split(r"[\s;\[(<>=!~]", line, maxsplit=1)[0]
            for line in importlib.metadata.requires(DISTRIBUTION) or []
            if (extra := _EXTRA.search(line)) and extra[1] == required
        ]
    for name in names:
        try:
            importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            yield name
