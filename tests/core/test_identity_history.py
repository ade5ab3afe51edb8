"""Identity over synthetic histories of edits: the benchmark at a size that a test can afford."""

from __future__ import annotations

import random
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def history() -> Iterator[ModuleType]:
    sys.path.insert(0, str(ROOT))
    try:
        import benchmarks.identity

        yield benchmarks.identity
    finally:
        sys.path.remove(str(ROOT))


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_two_months_of_edits(history: ModuleType, seed: int) -> None:
    score = history.measure(1200, 2, seed)
    assert score.missed() == []
    for edit in (*history.KEPT, "short", "twins", "copied", "pasted+edited", "inserted"):
        assert score.total(edit) > 5
    assert score.total("edited") > 100
    assert score.share_kept("copied") > 0.9


def test_the_check_finds_what_is_lost_and_what_is_wrong(history: ModuleType) -> None:
    """Ids by place give items each other's numbers; ids by text lose what was edited or moved."""
    place = history.measure(1200, 1, 1, history.by_place)
    assert {"unchanged kept", "moved kept", "wrong at most 1%"} <= set(place.missed())
    text = history.measure(1200, 1, 1, history.by_text)
    assert {"moved kept", "renamed kept", "edited kept at least 95%"} <= set(text.missed())
    assert text.share_kept("unchanged") == 1


def test_every_edit_changes_the_words(history: ModuleType) -> None:
    from benchmarks import identity_edits as edits

    rng, names = random.Random(0), set()
    for _ in range(2000):
        before = edits.sentence(rng)
        after, name = edits.edited(before, rng)
        assert after.text.casefold() != before.text.casefold()
        names.add(name)
    assert names == {*edits.SMALL, *edits.LARGE, "reworded"}
