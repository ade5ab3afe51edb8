"""Classes of words that say of a head what stands below it, in four languages: data for `label_heads`.

A class is sure, or it is so only where what stands below looks like it. The first that is found decides.
"""

from __future__ import annotations

import re
from typing import Literal, NamedTuple


class Head(NamedTuple):
    """What the words of a head say of what stands below it."""

    scope: Literal["question", "todo", "reading"]
    sure: bool  # whatever stands below


_SURE_QUESTION, _MAYBE_QUESTION = Head("question", True), Head("question", False)
_SURE_TODO, _MAYBE_TODO = Head("todo", True), Head("todo", False)
_SURE_READING, _MAYBE_READING = Head("reading", True), Head("reading", False)

Classes = tuple[tuple[re.Pattern[str], Head], ...]


def _of(head: Head, *patterns: str) -> tuple[re.Pattern[str], Head]:
    return re.compile("|".join(patterns)), head


_NOT_EN = (
    r"(?:can ?not|can'?t|could ?n'?t|do ?n'?t|did ?n'?t|does ?n'?t|do not|did not|never|nobody|no one|not|none of us)"
)
_DAY_EN = (
    r"(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?|tomorrow|tonight|weekend"
    r"|next|the (?:exam|test|meeting|deadline|end|weekend|next|class|visit|move|holidays?)|christmas|easter|term"
)
EN: Classes = (
    _of(
        _SURE_QUESTION,
        r"\b(?:un(?:clear|sure|answered|resolved|solved|explained|settled|decided)|stuck|stump(?:ed|s)|baffl(?:ed"
        r"|ing|es)"
        r"|muddled|head[- ]?scratchers?|loose ends|bug(?:s|ging)? me|bother(?:s|ing)? me|nag(?:s"
        r"|ging)(?: at)? me|sticking points?|mix(?:ing|ed)? up|got wrong|get wrong"
        r"|makes? no sense)\b",
        r"\b(?:confus(?:ing|ed|es)|puzzl(?:ing|ed|es)|fuzzy|hazy|shaky|murky|wobbly|wonder(?:ings?|ed)?|unknowns"
        r"|mysteries|doubts"
        r"|questions|qs|gaps|puzzles|riddles|blanks)(?: (?:about|on|with|for|in|from|of|to|left|still|here|yet"
        r"|today|so far|me)\b.*)?$",
        rf"\b{_NOT_EN} (?:\w+ ){{0,2}}?(?:get|explain|follow|catch|understand|see|know|knows|sure|clear|certain"
        rf"|answers?"
        r"|convinced|remember|work out|figure|grasp|settled|sit right|make sense|add up)\b",
        r"\bkeep(?:s)? (?:getting|mixing|forgetting|confusing|missing|tripping)\b|\btrip(?:s|ped|ping)? me up\b",
        r"\b(?:to|want to|need to|like to) (?:clarify|figure out|find out|understand|ask)\b|^(?:ask|quiz|pester"
        r"|bug) (?!yourself|oneself|for|fix|report|track|list|hunt|bash)\w+",
    ),
    _of(
        _SURE_READING,
        r"\b(?:to|must|should|gotta|want to|will) read\b|\bto-read\b|\bread (?:next|later|up|soon|on)\b",
        r"^readings? (?:wk|week|ch|for|due|\d)\b",
        r"^next (?:paper|book|article)s?\b",
        r"\b(?:further|follow[- ]?up|more|next|extra|recommended|suggested|assigned|background"
        r"|weekend|holiday|bedtime|summer"
        r"|future|set)"
        r" (?:readings?|reads?|books|papers|literature|lit|texts)\b",
        r"\breading (?:list|pile|queue|stack|log|next|for|this|wk|week|due|assignment)\b",
        r"\b(?:refs?|references|papers|books|articles|literature|lit|citations|preprints|chapters|titles|posts)\b.*"
        r"\b(?:to (?:chase|find|get|check|look|track|pull|dig|order|borrow|buy|skim|hunt|follow|try)|queue|pile"
        r"|backlog|worth|quoting|citing|cites|quotes|swears? by|on about"
        r"|recommended|mentioned|suggested|want(?:ed)?|next|later|wish ?list)\b",
        r"\b(?:chase|chasing|track down|get hold of|borrow|dig out|dig up|look out)\b.*"
        r"\b(?:refs?|references|papers|books|articles|literature|citations|readers|titles|texts)\b",
    ),
    _of(
        _SURE_TODO,
        r"\bto[- ]?do\b|\b(?:need|needs|have|has|got|ought|mean|meant|plan|hope|still want|want) to\b(?! know\b)"
        r"|\b(?:gotta|must do|should do)\b",
        rf"^(?:before|by|b4|for|until|till|this|over the|on|at the) (?:{_DAY_EN})\b(?!.*\b(?:learned|happened|went"
        rf"|we|notes?|talk|lecture)\b)",
        r"^(?:shopping|chores|errands|homework|hw|action items?|actions|follow[- ]?ups?|next steps?|jobs|tomorrow"
        r"|still open"
        r"|left to do|outstanding|prep|deliverables)\b(?: (?:for|from|before|by|list|this|still|open|left"
        r"|next)\b.*)?$",
        r"^(?:hw|homework|problem sets?|p-?sets?|assignments?|exercises?|sheet) ?\d{0,2}(?: due\b.*)?$",
        r"^(?:buy|get|order|bring|pack|fetch|fix|call|book|pay|sort out)$",
        r"^(?:things|stuff|bits|jobs|tasks|work|anything|what'?s|all|ideas|experiments|features|changes"
        r"|fixes)\b.*\b(?:to|left|for later|next)\b",
        r"^to (?:set up|prepare|pack|bring|buy|get|order|build|make|mend|fix|repair|clean|cook|plant|sow|bake|run"
        r"|rerun|write|draft"
        r"|send|email|call|ring|book|pay|sort|move|measure|test|try|check|learn|revise|memori[sz]e|practi[sc]e"
        r"|finish)\b",
    ),
    _of(
        _MAYBE_READING,
        r"^(?:recommended|suggested|must get|get hold of|must get hold of|look up|borrow|want)\b",
        r"\b(?:books?|papers|articles|videos|vids|blogs?|podcasts|textbooks?|literature|reads|look at|look into"
        r"|sources)\b",
    ),
    _of(
        _MAYBE_TODO,
        r"^(?:next|later|buy|get|order|fix|drills?|revision|practi[sc]e|revise|prep|pending|remaining|resolutions?"
        r"|targets?"
        r"|improvements?|changes|reminders?|this week|draft|must|should|try|bring|pack|want)\b",
        r"\b(?:next|tomorrow|tonight|this weekend|weekend|to buy|to get|to try|plan)$",
    ),
    _of(
        _MAYBE_QUESTION,
        r"\b(?:confusions?|unknown|open|tricky|hard|difficult|odd|weird|strange|undecided|parked)\b",
    ),
)
# What holds one of these words and is a subject, or tells what was.
EN_NOT = re.compile(
    r"\bconfusion matri|\b(?:gap|gaps) (?:analysis|year|junction)|paradise lost|\baction potential|\b(?:read"
    r"|asked|answered|bought|done|finished)\b.{0,3}$"
    r"|\b(?:next|last)[- ](?:gen|generation|token|word|sentence|hop|state|frame|js|\.js)\b|\bbook(?:keeping"
    r"| review|s read)\b"
    r"|^(?:notes?|log|journal|summary|what i (?:learned|did)|how to|why|i |we |he |she |they )|\bfrequently\b"
    r"|\bopen[- ]source\b|\b(?:solved"
    r"|fixed|resolved)\b"
)

