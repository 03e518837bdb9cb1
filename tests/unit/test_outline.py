"""What an outline makes of clauses: headings, numbers, references, and what an entity adjusts."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
from lxml import html
from tests.sitecase import SiteCase, make_site

ENTITY = """\
name: Acme
url: https://acme.example/legal/
contacts:
  privacy: {email: privacy@acme.example, phone: 800-555-0100, toll_free: true}
policies:
  privacy: {}
"""
POLICY = """\
title: Privacy Statement
sections:
"""


def outline(
    root: Path,
    sections: str,
    clauses: dict[str, str] | None = None,
    *,
    entity: str = ENTITY,
    adjust: str = "",
) -> SiteCase:
    """Build a site whose one policy has these sections; `adjust` is for the entity."""
    files = {f"clauses/{id_}.md": text for id_, text in (clauses or {}).items()}
    given = entity
    if adjust:
        inner = "".join(f"      {line}\n" for line in dedent(adjust).strip().splitlines())
        given = entity.replace("  privacy: {}\n", f"  privacy:\n    adjust:\n{inner}")
    body = "".join(f"  {line}\n" for line in dedent(sections).strip().splitlines())
    return make_site(
        root, {"entities/acme.yaml": given, "policies/privacy.yaml": POLICY + body, **files}
    ).build()


def clause(title: str, body: str) -> str:
    """Write a clause with a title."""
    return f"---\ntitle: {title}\n---\n{body}\n"


def article(case: SiteCase) -> Any:
    """Return the article of the privacy page."""
    assert not case.report.failed, case.report.diagnostics
    return html.fromstring(case.markup("/acme/privacy/")).find(".//article")


ABC = {
    "a": clause("Apples", "Of apples."),
    "b": clause("Bread", "Of bread."),
    "c": clause("Corn", "Of corn."),
}


# ---------------------------------------------------------------- headings


def test_a_section_opens_with_its_heading(tmp_path: Path) -> None:
    """A section has its id as anchor, and a heading one level below what it stands in."""
    page = article(outline(tmp_path, "- {clause: a, sections: [{clause: b, sections: [c]}]}", ABC))
    assert [(e.tag, e.getparent().get("id"), e.text) for e in page.iter("h2", "h3", "h4")] == [
        ("h2", "a", "Apples"),
        ("h3", "b", "Bread"),
        ("h4", "c", "Corn"),
    ]


def test_a_run_in_title_stands_before_the_words(tmp_path: Path) -> None:
    """A run-in title is strong text that ends with a full stop, unless it ends with a mark of its own."""
    clauses = {**ABC, "q": clause("Who are you?", "We.")}
    page = article(
        outline(tmp_path, "- {clause: a, heading: run-in}\n- {clause: q, heading: run-in}", clauses)
    )
    assert page.get_element_by_id("a").tag == "div"
    assert page.get_element_by_id("a").text_content().strip() == "Apples. Of apples."
    assert page.get_element_by_id("q").text_content().strip() == "Who are you? We."
    assert not page.xpath(".//h2")


def test_a_section_without_heading_keeps_its_anchor(tmp_path: Path) -> None:
    """With `heading: none` no title shows, and what stands below keeps the level of its parent."""
    page = article(outline(tmp_path, "- {clause: a, heading: none, sections: [b]}", ABC))
    assert page.get_element_by_id("a").tag == "div"
    assert "Apples" not in page.text_content()
    assert [(e.tag, e.text) for e in page.iter("h2", "h3")] == [("h2", "Bread")]


def test_a_heading_may_have_no_text_of_its_own(tmp_path: Path) -> None:
    """A section with an id and a title, without a clause, is a heading over others."""
    page = article(outline(tmp_path, "- {id: general, title: General matters, sections: [a]}", ABC))
    assert page.xpath("string(.//section[@id='general']/h2)") == "General matters"
    assert page.xpath("string(.//section[@id='general']/section/h3)") == "Apples"


def test_an_anchor_is_the_id_with_hyphens(tmp_path: Path) -> None:
    """A clause in a folder gives an anchor without slashes, whatever its title and place."""
    page = article(outline(tmp_path, "- fruit/apples", {"fruit/apples": ABC["a"]}))
    assert page.get_element_by_id("fruit-apples").tag == "section"


def test_a_heading_past_the_sixth_level_is_an_error(tmp_path: Path) -> None:
    """HTML has six levels: a seventh is refused where the outline asks for it."""
    deep = "a"
    for level in (5, 4, 3, 2, 1):
        deep = f"{{id: s{level}, title: T, sections: [{deep}]}}"
    deep = f"- {deep}"
    case = outline(tmp_path, deep, ABC)
    found = case.errors()
    assert [one.code for one in found] == ["heading-level"]
    assert "level 7" in found[0].message


def test_a_section_without_a_title_is_an_error(tmp_path: Path) -> None:
    """A section that shows a heading wants a title, from the clause or the outline."""
    case = outline(tmp_path, "- a\n- bare", {**ABC, "bare": "Words.\n"})
    found = case.complains("missing-key", "content/policies/privacy.yaml", 4, 5)
    assert "`bare`" in found.message
    case = outline(tmp_path / "two", "- {id: general}")
    case.complains("missing-key", "content/policies/privacy.yaml", 3, 5)


# ---------------------------------------------------------------- numbers


NUMBERED = """\
- clause: a
  numbered: true
  sections:
    - {clause: b, numbered: true, sections: [c, {clause: note, heading: none}, d]}
    - {clause: aside, heading: run-in}
    - e
