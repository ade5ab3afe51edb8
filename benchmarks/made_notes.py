"""A made vault for the benchmarks: Korean, English and Japanese notes of about 110 lines, the same for the same seed.

The notes look like those of somebody who studies: dailies and topic pages with headings, prose, nested lists, code,
tables, formulas, quotes and links, and in between what studyctl looks for: boxes, questions, papers to read and what
was seen, about four a note. Everything is made from word lists with a seeded generator, so that two machines measure
the same bytes.
"""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable, Iterator
from pathlib import Path

LINES = 110

TERMS = {
    "ko": """
        합성곱; 정규화; 학습률; 조기 종료; 역전파; 손실 함수; 과적합; 교차 검증; 표본 크기; 신뢰 구간; 고유값
        행렬 분해; 가비지 컬렉션; 스레드 풀; 교착 상태; 페이지 교체; 캐시 일관성; 트랜잭션 격리; 인덱스 압축
        로그 복제; 리더 선출; 해시 충돌; anchor box; batch norm; focal loss; attention; MVCC; B-tree
        EfficientNet; beam search; mixup; 학습 곡선; 데이터 증강; 전이 학습; 앙상블; 기울기 소실
    """,
    "en": """
        batch norm; layer norm; momentum; weight decay; learning rate; warmup; cosine decay; label smoothing
        anchor box; focal loss; GIoU; soft-NMS; feature pyramid; RoI align; stochastic depth; dropout; mixup
        EMA; distillation; temperature; softmax; swish; rotary embedding; KV cache; beam search; tokenizer
        cross entropy; noise schedule; score matching; hard negatives; bfloat16; gradient clipping
        tensor parallelism; page cache; write-ahead log; B-tree; LSM tree; bloom filter; Raft; vector clock
        MVCC; congestion control; false sharing; branch prediction; huge pages; escape analysis
        condition number; QR decomposition; Runge-Kutta; Kalman filter; Gibbs sampling; prior; bootstrap
        p-value; propensity score; causal graph
    """,
    "ja": """
        畳み込み; 正則化; 学習率; 早期終了; 逆伝播; 損失関数; 過学習; 交差検証; 標本サイズ; 信頼区間; 固有値
        行列分解; ガベージコレクション; スレッドプール; デッドロック; ページ置換; キャッシュ
        トランザクション分離; 索引; ログの複製; リーダー選出; ハッシュ衝突; attention; batch norm; anchor box
        B-tree; 転移学習; データ拡張; 勾配消失; 注意機構; 事前分布; 最適化
    """,
}
PROSE = {
    "ko": """
        {a}는 {b}와 달리 입력의 분포가 바뀌어도 크게 흔들리지 않는다.
        논문에서는 {a}를 먼저 설명하고, 그 다음에 {b}가 왜 필요한지를 다룬다.
        {a}의 값을 {n}으로 두고 {b}를 {m}번 반복하면 그림 {n}과 같은 결과가 나온다.
        여기서 {c}는 {a}와 {b}의 곱으로 정의되며, 실제 구현에서는 근사값을 쓴다.
        이번 주에는 {a} 부분을 정리하고 {b} 코드를 조금 고쳤다.
        {a}에 대해서는 3장에서 다시 다루기로 하고, 우선 {b}의 정의를 적어 둔다.
        {b}를 {a}에 적용한 예제는 공식 문서에 있으며, 예제 코드는 아래와 같다.
        {a}, {b}, {c}는 서로 독립이라고 가정한다.
    """,
    "en": """
        Compared with {b}, {a} keeps the distribution of its inputs fixed, which is what section {n} builds on.
        The paper introduces {a} first and then shows how {b} follows from it.
        With {a} set to {n} and {b} repeated {m} times we get the curve in figure {n}.
        Here {c} is defined as the product of {a} and {b}; implementations use an approximation.
        This week I went through {a} and cleaned up a little of the code around {b}.
        A longer treatment of {a} is in chapter {n}, so only the definition of {b} is written down here.
        The reference implementation applies {b} before {a}, see the listing below.
        We assume that {a}, {b} and {c} are independent of each other.
        The author calls this *{a}*, while most libraries call it `{d}`.
    """,
    "ja": """
        {a}は{b}と違い、入力の分布が変わっても大きくは揺れない。
        論文ではまず{a}を説明し、そのあとで{b}がどう導かれるかを示している。
        {a}を{n}、{b}の繰り返しを{m}回にすると、図{n}の結果になる。
        ここで{c}は{a}と{b}の積として定義され、実装では近似値を使う。
        今週は{a}の部分をまとめ、{b}のコードを少し直した。
        {a}については第{n}章で詳しく扱うので、ここでは{b}の定義だけを書いておく。
        {a}、{b}、{c}は互いに独立だと仮定する。
    """,
}
POINT = {
    "ko": """
        {a} 정의; {a}와 {b}; {a} : {b} 기준으로 계산; {a}의 세 가지 방식; {b} 초기값 {n}, {m} step
        {a} 구현 (`{d}`); **{a}** 요약
    """,
    "en": """
        definition of {a}; {a} and {b}; {a}: computed per {b}; three kinds of {a}; {b} starts at {n}, {m} steps
        `{d}` in the code; **{a}** in short; see [[{a}]] and [[{b}]]
    """,
    "ja": """
        {a}の定義; {a}と{b}; {a}：{b}ごとに計算; {a}の三つの方式; {b}の初期値は{n}、{m}ステップ; `{d}`の実装
        **{a}**のまとめ
    """,
}
ASKED = {
    "ko": """
        {a}에서 {b}를 왜 쓰는 걸까?; {a}와 {b}의 차이가 정확히 무엇인지 모르겠음; {b} 없이 {a}만 써도 되는가?
        왜 {a}가 {b}보다 느리지?; {a}가 커지면 {b}는 어떻게 변하지?
    """,
    "en": """
        why does {a} need {b} at all?; what happens to {b} when {a} is doubled?
        is {a} still stable without {b}?; not sure whether {a} commutes with {b}; how is {a} derived from {b}?
    """,
    "ja": """
        {a}でなぜ{b}を使うのか？; {a}と{b}の違いは何だろう？; {b}なしで{a}だけでもよいのか？
        {a}が大きいと{b}はどうなる？
    """,
}
DONE = {
    "ko": """
        {a} 구현을 직접 해보고 {b}와 비교하기; {a} {c} 조합에서 메모리 사용량 재보기
        {a} 발표 자료에 {b} 그림 넣기; {c} 실험 코드 정리
    """,
    "en": """
        compare {a} with {b} on a small example; write a minimal {a} from scratch; rerun {a} with {b} turned off
        clean up the {a} notebook before the {b} talk
    """,
    "ja": """
        {a}を実装して{b}と比べる; {a}のメモリ使用量を測る; {c}の実験コードを整理する
        {a}の発表資料に{b}の図を入れる
    """,
}
SEEN = {
    "ko": """
        {a}: {b}보다 {n}% 더 빠름; {a}에서는 {b}가 더 불안정했음
    """,
    "en": """
        {a} was {n} % slower than {b} on my machine; {b} diverged as soon as {a} was on
    """,
    "ja": """
        {a}は{b}より{n}%速かった; {a}では{b}のほうが不安定だった
    """,
}
TITLES = "On the Role of {A} in {B};{A} Revisited;Rethinking {A} for {B};Efficient {A} without {B}"
HEADINGS = {
    "ko": ("개요", "정의", "구현", "실험", "정리", "배경", "예제", "질문", "할 일", "읽을 논문", "참고"),
    "en": ("Overview", "Definition", "Implementation", "Experiments", "Summary", "Background", "Examples", "Questions",
           "Todo", "To read", "References"),
    "ja": ("概要", "定義", "実装", "実験", "まとめ", "背景", "例", "質問", "やること", "読む論文", "参考"),
}  # fmt: skip
CODE = (
    "def {d}(x, rate={n}e-3):",
    "    for step in range({m}):",
    "        x = x - rate * grad(x)  # {a}?",
    "    return x",
    "import numpy as np",
    "assert {d}(1.0) < {n}",
    "$ python -m {d} --steps {m}",
    "{d}.fit(train, epochs={n})",
    "    - [ ] not a task, this is code",
)


