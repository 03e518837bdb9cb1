"""What `explain` says of a page, against the files themselves, searched line by line."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from lxml import html

from policypages.build.repository import Repository, read_repository
from policypages.diagnostics import Span
from policypages.inquiry.explain import (
    Fact,
    PageExplained,
    SectionExplained,
    every_section,
    explain_page,
)
from policypages.inquiry.pages import pages_of
from policypages.render.article import render_article
from policypages.sources import MemorySources

ROOT = Path(__file__).resolve().parents[3]
SITES = {
    "checkout": ROOT,
    "starter": ROOT / "starter",
    "dense": ROOT / "tests" / "sites" / "dense",
    "locales": ROOT / "examples" / "languages",
}


def files_of(top: Path) -> dict[str, bytes | str]:
    """Read the files of a site."""
    files = [top / "policypages.yaml", *(top / "content").rglob("*")]
    return {file.relative_to(top).as_posix(): file.read_bytes() for file in files if file.is_file()}


def read(files: dict[str, bytes | str]) -> Repository:
    """Read what the entities of a site share."""
    repository, found = read_repository(MemorySources(files), compile_all=False, watched=lambda one: one)
    assert repository is not None, found
    return repository


@cache
def explained(site: str) -> tuple[PageExplained, ...]:
    """Explain every page of a site."""
    repository = read(files_of(SITES[site]))
    return tuple(
        explain_page(page) for id_ in repository.site.entities for page in pages_of(repository, id_)[0]
    )


PAGES = [(site, page.address) for site in SITES for page in explained(site)]


@pytest.fixture(params=PAGES, ids=[f"{site}-{address}" for site, address in PAGES])
def case(request: pytest.FixtureRequest) -> tuple[str, PageExplained]:
    """Return each page of each site, explained."""
    site, address = request.param
    return site, next(page for page in explained(site) if page.address == address)


def line(site: str, span: Span) -> str:
    """Return the line of a file."""
    return (SITES[site] / span.file).read_text("utf-8").splitlines()[span.line - 1]


def facts(page: PageExplained) -> Iterator[tuple[SectionExplained, Fact]]:
    """Yield every fact of every section, those of conditions among them."""
    for section in every_section(page):
        for fact in (*section.facts, *(section.when.facts if section.when else ())):
            yield section, fact


def test_a_text_begins_where_the_front_matter_has_ended(case: tuple[str, PageExplained]) -> None:
    """The line is the first with words below the second `---` of the clause's file."""
    site, page = case
    texts = [section for section in every_section(page) if section.text is not None]
    assert texts
    for section in texts:
        assert section.text is not None
        lines = (SITES[site] / section.text.file).read_text("utf-8").splitlines()
        ends = [number for number, each in enumerate(lines, 1) if each == "---"][1]
        first = next(number for number, each in enumerate(lines, 1) if number > ends and each.strip())
        assert section.text.line == first
        assert section.text.file.startswith(f"content/clauses/{section.clause}")


def test_the_outline_names_the_section_on_its_line(case: tuple[str, PageExplained]) -> None:
    """The line that puts a section there has its clause or its id, and what adjusts it has its id."""
    site, page = case
    for section in every_section(page):
        assert (section.clause or section.id) in line(site, section.outline)
        for change in section.adjusted:
            assert re.match(
                rf"\s*[\"']?{re.escape(section.id)}|.*[{{ ]{section.id}: ", line(site, change.span)
            )
        if section.when is not None:
            assert section.when.source in line(site, section.when.span)
        for option in section.options:
            assert str(option.value) in line(site, option.span)


def test_a_fact_is_stated_on_the_line_that_is_named(case: tuple[str, PageExplained]) -> None:
    """The line has the fact's name and its value, and it is the entity's own file or an ancestor's."""
    site, page = case
    looked_at = 0
    for _, fact in facts(page):
        for one in fact.stated:
            text = line(site, one.span)
            name = one.path.rpartition(".")[2]
            looked_at += 1
            if one.path.startswith("cookies.") and name == "name" and f"{name}:" not in text:
                assert str(one.value) in text  # a cookie is called as its key, where nobody says otherwise
                continue
            assert re.search(rf"\b{name}:", text), (one, text)
            assert one.span.file.endswith(f"/{one.by}.yaml")
            if one.by != page.policy:
                assert one.inherited == (one.by != page.entity)
            stated = re.search(rf"\b{name}: *[\[\"']?(.*)", text)
            if (
                one.value
                and stated
                and "," not in one.value
                and page.locale == "en"
                and stated[1][:1] not in "{~"
            ):
                assert stated[1].startswith(one.value.split()[0][:4]), (one, text)
    assert looked_at