"""
WORDS = {
    **ABC,
    "a": clause("Apples", "See {{ sections.first }} to {{ sections.last }}, {{ sections.count }} in all."),
    "b": clause("Bread", "See {{ sections.first }} to {{ sections.last }}, {{ sections.count }} in all."),
    "d": clause("Dates", "Of dates."),
    "e": clause("Eggs", 'Not {{ ref("c") }} ({{ ref("c").number }}).'),
    "note": clause("Note", "A note."),
    "aside": clause("Aside", "By the way."),
}


def test_a_numbered_section_numbers_its_direct_children(tmp_path: Path) -> None:
    """Children with block headings count, nested ones below their parent's number; others do not."""
    page = article(outline(tmp_path, NUMBERED, WORDS))
    numbers = {e.get("id"): e.xpath("string(*[1]/span[@class='number'])") for e in page.iter("section")}
    assert numbers == {"a": "", "b": "1.", "c": "1.1.", "d": "1.2.", "e": "2."}


def test_a_clause_says_which_sections_it_has(tmp_path: Path) -> None:
    """`sections.first`, `.last` and `.count` are of the clause's numbered children on this page."""
    case = outline(tmp_path, NUMBERED, WORDS)
    case.says("/acme/privacy/", "Apples See 1 to 2, 2 in all.")
    case.says("/acme/privacy/", "See 1.1 to 1.2, 2 in all.")
    case = outline(tmp_path, NUMBERED, WORDS, adjust="d: {omit: true, because: no dates}")
    case.says("/acme/privacy/", "See 1.1 to 1.1, 1 in all.")


def test_a_clause_without_numbered_children_cannot_name_them(tmp_path: Path) -> None:
    """Where no child is numbered, printing the first is an error that says how to number them."""
    case = outline(tmp_path, "- clause: a\n  sections: [c]", WORDS)
    found = case.complains("missing-fact", "content/clauses/a.md", 4, 5)
    assert "numbered: true" in (found.hint or "")


# ---------------------------------------------------------------- references


def test_a_reference_prints_the_real_title(tmp_path: Path) -> None:
    """`ref` is a link with the title that the section has on this page; number and title may stand apart."""
    clauses = {**WORDS, "z": clause("Last", '{{ ref("b") }} / {{ ref("b").title }} / {{ ref("b").number }}')}
    case = outline(tmp_path, NUMBERED + "- z", clauses, adjust="b: {title: 'Loaves of {{ name }}'}")
    assert '<a href="#b">Loaves of Acme</a> / Loaves of Acme / 1' in case.markup("/acme/privacy/")


def test_a_reference_in_a_link_target_is_the_anchor(tmp_path: Path) -> None:
    """In a link target `ref` gives the address of the section, so that the words are the clause's own."""
    clauses = {"fruit/apples": ABC["a"], "z": clause("Last", '[see above]({{ ref("fruit/apples") }})')}
    case = outline(tmp_path, "- fruit/apples\n- z", clauses)
    assert '<a href="#fruit-apples">see above</a>' in case.markup("/acme/privacy/")


