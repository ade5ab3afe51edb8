"""Names of labels in Korean, Japanese, Chinese and English: data for `labels`."""

from __future__ import annotations

import re

from studyctl.core.detector.label_names import whole_of
from studyctl.core.detector.label_todo_patterns import TODO as TODO

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
    r"(?:what'?s )?(?:still )?(?:unanswered|unresolved|unsolved|undecided|unclear|confusing|confused(?: about)?"
    r"|not (?:clear|understood|sure(?: about)?)|to ask|(?:need )?to clarify|to be clarified|wonderings?|i wonder"
    r"|curious about)(?: points| parts| things)?",
    r"(?:known )?unknowns|mysteries|mudd(?:y|iest) points?|sticking points?|q'?s|f\.?a\.?q\.?s?|quiz|self[- ]?test"
    r"|gaps in my .{1,30}|questions? (?:raised|asked|while|during) ?.{0,30}"
    r"|ask (?:the|my|our|in|prof\w*|dr|at) .{1,30}|questions? ?/ ?.{1,20}",
    r"(?:(?:things?|stuff|bits?|points?|parts?|concepts?|terms?|what|where|anything|topics?) )?(?:(?:that"
    r"|which|i|i'm|i am"
    r"|we|still|got|get|am|are|is) ){0,3}(?:not (?:sure|clear|certain)|unsure|unclear|confus(?:e|es|ed|ing)(?: me)?"
    r"|puzzl(?:e|es|ed|ing)(?: me)?|fuzzy|lost|(?:don't|do not|didn't) (?:get|understand|follow)|need help)"
    r"(?: (?:about|on|with|by|at|yet|bits|parts|points))?",
    r"(?:to |things to |questions to )?ask \w+(?: .{1,30})?|points? of confusion|worth asking"
    r"|questions? (?:after|this|before|since|arising|so far|left)(?: .{1,30})?",
    r"(?:things? (?:that )?|what )?(?:don't|doesn't) (?:make sense|add up)|(?:things? )?(?:i )?(?:want"
    r"|would like) to know"
    r"|(?:needs? )?clarif(?:y|ication)|clarifications? needed|question marks|q list|unresolved bits|still open"
    r"|head-?scratchers",
    # What is to be found out, and when or with whom; a verb alone ("Understand the problem") heads a chapter.
    r"(?:(?:things?|stuff|bits?|points?|questions?|what|topics?|issues?|items?|anything|something|everything) "
    r"(?:(?:that )?(?:i|we)(?:'d| would)? )?|(?:i|we)(?:'d| would)? |(?=(?:still |really |also )*(?:want "
    r"|need |have )?to ))"
    r"(?:(?:still|really|also|just) )*(?:(?:want|need|have|hope|like|ought|must|should|meant|mean|plan)(?:ed)? )?"
    r"(?:(?:still|really) )*(?:to )?"
    r"(?:figure out|find out|work out|clear up|clarify|understand|ask|resolve|settle|puzzle out|make sense of|raise"
    r"|bring up|get my head (?:around|round))(?: (?:(?:before|by|for|with|at|in|on|about|from|during|when|while|after"
    r"|until) .{1,40}|(?:the |my |our |a |an |him|her|them|you)[\w' -]{0,30}))?",
    r"(?:the |my |some |few |a few )*(?:fuzzy|hazy|shaky|murky|muddy|foggy|grey|gray|dark|blurry|vague"
    r"|sticky)(?: \w+)? (?:points?|bits?|parts?|spots?|areas?|corners?|ends|qs|patches)",
    r"(?:my |open |more |some |other )*q'?s(?: (?:for|to|about|on) .{1,30})?",
    # Korean
    r"궁금|의문 ?투성이|이해가? ?(?:잘 )?안 ?(?:감|됨|가|돼|되는 (?:것|점|부분))"
    r"|풀리지 ?않는 ?(?:것|점|문제)"
    r"|의심스러운 ?(?:점|것)|확신이 ?없는 ?(?:점|것|부분)",
    r"(?:아직 )?(?:이해|해결|해소|납득|정리|설명)(?:가|이|를)?\s?(?:안|못|되지 않|하지 못)\s?(?:되|된|돼|됐|한"
    r"|하|는|은)?\S{0,2}"
    r"\s?(?:것|점|부분|문제|내용|거|의문)(?:들)?|확실치 ?않은 ?(?:것|점|부분)|모르겠다|궁금하다",
    r"(?:모르는|모르겠는|헷갈리는|이해 ?안 ?(?:되|가)는|낯선|생소한)\s?(?:용어|개념|문법|함수|기능|내용|표현)(?:들)?",
    r"(?:함께|같이|더|모여서)?\s?(?:이야기|얘기|고민|생각|토론|논의|의논|다뤄|나눠)\s?(?:해"
    r"|하고)?\s?(?:보고 ?싶은|볼|싶은|할)"
    r"\s?(?:것|점|거|주제|내용|질문|문제|거리)(?:들)?",
    r"(?:.{0,24}\s)?(?:질문|질문들|질문 ?거리|질문 ?목록|질문 ?리스트|질문 ?사항|질문 ?모음|의문|의문점|의문들"
    r"|의문 ?사항"
    r"|의문점 ?정리|의문이 ?(?:든|드는|남는|남은) ?(?:점|것|부분)|궁금증"
    r"|물음|물음표)",
    r"(?:.{0,16}\s)?(?:궁금|헷갈리|헷갈렸|헷갈|모르|모르겠|이해(?:가|를)? ?(?:안 ?(?:되|가|됐|간)|못 ?(?:하"
    r"|한|했)|하지 ?못)|애매하|애매|불확실하|확실하지 않|알고 ?싶|안 풀리|막히|막힌|고민되)\S{0,3}\s?(?:점|점들"
    r"|것|것들|거|부분|부분들|내용|사항|개념"
    r"|개념들|질문|문제|포인트)",
    r"(?:.{0,16}\s)?(?:물어볼|여쭤볼|여쭐|여쭈어볼|문의할|질문할|토론할|논의할|의논할|의논해볼|생각해 ?볼)"
    r" ?(?:것|것들|거|거리|점|문제|내용|주제|질문|사항)|(?:미해결|열린"
    r"|남은) ?(?:문제|이슈|의문)|미해결|고민|고민 ?거리|토론 ?(?:주제|거리|문제)|퀴즈|\S{0,10}\s?질의 ?응답"
    r"|생각해 ?볼 ?거리",
    r"(?:.{0,10}\s)?(?:답|대답|해답)(?:을|이|은)?\s?(?:못 ?(?:단|한|찾은|구한|낸)|없는|안 ?나온|모르는)"
    r"\s?(?:것|것들|거|질문|문제|부분)",
    # Japanese
    r"(?:.{0,16})?(?:質問|質問事項|質問リスト|疑問|疑問点|疑問リスト|不明点|不明な点|未解決の?(?:問題|疑問"
    r"|課題|点)|謎|もやもや|モヤモヤ|はてな|ハテナ|想定問答|未解決)(?:たち|など|メモ|集|一覧)?",
    r"(?:.{0,12})?(?:(?:分|わ)から(?:ない|なかった|ん)|(?:理解|納得)できて?(?:い)?な(?:い|かった)|モヤっとした"
    r"|議論したい|謎な|先生に聞く|気になる|気になった"
    r"|モヤモヤする|もやもやする|引っかかる|引っかかった|つまずいた|つまづいた|躓いた|困っている|詰まっている"
    r"|腑に落ちない|聞きたい|質問したい|知りたい)(?:こと|点|ところ|部分"
    r"|箇所|もの|事)?",
    r"(?:.{0,12})?(?:疑問に(?:思った|感じた)|不思議に思った|気になって(?:いる|る)|引っかかって(?:いる|る)"
    r"|曖昧な|あいまいな"
    r"|あやふやな|理解が(?:浅い|曖昧な|足りない|不十分な)|自信がない|聞いてみたい|確信が持てない|ひっかかった"
    r"|詰まった|つまった)(?:用語|こと|点|ところ|部分|箇所|もの|事)",
    r"(?:.{0,10})?(?:に|で|へ)(?:聞く|質問する|相談する)(?:こと|点|事項)|(?:もやもや|モヤモヤ)ポイント"
    r"|わからない(?:用語|単語|概念)",
    r"(?:謎|議論)ポイント|なぞ|わからなさ|理解できん|理解不足|質問候補|次回聞く|未解明|持ち越し(?:事項)?"
    r"|(?:すっきりしない|納得いかない|不思議な|聞きそびれた)(?:こと|点)?",
    # Chinese
    r"(?:.{0,4})?(?:没|沒|不)(?:太|怎么|完全|彻底)?[吃想听聽看搞弄学學记記悟](?:不)?(?:透|懂|通|明白|清|清楚"
    r"|会|會)的?"
    r"(?:地方|事|点|點|问题|問題|内容|部分)?|想不(?:通|明白)的?(?:事|问题)?",
    r"(?:没|沒)掌握的?|掌握不牢的?|一头雾水|迷惑点?|模糊的(?:地方|点)|有点懵|卡住的地方|卡点|悬而未决"
    r"|未决(?:问题)?|问号"
    r"|不解(?:之处)?|自问|想(?:知道|了解)的|(?:需要|要)确认的问题|疑问与思考|要问的",
    r"(?:.{0,6})?(?:没|沒|没有|沒有|尚未)(?:解决|解決|弄懂|搞懂|想通|弄清|搞清|理解"
    r"|搞定)(?:清楚)?(?:的)?(?:问题|問題|地方|点|點|内容)?",
    r"(?:.{0,4})?不(?:太|是很|大)?(?:会|會|懂|明白|理解|清楚|确定|確定|熟|熟悉)的(?:地方|点|點|问题|問題|内容"
    r"|內容|东西)?",
    r"(?:待|要|想|需要|去|找|下次|回头|得|准备)*(?:请教|請教|问问|問問|问"
    r"|問)(?:一下)?(?![题題答卷候世津罪责責号號句诊診])"
    r"(?:[老小阿][一-龥]{1,2}|[一-龥]{0,3}(?:老板|师傅|師傅|医生|醫生|大夫|护士|房东|房東|中介|客服|律师|律師"
    r"|教练|教練|同事"
    r"|朋友|前辈|前輩|店家|商家|厂家|廠商|设计师|設計師|工程师|工程師|会计|會計|[师師长長]|姐|哥|总|總|经理|經理))的?"
    r"(?:问题|問題|事|几件事)?",
    r"(?:给|給|问|問|对|對)[一-龥]{1,6}的(?:问题|問題|疑问|疑問)",
    r"(?:待|要|想|需要)?(?:请教|請教|问|問)(?:一下)?(?:老师|老師|导师|導師|师兄|师姐|助教|同学)的?(?:问题|問題|事)?"
    r"|(?:组会|組會|导师|導師|课堂|課堂|延伸|拓展|面试常见|课后|課後)(?:问题|問題)|待(?:思考|请教|請教|讨论"
    r"|討論|探究)的?(?:问题|問題)?",
    r"(?:还|還)?(?:需要|要|想|有待|等待|必须|必須)(?:去|再)?(?:回答|解答|解决|解決|弄清楚|弄清|搞清楚|搞清"
    r"|弄懂|搞懂|思考|讨论|討論|请教|請教)"
    r"(?:清楚)?的?(?:问题|問題|地方|点|點|事情)?",
    r"(?:.{0,12})?(?:疑问|疑問|疑惑|困惑|问题清单|問題清單|疑问点|疑問點|疑难|疑難|提问|提問|思考题|思考題"
    r"|未解之谜|疑点|疑點|疑难点|疑難點|爭點|争点|存疑|思考与问题|问题与思考|思考與問題|思考问题|问题记录|問題記錄"
    r"|待解(?:决)?(?:的)?问题|问题列表)",
    r"(?:(?:我的|一些|遗留的?|遺留的?|待解决的?|待解決的?|待釐清的?|待厘清的?|待思考的?|待讨论的?|待討論的?"
    r"|未解决的?|未解決的?|开放|開放|开放性|核心|关键|關鍵|有|存在的?|剩余的?|其他|相关|相關|学习|學習|阅读"
    r"|閱讀|本周|今日|想问的|想問的|想问老师的|问老师的|問老師的|面试|面試|常见|常見|值得思考的|几个|幾個|讨论"
    r"|討論|复习|複習)(?:的)?)?"
    r"(?:问题|問題)(?:们|們|点|點)?|(?:常见|常見|高频|高頻|经典)?(?:面试|面試|讨论|討論|复习|複習|自测"
    r"|自測)题目?|待(?:釐清|厘清)",
    r"(?:.{0,8})?(?:不懂|不明白|不理解|不清楚|没搞懂|沒搞懂|没看懂|沒看懂|没弄懂|没想明白|沒想明白|没弄明白"
    r"|沒弄明白|没搞明白|没想通|没搞清楚|没懂|还没懂|還沒懂|搞不懂|想不通|没弄清楚|沒弄清楚|不确定|不確定|存疑"
    r"|有疑问|有疑問"
    r"|想问|想問|好奇|看不懂)(?:的)?(?:地方|点|點|问题|問題|内容|內容|部分|事情|东西|東西)?",
)
TODO_DOING = whole_of(
    r"doing|in[- ]progress|ongoing|working on|(?:현재 )?진행 ?중(?:인 ?(?:일|것|작업))?|하는 ?중|作業中"
    r"|進行中|着手中|进行中|進行中|正在做"
)
# What may stand before a name, and behind it.
LEAD = re.compile(
    r"(?:(?:my|our|some|the|all|other|more|remaining|today'?s|this week'?s|weekly|daily|quick|random|personal|current"
    r"|possible|important|main|(?:chapter|ch\.?|week|day|session|lecture|part|unit) ?\d{1,3}(?: ?[:-])?)\s+"
    r"|(?:내|나의|우리|오늘의?|이번 ?주의?|아직도?|추가로?|남은|꼭|먼저|개인|개인적으로|읽다가|읽으면서"
    r"|공부하다가|공부하면서|보다가"
    r"|듣다가|하다가|풀다가|수업 ?중|강의 ?듣다가|스터디|주요|기타|\d{1,2}(?:장|주차|강|회차)의?)\s+"
    r"|(?:今日の?|本日の|今週の|自分の|個人的な|個人的に|残りの|残った|その他の?|まだ|さらに|もっと|授業の"
    r"|授業で|実習の"
    r"|読んでいて|読んで|主な|第?\d{1,2}(?:章|回|週)の)"
    r"|(?:我的|今天的?|今日|本周|本週|这周|這週|还|還|一些|几个|其他|目前的?|现在|個人|个人|自己的|课上的?"
    r"|课后的?|阅读时的?"
    r"|读后的?|学习中的?|剩下的|主要|重要|最近的?|第?[\d一二三四五六七八九十]{1,2}(?:章|讲|講|周|節|节)的?))",
    re.IGNORECASE,
)
TAILS = (
    *(" so far", " section", " for me", " for myself", " for later", " for now", " for next time", " for next week"),
    *(" for tomorrow", " for today", " from today", " from class", " from this week", " from the lecture"),
    *("정리", "모음", "모아보기", "메모", "노트", "목록", "리스트"),
    *(
        "まとめ",
        "メモ",
        "リスト",
        "一覧",
        "集",
        "整理",
        "记录",
        "記錄",
        "列表",
        "清单",
        "清單",
        "汇总",
        "彙總",
        "总结",
        "小结",
    ),
)
# Columns of a board beside which "Done" is one.
COLUMN = whole_of(
    r"to[ -]?do|backlog|doing|in[- ]progress|ongoing|할 ?일|해야 ?할 ?일|(?:현재 )?진행 ?중|作業中|進行中"
    r"|着手中|やること"
    r"|未着手|进行中|正在做|待办|待辦|待做|未完成"
)
# "-ㄹ 것": something to be done; the syllable before has to end in ㄹ. What is to be kept in mind is not done.
KO_WILL_NOT = re.compile(
    r"(?:배울|느낄|주의할|조심할|유의할|기억할|알아둘|명심할|참고할|볼 수 있을|중요할|생길|나올)\s?(?:것|점|거"
    r"|내용|사항)"
)
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
    r"(?:(?:the|my|some|good|other|more|new|related|key|old) )*(?:books?|papers?|articles?|posts?|essays?"
    r"|novels?|texts?"
    r"|literature|titles?|references?|preprints?|blogs?|threads?) "
    r"(?:(?:that |which )?(?:(?:i|we) )?(?:(?:still )?(?:need |want |have |hope |mean |ought "
    r"|plan )?to (?:get to|get through"
    r"|get hold of|get|track down|look at|look up|look into|dig into|go through|catch up on|chase|find"
    r"|check out|check"
    r"|borrow|buy|order|finish|study|work through|follow up(?: on)?|skim)(?: .{1,30})?)"
    r"|(?:that |which )?(?:people|everyone|everybody|others|friends|[\w'.]+|my \w+|the \w+) (?:keeps? )?"
    r"(?:recommend(?:s|ed|ing)?|suggest(?:s|ed|ing)?|mention(?:s|ed|ing)?|told me (?:about|to read))(?: .{1,30})?"
    r"|(?:that are |that look |which look )?(?:worth (?:reading|a (?:read|look)|getting(?: .{1,20})?)"
    r"|recommended(?: .{1,30})?)"
    r"|on (?:my|the) (?:list|desk|shelf|pile|nightstand|radar)|i (?:want|need|should|must|ought)(?: to read)?)"
    r"|(?:recommended|suggested|borrowed|unread|waiting|wanted) (?:books?|papers?|articles?|titles?|literature)",
    r"(?:what|things|papers|books|stuff|articles) (?:that )?i(?:'d| would| will|'ll| might| should| want to| plan to"
    r"| need to| have to| hope to)(?: (?:like|love) to)? read(?: .{1,30})?",
    r"(?:[\w'-]+ ){1,4}to read(?: (?:next|later|soon|first|this week))?|on the nightstand"
    r"|(?:up )?next (?:books?|papers?)|book list|refs? to (?:chase|check|read)|extra reading"
    r"|good reads"
    r"|literature to (?:check|read)",
    r"(?:.{0,12}\s)?(?:빌려|사서|구해서?|찾아|챙겨|다시|마저|이어서?|꼭|먼저)\s?(?:(?:읽을|읽어 ?볼)\s?(?:것"
    r"|것들|거)|(?:읽을|볼"
    r"|읽어 ?볼)\s?(?:논문|책|글|자료|문헌)(?:들)?)|(?:빌릴|살|구할|주문할)\s?(?:책|논문|도서)(?:들)?",
    r"(?:찾아볼|챙겨볼|참고할)\s?(?:논문|자료|책|글|문헌)(?:들)?|읽기 ?과제|읽어올 ?것|다음 ?(?:책|논문)"
    r"|책 ?목록|추천받은 ?(?:책|논문)",
    r"読み?もの|読み物|よみたい|読書候補|次の(?:本|論文)|課題図書|必読|未読|途中の本",
    r"(?:有空|回头|抽空|以后|之后|稍后|闲时|未来|将来|將來|日后|日後)(?:再|要|想)?(?:看|读|讀)(?:的(?:书|書|论文|論文))?|待?精读(?:的?(?:论文|清单))?|泛读",
    r"(?:(?:my|our|the|a|current|weekly|summer|paper|book|papers?) )?(?:to[- ]read|reading)(?: ?(?:list"
    r"|queue|backlog|stack|pile|log))(?: (?:for|on|of) .{1,40})?|(?:my |papers |books )?to[- ]?read(?: list"
    r"| next| later| soon)?|tbr",
    r"(?:want|need|should|must|have|planned|plan)(?: to|-)? ?read(?: .{1,20})?|must[- ]read(?:s)?"
    r"|read (?:later|next|list)|(?:further|additional|recommended|suggested|required|more|next|future"
    r"|background|optional|upcoming|pending) reading(?:s| list)?|readings?(?: assignments?| for (?:next"
    r"|this) .{1,20})?|unread",
    r"(?:related )?(?:papers?|preprints?) to (?:read|check|look at|look into|review|skim|find)|next up to read",
    r"(?:papers?|books?|articles?|(?:blog )?posts?|things?|links?|stuff|literature|chapters?|blogs?|threads?"
    r"|what) (?:that )?(?:(?:i|we) )?(?:still )?(?:want to |need to |should |have to |must |plan to "
    r"|left to |to )read(?: .{1,30})?|(?:papers|books|articles) (?:queue|backlog|list)|reading (?:this"
    r"|next) (?:week|month)"
    r"|reading goals|saved for later|(?:bookmarks|texts|sources|documents|docs|essays|stories) to read",
    r"(?:.{0,20}\s)?(?:읽을|읽어 ?볼|읽어야 ?할|읽어야 ?하는|읽고 ?싶은|읽을만한|읽을 ?만한|읽어볼만한|볼"
    r"|봐야 ?할|보고 ?싶은|공부할|리뷰할|찾아 ?읽을|나중에 ?읽을)\s?(?:논문|논문들|책|책들|글|글들|자료"
    r"|자료들|문헌|아티클|포스트|기사|문서|목록|리스트|논문 ?(?:목록|리스트)|책 ?(?:목록|리스트))",
    r"(?:.{0,20}\s)?(?:읽을|읽어 ?볼|읽어야 ?할|읽고 ?싶은)(?:\s?만한)?\s?\S{1,4}(?: (?:목록|리스트))?",
    r"(?:.{0,12}\s)?(?:독서 ?(?:목록|리스트)|리딩 ?리스트|읽기 ?(?:목록|리스트)|추천 ?(?:논문|도서"
    r"|도서 ?목록)|필독 ?(?:논문|서|목록|리스트)?|읽는 ?중|더 ?읽어 ?보기|더 ?읽기|읽을거리)",
    r"(?:.{0,8})?(?:読む|読みたい|読むべき|読んでおきたい|読みたかった|読まなきゃ)(?:論文|本|もの|記事|資料"
    r"|リスト|論文リスト|文献)?(?:は)?|読書リスト|読書予定|積読(?:リスト|本)?|積ん読(?:リスト|本)?"
    r"|気になる(?:本|論文|記事)|あとで読む|後で読む"
    r"|リーディングリスト|(?:次に|これから)読む.{0,10}",
    r"(?:.{0,6})?(?:打算|准备|準備|想|要|需要|计划)(?:去)?(?:读|讀|看)的?(?:书|書|论文|論文|文献|文獻|文章"
    r"|资料|資料)|必读书目|必讀書目",
    r"(?:.{0,4})?(?:読んでみたい|読む予定の|読んでおく)(?:本|論文|もの|記事|資料)",
    r"(?:.{0,8})?(?:待读|待讀|要读|要讀|想读|想讀|必读|必讀|需要读|准备读|準備讀|稍后读|稍後讀"
    r"|待看|要看|想看|准备看|準備看)(?:的)?(?:论文|論文|文献|文獻|书|書|书籍|書籍|文章|清单|清單|列表|论文列表"
    r"|资料|資料)?|(?:阅读"
    r"|閱讀)(?:清单|清單|列表|计划|計畫)|(?:待读|推荐|必读)?(?:书单|書單)|(?:延伸|扩展|拓展|推荐|推薦|稍后"
    r"|稍後|进一步|進一步|后续|後續|参考|參考)(?:阅读|閱讀)"
    r"|(?:推荐|推薦)(?:书目|書目|书籍|書籍|论文|論文)",
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
    r"(?:해결|해결됨|해결 ?완료|답변 ?완료|답변됨|해소|해소됨)|(?:해결|해소|답변|답변완료|풀린"
    r"|답을 ?찾은)(?:된|한|ㄴ)?\s?(?:질문|의문|의문점|궁금증|것|점|문제)(?:들)?",
    r"解決|解決済み|解決した|回答済み|(?:解決済みの?|解決した)(?:疑問|疑問点|質問|問題|点"
    r"|こと)",
    r"已解决|已解決|已回答|解决了|已搞懂|(?:已解决|已解決|已回答|解决了|解決了|搞懂|搞懂了)的?(?:问题|問題"
    r"|疑问|疑問)",
)
ANSWER = whole_of(
    r"(?:short |my |possible |the |sample |model )?(?:answers?|ans|solution|resolution|explanation)|a\d{0,3}"
    r"|(?:show|view|see|reveal|click (?:for|to see)) (?:the )?(?:answers?|solution)",
    r"(?:답|답변|정답|해답|해결|해결책|풀이|대답|해설)(?: ?(?:보기|확인|펼치기|접기))?",
    r"答え|回答|解答|答|解説|答案|解答|回答|答复|(?:答え|解答|解説)を(?:見る|表示)|(?:查看|点击查看|點擊查看"
    r"|展开|顯示)答案",
)
REFERENCE = whole_of(
    r"(?:key |more |useful |external |related |helpful |other )?(?:references?|refs?|bibliography|sources?"
    r"|links?|resources?|citations?|works cited|see also|related(?: notes| pages| links)?|related works?"
    r"|footnotes|backlinks|credits|acknowledge?ments)(?: (?:and|&) (?:links|resources|references"
    r"|further reading))?",
    r"(?:.{0,10}\s)?(?:참고|참고 ?(?:문헌|자료|링크|논문|사이트|도서|글|서적|영상)|레퍼런스|출처|링크|참조"
    r"|관련 ?(?:링크|자료|문서|노트|글)|인용|각주)",
    r"参考|参考(?:文献|資料|リンク|書籍|サイト|論文|URL|にした(?!い).{0,8}|资料|链接|书籍|文章|論文|论文|文档|文檔|教程|博客|代码)"
    r"|參考(?:資料|文獻|連結|書目)?|参照|出典|リンク集?|関連(?:リンク|ページ|ノート|資料)|关联|相关(?:链接"
    r"|资料|笔记)|相關(?:連結|資料)|引用|来源|來源|资料来源|链接|資料",
)
TOC = whole_of(r"(?:table of )?contents|toc|outline of this (?:note|page)|index|목차|차례|目次|目录|目錄")
# What stands below is quoted, not asked: sentences of a language that somebody learns, dialogues.
EXAMPLE = whole_of(
    r"(?:example|sample) (?:sentences?|dialogues?)|(?:useful|new|today'?s|my) (?:phrases|expressions|idioms)",
    r"(?:.{0,8}\s)?(?:예문|예시 ?문장|예시문|회화 ?표현)|(?:오늘의|영어|일본어|중국어|유용한)\s?(?:표현|문장|회화)",
    r"(?:.{0,8})?(?:例文|例文集|会話例|会話文|フレーズ集|例句)|(?:今日の|英語の?|中国語の?)(?:フレーズ|表現)",
)
# What a label of tasks may be named together with ("Roadmap / TODO").
BESIDE_TASKS = whole_of(
    r"road ?map|ideas?|plans?|wish ?list|goals?|milestones?|아이디어|로드맵|목표|アイデア|目標|ロードマップ"
    r"|想法|目标|路线图"
)
# A heading that stands for itself, whatever stood over it.
APART = whole_of(
    r"(?:(?:work|daily|lab|reading|learning|study|change|my) ?)?(?:log|logbook|journal|notes?|diary|history)|minutes",
    r"(?:(?:연구|업무|작업|학습|실험|공부)\s?)?(?:로그|일지|메모|기록|노트)|회고",
    r"ログ|メモ|ノート|記録|日記|日志|日誌|笔记|筆記|记录|記錄",
    # What went well, and what is known by now.
    r"(?:things? |what )?(?:(?:that )?i )?(?:learn(?:ed|t)|understood)(?: today| this week)?|(?:key )?takeaways?",
    r"(?:새로 |오늘 )?(?:배운|알게 ?된|느낀|잘한|좋았던|이해한) ?(?:것|점|내용)(?:들)?",
    r"(?:今日)?(?:(?:理解)?できてい?る|理解した|できた|[わ分]かった|学んだ|[よ良]かった|気づいた)(?:こと|点|もの)",
    r"学到(?:的|了什么)?(?:东西|東西|内容)?|(?:今日|本周)?(?:收获|收穫)|已掌握的?(?:内容|知识)?|做得好的(?:地方)?",
)
# Headings of well-known forms: questions by their looks, sections by their use.
FORM = whole_of(
    r"(?:一言でいうと|どんなもの|どういうもの|なにこれ|何をした(?:もの|論文)?|概要"
    r"|(?:先行|関連|既存)(?:研究|手法)(?:と|に)(?:比べ|比較し|並べ|対し)て?(?:どこ|何|なに)が(?:すご|凄|違"
    r"|新し)(?:い|う)(?:の|か)?"
    r"|(?:どこ|何|なに)が(?:すご|凄)い(?:の|か)?"
    r"|(?:技術|手法)(?:や|の|・)?(?:手法|技術)?の?(?:キモ|肝)は(?:どこ|何|なに)?(?:か)?|(?:キモ|肝)は(?:どこ|何)?"
    r"|どうやって有効(?:だと|性を?|と)検証した(?:か|の)?|有効性(?:は|を)どう(?:やって)?(?:検証|確認)した(?:か|の)?"
    r"|議論は?ある(?:か|の)?|結果は|手法は|感想は|まとめると)",
    # of diaries that ask the same each day
    r"(?:오늘|어제|이번 ?주|금주|지난 ?주)(?:의|에|은)? ?.{0,24}(?:나요|인가요|했는가|었는가|있다면|무엇을 .{0,8}나)"
    r"|.{0,16}(?:배운|느낀|좋았던|아쉬운|아쉬웠던|어려웠던|감사한|개선할) ?(?:것|점|일|부분)(?:이|은"
    r"|들은)? ?(?:있다면|있나요|무엇인가요|무엇이 있나요)"
    r"|(?:今日|昨日|今週)(?:は|の)?.{0,12}(?:何を|どうだった|できた)(?:した|学んだ|か|の)?"
    r"|what (?:went well|didn'?t go well|did i (?:learn|do|ship|read) (?:today|this week|yesterday)|(?:could"
    r"|can) i (?:improve|do better).{0,12}"
    r"|am i grateful for.{0,12}|are (?:my|the) (?:goals|plans) for (?:today|tomorrow|this week))",
    r"(?:any )?(?:comments|thoughts|ideas)|(?:got|have|any) (?:any )?questions|need help|help|what(?:'s"
    r"| is) (?:new|this|that|it|in (?:this|it)|inside|included|changed)|who(?:'s| is| are) (?:this for"
    r"|it for|we|you|i)|how (?:to|do i|can i) (?:use|contribute|help|install)(?: (?:it|this))?|did you know",
)
# A form that one fills in for each paper asks about "this paper".
FORM_SUBJECT = re.compile(
    r"(?:这篇|這篇|该|該|本)(?:论文|論文|文章|文)|この論文|本論文|(?:이|본) 논문|\b(?:this|the) (?:paper"
    r"|article|authors?|study)\b"
    # "Does this work on a Mac?" asks about something else
    r"|\b(?<!does )(?<!do )(?<!did )(?<!will )(?<!would )(?:this|the) work\b"
    r"|\bthis work (?!(?:on|with|in|for|at|without|if|when|like|well|as)\b)\w",
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
# Names of sections of a review that bear a question mark out of modesty ("可能的改进点？").
MODEST_ZH = re.compile(r"[一-龥]{0,8}(?:点|點|方向|方案|思路|优势|優勢|不足|缺点|缺點|贡献|貢獻|局限|侷限)")
GENERIC_ZH_JA = re.compile(
    r"(?:是什么|是什麼|什么|什麼|甚麼|为什么|為什麼|为何|為何|怎么|怎麼|怎么做|怎麼做|怎么用|怎麼用|怎么办"
    r"|怎麼辦|如何|如何做|如何用|何时|何時|谁|誰|哪里|哪裡|有什么用|有什麼用|做什么|做什麼|要做什么|呢|吗|嗎"
    r"|它|这|這|那|我|的"
    r"|なに|何|なぜ|どう|どこ|いつ|だれ|どうして|どうやって|とは|か|が|は|を|に|の|こと|もの|する|した|なった"
    r"|なる|できる|できた|使う|学んだ|わかった|これ|それ|ある)+"
)
NUMBERING = re.compile(
    r"^(?:(?:\d{1,3}|[IVXivx]{1,5}|[A-Za-z가나다라마바사])[.)]|\d{1,3}(?:[.-]\d{1,3}){1,3}[.)]?|[①-⑳❶-❿]|§|#"
    r"|[一二三四五六七八九十]{1,3}[、.]|[(][一二三四五六七八九十\d]{1,2}[)]|\d{1,2}\s)\s*"
)
SYMBOLS = re.compile(
    "^(?:[\u2190-\u2bff\u2600-\u27bf\ufe0f\u200d\U0001f000-\U0001faff\u25a0-\u25ff*_~`=|>•·※★☆■□◆◇▶▷●○◎\\-–—]"
    "|\\s|\ufffc)+"
    "|(?:[\u2190-\u2bff\u2600-\u27bf\ufe0f\u200d\U0001f000-\U0001faff*_~`=|<]|\\s|\ufffc)+$"
)
# "다음 미팅(11/13)까지"
ASIDE = re.compile(r"\([^()]{1,20}\)(?=[가-힣ぁ-ん])")
TRAILING = re.compile(r"(?:\s*[:;.!?…~]+|\s*\([^()]{0,40}\))$")
WRAPPED = re.compile(r"^[\[(【<〈「『《{](.{1,60})[\])】>〉」』》}]$")
AND = re.compile(r"\s*[/&+·・,、|]\s*|\s+(?:and|or|및|와|과)\s+|(?:와|과)\s+|(?<=[一-龥])(?:和|与|與|及)(?=[一-龥])")
INLINE = re.compile(r"(?P<label>(?:\[[^\[\]]{1,20}\]|[^:)\]\s][^:)\]\n]{0,22}?))(?P<sign>\s?[:)]|(?<=\]))\s*(?=\S)")
COLON = frozenset(":)]：）］")
INLINE_QUESTION = whole_of(
    r"(?:open |my |key )?questions?(?: ?\d{1,3})?|질문(?: ?\d{1,3})?|의문|의문점|궁금|궁금한 ?점"
    r"|質問(?: ?\d{1,3})?|疑問|疑問点|问题(?: ?\d{1,3})?|問題|疑问|疑惑|问|問|問い"
)
INLINE_TODO = whole_of(
    r"to[ -]?do|next(?: up| steps?)?|still (?:to do|owe|open)|다음(?:에| ?할 ?일| ?단계)?|次回?|次は|下一步|下次"
    r"|할 ?일|투두|해야 ?할 ?(?:일|것)|タスク|やること|待办|待辦|待做|action item|ai|task"
    r"|(?:下|本|这|這)(?:个|個)?(?:周|週|月)的?(?:目标|目標|计划|計劃|計畫|任务|任務)|다음 ?(?:주|달) ?(?:목표"
    r"|계획)|(?:来週|来月|今週)の?(?:目標|予定|計画)"
    r"|(?:goals?|plans?) for (?:next|this) (?:week|month)|next week'?s (?:goals?|plans?)"
)
INLINE_READING = whole_of(
    r"to[- ]?read|read later|readings? for (?:next|this) \w+|next reading|읽을 ?(?:것|거리|논문|책)"
    r"|읽어볼 ?(?:것|논문|책|글)|다음에 ?읽을 ?(?:것|책|논문|글)|次に読む(?:本|論文|もの)?|想读|要读|要讀"
    r"|(?:あとで|後で)読む|読む|よむ|read|待读"
    r"|待讀"
)
# What its writer supposes.
INLINE_CLAIM = whole_of(
    r"(?:(?:my|our|working|main) )?(?:hypothesis|conjecture)(?: ?\d{1,2})?|가설(?: ?\d{1,2})?|仮説(?: ?\d{1,2})?"
    r"|(?:假设|假設|假说|假說|猜想)(?: ?\d{1,2})?"
)
