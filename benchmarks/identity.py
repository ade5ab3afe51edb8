"""Identity over synthetic histories of edits: what is kept, lost and wrong per kind of edit, and how long it takes.

    python -m benchmarks.identity [--items 20000] [--months 2] [--seed 0]

A vault of Korean and English items is made, then edited month after month the way people edit (`identity_edits.py`).
Each item keeps a hidden number; after each month one pass of `core.identity.assign` sees all that changed, and the ids
that it gives are compared with those that the hidden numbers call for. *kept*: the item has its id (a copied, pasted
or inserted one: a new id). *lost*: it got a new one. *wrong*: it got the id of another item. An edited line counts
where it stands, whatever the edit was; "moved with it" are the children of an item that was edited and moved at once,
"short" the texts that say nothing by themselves ("why?") and stand in many places, whatever happened around them;
"twins" lines that were pasted beside themselves as they are and, from the month after it, those of copied notes, with
their originals: once one of the two is edited, moved or deleted, nobody can tell for sure which.

Beside it stand two ways of doing it without: an id for each place (note and line), and one for each text. Time is given
beside that of building the same number of `Found` values, the least that any sync has to do. Exit 1 where what is aimed
at is missed.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
import unicodedata
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import accumulate

from benchmarks.identity_edits import LARGE, SMALL, Sentence, edited, other_term, sentence
from studyctl.core.identity import Matching, assign
from studyctl.core.models import LETTERS, Found, Item, Kind
from studyctl.core.ports import Assigned

SHORT_TEXTS = ("왜?", "확인할 것", "정리하기", "결과 비교", "why?", "to check", "이유는?", "다시 읽기")
KINDS: tuple[Kind, ...] = ("question", "question", "todo", "todo", "reading", "claim")
# How often each kind of edit happens to an item, in the proportions of a busy month.
SHARES = {"edited": 0.10, "moved": 0.05, "reordered": 0.10, "deleted": 0.05, "edited+moved": 0.005}
BELOW = dict(zip(SHARES, accumulate(SHARES.values()), strict=True))
INSERTED, PASTED, RETURNED = 0.05, 0.02, 0.3  # the last: of what was deleted in the month before
COPIED_NOTES = RENAMED_NOTES = 0.02
KEPT = ("unchanged", "renamed", "moved", "reordered")
NEW = ("copied", "pasted+edited", "inserted", "twins")
EDITED, WRONG = 0.95, 0.01  # what is aimed at; everything in KEPT is to be kept

Assign = Callable[[Mapping[str, Item], Mapping[str, Sequence[Found]], Mapping[Kind, int]], Matching]


@dataclass(slots=True)
class Node:
    """An item of the synthetic vault, with the hidden number that identity has to find again."""

    uid: int
    said: Sentence
    kind: Kind
    section: int
    parent: int | None = None  # uid
    edit: str = "unchanged"
    how: str = ""  # the kind of an edit: "typo"

    @property
    def short(self) -> bool:
        """Whether its text says nothing by itself."""
        return self.said.short


@dataclass(slots=True)
class Vault:
    """Notes of nodes in document order."""

    notes: dict[str, list[Node]] = field(default_factory=dict)
    made: int = 0
    texts: set[str] = field(default_factory=set)
    deleted: list[Node] = field(default_factory=list)  # in the month before
    twins: set[str] = field(default_factory=set)  # lines that were pasted as they are
    copied: set[str] = field(default_factory=set)  # lines of notes that were copied: twins from the next month on

    def number(self) -> int:
        self.made += 1
        return self.made

    def node(self, rng: random.Random, section: int, short: float = 0.02) -> Node:
        said = Sentence(rng.choice(SHORT_TEXTS), short=True) if rng.random() < short else self.fresh(rng)
        return Node(self.number(), said, rng.choice(KINDS), section)

    def fresh(self, rng: random.Random) -> Sentence:
        """A sentence that no other item says, in either of its wordings."""
        while True:
            said = sentence(rng)
            if not self.texts & {said.text, said.reworded}:
                self.texts |= {said.text, said.reworded}
                return said


@dataclass(slots=True)
class Score:
    """Per kind of edit: how many items were kept, lost, wrong."""

    kept: Counter[str] = field(default_factory=Counter)
    lost: Counter[str] = field(default_factory=Counter)
    wrong: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0
    building: float = 0.0  # seconds

    def total(self, edit: str) -> int:
        return self.kept[edit] + self.lost[edit] + self.wrong[edit]

    def share_kept(self, edit: str) -> float:
        return self.kept[edit] / max(1, self.total(edit))

    @property
    def share_wrong(self) -> float:
        edits = [edit for edit in {*self.kept, *self.lost, *self.wrong} if not edit.startswith("  ")]
        return sum(self.wrong[edit] for edit in edits) / max(1, sum(map(self.total, edits)))

    def missed(self) -> list[str]:
        """What is aimed at and was not reached."""
        missed = [f"{edit} kept" for edit in KEPT if self.total(edit) and self.share_kept(edit) < 1]
        if self.share_kept("edited") < EDITED:
            missed.append(f"edited kept at least {EDITED:.0%}")
        if self.share_wrong > WRONG:
            missed.append(f"wrong at most {WRONG:.0%}")
        return missed


def make_vault(items: int, rng: random.Random) -> Vault:
    vault = Vault()
    while vault.made < items:
        note = f"notes/{len(vault.notes):04d}.md"
        nodes: list[Node] = []
        for section in range(rng.randint(2, 5)):
            for _ in range(rng.randint(4, 12)):
                parent = vault.node(rng, section)
                nodes.append(parent)
                if rng.random() < 0.3:
                    texts = {parent.said.text}
                    for _ in range(rng.randint(1, 3)):
                        child = vault.node(rng, section, short=0.2)
                        child.parent = parent.uid
                        if child.said.text not in texts:
                            texts.add(child.said.text)
                            nodes.append(child)
        vault.notes[note] = nodes
    return vault


def edit_vault(vault: Vault, rng: random.Random) -> Vault:
    """One month later: a new vault whose nodes say what happened to them."""
    notes = {name: [replace(n, edit="unchanged", how="") for n in nodes] for name, nodes in vault.notes.items()}
    after = Vault(notes, vault.made, set(vault.texts), twins=vault.twins | vault.copied)
    names = list(after.notes)
    moving = _edit_items(after, rng)
    for family in moving:
        _place(after.notes[rng.choice(names)], family, rng)
    for node in vault.deleted:
        if rng.random() < RETURNED and not node.short:
            _place(after.notes[rng.choice(names)], [replace(node, edit="returned", how="")], rng)
    for _ in range(round(INSERTED * vault.made)):
        node = after.node(rng, 0)
        node.edit = "inserted"
        _place(after.notes[rng.choice(names)], [node], rng)
    _paste_lines(after, rng, round(PASTED * vault.made))
    _rename_and_copy(after, rng, names)
    return after


def _edit_items(after: Vault, rng: random.Random) -> list[list[Node]]:
    """Edit, reorder and delete items within their notes; the families that leave their notes."""
    moving: list[list[Node]] = []
    for nodes in after.notes.values():
        for node in list(nodes):
            fate = rng.random()
            edit = next((edit for edit, upto in BELOW.items() if fate < upto), "unchanged")
            if node.edit != "unchanged" or edit == "unchanged":
                continue
            family = [n for n in nodes if n is node or n.parent == node.uid]
            if edit in ("edited", "edited+moved"):
                node.said, node.how = edited(node.said, rng)
                node.edit = edit
                after.texts.add(node.said.text)
                if edit == "edited+moved":
                    for child in family[1:]:
                        child.edit = "moved with it"
            elif edit == "deleted" or not node.short:
                # A text that says nothing by itself goes where its parent goes.
                for one in family:
                    one.edit = edit if one.edit == "unchanged" else f"{one.edit}+moved"
            if edit not in ("edited", "unchanged") and node.edit == edit:
                for one in family:
                    nodes.remove(one)
                if edit == "reordered":
                    _place(nodes, family, rng)
                elif edit == "deleted":
                    after.deleted += family
                else:
                    moving.append(family)
    return moving


def _paste_lines(after: Vault, rng: random.Random, count: int) -> None:
    """Lines are copied and pasted in their own note; half of them are made into something else at once."""
    for name in rng.choices(list(after.notes), k=count):
        originals = [node for node in after.notes[name] if not node.short]
        if not originals:
            continue
        original = rng.choice(originals)
        text = original.said.text
        if rng.random() < 0.5:
            text = other_term(other_term(text, rng), rng)
        edit = "twins" if text == original.said.text else "pasted+edited"
        if edit == "twins" or text not in after.texts:
            after.texts.add(text)
            if edit == "twins":
                after.twins.add(text)
            pasted = Node(after.number(), Sentence(text), original.kind, original.section, original.parent, edit)
            after.notes[name].insert(after.notes[name].index(original) + 1, pasted)


def _rename_and_copy(after: Vault, rng: random.Random, names: Sequence[str]) -> None:
    month = after.made  # so that a name is not taken twice
    for name in rng.sample(names, max(1, round(RENAMED_NOTES * len(names)))):
        after.notes[name.replace(".md", f" (old {month}).md")] = renamed = after.notes.pop(name)
        for node in renamed:
            node.edit = "renamed" if node.edit == "unchanged" else node.edit
    for name in rng.sample([name for name in names if name in after.notes], max(1, round(COPIED_NOTES * len(names)))):
        numbers = {}
        copy = after.notes[name.replace(".md", f" copy {month}.md")] = []
        for node in after.notes[name]:
            numbers[node.uid] = after.number()
            if not node.short:
                after.copied.add(node.said.text)
            copy.append(replace(node, uid=after.made, edit="copied", how=""))
        for node in copy:
            node.parent = numbers.get(node.parent or 0)


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
        norm = " ".join(unicodedata.normalize("NFC", node.said.text).casefold().split())
        parent = index.get(node.parent) if node.parent is not None else None
        rows.append(
            Found(
                kind=node.kind,
                also=None,
                text=node.said.text,
                norm=norm,
                line=k + 1,
                last_line=k + 1,
                parent=parent if parent is not None and parent < k else None,
                topic=(note.partition(".")[0].partition(" ")[0], f"section {node.section}"),
                mark="open",
                box=None,
                rule="synthetic",
            )
        )
    return tuple(rows)


def by_identity(
    known: Mapping[str, Item], found: Mapping[str, Sequence[Found]], numbers: Mapping[Kind, int]
) -> Matching:
    """What studyctl does."""
    return assign(known.values(), found, numbers=numbers)


def by_place(known: Mapping[str, Item], found: Mapping[str, Sequence[Found]], numbers: Mapping[Kind, int]) -> Matching:
    """For comparison: whatever stands in the same line of the same note is the same item."""
    there = {(item.note, item.line): item.id for item in known.values() if not item.gone}
    return _told(known, found, numbers, lambda note, one: there.get((note, one.line)))


def by_text(known: Mapping[str, Item], found: Mapping[str, Sequence[Found]], numbers: Mapping[Kind, int]) -> Matching:
    """For comparison: whatever says the same in the same note is the same item."""
    there = {(item.note, item.norm): item.id for item in known.values() if not item.gone}
    return _told(known, found, numbers, lambda note, one: there.get((note, one.norm)))


def _told(
    known: Mapping[str, Item],
    found: Mapping[str, Sequence[Found]],
    numbers: Mapping[Kind, int],
    which: Callable[[str, Found], str | None],
) -> Matching:
    """Each found item is `which` one of the known, unless that was found already; the others are gone."""
    following = dict(numbers)
    given: dict[str, Assigned] = {}
    for note, rows in found.items():
        for position, row in enumerate(rows):
            item_id = which(note, row)
            if item_id is None or item_id in given:
                number = following[row.kind] = following.get(row.kind, 0) + 1
                item_id = f"{LETTERS[row.kind]}{number}"
            given[item_id] = Assigned(item_id, note, row, None, position, "exact", 100.0)
    gone = (item.id for item in known.values() if not item.gone and item.id not in given)
    return Matching(tuple(given.values()), tuple(gone), (), following)


class Keeper:
    """Follows the items of a vault over the months, by the ids that it is given."""

    def __init__(self, how: Assign) -> None:
        self._how = how
        self._known: dict[str, Item] = {}
        self._numbers: dict[Kind, int] = {}
        self._truth: dict[int, str] = {}  # hidden number: the id that it was given first
        self._said: dict[int, str] = {}  # a month ago
        self.score = Score()

    def read(self, vault: Vault) -> None:
        begun = time.process_time()
        found = {note: found_of(note, nodes) for note, nodes in vault.notes.items()}
        building = time.process_time() - begun
        begun = time.process_time()
        matching = self._how(self._known, found, self._numbers)
        if self._truth:
            self.score.seconds += time.process_time() - begun
            self.score.building += building
        self._count(vault, {(one.note, one.position): one.id for one in matching.assigned})
        self._remember(matching)

    def _count(self, vault: Vault, given: Mapping[tuple[str, int], str]) -> None:
        first, ever = not self._truth, set(self._known)
        due_elsewhere = set(self._truth.values())
        for note, nodes in vault.notes.items():
            for k, node in enumerate(nodes):
                got, due = given[note, k], self._truth.get(node.uid)
                if first:
                    self._truth[node.uid] = got
                    continue
                if got == due or (due is None and got not in ever):
                    where = self.score.kept
                elif got in due_elsewhere:
                    where = self.score.wrong
                else:
                    where = self.score.lost
                twin = not vault.twins.isdisjoint((node.said.text, self._said.get(node.uid, "")))
                edit = "twins" if twin else "short" if node.short and node.edit in (*KEPT, "returned") else node.edit
                where[edit] += 1
                if edit == "edited":
                    where[f"  {node.how}"] += 1
                # From here on, what it got is its own.
                self._truth[node.uid] = got
        self._said = {node.uid: node.said.text for nodes in vault.notes.values() for node in nodes}

    def _remember(self, matching: Matching) -> None:
        for item_id in matching.gone:
            self._known[item_id] = replace(self._known[item_id], gone=True)
        self._known |= {item.id: item for item in items_of(matching)}
        self._numbers = matching.numbers


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


def measure(items: int, months: int, seed: int, how: Assign = by_identity) -> Score:
    """The score over the months, the same history for the same seed."""
    rng = random.Random(seed)
    vault, keeper = make_vault(items, rng), Keeper(how)
    keeper.read(vault)
    for _ in range(months):
        vault = edit_vault(vault, rng)
        keeper.read(vault)
    return keeper.score


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--items", type=int, default=20_000)
    parser.add_argument("--months", type=int, default=2)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    score, *others = (
        measure(options.items, options.months, options.seed, how) for how in (by_identity, by_place, by_text)
    )
    edits = (
        *KEPT,
        "returned",
        "edited",
        *(f"  {name}" for name in (*SMALL, *LARGE, "reworded")),
        "edited+moved",
        "moved with it",
        "short",
    )
    print(f"{'edit':<16}{'items':>8}{'kept':>9}{'lost':>7}{'wrong':>7}{'by place':>12}{'by text':>10}")
    for edit in (*edits, *NEW):
        beside = "".join(f"{other.share_kept(edit):>{width}.1%}" for other, width in zip(others, (12, 10), strict=True))
        counts = f"{score.lost[edit]:>7}{score.wrong[edit]:>7}"
        print(f"{edit:<16}{score.total(edit):>8}{score.share_kept(edit):>9.2%}{counts}{beside}")
    place, text = (f"{other.share_wrong:.0%}" for other in others)
    print(f"wrong in all: {score.share_wrong:.2%} (by place {place}, by text {text})")
    ratio = score.seconds / score.building
    passes = f"{score.seconds / options.months:.2f} s ({ratio:.1f} × building the found values)"
    print(f"one pass: {passes}")
    missed = score.missed()
    print("\n".join(f"MISSED   {aim}" for aim in missed) or "everything that is aimed at is reached")
    sys.exit(1 if missed else 0)


if __name__ == "__main__":
    main()
