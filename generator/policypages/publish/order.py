"""In which order files are published, so that whoever reads meanwhile finds what a page names."""

from __future__ import annotations

from policypages.headers import is_hashed, plain_path
from policypages.paths import BUILD_RECORD, POLICY_JSON

ASSETS, NEW_PAGES, PAGES, INDEX, PROOF = range(5)
"""Steps: each begins when the one before has ended. Deletions come after them."""


def is_proof(path: str) -> bool:
    """Tell whether a file is the record of a site's build."""
    return path.rpartition("/")[2] == BUILD_RECORD


def step_of(path: str, *, new: bool) -> tuple[int, int]:
    """Return the step of a file, by its path below the output folder; steps are taken in their order.

    A page that is new comes before pages that may link to it, and all of them before what lists them: the
    index of the site, its sitemap, its feed. Of new pages the deepest come first, since the index of a
    locale is a page above those that it lists. What a page says as data is there before the page.
    """
    site, _, below = path.partition("/")
    name = plain_path(path)[0].rpartition("/")[2]
    if is_proof(path) or not site:
        return PROOF, 0
    if is_hashed(path) or below.startswith("assets/"):
        return ASSETS, 0
    is_data = name == POLICY_JSON
    if is_data and new:
        return ASSETS, 0
    if "/" in below and (is_data or name.endswith(".html")):
        return (NEW_PAGES, -below.count("/")) if new else (PAGES, 0)
    return INDEX, 0
