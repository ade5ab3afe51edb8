"""Recognising sources: links, citations and titles of papers."""

from __future__ import annotations

import re

from studyctl.core.detector.wording import half_width, question
from studyctl.core.markup import CODE, links, without_links

_YEAR = re.compile(r"(?<!\d)(?:19[5-9]\d|20[0-4]\d)(?!\d)")
_ET_AL = re.compile(r"\bet al\b|\s외\s\d+인|ら\s?[(\[]|等人")
# "Wen, Y.", "Y. Wen", "X. He"
_AUTHOR = re.compile(r"\b[A-Z]\.(?:[- ]?[A-Z]\.)*\s[A-Z][\w'-]+|\b[A-Z][\w'-]+,\s(?:[A-Z]\.[- ]?)+")
# "Krummel & Allison 1995": two names and a year are a citation by themselves; one name is, among others.
_NAMED = re.compile(r"[A-Z][\w'’-]+(?:, [A-Z][\w'’-]+)*,? (?:&|and) [A-Z][\w'’-]+,? \(?(?:19|20)\d\d[a-z]?\b")
_NAME_YEAR = re.compile(r"[A-Z][\w'’-]+,? \(?(?:19|20)\d\d[a-z]?\b")
# What begins with authors and a year, ends with them in parentheses, or names an author and a title in quotes.
_NAMES = r"[A-Z][\w'’-]+(?:(?:, | & | and |\+)[A-Z][\w'’-]+){0,4}"
_AUTHORS_YEAR = re.compile(
    rf"{_NAMES}(?:,? et al\.?)?,? (?:\((?:in )?(?:19|20)\d\d[a-z]?\)|(?:19|20)\d\d[a-z]?(?![\d-])"
    rf"|['’]\d\d\b)(?=$|[\s,.:;—–-])"
)
_YEAR_BEHIND = re.compile(
    r"\((?:[A-Z][\w'’.-]+(?:,? et al\.?|(?: & | and |, )[A-Z][\w'’-]+)?,? )(?:19|20)\d\d[a-z]?\)$"
)
_ET_AL_BEGIN = re.compile(rf"{_NAMES} et al\b\.?,? ")
_AUTHOR_TITLE = re.compile(
    r"[A-Z][\w.'’-]*(?:(?: |, | & | and )[A-Z][\w.'’-]*){0,4}[,:]\s+(?:\*[^*]{3,}\*|_[^_]{3,}_|[\"“][^\"”]{3,}[\"”])"
)
# A name and a chapter, or an edition: "Clayden ch 17", "Hamelman, Bread (2nd ed)".
_PART_OF = re.compile(
    rf"{_NAMES},? (?:ch(?:ap(?:ter)?)?s?\.? ?\d|chapters? \d|§ ?\d|secs?\.? ?\d|pp\. ?\d)"
    r"|[A-Z][\w'’-]+[^.?!]{0,60}\(?\b(?:\d{1,2}(?:st|nd|rd|th) ed(?:n|ition)?\b|rev\. ed)"
)
_BARE_ARXIV = re.compile(
    r"(?:arxiv:?\s?)?(?:0[7-9]|1\d|2\d)(?:0[1-9]|1[0-2])\.\d{4,5}(?:v\d)?(?=$|[\s,;:(（])", re.IGNORECASE
)
# A title in the brackets of East Asia, with its author before it and a part of it behind.
_BOOK = re.compile(
    r"(?P<before>[^『《〈「]{0,16})(?:『[^』]{2,}』|《[^》]{2,}》|〈[^〉]{2,}〉|「[^」]{4,}」)(?P<behind>.{0,16})$"
)
_DOING = re.compile(r"[をにで]\s?$|[把对對用给給将將以从從买買找借写寫抄读讀看翻啃]|[을를에서]\s?$|と$")
_BOOK_TITLE = re.compile(r"[^『《〈をにで把]{0,14}[『《〈][^』》〉]{2,}[』》〉]")
_BEHIND_BOOK = re.compile(
    r"\s*[,、，]?\s*(?:第|제|ch(?:ap)?\.?\s?"
    r"|vol\.?\s?)?[\d一二三四五六七八九十上下前后後,、–〜~ ·-]{0,9}\s*(?:章|節|节|巻|卷|号|頁|版|回|册|冊|講|讲"
    r"|篇|장|권|쪽|절|부|강|편)?"
    r"(?:まで|까지)?\s*(?:を?(?:もう一度|もういちど)?読(?:む|み直す)|(?:다시 )?읽기"
    r"|읽어 ?보기)?\s*(?:[(（].{0,14}[)）])?"
)
_VENUE = re.compile(
    r"\b(?:arXiv|CVPR|ICCV|ECCV|NeurIPS|NIPS|ICML|ICLR|AAAI|IJCAI|ACL|EMNLP|NAACL|SIGGRAPH|SIGKDD|KDD|UAI"
    r"|AISTATS|JMLR"
    r"|TPAMI|PAMI|IJCV|ICRA|IROS|WACV|BMVC|MICCAI|INTERSPEECH|ICASSP|Nature|Science|PNAS|Springer|Proceedings"
    r"|Proc\."
    r"|Journal|Transactions|preprint|O'Reilly|Press|doi|DOI|ISBN)\b"
)
_PAPER_HOST = re.compile(
    r"arxiv\.org|openreview\.net|doi\.org|aclanthology|thecvf\.com|papers\.n(?:eur)?ips|proceedings\.mlr"
    r"|jmlr\.org|semanticscholar"
    r"|paperswithcode|dl\.acm\.org|ieeexplore|sciencedirect|springer|nature\.com|biorxiv|distill\.pub"
    r"|\.pdf(?:$|[?#])",
    re.IGNORECASE,
)
# An identifier of what was published, without an address.
_PUBLISHED = re.compile(
    r"(?:(?:paper|논문|論文|论文)[:\s]\s?)?(?:arxiv:\s?(?:[a-z-]+/)?[\d.]{7,10}(?:v\d+)?|(?:doi:\s?"
    r"|doi\.org/)10\.\d{4,9}/[^\s]+)",
    re.IGNORECASE,
)
_TRACKER = re.compile(
    r"/(?:issues?|pull|pulls|merge_requests|browse|tickets?)/|trello\.com|jira|linear\.app", re.IGNORECASE
)
_REVIEW = re.compile(
    r"(?:review|summari[sz]e|compare|skim through|go through|work through|take notes|write up)\b(?! of\b)",
    re.IGNORECASE,
)
_UNREAD = re.compile(
    r"(?:还|還)?(?:没|沒)(?:有)?(?:仔细|仔細|认真|認真|来得及|來得及)?(?:看|读|讀)|未(?:读|讀)|待(?:读|讀|看)"
    r"|(?:まだ|あとで|後で)(?:読|見)|未読|(?:안|못|아직) ?읽|읽어 ?(?:볼|봐야|보자)"
    r"|\bto[- ]read\b|\bunread\b|\bread later\b|not read yet|haven'?t read",
    re.IGNORECASE,
)
# "definitely should read this one -> https://…"
_THIS_ONE = re.compile(
    r"\b(?:should|must|need to|have to|want to|gotta) (?:re-?)?read (?:this|it|that)\b"
    r"|나중에 ?(?:읽|볼|봐)|읽어 ?(?:봐야|볼 ?(?:것|글|문서|자료|논문)|보자|보기)",
    re.IGNORECASE,
)
_LEAST_TITLE = 3  # words
_TITLE_REMARK = re.compile(
    r"(?P<bold>\*\*|__)?(?P<title>[A-Za-z][A-Za-z0-9 _,.'’/&():-]{12,}?)(?(bold)(?:\*\*|__))\s*"
    r"(?:[:：]\s*(?=[^\n]{0,16}[가-힣ぁ-ヿ一-龥])|：\s*$|(?<=[a-z]):\s*$)"
)
_FEW = 6  # words
_NAMED_LINK = re.compile(r"\[[^\]]*\S\s\S[^\]]*\]\(")
_DASHED = re.compile(r"\S\s[-–—|]+\s<?https?://")
_LOOK = re.compile(r"check ?out|look (?:at|through)|(?:find|take) a look|start (?:here|with)", re.IGNORECASE)
# What one does with a link besides reading what it leads to.
_ACTS = re.compile(
    r"(?:(?:re|un)-?)?(?:add|answer|apply|ask|book(?= \w)|build|buy|call|change|clean|clone|close|collect|compare"
    r"|complete|configure|contact"
    r"|copy|create|debug|delete|deploy|design|develop|do|download|draft|edit|email|enable|enter|evaluate|explore"
    r"|file|fill|find|finish"
    r"|fix|follow|fork|get|give|go|implement|import|include|install|integrate|investigate|invite|join|learn|list"
    r"|make|merge|migrate"
    r"|move|open|order|pay|plan|play|post|practi[sc]e|prepare|publish|push|put|record|register|remove|rename"
    r"|replace|reply|report"
    r"|reproduce|run|schedule|send|set|setup|share|sign|solve|start|submit|switch|sync|test|track|translate|try"
    r"|tweet|update|upgrade"
    r"|upload|use|verify|visit|work|write)\b|(?:试|試|用|做|写|寫|跑|装|裝|安装|安裝|部署|实现|實現|配置|提交"
    r"|整理|复现|復現|学习|學習|注册|註冊)",
    re.IGNORECASE,
)
_ACTS_LAST = re.compile(
    r"(?:하기|보내기|신청|예약|구매|설치|작성|제출|적용|구현|정리|확인|등록|실습|풀기|만들기|써보기|해보기"
    r"|따라하기|테스트)$"
    r"|(?:する|作る|試す|入れる|導入|実装|登録|申[し]?込[みむ]|提出|作成|確認|購入|予約|更新|修正|書く|送る|遊ぶ"
    r"|学ぶ|みる)$|参考に"
)
# What a list of changes links to, behind what was changed.
ISSUES = re.compile(r"/(?:pull|issues|commit|merge_requests|compare)/\w|\[#\d+\]\(|\[@[\w-]+\]\(")
_LEAD = re.compile(
    r"^(?:(?:참고|출처|논문|링크|참조|자료|ref|refs|reference|references|source|sources|link|links|see"
    r"|see also|cf|from|via|paper|slides?|code|repo|video|blog|docs?|doc"
    r"|参考|参照|出典|論文|リンク|资料|資料|来源|來源|论文|链接|連結|代码|原论文|原論文)(?:\s?(?:문헌|자료"
    r"|논문|링크|文献|资料|資料))?\.?\s*[:.)]?\s*)+",
    re.IGNORECASE,
)
_LEAD_STRICT = re.compile(
    r"^(?:참고|출처|참조|참고 ?자료|참고 ?문헌|링크|reference|ref|source|link|see|see also|cf|参考|参照|出典"
    r"|参考文献|参考资料|資料|来源|來源|链接)\s*[:.)]",
    re.IGNORECASE,
)
# What every citation has one of; most lines are done with here.
_CITING = re.compile(r"[0-9.:：)）]")
_QUOTED = re.compile(r"^[\"“'‘「『《<*_].*[\"”'’」』》>*_](?:\s*[(,].{0,80})?$")
_WORD = re.compile(r"[A-Za-z][A-Za-z'’-]*")
_SMALL = re.compile(
    r"a|an|and|are|as|at|by|for|from|in|into|is|it|its|of|on|or|over|the|to|via|vs|with|without|under|using"
    r"|than|through|do|does|be|not|your",
    re.IGNORECASE,
)
_OTHER_LETTERS = re.compile("[가-힣ぁ-ヿ一-龥]")
_TAGS = re.compile(r"(?<!\S)#[^\s#]+")
_READ = re.compile(
    r"^(?:(?:re-?)?read|skim|finish(?: reading)?|study|look at|watch|review|go through)\b(?:\s+(?:the|this"
    r"|paper|article|post|book|about|again|through))*"
    r"|(?:논문|글|책|문서)?\s*(?:다시\s*)?(?:읽기|읽어보기|읽을 것|정독|보기)$|(?:を|も)?(?:もう一度)?読む$"
    r"|^(?:阅读|閱讀|读|讀|看)(?:完|一下)?",
    re.IGNORECASE,
)


