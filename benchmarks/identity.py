"""Identity over a synthetic history of edits: what is kept, lost and wrong per kind of edit, and how long it takes.

    python benchmarks/identity.py [--items 20000] [--seed 0]

A vault of Korean and English items is made, then edited the way people edit: each item keeps a hidden number, and
after one pass of `core.identity.assign` the ids given are compared with those the hidden numbers call for.
*kept*: the item has its id (a copied or inserted one: a new id). *lost*: it got a new one. *wrong*: it got
the id of another item. "moved with it" are the children of an item that was edited and moved at once.
Time is given beside that of building the same number of `Found` values, the least that any sync has to do.
"""

from __future__ import annotations

import argparse
import random
import time
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import accumulate

from studyctl.core.identity import Matching, assign
from studyctl.core.models import Found, Item, Kind

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
KOREAN = """
{a}에서 {b}를 왜 쓰는 걸까?
{a}가 커지면 {b}는 어떻게 변하지?
{a}와 {b}의 차이가 정확히 무엇인지 모르겠음
{b} 없이 {a}만 써도 {c} 문제가 해결되는가?
{a} 논문에서는 {b}를 {c}로 바꿨을 때 얼마나 좋아졌나
{a} 구현을 직접 해보고 {b}와 비교하기
{a} {c} 조합에서 메모리 사용량 재보기
{a}를 {b} 뒤에 두면 학습이 불안정해지는 이유?
왜 {a}는 {b}보다 느린데도 많이 쓰이지
{c} 실험에 쓴 {a} 코드 정리할 것
{b} 값을 두 배로 하면 {a} 결과가 그대로인지 확인
{a}: {b} 기준으로는 더 빠름
작은 데이터에서 {a}를 쓰면 {b}가 과적합되는지 궁금하다
{a}의 유도 과정에서 {b} 항은 어디서 나온 거지?
{c} 환경에서 {a}와 {b}를 같이 쓸 수 있나?
{a}에 대한 {b}의 민감도가 생각보다 낮았음
처음부터 {a}로 학습하지 않고 {b}로 시작하는 까닭
{a} 발표 자료에 {b} 그림 넣기
{a}의 시간 복잡도는 {b}에 비례하는가
{b} 쪽 로그를 보면 {a} 때문에 {c}가 실패한 듯?
"""
ENGLISH = """
why does {a} need {b} at all?
what happens to {b} when {a} is doubled?
compare {a} with {b} on a small {c} example
is {a} still stable without {b}?
read up on {a} and its link to {b}
how is {a} derived from {b}?
{a} was slower than {b} on my machine
can {a} replace {b} if {c} is fixed?
write a minimal {a} with {b} from scratch
not sure whether {a} commutes with {b}
plot {b} against {a} for three seeds
does the order of {a} and {b} matter for {c}?
look for a counterexample where {a} breaks {b}
who first proposed {a} for {c}, and why not {b}?
the {b} bound looks loose once {a} is large
ask Minji about the {a} numbers in the {b} table
clean up the {a} notebook before the {b} talk
which {c} libraries support {a} natively?
rerun {a} with {b} turned off
under what assumptions does {a} converge faster than {b}?
"""
TERM_LIST = [term.strip() for line in TERMS.strip().splitlines() for term in line.split(";")]
TEMPLATES = KOREAN.strip().splitlines() * 3 + ENGLISH.strip().splitlines() * 2
SHORT_TEXTS = ("왜?", "확인할 것", "정리하기", "결과 비교", "why?", "to check", "이유는?", "다시 읽기")
EXTRA = (
    "정말",
    "특히",
    "실제로",
    "again",
    "in practice",
    "on GPU",
    "조금 더",
    "2020년 이후",
    "for long inputs",
)
ENDINGS = ("?", "???", "는지 확인", " (다시)", "!", " 인가?", ", right?", "…", " - 찾아보기")
KINDS: tuple[Kind, ...] = ("question", "question", "todo", "todo", "reading", "claim")
# How often each kind of edit happens to an item, in the proportions of a busy month.
SHARES = {"edited": 0.10, "moved": 0.05, "reordered": 0.10, "deleted": 0.05, "edited+moved": 0.005}
BELOW = dict(zip(SHARES, accumulate(SHARES.values()), strict=True))
INSERTED = 0.05
COPIED_NOTES = RENAMED_NOTES = 0.02


@dataclass(slots=True)
class Node:
    """An item of the synthetic vault, with the hidden number that identity has to find again."""

    uid: int
    text: str
    kind: Kind
    section: int
    parent: int | None = None  # uid
    edit: str = "unchanged"


