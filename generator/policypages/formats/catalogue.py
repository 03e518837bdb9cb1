"""The core's own words: the labels inside articles, by locale."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

_ENGLISH: Final = {
    "contact_email": "Email",
    "contact_phone": "Telephone",
    "contact_toll_free": "toll free",
    "contact_fax": "Fax",
    "contact_form": "Form",
    "contact_hours": "Hours",
    "channel_post": "mailing address",
    "channel_email": "email address",
    "channel_phone": "telephone number",
    "channel_form": "contact form",
    "cookie_caption": "Cookies",
    "cookie_name": "Name",
    "cookie_type": "Type",
    "cookie_purpose": "Purpose",
    "cookie_category": "Category",
    "cookie_provider": "Provider",
    "cookie_duration": "Duration",
    "type_session": "session",
    "type_persistent": "persistent",
    "category_necessary": "necessary",
    "category_preferences": "preferences",
    "category_statistics": "statistics",
    "category_marketing": "marketing",
    "retention_caption": "How long we keep it",
    "retention_what": "What",
    "retention_how_long": "How long",
}
_GERMAN: Final = {
    "contact_email": "E-Mail",
    "contact_phone": "Telefon",
    "contact_toll_free": "gebührenfrei",
    "contact_fax": "Fax",
    "contact_form": "Formular",
    "contact_hours": "Zeiten",
    "channel_post": "Postanschrift",
    "channel_email": "E-Mail-Adresse",
    "channel_phone": "Telefonnummer",
    "channel_form": "Kontaktformular",
    "cookie_caption": "Cookies",
    "cookie_name": "Name",
    "cookie_type": "Art",
    "cookie_purpose": "Zweck",
    "cookie_category": "Gruppe",
    "cookie_provider": "Anbieter",
    "cookie_duration": "Dauer",
    "type_session": "Sitzung",
    "type_persistent": "dauerhaft",
    "category_necessary": "notwendig",
    "category_preferences": "Einstellungen",
    "category_statistics": "Statistik",
    "category_marketing": "Werbung",
    "retention_caption": "Wie lange wir es aufbewahren",
    "retention_what": "Was",
    "retention_how_long": "Wie lange",
}
CATALOGUES: Final[Mapping[str, Mapping[str, str]]] = {"en": _ENGLISH, "de": _GERMAN}
CORE_KEYS: Final = frozenset(_ENGLISH)


def nearest(locale: str, known: Mapping[str, object], fallback: Mapping[str, str]) -> str | None:
    """Return the locale to take strings from: itself, its language, or what the settings fall back to."""
    for candidate in (locale, locale.partition("-")[0], fallback.get(locale, "")):
        if candidate in known:
            return candidate
    return None


def core_strings(locale: str, own: Mapping[str, str], fallback: Mapping[str, str]) -> dict[str, str] | None:
    """Return the labels of an article, the entity's own over ours; None where a locale has none."""
    found = nearest(locale, CATALOGUES, fallback)
    if found is None:
        if not own.keys() >= CORE_KEYS:
            return None
        return {key: own[key] for key in CORE_KEYS}
    return {**CATALOGUES[found], **{key: value for key, value in own.items() if key in CORE_KEYS and value}}
