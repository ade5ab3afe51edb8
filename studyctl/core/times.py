"""Recorded times: when something was, and how long it took."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from studyctl.core.models import Run


def moment(text: str) -> datetime:
    """A recorded time."""
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


def span(text: str) -> tuple[datetime, datetime]:
    """What a person means by a time: the whole day of `2026-11-24`, the whole minute of `2026-11-24 09:30`.

    From its first instant to that after its last, in this machine's zone where none is given; ValueError where it is
    no time.
    """
    found = datetime.fromisoformat(text.strip().replace("Z", "+00:00"))
    length = timedelta(days=1) if len(text.strip()) <= len("2026-11-24") else timedelta(microseconds=1)
    if found.second == 0 and found.microsecond == 0 and text.count(":") == 1 and found.tzinfo is None:
        length = timedelta(minutes=1)
    # The day after is worked out on the calendar: where the clock is put forward, a day has 23 hours.
    return found.astimezone(), (found + length).astimezone()


def seconds_of(run: Run) -> float | None:
    """How long the experiment itself took; from opening to ending the run where that was not measured."""
    own = run.provenance.get("seconds")
    if isinstance(own, (int, float)):
        return float(own)
    if run.ended is None:
        return None
    return (moment(run.ended) - moment(run.started)).total_seconds()


# How the error of a run begins that took longer than it was given.
OUT_OF_TIME = "killed by its time limit"


def ran_out_of_time(run: Run) -> bool:
    """Whether a run was ended because it took longer than `--timeout` gave it."""
    return run.state == "killed" and run.error.startswith(OUT_OF_TIME)
