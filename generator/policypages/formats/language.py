"""Dates, lists, numbers and durations in the words of a locale."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from decimal import Decimal
from functools import cache
from importlib.metadata import version
from typing import Final, Literal

import babel
from babel import Locale
from babel.dates import format_date
from babel.lists import format_list
from babel.units import format_unit
from num2words import num2words

SERIES: Final[dict[str, Literal["standard", "or"]]] = {"and": "standard", "or": "or"}
LIBRARIES: Final = f"babel {babel.__version__}, num2words {version('num2words')}"


@cache
def known_locale(locale: str) -> bool:
    """Tell whether Babel has the locale."""
    try:
        Locale.parse(locale, sep="-")
    except (ValueError, babel.UnknownLocaleError):
        return False
    return True


@cache
def _locale(locale: str) -> Locale:
    return Locale.parse(locale, sep="-")


def direction(locale: str) -> str:
    """Return `rtl` or `ltr`."""
    return str(_locale(locale).text_direction)


def locale_name(locale: str) -> str:
    """Return a locale's own name for itself: `Deutsch`."""
    return str(_locale(locale).get_display_name() or locale)


@cache
def date_words(value: datetime.date, locale: str) -> str:
    """Write a date in full: `January 24, 2023`."""
    return str(format_date(value, format="long", locale=_locale(locale)))


def series(items: Sequence[str], joiner: str, locale: str) -> str:
    """Write a list in a sentence: `a, b, or c`. `joiner` is `and` or `or`."""
    return str(format_list([str(item) for item in items], style=SERIES[joiner], locale=_locale(locale)))


def number_words(value: int | Decimal, locale: str) -> str:
    """Write a number in words: `seven`. Raises NotImplementedError where num2words lacks the language."""
    return str(num2words(value, lang=locale.replace("-", "_")))


def duration_words(count: int, unit: str, locale: str) -> str:
    """Write a duration: `7 years`. `unit` is day, week, month or year."""
    return str(format_unit(count, f"duration-{unit}", length="long", locale=_locale(locale)))


def unit_word(count: int, unit: str, locale: str) -> str:
    """Write the unit of a duration alone, in the right number: `years`."""
    with_number = duration_words(count, unit, locale)
    digits = str(count)
    return with_number.replace(digits, "", 1).strip() if digits in with_number else with_number
