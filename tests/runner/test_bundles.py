"""Bundles as files: the same bytes each time, and nothing believed of one that was made or changed by others."""

from __future__ import annotations

import dataclasses
import hashlib
import io
import json
import random
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from studyctl.core.bundles import Manifest, default_name, unsafe
from studyctl.core.models import Artifact, FileDigest, Finding, Metric, Run
from studyctl.errors import BundleError
from studyctl.runner import folder
from studyctl.runner.bundle_reader import opened
from studyctl.runner.bundle_writer import contents_of, manifest_of, write

ID = "ab" * 16
TABLE = b"side,n\nheads,508\n"


def a_run(run_id: str = ID, **more: Any) -> Run:
    values: dict[str, Any] = {
        "id": run_id,
        "experiment": "coin",
        "title": "Is a coin fair?",
        "state": "finished",
        "started": "2026-11-24T03:04:05.123Z",
        "ended": "2026-11-24T03:04:06.123Z",
        "preset": "default",
        "changed": (),
        "params": {"flips": 1000, "rate": float("inf")},
        "seed": 2**70,
        "evidence_version": 1,
        "host": "some-host",
        "pid": 4321,
        "process_started": 1764.25,
        "provenance": {"machine": {"cpu": "a cpu"}, "constants": {"limit": 3.5}},
        "metrics": (Metric("rate", 0.508), Metric("loss", float("nan"), "x", 3)),
        "findings": (Finding("fair", "0.51 of 1000", "{rate:.2f} of {flips}", figures=(("rate", "0.508"),)),),
        "artifacts": (Artifact("tables/counts.csv", "table", "Counts", len(TABLE), hashlib.sha256(TABLE).hexdigest()),),
        "files": (FileDigest("experiments/coin.py", "code", "2" * 64), FileDigest("site:p/m.py", "code", "3" * 64)),
    }
    return Run(**values | more)


def home_of(tmp_path: Path, run: Run) -> Path:
    home = tmp_path / "runs" / run.id
    (home / "artifacts" / "tables").mkdir(parents=True)
    (home / "artifacts" / "tables" / "counts.csv").write_bytes(TABLE)
    (home / "log.txt").write_text("it begins\n")
    (home / "metrics.jsonl").write_text('{"name": "rate", "value": 0.508, "step": 0, "time": 1}\n')
    (home / "somebody-else.txt").write_text("not ours")
    folder.write_record(home, run)
    return home


def bundled(tmp_path: Path, *runs: Run, name: str = "one.zip") -> Path:
    contents = {}
    for run in runs:
        home = tmp_path / "runs" / run.id
        contents |= contents_of(run, home if home.exists() else home_of(tmp_path, run))
    return write(tmp_path / name, manifest_of(runs, contents, public=False), contents).file


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    return bundled(tmp_path, a_run())


