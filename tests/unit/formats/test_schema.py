"""Facts are typed, mistakes are told in plain words with their place, and editors get the same types."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policypages.diagnostics import Diagnostic
from policypages.formats import schema_explain
from policypages.formats.facts import read_yaml
from policypages.formats.schema import Kind, json_schema, validate
from policypages.values import Duration, why_not_id

NAMES: dict[str, Any] = {
    "contacts": ["privacy"],
    "retention": ["client_contact"],
    "wording": ["site", "statement"],
    "extra": {
        "browsers": "list of text",
        "since": "date",
        "staff": "number",
        "shop": "yes or no",
        "motto": "text",
        "help": "url",
        "desk": "email",
    },
}
ENTITY = """\
# yaml-language-server: $schema=entity.json
extends: example-group
name: Example Careers
url: https://careers.example.org/legal/
audience: applicants
sample: true
wording: {site: website, statement: ~}
strings: {updated: Last reviewed/updated}
locales: [en, de-AT]
contacts:
  privacy:
    email: privacy@example.org
    phone: 800-555-0100
    toll_free: yes
    address: [1 Main Street, 97702]
    form: https://example.org/form?to=us
cookies:
  sid: {type: session, purpose: keeps you signed in, category: necessary, duration: session}
  _ga_*: ~
retention: {client_contact: 7 years}
extra: {browsers: [Firefox, Safari], since: 2020-02-29, staff: 1.50, shop: no, motto: 007, desk: a@b.org}
policies:
  privacy:
    updated: 2023-01-24
    adjust:
      revisions: {after: collecting}
      messages: {omit: true, because: no message forms on this site}
      cookies/persistent: {with: {about: a job, count: 3, rate: 1.10, zip: 01234, open: false, all: [a, b]}}
      disclosures: {because: as published 2013, edits: {re-disclosed: redisclosed, old: ~}}
      collecting: {allow: {html-as-text: "as published"}}
    sections: [links, {clause: a, heading: none, sections: [b, {id: c, title: C}]}]
  cookies: ~
