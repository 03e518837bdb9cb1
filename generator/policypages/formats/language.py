"""Dates, lists, numbers and durations in the words of a locale."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from babel import Locale

# Babel and num2words take long to import, and each function below imports what it needs itself.
# Its answers are asked for again on every page, and are kept: of locales all that a site may
# have, of dates and durations as many as it is likely to.
_LOCALES: Final = 256
_PHRASES: Final = 4096
SERIES: Final[dict[str, Literal["standard", "or"]]] = {"and": "standard", "or": "or"}


@lru_cache(maxsize=_LOCALES)
def known_locale(locale: str) -> bool:
    """Tell whether Babel has the locale."""
    from babel import UnknownLocaleError

    try:
        _locale(locale)
    except (ValueError, UnknownLocaleError):
        return False
    return True


@lru_cache(maxsize=_LOCALES)
def _locale(locale: str) -> Locale:
    from babel import Locale

    return Locale.parse(locale, sep="-")


@lru_cache(maxsize=_LOCALES)
def direction(locale: str) -> str:
    """Return `rtl` or `ltr`."""
    return str(_locale(locale).text_direction)


@lru_cache(maxsize=_LOCALES)
def locale_name(locale: str) -> str:
    """Return a locale's own name for itself: `Deutsch`."""
    return str(_locale(locale).get_display_name() or locale)


@lru_cache(maxsize=_PHRASES)
def date_words(value: datetime.date, locale: str) -> str:
    """Write a date in full: `January 24, 2023`."""
    from babel.dates import format_date

    return str(format_date(value, format="long", locale=_locale(locale)))


def series(items: Sequence[str], joiner: str, locale: str) -> str:
    """Write a list in a sentence: `a, b, or c`. `joiner` is `and` or `or`."""
    from babel.lists import format_list

    return str(format_list([str(item) for item in items], style=SERIES[joiner], locale=_locale(locale)))


def number_words(value: int | Decimal, locale: str) -> str:
    """Write a number in words: `seven`. Raises NotImplementedError where num2words lacks the language."""
    from num2words import num2words

    return str(num2words(value, lang=locale.replace("-", "_")))


@lru_cache(maxsize=_PHRASES)
def duration_words(count: int, unit: str, locale: str) -> str:
    """Write a duration: `7 years`. `unit` is day, week, month or year."""
    from babel.units import format_unit

    return str(format_unit(count, f"duration-{unit}", length="long", locale=_locale(locale)))


@lru_cache(maxsize=_PHRASES)
def unit_word(count: int, unit: str, locale: str) -> str:
    """Write the unit of a duration alone, in the right number: `years`."""
    with_number = duration_words(count, unit, locale)
    digits = str(count)
    return with_number.replace(digits, "", 1).strip() if digits in with_number else with_number
