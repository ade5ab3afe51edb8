"""A text in the person's own editor, kept in a file as long as something may go wrong with it."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from studyctl.errors import CheckFailed, StudyctlError, UsageError


@contextmanager
def editing(text: str, prefix: str) -> Iterator[str]:
    """The text as the person left it, while the block works with it; an error in the block keeps the file."""
    from studyctl.app.editor import at_line, editor_of

    editor = editor_of(os.environ)
    handle, name = tempfile.mkstemp(prefix=prefix, suffix=".md")
    file = Path(name)
    with os.fdopen(handle, "w", encoding="utf-8") as stream:
        stream.write(text)
    command, _ = at_line(editor, name, 1, windows=os.name == "nt")
    try:
        code = subprocess.run(command, check=False).returncode
    except OSError as error:
        file.unlink()
        raise UsageError(f"cannot start {command[0]}: {error.strerror}", "check VISUAL and EDITOR") from error
    if code:
        raise CheckFailed(f"{command[0]} ended with code {code}; nothing was recorded", f"the text is kept in {file}")
    try:
        yield file.read_text("utf-8")
    except StudyctlError as error:
        kept = f"what you wrote is kept in {file}"
        raise type(error)(error.message, f"{error.hint}; {kept}" if error.hint else kept) from error
    except UnicodeDecodeError as error:
        raise CheckFailed("what the editor left is not UTF-8; nothing was recorded", f"it is kept in {file}") from error
    file.unlink(missing_ok=True)
