"""What a comparison of two states comes to: pages that change, in which ways, why, and what else differs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from policypages.diagnostics import Diagnostic
from policypages.history.causes import Cause
from policypages.history.states import States
from policypages.model import PageId


class PageName(NamedTuple):
    """A page: `address` is that of its folder below the output, such as `acme/privacy`."""

    entity: str
    policy: str
    locale: str
    address: str
    title: str


class PageChange(NamedTuple):
    """A page whose words change; `was` is its address before, where that was another.

    `released` is the version that its readers see; they see the change when it `is_released`. `key` is
    the same for pages that change in the same way; words are counted that came and went.
    """

    page: PageName
    was: str | None
    released: str | None
    is_released: bool
    key: bytes
    causes: tuple[Cause, ...]
    added: int
    removed: int


class Looked(NamedTuple):
    """What came of the comparison of one entity; `found` are problems of the new state.

    A page is `lost` where it cannot be compared, since its old state has errors.
    """

    pages: int
    changed: tuple[PageChange, ...] = ()
    added: tuple[PageName, ...] = ()
    removed: tuple[PageName, ...] = ()
    moved: tuple[tuple[str, str], ...] = ()
    lost: tuple[PageName, ...] = ()
    found: tuple[Diagnostic, ...] = ()
    found_before: tuple[Diagnostic, ...] = ()


@dataclass(slots=True)
class Group:
    """Pages that change in the same way, and how many of them for which cause."""

    pages: list[PageChange]
    causes: dict[Cause, int]

    @property
    def first(self) -> PageChange:
        """The page that is shown for all."""
        return self.pages[0]


@dataclass(slots=True)
class Comparison:
    """What is not the same in two states; `total` counts the pages of the new one, where all were counted.

    `sites` counts those that were looked at. `released` are ledgers that are new, with their pages.
    """

    groups: list[Group] = field(default_factory=list)
    added: list[PageName] = field(default_factory=list)
    removed: list[PageName] = field(default_factory=list)
    moved: list[tuple[str, str]] = field(default_factory=list)
    lost: list[PageName] = field(default_factory=list)
    released: list[tuple[str, str, int]] = field(default_factory=list)
    total: int | None = 0
    sites: int = 0
    looked_at: int = 0
    found: list[Diagnostic] = field(default_factory=list)
    found_before: list[Diagnostic] = field(default_factory=list)

    @property
    def changed(self) -> int:
        """How many pages have other words."""
        return sum(len(group.pages) for group in self.groups)

    @property
    def differs(self) -> bool:
        """Tell whether there is anything to tell of pages."""
        return bool(self.groups or self.added or self.removed or self.moved or self.lost)


def grouped(changes: Sequence[PageChange]) -> list[Group]:
    """Put pages that change in the same way together: the most pages first."""
    groups: dict[bytes, Group] = {}
    for change in sorted(changes, key=lambda one: one.page):
        group = groups.setdefault(change.key, Group([], {}))
        group.pages.append(change)
        for cause in change.causes:
            group.causes[cause] = group.causes.get(cause, 0) + 1
    return sorted(groups.values(), key=lambda group: (-len(group.pages), group.first.page))


def released_between(states: States) -> list[tuple[str, str, int]]:
    """Return the releases that the new state has and the old one has not: ledger, version, pages."""
    known: dict[str, tuple[str, set[PageId]]] = {}
    for page, history in states.after.site.releases.items():
        for one in history:
            if one.release.file in states.changed:
                known.setdefault(one.release.file, (one.release.version, set()))[1].add(page)
    return [(file, version, len(pages)) for file, (version, pages) in sorted(known.items())]
