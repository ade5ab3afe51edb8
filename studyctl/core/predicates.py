"""The comparison language in which a finding says what would decide it.

A predicate is data: it is stored with the finding as text, so that its verdict can be decided again from the
record without running the author's code. Its grammar is that of `expressions`; its names are metric names.

Truth has three values: a comparison with a figure that is missing or NaN, or with a quotient by zero, is
undecided (None), and `and`, `or`, `not` follow Kleene: `False and None` is False, `True and None` is None.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from studyctl.core.expressions import COMPARISONS, KEYWORDS, Node, Parser, calculated, joined
from studyctl.core.models import Verdict
from studyctl.errors import ExperimentError

__all__ = ["KEYWORDS", "Decision", "Predicate", "PredicateError", "evaluate", "parse", "verdict"]


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


class _Parser(Parser):
    def error(self, column: int, message: str) -> PredicateError:
        return PredicateError(self.text, column, message)


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
        return joined(node.kind, (_truth(part, values) for part in node.parts))
    numbers = [_number(part, values) for part in node.parts]
    undecided = False
    for op, left, right in zip(node.ops, numbers, numbers[1:], strict=False):
        if math.isnan(left) or math.isnan(right):
            undecided = True
        elif not COMPARISONS[op](left, right):
            return False
    return None if undecided else True


def _number(node: Node, values: Mapping[str, float]) -> float:
    """The value of an arithmetic node; NaN stands for "not known" throughout."""
    if node.kind == "number":
        return node.value
    if node.kind == "name":
        return float(values.get(node.name, math.nan))
    return calculated(node.kind, [_number(part, values) for part in node.parts])


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