def test_what_reads_a_fact_names_it(case: tuple[str, PageExplained]) -> None:
    """Each place that reads a fact has its name (a loop: nearly), or shows the contact or table it is of."""
    site, page = case
    for _, fact in facts(page):
        assert fact.spans
        for span in fact.spans:
            near = line(site, span)
            names = fact.path.split(".")
            assert names[-1].rstrip("s") in near or f"shows: {names[0]}" in near, (fact.path, near)


def test_the_sections_are_those_of_the_page(case: tuple[str, PageExplained]) -> None:
    """Their anchors are those of the page that is built, in that order, and nested as they are there."""
    site, page = case
    repository = read(files_of(SITES[site]))
    found = next(each for each in pages_of(repository, page.entity)[0] if each.address == page.address)
    article, _ = render_article(found.task)
    elements: Any = html.fromstring(article.html).xpath("//section|//div[contains(@class, 'section')]")
    assert [element.get("id") for element in elements] == [one.anchor for one in every_section(page)]
    inner = {one.anchor: len(one.sections) for one in every_section(page)}
    for element in elements:
        children = element.xpath("./section|./div[contains(@class, 'section')]")
        assert len(children) == inner[element.get("id")]
        text = " ".join(element.text_content().split())
        for section in every_section(page):
            if section.anchor == element.get("id") and section.heading == "block":
                number = f"{section.number}. " if section.number else ""
                assert text.startswith(f"{number}{section.title}")


def test_a_value_that_is_printed_stands_on_the_page(case: tuple[str, PageExplained]) -> None:
    """The words of a fact that a tag prints as it is are found in the section."""
    site, page = case
    repository = read(files_of(SITES[site]))
    found = next(each for each in pages_of(repository, page.entity)[0] if each.address == page.address)
    tree: Any = html.fromstring(render_article(found.task)[0].html)
    plain = 0
    for section in every_section(page):
        text = " ".join(tree.get_element_by_id(section.anchor).text_content().split())
        for fact in section.facts:
            if any(f"{{{{ {fact.path} }}}}" in line(site, span) for span in fact.spans):
                plain += 1
                assert fact.printed
                assert fact.value
                assert fact.value in text
    assert plain or page.policy != "privacy"


ADJUSTED = {
    "policypages.yaml": "schema_version: 1\ntitle: T\nnames: {wording: [site], extra: {product: text}}\n",
    "content/entities/acme.yaml": """\
name: Acme
wording: {site: website}
policies:
  privacy:
    adjust:
      about: {variant: brief, because: agreed with counsel}
      second:
        because: as published 2013
        edits:
          our words: our very words
      third: {after: about}
      gone: {omit: true, because: no forms on this site}
""",
    "content/policies/privacy.yaml": """\
title: Privacy
sections:
  - about
  - clause: second
    sections: [{clause: inner, when: extra.product}]
  - third
  - {clause: gone, sections: [{clause: inner, id: inner-of-gone}]}
  - {clause: inner, id: never, when: extra.product, sections: [{clause: inner, id: below}]}
""",
    "content/clauses/about.md": "---\ntitle: About\n---\nLong.\n",
    "content/clauses/about@brief.md": "---\ntitle: About\n---\n\nShort.\n",
    "content/clauses/second.md": "---\ntitle: Second\n---\nThese are our\nwords.\n",
    "content/clauses/third.md": "---\ntitle: Third\n---\nThird.\n",
    "content/clauses/gone.md": "---\ntitle: Gone\n---\nGone.\n",
    "content/clauses/inner.md": "---\ntitle: Inner\n---\nInner.\n",
}


