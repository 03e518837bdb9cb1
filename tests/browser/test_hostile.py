"""Facts that would like to be markup, templates or scripts: in every place of a page they are text."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote

import pytest
from tests.browser.conftest import Build, Visit, Visitor, serving

PLAIN: Final = "plainword"
HOSTILE: Final[Mapping[str, str]] = {
    "script": "<script>alert(1)</script>",
    "image": '"><img src=x onerror=alert(1)>',
    "tag": "{{ 7*7 }}",
    "block": "{% raw %}",
    "comment": "{# gone #}<!-- gone -->",
    "emphasis": "*x* **y** _z_ `c` ~~s~~",
    "link": "[a](javascript:alert(1))",
    "handler": "' onmouseover='alert(1)",
    "pipe": "a | b || c \\| d",
    "entity": "&amp; &lt;b&gt; &#60;i&#62; &copy;",
    "closing": "</p></article></main></body></html>",
    "cdata": "]]>--!></style></title></textarea><svg onload=alert(1)>",
    "bidi": "abc\u202egnp.exe\u202c \u2066x\u2069 \u200bz\u00ad\u00a0q",
    "scripts": "שלום 你好 🙂 e\u0301",
    "newlines": "one\n\n# two\n\n- three\n    four\n\n---\n<b>",
    "long": "<b>" + 'W&"' * 33_332 + "</b>",
}
PIXEL: Final = bytes.fromhex(
    "47494638396101000100800000000000ffffff21f90401000000002c000000000100010000020144003b"
)
SHORT: Final = [name for name in HOSTILE if name != "long"]  # a browser is slow with 5 MB on one page
SETTINGS: Final = """\
schema_version: 1
title: Hostile facts
names:
  contacts: [privacy]
  retention: [records]
  wording: [site]
  extra: {bad: text, bads: list of text}