KO: Classes = (
    _of(
        _SURE_QUESTION,
        r"헷갈|헛갈|(?:모르|모르겠|몰랐|몰라서)(?:는|던|ㄴ|겠는|겠던|겠음|는데)? ?(?:것|거|점|부분|말|단어|용어"
        r"|개념|데|곳|내용)|궁금|의문|의심스|막힌|막히는",
        r"(?:틀리는|틀린|망한|발목 ?잡|틀렸던|틀림|까먹는|잊어버리는|못 ?외우는|안 ?외워지는|못 ?외운|안 ?외워진)",
        r"이해(?:가|를)? ?(?:안|못|덜)|(?:잘 )?(?:안|못) ?(?:풀리|와닿|잡히|알아|이해)|아리송|알쏭|긴가민가"
        r"|찜찜|가물가물|애매한|불확실한|불분명|의아"
        r"|미해결|^미결|^미정|풀리지|해결 ?(?:안|못)|답 ?(?:못|없|안)|질문|물어볼|물어보|여쭤|여쭐|여쭈|확인 ?받을"
        r"|상의할|의논할|논의할|토론할|따져 ?볼",
    ),
    _of(
        _SURE_READING,
        r"(?:읽|읽어|봐야|볼|보고 ?싶|사고 ?싶|갖고 ?싶|찾아|찾을|빌릴|빌려|구할|사서|추천|이어서|이어 ?볼|더"
        r"|다음에?|추가로|마저"
        r"|밀린).{0,6}"
        r"(?:책|논문|글|자료|문헌|교재|도서|기사|서적|아티클|읽을거리|블로그|칼럼)",
        r"읽을|읽어 ?(?:볼|야|보기|올)|읽기로|읽고 ?싶|안 ?읽은|못 ?읽은|읽을거리|독서 ?목록|책 ?목록|북 ?리스트",
    ),
    _of(
        _SURE_TODO,
        r"할 ?(?:일|것|거)|해야|숙제|과제|투두|체크 ?리스트|장보기|장 ?볼|준비물|챙길|챙겨|사야|살 ?(?:것|거)"
        r"|내일|모레|주말에?|퇴근|방과|수업 ?전|시험 ?전|발표 ?전"
        r"|마감 ?전|(?:전|후|날|때|주|달|일|회의)까지|(?:주|달|월|일|학기) ?(?:안에|안으로|내로)$",
        r"(?:고칠|바꿀|지킬|손볼|만들|보낼|처리할|준비할|정리할|외울|풀|연습할|보완할|수정할|개선할|마칠|끝낼"
        r"|신청할|연락할|확인할|시도할|해볼|써볼|돌려볼"
        r"|심을|뿌릴|키울|옮길|구할|버릴|챙길|채울|정할|제출할) ?(?:[가-힣]{1,6})(?:들)?$",
    ),
    _of(_MAYBE_READING, r"(?:(?<![대정산])책|논문|문헌|도서|서적|선행 ?연구|읽기|독서|자료)(?:들|\)|$)"),
    _of(
        _MAYBE_TODO,
        r"다음|이번|앞으로|나중|향후|추후|오늘|계획|목표|후속|조치|처리|준비|보완|개선|복습|미션|남은|밀린|당장"
        r"|급한|먼저|마무리",
    ),
    _of(
        _MAYBE_QUESTION,
        r"어려운|어려웠|애매|모르|논의|쟁점|고민|이상한|걸리는|보류|넘긴|미룬|미정|미결|확인 ?안|약한|취약|문제",
    ),
)
# A sentence rather than a name.
KO_SENTENCE = re.compile(r"[가-힣](?:다|요|까|네|죠|(?<!까)지|냐|자|군|는데|라고|며|고)$")
KO_NOT = re.compile(
    r"배운|배울|느낀|느낄|알게|풀린|해결(?:됨|한|된|책)|읽은|읽었|다 ?읽|완료|끝낸|본 ?것|본 ?거|봤던|했던"
    r"|한 ?것|한 ?일|(?:^| )산 ?(?:것|거|물건)|구입한|먹은|받은"
    r"|문제 ?(?:정의|제기|설정|풀이|해결)|다음과|유의|주의"
)

