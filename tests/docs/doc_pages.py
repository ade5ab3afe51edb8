"""The pages of the documentation, and what stands in them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
README = REPOSITORY / "README.md"
PAGES = (README, REPOSITORY / "CHANGELOG.md", *sorted((REPOSITORY / "docs").rglob("*.md")))
NAMES = [str(page.relative_to(REPOSITORY)) for page in PAGES]

_FENCE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)", re.DOTALL)
_HEADING = re.compile(r"^#{1,6} (.+)$", re.MULTILINE)


def prose(page: Path) -> str:
    """A page without its blocks of code."""
    return _FENCE.sub("", page.read_text("utf-8"))


def links(page: Path) -> list[str]:
    """The targets of a page's links and pictures."""
    return _LINK.findall(prose(page))


def anchors(page: Path) -> set[str]:
    """The fragments that a page's headings can be linked by, made as GitHub makes them."""
    found: set[str] = set()
    for heading in _HEADING.findall(prose(page)):
        plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).replace("`", "").strip().lower()
        kept = "".join(c for c in plain if c in "-_ " or unicodedata.category(c)[0] in "LN")
        found.add(kept.replace(" ", "-"))
    return found


def commands(page: Path) -> Iterator[str]:
    """Every command of studyctl that a page names, in blocks and in quotes."""
    text = page.read_text("utf-8")
    for block in _FENCE.findall(text):
        language, *lines = block.splitlines()
        begins = {"```console": r"\$ (studyctl\b.*)", "```sh": r"(studyctl\b.*)"}.get(language)
        for line in lines if begins else ():
            if found := re.match(str(begins), line):
                yield re.sub(r"\s+#.*", "", found[1])
    for quoted in re.findall(r"`([^`\n]+)`", prose(page)):
        if quoted.split()[:1] == ["studyctl"]:
            yield quoted
