"""Question wording: question marks, question endings and words of doubt, in four languages.

Everything here looks at words only; where they stand (below which label, in which heading) is for the detector.
Texts come without markup (`core.markup.plain`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from studyctl.core.detector import wording_patterns as patterns

Rule = Literal["wording.mark", "wording.ending", "wording.doubt"]


@dataclass(frozen=True, slots=True)
class Wording:
    """How a text shows that it asks something."""

    rule: Rule
    confidence: Literal["high", "low"] = "high"
    whole: bool = True  # the question is what the text ends in (not followed by an answer or a remark)


def half_width(text: str) -> str:
    """The text with full-width marks as half-width ones, for matching only."""
    return text.translate(patterns.HALF) if not text.isascii() and patterns.FULL.search(text) else text


def bare_end(text: str) -> str:
    """The text without what may follow its last word: quotes, closing brackets, full stops, emphasis, emoji, tears."""
    text = text.rstrip(patterns.CLOSERS)
    if text[-1:] > "\u2190" and not _is_letter(text[-1]) and (flourish := patterns.LAST_FLOURISH.search(text)):
        text = text[: flourish.start()].rstrip(patterns.CLOSERS)
    return text


def _is_letter(character: str) -> bool:
    """Whether a character is a letter of a word, not one in which people weep."""
    return "가" <= character <= "힣" or "ぁ" <= character <= "ヿ" or ("一" <= character <= "龥" and character != "泣")


def sentences(text: str) -> list[str]:
    """Sentences of a text, also those that an arrow parts."""
    return [piece for piece in patterns.SENTENCE_END.split(half_width(text)) if piece.strip()]


def hedged(text: str) -> bool:
    """Whether the text guesses rather than asks."""
    return patterns.HEDGE.search(text) is not None


def _korean_ending(text: str) -> bool:
    word = text.rsplit(None, 1)[-1] if text else ""
    if not word or word[-1] not in _KO_LAST:
        return False
    if word == "하나":
        return text.endswith("야 하나")
    if patterns.KO_NOUN.search(word) and not (patterns.KO_ASK.search(text) and word.endswith(("인지", "인가", "던가"))):
        return False
    if patterns.KO_ENDING.search(word):
        return True
    rieul = patterns.KO_RIEUL_KKA.search(word)
    if rieul and (ord(rieul.group(1)) - 0xAC00) % 28 == 8:  # a syllable that ends in ㄹ: "-ㄹ까"
        return True
    if len(word) > 2 and word.endswith("나") and patterns.KO_CLAUSE.search(text[: -len(word)]):
        return True
    asks = patterns.KO_ASK.search(text) is not None
    nieun = patterns.KO_NIEUN.search(word)
    if nieun and (ord(nieun.group(1)) - 0xAC00) % 28 == 4 and asks:  # "-ㄴ가", "-ㄴ지"
        return True
    return asks and patterns.KO_LOOSE.search(word) is not None


def _behind_colon(text: str) -> bool:
    """Whether an English text asks behind what it is about, or who asks it ("rye: why does it …")."""
    begin = text.rfind(": ") + 2
    return begin > 1 and patterns.EN_START.match(text, begin) is not None


def question_ending(text: str) -> bool:
    """Whether a text without a question mark ends (or, in Chinese and English, begins) like a question."""
    text = half_width(text).strip()
    if text[-1:] == ")" and (aside := patterns.LAST_ASIDE.search(text)):
        text = text[: aside.start()]
    text = bare_end(text)
    if not text:
        return False
    if "か、" in text[-16:]:
        text = text[: text.rindex("か、") + 1]  # a remark behind the question
    if remark := patterns.ZH_REMARK.search(text):
        text = text[: remark.start() + 1]
    last = text[-1]
    if "가" <= last <= "힣":
        return _korean_ending(text)
    if "ぁ" <= last <= "ん":
        if patterns.JA_ENDING.search(text) and not patterns.JA_NOT.search(text):
            return last not in "はう" or patterns.JA_ASK.search(text) is not None
        if last == "か" and patterns.JA_NOUN_KA.search(text):
            return True
        if patterns.JA_WHY.match(text):  # "なぜ2回呼ばれる"
            return True
        # "どこに置くか", but not "どこか"
        return last == "か" and patterns.JA_ASK.search(text[:-2]) is not None and text[-2:-1] in patterns.JA_VERB_END
    if "一" <= last <= "龥":
        if patterns.JA_ENDING.search(text):
            return True
        if patterns.ZH_CONTROL.search(text):
            return False
        if "不" in text and patterns.ZH_OR_NOT.search(text, text.rfind(",") + 1):
            return True
        return bool(
            patterns.ZH_ENDING.search(text)
            or (len(text) <= 60 and (patterns.ZH_START.search(text) or patterns.ZH_INSIDE.search(text)))
        )
    if last.isascii():
        if len(text) <= 160 and (patterns.EN_START.match(text) or _behind_colon(text)):
            return True
        if len(text) > 60 or text.isascii() or (last == ":" and not patterns.ZH_START.match(text)):
            return False  # "記錄一下怎麼解決的坑:" leads to what it names
        # Chinese that ends in a number, a unit, a name
        return bool(
            patterns.ZH_START.match(text)
            or (_HAN.match(text) and patterns.ZH_INSIDE.search(text) and not patterns.ZH_CONTROL.search(text))
        )
    return False


def asks_by_order(text: str) -> bool:
    """Whether an English text has the word order of a question; without its mark, that counts below a label only."""
    return patterns.EN_ORDER.match(text) is not None


def doubt(text: str) -> bool:
    """Whether the text says that the writer does not know or understand something."""
    if not _HINT_DOUBT.search(text.lower()):
        return False
    return patterns.DOUBT.search(text) is not None and patterns.NO_DOUBT.search(text) is None


_FEW_WORDS = 5
_HAN = re.compile("^[^ぁ-ヿ가-힣]*$")
_KO_LAST = frozenset("름까나지가냐죠요네래엇야임대라데")
# A sentence that ends in a Korean word, with nothing in it at which it could be parted into several.
_ONE_KOREAN = re.compile(f"[^?？!！.。→⇒⟶➡=:：>]*([가-힣])[{re.escape(patterns.CLOSERS)}]*$")


def _any_of(words: list[str]) -> re.Pattern[str]:
    """A pattern that finds one of the words, put together by their first characters, for which `re` looks alone."""
    rest: dict[str, list[str]] = {}
    for word in words:
        rest.setdefault(word[0], []).append(word[1:])
    return re.compile(
        "|".join(f"{re.escape(first)}(?:{'|'.join(map(re.escape, each))})" for first, each in rest.items())
    )


_HINT_EN = _any_of(patterns.HINT_EN.pattern.split("|"))
_HINT_DOUBT = _any_of(patterns.HINT_DOUBT.pattern.split("|"))


def _hinted(text: str) -> bool:
    """Whether a text has one of the hints; all but the question mark are beyond ASCII."""
    if text.isascii():
        return "?" in text
    return patterns.HINT.search(text) is not None or ("不" in text and patterns.ZH_OR_NOT.search(text) is not None)


def may_ask(text: str) -> bool:
    """Whether a text has anything of what a question has; nearly every text that is none has not."""
    if not (_hinted(text) or _HINT_EN.search(text.lower()) or patterns.HINT_FIRST.match(text)):
        return False
    # In Korean, syllables that end questions stand everywhere: of one sentence, the last one decides.
    korean = None if text.isascii() else _ONE_KOREAN.match(text)
    return korean is None or korean[1] in _KO_LAST or _HINT_DOUBT.search(text.lower()) is not None


def _doubted(text: str) -> bool:
    """Whether a mark by itself stands behind a whole sentence ("the weights form a cube (?)"), and doubts all of it."""
    return text.isascii() and patterns.ALONE_AT_END.search(text) is not None and len(text.split()) > _FEW_WORDS


def question(text: str) -> Wording | None:
    """How the text asks something, or None: by a question mark, by an ending, or by words of doubt."""
    if not may_ask(text):
        return None
    half = half_width(text).strip()
    if _doubted(half):
        return Wording("wording.doubt", "low")
    half = patterns.BARE_MARK.sub("", half).strip()
    if patterns.SOLVED.search(half):
        return None
    half = patterns.ASKER.sub("", half)
    if half[:1] == "?":
        if patterns.LEADING_MARK.match(half):
            return Wording("wording.mark")
        half = half.lstrip("? ")
        if half[:3] == "is ":
            return None  # "?? is the operator that …"
    if patterns.QUOTES.search(half):
        half = _outside_quotes(half)
    found = _marked(half) if "?" in half else None
    if found:
        return found
    pieces = sentences(half)
    for index, piece in enumerate(pieces):
        if question_ending(piece):
            return Wording("wording.ending", "low" if hedged(piece) else "high", index == len(pieces) - 1)
    if doubt(half):
        return Wording("wording.doubt", "low" if hedged(half) else "high")
    return None


def _outside_quotes(text: str) -> str:
    """The text with what it quotes taken out: somebody else asks that."""
    return patterns.QUOTED.sub("\ufffc", text)


def _asks_something(aside: str) -> bool:
    """Whether a remark in parentheses is a question, not a doubtful word such as "(done?)" or "(2021?)"."""
    return len(aside.split()) >= 3 or patterns.HINT_ASIDE.search(aside) is not None


def _marked(text: str) -> Wording | None:
    """A question mark that ends a sentence; the last one decides whether the text ends in the question."""
    if "?)" in text:
        text = patterns.WORD_ASIDE.sub(lambda m: m[0] if _asks_something(m[1]) else m[0].replace("?", " "), text)
    marks = [mark for mark in patterns.MARK.finditer(text) if not _within_sentence(text, mark)]
    if not marks:
        return None
    aside = patterns.ASIDE.search(text)
    if aside and not _asks_something(aside.group(1)):
        return _marked(text[: aside.start()]) if "?" in text[: aside.start()] else None
    rest = text[marks[-1].end() :]
    confidence: Literal["high", "low"] = "low" if hedged(text[: marks[-1].end()]) else "high"
    whole = (patterns.FLOURISH.fullmatch(rest) is not None and "\ufffc" not in rest) or question_ending(rest)
    return Wording("wording.mark", confidence, whole)


def _within_sentence(text: str, mark: re.Match[str]) -> bool:
    """Whether a mark stands behind a word of a sentence that goes on ("각 형식?마다 다르다", "persisted?は…")."""
    begin, end = mark.span()
    if patterns.JA_GOES_ON.match(text, end):
        return True
    if patterns.NAME_BEFORE.search(text, max(0, begin - 24), begin) and patterns.JA_PARTICLE.match(text, end):
        return True
    return patterns.KO_GOES_ON.match(text, end) is not None and not _korean_ending(text[:begin].rstrip())


def ruminates(text: str) -> bool:
    """Whether a Japanese question weighs what may be so ("…のか、…のか。"), and asks for nothing in particular."""
    text = bare_end(text)
    return text.endswith(("のか", "だろうか")) and patterns.JA_ASK.search(text) is None


def to_reader(text: str) -> bool:
    """Whether a question is put to the reader rather than asked by the writer."""
    return patterns.TO_READER.search(text) is not None


def is_example(text: str) -> bool:
    """Whether a line gives an example ("예문: …"), in words that are nobody's question."""
    return patterns.EXAMPLE.match(half_width(text)) is not None


def requests(text: str) -> bool:
    """Whether the text asks somebody to explain, in so many words ("…에 대해 설명해 주세요", 谈谈你对…的理解)."""
    if text.isascii():
        return False
    return patterns.REQUEST.search(bare_end(half_width(text).strip())) is not None


def is_prompt(text: str) -> bool:
    """Whether the text asks for an explanation, as exam questions do ("… 설명하시오", "Explain …")."""
    return patterns.PROMPT.search(bare_end(half_width(text).strip())) is not None
