from __future__ import annotations

import time

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from tests.clausecase import COUNTS, LINKS, REFS, compiled, facts_of, options_of
from tests.properties.clausegrammar import clauses

from policypages.diagnostics import Diagnostic
from policypages.formats.facts import read_yaml
from policypages.formats.schema import Kind, validate
from policypages.formats.templates.texts import LEVEL, scope_of

KINDS: tuple[Kind, ...] = ("settings", "entity", "policy", "clause", "theme")
PIECES = (
    *("{{", "}}", "{%", "%}", "{#", "#}", "{{ name }}", "{% if extra.sells %}", "{% endif %}", "{% else %}"),
    *(
        "{% for t in extra.tools %}",
        "{{ t }}",
        "{% endfor %}",
        "{%- if x -%}",
        '{{ ref("contact") }}',
        "| lines",
    ),
    *(
        "\n",
        "\n\n",
        "    ",
        "\t",
        "> ",
        "- ",
        "1. ",
        "# ",
        "```\n",
        "~~~",
        "| a |\n|---|\n",
        "| b |\n",
        "*",
        "_",
        "`",
    ),
    *(
        "[",
        "](",
        ")",
        "![",
        "<",
        ">",
        "[x]: /a\n",
        "---\n",
        "===\n",
        "\\",
        "&#122;",
        "zq0000z",
        "word",
        '"',
        "'",
        "é",
    ),
)
MARKUP = st.lists(st.sampled_from(PIECES), max_size=40).map("".join)
YAML = st.one_of(
    st.binary(max_size=300),
    st.text(max_size=300).map(lambda text: text.encode("utf-8", "surrogatepass")),
    st.lists(
        st.sampled_from(
            (
                *("name", "extra", "cookies", "policies", ": ", ":\n  ", "\n", "- ", "{", "}", "[", "]", ","),
                *("&a ", "*a", "~", "<<", "!!str ", "'", '"', "|\n", ">\n", "#", "---\n", "...\n", "?", "%"),
                *("2023-01-24", "yes", "\t", "\r\n"),
            )
        ),
        max_size=40,
    ).map(lambda parts: "".join(parts).encode()),
)


def _compiles_or_complains(source: bytes) -> None:
    clause, found = compiled(source)
    assert all(one.span is not None for one in found)
    assert clause is not None or any(one.severity == "error" for one in found)
    if clause is not None:
        facts = facts_of("extra: {tools: [saw]}\n")
        scope = scope_of(facts, locale="en", refs=REFS, links=LINKS)
        html, _ = clause.body.render({**scope, "option": options_of(clause), "sections": COUNTS, LEVEL: 1})
        assert clause.body.source or not html


@settings(max_examples=100, suppress_health_check=[HealthCheck.too_slow])
@given(st.one_of(MARKUP, st.text()))
@example("![" * 2000 + "](x)" * 2000)
@example(">" * 3000 + " x")
@example("{% if extra.sells %}" * 300)
@example("{% for a in extra.tools %}" * 40 + "x" + "{% endfor %}" * 40)
@example("{{ " + "(" * 900 + "name" + ")" * 900 + " }}")
@example("{{ " + "not " * 400 + "name }}")
@example("[" * 5000)
@example("*a" * 3000)
@example("\x0c{{ name }}\u2028\u0085{% if extra.sells %}\x1c{% endif %}")
def test_any_text_is_a_clause_or_diagnostics(text: str) -> None:
    """Whatever stands in a clause's file, it compiles and runs, or says why not."""
    _compiles_or_complains(text.encode("utf-8", "surrogatepass"))


@settings(max_examples=100, suppress_health_check=[HealthCheck.too_slow])
@given(clauses(), st.data())
def test_a_clause_that_lost_a_piece_is_a_clause_or_diagnostics(source: str, data: st.DataObject) -> None:
    """A good clause with a stretch cut out, or moved, never makes the compiler fall."""
    start = data.draw(st.integers(0, len(source)))
    end = data.draw(st.integers(start, min(len(source), start + 30)))
    to = data.draw(st.integers(0, len(source)))
    rest = source[:start] + source[end:]
    moved = data.draw(st.sampled_from(("", source[start:end])))
    _compiles_or_complains((rest[:to] + moved + rest[to:]).encode())


@pytest.mark.parametrize("kind", KINDS)
def test_any_bytes_are_values_or_diagnostics(kind: Kind) -> None:
    """Whatever stands in a YAML file, it is read and validated, or says why not."""

    @settings(max_examples=100, suppress_health_check=[HealthCheck.too_slow])
    @given(YAML)
    def reads(data: bytes) -> None:
        raw, found = read_yaml("x.yaml", data)
        assert all(isinstance(one, Diagnostic) for one in found)
        if raw is None:
            assert found
        else:
            values, more = validate(kind, "x.yaml", raw, data)
            assert isinstance(values, dict)
            assert all(isinstance(one, Diagnostic) for one in more)

    reads()


@pytest.mark.parametrize(
    "piece", ["[", "![", "[a](", "[a]: /{{ name }}\n\n[a] ", "*a _b ", "{{ name }} ", "> - ", "`a``b"]
)
def test_a_clause_of_one_piece_repeated_is_read_or_refused_soon(piece: str) -> None:
    """Nothing of the size that a clause may have takes longer than a person waits."""
    start = time.monotonic()
    _compiles_or_complains((piece * (250_000 // len(piece))).encode())
    _compiles_or_complains((piece * (9_000 // len(piece))).encode())
    assert time.monotonic() - start < 20
