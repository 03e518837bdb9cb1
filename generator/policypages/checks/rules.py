"""All rules, in the order in which they look."""

from __future__ import annotations

from typing import Final

from policypages.checks import (
    audience,
    contradiction,
    dead_term,
    review,
    secret_value,
    suspicious,
    unused_facts,
    unused_texts,
)
from policypages.checks.kinds import Rule

RULES: Final[tuple[Rule, ...]] = (
    audience.RULE,
    contradiction.RULE,
    dead_term.RULE,
    review.RULE,
    secret_value.RULE,
    suspicious.RULE,
    unused_facts.RULE,
    unused_texts.RULE,
)
UNUSED_ALLOW: Final = "unused-allow"
CODES_OF_RULES: Final = frozenset(code for rule in RULES for code in rule.codes) | {UNUSED_ALLOW}
