"""What a source refers to."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studyctl.core.references import Reference, reference


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("X. He et al. arXiv preprint arXiv:1803.06189, 2018", "1803.06189"),
        ("https://arxiv.org/abs/1706.03762v5", "1706.03762v5"),
        ("http://arxiv.org/pdf/1706.03762v2.pdf#page=3", "1706.03762v2"),
        ("https://arxiv.org/pdf/1706.03762.pdf", "1706.03762"),
        ("https://arxiv.org/abs/1706.03762/", "1706.03762"),
        ("https://ar5iv.labs.arxiv.org/html/1706.03762", "1706.03762"),
        ("(arxiv.org/abs/1706.03762)", "1706.03762"),
        ("arXiv:1706.03762v2를 읽기", "1706.03762v2"),
        ("논문arXiv:1706.03762", "1706.03762"),
        ("ａｒＸｉｖ：１７０６．０３７６２", "1706.03762"),
        ("ARXIV:1706.03762V2", "1706.03762v2"),
        ("arXiv 2103.03230.", "2103.03230"),
        ("arXiv [0704.0001]", "0704.0001"),
        ("https://doi.org/10.48550/arXiv.1706.03762", "1706.03762"),
        ("see arXiv:hep-th/9901001.", "hep-th/9901001"),
        ("https://arxiv.org/abs/math.GT/0309136v2", "math.GT/0309136v2"),
        ("cond-mat/9501001", "cond-mat/9501001"),
        ("CS.CV/0112017", "cs.CV/0112017"),
    ],
)
def test_arxiv_ids_old_and_new(text: str, number: str) -> None:
    assert reference(text) == Reference("arxiv", number, f"https://arxiv.org/abs/{number}", f"arXiv:{number}")


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("https://doi.org/10.1109/CVPR.2016.90.", "10.1109/CVPR.2016.90"),
        ("http://dx.doi.org/10.1109/CVPR.2016.90", "10.1109/CVPR.2016.90"),
        ("<https://doi.org/10.1109/CVPR.2016.90>", "10.1109/CVPR.2016.90"),
        ("He et al. doi: 10.1109/CVPR.2016.90, 2016", "10.1109/CVPR.2016.90"),
        ("(DOI 10.1109/CVPR.2016.90)", "10.1109/CVPR.2016.90"),
        ("10.1038/nature14539를 참고", "10.1038/nature14539"),
        ("doi:10.1016/S0140-6736(05)61394-7).", "10.1016/S0140-6736(05)61394-7"),
        ("https://doi.org/10.1000%2Fabc", "10.1000/abc"),
        ("https://dl.acm.org/doi/pdf/10.1145/3292500.3330701?download=true", "10.1145/3292500.3330701"),
        ("https://onlinelibrary.wiley.com/doi/abs/10.1002/rob.21918/full", "10.1002/rob.21918"),
        ("https://link.springer.com/article/10.1007/s11263-015-0816-y#Sec1", "10.1007/s11263-015-0816-y"),
        ("https://link.springer.com/content/pdf/10.1007/s11263-015-0816-y.pdf", "10.1007/s11263-015-0816-y"),
        ("https://www.biorxiv.org/content/10.1101/2020.01.01.123456v1.full", "10.1101/2020.01.01.123456"),
    ],
)
def test_dois_with_and_without_an_address(text: str, number: str) -> None:
    assert reference(text) == Reference("doi", number, f"https://doi.org/{number}", f"doi:{number}")


def test_a_doi_with_odd_signs_still_has_an_address() -> None:
    found = reference("doi:10.1002/(SICI)1097-0258(19980815)17:15<1661::AID-SIM968>3.0.CO;2-2")
    assert found.id == "10.1002/(SICI)1097-0258(19980815)17:15<1661::AID-SIM968>3.0.CO;2-2"
    assert found.url == "https://doi.org/10.1002/(SICI)1097-0258(19980815)17:15%3C1661::AID-SIM968%3E3.0.CO;2-2"


@pytest.mark.parametrize(
    ("text", "url", "address", "label"),
    [
        ("slides", "https://example.com/byol.pdf", "https://example.com/byol.pdf", "example.com/byol.pdf"),
        ("see http://www.example.org/a_(b).", None, "http://www.example.org/a_(b)", "example.org/a_(b)"),
        ("(https://example.org/a/)", None, "https://example.org/a/", "example.org/a"),
        ("www.example.org/한글。", None, "https://www.example.org/한글", "example.org/한글"),
        ("cs/0112017/part", "https://github.com/x", "https://github.com/x", "github.com/x"),
    ],
)
def test_addresses_lose_the_punctuation_around_them(text: str, url: str | None, address: str, label: str) -> None:
    assert reference(text, url) == Reference("url", address, address, label)


@pytest.mark.parametrize(
    "text",
    [
        "Wen et al. A discriminative feature learning approach. In ECCV, 2016.",
        "pages 1706.03762 of the log",
        "arXiv:1799.99999",
        "arXiv:1706.037621",
        "version 10.1234 of 3/4",
        "10.5/3",
        "/docs/0112017",
        "",
    ],
)
def test_words_alone_are_a_citation(text: str) -> None:
    assert reference(text) == Reference("citation", "", None, text)


def test_a_link_within_the_notes_leads_to_no_address() -> None:
    assert reference("my  copy", "papers/yolo.pdf") == Reference("citation", "", None, "my copy")


def test_an_id_says_more_than_an_address_and_the_link_more_than_the_words() -> None:
    assert reference("code, arXiv:1706.03762", "https://github.com/x").id == "1706.03762"
    assert reference("arXiv:1706.03762", "https://doi.org/10.1000/x").id == "10.1000/x"
    assert reference("doi:10.1000/x, arXiv:1706.03762").id == "10.1000/x"
    assert reference("arXiv:1706.03762, doi:10.1000/x").id == "1706.03762"


@settings(max_examples=200, deadline=None)
@given(
    st.text(st.sampled_from("arxivdoi:/.10123456789()[]<> htps%2Fw가。v-"), max_size=60),
    st.none() | st.text(st.sampled_from("htps://.ad10/()%2F #?"), max_size=30),
)
def test_any_text_is_something(text: str, url: str | None) -> None:
    found = reference(text, url)
    assert (found.url is None) == (found.kind == "citation") == (found.id == "")
    assert found.url is None or " " not in found.url
