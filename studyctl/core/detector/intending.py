"""What a line says that its writer means to do, outside of any label: 다시 돌려볼 것, まとめておくこと, 明天把…补上.

Told by the form in which people speak to themselves: endings of intention, a day ahead before what to do, "must email
Kim". What a text says of its subject ("needs to be normalised", 정규화해야 한다) has other forms, and is nobody's task.
What counts is the last sentence that says so, of a few: people go on with a remark.
"""

from __future__ import annotations

import re

from studyctl.core.detector.wording import bare_end, half_width

_VERBS = (
    r"(?:e-?mail|mail|ask|tell|call|ring|phone|text|chase|check|look|find|buy|order|get|fetch|bring|print|book"
    r"|pay|send|submit"
    r"|return|write|draft|finish|read|redo|rerun|revise|practi[sc]e|review|fix|clean|tidy|move|rename|update"
    r"|try|test|measure"
    r"|plot|compare|run|repeat|learn|memori[sz]e|go (?:back|over|through)|come back|set up|sort|sign|register"
    r"|build|implement|debug|refactor|work on|talk|speak|meet"
    r"|go (?:to|see)|spend (?:more|some) time"
    r"|dig|make|draw|add|cut|replace|switch|prepare|plan|collect|circulate|derive|work (?:out|through)|watch"
    r"|upload|download"
    r"|install|back up|schedule|have (?:a|another) (?:look|go|think)|figure out|thaw|take|leave|remember"
    r"|investigate|explore|experiment|play (?:with|around)|re-?\w{3,})"
)
_SOON_EN = (
    r"(?:next time|tomorrow|tonight|later(?: today)?|this (?:weekend|evening)|next (?:week|session|lesson)|on monday)"
)
_ENGLISH = re.compile(
    rf"(?:so |and |also |then |but |ok |now |maybe "
    rf"|i think )?(?:\(note to self\):? )?(?:{_SOON_EN}[,:]? )?(?:i )?(?:still "
    rf"|really |probably |definitely |just |do |also )*"
    rf"(?:(?:need|have|want|ought|got) to|gotta|must|should)(?: still| really| probably| definitely"
    rf"| also| to)* {_VERBS}\b"
    rf"|(?:so |and |then |but )?we (?:probably |really |definitely )+(?:will )?(?:need|have) to {_VERBS}\b"
    rf"|(?:this|that|here|it)(?:'s| is| was)? (?:one |a |the |some )?(?:thing|part|bit|idea"
    rf"|paper) (?:that )?i (?:really |still |also )*(?:want|need"
    rf"|have) to {_VERBS}\b"
    r"|(?:may ?be |probably |definitely |also )+worth (?:checking|looking|trying|reading|exploring|investigating)\b"
    rf"|(?-i:ACTION:? |AP:? )[A-Z]|(?-i:(?!(?:How|What|Where|When|Which|Who|Why|Need|Used?|Able|Ready|Nice|Good"
    rf"|Easy|Hard|Time|Ways?|Steps?|Things?"
    rf"|Reasons?|Tools?|Trying|Going|Due|Next|Back|Up|Only|Just|Failed?|Fails|Welcome|Similar|Related"
    rf"|According|[A-Z]\w+ed) )[A-Z][\w.]{{0,14}}(?: [A-Z][\w.]{{0,14}})?) to {_VERBS}\b"
    r"|to-?do:? (?=[a-z]{2,})(?!list|app|item)"
    r"|(?:do )?(?:remember to|don'?t forget(?: to)?|\(?note to self\)?|mental note)(?!\w)"
    r"|(?:(?:if|when|once) [^,]{3,80}, )?(?:now |then |so |also,? |and |but |maybe |tomorrow )*i(?:'ll| will) "
    rf"(?:probably |also |now |then |still )*(?:(?:have|need|try|want) (?:to )?(?:[a-z]+ly )?[a-z]+|{_VERBS})\b"
    rf"|(?:maybe|perhaps|suppose|guess) (?:i|we) should {_VERBS}\b|i want to (?:be able to )?[a-z]+\b"
    r"|(?:look (?:into|up|for)|look at (?:some|other|more|how|the other)|dig into|read up on|follow up (?:on"
    r"|with)|double[- ]check"
    r"|revisit|re-?read|think about|find out) (?!in\b|on\b|it\b)\w+"
    rf"|(?:i )?(?:will|might|may) (?:probably |also |then |just |try to |have to |need to )*{_VERBS}\b"
    rf"|(?:{_SOON_EN},? )?(?:i'?m |i am |we'?re |we are )?(?:(?:going|planning) to {_VERBS}|hoping to [a-z]+)\b"
    rf"|(?:i )?plan to {_VERBS}\b"
    rf"|let'?s {_VERBS}\b|{_SOON_EN}[,:]? (?:i'?ll |i will |i should |we'?ll )?{_VERBS}\b",
    re.IGNORECASE,
)
# What an arrow leads to is to be done, where it begins as an order does: "choke at the feedpoint -> ask Kev first".
_LED_TO = re.compile(
    rf"(?:^|\s)(?:->|→)\s*(?!(?:read|run|cut|make|plot|set|build)\b|{_VERBS} to\b){_VERBS}\b[^→>]*$",
    re.IGNORECASE,
)
# The words with which such a text begins, names before "to" apart; nearly every line is done with after one look at it.
_STARTS = (
    "todo to-do so and also then but ok now maybe i i'll (note note next tomorrow tonight later this on still really "
    "probably definitely just do need have want ought got gotta must should we that here it it's that's here's "
    "may might will hoping i'm im am we're going planning plan action ap remember don't dont mental if when once "
    "perhaps suppose guess look dig read follow double "
    "double-check doublecheck revisit reread re-read think find let's lets "
)
_ENGLISH_FIRST = frozenset(_STARTS.split())
_FIRST_WORD = re.compile(r"[^\s,:]+")
# A verb, and "보다", "두다" … behind it, with which it is tried or got ready.
_HELPED = r"[아어여해워려와줘둬겨쳐켜펴춰봐쭤내세재깨떼배빼써쏴가나사자차타러져혀퍼] ?"
_KO_SOON = (
    r"(?:내일|모레|이따|나중에|다음(?:에|엔|번|부터|주| ?시간| ?실험| ?수업| ?모임)|주말|오늘|퇴근|저녁에"
    r"|자기 ?전|출근|수업 ?전|\d일|요일|시험 ?전|회의 ?전|까지|다음 ?[가-힣]{1,4}(?:부터|에는?|은|는|엔)"
    r"|꼭|일단|잊지)"
)
_KOREAN = re.compile(
    rf"(?<![았었했]어)[가-힣]야 ?(?:겠(?:다|음|네)|지)$"
    rf"|(?:다시 |더 |꼭 |나중에 |먼저 |잘 |제대로 )(?:공부|정리|복습|확인|연습|구현|실험)하자$|살펴 ?보자$"
    rf"|{_HELPED}(?:볼|둘|놓을) ?(?:것|거|예정|계획)(?:임|이다)?$|{_HELPED}(?:보기|두기|놓기)$|{_HELPED}(?:보자"
    rf"|두자)$"
    r"|(?:만들어|정리해|외워|물어봐|여쭤봐|찾아봐|알아봐|확인해|돌려봐|읽어봐|들어봐|해봐|써봐|연락해|예약해"
    r"|신청해|사|챙겨|보내|제출해|복습해|준비해"
    r"|여쭤|물어|고쳐|바꿔|끝내)야 ?(?:함|됨|돼|할 ?듯)$"
    r"|(?:봐|해|돌려|찾아|읽어|알아|고쳐|바꿔|물어봐)야 ?할 ?(?:것|거|듯)(?: ?같(?:다|음|네|아요))?$"
    r"|[가-힣]으?려고? ?한다$"
    r"|(?:정리|공부|복습|연습|확인|보완)(?:할|해 ?볼)? ?필요가? ?있(?:다|음|겠다|어 ?보인다|는 ?것 ?같다|을 ?것 ?같다)$"
    r"|(?:빌려|읽어|찾아|그려|풀어|외워|직접 [가-힣]+)야 ?(?:함|됨|돼)$"
    r"|(?:할|갈|볼|쓸|낼|살) 생각(?:임|이다|중)?$|(?:공유|발표|정리|비교|확인|준비)하기로(?: ?함| ?했다)?$"
    r"|보면 (?:재밌|좋|괜찮|재미있)을 ?(?:것|거|듯) ?(?:같(?:다|음|네|아요))?$"
    r"|(?:다시|돌려|찾아|알아|읽어|해)[^.]{0,12}봐야$"
)
_KOREAN_SOON = re.compile(
    rf"{_KO_SOON}.*(?:(?:할|갈|올|낼|볼|둘|살|을|칠|꿀) ?것|하기|가기|오기|내기|쓰기|사기|풀기|듣기|읽기"
    r"|외우기|만들기|[가-힣]야 ?(?:함|됨"
    r"|한다|된다|해))$|(?:내일|모레|이따|나중에|주말|오늘|퇴근|까지|다음 ?[가-힣]{1,4}(?:부터|에|은|는)).*"
    r"(?:[하가놓넣닦쓰보사찍타풀]자)$"
)
_KO_NOT = re.compile(
    r"(?:일|될|있을|없을|좋을|같을|클|많을) ?(?:것|거)$|(?:이|여)야 ?(?:함|한다)$"
    r"|(?:생각|조심|주의|명심|기억|노력|반성)해야"
)
_KO_MAY = re.compile(r"필요|야|생각|기로|것|거|[기자]\W*$|예정|계획")
_JA_SOON = (
    r"(?:明日|あした|明後日|来週|今週中|今夜|今晩|次回|次は|週末|あとで|後で|今度|までに|帰ったら|夜に|朝に"
    r"|[月火水木金土日]曜)"
)
_JAPANESE = re.compile(
    r"(?:(?:て|で)(?:おく|おこう|おきたい|おかないと|おかねば|おくこと|おく必要(?:あり|がある))"
    r"|^[^はが]*(?:さん|くん|先生|部長|課長|店長|所長)(?:に|へ)[^。]{0,24}"
    r"(?:する|送る|聞く|渡す|伝える|頼む|返す|訊く)(?:こと)?"
    r"|(?:て|で)いきたい(?:な|ところ|と思う)?|(?:直し|戻し|なくし|消し|試し|調べ|読み|見直し|やり|学び|まとめ"
    r"|(?:整理|確認|比較|実装|検証|勉強|復習)し)たい(?:な|なあ|ところ|と思う)?"
    r"|(?:戻|直|試|消|書|読|や)(?:そ|も|こ|ろ)う|(?:調べ|まとめ|覚え|(?:整理|確認|比較|実装|検証|勉強|復習)し)よう"
    r"|(?:せ|し|し直し|やり|読み|見|調べ)たくなってきた"
    r"|(?:調べて|試して|読んで|やって|作って|確かめて|比べて|使って|考えて)みる|(?:を|も|について|か|のか)調べる"
    r"|か(?:どうか)?を?(?:確認|検証|調査)する"
    r"|[しっいきぎみりえけせてねべめれん](?:とく|どく|とこう|とかないと)"
    r"|要(?:確認|検討|調査|復習|追試|修正)|(?<=[でを])(?:見|[描書]き|[起回]し|作り)直す(?:こと)?|見直すこと"
    r"|(?:行く|買う|出す|読む|試す|やる|聞く|調べる|まとめる|する)(?:つもり|予定)|(?:回し|動かし|走らせ|計算し|書い)てみる"
    r"|(?:よう|[こそもとお]う|(?<!だ)ろう)と思(?:う|います|っている)"
    r"|(?:調べる|調査する|確認する|修正する|検討する|見直す|勉強する|復習する|練習する|実験する|検証する)必要が(?:ある|あり(?:そう|ます))"
    r"|(?:加え|変え|入れ|続け)よう"
    r"|(?:勉強|復習|予習)(?:します|して(?:みます|おきます|いきます))|読んでみます|理解を深めます"
    r"|(?:し|出さ|行か|書か|読ま|買わ|や[らん]|直さ|作ら|調べ|決め|返さ|聞か)(?:ないと|なきゃ|なくちゃ|なければ"
    r"|ねば)|せねば|せんと|忘れずに|忘れないこと)$"
)
_JAPANESE_SOON = re.compile(
    rf"{_JA_SOON}.*(?:[るうくすつぬむぶぐ]|すること|[るうくすつむぶぐ]こと|したい|[みりきし]たい|確認|提出|予約)$"
)
_JA_NOT = re.compile(r"(?:ている|である|という|なる|ある|いる|れる|らしい|れば|という)$")
# A step of a procedure.
_JA_BEFOREHAND = re.compile(r"(?:あらかじめ|予め|事前に).*ておく$")
_JA_MAY = re.compile(
    "と思|必要が|強し|習し|みます|深めます|つもり|予定|要[確検調復追修]|直す|おく|おこ|おき|おか|とく|どく|とこ|とか|たい|みる|調べる|[認証査]する|そう|よう|もう|こう|ろう|たく|ないと|なきゃ|なくちゃ|なければ|ねば|せんと|忘れ"
    "|さん|くん|先生|部長|課長|店長|所長|" + _JA_SOON[3:-1]
)
_ZH_DO = (
    r"(?:把|去|再|找|问|問|做|看|写|寫|补|補|试|試|查|跑|换|換|重|交|送|买|買|带|帶|发|發|整理|复习|複習|练|練"
    r"|约|約|打|拍|修|弄|搞|改(?!在|到|成|为|為)|抄|背|翻|读|讀|听|聽|拿|还|借|订|訂|报|報|准备|準備|测|測|收拾"
    r"|继续|繼續|接着|接著|搭|学(?!期|校)|學(?!期|校)"
    r"|画|畫|算|挂|掛|加|填|寄|存|上传|上傳)"
)
_ZH_SOON = (
    r"(?:明天|明早|明晚|明日|后天|後天|下周|下週|这周|這週|周末|週末|今晚|晚上|睡前|回头|回頭|改天|下次|下回"
    r"|有空|抽空|过几天|過幾天|考前|赛前|等会|待会|晚点|晚點|这礼拜|這禮拜|这两天|這兩天|年底前|月底前|周[一二三四五六日]|週[一二三四五六日])"
)
_CHINESE = re.compile(
    r"(?:^|[,。;、: ])(?:我|大家|自己)?(?:也|还|還|要|得|一定)*(?:记得|記得|别忘|別忘|不要忘"
    r"|千万别忘)(?![^,。]{0,3}(?:当时|當時|以前|上次))"
    rf"|{_ZH_SOON}(?:[一二三四五六日末])?(?:之前|以前|前|早上|晚上|上午|下午|下班|放学|放學|下课|下課|饭后|飯後"
    rf"|第一件事)*(?:我|再|要|得|去|先|就|必须|必須"
    rf"|一定|应该|應該|记得|打算|抽空|自己|开始|開始|继续|繼續)*{_ZH_DO}"
    rf"|(?:^|[,。; ])(?:我)?(?:还|還|也|就|看来)?(?:得|需要|必须|必須)(?:再|去|先|重新|抓紧|赶紧|趕緊|自己|继续"
    rf"|繼續)+{_ZH_DO}"
    r"|^(?:我)?(?:还|還|就)?(?:想|打算)(?:要|再)?(?:把|将|將|试试|試試|试一下|試一下|学一下|學一下|实现|實現|加上?)(?!不)"
    r"|^(?:我)?(?:还|還)?要(?:给|給|跟|找|问|問|去|把|向)(?![^,。]{0,20}才)"
    r"|^(?:再|先|后面|後面|之后|之後|有空)?(?:去)?(?:(?:了解|研究|学习|學習|查|看|试|試|整理|熟悉)(?:一)?下(?!面"
    r"|列|述|一|图|圖|表|个|個|午|边|邊|方)"
    r"|(?:再)?看看(?=[^,。]{0,20}(?:论文|論文|文章|原文|代码怎|怎么|怎麼|咋)))"
    r"|(?:下周|下週|本周|這週|这周|下个月|下個月)(?:计划|計劃|打算|准备|準備)[^,。:]{2,}"
    rf"|(?:^|[,。; ])得{_ZH_DO}|(?:还|還)(?:得|要|需要){_ZH_DO}.{{0,14}}一下$|(?:周末|週末|今晚|明天|月底"
    rf"|周[一二三四五六日])(?:之前|前)?(?:必须|必須|一定要|得).{{1,10}}$"
)
_ZH_NOT = re.compile(r"了$|过$|過$|(?:说|說|让|讓|听|聽)(?:我)?(?:明天|下周|要|得)")
_ZH_MIND = re.compile(r"[,，]?(?:可|千万)?(?:别|別|不要)(?:再|又)?(?:忘|忘记|忘記)(?:了)?$")
_ZH_MAY = re.compile("想[把将將试試]|打算|要|下|看看|记得|記得|忘|得|需要|必须|必須|" + _ZH_SOON[3:-1] + "|还要|還要")
_TO_READ = re.compile(
    r"(?:읽어 ?(?:볼|봐야|보자|보면|보기|야)|읽으면 좋|읽을 ?(?:것|거|글|만한|예정)|볼 ?만한 ?(?:글|자료|영상)"
    r"|참고해 ?볼|찾아 ?볼 ?(?:글|논문|자료))"
    r"|(?:読(?:みたい|んでおき|むべき|もう|む予定|んでみ)|目を通し(?:たい|ておき)|あとで読む|後で読む)"
    r"|(?:(?:需要|要|想|准备|準備|打算|可以|待|有空|建议|建議|推荐|推薦)[^,。]{0,4}(?:看|读|讀|阅读|閱讀|研读"
    r"|研讀)|^(?:明天|明日|周末|週末|晚点|晚點|回头|回頭|有空)再?(?:看|读|讀)$|^(?:阅读|閱讀|研读|研讀|细读|細讀|精读|精讀))"
    r"|\b(?:to read|should read|must read|want to read|need to read|will read|have to read|reading list"
    r"|worth (?:a )?read(?:ing)?"
    r"|read (?:these|the following|later|next)|check (?:these )?out|(?:articles|papers|posts|links) to (?:check"
    r"|look))\b",
    re.IGNORECASE,
)
# Where a sentence ends, within a text; and how many of the last ones are looked at.
_STOP = re.compile(r"(?<=[.;!…])\s+|(?<=[。！])\s*|→|[-=]> ")
_MOST_SENTENCES = 4
_KANA = re.compile("[ぁ-ヿ]")
_CUT_SIGN = re.compile("[.…!;。！→>]")
_NAMES = 36  # characters of two names, with "to" behind them
_CUTS = (". ", "...", "…", "! ", "; ", "。", "！", "→", "-> ", "=> ")


