"""What machines read of a page agrees with what people read: policy.json, JSON-LD and Open Graph."""

from __future__ import annotations

import datetime
import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote

import extruct
import pytest
from babel.dates import format_date
from jsonschema import Draft202012Validator
from lxml import html
from tests.releasecase import release
from tests.sitecase import SiteCase, make_site
from tests.sites.conftest import REPO, visible_text

from policypages.formats.policy_json import schema
from policypages.sources import open_folder

SITES: Final = {
    "examples": REPO,
    "languages": REPO / "examples/languages",
    "dense": REPO / "tests/sites/dense",
    "starter": REPO / "starter",
}
DAY: Final = datetime.date(2026, 11, 22)
ISO: Final = re.compile(r"\d{4}-\d\d-\d\d")
SETTINGS: Final = """\
title: Test
names:
  contacts: [privacy]
  retention: [records, logs]
  extra:
    {sells: yes or no, buyer: text, tools: list of text, since: date, age: number, motto: text, site: url}
"""
CHOOSY: Final = {
    "policypages.yaml": SETTINGS,
    "policies/privacy.yaml": "title: Privacy\nsections: [sold, made, listed, {clause: odd, heading: none}]\n",
    "clauses/sold.md": "---\ntitle: Sold by {{ short_name }}\n---\n"
    "{% if extra.sells %}We sell to {{ extra.buyer }}.{% else %}Our partners buy nothing.{% endif %}\n",
    "clauses/made.md": "---\ntitle: Made\n---\n"
    "With {{ extra.tools | series }} since {{ extra.since | date }}, "
    "for those of {{ extra.age | spelled }}, by {{ extra.motto | upper }}; [more]({{ extra.site }}).\n"
    "{% if audience %}Kept {{ retention.records }}.{% endif %}\n",
    "clauses/listed.md": "---\ntitle: Listed\n---\n{{ cookies | length }} cookies:\n\n"
    "{% for one in cookies %}\n- {{ one.name }}{% if one.provider %} of {{ one.provider }}{% endif %}\n"
    "{% endfor %}\n",
    "clauses/odd.md": "{{ extra.motto or name }} {{ contacts.privacy.phone or contacts.privacy.email }}\n",
    "entities/acme.yaml": """\
name: Acme
short_name: A. C. M. E.
url: https://acme.example/
audience: customers
contacts: {privacy: {email: privacy@acme.example, phone: 800-555-0100, organisation: Desk}}
cookies:
  sid: {type: session, purpose: keeps you signed in, category: necessary, provider: Acme}
  uid: {type: persistent, purpose: cookies, duration: 2 years}
retention: {records: 7 years, logs: 90 days}
extra: {sells: false, buyer: partners, tools: [saws, axes], since: 2023-01-24, age: 16, motto: Forward, site: https://a.example/b}
policies: {privacy: {updated: 2026-01-02, reviewed: 2026-03-04}}
""",
}


def parsed(data: bytes | str) -> Any:
    """Read a page with a library of others."""
    return html.fromstring(data)


def case_of(folder: Path, root: Path, *, theme: str | None = None) -> SiteCase:
    """Build the sites of a folder, in another theme where one is named."""
    sources, found = open_folder(folder)
    assert sources is not None, found
    files = {path: sources.read(path).decode() for path in sources.paths if path.isascii()}
    if theme is not None:
        text = re.sub(r"(?m)^theme:.*\n", "", files["policypages.yaml"])
        files["policypages.yaml"] = f"{text}\ntheme: {theme}\n"
    case = SiteCase(root, files).build(as_of=DAY)
    assert not case.report.failed, case.report.diagnostics
    return case


@pytest.fixture(scope="module")
def choosy(tmp_path_factory: pytest.TempPathFactory) -> SiteCase:
    """Build a site whose texts choose, go through lists, and print facts in other words."""
    return make_site(tmp_path_factory.mktemp("choosy"), CHOOSY).build()


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> SiteCase:
    """Build the same site with a release, after which its facts changed."""
    case = make_site(tmp_path_factory.mktemp("released"), CHOOSY)
    release(case, "2026-05-06", effective="2026-06-01")
    text = case.files["content/entities/acme.yaml"]
    case.change("entities/acme.yaml", text.replace("saws", "planes").replace("A. C. M. E.", "ACME"))
    return case.build()


