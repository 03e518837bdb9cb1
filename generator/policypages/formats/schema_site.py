"""The shapes of policypages.yaml and of a theme's files."""

from __future__ import annotations

from typing import Final

from policypages.formats.schema_brand import COLOURS
from policypages.formats.schema_fields import (
    COUNT,
    DAYS,
    EXTRA_TYPES,
    FLAG,
    ID,
    LOCALE,
    NAME,
    NEW_ADDRESS,
    OWN_ADDRESS,
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
from policypages.formats.schema_publish import TARGET

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

_HOSTING: Final = Shape(
    "Hosting",
    "What is made for the hosts that serve the sites.",
    {
        "for": Fact(
            ListOf(Choice(("netlify", "cloudflare", "nginx"))),
            "For which hosts files are written that say what they send, and where old addresses lead.",
        ),
        "precompress": Fact(
            ListOf(Choice(("br", "gzip"))), "In which ways files are kept compressed beside themselves."
        ),
        "hsts": Fact(
            FLAG, "Whether hosts tell browsers to come back over TLS alone, for a year.", default="false"
        ),
        "max_files": Fact(COUNT, "How many files a host takes in one deployment.", examples=(20000,)),
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
        "hosting": Fact(_HOSTING, "What is made for the hosts that serve the sites."),
        "targets": Fact(
            MapOf(ID, TARGET, null=False),
            "Where `policypages publish` puts the output, by a name of your own.",
            examples=({"production": {"to": "s3://policy-pages/live", "region": "eu-central-1"}},),
        ),
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

_GROUNDS: Final = Shape(
    "Grounds",
    "The colours that text and links stand on, the page's own first: brands are held against them.",
    {
        "light": Fact(COLOURS, "On light pages.", required=True),
        "dark": Fact(COLOURS, "On dark pages.", required=True),
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
        "grounds": Fact(_GROUNDS, "What text stands on; by default as the default theme has it."),
    },
)

STRINGS: Final = MapOf(TEXT, TEXT)
"""A theme's strings in one locale: key, text."""

REDIRECTS: Final = MapOf(OWN_ADDRESS, NEW_ADDRESS, null=False)
"""Addresses that moved, content/redirects.yaml: the old one, and where it leads."""