def test_a_reference_survives_a_variant(tmp_path: Path) -> None:
    """A section is referred to by its id, whichever text of the clause stands there."""
    clauses = {**ABC, "a@brief": clause("Fewer apples", "Few."), "z": clause("Last", 'See {{ ref("a") }}.')}
    case = outline(tmp_path, "- a\n- z", clauses, adjust="a: {variant: brief, because: agreed}")
    case.says("/acme/privacy/", "Few. Last See Fewer apples.")
    assert 'href="#a"' in case.markup("/acme/privacy/")


def test_a_renamed_clause_is_found_by_its_former_id(tmp_path: Path) -> None:
    """`was` keeps references to a clause's old id alive; they lead to the section under its new one."""
    clauses = {
        "new": "---\ntitle: New\nwas: old\n---\nWords.\n",
        "z": clause("Last", 'See {{ ref("old") }}.'),
    }
    case = outline(tmp_path, "- new\n- z", clauses)
    assert '<a href="#new">New</a>' in case.markup("/acme/privacy/")


def test_a_link_leads_to_another_policy(tmp_path: Path) -> None:
    """`link` prints the title of a policy, or of a section of it, with a relative address."""
    words = '{{ link("cookies") }}; {{ link("cookies#b") }}; [there]({{ link("cookies#b") }})'
    case = outline(
        tmp_path,
        "- z",
        {**ABC, "z": clause("Last", words)},
        entity=ENTITY + "  cookies: {title: Our cookies, path: legal/cookies}\n",
    )
    case.change("policies/cookies.yaml", "title: Cookies\nsections: [a, b]\n").build()
    page = case.markup("/acme/privacy/")
    assert '<a href="../legal/cookies/">Our cookies</a>; <a href="../legal/cookies/#b">Bread</a>' in page
    assert '<a href="../legal/cookies/#b">there</a>' in page
    assert (case.output / "acme/legal/cookies/index.html").is_file()


def test_a_missing_target_matters_only_where_the_page_takes_the_branch(tmp_path: Path) -> None:
    """A reference in a branch that no page takes is not looked up; in one that is taken it is an error."""
    body = '{% if audience %}See {{ ref("bb") }} and {{ link("terms") }}.{% endif %}'
    case = outline(tmp_path, "- a\n- b", {**ABC, "a": clause("Apples", body)})
    assert not case.errors()
    case.change("entities/acme.yaml", ENTITY + "audience: miners\n").build()
    assert len(case.errors()) == 2
    case.complains("unknown-reference", "content/clauses/a.md", 4, 22)
    case.complains("unknown-reference", "content/clauses/a.md", 4, 42)


def test_a_broken_clause_breaks_no_reference_to_it(tmp_path: Path) -> None:
    """One mistake in a clause is one problem, and not a second one for each reference to its section."""
    clauses = {"a": clause("Apples", "{{ nmae }}"), "b": clause("Bread", 'See {{ ref("a") }}.')}
    case = outline(tmp_path, "- a\n- b", clauses)
    assert [one.code for one in case.errors()] == ["unknown-fact"]


# ---------------------------------------------------------------- adjusting


def titles(case: SiteCase) -> list[str]:
    """Return the headings of the sections in their order."""
    return [e.text_content() for e in article(case).iter("h2", "h3")]


@pytest.mark.parametrize(
    ("adjust", "expected"),
    [
        ("b: {title: Loaves}", ["Apples", "Loaves", "Corn"]),
        ("c: {before: a}", ["Corn", "Apples", "Bread"]),
        ("a: {after: c}", ["Bread", "Corn", "Apples"]),
        ("b: {omit: true, because: no bread}", ["Apples", "Corn"]),
        ("b: {when: audience}", ["Apples", "Corn"]),
        ("b: {when: contacts.privacy.phone}", ["Apples", "Bread", "Corn"]),
        ("b: {heading: none}", ["Apples", "Corn"]),
        ("a: {numbered: false}", ["Apples", "Bread", "Corn"]),
        ("b: {variant: brief, because: agreed}", ["Apples", "Crumbs", "Corn"]),
    ],
)
def test_an_entity_adjusts_an_outline(tmp_path: Path, adjust: str, expected: list[str]) -> None:
    """An entity renames, moves, leaves out, and puts another text, by section id."""
    clauses = {**ABC, "b@brief": clause("Crumbs", "Few.")}
    assert titles(outline(tmp_path, "- a\n- b\n- c", clauses, adjust=adjust)) == expected


