"""The four example sites as a browser meets them, under the headers that a host is told to send."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote, urljoin

import pytest
from lxml import html
from tests.browser.conftest import Visit, serving

from policypages.headers import HEADERS

SITES = ("kp-businessnet", "kp-employees", "kp-careers", "communication-partners")
POLICIES = tuple(f"/{site}/privacy/" for site in SITES)
ADDRESSES = (*POLICIES, *(f"/{site}/" for site in SITES), "/_overview/")
DESK = {"width": 1280, "height": 800}
PHONE = {"width": 390, "height": 780}
SIDEWAYS = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
FOCUS = (
    "() => document.activeElement.id || document.activeElement.className || document.activeElement.tagName"
)


@pytest.fixture(scope="module")
def host(examples: Path) -> Iterator[str]:
    """Serve the example sites with their headers."""
    with serving(examples) as origin:
        yield origin


def test_the_headers_are_those_of_the_design() -> None:
    """Nothing may be fetched but the stylesheet and pictures, and no site may frame a page or be its base."""
    assert HEADERS["Content-Security-Policy"] == (
        "default-src 'none'; style-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'"
    )
    assert HEADERS["X-Content-Type-Options"] == "nosniff"


def test_the_watch_sees_what_it_is_there_to_see(tmp_path: Path, watch: Visit) -> None:
    """A bad page is caught at everything it does: so a clean report means a clean page."""
    bad = (
        "<!doctype html><title>bad</title><script>alert(1); console.error('ouch')</script>"
        "<script>missing.name</script><p style='color: red'>x</p>"
        "<img src='http://elsewhere.invalid/x.png'><img src=x onerror=alert(2)>"
    )
    (tmp_path / "index.html").write_text(bad, "utf-8")
    for headers, wanted in (
        ({}, ("dialog: 1", "dialog: 2", "console error: ouch", "page error:", "off the site:", "404:")),
        (HEADERS, ("violation: script-src-elem", "violation: script-src-attr", "violation: style-src-attr",
                   "violation: img-src: http://elsewhere.invalid")),
    ):  # fmt: skip
        with serving(tmp_path, headers) as origin:
            visitor = watch(origin)
            visitor.go("/").wait_for_timeout(150)
            for words in wanted:
                assert any(line.startswith(words) for line in visitor.seen), (words, visitor.seen)


def test_nothing_runs_and_nothing_leaves_the_site(host: str, visit: Visit) -> None:
    """Every page loads with its stylesheet, without a script, a violation, an error or a foreign request.

    The policy that this holds under is the host's to send: no page states one of its own.
    """
    visitor = visit(host, viewport=DESK)
    for address in ADDRESSES:
        page = visitor.go(address)
        kinds = page.evaluate("() => [...document.scripts].map(one => one.type)")
        assert set(kinds) <= {"application/ld+json"}, address  # a block of data, which nothing runs
        assert page.evaluate("() => document.querySelectorAll('[style], style, iframe, form').length") == 0
        assert page.locator("meta[http-equiv]").count() == 0, address
        assert page.evaluate("() => document.styleSheets[0].cssRules.length") > 50, address
    assert {asked.startswith((host, "data:")) for asked in visitor.asked} == {True}


@pytest.mark.parametrize("address", ADDRESSES)
def test_the_skip_link_works_by_keyboard(host: str, visit: Visit, address: str) -> None:
    """The first Tab shows the skip link, Enter moves focus to main, and the next Tab goes on from there."""
    page = visit(host, viewport=DESK).go(address)
    page.keyboard.press("Tab")
    assert page.evaluate(FOCUS) == "skip"
    box = page.locator(".skip").bounding_box()
    assert box is not None
    assert box["height"] > 20, "the focused skip link is seen"
    page.keyboard.press("Enter")
    assert page.evaluate(FOCUS) == "page-main"
    page.keyboard.press("Tab")
    assert page.evaluate("() => document.activeElement.closest('main, footer') !== null")


@pytest.mark.parametrize("address", POLICIES)
def test_the_contents_lead_to_their_sections(host: str, visit: Visit, address: str) -> None:
    """Each line of the contents leads to the section that has its title, and the browser shows it."""
    page = visit(host, viewport=DESK).go(address)
    links = page.locator(".contents a")
    assert links.count() >= 5
    for index in range(links.count()):
        link = links.nth(index)
        title = " ".join(link.locator("> :last-child").inner_text().split())
        link.click()
        state = page.evaluate(
            """() => { const target = document.querySelector(':target');
                       const box = target.getBoundingClientRect();
                       return [target.querySelector('h2, h3, h4').textContent, box.top, box.bottom]; }"""
        )
        assert " ".join(state[0].split()).endswith(title)
        assert -1 <= state[1] < DESK["height"], f"{title} stands out of sight"
        assert state[2] > 0, f"{title} stands out of sight"


@pytest.mark.parametrize("address", POLICIES)
def test_the_contents_open_by_keyboard_on_a_phone(host: str, visit: Visit, address: str) -> None:
    """On a phone the contents are folded; Enter opens them, Tab reaches a link, and Enter follows it."""
    page = visit(host, viewport=PHONE, has_touch=True, is_mobile=True).go(address)
    first = page.locator(".contents a").first
    assert not first.is_visible()
    for _ in range(12):
        page.keyboard.press("Tab")
        if page.evaluate("() => document.activeElement.tagName") == "SUMMARY":
            break
    page.keyboard.press("Enter")
    assert page.evaluate("() => document.activeElement.parentElement.open") is True
    assert first.is_visible()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("() => location.hash") == first.get_attribute("href")
    assert (
        page.evaluate("() => Math.round(document.querySelector(':target').getBoundingClientRect().top)") < 300
    )


@pytest.mark.parametrize("width", [320, 390, 768, 1280])
def test_no_page_scrolls_sideways(host: str, visit: Visit, width: int) -> None:
    """Text and tables fit, from the narrowest phone (and a desk at 400 %) to a desk."""
    visitor = visit(host, viewport={"width": width, "height": 800})
    for address in ADDRESSES:
        page = visitor.go(address)
        assert page.evaluate(SIDEWAYS) <= 0, f"{address} at {width} px"
        page.evaluate("() => document.querySelectorAll('details').forEach(one => { one.open = true; })")
        assert page.evaluate(SIDEWAYS) <= 0, f"{address} at {width} px, contents open"


def test_a_contact_reads_line_by_line(host: str, visit: Visit) -> None:
    """On a desk each label of a contact stands beside its value, and the pairs stand one below the other."""
    page = visit(host, viewport=DESK).go("/kp-careers/privacy/")
    labels = [box for one in page.locator("address dt").all() if (box := one.bounding_box())]
    values = [box for one in page.locator("address dd").all() if (box := one.bounding_box())]
    assert len(labels) == len(values) >= 2
    assert len({box["x"] for box in labels}) == len({box["x"] for box in values}) == 1
    assert all(value["x"] > label["x"] for label, value in zip(labels, values, strict=True))
    assert len({round(box["y"]) for box in labels}) == len(labels)


@pytest.mark.parametrize("address", POLICIES)
def test_paper_has_the_article_and_no_navigation(host: str, visit: Visit, address: str) -> None:
    """Printed, a policy is its words: no navigation, no skip link, and black on white in the dark as well."""
    page = visit(host, viewport=DESK, color_scheme="dark").go(address)
    page.emulate_media(media="print")
    for hidden in ("nav", ".skip", ".top"):
        found = page.locator(hidden)
        assert found.count() > 0
        assert [found.nth(index).is_visible() for index in range(found.count())] == [False] * found.count()
    assert page.locator("article h1").is_visible()
    assert page.locator("article section").last.is_visible()
    style = "one => [getComputedStyle(one).backgroundColor, getComputedStyle(one).color]"
    assert page.locator("html").evaluate(style) == ["rgb(255, 255, 255)", "rgb(0, 0, 0)"]


def test_every_link_leads_somewhere(host: str, visit: Visit, examples: Path) -> None:
    """Every address inside the sites answers 200, and every fragment names one element of its page."""
    page = visit(host).page
    pages = sorted(examples.rglob("*.html"))
    assert len(pages) == len(ADDRESSES)
    links = _Links(host)
    for file in pages:
        links.read(f"{host}/{file.relative_to(examples).as_posix().removesuffix('index.html')}", file)
    assert len(links.targets) > 60
    targets = [target.split("#") for target in sorted(links.targets)]
    answers = {address: page.request.get(address).status for address, _ in targets}
    assert set(answers.values()) == {200}, answers
    lost = [(address, part) for address, part in targets if part and unquote(part) not in links.ids[address]]
    assert lost == []


@dataclasses.dataclass
class _Links:
    host: str
    targets: set[str] = dataclasses.field(default_factory=set)
    ids: dict[str, list[str]] = dataclasses.field(default_factory=dict)

    def read(self, address: str, file: Path) -> None:
        document = html.fromstring(file.read_bytes())
        ids = [str(one.get("id")) for one in document.iter() if one.get("id")]
        assert len(ids) == len(set(ids)), file
        self.ids[address] = ids
        for one in document.iter():
            link = one.get("href") or one.get("src")
            target, _, fragment = urljoin(address, link).partition("#") if link else ("", "", "")
            if target.startswith(self.host):
                # the overview says `index.html`, so that it works from the disk as well
                self.targets.add(f"{target.removesuffix('index.html')}#{fragment}")
