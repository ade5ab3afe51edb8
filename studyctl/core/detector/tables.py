"""Tables of a note: the line below a header, and the cells of a row."""

from __future__ import annotations

import re
from itertools import pairwise

from studyctl.core import ties

_DELIMITER = re.compile(r"\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)*\|?$")


def delimits(raw: str, text: str) -> bool:
    """Whether a line is the one below a table's header ("|---|---|")."""
    return "|" in raw and "-" in raw and _DELIMITER.match(text) is not None


def cells(raw: str, prose: str) -> list[str]:
    """The cells of a row, without ties; a pipe in inline code or behind a backslash parts nothing."""
    cuts = [i for i, c in enumerate(prose) if c == "|" and (i == 0 or prose[i - 1] != "\\")]
    edges = [-1, *cuts, len(raw)]
    found = [raw[a + 1 : b].strip() for a, b in pairwise(edges)]
    if prose.startswith("|"):
        found = found[1:]
    return [ties.strip_ties(cell).replace("\\|", "|") for cell in found]
