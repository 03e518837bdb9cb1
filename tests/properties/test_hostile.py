from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import html
from tests.clausecase import Outcome, compiled, facts_of, run

# every place that a fact can stand in, and the block elements that it must not change
CONTEXTS: Mapping[str, str] = {
    "prose": "We sell {{ extra.product }} here.",
    "alone": "{{ extra.product }}",
    "heading": "## About {{ extra.product }}",
    "underlined heading": "{{ extra.product }}\n===",
    "item": "- one\n- {{ extra.product }}\n  - {{ extra.product }}",
    "loop": "{% for tool in extra.tools %}\n- {{ tool }}\n{% endfor %}",
    "cell": "| a | b |\n|---|---|\n| {{ extra.product }} | {{ extra.product }} |",
    "quote": "> {{ extra.product }}",
    "emphasis": "*{{ extra.product }}* **{{ extra.product }}**",
    "link text": "[{{ extra.product }}](/a)",
    "link title": '[x](/a "t {{ extra.product }}")',
    "image words": "![{{ extra.product }}](/i.png)",
    "image title": '![x](/i.png "{{ extra.product }}")',
    "code": "`{{ extra.product }}`",
    "fence": "```\n{{ extra.product }}\n```",
    "language of a fence": "```{{ extra.product }}\nx\n```",
    "indented code": "    {{ extra.product }}",
    "glued": "Text\n{% if extra.product %}\n{{ extra.product }}\n{% endif %}\nmore.",
    "filtered": "{{ extra.product | upper }} {{ extra.product | upfirst }} {{ extra.tools | join }}",
    "series": "{{ extra.tools | series }} {{ extra.tools | lines | lower }}",
    "literal": "{{ extra.product if extra.product else extra.agency }}",
}
TARGETS: Mapping[str, str] = {
    "target": "[x]({{ extra.product }})",
    "end of a target": "[x](https://example.org/a/{{ extra.product }})",
    "query": "[x](/find?q={{ extra.product }}&n=1)",
    "mail": "[x](mailto:{{ extra.product }})",
    "image": "![x]({{ extra.product }})",
    "definition": "[x]\n\n[x]: {{ extra.product }}",
    "automatic": "<https://example.org/{{ extra.product }}>",
}
HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "{{ 7*7 }}",
    "{% raw %}",
    "{#",
    "}}",
    "*x*",
    "**_x_**",
    "# x",
    "- x",
    "1. x",
    "> x",
    "```",
    "    x",
    "`x`",
    "[a](javascript:alert(1))",
    "![a](x.png)",
    "<https://evil.example>",
    "|",
    " | a | b |",
    "a\n\nb",
    "a\nb\n===\n- c",
    "</p></article><script>",
    "&amp; &lt;script&gt; &#60;",
    "\u202egnp.exe\u202c",
    "\u2066x\u2069\u200b\u200d",
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    " javascript:alert(1)",
    "java\tscript:alert(1)",
    "java\nscript:alert(1)",
    "\u200bjavascript:alert(1)",
    "javascript&colon;alert(1)",
    "%6aavascript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "vbscript:x",
    "//evil.example",
    "\\\\evil.example",
    "/\\evil.example",
    "zq0000z",
    "zqu0000z zqh1z zqd0z",
    "\\",
    "$& \\1 %s {0}",
    "x" * 100_000,
    "<b>" * 33_000,
)
SAFE = ("http:", "https:", "mailto:", "tel:")


@cache
def _entity() -> Mapping[str, Any]:
    return facts_of("extra: {product: word, tools: [word], agency: word}\n")


def _run(source: str, value: str) -> Outcome:
    clause, found = compiled(source)
    assert clause is not None, found
    extra = {**_entity()["extra"], "product": value, "tools": [value]}
    return run(clause, {**_entity(), "extra": extra})


def _skeleton(markup: str) -> list[str]:
    """Return the elements in their order, with the names of their attributes."""
    tree = html.fragment_fromstring(markup, create_parent="main")
    return [f"{one.tag} {' '.join(sorted(one.attrib))}".strip() for one in tree.iter()]


def _addresses(markup: str) -> list[str]:
    tree = html.fragment_fromstring(markup, create_parent="main")
    return [str(address) for address in tree.xpath("//@href | //@src")]


