"""Makes the weights of `studyctl.core.detector.learned` from labelled lists: `python tests/core/learn_lists.py`.

The lists: those of the notes in `tests/corpus`, labelled line by line, and those of `tests/corpus/lists`, written as
examples in four languages (`[question] head`, then its lines). The notes of `UNSEEN` are left out, so that what the
detector finds in them says how it does on notes of other people.

Needs scikit-learn, which MLflow brings.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from test_detector_corpus import ROUNDS

from studyctl.core import scanner
from studyctl.core.detector import learned, masking
from studyctl.core.detector.blocks import Node
from studyctl.core.detector.labels import head_of, label_of
from studyctl.core.detector.outline import Outline

ROOT = Path(__file__).parents[2]
CORPUS = ROOT / "tests" / "corpus"
OUT = ROOT / "studyctl" / "core" / "detector" / "learned.txt"
# Rounds of notes that nothing is made from (`test_detector_corpus.py` names all rounds).
UNSEEN = ("twentieth", "twenty-first", "twenty-second")
STRENGTH = 30.0
NONE = 3.0  # how much a list that is none of these counts beside one that is
LEAST = 0.15  # a weight below it is left out


@dataclass(frozen=True, slots=True)
class Labelled:
    """A list with its head, and what it is."""

    where: str
    head: str
    lines: tuple[str, ...]
    scope: str


def notes_of(rounds: Iterable[str]) -> set[str]:
    """The names of the notes of some rounds."""
    return {name for which in rounds if which in ROUNDS for name in ROUNDS[which][0].split()}


def of_notes(names: set[str] | None = None, without: frozenset[str] = frozenset()) -> list[Labelled]:
    """Every list of the labelled notes: its scope is what most of its lines were labelled."""
    found: list[Labelled] = []
    for note in sorted(CORPUS.glob("*.md")):
        if note.stem in without or (names is not None and note.stem not in names):
            continue
        said = json.loads(note.with_suffix(".labels.json").read_text("utf-8"))
        labels = {each["line"]: each["kind"] for each in said}
        text = scanner.decode(note.read_bytes())
        lines = scanner.scan(text)
        nodes = Outline(lines, masking.mask(text, lines), {}, told=lambda head, lines: True).build()
        for node in nodes:
            below = [child for child in node.children if child.kind == "bullet"]
            if node.kind not in ("heading", "bullet", "para") or not below or node.line.number in labels:
                continue
            scope = _scope_of(node, below, labels)
            if scope:
                head = node.prose[: learned.LONGEST_HEAD]
                found.append(Labelled(note.stem, head, tuple(child.words for child in below), scope))
    return found


def _scope_of(node: Node, below: list[Node], labels: dict[int, str]) -> str:
    """What a list is by its head; nothing where that cannot be told from its labels."""
    kinds = Counter(labels.get(child.line.number, "none") for child in below)
    scope, count = kinds.most_common(1)[0]
    if scope not in learned.SCOPES:
        return "none"
    if label_of(node.prose) or head_of(node.prose):
        return scope if 3 * count >= 2 * len(below) else ""
    by_itself = [child for child in below if child.asks or child.line.box is not None or child.marker]
    return scope if count == len(below) and not by_itself else ""


def of_bank() -> list[Labelled]:
    """The lists written as examples."""
    found: list[Labelled] = []
    for path in sorted((CORPUS / "lists").glob("*.txt")):
        for block in path.read_text("utf-8").split("\n\n"):
            first, *rest = [line for line in block.strip("\n").split("\n") if line.strip()] or [""]
            if first:
                scope, _, head = first.removeprefix("[").partition("] ")
                found.append(Labelled(path.stem, head, tuple(line.removeprefix("- ") for line in rest), scope))
    return found


def fit(examples: list[Labelled], strength: float = STRENGTH) -> learned.Weights:
    """Weights by multinomial logistic regression; those of no scope are taken off, which changes no probability."""
    from sklearn.feature_extraction import DictVectorizer
    from sklearn.linear_model import LogisticRegression

    vectors = DictVectorizer()
    table = vectors.fit_transform([learned.features(each.head, each.lines) for each in examples])
    # Most lists of most notes are none of these; among the examples they are fewer than half.
    model = LogisticRegression(
        C=strength, max_iter=3000, class_weight={"none": NONE, **dict.fromkeys(learned.SCOPES, 1)}
    )
    model.fit(table, [each.scope for each in examples])
    classes = list(model.classes_)
    rows = [classes.index(scope) for scope in learned.SCOPES]
    none = classes.index("none")
    bias = tuple(float(model.intercept_[row] - model.intercept_[none]) for row in rows)
    weights = (model.coef_[rows] - model.coef_[none]).T
    return learned.Weights(
        bias,
        {
            name: tuple(float(one) for one in each)
            for name, each in zip(vectors.get_feature_names_out(), weights, strict=True)
            if max(abs(one) for one in each) >= LEAST
        },
    )


def written(weights: learned.Weights) -> str:
    """Weights as a text that `learned.parse` reads: sorted, so that a change of it can be read."""

    def row(name: str, numbers: tuple[float, ...]) -> str:
        return f"{name}\t{' '.join(str(round(100 * one)) for one in numbers)}"

    return "".join(f"{row(*each)}\n" for each in [("bias", weights.bias), *sorted(weights.of.items())])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--without", nargs="*", metavar="ROUND", help="rounds that are left out", default=UNSEEN)
    parser.add_argument("--out", type=Path, default=OUT)
    asked = parser.parse_args()
    examples = of_notes(without=frozenset(notes_of(asked.without))) + of_bank()
    weights = fit(examples)
    asked.out.write_text(written(weights), encoding="utf-8", newline="\n")
    print(f"{len(examples)} lists, {len(weights.of)} features, {asked.out.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
