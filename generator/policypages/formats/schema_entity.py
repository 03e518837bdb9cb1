"""The shape of an entity's file: every fact of one site, with the names that its repository declares."""

from collections.abc import Mapping
from functools import cache
from typing import Annotated, Any, Final, Literal

from pydantic import Field, with_config
from typing_extensions import TypedDict

from policypages.formats.schema_fields import (
    EXTRA_TYPES,
    Date,
    DurationField,
    Email,
    Flag,
    Id,
    Locale,
    Name,
    Text,
    TextList,
    TextOrList,
    Url,
)
from policypages.formats.schema_outline import STRICT, Adjustments, Allow, Outline, Review, Was

Names = tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...], tuple[tuple[str, str], ...]]
"""Declared names, hashable: contacts, retention, wording, extra with type words."""

DECLARED: Final = ("contacts", "retention", "wording", "extra")


@with_config(STRICT)
class Contact(TypedDict, total=False):
    """How to reach somebody: only what is set is shown."""

    label: Annotated[Text | None, Field(description="A heading for the block.")]
    person: Annotated[Text | None, Field(description="A person's name or role.", examples=["the President"])]
    department: Annotated[Text | None, Field(description="The department.")]
    organisation: Annotated[Text | None, Field(description="The organisation, as it stands on a letter.")]
    address: Annotated[TextList | None, Field(description="The postal address, one item a line.")]
    email: Annotated[Email | None, Field(description="An email address.")]
    phone: Annotated[Text | None, Field(description="A telephone number, as it is to be shown.")]
    toll_free: Annotated[Flag | None, Field(description="The call costs nothing.")]
    fax: Annotated[Text | None, Field(description="A fax number, as it is to be shown.")]
    form: Annotated[Url | None, Field(description="The address of a web form.")]
    hours: Annotated[Text | None, Field(description="When somebody answers.")]


@with_config(STRICT)
class Cookie(TypedDict, total=False):
    """One cookie, or one family of them."""

    name: Annotated[Text | None, Field(description="The name to show; by default the key.")]
    type: Annotated[
        Literal["session", "persistent"] | None,
        Field(description="`session` ends with the browser, `persistent` stays."),
    ]
    purpose: Annotated[Text | None, Field(description="What it does.", examples=["keeps you signed in"])]
    category: Annotated[
        Literal["necessary", "preferences", "statistics", "marketing"] | None,
        Field(description="What it is needed for."),
    ]
    provider: Annotated[Text | None, Field(description="Who sets it.", examples=["first party"])]
    duration: Annotated[Text | None, Field(description="How long it stays, as it is to be shown.")]


@with_config(STRICT)
class EntityPolicy(TypedDict, total=False):
    """One policy as this entity publishes it."""

    publish: Annotated[Flag | None, Field(description="`false` keeps an inherited policy from this site.")]
    title: Annotated[Text | None, Field(description="The title of the page, in place of the policy's.")]
    path: Annotated[Id | None, Field(description="The folder of the page, in place of the policy's.")]
    summary: Annotated[Text | None, Field(description="One sentence for search engines and lists.")]
    updated: Annotated[Date | None, Field(description="Last changed; only while the page has no release.")]
    reviewed: Annotated[Date | None, Field(description="Last reviewed; shown on the page.")]
    adjust: Adjustments
    sections: Outline


@with_config(STRICT)
class Facts(TypedDict, total=False):
    """The facts that do not depend on declared names."""

    extends: Annotated[TextOrList | None, Field(description="The parents, by id, from left to right.")]
    publish: Annotated[Flag | None, Field(description="`false` makes a group that only hands facts down.")]
    sample: Annotated[Flag | None, Field(description="A banner and `noindex`; never published.")]
    owns_root: Annotated[Flag | None, Field(description="The site stands at the root of its host.")]
    name: Annotated[Text | None, Field(description="The name of the site or brand.")]
    short_name: Annotated[Text | None, Field(description="The name inside running text.")]
    controller: Annotated[Text | None, Field(description="The legal person answerable for the pages.")]
    url: Annotated[Url | None, Field(description="The address of the folder where the policies live.")]
    site_url: Annotated[Url | None, Field(description="The address of the site that the pages speak of.")]
    audience: Annotated[Text | None, Field(description="Whom the site serves.", examples=["applicants"])]
    locales: Annotated[
        list[Locale] | None, Field(description="Locales to publish; the first is the main one.")
    ]
    strings: Annotated[
        dict[Text, Text | None] | None, Field(description="Labels in place of the theme's and the core's.")
    ]
    cookies: Annotated[dict[Text, Cookie | None] | None, Field(description="The cookies, by name.")]
    policies: Annotated[
        dict[Id, EntityPolicy | None] | None, Field(description="Policies to publish, by id.")
    ]
    review: Annotated[
        dict[Text, Review | None] | None,
        Field(description="Who verified which fact: by its path, `.` for the whole entity."),
    ]
    allow: Allow
    was: Was


def freeze(names: Mapping[str, Any] | None) -> Names | None:
    """Make the settings' `names` hashable."""
    if names is None:
        return None
    contacts, retention, wording = (tuple(names.get(key) or ()) for key in DECLARED[:3])
    return contacts, retention, wording, tuple((names.get("extra") or {}).items())


@cache
def entity_type(names: Names | None) -> Any:
    """Make the type of an entity's file; without names any well-formed name will do."""
    if names is None:
        contacts: Any = dict[Name, Contact | None]
        retention: Any = dict[Name, DurationField | None]
        wording: Any = dict[Name, Text | None]
        extra: Any = dict[Name, Any]
    else:
        contacts = _shape("Contacts", dict.fromkeys(names[0], Contact | None))
        retention = _shape("Retention", dict.fromkeys(names[1], DurationField | None))
        wording = _shape("Wording", dict.fromkeys(names[2], Text | None))
        extra = _shape("Extra", {name: EXTRA_TYPES[word] | None for name, word in names[3]})
    declared = {
        "contacts": _described(contacts, "Contacts, by the names that policypages.yaml declares."),
        "retention": _described(retention, "How long things are kept: `7 years`, by declared name."),
        "wording": _described(wording, "Words of style, by declared name."),
        "extra": _described(extra, "Facts that the schema lacks, by declared name."),
    }
    laid_over: Any = _shape("EntityInLocale", declared, bases=(Facts,))
    languages = _described(_mapping(laid_over | None), "What differs in a locale: the same keys.")
    return _shape("Entity", {**declared, "in": languages}, bases=(Facts,))


def _mapping(value: Any) -> Any:
    return dict[Locale, value]


def _described(type_: Any, description: str) -> Any:
    return Annotated[type_ | None, Field(description=description)]


def _shape(name: str, fields: Mapping[str, Any], *, bases: tuple[Any, ...] = ()) -> Any:
    """Make a strict TypedDict at run time, which is what declared names call for."""
    inherited = {key: hint for each in bases for key, hint in each.__annotations__.items()}
    make: Any = TypedDict
    shape = make(name, {**inherited, **fields}, total=False)
    shape.__module__ = __name__
    return with_config(STRICT)(shape)
