"""The Nu HTML checker and axe-core read every page of the example sites and of the starter."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, sync_playwright
from tests.browser.conftest import QUIET, _chromium, serving

pytestmark = [pytest.mark.more, pytest.mark.timeout(300)]

ROOT = Path(__file__).resolve().parents[2]
MODULES = Path(__file__).parent / "node_modules"
JAR = MODULES / "vnu-jar" / "build" / "dist" / "vnu.jar"
AXE = MODULES / "axe-core" / "axe.min.js"
WAYS = {
    "light": {"color_scheme": "light", "viewport": {"width": 1280, "height": 800}},
    "dark": {"color_scheme": "dark", "viewport": {"width": 1280, "height": 800}},
    "narrow": {"color_scheme": "light", "viewport": {"width": 320, "height": 640}},
}


def _policypages(*told: str | Path, **environment: str) -> None:
    command = [sys.executable, "-m", "policypages", *map(str, told)]
    subprocess.run(command, check=True, capture_output=True, env={**os.environ, **environment})


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the example sites and the starter side by side, and the starter with two releases."""
    top = tmp_path_factory.mktemp("pages")
    _policypages("-C", ROOT, "build", "--out", top / "examples")
    _policypages("init", top.parent / f"{top.name}-starter")
    starter = top.parent / f"{top.name}-starter"
    _policypages("-C", starter, "build", "--out", top / "starter")
    _policypages("-C", ROOT / "examples" / "languages", "build", "--out", top / "languages")
    shop = starter / "content" / "entities" / "acme-shop.yaml"
    for day, years in (("1767700000", "7 years"), ("1769900000", "10 years")):
        shop.write_text(shop.read_text("utf-8").replace("7 years", years), "utf-8")
        told = ("release", "acme-shop/*", "--summary", f"We keep orders for {years}", "--material")
        _policypages("-C", starter, *told, SOURCE_DATE_EPOCH=day)
    _policypages("-C", starter, "build", "--out", top / "released", "--as-of", "2026-02-10")
    assert len(list((top / "released").rglob("changes/index.html"))) == 1
    return top


def _pages(built: Path) -> list[str]:
    found = sorted(path.relative_to(built).as_posix() for path in built.rglob("*.html"))
    assert len(found) > 12
    return found


