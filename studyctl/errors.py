"""The one family of errors: what went wrong, what to do next, and the exit code, standing together.

A mistake that a person can make is raised as a subclass of `StudyctlError` and printed as two lines (what, next
step). Everything else is our own bug: it is shown with its traceback and ends with exit code 70.
"""

from __future__ import annotations

EXIT_OK = 0
EXIT_BUG = 70


class StudyctlError(Exception):
    """Base of every error that a person can meet; `message` is one line, `hint` is the next step."""

    exit_code = 1

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        if hint:
            self.add_note(f"  {hint}")  # for whoever meets it as a traceback: in a script, a notebook, a test


class CheckFailed(StudyctlError):
    """A check that was asked for did not hold (`verify`, `doctor`)."""

    exit_code = 1


class UsageError(StudyctlError):
    """The command was typed wrongly: an unknown parameter, a value out of bounds, options that exclude each other."""

    exit_code = 2


class WorkspaceError(StudyctlError):
    """No workspace, an unreadable configuration, or a folder that may not be written."""

    exit_code = 3


class NotFoundError(StudyctlError):
    """No item, experiment, run or finding of that name."""

    exit_code = 4


class NoteError(StudyctlError):
    """A note cannot be read or must not be written: not UTF-8, gone, changed meanwhile, read-only."""

    exit_code = 5


class StoreError(StudyctlError):
    """`study.db`, a record or a bundle cannot be used: damaged, of a newer version, not writable, locked too long."""

    exit_code = 6


class BundleError(StoreError):
    """A bundle of runs cannot be made or used: damaged, tampered with, of a newer format, not fit to be public."""


class NotPublicError(BundleError):
    """Something private was found in what is to be public; `found` names each place."""

    def __init__(self, message: str, hint: str, found: list[str]) -> None:
        super().__init__(message, hint)
        self.found = found


class NeedsMigration(StoreError):
    """`study.db` is missing or of an older version: whoever may write opens the ledger first, which brings it up."""


class ConcurrentChange(StoreError):
    """Another command wrote between reading and writing; nothing was written, and trying again is safe."""


class ExperimentError(StudyctlError):
    """An experiment cannot be loaded, or its run failed."""

    exit_code = 7


class InputError(ExperimentError):
    """What an experiment was given to read is wrong: the message names the file and the place in it.

    It is a mistake in the person's files and none in the experiment's code: the run ends without a traceback, and the
    hint stands as the next step.
    """


class NoEvidenceError(StudyctlError):
    """The question has no recorded evidence yet."""

    exit_code = 8


class MissingExtraError(StudyctlError):
    """The experiment needs an optional dependency that is not installed."""

    exit_code = 9


class Interrupted(StudyctlError):
    """A signal ended the command (SIGINT, SIGTERM, SIGHUP)."""

    exit_code = 130