def _shown(markup: str) -> str:
    tree = html.fragment_fromstring(markup, create_parent="main")
    attributes = [str(value) for value in tree.xpath("//@alt | //@title | //@class")]
    return "".join([str(tree.text_content()), *attributes])


def _check_text(source: str, value: str) -> None:
    plain, hostile = _run(source, "word"), _run(source, value)
    assert not hostile.problems
    assert _skeleton(hostile.html) == _skeleton(plain.html)
    assert _addresses(hostile.html) == _addresses(plain.html)


def _check_target(source: str, value: str) -> None:
    plain, hostile = _run(source, "word"), _run(source, value)
    assert {code for code, _, _ in hostile.problems} <= {"unsafe-url"}
    assert _skeleton(hostile.html) == _skeleton(plain.html)
    for address in _addresses(hostile.html):
        scheme = address.partition(":")[0].lower() + ":" if ":" in address.split("/")[0].split("?")[0] else ""
        assert not scheme or scheme in SAFE
        assert not address.startswith(("//", "\\", "/\\"))


@pytest.mark.parametrize("context", CONTEXTS)
def test_row_20_a_hostile_fact_is_text_wherever_it_stands(context: str) -> None:
    """No element, attribute or address is other than with a plain word."""
    for value in HOSTILE:
        _check_text(CONTEXTS[context], value)


@pytest.mark.parametrize("value", [one for one in HOSTILE if len(one) < 1000], ids=json.dumps)
def test_a_hostile_fact_is_shown_letter_for_letter(value: str) -> None:
    """The reader sees the fact as it is in the entity's file."""
    for context in ("prose", "cell", "link text", "image words", "link title", "code", "fence", "heading"):
        assert value in _shown(_run(CONTEXTS[context], value).html)


@pytest.mark.parametrize("context", TARGETS)
def test_a_hostile_fact_in_a_link_target_is_refused_or_leads_nowhere_bad(context: str) -> None:
    """A target is an address of the web, of mail or of a telephone, or the page is refused."""
    for value in HOSTILE:
        _check_target(TARGETS[context], value)


@pytest.mark.parametrize(
    "value",
    [
        "javascript:alert(1)",
        "JAVASCRIPT:x",
        " javascript:x",
        "data:text/html,x",
        "vbscript:x",
        "//evil.example",
        "a\nb",
    ],
)
def test_row_21_a_dangerous_address_is_refused(value: str) -> None:
    """A fact that is the whole target and no safe address is `unsafe-url`, at its tag."""
    assert _run(TARGETS["target"], value).problems == (("unsafe-url", 1, 5),)


@pytest.mark.parametrize(
    "value", ["[a](javascript:alert(1))", "<b>*x*</b> `{{ 7 }}`", "![a](data:text/html,x)"]
)
def test_a_fact_that_may_be_markdown_is_still_no_html_and_no_dangerous_link(value: str) -> None:
    """The filter `markdown` gives emphasis, code and links, never raw HTML or a bad scheme."""
    outcome = _run("{{ extra.product | markdown }}", value)
    assert not any(address.startswith(("javascript:", "data:")) for address in _addresses(outcome.html))
    assert set(_skeleton(outcome.html)) <= {"main", "p", "em", "code", "a href", "img alt src"}


@settings(max_examples=100)
@given(st.sampled_from(sorted(CONTEXTS)), st.text(min_size=1).filter(lambda text: "\0" not in text))
def test_any_text_is_text_wherever_it_stands(context: str, value: str) -> None:
    """The same for any text at all."""
    _check_text(CONTEXTS[context], _loadable(value))


@settings(max_examples=100)
@given(st.sampled_from(sorted(TARGETS)), st.text(min_size=1))
def test_any_text_in_a_link_target_is_refused_or_leads_nowhere_bad(context: str, value: str) -> None:
    """The same for link targets."""
    _check_target(TARGETS[context], _loadable(value))


def _loadable(value: str) -> str:
    """Leave out what no facts file can hold: control characters and halves of pairs."""
    text = "".join(c for c in value if c in "\t\n" or (ord(c) >= 0x20 and not 0x7F <= ord(c) <= 0x9F))
    return text.encode("utf-8", "ignore").decode().replace("\ufffe", "").replace("\uffff", "") or "x"
