"""The code that records a run from outside of `experiments/`: a script, a module, a notebook, what was typed.

Of a script the file is watched, with what it imports. The cells of a notebook are kept with the run as a text: the
file that they stand in may be unknown, unsaved, or in another order than they ran.
"""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from studyctl.core.closure import digest_code
from studyctl.runner.located import is_installed

CELLS = "cells.py"
# How front ends tell where the notebook is: VS Code and Jupyter in its namespace, Jupyter's server in the environment.
_NOTEBOOK_NAMES = ("__vsc_ipynb_file__", "__session__")
_NOTEBOOK_VARIABLE = "JPY_SESSION_NAME"


@dataclass(frozen=True, slots=True)
class Source:
    """Who records."""

    kind: Literal["script", "notebook", "typed"]
    files: tuple[tuple[str, Path], ...] = ()  # (module, file): the one that records, then the one that was started
    notebook: Path | None = None  # where it is known
    module: str = ""  # `python -m MODULE`
    arguments: tuple[str, ...] = ()
    cells: tuple[str, ...] = ()  # that were executed so far, as they were typed
    code: str = ""  # the same as plain Python

    @property
    def folders(self) -> tuple[Path, ...]:
        """Where it is: from there its workspace is looked for, and its modules."""
        if self.notebook is not None:
            return (self.notebook.parent,)
        return tuple(dict.fromkeys(file.parent for _, file in self.files)) or (Path.cwd(),)

    def file(self, root: Path) -> Path | None:
        """The script, or the notebook: of what records and what was started, the one that lies in the workspace.

        What was started may be another program (pytest), and what records may be a helper of many scripts.
        """
        files = [file for _, file in reversed(self.files)]
        own = [file for file in files if not is_installed(file, root)]
        return self.notebook or next(iter([*own, *reversed(files)]), None)

    def kept(self) -> tuple[str, str] | None:
        """What of it is kept with the run as a text, by a name: what no file can be watched for."""
        if not self.cells:
            return None
        numbered = (f"# %% [{number}]\n{cell.rstrip()}\n" for number, cell in enumerate(self.cells, start=1))
        return CELLS, "\n".join(numbered)

    def described(self, root: Path) -> dict[str, Any]:
        """What the run's provenance says of it."""
        found: dict[str, Any] = {"kind": self.kind, "path": self._shown(root)}
        if self.module:
            found["module"] = self.module
        if self.arguments:
            found["arguments"] = list(self.arguments)
        if self.cells:
            found |= {"cells": len(self.cells), "digest": digest_code(self.code.encode("utf-8", "replace"))}
        return found

    def command(self, root: Path) -> str:
        """What was typed, as far as that is known."""
        if self.kind == "script":
            what = ["-m", self.module] if self.module else [self._shown(root)]
            return shlex.join(["python", *what, *self.arguments])
        return f"{self.kind} {self._shown(root)}".strip()

    def unwatched(self, root: Path) -> list[str]:
        """What of it nobody can see change, for people."""
        if self.kind == "notebook":
            return ["the cells of the notebook, which are kept with the run"]
        file = self.file(root)
        if file is None:
            return ["the code that was typed, which is kept nowhere"]
        return [f"{file.name}, which lies outside of the workspace"] if is_installed(file, root) else []

    def _shown(self, root: Path) -> str:
        file = self.file(root)
        if file is None:
            return ""
        return file.relative_to(root).as_posix() if file.is_relative_to(root) else file.name


def source_of_caller(names: Mapping[str, Any]) -> Source:
    """Who records, from the global names of the code that does."""
    main = getattr(sys.modules.get("__main__"), "__dict__", {})
    own, started = _file(names), _file(main)
    if own is None and (cells := _cells()) is not None:
        typed, code = cells
        return Source("notebook", notebook=_notebook(names), cells=tuple(typed), code=code)
    files = {file: _name(where) for file, where in ((own, names), (started, main)) if file is not None}
    arguments = tuple(sys.argv[1:])
    if not files:
        return Source("typed", arguments=arguments)
    spec = main.get("__spec__")
    module = str(spec.name).removesuffix(".__main__") if spec is not None and started is not None else ""
    return Source("script", tuple((name, file) for file, name in files.items()), None, module, arguments)


def _file(names: Mapping[str, Any]) -> Path | None:
    file = names.get("__file__")
    path = Path(file).absolute() if isinstance(file, str) and file.endswith(".py") else None
    return path.resolve() if path is not None and path.is_file() else None


def _name(names: Mapping[str, Any]) -> str:
    """A module's name, also of one that is run (`python -m pkg.part`), so that its relative imports can be followed."""
    spec = names.get("__spec__")
    return str(spec.name if spec is not None else names.get("__name__", "__main__"))


def _cells() -> tuple[list[str], str] | None:
    """The cells that were executed in this notebook, as typed and as Python; None outside of any."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None and hasattr(ipython, "get_ipython") else None
    history = getattr(shell, "history_manager", None)
    if history is None:
        return None
    typed = [str(cell) for cell in history.input_hist_raw[1:] if str(cell).strip()]
    return typed, "\n".join(str(cell) for cell in history.input_hist_parsed[1:])


def _notebook(names: Mapping[str, Any]) -> Path | None:
    """The notebook's own file, where whoever shows it says so."""
    said = [*(names.get(name) for name in _NOTEBOOK_NAMES), os.environ.get(_NOTEBOOK_VARIABLE)]
    for one in said:
        if isinstance(one, str) and one.endswith(".ipynb"):
            file = Path(one).absolute() if Path(one).is_file() else Path.cwd() / Path(one).name
            if file.is_file():
                return file.resolve()
    return None
