"""Public bundles among the experiments (`experiments/*/evidence/`), taken in by a sync: a clone has their evidence.

A bundle that cannot be taken in is named, and hinders nothing else. One that was removed leaves its runs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace

from studyctl.app.import_runs import take_in, verify
from studyctl.core.models import FileStamp, NoteProblem
from studyctl.core.pages import Import
from studyctl.core.ports import Ledger, RunBundle, Shelf
from studyctl.errors import BundleError


@dataclass(slots=True)
class Evidence:
    """What a sync needs for the bundles that it meets."""

    digest: Callable[[str], str]  # of the bytes of a file
    open: Callable[[str], AbstractContextManager[RunBundle]]
    shelf: Shelf
    problems: list[NoteProblem] = field(default_factory=list)
    _verified: list[tuple[str, RunBundle]] = field(default_factory=list)

    def look(self, ledger: Ledger, seen: Sequence[FileStamp], known: Mapping[str, FileStamp]) -> list[FileStamp]:
        """The stamps of these bundles; those that changed are verified, and wait to be taken in.

        A stamp without a digest says that the bundle was refused: the next sync tries again.
        """
        stamps = []
        for stamp in seen:
            before = known.get(stamp.path)
            try:
                digest = self.digest(stamp.path)
                if before is None or before.sha256 != digest:
                    self._verify(ledger, stamp.path)
            except (BundleError, OSError) as error:
                self._refuse(stamp.path, error)
                digest = ""
            stamps.append(replace(stamp, sha256=digest))
        return stamps

    def _verify(self, ledger: Ledger, path: str) -> None:
        with self.open(path) as bundle:
            if not bundle.public:
                run = bundle.runs[0].short
                raise BundleError(
                    f"{path} is not public: it may name a machine and a person",
                    f"where the run was made: studyctl runs export {run} --public; "
                    f"for yourself alone: studyctl runs import {path}",
                )
            with ledger.reading() as reader:
                verify(bundle, self.shelf, reader, path)
            self._verified.append((path, bundle))

    def take_in(self, ledger: Ledger, now: str) -> tuple[Import, ...]:
        """Take in what was verified, now that the items that it answers are known."""
        done = []
        for path, bundle in self._verified:
            try:
                done.append(take_in(ledger, bundle, self.shelf, path, now=now))
            except (BundleError, OSError) as error:  # raised before anything is written into the database
                self._refuse(path, error)
        return tuple(one for one in done if one.new)

    def _refuse(self, path: str, error: BundleError | OSError) -> None:
        if isinstance(error, OSError):
            message = f"{path} was not imported: {error.strerror or error}"
        else:
            message = f"{error.message}: {error.hint}" if error.hint else error.message
        self.problems.append(NoteProblem(path, 0, message))
