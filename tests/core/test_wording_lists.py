"""Lines and headings in four languages by themselves: what they are, and what looks like it and is not."""

from __future__ import annotations

import pytest

from studyctl.core.detector import labels, statements, wording

ASKS = """
how come nobody uses this anymore
is this the same as ridge regression
does this hold for n = 0
can this be done in O(n)
Paula: isn't the third formulation just the first one again
rye: why does it go gummy
??? which edition does the library have
drone cells along the bottom bar, is that already a swarm sign
need to understand why this converges
I'm lost at eq. 7
이 정리가 n=1일 때도 성립하나
이게 맞나 싶다
증명이 잘 와닿지 않는다
언제 쓰는 게 좋을지 고민
그래서 결론이 뭔데
계속 늘어나는 거 아니냐
처음부터 악인으로 그려지나
왜 데이터가 많이 필요할까 🤔
この式変形が追えない
これって結局どういうこと
どうして負になるの
なぜ2回呼ばれる
どこに置くか
境界チェックはこれで十分か
为啥要这样写
这个结论对所有 p 都成立么
如果 n 很大会怎样
谁提出的
间隙锁解决了什么问题
不知道缩微胶片能不能申请扫描
漏气是垫圈老化还是阀门没关
少的那两箱去哪了
考试满分是多少分
这个引理真的用得上吗，后面好像没出现
那句口诀每次都记混
两本书讲的不一样
担当になった。題材どうしよう
この順でだけ落ちるのはどうして
別料金になるかどうか微妙
先生に聞きそびれた
符号を毎回間違える
판례가 바뀐 이유 설명을 놓쳤다
버스로 갈지 결론 못 냄
what I can't work out is how they choose
Can't decide if it follows or has to be stipulated
what even is the difference between the two
差はなかったのか？（ファム）
具体的にどういうことか。
Ravi wasn't convinced the sign is identifiable
Lin asks how the profiles were weighted
어느 축부터 봐야 할지 못 정하겠다
깨우는 시점이 언제인지 그림이 안 그려짐
どちらを固めるべきか決めかねている
起点を選べないのは何のためか
陈老师追问那个弧凭什么说是晶界
压力到底该设 5 MPa 还是 10 MPa
冷压能不能代替热压,谁也说不清
if the loss is flat, why does the norm keep growing
can't work out if it is the bow or the string
dosing in renal failure: textbook and protocol disagree
whether to keep the second pump
不曉得預備金抓兩成夠不夠
どっちが収量多いんだろう
没听懂第二段
"""
ASKS_NOT = """
how backprop works
what I learned today
what drives me crazy: no scale bar
?? is the nullish operator
married Ann ? in Leeds
can be found in chapter 3
only when it rains, it is slow
if the queen is there, do not disturb her
does not scale
do not use global state
should read chapter 3 first
왜 필요한지 알게 됨
어떻게 쓰는지 정리
몇 가지
연구일지
어떤 함수든지
이제야 읽었을까ㅋㅋ
なぜなら行列が正則だから
なぜ必要かを理解した
どこかで憎んでいる
どれも同じ
夜はとても静か
これは確か
美とは何かという問い
什么都没有
没有什么特别的资料
做什么事情都要先看原文
怎么也跑不通
有什么样的输入就有什么样的输出
看看真正的 Spring 里 doCreateBean 怎么写的
不管是晴天还是雨天都去
判断有没有 @Component
做了什么
"Which of these is a function of a balun?"
下列何者非紅色？ (C)
你知道吗，这是真的
多少有点贵
毎回測る
if it is flat, the norm keeps growing
"""
SAYS = """
works only on Linux
depends
same as SGD with momentum 0
larger batches need larger learning rates
mutations in exon 5 cause the phenotype
used when the closure has to work for any lifetime
논문에서는 0.9를 씀
GPU가 놀고 있었음
외부 호출을 놓침
왕권 강화를 위해 실시
ほとんど同じだった（0.21ms）。
因为内存不够
几乎没有区别
两种方法结果一样
不可微
学說多採重大過失說
先写日志再改数据
頸動脈竇經由舌咽神經傳到延腦
"""
SAYS_NOT = """
learning rate schedule
figure 4
a better baseline
두 번째 항
서버에서 프로그램
비용이 조금
用語の整理
一覧がほしい
内存占用
三个条件
哈希表 + 双向链表
"""
LABELS = {
    "question": """
Questions after reading; What confuses me; To ask Anna; Points of confusion; FAQ; Things to figure out
읽으면서 생긴 질문; 이해 안 된 것; 해결되지 않은 의문; 모르는 용어; 함께 이야기해볼 것; 선배한테 물어볼 것
残った疑問; 先輩に聞くこと; 疑問に感じたこと; 気になっている点まとめ; わからない用語
To figure out before winter; What I still want to ask him; Things to settle with the landlord
Open Qs; Fuzzy points
Shaky bits; 问老周; 回头问房东; 给设计师的问题
Things I want to know; 확신이 없는 것; 不思議な点; 没吃透的; 想不通的事
今天的疑问; 还没解决的问题; 请教老师; 想不明白的; 面试常见问题; 爭點
""",
    "todo": """
To prepare; Need to do; Don't forget; Goals for the week; Fix later; Next session; To check at home; Exam prep
To revise before the exam
Jobs for the weekend; Things to sort out before we move; 다음 미팅(11/13)까지
잔금 전까지 해야 할 것들; 사야 할 것; 今月の作業
다음 주차 준비; 나중에; 해야 하는 것; 방학 계획; 다음 실험 계획; 추후 공부할 내용
今日中にやる; 明日に向けて; 追加したい機能; 覚えること; 実装予定; やらねば; やり残したこと; 급한 일; 下周
还想做的; 没做完的; 待优化; 要背的单词; 下周安排; 别忘了
""",
    "reading": """
Books people keep recommending; Papers to get to; Books worth getting hold of; 빌려 읽을 책; 마저 읽을 것
Reading this week; Related work to read; Papers I should read; Saved for later; Books to read
올해 읽을 책; 추가로 읽어볼 자료; 꼭 읽을 논문
これから読む論文; 読んでみたい本; 気になる論文
有空看; 찾아볼 자료; 次の本; 接下来要读的书; 打算读的论文; 待读文献; 必读书目
""",
    "": """
Books that changed my mind; Weak points; Jobs report 2023
Steve Jobs; Settle the score; Understand the problem; Clear up; Loose ends
问卷结果; 问题分类; 더 찾아볼 것은 없음
What I read; Books read in 2023; Steps to reproduce; Later Heidegger; Deadlines in the court; To the lighthouse
주의할 점; 배울 점; 기억할 것; 읽은 책; 선형 계획법; 질문 기반 학습; 할 수 있는 것
気をつけること; 伝えたいこと; 読んだ本; 目標値; 疑問詞; できること
待遇; 待机模式; 要点; 重要的概念; 疑问句; 读过的书; 要注意的地方
""",
}


def lines(text: str) -> list[str]:
    return [line for line in text.split("\n") if line]


@pytest.mark.parametrize("text", lines(ASKS))
def test_questions_without_a_mark(text: str) -> None:
    assert wording.question(text) is not None


@pytest.mark.parametrize("text", lines(ASKS_NOT))
def test_no_questions(text: str) -> None:
    assert wording.question(text) is None


@pytest.mark.parametrize("text", lines(SAYS))
def test_statements(text: str) -> None:
    assert statements.is_statement(text)


@pytest.mark.parametrize("text", lines(SAYS_NOT))
def test_phrases(text: str) -> None:
    assert not statements.is_statement(text)


@pytest.mark.parametrize(
    ("scope", "text"),
    [
        (scope, name.strip())
        for scope, text in LABELS.items()
        for name in text.replace("\n", ";").split(";")
        if name.strip()
    ],
)
def test_names_of_labels(scope: str, text: str) -> None:
    found = labels.label_of(text)
    assert (found.scope if found else "") == scope