def entries(file: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(file) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def read(file: Path, into: Path | None = None, **options: Any) -> tuple[Run, ...]:
    with opened(file, **options) as bundle:
        bundle.unpack(into)
        return bundle.runs


def why(file: Path, **options: Any) -> str:
    with pytest.raises(BundleError) as error:
        read(file, **options)
    assert error.value.hint
    return error.value.message


# -- what is written


def test_the_same_runs_are_the_same_bytes_wherever_and_whenever(bundle: Path, tmp_path: Path) -> None:
    home = tmp_path / "runs" / ID
    for file in home.rglob("*"):
        file.chmod(0o700)
    again = bundled(
        tmp_path,
        a_run(pid=1, process_started=2.0, mlflow_run_id="m", imported=True, origin="x", bundle="y", delivered=True),
        name="two.zip",
    )
    assert again.read_bytes() == bundle.read_bytes()
    with zipfile.ZipFile(bundle) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        names = archive.namelist()
    assert names[0] == "manifest.json" and names[1:] == sorted(names[1:])
    assert not any("somebody-else" in name or "findings.json" in name for name in names)


def test_the_digest_is_that_of_the_manifest_however_it_is_packed(bundle: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "stored.zip", "w", zipfile.ZIP_STORED) as archive:
        for name, data in reversed(entries(bundle).items()):
            archive.writestr(name, data)
    with opened(bundle) as one, opened(tmp_path / "stored.zip") as two:
        assert one.digest == two.digest == hashlib.sha256(entries(bundle)["manifest.json"]).hexdigest()


def test_a_run_is_read_back_as_it_was(bundle: Path, tmp_path: Path) -> None:
    (run,) = read(bundle, tmp_path / "out")
    expected = dataclasses.replace(a_run(), pid=0, process_started=0.0)
    assert repr(run) == repr(expected)  # NaN equals nothing
    assert (tmp_path / "out" / ID / "artifacts" / "tables" / "counts.csv").read_bytes() == TABLE


def test_nothing_half_is_left_where_writing_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = home_of(tmp_path, a_run())
    contents = contents_of(a_run(), home)
    manifest = manifest_of([a_run()], contents, public=False)
    (home / "log.txt").write_text("changed meanwhile\n")
    with pytest.raises(BundleError, match="changed while it was packed"):
        write(tmp_path / "one.zip", manifest, contents)
    assert [one.name for one in tmp_path.iterdir()] == ["runs"]


def test_names() -> None:
    run, other = a_run(), a_run("cd" * 16, experiment="dice")
    sweep, trial = a_run(role="sweep"), a_run("cd" * 16, role="trial", parent=ID)
    assert default_name([run], "9" * 64, False) == "coin-abababab.studyrun.zip"
    assert default_name([run], "9" * 64, True) == "coin-abababab-public.studyrun.zip"
    assert default_name([run, other], "9" * 64, False) == "runs-99999999.studyrun.zip"
    assert default_name([sweep, trial], "9" * 64, False) == "coin-abababab.studyrun.zip"


def test_a_sweep_and_its_trials(tmp_path: Path) -> None:
    sweep, trial = a_run(role="sweep"), a_run("cd" * 16, role="trial", parent=ID)
    assert [run.role for run in read(bundled(tmp_path, sweep, trial))] == ["sweep", "trial"]


# -- what is not believed


def test_what_is_no_bundle(tmp_path: Path, bundle: Path) -> None:
    file = tmp_path / "x.zip"
    assert "cannot read" in why(file)
    file.write_bytes(b"")
    assert "it is empty" in why(file)
    file.write_text("hello, this is a note\n" * 50)
    assert "it is no bundle of runs" in why(file)
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("photo.jpg", b"x")
    assert "it has no manifest.json" in why(file)
    repack(file, {"manifest.json": b'{"kind": "something"}'})
    assert "none of studyctl's" in why(file)
    assert "cannot read" in why(tmp_path)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(share=st.floats(0, 0.999))
def test_a_truncated_one(tmp_path: Path, share: float) -> None:
    whole = (tmp_path / "one.zip") if (tmp_path / "one.zip").exists() else bundled(tmp_path, a_run())
    data = whole.read_bytes()
    (tmp_path / "cut.zip").write_bytes(data[: int(len(data) * share)])
    assert "cut.zip" in why(tmp_path / "cut.zip")


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32), many=st.integers(1, 3))
@example(seed=70, many=1)  # an entry that begins before the file does
def test_changed_bytes_are_noticed_or_mean_nothing(tmp_path: Path, seed: int, many: int) -> None:
    whole = (tmp_path / "one.zip") if (tmp_path / "one.zip").exists() else bundled(tmp_path, a_run())
    generator, data = random.Random(seed), bytearray(whole.read_bytes())
    for _ in range(many):
        data[generator.randrange(len(data))] ^= 1 << generator.randrange(8)
    changed = tmp_path / "changed.zip"
    changed.write_bytes(data)
    try:
        with opened(changed) as bundle:
            bundle.unpack(None)
            digest, runs = bundle.digest, bundle.runs
    except BundleError:
        return
    # A time or a mode of an entry, which nobody reads.
    with opened(whole) as bundle:
        assert (digest, repr(runs)) == (bundle.digest, repr(bundle.runs))


def test_content_that_was_changed_behind_the_manifests_back(bundle: Path, tmp_path: Path) -> None:
    for name in entries(bundle):
        if name == "manifest.json" or not entries(bundle)[name]:
            continue
        content = entries(bundle)
        content[name] = content[name][:-2] + b"!!"
        assert "was changed: its sha256 is another one" in why(repack(tmp_path / "x.zip", content)), name
    content = entries(bundle)
    content[f"runs/{ID}/log.txt"] += b"more"
    assert "has another size than its manifest.json says" in why(repack(tmp_path / "x.zip", content))
    del content[f"runs/{ID}/log.txt"]
    assert "it lacks" in why(repack(tmp_path / "x.zip", content))


