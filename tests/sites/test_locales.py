"""The example in English, German and Arabic, which is read from the right: pages, words, addresses, dates."""

from __future__ import annotations

import datetime
import posixpath
import shutil
from pathlib import Path
from typing import Any, Final
from xml.etree import ElementTree as ET

import pytest
from lxml import html

from policypages import build as pipeline
from policypages.diagnostics import Diagnostic
from policypages.sources import open_folder
from policypages.write import open_output

SITE: Final = Path(__file__).resolve().parents[2] / "examples" / "languages"
DAY: Final = datetime.date(2026, 1, 1)
GERMAN: Final = "acme/de/datenschutz/index.html"
ENGLISH: Final = "acme/privacy/index.html"
ARABIC: Final = "acme/ar/privacy/index.html"


def check(folder: Path) -> list[Diagnostic]:
    """Look for problems, and write nothing."""
    sources, found = open_folder(folder)
    assert sources is not None, found
    plan, found = pipeline.plan_build(sources, pipeline.Previous(), pipeline.Options(DAY))
    return pipeline.carry_out(plan, None).diagnostics if plan else found


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the site once."""
    out = tmp_path_factory.mktemp("locales") / "output"
    sources, found = open_folder(SITE)
    assert sources is not None, found
    output, found = open_output(SITE, out)
    assert output is not None, found
    with output:
        plan, found = pipeline.plan_build(sources, pipeline.Previous(), pipeline.Options(DAY))
        assert plan is not None, found
        report = pipeline.carry_out(plan, output)
    assert report.diagnostics == []
    return out


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """Return a copy of the site's sources, to break."""
    return Path(shutil.copytree(SITE, tmp_path / "site"))


def page(built: Path, path: str) -> Any:
    """Read a page."""
    return html.fromstring((built / path).read_bytes())


def words(built: Path, path: str) -> str:
    """Return the words of an article."""
    return " ".join(page(built, path).find(".//article").text_content().split())


def test_the_first_locale_stands_at_the_path_and_others_under_their_own(built: Path) -> None:
    """English pages are where the policies say, German ones under `de/`, at the paths of that locale."""
    found = {path.relative_to(built).as_posix() for path in (built / "acme").rglob("*.html")}
    assert found == {
        "acme/404.html",
        "acme/index.html",
        "acme/privacy/index.html",
        "acme/cookies/index.html",
        "acme/de/index.html",
        "acme/de/datenschutz/index.html",
        "acme/de/kekse/index.html",
        "acme/ar/index.html",
        "acme/ar/privacy/index.html",
        "acme/ar/cookies/index.html",
    }


@pytest.mark.parametrize(
    ("path", "lang", "direction"),
    [(ENGLISH, "en", "ltr"), (GERMAN, "de", "ltr"), (ARABIC, "ar", "rtl")],
)
def test_a_page_says_its_language_and_direction(built: Path, path: str, lang: str, direction: str) -> None:
    """`lang` and `dir` stand on the page and on its article."""
    tree = page(built, path)
    for element in (tree, tree.find(".//article")):
        assert (element.get("lang"), element.get("dir")) == (lang, direction)


def test_a_page_names_its_other_locales(built: Path) -> None:
    """Every locale of a page is an alternate of all, itself included; all others are sent to the first."""
    wanted = {
        "en": "https://acme.example/privacy/",
        "de": "https://acme.example/de/datenschutz/",
        "ar": "https://acme.example/ar/privacy/",
        "x-default": "https://acme.example/privacy/",
    }
    homes = {"en": "", "de": "de/", "ar": "ar/", "x-default": ""}
    for path in (ENGLISH, GERMAN, ARABIC):
        links = page(built, path).xpath("//link[@rel='alternate'][@hreflang]")
        assert {link.get("hreflang"): link.get("href") for link in links} == wanted
    for path in ("acme/index.html", "acme/ar/index.html"):
        links = page(built, path).xpath("//link[@rel='alternate'][@hreflang]")
        assert {link.get("hreflang"): link.get("href") for link in links} == {
            locale: f"https://acme.example/{home}" for locale, home in homes.items()
        }
    assert not page(built, "acme/404.html").xpath("//link[@rel='alternate'][@hreflang]"), "it has one"