def last_sentence(text: str) -> str:
    """What stands behind the last full stop or arrow within a text."""
    begin = 0
    for cut in _CUTS if _CUT_SIGN.search(text) else ():
        at = text.rfind(cut, begin, -1)
        if at >= 0:
            begin = at + len(cut)
    return text[begin:].strip()


def means_to_read(text: str) -> bool:
    """Whether a line before a list, or above it, says that what is listed is to be read."""
    return _TO_READ.search(half_width(text)) is not None


def _english(text: str) -> bool:
    first = _FIRST_WORD.match(text)
    if first is None or not (first[0].lower() in _ENGLISH_FIRST or ("A" <= text[0] <= "Z" and " to " in text[:_NAMES])):
        return False
    return _ENGLISH.match(text) is not None


def may_intend(text: str) -> bool:
    """Whether a text has what an intention needs; most texts have not."""
    return any(_may(sentence) for sentence in _sentences(text)) or _led_to(text)


def _may(last: str) -> bool:
    if _english(last):
        return True
    if last.isascii():
        return False
    korean = _KO_MAY.search(last, max(0, len(last) - 12)) is not None
    if "가" <= last.rstrip(".!~ ")[-1:] <= "힣":
        return korean
    return korean or (_KANA.search(last) and _JA_MAY.search(last)) is not None or _ZH_MAY.search(last) is not None


