"""The shapes of policypages.yaml and of a theme's files."""

from __future__ import annotations

from typing import Final

from policypages.formats.schema_fields import (
    DAYS,
    EXTRA_TYPES,
    FLAG,
    ID,
    LOCALE,
    NAME,
    RULE,
    TEXT,
    TEXTS,
    TIME_ZONE,
    VERSION,
    Choice,
    Fact,
    ListOf,
    MapOf,
    Shape,
)

_NAMES: Final = Shape(
    "DeclaredNames",
    "The keys that this repository chooses for contacts, retention, wording and extra.",
    {
        "contacts": Fact(ListOf(NAME), "Names of contacts.", examples=(["privacy"],)),
        "retention": Fact(ListOf(NAME), "Names of things that are kept for a time."),
        "wording": Fact(ListOf(NAME), "Names of words of style.", examples=(["site"],)),
        "extra": Fact(
            MapOf(NAME, Choice(tuple(EXTRA_TYPES)), null=False),
            "Facts that the schema lacks, each with its type.",
            examples=({"since": "date"},),
        ),
    },
)

_CHECKS: Final = Shape(
    "Checks",
    "What `policypages check` looks for beside what no build survives.",
    {
        "select": Fact(ListOf(RULE), "Only these rules, by code; those that are off by default, too."),
        "ignore": Fact(ListOf(RULE), "Rules that are left out, by code."),
        "severity": Fact(
            MapOf(RULE, Choice(("error", "warning", "note", "off"))),
            "How severe a rule's findings are, by code.",
            examples=({"drift": "error"},),
        ),
        "contradictions": Fact(
            ListOf(TEXTS),
            "Pairs of clause tags that may not stand on one page, beside those that are known.",
            examples=([["anonymous", "identifies"]],),
        ),
        "dead_terms": Fact(
            MapOf(TEXT, TEXT),
            "Terms that are out of date, beside those that are known: the term, and why.",
        ),
    },
)

_RELEASES: Final = Shape(
    "Releases",
    "What readers are told of releases, and how long before.",
    {
        "notice_days": Fact(
            DAYS, "For how many days a page tells of a material change after it took effect.", default="30"
        ),
        "minimum_notice_days": Fact(
            DAYS, "How many days before it takes effect a material change has to be released."
        ),
    },
)

SETTINGS: Final = Shape(
    "Settings",
    "The settings of a site repository: policypages.yaml.",
    {
        "schema_version": Fact(VERSION, "The version of these formats."),
        "title": Fact(TEXT, "The name of the whole, shown on the overview."),
        "locale": Fact(LOCALE, "The main locale.", default="en"),
        "timezone": Fact(TIME_ZONE, "Where a day begins, for dates.", default="UTC"),
        "theme": Fact(ID, "A folder in themes/.", default="default"),
        "default_branch": Fact(TEXT, "The git branch that is published."),
        "names": Fact(_NAMES, "The names that entities may use."),
        "releases": Fact(_RELEASES, "What readers are told of releases, and how long before."),
        "policy_json": Fact(
            FLAG, "Whether each page has its facts beside it as data, in `policy.json`.", default="yes"
        ),
        "checks": Fact(_CHECKS, "Which rules look, and how severe they are."),
        "fallback": Fact(
            MapOf(LOCALE, LOCALE),
            "A locale whose clauses may stand in for missing ones.",
            examples=({"de": "en"},),
        ),
    },
)

THEME: Final = Shape(
    "Theme",
    "What a theme says about itself: theme.yaml.",
    {
        "name": Fact(TEXT, "The name of the theme."),
        "version": Fact(TEXT, "The version of the theme."),
        "extends": Fact(ID, "The theme that it builds on; the default theme is below all."),
        "description": Fact(TEXT, "One sentence about it."),
    },
)

STRINGS: Final = MapOf(TEXT, TEXT)
"""A theme's strings in one locale: key, text."""