def only_links(text: str) -> bool:
    """Whether the text (with its markup) is nothing but links, apart from a word such as "paper:" before them."""
    if "](" not in text and "://" not in text and "[[" not in text and "www." not in text:
        return _PUBLISHED.fullmatch(text.strip()) is not None
    rest = _LEAD.sub("", without_links(text).strip().strip(":-–—|,.;&()[]<>*_\"'“”·~ ").strip())
    return not rest.strip(":-–—|,.;&()[]<>*_\"'“”·~ ")


def published(text: str) -> str | None:
    """The DOI or arXiv id that a text names without an address."""
    found = _PUBLISHED.search(text) if ":" in text or "doi.org" in text else None
    return found[0] if found else None


def begins_with_link(text: str) -> bool:
    """Whether a text is a link, perhaps with a remark behind it."""
    found = links(text)
    return bool(found) and not text[: found[0].start].strip("*_\"'<-–• ")


def first_url(text: str) -> str | None:
    found = links(text)
    return found[0].target if found else None


def is_citation(text: str) -> bool:
    """Whether the words are a citation: authors, year and venue, or a line that begins with "참고:" or "see"."""
    if len(text) > 600 or not _CITING.search(text):
        return False
    half = half_width(text).strip()
    if _LEAD_STRICT.match(half) or _NAMED.match(half):
        return True
    authors = len(_AUTHOR.findall(half))
    signs = (
        (2 if authors >= 2 else 1 if authors else 0)
        + (1 if _ET_AL.search(half) else 0)
        + (1 if _YEAR.search(half) else 0)
        + (1 if _VENUE.search(half) else 0)
    )
    return signs >= 2 and (title_like(half, 0.5) or _QUOTED.match(half) is not None or authors >= 2)


