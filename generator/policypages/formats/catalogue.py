"""The core's own words: the labels inside articles, by locale."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

_ENGLISH: Final = {
    "section_link": "Link to this section",
    "summary_label": "In short",
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
    "section_link": "Link zu diesem Abschnitt",
    "summary_label": "Kurz gesagt",
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
_ARABIC: Final = {
    "section_link": "رابط هذا القسم",
    "summary_label": "باختصار",
    "contact_email": "البريد الإلكتروني",
    "contact_phone": "الهاتف",
    "contact_toll_free": "مجاني",
    "contact_fax": "الفاكس",
    "contact_form": "النموذج",
    "contact_hours": "أوقات الرد",
    "channel_post": "العنوان البريدي",
    "channel_email": "عنوان البريد الإلكتروني",
    "channel_phone": "رقم الهاتف",
    "channel_form": "نموذج الاتصال",
    "cookie_caption": "ملفات تعريف الارتباط",
    "cookie_name": "الاسم",
    "cookie_type": "النوع",
    "cookie_purpose": "الغرض",
    "cookie_category": "الفئة",
    "cookie_provider": "الجهة",
    "cookie_duration": "المدة",
    "type_session": "مؤقتة",
    "type_persistent": "دائمة",
    "category_necessary": "ضرورية",
    "category_preferences": "التفضيلات",
    "category_statistics": "الإحصاءات",
    "category_marketing": "التسويق",
    "retention_caption": "مدة الاحتفاظ",
    "retention_what": "ماذا",
    "retention_how_long": "كم من الوقت",
}
CATALOGUES: Final[Mapping[str, Mapping[str, str]]] = {"en": _ENGLISH, "de": _GERMAN, "ar": _ARABIC}
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
