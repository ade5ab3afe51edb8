"""A handler that something else replaces while a run is open is put back, and the signal is seen."""

from __future__ import annotations

import os
import signal

import pytest

from studyctl.runner.signals import Signals


@pytest.mark.skipif(os.name != "posix", reason="signals as POSIX has them")
def test_a_handler_that_was_taken_over_is_put_back() -> None:
    before = signal.getsignal(signal.SIGTERM)
    with Signals() as signals:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        signals.renew()
        os.kill(os.getpid(), signal.SIGTERM)
        assert signals.received == "SIGTERM"
    assert signal.getsignal(signal.SIGTERM) == before
