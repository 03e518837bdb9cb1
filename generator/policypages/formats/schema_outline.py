"""The shapes of outlines: sections, what an entity adjusts in them, clause front matter and policies."""

from typing import Annotated, Literal

from pydantic import BeforeValidator, ConfigDict, Field, with_config
from typing_extensions import TypedDict

from policypages.formats.schema_fields import (
    Code,
    Date,
    DurationField,
    Flag,
    Id,
    Ids,
    Locale,
    Name,
    OptionValue,
    Shows,
    Text,
    TextList,
)

STRICT = ConfigDict(extra="forbid", strict=True)

Heading = Literal["block", "run-in", "none"]
Because = Annotated[Text | None, Field(description="Why this departs from the shared text, on the record.")]
Allow = Annotated[
    dict[Code, Text | None] | None,
    Field(description="Diagnostics that are silenced here: the code, and the reason."),
]
Edits = Annotated[
    dict[Text, Text | None] | None,
    Field(description="Small replacements in the clause's source: old text, new text. Each must fit once."),
]
Options = Annotated[
    dict[Name, OptionValue | None] | None, Field(description="Values for the clause's declared options.")
]
Was = Annotated[Ids | None, Field(description="Ids this had before: they keep anchor, redirect and history.")]
# `with` and `in` are keywords of Python, so the shapes that have them inherit them from these.
_With = TypedDict("_With", {"with": Options}, total=False)


@with_config(STRICT)
class Review(TypedDict, total=False):
    """Who answers for a text or a fact, and when it was last checked. Never shown on a page."""

    owner: Annotated[Text | None, Field(description="The person or role who answers for it.")]
    verified: Annotated[Date | None, Field(description="The day it was last found true.")]
    every: Annotated[DurationField | None, Field(description="How often it is to be checked.")]


@with_config(STRICT)
class Use(_With, total=False):
    """What a section and an adjustment of one have in common: how a clause is used."""

    title: Annotated[Text | None, Field(description="The heading; facts may stand in it as `{{ name }}`.")]
    heading: Annotated[
        Heading | None, Field(description="`block` on its own line, `run-in` before the text, or `none`.")
    ]
    numbered: Annotated[Flag | None, Field(description="Number the direct children that have headings.")]
    when: Annotated[
        Text | None,
        Field(
            description="The section stands only where this holds.", examples=['"persistent" in cookie_types']
        ),
    ]
    shows: Annotated[
        Shows | None, Field(description="A contact, the cookies or the retention times shown after the text.")
    ]
    variant: Annotated[Id | None, Field(description="Another text of the clause; wants `because`.")]
    edits: Edits
    because: Because
    allow: Allow


@with_config(STRICT)
class Adjust(Use, total=False):
    """What one entity changes at one section of a policy's outline."""

    before: Annotated[Id | None, Field(description="Move the section before the one with this id.")]
    after: Annotated[Id | None, Field(description="Move the section after the one with this id.")]
    omit: Annotated[Flag | None, Field(description="Leave the section out; wants `because`.")]


def _section(value: object) -> object:
    return {"clause": value} if isinstance(value, str) else value


@with_config(STRICT)
class Section(Use, total=False):
    """One clause at one place in an outline, or a heading without text of its own."""

    clause: Annotated[Id | None, Field(description="The clause: its path in content/clauses without `.md`.")]
    id: Annotated[Id | None, Field(description="The section's id and anchor; by default the clause's id.")]
    sections: Annotated[
        list[Annotated["Section", BeforeValidator(_section)]] | None,
        Field(description="Sections inside this one: ids of clauses, or mappings with `clause`."),
    ]


Outline = Annotated[
    list[Annotated[Section, BeforeValidator(_section)]] | None,
    Field(description="The outline, in order: ids of clauses, or mappings with `clause`."),
]
Adjustments = Annotated[
    dict[Id, Adjust | None] | None, Field(description="Changes to the outline, by section id.")
]


@with_config(STRICT)
class PolicyText(TypedDict, total=False):
    """The keys of a policy that a locale may lay over."""

    path: Annotated[Id | None, Field(description="The folder of the page under the entity's site.")]
    summary: Annotated[Text | None, Field(description="One sentence for search engines and lists.")]


@with_config(STRICT)
class PolicyInLocale(PolicyText, total=False):
    """A policy in one more locale: what differs there."""

    title: Annotated[Text | None, Field(description="The title of the page in this locale.")]
    sections: Outline
    adjust: Adjustments


_PolicyIn = TypedDict(
    "_PolicyIn",
    {
        "in": Annotated[
            dict[Locale, PolicyInLocale | None] | None,
            Field(description="What differs in a locale: the same keys, and `adjust` by section id."),
        ]
    },
    total=False,
)


@with_config(STRICT)
class _PolicyTitle(TypedDict):
    title: Annotated[Text, Field(description="The title of the page.", examples=["Privacy Statement"])]


@with_config(STRICT)
class Policy(_PolicyTitle, PolicyText, _PolicyIn, total=False):
    """A kind of page, with its default outline: content/policies/<id>.yaml."""

    sections: Outline
    was: Was


@with_config(STRICT)
class Option(TypedDict, total=False):
    """A knob of one clause, set where the clause is used."""

    default: Annotated[OptionValue | None, Field(description="The value where none is set.")]
    choices: Annotated[list[OptionValue] | None, Field(description="The values it may have; any, if none.")]
    about: Annotated[Text | None, Field(description="What it is for.")]


@with_config(STRICT)
class Clause(TypedDict, total=False):
    """The front matter of a clause: content/clauses/<id>.md."""

    title: Annotated[Text | None, Field(description="The heading; facts may stand in it as `{{ name }}`.")]
    summary: Annotated[Text | None, Field(description="One sentence that says what the clause is for.")]
    options: Annotated[dict[Name, Option | None] | None, Field(description="The clause's options, by name.")]
    tags: Annotated[TextList | None, Field(description="Words to find the clause by.")]
    shows: Annotated[
        Shows | None, Field(description="A contact, the cookies or the retention times shown after the text.")
    ]
    review: Annotated[Review | None, Field(description="Who answers for the text, and since when.")]
    allow: Allow
    was: Was