def title_like(text: str, share: float = 0.7) -> bool:
    """Whether most words of a text that need a capital in a title have one."""
    words: list[str] = [w for w in _WORD.findall(text) if len(w) > 1 and not _SMALL.fullmatch(w)]
    if len(words) < 3 or (not text.isascii() and len(_OTHER_LETTERS.findall(text)) > 2 * len(words)):
        return False  # a sentence of Korean, Japanese or Chinese with names in it is no title in English
    return sum(w[0].isupper() for w in words) >= share * len(words)


def looks_like_paper(raw: str, words: str) -> bool:
    """A link to a paper, a citation, or a title in capitals or quotes; `raw` has its markup, `words` has none."""
    if only_links(raw) or is_citation(words):
        return True
    if title_like(words) or _QUOTED.match(raw.strip()) is not None or _NAME_YEAR.match(words) is not None:
        return True
    return names_work(raw, words)


def names_work(raw: str, words: str) -> bool:
    """Whether a line is nothing but a work that one reads: authors and a year, an arXiv id, an author and a title.

    Looser than `is_citation`: asked where what stands below a label is to be done or to be read.
    """
    if len(words) > 300:
        return False
    raw = _TAGS.sub("", raw).strip()
    half = half_width(words).strip()
    if raw and only_links(raw):
        return leads_to_paper(raw)
    rest = _READ.sub("", half, count=1).strip(" :-–*_")
    for text in (half, rest) if rest != half else (half,):
        if (
            _BARE_ARXIV.match(text)
            or _AUTHORS_YEAR.match(text)
            or _ET_AL_BEGIN.match(text)
            or _YEAR_BEHIND.search(text)
            or _PART_OF.match(text)
            or is_citation(text)
        ):
            return True
    raw = raw or words
    if _AUTHOR_TITLE.match(raw):
        return True
    book = _BOOK.match(raw)
    if book is None or _DOING.search(book["before"]):
        return False
    return _BEHIND_BOOK.fullmatch(book["behind"]) is not None


