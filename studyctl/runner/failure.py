"""What a failed run says: its traceback, shortened to what its author wrote, or what is wrong with its input."""

from __future__ import annotations

import traceback
from collections.abc import Sequence
from pathlib import Path

from studyctl.core.steps import step_of
from studyctl.errors import InputError, StudyctlError
from studyctl.runner.located import INSTALLED

# More of them is a recursion, whose beginning and end say it all.
SHOWN_FRAMES = 12
_US = Path(__file__).parents[1]


def shortened(error: BaseException, *roots: Path) -> str:
    """The traceback with the frames of files below `roots`, and the innermost one wherever it is.

    Paths are relative to the first of them, the workspace, or to where the library is installed: a record names no
    machine. What caused the error, and what a group holds, is shortened alike.
    """
    whole = traceback.TracebackException.from_exception(error)
    waiting: list[traceback.TracebackException | None] = [whole]
    while waiting:
        one = waiting.pop()
        if one is not None:
            one.stack = _frames(one.stack, roots)
            waiting += [one.__cause__, one.__context__, *(one.exceptions or ())]
    return "".join(whole.format()).rstrip()


def told(error: BaseException, *roots: Path) -> str:
    """How a run ended, for its record and its log: what is wrong with what it was given to read, or the traceback."""
    if isinstance(error, InputError):
        return f"{error.message}\n  {error.hint}" if error.hint else error.message
    return shortened(error, *roots)


def said(error: BaseException, *roots: Path) -> dict[str, str]:
    """An error in a few words: what it was, the author's line that it came from, the step that was going on.

    Of what is wrong with the files that a person gave: what, and the next step.
    """
    if isinstance(error, InputError):
        return {"what": error.message, "next": error.hint}
    # Ours says all in its message.
    kind = "" if isinstance(error, StudyctlError) else type(error).__name__
    message = str(error.args[0] if isinstance(error, SyntaxError) and error.args else error).strip()
    found = {"what": ": ".join(filter(None, (kind, message.partition("\n")[0])))}
    own = [frame for frame in traceback.extract_tb(error.__traceback__) if is_own(frame.filename, roots)]
    if own:
        found["where"] = f"{_shown(own[-1].filename, roots)}, line {own[-1].lineno}"
    step = step_of(error)
    return found | ({"step": step} if step else {})


def is_own(filename: str, roots: Sequence[Path]) -> bool:
    """Whether a file is the author's: below one of `roots`, and neither studyctl's nor installed below them."""
    path = Path(filename)
    if path.is_relative_to(_US):
        return False
    return any(
        path.is_relative_to(root) and not any(part in INSTALLED for part in path.relative_to(root).parts)
        for root in roots
    )


def _frames(stack: traceback.StackSummary, roots: Sequence[Path]) -> traceback.StackSummary:
    kept = [frame for at, frame in enumerate(stack) if is_own(frame.filename, roots) or at == len(stack) - 1]
    # The innermost frame is ours where an author's mistake was refused: the line above it is the one to read.
    if len(kept) > 1 and Path(kept[-1].filename).is_relative_to(_US):
        kept.pop()
    if len(kept) > SHOWN_FRAMES:
        kept = kept[: SHOWN_FRAMES // 2] + kept[-SHOWN_FRAMES // 2 :]
    return traceback.StackSummary.from_list(
        [traceback.FrameSummary(_shown(f.filename, roots), f.lineno, f.name, line=f.line) for f in kept]
    )


def _shown(filename: str, roots: Sequence[Path]) -> str:
    path = Path(filename)
    if is_own(filename, roots[:1]):
        return path.relative_to(roots[0]).as_posix()
    for folder in INSTALLED:
        if folder in path.parts:
            return Path(*path.parts[path.parts.index(folder) + 1 :]).as_posix()
    package = next((root.parent for root in roots[1:] if path.is_relative_to(root.parent)), path.parent)
    return path.relative_to(package).as_posix()
