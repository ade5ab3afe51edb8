"""What is learnt of lists from labelled ones: the classifier, where it speaks, and what it finds in notes unseen."""

from __future__ import annotations

import math
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import learn_lists
import pytest
from test_detector_corpus import ROUNDS

from studyctl.core.detector import learned
from studyctl.core.detector.detect import detect
from studyctl.core.detector.habits import Habits
from studyctl.core.detector.learned import Weights
from studyctl.core.models import Found

SCOPES = learned.SCOPES


@pytest.fixture
def known(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Weights of a few words, so that what is tested of their use does not move with what is learnt."""

    def put(**of: tuple[float, ...]) -> None:
        monkeypatch.setattr(learned, "weights", lambda: Weights((-1.0, -1.0, -1.0), dict(of)))

    put(Hplumber=(9.0, 0.0, 0.0), Hmum=(0.0, 9.0, 0.0), Hshelf=(0.0, 0.0, 9.0), **{"+title": (0.0, 0.0, 5.0)})
    learned._head.cache_clear()
    yield
    learned._head.cache_clear()


def found(text: str, **settings: object) -> list[Found]:
    return list(detect(text, "a.md", Habits(**settings)).found)  # type: ignore[arg-type]


def test_probabilities_are_those_of_a_softmax_with_none_at_zero(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(learned, "weights", lambda: Weights((0.5, -0.25, 0.0), {}))
    learned._head.cache_clear()
    scope, probability = learned.of_head("anything")
    assert scope == "question"
    assert probability == pytest.approx(math.exp(0.5) / (1 + math.exp(0.5) + math.exp(-0.25) + 1))
    learned._head.cache_clear()


def test_a_list_counts_by_its_head_and_by_the_share_of_its_lines() -> None:
    once, all_ = learned.features("Before Meg", ["a?", "b"]), learned.features("Before Meg", ["a?", "b?"])
    assert all_["+asks"] == 2 * once["+asks"]
    assert once["Hmeg"] == all_["Hmeg"] == once["h^"]
    # The score of a list is the sum over its features, whichever way it is worked out.
    weights = learned.weights()
    totals = list(weights.bias)
    for name, share in learned.features("Ask the vet", ["when to stop the pills", "price?"]).items():
        for at, each in enumerate(weights.of.get(name, ())):
            totals[at] += share * each
    powers = [math.exp(each) for each in totals]
    best = max(range(3), key=powers.__getitem__)
    guess = learned.of_list("Ask the vet", ["when to stop the pills", "price?"])
    assert guess.scope == SCOPES[best]
    assert guess.probability == pytest.approx(powers[best] / (1 + sum(powers)))


def test_numbers_case_and_signs_at_the_edges_are_alike() -> None:
    assert learned.of_head("**Week 12:**") == learned.of_head("week 3")


def test_every_weight_belongs_to_a_feature_and_tells_the_scopes_apart() -> None:
    weights = learned.weights()
    assert len(weights.bias) == 3
    assert all(len(each) == 3 and any(each) for each in weights.of.values())
    assert {name[0] for name in weights.of} <= set("hHbwe+")


@pytest.mark.usefixtures("known")
class TestWhereItSpeaks:
    def test_a_head_that_no_rule_knows(self) -> None:
        text = (
            "# Diary\n\n## the plumber\n- boiler pressure\n- valve or pump\n\n"
            "## mum comes\n- beds\n\n## Jo's shelf\n- Dune\n"
        )
        assert [(f.kind, f.line, f.rule, f.confidence) for f in found(text)] == [
            ("question", 4, "learned.question", "low"),
            ("question", 5, "learned.question", "low"),
            ("todo", 8, "learned.todo", "low"),
            ("reading", 11, "learned.reading", "low"),
        ]

    def test_a_line_directly_before_a_list(self) -> None:
        assert [f.line for f in found("Some words.\n\nmum comes\n- beds\n- cake\n")] == [4, 5]

    def test_a_line_directly_before_lines_without_marks(self) -> None:
        assert [f.line for f in found("Some words.\n\nmum comes\nbeds\ncake\n\nmore words\n")] == [4, 5]
        assert [f.line for f in found("Some words.\n\n== mum comes ==\n\tbeds\n\tcake\n")] == [4, 5]

    def test_the_first_of_such_lines_heads_none_itself(self) -> None:
        assert [f.line for f in found("# Diary\n\n## mum comes\nbeds before mum comes\ncake\nwine\n")] == [4, 5, 6]

    @pytest.mark.parametrize(
        "text",
        [
            "Some words.\n\nmum comes\nShe likes it here. She stays.\nWe had cake.\n",  # sentences
            "Some words.\n\nmum comes and then it goes on for quite a while until\nthe line was full.\nSo.\n",
            "Some words.\n\nmum comes?\nbeds\ncake\n",  # asks
            "Some words,\nmum comes\nbeds\ncake\n",  # not the first line of its paragraph
        ],
    )
    def test_lines_without_marks_that_are_no_list(self, text: str) -> None:
        assert [f for f in found(text) if f.rule.startswith("learned")] == []

    def test_works_tell_a_list_whatever_its_head_says(self) -> None:
        text = "# Diary\n\n## corner\n- 『a』\n- 『b』\n"
        assert [f.rule for f in found(text)] == ["learned.reading"] * 2
        assert found(text.replace("- 『b』", "- 『b』 is it any good?"))[0].rule == "wording.mark"
        assert found("# Diary\n\n## corner\n- 『a』\n") == []  # one says too little

    def test_it_can_be_turned_off(self) -> None:
        text = "# Diary\n\n## mum comes\n- beds\n"
        assert [f.rule for f in found(text)] == ["learned.todo"]
        assert found(text, rules_off=["learned"]) == []
        # Nor is the paragraph a section then, below which a question would stand.
        text = "Some words.\n\nmum comes\n- is there cake?\n"
        assert [f.topic for f in found(text)] == [("mum comes",)]
        assert [f.topic for f in found(text, rules_off=["learned"])] == [()]

    def test_a_rule_that_knows_the_head_comes_first(self) -> None:
        assert [f.rule for f in found("# Diary\n\n## Questions for the plumber\n- valve or pump\n")] == [
            "question-label.leaf"
        ]

    def test_what_asks_by_itself_is_told_by_its_words(self) -> None:
        assert [f.rule for f in found("# Diary\n\n## the plumber\n- is it the valve?\n- pump\n")] == [
            "wording.mark",
            "learned.question",
        ]

    @pytest.mark.parametrize(
        "text",
        [
            "# the plumber\n\n- boiler pressure\n- valve or pump\n",  # the note's title
            "# Diary\n\n## 2024-02-11\n- boiler pressure\n",  # a date
            "# Diary\n\n## the plumber\n- [ ] boiler pressure\n- valve or pump\n",  # told by boxes
            "# Diary\n\n## the plumber\n- he came at nine\n- the pump was replaced\n",  # says what was
            "# Diary\n\n## the plumber\nboiler pressure, valve or pump\n",  # no list
            f"# Diary\n\n## the plumber {'who came from far away ' * 4}\n- boiler pressure\n",  # no head
        ],
    )
    def test_where_it_does_not(self, text: str) -> None:
        assert [f for f in found(text) if f.rule.startswith("learned")] == []


def test_lists_of_the_bank_have_a_head_a_scope_and_lines() -> None:
    lists = learn_lists.of_bank()
    assert all(each.head and each.lines and each.scope in (*SCOPES, "none") for each in lists)
    heads = [(each.where, each.head.casefold()) for each in lists]
    assert len(heads) == len(set(heads))


@pytest.mark.slow
def test_lists_that_nothing_was_learnt_from(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Learnt without the last rounds, whose lists it then reads: nearly all that it says is right."""
    held = learn_lists.notes_of(ROUNDS)
    script = Path(learn_lists.__file__)
    subprocess.run([sys.executable, script, "--out", tmp_path / "made", "--without", *ROUNDS], check=True)
    made = learned.parse((tmp_path / "made").read_text("utf-8"))
    asked = learn_lists.of_notes(held)
    monkeypatch.setattr(learned, "weights", lambda: made)
    learned._head.cache_clear()
    guesses = [(learned.told(each.head, each.lines), each.scope) for each in asked]
    learned._head.cache_clear()
    said = [(guess, scope) for guess, scope in guesses if guess is not None]
    right = sum(guess == scope for guess, scope in said)
    assert right >= 0.9 * len(said), [pair for pair in said if pair[0] != pair[1]]
    assert right >= 0.45 * sum(each.scope != "none" for each in asked)
