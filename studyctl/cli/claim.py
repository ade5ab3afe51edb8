"""`studyctl claim`."""

from __future__ import annotations

from studyctl.cli.commands import Group
from studyctl.cli.kinds import add_add, add_drop, add_list, add_show

app = Group("claim", "List, show, add and drop observations to check.")
add_list(app, "claim")
add_show(app, "claim")
add_add(app, "claim")
add_drop(app, "claim")
