"""All rules, in the order in which they look."""

from __future__ import annotations

from typing import Final

from policypages.checks import drift, signs, spelling, terms
from policypages.checks.kinds import Rule

RULES: Final[tuple[Rule, ...]] = (
    drift.RULE,
    spelling.RULE,
    signs.RULE,
    terms.RULE,
)
UNUSED_ALLOW: Final = "unused-allow"
CODES_OF_RULES: Final = frozenset(code for rule in RULES for code in rule.codes) | {UNUSED_ALLOW}
