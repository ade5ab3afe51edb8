"""Runs compared: what may stand beside what, how they are grouped, and what is counted."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from run_values import run

from studyctl.core.alike import alike, differing
from studyctl.core.comparing import Table, cited, compare, flat, matching, varied
from studyctl.core.models import Finding, Run
from studyctl.core.statistics import mean_interval

CPU = {"machine": {"cpu": "fast", "usable_cores": 2}}


def sets(*runs: Run, across: tuple[str, ...] = ()) -> list[tuple[int, tuple[str, ...]]]:
    return [(len(one.runs), one.apart) for one in alike(runs, across)]  # type: ignore[arg-type]


def one_table(*runs: Run, metrics: tuple[str, ...] = ("loss",), **more: object) -> Table:
    found = compare(runs, metrics, chosen=True, **more)  # type: ignore[arg-type]
    assert len(found.tables) == 1
    return found.tables[0]


class TestAlike:
    def test_equal_code_and_data_are_alike_whatever_the_machine(self) -> None:
        assert sets(run(), run(host="there", provenance=CPU)) == [(2, ())]

    def test_other_code_is_set_apart_and_the_files_are_named(self) -> None:
        older, newer = run(code="1"), run(code="2")
        assert sets(older, newer, older) == [(1, ()), (2, ("other code: experiments/x.py",))]
        assert sets(older, newer, across=("code",)) == [(2, ())]

    def test_another_measuring_studyctl_is_other_code(self) -> None:
        assert sets(run(), run(evidence_version=2))[1][1] == ("studyctl measured differently: evidence version 1",)

    def test_other_data(self) -> None:
        assert sets(run(data="1"), run(data="2")) == [(1, ()), (1, ("other data: data/points.csv",))]
        assert sets(run(data="1"), run()) == [(1, ()), (1, ("other data: data/points.csv",))]
        assert sets(run(data="1"), run(data="2"), across=("data",)) == [(2, ())]

    def test_another_experiment_stays_apart_whatever_is_asked_for(self) -> None:
        found = sets(run(experiment="y"), run(), across=("code", "data", "machine"))
        assert found == [(1, ()), (1, ("experiment y, not x",))]

    @pytest.mark.parametrize(
        ("more", "reason"),
        [
            ({"host": "there"}, "times, on here and not on there"),
            ({"provenance": {"machine": {"cpu": "slow", "usable_cores": 2}}}, "times, with CPU fast and not slow"),
            ({"provenance": {"machine": {"cpu": "fast", "usable_cores": 4}}}, "times, with cores 2 and not 4"),
            (
                {"provenance": {**CPU, "machine": {**CPU["machine"], "gpu": ["A", "B"]}}},
                "times, with GPU as it was and",
            ),
            ({"provenance": {**CPU, "threads": {"OMP_NUM_THREADS": "1"}}}, "and not OMP_NUM_THREADS=1"),
        ],
    )
    def test_times_of_another_machine_are_set_apart(self, more: dict[str, object], reason: str) -> None:
        first, other = run(measures=["time"], provenance=CPU), run(measures=["time"], **{"provenance": CPU, **more})
        found = alike([first, other])
        assert len(found) == 2 and reason in found[1].apart[0]
        assert differing([first, other]) == ("machine",)
        assert len(alike([first, other], ["machine"])) == 1

    def test_threads_that_are_only_seen_by_chance_set_nothing_apart(self) -> None:
        seen = {**CPU, "threads": {"openblas": "2", "openmp": "2"}}
        runs = [run(measures=["time"], provenance=one) for one in (CPU, seen)]
        assert len(alike(runs)) == 1 and differing(runs) == ()
        own = {**CPU, "threads": {"torch": "1", "torch.interop": "1"}}
        assert len(alike([run(measures=["time"], provenance=one) for one in (CPU, own)])) == 2

    def test_of_a_run_without_a_machine_nothing_is_known(self) -> None:
        imported = [run(measures=["time"], host="", imported=True) for _ in range(2)]
        found = sets(*imported)
        assert len(found) == 2 and "is not known" in found[1][1][0]
        # Trials of one sweep were measured in one place.
        trials = [run(measures=["time"], host="", imported=True, role="trial", parent="s" * 32) for _ in range(2)]
        assert sets(*trials) == [(2, ())]

    def test_versions_that_differ_are_told(self) -> None:
        runs = [
            run(provenance={"python": {"version": "3.11.4"}, "distributions": {"numpy": "2.1", "rich": "14"}}),
            run(provenance={"python": {"version": "3.12.1"}, "distributions": {"numpy": "2.2", "rich": "14"}}),
        ]
        (found,) = alike(runs)
        assert found.also == ("Python 3.11.4, 3.12.1", "numpy 2.1, 2.2")
        assert alike(runs[:1])[0].also == ()


class TestGroups:
    def test_by_all_that_differ_but_the_seed(self) -> None:
        runs = [
            run({"loss": lr + seed / 10}, params={"lr": lr, "steps": 5, "seed": seed})
            for lr in (0.1, 0.02)
            for seed in range(3)
        ]
        found = one_table(*runs)
        assert found.by == ("lr",) and found.shared == ()
        assert [group.params for group in found.groups] == [(0.02,), (0.1,)]
        cell = found.groups[0].cells["loss"]
        assert cell.estimate == mean_interval([value for _, value in cell.values])
        assert sorted(value for _, value in cell.values) == pytest.approx([0.02, 0.12, 0.22])

    def test_numbers_are_ordered_by_size_and_texts_after_them(self) -> None:
        runs = [run({"loss": 1}, params={"n": value}) for value in ("b", 10, 9, "a", True, None, 2.5)]
        assert [group.params[0] for group in one_table(*runs).groups] == [2.5, 9, 10, "a", "b", None, True]

    def test_by_some_says_what_the_groups_are_over(self) -> None:
        runs = [
            run({"loss": i}, params={"lr": lr, "dtype": dtype, "seed": i})
            for i, (lr, dtype) in enumerate([(1, "a"), (1, "b"), (2, "a"), (2, "b")])
        ]
        found = one_table(*runs, by=("lr",))
        assert (found.by, found.shared) == (("lr",), ("dtype",))
        assert [len(group.runs) for group in found.groups] == [2, 2]
        assert one_table(*runs, by=("seed",)).single

    def test_nested_and_missing_parameters(self) -> None:
        found = one_table(run({"loss": 1}, params={"net": {"depth": 3}}), run({"loss": 2}, params={}))
        assert found.by == ("net.depth",) and {group.params[0] for group in found.groups} == {3, ""}

    def test_a_repetition_of_a_seed_is_counted_once(self) -> None:
        again = [run({"loss": 0.5}, params={"seed": 1}) for _ in range(3)]
        (group,) = one_table(*again, run({"loss": 0.6}, params={"seed": 2})).groups
        assert (len(group.runs), len(group.repeats)) == (2, 2)
        assert group.cells["loss"].estimate.n == 2
        # Another parameter, over which the groups are, makes it another measurement.
        (group,) = one_table(
            *(run({"loss": 0.5}, params={"n": n, "m": 1, "seed": 1}) for n in (1, 2)), by=("m",)
        ).groups
        assert (len(group.runs), len(group.repeats)) == (2, 0)
        # Without a seed nobody knows that it would be the same again; with other figures it was not.
        (group,) = one_table(*(run({"loss": 0.5}, params={}) for _ in range(3))).groups
        assert len(group.runs) == 3
        (group,) = one_table(*(run({"loss": 0.5 + i}, params={"seed": 1}) for i in range(3))).groups
        assert len(group.runs) == 3

    def test_across_code_is_a_column_and_never_pooled(self) -> None:
        runs = [run({"loss": float(code)}, code=code, params={"lr": 1, "seed": i}) for i in (0, 1) for code in "123"]
        found = one_table(*runs, across=("code",))
        assert found.by == ("code",) and len(found.groups) == 3
        assert all(len({value for _, value in group.cells["loss"].values}) == 1 for group in found.groups)

    def test_across_machines_names_what_differs(self) -> None:
        runs = [
            run({"s": 1.0}, measures=["time"], host=host, provenance={**CPU, "threads": {"OMP_NUM_THREADS": threads}})
            for host, threads in (("a", "1"), ("a", "2"), ("b", "2"))
        ]
        found = one_table(*runs, metrics=("s",), across=("machine",))
        labels = [group.params[0] for group in found.groups]
        assert labels == ["a, OMP_NUM_THREADS=1", "a, OMP_NUM_THREADS=2", "b, OMP_NUM_THREADS=2"]

    def test_a_metric_that_some_runs_have_not(self) -> None:
        runs = [run({"loss": 1.0}), run({"loss": 2.0, "late": 3.0}), run({"other": 1.0})]
        (group,) = one_table(*runs, metrics=("loss", "late", "none")).groups
        assert {name: cell.estimate.n for name, cell in group.cells.items()} == {"loss": 2, "late": 1}

    def test_units(self) -> None:
        assert one_table(run({"loss": 1.0}, unit="s")).groups[0].cells["loss"].unit == "s"

    @given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3), st.floats(-5, 5)), min_size=1, max_size=30))
    def test_every_run_is_in_one_group_and_equal_parameters_in_the_same(
        self, given_: list[tuple[int, int, float]]
    ) -> None:
        runs = [run({"loss": loss}, params={"a": a, "seed": seed}) for a, seed, loss in given_]
        groups = one_table(*runs).groups
        members = [one.id for group in groups for one in (*group.runs, *group.repeats)]
        assert sorted(members) == sorted(one.id for one in runs)
        for group in groups:
            assert len({one.params["a"] for one in group.runs}) == 1
            assert len(group.cells["loss"].values) == len(group.runs)
        assert len(groups) == len({a for a, _, _ in given_})


def test_flat_and_varied() -> None:
    assert flat({"a": 1, "b": {"c": {"d": 2}, "e": []}, "f": {}}) == {"a": 1, "b.c.d": 2, "b.e": [], "f": {}}
    assert varied([{"a": 1, "b": math.nan}, {"a": 1.0, "b": math.nan}]) == ["a"]
    assert varied([{"a": True}, {"a": 1}, {}]) == ["a"]
    assert varied([]) == []


def test_metrics_by_pattern_and_those_that_findings_cite() -> None:
    assert matching(["loss", "loss.mean", "gap"], "loss*") == ["loss", "loss.mean"]
    assert matching(["loss", "Loss"], "loss") == ["loss"]
    finding = Finding("k", "", "", when="gap.lo > 0 and unknown < 1", figures=(("gap", "1"), ("lr", "2")))
    one = replace(run({"loss": 1, "gap": 1, "gap.lo": 2}), findings=(finding,))
    assert cited([run({"x": 1}), one]) == ["gap", "gap.lo"]