KANA = re.compile("[ぁ-ヿ]")
JA: Classes = (
    _of(
        _SURE_QUESTION,
        r"(?:わから|分から|解ら|判ら)(?:な|ん|ず|へん)|もや|モヤ|(?:引っ?|ひっ)[掛かっ]|つまず|つまづ|躓|詰ま"
        r"|つまり?どころ|謎|疑問|不明|質問|悩[みんむ]|迷[いうっ]"
        r"|覚えて(?:い)?な|覚えられ|覚えにく|苦手|間違え|間違う|間違い(?:やす|が|問)|まちが|ミスった"
        r"|落とした問題|あやし|怪し|あやふや|曖昧な|あいまいな"
        r"|未解決|^未決|^未定|聞きたい|聞けず|聞きそびれ|に(?:聞く|訊く|きく)$|聞くこと|尋ね|腑に落ち|ピンと?こ"
        r"|ややこし|ごっちゃ|こんがらが|混ざ|混同"
        r"|自信(?:が)?な|すっきりしな"
        r"|納得(?:いか|でき)|気になる(?!本|論文|記事|書籍)(?:こと|点|ところ|やつ)?$"
        r"|説明できな|理解(?:でき(?!てい?る|た|そう)|が[浅足追])",
    ),
    _of(
        _SURE_READING,
        r"読(?:ま[ねな]|む|みたい|みたく|んでおく|んどく|もう|まな|むべき|もの)|読み(?:もの|物|かけ|さし|直す本)"
        r"|積(?:ん)?読|つんどく|目を通す",
        r"(?:気になる|気になった|次の|おすすめの?|勧められた|借り(?:る|たい|た)|買(?:う|いたい)|欲しい|読みたい"
        r"|探す).{0,3}(?:本|論文|記事|文献|書籍|資料)",
        r"(?:本|論文|記事|文献|書籍|参考書).{0,3}(?:候補|たい|メモリスト|ほしい)|参考にしたい|併読|文献(?:候補"
        r"|リスト)|ブックリスト|読書リスト",
    ),
    _of(
        _SURE_TODO,
        r"やる(?!気|せ)|やっ(?:とく|ておく|てみたい)|(?:する|せな|すべき|しなきゃ|しないと|しとく|しておく"
        r"|せんと|せなあかん|なおす|直す|試す|買う|出す|書く|作る|揃える)"
        r"(?:こと|もの|やつ|点|項目|予定|リスト)?$|(?:まで|前)に(?:.{0,6})?$|(?:行っ|着い|終わっ|帰っ|戻っ"
        r"|治っ)たら$|に向けて|宿題|ノルマ|タスク|ToDo"
        r"|todo|買い(?:物|足|たい|出し)|持ち物|忘れ(?:ずに"
        r"|ないこと|物)",
        r"(?:来週|週末|明日|今週|今月|来月|次回)(?:の)?(?:作業|予定|目標|計画|準備|課題|宿題|こと)?$"
        r"|(?:やり)?残(?:り|し)(?:の)?(?:こと|作業|仕事)?$",
    ),
    _of(_MAYBE_READING, r"(?:本|論文|記事|文献|書籍|資料|読書)(?:など|リスト|たち)?$"),
    _of(
        _MAYBE_TODO,
        r"次[はにの回]|これから|今後|予定|準備|作業|課題|確認|調べ|復習|担当|練習|目標|改善|対応|見直し|あとで"
        r"|後で|試したい|直し|お願い|補充|買",
    ),
    _of(_MAYBE_QUESTION, r"課題|問題|検討|議論|保留|継続|未定|難し|むずかし|論点|悩"),
)
JA_NOT = re.compile(
    r"が見られた|良かった|よかった|できてい?る|でき(?:た|ました)|買った|使った|食べた|作った|直した|届いた|読書(?:会|ノート|メモ|記録|感想)|読んだ|読了|読み[取方]|やった"
    r"|した(?:こと|作業)|終わった|解決(?:済|した"
    r"|策)|わかった|学んだ|覚えた|気づいた|完了|済み|使い方|やり方"
    r"|問題(?:設定|提起|意識|解決|集)|間違え(?:ない|ず)|迷(?:路|惑)"
)