def test_a_reader_can_switch_to_the_locales_that_exist(built: Path) -> None:
    """The switcher names each language in its own words and direction, and marks the one that is read."""
    for path, here in ((ENGLISH, "en"), ("acme/de/index.html", "de")):
        links = page(built, path).xpath("//nav[@class='languages']//a")
        assert [(link.get("lang"), link.get("dir"), link.text) for link in links] == [
            ("en", "ltr", "English"),
            ("de", "ltr", "Deutsch"),
            ("ar", "rtl", "العربية"),
        ]
        assert [link.get("lang") for link in links if link.get("aria-current")] == [here]


def test_facts_are_laid_over_for_a_locale(built: Path) -> None:
    """What stands under `in: {de: …}`, the group's and the entity's own, holds on German pages alone."""
    english, german = words(built, ENGLISH), words(built, GERMAN)
    assert "1 Main Street" in english
    assert "Hauptstraße 1" in german
    assert "1 Main Street" not in german
    assert "twocookies" not in english
    assert "We set two of them: session and persistent." in words(built, "acme/cookies/index.html")
    assert "Wir setzen ein" in words(built, "acme/de/kekse/index.html")
    assert "hält Sie angemeldet" in words(built, "acme/de/kekse/index.html")
    assert "uid" not in words(built, "acme/de/kekse/index.html")


def test_words_are_made_in_the_locale(built: Path) -> None:
    """Dates, series, durations and labels follow the page's language."""
    english, german = words(built, ENGLISH), words(built, GERMAN)
    assert "since January 24, 2023." in english
    assert "seit 24. Januar 2023." in german
    assert "saws, axes, or drills" in english
    assert "Sägen, Äxte oder Bohrer" in german
    assert "7 years" in english
    assert "7 Jahre" in german
    arabic = words(built, ARABIC)
    for said in ("منذ 24 يناير 2023", "المناشير أو الفؤوس أو المثاقب", "7 سنوات", "البريد الإلكتروني"):
        assert said in arabic
    assert "mailing address, email address, and telephone number" in english
    assert "Postanschrift, E-Mail-Adresse und Telefonnummer" in german
    assert page(built, GERMAN).xpath("string(//dl[@class='dates'])").split() == [
        "Zuletzt",
        "aktualisiert",
        "24.",
        "Januar",
        "2023",
    ]


def test_edits_belong_to_one_locale(built: Path) -> None:
    """Edits at top level are of the first locale's words; a locale has its own."""
    assert "entirely" in words(built, ENGLISH)
    assert "vollständig" in words(built, GERMAN)
    assert "auf Dauer" not in words(built, GERMAN)


def test_titles_and_addresses_of_a_policy_follow_the_locale(built: Path) -> None:
    """A policy states its title, path and adjustments for a locale; a title it does not state stays."""
    german = page(built, GERMAN)
    assert german.xpath("string(//h1)") == "Datenschutzerklärung"
    assert [h.text_content() for h in german.iter("h2")] == ["Allgemeines", "Kontakt"]
    assert page(built, "acme/de/kekse/index.html").xpath("string(//h1)") == "Cookies"


def test_every_relative_link_leads_to_a_file(built: Path) -> None:
    """Links among pages, locales and assets resolve, from wherever they stand."""
    seen = 0
    for file in sorted(built.rglob("index.html")):
        tree: Any = html.fromstring(file.read_bytes())
        for address in (*tree.xpath("//@href"), *tree.xpath("//@src")):
            if ":" in address:
                continue
            path, _, anchor = str(address).partition("#")
            target = Path(posixpath.normpath(file.parent / path)) if path else file
            target = target / "index.html" if target.is_dir() else target
            assert target.is_file(), (file, address)
            if anchor:
                ids = page(built, target.relative_to(built).as_posix()).xpath("//@id")
                assert anchor in ids, (file, address)
            seen += 1
    assert seen > 50


