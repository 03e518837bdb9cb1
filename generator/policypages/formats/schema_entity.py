"""The shape of an entity's file: every fact of one site, with the names that its repository declares."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any, Final

from policypages.formats.schema_brand import BRAND
from policypages.formats.schema_fields import (
    DATE,
    DURATION,
    EMAIL,
    EXTRA_TYPES,
    FLAG,
    ID,
    LOCALE,
    NAME,
    TEXT,
    TEXT_OR_TEXTS,
    TEXTS,
    URL,
    Anything,
    Choice,
    Fact,
    Form,
    ListOf,
    MapOf,
    Shape,
)
from policypages.formats.schema_outline import ADJUSTMENTS, ALLOW, OUTLINE, REVIEW, WAS

Names = tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...], tuple[tuple[str, str], ...]]
"""Declared names, hashable: contacts, retention, wording, extra with type words."""

DECLARED: Final = ("contacts", "retention", "wording", "extra")

_CONTACT: Final = Shape(
    "Contact",
    "How to reach somebody: only what is set is shown.",
    {
        "label": Fact(TEXT, "A heading for the block."),
        "person": Fact(TEXT, "A person's name or role.", examples=("the President",)),
        "department": Fact(TEXT, "The department."),
        "organisation": Fact(TEXT, "The organisation, as it stands on a letter."),
        "address": Fact(TEXTS, "The postal address, one item a line."),
        "email": Fact(EMAIL, "An email address."),
        "phone": Fact(TEXT, "A telephone number, as it is to be shown."),
        "toll_free": Fact(FLAG, "The call costs nothing."),
        "fax": Fact(TEXT, "A fax number, as it is to be shown."),
        "form": Fact(URL, "The address of a web form."),
        "hours": Fact(TEXT, "When somebody answers."),
    },
)

_COOKIE: Final = Shape(
    "Cookie",
    "One cookie, or one family of them.",
    {
        "name": Fact(TEXT, "The name to show; by default the key."),
        "type": Fact(
            Choice(("session", "persistent")), "`session` ends with the browser, `persistent` stays."
        ),
        "purpose": Fact(TEXT, "What it does.", examples=("keeps you signed in",)),
        "category": Fact(
            Choice(("necessary", "preferences", "statistics", "marketing")), "What it is needed for."
        ),
        "provider": Fact(TEXT, "Who sets it.", examples=("first party",)),
        "duration": Fact(TEXT, "How long it stays, as it is to be shown."),
    },
)

_POLICY: Final = Shape(
    "EntityPolicy",
    "One policy as this entity publishes it.",
    {
        "publish": Fact(FLAG, "`false` keeps an inherited policy from this site."),
        "title": Fact(TEXT, "The title of the page, in place of the policy's."),
        "path": Fact(ID, "The folder of the page, in place of the policy's."),
        "summary": Fact(TEXT, "One sentence for search engines and lists."),
        "updated": Fact(DATE, "Last changed; only while the page has no release."),
        "reviewed": Fact(DATE, "Last reviewed; shown on the page."),
        "adjust": ADJUSTMENTS,
        "sections": OUTLINE,
    },
)

# the facts that do not depend on declared names
_FACTS: Final = {
    "extends": Fact(TEXT_OR_TEXTS, "The parents, by id, from left to right."),
    "publish": Fact(FLAG, "`false` makes a group that only hands facts down."),
    "sample": Fact(FLAG, "A banner and `noindex`; never published."),
    "owns_root": Fact(FLAG, "The site stands at the root of its host."),
    "name": Fact(TEXT, "The name of the site or brand."),
    "short_name": Fact(TEXT, "The name inside running text."),
    "controller": Fact(TEXT, "The legal person answerable for the pages."),
    "url": Fact(URL, "The address of the folder where the policies live."),
    "site_url": Fact(URL, "The address of the site that the pages speak of."),
    "audience": Fact(TEXT, "Whom the site serves.", examples=("applicants",)),
    "locales": Fact(ListOf(LOCALE), "Locales to publish; the first is the main one."),
    "brand": Fact(BRAND, "Colours, logo, icon and fonts of the site."),
    "strings": Fact(MapOf(TEXT, TEXT), "Labels in place of the theme's and the core's."),
    "cookies": Fact(MapOf(TEXT, _COOKIE), "The cookies, by name."),
    "policies": Fact(MapOf(ID, _POLICY), "Policies to publish, by id."),
    "review": Fact(MapOf(TEXT, REVIEW), "Who verified which fact: by its path, `.` for the whole entity."),
    "allow": ALLOW,
    "was": WAS,
}


def freeze(names: Mapping[str, Any] | None) -> Names | None:
    """Make the settings' `names` hashable."""
    if names is None:
        return None
    get = names.get
    contacts, retention, wording = get("contacts") or (), get("retention") or (), get("wording") or ()
    return tuple(contacts), tuple(retention), tuple(wording), tuple((get("extra") or {}).items())


@cache
def entity_shape(names: Names | None) -> Shape:
    """Make the shape of an entity's file; without names any well-formed name will do."""
    if names is None:
        contacts: Form = MapOf(NAME, _CONTACT)
        retention: Form = MapOf(NAME, DURATION)
        wording: Form = MapOf(NAME, TEXT)
        extra: Form = MapOf(NAME, Anything(), null=False)
    else:
        contacts = _named("Contacts", dict.fromkeys(names[0], _CONTACT))
        retention = _named("Retention", dict.fromkeys(names[1], DURATION))
        wording = _named("Wording", dict.fromkeys(names[2], TEXT))
        extra = _named("Extra", {name: EXTRA_TYPES[word] for name, word in names[3]})
    facts = {
        **_FACTS,
        "contacts": Fact(contacts, "Contacts, by the names that policypages.yaml declares."),
        "retention": Fact(retention, "How long things are kept: `7 years`, by declared name."),
        "wording": Fact(wording, "Words of style, by declared name."),
        "extra": Fact(extra, "Facts that the schema lacks, by declared name."),
    }
    laid_over = Shape("EntityInLocale", None, facts)
    languages = Fact(MapOf(LOCALE, laid_over), "What differs in a locale: the same keys.")
    return Shape("Entity", None, {**facts, "in": languages})


def _named(name: str, forms: Mapping[str, Form]) -> Shape:
    """Make a shape whose keys need no words: the settings declare them."""
    return Shape(name, None, {key: Fact(form, "") for key, form in forms.items()})
