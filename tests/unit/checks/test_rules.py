"""The list of rules, and the codes that are registered for them."""

from __future__ import annotations

from policypages.checks.rules import ASKING, RULES, UNUSED_ALLOW
from policypages.diagnostics import RULES as REGISTERED


def test_every_registered_rule_looks_and_every_rule_is_registered() -> None:
    """Settings, options and `allow` know the code of every rule, and no other."""
    codes = {code for rule in (*RULES, *ASKING) for code in rule.codes}
    assert codes | {UNUSED_ALLOW} == REGISTERED
