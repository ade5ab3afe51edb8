"""`studyctl reading`."""

from __future__ import annotations

from studyctl.cli.commands import Group
from studyctl.cli.kinds import add_add, add_drop, add_list, add_mark, add_show

app = Group("reading", "List, show, add, finish and drop papers to read.")
add_list(app, "reading")
add_show(app, "reading")
add_add(app, "reading")
add_mark(app, "reading", "done")
add_mark(app, "reading", "undone")
add_drop(app, "reading")
