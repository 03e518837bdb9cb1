"""The overview of preview: filtered as one types, walked by keys, told how far the index is."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, Route, expect
from tests.browser.conftest import PREVIEW, Visit
from tests.servecase import Server, copy_site, serving

DESK = {"width": 1280, "height": 800}
PHONE = {"width": 390, "height": 844}
MANY = 350
SLOW = 30_000


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Serve the example sites, and some hundred more below one of them."""
    site = copy_site(tmp_path_factory.mktemp("overview") / "site")
    for at in range(MANY):
        text = f"extends: kp-careers\nname: Branch number {at}\n"
        (site / f"content/entities/branch-{at:04}.yaml").write_text(text)
    with serving(site) as server:
        yield server


@pytest.fixture
def page(server: Server, visit: Visit) -> Page:
    """Open the overview, and wait until the index is done."""
    page: Page = visit(server.origin, kinds=PREVIEW, viewport=DESK).go("/_overview/")
    expect(page.locator("#state")).to_have_text(f"{MANY + 4} sites", timeout=SLOW)
    return page


def names(page: Page) -> Locator:
    """Find the names of the sites that are shown."""
    return page.locator("#sites h2")


def test_it_filters_by_name_id_policy_and_clause(page: Page) -> None:
    """All words must be found; the address keeps the filter, and what it says is the number of all found."""
    for words, count in (
        ("businessnet", 1),
        ("KP-EMPLOYEES", 1),
        ("branch 0012", 1),
        ("number 34", 14),  # in the name, or in the id
        ("privacy policy", 1),  # one site calls its policy so, the others Privacy Statement
        ("clause:enrollment/cookies", 1),
        ("clause:children", MANY + 2),
        ("clause:children businessnet", 1),
        ("policy:privacy branch", MANY),
    ):
        page.locator("#filter").fill(words)
        expect(page.locator("#state")).to_have_text(f"{count} of {MANY + 4} sites", timeout=SLOW)
        expect(names(page)).to_have_count(min(count, 100))
    page.locator("#filter").fill("no such site")
    expect(page.locator("#nothing")).to_have_text("No site matches “no such site”.")
    page.reload()
    expect(page.locator("#filter")).to_have_value("no such site")
    expect(page.locator("#nothing")).to_be_visible()


def test_it_offers_the_clauses_that_a_word_may_mean(page: Page) -> None:
    """A click on one asks for the sites that use it."""
    page.locator("#filter").fill("employee-inf")
    page.get_by_role("button", name="clause:enrollment/employee-information").click()
    expect(names(page)).to_have_count(1)
    expect(page.locator("#filter")).to_have_value("clause:enrollment/employee-information ")


def test_only_the_last_question_counts(page: Page) -> None:
    """An answer that comes late to an older question is never shown."""
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/_preview/index?*q=branch-0001*", hold)
    page.locator("#filter").fill("branch-0001")
    page.wait_for_timeout(300)
    assert len(held) == 1
    page.locator("#filter").fill("branch-0002")
    expect(names(page)).to_have_text(["Branch number 2"])
    page.unroute("**/_preview/index?*q=branch-0001*")
    page.wait_for_timeout(200)
    expect(names(page)).to_have_text(["Branch number 2"])
    # as fast as one types, one question is asked
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.locator("#filter").fill("")
    page.locator("#filter").press_sequentially("businessnet", delay=20)
    expect(names(page)).to_have_text(["Kaiser Permanente BusinessNet"])
    assert len(asked) <= 4, asked


def test_it_is_walked_by_keys(page: Page) -> None:
    """Down and up over sites, right and left over the pages of one, Enter opens, a slash filters."""
    focused = "() => document.activeElement.textContent || document.activeElement.id"
    assert page.evaluate(focused) == "filter"
    page.keyboard.press("ArrowDown")
    assert page.evaluate(focused) == "Branch number 0"
    page.keyboard.press("ArrowDown")
    assert page.evaluate(focused) == "Branch number 1"
    page.keyboard.press("ArrowRight")
    assert page.evaluate(focused) == "Privacy Statement"
    page.keyboard.press("ArrowUp")
    assert page.evaluate(focused) == "Branch number 0"
    page.keyboard.press("ArrowUp")
    assert page.evaluate(focused) == "filter"
    page.keyboard.press("ArrowDown")
    page.keyboard.press("/")
    assert page.evaluate(focused) == "filter"
    page.keyboard.type("businessnet")
    expect(names(page)).to_have_count(1)
    page.keyboard.press("Enter")
    page.wait_for_url("**/kp-businessnet/privacy/")
    page.go_back()
    expect(page.locator("#filter")).to_have_value("businessnet")


