"""Progress that nobody watches: for drafts in a test, and a base for whatever shows only part of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from studyctl.core.models import Metric


class Silent:
    """Implements `Progress`, and shows nothing."""

    def task(self, label: str, total: int | None) -> Callable[[int], None]:
        """A loop; the value is told how many more of its rounds are done, and 0 when there are no more."""
        return lambda advanced: None

    def step(self, label: str, depth: int) -> Callable[[], None]:
        """A named part of the run; the value is called when it is over."""
        return lambda: None

    def metrics(self, values: Sequence[Metric]) -> None:
        """The figures that were just recorded."""

    def message(self, text: str) -> None:
        """A line that the experiment printed."""

    @contextmanager
    def showing(self) -> Iterator[None]:
        """Before, during and after the experiment itself."""
        yield

    @contextmanager
    def running(self) -> Iterator[None]:
        """The experiment itself."""
        yield
