"""The files that studyctl writes for a person to start from: the first workspace, and a new experiment.

Each runs as it stands; the tests run them.
"""

from __future__ import annotations

import re

from studyctl.errors import UsageError

CONFIG = """\
# The settings of this studyctl workspace; the folder that holds this file is its root.
notes = "{notes}"
"""

FIRST_NOTE = """\
# Study note

Write as you always do: studyctl finds the questions, todos, papers and claims in here.

## Questions

* Monty Hall
    * Does switching doors win more often than staying? ([monty-hall](../experiments/monty_hall.py#switching))
    * Once the host has opened a door, where is the prize?
        * both closed doors are equally likely. ([monty-hall](../experiments/monty_hall.py#equal-doors))
    * How much does switching gain with ten doors?

## Todo

* read experiments/monty_hall.py
    * run it with ten doors: `studyctl run monty-hall -p doors=10`
* write a question of my own above, and an experiment for it: `studyctl experiment new`

## To read

* Selvin, S. (1975). A problem in probability. The American Statistician 29(1).
"""

FIRST_EXPERIMENT = '''\
"""Does switching doors win more often than staying?"""

import matplotlib.pyplot as plt
import numpy as np

from studyctl.lab import Params, Run, experiment, param

Z = 3.29  # of a 99.9 % interval


class MontyHall(Params):
    """What can be changed from the command line: `studyctl run monty-hall -p doors=10`."""

    games: int = param(20_000, "games played", ge=100, le=5_000_000)
    doors: int = param(3, "doors on the stage", ge=3, le=100)
    seed: int = 0


def interval(wins: int, games: int) -> tuple[float, float]:
    """Wilson's interval of a rate."""
    rate = wins / games
    middle = (rate + Z**2 / (2 * games)) / (1 + Z**2 / games)
    half = Z * np.sqrt(rate * (1 - rate) / games + Z**2 / (4 * games**2)) / (1 + Z**2 / games)
    return middle - half, middle + half


@experiment(title="Monty Hall: switch or stay?", presets={"quick": {"games": 1000}})
def monty_hall(params: MontyHall, run: Run) -> None:
    rng = np.random.default_rng(params.seed)
    prize = rng.integers(params.doors, size=params.games)
    picked = rng.integers(params.doors, size=params.games)
    # The host opens every other door but one, and never the one with the prize.
    decoy = (picked + rng.integers(1, params.doors, size=params.games)) % params.doors
    left_closed = np.where(picked == prize, decoy, prize)

    won = {"stay": picked == prize, "switch": left_closed == prize}
    for name, wins in won.items():
        low, high = interval(int(wins.sum()), params.games)
        run.metrics({f"{name}_rate": wins.mean(), f"{name}_rate.lo": low, f"{name}_rate.hi": high})
    run.metric("theory", (params.doors - 1) / params.doors)

    played = np.arange(1, params.games + 1)
    fig, axes = plt.subplots(figsize=(7, 4))
    for name, wins in won.items():
        axes.plot(played, np.cumsum(wins) / played, label=name)
    axes.axhline((params.doors - 1) / params.doors, color="grey", linestyle=":", label="theory, switch")
    axes.set(xscale="log", xlabel="games played", ylabel="games won so far", ylim=(0, 1))
    axes.legend()
    run.figure("rates", fig, title="How the share of games won settles")

    run.finding(
        "switching",
        claim="switching wins more often than staying",
        when="switch_rate.lo > stay_rate.hi",
        unless="switch_rate.hi < stay_rate.lo",
        text="Switching wins {switch_rate:.3f} of the games, staying {stay_rate:.3f}.",
    )
    run.finding(
        "equal-doors",
        claim="the two closed doors are equally likely to hide the prize",
        when="switch_rate.lo > 0.49 and switch_rate.hi < 0.51",
        unless="switch_rate.lo > 0.5 or switch_rate.hi < 0.5",
        text="The prize is behind the other door in {switch_rate:.3f} of the games.",
    )
    run.finding(
        "theory",
        claim="the simulation agrees with the closed form",
        when="switch_rate.lo <= theory and theory <= switch_rate.hi",
        unless="switch_rate.lo > theory or switch_rate.hi < theory",
        text="{switch_rate:.3f} is measured, `(doors - 1) / doors` gives {theory:.3f}.",
    )
'''

NEW_EXPERIMENT = '''\
"""<<DOC>>"""

import matplotlib.pyplot as plt
import numpy as np

from studyctl.lab import Params, Run, experiment, param


class <<CLASS>>(Params):
    """What can be changed from the command line: `studyctl run <<NAME>> -p samples=100`."""

    samples: int = param(1000, "measurements of each of the two", ge=10, le=1_000_000)
    seed: int = 0


@experiment(title=<<TITLE>>, presets={"quick": {"samples": 100}})
def <<FUNCTION>>(params: <<CLASS>>, run: Run) -> None:
    rng = np.random.default_rng(params.seed)
    # Measure here what your question asks; these are invented numbers, so that the file runs as it is.
    first = rng.normal(1.0, 0.5, params.samples)
    second = rng.normal(1.1, 0.5, params.samples)

    difference = second.mean() - first.mean()
    half = 1.96 * np.sqrt(first.var(ddof=1) / params.samples + second.var(ddof=1) / params.samples)
    run.metric("difference", difference)
    run.metrics({"difference.lo": difference - half, "difference.hi": difference + half})

    fig, axes = plt.subplots(figsize=(6, 4))
    axes.hist([first, second], bins=30, label=["first", "second"])
    axes.set(xlabel="measured", ylabel="how often")
    axes.legend()
    run.figure("measured", fig)

    # A recorded run answers what is tied to it: until this is your own, try it with `--draft`.
    # Name here what you expect, and what would decide it:
    #     claim="the second is larger", when="difference.lo > 0", unless="difference.hi < 0",
    run.finding(
        "difference",
        text="Not measured yet: the invented numbers of the template differ by {difference:.3f}.",
    )
'''

_NAME = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")


def experiment_name(word: str) -> str:
    """The name of an experiment as typed, with hyphens; UsageError where no module could have it."""
    import keyword

    name = word.strip().removesuffix(".py").replace("_", "-").lower()
    if keyword.iskeyword(name):
        raise UsageError(f"{word!r} cannot name an experiment: it is a word of Python's", f"for example: {name}-study")
    if not _NAME.fullmatch(name):
        raise UsageError(
            f"{word!r} cannot name an experiment",
            "use a-z, digits and hyphens, beginning with a letter: box-decoding",
        )
    return name


def new_experiment(name: str, question: str = "") -> str:
    """The source of an experiment that runs, for `name` (with hyphens) and the question it is to answer."""
    words = name.split("-")
    title = question or " ".join(words).capitalize()
    # Only what a docstring on one line can hold; the title keeps the question word for word.
    doc = " ".join(title.split()).replace("\\", "/").replace('"', "'")
    filled = {
        "DOC": doc,
        "TITLE": _literal(title),
        "NAME": name,
        "FUNCTION": "_".join(words),
        "CLASS": "".join(word.capitalize() for word in words) + "Params",
    }
    # In one pass: a question may hold anything.
    return re.sub("<<([A-Z]+)>>", lambda found: filled[found[1]], NEW_EXPERIMENT)


def _literal(text: str) -> str:
    """A Python string literal in double quotes that leaves every script readable."""
    import json

    return json.dumps(" ".join(text.split()), ensure_ascii=False)
