"""What the detector found, as tests write it down."""

from __future__ import annotations

from studyctl.core.models import Found


def letters(found: Found) -> str:
    """The letter of its kind; "QT" is a question that is a todo as well."""
    return found.kind[0].upper() + (found.also[0].upper() if found.also else "")
