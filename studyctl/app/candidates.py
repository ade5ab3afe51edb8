"""The runs that may be cited, for use cases that look at many items: each run is read once for all of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from studyctl.core import answers
from studyctl.core.models import Item, Run
from studyctl.core.ports import Reader


class Candidates:
    """The runs that may be cited, of each experiment; each is read once, and only as far as somebody looks."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._read: dict[str, _Once] = {}
        self._by_host: dict[str, list[tuple[str, _Once]]] = {}

    def choose(self, item: Item) -> tuple[answers.Choice, ...]:
        """What the item's ties select now, as `app.answers.choices_for` does for one item."""
        runs = {name: self.of(name) for name in answers.ordered(item.ties)}
        return answers.choose(item.ties, runs, self.by_host)

    def of(self, experiment: str) -> Iterable[Run]:
        if experiment not in self._read:
            self._read[experiment] = _Once(self._reader.candidates(experiment))
        return self._read[experiment]

    def by_host(self, experiment: str) -> Iterable[tuple[str, Iterable[Run]]]:
        if experiment not in self._by_host:
            found = self._reader.candidates_by_host(experiment)
            self._by_host[experiment] = [(host, _Once(runs)) for host, runs in found]
        return self._by_host[experiment]


class _Once:
    """Runs that are read on demand, and only once however often somebody looks through them."""

    def __init__(self, runs: Iterable[Run]) -> None:
        self._known: list[Run] = []
        self._more = iter(runs)

    def __iter__(self) -> Iterator[Run]:
        at = 0
        while True:
            while at < len(self._known):
                yield self._known[at]
                at += 1
            following = next(self._more, None)
            if following is None:
                return
            self._known.append(following)
