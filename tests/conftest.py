"""What tests of several rooms share: a cluster of two workers on this machine."""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterator
from typing import Any

import pytest


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    """A real `distributed.LocalCluster`; the test is skipped where the extra is not installed."""
    reason = "needs the extra dask: python -m pip install 'studyctl[dask]'"
    distributed = pytest.importorskip("distributed", reason=reason)
    before = dict(os.environ)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of Tornado and asyncio, when a cluster is begun and ended in one process
            with distributed.LocalCluster(
                n_workers=2, threads_per_worker=1, dashboard_address=":0", resources={"GPU": 1}
            ) as here:
                yield here
    finally:
        # A nanny leaves OMP_NUM_THREADS=1 and the like behind in its own process: runs of later tests would record it.
        os.environ.clear()
        os.environ.update(before)
