"""Detectors that go wrong in a helper; helpers find them here by their names."""

from __future__ import annotations

import os
import signal
import sys
import time

from studyctl.config import Settings
from studyctl.core.models import Found, Reading


def in_helper() -> bool:
    return os.environ.get("READING_PROCESS") != str(os.getpid())


def words(source: bytes, note: str, settings: Settings) -> Reading:
    """One item, whose text is the whole note."""
    text = source.decode()
    item = Found("todo", None, text, text.casefold(), 1, 1, None, settings.todo_labels, "open", None, "box")
    return Reading(note, (item,))


def dies_in_a_helper(source: bytes, note: str, settings: Settings) -> Reading:
    if in_helper() and "7" in note:
        os.kill(os.getpid(), signal.SIGTERM)
    return words(source, note, settings)


def fails_in_a_helper(source: bytes, note: str, settings: Settings) -> Reading:
    if in_helper():
        raise RuntimeError("a bug")
    return words(source, note, settings)


def fails(source: bytes, note: str, settings: Settings) -> Reading:
    raise RuntimeError("a bug")


def prints(source: bytes, note: str, settings: Settings) -> Reading:
    if in_helper():
        sys.stdout.write("noise\n")
    return words(source, note, settings)


def dawdles(source: bytes, note: str, settings: Settings) -> Reading:
    """Slow in this process, so that the helpers take nearly all."""
    if not in_helper():
        time.sleep(0.02)
    return words(source, note, settings)
