"""All rules, in the order in which they look."""

from __future__ import annotations

from typing import Final

from policypages.checks import (
    audience,
    contradiction,
    dead_term,
    drift,
    gaps,
    html,
    ids,
    links,
    outside,
    placeholders,
    promises,
    review,
    secret_value,
    signs,
    spelling,
    structure,
    suspicious,
    terms,
    titles,
    unused_facts,
    unused_texts,
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
    audience.RULE,
    contradiction.RULE,
    dead_term.RULE,
    review.RULE,
    secret_value.RULE,
    suspicious.RULE,
    unused_facts.RULE,
    unused_texts.RULE,
)
ASKING: Final[tuple[Rule, ...]] = (outside.RULE,)
"""Rules whose findings are questions to other hosts; they look only where those may be asked."""
UNUSED_ALLOW: Final = "unused-allow"
CODES_OF_ASKING: Final = frozenset(code for rule in ASKING for code in rule.codes)