HAN: Classes = (
    _of(
        _SURE_QUESTION,
        r"(?:没|沒|不|未|难|難|弄|搞)(?:太|怎么|怎麼|有|看|听|聽|想|学|學|弄|搞|读|讀)?(?:懂|明白|清楚|透彻"
        r"|吃透|透|通|理解|解决|解決|背(?:下|会|熟)?|记住|記住|记牢|掌握)"
        r"|(?:没|沒|不)[一-龥](?:懂|明白|清|透|通|完|定|填|牢|住|准|準)",
        r"存疑|疑(?:问|問|惑|点|點|难|難|云|義|义)|困惑|迷惑|卡(?:住|壳|殼|点|點|了)|遗留|遺留|懸而|悬而|悬案"
        r"|未决|未決|悬着|懸著|継続|継續|審議|保留|易混|(?:总|總|老|常|又|经常|容易"
        r"|反复)(?:是)?[一-龥]{0,2}(?:错|錯|混|忘|串|漏|反)"
        r"|易错|易錯|记混|記混|搞混|混淆|想问|想問|要问|要問|请教|請教|问问|問問|待(?:讨论|討論|定|议|議|解|问"
        r"|問)|争议|爭議|悬疑|想不明|百思|被问(?:住|倒|懵)|被問(?:住|倒)|纳闷|納悶|没底|沒底|没答|无解|無解"
        r"|说不清|說不清",
    ),
    _of(
        _SURE_READING,
        r"(?:读|讀|看|翻|找|借|买|買|推荐|推薦|精读|精讀|延伸|补|補|啃|刷).{0,4}(?:书|書|论文|論文|文献|文獻"
        r"|文章|资料|資料|教材|专著|專著|期刊)|书单|書單"
        r"|(?:待|想|要|必|准备|準備|打算|有空|回头|接着|值得)(?:去|再|找|借)?(?:来|來|好好)?(?:读|讀|看|翻"
        r"|啃)(?:看|翻|读"
        r"|讀|一下|一遍|的)?|推荐的?$|推薦的?$|併読|副読|闲了?看|閒了?看|必読|未読|积读",
    ),
    _of(
        _SURE_TODO,
        r"^要(?:復習|確認|調査|検討|対応|練習|暗記|再読)|要[一-龥]{1,3}的$|下[一-龥]{0,3}(?:打算|计划"
        r"|計畫|安排)|待(?:办|辦|做|完成|补|補|处理|處理|改|写|寫|测|測|查|整理|跟)|(?:^|[^主重必需])要(?:做|买"
        r"|買|改|补|補"
        r"|写|寫|准备|準備|办|辦|练|練|查|交|带|帶|弄|搞|处理"
        r"|處理|完成|整理)"
        r"|下(?:一)?(?:步|次|周|週|回|轮|輪|阶段|階段|期)(?:前|之前|要|打算|计划|計劃|计画|計畫|准备|準備|做"
        r"|安排)?$|明(?:天|日)$|今晚$|周末$|週末$|(?:周|週|天"
        r"|日|月|号|號|考|课|課|会|會|比赛)(?:之)?前$"
        r"|得(?:弄|做|办|辦|搞|干|写|寫|交)完|跟进|跟進|行动|行動|作业|作業|采购|採購|购物|購物|别忘|別忘|记得"
        r"|記得|接下来|接下來|任务|任務|打卡"
        r"|(?:还|還)(?:差|要|得|缺|没做|沒做)"
        r"|(?:想|打算|准备|準備|计划|計劃|计画|計畫)(?:做|挑战|挑戰|学|學|练|練|试|試|去|写|寫|改|拍|种|種)",
    ),
    _of(_MAYBE_READING, r"(?:书|書|论文|論文|文献|文獻|教材|书目|書目|阅读|閱讀|资料|資料)$"),
    _of(
        _MAYBE_TODO,
        r"打算|安排|计划|計劃|计画|計畫|准备|準備|目标|目標|清单|清單|后续|後續|有空|回头|回頭|剩下|抓紧|抓緊"
        r"|补|補|明天|明日|下周|下週|改进|改進|练习|練習|复习|複習|需要|待|分工|担当|整改",
    ),
    _of(_MAYBE_QUESTION, r"问题|問題|坑|薄弱|难点|難點|争|爭|未定|讨论|討論|思考|没定|沒定|悬|懸"),
)
HAN_NOT = re.compile(
    r"买了|買了|已买|已買|^(?:参考|參考)(?:书|書|文献|文獻|资料|資料)?$|读书[会笔]|讀書[會筆]|(?:阅读|閱讀|读后"
    r"|讀後|读书"
    r"|看书)(?:笔记|筆記|感|心得|记录|記錄)|看法|看点|已(?:读"
    r"|讀|完成|解决|解決)|读过|讀過|看过|看過|看完|读完|讀完|做完|学会"
    r"|學會|搞定|弄懂了"
    r"|问题(?:描述|定义|背景|分析|陈述)|問題(?:描述|定義|背景|分析)|不同|不等|要点|要點|要求|要素|重要|主要"
    r"|概要|摘要|招待|期待|对待|等待|招呼|计划生育"
)
