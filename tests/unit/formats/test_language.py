"""Words of a locale are right, and the libraries that know them are loaded by who asks."""

from __future__ import annotations

import datetime
import subprocess
import sys

import pytest

from policypages.formats import language


def loaded_after(line: str) -> set[str]:
    """Return which of the large libraries a fresh process has after one line with `language`."""
    program = (
        "import sys, datetime\n"
        "from policypages.formats import language\n"
        f"{line}\n"
        "names = {'babel.core', 'babel.dates', 'babel.support', 'babel.messages', 'num2words'}\n"
        "print(*sorted(names & sys.modules.keys()))\n"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return set(ran.stdout.split())


@pytest.mark.parametrize(
    ("line", "loaded"),
    [
        ("", set()),
        ("assert language.known_locale('de')", {"babel.core"}),
        ("assert language.number_words(7, 'en') == 'seven'", {"num2words"}),
    ],
)
def test_libraries_are_loaded_by_who_needs_them(line: str, loaded: set[str]) -> None:
    """A site without numbers in words does not wait for the numbers of sixty languages."""
    assert loaded_after(line) == loaded


def test_dates_and_durations_need_no_number_words() -> None:
    """What every page prints loads Babel alone."""
    line = "language.date_words(datetime.date(2026, 1, 2), 'en'), language.unit_word(7, 'year', 'en')"
    assert loaded_after(line) == {"babel.core", "babel.dates"}


def test_a_locale_says_how_it_reads_and_what_it_is_called() -> None:
    """Direction and name, as the Unicode repository has them, however often one asks."""
    for _ in range(2):
        assert (language.direction("ar"), language.direction("de-AT")) == ("rtl", "ltr")
        assert (language.locale_name("de"), language.locale_name("fr")) == ("Deutsch", "français")
        assert [language.known_locale(each) for each in ("zh-Hant-TW", "xx", "")] == [True, False, False]


def test_the_same_day_or_time_has_other_words_in_another_locale() -> None:
    """An answer that is kept is that of its own locale and value."""
    for _ in range(2):
        day = datetime.date(2023, 1, 24)
        assert language.date_words(day, "en") == "January 24, 2023"
        assert language.date_words(day, "de") == "24. Januar 2023"
        assert language.duration_words(7, "year", "en") == "7 years"
        assert language.duration_words(7, "year", "de") == "7 Jahre"
        assert language.duration_words(1, "year", "en") == "1 year"
        assert (language.unit_word(1, "day", "en"), language.unit_word(2, "day", "en")) == ("day", "days")
