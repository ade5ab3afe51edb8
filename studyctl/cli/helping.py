"""How `--help` shows arguments and options: the same under every version of Typer, and without its type marks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


def usage(params: Sequence[Any]) -> list[str]:
    """What stands behind the command's name: `[OPTIONS] ID [EXPERIMENT]`."""
    arguments = [param for param in params if param.param_type_name == "argument"]
    return ["[OPTIONS]", *map(argument_name, arguments)]


def argument_name(param: Any) -> str:
    """An argument as it is asked for, in brackets where it may be left out."""
    name: str = param.metavar or param.name.upper()
    return name if param.required or name.startswith("[") else f"[{name}]"


def write(params: Sequence[Any], formatter: Any) -> None:
    """The arguments that need words, and all options."""
    shown = [param for param in params if not getattr(param, "hidden", False)]
    arguments = [
        (argument_name(param), param.help) for param in shown if param.param_type_name == "argument" and param.help
    ]
    options = [option_record(param) for param in shown if param.param_type_name == "option"]
    for title, rows in (("Arguments", arguments), ("Options", options)):
        if rows:
            with formatter.section(title):
                formatter.write_dl(rows)


def option_record(param: Any) -> tuple[str, str]:
    """An option's spellings with what it takes, and its help with its default."""
    spelled = ", ".join(sorted(param.opts, key=len))
    if param.secondary_opts:
        spelled += f" / {', '.join(param.secondary_opts)}"
    if not (param.is_flag or getattr(param, "count", False)):
        spelled += f" {param.metavar or param.name.upper()}"
    words = param.help or ""
    plain = isinstance(param.default, (str, int, float)) and not isinstance(param.default, bool)
    if plain and param.show_default and param.default != "":
        words += f"  [default: {param.default}]"
    return spelled, words + ("  [required]" if param.required else "")
