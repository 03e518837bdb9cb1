"""What was to be reviewed by now."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.factcase import ACME, alone, clause, house

from policypages.checks.review import due, overdue
from policypages.values import Duration, Unit

REVIEW = "{verified: 2025-01-01, every: 1 year}"
CODE = "review-overdue"  # for 2026-11-22, the day of all tests of sites


@pytest.mark.parametrize(
    ("verified", "count", "unit", "wanted"),
    [
        ("2026-01-31", 1, "month", "2026-02-28"),
        ("2024-01-31", 1, "month", "2024-02-29"),
        ("2026-01-31", 3, "month", "2026-04-30"),
        ("2026-10-31", 1, "month", "2026-11-30"),
        ("2026-12-15", 1, "month", "2027-01-15"),
        ("2024-02-29", 1, "year", "2025-02-28"),
        ("2024-02-29", 4, "year", "2028-02-29"),
        ("2026-01-31", 12, "month", "2027-01-31"),
        ("2026-02-27", 2, "week", "2026-03-13"),
        ("2026-12-31", 1, "day", "2027-01-01"),
        ("2026-12-31", 9999, "year", "9999-12-31"),
    ],
)
def test_the_day_is_counted_in_the_calendar(verified: str, count: int, unit: Unit, wanted: str) -> None:
    """A month ends with its last day, a leap day comes every four years."""
    assert due(date.fromisoformat(verified), Duration(count, unit)) == date.fromisoformat(wanted)


@given(st.dates(date(1990, 1, 1), date(2100, 1, 1)), st.integers(1, 500))
def test_months_neither_skip_nor_repeat(verified: date, count: int) -> None:
    """Months later is that many months on in the calendar, on the same day or the last."""
    then = due(verified, Duration(count, "month"))
    assert (then.year * 12 + then.month) - (verified.year * 12 + verified.month) == count
    assert then.day == verified.day or then.day < verified.day


@pytest.mark.parametrize(
    ("since", "today", "words"),
    [
        ("2026-11-21", "2026-11-22", "1 day"),
        ("2026-10-31", "2026-11-29", "29 days"),
        ("2026-10-31", "2026-11-30", "1 month"),
        ("2026-01-22", "2026-11-22", "10 months"),
        ("2024-11-23", "2026-11-22", "23 months"),
        ("2024-11-22", "2026-11-22", "2 years"),
        ("2014-03-15", "2026-11-22", "12 years"),
    ],
)
def test_how_long_is_said_in_words(since: str, today: str, words: str) -> None:
    """Days, then months, then years, each only where it is whole."""
    assert overdue(date.fromisoformat(since), date.fromisoformat(today)) == words


def _said(tmp_path: Path, review: str) -> list[str]:
    case = alone(
        house(tmp_path, {"entities/acme.yaml": f"{ACME}review: {{contacts.privacy: {review}}}\n"}), CODE
    )
    return [one.message for one in case.report.diagnostics]


@pytest.mark.parametrize(
    "review",
    [
        "{owner: office, verified: 2026-05-22, every: 6 months}",  # due today
        "{owner: office, verified: 2026-11-22, every: 1 day}",
        "{owner: office, verified: 2027-01-01, every: 1 day}",
        "{owner: office, verified: 2013-03-15}",
        "{owner: office, every: 1 day}",
        "~",
    ],
)
def test_what_is_not_due_is_left_alone(tmp_path: Path, review: str) -> None:
    """Until the day itself is over, and where a day or an interval is missing, nothing is said."""
    assert _said(tmp_path, review) == []


def test_the_day_after_owner_and_day_are_told(tmp_path: Path) -> None:
    """The message has the owner, the day it was due, and how long ago that is."""
    assert _said(tmp_path, "{owner: office, verified: 2026-05-21, every: 6 months}") == [
        "`contacts.privacy` of `acme` was to be reviewed by 2026-11-21, by office, and is 1 day overdue"
    ]


def test_clauses_variants_and_groups_are_reviewed_too(tmp_path: Path) -> None:
    """Each file that states a review is told at its own `verified`, whoever uses it."""
    review = "review: {owner: counsel, verified: 2025-01-01, every: 1 year}\n"
    files = {
        "clauses/opening.md": clause("Words.", review),
        "clauses/opening@brief.md": clause("Word.", review),
        "entities/group.yaml": f"publish: false\nname: G\nreview:\n  .: {REVIEW}\n",
    }
    found = alone(house(tmp_path, files), CODE).report.diagnostics
    assert [one.span and (one.span.file, one.span.line, one.span.column) for one in found] == [
        ("content/clauses/opening.md", 3, 36),
        ("content/clauses/opening@brief.md", 3, 36),
        ("content/entities/group.yaml", 4, 17),
    ]
    assert found[2].message == "`group` was to be reviewed by 2026-01-01, and is 10 months overdue"


def test_it_is_allowed_in_the_file_that_states_it(tmp_path: Path) -> None:
    """An `allow` in the clause or in the file of facts silences it there, and is used."""
    review = "{owner: counsel, verified: 2025-01-01, every: 1 year}"
    allow = "allow: {review-overdue: the counsel is ill}\n"
    files = {
        "clauses/opening.md": clause("{{ name }}", f"review: {review}\n{allow}"),
        "entities/acme.yaml": f"{ACME}review: {{name: {review}}}\n{allow}",
    }
    assert house(tmp_path, files).check().report.diagnostics == []
