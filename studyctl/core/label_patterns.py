"""Names of labels in Korean, Japanese, Chinese and English: data for `labels`."""

from __future__ import annotations

import re


def whole_of(*parts: str) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{part})" for part in parts), re.IGNORECASE)


QUESTION = whole_of(
    # English
    r"(?:(?:my|our|some|the|all|any|other|more|open|key|main|big|hard|good|research|remaining|unanswered"
    r"|unsolved|unresolved|outstanding|pending|further|additional|general|conceptual|technical|initial|new"
    r"|old|today'?s|discussion|reading|review|study|quiz|exam|interview|self-check"
    r"|follow[- ]?up) ){0,3}questions?(?: list| bank)?",
    r"(?:[\w'/+.-]+ ){0,4}questions(?: list)?",
    r"(?:open |my |key |remaining )?questions? (?:to|for|about|on|from|regarding|i|we|that|left|and) .{1,60}",
    r"(?:open|unsolved|unresolved|remaining) (?:issues|problems|points|doubts)(?: .{1,40})?|doubts?"
    r"|unknowns?|confusions?|puzzles|q ?(?:&|and) ?a|qs|questions ?(?:[&/+,]|and|or) ?(?:answers|doubts|ideas"
    r"|thoughts|remarks|discussion|issues|comments"
    r"|concerns)",
    r"(?:things?|stuff|what|parts?|points?|concepts?) (?:that )?(?:i |we )?(?:still )?(?:don'?t|do not"
    r"|didn'?t|did not) (?:understand|know|get)(?: .{1,30})?",
    r"(?:things?|stuff) (?:to ask|i wonder about|i'?m (?:not sure|unsure|confused|curious) about"
    r"|that confuse me|that are unclear)(?: .{1,30})?",
    r"(?:things?|points?|stuff|concepts?|topics?|parts?|details?) (?:i need )?(?:still )?to (?:clarify"
    r"|understand|ask|figure out|clear up)(?: .{1,30})?",
    r"(?:still )?(?:unanswered|unresolved|unsolved|undecided|unclear|confusing|not (?:clear|understood)"
    r"|to ask|to clarify|to be clarified|wondering"
    r"|curious about)(?: points| parts| things)?",
    # Korean
    r"(?:.{0,24}\s)?(?:질문|질문들|질문 ?거리|질문 ?목록|질문 ?리스트|질문 ?사항|의문|의문점|의문들|궁금증"
    r"|물음|물음표)",
    r"(?:.{0,16}\s)?(?:궁금|헷갈리|헷갈렸|헷갈|모르|모르겠|이해(?:가|를)? ?(?:안 ?(?:되|가|됐|간)|못 ?(?:하"
    r"|한|했))|애매하|불확실하|안 풀리|막히)\S{0,3}\s?(?:점|점들|것|것들|거|부분|부분들|내용|사항|개념"
    r"|개념들|질문|문제|포인트)",
    r"(?:물어볼|질문할|토론할|논의할|생각해 ?볼) ?(?:것|것들|거|거리|점|문제|내용|주제|질문)|(?:미해결|열린"
    r"|남은) ?(?:문제|이슈|의문|과제)|\S{0,10}\s?질의 ?응답|생각해 ?볼 ?거리",
    # Japanese
    r"(?:.{0,16})?(?:質問|質問事項|質問リスト|疑問|疑問点|疑問リスト|不明点|不明な点|未解決の?(?:問題|疑問"
    r"|課題|点)|謎)(?:たち|など|メモ|集|一覧)?",
    r"(?:.{0,12})?(?:(?:分|わ)から(?:ない|なかった|ん)|(?:理解|納得)できて?(?:い)?ない|気になる|気になった"
    r"|モヤモヤする|もやもやする|引っかかる|引っかかった|つまずいた|つまづいた|躓いた|困っている|詰まっている"
    r"|腑に落ちない|聞きたい|質問したい|知りたい)(?:こと|点|ところ|部分"
    r"|箇所|もの|事)?",
    # Chinese
    r"(?:.{0,12})?(?:疑问|疑問|疑惑|困惑|问题清单|問題清單|疑问点|疑問點|疑难|疑難|提问|提問|思考题|思考題"
    r"|未解之谜|疑点|疑點|待解(?:决)?(?:的)?问题|问题列表)",
    r"(?:(?:我的|一些|遗留的?|遺留的?|待解决的?|待解決的?|待釐清的?|待厘清的?|待思考的?|待讨论的?|待討論的?"
    r"|未解决的?|未解決的?|开放|開放|开放性|核心|关键|關鍵|有|存在的?|剩余的?|其他|相关|相關|学习|學習|阅读"
    r"|閱讀|本周|今日|想问的|想問的)(?:的)?)?(?:问题|問題)(?:们|們|点|點)?",
    r"(?:.{0,8})?(?:不懂|不明白|不理解|不清楚|没搞懂|沒搞懂|没看懂|沒看懂|没弄懂|没想明白|沒想明白|没弄明白"
    r"|沒弄明白|没搞明白|没想通|没搞清楚|没懂|还没懂|還沒懂|搞不懂|想不通"
    r"|想问|想問|好奇|看不懂)(?:的)?(?:地方|点|點|问题|問題|内容|內容|部分|事情|东西|東西)?",
)
TODO = whole_of(
    r"(?:(?:my|our|the|remaining|open|next|daily|weekly|project|master|today'?s"
    r"|this week'?s) )?(?:to[ -]?do'?s?|todos?)(?: ?list| items| later| next| soon| today)?(?: (?:for|in|on"
    r"|before|after|by|this|next) .{1,40})?",
    r"(?:(?:my|our|the|remaining|open|next|daily|weekly|pending|outstanding|today'?s|this week'?s|current"
    r"|upcoming|study) )?(?:tasks?|action items?|next actions?|actions|checklist|backlog|chores"
    r"|follow[- ]?ups?|homework)(?: list)?(?: (?:for|before|by|this|next) .{1,40})?",
    r"(?:possible |immediate |planned )?next(?: steps?| things?| up| week| time| session| experiments?"
    r"| actions?| tasks?)?(?: (?:for|in) .{1,30})?|what(?:'s| is)? next|remaining work|work left|still to do",
    r"(?:things?|stuff|ideas?|experiments?|topics?|items?|what|concepts?|papers? or things|features?"
    r"|steps?) (?:that )?(?:(?:i|we) )?(?:still )?(?:need |have |want |plan |should |must "
    r"|left )?(?:to )?(?:do|try|check|test|run|fix|look (?:into|up|at)|investigate|implement|explore|learn"
    r"|study|write|finish|reproduce|verify|practi[cs]e|review|revisit|figure out)(?: .{1,30})?",
    r"to (?:try|check|test|investigate|implement|explore|learn|study|fix|finish|write|practi[cs]e|review"
    r"|revisit|look (?:into|up)|verify|buy|experiment)(?: (?:out|next|later|soon))?",
    r"(?:.{0,16}\s)?(?:할 ?일|할 ?일들|할 ?일 ?(?:목록|리스트)|해야 ?할 ?(?:일|것|것들|거|사항|작업)"
    r"|해야 ?되는 ?것|투두|투두 ?리스트|체크 ?리스트|액션 ?아이템|다음 ?(?:단계|작업|액션|스텝)|남은 ?(?:일"
    r"|작업|것|할 ?일)|추후 ?(?:작업|할 ?일|과제|진행)|향후 ?(?:작업|할 ?일|진행|계획)|(?:이번|다음) ?(?:주"
    r"|달|시간) ?(?:계획|목표|할 ?것|과제|숙제)|숙제|해볼 ?만한 ?것)",
    r"(?:(?:今日|今週|来週|今月|次回|今後|当面|直近|残り|自分|研究|実装|次)(?:の|に)?)?(?:タスク|残タスク"
    r"|宿題|課題)(?:リスト|一覧)?|残タスク|今後の課題",
    r"(?:.{0,10})?(?:やること|やるべきこと|やりたいこと|すること|すべきこと|残作業|ネクストアクション"
    r"|次のステップ|次の一歩|次にやること|次回やること|今後やること|今後の(?:課題|予定|作業|タスク|方針)"
    r"|調べること|調べるもの|調べたいこと|あとで調べる|後で調べる|要調査|要確認|試すこと|試したいこと"
    r"|確認すること|確認したいこと|実装すること|実験すること|学びたいこと|勉強すること|復習すること"
    r"|未着手)(?:リスト|一覧)?",
    r"(?:我的|今日|今天|本周|下周|近期|未完成的?|剩余|其他|学习|當前|当前|后续|项目)?(?:任务|任務|作业|作業"
    r"|计划|計畫|清单|清單)(?:清单|清單|列表)?",
    r"(?:.{0,8})?(?:待办|待辦|待办事项|待辦事項|待办清单|代办|代辦|代办事项|待做|待完成|待学习|待學習|待实验"
    r"|待實驗|待确认|待確認|待尝试|待嘗試|待解决|待整理|待补充|待補充|要做的|要做的事|要做的事情|要做|下一步"
    r"|下一步计划|下一步計畫|下一步工作|接下来|接下來|接下来要做的?|后续工作|後續工作|后续计划|后续|行动项"
    r"|行動項目|任务清单|任務清單|计划事项|本周计划|下周计划)",
)
TODO_DOING = whole_of(
    r"doing|in[- ]progress|ongoing|working on|(?:현재 )?진행 ?중(?:인 ?(?:일|것|작업))?|하는 ?중|作業中"
    r"|進行中|着手中|进行中|進行中|正在做"
)
# "-ㄹ 것": something to be done; the syllable before has to end in ㄹ.
KO_WILL = re.compile(
    r"(?:.{0,24}\s)?\S{0,12}([가-힣])\s?(?:것|것들|거|거리|목록|리스트|사항|내용|주제|작업|실험|문제|과제"
    r"|공부|기능|강의|개념|점|부분)"
)
TODO_DONE = whole_of(
    r"done|completed?|finished|completed tasks|done (?:tasks|items|list|today|this week)|accomplished",
    r"완료|완료됨|완료한 ?(?:일|것|작업)|끝낸 ?(?:일|것)|한 ?일 ?완료|完了|完了済み|完了タスク|済み"
    r"|やったこと ?\(完了\)|已完成|完成|已完成的?(?:任务|任務|事项|事項)|做完的",
)
READING = whole_of(
    r"(?:(?:my|our|the|a|current|weekly|summer|paper|book|papers?) )?(?:to[- ]read|reading)(?: ?(?:list"
    r"|queue|backlog|stack|pile|log))(?: (?:for|on|of) .{1,40})?|(?:my |papers |books )?to[- ]?read(?: list"
    r"| next| later| soon)?|tbr",
    r"(?:want|need|should|must|have|planned|plan)(?: to|-)? ?read(?: .{1,20})?|must[- ]read(?:s)?"
    r"|read (?:later|next|list)|(?:further|additional|recommended|suggested|required|more|next|future"
    r"|background|optional|upcoming|pending) reading(?:s| list)?|reading",
    r"(?:papers?|books?|articles?|posts?|things?|links?|stuff|literature|chapters?|blogs?|threads?"
    r"|what) (?:that )?(?:(?:i|we) )?(?:still )?(?:want |need |should |have |must |plan "
    r"|left )?(?:to )?read(?: .{1,30})?|(?:papers|books|articles) (?:queue|backlog|list)",
    r"(?:.{0,20}\s)?(?:읽을|읽어 ?볼|읽어야 ?할|읽어야 ?하는|읽고 ?싶은|읽을만한|읽을 ?만한|읽어볼만한|볼"
    r"|봐야 ?할|보고 ?싶은|공부할|리뷰할|찾아 ?읽을|나중에 ?읽을)\s?(?:논문|논문들|책|책들|글|글들|자료"
    r"|자료들|문헌|아티클|포스트|기사|문서|목록|리스트|논문 ?(?:목록|리스트)|책 ?(?:목록|리스트))",
    r"(?:.{0,20}\s)?(?:읽을|읽어 ?볼|읽어야 ?할|읽고 ?싶은)(?:\s?만한)?\s?\S{1,4}(?: (?:목록|리스트))?",
    r"(?:.{0,12}\s)?(?:독서 ?(?:목록|리스트)|리딩 ?리스트|읽기 ?(?:목록|리스트)|추천 ?(?:논문|도서"
    r"|도서 ?목록)|필독 ?(?:논문|서|목록|리스트)?|더 ?읽어 ?보기|더 ?읽기|읽을거리)",
    r"(?:.{0,8})?(?:読む|読みたい|読むべき|読んでおきたい|読みたかった|読まなきゃ)(?:論文|本|もの|記事|資料"
    r"|リスト|論文リスト|文献)?(?:は)?|読書リスト|読書予定|積読|積ん読|あとで読む|後で読む"
    r"|リーディングリスト|(?:次に|これから)読む.{0,10}",
    r"(?:.{0,8})?(?:待读|待讀|要读|要讀|想读|想讀|必读|必讀|需要读|准备读|準備讀|稍后读|稍後讀"
    r"|待看)(?:的)?(?:论文|論文|文献|文獻|书|書|书籍|書籍|文章|清单|清單|列表|论文列表|资料|資料)?|(?:阅读"
    r"|閱讀)(?:清单|清單|列表|计划|計畫)|书单|書單|(?:延伸|扩展|拓展|推荐|推薦)(?:阅读|閱讀)",
)
READING_WEAK = whole_of(
    r"(?:(?:[\w'/+.-]+ ){0,4})papers?|papers? (?:on|about|for|related to) .{1,50}|(?:relevant|related"
    r"|key) (?:literature|publications|articles)",
    r"(?:.{1,30}\s|관련|주요|핵심|후속|최신|중요)?(?:논문|논문들|논문 ?(?:목록|리스트))",
    r".{0,20}(?:関連論文|論文リスト|論文一覧|論文)|.{0,16}(?:论文|論文)(?:列表|清单|清單)?",
)
READING_NOT = whole_of(
    r"(?:this|the|that|original|my|our|reference|references|cited|white|read|best|position|survey|review"
    r"|term|call for|past|exam|mock|previous|about|in|from|of|related work|published) papers?|papers? (?:i"
    r"|we) (?:have )?read.*|.*\b(?:the|this|each|original|in|of)\b.*\bpaper",
    r"(?:.*\s)?(?:이|본|해당|위|그|저|원|읽은|참고|참조|인용|인용한|발표|발표한|리뷰한|작성|제출|우리|졸업"
    r"|학위|내|참고한)\s?(?:논문|논문들|논문 ?(?:목록|리스트))",
    r".*(?:この|その|本|原|元|参考|引用|既読|読んだ|自分の|卒業|修士|博士|投稿)論文(?:リスト|一覧)?"
    r"|.*(?:这篇|這篇|本|原|参考|參考|引用|已读|已讀|读过的|毕业|學位|学位|发表|發表|我的)(?:论文"
    r"|論文)(?:列表)?",
)
ANSWERED = whole_of(
    r"(?:answered|resolved|solved|closed|settled)(?: (?:questions?|issues|doubts|problems))?"
    r"|questions? (?:answered|resolved|solved)",
    r"(?:해결|해결됨|해결 ?완료|답변 ?완료|답변됨|해소|해소됨)|(?:해결|해소|답변|답변완료|풀린|답을 ?찾은"
    r"|알게)(?:된|한|ㄴ)?\s?(?:질문|의문|의문점|궁금증|것|점|문제)(?:들)?",
    r"解決|解決済み|解決した|回答済み|(?:解決済みの?|解決した|わかった|分かった)(?:疑問|疑問点|質問|問題|点"
    r"|こと)",
    r"已解决|已解決|已回答|解决了|已搞懂|(?:已解决|已解決|已回答|解决了|解決了|搞懂|搞懂了)的?(?:问题|問題"
    r"|疑问|疑問)",
)
ANSWER = whole_of(
    r"(?:short |my |possible |the |sample |model )?(?:answers?|ans|solution|resolution|explanation)|a\d{0,3}",
    r"답|답변|정답|해답|해결|해결책|풀이|대답|해설",
    r"答え|回答|解答|答|解説|答案|解答|回答|答复",
)
REFERENCE = whole_of(
    r"(?:key |more |useful |external |related |helpful |other )?(?:references?|refs?|bibliography|sources?"
    r"|links?|resources?|citations?|works cited|see also|related(?: notes| pages| links)?|related works?"
    r"|footnotes|backlinks|credits|acknowledge?ments)(?: (?:and|&) (?:links|resources|references"
    r"|further reading))?",
    r"(?:.{0,10}\s)?(?:참고|참고 ?(?:문헌|자료|링크|논문|사이트|도서|글|서적|영상)|레퍼런스|출처|링크|참조"
    r"|관련 ?(?:링크|자료|문서|노트|글)|인용|각주)",
    r"参考|参考(?:文献|資料|リンク|書籍|サイト|論文|URL|にした.{0,8}|资料|链接|书籍|文章|論文|论文)"
    r"|參考(?:資料|文獻|連結|書目)?|参照|出典|リンク集?|関連(?:リンク|ページ|ノート|資料)|关联|相关(?:链接"
    r"|资料|笔记)|相關(?:連結|資料)|引用|来源|來源|资料来源|链接|資料",
)
TOC = whole_of(r"(?:table of )?contents|toc|outline of this (?:note|page)|index|목차|차례|目次|目录|目錄")
# Headings of well-known forms: questions by their looks, sections by their use.
FORM = whole_of(
    r"(?:一言でいうと|どんなもの|どういうもの|なにこれ|何をした(?:もの|論文)?|概要"
    r"|先行研究と比べてどこがすごい(?:の|か)?|どこがすごい(?:の|か)?|何がすごい(?:の|か)?"
    r"|技術や手法の(?:キモ|肝)はどこ(?:か)?|(?:キモ|肝)はどこ|どうやって有効だと検証した(?:か)?"
    r"|議論はある(?:か)?|結果は|手法は|感想は)",
    r"(?:any )?(?:comments|thoughts|ideas)|(?:got|have|any) (?:any )?questions|need help|help|what(?:'s"
    r"| is) (?:new|this|that|it|in (?:this|it)|inside|included|next|changed)|who(?:'s| is| are) (?:this for"
    r"|it for|we|you|i)|how (?:to|do i|can i) (?:use|contribute|help|install)(?: (?:it|this))?|did you know",
)
# A form that one fills in for each paper asks about "this paper".
FORM_SUBJECT = re.compile(
    r"(?:这篇|這篇|该|該|本)(?:论文|論文|文章|文)|この論文|本論文|(?:이|본) 논문|\b(?:this|the) (?:paper"
    r"|article|work|authors?|study)\b",
    re.IGNORECASE,
)
GENERIC_EN = re.compile(
    r"what|why|how|when|who|where|which|whose|is|are|was|were|does|do|did|can|could|should|would|will|has"
    r"|have"
    r"|it|this|that|these|those|the|a|an|to|of|for|in|on|and|or|so|we|i|you|they|us|me|my|our|your|its|learn"
    r"|learned|need|want|next|now|about|use|used|using|work|works|working|mean|means|matter|matters|important"
    r"|useful|interesting|good|bad|new|wrong|point|big|deal|really|exactly|any|some|happened|happens|happen"
    r"|else|then|think|changed|change|get|got|know|done|go|went|well",
    re.IGNORECASE,
)
GENERIC_KO = re.compile(
    r"(?:왜|무엇(?:을|이|인가|인가요|일까|인지)?|뭐(?:가|를|지|야|였지)?|뭘|어떻게|어떤|언제|어디(?:서|에"
    r"|에서|까지)?|누가|얼마나|무슨|이것|이게|이건|이거|그것|그게|그건|이|그|저|우리는|나는|내가"
    r"|필요(?:한가|할까|하지|한지|해)?|사용(?:하나|하는가|할까|했나|했는가|해)?|쓰(?:나|는가|지)|쓸까"
    r"|써야 ?하나|동작(?:하나|하는가|할까)|작동(?:하나|하는가)|다른가|다를까|다르지|좋은가|좋을까|중요한가"
    r"|문제(?:인가|는|점은)?|배웠나|배웠는가|배웠지|했나|했는가|했지|하나|하는가|할까|한가|인가|일까|것"
    r"|것인가|걸까|느꼈나|느낀 ?점은|의미(?:인가|는)?|말인가|뜻인가|이유(?:는)?|점은|결과는|결론은|요약은"
    r"|방법은|목적은|대상은)"
)
GENERIC_ZH_JA = re.compile(
    r"(?:是什么|是什麼|什么|什麼|甚麼|为什么|為什麼|为何|為何|怎么|怎麼|怎么做|怎麼做|怎么用|怎麼用|怎么办"
    r"|怎麼辦|如何|如何做|如何用|何时|何時|谁|誰|哪里|哪裡|有什么用|有什麼用|做什么|做什麼|要做什么|呢|吗|嗎"
    r"|它|这|這|那|我|的"
    r"|なに|何|なぜ|どう|どこ|いつ|だれ|どうして|どうやって|とは|か|が|は|を|に|の|こと|もの|する|した|なった"
    r"|なる|できる|できた|使う|学んだ|わかった|これ|それ|ある)+"
)
NUMBERING = re.compile(
    r"^(?:(?:\d{1,3}|[IVXivx]{1,5}|[A-Za-z가나다라마바사])[.)]|\d{1,3}(?:[.-]\d{1,3}){1,3}[.)]?|[①-⑳❶-❿]|§|#"
    r"|\d{1,2}\s)\s*"
)
SYMBOLS = re.compile(
    "^(?:[\u2190-\u2bff\u2600-\u27bf\ufe0f\u200d\U0001f000-\U0001faff\u25a0-\u25ff*_~`=|>•·※★☆■□◆◇▶▷●○◎\\-–—]"
    "|\\s|\ufffc)+"
    "|(?:[\u2190-\u2bff\u2600-\u27bf\ufe0f\u200d\U0001f000-\U0001faff*_~`=|<]|\\s|\ufffc)+$"
)
TRAILING = re.compile(r"(?:\s*[:;.!?…~]+|\s*\([^()]{0,40}\))$")
WRAPPED = re.compile(r"^[\[(【<〈「『《{](.{1,60})[\])】>〉」』》}]$")
AND = re.compile(r"\s*[/&+·・,、|]\s*|\s+(?:and|or|및|와|과)\s+|(?:와|과)\s+|(?<=[一-龥])(?:和|与|與|及)(?=[一-龥])")
INLINE = re.compile(r"(?P<label>(?:\[[^\[\]]{1,20}\]|[^:)\]\s][^:)\]\n]{0,22}?))(?P<sign>\s?[:)]|(?<=\]))\s*(?=\S)")
COLON = frozenset(":)]：）］")
INLINE_QUESTION = whole_of(
    r"(?:open |my |key )?questions?(?: ?\d{1,3})?|질문(?: ?\d{1,3})?|의문|의문점|궁금|궁금한 ?점"
    r"|質問(?: ?\d{1,3})?|疑問|疑問点|问题(?: ?\d{1,3})?|問題|疑问|疑惑|问|問|問い"
)
INLINE_TODO = whole_of(r"to[ -]?do|할 ?일|투두|해야 ?할 ?(?:일|것)|タスク|やること|待办|待辦|待做|action item|ai|task")
INLINE_READING = whole_of(
    r"to[- ]?read|read later|읽을 ?(?:것|거리|논문|책)|읽어볼 ?(?:것|논문|책)|(?:あとで|後で)読む|読む|待读"
    r"|待讀"
)
