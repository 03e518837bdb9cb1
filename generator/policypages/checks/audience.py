"""Find where a text speaks to other people than its page is for: "our customers" on a page for employees."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Final
from urllib.parse import urlsplit

from policypages.checks.audiences import GROUP_OF, STAFF, excluded
from policypages.checks.kinds import Claim, ClauseText, Found, PageView, Rule
from policypages.checks.shown import is_shown
from policypages.diagnostics import Diagnostic, Label, problem
from policypages.formats.clauses import Passage
from policypages.formats.origins import origin_in, span_of
from policypages.model import Section

CODE: Final = "wrong-audience"
_WORD: Final = "|".join(sorted(map(re.escape, GROUP_OF), key=len, reverse=True))
_MANY: Final = "|".join(sorted((re.escape(word) for word in GROUP_OF if word.endswith("s")), key=len)[::-1])
# one alone may say what a thing is for: `our customer service`
_PEOPLES: Final = rf"(?P<who>{_MANY})\b(?!['\u2019-])"
_PEOPLE: Final = rf"(?P<who>{_WORD})\b(?!['\u2019-])"
_NAMED: Final = re.compile(rf"\b(?:{_WORD})\b", re.IGNORECASE)
_EVERYBODY: Final = r"(?:visitors?|users?)"
_SITE: Final = r"(?:(?:this|our|the)\s+)?(?:[\w\ufffc]+\s+)?(?:web\s?site|site|service|app|portal|\ufffc)"
_USE: Final = (
    rf"(?:who|that)\s+(?:may\s+)?(?:use|visit|access|browse|come\s+to|sign\s+(?:in|on|up)|log\s+(?:in|on))\b"
    rf"|(?:using|visiting|accessing|browsing)\s+{_SITE}"
)
# each way of speaking to, or of, those whom the page is for; those behind the first two suit staff, too
_OURS: Final = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"\bour\s+(?:\w+\s+)?{_PEOPLES}",
        rf"\b(?:information|data|details)\s+(?:about|on)\s+(?:our\s+|the\s+)?{_PEOPLES}",
        rf"\b{_EVERYBODY}\s*(?:,|and|or|and/or|\()\s*(?:(?:of|including|and|other|our)\s+)*{_PEOPLE}",
        rf"\b{_PEOPLE}\s+(?:and|or|and/or)\s+(?:(?:all|other|our)\s+)*{_EVERYBODY}\b",
        rf"(?:\A|[.!?]\s+)as\s+(?:an?|our)\s+{_PEOPLE},?\s+(?:of\s+[^,.]+,\s+)?(?:you|your)\b",
        rf"\b{_PEOPLE}\s+(?:{_USE})",
    )
)
_FOR_STAFF: Final = _OURS[2:]
# behind these `our customers` are those to whom something is given: a third party
_GIVEN: Final = re.compile(
    r"\b(?:with|by|against|disclose[sd]?|provide[sd]?|give[sn]?|sen[dt]s?|pass(?:es|ed)?|sell|sold)"
    r"(?:\s+(?:it|them|this|that))?(?:\s+to)?\s*\Z",
    re.IGNORECASE,
)
_SENTENCE: Final = re.compile(r"[.!?](?=\s|\Z)|[:;]\s|\n")
_HOST: Final = r"(?P<host>(?:[a-z0-9-]+\.)+[a-z]{2,})"
_THIS_SITE: Final = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"\b(?:this|our)\s+(?:web\s?)?site,?\s*\(?(?:at\s+|located\s+at\s+)?(?:https?://)?{_HOST}\b(?!@)",
        rf"\bwe\s[^.?!]*?\b(?:let|allow|permit|create|open|delete)\s[^.?!]*?\baccounts?\s+(?:on|at)\s+{_HOST}",
    )
)


def _claims(text: ClauseText) -> Iterable[Claim]:
    seen: set[tuple[str, int, int]] = set()
    for passage in text.passages:
        for claim in (*_people(passage), *_sites(passage)):
            place = (claim.kind, passage.offsets[claim.start], passage.block)
            if place not in seen:
                seen.add(place)
                yield claim


def _people(passage: Passage) -> Iterable[Claim]:
    words = passage.text
    if _NAMED.search(words) is None:
        return
    for pattern in _OURS:
        for match in pattern.finditer(words):
            group = GROUP_OF[match["who"].casefold()]
            if group in STAFF and pattern not in _FOR_STAFF:
                continue
            if pattern is _OURS[0] and _GIVEN.search(words[: match.start()]):
                continue
            sentence = _sentence(words, match.start())
            beside = frozenset(GROUP_OF[one.casefold()] for one in _NAMED.findall(sentence))
            yield Claim("people", (group, beside), passage, match.start("who"), match.end("who"))


def _sentence(words: str, at: int) -> str:
    start = max((end.end() for end in _SENTENCE.finditer(words, 0, at)), default=0)
    end = _SENTENCE.search(words, at)
    return words[start : end.start() if end else len(words)]


def _sites(passage: Passage) -> Iterable[Claim]:
    for pattern in _THIS_SITE:
        for match in pattern.finditer(passage.text):
            yield Claim("site", match["host"].casefold(), passage, match.start("host"), match.end("host"))


@lru_cache(256)
def _groups(audience: str) -> frozenset[str]:
    return frozenset(GROUP_OF[word.casefold()] for word in _NAMED.findall(audience))


def _page(page: PageView, claims: Sequence[tuple[Section, Claim]]) -> Iterable[Found]:
    audience = page.entity.facts.get("audience") or ""
    own = _groups(audience)
    wrong = excluded(own) - _groups(f"{page.task.policy} {page.task.title}") if own else frozenset()
    hosts = {_host(page.entity.facts.get(key)) for key in ("site_url", "url")} - {""}
    for section, claim in claims:
        if claim.kind == "site":
            known = not page.entity.facts.get("site_url") or any(
                _same_site(claim.value, host) for host in hosts
            )
            if not known and is_shown(page, section, claim):
                yield Found(section, _other_site(page, claim))
            continue
        group, beside = claim.value
        if group in wrong and not beside & own and is_shown(page, section, claim):
            yield Found(section, _other_people(page, claim, audience))


def _other_people(page: PageView, claim: Claim, audience: str) -> Diagnostic:
    said = claim.passage.text[claim.start : claim.end]
    label = Label(span_of(origin_in(page.entity, ("audience",))), "whom the page is for")
    return problem(
        CODE,
        f"the text speaks of `{said}`, and the page is for `{audience}`",
        claim.passage.span(claim.start, claim.end),
        hint="write `{{ audience }}`, which each page fills with its own",
        labels=(label,),
    )


def _other_site(page: PageView, claim: Claim) -> Diagnostic:
    label = Label(span_of(origin_in(page.entity, ("site_url",))), "the address of this site")
    return problem(
        CODE,
        f"the text takes `{claim.value}` for the site of this page",
        claim.passage.span(claim.start, claim.end),
        hint="write `{{ site_url }}`, which each page fills with its own",
        labels=(label,),
    )


def _host(url: str | None) -> str:
    try:
        return (urlsplit(url).hostname or "").casefold() if url else ""
    except ValueError:
        return ""


def _same_site(one: str, other: str) -> bool:
    """Tell whether two hosts are one site, or one stands below the other."""
    one, other = one.removeprefix("www."), other.removeprefix("www.")
    return one == other or one.endswith(f".{other}") or other.endswith(f".{one}")


RULE: Final = Rule(codes=(CODE,), claims=_claims, page=_page, language="en")
