"""Why something was taken for an item, in a sentence: each rule of the detector, for people to judge."""

from __future__ import annotations

SENTENCES: dict[str, str] = {
    "question-label.leaf": "stands below a label such as Questions, with nothing below it",
    "question-label.wording": "stands below a label such as Questions, and is worded as a question",
    "question-label.parent-of-statement": "stands below a label such as Questions, with a statement below it",
    "question-label.intention": "says what to do, below a label by whose words something is unclear",
    "todo-label": "stands below a label such as Todo",
    "todo-label.reading": "is a paper that stands directly below a label such as Todo",
    "reading-label.child": "stands directly below a label such as To read",
    "reading-label.question": "asks something, within what is to be read",
    "reading-label.intention": "says what to do, within what is to be read",
    "beneath-question.statement": "states something below a question",
    "wording.mark": "ends with a question mark",
    "wording.ending": "ends as a question does",
    "wording.doubt": "says that something is not understood",
    "beneath-question.answer": "is given as the answer (A:, an arrow, the cell beside it)",
    "wording.embedded": "says that something is to be found out",
    "wording.intention": "says what its writer means to do",
    "wording.reading": "is a link, with a remark that it was not read yet",
    "wording.done": "ends in a word that it is done, as others of its list do",
    "learned.question": "stands in what reads like a list of questions, by its head and its lines",
    "learned.todo": "stands in what reads like a list of what is to be done, by its head and its lines",
    "learned.reading": "stands in what reads like a list of what is to be read, by its head and its lines",
    "box": "has a checkbox",
    "box.question": "has a checkbox, and is worded as a question",
    "box.reading": "has a checkbox, and is a paper or a link",
    "marker": "begins with a word such as TODO or DONE",
    "marker.question": "begins with a word such as TODO, and is worded as a question",
    "marker.reading": "begins with a word such as TODO, and is a paper or a link",
    "marker.heading": "is a paper with a bare TODO below it",
    "heading.question": "is a heading that asks something",
    "inline-label": "begins with its own label (질문: …, Todo: …)",
    "note-name.question": "stands in a note that is named after its questions (questions.md, 질문.md)",
    "note-name.todo": "stands in a note that is named after what is to be done (todo.md, 待办.md)",
    "note-name.reading": "stands in a note that is named after what is to be read (reading-list.md, 積読.md)",
    "own-mark": "has a mark that studyctl.toml names",
    "callout": "stands in a callout of questions or todos",
    "table": "stands in a table whose header says question, or below a label of todos",
    "qa": "is written as Q: or Q1.",
}


def sentence(rule: str) -> str:
    """The sentence of a rule; of its family where the rule itself has none."""
    while rule:
        if rule in SENTENCES:
            return SENTENCES[rule]
        rule = rule.rpartition(".")[0]
    return ""