def test_variants_edits_and_moves_say_why() -> None:
    """What an entity changes of a section is named with its line and its reason."""
    repository = read(dict(ADJUSTED))
    page = explain_page(pages_of(repository, "acme")[0][0])
    by_id = {section.id: section for section in every_section(page)}
    assert list(by_id) == ["about", "third", "second"]
    entity = "content/entities/acme.yaml"
    about = by_id["about"]
    assert (about.variant, about.because) == ("brief", "agreed with counsel")
    assert about.text == Span("content/clauses/about@brief.md", 5)
    assert [(one.keys, one.span.file, one.span.line) for one in about.adjusted] == [(("variant",), entity, 6)]
    second = by_id["second"]
    assert second.because == "as published 2013"
    assert [(one.old, one.new, one.span.line) for one in second.edits] == [
        ("our words", "our very words", 10)
    ]
    assert [(one.keys, one.span.line) for one in by_id["third"].adjusted] == [(("after",), 11)]


def test_what_is_left_out_says_why() -> None:
    """Sections that are omitted have the reason, those whose condition does not hold have the condition."""
    page = explain_page(pages_of(read(dict(ADJUSTED)), "acme")[0][0])
    left: dict[str, Any] = {one.id: one for one in page.left_out}
    assert set(left) == {"gone", "inner", "never"}
    gone = left["gone"]
    assert (gone.why, gone.because, gone.below) == ("omitted", "no forms on this site", ("inner-of-gone",))
    assert (gone.span.file, gone.span.line) == ("content/entities/acme.yaml", 12)
    assert (left["inner"].why, left["inner"].span.line) == ("when", 5)
    assert (left["never"].below, left["never"].when.source) == (("below",), "extra.product")
    assert not left["never"].when.holds
    assert [(fact.path, fact.value) for fact in left["never"].when.facts] == [("extra.product", None)]


LINEAGE = {
    "policypages.yaml": "schema_version: 1\ntitle: T\nnames: {contacts: [privacy], wording: [site, tone]}\n",
    "content/entities/top.yaml": """\
publish: false
url: https://top.example/
wording: {site: portal, tone: warm}
contacts: {privacy: {phone: 1, email: a@example.org}}
""",
    "content/entities/mid.yaml": "extends: top\npublish: false\nwording:\n  site: website\n",
    "content/entities/low.yaml": """\
extends: mid
name: Low
contacts:
  privacy: ~
locales: [en, de]
in: {de: {wording: {tone: kühl}}}
policies: {privacy: {}}
""",
    "content/policies/privacy.yaml": "title: Privacy\nsections: [about]\n",
    "content/clauses/about.md": """\
---
title: About
---
{{ wording.site }} {{ wording.tone }} {{ id }} {{ locale }}{% if contacts.privacy.phone %}x{% endif %}
{% if site_url %}x{% endif %}
""",
    "content/clauses/about.de.md": "---\ntitle: Von\n---\n{{ wording.tone }} {{ wording.site }}\n",
}


def test_a_fact_is_looked_for_as_it_is_inherited() -> None:
    """The nearest file that states a fact is named, a null above it, too; a locale's own word comes first."""
    english, german = (explain_page(page) for page in pages_of(read(dict(LINEAGE)), "low")[0])

    def lines(page: PageExplained) -> dict[str, tuple[str | None, list[tuple[str, int, bool]]]]:
        return {
            fact.path: (
                fact.value,
                [(one.span.file.rpartition("/")[2], one.span.line, one.inherited) for one in fact.stated],
            )
            for _, fact in facts(page)
        }

    assert lines(english) == {
        "wording.site": ("website", [("mid.yaml", 4, True)]),
        "wording.tone": ("warm", [("top.yaml", 3, True)]),
        "id": ("low", [("low.yaml", 1, False)]),
        "locale": ("en", [("low.yaml", 5, False)]),
        "contacts.privacy.phone": (None, [("low.yaml", 4, False)]),
        "site_url": (None, []),
    }
    assert lines(german) == {
        "wording.site": ("website", [("mid.yaml", 4, True)]),
        "wording.tone": ("kühl", [("low.yaml", 6, False)]),
    }
