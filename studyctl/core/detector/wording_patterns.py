"""Patterns of question wording and doubt in Korean, Japanese, Chinese and English: data for `wording`."""

from __future__ import annotations

import re

# Full-width marks as the half-width ones that the patterns know.
HALF = str.maketrans("？！：（）［］，；～　ＱＡ．", "?!:()[],;~ QA.")
FULL = re.compile("[" + "".join(chr(c) for c in HALF) + "]")
CLOSERS = " \t\r\n\"'”’»」』】)]*_~`.…。．!^"
# Gives up early on nearly every line that holds no question. Literals only: `re` then looks for their first
# characters alone.
HINT = re.compile(
    "\\?|？|何|どこ|どれ|誰|どちら|どっち|掴|つかめ|しっくり|いまいち|追いつ|더라|다름|까|나|지|가|냐|죠|래|데|감이"
    "|납득|궁금|놓쳤|놓침|결론|안 보|안 그려|못 정"
    "|헷갈|헛갈|모르|몰라|모름|의문|이해|애매|불분명|확실|알 수|알수"
    "|か|かな|かしら|なんで|なんの|分か|わか|疑問|謎|不明|気に|なぜ|何故|だろう|っけ|とは|腑に|ピン|理解|自信"
    "|知りたい|やろ|いいの|ええの|迷い|説明でき|んだろ|誰も|追え|ついていけ|納得|イメージ|どう|何故|聞きそび|毎回|決め"
    "|说不清|說不清|拿不定|糊涂|糊塗|凭什|憑什|还是|還是|每次|搞混|记混|記混|不一|不同|吗|嗎|呢|么|想不|何在|不会|不會|没人|沒人|不要|不该|不該|不值|不需|什么|什麼|甚麼|甚么|是否|为何|為何|为啥"
    "|為啥|谁|誰|咋|干嘛|怎|如何"
    "|不懂|不清楚|不理解|不太"
    "|不确定|不確定|困惑|疑惑"
    "|好奇"
    "|不晓得|不曉得|想不通|搞不|听不|聽不|推不|没听|沒聽|没跟|沒跟|没太|没理|没搞|沒搞|没看|沒看|没懂|沒懂|看不"
    "|弄不|没想"
    "|沒想|没弄|沒弄|有没有|有沒有|哪|多少|几个|幾個"
    "|与否|與否|わっか|ってなん|って何|似懂|没有看|没有听|没有搞|没有弄|没有读|沒有看|沒有聽|沒有搞|沒有弄|沒有讀|搞清|搞懂|弄懂|弄清|搞明|弄明"
    "|是不是|能不能|可不可以|到底|究竟|疑问|疑問|存疑|不知"
)
HINT_EN = re.compile(
    "disagree|decide|work out|convinced|asks |cannot tell|can't tell|cant tell|lost me|asking myself|didnt |whether to "
    "|why|how|what|which|when|where|who|lost|stuck|remember|really get"
    "|need to|wonder|sure|clear|certain|obvious|understand|confus|puzzl"
    "|baffl|myster|nobody|no one"
    "|curious"
    "|idea|know|grasp|figure|clarif|don't get|can we|could we|should |can i|can you"
    "|didn't get|not get|n't follow|not follow"
    "|, is|, are|, was|, does|, do|, did|, can|, could|, should|, would|, will|, has|, have|– is|– are|– does|– do"
)
# Verbs with which a question begins that has no question word.
HINT_FIRST = re.compile(
    r"(?:[A-Z][\w.]{0,14}(?: [A-Z][\w.]{0,14})?: )?(?:so |and |but |then |also |or )?(?:is|isn'?t|are|aren'?t"
    r"|was|were|wasn'?t|am|do|don't|does|doesn'?t|did|didn'?t"
    r"|has|hasn'?t|have|can|can'?t|could|couldn'?t|would|will|might|should|shouldn't) ",
    re.IGNORECASE,
)
# One of these stands in every doubt.
HINT_DOUBT = re.compile(
    "구분|구별|판단|요약|놓쳤|놓침|결론|微妙|悩|聞きそび|毎回|每次|搞混|记混|記混|不一|不同|说不清|說不清|拿不定|糊涂|糊塗"
    "|disagree|decide|work out|convinced|asks |안 보|안 그려|못 정|決め|clue|tell|lost me|asking myself|didnt "
    "|没有看|没有听|没有搞|没有弄|没有读|沒有看|沒有聽|沒有搞|沒有弄|沒有讀|没怎|沒怎|没完|沒完|没很|沒很|わっか|ってなん|って何|似懂|弄明|搞明|搞清|弄清|어려움|어려웠|어려워|어렵|没写|没讲|没说|没提|没标|没人|没查|没问|没找|沒寫|沒講|沒說|沒提"
    "|沒人|存个疑|存個疑|迷い中|决めかね|understand|understood|follow|grasp|figure out|get |know|sure|clear"
    "|certain|obvious|wonder|confus|puzzl|remember|really get"
    "|baffl|myster|idea|nobody|no one"
    "|curious|clarif|see why|see how|need to|lost|stuck|싶|고민|와닿|와 닿|감이|납득|궁금|헷갈|헛갈|모르|몰라"
    "|모름|이해|의문|확실|분명|명확|애매|알 수|알수"
    "|分か|わか|いまいち|掴め|つかめ|しっくり|追いつ|気に|疑問|謎|不明|腑に|ピン|理解|自信|知りた|追え"
    "|ついていけ|納得|イメージ|説明でき|誰も|没人|沒人|谁也|誰也|不会|不會|아무도|설명|알려|懂|明白"
    "|清楚|想不|搞不|听不|聽不|推不|没听|沒聽|没跟|沒跟|没太|没理|确定|確定|困惑|疑惑|好奇"
    "|疑问|存疑|不知|不晓得|不曉得"
)
MARK = re.compile(
    r"\?+[!?]*(?=$|[\s\"'”’)\]」』】*_~]|[가-힣ぁ-んァ-ヶ一-龥→⇒]|[\u2600-\u27bf\u2b50\U0001f300-\U0001faff])"
    # a question that is only talked about
    r"(?!\s?(?:という|といった|との|とか|って|と(?:思|考|聞|言|問|書)|라는|라고|란 |라며|(?:这|這|那)(?:个|個"
    r"|种|種|类|類)))"
)
# The name of a method, or of a project, that ends in a question mark, and the particle behind it.
NAME_BEFORE = re.compile(r"[A-Za-z_][a-z_]+$")
JA_PARTICLE = re.compile("[はがをにもや](?!.{0,3}$)")
# What goes on with a Japanese one: "読み取り優先?のシステムだと".
JA_GOES_ON = re.compile("の(?=[一-龥ァ-ヶ])")
# What goes on with a Korean sentence behind a word that its writer doubts.
KO_GOES_ON = re.compile(
    r"(?:마다|에서|으로|들은|들이)(?=\s)|\s?(?:하는|한다는|되는|하고|해서|하면|설명|정도|같은) ?\S*"
)
# A question mark at the beginning: "??? which edition".
LEADING_MARK = re.compile(r"\?{1,3}\s+(?=\S+\s?\S)(?!(?:is|operator|연산자|演算子|运算符|運算子))")
# What may stand behind a question and says nothing: emoji, laughter, tears.
FLOURISH = re.compile(r"[\W_ㄱ-ㅎㅏ-ㅣ]*(?:\((?:笑|泣|웃음)\))?[\W_ㄱ-ㅎㅏ-ㅣ]*")
# Behind an ending without its mark, laughter says that nobody asks.
LAST_FLOURISH = re.compile(
    r"(?:\s*(?:[\u2190-\u21ff\u2600-\u27bf\u2b50\ufe0f\u200d\U0001f300-\U0001faff]|[ㅠㅜ]{2,}|\(泣\)?))+$"
)
# A line that gives an example, in the words of somebody else.
EXAMPLE = re.compile(r"(?:예문|예시|例文|例句|example|ex|e\.g\.)\s?[:.)]", re.IGNORECASE)
QUOTES = re.compile(r"[\"“「『][^\"”」』]*\?")
QUOTED = re.compile(r"\"[^\"]{0,300}\"|“[^“”]{0,300}”|「[^「」]{0,300}」|『[^『』]{0,300}』")
# A mark by itself: "(?)", or one that stands for a word ("married Ann ? in Leeds").
# Who asks it, behind the mark: "was there no difference? (Pham)".
ASKER = re.compile(r"(?<=\?)\s*\([^()?]{2,14}\)$")
# A question of an exam with the letter of its solution: "Which one is it? (C)".
SOLVED = re.compile(r"\?\s*[(\[]\s*(?:[A-Ea-eOX○×①-⑤]|[1-5]번?)\s*[)\]]$")
ALONE_AT_END = re.compile(r"[(\[]\s?\?{1,3}\s?[)\]][.\s\"]*$")
BARE_MARK = re.compile(r"(?<=\w\s)\?(?=\s+[a-z])|[(\[]\s*\?+\s*[)\]]")
# A doubtful word within a sentence: "about (20?) packets".
WORD_ASIDE = re.compile(r"\(([^()?]{1,24})\?+\)(?=\s?[^\s.。!)」])")
ASIDE = re.compile(r"\(([^()]{1,60})\?+\s*\)\W*$")
HINT_ASIDE = re.compile(
    r"왜|어떻|뭐|무엇|얼마|언제|어디|까$|나$|지$|가$|[かの]$|なぜ|何|どう|为|為|什|怎|吗|嗎|哪"
    r"|\b(?:why|how|what|which|when|where|who)\b|\w+ or \w+",
    re.IGNORECASE,
)
HEDGE = re.compile(
    r"\b(?:maybe|perhaps|probably|presumably|possibly|i guess|i think|likely)\b"
    r"|아마|듯\s*\?|것 같|거 같|같은데|같음\s*\?|싶은데|[ㄱ-ㅎ]{2}\?"
    r"|たぶん|多分|おそらく|恐らく|かもしれない|かも\s*\?|っぽい\s*\?|のではないか|んじゃないか|好像|似乎|貌似"
    r"|可能是|也许|也許|大概"
    r"|或许|或許|应该是"
    r"|應該是",
    re.IGNORECASE,
)
KO_ENDING = re.compile(
    r"(?:는가|은가|인가|한가|된가|던가|[ㄹ을일할될볼쓸갈날들올줄]까|까요|나요|가요|[는은을]지|인지|한지|된지"
    r"|일지|할지|될지|느냐|으냐|하냐|되냐|이냐|거냐|걸까|뭘까|뭐지|뭔지|왜지"
    r"|건가|런가|른가|큰가|쁜가|픈가|진가|난가|간가|온가|본가|든가|던지|신지|런지|른지|큰지|건지|뭐냐|뭐임"
    r"|[가-힣]냐|닌가|않은가|[가-힣]하나|뭘까요|뭔데|뭐길래|뭐더라|뭐죠|무엇|뭐야|(?:되|있|없|맞|같|쓰|오|좋"
    r"|크|많|걸리|생기|바뀌|아니|않|[았었했였됐갔왔봤겠]|려)나)$"
)
KO_RIEUL_KKA = re.compile(r"([가-힣])까(?:요)?$")
KO_NIEUN = re.compile(r"([가-힣])(?:가|지)$")
KO_ASK = re.compile(
    r"(?:^|[\s(,\"'“‘])(?:왜|어떻게|어째서|얼마나|얼마|무엇|무엇을|무엇이|무슨|뭐|뭐가|뭘|뭔|어떤|어느|어디"
    r"|어디서|언제|누가|몇)(?=[\s가-힣,]|$)"
)
# A clause before a verb: something with a particle.
KO_CLAUSE = re.compile(r"[가-힣A-Za-z0-9)\"'”’](?:은|는|이|가|을|를|도|에서|에|로|에게|부터)\s")
KO_LOOSE = re.compile(r"(?:다름|나|지|까|냐|가|죠|지요|네|래|나요|대|더라)$")
# Nouns that end like a question.
KO_NOUN = re.compile(
    r"(?:까지|이미지|메시지|페이지|패키지|스테이지|엣지|에지|에너지|브리지|브릿지|랭귀지|스토리지|저지"
    r"|유지|방지|정지|인지|감지|휴지|뿐인지|단지|(?:^|연구|작업|업무|학습|공부|독서|실험|훈련|운동|수업|육아"
    r"|개발|관찰"
    r"|회의|투자|매매|여행|생활)일지"
    r"|추가|평가|증가|저가|단가|국가|참가|전문가|가격|휴가|인가|허가|결과|코로나|안테나|바나나|아레나|페르소나"
    r"|차이나|[이거]나|^하나|가지|그러나|이나|거나|누구나|언제나"
    r"|어디나|너나|든지|든가|던가|만큼인가)$"
)
JA_ENDING = re.compile(
    r"(?:は|が|って|の)(?:何|なに|どこ|どれ|いつ|誰|だれ|いくら|どっち|どちら)$|(?:のか|だろうか|でしょうか"
    r"|ですか|ますか|ましたか|ませんか|んですか|るか|ないか|べきか|いいか|良いか"
    r"|よいか|どうか|たのか|なのか|かどうか|ったか|いたか|したか|[何誰]なんだろう|なんだろう|だろう|かな"
    r"|かなあ|(?:なんで|なぜ|何故|どうして).{0,40}なの|のは(?:なぜ|何故|どうして)か|どういうことか?|どういう意味"
    r"|(?:なぜ|なんで|どうして|何故|何で)[^。]{1,60}(?:の|んだ)|んだろう?|(?:ん|の|る|た)(?:やろ|やろか|やろう)"
    r"|でやろ|(?:どう|何|どこ|いつ|誰|どれ)(?![かもで])(?:(?!かを|かが)[^。]){0,14}(?:する|なる|だったか)|(?:て|で)(?:いい|ええ|よい)の"
    r"|(?:何|なに|どれ|どこ)(?:に|を)しよう|どうしよう|どうして|なんで|何の[^。]{1,12}か|かしら|っけ|とは|なぜ"
    r"|何故)$"
)
# "どれに落ちても同じなのだろう" supposes, and asks nothing.
JA_NOT = re.compile(
    r"(?:と|こと)は$|(?:ではないか|じゃないか)と|(?:どれ|どこ|いつ|誰|何|どちら|どう)[^。、]{0,8}[てで]も[^。]*だろう$"
)
JA_WHY = re.compile(r"(?:なぜ|なんで|どうして|何故)(?!か|なら)[^。か]{1,40}(?:る|ない|い|た)$")
# "これで十分か", "本当に可能か"; adjectives end so, too (静か).
JA_NOUN_KA = re.compile(r"(?:[はがもでに]|って).{0,30}(?![静確豊僅微密厳遥仄暖温愚]か)[一-龥ァ-ヶー]か$")
JA_VERB_END = frozenset("うくぐすつぬぶむるたいだ")
JA_ASK = re.compile(
    r"なぜ|何故|どうして|なに[がをのに]|どこまで|どう(?:やって|すれば|いう|なる|する|しよう)"
    r"|何[がをのにでもかと]|なんで"
    r"|なんの|どれ|どの"
    r"|どちら|どっち|いつ|どこ|誰|いくつ|いくら|何[本個人回年月日時枚台分円度]"
    r"|どんな|とは"
)
ZH_ENDING = re.compile(
    r"(?:吗|嗎|呢|(?<![什怎那这這多要])么|怎样|怎樣|咋办|为啥|為啥|干嘛|什么|什麼|甚麼|甚么|为何|為何|怎么办"
    r"|怎麼辦|怎么样|怎麼樣|多少|哪里|哪裡|哪个|哪個|几个"
    r"|幾個|与否|與否|何在|真的假的|啥(?:关系|关系|区别|意思|用|时候|原因)?|有(?:没|沒)有|[几幾](?:条|條|个|個"
    r"|档|檔|本|次|份|天|年|种|種|家)|(?:谁|誰)(?:来|來|去)?[一-龥]{1,4}|去哪(?:儿|兒)?了?|哪家|哪天|哪种|哪種"
    r"|哪年|哪位|哪本)$"
)
ZH_START = re.compile(
    r"^(?:[^,。:]{0,16}?[,:]\s*)?(?:谁来|誰來|为什么|為什麼|為甚麼|为何|為何|为啥|為啥|(?:怎么|怎麼)(?![也都])"
    r"|谁(?=[^都也]{2,12}$)|誰(?=[^都也]{2,12}$)|什么是"
    r"|什麼是|甚麼是|什么叫|是否"
    r"|是不是|能不能|可不可以|有没有|有沒有|哪些|哪种|哪種|到底|究竟)"
)
ZH_INSIDE = re.compile(
    r"(?:^(?:如果|假如|若)[^,。]{2,24},[^,。]{0,8}(?:如何|怎么|怎麼)|要不要|该不该|該不該|值不值得|需不需要"
    r"|为什么|為什麼|為甚麼|为何|為何|为啥|為啥|(?<!不)(?:怎么"
    r"|怎麼)(?![也都])|是否|是不是|有没有|有沒有"
    r"|到底|究竟|(?<![没沒])(?:有什么|有什麼|有甚麼)(?![样樣])"
    r"|凭什么|憑什麼|是什么|是什麼|是甚麼"
    r"|(?<!不知道)(?<!不清楚)(?<!不确定)(?<!不確定)(?<!不知)是[^,。;都也]{1,14}(?:还是|還是)[^,。;都也]{1,16}$"
    r"|多少(?:米|个|個|元|钱|錢|天|分|人|度|次|年|块|塊|公里|克|斤)(?![^,。;]{0,8}[都也])|啥(?:时候|時候|区别"
    r"|意思|关系|关系|原因|用)|(?:哪|几|幾)(?:条|條|个|個|种|種)(?=$|[,，])"
    r"|(?<![没沒])(?<![没沒]有)(?<!不是)(?:什么|什麼|甚麼)(?![^,。;]{0,6}[都也]|[的时時样樣])[^,。;]{1,8}$)"
)
ZH_CONTROL = re.compile(
    r"^(?:今天|本周|这周|這週|上周)?都?(?:做|学|學|看|读|讀|干|幹)了些?(?:什么|什麼|啥)$|^(?:看看|看一下|查一下"
    r"|查查|确认|確認|搞清楚|弄清楚)[^,。?]{0,40}(?:怎么|怎麼|什么|什麼|为什么|為什麼|是否)"
    r"|(?:判断|判斷|检查|檢查|检测|檢測|确定|確定|决定|決定|取决于|取決於|表示|验证|驗證|看(?=要不要)|无论"
    r"|無論|不管|控制"
    r"|查看|看看|知道|说下|說下|说说|說說|谈论|談論|谈谈|談談|说明|說明|解释|解釋|介绍|介紹|确认|確認|测试|測試"
    r"|了解|明白|理解|去查|记录|記錄|整理|分享|展示|演示|教你|总结|總結|定义|定義)[^,。]{0,12}?"
    r"(?:是否|是不是|有没有|有沒有|怎么|怎麼|为什么|為什麼|什么|什麼|是什么|是什麼|为何)"
)
# A remark behind a question: "真的有实施到地方吗，证据好像很有限".
ZH_REMARK = re.compile(r"(?<!知道)(?<!不是)[吗嗎],(?![^,]*(?:疑|不知|不懂|不清|不确|不確))[^,。?]{2,24}$")
# A verb with its own denial: "样本量够不够", "来不来得及".
ZH_OR_NOT = re.compile(r"([一-龥])不\1(?!的)")
# A remark behind a question that has no mark: "근거가 있나 (표 못 찾음)".
LAST_ASIDE = re.compile(
    r"\s?\([^()]{0,30}(?:より|から|さん|님|씨|못|안 |없|모르|모름|아직|not|n't|no |没|沒|不|ない|なかった|未)"
    r"[^()]{0,30}\)$"
)
_SUBJECT = r"(?:this|that|it|there|these|those|we|they|i|he|she|one|any(?:one|body|thing)?)"
EN_START = re.compile(
    r"(?:so |and |but |then |also |or |hmm,? |wait,? |ok |btw |and so )?(?:"
    rf"(?:is|isn't|are|aren't|was|were|wasn't|am|does|doesn't|did|didn't|has|hasn't|have|can|can't|could|couldn't"
    rf"|would|will|might) {_SUBJECT}\b(?!,)(?= [^,]*$)|(?:do|don't|should|shouldn't) (?:we|they|i)\b(?= [^,]*$)"
    r"|(?:isn'?t|aren'?t|doesn'?t|wasn'?t|can'?t|couldn'?t|wouldn'?t|didn'?t) (?:the|a|an|that|this|it"
    r"|my) \w+ \w+|does the \w+ \w+"
    r"|does (?!not\b)\w+ (?!not\b)[\w'-]+(?= )"
    # "Did more reading" is what a log says.
    r"|did (?!(?:not|more|some|a|an|much|lots?|little|most|one|two|few|well|nothing|all|another|my|our|it|so)\b)"
    r"\w+ (?!not\b)[\w'-]+(?= )"
    # "Doesn't rely on …" leaves out its subject and asks nothing.
    r"|(?:doesn'?t|didn'?t) \w+ (?!(?:on|in|to|the|a|an|that|this|these|those|with|for|at|of|from|any|all|as|it"
    r"|them|by|well|much|and|or|so|too|its|their|our|my|about|into|when|if|really|actually|even)\b)[\w'-]+(?= )"
    r"|(?:is|are|was|were) (?:the|my|our|there|any|every|all) [\w'-]+ (?!of\b)[\w'-]+(?=[^:]*$)"
    r"|(?-i:whether) to \w+|(?:can|could|should|does|did) (?:a|an|the) [\w' -]{2,24} (?:be|have|do|go|count|need"
    r"|work)\b|who [a-z]+ed (?:her|him|it|them|the|a|this|that)\b"
    r"|[^?]* or not$|how (?!to\b|many\b|much\b)\w+ (?:is|are|was|were) (?:the|this|that|those|these|it|they)\b"
    r"|(?:would|could|will|can) (?!be\b|not\b|have\b)[\w-]+ (?:have|be|make|help|work|matter)\b"
    r"|why the [\w ]{2,24}$|how come\b|why (?:so|only|no|bother|use|even)\b"
    r"|how (?:big|large|small|fast|slow|good|bad|accurate|reliable|important|common|strong|stable|deep|wide|high|low"
    r"|robust|sensitive|expensive|hard|likely|close|general) (?:is|are|was|were|does|do|can|should|would)\b"
    r"|[^,:.;]{3,60}[,–—-] ?(?:and |but |so |or )?(?:is|isn't|are|aren't|was|were|does|doesn't|do|did|didn't"
    r"|can|can't"
    r"|could|should|shouldn't|would|will|has|have) (?:this|that|it|these|those|i|we|they|he|she"
    r"|there)\b(?=(?: [^\s,]+){1,12}$)"
    r"|(?:if|when|given|since|because) [^,?.:;]{3,60}, (?:then )?(?:why|how|what|where|which|who) (?:do|does|did"
    r"|is|are|was|were|can|should|would)\b"
    r"|who (?:has|owns|holds|pays|signs|decides|brings|runs|does|did|can|will)\b|who (?:invented|discovered"
    r"|coined|came up|wrote|decides|first)\b|"
    r"(?:how (?:much|many) (?:\w+ ){1,2}(?:do|does|did|is|are|can|should|would|will) (?:it|we|i|the|this|that"
    r"|they)\b)|(?:why|how|when|where)(?: (?:exactly|then|much|many|far|long|often|come|else))? (?:do|does|did|is|are"
    r"|was|were|can|could|should|would|will|don'?t|doesn'?t|isn'?t|aren'?t|didn'?t|can'?t|won'?t|wasn'?t|not)\b"
    r"|what (?:exactly |really |actually )?(?:counts|determines|decides|drives|triggers|prevents|stops|limits"
    r"|explains|guarantees|controls|defines|distinguishes|separates|sets|keeps)\b(?!.*:)"
    r"|whats (?:the|this|that|it)\b"
    # "What is interesting are …" asks nothing.
    r"|what(?: exactly| even)? (?!(?:is|are|was|were) (?:also |really |most |more |particularly |very |so )?"
    r"(?:interesting|important|surprising|nice|cool|new|notable|striking|worse|better|key|clear|needed|great|good|odd|strange|known"
    r"|left|meant|true|special|different|shown|described|called)\b)"
    r"(?:is|are|was|were|does|do|did|happens|would|if|makes|causes|should)\b|what's the\b"
    r"|why (?:not|is|are)\b"
    r"|what about \w+|which(?: \w+){1,3} (?:is|are|does|do|should|to)\b|(?:can|could|should) (?:we|i|you|one"
    r"|it)\b.*\bor\b)",
    re.IGNORECASE,
)
# "is X a Y", "do the bees …", "what load to begin with": also how a definition goes on ("is linear in its inputs").
EN_ORDER = re.compile(
    r"(?:(?:is|are|was|were|do|does|did|can|could|should|would|will|has|have) (?:the |a |an |my |our |this "
    r"|that |any "
    r"|all |some |it |there |they |we |i |you |one )?[\w'-]+ [\w'-]+"
    r"|(?:what|which|how|where|when|who|whose|why) (?:\w+ ){0,2}to \w+)\b",
    re.IGNORECASE,
)
DOUBT = re.compile(
    r"궁금(?!한\s?(?:점|것|게|사항|사람|분|내용|부분)|하면|하시|하다면|하신|했던 (?:것|점)|증)"
    r"|헷갈(?!리지 ?(?:않|말)|리기|릴|리게|리면|렸던|리니|리는 (?:사람|분)|린다면)|헛갈(?!리지|리기|릴)"
    r"|(?:잘 |아직 |도무지 )?모르겠(?!지만|으면|다면|을)|(?:왜|어떻게|뭔|는지|인지|은지|한지|뜻"
    r"|이유)[^.?!]{0,30}(?:모름|모르겠|몰라)|잘 모름|잘 모르"
    r"|(?:설명|납득|요약)(?:을|이|를|은|도)? ?(?:잘 )?(?:못 ?(?:하|함|했)|안 ?(?:되|됨|돼|나))"
    r"|(?:서인지|인지|는지)[^.]{0,24}(?:구분|구별|판단)(?:이|을)? ?(?:안|못)|차이(?:를|가|는)? ?(?:아직도? ?"
    r"|잘 ?)?모(?:름|르겠)"
    r"|이해(?:가|는|를|도)? ?(?:잘 )?(?:안 ?(?:[되됨돼감간가](?!면|지면|도록|던))|못 ?(?:하(?!면)|했|함)"
    r"|되지 않(?!으면)"
    r"|가지 않|하지 못(?!하면|할)|안됨"
    r"|안돼)"
    r"|(?:지|게)(?:가|는|를)? (?:[가-힣A-Za-z]+ )?(?:그림이 )?(?:안 ?(?:보임|보인다|보여|그려|떠오)|못 ?정[하함했])"
    r"|설명(?:을|은)? ?(?:놓쳤|놓침|못 ?들)|결론(?:을|이|은)? ?(?:못|안) ?(?:냄|냈|내|남|났|나)"
    r"|의문(?:이다|임|이 (?:든|들|남|생|있)|\.|$)|(?:확실|분명|명확)(?:하|치) ?(?:지 )?않|불분명"
    r"|불확실(?:하다|함|$)|애매(?:하다|함|하네|$)|알 ?수가? ?없"
    r"|(?:할 ?지|될 ?지|는지|은지|인지|하는 ?게|하는 ?것이)[^.,]{0,10}어려(?:움|웠|워)|(?:할 ?지|될 ?지|는지) 어렵"
    r"|와 ?닿지 않|감이 (?:잘 )?(?:안 ?[오온잡]|잡히지 않|오지 않)|납득이? ?(?:잘 )?(?:안 ?[되됨가간]|가지 않"
    r"|되지 않)"
    r"|(?<!않)나 싶(?:다|음|네)|건가 싶(?:다|음|네)|지(?:에 대해)? ?고민(?:이다| ?중(?:이다|임)?|됨|된다|이 된다)?$"
    r"|(?:分|わ)から(?:ない(?!よう|場合|とき|時|人|方|問題(?!点)|タスク|状況|相手|ケース|漢字|こと(?:が|は)あ|まま|[」』]?(?:という)?状態|文章|単語を"
    r"|言葉を)|ん$|なかった|ず)|(?:分"
    r"|わ)かりません|(?:分|わ)かって(?:い)?な(?:い|かった)|(?:分|わ)かんない|わっ?かんね|(?:分|わ)からね[えー]|って(?:なん|何)(?:だ|なん)[・…。.ー]*$"
    r"|よく(?:分|わ)から|気になる(?!方|人|場合|(?:ところ|点|部分|箇所)[のをは])|気になった|気になっている|疑問(?:だ|で(?:ある|す)|に思"
    r"|が(?:残|ある|湧|わ)|点?$|。)|謎(?:だ|で(?:ある|す)|$|。|すぎ)|不明(?:だ|で(?:ある|す)|確|$|。|瞭)"
    r"|かどうか(?:は|が)?(?:微妙|怪しい|あやしい)|か(?:決めかね|決められな)|のか(?:悩む|悩み中|迷う)$|聞きそびれ"
    r"|毎回[^。]{0,14}(?:てしまう|忘れる|間違える|引っかかる)$|腑に落ち|いまいち[^。]{0,14}な(?:い|かった)|(?:掴"
    r"|つか)めな|しっくりこな|追いつかな|ピンとこ|ピンと来"
    r"|追え(?:てい)?な|ついていけ(?:てい)?な|迷い中|迷っている|迷ってる|頭に入って(?:こ|い)な|(?:納得|把握"
    r"|消化)でき(?:てい)?な|説明でき(?:てい)?な(?!かった)|納得がいかな"
    r"|イメージがつかな|イメージできな|理解できな|理解できてい(?:な|ま?せん)"
    r"|自信がない|知りたい(?!方|人|場合)"
    r"|(?<!如果)(?<!若)(?:不懂|不太懂|没搞懂|沒搞懂|没看懂|沒看懂|没懂|沒懂|搞不懂|看不懂|弄不懂|想不通"
    r"|想不明白|搞不清|不明白|不太明白|不清楚|不太清楚|不理解|不太理解|不是很(?:理解|懂|明白|清楚|确定|確定)"
    r"|不确定|不太确定|不確定|很困惑|感到困惑"
    r"|有点困惑|有點困惑|疑惑|好奇|有疑问|有疑問|存疑|不知道(?:为|為|怎|是|如何|什|有|哪|能)|不知(?:为|為)"
    r"|不[晓曉]得(?=[^,。]{2,})|没想明白|沒想明白|没弄明白|沒弄明白|没听懂|沒聽懂|听不懂|聽不懂|没跟上|沒跟上"
    r"|(?:没|沒)(?:有|太|怎么|怎麼|完全|很){0,2}(?:看|听|聽|弄|搞|读|讀)?懂|没理解|推不出来|似懂非懂"
    r"|(?:还|還|仍|继续|繼續)?(?:要|需要|得)(?:再|花|多)?[^,。]{0,6}(?:搞|弄)(?:清楚|懂|明白)$"
    r"|(?:没人|沒人|没有人|沒有人|谁都不|誰都不|谁也不|誰也不|谁也没|誰也沒|没一个人|沒一個人)(?:能|敢)?(?:知道"
    r"|说得清|說得清|清楚|说得上|答)"
    r"|^(?:还|還|我)?(?:是)?不(?:会|會)(?:分|区分|區分|判断|判斷|算|推|证明|證明|画|畫|解|背)"
    r"|(?:誰も|だれも)(?:わか|分か|知)らな|아무도 ?(?:모|몰)|(?:왜|어떻게|어째서|무엇|뭐가"
    r"|어디)[^.?!]{0,40}지 ?(?:설명|알려|가르쳐) ?(?:부탁|주|필요|요구|요청|해)"
    r"|(?:啥|什么|什麼|几|幾|哪|谁|誰|还是|還是|怎么|怎麼|为什么|為什麼).{0,24}[,，;；].{0,8}(?:没|沒)(?:写|寫"
    r"|讲|講|说|說|提|标|標|人|查|问|問|找)|存个疑|存個疑"
    r"|(?:拿不定主意|(?:还|還)是(?:很|有点)?(?:糊[涂塗]|懵|晕))$|每次看每次忘|(?:每次|总是|總是|老是|总"
    r"|老)都?(?:[搞记記弄]混|记错|記錯|忘$)"
    r"|(?:说|說)不清楚?$|[讲講说說写寫]的(?:都|也)?(?:不一[样樣]|不同)$"
    r"|不知道?[^,。]{1,14}(?:能不能|是不是|有没有|有沒有|会不会|會不會|可不可以|该不该|該不該|怎么|怎麼|为什么"
    r"|為什麼|如何|是否))"
    r"|\b(?:don'?t|do not|didn'?t|did not|can'?t|cannot|can not|couldn'?t|never) (?:really |fully |quite "
    r"|yet |still |actually )?(?:understand|understood|follow|see (?:why|how)|remember (?:what|why|how|if|whether)"
    r"|get(?=\s?(?:[).,;:]|$|at all|yet))|get (?:why|how|what|the|this"
    r"|it)|grasp"
    r"|figure out|decide (?:if|whether|between|which|how|what)|work out(?: is)? (?:if|whether|why|how|what|which))\b"
    r"|\b(?:text)?(?:book|protocol|paper|source|note|slide|lecture|doc|manual)s?\b[^.,]{0,30}\bdisagree$"
    r"|\b(?:don'?t|do not) (?:really |fully |quite )?know (?:why|how|what|if|whether|when|which|where)\b"
    r"|\b(?:not|wasn'?t|isn'?t|aren'?t|i'?m not) (?:really |fully |quite |yet |so )?convinced\b"
    r"|^[\w.() ]{2,30} asks (?:how|why|whether|if|what|which|when|where)\b"
    r"|\bnot (?:really |quite |entirely |yet |at all |so |100% |totally )?(?:sure|clear|certain"
    r"|obvious)\b(?! if you)|\bunsure\b|\b(?:is|are|it\'?s|still|remains?|seems?|also) unclear\b"
    r"|\bunclear (?:to me|why|how|what|whether|if|when|which|where)\b"
    r"|\bwonder(?:ing|ed|s)?\b(?!ful)|\b(?:still |also |bit |very |really |so |am |i'm |me |is |are |was |quite "
    r"|too )(?:confused|confusing|puzzled|puzzling|baffled|mysterious|a mystery)\b|^confus(?:ed|ing)\b"
    r"|\bconfuses me\b|\bpuzzles me\b"
    r"|\bneed to (?:understand|figure out|find out|work out) (?:why|how|what|whether|if|when|where|which)\b"
    r"|^unclear\b|\bi(?:'?m| am) (?:totally |completely |still |a bit )?(?:lost|stuck)\b"
    r"|\b(?:no clue|cannot tell (?:whether|if|how|why|what|which)\b|(?:can'?t|couldn'?t) tell (?:whether|if|how"
    r"|why|what|which)\b|keep asking myself|lost me\b"
    r"|dont (?:really )?(?:know|get|understand)|didnt (?:get|understand|catch))"
    r"|\b(?:nobody|no one|none of us|no-one)(?: (?:really|quite|else|here|seems to|could|can))* (?:know|knows"
    r"|knew|sure|certain|tell|say|said|answer|explain)\b"
    r"|\bno idea\b|\bcurious (?:why|how|if|about|whether|what|to know)\b|\bneeds? (?:clarification"
    r"|clarifying)\b",
    re.IGNORECASE,
)
# Doubt that is over, or that is said to a reader, is none.
NO_DOUBT = re.compile(
    r"(?:자주|많이|쉽게|보다|덜|사용자가|독자가) 헷갈|\bif (?:you|anything|something|it'?s|it is|the"
    r"|in)\b[^,.]{0,40}\b(?:sure|unsure|unclear|understand|know)|\bno wonder\b|\bmake (?:it )?(?:sure|clear)"
    r"|\b(?:was|were|used to be|previously|at first|once)\b[^.]{0,20}\b(?:unclear|confus|unsure|not (?:sure"
    r"|clear))[^.]{0,60}\b(?:but|now|until)\b|\bnow (?:it is|it's|i) (?:clear|understand|get)"
    r"|(?:안 ?되|어려웠|헷갈렸|몰랐)[^.]{0,16}(?:으나|지만|는데|었는데)[^.]*(?:쉽게|이해(?:되|됐|했|할 수 있)"
    r"|알게|해결)"
    r"|(?:궁금|헷갈|의문|모르)[^.]{0,20}(?:해결|풀림|풀렸|해소|정리|알게|이제)|궁금해서 (?:찾아|해|실험|돌"
    r"|비교|확인)|몰라도|모르더라도|모르는 상태|모르기"
    r"|\bif (?:i|we) (?:do not|don'?t|can'?t|cannot|am not|aren'?t)\b|(?:分|わ)からないことが(?:多|たくさん)"
    r"|(?:多|難し)くて(?:分|わ)から"
    r"|(?:分|わ)からなかった(?:が|けど)|疑問(?:が)?(?:解け|解決|は解)|(?:没有|沒有|解决了|解決了"
    r"|消除)[^,。]{0,4}(?:疑惑|困惑|疑问|疑問)",
    re.IGNORECASE,
)
# A request to explain, as an interviewer puts it: it stands alone as a heading.
REQUEST = re.compile(
    r"(?:설명|비교|서술|말씀|이야기|얘기|소개)\s?해\s?(?:주세요|주시겠어요|주십시오|보세요|보시오|보라|봐라|주시오)$"
    r"|(?:설명|서술|논|비교)하(?:시오|여라)$|(?:説明|比較|紹介)(?:して(?:ください|下さい|みよ)|せよ|しなさい)$"
    r"|述べ(?:よ|なさい|て(?:ください|下さい))$"
    r"|^(?:请|請)?(?:你)?(?:简述|簡述|简单说说|谈谈|談談|说说|說說|讲讲|講講|聊聊|说一下|說一下|讲一下|講一下|介绍一下|介紹一下"
    r"|解释一下|解釋一下|简要介绍)[^，。,:：]{3,}$"
)
PROMPT = re.compile(
    r"(?:설명|서술|비교|기술|정의|증명|논의|말|이야기)\s?(?:해|하여)?\s?(?:주세요|보세요|보시오|주십시오"
    r"|하시오|하라|해보자|해봅시다)$"
    r"|(?:説明|述べ|比較)(?:せよ|しなさい|してください|よ)$|^(?:请|請)(?:简述|簡述|说明|說明|解释|解釋|描述"
    r"|比较|比較)|^(?:简述|簡述)"
    r"|^(?:explain|describe|discuss|compare|define|derive|prove|name|list)\b",
    re.IGNORECASE,
)
# Questions to the reader, as tutorials put them.
TO_READER = re.compile(
    r"^(?:are|do|did|have|can|could|would|will|want|got|need|ready|looking)\b[^?]{0,12}\byou\b"
    r"|\b(?:did you know|have you ever|how about you|what do you think)\b"
    r"|\bask yourself\b|^ask:"
    r"|여러분|(?:하|보|아|계|되|있)(?:시|셨)나요|(?:하|보|아)신가요|みなさん|皆さん|(?:你们|你們|大家|您)",
    re.IGNORECASE,
)
SENTENCE_END = re.compile(
    r"(?<=[.。!！?？])\s+|(?<=[。！？])(?=\S)|(?<=\?)(?=[가-힣ぁ-ん一-龥])|\s*(?:→|⇒|=>|->|⟶|➡️?|:=)\s*"
)