def _split(words: str) -> list[str]:
    return [part.strip() for line in words.split("\n") for part in line.split(";") if part.strip()]


class Writer:
    """Writes notes, one after the other, from one seeded generator."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        self._terms = {language: _split(words) for language, words in TERMS.items()}
        self._banks: dict[int, list[str]] = {}
        self._language = "en"

    def _fill(self, bank: str) -> str:
        pick, terms = self._random.random, self._terms[self._language]
        known = self._banks.setdefault(id(bank), _split(bank))
        a, b, c = (terms[int(pick() * len(terms))] for _ in range(3))
        english = self._terms["en"]
        d = english[int(pick() * len(english))].replace(" ", "_").replace("-", "_").lower()
        return known[int(pick() * len(known))].format(
            a=a, b=b, c=c, d=d, A=a.title(), B=b.title(), n=1 + int(pick() * 40), m=10 + int(pick() * 990)
        )

    def note(self, language: str, title: str) -> str:
        """A note of about 110 lines."""
        self._language = language
        names = HEADINGS[language]
        lines = ["---", f"tags: [{title.split()[0].lower()}]", "---", ""] if self._random.random() < 0.3 else []
        lines += [f"# {title}", "", *self._prose(), ""]
        special = [
            (0.45, names[7], self._questions),
            (0.5, names[8], self._tasks),
            (0.15, names[9], self._readings),
            (0.3, names[10], self._links),
        ]
        ending = [(name, make) for chance, name, make in special if self._random.random() < chance]
        plain: tuple[Callable[[], Iterator[str]], ...] = (
            self._prose,
            self._prose,
            self._points,
            self._points,
            self._code,
            self._mixed,
            self._table,
            self._quote,
        )
        size = LINES * (0.5 + self._random.random()) - 8 * len(ending)
        while len(lines) < size:
            level = "##" if self._random.random() < 0.6 else "###"
            lines += [f"{level} {self._random.choice(names[:7])}: {self._random.choice(self._terms[language])}", ""]
            for _ in range(self._random.randrange(1, 4)):
                lines += [*self._random.choice(plain)(), ""]
        for name, make in ending:
            lines += [f"## {name}", "", *make(), ""]
        return "\n".join(lines)

    def line(self, language: str) -> str:
        """A new todo, for a note that is edited."""
        self._language = language
        return f"- [ ] {self._fill(DONE[language])}"

    def _prose(self) -> Iterator[str]:
        for _ in range(self._random.randrange(2, 6)):
            yield self._fill(PROSE[self._language])

    def _points(self) -> Iterator[str]:
        depth = 0
        for _ in range(self._random.randrange(3, 12)):
            yield f"{'    ' * depth}- {self._fill(POINT[self._language])}"
            depth = max(0, min(depth + self._random.choice((-1, 0, 0, 1)), 3))

    def _mixed(self) -> Iterator[str]:
        """A list in which something is asked or stated, as it happens while reading."""
        yield f"- {self._fill(POINT[self._language])}"
        if self._random.random() < 0.5:
            yield f"    - {self._fill(ASKED[self._language])}"
            if self._random.random() < 0.5:
                yield f"        - {self._fill(SEEN[self._language])}"
        yield f"- {self._fill(POINT[self._language])}"

    def _code(self) -> Iterator[str]:
        yield "```python"
        for _ in range(self._random.randrange(4, 16)):
            yield self._fill(self._random.choice(CODE))
        yield "```"

    def _table(self) -> Iterator[str]:
        yield "| model | epochs | error |"
        yield "|---|---:|---:|"
        for _ in range(self._random.randrange(2, 7)):
            yield self._fill("| {a} | {m} | 0.{n} |")

    def _quote(self) -> Iterator[str]:
        for _ in range(self._random.randrange(1, 4)):
            yield "> " + self._fill(PROSE[self._language])
        if self._random.random() < 0.4:
            yield ""
            yield from ("$$", self._fill("L_{{{n}}} = \\sum_i^{{{m}}} x_i"), "$$")

    def _questions(self) -> Iterator[str]:
        for _ in range(self._random.randrange(1, 5)):
            yield f"- {self._fill(ASKED[self._language])}"

    def _tasks(self) -> Iterator[str]:
        for _ in range(self._random.randrange(1, 6)):
            yield f"- [{'x' if self._random.random() < 0.4 else ' '}] {self._fill(DONE[self._language])}"

    def _readings(self) -> Iterator[str]:
        for _ in range(self._random.randrange(1, 4)):
            yield f"- {self._fill(TITLES)}"

    def _links(self) -> Iterator[str]:
        for _ in range(self._random.randrange(1, 5)):
            yield self._fill("- [{a}](https://example.org/{d}/{m})")


def write_vault(root: Path, notes: int, seed: int = 0) -> list[Path]:
    """Fill `root` with notes, in folders of about a hundred; none was touched within the last hour."""
    writer, chooser = Writer(seed), random.Random(seed + 1)
    paths: list[Path] = []
    before = time.time() - 3600
    for number in range(notes):
        language = chooser.choices(("ko", "en", "ja"), (6, 3, 1))[0]
        folder = root / ("daily" if number % 3 else "topics") / f"{number // 100:03}"
        if number % 100 < 3:
            folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{number:05}.md"
        path.write_bytes(writer.note(language, f"Note {number}").encode())
        os.utime(path, (before, before))
        paths.append(path)
    return paths


def edit(paths: list[Path], share: float, seed: int = 0) -> int:
    """Edit a share of the notes: a line more, a line less, a question put in other words; how many were changed."""
    writer, chooser = Writer(seed + 2), random.Random(seed + 3)
    chosen = chooser.sample(paths, max(1, round(share * len(paths))))
    before = time.time() - 1800 + chooser.random()
    for path in chosen:
        lines = path.read_text("utf-8").split("\n")
        asked = [k for k, line in enumerate(lines) if line.endswith(("?", "？"))]
        boxes = [k for k, line in enumerate(lines) if line.startswith("- [ ]")]
        if asked:
            k = chooser.choice(asked)
            lines[k] = lines[k].rstrip("?？") + " (GPU)?"
        if boxes and chooser.random() < 0.5:
            lines.pop(chooser.choice(boxes))
        lines += ["", writer.line("en"), ""]
        path.write_bytes("\n".join(lines).encode())
        os.utime(path, (before, before))
    return len(chosen)