review: {.: {owner: Ann, verified: 2026-01-02, every: 18 months}}
in: {de-AT: {name: Beispiel, wording: {site: Website}, policies: {privacy: {title: Datenschutz}}}}
"""


def read(
    kind: Kind, text: str, names: dict[str, Any] | None = None
) -> tuple[dict[str, Any], list[Diagnostic]]:
    """Read and check a text that is good YAML."""
    raw, found = read_yaml("f.yaml", text.encode())
    assert found == []
    return validate(kind, "f.yaml", raw, text.encode(), names)


def complaints(kind: Kind, text: str, names: dict[str, Any] | None = None) -> list[str]:
    """Return what is wrong as `line:column code message (hint)`."""
    return [
        f"{each.span.line}:{each.span.column} {each.code} {each.message}"
        + (f" ({each.hint})" if each.hint else "")
        for each in read(kind, text, names)[1]
        if each.span
    ]


def test_an_entity_is_typed() -> None:
    """A good entity gives plain dicts of typed values, with only the keys that are there."""
    value, found = read("entity", ENTITY, NAMES)
    assert found == []
    assert value == {
        "extends": ["example-group"],
        "name": "Example Careers",
        "url": "https://careers.example.org/legal/",
        "audience": "applicants",
        "sample": True,
        "wording": {"site": "website", "statement": None},
        "strings": {"updated": "Last reviewed/updated"},
        "locales": ["en", "de-AT"],
        "contacts": {
            "privacy": {
                "email": "privacy@example.org",
                "phone": "800-555-0100",
                "toll_free": True,
                "address": ["1 Main Street", "97702"],
                "form": "https://example.org/form?to=us",
            }
        },
        "cookies": {
            "sid": {
                "type": "session",
                "purpose": "keeps you signed in",
                "category": "necessary",
                "duration": "session",
            },
            "_ga_*": None,
        },
        "retention": {"client_contact": Duration(7, "year")},
        "extra": {
            "browsers": ["Firefox", "Safari"],
            "since": date(2020, 2, 29),
            "staff": Decimal("1.50"),
            "shop": False,
            "motto": "007",
            "desk": "a@b.org",
        },
        "policies": {
            "privacy": {
                "updated": date(2023, 1, 24),
                "adjust": {
                    "revisions": {"after": "collecting"},
                    "messages": {"omit": True, "because": "no message forms on this site"},
                    "cookies/persistent": {
                        "with": {
                            "about": "a job",
                            "count": 3,
                            "rate": Decimal("1.10"),
                            "zip": "01234",
                            "open": False,
                            "all": ["a", "b"],
                        }
                    },
                    "disclosures": {
                        "because": "as published 2013",
                        "edits": {"re-disclosed": "redisclosed", "old": None},
                    },
                    "collecting": {"allow": {"html-as-text": "as published"}},
                },
                "sections": [
                    {"clause": "links"},
                    {
                        "clause": "a",
                        "heading": "none",
                        "sections": [{"clause": "b"}, {"id": "c", "title": "C"}],
                    },
                ],
            },
            "cookies": None,
        },
        "review": {".": {"owner": "Ann", "verified": date(2026, 1, 2), "every": Duration(18, "month")}},
        "in": {
            "de-AT": {
                "name": "Beispiel",
                "wording": {"site": "Website"},
                "policies": {"privacy": {"title": "Datenschutz"}},
            }
        },
    }
    assert str(value["extra"]["staff"]) == "1.50"


def test_other_kinds_are_typed() -> None:
    """Settings, policies, clauses, themes and strings have their own types."""
    settings = (
        "schema_version: 1\ntimezone: Europe/Berlin\nnames: {contacts: [privacy], extra: {a: yes or no}}\n"
    )
    assert read("settings", settings + "fallback: {de: en}\n") == (
        {
            "schema_version": 1,
            "timezone": "Europe/Berlin",
            "names": {"contacts": ["privacy"], "extra": {"a": "yes or no"}},
            "fallback": {"de": "en"},
        },
        [],
    )
    policy = "title: Privacy\npath: privacy\nsections: [a, {clause: b, numbered: true}]\n"
    policy += "in: {de: {title: Datenschutz}}\n"
    assert read("policy", policy) == (
        {
            "title": "Privacy",
            "path": "privacy",
            "sections": [{"clause": "a"}, {"clause": "b", "numbered": True}],
            "in": {"de": {"title": "Datenschutz"}},
        },
        [],
    )
    clause = "title: '{{ name }}'\noptions: {about: {default: 3, choices: [3, x], about: why}}\n"
    clause += "shows: contacts.privacy\n"
    assert read("clause", clause + "was: old/id\n") == (
        {
            "title": "{{ name }}",
            "options": {"about": {"default": 3, "choices": [3, "x"], "about": "why"}},
            "shows": "contacts.privacy",
            "was": ["old/id"],
        },
        [],
    )
    assert read("theme", "name: Plain\nversion: 1.10\n") == ({"name": "Plain", "version": "1.10"}, [])
    assert read("strings", "skip: 1\n") == ({"skip": "1"}, [])


@given(st.text(st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp", "Cn")), min_size=1, max_size=20))
def test_row_01_a_text_field_takes_any_plain_scalar(text: str) -> None:
    """What the reader took for text comes out of the schema as it was."""
    assert validate("entity", "f", {"name": text, "contacts": {"x": {"phone": text}}}, b"")[0] == {
        "name": text,
        "contacts": {"x": {"phone": text}},
    }


@pytest.mark.parametrize("text", ["NO", "on", "01234", "12:30:45", "1_000", "0x1F", "1.10", "2026-13-01"])
def test_row_01_text_stays_as_typed(text: str) -> None:
    """A text field prints exactly what was typed."""
    assert read("entity", f"name: {text}\n") == ({"name": text}, [])


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("2026-13-01", "wants a date, and the calendar has no `2026-13-01`"),
        ("2026-02-30", "wants a date, and the calendar has no `2026-02-30`"),
        ("2023-02-29", "wants a date, and the calendar has no `2023-02-29`"),
        ("0000-01-01", "wants a date, and the calendar has no `0000-01-01`"),
        ("2026-1-2", "wants a date, not `2026-1-2` (write year-month-day with all zeros: `2026-01-02`)"),
        ("20260102", "wants a date, not `20260102` (write year-month-day with all zeros: `2026-01-02`)"),
        ("2026-W01-1", "wants a date, not `2026-W01-1` (write year-month-day with all zeros: `2026-01-02`)"),
        ("٢٠٢٦-01-02", "wants a date, not `٢٠٢٦-01-02` (write year-month-day with all zeros: `2026-01-02`)"),
        ("[x]", "wants a date, not a list"),
    ],
)
def test_row_02_bad_dates_are_errors_with_a_place(text: str, says: str) -> None:
    """A date that is none is an error at its place, and never a traceback."""
    source = f"policies:\n  privacy:\n    updated: {text}\n"
    assert complaints("entity", source) == [f"3:14 invalid-value `updated` {says}"]
    assert read("entity", source)[0] == {"policies": {"privacy": {}}}


def test_row_03_duplicate_keys_leave_the_first() -> None:
    """A file with a duplicate key can still be checked."""
    raw, found = read_yaml("f.yaml", b"name: a\nname: [b]\n")
    assert [each.code for each in found] == ["duplicate-key"]
    assert validate("entity", "f.yaml", raw, b"name: a\nname: [b]\n") == ({"name": "a"}, [])


def test_row_04_unknown_keys_come_with_the_nearest_known() -> None:
    """An unknown key is an error at the key, with did-you-mean or the known keys."""
    text = "nam: x\ncookies:\n  sid:\n    kolor: red\n    purpos: y\n"
    text += "policies: {p: {adjust: {s: {wiht: {a: b}}}}}\n"
    assert complaints("entity", text) == [
        (
            "4:5 unknown-key unknown key `kolor` in `sid` "
            "(known keys: `category`, `duration`, `name`, `provider`, `purpose`, `type`)"
        ),
        "5:5 unknown-key unknown key `purpos` in `sid` (did you mean `purpose`?)",
        "6:29 unknown-key unknown key `wiht` in `s` (did you mean `with`?)",
        "1:1 unknown-key unknown key `nam` (did you mean `name`?)",
    ]
    assert read("entity", text)[0] == {"cookies": {"sid": {}}, "policies": {"p": {"adjust": {"s": {}}}}}


def test_row_05_all_errors_of_a_file_are_told_and_the_rest_is_kept() -> None:
    """Eight mistakes give eight diagnostics, and what is right is still typed."""
    text = """\
