"""What `runs plot` draws: the runs that are meant, and which kind of picture tells most about them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from studyctl.app.choose import choose, no_metric, parameters_for, traits_of
from studyctl.app.runs import IsLost, history
from studyctl.core import comparing, picturing
from studyctl.core.alike import Alike, Trait, alike, differing
from studyctl.core.conditions import Condition
from studyctl.core.models import Run
from studyctl.core.picturing import Picture
from studyctl.core.ports import Reader
from studyctl.errors import NotFoundError, UsageError


def plotted(
    reader: Reader,
    is_lost: IsLost,
    folder: Path,
    refs: Sequence[str],
    metric: str,
    *,
    by: Sequence[str] = (),
    across: Sequence[str] = (),
    steps: bool = False,
    experiment: str | None = None,
    tags: Sequence[str] = (),
    conditions: Sequence[Condition] = (),
) -> tuple[Picture, list[str]]:
    """The picture, and what is not in it, in words."""
    traits = traits_of(across)
    chosen = choose(reader, is_lost, refs, experiment=experiment, tags=tags, conditions=conditions)
    names = parameters_for(chosen.runs, by)
    if steps and names:
        raise UsageError("--steps and --by exclude each other", "give one of them")
    having = [run for run in chosen.runs if any(one.name == metric for one in run.metrics)]
    if not having:
        raise no_metric(metric, comparing.metric_names(chosen.runs))
    one = _alike(having, traits)
    left = [f"left out: {comparing.states(chosen.left_out)}"] if chosen.left_out else []
    without = len(chosen.runs) - len(having)
    if without:
        left.append(f"left out: {without} without {metric}")
    several = any(found.steps > 1 for run in having for found in run.metrics if found.name == metric)
    if steps or (refs and not chosen.sweeps and not names and several):
        picture = _over_steps(one, folder, metric, traits, left)
    elif len(having) == 1:
        value = next(found.value for found in having[0].metrics if found.name == metric)
        raise UsageError(
            f"there is nothing to draw {metric} against: it is {value:g} in one run",
            "name several runs, or a sweep" + ("; --steps draws its history" if several else ""),
        )
    else:
        picture = picturing.against(comparing.table(one, [metric], by=names, across=traits), metric, names)
    if picture.over:
        left.append(f"each point is over all values of {', '.join(picture.over)}")
    if picture.undrawn:
        left.append(f"{picture.undrawn} values are not finite, and not drawn")
    return picture, left


def _alike(runs: Sequence[Run], across: Sequence[Trait]) -> Alike:
    """The runs as one set; UsageError where they are not to be compared."""
    sets = alike(runs, across)
    if len(sets) == 1:
        return sets[0]
    firsts = [one.runs[0] for one in sets]
    apart = "; ".join(sets[1].apart)
    if len({run.experiment for run in firsts}) > 1:
        raise UsageError(f"these runs are not to be compared: {apart}", "choose runs of one experiment")
    raise UsageError(
        f"these runs are not to be compared: {apart}",
        f"--across {','.join(differing(firsts))} draws them all the same; --where chooses some",
    )


def _over_steps(one: Alike, folder: Path, metric: str, traits: Sequence[Trait], left: list[str]) -> Picture:
    runs = sorted(one.runs, key=lambda run: (run.started, run.id))
    histories = {run.id: history(folder / run.id) for run in runs}
    kept = [run for run in runs if any(name == metric for name, *_ in histories[run.id])]
    if not kept:
        raise NotFoundError(
            f"the history of {metric} is not here: {'they' if len(runs) > 1 else 'the run'} came without a folder",
            f"studyctl runs show {runs[0].short} has its last value",
        )
    if len(kept) < len(runs):
        left.append(f"left out: {len(runs) - len(kept)} whose history is not here")
    return picturing.over_steps(kept, histories, metric, traits)
