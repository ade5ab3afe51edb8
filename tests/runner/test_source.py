"""Who records a run: a script, a module, a notebook, what was typed."""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from studyctl.runner.source import Source, source_of_caller


@pytest.fixture
def main(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """What Python was started with."""
    module = ModuleType("__main__")
    module.__spec__ = None
    monkeypatch.setitem(sys.modules, "__main__", module)
    monkeypatch.setattr(sys, "argv", ["x", "--rate", "0.1"])
    monkeypatch.delitem(sys.modules, "IPython", raising=False)
    return module


def python(file: Path) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.touch()
    return file


def test_a_script_is_named_within_the_workspace(main: ModuleType, tmp_path: Path) -> None:
    main.__file__ = str(python(tmp_path / "analysis" / "warm up.py"))
    source = source_of_caller(main.__dict__)
    assert source.described(tmp_path) == {
        "kind": "script",
        "path": "analysis/warm up.py",
        "arguments": ["--rate", "0.1"],
    }
    assert source.command(tmp_path) == "python 'analysis/warm up.py' --rate 0.1"
    assert (source.unwatched(tmp_path), source.kept()) == ([], None)
    assert source.folders == (tmp_path / "analysis",)


def test_a_module_that_is_run_keeps_its_name(main: ModuleType, tmp_path: Path) -> None:
    main.__file__ = str(python(tmp_path / "pkg" / "part.py"))
    main.__spec__ = SimpleNamespace(name="pkg.part")  # type: ignore[assignment]
    source = source_of_caller(main.__dict__)
    assert source.files == (("pkg.part", tmp_path / "pkg" / "part.py"),)
    assert source.command(tmp_path) == "python -m pkg.part --rate 0.1"


def test_a_helper_that_records_for_a_script(main: ModuleType, tmp_path: Path) -> None:
    main.__file__ = str(python(tmp_path / "run.py"))
    helper = {"__file__": str(python(tmp_path / "lib" / "helper.py")), "__name__": "lib.helper"}
    source = source_of_caller(helper)
    assert source.files == (("lib.helper", tmp_path / "lib" / "helper.py"), ("__main__", tmp_path / "run.py"))
    assert source.described(tmp_path)["path"] == "run.py"


def test_a_program_that_only_started_it_is_not_the_script(main: ModuleType, tmp_path: Path) -> None:
    main.__file__ = str(python(tmp_path / "env" / "site-packages" / "pytest" / "__main__.py"))
    own = {"__file__": str(python(tmp_path / "study" / "check.py")), "__name__": "check"}
    source = source_of_caller(own)
    assert source.described(tmp_path / "study")["path"] == "check.py"
    assert source.unwatched(tmp_path / "study") == []


def test_a_script_elsewhere_cannot_be_watched(main: ModuleType, tmp_path: Path) -> None:
    main.__file__ = str(python(tmp_path / "elsewhere" / "a.py"))
    source = source_of_caller(main.__dict__)
    (tmp_path / "study").mkdir()
    assert source.described(tmp_path / "study")["path"] == "a.py"
    assert source.unwatched(tmp_path / "study") == ["a.py, which lies outside of the workspace"]


def test_what_is_typed_is_kept_nowhere(main: ModuleType, tmp_path: Path) -> None:
    source = source_of_caller(main.__dict__)
    assert (source.kind, source.command(tmp_path)) == ("typed", "typed")
    assert source.unwatched(tmp_path) == ["the code that was typed, which is kept nowhere"]


def notebook(monkeypatch: pytest.MonkeyPatch) -> None:
    """As IPython keeps its cells: the first of the list is empty."""
    history = SimpleNamespace(
        input_hist_raw=["", "%matplotlib inline\nimport helper", "  ", "with recording('x') as run:\n    pass"],
        input_hist_parsed=[
            "",
            "get_ipython().run_line_magic('x', 'y')\nimport helper\n",
            "",
            "with a as run:\n    pass",
        ],
    )
    shell: Any = SimpleNamespace(get_ipython=lambda: SimpleNamespace(history_manager=history))
    monkeypatch.setitem(sys.modules, "IPython", shell)


def test_the_cells_of_a_notebook_are_kept(main: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    notebook(monkeypatch)
    source = source_of_caller(main.__dict__)
    assert source.kept() == (
        "cells.py",
        "# %% [1]\n%matplotlib inline\nimport helper\n\n# %% [2]\nwith recording('x') as run:\n    pass\n",
    )
    described = source.described(tmp_path)
    assert (described["kind"], described["path"], described["cells"]) == ("notebook", "", 2)
    assert described["digest"].startswith("ast1:")
    assert source.unwatched(tmp_path) == ["the cells of the notebook, which are kept with the run"]


@pytest.mark.parametrize("told", ["__vsc_ipynb_file__", "__session__", "JPY_SESSION_NAME"])
def test_a_front_end_may_tell_where_the_notebook_is(
    main: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, told: str
) -> None:
    notebook(monkeypatch)
    monkeypatch.delenv("JPY_SESSION_NAME", raising=False)
    file = tmp_path / "a.ipynb"
    file.touch()
    if told.isupper():
        monkeypatch.setenv(told, str(file))
    else:
        main.__dict__[told] = str(file)
    source = source_of_caller(main.__dict__)
    assert source.described(tmp_path)["path"] == "a.ipynb"
    file.unlink()  # one that is gone, or was never saved, is named by nothing
    assert source_of_caller(main.__dict__).notebook is None


def test_a_script_that_ipython_runs_is_a_script(
    main: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    notebook(monkeypatch)
    script = {"__file__": str(python(tmp_path / "a.py")), "__name__": "__main__"}
    assert source_of_caller(script).kind == "script"


def test_nothing_is_known_of_an_empty_source(tmp_path: Path) -> None:
    assert Source("typed").file(tmp_path) is None
