"""Gaps where a fact stood: as typed, and where a branch shows nothing."""

from __future__ import annotations

import pytest
from tests.claimcase import in_clause, look


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Logs (such as, , etc.) are kept.", ", ,"),
        ("Logs (such as,, etc.) are kept.", ",,"),
        ("Logs (such as ) are kept.", "such as )"),
        ("We keep data, such as, etc.", "such as, etc"),
        ("We keep data, including.", "including."),
        ("Call us at .", "at ."),
        ("Call us at.", "at."),
        ("We work with our partners and.", "and."),
        ("We share it with our.", "our."),
        ("You can ask us, or.", "or."),
        ("Our site , which is new, helps.", ","),
        ("We keep it for years .", "."),
        ("Call us ( ) today.", "( )"),
        ("Call us () today.", "()"),
        ("Our service “” is new.", "“”"),
        ("Sites (, a) are shown.", "(,"),
        ("Sites (a, ) are shown.", ", )"),
        ("One thing;, another.", ";,"),
        ("One thing,.", ",."),
        ("One sentence.. Another.", ".."),
        ("One sentence. . Another.", ". ."),
        ("We collect  and use it.", "  "),
        ("- Call us at .", "at ."),
        ("# Rights of .\n\nWords.", "of ."),
        ("| We share with , |\n|---|\n| a |", ","),
    ],
)
def test_a_gap_as_typed_is_an_error(text: str, words: str) -> None:
    """Whatever stood there is lost."""
    assert in_clause(text) == [("lost-fact", words)]


@pytest.mark.parametrize(
    "text",
    [
        "Wait ... what? Well … yes?! No!!",
        "Wait . . . what?",
        "For examples, e.g., this, i.e., that, etc., and so on (etc.).",
        "Acme, Inc., is here. So is Acme Inc.; and more.",
        "Such data (such as, for example, logs) and rights such as, but not limited to, these.",
        "The things that we ask you for. The page you came from. Log in. Turn it on.",
        "What do we use it for? The people we deal with.",
        "The address that we reach you at.",
        "Use `a , b` and `f( )` and `x,, y` and `..`.",
        "Call f() or g(); see `( )`.",
        "```\na , b ,, ( )  c .\n```",
        "One line  \nbroken hard.",
        "A sentence.  Two spaces behind it.",
        "Files named .env, and .pdf , not.".replace(" , not", " not"),
        "We use .NET and ../path and a..b.",
        "The word `and`. The signs `:`, `,`, and `.`. Without `because`. Run `it .` now.",
        "a. One. b. Two. The .. of a path, by its path, `.`.",
        "A :) smiles, and winks ;) too.",
        "Take this for example. (And that, for example.)",
        "He said “so.”  And she said “so.”  And so on.",
        "| a | b |\n|---|---|\n| 1   |   2  |",
        "and/or, (and) or. [x]: see.".replace("or. [x]: see.", "so on."),
        "Vitamin A. Plan B. Bend, OR.",
        "*Words* , no: *words*, yes.".replace("*Words* , no: ", ""),
        "Names: a, b; c.",
        "std::string and a::b are code.",
        "At 5:30, or 10:15.",
        "The “word”, and the (word), then.",
        "Write to {{ name }}, {{ name }}. And to {{ name }}.",
        "你好，世界。 العربية، 😀, ok.",
        "[Link](/a), [link](/b).",
        "A line\n  and its continuation.",
        "“Opt in.” Or “opt in”.",
    ],
)
def test_right_sentences_say_nothing(text: str) -> None:
    """Ellipses, code, abbreviations, and sentences that end with a preposition."""
    assert in_clause(text) == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            "Call us at{% if extra.product %} {{ extra.product }}{% endif %}.",
            "at{% if extra.product %} {{ extra.product }}{% endif %}.",
        ),
        (
            "Logs (such as {% if extra.sells %}sales{% endif %}) are kept.",
            "such as {% if extra.sells %}sales{% endif %})",
        ),
        ("We sell{% if extra.sells %} things{% endif %} , and more.", ","),
        ("We work with {% if extra.sells %}shops{% endif %}, and more.", ","),
        ("Names ({% if extra.sells %}shops{% endif %}) are kept.", "({% if extra.sells %}shops{% endif %})"),
        (
            "We share it with{% if extra.sells %} our shops{% else %}{% endif %}.",
            "with{% if extra.sells %} our shops{% else %}{% endif %}.",
        ),
        ("We share it{% if extra.sells %} , and more{% endif %}.", ","),
        ("{% if extra.sells %}Words{% else %}We share it with .{% endif %}", "with ."),
        ("We sell{% if extra.sells %} it{% endif %}; , and more.", "; ,"),
    ],
)
def test_a_branch_that_shows_nothing_leaves_a_gap(text: str, words: str) -> None:
    """It is found before there is an entity whose page has it."""
    assert in_clause(text, facts="extra: {sells: yes, product: Gadget}\n") == [("lost-fact", words)]


