"""All rules, in the order in which they look."""

from __future__ import annotations

from typing import Final

from policypages.checks import html
from policypages.checks.kinds import Rule

RULES: Final[tuple[Rule, ...]] = (html.RULE,)
UNUSED_ALLOW: Final = "unused-allow"
