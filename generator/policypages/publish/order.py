"""In which order files are published, so that whoever reads meanwhile finds what a page names."""

from __future__ import annotations

import re
from typing import Final

from policypages.paths import BUILD_RECORD

ASSETS, NEW_PAGES, PAGES, INDEX, PROOF = range(5)
"""Steps: each begins when the one before has ended. Deletions come after them."""

_HASHED: Final = re.compile(r"(?:.*/)?assets/(?:.*/)?[^/]+-[0-9a-f]{10}(?:\.[^/.]+)*")


def is_hashed(path: str) -> bool:
    """Tell whether a file has its digest in its name: what it holds never changes."""
    return _HASHED.fullmatch(path) is not None


def is_proof(path: str) -> bool:
    """Tell whether a file is the record of a site's build."""
    return path.rpartition("/")[2] == BUILD_RECORD


def step_of(path: str, *, new: bool) -> int:
    """Return the step of a file, by its path below the output folder.

    A page that is new comes before pages that may link to it, and all of them before what lists them: the
    index of the site, its sitemap, its feed.
    """
    site, _, below = path.partition("/")
    name = path.rpartition("/")[2]
    if is_proof(path) or not site:
        return PROOF
    if is_hashed(path) or below.startswith("assets/"):
        return ASSETS
    if "/" in below and (name.endswith(".html") or ".html." in name):
        return NEW_PAGES if new else PAGES
    return INDEX
