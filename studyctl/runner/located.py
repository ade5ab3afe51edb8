"""Where the files are that a run rests on: below the workspace, or in an installed package (`site:pkg/module.py`).

Light: reading commands tell by it whether an answer is stale. Nothing is imported to find a module.
"""

from __future__ import annotations

import sys
from pathlib import Path

from studyctl.core.models import SITE

INSTALLED = ("site-packages", "dist-packages")


def located(root: Path, path: str) -> Path:
    """The file behind a recorded path; one that is gone has a path, too."""
    if not path.startswith(SITE):
        return root / path
    name = path.removeprefix(SITE)
    return _on_search_path(root, name) or source_of(module_named(name)) or root / path


def site_path(module: str, file: Path) -> str:
    """How a run records the file of an installed module: by its name, so that it names no machine."""
    below = module.split(".")
    if file.name == "__init__.py":
        below.append("__init__")
    return f"{SITE}{'/'.join(below)}.py"


def module_named(name: str) -> str:
    """The dotted name of a module whose file is called so: "pkg/part.py", "pkg/__init__.py"."""
    return name.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def is_installed(file: Path, root: Path) -> bool:
    """Whether a file is an installed package's: outside of the workspace, or in an environment within it."""
    if not file.is_relative_to(root):
        return True
    return any(part in INSTALLED for part in file.relative_to(root).parts)


def _on_search_path(root: Path, name: str) -> Path | None:
    for entry in sys.path:
        file = Path(entry or ".").absolute() / name
        # What stands in the workspace under the same name is no installed package.
        if file.is_file() and is_installed(file, root):
            return file
    return None


def source_of(module: str) -> Path | None:
    """The source of a module as the import system would find it, without importing it or a package around it."""
    path = None
    parts = module.split(".")
    for count in range(1, len(parts) + 1):
        name = ".".join(parts[:count])
        found = None
        for finder in sys.meta_path:
            if hasattr(finder, "find_spec") and (found := finder.find_spec(name, path)) is not None:
                break
        if found is None:
            return None
        path = found.submodule_search_locations
        if path is None and count < len(parts):
            return None
    origin = found.origin if found is not None else None
    return Path(origin) if origin is not None and origin.endswith(".py") else None
