"""Point at a section of a page, and read where it comes from: held against the files themselves."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect
from tests.browser.conftest import PREVIEW, Visit
from tests.servecase import Server, copy_site, serving

DESK = {"width": 1280, "height": 800}
PHONE = {"width": 390, "height": 844}
PAGE = "/kp-careers/privacy/"
SITES = ("kp-businessnet", "kp-careers", "kp-employees", "communication-partners")
SECTIONS = (
    ("kp-careers", ("limits", "web-logs", "cookies-persistent", "emails", "opt-out")),
    ("communication-partners", 5),
)
SLOW = 20_000
RECORDER = """
import json, pathlib, sys
pathlib.Path(sys.argv[1]).write_text(json.dumps(sys.argv[2:]))
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Serve a copy of the example sites, with an editor that writes down what it was asked."""
    folder = tmp_path_factory.mktemp("inspect")
    recorder = folder / "my editor.py"
    recorder.write_text(RECORDER)
    asked = folder / "asked.json"
    command = f"'{sys.executable}' '{recorder}' '{asked}' '{{file}}' '{{line}}' '{{column}}'"
    with serving(copy_site(folder / "site"), environment={"POLICYPAGES_EDITOR": command}) as server:
        yield server


@pytest.fixture
def serve() -> Iterator[Callable[..., Server]]:
    """Return a function that serves a folder until the test has ended, and its pages are closed."""
    with ExitStack() as running:
        yield lambda folder, **options: running.enter_context(serving(folder, **options))


def frame(page: Page, what: str) -> Locator:
    """Find something of what preview puts over a page."""
    return page.locator(f"policypages-frame {what}")


def inspecting(page: Page) -> Locator:
    """Open the panel, and wait for what it knows."""
    frame(page, "[role=toolbar]").get_by_role("button", name="Inspect").click()
    panel = frame(page, "aside")
    panel.locator(".outline button").first.wait_for(timeout=SLOW)
    return panel


def opening(text: str) -> str:
    """Return the first words of a text: letters and digits, since all else is typography or Markdown."""
    return " ".join(re.findall(r"\w+", text.casefold()))


def where_it_stands(site: Path, words: str) -> tuple[str, int]:
    """Search all clauses for the one that begins as a section of the page does."""
    best = ("", 0, 0)
    for file in sorted((site / "content" / "clauses").rglob("*.md")):
        _, front, body = file.read_text("utf-8").split("---\n", 2)
        line = front.count("\n") + 3
        for text in body.split("\n"):
            if text.strip():
                break
            line += 1
        start = opening(re.split(r"\{[{%]", body.strip())[0])
        if start and opening(words).startswith(start) and len(start) > best[2]:
            best = (file.relative_to(site).as_posix(), line, len(start))
    assert best[2] > 10, words
    return best[:2]


def own_words(page: Page, anchor: str) -> str:
    """Return the words of a section without its heading and those below it."""
    return str(
        page.evaluate(
            """anchor => { const one = document.getElementById(anchor).cloneNode(true);
            const others = one.querySelectorAll('h2, h3, h4, h5, h6, section, div, details');
            for (const each of others) each.remove();
            return one.textContent; }""",
            anchor,
        )
    )


@pytest.mark.parametrize(("site", "anchors"), SECTIONS)
def test_the_place_that_is_shown_is_where_the_text_stands(
    site: str, anchors: tuple[str, ...] | int, server: Server, visit: Visit
) -> None:
    """For ten sections of two sites, as a search through all clauses finds it."""
    page = visit(server.origin, kinds=PREVIEW, viewport=DESK).go(f"/{site}/privacy/")
    panel = inspecting(page)
    if isinstance(anchors, int):
        found = page.evaluate(
            "() => [...document.querySelectorAll('main section[id] > p')].map(p => p.parentElement.id)"
        )
        anchors = tuple(dict.fromkeys(found))[:anchors]
    assert len(anchors) == 5
    for anchor in anchors:
        page.locator(f"#{anchor} > p").first.click()
        expect(panel.locator(".trail [aria-current]")).to_have_text(f"#{anchor}")
        file, line = where_it_stands(server.folder, own_words(page, anchor))
        expect(panel.locator(".text .place")).to_have_text(f"{file}:{line}")


def test_every_fact_stands_at_the_line_that_is_shown(server: Server, visit: Visit) -> None:
    """Its value is in that line of that file, and what a group hands down says which group."""
    page = visit(server.origin, kinds=PREVIEW, viewport=DESK).go(PAGE)
    panel = inspecting(page)
    checked = inherited = 0
    for anchor in page.evaluate(
        "() => [...document.querySelectorAll('main section[id]')].map(one => one.id)"
    ):
        panel.get_by_role("button", name="Outline").click() if checked else None
        panel.locator(
            ".outline button", has_text=re.compile(rf"#{anchor}(\s|$|edited|adjusted)")
        ).first.click()
        expect(panel.locator(".trail [aria-current]")).to_have_text(f"#{anchor}")
        for fact in panel.locator(".facts .fact").all():
            if fact.locator("ul").count() or not fact.locator(".place").count():
                continue
            value = fact.locator(".value").inner_text()
            file, _, line = fact.locator(".place").inner_text().rpartition(":")
            lines = (server.folder / file).read_text("utf-8").split("\n")
            stands = " ".join(lines[int(line) - 1 : int(line) + 3])
            for word in re.split(r", |\s", value)[:2]:
                assert word in stands, (value, file, line)
            badge = fact.locator(".badge")
            assert badge.count() == (0 if file.endswith("kp-careers.yaml") else 1), (value, file)
            if badge.count():
                assert file == f"content/entities/{badge.inner_text().removeprefix('from ')}.yaml"
                inherited += 1
            checked += 1
    assert checked >= 10
    assert inherited >= 1


def test_sites_that_share_a_clause_are_links(server: Server, visit: Visit) -> None:
    """They lead to the same section of each, and the number of them to the overview with these alone."""
    visitor = visit(server.origin, kinds=PREVIEW, viewport=DESK)
    having = [site for site in SITES if visitor.go(f"/{site}/privacy/").locator("#children").count()]
    assert 1 < len(having) < len(SITES)
    page = visitor.go("/kp-careers/privacy/")
    panel = inspecting(page)
    page.locator("#children > p").first.click()
    links = panel.locator(".users ul a")
    expect(links).to_have_count(len(having) - 1, timeout=SLOW)
    found = {link.get_attribute("href") for link in links.all()}
    assert found == {f"/{site}/privacy/#children" for site in having if site != "kp-careers"}
    panel.get_by_role("link", name=f"{len(having)} sites").click()
    expect(page.locator("#sites h2 a")).to_have_count(len(having))
    assert {link.get_attribute("href") for link in page.locator("#sites h2 a").all()} == {
        f"/{site}/" for site in having
    }
    expect(page.locator("#filter")).to_have_value("clause:children")


def test_a_place_opens_the_editor(server: Server, visit: Visit) -> None:
    """The command of the setting is run with the file, the line and the column, and no shell in between."""
    asked = server.folder.parent / "asked.json"
    page = visit(server.origin, kinds=PREVIEW, viewport=DESK).go(PAGE)
    panel = inspecting(page)
    page.locator("#emails > p").first.click()
    place = panel.locator(".text .place")
    file, _, line = place.inner_text().rpartition(":")
    place.click()
    server.until(lambda: asked.exists() and bool(asked.read_text()))
    assert json.loads(asked.read_text()) == [str((server.folder / file).resolve()), line, "1"]
    assert panel.locator(".why").count() == 0


def test_variant_edit_and_reason_are_shown(
    tmp_path: Path, serve: Callable[..., Server], visit: Visit
) -> None:
    """What an entity changes of a section stands there with its reason and its line; links open VS Code."""
    site = copy_site(tmp_path / "site")
    (site / "content/clauses/children@short.md").write_text("---\ntitle: Minors\n---\nNo minors, please.\n")
    entity = site / "content/entities/kp-careers.yaml"
    entity.write_text(
        entity.read_text().replace(
            "    adjust:\n",
            "    adjust:\n"
            "      children: {variant: short, because: agreed with counsel}\n"
            "      emails:\n"
            "        because: it has one vendor\n"
            "        edits: {the help of a third-party vendor: the help of Vendor Inc.}\n",
        )
    )
    lines = entity.read_text().split("\n")
    number = {
        word: at
        for at, line in enumerate(lines, 1)
        for word in ("children:", "edits:", "emails:")
        if word in line
    }
    server = serve(site, environment={"POLICYPAGES_EDITOR": "vscode"})
    page = visit(server.origin, kinds=PREVIEW, viewport=DESK).go(PAGE)
    panel = inspecting(page)
    page.locator("#children > p").click()
    expect(panel.locator(".text")).to_contain_text("variant short")
    expect(panel.locator(".text .place")).to_have_text("content/clauses/children@short.md:4")
    expect(panel).to_contain_text("“agreed with counsel”")
    page.locator("#emails > p").first.click()
    expect(panel.locator("del")).to_have_text("the help of a third-party vendor")
    expect(panel.locator("ins")).to_have_text("the help of Vendor Inc.")
    expect(panel).to_contain_text("“it has one vendor”")
    place = panel.locator("div:has(> dd > del) .place")
    expect(place).to_have_text(f"content/entities/kp-careers.yaml:{number['edits:']}")
    assert (place.get_attribute("href") or "").startswith(
        f"vscode://file{entity.resolve()}:{number['edits:']}:"
    )


def test_the_panel_follows_the_page(tmp_path: Path, serve: Callable[..., Server], visit: Visit) -> None:
    """When the section is edited above its text, the line that is shown moves, and the panel stays open."""
    server = serve(copy_site(tmp_path / "site"))
    page = visit(server.origin, kinds=PREVIEW, viewport=DESK).go(PAGE)
    panel = inspecting(page)
    page.locator("#children > p").first.click()
    place = panel.locator(".text .place")
    _, _, line = place.inner_text().rpartition(":")
    clause = server.folder / "content/clauses/children.md"
    text = clause.read_text()
    clause.write_text(text.replace("---\n", "---\n# one\n# two\n", 1) + "\nMore.\n")
    expect(place).to_have_text(f"content/clauses/children.md:{int(line) + 2}", timeout=SLOW)
    expect(page.locator("#children")).to_contain_text("More.")


def test_the_panel_by_keyboard(server: Server, visit: Visit) -> None:
    """Alt+I opens it, arrows and Enter choose a section, Escape closes it and gives focus back."""
    page = visit(server.origin, kinds=PREVIEW, viewport=DESK).go(PAGE)
    frame(page, "[role=toolbar]").wait_for()
    page.keyboard.press("Alt+KeyI")
    panel = frame(page, "aside")
    panel.locator(".outline button").first.wait_for(timeout=SLOW)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(panel.locator(".trail [aria-current]")).to_have_text("#limits")
    page.keyboard.press("ArrowDown")
    expect(panel.locator(".trail [aria-current]")).to_have_text("#security")
    assert page.evaluate("() => document.documentElement.style.marginInlineEnd") != ""
    page.keyboard.press("Escape")
    expect(panel).to_have_count(0)
    assert page.evaluate("() => document.documentElement.style.cssText") == ""
    focused = "() => document.activeElement.shadowRoot.activeElement.textContent"
    assert page.evaluate(focused) == "Inspect"


def test_the_panel_on_a_phone_is_a_sheet(server: Server, visit: Visit) -> None:
    """It leaves the upper part of the window to the page, and what is chosen can be seen there."""
    page = visit(server.origin, kinds=PREVIEW, viewport=PHONE, has_touch=True).go(PAGE)
    panel = inspecting(page)
    box = panel.bounding_box()
    assert box is not None
    assert box["x"] == 0
    assert box["width"] == PHONE["width"]
    assert 0.3 * PHONE["height"] < box["y"] < 0.5 * PHONE["height"]
    for anchor in ("web-logs", "contact"):
        if panel.get_by_role("button", name="Outline").is_visible():
            panel.get_by_role("button", name="Outline").tap()
        panel.locator(".outline button", has_text=f"#{anchor}").first.tap()
        section = page.locator(f"#{anchor}").bounding_box()
        assert section is not None
        assert -1 <= section["y"] < box["y"] - 40, anchor
    assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
    assert panel.evaluate("one => one.scrollWidth <= one.clientWidth")


def test_a_page_without_clauses_says_so(server: Server, visit: Visit) -> None:
    """The list of a site's policies is the theme's own."""
    page = visit(server.origin, kinds=PREVIEW, viewport=DESK).go("/kp-careers/")
    frame(page, "[role=toolbar]").get_by_role("button", name="Inspect").click()
    expect(frame(page, "aside")).to_contain_text("no clause stands on this page")


def test_a_link_of_a_page_works_again_when_the_panel_is_closed(server: Server, visit: Visit) -> None:
    """Clicks choose sections only while the panel is open."""
    page = visit(server.origin, kinds=PREVIEW, viewport=DESK).go(PAGE)
    inspecting(page)
    page.locator("#limits h2").click()
    expect(frame(page, ".trail [aria-current]")).to_have_text("#limits")
    page.keyboard.press("Escape")
    page.locator("nav.contents a", has_text="Emails").click()
    assert page.url.endswith("#emails")
