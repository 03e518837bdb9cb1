"""What the default theme promises a reader: few requests, links to sections, the keyboard, paper."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page
from tests.browser.conftest import PAGES as PAGES_ASK
from tests.browser.conftest import REPO, Build, Visit, serving

DESK = {"width": 1280, "height": 800}
PHONE = {"width": 320, "height": 640}
MOST = 40_000
KINDS = PAGES_ASK | {"other"}  # the icon of a brand
PAGES = ("/acme/privacy/", "/acme/cookies/", "/acme/ar/privacy/", "/acme/ar/cookies/", "/acme/de/", "/acme/")
LONG = "/kp-careers/privacy/"
SIDEWAYS = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture(scope="module")
def host(examples: Path) -> Iterator[str]:
    """Serve the four example sites."""
    with serving(examples) as origin:
        yield origin


@pytest.fixture(scope="module")
def languages(tmp_path_factory: pytest.TempPathFactory, build: Build) -> Iterator[str]:
    """Serve the example in three languages, which has a brand, each site at the root of its folder."""
    out = tmp_path_factory.mktemp("languages") / "output"
    ran = build(REPO / "examples" / "languages", out)
    assert ran.returncode == 0, ran.stderr
    with serving(out) as origin:
        yield origin


def _tab_to(page: Page, selector: str) -> None:
    """Press Tab until the focus is there."""
    for _ in range(120):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    pytest.fail(f"no number of Tabs leads to {selector}")


def test_a_page_is_small_and_asks_for_little(host: str, languages: str, visit: Visit) -> None:
    """A page with its stylesheet is under 40 kB, and asks for that alone, beside an icon and a logo."""
    for origin, address in ((host, LONG), *((languages, address) for address in PAGES)):
        visitor = visit(origin, viewport=DESK, kinds=KINDS)
        page = visitor.go(address)
        pictures = {url for url in visitor.asked if "/assets/brand/" in url or url.startswith("data:")}
        texts = visitor.asked - pictures
        assert len(texts) == 2, visitor.asked
        assert len(pictures) <= 2
        assert sum(len(page.request.get(url).body()) for url in texts) < MOST


def test_the_address_of_a_section_can_be_copied(host: str, visit: Visit) -> None:
    """Its link shows at the heading under the pointer or the focus, and says in words where it leads."""
    page = visit(host, viewport=DESK).go(LONG)
    link = page.locator("#web-logs > .anchor")
    assert page.get_by_role("link", name="Link to this section: Web logs").count() == 1
    shown = "one => Number(getComputedStyle(one).opacity)"
    assert link.evaluate(shown) == 0
    page.locator("#web-logs > h3").hover()
    assert link.evaluate(shown) == 1
    page.mouse.move(0, 0)
    _tab_to(page, "#web-logs > .anchor")
    assert link.evaluate(shown) == 1
    page.keyboard.press("Enter")
    assert page.url.endswith("/kp-careers/privacy/#web-logs")
    box = page.locator("#web-logs").bounding_box()
    assert box is not None
    assert 0 <= box["y"] < DESK["height"] / 2


def test_all_can_be_done_by_keyboard(host: str, visit: Visit) -> None:
    """Skip link, contents, a summary that folds and opens, and the way back to the top."""
    page = visit(host, viewport=DESK).go(LONG)
    page.keyboard.press("Tab")
    assert page.evaluate("() => document.activeElement.className") == "skip"
    _tab_to(page, ".contents a[href='#cookies']")
    page.keyboard.press("Enter")
    assert page.evaluate("() => document.querySelector(':target').id") == "cookies"
    _tab_to(page, "#cookies .summary > summary")
    words = page.locator("#cookies > .summary > p")
    assert words.is_visible()
    page.keyboard.press("Enter")
    assert not words.is_visible()
    page.keyboard.press("Space")
    assert words.is_visible()
    _tab_to(page, ".top")
    page.keyboard.press("Enter")
    page.wait_for_function("() => scrollY === 0")


def test_contents_stay_in_view_on_a_desk(host: str, visit: Visit) -> None:
    """At the end of the longest page its contents are still there, whole or to be scrolled."""
    page = visit(host, viewport={"width": 1280, "height": 420}).go(LONG)
    page.evaluate("() => window.scrollTo(0, document.body.scrollHeight * 0.7)")
    box = page.locator(".contents").bounding_box()
    assert box is not None
    assert -1 <= box["y"] <= 60
    assert box["height"] <= 421
    assert page.locator(".contents").evaluate("one => one.scrollHeight > one.clientHeight")


def test_lines_have_the_length_of_a_book(host: str, visit: Visit) -> None:
    """A full line of text holds about 66 letters, whatever font there is."""
    page = visit(host, viewport={"width": 1440, "height": 900}).go(LONG)
    lengths = page.evaluate(
        """() => [...document.querySelectorAll('.policy p')].flatMap(one => {
             const range = document.createRange(), text = one.textContent, lines = new Map();
             const walker = document.createTreeWalker(one, NodeFilter.SHOW_TEXT);
             for (let node; (node = walker.nextNode());)
               for (let at = 0; at < node.length; at++) {
                 range.setStart(node, at); range.setEnd(node, at + 1);
                 const box = range.getBoundingClientRect(), y = Math.round(box.top / 8);
                 if (box.width) lines.set(y, (lines.get(y) || 0) + 1);
               }
             return [...lines.values()].slice(0, -1);
           })"""
    )
    assert len(lengths) > 20
    assert 58 <= sorted(lengths)[len(lengths) // 2] <= 74


@pytest.mark.parametrize("address", PAGES)
def test_a_page_from_the_right_is_a_mirror(languages: str, visit: Visit, address: str) -> None:
    """No language scrolls sideways on the narrowest phone; on a desk contents begin where the text begins."""
    page = visit(languages, viewport=PHONE, kinds=KINDS).go(address)
    page.evaluate("() => document.querySelectorAll('details').forEach(one => { one.open = true; })")
    assert page.evaluate(SIDEWAYS) <= 0
    page.set_viewport_size({"width": 1280, "height": 800})
    assert page.evaluate(SIDEWAYS) <= 0
    if page.locator(".contents").count():
        contents, title = (page.locator(one).bounding_box() for one in (".contents", "h1"))
        assert contents is not None
        assert title is not None
        assert (contents["x"] > title["x"]) is ("/ar/" in address)


def test_cookies_are_cards_on_a_phone_and_a_table_on_a_desk(languages: str, visit: Visit) -> None:
    """On a phone each value stands beside the name of its column; on a desk under it."""
    page = visit(languages, viewport=PHONE, kinds=KINDS).go("/acme/cookies/")
    assert not page.locator("thead").evaluate("one => one.getBoundingClientRect().width > 2")
    label = "one => getComputedStyle(one, '::before').content"
    assert page.locator("tbody td").first.evaluate(label) == '"Type"'
    rows = [box for one in page.locator("tbody tr").all() if (box := one.bounding_box())]
    assert rows[1]["y"] > rows[0]["y"] + rows[0]["height"]
    page.set_viewport_size({"width": 1280, "height": 800})
    assert page.locator("tbody td").first.evaluate(label) == "none"
    assert page.locator("thead").evaluate("one => one.getBoundingClientRect().width > 40")


def test_paper_opens_what_is_folded_and_numbers_its_pages(host: str, visit: Visit, tmp_path: Path) -> None:
    """A summary that a reader folded is printed, and each sheet has its number."""
    page = visit(host, viewport=DESK).go(LONG)
    page.evaluate("() => document.querySelectorAll('.summary').forEach(one => { one.open = false; })")
    page.emulate_media(media="print")
    heights = page.evaluate(
        "() => [...document.querySelectorAll('.summary > p')].map(one => one.getBoundingClientRect().height)"
    )
    assert len(heights) > 5
    assert min(heights) > 5
    after = "one => getComputedStyle(one, '::after').content"
    assert page.locator(".policy a[href^='#']:not(.anchor)").first.evaluate(after) == "none"
    reader = shutil.which("pdftotext")
    assert reader is not None, "`make test` installs it: poppler-utils"
    page.pdf(path=tmp_path / "page.pdf", format="A4")
    told = [reader, "-layout", str(tmp_path / "page.pdf"), "-"]
    sheets = subprocess.run(told, capture_output=True, text=True, check=True).stdout.rstrip("\f").split("\f")
    assert len(sheets) > 2
    for number, sheet in enumerate(sheets, 1):
        assert "".join(sheet.split()).endswith(f"{number}/{len(sheets)}")
    assert "Privacy Statement" in sheets[0]
