"""Patterns of statements, intentions and embedded questions: data for `statements`."""

from __future__ import annotations

import re


def any_of(*parts: str, flags: re.RegexFlag = re.NOFLAG) -> re.Pattern[str]:
    return re.compile("|".join(parts), flags)


# What a noun phrase is headed by, though its last syllables may look like a predicate.
KO_PHRASE = re.compile(
    r"(?:비교|부분|방법|경우|차이|이유|원인|방식|과정|구조|종류|정도|의미|역할|관계|조건|문제|결과|기준|개념"
    r"|원리|예시|예"
    r"|정리|확인|조사|검토|분석|정의|목적|특징|장점|단점|장단점|한계|효과|설명|내용|질문|의문|여부|필요성"
    r"|중요성)$"
)
KO_NOT_FINITE = re.compile(
    r"(?:람다|쿠다|바다|판다|마다|보다|부다|라마다|아멘다|소다|코다|필요|중요|개요|수요|주요|소요|동요|강요"
    r"|요)$"
)
KO_FINITE = re.compile(
    r"(?:다|[해돼어여아와워려져녀예네에세게죠지군]요|나요|습니다|거든|잖아|는데|은데|ㄴ데|인데|했음|같음|구나"
    r"|군|네|더라|더라고|대|답니다|란다|라고 함|다고 함)$"
)
KO_NOMINAL = re.compile(
    r"(?:^(?:씀|됨|함|옴)|[가-힣](?:함|됨|짐|킴|림|름|옴|춤|남|씀|움|봄|둠|줌|김|냄|남|큼|님|듦|뜀|꿈|감|섬)"
    r"|[있없같많높낮적좋작않짧얇넓좁]음|[^\s]임|[하되])$"
)
KO_NOT_NOMINAL = re.compile(
    r"(?:시스템|프로그램|알고리즘|메커니즘|플랫폼|팀|룸|사람|바람|요즘|조금|지금|자금|세금|프레임|타임|게임"
    r"|패러다임|런타임|모임|움직임|쓰임|책임|위임|도메임|네임|이름|흐름|여름|필름|주름"
    r"|구름|그림|스트림|크림|드림|트림|알림|쏠림"
    r"|이미짐|공감|질감|민감|영감|대감|마감|포함|결함|도움|배움|처음|다음|마음|모음|믿음|웃음|소음|잡음|녹음"
    r"|느낌|걸음|묶음|얼음|죽음|젊음"
    r"|호남|강남|미남|도남|성남|하남|장남|솜씀|말씀|시퀀스임|기움|리움|늘봄|이봄|사춤|맞춤|눈꿈|선님|선생님"
    r"|고객님|하나님|장군님|물김|튀김|하)$"
)
KO_CASE = re.compile(r"[가-힣A-Za-z0-9)\ufffc](?:이|가|을|를|은|는|도|에서|에|만|까지)\s+$")
KO_ADVERBIAL = re.compile(
    r"(?:때문|덕분|탓|듯|수 있음|수 없음|뿐|셈|편|위함|까닭|마련|법|모양|지경|참|터|위해서?|[라서]서"
    r"|[아어여해와워려져돼]서|므로|니까|려고|거든|느라)$"
)
# A predicate that Korean notes write as a bare Sino-Korean noun, told by the particle before it.
KO_PREDICATIVE = (
    "가능|불가능|필요|불필요|동일|유사|증가|감소|향상|하락|상승|저하|존재|발생|중요|유리|불리|우수|성립|수렴"
    "|발산|부족|충분|적합|부적합|한정|포함|의존|비례|반비례"
    "|일치|불일치|최적|최대|최소|붕괴|소실|폭발|안정|불안정|복잡|단순|명확|불명확|당연|일반적|효과적|효율적"
    "|비효율적|독립|종속|적용|사용|이용|활용|추가|제거|생성|반환|계산|학습|예측|수행"
    "|추정|측정|제안|도입|변환|유도|설정|지정|입력|출력|전달|공유|유지|개선|달성|기록|방지|해결|완화|강화"
    "|실시|시행|폐지|설치|확대|축소|조절|조정|제한|대체|구성|표현|정규화|최적화|초기화|가정|의미|요구|보장"
    "|허용|차지|주장|담당|처리|저장"
    "|선택|결정|고려"
)
KO_SUBJECT = re.compile(
    rf"(?:[가-힣A-Za-z0-9)\ufffc](?:이|가|은|는|을|를|도|로|에|만|에서|에만"
    rf"|으로))\s+(?:[^\s]+\s+)?(?:{KO_PREDICATIVE})$"
)
KO_CONNECTIVE = re.compile(
    r"[가-힣](?:하고|되고|이고|하며|되며|하면서|되면서|하면|되면|위해|위하여|통해|의해|따라|해서|돼서|되어"
    r"|하여|아서|어서|여서|워서|려서"
    r"|지만|으므로|므로|니까|으로써|로써|는데|은데|도록|거나|라서|이라|기에|느라|으면|[가-힣]면"
    r"|[^\s과]고)(?=[\s,])"
)
KO_VERBAL_NOUN = re.compile(rf"(?:{KO_PREDICATIVE}|[A-Za-z]+ing|[A-Za-z]+(?:ize|ise))$")
KO_NOT_CONNECTIVE = re.compile(
    r"(?:^|\s)(?:그리고|그러면|그런데|그래서|하지만|그러나|최고|창고|참고|보고|광고|재고|사고|원고|학습하고자"
    r"|하고자|[가-힣]*(?:화면|측면|표면|단면|평면|반면|장면|전면|후면|라면|이면|방면|노면|수면))(?=[\s,])"
)
JA_NOT_FINITE = re.compile(
    r"(?:違い|ちがい|扱い|狙い|度合い|お願い|つながり|まとめ|こと|とき|もの|ところ|方|使い分け|組み合わせ"
    r"|ばらつき|流れ|仕組み|考え|答え|問い|振る舞い|重み|やり方|読み|見積もり|偏り|広がり|手続き|働き|動き"
    r"|向き|続き|くらい|ぐらい|みたい|てみる|でみる|たい|ほしい|欲しい|予定|つもり|(?:確認|検証|調査|比較|実験"
    r"|検討|復習"
    r"|整理|勉強)する|調べる|試す|考える|読む|学ぶ|見直す|あたり|ほど|など|まで|より|への|での|という"
    r"|といった|について|における|による|に対する|する(?:際|時|方法|場合|理由|意味))$"
)
JA_FINITE = re.compile(
    r"(?:[ぁ-ん一-龥ァ-ヶーA-Za-z0-9)\ufffc](?:する|した|しない|だ|だった|である|であった|です|でした|ます"
    r"|ました|ません|ない|なかった|らしい|ようだ|そうだ|そう|はず|ため|ので|のだ|んだ|わけ|模様)"
    r"|[るいだたすうくぬむつ]から|[ぁ-ん一-龥](?:る|た|う|く|す|つ|ぬ|む|ぶ|ぐ|い|れた|った|いた|ている"
    r"|ていた|てる|しい|よい|良い|にくい|やすい))$"
)
JA_PREDICATIVE = re.compile(
    r"(?:が|は|も|を|に|で|と)(?:より|大きく|大幅に|必ず|約|[^\s、。]{0,8})?"
    r"(?:向上|低下|増加|減少|改善|悪化|使用|利用|適用|必要|不要|可能|不可能|発生|収束|発散|同じ|同値|等価|原則"
    r"|普通|基本|正解|必須|自然|無理|例外|禁止|任意|推奨"
    r"|等しい|自明|既知|未知|対称|成立|別物|重要"
    r"|採用|提案|追加|削除|実現|達成|比例|反比例|一致|不安定|安定|有効|困難|簡単|主流|前提|間違い|原因|限定"
    r"|最適|最大|最小|学習|計算|近似|保証|消失|爆発|独立|十分|不十分|圧縮|削減|抑制|軽減|回避|依存|対応|変換"
    r"|統一|固定|仮定|導入|推定|生成)$"
)
ZH_PREDICATE = re.compile(
    r"等价|等價|相当于|相當於|即为|即為|指的?是|分为|分為|意味着|意味著|对应|對應|来自|來自|基于|基於|适合"
    r"|適合|适用|適用|支持|负责|負責|只(?:能|有|会|會|在|需)|都(?=[^市])|才(?!能)|被"
    r"|已[经經]|[建应應][议議该該](?=[一-龥]{1,})|是|有(?!效|关|關|序|限|向|机|機|趣)|没|沒|会(?!议|議|话|話"
    r"|员)|會(?!議|話|員)|能(?!力|量)|可以|可能"
    r"|需要|必须|必須|使得?(?!用者)|让|讓|比.{1,12}(?:更|快|慢|大|小|高|低|好|差|多|少)|更|大于|大於|小于"
    r"|小於|等于|等於|不|了$|了[,。;]|(?<![为為除])了(?![解不])"
    r"|因为|因為|由于|由於|所以|因此|导致|導致|通过|通過|用于|用於|用来|用來|表示|采用|採用|使用|减少|減少"
    r"|增加|提高|降低|取决于|取決於|属于|屬於|变[大小快慢得成]|變[大小快慢得成]|保证|保證|避免|防止|引入"
    r"|经由|經由|经过|經過|[传傳送流变變转轉]到|进入|進入|产生|產生|形成|引起|造成|释放|釋放|分泌|抑制|促进|促進"
    r"|刺激|调节|調節|位于|位於|成为|成為|称为|稱為|维持|維持|返回|调用|調用|提供|存储|存儲|写入|寫入"
    r"|学习到|學習到|得到|加速|(?:占用|佔用)(?=.)|一样|一樣|相同|相等|一致|成[正反]比|无关|無關|先.{1,12}再"
    r"|^(?:为了|為了)|取\s?\d|随着|隨著|越.{1,6}越|应该|應該|决定|決定|依赖|依賴|包含|包括"
    r"|采取|採取|[多皆]?[採采](?=[一-龥]{2})|主张|主張|证明|證明|发现|發現|认为|認為|接近|收敛|收斂|发散|發散"
    r"|太|容易|要求(?!的|$)|要(?!求|点|點)"
)
ZH_HAS = re.compile(r"(?:没有|沒有|没什么|沒什麼|毫无|毫無|没啥|有很大的?|有一定的?)[^,。]{0,4}$")
ZH_PHRASE = re.compile(
    r"(?:的)?(?:区别|區別|差别|差別|方法|方式|原因|作用|意义|意義|关系|關係|过程|過程|问题|問題|情况|情況"
    r"|部分|比较|比較|对比|對比|条件|條件|原理|影响|影響|场景|場景|例子|步骤|步驟|公式|定义|定義|优缺点"
    r"|優缺點|特点|特點|结构|結構|细节|細節|目的|本质|本質|选择|選擇|计算方法|用法)$"
)
_FINITE = (
    "is are was were isn't aren't wasn't weren't am has have had hasn't haven't does do did doesn't don't "
    "didn't "
    "can cannot can't could couldn't will won't would wouldn't should shouldn't may might must it's that's "
    "there's we're they're i'm you're it'll uses needs gives makes takes works helps hurts fails runs "
    "returns "
    "depends requires means computes predicts improves reduces increases decreases converges diverges "
    "overfits "
    "underfits learns outperforms allows seems looks becomes keeps leads causes contains shows grows shrinks "
    "scales stays goes comes gets lets adds removes prevents avoids ensures acts behaves applies follows "
    "holds "
    "equals exceeds matches differs explains suggests implies reports argues claims proves finds found got "
    "went "
    "showed gave took became led ran failed dropped improved increased decreased converged diverged crashed "
    "worked helped returned caused pads saves costs waits blocks copies stores sends reads writes treats "
    "ignores "
    "assumes escapes penalizes normalizes approximates minimizes maximizes underestimates overestimates "
    "smooths "
    "doubles halves dominates vanishes explodes saturates corresponds consists tends happens exists occurs "
    "remains suffers supports provides produces generates captures encodes decodes preserves forces "
    "encourages "
    "regularizes speeds slows moves merges loses wins beats drives handles manages creates deletes breaks "
    "solves "
    "covers includes excludes begins executes performs throws raises lowers falls rises dies lives appears "
    "disappears emerges belongs relies attends tells says knows thinks believes understands sees feels wants "
    "prefers chooses selects picks pays expects generalises generalizes memorises memorizes forgets "
    "remembers "
    "carries pulls pushes replaces converts permits leaves brings turns sits stands satisfies violates obeys "
    "yields obtains achieves reaches leaks overflows crashes hangs compiles parses resolves binds catches "
    "misses "
    "skips repeats wraps extends inherits implements overrides destroys propagates accumulates amplifies "
    "cancels "
    "compensates contributes downweights emphasises emphasizes favors favours penalises normalises "
    "regularises "
    "minimises maximises interacts competes overlaps adapts decays collapses degrades flattens sharpens "
    "detects "
    "rejects accepts explores exploits integrates differentiates guarantees bounds suffices simplifies "
    "complicates "
)
EN_FINITE = frozenset(_FINITE.split())
EN_WORD = re.compile(r"[A-Za-z'’]+")
# Verbs that are nouns as well: what stands behind them decides.
EN_AMBIGUOUS = re.compile(
    r"\w\s+(?:starts|stops|ends|models|tests|checks|tracks|changes|maps|shares|splits|updates|fits|focuses"
    r"|passes|calls"
    r"|loads|opens|closes|drops|limits|measures|steps|benefits|trades|counts|ranks|labels|flows|controls"
    r"|signals)"
    r"\s+(?:the|a|an|its|their|all|no|more|less|only|both|every|each|it|them|\w+ly|\d+)\b",
    re.IGNORECASE,
)
EN_PLURAL = re.compile(
    r"\b[\w-]*[A-Za-z]s\s+(?:\w+ly\s+|also\s+|still\s+|always\s+|never\s+|only\s+|often\s+)?(?:use|need|give"
    r"|make|take|work"
    r"|help|hurt|fail|run|return|depend|require|mean|improve|reduce|increase|decrease|converge|diverge|learn"
    r"|allow"
    r"|seem|look|become|keep|lead|cause|contain|show|grow|shrink|scale|stay|go|come|get|let|add|remove"
    r"|prevent|avoid"
    r"|ensure|act|behave|apply|follow|hold|match|differ|imply|merge|move|lose|win|break|handle|cover|include"
    r"|start"
    r"|stop|fall|rise|vanish|explode|saturate|appear|emerge|remain|belong|correspond|consist|tend|exist|occur"
    r"|suffer"
    r"|rely|generali[sz]e|memori[sz]e|forget|carry|replace|share|change|cancel|contribute|dominate|encode"
    r"|provide"
    r"|produce|support|store|send|read|write|wait|block|cost|save|overlap|interact|compete|decay|adapt|beat"
    r"|outperform|collapse|destroy|dominate|leak|crash|live|die|travel|attend|focus|agree|disagree)"
    r"(?:\s+(?:the|a|an|it|them|their|its|to|from|into|with|without|only|all|no|more|less|faster|slower"
    r"|better|worse"
    r"|well|as|because|when|if|at|by|in|on|for|out|up|down|\w+ly|\d+)\b|$)",
    re.IGNORECASE,
)
EN_MANY = re.compile(
    r"^(?:[\w-]+ ){0,3}[\w-]{2,}s (?:just|usually|often|still|always|never|simply|only|rarely|sometimes"
    r"|mostly) [a-z]{3,}\b",
    re.IGNORECASE,
)
EN_ADVERB = re.compile(
    r"\w\s+(?:only|also|never|always|just|still|already|often|usually|mostly|mainly|simply|actually|now|typically)"
    r"\s+[a-z]{2,}(?:s|ed)\b",
    re.IGNORECASE,
)
EN_PAST = re.compile(
    r"^(?:(?:the|a|an|this|these|some|most|many)\s+)?(?:[\w-]+\s+){0,2}?(?:[A-Z][\w-]+"
    r"|[\w-]+s)\s+(?:\w+ly\s+)?(?:\w{2,}ed\s+"
    r"(?:the|a|an|its|their|his|her|all|no|only|it|them|him)\b|(?:stayed|remained|became|began|kept|lost|won"
    r"|rose|fell|grew"
    r"|came|took|made|said|told|thought|saw|knew|held|brought|wrote|stood|felt|built|spent|meant|paid|broke"
    r"|drove|chose"
    r"|gave|went|got|happened|existed|occurred|disappeared|appeared|collapsed|vanished|exploded)\b)",
    re.IGNORECASE,
)
EN_ARGUE = re.compile(
    r"\w\s+(?:argue|show|report|claim|find|prove|suggest|propose|demonstrate|observe|note|conclude|say|think"
    r"|believe)\s+that\b",
    re.IGNORECASE,
)
# Such a verb with its object, wherever its subject stands.
EN_PARTICIPLE = re.compile(
    r"^(?:only |mostly |usually )?(?:used|needed|required|meant|intended|useful|allowed|caused|given|defined"
    r"|computed)"
    r" (?:when|if|for|to|because|by|in|as|only)\b",
    re.IGNORECASE,
)
EN_OBJECT = re.compile(
    r"\w\s+(?<!to )(?<!what )(?<!can )(?<!that )(?:causes?|requires?|prevents?|determines?|affects?"
    r"|needs?)\s+(?:the|a|an|more|less|no"
    r"|(?!other|number|order|layer|paper|parameter)\w{3,}er)\b",
    re.IGNORECASE,
)
# Verbs that begin a note which leaves its subject out ("works only on Linux").
_BEGINNING = (
    "works depends helps hurts fails runs needs gives makes takes returns computes improves reduces increases "
    "decreases converges diverges requires means seems keeps leads causes allows prevents avoids happens matters costs "
    "saves"
)
EN_NO_SUBJECT = frozenset(_BEGINNING.split())
EN_RELATIVE = re.compile(r"\b(?:that|which|who|where|when|what|how|why|whether|if)\s+(?:\w+\s+){0,4}?$", re.IGNORECASE)
EN_BECAUSE = re.compile(
    r"^(?:yes|no|nope|bc|cos|cuz|my (?:bet|guess)|not (?:really|quite|exactly|always|necessarily|at all)"
    r"|same as|probably|depends|only"
    r"|because|since"
    r"|due to|thanks to|so that|to avoid|otherwise)\b",
    re.IGNORECASE,
)
EN_PRONOUN = re.compile(
    r"^(?:it|they|we|i|you|he|she|this|these|those|both|all|one|there|everything|nothing)\s+(?:\w+ly\s+"
    r"|just\s+|also\s+|only\s+|never\s+|always\s+|still\s+)?(?!of\b|and\b|or\b|for\b|in\b|on\b|with\b|to\b"
    r"|at\b|about\b|by\b|from\b)[a-z]+(?:s|ed|e|t|n|d|w|k|l|y)?\b",
    re.IGNORECASE,
)
EN_THAN = re.compile(
    r"\b(?:faster|slower|better|worse|higher|lower|larger|smaller|more|less|fewer|cheaper|bigger)\b.* than\b",
    re.IGNORECASE,
)
INTENTION = any_of(
    r"[가-힣](?:보기|하기|기|자)$|[아어여해봐와워]야(?:겠다|겠음|지|함|할 듯|한다|할 것 같다)$|(?:할|볼"
    r"|될)\s?(?:예정|계획)$|(?:확인|비교|정리|구현|실험|조사|검토|테스트"
    r"|측정|재현)\s?(?:하기|필요|하자|해보자|요망)$",
    r"(?:[을를도]|[가-힣A-Za-z]+[과와])\s+(?:비교|정리|구현|실험|조사|검토|테스트|측정|재현)$|(?:확인|재현)$",
    r"(?:する|みる|試す|調べる|読む|直し|確認|検証|比較|再現|実装|試したい|したい|しておく|すること|べき|たい)$",
    r"^(?:检查|檢查|确认|確認|复现|復現|看看|查|试|試|实现|實現|对比|對比|比较|比較|验证|驗證|阅读|閱讀|推导"
    r"|推導|整理|测试|測試|跑|学习|學習|了解|研究|思考|补|補|读|讀|写|寫)",
    r"^(?:check|verify|compare|try|implement|reproduce|read|look (?:up|into|at)|find(?: out)?|run|test|see"
    r"|write|understand|summari[sz]e|figure out|re-?read|re-?derive|derive|prove|measure|plot|skim|review"
    r"|confirm|benchmark|ask|explore|investigate|study|learn|watch|work through|replicate|note|move|cut|rewrite"
    r"|redo|fix"
    r"|add|e-?mail|call|send|draft|drop|buy|get|print|finish|update|rename|remove|merge|split|clean|prepare"
    r"|practi[sc]e"
    r"|revise|memori[sz]e|repeat|order|book|pay|return|rerun|re-run|tidy|sort|draw)\b(?! (?:is|are|was|were|has)\b)",
    flags=re.IGNORECASE,
)
THING = re.compile(r"([가-힣])\s?(?:것|거|것들)$")
INTENTION_NOT = re.compile(
    r"(?:크기|세기|(?:^|\s)보기|무기|주기|초기|시기|동기|분기|전기|후기|중기|장기|단기|계기|위기|용기|여기"
    r"|거기"
    r"|저기|얘기|이야기|[^\s]*것\s*같|그것|이것|저것|아무것)$"
)
EMBEDDED = any_of(
    r"(?:왜|어떻게|얼마나|얼마|무엇|무슨|뭐가|뭘|어떤|어느|언제|어디|몇|누가)[^.?!]*(?:[는은인한된]지"
    r"|[는던인]가|[ㄹ을일할될]지|[가-힣]지)(?:를|도|는|에 대해)?\s*(?:다시 |꼭 |직접 |한번 |좀 |더 )?"
    r"(?:확인|조사|비교|측정|검토|검증|알아|찾아|살펴|실험|계산|정리|체크|테스트|공부|읽어|보기|볼|물어"
    r"|재\S?보|재봐|돌려|봐야|따져|파악|고민"
    r"|분석)",
    r"(?:는|은|인|한|된|을|할|될)지\s*(?:여부\s*)?(?:를|도)?\s*(?:다시 |꼭 |직접 |한번 |좀 |더 )?(?:확인"
    r"|검증|검토|체크|테스트|찾아|알아|실험|측정|조사)",
    r"(?:どう|どれ|なぜ|何|いつ|どこ|どの)[^。?]*か(?:どうか)?(?:を|について)?(?:確認|調べ|検証|比較|測|試"
    r"|考え|読|知)|かどうか(?:を)?(?:確認|調べ|検証|測|試)",
    r"(?:确认|確認|检查|檢查|查|看看|搞清楚?|弄清楚?|验证|驗證|了解|研究|测|測|弄明白|想想"
    r"|思考)[^。]{0,30}?(?:是否|多少|怎么|怎麼|如何|什么|什麼|甚麼|为什么|為什麼|为何|為何|有没有|有沒有|哪"
    r"|几|吗|嗎)",
    r"^(?:check|verify|find out|see|figure out|understand|test|measure|look up|investigate|determine|learn"
    r"|ask|explain|study|explore|confirm)\b[^.?]*?\b(?:how|why|whether|if|what|which|when|where)\b",
    r"^how (?:much|many|well|often|fast|slow|large|long|far)\b",
    flags=re.IGNORECASE,
)
FIND_OUT = re.compile(r"(?:find|figure|check|understand)\b", re.IGNORECASE)
ASKING = re.compile(
    r"(?:^|[\s(])(?:왜|어떻게|얼마나|무엇|뭐가|뭘|어떤|언제|누가)|なぜ|どう|为什么|為什麼|怎么|怎麼"
    r"|^(?:find|figure) out|^(?:check|understand) why",
    re.IGNORECASE,
)
NO_ANSWER = any_of(
    r"^(?:모름|모르겠\S*|잘 모\S*|아직 (?:모|못|안)\S*.*|미정|없음|확인 ?(?:필요|중|요망).*|추후 .{0,10}"
    r"|다음 ?(?:주|번|시간|회의|미팅|모임)\S* .{0,12}(?:논의|확인|질문|얘기|이야기|다루|정리|하기)\S*"
    r"|나중에 .{0,12}|못 찾\S*|찾아(?:봐야|볼).*)$",
    r"아직[^.]{0,30}(?:못|안 |모름|모르)|(?:좋겠|(?:찾아|알아|물어|확인해|[해더]) ?봐야 ?(?:할|함|겠|한다|될)"
    r"|알아봐야|찾아봐야|해야 할 듯"
    r"|확인해야|지 (?:아직 )?못 ?정(?:함|했음|했다)$)",
    r"^(?:tbd|tba|tbc|todo|n/?a|none|nope\?|unknown|unclear|no idea|not (?:sure|yet|clear|found|known)\b.*"
    r"|don'?t know.*|i don'?t know.*|to be (?:determined|answered|confirmed|checked).*|pending|later|wip"
    r"|ask .{1,30}|\?+|-+|\.+|…+|x)$",
    r"^(?:まだ)?(?:持ち帰り|宿題|未定|不明|未確認|未回答|わからない|分からない|要確認|要調査|調査中|確認中|保留"
    r"|後で.{0,10}|あとで.{0,10}|まだ.{0,20}(?:ない|いない|ていない))$",
    r"(?:好像|似乎|貌似)(?:是|有|不是|可以)?$|^(?:暂时|暫時|目前|还|還|我也|仍|仍然|依然)*(?:不知道|未知|待定"
    r"|待补充?|待補充?|待确认|待確認|待查"
    r"|不清楚|不确定|不確定|暂无|暫無|没有?找到|还没.*|還沒.*|尚未.*|以后再.*)$",
    flags=re.IGNORECASE,
)
