"""`runs plot`, as it is typed: which picture, where it is, and what is said of what is not in it."""

from __future__ import annotations

import shutil

from many_runs import SWEEP, swept
from study_bench import Study

CURVE = '''\
"""Draws a curve."""

from studyctl.lab import Params, Run, experiment


class Curve(Params):
    slope: float = 1.0
    seed: int = 0


@experiment(title="Curve")
def curve(params: Curve, run: Run) -> None:
    for step in range(5):
        run.metric("height", params.slope * step + params.seed, step=step)
    run.metric("end", params.slope)
'''


def curves(study: Study) -> list[str]:
    study.write("experiments/curve.py", CURVE)
    for slope in ("1", "2"):
        assert study("run", "curve", "-p", f"slope={slope}").code == 0
    return [run["id"] for run in study("runs", "list", "-e", "curve", "--json").json]


def test_histories_of_runs_that_are_named(study: Study) -> None:
    ids = curves(study)
    done = study("runs", "plot", *ids, "--metric", "height")
    assert (done.code, done.out) == (0, "wrote curve-height-over-steps.png: height over steps\n")
    assert (study.root / "curve-height-over-steps.png").read_bytes().startswith(b"\x89PNG")
    value = study("runs", "plot", ids[0], "-m", "height", "-o", "one.svg", "--json").json
    assert value == {"file": "one.svg", "experiment": "curve", "metric": "height", "x": "step", "left_out": []}
    # What was recorded once is drawn against what differs.
    assert study("runs", "plot", *ids, "-m", "end").out == "wrote curve-end-by-slope.png: end by slope\n"
    assert study("runs", "plot", *ids, "-m", "height", "--by", "slope").out.endswith(": height by slope\n")
    alone = study("runs", "plot", ids[0], "-m", "end")
    assert (alone.code, "there is nothing to draw end against: it is 2 in one run" in alone.err) == (2, True)
    assert study("runs", "plot", "-e", "curve", "-m", "height").out.endswith(": height by slope\n")
    assert study("runs", "plot", "-e", "curve", "-m", "height", "--steps").out.endswith(": height over steps\n")


def test_a_history_that_is_not_here(study: Study) -> None:
    first, second = curves(study)
    shutil.rmtree(study.root / ".studyctl" / "runs" / first)
    done = study("runs", "plot", first, second, "-m", "height")
    assert done.code == 0 and done.err == "left out: 1 whose history is not here\n"
    gone = study("runs", "plot", first, "-m", "height")
    assert gone.code == 4 and "the history of height is not here" in gone.err


def test_a_sweep_against_what_was_swept(study: Study) -> None:
    swept(study.root)
    done = study("runs", "plot", SWEEP, "--metric", "rate")
    assert done.out == "wrote coin-rate-by-flips.png: rate by flips\n"
    assert done.err == "left out: 1 failed\n"
    done = study("runs", "plot", SWEEP, "--metric", "rate", "--by", "bias", "-o", "rate.pdf")
    assert done.out == "wrote rate.pdf: rate by bias\n"
    assert "each point is over all values of flips\n" in done.err
    assert (study.root / "rate.pdf").read_bytes().startswith(b"%PDF")


def test_what_cannot_be_drawn(study: Study) -> None:
    swept(study.root)
    for words, code, said in (
        (("--metric", "rat"), 4, "near it: rate, draws"),
        ((), 2, "which metric? none was named"),
        (("-m", "rate", "-o", "x.gif"), 2, "a file that ends in .png, .svg, .pdf"),
        (("-m", "rate", "-o", "none/x.png"), 3, "none/x.png cannot be written"),
        (("-m", "rate", "--by", "bia"), 4, "parameters: bias"),
        (("-m", "rate", "--by", "bias", "--steps"), 2, "--steps and --by exclude each other"),
    ):
        done = study("runs", "plot", SWEEP, *words)
        assert (done.code, said in done.err, done.out) == (code, True, ""), done.err
    assert study("runs", "plot", "-m", "rate").code == 2


def test_unlike_runs_are_not_drawn_together_unasked(study: Study) -> None:
    study.edit("experiments/_luck.py", "SHIFT = 0.0", "SHIFT = 0.1")
    study("run", "coin")
    done = study("runs", "plot", "-e", "coin", "-m", "rate")
    assert done.code == 2
    assert "error: these runs are not to be compared: other code: experiments/_luck.py\n" in done.err
    assert "next: --across code draws them all the same" in done.err
    assert study("runs", "plot", "-e", "coin", "-m", "rate", "--across", "code").code == 0
