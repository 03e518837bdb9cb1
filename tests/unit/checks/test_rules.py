"""The list of rules, and the codes that are registered for them."""

from __future__ import annotations

from collections import Counter

from policypages.checks.rules import RULES, UNUSED_ALLOW
from policypages.diagnostics import RULES as REGISTERED


def test_every_registered_rule_looks_and_every_rule_is_registered() -> None:
    """A code of a rule is given by one rule; settings, options and `allow` know all of them."""
    codes = Counter(code for rule in RULES for code in rule.codes)
    assert set(codes.values()) == {1}
    assert {*codes, UNUSED_ALLOW} == REGISTERED