"""

# Every place of a page where a fact may stand. The words round it are part of what is wanted below: no fact
# may take them along.
CLAUSES: Final[Mapping[str, str]] = {
    "prose": "Said {{ extra.bad }} here.",
    "inline": 'Some {% if extra.bad == "x" %}a{% else %}{{ extra.bad }}{% endif %} there.',
    "emphasis": "It is *{{ extra.bad }}* and **{{ extra.bad }}**.",
    "title": "---\ntitle: About {{ extra.bad }} now\n---\nText.",
    "run-in": "---\ntitle: Of {{ extra.bad }} then\n---\nText.",
    "heading": "## Below {{ extra.bad }} this\n\nText.",
    "item": "- first {{ extra.bad }} last\n- second",
    "loop": "{% for one in extra.bads %}\n- {{ one }}\n{% endfor %}",
    "table": "| A | B |\n|---|---|\n| {{ extra.bad }} | {{ wording.site }} |\n| c | d |",
    "rows": "| A | {{ extra.bad }} |\n|---|---|\n{% for one in extra.bads %}\n| {{ one }} | |\n{% endfor %}",
    "aligned": "| {{ extra.bad }} | B | C |\n|:--|:-:|--:|\n| 1 | {{ extra.bad }} | 3 |",
    "link-text": "See [the {{ extra.bad }} page](https://example.org/).",
    "link-title": 'See [it](https://example.org/ "so {{ extra.bad }} far").',
    "image": '![an {{ extra.bad }} picture](../../pixel.gif "of {{ extra.bad }} then")',
    "code": "Type `a {{ extra.bad }} b` there.",
    "fence": "```\nfirst {{ extra.bad }} last\n```",
    "quote": "> Quoth {{ extra.bad }} once.",
    "filters": "{{ extra.bads | series('or') }}; {{ extra.bads | join('<b>') }}; {{ extra.bads | first }}.",
    "lines": "{{ extra.bads | lines }}",
    "option": "---\noptions: {knob: {default: x}}\n---\nWith {{ option.knob }} set.",
    "cookie": "{% for c in cookies %}\n- {{ c.id }} is for {{ c.purpose }}\n{% endfor %}",
    "reference": "See {{ ref('title') }}, or {{ ref('title').title }} as such.",
    "contact": "---\ntitle: Reach us\nshows: contacts.privacy\n---\nAsk {{ contacts.privacy.person }} only.",
    "inventory": "---\nshows: cookies\n---\nCookies are these.",
    "kept": "---\nshows: retention\n---\nTimes are these.",
}
Question = tuple[
    str, str, str
]  # a selector, a property of its first element, and its value with FACT for the fact
TEXT: Final = "textContent"
QUESTIONS: Final[tuple[Question, ...]] = (
    ("#prose p", TEXT, "Said FACT here."),
    ("#inline p", TEXT, "Some FACT there."),
    ("#emphasis p", TEXT, "It is FACT and FACT."),
    ("#emphasis em", TEXT, "FACT"),
    ("#title h2", TEXT, "About FACT now"),
    ("#run-in strong", TEXT, "Of FACT then."),
    ("#heading h3", TEXT, "Below FACT this"),
    ("#item li", TEXT, "first FACT last"),
    ("#loop li:nth-child(2)", TEXT, "FACT"),
    ("#table td", TEXT, "FACT"),
    ("#table td:nth-child(2)", TEXT, "FACT"),
    ("#rows th:nth-child(2)", TEXT, "FACT"),
    ("#rows tr:nth-child(2) td", TEXT, "FACT"),
    ("#aligned th", TEXT, "FACT"),
    ("#aligned td:nth-child(2)", TEXT, "FACT"),
    ("#link-text a", TEXT, "the FACT page"),
    ("#link-text a", "href", "https://example.org/"),
    ("#link-title a", "title", "so FACT far"),
    ("#image img", "alt", "an FACT picture"),
    ("#image img", "title", "of FACT then"),
    ("#image img", "naturalWidth", "1"),
    ("#code code", TEXT, "a FACT b"),
    ("#fence code", TEXT, "first FACT last\n"),
    ("#quote blockquote p", TEXT, "Quoth FACT once."),
    ("#filters p", TEXT, "FACT or FACT; FACT<b>FACT; FACT."),
    ("#lines p", TEXT, "FACT\nFACT"),
    ("#option p", TEXT, "With FACT set."),
    ("#cookie li", TEXT, "FACT is for FACT"),
    ("#reference a", TEXT, "About FACT now"),
    ("#reference p", TEXT, "See About FACT now, or About FACT now as such."),
    ("#contact > p", TEXT, "Ask FACT only."),
    ("address .name", TEXT, "FACT"),
    ("address .name:nth-child(3)", TEXT, "FACT"),
    ("address .postal", TEXT, "FACT\nFACT"),
    ("address dt", TEXT, "FACT"),
    ("address a", "href", "mailto:privacy@example.org"),
    ("address div:nth-child(2) a", TEXT, "FACT"),
    ("address div:nth-child(3) dd", TEXT, "FACT"),
    ("address div:nth-child(4) dd", TEXT, "FACT"),
    ("#inventory caption", TEXT, "FACT"),
    ("#inventory tbody th", TEXT, "FACT"),
    ("#inventory td:nth-child(3)", TEXT, "FACT"),
    ("#inventory td:last-child", TEXT, "FACT"),
    ("#inventory td:last-child", "data-label", "FACT"),
    ("#kept thead th", TEXT, "FACT"),
    ("article > h1", TEXT, "FACT"),
    (".contents a[href='#title'] > :last-child", TEXT, "About FACT now"),
    (".contents .label", TEXT, "FACT"),
    (".contents", "ariaLabel", "FACT"),
    (".site-name", TEXT, "FACT"),
    ("title", TEXT, "FACT · FACT"),
    ("meta[name=description]", "content", "FACT"),
    (".policies a[aria-current]", TEXT, "FACT"),
)
INDEX: Final[tuple[Question, ...]] = (
    ("h1", TEXT, "FACT"),
    ("title", TEXT, "FACT"),
    (".choices a", TEXT, "FACT"),
    (".site-name", TEXT, "FACT"),
)
# where a fact stands inside an address
ADDRESSES: Final[tuple[Question, ...]] = (
    ("#query a", "href", "https://example.org/find?q=FACT"),
    ("#path a", "href", "https://example.org/of/FACT"),
    ("#mail a", "href", "mailto:privacy@example.org?subject=FACT"),
)
TARGETS: Final = {
    "query": "[find](https://example.org/find?q={{ extra.bad }})",
    "path": "[read](https://example.org/of/{{ extra.bad }})",
    "mail": "[write](mailto:privacy@example.org?subject={{ extra.bad }})",
}
NO_ADDRESS: Final = ("newlines", "pipe")  # a line's end and a backslash have no place in an address
ASK: Final = """questions => questions.map(([selector, name]) => {
  const found = document.querySelector(selector);
  return found === null ? null : String(name in found ? found[name] : found.getAttribute(name)); })"""
STRUCTURE: Final = """() => [...document.querySelectorAll('article, article *')].map(one =>
  [one.tagName, one.parentElement.tagName, one.id, one.className, ...one.getAttributeNames()].join(' '))"""
ALIVE: Final = """() => [...document.querySelectorAll('*')].filter(one =>
  one.matches('script:not([type="application/ld+json"]), style, iframe, object, embed, form, svg')
  || one.getAttributeNames().some(name => name.startsWith('on') || name === 'style')
  || /^\\s*(javascript|vbscript|data:text):?/i.test(one.getAttribute('href') || one.getAttribute('src') || '')
).map(one => one.outerHTML.slice(0, 200))"""
# what would lead off the web, however it is spelled; each must be refused where it would be linked
BAD_TARGETS: Final[Mapping[str, str]] = {
    "script": "javascript:alert(1)",
    "capitals": "JaVaScRiPt:alert(1)",
    "spaces": "  javascript:alert(1)",
    "tabs": "java\tscript:alert(1)",
    "lines": "java\nscript:alert(1)",
    "data": "data:text/html,<script>alert(1)</script>",
    "picture": "data:image/svg+xml,<svg onload=alert(1)>",
    "visual-basic": "vbscript:msgbox(1)",
    "file": "file:///etc/passwd",
    "blob": "blob:https://example.org/1",
    "policy": "policy:privacy",
    "host": "//elsewhere.example/",
    "backslashes": "\\\\elsewhere.example/",
    "mixed-slashes": "/\\elsewhere.example/",
    "colon": "x y:z",
}


def _entity(name: str, fact: str) -> str:
    """Write an entity that has this fact wherever it may have text."""
    return f"""\
