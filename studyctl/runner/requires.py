"""What an experiment requires to be installed: extras of studyctl, or distributions by their own name."""

from __future__ import annotations

import importlib.metadata
import re
from collections.abc import Iterable, Sequence

from studyctl.errors import MissingExtraError

DISTRIBUTION = "studyctl"
_EXTRA = re.compile(r"extra\s*==\s*['\"]([^'\"]+)['\"]")


def check_requires(name: str, requires: Sequence[str], own: str = "") -> None:
    """Raise MissingExtraError, with the command that installs it, where something required is missing.

    `own` is the distribution of an installed experiment, whose extras are meant first.
    """
    for required in requires:
        of = next((one for one in (own, DISTRIBUTION) if one and required in _extras(one)), "")
        missing = list(_missing(required, of))
        if not missing:
            continue
        if of:
            command = f'python -m pip install "{of}[{required}]"'
            raise MissingExtraError(f"{name} needs the extra {required!r}: missing {', '.join(missing)}", command)
        raise MissingExtraError(f"{name} needs {required}, which is not installed", f"python -m pip install {required}")


def _extras(distribution: str) -> list[str]:
    try:
        return importlib.metadata.metadata(distribution).get_all("Provides-Extra") or []
    except importlib.metadata.PackageNotFoundError:
        return []


def _missing(required: str, of: str) -> Iterable[str]:
    """The distributions that are not installed among those that an extra of `of`, or a name, stands for."""
    names = [required]
    if of:
        names = [
            re.split(r"[\s;\[(<>=!~]", line, maxsplit=1)[0]
            for line in importlib.metadata.requires(of) or []
            if (extra := _EXTRA.search(line)) and extra[1] == required
        ]
    for name in names:
        try:
            importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            yield name
