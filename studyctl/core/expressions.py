"""The grammar of comparisons over named values, shared by a finding's predicates and by `runs list --where`.

Loosest first:

    or > and > not > comparison (chained: `0.9 < ratio < 1.1`) > + - > * / > unary - > number, name, call, ( )

Names may hold dots and hyphens, so that `a-b` is one name and subtraction needs spaces around its `-`. Numbers are
`12`, `0.5`, `1e-3`, `inf`; functions are `abs(x)`, `min(x, …)`, `max(x, …)`. What a name stands for, and what a
comparison comes to, is for whoever evaluates the tree. `Parser` is meant to be derived from: `error` makes the error
of a mistake, `token` and `leaf` add to what stands between the signs.
"""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

# Deeper than anybody writes, and far below Python's recursion limit.
MAX_DEPTH = 60
FUNCTIONS = ("abs", "min", "max")
KEYWORDS = frozenset({"and", "or", "not", "inf"})

TOKEN = (
    r"(?P<space>\s+)"
    r"|(?P<number>(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)"
    r"|(?P<name>[A-Za-z_][A-Za-z0-9_-]*(?:\.[A-Za-z0-9_-]+)*)"
    r"|(?P<op><=|>=|==|!=|[<>+\-*/(),])"
)
COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
}


@dataclass(frozen=True, slots=True)
class Node:
    """One node of a tree: what it does, its operands, and for a leaf its number, or its name or text."""

    kind: str  # "number", "name", "text", "flag", "neg", "+", "-", "*", "/", a function, "compare", "not", "and", "or"
    parts: tuple[Node, ...] = ()
    value: float = 0.0
    name: str = ""
    ops: tuple[str, ...] = ()  # of a chained comparison
    column: int = 1

    @property
    def boolean(self) -> bool:
        return self.kind in ("compare", "flag", "not", "and", "or")


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of the text, with the column (from 1) where it begins."""

    kind: str  # a group of the pattern, or "end"
    text: str
    column: int


class Parser:
    """Reads a text to a tree; what is wrong first is raised as `error` makes it."""

    pattern = re.compile(TOKEN)
    noun = "predicate"  # what the text is called in messages
    # What to say of a character that the language has not.
    strange: Mapping[str, str] = {
        "=": "compare with ==",
        "&": "write `and`",
        "|": "write `or`",
        "!": "write `not` or !=",
    }

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = self._tokens()
        self.at = 0
        self.depth = 0

    def error(self, column: int, message: str) -> Exception:
        """The error of a mistake at a column."""
        raise NotImplementedError

    def leaf(self, token: Token) -> Node | None:
        """The node of a token that is no number, or None where it cannot stand for a value."""
        return Node("name", name=token.text, column=token.column) if token.kind == "name" else None

    def _tokens(self) -> list[Token]:
        text = self.text
        found: list[Token] = []
        at = 0
        while at < len(text):
            match = self.pattern.match(text, at)
            if match is None:
                raise self.error(at + 1, self.strange.get(text[at], f"{text[at]!r} is not part of the language"))
            kind = str(match.lastgroup)
            if kind == "name" and match.group().endswith("-"):
                raise self.error(match.end(), "a name cannot end in -; to subtract, put spaces around -")
            if kind == "number" and match.end() < len(text) and re.match(r"[A-Za-z0-9_.]", text[match.end()]):
                raise self.error(match.end() + 1, "a number ends in the middle of a word")
            if kind != "space":
                found.append(Token(kind, match.group(), at + 1))
            at = match.end()
        found.append(Token("end", "", len(text) + 1))
        return found

    @property
    def token(self) -> Token:
        return self.tokens[self.at]

    def fail(self, message: str, column: int | None = None) -> Exception:
        return self.error(self.token.column if column is None else column, message)

    def take(self, *texts: str) -> Token | None:
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
            raise self.fail(f"a {self.noun} has to compare something", node.column)
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
        while (token := self.take(*COMPARISONS)) is not None:
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
        if token.kind not in ("op", "end") and token.text not in ("and", "or", "not"):
            self.at += 1
            if token.text == "inf":
                return Node("number", value=math.inf, column=token.column)
            if token.kind == "name" and self.token.kind == "op" and self.token.text == "(":
                return self.call(token)
            found = self.leaf(token)
            if found is not None:
                return found
            self.at -= 1
        raise self.fail("a number or a name is missing")

    def call(self, name: Token) -> Node:
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


def joined(word: str, truths: Iterable[bool | None]) -> bool | None:
    """`and` or `or` over several truths, as Kleene has them: None is one that is not known."""
    decisive = word == "or"  # one such part decides the whole
    undecided = False
    for truth in truths:
        if truth is decisive:
            return decisive
        undecided = undecided or truth is None
    return None if undecided else not decisive


def calculated(kind: str, parts: Sequence[float]) -> float:
    """What an arithmetic node comes to; NaN stands for "not known" throughout, a quotient by zero included."""
    if any(math.isnan(part) for part in parts):
        return math.nan  # min() and max() would otherwise depend on the order of their arguments
    match kind:
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
