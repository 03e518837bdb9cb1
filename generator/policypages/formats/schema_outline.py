"""The shapes of outlines: sections, what an entity adjusts in them, clause front matter and policies."""

from __future__ import annotations

from typing import Final

from policypages.formats.schema_fields import (
    DATE,
    DURATION,
    FLAG,
    ID,
    IDS,
    LOCALE,
    NAME,
    OPTION,
    RULE,
    SHOWS,
    TEXT,
    TEXTS,
    Choice,
    Fact,
    Itself,
    ListOf,
    MapOf,
    Shape,
)

ALLOW: Final = Fact(
    MapOf(RULE, TEXT), "What rules find and somebody decided to keep: the code, and the reason."
)
WAS: Final = Fact(IDS, "Ids this had before, of a policy also paths: they keep anchor, redirect and history.")
_TITLE: Final = Fact(TEXT, "The heading; facts may stand in it as `{{ name }}`.")
_SHOWS: Final = Fact(SHOWS, "A contact, the cookies or the retention times shown after the text.")

REVIEW: Final = Shape(
    "Review",
    "Who answers for a text or a fact, and when it was last checked. Never shown on a page.",
    {
        "owner": Fact(TEXT, "The person or role who answers for it."),
        "verified": Fact(DATE, "The day it was last found true."),
        "every": Fact(DURATION, "How often it is to be checked."),
    },
)

# what a section and an adjustment of one have in common: how a clause is used
_USE: Final = {
    "with": Fact(MapOf(NAME, OPTION), "Values for the clause's declared options."),
    "title": _TITLE,
    "heading": Fact(
        Choice(("block", "run-in", "none")), "`block` on its own line, `run-in` before the text, or `none`."
    ),
    "numbered": Fact(FLAG, "Number the direct children that have headings."),
    "when": Fact(
        TEXT, "The section stands only where this holds.", examples=('"persistent" in cookie_types',)
    ),
    "shows": _SHOWS,
    "variant": Fact(ID, "Another text of the clause; wants `because`."),
    "edits": Fact(
        MapOf(TEXT, TEXT),
        "Small replacements in the clause's source: old text, new text. Each must fit once.",
    ),
    "because": Fact(TEXT, "Why this departs from the shared text, on the record."),
    "allow": ALLOW,
}

ADJUST: Final = Shape(
    "Adjust",
    "What one entity changes at one section of a policy's outline.",
    {
        **_USE,
        "before": Fact(ID, "Move the section before the one with this id."),
        "after": Fact(ID, "Move the section after the one with this id."),
        "omit": Fact(FLAG, "Leave the section out; wants `because`."),
    },
)

SECTION: Final = Shape(
    "Section",
    "One clause at one place in an outline, or a heading without text of its own.",
    {
        **_USE,
        "clause": Fact(ID, "The clause: its path in content/clauses without `.md`."),
        "id": Fact(ID, "The section's id and anchor; by default the clause's id."),
        "sections": Fact(
            ListOf(Itself()), "Sections inside this one: ids of clauses, or mappings with `clause`."
        ),
    },
    short="clause",
)

OUTLINE: Final = Fact(ListOf(SECTION), "The outline, in order: ids of clauses, or mappings with `clause`.")
ADJUSTMENTS: Final = Fact(MapOf(ID, ADJUST), "Changes to the outline, by section id.")

# the keys of a policy that a locale may lay over
_POLICY_TEXT: Final = {
    "path": Fact(ID, "The folder of the page under the entity's site."),
    "summary": Fact(TEXT, "One sentence for search engines and lists."),
}

POLICY_IN_LOCALE: Final = Shape(
    "PolicyInLocale",
    "A policy in one more locale: what differs there.",
    {
        **_POLICY_TEXT,
        "title": Fact(TEXT, "The title of the page in this locale."),
        "sections": OUTLINE,
        "adjust": ADJUSTMENTS,
    },
)

POLICY: Final = Shape(
    "Policy",
    "A kind of page, with its default outline: content/policies/<id>.yaml.",
    {
        "title": Fact(TEXT, "The title of the page.", examples=("Privacy Statement",), required=True),
        **_POLICY_TEXT,
        "summaries": Fact(FLAG, "`true` shows the summary of each clause under the heading of its section."),
        "in": Fact(
            MapOf(LOCALE, POLICY_IN_LOCALE),
            "What differs in a locale: the same keys, and `adjust` by section id.",
        ),
        "sections": OUTLINE,
        "was": WAS,
    },
)

_OPTION: Final = Shape(
    "Option",
    "A knob of one clause, set where the clause is used.",
    {
        "default": Fact(OPTION, "The value where none is set."),
        "choices": Fact(ListOf(OPTION), "The values it may have; any, if none."),
        "about": Fact(TEXT, "What it is for."),
    },
)

CLAUSE: Final = Shape(
    "Clause",
    "The front matter of a clause: content/clauses/<id>.md.",
    {
        "title": _TITLE,
        "summary": Fact(
            TEXT, "One sentence that says what the clause is about; policies with `summaries: true` show it."
        ),
        "options": Fact(MapOf(NAME, _OPTION), "The clause's options, by name."),
        "tags": Fact(TEXTS, "Words to find the clause by."),
        "shows": _SHOWS,
        "review": Fact(REVIEW, "Who answers for the text, and since when."),
        "allow": ALLOW,
        "was": WAS,
    },
)
