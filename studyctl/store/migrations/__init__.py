"""The steps from an empty file to today's schema, numbered, each frozen once it was released.

A migration is plain SQL on a plain connection, so that it means the same for ever: it never uses the tables of
`tables.py`, which describe today. A test holds both against each other.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass

from studyctl.store.migrations import (
    v0001_first,
    v0002_search,
    v0003_tasks,
    v0004_engine,
    v0005_accepted,
    v0006_glance,
    v0007_live,
)


@dataclass(frozen=True, slots=True)
class Migration:
    """One step; `apply` runs inside a transaction that also records it, so it must neither commit nor begin one."""

    version: int  # of the schema afterwards
    name: str
    apply: Callable[[sqlite3.Connection], None]


MIGRATIONS: tuple[Migration, ...] = (
    Migration(1, "first", v0001_first.apply),
    Migration(2, "search", v0002_search.apply),
    Migration(3, "tasks", v0003_tasks.apply),
    Migration(4, "engine", v0004_engine.apply),
    Migration(5, "accepted", v0005_accepted.apply),
    Migration(6, "glance", v0006_glance.apply),
    Migration(7, "live", v0007_live.apply),
)
