"""Why something was taken for an item, in a sentence: each rule of the detector, for people to judge."""

from __future__ import annotations

SENTENCES: dict[str, str] = {
    "question-label.leaf": "stands below a label such as Questions, with nothing below it",
    "question-label.wording": "stands below a label such as Questions, and is worded as a question",
    "question-label.parent-of-statement": "stands below a label such as Questions, with a statement below it",
    "todo-label": "stands below a label such as Todo",
    "reading-label.child": "stands directly below a label such as To read",
    "reading-label.question": "asks something, within what is to be read",
    "reading-label.intention": "says what to do, within what is to be read",
    "beneath-question.statement": "states something below a question",
    "wording.mark": "ends with a question mark",
    "wording.ending": "ends as a question does",
    "wording.doubt": "says that something is not understood",
    "box": "has a checkbox",
    "marker": "begins with a word such as TODO or DONE",
    "heading.question": "is a heading that asks something",
    "callout": "stands in a callout of questions or todos",
    "table": "stands in a table whose header says question",
    "qa": "is written as Q: or Q1.",
}


def sentence(rule: str) -> str:
    """The sentence of a rule; of its family where the rule itself has none."""
    while rule:
        if rule in SENTENCES:
            return SENTENCES[rule]
        rule = rule.rpartition(".")[0]
    return ""
