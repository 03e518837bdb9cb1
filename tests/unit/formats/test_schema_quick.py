"""The quick reader of facts takes exactly what pydantic takes, and gives exactly the same."""

from __future__ import annotations

import string
import subprocess
import sys
from typing import Any
from urllib.parse import urlsplit

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from policypages.formats import schema_brand as brand
from policypages.formats import schema_fields as fields
from policypages.formats.facts import read_yaml
from policypages.formats.schema import validate
from policypages.formats.schema_entity import entity_shape, freeze
from policypages.formats.schema_fields import (
    Choice,
    Form,
    Itself,
    ListOf,
    MapOf,
    RefusalError,
    Scalar,
    Shape,
    Value,
)
from policypages.formats.schema_outline import CLAUSE, POLICY
from policypages.formats.schema_publish import DESTINATION, WEB
from policypages.formats.schema_quick import reader
from policypages.formats.schema_site import SETTINGS, STRINGS, THEME
from policypages.formats.schema_types import type_of

NAMES = {
    "contacts": ["privacy", "support"],
    "retention": ["logs"],
    "wording": ["site"],
    "extra": {
        "a": "text",
        "b": "number",
        "c": "date",
        "d": "yes or no",
        "e": "list of text",
        "f": "url",
        "g": "email",
    },
}
FORMS: dict[str, Form] = {
    "settings": SETTINGS,
    "entity": entity_shape(freeze(NAMES)),
    "entity with any names": entity_shape(None),
    "entity without names": entity_shape(freeze({})),
    "policy": POLICY,
    "clause": CLAUSE,
    "theme": THEME,
    "strings": STRINGS,
}
READERS = {name: reader(form) for name, form in FORMS.items()}
ADAPTERS: dict[str, TypeAdapter[Any]] = {name: TypeAdapter(type_of(form)) for name, form in FORMS.items()}
GOOD: dict[Form, tuple[str, ...]] = {
    fields.TEXT: ("some words", "", "é", "97702"),
    fields.DATE: ("2026-01-02", "2024-02-29"),
    fields.DAYS: ("0", "7", "9999"),
    fields.COUNT: ("1", "20000"),
    fields.NUMBER: ("0", "12", "-3", "1.50", "-0.0"),
    fields.FLAG: ("true", "No", "YES"),
    fields.DURATION: ("7 years", "1 day"),
    fields.URL: (
        "https://www.example.org/",
        "http://a.b:8080/x?y=1#z",
        "HTTPS://EXAMPLE.org",
        "https://é.org",
    ),
    fields.EMAIL: ("a@b.org", "a.b+c@d-e.f.org"),
    fields.ID: ("a", "cookies/persistent"),
    fields.NAME: ("privacy", "a_1"),
    fields.LOCALE: ("en", "de-AT", "zh-Hant-TW"),
    fields.TIME_ZONE: ("UTC", "Europe/Berlin"),
    fields.RULE: ("html-as-text", "unused-allow"),
    fields.SHOWS: ("cookies", "contacts.privacy", "retention"),
    fields.VERSION: ("1",),
    brand.COLOUR: ("#1A56b8", "fff", "000000"),
    brand.FONT: ("Inter", "Helvetica Neue"),
    brand.PICTURE: ("acme.svg", "a/b-c.png"),
    DESTINATION: ("s3://pages/live", "gs://{entity}-pages", "./public", "/srv/www"),
    WEB: ("https://legal.example.org/", "http://127.0.0.1:9000"),
    fields.OPTION: ("true", "word", "007", "3", "1.10"),
}
BAD = st.sampled_from(
    [
        "",
        "x y",
        "Con",
        "con",
        "-0",
        "01",
        "2026-02-30",
        "a@b",
        "https://",
        "http://a:b@c.org",
        "en_US",
        {},
        [],
    ]
) | st.one_of(
    st.none(), st.text(max_size=4), st.just(["a", ["b"]]), st.just({"clause": "a"}), st.just([None])
)


def values(form: Form, within: Shape | None = None, depth: int = 3) -> st.SearchStrategy[Any]:
    """Draw what a form takes, and at few places something that it may not take."""
    good: st.SearchStrategy[Any]
    match form:
        case Scalar() | Value():
            good = st.sampled_from(GOOD[form])
            if form is fields.OPTION:
                good |= st.lists(st.sampled_from(GOOD[fields.TEXT]), max_size=2)
        case Choice():
            good = st.sampled_from(form.words)
        case ListOf():
            item = values(form.item, within, depth)
            good = st.lists(item, max_size=2) | item if form.json is not None else st.lists(item, max_size=2)
        case MapOf():
            keys = st.sampled_from(GOOD[form.key]) | rarely(st.text(max_size=3), st.just("a"))
            good = st.dictionaries(keys, values(form.value, None, depth - 1) | st.none(), max_size=2)
        case Shape() | Itself():
            shape = form if isinstance(form, Shape) else within
            assert shape is not None
            if depth <= 0:
                return st.just({})
            facts = {key: values(fact.form, shape, depth - 1) for key, fact in shape.facts.items()}
            some = st.lists(st.sampled_from([*facts, *facts, "unknown"]), unique=True, max_size=5)
            good = some.flatmap(
                lambda keys: st.fixed_dictionaries({key: facts.get(key, st.just("x")) for key in keys})
            )
            if shape.short is not None:
                good |= st.sampled_from(GOOD[fields.ID])
        case _:
            good = BAD
    return rarely(BAD, good)


