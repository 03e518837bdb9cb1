"""Words for the people that a site is for, and which of them are not the same people: data of a rule."""

from __future__ import annotations

from typing import Final

# Each group with its words, singular and plural. `visitors` and `users` are nobody's: everybody is one.
WORDS: Final[dict[str, tuple[str, ...]]] = {
    "customers": ("customer", "customers", "shopper", "shoppers", "buyer", "buyers"),
    "clients": ("client", "clients"),
    "subscribers": ("subscriber", "subscribers"),
    "members": ("member", "members"),
    "guests": ("guest", "guests"),
    "patients": ("patient", "patients"),
    "students": ("student", "students", "pupil", "pupils"),
    "donors": ("donor", "donors"),
    "volunteers": ("volunteer", "volunteers"),
    "tenants": ("tenant", "tenants"),
    "applicants": ("applicant", "applicants", "job seeker", "job seekers", "jobseeker", "jobseekers"),
    "employees": ("employee", "employees"),
    "suppliers": ("supplier", "suppliers"),
}

_TRADE: Final = frozenset(("customers", "clients", "subscribers", "members", "guests"))
# People who buy are customers by many names, and a member or a guest may be called a customer; people
# who work, study, give or are ill are not. Each group, with those that may be the same people.
SAME: Final[dict[str, frozenset[str]]] = {
    **dict.fromkeys(_TRADE, _TRADE),
    "patients": frozenset(("patients", "members", "clients")),
    "students": frozenset(("students", "members")),
    "donors": frozenset(("donors", "members")),
    "volunteers": frozenset(("volunteers", "members")),
    "tenants": frozenset(("tenants", "customers", "clients", "members")),
    "applicants": frozenset(("applicants",)),
    "employees": frozenset(("employees",)),
    "suppliers": frozenset(("suppliers",)),
}
# On a page for any public these are the house's own people, named without a fault: "our employees".
STAFF: Final = frozenset(("employees", "volunteers", "suppliers"))

GROUP_OF: Final = {word: group for group, words in WORDS.items() for word in words}


def excluded(groups: frozenset[str]) -> frozenset[str]:
    """Return the groups that are other people than all of these."""
    same = frozenset().union(*(SAME[group] for group in groups)) | groups
    same |= {group for group in WORDS if SAME[group] & groups}
    return frozenset(WORDS) - same
