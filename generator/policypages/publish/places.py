"""Say which roots a target has: one for all sites, or one for each; and what to look at there."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final, NamedTuple

from policypages.publish.address import Address
from policypages.publish.plan import Place

_GLOB: Final = re.compile(r"[*?\[]")


class Root(NamedTuple):
    """One root: where it is, what is published there, and the sites to look at; None is for all there is."""

    address: Address
    place: Place
    sites: list[str] | None


def roots_of(address: Address, sites: Sequence[str], globs: Sequence[str]) -> list[Root]:
    """Return the roots for the sites of the output that were asked for.

    A site that was asked for by its very name is looked at even where it is built no more: it may be
    published still.
    """
    named = [glob for glob in globs if not _GLOB.search(glob)]
    asked = [*dict.fromkeys([*sites, *named])]
    if address.each:
        roots = [(site, address.of(site)) for site in asked]
        return [Root(one, Place(one.name, site, one.purge), None) for site, one in roots]
    narrow = asked if globs and len(named) == len(globs) else None
    return [Root(address, Place(address.name, "", address.purge), narrow)]
