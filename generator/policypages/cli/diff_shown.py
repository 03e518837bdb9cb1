"""What every form of `diff` says: of which states, how many pages change, why, and what readers see of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from policypages.cli.build import count
from policypages.history.causes import Cause
from policypages.history.compare import Comparer
from policypages.history.compared import Comparison, Group, PageName
from policypages.history.sides import Side, Sides
from policypages.redline import Redline


@dataclass
class Shown:
    """A comparison with all that is said of it; redlines are made when they are shown, each once."""

    sides: Sides
    comparer: Comparer
    comparison: Comparison
    notes: Sequence[str] = ()
    jobs: int = 1
    _redlines: dict[bytes, Redline] = field(default_factory=dict)

    def groups(self, most: int) -> list[Group]:
        """Return the first groups, and make their redlines."""
        groups = self.comparison.groups[:most]
        todo = [group.first for group in groups if group.first.key not in self._redlines]
        self._redlines |= self.comparer.redlines(todo, jobs=self.jobs)
        return groups

    def redline(self, group: Group) -> Redline:
        """Return the redline of the first page of a group, which is that of all."""
        return self._redlines[group.first.key]

    @property
    def states(self) -> tuple[str, str]:
        """Say what is compared with what."""
        return said(self.sides.before), said(self.sides.after)

    @cached_property
    def headline(self) -> str:
        """Say in a line how many pages change, and in how many ways."""
        one = self.comparison
        of = f" of {one.total:,}" if one.total is not None else ""
        if not one.changed:
            return "no page changes its words"
        verb = "changes" if one.changed == 1 and not of else "change"
        noun = "page" if (one.total if of else one.changed) == 1 else "pages"
        ways = count(len(one.groups), "way")
        return f"{one.changed:,}{of} {noun} {verb}, in {ways}"

    @cached_property
    def left(self) -> str | None:
        """Say that not all sites had to be looked at."""
        one = self.comparison
        if one.total is not None or not one.sites:
            return None
        looked = f"{one.looked_at:,} of {one.sites:,} entities were looked at"
        return f"{looked}: all files of the others are equal"

    def lists(self) -> list[tuple[str, list[str]]]:
        """Return what else differs: a heading, and a line for each page."""
        one = self.comparison
        lists = [
            ("new", [page.address for page in one.added]),
            ("gone", [page.address for page in one.removed]),
            ("at another address", [f"{old} → {new}" for old, new in one.moved]),
            (
                f"not compared: the sources of {self.sides.before.name} have errors",
                [page.address for page in one.lost],
            ),
        ]
        return [(f"{count(len(some), 'page')} {what}", some) for what, some in lists if some]

    def releases(self) -> list[str]:
        """Say which releases were made between the states."""
        return [
            f"release {version} is new, with {count(pages, 'page')} ({file})"
            for file, version, pages in self.comparison.released
        ]

    def where(self, cause: Cause) -> str:
        """Write the place of a cause; one that is gone is a place of the old state."""
        side = self.sides.before if cause.before else self.sides.after
        return f"{prefixed(side, cause.file)}:{cause.line}"


def said(side: Side) -> str:
    """Say what a state is; of files, how many of them git does not have so."""
    if side.commit is not None:
        return side.name
    if not side.edited:
        return f"{side.name}, all of them committed"
    return f"{side.name}, {side.edited:,} of them not committed"


def prefixed(side: Side, file: str) -> str:
    """Name a file of a state as git does: those of the folder by their path alone."""
    return f"{side.short}:{file}" if side.short else file


def released(group: Group) -> str | None:
    """Say of a group that readers see what was released."""
    held = [page for page in group.pages if page.released is not None and not page.is_released]
    if not held:
        return None
    versions = sorted({str(page.released) for page in held})
    which = versions[0] if len(versions) == 1 else f"{versions[0]} to {versions[-1]}"
    who = "they show" if len(held) == len(group.pages) else f"{count(len(held), 'page')} of them show"
    return f"released: {who} {which} until `policypages release`"


def named(pages: Iterable[PageName], most: int) -> tuple[list[str], int]:
    """Return the addresses of the first pages, and how many more there are."""
    addresses = [page.address for page in pages]
    return addresses[:most], max(0, len(addresses) - most)


def causes(group: Group, most: int) -> tuple[list[tuple[Cause, int]], int]:
    """Return the first causes of a group with their pages, and how many more there are."""
    every = sorted(group.causes.items(), key=lambda one: (-one[1], one[0]))
    return every[:most], max(0, len(every) - most)


def of_pages(pages: int, group: Group) -> str:
    """Say for how many pages of a group a cause holds, where it is not all."""
    return f" ({count(pages, 'page')})" if pages < len(group.pages) else ""
