"""What the figures come to: the sentence that answers the person, and one finding a condition.

The wording of the sentence is chosen from the figures, so that none can contradict them; every numeral is a
placeholder.
"""

from __future__ import annotations

from collections.abc import Iterable

from studyctl.lab import Run

from .fits import summary
from .measure import Results
from .rules import RULES, TITLES

# An object that is never regressed to in an image is a rule's failure; from which share on is a choice, made here.
MANY = 0.01
# A difference of average best IoU that is called one.
LITTLE = 0.01
# The best possible recall below which YOLOv5 replaces its anchors (`utils/autoanchor.py: check_anchors`).
AUTOANCHOR_BELOW = 0.98
NAMES = {
    "kmeans-mean": "k-means with means",
    "kmeans-median": "k-means with medians",
    "autoanchor": "AutoAnchor",
}


def state(run: Run, out: Results) -> None:
    """State every finding of the run."""
    _answer(run, out)
    for size in out.sizes:
        for rule in RULES:
            _unassigned(run, rule, size)
    if not out.scored:
        return
    most = out.fitted_on[-1]
    for method in NAMES:
        _gain(run, method, most)
    if out.shifted:
        _shifted(run, most)
    for n in out.fitted_on:
        _gap(run, n)


def listed(words: Iterable[str]) -> str:
    """a; a and b; a, b and c."""
    *head, last = words
    return f"{', '.join(head)} and {last}" if head else last


def _answer(run: Run, out: Results) -> None:
    size = out.sizes[0]  # small, where there are small objects
    shares = {rule: out.outcomes[rule, size].without for rule in RULES}
    worst, best = max(shares.values()), min(shares.values())
    share = f"{size}.unassigned:.1%"
    most, fewest = ([rule for rule in RULES if shares[rule] == bound] for bound in (worst, best))
    if worst == best:
        opening = f"Every rule leaves {{rule.{most[0]}.{share}}} of {size} objects without a positive"
    else:
        leaves = "Rule {} leaves" if len(most) == 1 else "Rules {} leave"
        opening = (
            f"{leaves.format(listed(TITLES[rule] for rule in most))} {{rule.{most[0]}.{share}}} of {size} objects "
            f"without a positive, {listed(TITLES[rule] for rule in fewest)} {{rule.{fewest[0]}.{share}}}"
        )
    run.finding("anchors", text=f"{opening}{_fitting(out)}.")


def _fitting(out: Results) -> str:
    """What fitting gains on unseen boxes, by the method that gains least and the one that gains most."""
    if not out.scored:
        return "; no anchors were fitted"
    n = out.fitted_on[-1]
    gains = {method: summary(out.scored, method, n)["gain"] for method in NAMES}
    low, high = (choose(gains, key=lambda method: gains[method].value) for choose in (min, max))
    if all(one.lo is not None and one.lo > 0 for one in gains.values()):
        said = "fitting gains"
    elif all(one.hi is not None and one.hi < 0 for one in gains.values()):
        said = "fitting loses:"
    elif all(one.lo is None or one.hi is None or one.lo <= 0 <= one.hi for one in gains.values()):
        said = "fitting gains nothing that these boxes show:"
    else:
        said = "what fitting gains depends on how:"
    figures = [f"{{fit.n{n}.{method}.gain:+.3f}} ({NAMES[method]})" for method in (low, high)]
    where = "the file's" if out.from_file else "generated"
    return (
        f"; {said} {' to '.join(figures)} IoU on unseen boxes against YOLOv3's anchors ({where} objects, input "
        "{side} px)"
    )


def _unassigned(run: Run, rule: str, size: str) -> None:
    share = f"rule.{rule}.{size}"
    run.finding(
        f"anchors.small.{rule}" if size == "small" else f"sizes.{size}.{rule}",
        claim=f"{TITLES[rule]} leaves more than one percent of {size} objects without a positive",
        when=f"{share}.unassigned.lo > {MANY}",
        unless=f"{share}.unassigned.hi < {MANY}",
        text=f"{{{share}.without}} of {{{share}.objects}} have none: {{{share}.unassigned:.1%}} "
        f"[{{{share}.unassigned.lo:.1%}}, {{{share}.unassigned.hi:.1%}}]; on average one has "
        f"{{{share}.positives:.1f}} [{{{share}.positives.lo:.1f}}, {{{share}.positives.hi:.1f}}].",
    )


def _gain(run: Run, method: str, n: int) -> None:
    name = f"fit.n{n}.{method}"
    alone = ""
    if method == "autoanchor":
        run.constant("autoanchor_below", AUTOANCHOR_BELOW)
        alone = " YOLOv5 fits only below {autoanchor_below}: its own anchors have {shape.yolov3.recall:.4f}."
    run.finding(
        f"anchors.fit.{method}",
        claim=f"on unseen boxes, anchors fitted by {NAMES[method]} overlap more than YOLOv3's published ones",
        when=f"{name}.gain.lo > 0",
        unless=f"{name}.gain.hi < 0",
        text=f"Average best IoU {{{name}.unseen:.3f}} against {{fit.published.unseen:.3f}}: {{{name}.gain:+.3f}} "
        f"[{{{name}.gain.lo:+.3f}}, {{{name}.gain.hi:+.3f}}] over {{fits}} fits of {{k}} anchors; best possible "
        f"recall {{{name}.recall:.4f}}.{alone}",
    )


def _shifted(run: Run, n: int) -> None:
    name = f"fit.n{n}.kmeans-mean"
    run.finding(
        "anchors.fit.shifted",
        claim="where small and large objects exchange their shares, fitted anchors still overlap more than YOLOv3's",
        when=f"{name}.shifted-gain.lo > 0",
        unless=f"{name}.shifted-gain.hi < 0",
        text=f"On the shifted mixture k-means reaches {{{name}.shifted:.3f}}, YOLOv3's anchors "
        f"{{fit.published.shifted:.3f}}: {{{name}.shifted-gain:+.3f}} [{{{name}.shifted-gain.lo:+.3f}}, "
        f"{{{name}.shifted-gain.hi:+.3f}}].",
    )


def _gap(run: Run, n: int) -> None:
    name = f"fit.n{n}.kmeans-mean"
    run.constant(f"boxes_{n}", n)
    run.finding(
        f"fitting.n{n}",
        claim="the boxes that anchors were fitted on overstate their IoU by more than a hundredth",
        when=f"{name}.gap.lo > {LITTLE}",
        unless=f"{name}.gap.hi < {LITTLE}",
        text=f"Fitted on {{boxes_{n}}} boxes, k-means has {{{name}.seen:.3f}} there and {{{name}.unseen:.3f}} on "
        f"unseen ones: {{{name}.gap:+.3f}} [{{{name}.gap.lo:+.3f}}, {{{name}.gap.hi:+.3f}}].",
    )