def test_row_21_the_html_checker_finds_nothing(built: Path) -> None:
    """Every page is HTML to the letter: the Nu checker has no error, but for roles that it calls needless."""
    java = shutil.which("java")
    assert java, "Java is not here: install a Java runtime, 11 or newer"
    told = [java, "-jar", str(JAR), "--format", "json", "--stdout", "--exit-zero-always", *_pages(built)]
    done = subprocess.run(told, cwd=built, capture_output=True, text=True, check=True)
    found = [
        (one["url"].rpartition(built.name)[2], one["lastLine"], one["message"])
        for one in json.loads(done.stdout)["messages"]
        if one["type"] == "error"
    ]
    assert found == []


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Start Chromium."""
    root = hasattr(os, "geteuid") and os.geteuid() == 0
    with sync_playwright() as playwright:
        arguments = [*QUIET, *(["--no-sandbox"] if root else [])]
        chromium = playwright.chromium.launch(executable_path=_chromium(), args=arguments)
        yield chromium
        chromium.close()


@pytest.mark.parametrize("way", WAYS)
def test_row_21_axe_finds_no_violation(built: Path, browser: Browser, way: str) -> None:
    """No page is a barrier: not in the light, not in the dark, and not on the narrowest phone."""
    assert _violations(built, browser, way) == {}


def _violations(built: Path, browser: Browser, way: str) -> dict[str, list[str]]:
    """Run axe over every page below a folder, and return what it finds, by page."""
    script = AXE.read_text("utf-8")
    options: dict[str, Any] = {"reduced_motion": "reduce", "bypass_csp": True, **WAYS[way]}
    context = browser.new_context(**options)
    page = context.new_page()
    found: dict[str, list[str]] = {}
    with ExitStack() as hosts:
        origin = hosts.enter_context(serving(built))
        for name in _pages(built):
            # what is shown for an address that is not there begins at the root of its site
            rooted = name.endswith("404.html")
            host = hosts.enter_context(serving((built / name).parent)) if rooted else origin
            page.goto(f"{host}/404.html" if rooted else f"{host}/{name}", wait_until="load")
            page.evaluate(script)
            # a rule of WCAG 2.2 that axe leaves off by itself
            told = page.evaluate("() => axe.run(document, {rules: {'target-size': {enabled: true}}})")
            assert told["passes"]
            if told["violations"]:
                found[name] = [
                    f"{one['id']}: {node['html'][:120]}"
                    for one in told["violations"]
                    for node in one["nodes"]
                ]
    context.close()
    return found


# ---- names in every script

NAMES = {
    "arabic": ("ar", "rtl", "مؤسسة النور (Acme) 2026"),
    "hebrew": ("he", "rtl", "חברת אלפא ABC בע״מ"),
    "japanese": ("ja", "ltr", "株式会社山田製作所"),
    "chinese": ("zh", "ltr", "北京示例科技有限公司"),
    "emoji": ("en", "ltr", "🦊 Fox 👩‍👩‍👧‍👦 & Søn 🇳🇴"),
    "unseen": ("en", "ltr", "Long\u00adname\u00a0of\u200ba\u2060house"),
    "turned": ("en", "ltr", "Acme \u202etxet desrever\u202c and \u2067עברית\u2069"),
}
SCRIPTS = {
    "policypages.yaml": "title: Names\nnames: {contacts: [privacy], retention: [orders]}\n"
    "fallback: {ar: en, he: en, ja: en, zh: en}\n",
    "content/policies/privacy.yaml": "title: Privacy\nsections: [opening, {clause: kept, numbered: true}]\n",
    "content/clauses/opening.md": "---\ntitle: Who {{ name }} is\nshows: contacts.privacy\n---\n"
    "**{{ name }}** says so: [{{ name }}](#kept).\n",
    "content/clauses/kept.md": "---\ntitle: What {{ name }} keeps\nshows: cookies\n---\n"
    "| who | how long |\n|---|---|\n| {{ name }} | {{ retention.orders }} |\n",
}


@pytest.fixture(scope="module")
def scripts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build a site for each name."""
    top = tmp_path_factory.mktemp("scripts")
    files = dict(SCRIPTS)
    for id_, (locale, _, name) in NAMES.items():
        files[f"content/entities/{id_}.yaml"] = (
            f"name: {name}\nurl: https://{id_}.example/legal/\nlocales: [{locale}]\n"
            f"contacts: {{privacy: {{organisation: '{name}', email: a@example.org}}}}\n"
            f"cookies: {{sid: {{type: session, purpose: '{name}'}}}}\n"
            "retention: {orders: 7 years}\npolicies: {privacy: {}}\n"
        )
    for path, text in files.items():
        file = top / "site" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8")
    _policypages("-C", top / "site", "build", "--out", top / "out")
    return top / "out"


@pytest.mark.parametrize("way", WAYS)
def test_row_53_names_in_every_script_are_no_barrier(scripts: Path, browser: Browser, way: str) -> None:
    """Names from the right, without spaces, of pictures and of unseen characters make pages as good."""
    assert _violations(scripts, browser, way) == {}


@pytest.mark.parametrize("id_", NAMES)
def test_row_53_names_in_every_script_are_kept(scripts: Path, browser: Browser, id_: str) -> None:
    """A browser has the name to the letter, in the language and direction of the page."""
    locale, direction, name = NAMES[id_]
    page = browser.new_page()
    with serving(scripts) as origin:
        page.goto(f"{origin}/{id_}/privacy/", wait_until="load")
        assert page.evaluate("() => [document.documentElement.lang, document.documentElement.dir]") == [
            locale,
            direction,
        ]
        assert (
            page.evaluate("() => getComputedStyle(document.querySelector('article')).direction") == direction
        )
        for part in ("article h2", "article strong", "article td, article tbody th", "address .name"):
            words = page.evaluate("(part) => document.querySelector(part).textContent", part)
            assert name in words
        assert name in page.title()
    page.close()
