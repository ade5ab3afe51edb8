"""Headings and the rows of tables: which of them are items, and what they make of what stands below."""

from __future__ import annotations

import re

from studyctl.core.detector import wording
from studyctl.core.detector.blocks import BOLD_LINE, Node, question_prefix
from studyctl.core.detector.items import FREE, Confidence, Judged, Zone
from studyctl.core.detector.judge import Judge
from studyctl.core.detector.labels import head_of, is_bare_question, label_of
from studyctl.core.detector.sources import is_citation, looks_like_paper, only_links, title_like
from studyctl.core.detector.statements import is_no_answer
from studyctl.core.models import Mark

# What makes a column one of questions; "Unclear?" is a property of its rows.
_NOUN = re.compile(r"question|질문|의문|물음|궁금|質問|疑問|问题|問題|疑问", re.IGNORECASE)
# What a cell says that holds nothing.
_EMPTY_CELL = re.compile(
    r"[(（]?(?:없음|없다|無し?|なし|特になし|无|無|没有|沒有|none|n/?a|nil|nothing)[)）]?\W*", re.IGNORECASE
)
# Columns of a table that answer nothing.
_OTHER_COLUMN = re.compile(
    r"(?:#|no\.?|id|date|status|state|done|priority|tags?|topic|category|owner|who|when|source"
    r"|ref(?:erence)?s?|link|날짜|상태|번호|분류|주제|비고|출처|중요도|우선순위|日付|状態|番号|分類|備考"
    r"|出典|日期|状态|狀態|编号|分类|备注|來源|来源)",
    re.IGNORECASE,
)
_TASK_COLUMN = re.compile(
    r"(?:action )?(?:items?|tasks?|actions?|what|to ?do)|할 ?일|내용|업무|작업|항목|タスク|作業|内容|やること|項目"
    r"|事项|事項|任务|任務|内容|待办|待辦|行动项",
    re.IGNORECASE,
)

# What makes a column one of works: what a row of a reading list names.
_WORK_COLUMN = re.compile(
    r"titles?|names?|books?|papers?|articles?|courses?|videos?|movies?|films?|anime|manga|shows?|series|what"
    r"|제목|책|책 ?제목|도서|도서명|논문|논문 ?제목|작품|이름|タイトル|題名|書名|本|論文|論文名|作品|作品名"
    r"|标题|標題|书名|書名|书|書|论文|論文|论文标题|作品|名称|名稱",
    re.IGNORECASE,
)
_STATE_COLUMN = re.compile(
    r"status|state|done|read|finished|watched|seen|progress|상태|완료|완독|읽음|여부|읽음 ?여부|状態|読了|既読|済"
    r"|状态|狀態|已读|已讀|读完|進度|进度",
    re.IGNORECASE,
)
_DONE_CELL = re.compile(
    r"[✅✔☑✓]\ufe0f?|x|o|yes|y|done|read|finished|completed?|watched|seen|완료|완독|읽음|다 ?읽음|読了|既読|済み?|完了"
    r"|已读|已讀|读完|讀完|完成|看完",
    re.IGNORECASE,
)
_DOING_CELL = re.compile(
    r"(?:currently )?reading|in progress|started|doing|watching|읽는 ?중|진행 ?중|読書中|読み中|途中|在读|在讀|进行中",
    re.IGNORECASE,
)


def judge_heading(judge: Judge, one: Judged) -> None:
    node, zone = one.node, judge.zone(one)
    label = judge.label(node)
    if label is not None and zone.scope != "toc":
        judge.set_role(one, "label", judge.labelled(label, node))
        if label.scope == "answer" and zone.scope == "heading":
            one.zone, one.block = zone, -1
        elif label.scope in ("answer", "form"):
            one.zone = FREE
        return
    inherits = zone.scope in ("question", "todo", "reading", "reference", "toc", "example") and not zone.by_words
    inherited = zone if inherits else _led_here(judge, node)
    judge.set_role(one, "topic", inherited)
    if zone.scope in ("toc", "reference", "quote", "example") or not node.words:
        return
    marker = node.marker
    if marker and node.text and judge.put(one, "todo", "marker", marker=marker):
        one.zone = Zone("todo", family="todo-label") if node.level > BOLD_LINE else Zone("task")
        return
    begin = question_prefix(node.prose)
    rest = node.raw[begin:].strip() if begin else ""
    if rest and (wording.question(rest) or wording.is_prompt(rest)) and judge.put(one, "question", "qa", text=rest):
        one.zone = Zone("heading")
        return
    if _asks(node) and zone.scope != "reading":
        rule = f"{zone.family}.wording" if zone.scope == "question" else "heading.question"
        asks = node.asks
        confidence: Confidence = asks.confidence if asks else "high"
        if judge.put(one, "question", rule, confidence=confidence, mark=zone.mark):
            one.zone = Zone("heading")
            return
    if zone.scope != "reading":
        return
    if (title_like(node.words) or is_citation(node.words)) and not _holds_papers(node):
        one.zone = Zone("reading-deep") if judge.put(one, "reading", "reading-label.child") else inherited


