"""Any page of study.db may be the damaged one: no command takes that for a bug of its own, and doctor mends it."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from study_bench import Study

from studyctl.store import database

PAGE = 4096
COMMANDS = (
    ("todo", "list"),
    ("status",),
    ("answer", "Q1"),
    ("runs", "list"),
    ("search", "coin"),
    ("export", "--stdout"),
)


def overwritten(page: bytes, chance: random.Random) -> bytes:
    return b"\xff" * len(page)


def zeroed(page: bytes, chance: random.Random) -> bytes:
    return bytes(len(page))


def flipped(page: bytes, chance: random.Random) -> bytes:
    changed = bytearray(page)
    for _ in range(20):
        changed[chance.randrange(len(page))] ^= 1 << chance.randrange(8)
    return bytes(changed)


@pytest.mark.parametrize("damage", [overwritten, zeroed, flipped])
def test_a_damaged_page_is_never_taken_for_a_bug(study: Study, damage: Callable[[bytes, random.Random], bytes]) -> None:
    file = study.root / ".studyctl" / "study.db"
    whole = file.read_bytes()
    chance = random.Random(1)
    codes = set()
    for number, start in enumerate(range(0, len(whole), PAGE)):
        file.write_bytes(whole[:start] + damage(whole[start : start + PAGE], chance) + whole[start + PAGE :])
        database.journal_of(file).unlink(missing_ok=True)
        words = COMMANDS[number % len(COMMANDS)]
        done = study(*words)
        assert done.code in (0, 6), (number, words, done.err)  # 0: the page was not one that it read
        if done.code == 6:
            assert "doctor --fix" in done.err or "is a database of another program" in done.err, done.err
            assert "Traceback" not in done.err
        codes.add(done.code)
    assert 6 in codes


def test_a_text_whose_bytes_changed_is_damage_that_doctor_sees_and_mends(study: Study) -> None:
    file = study.root / ".studyctl" / "study.db"
    with sqlite3.connect(file) as db:
        db.execute("UPDATE finding SET claim = CAST(x'68f4ff' AS TEXT)")
    db.close()
    done = study("answer", "Q1")
    assert done.code == 6
    assert "is damaged: Could not decode" in done.err
    assert study("doctor").out.count("✗ database     study.db is damaged: a text in finding is not UTF-8") == 1
    assert study("doctor", "--fix").code == 0
    assert study("answer", "Q1").code == 0
    assert _kept(file)


def _kept(file: Path) -> list[Path]:
    return list(file.parent.glob("study.db.damaged-*"))