publish: maybe
url: example.org
locales: [en, de_DE, ~]
cookies: {sid: {type: sesion}, x: text}
retention: {a: seven years}
policies: {Bad: {}, p: {sections: [one, Two, {clause: three, sections: [{clause: [x]}]}]}}
"""
    assert complaints("entity", text) == [
        "1:10 invalid-value `publish` wants `true` or `false`, not `maybe`",
        (
            "2:6 invalid-value `url` wants a web address, not `example.org` "
            "(write it whole: `https://www.example.org/`)"
        ),
        (
            "3:15 invalid-value item 2 of `locales` wants a locale, not `de_DE` "
            "(write a language and perhaps a region: `en`, `de`, `fr-CA`)"
        ),
        "3:22 invalid-value item 3 of `locales` wants text, not nothing (write `''` for empty text)",
        "4:23 invalid-value `type` wants `session` or `persistent`, not `sesion` (did you mean `session`?)",
        "4:35 invalid-value `x` wants a mapping of keys and values, not `text`",
        (
            "6:12 invalid-id the key `Bad` wants an id, not `Bad`: an id is made of `a-z`, `0-9` and "
            "single `-` between them, in parts divided by `/`"
        ),
        (
            "6:41 invalid-id `clause` wants an id, not `Two`: an id is made of `a-z`, `0-9` and single `-` "
            "between them, in parts divided by `/`"
        ),
        "6:82 invalid-value `clause` wants text, not a list",
        (
            "5:16 invalid-value `a` wants a duration, not `seven years` "
            "(write a count and days, weeks, months or years: `7 years`)"
        ),
    ]
    assert read("entity", text)[0] == {
        "locales": ["en"],
        "cookies": {"sid": {}},
        "retention": {},
        "policies": {"p": {"sections": [{"clause": "one"}, {"clause": "three", "sections": [{}]}]}},
    }


def test_row_06_a_file_full_of_mistakes_is_told_in_part() -> None:
    """Many thousands of errors do not become many thousands of diagnostics."""
    text = "cookies:\n" + "".join(f"  c{n}: x\n" for n in range(5000))
    value, found = read("entity", text)
    assert value == {"cookies": {}}
    assert len(found) == schema_explain.MAX_PROBLEMS + 1
    assert found[-1].message == "4,800 more problems in this file are not shown"


@pytest.mark.parametrize("raw", [{}, [], None, "text"])
def test_row_10_nothing_to_check(raw: object) -> None:
    """What is no mapping was already told by the reader."""
    assert validate("entity", "f.yaml", raw, b"") == ({}, [])


def test_undeclared_names_are_errors_with_the_nearest_declared() -> None:
    """Contacts, retention, wording and extra have exactly the declared names, in locales too."""
    text = "wording: {sit: x}\ncontacts: {legal: {}}\nextra: {brwsers: [a]}\n"
    text += "in: {de: {retention: {client: 1 day}}}\n"
    assert sorted(complaints("entity", text, NAMES)) == [
        "1:11 undeclared-name `sit` is not a declared name of `wording` (did you mean `site`?)",
        (
            "2:12 undeclared-name `legal` is not a declared name of `contacts` "
            "(declare it in policypages.yaml under `names.contacts`)"
        ),
        "3:9 undeclared-name `brwsers` is not a declared name of `extra` (did you mean `browsers`?)",
        (
            "4:23 undeclared-name `client` is not a declared name of `retention` "
            "(did you mean `client_contact`?)"
        ),
    ]
    assert complaints("entity", text) == []
    assert len(complaints("entity", text, {})) == 4


def test_extra_facts_have_their_declared_types() -> None:
    """Each type word reads its own kind of value."""
    text = (
        "extra: {browsers: Firefox, since: soon, staff: 01, shop: off, motto: [a], help: x.org, desk: Ann}\n"
    )
    assert [each.split(" wants ")[1].split(", not")[0] for each in complaints("entity", text, NAMES)] == [
        "a list",
        "a date",
        "a number",
        "`true` or `false`",
        "text",
        "a web address",
        "an email address",
    ]


def test_every_fact_may_be_null() -> None:
    """`~` sets any fact to null, and takes any entry out of a mapping of entries."""
    for key in json_schema("entity", NAMES)["properties"]:
        assert read("entity", f"{key}: ~\n", NAMES) == ({key: None}, [])
    text = (
        "contacts: {privacy: ~}\ncookies: {a: ~}\nextra: {since: ~}\nallow: {html-as-text: ~}\nin: {de: ~}\n"
    )
    assert read("entity", text, NAMES)[1] == []


def test_a_policy_wants_a_title() -> None:
    """What is required and not there is told at the mapping."""
    assert complaints("policy", "path: x\nsections: a\n") == [
        "1:1 missing-key `title` is missing (add `title: …`)",
        "2:11 invalid-value `sections` wants a list, not `a` (write `[a]`, or one `- ` line for each)",
    ]


def test_settings_are_checked() -> None:
    """Locale, time zone, version, names and their types are checked."""
    text = "schema_version: 2\nlocale: EN\ntimezone: Europe/Berln\n"
    text += "names: {contacts: [Privacy], extra: {a: txt}}\n"
    assert sorted(complaints("settings", text)) == [
        "1:17 invalid-value `schema_version` wants `1`, the one version that is read here, not `2`",
        (
            "2:9 invalid-value `locale` wants a locale, not `EN` "
            "(write a language and perhaps a region: `en`, `de`, `fr-CA`)"
        ),
        "3:11 invalid-value `timezone` wants a time zone, not `Europe/Berln` (did you mean `Europe/Berlin`?)",
        (
            "4:20 invalid-value item 1 of `contacts` wants a name, not `Privacy` "
            "(a name is made of `a-z`, `0-9` and `_`, and starts with a letter)"
        ),
        (
            "4:41 invalid-value `a` wants `text`, `number`, `date`, `yes or no`, `list of text`, `url` "
            "or `email`, not `txt` (did you mean `text`?)"
        ),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "javascript:alert(1)",
        "//example.org",
        "https://",
        "http://a b",
        "https://u:p@x.org/",
        "http://[x",
        "HTTP:x",
        "https://x.org:port/",
        "data:text/html,x",
        'https://x.org/"',
        "https://x.org/\\",
        "ftp://x.org",
    ],
)
def test_only_web_addresses_are_urls(text: str) -> None:
    """A url is http or https with a host, and holds nothing that could end an attribute."""
    assert validate("entity", "f", {"url": text}, b"")[0] == {}


@pytest.mark.parametrize(
    "text", ["https://example.org", "http://localhost:8000/x/", "https://ex.org/?a=b&c=d#e"]
)
def test_web_addresses_stay_as_typed(text: str) -> None:
    """A url that is right is kept to the letter."""
    assert validate("entity", "f", {"url": text}, b"") == ({"url": text}, [])


@pytest.mark.parametrize(
    "text", ["a", "a@b", "a@b.c?bcc=d@e.f", "a b@c.de", "<a@b.cd>", "a@b.cd,e@f.gh", "a@@b.cd"]
)
def test_only_addresses_are_emails(text: str) -> None:
    """An email address holds one address and nothing that adds another."""
    assert validate("entity", "f", {"contacts": {"x": {"email": text}}}, b"")[0] == {"contacts": {"x": {}}}


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("privacy", None),
        ("cookies/persistent-2", None),
        ("console", None),
        ("x" * 200, None),
        ("x" * 201, "at most 200 bytes"),
        ("ä" * 101, "at most 200 bytes"),
        ("", "cannot be empty"),
        ("Privacy", "is made of"),
        ("a--b", "is made of"),
        ("-a", "is made of"),
        ("a/", "is made of"),
        ("/a", "is made of"),
        ("a//b", "is made of"),
        ("../a", "is made of"),
        ("a.b", "is made of"),
        ("a b", "is made of"),
        ("a\n", "is made of"),
        ("ä", "is made of"),
        ("con", "Windows keeps"),
        ("a/lpt1/b", "Windows keeps"),
    ],
)
def test_ids_are_safe_on_every_system(text: str, why: str | None) -> None:
    """An id can be a file, a folder, an anchor and an address everywhere."""
    found = why_not_id(text)
    assert found is None if why is None else why in str(found)


def test_durations_are_written_as_they_were() -> None:
    """A duration prints as a person would write it."""
    assert [str(each) for each in (Duration(1, "day"), Duration(7, "year"))] == ["1 day", "7 years"]


def test_validate_looks_for_no_place_unless_something_is_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    """The fast path never parses a second time."""
    monkeypatch.setattr(schema_explain, "locate", None)
    assert read("entity", ENTITY, NAMES)[1] == []


# --- for editors

KINDS: tuple[Kind, ...] = get_args(Kind)


def walk(part: object) -> list[dict[str, Any]]:
    """Return every mapping inside a JSON Schema."""
    inner = part.values() if isinstance(part, dict) else part if isinstance(part, list) else []
    return [*([part] if isinstance(part, dict) else []), *(each for item in inner for each in walk(item))]


@pytest.mark.parametrize("kind", KINDS)
def test_json_schema_is_complete(kind: Kind) -> None:
    """Every key of every shape is described, and no other key is allowed."""
    made = json_schema(kind, NAMES)
    assert made["$schema"] == "http://json-schema.org/draft-07/schema#"
    assert json.loads(json.dumps(made)) == made
    declared = {"Contacts", "Retention", "Wording", "Extra"}
    for name, shape in [("", made), *made.get("definitions", {}).items()]:
        if "properties" in shape:
            assert shape["additionalProperties"] is False, name
            undescribed = [key for key, each in shape["properties"].items() if "description" not in each]
            assert name in declared or not undescribed, name
    for part in walk(made):
        if "$ref" in part:
            assert part["$ref"].removeprefix("#/definitions/") in made["definitions"]


def test_json_schema_has_exactly_the_declared_names() -> None:
    """An editor completes and refuses the names of this repository, with their types."""
    shapes = json_schema("entity", NAMES)["definitions"]
    for key in ("contacts", "retention", "wording", "extra"):
        assert list(shapes[key.capitalize()]["properties"]) == list(NAMES[key])
        assert shapes[key.capitalize()]["additionalProperties"] is False
    extra = shapes["Extra"]["properties"]
    assert extra["shop"] == {"enum": [True, False, "yes", "no", None]}
    assert extra["staff"] == {"type": ["number", "null"]}
    assert "in" not in shapes["EntityInLocale"]["properties"]


def test_json_schema_lets_an_outline_name_clauses() -> None:
    """An item of an outline is a clause's id or a section, at every depth."""
    for shape in (json_schema("policy"), json_schema("policy")["definitions"]["Section"]):
        choices = shape["properties"]["sections"]["items"]["anyOf"]
        assert [each.get("type") or each["$ref"] for each in choices] == [
            ["string", "number"],
            "#/definitions/Section",
        ]
    text = "title: x\nsections: [{clause: a, sectons: []}]\n"
    assert complaints("policy", text) == [
        "2:24 unknown-key unknown key `sectons` in an item of `sections` (did you mean `sections`?)"
    ]


def test_json_schema_lets_text_look_like_anything() -> None:
    """An editor must not mark `97702` or `true` where the reader takes text."""
    properties = json_schema("entity")["properties"]
    assert properties["name"]["type"] == ["string", "number", "boolean", "null"]
    assert properties["publish"]["enum"] == [True, False, "yes", "no", None]
    assert json_schema("policy")["required"] == ["title"]
