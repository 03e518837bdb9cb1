"""What a text reads on one page: which branch is taken, what a loop goes through, and what for."""

from __future__ import annotations

from typing import Any

import pytest
from tests.clausecase import COUNTS, LINKS, REFS, compiled, facts_of, options_of

from policypages.formats.templates.texts import LEVEL, scope_of
from policypages.formats.templates.traced import read_on_page

FACTS = """\
audience: members
extra: {product: Plan, tools: [Saw, Plane], sells: yes}
contacts: {press: {email: press@example.org}}
cookies: {sid: {type: session, purpose: one}, lang: {type: persistent, purpose: two}}
retention: {records: 7 years}
"""
CASES: dict[str, tuple[str, set[tuple[int, str, str]]]] = {
    "a fact is printed": ("For {{ audience }}.", {(0, "audience", "print")}),
    "the branch that is taken": (
        "{% if extra.sells %}{{ audience }}{% else %}{{ controller }}{% endif %}.",
        {(0, "extra.sells", "test"), (1, "audience", "print")},
    ),
    "the other branch": (
        "{% if short_name %}{{ short_name }}{% elif extra.beacons %}x{% else %}{{ audience }}{% endif %}.",
        {(0, "short_name", "test"), (2, "extra.beacons", "test"), (4, "audience", "print")},
    ),
    "what stands in for a fact that is not set": (
        "{{ short_name or audience }}.",
        {(0, "short_name", "test"), (0, "audience", "print")},
    ),
    "what is not needed is not read": ("{{ audience or short_name }}.", {(0, "audience", "print")}),
    "an inline if": (
        '{{ "a" if extra.sells else "b" }}{{ audience if extra.beacons else extra.product }}.',
        {(0, "extra.sells", "test"), (1, "extra.beacons", "test"), (1, "extra.product", "print")},
    ),
    "a condition ends where it is decided": (
        "{% if extra.beacons and extra.sells %}a{% endif %}b {% if extra.sells or short_name %}c{% endif %}.",
        {(0, "extra.beacons", "test"), (2, "extra.sells", "test")},
    ),
    "a comparison": (
        '{% if extra.product == "Plan" and "Saw" in extra.tools %}x{% endif %}y.',
        {(0, "extra.product", "test"), (0, "extra.tools", "test")},
    ),
    "a count": (
        "{{ extra.tools | length | words }}{% if extra.tools | length == 2 %}!{% endif %}",
        {(0, "extra.tools", "count"), (1, "extra.tools", "test")},
    ),
    "entries by the keys that they have": (
        "{% for one in cookies %}{{ one.purpose }}{% if one.category %}x{% endif %} {% endfor %}",
        {
            (0, "cookies", "loop"),
            (1, "cookies.sid.purpose", "print"),
            (2, "cookies.sid.category", "test"),
            (1, "cookies.lang.purpose", "print"),
            (2, "cookies.lang.category", "test"),
        },
    ),
    "entries that have no id of their own": (
        "{% for kept in retention %}{{ kept.count }} {% endfor %}",
        {(0, "retention", "loop"), (1, "retention.records.count", "print")},
    ),
    "items of a list": (
        "{% for tool in extra.tools %}{{ loop.index }} {{ tool | upper }} {% endfor %}",
        {(0, "extra.tools", "loop"), (2, "extra.tools", "print")},
    ),
    "a loop in a loop": (
        "{% for one in contacts %}{% for way in one.channels %}{{ way }} {% endfor %}{% endfor %}",
        {
            (0, "contacts", "loop"),
            (1, "contacts.press.channels", "loop"),
            (2, "contacts.press.channels", "print"),
        },
    ),
    "an address": (
        "[see]({{ extra.help }}) and [here]({{ ref('contact') }}).",
        {(0, "extra.help", "print"), (1, "ref.contact", "address")},
    ),
    "what a reference shows": (
        '{{ ref("contact") }} {{ ref("contact").number }} {{ link("cookies").title }}',
        {(0, "ref.contact", "title"), (1, "ref.contact", "number"), (2, "link.cookies", "title")},
    ),
    "numbers and options": (
        "{{ sections.last }}{% if option.how == 'so' %}{{ option.word }}{% endif %}",
        {(0, "sections.last", "print"), (1, "option.how", "test"), (2, "option.word", "print")},
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_what_is_read_is_known(name: str) -> None:
    """Each tag that runs is named with what it reads and what for, and no tag that does not run."""
    source, wanted = CASES[name]
    front = "---\ntitle: T\noptions:\n  how: {default: so, about: x}\n  word: {default: w, about: x}\n---\n"
    clause, found = compiled(front + source + "\n")
    assert clause is not None, found
    scope: dict[str, Any] = scope_of(facts_of(FACTS), locale="en", refs=REFS, links=LINKS)
    scope |= {"option": options_of(clause), "sections": COUNTS, LEVEL: 1}
    read = {(one.tag, ".".join(one.path), one.mode) for one in read_on_page(clause.body, scope)}
    assert read == wanted


def test_a_text_that_cannot_run_is_read_as_far_as_it_runs() -> None:
    """Two values that cannot be compared end the reading, and nothing is raised."""
    clause, found = compiled("---\ntitle: T\n---\n{{ audience }}{% if extra.seats < 3 %}x{% endif %}.\n")
    assert clause is not None, found
    scope = scope_of({**facts_of(FACTS), "extra": {"seats": "many"}}, locale="en", refs={}, links={})
    read = {(one.tag, ".".join(one.path)) for one in read_on_page(clause.body, {**scope, LEVEL: 1})}
    assert read == {(0, "audience"), (1, "extra.seats")}
