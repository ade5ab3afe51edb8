"""The conditions of `runs list --where`: which runs, by what they measured, what they were given, and how they ended.

The grammar is that of a finding's predicates (`expressions`), with texts in quotes and with names that say what they
are of: `metric.loss`, `param.lr`, `tag.good`, `state`, `preset`, `experiment`, `host`, `seed`, `started`, `ended`,
`duration`. A comparison with what a run does not have is undecided, whatever stands around it, and only a run of which
the whole is true is chosen: `not metric.loss > 1` chooses no run without a loss.
"""

from __future__ import annotations

import difflib
import json
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, get_args

from studyctl.core.expressions import COMPARISONS, TOKEN, Node, Parser, Token, calculated, joined
from studyctl.core.models import Run, RunState
from studyctl.core.times import moment, seconds_of, span
from studyctl.errors import UsageError

NUMBERS = ("seed", "duration")
TEXTS = ("state", "preset", "experiment", "host")
TIMES = ("started", "ended")
OF = ("metric", "param", "tag")  # `metric.NAME` and such
CONSTANTS: Mapping[str, Any] = {"true": True, "false": False, "none": None}
STATES: tuple[str, ...] = get_args(RunState)
OTHERS = (*TEXTS, *NUMBERS, *TIMES)

_MISSING = object()
# What may be compared with what; a parameter may be of any kind.
_KINDS = {
    "number": "a number",
    "text": "a text",
    "time": "a time",
    "param": "a parameter",
    "constant": "true, false or none",
    "tags": "a tag",
}


class ConditionError(UsageError):
    """A condition that cannot be read, with the column (from 1) of what is wrong."""

    def __init__(self, text: str, column: int, message: str) -> None:
        super().__init__(
            f"--where {text!r}, column {column}: {message}",
            "for example: --where \"metric.loss < 0.5 and param.dtype == 'float16'\"",
        )
        self.column = column
        self.reason = message


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition that was read, with the metrics that it asks for."""

    node: Node
    metrics: tuple[str, ...]
    timed: bool  # whether it asks how long a run took

    def holds(self, run: Run) -> bool:
        """Whether the run is one of those that are meant."""
        return _truth(self.node, _Facts(run)) is True


class _Parser(Parser):
    pattern = re.compile(TOKEN + r"|(?P<text>\"[^\"]*\"|'[^']*')")
    noun = "condition"
    strange: Mapping[str, str] = {
        **Parser.strange,
        '"': "the closing quote is missing",
        "'": "the closing quote is missing",
    }

    def error(self, column: int, message: str) -> ConditionError:
        return ConditionError(self.text, column, message)

    def leaf(self, token: Token) -> Node | None:
        if token.kind == "text":
            return Node("text", name=token.text[1:-1], column=token.column)
        of, _, name = token.text.partition(".")
        if of == "tag" and name:
            return Node("flag", name=name, column=token.column)
        if of == "param" and name:
            return Node("name", name=f"param.{name.replace('-', '_')}", column=token.column)
        if token.text in (*NUMBERS, *TEXTS, *TIMES, *CONSTANTS, "tag") or (of == "metric" and name):
            return Node("name", name=token.text, column=token.column)
        raise self.error(
            token.column, _unknown(token.text, self.at > 1 and self.tokens[self.at - 2].text in COMPARISONS)
        )


def _unknown(name: str, compared: bool) -> str:
    if name in OF:
        return f"of which {name}? {name}.NAME"
    if compared:
        return f"{name} is no name of a run; a text stands in quotes: '{name}'"
    near = difflib.get_close_matches(name, OTHERS, n=1, cutoff=0.8)
    if near:
        return f"no name {name}; did you mean {near[0]}?"
    return f"{name} of what? metric.{name} or param.{name}; other names are tag.NAME, {', '.join(OTHERS)}"


def parse(text: str) -> Condition:
    """Read a condition; ConditionError names the column of the first thing that is wrong."""
    if not text.strip():
        raise ConditionError(text, 1, "there is nothing to compare")
    parser = _Parser(text)
    node = parser.whole()
    _check(node, parser)
    names = [one.name for one in _walk(node) if one.kind == "name"]
    metrics = dict.fromkeys(name.partition(".")[2] for name in names if name.startswith("metric."))
    return Condition(node, tuple(metrics), "duration" in names)


def _walk(node: Node) -> Iterator[Node]:
    yield node
    for part in node.parts:
        yield from _walk(part)


# -- what may stand beside what


def _kind(node: Node) -> str:
    if node.kind == "text":
        return "text"
    if node.kind != "name":
        return "number"
    if node.name in CONSTANTS:
        return "constant"
    if node.name in TIMES:
        return "time"
    if node.name in TEXTS:
        return "text"
    if node.name == "tag":
        return "tags"
    return "param" if node.name.startswith("param.") else "number"


def _check(node: Node, parser: _Parser) -> None:
    """What cannot be compared is a mistake of the one who typed it, and not a run that does not match."""
    if node.kind == "compare":
        for op, left, right in zip(node.ops, node.parts, node.parts[1:], strict=False):
            _check_pair(op, left, right, parser)
    elif not node.boolean:
        for part in node.parts:
            if _kind(part) not in ("number", "param"):
                raise parser.error(part.column, f"`{node.kind}` works on numbers, and this is {_KINDS[_kind(part)]}")
    for part in node.parts:
        _check(part, parser)


def _check_pair(op: str, left: Node, right: Node, parser: _Parser) -> None:
    kinds = {_kind(left), _kind(right)}
    exact = op in ("==", "!=")
    literal = next((one for one in (right, left) if one.kind == "text"), None)
    if "constant" in kinds and (not exact or "param" not in kinds):
        constant = left if _kind(left) == "constant" else right
        raise parser.error(constant.column, f"{constant.name} is for parameters, with == and !=")
    if "tags" in kinds and (not exact or literal is None):
        raise parser.error(left.column, "tag == 'NAME', or tag.NAME alone")
    if kinds == {"time", "text"} and literal is not None:
        _check_time(literal, parser)
    elif len(kinds) > 1 and not kinds & {"param", "tags"}:
        texts = kinds == {"number", "text"} and literal is not None
        hint = "; a number stands without quotes" if texts else ""
        hint = "; a text stands in quotes" if kinds == {"number", "text"} and literal is None else hint
        raise parser.error(right.column, f"{_KINDS[_kind(left)]} is compared with {_KINDS[_kind(right)]}{hint}")
    if "state" in (left.name, right.name) and exact and literal is not None and literal.name not in STATES:
        raise parser.error(literal.column, f"no state {literal.name!r}; there are {', '.join(STATES)}")


def _check_time(literal: Node, parser: _Parser) -> None:
    try:
        span(literal.name)
    except (ValueError, OverflowError):
        raise parser.error(
            literal.column, f"{literal.name!r} is no time; for example '2026-11-24' or '2026-11-24 09:30'"
        ) from None


# -- what they come to


class _Facts:
    """The values of one run, by the names of conditions."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self._metrics: dict[str, float] | None = None

    def value(self, name: str) -> Any:
        """A number, a text, a time, or whatever a parameter is; `_MISSING` where the run has none."""
        run = self.run
        of, _, rest = name.partition(".")
        if of == "metric":
            if self._metrics is None:
                self._metrics = {metric.name: metric.value for metric in run.metrics}
            return self._metrics.get(rest, _MISSING)
        if of == "param":
            return _param(run.params, rest)
        if name in TIMES:
            at = run.started if name == "started" else run.ended
            return _MISSING if at is None else moment(at)
        if name in CONSTANTS:
            return CONSTANTS[name]
        found = seconds_of(run) if name == "duration" else getattr(run, name)
        return _MISSING if found in (None, "") else found


