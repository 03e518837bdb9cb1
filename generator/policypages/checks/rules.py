"""All rules, in the order in which they look."""

from __future__ import annotations

from typing import Final

from policypages.checks import (
    drift,
    gaps,
    html,
    ids,
    links,
    outside,
    placeholders,
    promises,
    signs,
    spelling,
    structure,
    terms,
    titles,
)
from policypages.checks.kinds import Rule

RULES: Final[tuple[Rule, ...]] = (
    structure.RULE,
    titles.RULE,
    promises.RULE,
    gaps.RULE,
    placeholders.RULE,
    html.RULE,
    links.RULE,
    ids.RULE,
    drift.RULE,
    spelling.RULE,
    signs.RULE,
    terms.RULE,
)
ASKING: Final[tuple[Rule, ...]] = (outside.RULE,)
"""Rules whose findings are questions to other hosts; they look only where those may be asked."""
UNUSED_ALLOW: Final = "unused-allow"
CODES_OF_ASKING: Final = frozenset(code for rule in ASKING for code in rule.codes)
