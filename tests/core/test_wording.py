"""Question wording, statements, intentions and labels, in four languages."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studyctl.core.detector import labels, sources, statements, wording
from studyctl.core.detector.habits import Habits


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("왜 unstable하지 않을까?", "wording.mark"),
        ("MBConv?", "wording.mark"),
        ("BN을 앞에 둔다 (왜 뒤가 아니고?)", "wording.mark"),
        ("層の順番は？", "wording.mark"),
        ("어떤 연산을 count하는 걸까", "wording.ending"),
        ("한 번에 최적점에 도달하는가", "wording.ending"),
        ("BN을 conv 뒤에 넣는지", "wording.ending"),
        ("왜 이렇게 느리지", "wording.ending"),
        ("이거 왜 되나요", "wording.ending"),
        ("なぜ勾配が消失するのか", "wording.ending"),
        ("このままでいいのだろうか。", "wording.ending"),
        ("为什么要除以根号 d", "wording.ending"),
        ("残差连接是否等价于集成", "wording.ending"),
        ("這樣真的可以嗎", "wording.ending"),
        ("what is the cost of SSI", "wording.ending"),
        ("how does FFT convolution compare", "wording.ending"),
        ("warmup이 왜 필요한지 궁금하다", "wording.doubt"),
        ("α를 낮추는 것이 헷갈린다.", "wording.doubt"),
        ("ライフタイムがよくわからない", "wording.doubt"),
        ("イマイチわかってない", "wording.doubt"),
        ("不太明白转置卷积", "wording.doubt"),
        ("I don't understand the contraction proof", "wording.doubt"),
        ("not sure whether this holds", "wording.doubt"),
    ],
)
def test_questions(text: str, rule: str) -> None:
    found = wording.question(text)
    assert found is not None
    assert (found.rule, found.whole) == (rule, True)


@pytest.mark.parametrize(
    "text",
    [
        "resnet50이 더 빠름.",
        "다른 논문에서의 decoding 방식 비교",
        "입력 이미지",
        "성능 평가",
        "데이터 추가",
        "변수는 여기까지",
        "lr을 줄이거나 배치를 키우거나",
        "궁금한 점이 있으면 이슈를 남겨 주세요.",
        "헷갈리지 않도록 정리",
        "確かに速い",
        "どこかに保存する",
        "判断是否为空",
        "检查是否安装 CUDA",
        "the part that is slow",
        "When you are ready, run the tests",
        "How to remove an image",
        "If you are not sure, read the docs",
        "no wonder it fails",
        "YOLO 논문이 나온 해 (2021?)",
        "`a?b`",
    ],
)
def test_no_questions(text: str) -> None:
    assert wording.question(text.replace("`a?b`", "\ufffc")) is None


def test_a_hedge_has_low_confidence() -> None:
    found = wording.question("Maybe the landscape is flatter there?")
    assert found is not None
    assert found.confidence == "low"


def test_a_question_with_its_answer_is_not_whole() -> None:
    found = wording.question("Does order matter? -> no, only the sign changes")
    assert found is not None
    assert not found.whole


@pytest.mark.parametrize(
    "text",
    [
        "resnet50이 더 빠름.",
        "gpu inference time : resnet50이 더 빠름.",
        "yolo3에서는 objectness score를 예측하고 이 score로 thresholding",
        "원 논문에서는 conv 뒤에 넣었다",
        "배치 통계량의 추정 오차가 커지기 때문",
        "레코드끼리 묶어서 저장",
        "FC layer와 같은 연산임",
        "B3 is faster",
        "because both sides have to agree",
        "generics are monomorphised",
        "AMSGrad paper reports that 0.99 works",
        "X is slower than Y",
        "BNを使っているので分散は保たれている",
        "精度が向上",
        "自由度が1減るから",
        "奇数核有中心点",
        "可以改变通道数",
    ],
)
def test_statements(text: str) -> None:
    assert statements.is_statement(text)


@pytest.mark.parametrize(
    "text",
    [
        "exp(tw) 가 들어가는 부분",
        "다른 논문에서의 decoding 방식 비교",
        "anchor 사용방식 비교",
        "gradient를 쓰는 방법",
        "배치가 작은 경우",
        "알고리즘",
        "프레임",
        "처음",
        "전처리 이름",
        "注意機構の違い",
        "重みの初期化",
        "1x1 卷积的作用",
        "the method used in the paper",
        "weights that are frozen",
        "learning rate schedule",
        "왜 더 빠를까?",
    ],
)
def test_no_statements(text: str) -> None:
    assert not statements.is_statement(text)


@pytest.mark.parametrize(
    "text",
    ["setting 확인할 것.", "코드로 돌려보기", "결과를 재현", "check the schedule", "前処理を確認する", "确认通道数"],
)
def test_intentions(text: str) -> None:
    assert statements.is_intention(text)


@pytest.mark.parametrize("text", ["배치 크기", "이런 것", "커지는 것", "frame skip", "分布の違い"])
def test_no_intentions(text: str) -> None:
    assert not statements.is_intention(text)


@pytest.mark.parametrize(
    "text",
    [
        "relu에 비해 얼마나 느리고 효율적인지 확인",
        "check how restarts interact with momentum",
        "前処理をどうしているか確認する",
        "确认额外计算量是多少",
    ],
)
def test_embedded_questions(text: str) -> None:
    assert statements.embeds_question(text)


@pytest.mark.parametrize(
    "text", ["모름", "TBD", "tbd.", "未定", "暂时不清楚", "not sure yet", "-", "?", "", "아직 못 찾음"]
)
def test_no_answers(text: str) -> None:
    assert statements.is_no_answer(text)


@pytest.mark.parametrize(
    ("text", "scope"),
    [
        ("질문", "question"),
        ("3. 의문점", "question"),
        ("🙋 남은 질문 (2)", "question"),
        ("헷갈리는 것", "question"),
        ("Open questions", "question"),
        ("Questions about attention", "question"),
        ("Things I don't understand", "question"),
        ("#質問", "question"),
        ("わからないこと", "question"),
        ("待釐清問題", "question"),
        ("[[Questions]]", "question"),
        ("해결된 질문", "question"),
        ("Answered:", "question"),
        ("TODO:", "todo"),
        ("**할 일**", "todo"),
        ("내일 할 것", "todo"),
        ("Next steps", "todo"),
        ("次にやること", "todo"),
        ("待办事项", "todo"),
        ("읽어볼 논문", "reading"),
        ("읽어볼 만한 글", "reading"),
        ("Image Embedding 관련 논문", "reading"),
        ("Papers to read", "reading"),
        ("次に読むべき論文は？", "reading"),
        ("あとで読む", "reading"),
        ("待读论文", "reading"),
        ("References", "reference"),
        ("참고 자료", "reference"),
        ("参考资料", "reference"),
        ("목차", "toc"),
        ("답변", "answer"),
        ("どんなもの？", "form"),
        ("질문 / 할 일", "question"),
        ("Roadmap / TODO", "todo"),
        ("Ideas / Tasks", "todo"),
        ("For next week", "todo"),
        ("Before the exam", "todo"),
        ("Plan for tomorrow", "todo"),
        ("What's still unclear", "question"),
        ("Ask the TA", "question"),
        ("Unread", "reading"),
        ("교수님께 여쭤볼 것", "question"),
        ("답 못 찾은 것", "question"),
        ("다음 주까지", "todo"),
        ("오늘의 목표", "todo"),
        ("来週やる", "todo"),
        ("次回までの課題", "todo"),
        ("想定問答", "question"),
        ("積読リスト", "reading"),
        ("三、下周任务", "todo"),
        ("明天的任务", "todo"),
        ("常见面试题", "question"),
        ("想看的書", "reading"),
        ("정답 보기", "answer"),
        ("例文", "example"),
        ("メモ", "apart"),
        ("작업 일지", "apart"),
        ("알게된 점", "apart"),
        ("わかったこと", "apart"),
        ("배운 것", "apart"),
        ("理解できていること", "apart"),
        ("What I learned", "apart"),
        ("参考文档", "reference"),
        ("공부가 필요한 부분", "todo"),
        ("未来看", "reading"),
    ],
)
def test_labels(text: str, scope: str) -> None:
    found = labels.label_of(text)
    assert found is not None
    assert found.scope == scope


@pytest.mark.parametrize(
    "text",
    [
        "Question Type Classification",
        "Question types",
        "질문 유형 분류",
        "Downstream tasks",
        "Goals",
        "Today",
        "Before the fire",
        "The plan of the house",
        "Expressions",
        "Problems and solutions",
        "Notes / Ideas",
        "5개년 계획",
        "五年计划",
        "学习目标",
        "事件循环:宏任务和微任务",
        "이 논문",
        "참고문헌 관리 도구",
        "Summary",
        "What is Docker?",
    ],
)
def test_no_labels(text: str) -> None:
    found = labels.label_of(text)
    assert found is None


def test_a_persons_own_labels() -> None:
    extra = Habits({"question": ["Rätsel:"], "todo": ["Aufgaben"]}).heads()
    found = labels.label_of("## rätsel".removeprefix("## "), extra)
    assert found is not None
    assert found.scope == "question"
    assert labels.label_of("Rätsel") is None


@pytest.mark.parametrize("text", ["Why?", "What is it?", "왜?", "어떻게 동작하나?", "为什么?", "なぜ？", "Questions?"])
def test_bare_questions_are_labels(text: str) -> None:
    assert labels.is_bare_question(text)


@pytest.mark.parametrize(
    "text", ["Why does dropout work?", "가상 메모리란?", "为什么要用残差?", "なぜ深くできるのか？"]
)
def test_questions_that_stand_alone(text: str) -> None:
    assert not labels.is_bare_question(text)


@pytest.mark.parametrize(
    "text",
    [
        "Y. Wen, K. Zhang, Z. Li, and Y. Qiao. A discriminative feature learning approach. In ECCV. Springer, 2016.",
        "Michel et al., Are Sixteen Heads Really Better than One? NeurIPS 2019",
        "LeCun, Y., Bottou, L. (1998). Gradient-based learning.",
        "참고: 3.2절",
    ],
)
def test_citations(text: str) -> None:
    assert sources.is_citation(text)


@pytest.mark.parametrize("text", ["B3 is faster.", "2016년에 나온 방법", "swish activation", "YOLO v3 is from 2018."])
def test_no_citations(text: str) -> None:
    assert not sources.is_citation(text)


@pytest.mark.parametrize(
    ("text", "only"),
    [
        ("https://arxiv.org/abs/1512.03385", True),
        ("[a](https://a.org), [b](https://b.org)", True),
        ("논문: https://arxiv.org/abs/1", True),
        ("see [a](https://a.org) for more", False),
        ("keras 모델을 변환 : https://www.tensorflow.org", False),
        ("plain", False),
    ],
)
def test_nothing_but_links(text: str, only: bool) -> None:
    assert sources.only_links(text) is only


@settings(deadline=None, max_examples=200)
@given(st.text(max_size=120) | st.text("왜 는지까?다음을질문か吗 why.()[]*→", max_size=60))
def test_any_text_can_be_judged(text: str) -> None:
    wording.question(text)
    statements.is_statement(text)
    statements.is_intention(text)
    statements.embeds_question(text)
    labels.label_of(text)
    labels.inline_label(text)
    labels.is_bare_question(text)
    sources.is_citation(text)
    sources.only_links(text)
    sources.to_be_read(text, text)
