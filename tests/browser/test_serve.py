"""Preview in a real browser: what one sees while files are edited."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright
from tests.browser import conftest
from tests.servecase import Server, copy_site, serving, start, stop

PAGE = "/kp-careers/privacy/"
CLAUSE = "content/clauses/children.md"
HERE = 30_000
# what the browser itself says of a server that is away, and of a page that is a fault
EXPECTED = ("WebSocket connection", "ERR_CONNECTION", "status of 500")


# For a module, as the fixture of all browser tests: this one knows the names that end in `localhost`.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Start Chromium."""
    rules = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost, EXCLUDE *.localhost"
    quiet = [one for one in conftest.QUIET if "resolver" not in one]
    root = hasattr(os, "geteuid") and os.geteuid() == 0
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=conftest._chromium(), args=[*quiet, rules, *(["--no-sandbox"] if root else [])]
        )
        yield chromium
        chromium.close()


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """Copy the example sites."""
    return copy_site(tmp_path / "site")


@pytest.fixture
def server(site: Path) -> Iterator[Server]:
    """Serve them."""
    with serving(site) as server:
        yield server


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """Open a window, in which nothing may fail and nothing may be fetched from elsewhere."""
    context = browser.new_context(viewport={"width": 1000, "height": 600}, reduced_motion="reduce")
    page = context.new_page()
    page.set_default_timeout(HERE)
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(f"error: {error}"))
    page.on("console", lambda message: wrong.append(f"console: {message.text}"))
    page.on(
        "request",
        lambda asked: (
            None if "localhost:" in asked.url or asked.url.startswith("data:") else wrong.append(asked.url)
        ),
    )
    yield page
    context.close()
    # a server that is away for a while is told of by the browser itself
    assert [one for one in wrong if not any(word in one for word in EXPECTED)] == []


WORDS = "document.querySelector('main').innerHTML"


def whole(page: Page, address: str) -> str:
    """Return what a window that is opened now has in its main part."""
    other = page.context.new_page()
    other.goto(address)
    words = str(other.evaluate(WORDS))
    other.close()
    return words


def test_what_changes_in_the_head_loads_the_page_anew(page: Page, server: Server, site: Path) -> None:
    """A new name of the site is in the title of the window, too, and the place is kept."""
    page.goto(server.origin + PAGE)
    page.evaluate("scrollTo(0, 500)")
    entity = site / "content" / "entities" / "kp-careers.yaml"
    entity.write_text(entity.read_text().replace("name: Kaiser Permanente Careers", "name: New Careers", 1))
    expect(page).to_have_title("Privacy Statement · New Careers", timeout=HERE)
    page.wait_for_load_state()
    assert page.evaluate("scrollY") == 500


def edit(path: Path, words: str, text: str) -> None:
    """Put words at the end of a clause, as an editor does."""
    beside = path.with_name(".beside")
    beside.write_text(f"{text}\n\n{words}\n")
    beside.replace(path)


def test_an_edit_is_seen_where_one_was_reading(page: Page, server: Server, site: Path) -> None:
    """By path and by name the page says what was written, and stands where it stood."""
    text = (site / CLAUSE).read_text()
    for address in (f"{server.origin}{PAGE}", f"http://kp-careers.localhost:{server.port}/privacy/"):
        page.goto(address)
        page.evaluate("window.stays = true; scrollTo(0, 700)")
        words = f"Seen at {address[7:17]}."
        edit(site / CLAUSE, words, text)
        page.get_by_text(words).wait_for()
        assert page.evaluate("scrollY") == 700
        assert page.evaluate("window.stays") is True  # only what changed was put in its place
        assert whole(page, address) == page.evaluate(WORDS)
    page.evaluate("scrollTo(0, 300)")
    page.reload()  # of one's own accord, and not remembered from the last time
    assert page.evaluate("scrollY") in {300, 0}


def test_a_stylesheet_takes_the_place_of_another_in_the_same_page(
    page: Page, server: Server, site: Path
) -> None:
    """What stood in the window is there still: it was not loaded anew, and one sheet is left."""
    page.goto(server.origin + PAGE)
    page.evaluate("window.stays = true")
    sheets = page.locator('link[rel="stylesheet"]').count()
    sheet = next((site / "themes" / "default" / "assets").glob("*.css"))
    sheet.write_text(sheet.read_text() + "\nbody { outline: 3px solid rgb(1, 2, 3) }\n")
    expect(page.locator("body")).to_have_css("outline-color", "rgb(1, 2, 3)", timeout=HERE)
    assert page.evaluate("window.stays") is True
    expect(page.locator('link[rel="stylesheet"]')).to_have_count(sheets)


def test_an_edit_every_200_ms_ends_on_the_last(page: Page, server: Server, site: Path) -> None:
    """After ten seconds of edits the window shows the last of them."""
    text = (site / CLAUSE).read_text()
    page.goto(server.origin + PAGE)
    for turn in range(50):
        edit(site / CLAUSE, f"Turn {turn:02}.", text)
        time.sleep(0.2)
    page.get_by_text("Turn 49.").wait_for()


def test_a_server_that_comes_back_is_found(page: Page, site: Path) -> None:
    """The page waits for it, and shows what was written in the meantime."""
    server = start(site)
    port = server.port
    try:
        page.goto(server.origin + PAGE)
        stop(server)
        edit(site / CLAUSE, "While it was away.", (site / CLAUSE).read_text())
        server = start(site, port=port)
        assert server.port == port
        page.get_by_text("While it was away.").wait_for()
    finally:
        stop(server)


def test_a_page_that_was_never_good_becomes_one(page: Page, site: Path) -> None:
    """It shows what is wrong, and by itself the page when it is mended."""
    text = (site / CLAUSE).read_text()
    edit(site / CLAUSE, "{{ nothing.such }}", text)
    with serving(site) as server:
        answer = page.goto(server.origin + PAGE)
        assert answer is not None
        assert answer.status == 500
        expect(page.locator("main")).to_contain_text("nothing is called")
        (site / CLAUSE).write_text(text)
        page.locator("article").wait_for()
        assert page.title().endswith("Kaiser Permanente Careers")


def test_the_overview_lists_and_filters(page: Page, server: Server) -> None:
    """All sites are there as links, and as one types, those that fit."""
    page.goto(server.origin + "/")
    expect(page.get_by_role("link", name="Kaiser Permanente Careers")).to_be_visible(timeout=HERE)
    page.get_by_role("searchbox").fill("careers")
    expect(page.locator("#sites > li")).to_have_count(1, timeout=HERE)
    page.get_by_role("link", name="Kaiser Permanente Careers").click()
    page.wait_for_url("**/kp-careers/")