def test_it_comes_in_parts(page: Page) -> None:
    """A hundred first, and more when one scrolls there, each site once and in order."""
    expect(names(page)).to_have_count(100)
    for _ in range(6):
        page.locator(".more").scroll_into_view_if_needed()
        page.wait_for_timeout(250)
    expect(names(page)).to_have_count(MANY + 4)
    ids = page.evaluate("() => [...document.querySelectorAll('#sites h2 a')].map(one => one.pathname)")
    assert ids == sorted(set(ids))
    expect(page.locator("#more")).to_be_hidden()


def test_it_follows_the_files(page: Page, server: Server) -> None:
    """A site that comes, changes its name or goes is shown so, and the filter and focus stay."""
    page.locator("#filter").fill("branch-000")
    expect(names(page)).to_have_count(10)
    file = server.folder / "content/entities/branch-0003.yaml"
    text = file.read_text()
    page.keyboard.press("ArrowDown")
    file.write_text(text.replace("Branch number 3", "Renamed"))
    expect(names(page).nth(3)).to_have_text("Renamed", timeout=SLOW)
    file.unlink()
    expect(names(page)).to_have_count(9, timeout=SLOW)
    file.write_text(text)
    expect(names(page).nth(3)).to_have_text("Branch number 3", timeout=SLOW)
    assert page.evaluate("() => document.activeElement.textContent") == "Branch number 0"


def test_samples_and_drafts_are_marked(page: Page) -> None:
    """A sample says so, and the page says that it shows drafts."""
    expect(page.locator("#mode")).to_have_text("drafts")
    page.locator("#filter").fill("kp-careers")
    expect(page.locator("#sites .tag").first).to_have_text("sample")


def test_it_says_how_far_the_index_is(tmp_path: Path, watch: Visit) -> None:
    """From the first moment there are names to choose from; the number rises until all is known."""
    site = copy_site(tmp_path / "site")
    for at in range(1500):
        (site / f"content/entities/many-{at:05}.yaml").write_text(f"extends: kp-careers\nname: Many {at}\n")
    with serving(site) as server:
        page = watch(server.origin, kinds=PREVIEW, viewport=PHONE).page
        page.add_init_script(
            """window.said = []; addEventListener('DOMContentLoaded', () => {
            const state = document.querySelector('#state');
            const hear = () => window.said.push(state.textContent);
            new MutationObserver(hear).observe(state, { childList: true }); });"""
        )
        page.goto(server.origin + "/_overview/")
        expect(names(page)).to_have_count(100)
        expect(page.locator("#state")).to_have_text("1,504 sites", timeout=60_000)
        said = page.evaluate("() => window.said")
        far = [
            int(one.split("indexing ")[1].split(" of ")[0].replace(",", ""))
            for one in said
            if "indexing" in one
        ]
        assert far, said
        assert far == sorted(far)
        assert {one.rpartition(" of ")[2] for one in said if "indexing" in one} == {"1,505"}
        assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
        expect(page.locator("#progress")).to_be_hidden()


def test_our_colours_are_those_of_the_default_theme(root: Path) -> None:
    """What preview shows of itself has the colours and letters of the product, in the light and the dark."""

    def tokens(path: Path) -> list[dict[str, str]]:
        text = path.read_text("utf-8").split("@media print")[0]
        found: list[dict[str, str]] = []
        for block in text.split("--paper: ")[1:3]:
            lines = ("--paper: " + block).split("}")[0].split(";")
            pairs = (line.strip().partition(": ") for line in lines if line.strip().startswith("--"))
            found.append({name: value for name, _, value in pairs})
        return found

    ours = tokens(root / "generator/policypages/preview/client/tokens.css")
    theirs = tokens(root / "themes/default/assets/style.css")
    for own, other in zip(ours, theirs, strict=True):
        shared = own.keys() & other.keys()
        assert len(shared) >= 11
        assert {name: own[name] for name in shared} == {name: other[name] for name in shared}
