"""Names of labels of what is to be done, in Korean, Japanese, Chinese and English: data for `labels`."""

from __future__ import annotations

from studyctl.core.detector.label_names import whole_of

TODO = whole_of(
    r"(?:(?:my|our|the|remaining|open|next|daily|weekly|project|master|today'?s"
    r"|this week'?s) )?(?:to[ -]?do'?s?|todos?)(?: ?list| items| later| next| soon| today)?(?: (?:for|in|on"
    r"|before|after|by|this|next) .{1,40})?",
    r"(?:(?:my|our|the|remaining|open|next|daily|weekly|pending|outstanding|today'?s|this week'?s|current"
    r"|upcoming|study) )?(?:tasks?|action items?|next actions?|actions|checklist|backlog|chores"
    r"|follow[- ]?ups?|homework)(?: list)?(?: (?:for|before|by|this|next) .{1,40})?",
    r"(?:possible |immediate |planned )?next(?: steps?| things?| up| week| time| session| experiments?"
    r"| actions?| tasks?)?(?: (?:for|in) .{1,30})?|what(?:'s| is)? next|remaining work|work left|still to do",
    r"(?:things?|stuff|ideas?|experiments?|topics?|items?|what|concepts?|terms|words|acronyms"
    r"|papers? or things|features?)"
    r" (?:that )?(?:(?:i|we) )?(?:still )?(?:need |have |want |plan |should |must "
    r"|left )?(?:to )?(?:do|try|check|test|run|fix|look (?:into|up|at)|investigate|implement|explore|learn"
    r"|study|write|finish|reproduce|verify|practi[cs]e|review|revisit)(?: .{1,30})?",
    r"(?:for|before|by|until) (?:tomorrow|(?:mon|tues|wednes|thurs|fri|satur|sun)day|(?:the )?(?:next|this)"
    r" (?:week|weekend|time|month|session|class|lecture|lesson|meeting|lab))|tomorrow"
    r"|(?:today'?s |weekly |daily |study |my |new |next )?plans?(?: for (?:today|tomorrow|(?:this|next|the)"
    r" [\w ]{1,20}))?",
    r"to (?:try|check|test|investigate|implement|explore|learn|study|fix|finish|write|practi[cs]e|review|revise"
    r"|revisit|look (?:into|up)|verify|buy|experiment|watch)(?: (?:out|next|later|soon))?",
    r"(?:(?:odd|small|big|winter|spring|summer|autumn|weekend|outstanding|remaining|open|other|quick) )*jobs?"
    r"(?: (?:list|left|(?:for|before|this|to do)(?: .{1,30})?))?",
    r"(?:things?|stuff|jobs?|bits?|what(?:'s)?|work|paperwork) (?:(?:that )?(?:i|we) )?(?:still )?(?:left "
    r"|need(?:s|ed)? "
    r"|have |has |want |got )?(?:to |for )(?:do|sort(?: out)?|arrange|prepare|pack|bring|get done|send|order"
    r"|finish|book|fix"
    r"|organi[sz]e|clean|call|buy|pick up|chase|mend|repair|handle|tackle|improve|change|update|add)(?: .{1,40})?",
    r"(?:look up|look into|check|watch) later|look (?:up|into)|revise|up next|pending|remaining|left to do"
    r"|(?:must|should|could) do"
    r"|(?:top|my|today'?s) priorities|focus for .{1,20}|errands|reminders|work items|assignments?"
    r"|(?:videos?|talks?|lectures?|things?|films?|movies?) to watch|goals (?:for )?(?:today|tomorrow|(?:this"
    r"|next) \w+)"
    r"|before the (?:exam|test|deadline|meeting|interview|quiz|presentation)",
    r"(?:.{0,16}\s)?(?:할 ?일|할 ?일들|할 ?일 ?(?:목록|리스트)|해야 ?할 ?(?:일|것|것들|거|사항|작업)"
    r"|해야 ?되는 ?것|투두|투두 ?리스트|체크 ?리스트|액션 ?아이템|다음 ?(?:단계|작업|액션|스텝)|남은 ?(?:일"
    r"|작업|것|할 ?일)|추후 ?(?:작업|할 ?일|과제|진행)|향후 ?(?:작업|할 ?일|진행|계획)|(?:이번|다음) ?(?:주"
    r"|달|시간) ?(?:계획|목표|할 ?것|과제|숙제)|(?:다음|이번) ?(?:주|달|모임|시간|회의|회차|스터디|수업|미팅)"
    r" ?까지(?: 할 ?것)?|내일까지|내일(?:은)?|숙제|(?:다음 |향후 |남은 )?과제|액션 ?플랜|확인 ?필요|추가 ?공부"
    r"|해보고 ?싶은 ?(?:것|것들|거)|해볼 ?만한 ?것)",
    r"(?:(?:공부|학습|오늘|내일|다음|앞으로의?|주간|일일)\s?)?계획|(?:오늘|금주|이번 ?주|이번 ?달|주간"
    r"|내일)의? ?목표",
    r"(?:(?:今日|今週|来週|今月|次回|今後|当面|直近|残り|自分|研究|実装|次)(?:の|に)?)?(?:タスク|残タスク"
    r"|宿題|課題|to-?do)(?:リスト|一覧)?|残タスク|今後の課題|(?:今日|今週|今月|明日|来週)の(?:目標|予定|計画)"
    r"|次回までの(?:課題|宿題)"
    r"|計画|学習(?:予定|計画)|復習リスト|確認事項|対応事項|買うもの",
    r"(?:.{0,10})?(?:やること|やるべきこと|やりたいこと|すること|すべきこと|残作業|ネクストアクション"
    r"|次のステップ|次の一歩|次にやること|次回やること|今後やること|今後の(?:課題|予定|作業|タスク|方針)"
    r"|調べること|調べるもの|調べたいこと|あとで調べる|後で調べる|要調査|要確認|試すこと|試したいこと"
    r"|確認すること|確認したいこと|実装すること|実験すること|学びたいこと|勉強すること|勉強したいこと"
    r"|復習すること|直すこと"
    r"|未着手|アクション(?:アイテム|プラン)?)(?:リスト|一覧)?",
    r"(?:今日|本日|今週|今月|来月|来週|明日|今年|今季|春|夏|秋|冬|週末|連休|休み中?)(?:の|に)?"
    r"(?:作業|仕事|用事|やる(?:こと|作業)|段取り|準備)(?:リスト|一覧)?",
    r"やる|やります|(?:今日|明日|今週|来週|次回|週末|次)(?:まで)?(?:に|は)?(?:やる|する)|明日|(?:次回"
    r"|来週)まで(?:に)?|次回"
    r"|明天|(?:今日|今天|本周|本週|明日|下周)(?:的)?(?:目标|目標)"
    r"|下(?:周|週|次)(?:之)?前|.{0,6}必做(?:的事)?",
    r"(?:我的|今日|今天|明天|明日|本周|下周|下週|下次|近期|未完成的?"
    r"|剩余|其他|学习|當前|当前|后续|项目|今天的|明天的|接下来的|下一步的|课后|課後|行动|行動|改进|改進|复习"
    r"|複習)?(?:任务|任務|作业|作業"
    r"|计划|計畫|清单|清單)(?:清单|清單|列表)?",
    r"(?:.{0,8})?(?:待办|待辦|待办事项|待辦事項|待办清单|代办|代辦|代办事项|待做|待完成|待学习|待學習|待实验"
    r"|待實驗|待确认|待確認|待尝试|待嘗試|待解决|待整理|待补充|待補充|要做的|要做的事|要做的事情|要做|下一步"
    r"|下一步计划|下一步計畫|下一步工作|接下来|接下來|接下来要做的?|后续工作|後續工作|后续计划|后续|行动项"
    r"|行動項目|要完成的?|待复习|待複習|待查|待確認事項|待确认事项|(?:需要|要|得)(?:补|補|复习|複習|查|做|看"
    r"|学|學|整理|准备|準備)的(?:东西|内容|內容|资料|資料)?|任务清单|任務清單"
    r"|计划事项|本周计划|下周计划)",
    r"(?:i )?(?:need|have|must|should|gotta|want|remember|don't forget)(?: to)?(?: do)?|reminder|later|soon"
    r"|some ?day|upcoming"
    r"|deliverables|deadlines|action points?|hw|things left|in the pipeline|next (?:sprint|session|lesson"
    r"|semester|month|year)"
    r"|(?:week|day|month|term|semester|sprint)(?:ly)? (?:plans?|goals?|tasks?|to-?dos?)|today'?s goals?"
    r"|goals? for (?:the|this|next) \w+"
    r"|(?:fix|check|try|do) (?:later|next|soon)|(?:bugs?|issues?|typos?|errors?) to fix",
    r"to (?:prepare|submit|send|call|print|order|organi[sz]e|update|add|improve|refactor|memori[sz]e|decide"
    r"|discuss|plan|book"
    r"|research|translate|rewrite|draft|edit|register|pay|follow up|revise|finish|do)(?: (?:before|by|for|this"
    r"|next|later|today"
    r"|tomorrow|soon|in) ?.{0,30})?",
    r"(?:.{0,10}\s)?해야 ?(?:됨|함|하는 ?(?:것|일|거)|되는 ?(?:것|일|거))|(?:방학|시험|주말|학기|월간)\s?계획",
    r"(?!.*(?:聞き|質問し|知り|議論し|相談し|尋ね|読み|考え|伝え"
    r"|言い)たい).{0,8}[いきぎしちにびみりえけせてねべめれ]たい"
    r"(?:こと|もの|点|ところ|機能|内容|項目)(?:リスト)?",
    r"(?!.*(?:[てで]い?る|できる|わかる|分かる|いえる|言える|学べる|ある|なる|起こる|起きる|思う|感じる|聞く|質問する"
    r"|相談する|という|気をつける|注意する|覚えておく)こと)"
    r".{0,8}[うくぐすつぬぶむる]こと(?:リスト)?",
    r"未(?:完了|着手|対応|実装|提出)(?:のもの|タスク)?|提出物|(?:実装|追加|対応|購入|修正)予定|今日中に(?:やる"
    r"|やること)?"
    r"|忘れずに|忘れないこと|やらなきゃ(?:いけないこと)?|やらねば|次回の予定",
    r"待(?![遇续續读讀看定问問机機命人客业產产]|思考|请教|請教|讨论|討論|釐清|厘清|探究"
    r"|回答)[一-龥]{1,2}(?:的)?(?:事项|事項|内容|內容|任务)?",
    r"(?:还|還)?(?:没|沒|未)(?:做完|做|完成|写完|寫完|看完|实现|實現)的?(?:事|事情|内容|任务|功能)?",
    r"(?:还|還)?(?:需要|要|得)(?![读讀看问問求点點]|注意|记住|記住|知道|掌握)[一-龥]{1,3}的(?:地方|单词|單字"
    r"|东西|東西|内容|內容|事|事情|功能|题|題)?",
    r"(?:复习|複習|学习|學習|下周|假期|寒假|暑假|周末|后续|接下来)的?(?:安排|计划|計畫|规划|規劃)|别忘了"
    r"|別忘了|记得(?:做|要做的)?|不要忘记",
    r"(?:tasks|work|things) (?:left|remaining)|still missing|coming up|(?:ideas )?for later|nice to have"
    r"|stretch goals|tonight"
    r"|over the weekend|agenda for next (?:time|week|meeting)|(?:exam )?prep(?: for .{1,30})?|(?:chore|call"
    r"|shopping|packing) list"
    r"|action|(?:revision|training) plan|(?:fixes|work) needed|needs (?:fixing|doing)"
    r"|to (?:check|fix|write up|look up|try|do) (?:at|in|before|with|on) .{1,30}",
    r"(?:.{0,20}\s)?(?:전|이전|날|때|일|주|달|월)?까지\s?(?:꼭 |다 )?(?:해야 ?할|할|준비할|챙길|끝낼|마칠|처리할"
    r"|제출할|정할|해둘)\s?(?:것|것들|일|거|사항|준비)(?:들)?",
    r"(?:.{0,16}\s)?(?:챙길|준비할|처리할|신청할|예약할|살|사야 ?할|알아볼|연락할|제출할|고칠|수정할|바꿀|손볼"
    r"|정리할|만들|보낼)\s?(?:것|것들|일|거|사항|서류|목록|리스트)(?:들)?",
    r"퇴근 후|주말|(?:급한|미룬|밀린) ?(?:일|것)|(?:아직 )?(?:못|안) ?한 ?(?:것|일)|남은 ?거|후속 ?조치"
    r"|조치 ?사항|복습 ?계획"
    r"|(?:데일리 )?미션"
    r"|(?:.{0,10}\s)?(?:공부|복습|학습|정리|연습|보완)(?:이|가)? ?(?:더 |좀 )?"
    r"필요(?:한|하다고 ?(?:생각|느끼|느껴)[가-힣]{1,2}) ?(?:것|거|부분|내용|개념|주제|파트|과목)(?:들)?",
    r"残り|やり残し(?:たこと)?|要対応|未処理|買い物(?:リスト)?|持ち物|フォローアップ|宿題事項|自主課題|リマインド"
    r"|(?!なぜ|どう|何).{1,5}やる(?:こと)?",
    r"下(?:周|週|次)|周末|週末|今晚|剩余工作|剩下的(?:事|工作|任务)|未完(?:成的?)?|要?跟进(?:事项)?|购物清单"
    r"|小目标|整改项?|改进项"
    r"|要?准备的?(?:工作|东西)|(?:每日|练习|打卡)任务|(?:有空|回头|抓紧|接着|后面|以后|之后|抽空)再?(?:做|弄"
    r"|搞|改|补|查)",
    # What lies ahead, and what is wanted of it, in any of their combinations.
    r"(?:(?:내일|모레|주말|다음 ?(?:주차?|달|시간|회차|번|모임|수업|스터디|학기)?|앞으로|나중|추후|향후|이후"
    r"|이번 ?주차?)"
    r"(?:에|의|엔|은|까지|로)?\s?)(?:(?:준비|공부|학습|진행|작업|예정|목표|계획|과제|숙제|복습|예습|실험|작성"
    r"|발표|해야|할)\s?){1,2}"
    r"(?:할|될|해야 ?할)?\s?(?:사항|내용|거리|것|것들|거|일)?|나중에|다음에|주말에",
    r"(?:明日|来週|次回|次|今後|週末|これから|本番|試験|テスト)(?:の|に|までに|まで|へ)?(?:向けて|準備|予習"
    r"|復習|目標|課題"
    r"|宿題|方針|対策|作業|勉強|学習|実験|検証|やる|する|やりたい|試す|試したい|調べる|調べたい|考える|直す"
    r"|書く)(?:こと|もの|点|内容)?",
    r"(?:やって(?:みたい|おきたい|おく)|試して(?:みたい|おきたい)|調べて(?:おきたい|みたい|おく)|直したい"
    r"|改善したい|実装したい"
    r"|作りたい|覚えたい|復習したい|続けたい|進めたい|深掘りしたい)(?:こと|もの|点|ところ|内容)?",
    r"(?:还|還)?(?:想|要|需要|得|打算|准备|準備|必须|必須|应该|應該)(?:去|再|先|继续)?(?:做|听|聽|弹|彈|买|買"
    r"|去|尝试|嘗試|试|試"
    r"|实现|實現|学|學|写|寫"
    r"|改|改进|补|補|查|练|練|优化|優化|整理|研究|了解|完成|复习|複習|确认|確認|处理|處理|学习"
    r"|學習)(?:一下)?的?(?:事|事情|东西|東西"
    r"|内容|內容|功能|部分|实验|任务)?",
    r"(?:明天|明日|下周|下週|下次|下一周|接下来|接下來|之后|之後|以后|后续|後續|考前|会前|课前|周末|週末)(?:的"
    r"|要|需要|打算|准备|想)*"
    r"(?:做|学|學|完成|准备|準備|工作|安排|复习|複習|学习|學習|研究|实验|實驗|补|補|查|写|寫)(?:的)?(?:事情|事"
    r"|内容|內容|东西)?",
)