extends: more-{name}
extra: {{bad: &f {_quoted(fact)}, bads: [*f, *f]}}
name: *f
wording: {{site: *f}}
strings: {{contents: *f, contact_email: *f, cookie_caption: *f, cookie_duration: *f, retention_what: *f}}
contacts:
  privacy: {{person: *f, department: *f, address: [*f, *f], email: privacy@example.org, phone: *f, hours: *f}}
retention: {{records: 7 years}}
policies: {{addresses: {{publish: {str(name not in NO_ADDRESS).lower()}}}}}
"""


def _parent(fact: str) -> str:
    """Write what the entity inherits: in a file of its own, because a file may have few aliases."""
    return f"""\
publish: false
contacts: {{privacy: {{organisation: &f {_quoted(fact)}, fax: *f}}}}
cookies:
  ? {_quoted(fact)}
  : {{type: session, purpose: *f, provider: *f, duration: *f}}
policies:
  privacy: {{title: *f, summary: *f, adjust: {{option: {{with: {{knob: *f}}}}}}}}
"""


def _quoted(fact: str) -> str:
    return json.dumps(fact, ensure_ascii=False)  # JSON is YAML that leaves nothing to guess


def _outline(clauses: Mapping[str, str]) -> str:
    sections = []
    for name, clause in clauses.items():
        heading = "run-in" if name == "run-in" else "block" if "title:" in clause else "none"
        sections.append(f"  - {{clause: {name}, heading: {heading}}}\n")
    return "sections:\n" + "".join(sections)


def _write(root: Path, files: Mapping[str, str]) -> None:
    for name, text in files.items():
        file = root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8", newline="\n")


def _clauses(clauses: Mapping[str, str]) -> dict[str, str]:
    return {
        f"content/clauses/{name}.md": text if text.startswith("---") else f"---\ntags: [x]\n---\n{text}\n"
        for name, text in clauses.items()
    }


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory, build: Build) -> Path:
    """Build one site a fact, and one of plain words, from the same clauses."""
    root = tmp_path_factory.mktemp("hostile")
    facts = {"plain": PLAIN, **HOSTILE}
    files = {
        "policypages.yaml": SETTINGS,
        "content/policies/privacy.yaml": f"title: x\npath: privacy\n{_outline(CLAUSES)}",
        "content/policies/addresses.yaml": f"title: Addresses\npath: addresses\n{_outline(TARGETS)}",
        **_clauses({**CLAUSES, **TARGETS}),
    }
    for name, fact in facts.items():
        files[f"content/entities/{name}.yaml"] = _entity(name, fact)
        files[f"content/entities/more-{name}.yaml"] = _parent(fact)
    _write(root, files)
    ran = build(root, root / "output", "--format", "short")
    assert ran.returncode == 0, ran.stderr[:5000]
    (root / "output" / "pixel.gif").write_bytes(PIXEL)
    return root / "output"


@pytest.fixture(scope="module")
def host(built: Path) -> Iterator[str]:
    """Serve the sites with their headers."""
    with serving(built) as origin:
        yield origin


def _holds(visitor: Visitor, kind: str, questions: Sequence[Question], name: str) -> None:
    """Assert that each place of a page shows exactly the fact, among the elements that plain words have."""
    page = visitor.go(f"/plain/{kind}")
    wanted = page.evaluate(STRUCTURE)
    visitor.go(f"/{name}/{kind}")
    answers: list[str | None] = page.evaluate(ASK, [question[:2] for question in questions])
    for (selector, asked, answer), given in zip(questions, answers, strict=True):
        right = answer.replace("FACT", HOSTILE[name])
        assert given == right, f"{name}: {selector} {asked}: {str(given)[:200]!r} is not {right[:200]!r}"
    assert page.evaluate(STRUCTURE) == wanted, name
    assert page.evaluate(ALIVE) == [], name
    # a block of data is JSON to its end, whatever stands in it
    blocks = page.evaluate("() => [...document.scripts].map(one => JSON.parse(one.text)['@type'])")
    assert set(blocks) <= {"WebPage"}, name


@pytest.mark.parametrize("name", HOSTILE)
def test_row_20_a_fact_is_text_wherever_it_stands(host: str, visit: Visit, name: str) -> None:
    """Each place shows the fact, the elements are those of plain words, and nothing runs or is fetched."""
    visitor = visit(host)
    _holds(visitor, "privacy/", QUESTIONS, name)
    assert visitor.page.locator("article *").count() > 120


def test_columns_are_aligned_without_a_style_in_the_page(host: str, visit: Visit) -> None:
    """Markdown's `:--`, `:-:` and `--:` align head and cells under headers that forbid styles in elements."""
    page = visit(host).go("/plain/privacy/")
    cells = page.locator("#aligned :is(th, td)").all()
    aligned = [cell.evaluate("one => getComputedStyle(one).textAlign") for cell in cells]
    assert aligned == ["left", "center", "right"] * 2


