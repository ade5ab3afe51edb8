"""The lines of `studyctl-record.jsonl` as they may come in, validated where they enter: mistakes have line numbers."""

from __future__ import annotations

from collections.abc import Iterator, MutableMapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, TypeAdapter, ValidationError

from studyctl.core.models import Kind, Verdict
from studyctl.errors import StoreError
from studyctl.store import codec
from studyctl.store.record import FORMAT

ItemId = Annotated[str, Field(pattern=r"^[QTRC][1-9][0-9]*$")]
RunId = Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]
Count = Annotated[int, Field(ge=0, le=2**53)]
Figures = list[Annotated[list[str], Field(min_length=2, max_length=2)]]


def _exact(value: object) -> object:
    if not isinstance(value, str):
        raise ValueError("a metric's value is written as text")
    return float(value)


class _Line(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class ItemLine(_Line):
    type: Literal["item", "tombstone"]
    id: ItemId
    kind: Kind
    also: Kind | None = None
    text: str
    norm: str
    note: str
    line: Count
    parent: ItemId | None = None
    topic: list[str]
    anchor: str | None = None


class TieLine(_Line):
    type: Literal["tie"]
    item: ItemId
    experiment: str
    fragment: str
    target: str


class OverrideLine(_Line):
    type: Literal["override"]
    item: ItemId
    field: Literal["ignored", "kind", "dropped", "relinked", "accepted"]
    value: str
    at: str


class RunLine(_Line):
    type: Literal["run"]
    id: RunId
    experiment: str
    title: str
    state: Literal["running", "finished", "failed", "killed", "lost"]
    started: str
    ended: str | None = None
    preset: str
    changed: list[str]
    params: dict[str, Any]
    seed: int | None = None
    evidence_version: Count
    provenance: dict[str, Any]
    tags: list[Annotated[str, Field(min_length=1, max_length=200)]] = []
    deleted: str | None = None


class FindingLine(_Line):
    type: Literal["finding"]
    run: RunId
    key: str
    claim: str
    when: str
    unless: str
    verdict: Verdict | None = None
    text: str
    template: str
    figures: Figures


class MetricLine(_Line):
    type: Literal["metric"]
    run: RunId
    name: str
    value: Annotated[float, BeforeValidator(_exact)]
    unit: str
    steps: Count


class FileLine(_Line):
    type: Literal["file"]
    run: RunId
    path: str
    role: Literal["code", "data"]
    digest: str


class Cited(_Line):
    """A finding, in full or as the run's own line has it."""

    run: RunId
    finding: str
    experiment: str | None = None
    claim: str | None = None
    verdict: Verdict | None = None
    text: str | None = None


class AnswerLine(_Line):
    type: Literal["answer"]
    item: ItemId
    recorded: str
    author: Literal["studyctl", "person"]
    backed: bool
    quick: bool
    verdict: str | None = None
    conclusion: str
    template: str
    question: str
    question_norm: str
    figures: Figures
    digest: str
    current: bool
    evidence: list[Cited]


Body = ItemLine | TieLine | OverrideLine | RunLine | FindingLine | MetricLine | FileLine | AnswerLine
_BODY: TypeAdapter[Body] = TypeAdapter(Annotated[Body, Field(discriminator="type")])


@dataclass(slots=True)
class Record:
    """A record, sorted by what its lines say."""

    items: dict[str, ItemLine] = field(default_factory=dict)
    ties: dict[str, list[TieLine]] = field(default_factory=dict)
    overrides: dict[tuple[str, str], OverrideLine] = field(default_factory=dict)
    runs: dict[str, RunLine] = field(default_factory=dict)
    findings: dict[tuple[str, str], FindingLine] = field(default_factory=dict)
    metrics: dict[tuple[str, str], MetricLine] = field(default_factory=dict)
    files: dict[tuple[str, str, str], FileLine] = field(default_factory=dict)
    answers: list[AnswerLine] = field(default_factory=list)


def fail(number: int, message: str, hint: str = "") -> StoreError:
    """A mistake in the record, with its place."""
    return StoreError(
        f"the record, line {number}: {message}",
        hint or "mend the line, or take the file from an earlier commit: git checkout HEAD~1 -- FILE",
    )


def parse(text: str) -> Record:
    """The record behind the text; StoreError naming the line where it is malformed or contradicts itself."""
    plain = _numbered(text)
    _check_header(*next(plain, (1, None)))
    lines = [(number, _validated(number, one)) for number, one in plain]
    record = Record()
    for number, line in lines:
        _take(record, number, line)
    for number, line in lines:
        _check_references(record, number, line)
    return record


def _numbered(text: str) -> Iterator[tuple[int, Any]]:
    # Not splitlines(): a text may hold U+2028, which JSON leaves as it is.
    for number, line in enumerate(text.removeprefix("\ufeff").split("\n"), start=1):
        stripped = line.strip()
        if not stripped:
            continue
        if stripped.startswith(("<<<<<<<", "=======", ">>>>>>>")):
            raise fail(number, "an unresolved merge conflict", "resolve it; the order of the lines is free")
        try:
            plain = codec.loads(stripped)
            codec.dumps(plain).encode()  # a lone surrogate is no text
        except (ValueError, TypeError, RecursionError) as error:
            raise fail(number, f"no JSON ({error})") from error
        yield number, plain


def _check_header(number: int, plain: Any) -> None:
    if not isinstance(plain, dict) or plain.get("type") != "header":
        raise fail(number, "the header is missing, so this is no record of studyctl", "studyctl export writes one")
    found = plain.get("format")
    if not isinstance(found, int) or isinstance(found, bool) or found < 1:
        raise fail(number, f"format {found!r} is no number")
    if found > FORMAT:
        raise StoreError(
            f"the record has format {found}, this studyctl knows formats up to {FORMAT}",
            "upgrade studyctl: python -m pip install -U studyctl",
        )


def _validated(number: int, plain: Any) -> Body:
    try:
        return _BODY.validate_python(plain)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"][1:])
        raise fail(number, f"{where}: {first['msg']}" if where else first["msg"]) from error


def _take(record: Record, number: int, line: Body) -> None:
    match line:
        case ItemLine():
            _once(record.items, line.id, line, number, f"two different items have the number {line.id}")
        case TieLine():
            record.ties.setdefault(line.item, []).append(line)
        case OverrideLine():
            known = record.overrides.get((line.item, line.field))
            # Two branches that decided differently: the later decision stands.
            if known is None or known.at < line.at:
                record.overrides[line.item, line.field] = line
        case RunLine():
            _once(record.runs, line.id, line, number, f"run {line.id[:8]} is there twice, and differs")
        case FindingLine():
            _once(record.findings, (line.run, line.key), line, number, f"finding {line.key} differs from before")
        case MetricLine():
            _once(record.metrics, (line.run, line.name), line, number, f"metric {line.name} differs from before")
        case FileLine():
            key = (line.run, line.path, line.role)
            _once(record.files, key, line, number, f"file {line.path} differs from before")
        case AnswerLine():
            record.answers.append(line)


def _once(found: MutableMapping[Any, Any], key: Any, line: _Line, number: int, message: str) -> None:
    # A merge may keep the same line twice, which says nothing else.
    if repr(found.setdefault(key, line)) != repr(line):
        raise fail(number, message, "keep one of the two; an item without a line gets a new number")


def _check_references(record: Record, number: int, line: Body) -> None:
    match line:
        case ItemLine():
            if line.parent is not None and line.parent not in record.items:
                raise fail(number, f"{line.id} is below {line.parent}, which has no line")
        case TieLine() | OverrideLine():
            _known(record.items, line.item, number)
        case FindingLine() | MetricLine() | FileLine():
            _known(record.runs, line.run, number)
        case AnswerLine():
            _known(record.items, line.item, number)
            for cited in line.evidence:
                _known(record.runs, cited.run, number)
                if cited.text is None and (cited.run, cited.finding) not in record.findings:
                    raise fail(number, f"it cites {cited.finding} of run {cited.run[:8]}, which has no line")


def _known(lines: MutableMapping[str, Any], key: str, number: int) -> None:
    if key not in lines:
        raise fail(number, f"it is about {key[:8]}, which has no line")
