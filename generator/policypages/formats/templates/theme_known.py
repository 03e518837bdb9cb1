"""Know the templates that we ship by their text, so that nobody has to read them before a page is made."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from typing import NamedTuple

from policypages.formats.templates.theme_table import TABLE

Place = tuple[str, str, str, str]


class Known(NamedTuple):
    """What reading a template would find; that nothing is wrong with it goes without saying.

    `named`, `asked` and `assigned` are the templates and assets that it names, and the names that it makes.
    `page` is the page whose names it reads, none for a part of any. `opened` says where its blocks stand.
    One that extends another has none; it has in `within` where blocks of its parents may stand: elsewhere,
    what it prints in them has to be looked at again.
    """

    page: str
    named: tuple[str | None, ...]
    asked: tuple[str, ...] | None
    assigned: tuple[str, ...]
    opened: tuple[tuple[str, Place], ...]
    within: tuple[tuple[tuple[str, Place | None], ...], ...] | None

    def stands(self, blocks: Mapping[str, Place]) -> bool:
        """Tell whether the blocks of parents are where they were when nothing wrong was found."""
        ways = self.within
        return ways is None or any(all(blocks.get(name) == place for name, place in way) for way in ways)


def known_templates(texts: Mapping[str, str]) -> dict[str, Known]:
    """Return what is known of templates, by name; those of somebody's own are not there."""
    known = {}
    for name, text in texts.items():
        row = TABLE.get(digest(text))
        if row is not None:
            known[name] = Known(*row)
    return known


def digest(text: str) -> str:
    """Return the name of a text in the table."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def all_clean(names: Collection[str], known: Mapping[str, Known]) -> bool:
    """Tell whether templates are all ours, and their blocks where they were when nothing wrong was found."""
    ours = [known[name] for name in names if name in known]
    blocks = {block: place for one in ours for block, place in one.opened}
    return len(ours) == len(names) and all(one.stands(blocks) for one in ours)
