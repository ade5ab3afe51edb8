"""A small workspace with an experiment that takes no time, and commands run in it as a person runs them."""

from __future__ import annotations

import contextlib
import io
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from studyctl.cli.main import run

NOTE = """\
# Study

## Questions

* Is the coin fair? ([coin](../experiments/coin.py#fair))
    * heads are more likely. ([coin](../experiments/coin.py#fair.heads-more))
* How are the flips made? ([coin](../experiments/coin.py))
* Does anybody know?

## Todo

* [ ] look at the coin ([coin](../experiments/coin.py))
"""

COIN = '''\
"""Is a coin fair?"""

from pydantic import Field

from experiments._luck import flips
from studyctl.lab import Params, Run, experiment


class Coin(Params):
    flips: int = Field(1000, ge=10, le=100_000, description="how often", json_schema_extra={"unit": "flips"})
    bias: float = Field(0.5, ge=0, le=1)
    seed: int = 0


@experiment(title="Is a coin fair?", presets={"quick": {"flips": 100}, "full": {"flips": 2000}})
def coin(params: Coin, run: Run) -> None:
    heads = flips(params.flips, params.bias, params.seed)
    rate = sum(heads) / len(heads)
    half = 1.96 * (rate * (1 - rate) / len(heads)) ** 0.5
    run.metrics({"rate": rate, "rate.lo": rate - half, "rate.hi": rate + half})
    run.table("counts", [{"side": "heads", "n": sum(heads)}], title="How often each side came up")
    run.finding(
        "fair.rate",
        claim="the coin is fair",
        when="rate.lo < 0.5 and rate.hi > 0.5",
        unless="rate.lo > 0.5 or rate.hi < 0.5",
        text="Heads in {rate:.1%} of {flips} flips.",
    )
    run.finding(
        "fair.heads-more",
        claim="heads are more likely",
        when="rate.lo > 0.5",
        unless="rate.lo <= 0.5",
        text="The interval begins at {rate.lo:.3f}.",
    )
    run.finding("summary", text="By a generator with seed {seed}, [bold]as it is[/bold].")
'''

LUCK = '''\
"""Random numbers."""

import random

SHIFT = 0.0


def flips(count: int, bias: float, seed: int) -> list[bool]:
    generator = random.Random(seed)
    return [generator.random() < bias + SHIFT for _ in range(count)]
'''

FAILING = '''\
"""Fails, or takes long before it does."""

import time

from studyctl.lab import Params, Run, experiment


class Failing(Params):
    seconds: float = 0.0


@experiment(title="Fails")
def failing(params: Failing, run: Run) -> None:
    run.metric("before", 1.5)
    print("it [bold]begins[/bold]")
    time.sleep(params.seconds)
    divide(0)


def divide(by: int) -> float:
    return 1 / by
'''


@dataclass(frozen=True, slots=True)
class Result:
    """What a command did."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


class Study:
    """A workspace and its commands, in this process or in one of their own."""

    def __init__(self, root: Path) -> None:
        self.root = root

    @classmethod
    def make(cls, root: Path) -> Study:
        (root / "notes").mkdir(parents=True)
        (root / "experiments").mkdir()
        (root / "studyctl.toml").write_text('notes = "notes"\n', "utf-8")
        (root / "notes" / "study.md").write_text(NOTE, "utf-8")
        for name, source in {"coin": COIN, "_luck": LUCK, "failing": FAILING}.items():
            (root / "experiments" / f"{name}.py").write_text(source, "utf-8")
        return cls(root)

    def __call__(self, *words: str, columns: int = 100) -> Result:
        """Run a command in this process, below the workspace."""
        out, err = io.StringIO(), io.StringIO()
        here = Path.cwd()
        before = {name: os.environ.get(name) for name in ("COLUMNS", "NO_COLOR")}
        os.environ.update(COLUMNS=str(columns), NO_COLOR="1")
        os.chdir(self.root)
        try:
            with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
                code = run(words)
        finally:
            os.chdir(here)
            for name, value in before.items():
                os.environ.pop(name, None)
                if value is not None:
                    os.environ[name] = value
        return Result(code, out.getvalue(), err.getvalue())

    def start(self, *words: str, **kwargs: Any) -> subprocess.Popen[str]:
        """Start a command in a process of its own."""
        return subprocess.Popen(
            [sys.executable, "-m", "studyctl", *words],
            cwd=self.root,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "NO_COLOR": "1", **kwargs.pop("env", {})},
            **kwargs,
        )

    def ask(self, *words: str, **kwargs: Any) -> Result:
        """Run a command in a process of its own."""
        process = self.start(*words, **kwargs)
        out, err = process.communicate(timeout=120)
        return Result(process.returncode, out, err)

    def write(self, path: str, text: str) -> None:
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8")

    def edit(self, path: str, old: str, new: str) -> None:
        text = (self.root / path).read_text("utf-8")
        assert old in text
        self.write(path, text.replace(old, new))
