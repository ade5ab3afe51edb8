"""What `run --stale` and `--missing` record of each run, and that nothing is run for that is there already."""

from __future__ import annotations

from study_bench import COIN, LUCK, Study


def test_a_run_among_several_holds_no_files_of_the_others(fresh: Study) -> None:
    fresh.write("experiments/_shared.py", "WIDTH = 1\n")
    second = COIN.replace("def coin(", "def dice(").replace(
        "import flips", "import flips\nfrom experiments import _shared"
    )
    fresh.write("experiments/dice.py", second)
    note = (fresh.root / "notes/study.md").read_text("utf-8")
    fresh.write("notes/study.md", note.replace("Does anybody know?", "And dice? ([dice](../experiments/dice.py))"))
    assert fresh("run", "--missing").code == 0
    by_name = {one["experiment"]: one["id"] for one in fresh("runs", "list", "--json").json}
    assert set(by_name) == {"coin", "dice"}

    def files(name: str) -> set[str]:
        return {one["path"] for one in fresh("runs", "show", by_name[name], "--json").json["files"]}

    assert files("coin") == {"experiments/coin.py", "experiments/_luck.py"}
    assert files("dice") == {"experiments/dice.py", "experiments/_luck.py", "experiments/_shared.py"}


def test_a_persons_words_are_not_run_for_again(study: Study) -> None:
    assert study("answer", "C1", "--text", "I doubt it.").code == 0
    study.write("experiments/_luck.py", LUCK.replace("SHIFT = 0.0", "SHIFT = 0.3"))
    assert study("run", "--stale").code == 0
    before = study("runs", "list", "--json").json
    again = study("run", "--stale")
    assert again.code == 0
    assert study("runs", "list", "--json").json == before
    assert "is newer, and what it rests on has not changed" in again.out
    assert "studyctl answer C1 --refresh" in again.out
    assert study("answer", "C1", "--json").json["conclusion"] == "I doubt it."
