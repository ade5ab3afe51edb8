"""`studyctl run`: what it prints, what it refuses, how it ends."""

from __future__ import annotations

import re

from study_bench import Study


def test_a_run_shows_its_findings_and_what_it_answers(fresh: Study) -> None:
    done = fresh("run", "coin")
    assert done.code == 0
    assert re.match(r"✓ coin finished in [\d.]+ s · run [0-9a-f]{8}\n", done.out)
    assert "  ✓ supported  fair.rate\n    claim: the coin is fair\n    Heads in 50.8% of 1000 flips.\n" in done.out
    assert "  Q1  Is the coin fair?\n      ± mixed: supported for rate; refuted for heads-more\n" in done.out
    assert "  C1  heads are more likely.\n      ✗ refuted: The interval begins at" in done.out
    assert "  T1  look at the coin\n\n" in done.out
    assert "  tables/counts.csv  How often each side came up\n" in done.out
    # A person's text is never read as markup.
    assert "with seed 0, [bold]as it is[/bold]." in done.out


def test_a_quick_run_after_a_full_one_leaves_the_answer(study: Study) -> None:
    shown = study("answer", "Q1", "--json").json
    assert shown["quick"] is False
    assert shown["evidence"][0]["preset"] == "default"


def test_its_json_is_the_run_and_its_answers(study: Study) -> None:
    done = study("run", "coin", "-p", "flips=50", "--json")
    value = done.json
    assert (value["state"], value["changed"], value["params"]["flips"]) == ("finished", ["flips"], 50)
    assert value["reproduce"] == "studyctl run coin -p flips=50"
    assert {one["id"]: one["how"] for one in value["answers"]} == {
        "Q1": "kept",
        "C1": "kept",
        "Q2": "kept",
        "T1": "none",
    }


def test_parameters_come_from_a_file_too(study: Study) -> None:
    study.write("more.toml", "flips = 60\n")
    assert study("run", "coin", "--params", "more.toml", "--json").json["params"]["flips"] == 60


def test_a_draft_records_nothing(study: Study) -> None:
    before = study("runs", "list", "--json").json
    done = study("run", "coin", "--draft")
    assert done.code == 0
    assert "a draft, recorded nowhere" in done.out
    assert study("runs", "list", "--json").json == before


def test_a_failing_experiment_shows_its_own_lines_and_is_kept(study: Study) -> None:
    done = study("run", "failing")
    assert done.code == 7
    assert "it [bold]begins[/bold]\n" in done.err
    assert 'File "experiments/failing.py", line 21, in divide\n    return 1 / by\n' in done.err
    assert "studyctl/" not in done.err.replace("studyctl runs show", "")
    kept = re.search(r"kept as run ([0-9a-f]{8})", done.err)
    assert kept is not None
    value = study("runs", "show", kept[1], "--json").json
    assert (value["state"], value["metrics"][0]["value"], value["findings"]) == ("failed", 1.5, [])


class TestRefusals:
    def refused(self, study: Study, *words: str) -> tuple[int, str]:
        before = len(list((study.root / ".studyctl" / "runs").iterdir()))
        done = study("run", *words)
        assert done.out == ""
        assert len(list((study.root / ".studyctl" / "runs").iterdir())) == before
        return done.code, done.err

    def test_an_unknown_experiment(self, study: Study) -> None:
        code, err = self.refused(study, "coim")
        assert (code, err) == (4, "error: no experiment 'coim' in experiments\n  next: did you mean coin?\n")

    def test_a_value_out_of_bounds(self, study: Study) -> None:
        code, err = self.refused(study, "coin", "-p", "flips=5")
        assert code == 2
        assert "flips = 5" in err and "greater than or equal to 10" in err

    def test_a_misspelt_parameter(self, study: Study) -> None:
        code, err = self.refused(study, "coin", "-p", "flip=50")
        assert code == 2
        assert "did you mean 'flips'?" in err

    def test_a_preset_that_is_not_there(self, study: Study) -> None:
        assert self.refused(study, "coin", "--preset", "huge")[0] == 2

    def test_options_that_exclude_each_other(self, study: Study) -> None:
        assert self.refused(study, "coin", "--quick", "--preset", "full")[0] == 2

    def test_a_parameter_file_that_is_not_there(self, study: Study) -> None:
        code, err = self.refused(study, "coin", "--params", "nope.toml")
        assert code == 2
        assert "nope.toml" in err

    def test_an_experiment_with_a_syntax_error_leaves_the_others(self, study: Study) -> None:
        study.write("experiments/broken.py", "def broken(:\n")
        code, err = self.refused(study, "broken")
        assert code == 7
        assert "experiments/broken.py, line 1" in err
        assert study("run", "coin", "--quick").code == 0
