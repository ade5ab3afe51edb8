"""Predicates over a run's figures: the small comparison language in which a finding says what would decide
it.

A predicate is data: it is stored with the finding as text, so that its verdict can be decided again from the
record without running the author's code. Grammar, loosest first:

    or > and > not > comparison (chained: `0.9 < ratio < 1.1`) > + - > * / > unary - > number, name, call, ( )

Names are metric names: they may hold dots and hyphens, so that `a-b` is one name and subtraction needs spaces
around its `-`. Numbers are `12`, `0.5`, `1e-3`, `inf`; functions are `abs(x)`, `min(x, …)`, `max(x, …)`.

Truth has three values: a comparison with a figure that is missing or NaN, or with a quotient by zero, is
undecided (None), and `and`, `or`, `not` follow Kleene: `False and None` is False, `True and None` is None.
"""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from studyctl.core.models import Verdict
from studyctl.errors import ExperimentError

# Deeper than anybody writes, and far below Python's recursion limit.
MAX_DEPTH = 60
FUNCTIONS = ("abs", "min", "max")
KEYWORDS = frozenset({"and", "or", "not", "inf"})

_TOKEN = re.compile(
    r"(?P<space>\s+)"
    r"|(?P<number>(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)"
    r"|(?P<name>[A-Za-z_][A-Za-z0-9_-]*(?:\.[A-Za-z0-9_-]+)*)"
    r"|(?P<op><=|>=|==|!=|[<>+\-*/(),])"
)
_COMPARISONS: dict[str, Callable[[float, float], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
}


class PredicateError(ExperimentError):
    """A predicate that cannot be read, with the column (from 1) of what is wrong."""

    def __init__(self, text: str, column: int, message: str) -> None:
        super().__init__(
            f"predicate {text!r}, column {column}: {message}",
            "a predicate compares figures of the run, for example: loss.mean < 0.5 and not gap.lo > 0",
        )
        self.column = column
        self.reason = message


@dataclass(frozen=True, slots=True)
class Node:
    """One node of a predicate: what it does, its operands, and for a leaf its number or name."""

    kind: str  # "number", "name", "neg", "+", "-", "*", "/", a function, "compare", "not", "and", "or"
    parts: tuple[Node, ...] = ()
    value: float = 0.0
    name: str = ""
    ops: tuple[str, ...] = ()  # of a chained comparison
    column: int = 1

    @property
    def boolean(self) -> bool:
        return self.kind in ("compare", "not", "and", "or")


@dataclass(frozen=True, slots=True)
class Predicate:
    """A parsed predicate; `str()` gives its one canonical spelling."""

    node: Node
    names: tuple[str, ...]  # the figures that it reads, sorted

    def __str__(self) -> str:
        return _write(self.node, 0)


@dataclass(frozen=True, slots=True)
class Decision:
    """A verdict and, where it is inconclusive, why."""

    verdict: Verdict | None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    column: int


def _tokens(text: str) -> list[_Token]:
    found: list[_Token] = []
    at = 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            hint = {"=": "compare with ==", "&": "write `and`", "|": "write `or`", "!": "write `not` or !="}
            raise PredicateError(text, at + 1, hint.get(text[at], f"{text[at]!r} is not part of the language"))
        kind = str(match.lastgroup)
        if kind == "name" and match.group().endswith("-"):
            raise PredicateError(text, match.end(), "a name cannot end in -; to subtract, put spaces around -")
        if kind == "number" and match.end() < len(text) and re.match(r"[A-Za-z0-9_.]", text[match.end()]):
            raise PredicateError(text, match.end() + 1, "a number ends in the middle of a word")
        if kind != "space":
            found.append(_Token(kind, match.group(), at + 1))
        at = match.end()
    found.append(_Token("end", "", len(text) + 1))
    return found


class _Parser:
    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = _tokens(text)
        self.at = 0
        self.depth = 0

    @property
    def token(self) -> _Token:
        return self.tokens[self.at]

    def fail(self, message: str, column: int | None = None) -> PredicateError:
        return PredicateError(self.text, self.token.column if column is None else column, message)

    def take(self, *texts: str) -> _Token | None:
        token = self.token
        if token.kind in ("op", "name") and token.text in texts:
            self.at += 1
            return token
        return None

    def deeper(self, parse: Callable[[], Node]) -> Node:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise self.fail(f"nested more than {MAX_DEPTH} deep")
        node = parse()
        self.depth -= 1
        return node

    def whole(self) -> Node:
        node = self.either()
        if self.token.kind != "end":
            raise self.fail(f"{self.token.text!r} is not expected here")
        if not node.boolean:
            raise self.fail("a predicate has to compare something", node.column)
        return node

    def either(self) -> Node:
        return self.chain("or", lambda: self.chain("and", self.negation))

    def chain(self, word: str, part: Callable[[], Node]) -> Node:
        first = part()
        parts = [first]
        while (word_token := self.take(word)) is not None:
            parts.append(part())
            for operand in parts[-2:]:
                self.need_boolean(operand, word_token.text)
        return first if len(parts) == 1 else Node(word, tuple(parts), column=first.column)

    def need_boolean(self, node: Node, word: str) -> None:
        if not node.boolean:
            raise self.fail(f"`{word}` joins comparisons, and this is a number", node.column)

    def need_number(self, node: Node, sign: str) -> Node:
        if node.boolean:
            raise self.fail(f"`{sign}` works on numbers, and this is a comparison", node.column)
        return node

    def negation(self) -> Node:
        token = self.take("not")
        if token is None:
            return self.comparison()
        part = self.deeper(self.negation)
        self.need_boolean(part, "not")
        return Node("not", (part,), column=token.column)

    def comparison(self) -> Node:
        first = self.addition()
        parts, ops = [first], []
        while (token := self.take(*_COMPARISONS)) is not None:
            self.need_number(parts[-1], token.text)
            parts.append(self.need_number(self.addition(), token.text))
            ops.append(token.text)
        return Node("compare", tuple(parts), ops=tuple(ops), column=first.column) if ops else first

    def addition(self) -> Node:
        return self.binary(("+", "-"), lambda: self.binary(("*", "/"), self.unary))

    def binary(self, signs: tuple[str, str], part: Callable[[], Node]) -> Node:
        node = part()
        length = 0
        while (token := self.take(*signs)) is not None:
            length += 1
            if length > MAX_DEPTH:
                raise self.fail(f"more than {MAX_DEPTH} terms in a row", token.column)
            left = self.need_number(node, token.text)
            node = Node(token.text, (left, self.need_number(part(), token.text)), column=left.column)
        return node

    def unary(self) -> Node:
        token = self.take("-")
        if token is None:
            return self.primary()
        return Node("neg", (self.need_number(self.deeper(self.unary), "-"),), column=token.column)

    def primary(self) -> Node:
        token = self.token
        if token.kind == "number":
            self.at += 1
            return Node("number", value=float(token.text), column=token.column)
        if self.take("("):
            node = self.deeper(self.either)
            if not self.take(")"):
                raise self.fail("a closing ) is missing")
            return node
        if token.kind == "name" and token.text not in ("and", "or", "not"):
            self.at += 1
            if token.text == "inf":
                return Node("number", value=math.inf, column=token.column)
            if self.token.text == "(":
                return self.call(token)
            return Node("name", name=token.text, column=token.column)
        raise self.fail("a number or a name is missing")

    def call(self, name: _Token) -> Node:
        if name.text not in FUNCTIONS:
            raise self.fail(f"no function {name.text!r}; there are {', '.join(FUNCTIONS)}", name.column)
        self.take("(")
        parts = [self.need_number(self.deeper(self.either), name.text)]
        while self.take(","):
            parts.append(self.need_number(self.deeper(self.either), name.text))
        if not self.take(")"):
            raise self.fail("a closing ) is missing")
        if name.text == "abs" and len(parts) != 1:
            raise self.fail("abs takes one value", name.column)
        return Node(name.text, tuple(parts), column=name.column)


def parse(text: str) -> Predicate:
    """Read a predicate; PredicateError names the column of the first thing that is wrong."""
    node = _Parser(text).whole()
    names: set[str] = set()
    _collect(node, names)
    return Predicate(node, tuple(sorted(names)))


def _collect(node: Node, names: set[str]) -> None:
    if node.kind == "name":
        names.add(node.name)
    for part in node.parts:
        _collect(part, names)


def evaluate(predicate: Predicate, values: Mapping[str, float]) -> bool | None:
    """True, False, or None where a figure that would decide it is missing or NaN."""
    return _truth(predicate.node, values)


def _truth(node: Node, values: Mapping[str, float]) -> bool | None:
    if node.kind == "not":
        inner = _truth(node.parts[0], values)
        return None if inner is None else not inner
    if node.kind in ("and", "or"):
        decisive = node.kind == "or"  # one such part decides the whole
        undecided = False
        for part in node.parts:
            truth = _truth(part, values)
            if truth is decisive:
                return decisive
            undecided = undecided or truth is None
        return None if undecided else not decisive
    numbers = [_number(part, values) for part in node.parts]
    undecided = False
    for op, left, right in zip(node.ops, numbers, numbers[1:], strict=False):
        if math.isnan(left) or math.isnan(right):
            undecided = True
        elif not _COMPARISONS[op](left, right):
            return False
    return None if undecided else True


def _number(node: Node, values: Mapping[str, float]) -> float:
    """The value of an arithmetic node; NaN stands for "not known" throughout."""
    if node.kind == "number":
        return node.value
    if node.kind == "name":
        return float(values.get(node.name, math.nan))
    parts = [_number(part, values) for part in node.parts]
    if any(math.isnan(part) for part in parts):
        return math.nan  # min() and max() would otherwise depend on the order of their arguments
    match node.kind:
        case "neg":
            return -parts[0]
        case "+":
            return parts[0] + parts[1]
        case "-":
            return parts[0] - parts[1]
        case "*":
            return parts[0] * parts[1]
        case "/":
            return parts[0] / parts[1] if parts[1] else math.nan
        case "abs":
            return abs(parts[0])
        case "min":
            return min(parts)
        case _:
            return max(parts)


def verdict(when: str, unless: str, values: Mapping[str, float]) -> Decision:
    """Decide a finding: `when` supports it, `unless` refutes it, anything else is inconclusive with its
    reason.

    Both predicates have to be decided: a claim is not supported while it is unknown whether it is refuted.
    Without any predicate there is nothing to decide (a how/what finding): the verdict is None.
    """
    if not when and not unless:
        return Decision(None)
    parsed: dict[str, Any] = {
        "when": parse(when) if when else None,
        "unless": parse(unless) if unless else None,
    }
    truths = {key: evaluate(p, values) if p is not None else False for key, p in parsed.items()}
    unknown = sorted({name for key, p in parsed.items() if p is not None and truths[key] is None for name in p.names})
    if None in truths.values():
        missing = [name for name in unknown if name not in values]
        undefined = [name for name in unknown if name in values and math.isnan(values[name])]
        reasons = []
        if missing:
            reasons.append(f"not recorded: {', '.join(missing)}")
        if undefined:
            reasons.append(f"not a number: {', '.join(undefined)}")
        return Decision("inconclusive", "; ".join(reasons) or "a quotient by zero, or infinity less infinity")
    if truths["when"] and truths["unless"]:
        return Decision("inconclusive", "both predicates hold, so that they contradict each other")
    if truths["when"]:
        return Decision("supported")
    if truths["unless"]:
        return Decision("refuted")
    return Decision("inconclusive", "neither predicate holds" if when and unless else "the predicate does not hold")


_LEVELS = {"or": 1, "and": 2, "not": 3, "compare": 4, "+": 5, "-": 5, "*": 6, "/": 6, "neg": 7}


def _write(node: Node, outer: int) -> str:
    """The canonical spelling of a node, with parentheses only where its surroundings bind tighter."""
    level = _LEVELS.get(node.kind, 8)
    match node.kind:
        case "number":
            text = _spell(node.value)
        case "name":
            text = node.name
        case "neg":
            text = "-" + _write(node.parts[0], level)
        case "not":
            text = "not " + _write(node.parts[0], level)
        case "and" | "or":
            # One level up, so that a nested `or` keeps the parentheses that shaped its tree.
            text = f" {node.kind} ".join(_write(part, level + 1) for part in node.parts)
        case "compare":
            text = _write(node.parts[0], level + 1)
            for op, part in zip(node.ops, node.parts[1:], strict=True):
                text += f" {op} {_write(part, level + 1)}"
        case "+" | "-" | "*" | "/":
            text = f"{_write(node.parts[0], level)} {node.kind} {_write(node.parts[1], level + 1)}"
        case _:
            text = f"{node.kind}({', '.join(_write(part, 0) for part in node.parts)})"
    return f"({text})" if level < outer else text


def _spell(value: float) -> str:
    """A number as a person writes it: no `.0` at a whole one, `inf` as itself."""
    if math.isinf(value):
        return "inf"
    return str(int(value)) if value == int(value) and abs(value) < 1e15 else repr(value)