def looks_like_work(raw: str, words: str) -> bool:
    """Whether a line of a list names what one reads, at the first look: by its form, a link, or a title in brackets."""
    linked = "://" in raw and (begins_with_link(raw) or not ISSUES.search(raw))
    return names_work(raw, words) or linked or (_BOOK_TITLE.match(raw) is not None)


def leads_to_paper(raw: str) -> bool:
    """Whether a text that is only a link leads to something to read, and not to an issue tracker."""
    targets = links(raw)
    if not targets and _PUBLISHED.fullmatch(raw.strip()):
        return True
    if not targets:  # wiki links: a title in them decides
        return title_like(without_brackets(raw))
    return not any(_TRACKER.search(link.target) for link in targets)


def is_paper_link(raw: str) -> bool:
    return any(_PAPER_HOST.search(link.target) for link in links(raw))


def without_brackets(text: str) -> str:
    return text.replace("[[", " ").replace("]]", " ").strip()


def unread(raw: str) -> bool:
    """Whether a text is a link, and a remark that it was not read yet."""
    if not begins_with_link(raw):
        return _THIS_ONE.search(raw) is not None and len(links(raw)) == 1
    return _UNREAD.search(without_links(raw)) is not None


def boxed_title(raw: str) -> bool:
    """Whether a task is an English title with a remark in another language behind it: "**A Survey of X**：…"."""
    found = _TITLE_REMARK.match(raw)
    if found is None:
        return False
    words = _WORD.findall(found["title"])
    return len(words) >= _LEAST_TITLE and _ACTS.match(found["title"]) is None