def _param(params: Mapping[str, Any], name: str) -> Any:
    found: Any = params
    for part in name.split("."):
        if not isinstance(found, Mapping) or part not in found:
            return _MISSING
        found = found[part]
    return found


def _truth(node: Node, facts: _Facts) -> bool | None:
    if node.kind == "flag":
        return node.name in facts.run.tags
    if node.kind == "not":
        inner = _truth(node.parts[0], facts)
        return None if inner is None else not inner
    if node.kind in ("and", "or"):
        return joined(node.kind, (_truth(part, facts) for part in node.parts))
    pairs = zip(node.ops, node.parts, node.parts[1:], strict=False)
    return joined("and", (_compared(op, left, right, facts) for op, left, right in pairs))


def _compared(op: str, left: Node, right: Node, facts: _Facts) -> bool | None:
    if "tag" in (left.name, right.name):
        wanted = right.name if left.name == "tag" else left.name
        return (wanted in facts.run.tags) is (op == "==")
    one, other = _value(left, facts), _value(right, facts)
    if one is _MISSING or other is _MISSING:
        return None
    if isinstance(one, datetime) or isinstance(other, datetime):
        return _timed(op, one, other)
    if isinstance(one, str) is not isinstance(other, str):
        # A parameter in quotes is as `-p` would set it.
        one, other = _typed(one), _typed(other)
        return COMPARISONS[op](one, other) if op in ("==", "!=") else None
    if left.name == "experiment" or right.name == "experiment":
        one, other = str(one).replace("_", "-"), str(other).replace("_", "-")
    if isinstance(one, str) or (_number(one) and _number(other)):
        if one != one or other != other:  # NaN
            return None
        return COMPARISONS[op](one, other)
    # Lists, true and false: the same or not, and nothing before or after.
    return (type(one) is type(other) and one == other) is (op == "==") if op in ("==", "!=") else None


def _number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _typed(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _timed(op: str, one: Any, other: Any) -> bool:
    """Compares times; what a person wrote means all of its day or minute."""
    if isinstance(one, str):
        one, other = other, one
        op = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}.get(op, op)
    if isinstance(other, datetime):
        return bool(COMPARISONS[op](one, other))
    first, after = span(other)
    match op:
        case "==" | "!=":
            return (first <= one < after) is (op == "==")
        case "<" | ">=":
            return bool(COMPARISONS[op](one, first))
        case "<=":
            return bool(one < after)
        case _:
            return bool(one >= after)


def _value(node: Node, facts: _Facts) -> Any:
    """The value of a node; NaN stands for what arithmetic cannot work out."""
    if node.kind == "number":
        return node.value
    if node.kind == "text":
        return node.name
    if node.kind == "name":
        return facts.value(node.name)
    return calculated(node.kind, [_figure(_value(part, facts)) for part in node.parts])


def _figure(value: Any) -> float:
    try:
        return float(value) if _number(value) else math.nan
    except OverflowError:  # an integer of hundreds of digits
        return math.nan