def intends(text: str) -> bool:
    """Whether a text says what its writer means to do."""
    return meant(text) is not None


def meant(text: str) -> str | None:
    """The last sentence of a text that says what its writer means to do."""
    found = next((sentence for sentence in reversed(_sentences(text)) if _intends(sentence)), None)
    return last_sentence(text) if found is None and _led_to(text) else found


def _led_to(text: str) -> bool:
    return ("→" in text or "->" in text) and "?" not in text[-3:] and _LED_TO.search(text) is not None


def _sentences(text: str) -> list[str]:
    """The last sentence of a text, and a few before it."""
    last = last_sentence(text)
    if len(last) == len(text):
        return [last]
    return [*(each for each in _STOP.split(text)[-_MOST_SENTENCES:] if each.strip()), last]


def _intends(text: str) -> bool:
    last = bare_end(half_width(text).strip()).rstrip(",ㅋㅎㅠㅜ^~ ")
    if not last or len(last) > 160 or "?" in last:
        return False
    if _english(last):
        return True
    if last.isascii():
        return False
    while last.endswith(")") and "(" in last:
        last = bare_end(last[: last.rindex("(")])
    end = last[-1:]
    if "가" <= end <= "힣":
        found = _KOREAN.search(last) or _KOREAN_SOON.search(last)
        return found is not None and _KO_NOT.search(last) is None
    if any("ぁ" <= c <= "ヿ" for c in last):
        if _JAPANESE.search(last):
            return _JA_BEFOREHAND.search(last) is None
        return _JAPANESE_SOON.search(last) is not None and _JA_NOT.search(last) is None
    last = _ZH_MIND.sub("", last)
    return _CHINESE.search(last) is not None and _ZH_NOT.search(last) is None
