"""Words of English that have more than one spelling: the tables, and the American form of a British word."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final, NamedTuple


class Family(NamedTuple):
    """Spellings of one word: `pattern` finds it in any case, and its first group is what is compared.

    `needle` stands in each, in small letters; `cased` tells that a capital inside a sentence is a
    spelling of its own.
    """

    name: str
    pattern: re.Pattern[str]
    needle: str
    cased: bool = False


def _family(name: str, needle: str, pattern: str, *, cased: bool = False) -> Family:
    return Family(name, re.compile(rf"(?<![\w-])(?:{pattern})(?![\w-])", re.IGNORECASE), needle, cased)


# what may stand before a verb, and what behind it, so that `the log-in` and `a sign-up form` are none
_BEFORE: Final = "(?:to|can|cannot|must|may|might|will|should|you|they|we|users?) "
_BEHIND: Final = "(?= (?:for|of|to|with|using|from|at|by|through|via|again|or|and)\\b| ?[.,;:)]|$)"
_VERBS: Final = ("log in", "log out", "log on", "sign in", "sign out", "sign up", "opt in", "opt out")
_DOCUMENTS: Final = (
    "privacy policy",
    "privacy statement",
    "privacy notice",
    "cookie policy",
    "cookie notice",
    "terms of service",
    "terms of use",
)
_WITH_VENDORS: Final = (
    "(?=apps?|applications?|cookies?|providers?|services?|sites?|software|tools?|vendors?|websites?)"
)

# each is a word, or a way of writing, of which one page has use for one spelling alone
FAMILIES: Final[tuple[Family, ...]] = (
    _family("website", "site", "(web[ -]?site)s?", cased=True),
    _family("web page", "page", "(web[ -]?page)s?"),
    _family("home page", "page", "(home[ -]?page)s?"),
    _family("email", "mail", "(e-?mail)(?:s|ed|ing)?", cased=True),
    _family("internet", "internet", "(internet)", cased=True),
    _family("web", "web", "(?<!wide )(web)(?! sites?| pages?)", cased=True),
    _family("online", "line", "(on-?line)"),
    _family("offline", "line", "(off-?line)"),
    _family("cookie", "cookie", "(cookie)s?", cased=True),
    _family("username", "user", "(user[ -]?name)s?"),
    _family("database", "data", "(data[ -]?base)s?"),
    _family("health care", "health", "(health[ -]?care)"),
    _family("smartphone", "smart", "(smart[ -]?phone)s?"),
    _family("subprocessor", "processor", "(sub-?processor)s?"),
    _family("timeframe", "time", "(time[ -]?frame)s?"),
    _family("nonprofit", "profit", "(non-?profit)s?"),
    _family("cooperate", "operat", "(co-?operat)(?:e[sd]?|ing|ion)"),
    # a person; before a noun the hyphen is right, and is a family of its own
    _family("third party", "third", "(third[ -]part)ies"),
    _family("third-party", "third", f"(third[ -]party) {_WITH_VENDORS}\\w+"),
    *(_family(verb, verb.split()[0], f"{_BEFORE}({verb.replace(' ', '[ -]?')}){_BEHIND}") for verb in _VERBS),
    # `our Privacy Policy` may be the title of another page, but `this` is the page itself
    *(_family(title, title, f"this ({title})", cased=True) for title in _DOCUMENTS),
)

CASED: Final = frozenset(family.name for family in FAMILIES if family.cased)

# British, American: stems of words that differ in nothing else; a form may follow
_BRITISH: Final = {
    "analyse": "analyze",
    "analysing": "analyzing",
    "behaviour": "behavior",
    "cancelled": "canceled",
    "cancelling": "canceling",
    "centre": "center",
    "colour": "color",
    "defence": "defense",
    "enrolment": "enrollment",
    "favour": "favor",
    "fulfilment": "fulfillment",
    "harbour": "harbor",
    "honour": "honor",
    "labelled": "labeled",
    "labelling": "labeling",
    "labour": "labor",
    "licence": "license",
    "modelling": "modeling",
    "neighbour": "neighbor",
    "offence": "offense",
    "signalling": "signaling",
    "travelled": "traveled",
    "travelling": "traveling",
}
_NOT_AMERICAN: Final = {"license"}  # in Britain it is the verb
_FORMS: Final = "(?:s|d|able|ably|ed|es|al|ally|hood|ing|ite|ites|less)?"
_ISE: Final = (
    "anonym apolog author capital categor central character critic custom digit emphas final formal general"
    " harmon initial jeopard legal local maxim minim mobil modern monet neutral normal optim organ penal"
    " personal priorit pseudonym random real recogn scrutin special standard steril summar symbol synchron"
    " token util visual"
).split()
_ENDS: Final = "(?:e|es|ed|er|ers|ing|able|ation|ations|ational)"

BRITISH: Final = re.compile(
    rf"(?<![\w-])(?!analyses\b)(?:{'|'.join(_BRITISH)}){_FORMS}(?![\w-])", re.IGNORECASE
)
AMERICAN: Final = re.compile(
    rf"(?<![\w-])(?:{'|'.join(sorted(set(_BRITISH.values()) - _NOT_AMERICAN))}){_FORMS}(?![\w-])",
    re.IGNORECASE,
)
ISE: Final = re.compile(
    rf"(?<![\w-])((?:un|de|re|non-)?(?:{'|'.join(_ISE)})i)([sz])({_ENDS})(?![\w-])", re.IGNORECASE
)
_START: Final = re.compile("|".join(sorted(_BRITISH, key=len, reverse=True)))


@lru_cache(maxsize=10_000)
def american(word: str) -> str:
    """Return a word in small letters as Americans spell it."""
    found = ISE.fullmatch(word)
    if found:
        return f"{found[1]}z{found[3]}"
    start = _START.match(word)
    return _BRITISH[start[0]] + word[start.end() :] if start and BRITISH.fullmatch(word) else word