def test_a_section_moves_with_all_below_it(tmp_path: Path) -> None:
    """A moved section takes its children along, and may change its parent."""
    case = outline(tmp_path, "- {clause: a, sections: [b]}\n- c", ABC, adjust="b: {before: c}")
    assert [e.tag for e in article(case).iter("h2", "h3")] == ["h2", "h2", "h2"]
    case = outline(tmp_path, "- {clause: a, sections: [b]}\n- c", ABC, adjust="a: {after: c}")
    assert titles(case) == ["Corn", "Apples", "Bread"]


def test_a_section_cannot_move_into_itself(tmp_path: Path) -> None:
    """To stand behind one's own child is an error, and ends no build with a traceback."""
    case = outline(tmp_path, "- {clause: a, sections: [b]}", ABC, adjust="a: {after: b}")
    case.complains("unknown-section", "content/entities/acme.yaml", 8, 18)


def test_an_adjustment_of_an_unknown_section_is_an_error(tmp_path: Path) -> None:
    """An id that fits nothing is pointed at, with the nearest that does."""
    case = outline(tmp_path, "- opening\n- b", {**ABC, "opening": ABC["a"]}, adjust="openning: {title: X}")
    found = case.complains("unknown-section", "content/entities/acme.yaml", 8, 7)
    assert found.hint == "did you mean `opening`?"


def test_what_departs_from_the_shared_text_wants_a_reason(tmp_path: Path) -> None:
    """A variant, an edit or an omission without `because` is an error at the key."""
    clauses = {**ABC, "a@brief": clause("Few", "Few.")}
    adjust = "a: {variant: brief}\nb: {edits: {bread: rolls}}\nc: {omit: true}"
    case = outline(tmp_path, "- a\n- b\n- c", clauses, adjust=adjust)
    for line in (8, 9, 10):
        case.complains("missing-reason", "content/entities/acme.yaml", line, 11)


def test_an_edit_replaces_a_few_words(tmp_path: Path) -> None:
    """An edit fits the source once, white space folded; the same clause elsewhere keeps its words."""
    clauses = {"a": clause("Apples", "We sell\n  apples to {{ name }}, and *pears*.")}
    case = outline(
        tmp_path,
        "- a\n- {id: again, clause: a, title: Again}",
        clauses,
        adjust="a: {because: as published, edits: {'sell apples to {{ name }}': 'eat apples', pears: figs}}",
    )
    case.says("/acme/privacy/", "We eat apples, and figs. Again We sell apples to Acme, and pears.")


def test_an_edit_that_does_not_fit_is_shown_at_its_own_line(tmp_path: Path) -> None:
    """Of several edits the one that does not fit is pointed at, in the file that states it."""
    adjust = """\
        a:
          because: as published
          edits:
            Of apples: Of pears
            bananas: figs
        """
    case = outline(tmp_path, "- a", ABC, adjust=adjust)
    case.complains("edit-mismatch", "content/entities/acme.yaml", 12, 11)


def test_an_inherited_edit_is_shown_in_the_group(tmp_path: Path) -> None:
    """What a group adjusts is wrong in the group's file, for all who inherit it: one problem."""
    case = outline(tmp_path, "- a", ABC, entity="extends: group\n" + ENTITY)
    group = """\
        publish: false
        policies:
          privacy:
            adjust:
              a:
                because: agreed
                edits:
                  figs: nuts
        """
    case.change("entities/group.yaml", group)
    case.change("entities/beta.yaml", "extends: group\nname: Beta\n").build()
    found = case.complains("edit-mismatch", "content/entities/group.yaml", 8, 11)
    assert found.entities == ("acme", "beta")