@pytest.mark.parametrize(
    "text",
    [
        "Call us{% if extra.product %} at {{ extra.product }}{% endif %}.",
        "What we ask you for{% if extra.sells %} today{% else %} now{% endif %}.",
        "The network that you come from{% if extra.product %} (such as {{ extra.product }}){% endif %}.",
        "What we use it for{% if extra.sells %} today{% endif %}.",
        "We sell{% if extra.sells %} things{% endif %}, and more.",
        "We sell {% if extra.sells %}things {% endif %}and more.",
        "Names{% if extra.sells %} (shops){% endif %} are kept.",
        "{% if extra.sells %}We sell. {% endif %}We keep.",
        "We use {% for tool in extra.tools %}{{ tool }}{% if not loop.last %}, {% endif %}{% endfor %}.",
        "Words\n{% if extra.sells %}more words{% endif %}\nand more.",
    ],
)
def test_a_branch_that_leaves_a_sentence_says_nothing(text: str) -> None:
    """What announces a fact stands in the branch with it."""
    assert in_clause(text, facts="extra: {sells: yes, product: Gadget, tools: [saw, axe]}\n") == []


@pytest.mark.parametrize("facts", ["", "product: Gadget", "inbox: a@b.de", "product: Gadget, inbox: a@b.de"])
def test_conditions_that_decide_together_are_no_gap(facts: str) -> None:
    """Of the readings of such a sentence some cannot be."""
    text = (
        "We use tools{% if extra.product %} {{ extra.product }}{% endif %}"
        "{% if extra.product and extra.inbox %}, {% endif %}{% if extra.inbox %}{{ extra.inbox }}{% endif %}."
    )
    assert in_clause(text, facts=f"extra: {{{facts}}}\n" if facts else "") == []


def test_conditions_that_decide_together_are_judged_by_the_page() -> None:
    """What a page shows is an error there, and on no other."""
    text = (
        "We use {% if extra.product %}{{ extra.product }}{% else %}all{% endif %}"
        "{% if extra.product or extra.inbox %}, {% endif %}{% if extra.inbox %}{{ extra.inbox }}{% endif %}."
    )
    assert in_clause(text) == []
    assert in_clause(text, facts="extra: {product: a, inbox: a@b.de}\n") == []
    [(code, _)] = in_clause(text, facts="extra: {product: Gadget}\n")
    assert code == "lost-fact"


def test_a_hint_says_where_to_mend() -> None:
    """A gap of a branch is mended in the branch."""
    [typed] = look("Call us at .")
    assert typed.message == "the sentence ends where a word should follow: `Call us at .`"
    assert "take away what announces it" in str(typed.hint)
    [branch] = look(
        "Call us at{% if extra.product %} {{ extra.product }}{% endif %}.", facts="extra: {product: a}\n"
    )
    assert branch.message.startswith(
        "the sentence ends where a word should follow, where a branch shows nothing"
    )
    assert "`{% if %}`" in str(branch.hint)


def test_a_title_can_have_a_gap() -> None:
    """A title is read as the words of a clause are."""
    [one] = look("Words.", title='"Rights of , and more"')
    assert (one.code, one.span and (one.span.line, one.span.column)) == ("lost-fact", (2, 19))


def test_a_space_before_a_sign_is_right_in_french() -> None:
    """Other languages set their signs in other ways, and doubled signs are wrong in all."""
    files = {"policypages.yaml": "schema_version: 1\ntitle: T\nlocale: fr\nfallback: {fr: en}\n"}
    assert look("Voulez-vous écrire ? Oui ; bien sûr : ici !", files=files) == []
    assert [one.code for one in look("Nous, , oui.", files=files)] == ["lost-fact"]
