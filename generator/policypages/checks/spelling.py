"""Find words that one page spells in two ways: website and web site, email and e-mail, -ise and -ize."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Final

from policypages.checks.definitions import definitions
from policypages.checks.evidence import begins, in_code, is_name, plain
from policypages.checks.kinds import Claim, ClauseText, Found, PageView, Rule
from policypages.checks.mixed import EITHER, Use, gather, judge
from policypages.checks.spellings import AMERICAN, BRITISH, CASED, FAMILIES, ISE, Family
from policypages.formats.clauses import PRINTED, Passage
from policypages.model import Section

_TITLES: Final = frozenset({"title", "heading"})
_WORDING: Final = re.compile(r"wording\.(\w+)")
_WORDINGS: Final = "wordings"  # among the things with several ways: which wordings a text prints
_DEFINED: Final = "defined"  # and which terms it defines
_COUNTRIES: Final = (
    ("British or American", BRITISH, "British"),
    ("British or American", AMERICAN, "American"),
    ("-ise or -ize", ISE, None),
)


def _claims(text: ClauseText) -> Iterator[Claim]:
    uses = [(passage, use) for passage in text.passages for use in _uses(passage)]
    uses += [
        (one.passage, Use(_DEFINED, one.term, one.term, one.start, one.end)) for one in definitions(text)
    ]
    claim = gather(uses)
    if claim is not None:
        yield claim


def _uses(passage: Passage) -> Iterator[Use]:
    words = plain(passage)
    small = words.casefold()
    for family in FAMILIES:
        if family.needle in small:
            for found in family.pattern.finditer(words):
                use = _use(family, passage, words, found)
                if use is not None and not in_code(passage, use.start):
                    yield use
    for name, pattern, way in _COUNTRIES:
        for found in pattern.finditer(words):
            if _is_word(words, found) and not in_code(passage, found.start()):
                yield Use(name, way or found[2].casefold(), found[0], *found.span())
    at = -1
    for printed in passage.printed:
        at = passage.text.find(PRINTED, at + 1)
        wording = _WORDING.fullmatch(printed)
        if wording:
            yield Use(_WORDINGS, wording[1], printed, at, at + 1)


def _is_word(words: str, found: re.Match[str]) -> bool:
    """Tell whether a word is none of a name: a name is spelled as its bearer does."""
    return found[0].islower() or (found[0].istitle() and begins(words, found.start()))


def _use(family: Family, passage: Passage, words: str, found: re.Match[str]) -> Use | None:
    """Return how a word is spelled; None where its place says nothing of that."""
    start, end = found.span(1)
    way = found[1]
    if way.isupper():
        return None
    capital = way[0].isupper()
    if passage.kind in _TITLES or (capital and begins(words, start)):
        way = way.casefold() + (EITHER if family.cased and capital else "")
    elif capital and is_name(words, start, end):
        return None
    elif not family.cased:
        way = way.casefold()
    return Use(family.name, way, found[1], start, end)


def _page(page: PageView, claims: Sequence[tuple[Section, Claim]]) -> Iterator[Found]:
    """Compare what the texts of a page type with each other, and with what its wordings say there."""
    defined: set[str] = set()
    told: list[tuple[Section, Claim]] = []
    wordings = page.entity.values.get("wording") or {}
    for section, claim in claims:
        defined.update(claim.value.get(_DEFINED, ()))
        for name, way in claim.value.get(_WORDINGS, {}).items():
            value = wordings.get(name)
            if isinstance(value, str):
                ways = {
                    family: {spelled: way._replace(shown=shown, tag=f"{{{{ {way.shown} }}}}")}
                    for family, spelled, shown in _spelled(value)
                }
                told.append((section, claim._replace(value=ways)))
        told.append((section, claim))
    return judge(told, lambda family, way: _is_compared(family, way, defined))


def _is_compared(family: str, way: str, defined: set[str]) -> bool:
    """Tell whether a way of writing counts: one with a capital may be a term that the page defines."""
    if family in {_DEFINED, _WORDINGS}:
        return False
    return not (family in CASED and way[0].isupper() and {way, f"{way}s"} & defined)


@lru_cache(maxsize=1000)
def _spelled(value: str) -> tuple[tuple[str, str, str], ...]:
    """Return which spellings a wording has: `Web site` is one of website."""
    out = []
    for family in FAMILIES:
        found = family.pattern.search(value) or family.pattern.search(f"this {value}")
        if found:
            out.append((family.name, found[1] if family.cased else found[1].casefold(), found[1]))
    return tuple(out)


RULE: Final = Rule(codes=("mixed-spelling",), claims=_claims, page=_page, language="en")
