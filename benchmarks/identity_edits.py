"""What the benchmark of identity writes: sentences of Korean and English study notes, and the edits people make.

Each sentence is a template with two or three terms in it, and each template has a second wording that means the same,
so that a reworded sentence is one that a person could have written. Small edits leave most of a sentence as it was,
large ones change up to half of it.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from dataclasses import dataclass

TERMS = """
batch norm; layer norm; group norm; momentum; weight decay; learning rate; warmup; cosine decay; label smoothing
anchor box; objectness score; focal loss; GIoU; DIoU; NMS; soft-NMS; FPN; BiFPN; PANet; RoI align; deformable conv
depthwise conv; squeeze excitation; stochastic depth; dropout; mixup; cutmix; RandAugment; EMA; SWA; distillation
temperature; softmax; sigmoid; swish; GELU; ReLU; attention; multi-head attention; positional encoding; RoPE
KV cache; beam search; nucleus sampling; tokenizer; byte pair encoding; cross entropy; KL divergence; ELBO
reparameterization; diffusion step; noise schedule; classifier guidance; score matching; normalizing flow
contrastive loss; triplet loss; center loss; hard negative; memory bank; stop gradient; gradient clipping
mixed precision; loss scaling; float16; bfloat16; checkpointing; data parallel; tensor parallel; all-reduce
ring topology; page cache; inode; journaling; write-ahead log; B-tree; LSM tree; compaction; bloom filter
consistent hash; Raft leader; quorum; vector clock; snapshot isolation; MVCC; two-phase commit; backpressure
TCP window; congestion control; BBR; TLS handshake; QUIC stream; false sharing; cache line; branch prediction
SIMD lane; TLB miss; huge page; NUMA node; spin lock; RCU; epoch reclamation; garbage collector; escape analysis
inlining; tail call; borrow checker; lifetime; eigenvalue; condition number; QR decomposition; Krylov subspace
preconditioner; Runge-Kutta; stiff equation; Jacobian; Fourier transform; Nyquist rate; Kalman filter
particle filter; Gibbs sampling; Hamiltonian; prior; posterior; bootstrap; p-value; confidence interval
Simpson paradox; causal graph; propensity score; instrumental variable; 합성곱; 정규화; 학습률; 조기 종료; 역전파
손실 함수; 최적화; 과적합; 교차 검증; 표본 크기; 귀무가설; 신뢰 구간; 고유값; 행렬 분해; 가비지 컬렉션; 스레드 풀
교착 상태; 페이지 교체; 캐시 일관성; 트랜잭션 격리; 인덱스 압축; 로그 복제; 리더 선출; 해시 충돌; 정렬 안정성
"""
# The same thing in the other language, as it is written one day and the other.
TRANSLATED = {
    "학습률": "learning rate",
    "조기 종료": "early stopping",
    "손실 함수": "loss function",
    "과적합": "overfitting",
    "교차 검증": "cross validation",
    "신뢰 구간": "confidence interval",
    "고유값": "eigenvalue",
    "행렬 분해": "matrix decomposition",
    "가비지 컬렉션": "GC",
    "교착 상태": "deadlock",
    "해시 충돌": "hash collision",
    "garbage collector": "GC",
    "batch norm": "배치 정규화",
    "learning rate": "학습률",
    "dropout": "드롭아웃",
    "cross entropy": "교차 엔트로피",
    "attention": "어텐션",
    "gradient clipping": "그래디언트 클리핑",
    "page cache": "페이지 캐시",
    "prior": "사전 분포",
    "posterior": "사후 분포",
    "branch prediction": "분기 예측",
}
# A sentence, and another one that asks, plans or states the same.
KOREAN = """
{a}에서 {b}를 왜 쓰는 걸까?  |  왜 {a}에서 {b}가 필요하지?
{a}가 커지면 {b}는 어떻게 변하지?  |  {a}를 키웠을 때 {b}의 변화
{a}와 {b}의 차이가 정확히 무엇인지 모르겠음  |  {a}랑 {b} 차이가 뭔지 헷갈림
{b} 없이 {a}만 써도 {c} 문제가 해결되는가?  |  {a}만으로 {c} 문제를 풀 수 있나, {b}는 꼭 필요한가?
{a} 논문에서는 {b}를 {c}로 바꿨을 때 얼마나 좋아졌나  |  {a} 논문: {b} 대신 {c}를 쓰면 성능이 얼마나 오르는지
{a} 구현을 직접 해보고 {b}와 비교하기  |  {a} 직접 구현 → {b}하고 비교
{a} {c} 조합에서 메모리 사용량 재보기  |  {a}랑 {c} 같이 쓸 때 메모리 얼마나 먹는지 측정
{a}를 {b} 뒤에 두면 학습이 불안정해지는 이유?  |  왜 {b} 다음에 {a}를 놓으면 학습이 불안정하지?
왜 {a}는 {b}보다 느린데도 많이 쓰이지  |  {b}보다 느린 {a}를 많이들 쓰는 이유는?
{c} 실험에 쓴 {a} 코드 정리할 것  |  {a} 코드 정리 ({c} 실험 때 쓴 것)
{b} 값을 두 배로 하면 {a} 결과가 그대로인지 확인  |  {b}를 2배로 늘려도 {a} 결과가 같은지 확인하기
{a}: {b} 기준으로는 더 빠름  |  {b}로 재면 {a}가 더 빨랐다
작은 데이터에서 {a}를 쓰면 {b}가 과적합되는지 궁금하다  |  데이터가 적을 때 {a} 때문에 {b}가 과적합될까?
{a}의 유도 과정에서 {b} 항은 어디서 나온 거지?  |  {a} 유도할 때 {b} 항이 나오는 이유를 모르겠다
{c} 환경에서 {a}와 {b}를 같이 쓸 수 있나?  |  {a}, {b} 동시 사용 가능? ({c} 환경)
{a}에 대한 {b}의 민감도가 생각보다 낮았음  |  {b}는 생각보다 {a}에 민감하지 않았음
처음부터 {a}로 학습하지 않고 {b}로 시작하는 까닭  |  왜 {a} 대신 {b}로 먼저 학습을 시작하지?
{a} 발표 자료에 {b} 그림 넣기  |  {b} 그림을 {a} 발표에 추가할 것
{a}의 시간 복잡도는 {b}에 비례하는가  |  {a} 시간 복잡도가 정말 {b}에 비례?
{b} 쪽 로그를 보면 {a} 때문에 {c}가 실패한 듯?  |  {c} 실패 원인이 {a}인가? {b} 로그 확인
"""
ENGLISH = """
why does {a} need {b} at all?  |  why is {b} needed for {a}?
what happens to {b} when {a} is doubled?  |  if we double {a}, what does that do to {b}?
compare {a} with {b} on a small {c} example  |  small {c} example: {a} vs. {b}
is {a} still stable without {b}?  |  does {a} stay stable if we drop {b}?
read up on {a} and its link to {b}  |  how are {a} and {b} linked? read up on it
how is {a} derived from {b}?  |  derivation of {a} from {b}?
{a} was slower than {b} on my machine  |  on my laptop {b} was faster than {a}
can {a} replace {b} if {c} is fixed?  |  with {c} fixed, could we use {a} instead of {b}?
write a minimal {a} with {b} from scratch  |  implement {a} from scratch, minimal, using {b}
not sure whether {a} commutes with {b}  |  do {a} and {b} commute?
plot {b} against {a} for three seeds  |  three seeds: plot of {a} and {b}
does the order of {a} and {b} matter for {c}?  |  {c}: does it matter whether {a} or {b} comes first?
look for a counterexample where {a} breaks {b}  |  find a case in which {b} fails because of {a}
who first proposed {a} for {c}, and why not {b}?  |  why {a} rather than {b} for {c}? who had the idea?
the {b} bound looks loose once {a} is large  |  for large {a} the bound on {b} seems loose
ask Minji about the {a} numbers in the {b} table  |  {b} table: ask Minji where the {a} numbers come from
clean up the {a} notebook before the {b} talk  |  tidy the notebook about {a} in time for the talk on {b}
which {c} libraries support {a} natively?  |  native support for {a} in {c} libraries?
rerun {a} with {b} turned off  |  run {a} again, {b} disabled
under what assumptions does {a} converge faster than {b}?  |  when does {a} converge faster than {b}?
"""
EXTRA = ("정말", "특히", "실제로", "again", "in practice", "on GPU", "조금 더", "2020년 이후", "for long inputs")
CLAUSES = (
    "어제 스터디에서 나온 이야기인데 아직 잘 모르겠다",
    "교재 3장 마지막 그림 참고, 다음 주에 다시 볼 것",
    "결과가 예상과 달라서 설정 파일을 다시 확인해야 함",
    "지난 실험 로그에는 시드가 고정되어 있지 않았음",
    "at least for the small model that I trained last week",
    "see the appendix of the paper, the derivation is there",
    "the professor said it depends on the batch size",
    "ask again when the new machine has arrived",
)
TERM_LIST = [term.strip() for line in TERMS.strip().splitlines() for term in line.split(";")]
_PAIRS = [
    (first.strip(), second.strip())
    for line in KOREAN.strip().splitlines() * 3 + ENGLISH.strip().splitlines() * 2
    for first, second in [line.split("|")]
]
_PARTICLE = re.compile(r"(?<=[가-힣A-Za-z])(?:에서는|에서|으로|은|는|이|가|을|를|로|와|과|의)(?= |$)")
_PARTICLES = ("은", "는", "이", "가", "을", "를", "도", "에서", "에서는", "로", "랑", "의")


@dataclass(frozen=True, slots=True)
class Sentence:
    """A text, and the same in other words; "" where it has none, or was edited already."""

    text: str
    reworded: str = ""
    short: bool = False  # it says nothing by itself: "why?"


def sentence(rng: random.Random) -> Sentence:
    """A sentence of a study note."""
    a, b, c = rng.sample(TERM_LIST, 3)
    first, second = rng.choice(_PAIRS)
    if rng.random() < 0.5:
        first, second = second, first
    return Sentence(first.format(a=a, b=b, c=c), second.format(a=a, b=b, c=c))


# Small edits


def typo(text: str, rng: random.Random) -> str:
    """A letter more, less, or two in the wrong order."""
    at = rng.randrange(len(text))
    match rng.randrange(3):
        case 0:
            return text[:at] + text[at + 1 :] or text
        case 1:
            return text[:at] + text[at] + text[at:]
        case _:
            return text[:at] + text[at + 1 : at + 2] + text[at : at + 1] + text[at + 2 :]


def particle(text: str, rng: random.Random) -> str:
    """Another Korean particle behind a word."""
    found = list(_PARTICLE.finditer(text))
    if not found:
        return spacing(text, rng)
    one = rng.choice(found)
    return text[: one.start()] + rng.choice(_PARTICLES) + text[one.end() :]


def spacing(text: str, rng: random.Random) -> str:
    """Two words written as one."""
    blanks = [k for k, sign in enumerate(text) if sign == " "]
    if not blanks:
        return text + "."
    at = rng.choice(blanks)
    return text[:at] + text[at + 1 :]


def ending(text: str, rng: random.Random) -> str:
    return text.rstrip("?.!… ") + rng.choice(("?", "??", "", "…", "!", " (다시)", ", right?", " 인가?", " - 찾아보기"))


def word_in(text: str, rng: random.Random) -> str:
    words = text.split()
    words.insert(rng.randrange(len(words) + 1), rng.choice(EXTRA))
    return " ".join(words)


def word_out(text: str, rng: random.Random) -> str:
    words = text.split()
    if len(words) > 3:
        del words[rng.randrange(len(words))]
    return " ".join(words)


def turned(text: str, rng: random.Random) -> str:
    """Two neighbouring words change places."""
    words = text.split()
    if len(words) > 1:
        at = rng.randrange(len(words) - 1)
        words[at], words[at + 1] = words[at + 1], words[at]
    return " ".join(words)


def translated(text: str, rng: random.Random) -> str:
    """A term in the other language; another term where none of them has one."""
    known = [term for term in TRANSLATED if term in text]
    if known:
        term = rng.choice(known)
        return text.replace(term, TRANSLATED[term], 1)
    return other_term(text, rng)


# Large edits


def other_term(text: str, rng: random.Random) -> str:
    """One of its terms becomes another one."""
    there = [term for term in TERM_LIST if term in text]
    return text.replace(rng.choice(there), rng.choice(TERM_LIST), 1) if there else word_in(text, rng)


def clause(text: str, rng: random.Random) -> str:
    """A whole clause is added, mostly behind."""
    added = rng.choice(CLAUSES)
    match rng.randrange(4):
        case 0:
            return f"{text} ({added})"
        case 1:
            return f"{text} → {added}"
        case 2:
            return f"{text} - {added}"
        case _:
            return f"{added}: {text}"


def shortened(text: str, rng: random.Random) -> str:
    """Some two thirds of a longer text are kept."""
    words = text.split()
    if len(words) < 6:
        return word_out(text, rng)
    keep = round(len(words) * rng.uniform(0.55, 0.75))
    start = rng.choice((0, len(words) - keep))
    return " ".join(words[start : start + keep])


Change = Callable[[str, random.Random], str]
SMALL: dict[str, Change] = {
    "typo": typo,
    "particle": particle,
    "spacing": spacing,
    "ending": ending,
    "word in": word_in,
    "word out": word_out,
    "words turned": turned,
}
LARGE: dict[str, Change] = {
    "translated": translated,
    "other term": other_term,
    "clause added": clause,
    "shortened": shortened,
}
LARGE_SHARE = 0.25


def edited(before: Sentence, rng: random.Random) -> tuple[Sentence, str]:
    """The sentence after one edit (now and then two small ones), and what that was."""
    while True:
        after, name = _edited(before, rng)
        if after.text.casefold() != before.text.casefold():
            return after, name


def _edited(before: Sentence, rng: random.Random) -> tuple[Sentence, str]:
    text = before.text
    if before.short:
        # Of a text this short only small edits leave anything to recognise.
        name = rng.choice(("typo", "ending", "word in"))
        change = SMALL[name]
    elif rng.random() < LARGE_SHARE:
        name = rng.choice([*LARGE, "reworded"] if before.reworded else list(LARGE))
        if name == "reworded":
            return Sentence(before.reworded), name
        change = LARGE[name]
    else:
        name = rng.choice(list(SMALL))
        change = SMALL[name]
        if rng.random() < 0.2:
            text = rng.choice(list(SMALL.values()))(text, rng)
    return Sentence(" ".join(change(text, rng).split()), short=before.short), name
