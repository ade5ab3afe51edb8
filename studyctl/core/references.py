"""What a source refers to: a DOI, a paper on arXiv, an address, or a citation in words only."""

from __future__ import annotations

import re
from typing import Literal, NamedTuple
from unicodedata import normalize
from urllib.parse import quote, unquote

ReferenceKind = Literal["doi", "arxiv", "url", "citation"]


class Reference(NamedTuple):
    """Where a source can be found."""

    kind: ReferenceKind
    id: str  # "10.1109/CVPR.2016.90", "1706.03762v5", the address; "" for a citation
    url: str | None  # None for a citation
    label: str  # as it is shown: "doi:10.1109/CVPR.2016.90", "arXiv:1706.03762v5", "example.org/paper.pdf"


# A month of two digits, so that a page range or a price is none. Four digits follow until 2014, five since.
_NEW = r"(?:0[7-9]|1[0-4])(?:0[1-9]|1[0-2])\.\d{4}|(?:1[5-9]|[2-9]\d)(?:0[1-9]|1[0-2])\.\d{5}"
_ARCHIVE = (
    r"(?:astro-ph|cond-mat|gr-qc|hep-(?:ex|lat|ph|th)|math-ph|nucl-(?:ex|th)|quant-ph|q-bio|cmp-lg|alg-geom|dg-ga"
    r"|funct-an|q-alg|solv-int|supr-con|chao-dyn|patt-sol|adap-org|comp-gas|chem-ph|acc-phys|atom-ph|plasm-ph"
    r"|mtrl-th|bayes-an|ao-sci|math|cs|physics|nlin|stat)(?:\.[A-Za-z]{2}|\.[a-z]{1,3}-[a-z]{1,3})?"
)
_OLD = rf"{_ARCHIVE}/\d\d(?:0[1-9]|1[0-2])\d{{3}}"
# Another letter or digit behind it, and it is something else; Korean particles may follow.
_VERSION = r"(?:v[1-9]\d?)?(?![0-9a-z])"
_ARXIV = re.compile(
    rf"""(?:
        (?<![a-z0-9])(?:arxiv\.org|ar5iv\.org|ar5iv\.labs\.arxiv\.org|alphaxiv\.org)
            /(?:abs|pdf|html|ps|format|src|e-print|overview)/
      | (?<![a-z0-9.])10\.48550/arxiv\.
      | (?<![a-z0-9])arxiv(?:\s+(?:e-?prints?|preprints?))?(?:\s+arxiv)?\s*[:/]?\s*\[?
    )(?P<id>(?:{_NEW}|{_OLD}){_VERSION})"""
    # Known by its form alone: an archive, a slash and seven digits.
    rf"|(?<![\w/.-])(?P<bare>{_OLD}{_VERSION})(?!/)",
    re.IGNORECASE | re.VERBOSE,
)
_DOI = re.compile(r"(?<![a-z0-9.])10\.\d{4,9}(?:\.\d+)*/(?:[!#-;=?-\[\]_a-z]|<[^<>\s]*>)+", re.IGNORECASE)
_ADDRESS = re.compile(r"(?:https?|ftp)://[^\s<>\"]+|(?<![a-z0-9.@/])www\.[^\s<>\"]+", re.IGNORECASE)
# What a publisher's address has behind the DOI.
_BEHIND = re.compile(
    r"(?:[?#].*|/|/(?:full|abstract|pdf|epdf|html|meta|fulltext)|\.pdf|\.full(?:-text)?|(?<=\.\d{6})v\d+)$",
    re.IGNORECASE,
)
_CLOSING = {")": "(", "]": "[", "}": "{"}
_PUNCTUATION = ".,;:!?'\"`*_~…。、，；：！？”’」』》〉】"


def reference(text: str, url: str | None = None) -> Reference:
    """What a source's words and its link refer to.

    A DOI or an arXiv id says more than an address, and the link's more than one in the words.
    """
    for place in (url or "", text):
        found = _published(normalize("NFKC", place))
        if found is not None:
            return found
    address = url if url and _ADDRESS.match(url) else None
    if address is None:
        match = _ADDRESS.search(text)
        if match is None:
            return Reference("citation", "", None, " ".join(text.split()))
        address = _trimmed(match[0])
    if address.lower().startswith("www."):
        address = f"https://{address}"
    bare = re.sub(r"^\w+://(?:www\.)?", "", address, flags=re.IGNORECASE)
    return Reference("url", address, address, bare.rstrip("/"))


def _published(text: str) -> Reference | None:
    """The first DOI or arXiv id of a text."""
    if "%2f" in text.lower():
        text = unquote(text)
    arxiv, doi = _ARXIV.search(text), _DOI.search(text)
    if arxiv is not None and (doi is None or arxiv.start() <= doi.start()):
        number = arxiv["id"] or arxiv["bare"]
        # Archives are written small; the subject behind the dot is not.
        head, slash, tail = number.partition("/")
        archive, dot, subject = head.partition(".") if slash else (head, "", "")
        number = f"{archive.lower()}{dot}{subject}{slash}{tail.lower()}" if slash else head.lower()
        return Reference("arxiv", number, f"https://arxiv.org/abs/{number}", f"arXiv:{number}")
    if doi is None:
        return None
    number = _trimmed(doi[0])
    before = text[: doi.start()].lower()
    in_address = re.search(r"(?:https?://|www\.|doi\.org/)\S*$", before) is not None
    while in_address and (shorter := _trimmed(_BEHIND.sub("", number))) != number:
        number = shorter
    if "/" not in number or number.endswith("/"):
        return None
    return Reference("doi", number, f"https://doi.org/{quote(number, safe='/:;()._-')}", f"doi:{number}")


def _trimmed(text: str) -> str:
    """An id or address without the punctuation of the sentence around it; a bracket that it opened is its own."""
    while text:
        last = text[-1]
        opening = _CLOSING.get(last)
        if last not in _PUNCTUATION and (opening is None or text.count(last) <= text.count(opening)):
            break
        text = text[:-1]
    return text
