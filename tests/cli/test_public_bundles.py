"""`studyctl runs export --public`: a run that says everything it can about its machine, and what is left of that."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
from bundle_bench import entries
from study_bench import Study

LEAKY = '''\
"""Says everything that it knows about where it runs."""

import getpass
import gzip
import json
import os
import socket
import sys
from pathlib import Path

from studyctl.lab import Params, Run, experiment


class Leaky(Params):
    data: str = "nowhere"
    fail: bool = False
    file: str = ""


@experiment(title="Leaks")
def leaky(params: Leaky, run: Run) -> None:
    host, here = socket.gethostname(), Path.cwd()
    print(dict(os.environ))
    for name, value in os.environ.items():
        print(f"{name}={value}")
    print(host, getpass.getuser(), Path.home(), here, here.as_uri(), sys.path, json.__file__, "/srv/data/secret/x.csv")
    print(json.dumps({"where": str(here / "x")}), "key:", os.environ["LEAKY_API_KEY"], file=sys.stderr)
    run.text("notes", f"made on {host} in {here} by {getpass.getuser()} with {os.environ['LEAKY_API_KEY']}")
    run.table("files", [{"file": str(here / "a.csv"), "home": str(Path.home())}], title=f"Files of {host}")
    run.metric("n", 3, unit=host)
    run.finding("summary", text="Read {data} {n:.0f} times.")
    if params.file:
        path = Path("scratch") / params.file
        path.parent.mkdir(exist_ok=True)
        text = f"first\\nsecond: {here}\\n"
        if path.suffix == ".gz":
            path.write_bytes(gzip.compress(bytes(range(256)) + text.encode()))
        elif path.suffix == ".bin":
            path.write_bytes(bytes(range(256)) + text.encode())
        else:
            path.write_text(text)
        run.artifact(path)
    if params.fail:
        raise ValueError(f"no {here / params.data} on {host}")
'''


@pytest.fixture
def leaky(fresh: Study, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Study:
    """A workspace in the home of somebody who has secrets."""
    home = tmp_path / "home" / "mariella"
    home.mkdir(parents=True)
    root = home / "my study"
    fresh.root.rename(root)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("USER", "mariella")
    monkeypatch.setenv("LOGNAME", "mariella")
    monkeypatch.setenv("LEAKY_API_KEY", "k-0123456789")
    monkeypatch.setenv("LEAKY_PLACE", "behind the moon")
    monkeypatch.setattr("socket.gethostname", lambda: "deep-thought")
    monkeypatch.setattr("studyctl.runner.session.hostname", lambda: "deep-thought")
    study = Study(root)
    study.write("experiments/leaky.py", LEAKY)
    git = ["git", "-c", "user.name=Mariella Rossi", "-c", "user.email=mr@example.org", "-C", str(root)]
    for words in (["init", "-q", "-b", "mariella/try"], ["add", "-A"], ["commit", "-qm", "first"]):
        subprocess.run([*git, *words], check=True)
    study.write("experiments/leaky.py", LEAKY + "# a change that is not committed\n")
    return study


PRIVATE = (
    "deep-thought", "mariella", "k-0123456789", "behind the moon", "my study", "my%20study", "LEAKY_API_KEY=k",
    "/srv/data", "/tmp/", "git.diff",
)  # fmt: skip


def newest(study: Study) -> str:
    return str(study("runs", "list", "--json").json[0]["id"])


def everything(bundle: Path) -> str:
    return "\n".join(f"{name}\n{data.decode('utf-8', 'replace')}" for name, data in entries(bundle).items())


@pytest.mark.parametrize("fail", [False, True])
def test_a_run_that_leaks_everywhere_leaks_nowhere(leaky: Study, monkeypatch: pytest.MonkeyPatch, fail: bool) -> None:
    words = ["run", "leaky", "-p", f"data={leaky.root}/x.csv", "-p", f"fail={fail}".lower()]
    monkeypatch.setattr("sys.argv", ["studyctl", *words])
    leaky(*words)
    run = newest(leaky)
    full = leaky("runs", "export", run, "-o", "full.zip", "--json").json
    assert all(one in everything(leaky.root / "full.zip") for one in PRIVATE if "%" not in one)  # the test can fail
    done = leaky("runs", "export", run, "--public", "-o", "public.zip")
    assert done.code == 0, done.err
    assert "public: replaced " in done.out and "× <secret>" in done.out
    text = everything(leaky.root / "public.zip")
    assert [one for one in PRIVATE if one in text] == []
    assert not full["public"]

    content = entries(leaky.root / "public.zip")
    record = json.loads(next(data for name, data in content.items() if name.endswith("/run.json")))
    assert record["params"]["data"] == "<workspace>/x.csv"
    assert record["provenance"]["command"].startswith("studyctl run leaky -p 'data=<workspace>/x.csv' -p fail=")
    assert record["host"] == "" and record["metrics"][0]["unit"] == "<host>"
    assert record["provenance"]["git"].keys() == {"commit", "dirty"}
    for kept in ("python", "distributions", "machine", "threads", "platform", "seconds"):
        assert kept in record["provenance"]
    if fail:
        assert "ValueError: no <workspace>/x.csv on <host>" in record["error"]
    else:
        assert record["findings"][0]["text"] == "Read <workspace>/x.csv 3 times."
    assert any(b"<workspace>/a.csv" in data for name, data in content.items() if name.endswith("files.csv"))


@pytest.mark.slow
def test_it_comes_over_and_goes_on_as_the_same_bytes(leaky: Study, tmp_path: Path) -> None:
    leaky("run", "leaky")
    leaky("runs", "export", newest(leaky), "--public", "-o", "public.zip")
    other = Study.make(tmp_path / "other")
    bundle = leaky.root / "public.zip"
    assert other("runs", "import", str(bundle)).code == 0
    assert other("runs", "export", newest(leaky), "--public", "-o", "again.zip").code == 0
    assert (other.root / "again.zip").read_bytes() == bundle.read_bytes()
    # A run that is known in full is not lessened by its public form.
    assert leaky("runs", "import", str(bundle)).out.startswith("known already")
    assert leaky("runs", "show", newest(leaky), "--json").json["host"] == "deep-thought"


@pytest.mark.parametrize(
    "file, where",
    [
        ("page.html", "files/page.html of run {run}, line 2: the folder <workspace>, "),
        ("data.bin", "files/data.bin of run {run}, the folder <workspace>"),
        ("data.gz", "files/data.gz of run {run}, in it, the folder <workspace>"),
    ],
)
def test_a_file_that_cannot_be_scrubbed_is_refused_by_name_and_line(leaky: Study, file: str, where: str) -> None:
    leaky("run", "leaky", "-p", f"file={file}")
    run = newest(leaky)
    done = leaky("runs", "export", run, "--public", "-o", "public.zip")
    assert done.code == 6
    assert f"warning: {where.format(run=run[:8])}" in done.err
    assert "error: it would not be public: files/" in done.err and "--allow TEXT" in done.err
    assert not (leaky.root / "public.zip").exists() and not list(leaky.root.glob(".public*"))


def test_what_may_be_seen_can_be_allowed(leaky: Study) -> None:
    leaky("run", "leaky", "-p", "file=page.html")
    run = newest(leaky)
    where = str(leaky.root)
    assert leaky("runs", "export", run, "--public", "--allow", where, "-o", "public.zip").code == 0
    assert b"second: " + where.encode() in b"".join(entries(leaky.root / "public.zip").values())
    assert leaky("runs", "export", run, "--allow", where).code == 2


def test_a_name_that_others_refer_to_is_refused(leaky: Study) -> None:
    leaky.write("experiments/mariella.py", LEAKY.replace("def leaky", "def mariella"))
    leaky("run", "mariella")
    done = leaky("runs", "export", newest(leaky), "--public", "-o", "public.zip")
    assert done.code == 6 and "run.json of run " in done.err and "the name of the user, mariella" in done.err


def test_a_figure_is_looked_into(leaky: Study) -> None:
    figure = """
from matplotlib.figure import Figure
from studyctl.lab import Params, Run, experiment


class P(Params):
    title: str = "rates"


@experiment(title="Draws")
def draws(params: P, run: Run) -> None:
    figure = Figure()
    figure.subplots().set_title(params.title)
    run.figure("rates", figure)
"""
    leaky.write("experiments/draws.py", figure)
    leaky("run", "draws")
    assert leaky("runs", "export", newest(leaky), "--public", "-o", "public.zip").code == 0
    leaky("run", "draws", "-p", "title=made by mariella")
    done = leaky("runs", "export", newest(leaky), "--public", "-o", "public.zip")
    # The words of an SVG stand in it as comments; a PNG shows them, and is a picture.
    assert done.code == 6 and "figures/rates.svg of run " in done.err
