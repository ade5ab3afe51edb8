"""What names a machine or a person in a text: replaced, found by line, and nothing else touched."""

from __future__ import annotations

import json
import random
import string
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studyctl.core.models import Finding, Metric, Run
from studyctl.core.publishing import public_run
from studyctl.core.scrubbing import Private, Scrubber, forms, homes_in, is_secret

PRIVATE = Private(
    folders=(
        ("/home/alice/Study Notes", "<workspace>"),
        ("/home/alice", "<home>"),
        ("/opt/venv/lib/python3.11/site-packages", "<site-packages>"),
        ("C:\\Users\\alice\\study", "<workspace>"),
    ),
    hosts=("deep-thought", "vm"),
    users=("alice", "김철수"),
    secrets=(("API_TOKEN", "tok-5f3a9c"),),
    variables=(("API_TOKEN", "tok-5f3a9c"), ("EDITOR", "vim"), ("OLD", "x")),
)
SCRUBBER = Scrubber(PRIVATE)


@pytest.mark.parametrize(
    "before, after",
    [
        ("in /home/alice/Study Notes/data/x.csv.", "in <workspace>/data/x.csv."),
        ('"/home/alice/Study Notes"', '"<workspace>"'),
        ("file:///home/alice/Study%20Notes/x", "file://<workspace>/x"),
        ("/home/alice/.cache/x, /home/alice", "<home>/.cache/x, <home>"),
        ("/home/alicent/x", "<path>/x"),
        ("/mnt/home/alice/x", "<path>/x"),
        ("C:\\Users\\alice\\study\\x.csv", "<workspace>\\x.csv"),
        (json.dumps("C:\\Users\\alice\\study\\x.csv"), '"<workspace>\\\\x.csv"'),
        ("D:\\data\\set\\x.csv is missing", "<path>/x.csv is missing"),
        ("\\\\server\\share\\x.csv", "<path>/x.csv"),
        ('File "/opt/venv/lib/python3.11/site-packages/numpy/core.py", line 3', None),
        ("/srv/data/imagenet/train and /scratch/x", "<path>/train and <path>/x"),
        ("<workspace>//srv/data", "<workspace><path>/data"),
        ("on Deep-Thought, by alice", "on <host>, by <user>"),
        ("vm, VM, vmware, kvm", "<host>, VM, vmware, kvm"),
        ("malice, alice's, alice_2", "malice, <user>'s, <user>_2"),
        ("by 김철수", "by <user>"),
        ("Bearer tok-5f3a9c", "Bearer <secret>"),
        ("postgres://bob:hunter2@db/x", "postgres://<secret>@db/x"),
        ("EDITOR=vim", "EDITOR=<environment>"),
        ("{'EDITOR': 'vim', 'OLD': 'y'}", "{'EDITOR': '<environment>', 'OLD': '<environment>'}"),
        ('("EDITOR", "vim")', '("EDITOR", "<environment>")'),
        ("EDITOR=emacs -nw\nnext", "EDITOR=<environment>\nnext"),
        ("MY_SECRET_KEY=abcdef", "MY_SECRET_KEY=<secret>"),
        ("{'AWS_ACCESS_KEY_ID': 'AKIA123'}", "{'AWS_ACCESS_KEY_ID': '<secret>'}"),
    ],
)
def test_what_is_replaced(before: str, after: str | None) -> None:
    counted: Counter[str] = Counter()
    scrubbed = SCRUBBER.scrub(before, counted)
    assert scrubbed == (after or 'File "<site-packages>/numpy/core.py", line 3')
    assert counted and list(SCRUBBER.find(before))
    assert SCRUBBER.scrub(scrubbed) == scrubbed and not list(SCRUBBER.find(scrubbed))


@pytest.mark.parametrize(
    "text",
    [
        "and/or, 1/2/3, km/h, I/O, n/a",
        "https://example.org/a/b/c?x=/y and http://localhost:8080/runs/1",
        "experiments/box_decoding/decoders.py changed",
        "a regular expression s/one/two/ and ~/x",
        "data:image/png;base64,iVBORw0KGgo/AAA/BBB+/abc/def==",
        "data:image/jpeg;base64,/9j/4AAQSkZJ",
        "<div></p></div>",
        '<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd">',
        "the token of this text is a word; no secret: it says so",
        "rate.lo < 0.5 < rate.hi",
        "EDITOR is a variable",
        "<workspace>/data/x/y.csv, <home>/a/b/c, <path>/x",
    ],
)
def test_what_stays(text: str) -> None:
    assert SCRUBBER.scrub(text) == text
    assert not list(SCRUBBER.find(text))


