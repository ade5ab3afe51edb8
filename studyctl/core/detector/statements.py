"""Telling a statement from a phrase, an intention, and a question that is embedded in one.

A *statement* has a finite or nominalised predicate (빠름, 했다, "is faster"), or a clause connective before a verbal
noun (예측하고 … thresholding). A noun phrase is none, whatever it is about. Chinese shows neither, so that there a
predicate word decides. Texts come without markup.
"""

from __future__ import annotations

import re

from studyctl.core.detector import statement_patterns as patterns
from studyctl.core.detector.wording import bare_end, half_width


def _last_clause(text: str) -> str:
    """What stands behind the last colon or dash that parts a name from what is said of it."""
    for sign in (" : ", ": ", " - ", " – ", " — "):
        if sign in text:
            text = text.rsplit(sign, 1)[-1]
    return text.strip()


def _korean(text: str) -> bool:
    word = text.rsplit(None, 1)[-1]
    if patterns.KO_PHRASE.search(word) and not patterns.KO_SUBJECT.search(text):
        return False
    if patterns.KO_ADVERBIAL.search(text):
        return True
    if patterns.KO_FINITE.search(word) and not patterns.KO_NOT_FINITE.search(word):
        return True
    if patterns.KO_NOMINAL.search(word) and not patterns.KO_NOT_NOMINAL.search(word):
        return True
    if patterns.KO_SUBJECT.search(text):
        return True
    if word.endswith("음") and len(word) > 1 and (ord(word[-2]) - 0xAC00) % 28 == 20:  # "썼음", "있었음"
        return True
    if _nominalised(word) and patterns.KO_CASE.search(text[: -len(word)]):
        return True
    return _connected(text, word)


def _nominalised(word: str) -> bool:
    """Whether a word ends in ㅁ, as verbs do in notes ("외부 호출을 놓침"), and is no noun that does."""
    ends = (ord(word[-1]) - 0xAC00) % 28 == 16
    return ends and patterns.KO_NOT_NOMINAL.search(word) is None


def _connected(text: str, word: str) -> bool:
    """A clause connective, and a verbal noun at the end."""
    if not patterns.KO_VERBAL_NOUN.search(word):
        return False
    before = text[: len(text) - len(word)]
    return any(
        not patterns.KO_NOT_CONNECTIVE.search(before[max(0, m.start() - 6) : m.end() + 1])
        for m in patterns.KO_CONNECTIVE.finditer(before)
    )


def _english(text: str) -> bool:
    if (
        patterns.EN_BECAUSE.match(text)
        or patterns.EN_PRONOUN.match(text)
        or patterns.EN_THAN.search(text)
        or patterns.EN_ARGUE.search(text)
        or patterns.EN_AMBIGUOUS.search(text)
        or patterns.EN_PLURAL.search(text)
        or patterns.EN_PAST.match(text)
        or patterns.EN_ADVERB.search(text)
        or patterns.EN_OBJECT.search(text)
        or patterns.EN_PARTICIPLE.match(text)
        or patterns.EN_MANY.match(text)
        or text.partition(" ")[0].lower() in patterns.EN_NO_SUBJECT
    ):
        return True
    for match in patterns.EN_WORD.finditer(text):
        if match[0].lower().replace("’", "'") not in patterns.EN_FINITE:
            continue
        before = text[: match.start()]
        if not before.strip():
            continue  # "is it …", "can be …": no subject
        if not patterns.EN_RELATIVE.search(before[-80:]):
            return True
    return False


def is_statement(text: str) -> bool:
    """Whether the text says something (rather than naming it)."""
    ended = text.rstrip().endswith(("。", "．"))
    full = text.rstrip().endswith(".")
    text = half_width(text).strip().rstrip(".。… ")
    # A remark in parentheses at the end does not change what is said.
    while text.endswith(")") and "(" in text:
        text = text[: text.rindex("(")].rstrip(".。… ")
    text = bare_end(text)
    if not text or "?" in text[-3:]:
        return False
    last = text[-1]
    clause = _last_clause(text) or text
    if "가" <= last <= "힣":
        return _korean(clause)
    if "ぁ" <= last <= "ん":
        return not patterns.JA_NOT_FINITE.search(clause) and patterns.JA_FINITE.search(clause) is not None
    if _is_japanese(text):
        return patterns.JA_PREDICATIVE.search(clause) is not None
    if "一" <= last <= "龥" or any("一" <= c <= "龥" for c in clause[:40]):
        if patterns.ZH_PHRASE.search(clause) and not patterns.ZH_HAS.search(clause):
            return False
        if ended and len(clause) >= 6:  # a phrase bears no full stop
            return True
        return len(clause) >= (3 if clause[0] in "不没沒" else 4) and patterns.ZH_PREDICATE.search(clause) is not None
    if any("가" <= c <= "힣" for c in clause):
        return _connected(clause, clause.rsplit(None, 1)[-1])
    return _english(clause) or (full and len(clause.split()) >= 6)


def _is_japanese(text: str) -> bool:
    return any("ぁ" <= c <= "ヶ" for c in text)


def is_intention(text: str) -> bool:
    """Whether the text says what its writer means to do (확인할 것, 해보기, "check …")."""
    text = bare_end(half_width(text).strip())
    thing = patterns.THING.search(text)
    if thing and (ord(thing.group(1)) - 0xAC00) % 28 == 8:  # "-ㄹ 것"
        return True
    return patterns.INTENTION.search(text) is not None and patterns.INTENTION_NOT.search(text) is None


def embeds_question(text: str) -> bool:
    """Whether what is to be done is to find something out (얼마나 느린지 확인, "check whether …")."""
    return patterns.EMBEDDED.search(half_width(text).strip()) is not None


def may_want_to_know(text: str) -> bool:
    """Whether a text has what `wants_to_know` needs first; nearly every text has not."""
    return patterns.FIND_OUT.match(text) is not None if text.isascii() else _MAY_ASK.search(text) is not None


# A question word, or the verb with which an English text begins behind quotes.
_MAY_ASK = re.compile(
    "왜|어떻|얼마|무엇|뭐|뭘|어떤|언제|누가|なぜ|どう|为什|為什|怎|find|figure|check|understand", re.IGNORECASE
)


def wants_to_know(text: str) -> bool:
    """Whether a text outside of any label says, with a question word, that something is to be found out."""
    if not may_want_to_know(text):
        return False
    text = bare_end(half_width(text).strip())
    return patterns.ASKING.search(text) is not None and embeds_question(text) and is_intention(text)


def is_no_answer(text: str) -> bool:
    """Whether the text admits that there is no answer yet (모름, TBD, 未定)."""
    bare = bare_end(half_width(text).strip()).strip("()[]{} ")
    return not bare or patterns.NO_ANSWER.search(bare) is not None