def test_what_the_manifest_does_not_name(bundle: Path, tmp_path: Path) -> None:
    content = entries(bundle) | {"extra.txt": b"x"}
    assert "'extra.txt', which its manifest.json does not name" in why(repack(tmp_path / "x.zip", content))


@pytest.mark.parametrize(
    "path",
    [
        "../evil",
        "/etc/evil",
        f"runs/{ID}/../../../evil",
        f"runs/{ID}/artifacts/../../../../evil",
        f"runs/{ID}/artifacts//evil",
        f"runs/{ID}/artifacts/C:evil",
        f"runs/{ID}/artifacts/..\\..\\evil",
        f"runs/{ID}/artifacts/evil\x1b[31m",
        f"runs/{ID}/artifacts/evil.",
        f"runs/{ID}/artifacts/" + "x" * 300,
        f"runs/{'cd' * 16}/run.json",
        f"runs/{ID}/study.db",
        "study.db",
    ],
)
def test_a_path_that_leads_elsewhere(bundle: Path, tmp_path: Path, path: str) -> None:
    content = entries(bundle) | {path: b"evil"}
    content["manifest.json"] = named(content)
    out = tmp_path / "out"
    said = why(repack(tmp_path / "x.zip", content), into=out)
    assert "it has a file" in said and "\x1b" not in said
    assert not out.exists() and not list(tmp_path.rglob("*evil*"))


def test_two_files_of_one_name(bundle: Path, tmp_path: Path) -> None:
    content = entries(bundle) | {f"runs/{ID}/LOG.txt": b"x"}
    content["manifest.json"] = named(content)
    assert "two of its files have the same name" in why(repack(tmp_path / "x.zip", content))
    with pytest.warns(UserWarning, match="Duplicate name"), zipfile.ZipFile(tmp_path / "x.zip", "a") as archive:
        archive.writestr("manifest.json", b"{}")
    assert "twice" in why(tmp_path / "x.zip")


def test_a_link_in_it(bundle: Path, tmp_path: Path) -> None:
    content = entries(bundle)
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
        for name, data in content.items():
            entry = zipfile.ZipInfo(name)
            entry.external_attr = (0o120777 if name.endswith("log.txt") else 0o100644) << 16
            archive.writestr(entry, data)
    assert "is no file" in why(tmp_path / "x.zip")


def test_a_bomb_is_refused_by_what_it_says_and_by_what_it_is(bundle: Path, tmp_path: Path) -> None:
    run = a_run(artifacts=())
    content = entries(bundle)
    del content[f"runs/{ID}/artifacts/tables/counts.csv"]
    content[f"runs/{ID}/run.json"] = record(run)
    content[f"runs/{ID}/log.txt"] = bytes(30_000_000)
    content["manifest.json"] = named(content)
    honest = repack(tmp_path / "honest.zip", content)
    assert honest.stat().st_size < 100_000
    assert "unpacks to 30 MB, more than the 1 MB that are allowed" in why(honest, limit=10**6)
    assert read(honest)
    # One that says to be small, in its manifest and in the list of its entries: no more than that is unpacked.
    content["manifest.json"] = named(content | {f"runs/{ID}/log.txt": b"small"})
    lying = repack(tmp_path / "lying.zip", content)
    assert "has another size" in why(lying)
    data = lying.read_bytes()
    data = data.replace(struct.pack("<L", 30_000_000), struct.pack("<L", 5))
    lying.write_bytes(data)
    out = tmp_path / "out"
    assert "log.txt" in why(lying, into=out)
    assert sum(one.stat().st_size for one in out.rglob("*") if one.is_file()) < 10_000


