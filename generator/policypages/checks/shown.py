"""Read the words of a section as one page shows them, its branches taken: for what only some pages say."""

from __future__ import annotations

import html
import re
from typing import Final

from policypages.checks.kinds import Claim, PageView
from policypages.checks.standing import rendered, summary_on, words_of
from policypages.formats.clauses import PRINTED
from policypages.model import Section

_TAG: Final = re.compile(r"<[^>]*>")


def words_on(page: PageView, section: Section) -> str:
    """Return the words of a section, its title and its text, white space folded."""
    shown = _TAG.sub("", rendered(page, section))
    return " ".join(f"{section.title} {html.unescape(shown)}".split())


def is_shown(page: PageView, section: Section, claim: Claim) -> bool:
    """Tell whether the words of a claim stand on the page, and not in a branch that it does not take."""
    if claim.passage.kind == "summary":
        words = words_of(summary_on(page, section))
    else:
        words = words_on(page, section)
    said = claim.passage.text[claim.start : claim.end]
    return all(" ".join(part.split()) in words for part in said.split(PRINTED))
