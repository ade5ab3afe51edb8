"""What a module below `experiments/` declares, read from its source without executing anything.

A module is an experiment when exactly one of its top-level functions carries the decorator `experiment` of
`studyctl.lab`, under whatever name it was imported, called with literal arguments. Anything else is a problem
with the line that says why.
"""

from __future__ import annotations

import ast
import functools
import re
import warnings
from collections.abc import Iterator
from typing import Any

from studyctl.core.models import ExperimentProblem, ExperimentSpec

LAB = "studyctl.lab"
DECORATOR = "experiment"
_LISTS = ("requires", "data", "measures")
_PRESET = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")
_MEASURES = ("time",)


class SourceError(Exception):
    """Source that cannot be read as Python, with its line."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.line = line
        self.message = message


@functools.lru_cache(maxsize=2)  # a module's imports and its digest are asked for one after the other
def parse_source(source: bytes) -> ast.Module:
    """The syntax tree of UTF-8 source; SourceError where there is none."""
    try:
        source.decode("utf-8")
    except UnicodeDecodeError as error:
        raise SourceError(
            source.count(b"\n", 0, error.start) + 1, f"not UTF-8 (byte 0x{source[error.start]:02x})"
        ) from error
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # an invalid escape is shown when the module is imported
            return ast.parse(source)
    except SyntaxError as error:
        raise SourceError(error.lineno or 1, f"syntax error: {error.msg}") from error
    except (ValueError, RecursionError, MemoryError) as error:
        raise SourceError(1, f"cannot be read as Python: {error}") from error


def read_experiment(
    source: bytes, module: str, path: str, wanted: str | None = None
) -> ExperimentSpec | ExperimentProblem:
    """The experiment that a module declares. `module` is its name in `experiments/`, `path` is for people.

    A module holds one, except where the function that is `wanted` was named, as entry points do.
    """
    name = module.replace("_", "-")

    def problem(line: int, message: str) -> ExperimentProblem:
        return ExperimentProblem(name, path, line, message)

    if not (module.isidentifier() and module.isascii()):
        return problem(1, f"{module!r} cannot be imported: use ASCII letters, digits and underscores")
    try:
        tree = parse_source(source)
    except SourceError as error:
        return problem(error.line, error.message)
    spellings = _spellings(tree)
    found = [one for one in _decorated(tree, spellings) if wanted in (None, one[0].name)]
    if not found and wanted is not None:
        return problem(1, f"no top-level function {wanted} is decorated with @experiment(title=…)")
    if not found:
        hint = "" if spellings else "; `from studyctl.lab import experiment`"
        return problem(1, f"no top-level function is decorated with @experiment(title=…){hint}")
    if len(found) > 1:
        names = ", ".join(function.name for function, _ in found)
        return problem(found[1][0].lineno, f"a module holds one experiment, and here are {len(found)}: {names}")
    function, decorator = found[0]
    if not isinstance(function, ast.FunctionDef):
        kind = "class" if isinstance(function, ast.ClassDef) else "coroutine"
        return problem(function.lineno, f"@experiment decorates a function, and {function.name} is a {kind}")
    if not isinstance(decorator, ast.Call):
        return problem(decorator.lineno, "@experiment needs its arguments: @experiment(title=…)")
    try:
        arguments = _arguments(decorator)
    except SourceError as error:
        return problem(error.line, error.message)
    doc = ast.get_docstring(tree) or ""
    return ExperimentSpec(
        name=name,
        path=path,
        function=function.name,
        title=arguments["title"],
        doc=doc.strip().split("\n")[0],
        requires=tuple(arguments.get("requires", ())),
        data=tuple(arguments.get("data", ())),
        measures=tuple(arguments.get("measures", ())),
        presets=tuple(arguments.get("presets") or ()),
        line=function.lineno,
    )


def _spellings(tree: ast.Module) -> set[str]:
    """How the module may write the decorator: `experiment`, `lab.experiment`, an alias of either."""
    found = set()
    for node in tree.body:
        if isinstance(node, ast.ImportFrom) and node.level == 0:
            for alias in node.names:
                local = alias.asname or alias.name
                if node.module == LAB and alias.name == DECORATOR:
                    found.add(local)
                elif f"{node.module}.{alias.name}" == LAB:
                    found.add(f"{local}.{DECORATOR}")
        elif isinstance(node, ast.Import):
            for alias in node.names:
                if alias.name == LAB:
                    found.add(f"{alias.asname or alias.name}.{DECORATOR}")
    return found


_Decorated = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def _decorated(tree: ast.Module, spellings: set[str]) -> Iterator[tuple[_Decorated, ast.expr]]:
    for node in tree.body:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            for decorator in node.decorator_list:
                called = decorator.func if isinstance(decorator, ast.Call) else decorator
                if isinstance(called, (ast.Name, ast.Attribute)) and ast.unparse(called) in spellings:
                    yield node, decorator


def _arguments(call: ast.Call) -> dict[str, Any]:
    """The decorator's arguments; SourceError at the first one that is not as it should be."""
    if call.args:
        raise SourceError(call.args[0].lineno, "@experiment takes its arguments by name: title=…")
    arguments: dict[str, Any] = {}
    for keyword in call.keywords:
        line = keyword.value.lineno
        name = keyword.arg
        if name is None or name not in ("title", "presets", *_LISTS):
            known = ", ".join(("title", *_LISTS, "presets"))
            raise SourceError(line, f"@experiment has no argument {name or '**'}; it takes {known}")
        try:
            value = ast.literal_eval(keyword.value)
        except (ValueError, TypeError, SyntaxError, RecursionError, MemoryError) as error:
            raise SourceError(line, f"@experiment: {name} is not a literal, and is read without executing") from error
        arguments[name] = value
        if message := _wrong(name, value):
            raise SourceError(line, f"@experiment: {message}")
    if "title" not in arguments:
        raise SourceError(call.lineno, "@experiment has no title")
    return arguments


def _wrong(name: str, value: Any) -> str:
    """What is wrong with one argument, "" for nothing."""
    if name == "title":
        return "" if isinstance(value, str) and value.strip() else "title is a text that is not empty"
    if name in _LISTS:
        if not isinstance(value, (list, tuple)) or not all(isinstance(one, str) and one for one in value):
            return f"{name} is a list of texts"
        unknown = [one for one in value if one not in _MEASURES] if name == "measures" else []
        return f"measures knows {', '.join(_MEASURES)}, not {unknown[0]!r}" if unknown else ""
    if not isinstance(value, dict) or not all(isinstance(one, dict) for one in value.values()):
        return 'presets maps names to values: {"quick": {"seeds": 2}}'
    for preset, values in value.items():
        if not isinstance(preset, str) or not _PRESET.fullmatch(preset):
            return f"preset {preset!r}: a name has ASCII letters, digits, - and _"
        if not all(isinstance(one, str) for one in values):
            return f"preset {preset!r} maps names of parameters to values"
    return ""
