"""A page in preview while its sources change: problems over it, the page of now, and nothing else."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect
from tests.browser.conftest import PREVIEW, Visit, Visitor
from tests.servecase import Server, copy_site, serving, start, stop

DESK = {"width": 1280, "height": 800}
PHONE = {"width": 390, "height": 844}
PAGE = "/kp-careers/privacy/"
OTHER = "/communication-partners/privacy/"
CLAUSE = "content/clauses/children.md"
ENTITY = "content/entities/kp-careers.yaml"
TEMPLATE = "themes/default/templates/page.html"
SHEET = "themes/default/assets/style.css"
SLOW = 20_000


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """Serve a copy of the example sites."""
    with serving(copy_site(tmp_path / "site")) as server:
        yield server


def save(server: Server, name: str, change: Callable[[str], str]) -> str:
    """Change a source as editors do, by a rename; return what it was."""
    path = server.folder / name
    text = path.read_text("utf-8")
    beside = path.with_name(f".{path.name}.new")
    beside.write_text(change(text), "utf-8")
    beside.replace(path)
    return text


def frame(page: Page, what: str) -> Locator:
    """Find something of what preview puts over a page."""
    return page.locator(f"policypages-frame {what}")


def words(page: Page) -> str:
    """Return the words of the page as its visitors read them."""
    return str(page.evaluate("() => document.body.innerText"))


def stay(page: Page) -> None:
    """Scroll to the middle, and mark the window: a navigation would take the mark away."""
    page.evaluate("() => { document.querySelector('#emails').scrollIntoView(); window.stayed = true; }")


def place(page: Page) -> tuple[bool, float]:
    """Tell whether the page was never left, and where the section is that was scrolled to."""
    top = page.evaluate("() => document.querySelector('#emails').getBoundingClientRect().top")
    return bool(page.evaluate("() => window.stayed === true")), round(top)


BROKEN: dict[str, tuple[str, Callable[[str], str] | None, str, str]] = {
    "yaml": (ENTITY, lambda text: text + "\nname: [\n", "yaml-syntax", "kp-careers.yaml:"),
    "clause": (CLAUSE, lambda text: text + "\nOf {{ nothing.such }} here.\n", "unknown-fact", "children.md:"),
    "template": (TEMPLATE, lambda text: text + "{% if %}", "theme-template", "page.html:"),
    "no clause": (CLAUSE, None, "unknown-clause", "privacy.yaml:"),
    "no entity": (ENTITY, None, "unknown-entity", ""),
}


@pytest.mark.parametrize("view", [DESK, PHONE], ids=["desk", "phone"])
@pytest.mark.parametrize("case", BROKEN)
def test_row_44_an_error_lies_over_the_last_good_page_until_it_is_mended(
    case: str, view: dict[str, int], server: Server, visit: Visit
) -> None:
    """The diagnostics come and go by themselves; the page stays, at its place, and is never left."""
    name, breaks, code, file = BROKEN[case]
    visitor = visit(server.origin, kinds=PREVIEW, viewport=view)
    page = visitor.go(PAGE)
    frame(page, "[role=toolbar]").wait_for()
    stay(page)
    before, there = words(page), place(page)
    path = server.folder / name
    text = path.read_text("utf-8")
    if breaks is None:
        path.unlink()
    else:
        save(server, name, breaks)
    overlay = frame(page, "[role=alertdialog]")
    overlay.wait_for(timeout=SLOW)
    expect(overlay.locator(".code").first).to_have_text(f"error[{code}]")
    if file:
        expect(overlay.locator(".where").first).to_contain_text(file)
    assert (words(page), place(page)) == (before, there)
    assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
    assert overlay.evaluate("one => one.scrollWidth <= one.clientWidth")
    path.write_text(text, "utf-8")
    overlay.wait_for(state="detached", timeout=SLOW)
    assert (words(page), place(page)) == (before, there)
    # and it is alive: the next edit shows, at the same place
    save(server, "content/clauses/emails.md", lambda text: text + "\nAlive again.\n")
    expect(page.locator("#emails")).to_contain_text("Alive again.", timeout=SLOW)
    assert place(page) == there


def test_the_excerpt_is_that_of_the_terminal(server: Server, visit: Visit) -> None:
    """File, line, the words of the line, the mark under the letters that are wrong, and the hint."""
    line = "Write to {{ contacts.privcy.email }} at once."
    page = visit(server.origin, kinds=PREVIEW, viewport=DESK).go(PAGE)
    text = save(server, CLAUSE, lambda text: f"{text}\n{line}\n")
    number = len(text.split("\n")) + 1
    overlay = frame(page, "[role=alertdialog]")
    expect(overlay.locator(".where .place")).to_have_text(f"{CLAUSE}:{number}", timeout=SLOW)
    source = overlay.locator(".source")
    expect(source).to_have_text(line)
    marked = source.locator("mark")
    expect(marked).to_have_text("contacts.privcy")
    carets = "^" * len("contacts.privcy")
    assert carets in marked.evaluate("one => getComputedStyle(one, '::after').content")
    expect(overlay.locator("dd.hint")).to_have_text("did you mean contacts.privacy?")
    server.until(lambda: f"{CLAUSE}:{number}:13" in server.text and line in server.text)


def test_escape_hides_problems_and_the_next_state_brings_them_back(server: Server, visit: Visit) -> None:
    """The page can be read meanwhile; a button tells of them, and focus stays where it was all the time."""
    page = visit(server.origin, kinds=PREVIEW, viewport=DESK).go(PAGE)
    link = page.locator("main a").first
    link.focus()
    focused = "() => document.activeElement.matches('main a')"
    text = save(server, CLAUSE, lambda text: text + "\n{{ nothing.such }}\n")
    overlay = frame(page, "[role=alertdialog]")
    overlay.wait_for(timeout=SLOW)
    assert page.evaluate(focused)
    page.keyboard.press("Escape")
    overlay.wait_for(state="detached")
    trouble = frame(page, ".trouble")
    expect(trouble).to_have_text("1 problem")
    assert page.evaluate(focused)
    trouble.click()
    overlay.wait_for()
    overlay.get_by_role("button", name="Hide").click()
    overlay.wait_for(state="detached")
    # it is saved again, and no better
    save(server, CLAUSE, lambda text: text + "\n")
    overlay.wait_for(timeout=SLOW)
    page.keyboard.press("Escape")
    save(server, CLAUSE, lambda _: text + "\n{{ nothing.else_ }}\n")
    expect(overlay).to_contain_text("nothing.else_", timeout=SLOW)
    save(server, CLAUSE, lambda _: text)
    overlay.wait_for(state="detached", timeout=SLOW)
    expect(trouble).to_be_hidden()


def test_a_page_that_was_never_good_shows_its_problems_alone(server: Server, watch: Visit) -> None:
    """They fill the window, also after another edit that mends nothing; mended, the page itself is there."""
    text = save(server, CLAUSE, lambda text: text + "\n{{ nothing.such }}\n")
    visitor = watch(server.origin, kinds=PREVIEW, viewport=DESK)
    page = visitor.page
    page.goto(server.origin + PAGE)
    overlay = frame(page, "[role=alertdialog]")
    overlay.wait_for()
    box = overlay.bounding_box()
    assert box is not None
    assert (box["width"], box["height"]) == (DESK["width"], DESK["height"])
    page.keyboard.press("Escape")
    expect(overlay).to_be_visible()
    save(server, CLAUSE, lambda _: text + "\n{{ nothing.else_ }}\n")
    expect(overlay).to_contain_text("nothing.else_", timeout=SLOW)
    save(server, CLAUSE, lambda _: text)
    expect(page.locator("h1")).to_have_text("Privacy Statement", timeout=SLOW)
    overlay.wait_for(state="detached")
    # the browser says of the first answer that it was a fault, and there is nothing else to say
    assert {one.partition(":")[0] for one in visitor.seen} <= {"500", "console error"}
    assert all("500" in one for one in visitor.seen), visitor.seen


def test_no_text_of_a_source_becomes_markup(server: Server, visit: Visit) -> None:
    """A line with tags and scripts in it is shown as it stands."""
    page = visit(server.origin, kinds=PREVIEW, viewport=DESK).go(PAGE)
    evil = "<img src=x onerror=alert(1)></script><script>alert(2)</script>"
    save(server, CLAUSE, lambda text: f"{text}\n{{{{ nothing.such }}}} {evil}\n")
    overlay = frame(page, "[role=alertdialog]")
    expect(overlay.locator(".source")).to_contain_text(evil, timeout=SLOW)
    assert overlay.locator("img, script").count() == 0


def test_no_theme_reaches_what_stands_over_the_page(server: Server, visit: Visit) -> None:
    """A theme that hides, moves and colours everything changes nothing of it."""
    page = visit(server.origin, kinds=PREVIEW, viewport=DESK).go(PAGE)
    save(server, CLAUSE, lambda text: text + "\n{{ nothing.such }}\n")
    overlay = frame(page, "[role=alertdialog]")
    overlay.wait_for(timeout=SLOW)
    look = """one => [one, ...one.querySelectorAll('h2, .message, .source, button')].map(each => {
      const { color, fontSize, fontFamily, backgroundColor, display } = getComputedStyle(each);
      const { x, y, width, height } = each.getBoundingClientRect();
      return { color, fontSize, fontFamily, backgroundColor, display, x, y, width, height };
    })"""
    before = overlay.evaluate(look)
    hostile = """*, policypages-frame { --paper: red; --ink: red !important; color: red !important;
      font: 40px serif !important; display: inline !important; position: static !important; direction: rtl;
      opacity: 0.1 !important; visibility: hidden !important; z-index: -1 !important; rotate: 9deg; }"""
    page.evaluate(
        """css => { const sheet = new CSSStyleSheet(); sheet.replaceSync(css);
        document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet]; }""",
        hostile,
    )
    assert page.locator("h1").evaluate("one => getComputedStyle(one).color") == "rgb(255, 0, 0)"
    assert overlay.evaluate(look) == before
    expect(overlay).to_be_visible()


def test_a_stylesheet_is_swapped_and_the_page_stays(server: Server, visit: Visit) -> None:
    """Without a reload, without a flash of the bare page, and where one was reading."""
    visitor = visit(server.origin, kinds=PREVIEW, viewport=DESK)
    page = visitor.go(PAGE)
    stay(page)
    there = place(page)
    page.evaluate(
        """() => { window.bare = 0; const look = () => {
        if (getComputedStyle(document.querySelector('main')).paddingTop === '0px') window.bare += 1;
        requestAnimationFrame(look); }; look(); }"""
    )
    documents = [one for one in visitor.asked if one.endswith(PAGE)]
    for colour in ("rgb(1, 2, 3)", "rgb(4, 5, 6)"):
        save(server, SHEET, lambda text, colour=colour: f"{text}\nh1 {{ color: {colour} }}\n")  # type: ignore[misc]
        expect(page.locator("h1")).to_have_css("color", colour, timeout=SLOW)
        assert place(page) == there
    assert page.locator("head link[rel=stylesheet]").count() == 1
    assert page.evaluate("() => window.bare") == 0
    assert [one for one in visitor.asked if one.endswith(PAGE)] == documents


def test_an_edit_reaches_the_pages_that_change_and_no_others(server: Server, visit: Visit) -> None:
    """The words are new, the reader is where he was, with what he had opened; other pages do not stir."""
    page = visit(server.origin, kinds=PREVIEW, viewport=PHONE).go(PAGE)
    other = visit(server.origin, kinds=PREVIEW, viewport=PHONE).go(OTHER)
    for one in (page, other):
        frame(one, "[role=toolbar]").wait_for()
        one.evaluate(
            """() => { window.stirred = 0; new MutationObserver(() => { window.stirred += 1; })
            .observe(document, { childList: true, subtree: true, attributes: true, characterData: true });
            }"""
        )
    page.locator("main nav details summary").click()
    stay(page)
    page.locator("#emails a, #emails").first.evaluate(
        "one => one.closest('section').setAttribute('tabindex', -1)"
    )
    there = place(page)
    # above what is being read a section grows
    save(server, "content/clauses/limits.md", lambda text: text + "\nNew words.\n\nAnd more.\n")
    expect(page.locator("#limits")).to_contain_text("And more.", timeout=SLOW)
    assert place(page) == there
    assert page.locator("main nav details").get_attribute("open") is not None
    assert page.evaluate("() => window.stirred") > 0
    text = words(other)
    save(server, CLAUSE, lambda text: text + "\nAnother edit.\n")
    expect(page.locator("#children")).to_contain_text("Another edit.", timeout=SLOW)
    assert "Another edit." not in text
    assert other.evaluate("() => window.stirred") == 0


def test_a_page_in_place_is_the_page_that_a_visit_gives(server: Server, visit: Visit) -> None:
    """After edits of title, language, head and body, nothing of the old page is left."""
    page = visit(server.origin, kinds=PREVIEW, viewport=DESK).go(PAGE)
    stay(page)
    save(server, ENTITY, lambda text: text.replace("name: Kaiser Permanente Careers", "name: Another Name"))
    expect(page.locator(".site-name")).to_have_text("Another Name", timeout=SLOW)
    save(
        server,
        "themes/default/templates/layout.html",
        lambda text: text.replace('dir="{{ dir }}"', 'dir="{{ dir }}" class="is-new"').replace(
            "{% block head %}", '<meta name="added" content="yes">{% block head %}'
        ),
    )
    save(server, SHEET, lambda text: text + "\nh1 { color: rgb(1, 2, 3) }\n")
    expect(page.locator("h1")).to_have_css("color", "rgb(1, 2, 3)", timeout=SLOW)
    expect(page.locator("html.is-new")).to_have_count(1, timeout=SLOW)
    assert page.evaluate("() => window.stayed") is True
    look = """() => [document.documentElement.cloneNode(true)].map(one => {
      for (const each of one.querySelectorAll('policypages-frame, policypages-preview')) each.remove();
      return one.outerHTML.replace(/>\\s+</g, '><').trim(); })[0]"""
    fresh = visit(server.origin, kinds=PREVIEW, viewport=DESK).go(PAGE)
    page.wait_for_timeout(300)
    assert page.evaluate(look) == fresh.evaluate(look)


def test_a_lost_line_is_said_and_found_again(tmp_path: Path, watch: Visit) -> None:
    """While the server is away the page says so; when it is back the page shows what it missed."""
    folder = copy_site(tmp_path / "site")
    server = start(folder)
    visitor = watch(server.origin, kinds=PREVIEW, viewport=DESK)
    try:
        page = visitor.go(PAGE)
        frame(page, "[role=toolbar]").wait_for()
        stay(page)
        there = place(page)
        stop(server, signal.SIGTERM)
        lost = frame(page, ".lost")
        expect(lost).to_have_text("Connection lost, trying again", timeout=SLOW)
        save(server, CLAUSE, lambda text: text + "\nMeanwhile.\n")
        server = start(folder, port=server.port)
        expect(page.locator("#children")).to_contain_text("Meanwhile.", timeout=SLOW)
        expect(lost).to_be_hidden()
        assert place(page) == there
        # what is wrong when it comes back is shown, and what was wrong when it went is not
        save(server, CLAUSE, lambda text: text + "\n{{ nothing.such }}\n")
        overlay = frame(page, "[role=alertdialog]")
        overlay.wait_for(timeout=SLOW)
        stop(server, signal.SIGTERM)
        save(server, CLAUSE, lambda text: text.replace("\n{{ nothing.such }}\n", ""))
        server = start(folder, port=server.port)
        overlay.wait_for(state="detached", timeout=SLOW)
    finally:
        stop(server, signal.SIGTERM)
    assert all("WebSocket" in one or "ERR_CONNECTION" in one for one in visitor.seen), visitor.seen


def test_the_page_of_a_deleted_entity_says_so(server: Server, visit: Visit) -> None:
    """It is told what happened and where all other sites are; the overview does not have it any more."""
    visitor = visit(server.origin, kinds=PREVIEW, viewport=DESK)
    page = visitor.go(PAGE)
    frame(page, "[role=toolbar]").wait_for()
    (server.folder / ENTITY).unlink()
    overlay = frame(page, "[role=alertdialog]")
    expect(overlay).to_contain_text("there is no entity kp-careers any more", timeout=SLOW)
    expect(overlay).to_contain_text("This page is gone")
    overlay.get_by_role("link", name="All sites").click()
    expect(page.locator("#sites h2")).to_have_count(3)
    expect(page.locator("#sites")).not_to_contain_text("Careers")


def test_an_address_that_nobody_has_leads_to_the_overview(server: Server, watch: Visit) -> None:
    """In plain words, on the name of a site, too."""
    for host, path in (("localhost", "/no-such-site/"), ("kp-careers.localhost", "/no/such/")):
        visitor: Visitor = watch(f"http://{host}:{server.port}", kinds=PREVIEW, viewport=DESK)
        page = visitor.page
        page.goto(visitor.origin + path)
        if host == "localhost":
            expect(page.locator("main")).to_contain_text("There is no entity no-such-site.")
            page.locator("main").get_by_role("link", name="All sites").click()
        else:
            frame(page, "a").get_by_text("All sites").click()
        page.wait_for_url(f"http://localhost:{server.port}/_overview/")
        expect(page.locator("#sites h2")).to_have_count(4)