def test_a_changed_edit_makes_the_page_again(tmp_path: Path) -> None:
    """A clause that stands twice with two edits is made again when either edit changes."""
    adjust = "a: {because: x, edits: {apples: pears}}\nmore: {because: x, edits: {apples: figs}}"
    case = outline(tmp_path, "- a\n- {clause: a, id: more}", ABC, adjust=adjust)
    case.says("/acme/privacy/", "Of pears. Apples Of figs.")
    case.change("entities/acme.yaml", case.files["content/entities/acme.yaml"].replace("pears", "plums"))
    case.rebuilds("/acme/privacy/").says("/acme/privacy/", "Of plums. Apples Of figs.")


@pytest.mark.parametrize(
    ("when", "column"),
    [("audiance", 23), ("'\"session\" in cookie_typs'", 37), ("contacts.privcy", 23)],
)
def test_a_mistake_in_a_condition_is_shown_where_it_stands(tmp_path: Path, when: str, column: int) -> None:
    """A name that there is not is pointed at within the condition, quoted or not."""
    case = outline(tmp_path, f"- {{clause: a, when: {when}}}", ABC)
    case.complains("unknown-fact", "content/policies/privacy.yaml", 3, column)


# ---------------------------------------------------------------- options


KNOB = "---\ntitle: Knob\noptions:\n  tone: {default: plain, choices: [plain, formal]}\n  about: {}\n---\n"


def test_an_option_has_a_default(tmp_path: Path) -> None:
    """An option has the value that the clause declares, unless a use sets it, and an entity after it."""
    clauses = {
        "knob": KNOB + "Be {{ option.tone }}{% if option.about %} about {{ option.about }}{% endif %}.\n"
    }
    outline(tmp_path, "- knob", clauses).says("/acme/privacy/", "Be plain.")
    sections = "- {clause: knob, with: {tone: formal, about: us}}"
    outline(tmp_path, sections, clauses).says("/acme/privacy/", "Be formal about us.")
    adjusted = outline(tmp_path, sections, clauses, adjust="knob: {with: {about: you}}")
    adjusted.says("/acme/privacy/", "Be formal about you.")


def test_an_option_takes_only_its_choices(tmp_path: Path) -> None:
    """A value that the clause does not offer is an error at the value, with what it offers."""
    clauses = {"knob": KNOB + "Be {{ option.tone }}.\n"}
    case = outline(tmp_path, "- knob", clauses, adjust="knob: {with: {tone: loud}}")
    found = case.complains("invalid-value", "content/entities/acme.yaml", 8, 27)
    assert found.hint == "choose from `plain`, `formal`"


def test_an_unknown_option_is_an_error(tmp_path: Path) -> None:
    """An option that the clause does not declare is pointed at, with the nearest that it does."""
    clauses = {"knob": KNOB + "Be {{ option.tone }}.\n"}
    case = outline(tmp_path, "- {clause: knob, with: {tonne: plain}}", clauses)
    found = case.complains("unknown-option", "content/policies/privacy.yaml", 3, 27)
    assert found.hint == "did you mean `tone`?"


def test_an_option_that_is_not_set_is_missing_where_it_is_printed(tmp_path: Path) -> None:
    """An option without a default is null until a use sets it."""
    case = outline(tmp_path, "- knob", {"knob": KNOB + "On {{ option.about }}.\n"})
    case.complains("missing-fact", "content/clauses/knob.md", 7, 4)


# ---------------------------------------------------------------- anchors, own outlines, blocks


def test_the_same_clause_twice_wants_an_id(tmp_path: Path) -> None:
    """Two sections with one anchor are an error that shows both; an `id` on the second mends it."""
    case = outline(tmp_path, "- a\n- a", ABC)
    found = case.complains("duplicate-anchor", "content/policies/privacy.yaml", 4, 5)
    assert [(label.span.line, label.span.column) for label in found.labels] == [(3, 5)]
    assert titles(outline(tmp_path, "- a\n- {clause: a, id: more}", ABC)) == ["Apples", "Apples"]


def test_ids_that_differ_by_a_slash_are_one_anchor(tmp_path: Path) -> None:
    """`x/y` and `x-y` would both be the anchor `x-y`."""
    case = outline(tmp_path, "- x/y\n- x-y", {"x/y": ABC["a"], "x-y": ABC["b"]})
    case.complains("duplicate-anchor", "content/policies/privacy.yaml", 4, 5)


