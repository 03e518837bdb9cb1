"""Find texts and facts whose review is overdue: `review: {owner, verified, every}`."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Mapping
from datetime import MAXYEAR, date, timedelta
from typing import Any, Final

from policypages.checks.kinds import FactsFile, House, Rule
from policypages.diagnostics import Diagnostic, Span, problem
from policypages.formats.facts import locate, locate_in_front
from policypages.values import Duration

CODE: Final = "review-overdue"
_MONTHS: Final = {"month": 1, "year": 12}
_DAYS: Final = {"day": 1, "week": 7}


def due(verified: date, every: Duration) -> date:
    """Return the day by which to look again; a month from January 31 ends with February."""
    if every.unit in _DAYS:
        days = every.count * _DAYS[every.unit]
        return date.fromordinal(min(verified.toordinal() + days, date.max.toordinal()))
    months = verified.month - 1 + every.count * _MONTHS[every.unit]
    year, month = verified.year + months // 12, months % 12 + 1
    if year > MAXYEAR:
        return date.max
    return date(year, month, min(verified.day, monthrange(year, month)[1]))


def overdue(since: date, today: date) -> str:
    """Say in words how long a day is past: in years or months where they are whole, else in days."""
    months = (today.year - since.year) * 12 + today.month - since.month
    months -= due(since, Duration(months, "month")) > today
    if months >= 24:  # noqa: PLR2004 - two years
        return f"{months // 12} years"
    if months:
        return f"{months} month{'s' if months > 1 else ''}"
    days = (today - since) // timedelta(days=1)
    return f"{days} day{'s' if days > 1 else ''}"


def _overdue(what: str, review: Any, today: date, span: Span) -> Iterable[Diagnostic]:
    if not isinstance(review, Mapping) or not review.get("verified") or not review.get("every"):
        return
    by = due(review["verified"], review["every"])
    if by >= today:
        return
    owner = f", by {review['owner']}" if review.get("owner") else ""
    yield problem(
        CODE,
        f"{what} was to be reviewed by {by}{owner}, and is {overdue(by, today)} overdue",
        span,
        hint=f"see whether it is still true, and write the day: `verified: {today}`",
    )


def _facts(facts: FactsFile) -> Iterable[Diagnostic]:
    file = facts.file
    for path, review in (file.values.get("review") or {}).items():
        span = locate(file.file, file.data, ("review", path, "verified"))
        what = f"`{file.id}`" if path == "." else f"`{path}` of `{file.id}`"
        yield from _overdue(what, review, facts.today, span)


def _house(house: House) -> Iterable[Diagnostic]:
    for text in house.texts:
        review = text.file.values.get("review")
        if review:
            span = locate_in_front(text.file.file, text.file.data, ("review", "verified"))
            yield from _overdue("the clause", review, house.today, span)


RULE: Final = Rule(codes=(CODE,), facts=_facts, house=_house)
