"""`studyctl todo`."""

from __future__ import annotations

from studyctl.cli.commands import Group
from studyctl.cli.kinds import add_add, add_drop, add_list, add_mark, add_show

app = Group("todo", "List, show, add, finish and drop todos.")
add_list(app, "todo")
add_show(app, "todo")
add_add(app, "todo")
add_mark(app, "todo", "done")
add_mark(app, "todo", "undone")
add_drop(app, "todo")