def test_the_pages_alone_hold_without_headers(built: Path, visit: Visit) -> None:
    """A host that sends none of the headers changes nothing: they are a second wall, and not the first."""
    with serving(built, {}) as origin:
        visitor = visit(origin)
        for name in SHORT:
            _holds(visitor, "privacy/", QUESTIONS, name)


def test_lists_of_pages_show_names_as_text(host: str, visit: Visit) -> None:
    """The index of a site and the overview show a hostile name and title as they are."""
    visitor = visit(host)
    for name in HOSTILE:
        _holds(visitor, "", INDEX, name)
    page = visitor.go("/_overview/")
    for name, fact in HOSTILE.items():
        for link in (f"h3 a[href^='../{name}/']", f"li li a[href^='../{name}/privacy/']"):
            assert page.locator(link).evaluate("one => one.textContent") == fact
    assert page.locator("h3").count() == len(HOSTILE) + 1
    assert page.evaluate(ALIVE) == []


def test_row_21_a_fact_within_an_address_leaves_it_where_it_leads(host: str, visit: Visit) -> None:
    """In a query, a path or a subject a fact is encoded: scheme and host stay, and it can be read back."""
    visitor = visit(host)
    for name in SHORT:
        if name in NO_ADDRESS:
            continue
        _holds(visitor, "addresses/", (), name)
        answers: list[str] = visitor.page.evaluate(ASK, [question[:2] for question in ADDRESSES])
        wanted = [answer.replace("FACT", HOSTILE[name]) for _, _, answer in ADDRESSES]
        assert [unquote(answer) for answer in answers] == wanted, name