@pytest.fixture(scope="module")
def trees(
    tmp_path_factory: pytest.TempPathFactory, choosy: SiteCase, released: SiteCase
) -> Mapping[str, dict[str, bytes]]:
    """Return the files of all sites."""
    built = {name: case_of(folder, tmp_path_factory.mktemp(name)) for name, folder in SITES.items()}
    return {name: case.tree() for name, case in {**built, "choosy": choosy, "released": released}.items()}


def pages(trees: Mapping[str, dict[str, bytes]]) -> Iterator[tuple[str, bytes, dict[str, Any]]]:
    """Yield each page that has data beside it."""
    for name, tree in trees.items():
        for path, data in tree.items():
            if path.endswith("policy.json"):
                yield f"{name}:{path}", tree[path.replace("policy.json", "index.html")], json.loads(data)


def leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Yield what stands at the ends of a tree."""
    if isinstance(value, dict):
        for name, one in value.items():
            yield from leaves(one, f"{path}.{name}")
    elif isinstance(value, list):
        for one in value:
            yield from leaves(one, path)
    else:
        yield path, value


# ---- policy.json


def test_every_policy_has_its_data_beside_it(trees: Mapping[str, dict[str, bytes]]) -> None:
    """Each page with an article of its own leads to it; lists, versions and redlines have none."""
    for tree in trees.values():
        for path, data in tree.items():
            if path.endswith("index.html"):
                links = parsed(data).xpath("//link[@type='application/json']/@href")
                beside = path.replace("index.html", "policy.json")
                assert [str(link) for link in links] == (["policy.json"] if beside in tree else []), path
    assert len([*pages(trees)]) > 15


def test_the_data_is_of_the_published_schema(trees: Mapping[str, dict[str, bytes]]) -> None:
    """An independent validator finds nothing, and it would find what is wrong."""
    Draft202012Validator.check_schema(schema())
    validator = Draft202012Validator(schema(), format_checker=Draft202012Validator.FORMAT_CHECKER)
    data: dict[str, Any] = {}
    for name, _, data in pages(trees):
        assert [one.message for one in validator.iter_errors(data)] == [], name
    wrong: dict[str, Any]
    for wrong in (
        {"because": "no"},
        {"updated": "soon"},
        {"updated": "2026-02-30"},
        {"facts": {"name": None}},
        {"sections": [{"title": "x"}]},
        {"digests": {}},
    ):
        assert not validator.is_valid({**data, **wrong}), wrong
    (example,) = re.findall(r"(?s)```json\n(.*?)```", (REPO / "docs/policy-json.md").read_text("utf-8"))
    assert validator.is_valid(json.loads(example))
    for name in ("title", "facts", "digests", "sections"):
        assert not validator.is_valid({key: value for key, value in data.items() if key != name})


def test_every_value_stands_in_the_text_of_the_page(trees: Mapping[str, dict[str, bytes]]) -> None:
    """A reader who knows nothing of us finds each: in the words of the page, or where its links lead."""
    for name, data, given in pages(trees):
        page = parsed(data)
        article = next(page.iter("article"))
        text = visible_text(page)
        links = {unquote(str(href)) for href in page.xpath("//@href")}
        locale = given["locale"].replace("-", "_")

        def stands(value: Any, text: str, links: set[str] = links, locale: str = locale) -> bool:
            words = str(value)
            if ISO.fullmatch(words):
                words = format_date(datetime.date.fromisoformat(words), "long", locale)
            at = re.search(rf"(?<![A-Za-z0-9]){re.escape(' '.join(words.split()))}(?![A-Za-z0-9])", text)
            return at is not None or any(words in link for link in links)

        of_article = visible_text(article)
        assert [one for one in leaves(given["facts"]) if not stands(one[1], of_article)] == [], name
        days = [given[day] for day in ("updated", "reviewed") if day in given]
        assert all(stands(one, text) for one in (given["title"], given["site"], *days)), name
        if "version" in given:
            assert given["version"] in text
            assert stands(given["effective"], text) or given["effective"] == given["version"][:10]
        assert given["locale"] == page.get("lang")
        canonical = page.xpath("//link[@rel='canonical']/@href")
        assert canonical == ([given["canonical"]] if "canonical" in given else [])
        for section in _sections(given["sections"]):
            (element,) = page.xpath("//*[@id=$id]", id=section["anchor"])
            heading = visible_text(next(one for one in element if re.fullmatch(r"h[1-6]", one.tag)))
            number = f"{section['number']}. " if "number" in section else ""
            assert heading == f"{number}{section['title']}", name


def _sections(given: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for section in given:
        yield section
        yield from _sections(section.get("sections", []))


def test_the_digest_is_of_the_bytes_in_the_page(trees: Mapping[str, dict[str, bytes]]) -> None:
    """Who cuts the article out of the page can check it, with no tool of ours."""
    for name, data, given in pages(trees):
        (article,) = re.findall(rb"<article.*</article>", data, re.DOTALL)
        assert given["digests"]["html"] == hashlib.sha256(article).hexdigest(), name


def test_facts_are_those_that_the_page_prints(choosy: SiteCase) -> None:
    """Not those of a branch that it does not take, nor of a condition, a count or an unprinted field."""
    facts = json.loads(choosy.tree()["acme/privacy/policy.json"])["facts"]
    assert facts == {
        "short_name": "A. C. M. E.",
        "extra": {
            "tools": ["saws", "axes"],
            "since": "2023-01-24",
            "age": 16,
            "site": "https://a.example/b",
            "motto": "Forward",
        },
        "retention": {"records": {"count": 7, "unit": "years"}},
        "cookies": {"sid": {"name": "sid", "provider": "Acme"}, "uid": {"name": "uid"}},
        "contacts": {"privacy": {"phone": "800-555-0100"}},
        "name": "Acme",
    }


def test_a_released_page_has_the_facts_of_its_release(choosy: SiteCase, released: SiteCase) -> None:
    """What the sources say since is not published; digest and dates are those of the ledger."""
    data = json.loads(released.tree()["acme/privacy/policy.json"])
    before = json.loads(choosy.tree()["acme/privacy/policy.json"])["facts"]
    assert data["facts"] == before, "and none of a branch that was not taken, though its words stand there"
    assert (data["facts"]["extra"]["tools"], data["facts"]["short_name"]) == (["saws", "axes"], "A. C. M. E.")
    assert (data["version"], data["effective"], data["reviewed"]) == (
        "2026-05-06",
        "2026-06-01",
        "2026-03-04",
    )
    assert "updated" not in data
    ledger = next(text for path, text in released.files.items() if path.startswith("content/releases/2026"))
    assert data["digests"]["text"] in ledger


def test_settings_switch_it_off(tmp_path: Path) -> None:
    """`policy_json: no` takes the files and the links to them away, and the pages are made again for it."""
    case = make_site(tmp_path, CHOOSY).build()
    case.change("policypages.yaml", SETTINGS + "policy_json: no\n").rebuilds("/acme/privacy/")
    assert not [path for path in case.tree() if path.endswith("policy.json")]
    assert "application/json" not in case.markup("/acme/privacy/")
    clean = tmp_path / "clean"
    assert case.tree() == case.build(out=clean).tree(clean)


def test_another_theme_leaves_every_article_as_it_was(tmp_path: Path) -> None:
    """A theme that changes all that a theme can, and one of another kind, change no digest and no fact."""
    wild = "{{ page.title | upper }}<div>{{ page.article }}</div>"
    plain = {one[0]: one[2] for one in pages({"x": case_of(SITES["starter"], tmp_path / "plain").tree()})}
    assert len(plain) == 4
    for theme in ("bare", "wild"):
        sources, _ = open_folder(SITES["starter"])
        assert sources is not None
        case = SiteCase(tmp_path / theme, {path: sources.read(path).decode() for path in sources.paths})
        for kind in ("page", "index", "overview", "404"):
            text = wild if kind == "page" else "<title>x</title>"
            case.change(f"themes/wild/templates/{kind}.html", f"<!doctype html>{text}")
        settings = re.sub(r"(?m)^theme:.*\n", "", case.files["policypages.yaml"])
        case.change("policypages.yaml", f"{settings}\ntheme: {theme}\n").build()
        assert not case.report.failed, case.report.diagnostics
        assert {one[0]: one[2] for one in pages({"x": case.tree()})} == plain


# ---- what stands in the page itself


@pytest.fixture(scope="module")
def described(trees: Mapping[str, dict[str, bytes]]) -> list[tuple[str, Any, dict[str, Any]]]:
    """Return what an independent library reads in the head of each page."""
    return [
        (name, parsed(data), extruct.extract(data.decode(), syntaxes=["json-ld", "opengraph"]))
        for name, data, _ in pages(trees)
    ]


def test_json_ld_agrees_with_the_page(described: list[tuple[str, Any, dict[str, Any]]]) -> None:
    """Title, language, address, days and who publishes it are what the page says to people."""
    for name, page, found in described:
        (data,) = found["json-ld"]
        text = visible_text(page)

        def told(name: str, data: dict[str, Any] = data) -> list[Any]:
            return [data[name]] if name in data else []

        assert data["@type"] == "WebPage"
        assert data["name"] == visible_text(next(page.iter("h1"))), name
        assert data["inLanguage"] == page.get("lang")
        assert told("description") == page.xpath("//meta[@name='description']/@content")
        assert told("url") == page.xpath("//link[@rel='canonical']/@href")
        assert data["publisher"]["name"] in text, name
        assert data["isPartOf"]["name"] in text
        for day in ("dateModified", "lastReviewed"):
            if day in data and data.get("version", "")[:10] != data[day]:
                words = format_date(datetime.date.fromisoformat(data[day]), "long", data["inLanguage"])
                assert words in text, (name, day)
        assert data.get("version", "") in text
        steps = data.get("breadcrumb", {}).get("itemListElement", [])
        assert [one["position"] for one in steps] == [*range(1, len(steps) + 1)]
        assert all(one["name"] in text for one in steps)
        assert not steps or steps[-1]["item"] == data["url"]
    assert any("version" in found["json-ld"][0] for _, _, found in described)
    assert any("breadcrumb" in found["json-ld"][0] for _, _, found in described)


def test_open_graph_agrees_with_the_page(described: list[tuple[str, Any, dict[str, Any]]]) -> None:
    """Only what is true: no picture, no address where the site has none, and no locale that is not there."""
    for name, page, found in described:
        (data,) = found["opengraph"]
        told: dict[str, list[str]] = {}
        for key, value in data["properties"]:
            told.setdefault(key.removeprefix("og:"), []).append(value)
        assert told.pop("type") == ["article"]
        assert told.pop("title") == [visible_text(next(page.iter("h1")))], name
        assert told.pop("site_name")[0] in visible_text(page)
        assert told.pop("url", []) == page.xpath("//link[@rel='canonical']/@href")
        assert told.pop("description", []) == page.xpath("//meta[@name='description']/@content")
        locales = {str(one) for one in page.xpath("//link[@rel='alternate']/@hreflang")} - {
            page.get("lang"),
            "x-default",
        }
        assert told.pop("locale") == [page.get("lang").replace("-", "_")]
        assert {one.replace("_", "-") for one in told.pop("locale:alternate", [])} == locales
        assert told == {}, name


def test_no_name_can_leave_the_block_of_data(tmp_path: Path) -> None:
    """Ends of scripts, comments, entities and line separators are what they are, and nothing else."""
    hostile = '</script><script>alert(1)</script><!-- <script> &amp; " \\ ]]> \u00e9'
    case = make_site(tmp_path, CHOOSY)
    text = case.files["content/entities/acme.yaml"].replace(
        "name: Acme\n", f"name: {json.dumps(hostile)}\n", 1
    )
    case.change("entities/acme.yaml", text).build()
    assert not case.report.failed, case.report.diagnostics
    markup = case.markup("/acme/privacy/")
    (block,) = re.findall(r'<script type="application/ld\+json">(.*?)</script', markup, re.DOTALL)
    assert re.findall(r"[<>&\u2028\u2029]", block) == []
    assert json.loads(block)["isPartOf"]["name"] == hostile
    assert json.loads(case.tree()["acme/privacy/policy.json"])["site"] == hostile
    assert len(parsed(markup).xpath("//script")) == 1
