"""Facts that nothing reads, clauses in no outline, variants that nobody chose."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.factcase import ACME, alone, clause, codes, house
from tests.sitecase import DAY, SiteCase

from policypages import build as pipeline
from policypages.build.checking import check
from policypages.checks.kinds import Choice
from policypages.sources import MemorySources

FACT, CLAUSE, VARIANT = "unused-fact", "unused-clause", "unused-variant"
NAMES = """\
names:
  contacts: [privacy]
  retention: [orders]
  wording: [site]
  extra: {product: text, tools: list of text}
"""
FACTS = """\
short_name: Ac
controller: Acme Inc.
audience: customers
site_url: https://acme.example/
sample: yes
owns_root: yes
contacts:
  privacy: {email: privacy@acme.example, phone: 800-555-0100, fax: 800-555-0101}
cookies:
  sid: {type: session, purpose: keeps you signed in}
retention: {orders: 7 years}
wording: {site: shop}
extra: {product: Finder, tools: [hammer, saw]}
"""
ALL = [
    "contacts.privacy.email",
    "contacts.privacy.fax",
    "contacts.privacy.phone",
    "controller",
    "cookies.sid.purpose",
    "cookies.sid.type",
    "extra.product",
    "extra.tools",
    "retention.orders",
    "short_name",
    "wording.site",
]


def _unread(case: SiteCase) -> list[str]:
    """Return the paths that are told to be stated and not read."""
    found = alone(case, FACT).report.diagnostics
    assert all(one.code == FACT for one in found), found
    return sorted(one.message.split("`")[1] for one in found if "is stated" in one.message)


def _with(tmp_path: Path, text: str, **more: str) -> SiteCase:
    files = {"entities/acme.yaml": FACTS + ACME, "clauses/opening.md": text}
    return house(tmp_path, {**files, **more}, NAMES)


def test_what_no_text_reads_is_told_and_what_the_build_uses_is_not(tmp_path: Path) -> None:
    """`name`, `url`, `site_url`, `sample`, `owns_root` and `audience` are used; the rest wants a reader."""
    assert _unread(_with(tmp_path, clause("Words."))) == ALL


@pytest.mark.parametrize(
    ("body", "used"),
    [
        ("{{ short_name }}", ["short_name"]),
        ("{{ contacts.privacy.email }}", ["contacts.privacy.email"]),
        (
            "{{ contacts.privacy.channels | series('or') }}",
            ["contacts.privacy.email", "contacts.privacy.phone"],
        ),
        ("A {% if contacts.privacy %}b{% endif %}", [one for one in ALL if one.startswith("contacts")]),
        ("{{ cookie_types | series('and') }}", ["cookies.sid.purpose", "cookies.sid.type"]),
        (
            "{% for one in cookies %}\n- {{ one.name }}\n{% endfor %}",
            ["cookies.sid.purpose", "cookies.sid.type"],
        ),
        ("{{ retention.orders.count | spelled }}", ["retention.orders"]),
        ("{{ retention.orders }}", ["retention.orders"]),
        (
            "A {% if controller == 'x' %}b{% elif extra.product %}c{% endif %}",
            ["controller", "extra.product"],
        ),
        ("{% for tool in extra.tools %}\n- {{ tool }}\n{% endfor %}", ["extra.tools"]),
        ("[a]({{ site_url }}) {{ wording.site | upfirst }}", ["wording.site"]),
        ("`{{ extra.product }}`", ["extra.product"]),
    ],
)
def test_what_a_text_reads_is_used_with_what_it_follows_from(
    tmp_path: Path, body: str, used: list[str]
) -> None:
    """A test, a loop, a part and a derived fact each use what is below or behind them."""
    assert _unread(_with(tmp_path, clause(body))) == [one for one in ALL if one not in used]


@pytest.mark.parametrize(
    ("front", "used"),
    [
        ("shows: contacts.privacy\n", "contacts"),
        ("shows: cookies\n", "cookies"),
        ("shows: retention\n", "retention"),
        ("summary: For {{ extra.product }}.\n", "extra.product"),
    ],
)
def test_front_matter_reads_too(tmp_path: Path, front: str, used: str) -> None:
    """A shown contact uses all of it, and a summary is a text."""
    left = [one for one in ALL if not one.startswith(used)]
    assert _unread(_with(tmp_path, clause("Words.", front))) == left


def test_outlines_read_in_titles_and_conditions(tmp_path: Path) -> None:
    """What only an outline of a policy reads is read."""
    outline = (
        "title: P\nsections:\n  - {clause: opening, title: 'At {{ controller }}', when: extra.product}\n"
        "  - {id: more, title: More, shows: contacts.privacy,\n"
        "     sections: [{clause: opening, id: x, when: wording.site}]}\n"
        "in:\n  de: {adjust: {opening: {when: retention.orders}}}\n"
    )
    case = _with(tmp_path, clause("Words."), **{"policies/privacy.yaml": outline})
    assert _unread(case) == ["cookies.sid.purpose", "cookies.sid.type", "extra.tools", "short_name"]


def test_an_entity_reads_by_its_own_adjustments_outline_and_edits(tmp_path: Path) -> None:
    """What only one entity, or its group, reads is read, for all who state it."""
    own = """\
    adjust:
      opening:
        title: "{{ short_name }}"
        edits: {Words: "{{ controller }}"}
        because: test
