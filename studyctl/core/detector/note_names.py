"""What a note's own name says of all that it lists: `todo.md`, `reading-list.md`, 待办.md, 읽을 논문.md.

A name counts as a whole, but for a project before it and a date around it; a label within the note has the last word
on what stands below it.
"""

from __future__ import annotations

import re
from typing import Literal

from studyctl.core.detector.label_names import Register, whole_of
from studyctl.core.detector.labels import clean

Listed = Literal["question", "todo", "reading"]

_TODO = whole_of(
    r"(?:[\w'+.]+ ){0,2}to ?-?do'?s?(?: list)?|(?:my |open |the )?(?:tasks|task list)|chores|errands",
    r"(?:.{1,12} )?(?:할 ?일|할 ?일들|할 ?일 ?(?:목록|리스트)|해야 ?할 ?(?:일|것)(?:들)?|투두|투두 ?리스트)",
    r"(?:.{1,12}の)?(?:やること|やりたいこと|タスク)(?:リスト|一覧)?",
    r"(?:待办|待辦|代办|待办事项|待辦事項|代办事项)(?:清单|清單|列表)?|任务清单|任務清單",
)
_READING = whole_of(
    r"(?:my )?(?:to[- ]?read|reading ?list|tbr|watch ?list|to[- ]?watch|reading queue)",
    r"(?:my )?(?:books?|papers?|articles?|things|movies|films|what) to (?:read|watch)",
    r"읽을 ?(?:책|논문|것|것들|거리|글)(?: ?(?:목록|리스트))?|읽고 ?싶은 ?(?:책|논문|것|글)"
    r"|(?:독서|논문|도서) ?(?:목록|리스트)|보고 ?싶은 ?(?:영화|것)",
    r"(?:読みたい|読む|あとで読む)(?:本|論文|もの)?(?:リスト|一覧)?|積読|積ん読|積読リスト|読書リスト|論文リスト",
    r"书单|書單|待读|待讀|想读|想讀|想看|片单|片單|(?:待读|待讀|阅读|閱讀|读书|讀書|论文|論文)(?:书单|書單|清单|清單|列表)",
)
_QUESTION = whole_of(
    r"(?:(?:my|open|unanswered|remaining|research) )?questions",
    r"(?:내 |남은 |열린 )?질문(?:들)?(?: ?(?:목록|모음))?|궁금한 ?(?:것|점)(?:들)?|의문점?(?:들)?",
    r"疑問(?:点|リスト|一覧)?|質問(?:リスト|一覧)|(?:わ|分)からないこと",
    r"(?:我的|待解决的?|待解決的?)?(?:疑问|疑問|问题|問題)(?:清单|清單|列表)?",
)
_NAMES = Register[Listed](((_TODO, "todo"), (_READING, "reading"), (_QUESTION, "question")))
_SUFFIX = re.compile(r"\.\w{1,8}$")
_BETWEEN = re.compile(r"[-_ ]+")
# A date, a year, a number before a name or behind it.
_NUMBERS = re.compile(r"^(?:[\d.~]+ )+|(?: [\d.~]+)+$")


def kind_of_note(note: str) -> Listed | None:
    """What a note at this path lists, by its name."""
    stem = _SUFFIX.sub("", note.rpartition("/")[2])
    words = _NUMBERS.sub("", _BETWEEN.sub(" ", clean(stem)).casefold())
    return next(_NAMES.find(words), None)