@dataclass(slots=True)
class Vault:
    """Notes of nodes in document order."""

    notes: dict[str, list[Node]] = field(default_factory=dict)
    made: int = 0
    texts: set[str] = field(default_factory=set)

    def node(self, rng: random.Random, section: int, short: float = 0.02) -> Node:
        self.made += 1
        text = rng.choice(SHORT_TEXTS) if rng.random() < short else fresh_sentence(rng, self.texts)
        return Node(self.made, text, rng.choice(KINDS), section)


@dataclass(slots=True)
class Score:
    """Per kind of edit: how many items were kept, lost, wrong."""

    kept: Counter[str] = field(default_factory=Counter)
    lost: Counter[str] = field(default_factory=Counter)
    wrong: Counter[str] = field(default_factory=Counter)

    def total(self, edit: str) -> int:
        return self.kept[edit] + self.lost[edit] + self.wrong[edit]

    def share_kept(self, edit: str) -> float:
        return self.kept[edit] / max(1, self.total(edit))

    @property
    def share_wrong(self) -> float:
        every = self.kept.total() + self.lost.total() + self.wrong.total()
        return self.wrong.total() / max(1, every)


def fresh_sentence(rng: random.Random, seen: set[str]) -> str:
    """A text that no other item has."""
    while True:
        a, b, c = rng.sample(TERM_LIST, 3)
        text = rng.choice(TEMPLATES).format(a=a, b=b, c=c)
        if text not in seen:
            seen.add(text)
            return text


def make_vault(items: int, rng: random.Random) -> Vault:
    vault = Vault()
    while vault.made < items:
        note = f"notes/{len(vault.notes):04d} {rng.choice(TERM_LIST)}.md"
        nodes: list[Node] = []
        for section in range(rng.randint(2, 5)):
            for _ in range(rng.randint(4, 12)):
                parent = vault.node(rng, section)
                nodes.append(parent)
                if rng.random() < 0.3:
                    texts = {parent.text}
                    for _ in range(rng.randint(1, 3)):
                        child = vault.node(rng, section, short=0.2)
                        child.parent = parent.uid
                        if child.text not in texts:
                            texts.add(child.text)
                            nodes.append(child)
        vault.notes[note] = nodes
    return vault


def edited(text: str, rng: random.Random) -> str:
    """`text` with one edit (now and then two) of the sizes that people make."""
    words = text.split()
    for _ in range(1 if rng.random() < 0.8 else 2):
        spot = rng.randrange(len(words))
        # Of a text of one or two words only small edits leave anything to recognise.
        match rng.choice((0, 2, 4, 6) if len(words) < 3 else range(7)):
            case 0:  # a typo, or its mending
                word = words[spot]
                cut = rng.randrange(len(word))
                words[spot] = word[:cut] + word[cut + 1 :] or word
            case 1:
                words[spot] = rng.choice(TERM_LIST)
            case 2:
                words.insert(spot, rng.choice(EXTRA))
            case 3 if len(words) > 3:
                del words[spot]
            case 4:
                words[-1] = words[-1].rstrip("?") + rng.choice(ENDINGS)
            case 5:
                words += ["-", rng.choice(TERM_LIST), rng.choice(EXTRA)]
            case _:
                words.insert(0, rng.choice(EXTRA))
    return " ".join(words)


def edit_vault(vault: Vault, rng: random.Random) -> Vault:
    """One month later: a new vault whose nodes say what happened to them."""
    after = Vault({note: [replace(n, edit="unchanged") for n in nodes] for note, nodes in vault.notes.items()})
    after.made, after.texts = vault.made, set(vault.texts)
    names = list(after.notes)
    moving: list[list[Node]] = []
    for nodes in after.notes.values():
        for node in list(nodes):
            fate = rng.random()
            edit = next((edit for edit, upto in BELOW.items() if fate < upto), "unchanged")
            if node.edit != "unchanged" or edit == "unchanged":
                continue
            family = [n for n in nodes if n is node or n.parent == node.uid]
            if edit in ("edited", "edited+moved"):
                node.text, node.edit = edited(node.text, rng), edit
                if edit == "edited+moved":
                    for child in family[1:]:
                        child.edit = "moved with it"
            elif edit == "deleted" or node.text not in SHORT_TEXTS:
                # A text that says nothing by itself goes where its parent goes.
                for one in family:
                    one.edit = edit if one.edit == "unchanged" else f"{one.edit}+moved"
            if edit not in ("edited", "unchanged") and node.edit == edit:
                for one in family:
                    nodes.remove(one)
                if edit == "reordered":
                    _place(nodes, family, rng)
                elif edit != "deleted":
                    moving.append(family)
    for family in moving:
        _place(after.notes[rng.choice(names)], family, rng)
    for _ in range(round(INSERTED * vault.made)):
        node = after.node(rng, 0)
        node.edit = "inserted"
        _place(after.notes[rng.choice(names)], [node], rng)
    for name in rng.sample(names, round(RENAMED_NOTES * len(names))):
        after.notes[name.replace(".md", " (old).md")] = renamed = after.notes.pop(name)
        for node in renamed:
            node.edit = "renamed" if node.edit == "unchanged" else node.edit
    for name in rng.sample([name for name in names if name in after.notes], round(COPIED_NOTES * len(names))):
        numbers = {}
        copy = after.notes[name.replace(".md", " copy.md")] = []
        for node in after.notes[name]:
            after.made += 1
            numbers[node.uid] = after.made
            copy.append(replace(node, uid=after.made, edit="copied"))
        for node in copy:
            node.parent = numbers.get(node.parent or 0)
    return after


