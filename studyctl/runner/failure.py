"""A failed run's traceback, shortened to what its author wrote."""

from __future__ import annotations

import traceback
from pathlib import Path

from studyctl.errors import StudyctlError

# More of them is a recursion, whose beginning and end say it all.
SHOWN_FRAMES = 12


def shortened(error: BaseException, root: Path) -> str:
    """The traceback with the frames of files below `root`, and the innermost one wherever it is.

    Paths are relative to the workspace or to where the library is installed: a record names no machine.
    """
    whole = traceback.TracebackException.from_exception(error)
    one: traceback.TracebackException | None = whole
    while one is not None:
        one.stack = _frames(one.stack, root)
        one = one.__cause__ or (None if one.__suppress_context__ else one.__context__)
    text = "".join(whole.format()).rstrip()
    if isinstance(error, StudyctlError) and error.hint:
        text += f"\n  {error.hint}"
    return text


def _frames(stack: traceback.StackSummary, root: Path) -> traceback.StackSummary:
    kept = [
        frame
        for at, frame in enumerate(stack)
        if (Path(frame.filename).is_relative_to(root) and not _ours(frame.filename)) or at == len(stack) - 1
    ]
    # The innermost frame is ours where an author's mistake was refused: the line above it is the one to read.
    if len(kept) > 1 and _ours(kept[-1].filename):
        kept.pop()
    if len(kept) > SHOWN_FRAMES:
        kept = kept[: SHOWN_FRAMES // 2] + kept[-SHOWN_FRAMES // 2 :]
    return traceback.StackSummary.from_list(
        [traceback.FrameSummary(_shown(f.filename, root), f.lineno, f.name, line=f.line) for f in kept]
    )


def _ours(filename: str) -> bool:
    return Path(filename).is_relative_to(Path(__file__).parent.parent)


def _shown(filename: str, root: Path) -> str:
    path = Path(filename)
    if path.is_relative_to(root):
        return path.relative_to(root).as_posix()
    for folder in ("site-packages", "dist-packages"):
        if folder in path.parts:
            return Path(*path.parts[path.parts.index(folder) + 1 :]).as_posix()
    return path.name
