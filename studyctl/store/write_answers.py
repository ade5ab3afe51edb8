"""Writing answers: a new one supersedes the current one, and nothing recorded is ever changed."""

from __future__ import annotations

from sqlalchemy import insert, update
from sqlmodel import Session, col, select

from studyctl.core import answers
from studyctl.core.models import Answer
from studyctl.errors import NotFoundError
from studyctl.store.tables import AnswerFigureRow, AnswerRow, EventRow, EvidenceRow, ItemRow, RunRow


def record(session: Session, answer: Answer) -> int:
    """Make it the item's current answer; its number in this workspace."""
    if session.get(ItemRow, answer.item) is None:
        raise NotFoundError(f"no item {answer.item}", "`studyctl item list` shows them")
    known = _recorded(session, answer)
    if known is not None:
        make_current(session, answer.item, known)
        return known
    retire(session, answer.item)
    number = add(session, answer, current=True)
    session.add(EventRow(item=answer.item, at=answer.recorded, what="answered", text=answers.said(answer)))
    return number


def _recorded(session: Session, answer: Answer) -> int | None:
    """The number of the very same answer, recorded at the same moment: recording it again adds nothing."""
    return session.exec(
        select(AnswerRow.number).where(
            AnswerRow.item == answer.item,
            AnswerRow.recorded == answer.recorded,
            AnswerRow.digest == answer.digest,
            AnswerRow.conclusion == answer.conclusion,
        )
    ).first()


def make_current(session: Session, item_id: str, number: int) -> None:
    """Let this one of the item's answers be the current one."""
    retire(session, item_id)
    session.exec(update(AnswerRow).where(col(AnswerRow.number) == number).values(current=True))


def retire(session: Session, item_id: str) -> None:
    """Leave the item without a current answer; its answers stay in its history."""
    session.exec(update(AnswerRow).where(col(AnswerRow.item) == item_id, col(AnswerRow.current)).values(current=False))


def withdraw(session: Session, item_id: str, why: str, *, now: str) -> None:
    """Leave the item without a current answer, and remember why."""
    retire(session, item_id)
    session.add(EventRow(item=item_id, at=now, what="answer withdrawn", text=why))


def add(session: Session, answer: Answer, *, current: bool) -> int:
    """Insert an answer with what it cites; NotFoundError where a cited run is unknown."""
    for run_id in dict.fromkeys(cited.run for cited in answer.evidence):
        if session.get(RunRow, run_id) is None:
            raise NotFoundError(
                f"the answer for {answer.item} cites run {run_id[:8]}, which is not in the database",
                "`studyctl doctor --fix` takes runs in from their folders",
            )
    row = AnswerRow(
        item=answer.item,
        current=current,
        author=answer.author,
        backed=answer.backed,
        quick=answer.quick,
        verdict=answer.verdict,
        conclusion=answer.conclusion,
        template=answer.template,
        question=answer.question,
        question_norm=answer.question_norm,
        recorded=answer.recorded,
        digest=answer.digest,
    )
    session.add(row)
    session.flush()
    assert row.number is not None
    evidence = [
        {"answer": row.number, "position": n, "run": e.run, "experiment": e.experiment}
        | {"finding": e.finding, "claim": e.claim, "verdict": e.verdict, "text": e.text}
        for n, e in enumerate(answer.evidence)
    ]
    if evidence:
        session.exec(insert(EvidenceRow), params=evidence)
    figures = [
        {"answer": row.number, "position": n, "name": name, "value": value}
        for n, (name, value) in enumerate(answer.figures)
    ]
    if figures:
        session.exec(insert(AnswerFigureRow), params=figures)
    return row.number