def _place(nodes: list[Node], family: list[Node], rng: random.Random) -> None:
    """Put an item and its children somewhere in a note: before some other item, or at the end."""
    spots = [k for k, node in enumerate(nodes) if node.parent is None]
    spot = rng.choice([*spots, len(nodes)])
    family[0].parent = None
    for node in family:
        node.section = nodes[spot - 1].section if spot else 0
    nodes[spot:spot] = family


def found_of(note: str, nodes: Sequence[Node]) -> tuple[Found, ...]:
    index = {node.uid: k for k, node in enumerate(nodes)}
    rows = []
    for k, node in enumerate(nodes):
        norm = " ".join(unicodedata.normalize("NFC", node.text).casefold().split())
        parent = index.get(node.parent) if node.parent is not None else None
        rows.append(
            Found(
                kind=node.kind,
                also=None,
                text=node.text,
                norm=norm,
                line=k + 1,
                last_line=k + 1,
                parent=parent if parent is not None and parent < k else None,
                topic=(note.partition(" ")[0], f"section {node.section}"),
                mark="open",
                box=None,
                rule="synthetic",
            )
        )
    return tuple(rows)


def items_of(matching: Matching) -> list[Item]:
    """What the store would know after this pass."""
    return [
        Item(
            id=one.id,
            kind=one.found.kind,
            also=None,
            text=one.found.text,
            norm=one.found.norm,
            note=one.note,
            line=one.found.line,
            parent=one.parent,
            topic=one.found.topic,
            position=one.position,
            mark="open",
            box=None,
            rule=one.found.rule,
            confidence="high",
            status="open",
        )
        for one in matching.assigned
    ]


def measure(before: Vault, after: Vault) -> tuple[Score, float, float]:
    """The score of one pass, its seconds, and the seconds of building the found values alone."""
    first = assign([], {n: found_of(n, nodes) for n, nodes in before.notes.items()}, numbers={})
    ids = {(one.note, one.position): one.id for one in first.assigned}
    truth = {node.uid: ids[note, k] for note, nodes in before.notes.items() for k, node in enumerate(nodes)}
    known = items_of(first)
    begun = time.perf_counter()
    found = {note: found_of(note, nodes) for note, nodes in after.notes.items()}
    building = time.perf_counter() - begun
    begun = time.perf_counter()
    second = assign(known, found, numbers=first.numbers)
    seconds = time.perf_counter() - begun
    given = {(one.note, one.position): one.id for one in second.assigned}
    score = Score()
    old = set(truth.values())
    for note, nodes in after.notes.items():
        for k, node in enumerate(nodes):
            got, due = given[note, k], truth.get(node.uid)
            if got == due or (due is None and got not in old):
                score.kept[node.edit] += 1
            elif got in old:
                score.wrong[node.edit] += 1
            else:
                score.lost[node.edit] += 1
    return score, seconds, building


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--items", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    rng = random.Random(options.seed)
    before = make_vault(options.items, rng)
    score, seconds, building = measure(before, edit_vault(before, rng))
    edits = ("unchanged", "renamed", "moved", "reordered", "edited", "edited+moved", "moved with it")
    print(f"{'edit':<14}{'items':>8}{'kept':>9}{'lost':>7}{'wrong':>7}")
    for edit in (*edits, "copied", "inserted"):
        print(
            f"{edit:<14}{score.total(edit):>8}{score.share_kept(edit):>9.2%}{score.lost[edit]:>7}{score.wrong[edit]:>7}"
        )
    print(f"wrong in all: {score.share_wrong:.2%}")
    print(f"one pass: {seconds:.2f} s ({seconds / building:.1f} × building the found values, {building:.2f} s)")


if __name__ == "__main__":
    main()