"""
    group = "publish: false\nname: G\npolicies: {privacy: {adjust: {opening: {when: extra.product}}}}\n"
    outline = "policies:\n  privacy:\n    sections:\n      - {clause: opening, title: '{{ wording.site }}'}\n"
    files = {
        "entities/group.yaml": group,
        "entities/acme.yaml": f"extends: group\n{FACTS}{ACME.replace('privacy: {}', 'privacy:')}{own}",
        "entities/beta.yaml": f"{FACTS}name: B\nurl: https://b.example/\n{outline}",
        "clauses/opening.md": clause("Words."),
    }
    left = _unread(house(tmp_path, files, NAMES))
    assert left == [
        one for one in ALL if one not in {"short_name", "controller", "extra.product", "wording.site"}
    ]


def test_the_same_whoever_works(tmp_path: Path) -> None:
    """In two processes what one site reads counts for facts that another states."""
    files = {f"entities/site-{n:03}.yaml": f"short_name: S\n{ACME}" for n in range(100)}
    adjust = "    adjust: {opening: {title: 'At {{ short_name }}'}}\n"
    one = house(tmp_path, {**files, "clauses/opening.md": clause("Words.")})
    (found,) = alone(one, FACT).report.diagnostics
    assert found.entities == tuple(f"site-{n:03}" for n in range(100))
    assert found.span is not None
    assert found.span.file == "content/entities/site-000.yaml"
    one.change("entities/site-099.yaml", f"short_name: S\n{ACME.replace('privacy: {}', 'privacy:')}{adjust}")
    for jobs in (1, 2):
        options = pipeline.Options(DAY, jobs=jobs)
        assert check(MemorySources(one.files), options, Choice(), DAY).diagnostics == []


def test_one_that_is_allowed_in_its_file_is_left_out(tmp_path: Path) -> None:
    """Of two files that state it, one may keep it on record; when all do, nothing is said."""
    allow = "allow: {unused-fact: for the next page}\n"
    files = {
        "entities/acme.yaml": f"short_name: A\n{allow}{ACME}",
        "entities/beta.yaml": f"short_name: B\n{ACME}",
    }
    case = house(tmp_path, files).check()
    assert [(one.code, one.entities) for one in case.report.diagnostics] == [(FACT, ("beta",))]
    case.change("entities/beta.yaml", f"short_name: B\n{allow}{ACME}").check()
    assert case.report.diagnostics == []


def test_a_fact_of_a_locale_is_one_fact(tmp_path: Path) -> None:
    """What a locale states otherwise is the same fact, and found where it is stated."""
    entity = f"{ACME}in:\n  de:\n    extra: {{product: Finder}}\n"
    case = alone(house(tmp_path, {"entities/acme.yaml": entity}, "names:\n  extra: {product: text}\n"), FACT)
    (one,) = case.report.diagnostics
    assert one.span is not None
    assert (one.span.line, one.span.column) == (7, 13)


def test_a_declared_name_that_nothing_states_or_reads_is_told(tmp_path: Path) -> None:
    """A name that is read alone, or stated alone, is not told as a name."""
    files = {
        "entities/acme.yaml": f"extra: {{stated: x}}\n{ACME}",
        "clauses/opening.md": clause("{{ name }}{% if extra.read %} x{% endif %}"),
    }
    settings = (
        "names:\n  contacts: [press]\n  wording: [site]\n  extra: {stated: text, read: text, neither: text}\n"
    )
    found = alone(house(tmp_path, files, settings), FACT).report.diagnostics
    assert [one.message.split("`")[1] for one in found] == [
        "extra.stated", "contacts.press", "wording.site", "extra.neither",
    ]  # fmt: skip


def test_nothing_is_said_while_something_is_broken_or_left_out(tmp_path: Path) -> None:
    """What a broken clause reads nobody knows; nor what the sites read that were not looked at."""
    case = _with(tmp_path, clause("Words."), **{"clauses/other.md": clause("{{ extra.produkt }}")})
    assert not {FACT, CLAUSE, VARIANT} & set(codes(case.check()))
    whole = {"entities/acme.yaml": FACTS + ACME, "clauses/other.md": clause("Words.")}
    case = house(tmp_path, whole, NAMES).check()
    assert {FACT, CLAUSE} <= set(codes(case))


# ------------------------------------------------------- clauses and variants


def _texts(tmp_path: Path, files: dict[str, str], *wanted: str) -> list[tuple[str, str]]:
    found = alone(house(tmp_path, files), *wanted).report.diagnostics
    return [(one.code, one.span.file.removeprefix("content/clauses/")) for one in found if one.span]


def test_a_clause_in_no_outline_is_told_once_with_all_its_files(tmp_path: Path) -> None:
    """Its texts in other locales, and its variants, are labels of one finding."""
    files = {
        "clauses/old.md": clause("x"),
        "clauses/old.de.md": clause("y"),
        "clauses/old@brief.md": clause("z"),
    }
    case = alone(house(tmp_path, files), CLAUSE, VARIANT)
    (one,) = case.report.diagnostics
    assert (one.code, one.span and one.span.file) == (CLAUSE, "content/clauses/old.md")
    assert [label.span.file.rpartition("/")[2] for label in one.labels] == ["old.de.md", "old@brief.md"]


@pytest.mark.parametrize(
    "outline",
    [
        "title: P\nsections: [opening, old]\n",
        "title: P\nsections:\n  - clause: opening\n    sections: [{clause: old, id: x}]\n",
        "title: P\nsections: [opening, {clause: old, when: short_name}]\n",
        "title: P\nsections: [opening]\nin: {de: {sections: [opening, old]}}\n",
    ],
)
def test_a_clause_that_some_outline_names_is_used(tmp_path: Path, outline: str) -> None:
    """Below another, under a condition that holds nowhere, or in one locale: named is named."""
    assert _texts(tmp_path, {"clauses/old.md": clause("x"), "policies/privacy.yaml": outline}, CLAUSE) == []


def test_outlines_of_entities_and_of_policies_nobody_publishes_count(tmp_path: Path) -> None:
    """An entity's own outline uses a clause, and so does a policy that waits to be published."""
    own = ACME.replace("privacy: {}", "privacy: {sections: [opening, old]}")
    files = {
        "clauses/old.md": clause("x"),
        "clauses/terms.md": clause("x"),
        "entities/acme.yaml": own,
        "policies/terms.yaml": "title: T\nsections: [terms]\n",
    }
    assert _texts(tmp_path, files, CLAUSE) == []