def test_a_manifest_that_is_a_bomb_itself(bundle: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("studyctl.runner.bundle_reader.MANIFEST_LIMIT", 1000)
    content = entries(bundle)
    content["manifest.json"] += b" " * 2000
    assert "larger than any of studyctl's" in why(repack(tmp_path / "x.zip", content))


def test_a_later_format_says_to_upgrade(bundle: Path, tmp_path: Path) -> None:
    content = entries(bundle)
    content["manifest.json"] = named(content, format=2)
    with pytest.raises(BundleError) as error, opened(repack(tmp_path / "x.zip", content)):
        pass
    assert "it has format 2, this studyctl knows formats up to 1" in error.value.message
    assert error.value.hint.startswith("upgrade studyctl")


WRONG: list[tuple[str, Callable[[dict[str, Any]], None]]] = [
    ("is still|is running", lambda run: run.update(state="running")),
    ("about another run", lambda run: run.update(id="cd" * 16)),
    ("impossible name", lambda run: run.update(experiment="../../evil")),
    ("no times", lambda run: run.update(started="yesterday")),
    ("needs its sweep", lambda run: run.update(role="trial")),
    ("sweep is not in the bundle", lambda run: run.update(role="trial", parent="cd" * 16)),
    ("metric has an impossible name", lambda run: run["metrics"][0].update(name="/home/x")),
    ("metric is there twice", lambda run: run["metrics"].append(run["metrics"][0])),
    ("finding is there twice", lambda run: run["findings"].append(run["findings"][0])),
    ("none of a workspace", lambda run: run["files"][0].update(path="/etc/passwd")),
    ("none of a workspace", lambda run: run["files"][0].update(path="../../secret")),
    ("none of a workspace", lambda run: run["files"][0].update(path="site:/etc/passwd")),
    ("artifacts are not those", lambda run: run["artifacts"][0].update(path="tables/../../x")),
    ("artifacts are not those", lambda run: run["artifacts"].clear()),
    ("finding fair: ", lambda run: run["findings"][0].update(template="{no_such_figure}")),
    ("finding fair: ", lambda run: run["findings"][0].update(when="rate <")),
    ("provenance has another form", lambda run: run["provenance"].update(git="x")),
    ("GPUs are no list", lambda run: run["provenance"].update(machine={"gpu": "A100"})),
    ("constants are no numbers", lambda run: run["provenance"].update(constants={"a": "b"})),
    ("provenance has another form", lambda run: run["provenance"].update(source="x")),
    ("steps are none", lambda run: run["provenance"].update(steps=["x"])),
    ("steps are none", lambda run: run["provenance"].update(steps=[{"name": "a", "seconds": 1, "times": 1}])),
    ("none of a workspace", lambda run: run["files"][0].update(path="site:../x.py")),
    ("metrics.0.value", lambda run: run["metrics"][0].update(value="much")),
    ("params", lambda run: run.update(params=[1])),
    ("state", lambda run: run.update(state="odd")),
    ("title", lambda run: run.pop("title")),
    ("cannot be read", lambda run: run.update(title="\ud800")),
    ("out of bounds", lambda run: run.update(evidence_version=2**80)),
]


@pytest.mark.parametrize("said, change", WRONG, ids=[f"{n}-{said[:12]}" for n, (said, _) in enumerate(WRONG)])
def test_a_record_that_no_run_of_ours_has(
    bundle: Path, tmp_path: Path, said: str, change: Callable[[dict[str, Any]], None]
) -> None:
    content = entries(bundle)
    run = json.loads(content[f"runs/{ID}/run.json"])
    change(run)
    content[f"runs/{ID}/run.json"] = json.dumps(run).encode()
    content["manifest.json"] = named(content)
    with pytest.raises(BundleError, match=said), opened(repack(tmp_path / "x.zip", content)):
        pass


def test_fields_of_a_later_version_are_passed_over(bundle: Path, tmp_path: Path) -> None:
    content = entries(bundle)
    run = json.loads(content[f"runs/{ID}/run.json"]) | {"mood": "good"}
    content[f"runs/{ID}/run.json"] = json.dumps(run).encode()
    content["manifest.json"] = named(content, later=True)
    assert read(repack(tmp_path / "x.zip", content))[0].experiment == "coin"


def test_safe_paths() -> None:
    assert unsafe("runs/x/artifacts/figures/gradient-by-width.png") is None
    assert unsafe("runs/x/artifacts/그림.png") is None
    assert Manifest(("a",), ()).size == 0


# -- helpers


def record(run: Run) -> bytes:
    from studyctl.runner.bundle_writer import record_bytes

    return record_bytes(run)


def named(content: dict[str, bytes], **fields: Any) -> bytes:
    """A manifest that names this content."""
    plain = json.loads(content["manifest.json"]) | {
        "files": [
            {"path": path, "size": len(data), "sha256": hashlib.sha256(data).hexdigest()}
            for path, data in sorted(content.items())
            if path != "manifest.json"
        ]
    }
    return json.dumps(plain | fields).encode()


def repack(file: Path, content: dict[str, bytes]) -> Path:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in content.items():
            archive.writestr(name, data)
    file.write_bytes(buffer.getvalue())
    return file