def test_the_longest_fact_does_not_push_the_page_sideways(host: str, visit: Visit) -> None:
    """A hundred thousand characters without a space break where the line ends, on a phone too."""
    visitor = visit(host, viewport={"width": 320, "height": 800})
    for address in ("/long/", "/long/privacy/"):
        page = visitor.go(address)
        spill = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert page.evaluate(spill) <= 0, address


@pytest.mark.parametrize(
    "clause", ["[go]({{ extra.bad }})", "![go]({{ extra.bad }})", '[go]({{ extra.bads | join("") }} "x")']
)
def test_a_fact_that_leads_off_the_web_is_refused(tmp_path: Path, build: Build, clause: str) -> None:
    """A link or picture whose target is such a fact fails the build at the tag, on each site."""
    files = {
        "policypages.yaml": SETTINGS,
        "content/policies/privacy.yaml": "title: x\npath: privacy\nsections: [{clause: go, heading: none}]\n",
        **_clauses({"go": clause}),
        "content/entities/fine.yaml": "name: x\nextra: {bad: x, bads: [tel:1]}\npolicies: {privacy: {}}\n",
    }
    for name, target in BAD_TARGETS.items():
        half = len(target) // 2
        bads = f"[{_quoted(target[:half])}, {_quoted(target[half:])}]"
        files[f"content/entities/{name}.yaml"] = (
            f"name: x\nextra: {{bad: {_quoted(target)}, bads: {bads}}}\npolicies: {{privacy: {{}}}}\n"
        )
    _write(tmp_path, files)
    ran = build(tmp_path, tmp_path / "output", "--format", "json")
    assert ran.returncode == 1, ran.stderr
    found: list[dict[str, Any]] = [
        one for one in json.loads(ran.stdout)["diagnostics"] if one["severity"] == "error"
    ]
    assert {one["code"] for one in found} == {"unsafe-url"}
    assert {(one["file"], one["line"], one["column"]) for one in found} == {
        ("content/clauses/go.md", 4, clause.index("{{") + 1)
    }
    assert {entity for one in found for entity in one["entities"]} == set(BAD_TARGETS)
    assert not list((tmp_path / "output").rglob("*.html"))


def test_an_address_of_the_schema_is_an_address(tmp_path: Path, build: Build) -> None:
    """A fact that the core itself links to is refused where it is written, if it is no such address."""
    facts = [
        fact.replace("FACT", _quoted(value))
        for value in ("javascript:alert(1)", 'https://x"onclick=alert(1)', "a@example.org?bcc=b@example.org")
        for fact in (
            "contacts: {privacy: {form: FACT}}",
            "contacts: {privacy: {email: FACT}}",
            "site_url: FACT",
            "url: FACT",
        )
    ]
    files = {
        "policypages.yaml": SETTINGS,
        "content/policies/privacy.yaml": "title: x\npath: privacy\nsections: [{clause: go, heading: none}]\n",
        **_clauses({"go": "Text."}),
    }
    for index, fact in enumerate(facts):
        files[f"content/entities/e{index}.yaml"] = f"name: x\n{fact}\npolicies: {{privacy: {{}}}}\n"
    _write(tmp_path, files)
    ran = build(tmp_path, tmp_path / "output", "--format", "json")
    assert ran.returncode == 1, ran.stderr
    found = [one for one in json.loads(ran.stdout)["diagnostics"] if one["severity"] == "error"]
    assert {(one["code"], one["file"], one["line"]) for one in found} == {
        ("invalid-value", f"content/entities/e{index}.yaml", 2) for index in range(len(facts))
    }
