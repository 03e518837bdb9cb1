"""The shapes of policypages.yaml and of a theme's files."""

from typing import Annotated, Literal

from pydantic import Field, with_config
from typing_extensions import TypedDict

from policypages.formats.schema_fields import Id, Locale, Name, Text, TimeZone, Version
from policypages.formats.schema_outline import STRICT

TypeWord = Literal["text", "number", "date", "yes or no", "list of text", "url", "email"]


@with_config(STRICT)
class DeclaredNames(TypedDict, total=False):
    """The keys that this repository chooses for contacts, retention, wording and extra."""

    contacts: Annotated[list[Name] | None, Field(description="Names of contacts.", examples=[["privacy"]])]
    retention: Annotated[list[Name] | None, Field(description="Names of things that are kept for a time.")]
    wording: Annotated[list[Name] | None, Field(description="Names of words of style.", examples=[["site"]])]
    extra: Annotated[
        dict[Name, TypeWord] | None,
        Field(description="Facts that the schema lacks, each with its type.", examples=[{"since": "date"}]),
    ]


@with_config(STRICT)
class Settings(TypedDict, total=False):
    """The settings of a site repository: policypages.yaml."""

    schema_version: Annotated[Version | None, Field(description="The version of these formats.")]
    title: Annotated[Text | None, Field(description="The name of the whole, shown on the overview.")]
    locale: Annotated[
        Locale | None, Field(description="The main locale.", json_schema_extra={"default": "en"})
    ]
    timezone: Annotated[
        TimeZone | None,
        Field(description="Where a day begins, for dates.", json_schema_extra={"default": "UTC"}),
    ]
    theme: Annotated[
        Id | None, Field(description="A folder in themes/.", json_schema_extra={"default": "default"})
    ]
    default_branch: Annotated[Text | None, Field(description="The git branch that is published.")]
    names: Annotated[DeclaredNames | None, Field(description="The names that entities may use.")]
    fallback: Annotated[
        dict[Locale, Locale | None] | None,
        Field(description="A locale whose clauses may stand in for missing ones.", examples=[{"de": "en"}]),
    ]


@with_config(STRICT)
class Theme(TypedDict, total=False):
    """What a theme says about itself: theme.yaml."""

    name: Annotated[Text | None, Field(description="The name of the theme.")]
    version: Annotated[Text | None, Field(description="The version of the theme.")]
    extends: Annotated[Id | None, Field(description="The theme that it builds on.")]
    description: Annotated[Text | None, Field(description="One sentence about it.")]


Strings = dict[Text, Text | None]
"""A theme's strings in one locale: key, text."""
