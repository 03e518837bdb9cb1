"""What texts count and number by hand, and where a page has another number of it."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.claimcase import ENTITY, OUTLINE, SETTINGS, in_clause, look
from tests.sitecase import make_site

from policypages.checks.kinds import Choice

COOKIES = "cookies:\n  a: {type: session}\n  b: {type: persistent}\n"
NUMBERED = """\
title: Privacy
path: privacy
sections:
  - clause: opening
    numbered: true
    sections: [{id: one, title: One}, {id: two, title: Two}, {id: three, title: Three}]
"""


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("All is described in Sections 1 through 3.", "Sections 1 through 3"),
        ("All is described in sections 1-3 that follow.", "sections 1-3"),
        ("See sections one to three.", "sections one to three"),
        ("More stands in section 2.", "section 2"),
        ("More stands in sections 1, 2 and 3.", "sections 1, 2 and 3"),
        ("As part 2 of this policy says.", "part 2"),
        ("As Section 2 of this policy says.", "Section 2"),
        ("The three sections below say more.", "three sections"),
        ("This privacy policy has three sections.", "three sections"),
        ("The following three sections say more.", "three sections"),
        ("{% if extra.sells %}See section 3.{% else %}See section 2.{% endif %}", "section 2"),
    ],
)
def test_a_number_of_sections_by_hand_is_a_warning(text: str, words: str) -> None:
    """It is right today, and nothing keeps it right."""
    assert ("structure-claim", words) in in_clause(text, outline=NUMBERED)
    assert {code for code, _ in in_clause(text, outline=NUMBERED)} == {"structure-claim"}


@pytest.mark.parametrize(
    ("text", "words", "says"),
    [
        (
            "All is described in Sections 1 through 9.",
            "Sections 1 through 9",
            "`Sections 1 through 9`: the numbered sections below this one are sections 1 through 3",
        ),
        ("Sections 1 through 2 that follow say it.", "Sections 1 through 2", "sections 1 through 3"),
        ("More stands in section 7.", "section 7", "there is no section 7 here, the last is 3"),
        ("The nine sections below say more.", "nine sections", "`nine sections`: there are 3 sections here"),
        ("This policy has 5 sections.", "5 sections", "`5 sections`: there are 3 sections here"),
    ],
)
def test_another_number_than_the_page_has_is_an_error(text: str, words: str, says: str) -> None:
    """Both numbers are named, and the warning about the same words is not shown beside it."""
    found = look(text, outline=NUMBERED)
    assert [(one.code, one.severity, one.entities) for one in found] == [("false-claim", "error", ("acme",))]
    assert in_clause(text, outline=NUMBERED) == [("false-claim", words)]
    assert says in found[0].message


@pytest.mark.parametrize(
    "text",
    [
        "As Section 230 of the Communications Decency Act says.",
        "Under Article 6 GDPR we may.",
        "Under Article 6(1)(f) of the GDPR we may.",
        "See Cal. Civ. Code § 1798.100 and following.",
        "See 18 U.S.C. Section 27 for more.",
        "The Civil Code, section 22, asks for it.",
        "The California Civil Code Section 83 asks for it.",
        "As section 5 of the FTC Act says.",
        "As section 4 of our Terms says.",
        "Section 4 Agreement parties are bound.",
        "Part 2 is ready.",
        "It takes 2 to 3 days, and the sections are long.",
        "Sections {{ sections.first }} through {{ sections.last }} say it.",
        "The section on 3 cookies.",
        "One section of this page is about you.",
        "Section 2(a) may be meant of another text.",
    ],
)
def test_laws_and_other_texts_are_no_claims(text: str) -> None:
    """A number that belongs to a law, a contract or to nothing says nothing of this page."""
    assert in_clause(text, outline=NUMBERED) == []


def test_numbers_typed_in_titles_and_lists_are_numbers_of_the_page() -> None:
    """A page that numbers by hand has the sections that it numbers."""
    outline = OUTLINE.replace("[opening]", '[opening, {id: b, title: "2. Rights"}]')
    assert in_clause("See section 2.", outline=outline) == [("structure-claim", "section 2")]
    assert in_clause("See section 3.", outline=outline) == [("false-claim", "section 3")]
    assert in_clause("1. One\n2. Two\n\nSee section 2.") == [("structure-claim", "section 2")]
    assert in_clause("See section 2.") == [("false-claim", "section 2")]


def test_two_ranges_may_share_the_sections_among_them() -> None:
    """Where a text cites more than one range, none of them needs to reach the last section."""
    text = "Sections 1 through 2 are for all, and section 3 is for some."
    assert {code for code, _ in in_clause(text, outline=NUMBERED)} == {"structure-claim"}


# ------------------------------------------------------------ cookies


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("We use two types of cookies.", "structure-claim"),
        ("We use both kinds of cookies.", "structure-claim"),
        ("We use 2 cookie types.", "structure-claim"),
        ("We use three types of cookies.", "false-claim"),
        ("We use one type of cookie.", "false-claim"),
        ("We use three different kinds of internet cookies.", "false-claim"),
    ],
)
def test_types_of_cookies_are_counted(text: str, code: str) -> None:
    """The facts say how many types there are."""
    assert [found for found, _ in in_clause(text, facts=COOKIES)] == [code]


@pytest.mark.parametrize(
    "text",
    [
        "We use {{ cookie_types | length | words }} types of cookies.",
        "We use three types of cookies: necessary, statistics, and marketing.",
        "We use first-party and third-party cookies, so two types of cookies.",
        "We use many types of cookies.",
        "Two types of visitors eat cookies.",
    ],
)
def test_other_counts_of_cookies_are_none(text: str) -> None:
    """What cookies are for is another count than how long they stay."""
    assert in_clause(text, facts=COOKIES) == []


def test_without_stated_cookies_nobody_knows_better() -> None:
    """A count can be wrong only against facts."""
    assert in_clause("We use three types of cookies.") == [("structure-claim", "three types of cookies")]


def test_a_branch_that_a_page_does_not_show_claims_nothing_there() -> None:
    """A count in a branch is held against the pages that show the branch."""
    text = (
        "{% if extra.sells %}We use three types of cookies.{% else %}We use two types of cookies.{% endif %}"
    )
    assert {code for code, _ in in_clause(text, facts=COOKIES)} == {"structure-claim"}
    assert ("false-claim", "three types of cookies") in in_clause(
        text, facts=COOKIES + "extra: {sells: yes}\n"
    )


# -------------------------------------------------------------- lists


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("We do the following three things:\n\n- a\n- b\n", "three things"),
        ("These four kinds of data:\n\n- a\n- b\n- c\n", "four kinds"),
        ("We need it for two purposes:\n\n- a\n- b\n- c\n", "two purposes"),
        ("You have three rights. You may ask us:\n\n- a\n- b\n- c\n- d\n", "three rights"),
        ("The following 2:\n\n1. a\n   - x\n   - y\n2. b\n3. c\n", "2"),
    ],
)
def test_a_count_that_the_list_behind_it_belies_is_an_error(text: str, words: str) -> None:
    """Items are counted as they stand on the page, those of inner lists apart."""
    assert in_clause(text) == [("false-claim", words)]


@pytest.mark.parametrize(
    "text",
    [
        "We do the following two things:\n\n- a\n- b\n",
        "You have two rights. You may ask us:\n\n- a\n- b\n",
        "The following 2:\n\n1. a\n   - x\n   - y\n\n   more of a\n2. b\n",
        "Within two years we delete:\n\n- a\n",
        "These 30 days count:\n\n- a\n",
        "The following three things are: a, b, and c.",
        "At least two of the following hold:\n\n- a\n- b\n- c\n",
        "We need it for three reasons. They are good.\n\n- a\n",
        "| two kinds: |\n|---|\n| a |\n",
    ],
)
def test_a_right_count_before_a_fixed_list_says_nothing(text: str) -> None:
    """So does a number that counts something else."""
    assert in_clause(text) == []


def test_a_count_before_a_list_that_depends_on_facts_is_a_warning() -> None:
    """The count is right on this page, and wrong on the next."""
    text = "We do the following two things:\n\n- a\n{% if extra.sells %}\n- b\n{% endif %}\n"
    assert in_clause(text, facts="extra: {sells: yes}\n") == [("structure-claim", "two things")]
    assert in_clause(text) == [("false-claim", "two things")]


def test_a_count_before_a_loop_is_told_what_to_count() -> None:
    """The hint is the very tag."""
    text = "We use the following two tools:\n\n{% for tool in extra.tools %}\n- {{ tool }}\n{% endfor %}\n"
    found = look(text, facts="extra: {tools: [saw, axe]}\n")
    assert [one.code for one in found] == ["structure-claim"]
    assert "`{{ extra.tools | length | words }}`" in str(found[0].hint)


# ---------------------------------------------------------- positions


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("We use it as described above.", "described above"),
        ("Do see below.", "see below"),
        ("As the next section says.", "next section"),
        ("As the section below says.", "section below"),
    ],
)
def test_a_place_told_by_hand_is_a_warning(text: str, words: str) -> None:
    """An outline may put the section elsewhere."""
    [(code, at)] = in_clause(text)
    assert (code, words in at) == ("structure-claim", True)


@pytest.mark.parametrize(
    "text",
    [
        "As described below, we do this.\n\nWe do that.",
        "We do this.\n\nAs described above, we do that.",
        "We do this. As noted above, we do that.",
        "As described below. We do that.",
        "We may act in the circumstances described below:\n\n- a\n- b\n",
        "If it falls below 99 %, we act above all.",
        "Children below 13 may not.",
    ],
)
def test_a_place_in_the_same_clause_stays(text: str) -> None:
    """What stands in one clause is moved as one."""
    assert in_clause(text) == []


def test_what_a_section_shows_stands_below_its_words() -> None:
    """The contact that a section shows is what its words mean."""
    facts = "contacts: {privacy: {phone: 541-323-1207}}\n"
    outline = OUTLINE.replace("[opening]", "[{clause: opening, shows: contacts.privacy}]")
    assert in_clause("Use what is set out below.", facts=facts, outline=outline) == []


def test_the_sections_under_a_section_stand_below_it() -> None:
    """An outline moves them with it."""
    assert in_clause("The sections below say more.", outline=NUMBERED) == []


# -------------------------------------------------------- all together


def test_a_title_counts_too() -> None:
    """A title is read as the words of a clause are."""
    found = look("Words.", title="Our two types of cookies", facts=COOKIES)
    assert [(one.code, one.span and (one.span.line, one.span.column)) for one in found] == [
        ("structure-claim", (2, 12))
    ]
    found = look("Words.", title="Our three types of cookies", facts=COOKIES)
    assert [one.code for one in found] == ["false-claim"]


def test_an_edit_and_a_variant_are_read_as_their_pages_have_them() -> None:
    """Each text is judged on the pages that use it."""
    files = {
        "policypages.yaml": SETTINGS,
        "policies/privacy.yaml": OUTLINE,
        "clauses/opening.md": "---\ntitle: Opening\n---\nWe use some types of cookies.\n",
        "clauses/opening@brief.md": "---\ntitle: Opening\n---\nFour types of cookies.\n",
        "entities/edited.yaml": ENTITY.replace(
            "{privacy: {}}",
            "{privacy: {adjust: {opening: {because: so, edits: {some types: three types}}}}}",
        )
        + COOKIES,
        "entities/varied.yaml": ENTITY.replace(
            "{privacy: {}}", "{privacy: {adjust: {opening: {because: so, variant: brief}}}}"
        )
        + COOKIES,
        "entities/plain.yaml": ENTITY + COOKIES,
    }
    found = make_site(Path(), files).check().report.diagnostics
    assert [(one.code, one.entities, one.message.partition(":")[0]) for one in found] == [
        ("false-claim", ("edited",), "`three types of cookies`"),
        ("false-claim", ("varied",), "`Four types of cookies`"),
    ]


def test_the_warning_stands_where_the_error_is_not_asked_for() -> None:
    """Only what is shown takes the place of something else."""
    files = {
        "policypages.yaml": SETTINGS,
        "policies/privacy.yaml": OUTLINE,
        "clauses/opening.md": "---\ntitle: Opening\n---\nWe use three types of cookies.\n",
        "entities/acme.yaml": ENTITY + COOKIES,
    }
    case = make_site(Path(), files)
    assert [one.code for one in case.check(Choice(ignore=frozenset({"false-claim"}))).report.diagnostics] == [
        "structure-claim"
    ]


def test_an_allow_at_the_section_silences() -> None:
    """A reason on the record is enough, for each code by itself."""
    allowed = "[{clause: opening, allow: {structure-claim: agreed, false-claim: agreed}}]"
    outline = OUTLINE.replace("[opening]", allowed)
    assert in_clause("We use three types of cookies.", facts=COOKIES, outline=outline) == []


def test_other_languages_are_not_read_as_english() -> None:
    """The rule knows English alone."""
    files = {"policypages.yaml": SETTINGS + "locale: de\n"}
    assert look("We use two types of cookies.", files=files) == []
