"""Choose what is published of a page on a day: its current release, what is past, what is to come."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Final, NamedTuple

from policypages.formats.ledger import version_key

if TYPE_CHECKING:
    from policypages.model import PageRelease

DAYS: Final = "days"
"""The name of the days, the last one not counted, in which the same is published as on that of a build."""


class Published(NamedTuple):
    """The releases of one page on one day: `past` from the newest, `upcoming` from the next."""

    current: PageRelease | None
    past: tuple[PageRelease, ...] = ()
    upcoming: tuple[PageRelease, ...] = ()


def published(history: Sequence[PageRelease], as_of: date) -> Published:
    """Choose by date alone: a release of a later day does not exist yet, one not yet effective is to come.

    Of the rest the last by (effective, version) is current.
    """
    known = sorted((one for one in history if one.release.day <= as_of), key=_by_effect)
    effective = [one for one in known if one.release.effective <= as_of]
    upcoming = tuple(one for one in known if one.release.effective > as_of)
    if not effective:
        return Published(None, (), upcoming)
    return Published(effective[-1], tuple(reversed(effective[:-1])), upcoming)


def is_fresh(one: PageRelease, as_of: date, notice: int) -> bool:
    """Tell whether readers are told of a material change: until it was in effect for `notice` days."""
    return one.release.material and (as_of - one.release.effective).days < notice


def boundaries(one: PageRelease, notice: int) -> tuple[date, ...]:
    """Return the days on which something else begins to be published because of a release."""
    days = (one.release.day, one.release.effective)
    if not one.release.material:
        return days
    quiet = one.release.effective.toordinal() + notice
    return (*days, date.fromordinal(min(quiet, date.max.toordinal())))


def _by_effect(one: PageRelease) -> tuple[date, tuple[str, int]]:
    return one.release.effective, version_key(one.release.version)


def is_within(days: str, as_of: date) -> bool:
    """Tell whether a day is one of those in which the same is published."""
    before, _, after = days.partition("..")
    return before <= as_of.isoformat() < after