def _led_here(judge: Judge, node: Node) -> Zone:
    """The zone that a line before this one opens: "任务安排：", with "第一次迭代：" and its list behind it."""
    before = judge.by_node.get(id(node.before)) if node.before and node.level >= BOLD_LINE else None
    if before is None or before.node.kind != "para" or before.item is not None:
        return FREE
    prose = before.node.prose
    if not prose.endswith((":", "：")):
        return FREE
    label, head = label_of(prose, judge.extra), head_of(prose)
    if label is not None and not label.weak and label.scope in ("question", "todo", "reading"):
        return judge.labelled(label, before.node)
    return Zone(head.scope, family=f"{head.scope}-label", by_words=True) if head is not None and head.sure else FREE


def _asks(node: Node) -> bool:
    """Whether a heading stands alone as a question."""
    words = node.words
    if wording.requests(words) and len(words) <= 160:
        return True
    asks = wording.question(words)
    if asks is None or not asks.whole or len(words) > 160 or asks.rule == "wording.doubt":
        return False
    if asks.rule == "wording.ending" and words.isascii():
        return False  # "How it works", "Which ports are open" name what follows
    if is_bare_question(node.prose) or wording.to_reader(words) or only_links(node.raw):
        return False
    return not (node.level == 1 and title_like(words))


def _holds_papers(node: Node) -> bool:
    return any(child.kind == "bullet" and looks_like_paper(child.raw, child.words) for child in node.children)


def judge_row(judge: Judge, one: Judged) -> None:
    """A row of a table whose header says question; the answer stands in the cell beside it."""
    node = one.node
    scopes = [_column(judge, cell) for cell in node.header]
    if "question" not in scopes:
        if judge.zone(one).scope == "todo" and (text := _task_of(node)):
            judge.put(one, "todo", "table", text=text)
        elif judge.zone(one).scope == "reading" and (text := _named_in(node, _WORK_COLUMN)):
            judge.put(one, "reading", "table", text=text, mark=_state_of(node) or judge.zone(one).mark)
        return
    column = scopes.index("question")
    text = node.cells[column] if column < len(node.cells) else ""
    if (
        not text.strip(" .-…")
        or _EMPTY_CELL.fullmatch(text.strip())
        or not judge.put(one, "question", "table", text=text)
    ):
        return
    beside = scopes.index("answer") if "answer" in scopes else column + 1
    if beside >= len(node.header) or _OTHER_COLUMN.fullmatch(node.header[beside].strip()):
        return
    said = node.cells[beside] if beside < len(node.cells) else ""
    if is_no_answer(said) or "?" in said[-2:]:
        return
    second = Judged(node, one, one, one.topic, second=True)
    if judge.answer(second, one, said, "beneath-question.answer"):
        judge.judged.append(second)


def _column(judge: Judge, header: str) -> str:
    if header.strip(" *_").casefold() in ("q", "question", "questions", "문제"):
        return "question"
    if header.strip(" *_").casefold() in ("a", "answer", "answers"):
        return "answer"
    label = label_of(header, judge.extra) if header else None
    if label is None or (label.scope == "question" and not _NOUN.search(header)):
        return ""
    return label.scope


def _task_of(node: Node) -> str:
    """What is to be done, in a row of a table below a label of todos: the cell that names it."""
    return _named_in(node, _TASK_COLUMN)


def _named_in(node: Node, column: re.Pattern[str]) -> str:
    """The cell of a row that stands in the first column of a kind; empty without one."""
    named = next((k for k, header in enumerate(node.header) if column.fullmatch(header.strip(" *_"))), None)
    if named is None or named >= len(node.cells):
        return ""
    return node.cells[named].strip(" .-…")


def _state_of(node: Node) -> Mark | None:
    """What a row of a reading list says of its state, where a column is for that."""
    said = _named_in(node, _STATE_COLUMN)
    return "done" if _DONE_CELL.fullmatch(said) else "doing" if _DOING_CELL.fullmatch(said) else None
