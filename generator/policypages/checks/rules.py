"""All rules, in the order in which they look."""

from __future__ import annotations

from typing import Final

from policypages.checks import gaps, placeholders, promises, structure, titles
from policypages.checks.kinds import Rule

RULES: Final[tuple[Rule, ...]] = (
    structure.RULE,
    titles.RULE,
    promises.RULE,
    gaps.RULE,
    placeholders.RULE,
)
UNUSED_ALLOW: Final = "unused-allow"
CODES_OF_RULES: Final = frozenset(code for rule in RULES for code in rule.codes) | {UNUSED_ALLOW}
