"""Texts whose numerals come from the record: `{name:.2f}` is filled with a figure, a bare numeral is refused.

What counts as a bare numeral: a run of decimal digits whose word does not begin with a letter. A word is a
maximal run of letters, digits, `_`, `-`, `.` and `'`. So `float32`, `B3`, `log-l2`, `COCO128`, `COCO-2017`
and `v1.2` are names; `3`, `1.5`, `2x`, `8-bit`, `3rd` and the 1.5 of `ratio=1.5` are figures, and have to
come from a placeholder. A formula or a piece of code may be quoted between backticks when it holds a letter:
`` `(2*sigma)^2` ``. Superscripts and number words are no numerals.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from string import Formatter
from typing import Any

from studyctl.core.models import Run
from studyctl.errors import StudyctlError, UsageError

# After an experiment's name may stand which of its runs: core.answers.qualifiers.
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*(?:@[0-9a-f]{8})?(?:\.[A-Za-z0-9_-]+)*")
_WORD = re.compile(r"[\w.'’-]+")
_DIGITS = re.compile(r"\d")
_CODE = re.compile(r"`[^`]*[^\W\d_][^`]*`")
_INTEGER_SPEC = re.compile(r".*[bcdoxX]|[0-9<>=^+ ]*[,_]?")


@dataclass(frozen=True, slots=True)
class Filled:
    """A text with its placeholders filled, and each figure that it cites with its exact value."""

    text: str
    figures: tuple[tuple[str, str], ...]


def exact(value: Any) -> str:
    """The exact text of a figure, which `float()` reads back to the same value; "NaN", "Infinity"."""
    if isinstance(value, float):
        if math.isnan(value):
            return "NaN"
        if math.isinf(value):
            return "Infinity" if value > 0 else "-Infinity"
        return repr(value)
    # A parameter's text stands as it is, unless it would be read back as a number.
    if isinstance(value, str) and _recorded(value) is value:
        return value
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


def _recorded(text: str) -> Any:
    """The value behind an exact text; a text that is no number stands for itself."""
    if re.fullmatch(r"[+-]?[0-9]+", text):
        return int(text)
    if text.startswith('"'):
        try:
            return json.loads(text)
        except ValueError:
            return text
    try:
        return float(text)
    except ValueError:
        return text


def namespace(
    metrics: Mapping[str, float], params: Mapping[str, Any], constants: Mapping[str, float]
) -> dict[str, Any]:
    """What a run's texts may cite: a metric first, then `param.NAME`, the parameter, the constant."""
    names: dict[str, Any] = dict(constants)
    names.update(params)
    names.update({f"param.{name}": value for name, value in params.items()})
    names.update(metrics)
    return names


def namespace_of(run: Run) -> dict[str, Any]:
    """The same for a recorded run."""
    constants = run.provenance.get("constants", {})
    return namespace(
        {metric.name: metric.value for metric in run.metrics},
        run.params,
        {name: float(value) for name, value in constants.items()},
    )


def recorded_names(run: Run) -> dict[str, str]:
    """Everything that a text may cite of a recorded run, each with its exact text."""
    return {name: exact(value) for name, value in namespace_of(run).items()}


def placeholders(template: str, error: type[StudyctlError] = UsageError) -> list[tuple[str, str]]:
    """The (name, format) pairs of a text, in order; raises `error` where its braces or names are wrong."""
    return [(name, spec) for _, name, spec in _pieces(template, error) if name]


def fill(template: str, values: Mapping[str, Any], error: type[StudyctlError] = UsageError) -> Filled:
    """The text with every placeholder filled; `error` for an unknown name or a format that does not fit."""
    written: list[str] = []
    cited: dict[str, str] = {}
    for literal, name, spec in _pieces(template, error):
        written.append(literal)
        if not name:
            continue
        if name not in values:
            import difflib

            near = difflib.get_close_matches(name, list(values), n=3)
            raise error(
                f"{{{name}}} names no figure of the run",
                f"did you mean {', '.join(near)}?" if near else "record it first: run.metric or run.constant",
            )
        written.append(show(values[name], spec, name, error))
        cited[name] = exact(values[name])
    return Filled("".join(written), tuple(cited.items()))


def names_in(template: str, error: type[StudyctlError] = UsageError) -> tuple[str, ...]:
    """The names that a text cites, in order, without repetition."""
    return tuple(dict.fromkeys(name for name, _ in placeholders(template, error)))


def qualify(template: str, experiment: str, error: type[StudyctlError] = UsageError) -> str:
    """The text with its placeholders put under an experiment: `{ratio:.2f}` to `{boxes.ratio:.2f}`."""
    written = []
    for literal, name, spec in _pieces(template, error):
        written.append(literal.replace("{", "{{").replace("}", "}}"))
        if name:
            written.append(f"{{{experiment}.{name}{':' if spec else ''}{spec}}}")
    return "".join(written)


def fill_recorded(template: str, figures: Mapping[str, str], error: type[StudyctlError] = UsageError) -> str:
    """The text filled from recorded figures, which stand as their exact text."""
    return fill(template, {name: _recorded(text) for name, text in figures.items()}, error).text


def show(value: Any, spec: str = "", name: str = "value", error: type[StudyctlError] = UsageError) -> str:
    """One figure as a person reads it: a whole number without `.0`, NaN as "NaN", infinity as "inf"."""
    if isinstance(value, float):
        if value.is_integer() and abs(value) < 1e15 and _INTEGER_SPEC.fullmatch(spec):
            value = int(value)
        elif not math.isfinite(value) and spec[-1:] in "bcdoxX":
            spec = spec[:-1]
    elif not isinstance(value, (int, str)) or isinstance(value, bool):
        value = value if isinstance(value, str) else exact(value)
    try:
        text = format(value, spec)
    except ValueError as wrong:
        raise error(
            f"{{{name}:{spec}}}: {exact(value)} cannot be written so: {wrong}",
            "formats are Python's, for example {name:.2f}, {name:.1%}, {name:,d}",
        ) from wrong
    return text.replace("nan", "NaN") if isinstance(value, float) and math.isnan(value) else text


def bare_numerals(template: str, error: type[StudyctlError] = UsageError) -> list[str]:
    """The words of a text that carry a numeral which no placeholder accounts for."""
    # A placeholder leaves a gap behind: `top-{k}` is fine, the 5 of `{n}5` stays a bare numeral.
    literal = " ".join(text for text, _, _ in _pieces(template, error))
    plain = _CODE.sub(" ", literal)
    found = []
    for match in _WORD.finditer(plain):
        word = match.group().strip(".-'’")
        if _DIGITS.search(word) and not (word[0].isalpha() or word[0] == "_"):
            found.append(word)
    return found


def _pieces(template: str, error: type[StudyctlError]) -> list[tuple[str, str, str]]:
    """(literal, name, format) in order; the name is "" for the text after the last placeholder."""
    pieces = []
    try:
        for literal, name, spec, conversion in Formatter().parse(template):
            if name is None:
                pieces.append((literal, "", ""))
                continue
            if not _NAME.fullmatch(name) or conversion or "{" in (spec or ""):
                raise error(
                    f"{{{name}}} is no placeholder",
                    "a placeholder is {name} or {name:.2f}; write {{ and }} for braces",
                )
            pieces.append((literal, name, spec or ""))
    except ValueError as wrong:
        raise error(f"{template!r}: {wrong}", "write {{ and }} for braces") from wrong
    return pieces