def rarely(this: st.SearchStrategy[Any], that: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Draw `this` one time in sixteen."""
    return st.integers(0, 15).flatmap(lambda n: this if n == 7 else that)


def by_pydantic(name: str, raw: object) -> str:
    """Return what pydantic makes of a value, in full and in its order."""
    try:
        return repr(ADAPTERS[name].validate_python(raw))
    except ValidationError:
        return "refused"


def at_once(name: str, raw: object) -> str:
    """Return what the quick reader makes of a value."""
    try:
        return repr(READERS[name](raw))
    except RefusalError:
        return "refused"


@pytest.mark.parametrize("name", FORMS)
@given(data=st.data())
def test_the_quick_reader_takes_and_gives_what_pydantic_does(name: str, data: st.DataObject) -> None:
    """Good or bad, nested or not, with keys in any order: both say the same."""
    raw = data.draw(values(FORMS[name]))
    assert at_once(name, raw) == by_pydantic(name, raw)


@pytest.mark.parametrize("name", FORMS)
@pytest.mark.parametrize("raw", [{}, [], None, "text", {"title": None}, {"title": "x"}, {"name": ["x"]}])
def test_the_quick_reader_and_pydantic_agree_at_the_edges(name: str, raw: object) -> None:
    """What is no mapping, what is required, what is null."""
    assert at_once(name, raw) == by_pydantic(name, raw)


def test_every_fact_is_drawn() -> None:
    """There is a good value of each form, and it is taken alone."""
    for name, form in FORMS.items():
        assert isinstance(form, Shape | MapOf)
        for key, fact in form.facts.items() if isinstance(form, Shape) else ():
            for text in GOOD.get(fact.form, ()):
                raw = {"title": "x", key: text} if name == "policy" else {key: text}
                assert at_once(name, raw) == by_pydantic(name, raw) != "refused", (name, key, text)


def test_a_value_that_holds_itself_is_told() -> None:
    """What never ends is refused, and does not end the program."""
    ring: dict[str, Any] = {"clause": "a"}
    ring["sections"] = [ring]
    found = validate("policy", "p.yaml", {"title": "T", "sections": [ring]}, b"title: T\n")[1]
    assert [one.message for one in found] == ["item 1 of `sections` holds itself"]


ADDRESS = st.builds(
    str.__add__,
    st.sampled_from(["http://", "https://", "HTTP://", "https:/", "ftp://", "//", ""]),
    st.text(
        alphabet=string.ascii_letters + string.digits + "-._~:/?#[]@!$&'()*+,;=%\\ \t\né\u200b\u2100",
        max_size=12,
    ),
)


@given(ADDRESS)
@example("https://www.example.org/legal/")
@example("https://example.org:0/")
@example("https://example.org:99999/")
@example("https://user@example.org/")
@example("https://.../")
@example("https://-/")
@example("https:///path")
@example("https://example.org\n")
def test_an_address_is_what_urlsplit_takes_for_one(text: str) -> None:
    """The short way for plain addresses takes none that the standard library reads otherwise."""
    try:
        parts = urlsplit(text)
        usable = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
        usable = usable and "@" not in parts.netloc
    except ValueError:
        usable = False
    unseen = any(each.isspace() or ord(each) <= 0x1F or 0x7F <= ord(each) <= 0x9F for each in text)
    usable = usable and not unseen and not set(text) & set('<>"`\\{}|^')
    raw = {"url": text}
    assert (at_once("entity", raw) == repr(raw)) == usable
    assert at_once("entity", raw) == by_pydantic("entity", raw)


def test_good_files_are_read_without_pydantic() -> None:
    """Whoever made no mistake does not wait for what explains mistakes."""
    program = """
import sys
from policypages.formats.facts import read_yaml
from policypages.formats.schema import validate
text = b"name: Example\\nurl: https://example.org/\\ncookies: {sid: {type: session}}\\n"
print(validate("entity", "e.yaml", read_yaml("e.yaml", text)[0], text, {}))
print(sorted({"pydantic", "pydantic_core", "zoneinfo", "urllib.parse"} & sys.modules.keys()))
"""
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    first, second = ran.stdout.splitlines()
    assert first == (
        "({'name': 'Example', 'url': 'https://example.org/', 'cookies': {'sid': {'type': 'session'}}}, [])"
    )
    assert second == "[]"


def test_no_text_of_a_file_holds_half_a_character() -> None:
    """Half of a surrogate pair, which pydantic would refuse in any text, does not come out of YAML."""
    assert [one.code for one in read_yaml("f.yaml", b'name: "\\ud800"\n')[1]] == ["yaml-syntax"]