@pytest.mark.parametrize(
    ("section", "adjust", "unused"),
    [
        ("opening", "{}", ["opening@brief.md"]),
        ("{clause: opening, variant: brief, because: x}", "{}", []),
        ("{clause: opening, variant: brief, because: x, when: short_name}", "{}", []),
        ("opening", "{opening: {variant: brief, because: x}}", []),
        ("{clause: opening, id: first}", "{first: {variant: brief, because: x}}", []),
    ],
)
def test_a_variant_wants_somebody_who_chose_it(
    tmp_path: Path, section: str, adjust: str, unused: list[str]
) -> None:
    """An outline or an entity chooses, by the section's id; a condition does not matter."""
    files = {
        "clauses/opening@brief.md": clause("x"),
        "policies/privacy.yaml": f"title: P\nsections:\n  - {section}\n",
        "entities/acme.yaml": ACME.replace("privacy: {}", f"privacy: {{adjust: {adjust}}}"),
    }
    assert _texts(tmp_path, files, CLAUSE, VARIANT) == [(VARIANT, name) for name in unused]


def test_with_some_sites_left_out_nothing_is_unused(tmp_path: Path) -> None:
    """`--entity` looks at some sites, and rules over the whole are left out."""
    case = house(tmp_path, {"clauses/old.md": clause("x"), "entities/acme.yaml": f"short_name: A\n{ACME}"})
    found = check(MemorySources(case.files), pipeline.Options(DAY, ("acme",)), Choice(), DAY).diagnostics
    assert found == []
