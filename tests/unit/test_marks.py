"""What `--explain` is told by the marks of a page whose clauses stand on it more than once."""

from __future__ import annotations

import pytest

from policypages.plan.keys import Sealed, basis, seal, tag, why_stale

SAME = basis({"strings": "same"})
CLAUSE = tag("the clause `refunds`")


def _marks(*digests: str) -> str:
    sums = "".join(digest[:8] for digest in digests)
    return seal(SAME, tag("the outline"), ["-"], Sealed(CLAUSE * len(digests), "".join(digests), sums))[1]


@pytest.mark.parametrize("now", [("c" * 16, "b" * 16), ("a" * 16, "c" * 16), ("a" * 16,)])
def test_a_clause_that_stands_on_a_page_twice_is_named_whichever_of_its_texts_changed(
    now: tuple[str, ...],
) -> None:
    """Its two texts may be variants."""
    before = _marks("a" * 16, "b" * 16)
    assert why_stale(before, _marks("a" * 16, "b" * 16)) == ""
    assert why_stale(before, _marks(*now)) == "the clause `refunds` changed"
