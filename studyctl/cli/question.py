"""`studyctl question`."""

from __future__ import annotations

from studyctl.cli.commands import Group
from studyctl.cli.kinds import add_add, add_drop, add_list, add_show

app = Group("question", "List, show, add and drop questions.")
add_list(app, "question")
add_show(app, "question")
add_add(app, "question")
add_drop(app, "question")