def test_the_sitemap_has_every_page_by_its_full_address(built: Path) -> None:
    """The sitemap is valid XML with each page once, below the entity's `url`."""
    names = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9"}
    tree = ET.fromstring((built / "acme" / "sitemap.xml").read_bytes())  # noqa: S314 - our own file
    assert tree.tag == f"{{{names['s']}}}urlset"
    places = [place.text or "" for place in tree.iterfind("s:url/s:loc", names)]
    assert sorted(places) == sorted(
        f"https://acme.example/{path}"
        for path in (
            *("", "de/", "ar/", "privacy/", "cookies/"),
            *("de/datenschutz/", "de/kekse/", "ar/privacy/", "ar/cookies/"),
        )
    )
    for place in places:
        path = place.removeprefix("https://acme.example/")
        canonical = page(built, f"acme/{path}index.html").xpath("string(//link[@rel='canonical']/@href)")
        assert canonical == place


def test_a_site_that_owns_its_root_has_robots_and_a_404_page(built: Path) -> None:
    """robots.txt names the sitemap, and the 404 page works at any depth: its addresses begin at the root."""
    robots = (built / "acme" / "robots.txt").read_text().splitlines()
    assert robots == ["User-agent: *", "Allow: /", "Sitemap: https://acme.example/sitemap.xml"]
    tree = page(built, "acme/404.html")
    addresses = [str(a) for a in tree.xpath("//@href") if not a.startswith(("#", "data:"))]
    assert {"/", "/privacy/", "/cookies/"} <= set(addresses)
    for address in addresses:
        assert address.startswith("/"), address
        target = built / "acme" / address.lstrip("/")
        assert (target / "index.html" if target.is_dir() else target).is_file(), address


def test_a_clause_without_a_file_for_a_locale_is_an_error(copy: Path) -> None:
    """A clause that is not there in German is missed where the outline names it, and is one problem."""
    (copy / "content/clauses/contact.de.md").unlink()
    found = check(copy)
    assert [(one.code, one.span and (one.span.file, one.span.line)) for one in found] == [
        ("missing-locale", ("content/policies/privacy.yaml", 22))
    ]
    assert "`de`" in found[0].message
    assert "content/clauses/contact.de.md" in (found[0].hint or "")


def test_a_fallback_stands_in_for_a_clause(copy: Path) -> None:
    """With `fallback: {de: en}` the English clause stands on the German page."""
    (copy / "content/clauses/contact.de.md").unlink()
    with (copy / "policypages.yaml").open("a") as settings:
        settings.write("fallback: {de: en}\n")
    assert check(copy) == []


def test_a_locale_without_strings_is_an_error(copy: Path) -> None:
    """A language that neither core nor theme speaks is an error at the locale, and says the way out."""
    entity = copy / "content/entities/acme.yaml"
    entity.write_text(entity.read_text().replace("[en, de, ar]", "[en, de, ar, fr]"))
    found = check(copy)
    assert [(one.code, one.span and (one.span.file, one.span.line)) for one in found] == [
        ("missing-strings", ("content/entities/acme.yaml", 5))
    ]
    assert "fallback: {fr: en}" in (found[0].hint or "")


def test_a_locale_that_there_is_not_is_an_error(copy: Path) -> None:
    """A second locale that no library knows is an error at its place, and not a traceback."""
    entity = copy / "content/entities/acme.yaml"
    entity.write_text(entity.read_text().replace("[en, de, ar]", "[en, de, ar, xx]"))
    found = check(copy)
    assert [(one.code, one.span and (one.span.line, one.span.column)) for one in found] == [
        ("invalid-value", (5, 23))
    ]


def test_an_edit_for_the_wrong_locale_is_shown_under_it(copy: Path) -> None:
    """An edit under `in` that does not fit the German text is pointed at in the entity's `in`."""
    entity = copy / "content/entities/acme.yaml"
    text = entity.read_text().replace("{auf Dauer: vollständig}", "{for good: immer}")
    entity.write_text(text)
    found = check(copy)
    line = next(at for at, row in enumerate(text.splitlines(), 1) if "for good: immer" in row)
    assert [(one.code, one.span and one.span.line) for one in found] == [("edit-mismatch", line)]
