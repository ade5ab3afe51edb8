"""The text that `answer --edit` opens in an editor, and what a person left of it.

Above a cut line stand the words of the answer, as the template that is recorded; below it, what one needs at hand:
the question, the findings, and every figure that a text may cite. Pure.
"""

from __future__ import annotations

from collections.abc import Sequence

from studyctl.core import answers, templates
from studyctl.core.models import Item

CUT = "<!-- studyctl: the answer stands above this line; what is below it is not kept -->"


def draft(item: Item, choices: Sequence[answers.Choice], text: str) -> str:
    """What is opened: `text`, the cut line, and the evidence."""
    lines = [text, "", CUT, "", f"{item.id}  {item.text}", ""]
    if choices:
        lines += ["Findings:", ""]
        lines += [
            f"- {f.verdict or 'found'}  {c.experiment}.{f.key}{f' on {c.machine}' if c.machine else ''}: {f.text}"
            for c in choices
            for f in c.findings
        ]
        lines += ["", "Figures, to be cited as {NAME} or {NAME:.2f}; they are pinned when the answer is recorded:", ""]
        # What the findings rest on first: an experiment may have recorded a thousand figures.
        deciding = answers.deciding(choices)
        every = answers.available(choices)
        lines += [f"    {{{name}}} = {value}" for name, value in sorted(deciding.items())]
        rest = sorted(name for name in every if name not in deciding)
        lines += [f"    {{{name}}} = {templates.exact(every[name])}" for name in rest]
    else:
        lines += ["No run has findings for it: what you write is recorded without evidence, and marked so."]
    return "\n".join(lines) + "\n"


def text_of(edited: str) -> str:
    """The person's words: what stands above the cut line, or all where they took it away."""
    return edited.partition(CUT)[0].strip()
