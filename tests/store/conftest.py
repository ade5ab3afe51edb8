"""The store's tests do not wait for the disk: a killed process loses nothing by that, only a power cut would."""

from __future__ import annotations

import pytest

from studyctl.store import database


@pytest.fixture(autouse=True)
def without_waiting_for_the_disk(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    if "durable" not in request.fixturenames:
        monkeypatch.setattr(database, "SYNCHRONOUS", "OFF")


@pytest.fixture
def durable() -> None:
    """As a person's database is written: asked for by the test of that."""