def test_an_entity_may_have_an_outline_of_its_own(tmp_path: Path) -> None:
    """`sections` in an entity replaces the policy's outline; mistakes in it are shown in the entity."""
    own = ENTITY.replace("  privacy: {}\n", "  privacy:\n    sections: [c, {clause: a, title: Mine}]\n")
    assert titles(outline(tmp_path, "- a\n- b", ABC, entity=own)) == ["Corn", "Mine"]
    case = outline(tmp_path, "- a", ABC, entity=own.replace("clause: a", "clause: aa"))
    case.complains("unknown-clause", "content/entities/acme.yaml", 7, 28)


def test_a_contact_is_shown_as_it_is_stated(tmp_path: Path) -> None:
    """The block has what the YAML has, in an order of its own, and the telephone can be dialled."""
    entity = ENTITY.replace(
        "{email: privacy@acme.example, phone: 800-555-0100, toll_free: true}",
        "{person: the President, organisation: Acme & Co., address: [1 Main Street, 'Bend, OR 97702'], "
        "email: privacy@acme.example, phone: 800-555-0100, toll_free: true, form: https://acme.example/ask}",
    )
    page = article(
        outline(tmp_path, "- {id: contact, title: Contact, shows: contacts.privacy}", entity=entity)
    )
    block = page.find(".//address")  # libxml2 closes it before the list
    assert [e.text for e in block.iterfind("p[@class='name']")] == ["Acme & Co.", "the President"]
    assert block.find("p[@class='postal']").text_content().split("\n") == ["1 Main Street", "Bend, OR 97702"]
    rows = {
        e.findtext("dt"): " ".join(e.find("dd").text_content().split()) for e in page.iterfind(".//dl/div")
    }
    assert rows == {
        "Email": "privacy@acme.example",
        "Telephone": "800-555-0100 (toll free)",
        "Form": "https://acme.example/ask",
    }
    hrefs = [e.get("href") for e in page.iterfind(".//dl//a")]
    assert hrefs == ["mailto:privacy@acme.example", "tel:8005550100", "https://acme.example/ask"]


COOKIES = """\
cookies:
  sid: {type: session, purpose: keeps you signed in, category: necessary}
  uid: {name: _uid, type: persistent, purpose: knows you <again>, duration: 2 years}
"""


def test_the_cookie_table_is_the_inventory(tmp_path: Path) -> None:
    """The table has a row for each cookie in the order of the YAML, and only columns that hold something."""
    case = outline(tmp_path, "- {id: list, title: List, shows: cookies}", entity=ENTITY + COOKIES)
    table = article(case).find(".//table")
    assert table.findtext("caption") == "Cookies"
    cells = [[cell.text_content() for cell in row.iter("th", "td")] for row in table.iter("tr")]
    assert cells == [
        ["Name", "Type", "Purpose", "Category", "Duration"],
        ["sid", "session", "keeps you signed in", "necessary", ""],
        ["_uid", "persistent", "knows you <again>", "", "2 years"],
    ]


def test_no_cookies_show_no_table(tmp_path: Path) -> None:
    """An entity without an inventory has the section without a table."""
    assert article(outline(tmp_path, "- {id: list, title: List, shows: cookies}")).find(".//table") is None


def test_retention_is_shown_by_its_names(tmp_path: Path) -> None:
    """The table of what is kept names it in plain words, or as the entity's strings say."""
    kept = ENTITY + "retention: {records: 7 years}\n"
    sections = "- {id: kept, title: Kept, shows: retention}"
    outline(tmp_path, sections, entity=kept).says("/acme/privacy/", "Records7 years")
    named = kept + "strings: {retention_records: Our records}\n"
    outline(tmp_path, sections, entity=named).says("/acme/privacy/", "Our records7 years")


def test_the_contents_follow_the_outline(tmp_path: Path) -> None:
    """The contents list the block headings with their numbers, nested as the sections are."""
    case = outline(tmp_path, NUMBERED, WORDS)
    page: Any = html.fromstring(case.markup("/acme/privacy/"))
    links = page.xpath("//nav[@class='contents']//a")
    assert [(a.get("href"), " ".join(a.text_content().split())) for a in links] == [
        ("#a", "Apples"),
        ("#b", "1 Bread"),
        ("#c", "1.1 Corn"),
        ("#d", "1.2 Dates"),
        ("#e", "2 Eggs"),
    ]