def test_leaks_have_their_lines_and_a_secret_is_not_said() -> None:
    text = "one\ntwo deep-thought\nthree\n/home/alice/x tok-5f3a9c\n"
    assert [(leak.line, leak.what) for leak in SCRUBBER.find(text)] == [
        (2, "the name of the machine, deep-thought"),
        (4, "the folder <home>, /home/alice"),
        (4, "the value of API_TOKEN"),
    ]


def test_what_a_person_allows_stays() -> None:
    scrubber = Scrubber(Private(folders=PRIVATE.folders, users=("alice",), allowed=("alice", "/api/v1")))
    assert scrubber.scrub("alice in /api/v1/runs") == "alice in /api/v1/runs"
    # The name is allowed, the folder is not.
    assert scrubber.scrub("/home/alice/x and /api/v2/runs") == "<home>/x and <path>/runs"


def test_bytes_that_are_no_text() -> None:
    for data in (b"\0\1deep-thought\0", "\0/home/alice/x".encode("utf-16-le"), b"\0tok-5f3a9c\xff"):
        assert list(SCRUBBER.find_in_bytes(data)), data
    # Two letters are met by chance.
    assert not list(SCRUBBER.find_in_bytes(b"\0vm\0"))


def test_which_variables_hold_a_secret() -> None:
    for name in ("API_TOKEN", "aws_secret_access_key", "DB_PASSWORD", "SENTRY_DSN", "OPENAI_API_KEY", "GH_AUTH"):
        assert is_secret(name, "abcdefgh"), name
    assert not is_secret("API_TOKEN", "") and not is_secret("USE_AUTH", "always") and not is_secret("PATH", "/usr/bin")
    assert not is_secret("SSH_AUTH_SOCK", "/tmp/ssh-x/agent.12")


def test_people_of_another_machine_are_known_by_their_homes() -> None:
    assert homes_in('File "/home/bob/x.py", /Users/Eve/y, "C:\\\\Users\\\\mallory\\\\z"') == {"bob", "Eve", "mallory"}
    assert homes_in("<home>/x") == set()


@given(st.text(alphabet=string.ascii_letters + " /\\.'\"\n{}:=", max_size=60), st.integers(0, 2**32))
def test_nothing_private_is_left_in_any_text(noise: str, seed: int) -> None:
    generator = random.Random(seed)
    needles = [folder for folder, _ in PRIVATE.folders] + ["deep-thought", "tok-5f3a9c"]
    form = generator.choice(forms(generator.choice(needles)))
    at = generator.randrange(len(noise) + 1)
    text = f"{noise[:at]} {form} {noise[at:]}"
    scrubbed = SCRUBBER.scrub(text)
    assert form not in scrubbed
    assert not list(SCRUBBER.find(scrubbed))
    assert SCRUBBER.scrub(scrubbed) == scrubbed


def test_a_run_is_filled_anew_with_its_scrubbed_parameters() -> None:
    run = Run(
        "ab" * 16, "coin", "On deep-thought", "finished", "2026-11-24T03:04:05.123Z", None, "default", ("data",),
        {"data": "/home/alice/x.csv", "nested": {"key": "tok-5f3a9c"}, "n": 3}, 0, 1, "deep-thought", 1, 2.0,
        {
            "git": {"commit": "c0ffee", "branch": "alice/try", "dirty": True, "changed": ["x"], "diff": "git.diff"},
            "command": "studyctl run coin -p data=/home/alice/x.csv",
            "threads": {"OMP_NUM_THREADS": "2", "CUDA_VISIBLE_DEVICES": "GPU-5f3a"},
            "something": "of a later version",
        },
        error="at /home/alice/Study Notes/x.py", metrics=(Metric("rate", 0.5),), tags=("alice",),
        findings=(Finding("summary", "Read /home/alice/x.csv: 0.50.", "Read {data}: {rate:.2f}."),),
    )  # fmt: skip
    public = public_run(run, SCRUBBER, Counter())
    assert public.host == "" and public.title == "On <host>" and public.tags == ("<user>",)
    assert public.params == {"data": "<home>/x.csv", "nested": {"key": "<secret>"}, "n": 3}
    assert public.provenance == {
        "git": {"commit": "c0ffee", "dirty": True},
        "command": "studyctl run coin -p data=<home>/x.csv",
        "threads": {"OMP_NUM_THREADS": "2"},
    }
    assert public.findings[0].text == "Read <home>/x.csv: 0.50."
    assert public.findings[0].figures == (("data", "<home>/x.csv"), ("rate", "0.5"))
    assert public.error == "at <workspace>/x.py" and public.changed == ("data",)
    assert public_run(public, SCRUBBER, Counter()) == public