def acts(words: str) -> bool:
    """Whether a text of what is to be read says what to do with it ("review the papers on phishing")."""
    return _REVIEW.match(words) is not None


def _titled_link(raw: str) -> bool:
    """Whether a task names what it links to, and nothing that is to be done with it but reading."""
    if not leads_to_paper(raw) or ISSUES.search(raw):
        return False
    words = without_links(raw).strip(" :：-–—|,.;&()<>*_\"'“”·~")
    if _READ.match(words) or _LOOK.match(words):
        return True
    if not words or "a" <= words[0] <= "z" or question(words) is not None:
        return False
    if _ACTS.match(words) or _ACTS_LAST.search(words):
        return False
    # A title in a link, with few words besides, or one that a dash parts from its address: not "Tax return https://…".
    named = _NAMED_LINK.search(raw) is not None and len(words.split()) <= _FEW
    return named or title_like(words) or _DASHED.search(raw) is not None


def to_be_read(raw: str, words: str) -> bool:
    """Whether a task is to read one particular thing: a link, a citation or a quoted title, and nothing else."""
    raw = _TAGS.sub("", raw).strip()
    if CODE in words and not links(raw):
        return False
    if only_links(raw):
        return leads_to_paper(raw)
    if is_citation(words):
        return True
    if "://" in raw and _titled_link(raw):
        return True
    rest = _READ.sub("", raw.strip(), count=1).strip(" :-–*_")
    if rest == raw.strip(" :-–*_") or not rest:
        return False
    return (
        (only_links(rest) and leads_to_paper(rest))
        or is_citation(rest)
        or (_QUOTED.match(rest) is not None and rest[0] in '"“「『《')
    )
