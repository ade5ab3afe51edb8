"""What tells that code changed: a canonical digest of a module, and the modules that it imports.

The digest is taken over the syntax tree: node names and non-empty fields, without positions, comments and
docstrings. `ast.dump`, `ast.unparse` and bytecode change between versions of Python, so none of them is used;
a digest begins with the version of this algorithm, and digests of different versions are never compared as
equal.
"""

from __future__ import annotations

import ast
import hashlib
from dataclasses import dataclass
from typing import Any

from studyctl.core.discovery import SourceError, parse_source

ALGORITHM = "ast1"
RAW = "sha256"
_NO_FIELDS = frozenset({"type_comment", "kind", "ctx", "type_ignores"})
_DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
_LOADERS = {"import_module", "__import__"}
_OPAQUE = {"exec", "eval", "run_path", "run_module", "spec_from_file_location", "SourceFileLoader"}


@dataclass(frozen=True, slots=True)
class Imports:
    """What a module imports: absolute dotted names, and the calls whose target the source does not tell."""

    names: tuple[str, ...]
    gaps: tuple[tuple[int, str], ...]  # (line, what stands there)


def digest_data(data: bytes) -> str:
    """The digest of a file's bytes as they are."""
    return f"{RAW}:{hashlib.sha256(data).hexdigest()}"


def digest_code(source: bytes) -> str:
    """The canonical digest of a module; one that is no Python is digested as bytes."""
    try:
        tree = parse_source(source)
    except SourceError:
        return digest_data(source)
    return f"{ALGORITHM}:{_digest(tree)}"


def _digest(tree: ast.Module) -> str:
    """The tree as one unambiguous stream of tokens; iterative, because a long sum is a deep tree."""
    digest = hashlib.sha256()
    waiting: list[Any] = [tree]
    while waiting:
        one = waiting.pop()
        if isinstance(one, _Token):
            digest.update(one.text)
        elif isinstance(one, ast.AST):
            digest.update(b"(%s" % type(one).__name__.encode())
            waiting.append(_Token(b")"))
            for name in sorted(one._fields, reverse=True):
                value = getattr(one, name, None)
                if name == "body" and isinstance(one, _DOCUMENTED):
                    value = _without_docstring(value)
                # Empty fields are left out, so that a field that a later Python adds changes no digest.
                if name in _NO_FIELDS or (not value and not isinstance(one, ast.Constant)):
                    continue
                waiting.append(value)
                waiting.append(_Token(b" %s=" % name.encode()))
        elif isinstance(one, list):
            digest.update(b"[")
            waiting.append(_Token(b"]"))
            waiting.extend(reversed(one))
        else:
            text = _constant(one)
            digest.update(b"<%s %d>%s" % (type(one).__name__.encode(), len(text), text))
    return digest.hexdigest()


class _Token:
    """A piece of the stream that is ready to be written."""

    __slots__ = ("text",)

    def __init__(self, text: bytes) -> None:
        self.text = text


def _constant(value: Any) -> bytes:
    if isinstance(value, int) and not isinstance(value, bool):
        return hex(value).encode()  # repr() refuses very long ones
    if isinstance(value, str):
        return value.encode("utf-8", "surrogatepass")
    return value if isinstance(value, bytes) else repr(value).encode()


def _without_docstring(body: Any) -> Any:
    if body and isinstance(body[0], ast.Expr):
        first = body[0].value
        if isinstance(first, ast.Constant) and isinstance(first.value, str):
            return body[1:]
    return body


def imports_of(source: bytes, module: str, *, package: bool) -> Imports:
    """Everything that a module imports, wherever the statement stands.

    `module` is its absolute dotted name, and `package` says that it is an `__init__.py`. For `from a import
    b` both `a` and `a.b` are named: only the file system tells whether `b` is a module.
    """
    try:
        tree = parse_source(source)
    except SourceError as error:
        return Imports((), ((error.line, error.message),))
    names: dict[str, None] = {}
    gaps: list[tuple[int, str]] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names.update(dict.fromkeys(alias.name for alias in node.names))
        elif isinstance(node, ast.ImportFrom):
            base = _base(node, module, package)
            if base is None:
                gaps.append((node.lineno, "a relative import that leads out of its package"))
                continue
            names[base] = None
            names.update(dict.fromkeys(f"{base}.{alias.name}" for alias in node.names if alias.name != "*"))
        elif isinstance(node, ast.Call):
            called = node.func
            name = called.id if isinstance(called, ast.Name) else getattr(called, "attr", "")
            if name in _LOADERS and (target := _literal_target(node)):
                names[target] = None
            elif name in _LOADERS or (name in _OPAQUE and not _is_method(called)):
                gaps.append((node.lineno, f"{name}(…) runs code that cannot be told from the source"))
    return Imports(tuple(sorted(name for name in names if name)), tuple(sorted(gaps)))


def _base(node: ast.ImportFrom, module: str, package: bool) -> str | None:
    if node.level == 0:
        return node.module or ""
    parts = module.split(".") if package else module.split(".")[:-1]
    up = node.level - 1
    if up > len(parts) - 1:
        return None
    parts = parts[: len(parts) - up]
    return ".".join([*parts, *([node.module] if node.module else [])])


def _literal_target(call: ast.Call) -> str:
    """The module that `import_module("a.b")` names, "" where it is computed."""
    if len(call.args) == 1 and isinstance(call.args[0], ast.Constant) and isinstance(call.args[0].value, str):
        name = call.args[0].value
        return name if not name.startswith(".") else ""
    return ""


def _is_method(called: ast.expr) -> bool:
    """`frame.eval("a + b")` is a method of something; `exec(…)`, `runpy.run_path(…)` and such are meant."""
    if not isinstance(called, ast.Attribute):
        return False
    return called.attr in ("exec", "eval") and not (
        isinstance(called.value, ast.Name) and called.value.id == "builtins"
    )
