"""Tags of clauses that cannot both be true of one page, each pair with the reason: data of a rule."""

from __future__ import annotations

from typing import Final

ANONYMOUS: Final = "anonymous"
IDENTIFIES: Final = "identifies"

PAIRS: Final[dict[frozenset[str], str]] = {
    frozenset((ANONYMOUS, IDENTIFIES)): "data with an identifier of a person in it is not anonymous",
    frozenset(("no-cookies", "sets-cookies")): "a site that sets cookies cannot say that it sets none",
    frozenset(("no-tracking", "tracks")): "a site that follows its visitors cannot say that it does not",
    frozenset(("not-sold", "sold")): "what is sold cannot be said never to be sold",
    frozenset(("not-shared", "shared")): "what others receive cannot be said to be shared with nobody",
    frozenset(("not-kept", "kept")): "what is kept cannot be said to be kept nowhere",
    frozenset(("no-children", "for-children")): "a site for children cannot say that children do not use it",
    frozenset(("no-profiling", "profiles")): "where profiles are made it cannot be said that none are",
}
