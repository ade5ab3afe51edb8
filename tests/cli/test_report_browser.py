"""A report in a real Chromium: wide and narrow, light and dark, by keyboard, on paper, and by axe's rules.

Chromium is the installed one; Playwright and axe-core come with the `dev` extra.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from study_bench import COIN, Study

from studyctl.runner.importing import isolated

CHROMIUM = next(
    (found for name in ("chromium", "chromium-browser", "google-chrome", "chrome") if (found := shutil.which(name))),
    None,
)
MISSING = next((one for one in ("playwright", "axe_playwright_python") if importlib.util.find_spec(one) is None), None)
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed (apt-get install chromium)"),
    pytest.mark.skipif(MISSING is not None, reason=f"{MISSING} is not installed (the extra `dev` has it)"),
    # Playwright leaves its own transport to the garbage collector.
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]
FIGURE = """
    from matplotlib.figure import Figure
    figure = Figure()
    figure.subplots().plot([1, 2])
    run.figure("flips", figure, title="How it went")
"""
NOTE = """\
# 공부 <script>document.title = "run"</script>

## 질문 <img src=x onerror="document.title='run'">

* 동전 던지기가 공정한지 아닌지를 어떻게 확인할 수 있을까? ([coin](../experiments/coin.py#fair))
    * [paper](javascript:document.title='run') </style><script>document.title='run'</script>
    * https://example.org/averylongaddress/that/does/not/fit/into/any/line/of/a/phone/because/it/never/ends
    * heads are more likely. ([coin](../experiments/coin.py#fair.heads-more))
* Why_is_a_word_that_is_much_longer_than_a_phone_is_wide_and_has_no_place_to_break_it_at_all?

## Todo

- [x] 동전 보기
- [ ] look at the coin
"""
WIDE, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of a workspace with one figure, stale by an edit, and hostile words in its note."""
    study = Study.make(tmp_path_factory.mktemp("browser") / "study")
    study.write("experiments/coin.py", COIN.rstrip("\n") + FIGURE)
    study.write("notes/more.md", NOTE)
    with isolated():
        done = study("run", "coin")
        assert done.code == 0, done.err
        done = study("report", "--title", "Coins </title><script>document.title='run'</script>")
    assert done.code == 0, done.err
    return study.root / "report" / "index.html"


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    sandbox = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=sandbox)
        yield browser
        browser.close()


@pytest.fixture
def opened(chromium: Any, report: Path) -> Iterator[Any]:
    """`opened(WIDE)`: a page, of which at the end everything it said and asked for is checked."""
    said: list[str] = []
    asked: list[str] = []
    contexts: list[Any] = []

    def open_page(viewport: dict[str, int], **more: Any) -> Any:
        context = chromium.new_context(viewport=viewport, **more)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("request", lambda request: asked.append(request.url))
        page.goto(report.as_uri())
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert said == []
    assert asked and all(url.startswith(report.parent.as_uri()) for url in asked)


def until(page: Any, expression: str) -> None:
    """Wait until it holds; the page's policy forbids Playwright's own way, which evaluates text inside the page."""
    for _ in range(200):
        if page.evaluate(expression):
            return
        page.wait_for_timeout(25)
    pytest.fail(f"never: {expression}")


def focused(page: Any) -> str:
    return str(page.evaluate("document.activeElement.id"))


@pytest.mark.parametrize("viewport", [WIDE, PHONE, {"width": 320, "height": 568}])
def test_nothing_is_wider_than_the_screen(opened: Any, viewport: dict[str, int]) -> None:
    page = opened(viewport)
    page.keyboard.press("e")
    page.evaluate("document.querySelectorAll('article').forEach(one => { one.style.contentVisibility = 'visible' })")
    assert page.evaluate("document.documentElement.scrollWidth") <= viewport["width"]
    images = page.evaluate(
        "[...document.images].map(one => (one.loading = 'eager', one.decode().then(() => one.width)))"
    )
    assert images is not None
    width = page.evaluate("document.images[0].decode().then(() => document.images[0].getBoundingClientRect().width)")
    assert 100 < width <= viewport["width"]


def test_hostile_words_did_nothing(opened: Any) -> None:
    page = opened(WIDE)
    page.wait_for_timeout(200)
    assert page.title() == "Coins </title><script>document.title='run'</script>"
    assert page.locator("main script, main style, main img[onerror]").count() == 0
    assert page.locator("a[href^='javascript' i]").count() == 0
    assert page.locator("h2", has_text="<script>").count() == 1


def test_the_policy_holds(chromium: Any, report: Path) -> None:
    page = chromium.new_page()
    page.goto(report.as_uri())
    page.evaluate("""() => {
        const script = document.createElement("script");
        script.textContent = "document.title = 'run'";
        document.body.append(script);
        const image = new Image();
        image.src = "https://example.org/x.png";
        document.body.append(image);
    }""")
    page.wait_for_timeout(200)
    assert page.title() != "run"
    page.close()


def test_searching_shows_what_has_all_the_words(opened: Any) -> None:
    page = opened(WIDE)
    every = page.locator("article.item:visible").count()
    page.keyboard.press("/")
    assert focused(page) == "search"
    page.keyboard.type("공정한지 DONG".replace("DONG", "동전"))
    until(page, "document.getElementById('found').textContent !== ''")
    assert page.locator("article.item:visible .text").first.inner_text().startswith("Q")
    assert page.locator("#found").inner_text() == "1 item"
    assert page.locator("article.item:visible").count() == 1
    assert page.evaluate("CSS.highlights.get('found').size") >= 2
    page.keyboard.press("Escape")
    assert page.locator("article.item:visible").count() == every
    assert page.locator("#search").input_value() == ""


def test_nothing_found_says_so_and_an_item_below_another_keeps_it(opened: Any) -> None:
    page = opened(WIDE)
    page.fill("#search", "nowhere-at-all")
    until(page, "document.getElementById('found').textContent === '0 items'")
    assert page.locator("article:visible").count() == 0
    page.fill("#search", "heads are more likely")
    until(page, "document.getElementById('found').textContent !== '0 items'")
    shown = page.evaluate(
        "[...document.querySelectorAll('article.item')].filter(one => !one.hidden).map(one => one.id)"
    )
    assert any(one.startswith("C") for one in shown) and any(one.startswith("Q") for one in shown)


def test_a_link_to_what_is_hidden_shows_it_again(opened: Any) -> None:
    page = opened(WIDE)
    page.fill("#search", "nowhere-at-all")
    until(page, "document.getElementById('found').textContent === '0 items'")
    page.evaluate("location.hash = '#Q1'")
    until(page, "document.activeElement.id === 'Q1'")
    assert page.locator("#Q1").is_visible()


def test_filtering_by_state(opened: Any) -> None:
    page = opened(WIDE)
    page.check("input[name=state][value=answered]", force=True)
    states = page.evaluate("[...document.querySelectorAll('article.item:not([hidden])')].map(one => one.dataset.state)")
    assert "answered" in states and "closed" not in states


def test_keys_go_from_item_to_item(opened: Any) -> None:
    page = opened(WIDE)
    seen = []
    for key in "jjkn":
        page.keyboard.press(key)
        seen.append(focused(page))
    order = page.evaluate("[...document.querySelectorAll('article.item')].map(one => one.id)")
    first = order.index(seen[0])
    assert seen[1] == order[first + 1] and seen[2] == seen[0]
    assert page.evaluate("document.activeElement.querySelector(':scope > .answer') !== null")
    page.keyboard.press("?")
    assert page.locator("dialog").is_visible()
    page.keyboard.press("Escape")
    assert not page.locator("dialog").is_visible()


def test_everything_can_be_reached_with_tab(opened: Any) -> None:
    page = opened(WIDE)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    until(page, "location.hash === '#main'")
    page.keyboard.press("Tab")
    assert page.evaluate("document.getElementById('main').contains(document.activeElement)")


def test_dark_and_light(opened: Any) -> None:
    page = opened(WIDE, color_scheme="dark")

    def ground(of: str) -> str:
        return str(page.evaluate(f"getComputedStyle(document.querySelector('{of}')).backgroundColor"))

    dark = ground("body")
    assert ground("figure img") == "rgb(255, 255, 255)"
    page.keyboard.press("t")
    assert ground("body") != dark
    page.reload()
    assert ground("body") != dark  # what was chosen is remembered


def test_paper_has_all_of_it(opened: Any) -> None:
    page = opened(WIDE)
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert not page.locator(".side").is_visible()
    assert page.locator("#Q1 .how pre").first.is_visible()
    assert page.pdf(format="A4").startswith(b"%PDF")
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert not page.evaluate("document.querySelector('#Q1 .how').open")


def test_korean_breaks_between_words(opened: Any) -> None:
    page = opened(PHONE)
    spans = page.locator("article .text span[lang=ko]")
    assert spans.count() >= 2
    assert spans.first.evaluate("one => getComputedStyle(one).wordBreak") == "keep-all"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [WIDE, PHONE])
def test_axe_finds_nothing_serious(chromium: Any, report: Path, viewport: dict[str, int], scheme: str) -> None:
    from axe_playwright_python.sync_playwright import Axe

    # The policy would keep axe out of the page as well.
    context = chromium.new_context(viewport=viewport, color_scheme=scheme, bypass_csp=True)
    page = context.new_page()
    page.goto(report.as_uri())
    page.keyboard.press("e")
    found = Axe().run(page).response
    context.close()
    assert len(found["passes"]) > 15  # it looked
    serious = [(one["id"], one["nodes"][0]["html"]) for one in found["violations"] if one["impact"] != "minor"]
    assert serious == []
