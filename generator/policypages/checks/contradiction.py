"""Find clauses that cannot both be true of one page, by their tags, and by the word "anonymous"."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import product
from typing import Any, Final

from policypages.checks.contradictions import ANONYMOUS, IDENTIFIES, PAIRS
from policypages.checks.kinds import Claim, ClauseText, Found, PageView, Rule
from policypages.checks.shown import is_shown
from policypages.diagnostics import Diagnostic, Label, Span, problem
from policypages.formats.facts import locate_in_front
from policypages.formats.origins import span_of
from policypages.model import Section

CODE: Final = "contradiction"
_SETTINGS: Final = "the settings say that the two exclude each other"
_ANONYMOUS: Final = re.compile(r"\banonym(?:ous(?:ly)?|i[sz]ed)\b", re.IGNORECASE)
_DATA: Final = re.compile(
    r"\b(?:aggregate[ds]?|data|information|figures?|statistics|statistical|totals?|records?|logs?|form|basis)\b",
    re.IGNORECASE,
)
_DENIED: Final = re.compile(
    r"(?:\b(?:not|never|no|cannot|nor|neither)\b|n['\u2019]t\b)(?:\W+\w+){0,4}\W+\Z", re.IGNORECASE
)
_ELSEWHERE: Final = re.compile(r"\b(?:surveys?|feedback|reports?|complaints?)\b", re.IGNORECASE)
_SENTENCE: Final = re.compile(r"(?<=[.!?])\s+")
Pairs = dict[frozenset[str], str]


def _pairs(checks: Any) -> Pairs:
    own = {frozenset(pair): _SETTINGS for pair in checks.get("contradictions") or () if len(set(pair)) == 2}  # noqa: PLR2004 - a pair
    return {**PAIRS, **own}


def _claims(text: ClauseText) -> Iterable[Claim]:
    if not text.passages:
        return
    pairs = _pairs(text.checks)
    for tag in sorted(text.tags & frozenset().union(*pairs)):
        yield Claim("tag", (tag, tuple(pairs.items())), text.passages[0], 0, 0)
    if text.language == "en" and not {ANONYMOUS, IDENTIFIES} & text.tags:
        yield from _called_anonymous(text)


def _called_anonymous(text: ClauseText) -> Iterable[Claim]:
    told: set[int] = set()
    for passage in text.passages:
        at = 0
        for sentence in _SENTENCE.split(passage.text):
            start = passage.text.index(sentence, at)
            at = start + len(sentence)
            said = _ANONYMOUS.search(sentence)
            if said is None or not _DATA.search(sentence) or _ELSEWHERE.search(sentence):
                continue
            if _DENIED.search(sentence[: said.start()]):
                continue
            here = start + said.start()
            if passage.offsets[here] not in told:
                told.add(passage.offsets[here])
                yield Claim("says", None, passage, here, start + said.end())


def _page(page: PageView, claims: Sequence[tuple[Section, Claim]]) -> Iterable[Found]:
    tagged: dict[str, list[Section]] = {}
    pairs: Pairs = {}
    for section, claim in claims:
        if claim.kind == "tag":
            tagged.setdefault(claim.value[0], []).append(section)
            pairs.update(claim.value[1])
    for pair, why in pairs.items():
        one, other = sorted(pair)
        for first, second in product(tagged.get(one, ()), tagged.get(other, ())):
            yield Found(first, _of_tags(one, first, other, second, why))
    for section, claim in claims:
        others = tagged.get(IDENTIFIES, ())
        if claim.kind == "says" and others and is_shown(page, section, claim):
            yield Found(section, _of_words(claim, others[0]))


def _of_tags(one: str, first: Section, other: str, second: Section, why: str) -> Diagnostic:
    same = first.clause is not None and second.clause is not None and first.clause.file is second.clause.file
    where = "of one clause" if same else f"of the sections `{first.id}` and `{second.id}`"
    return problem(
        CODE,
        f"the tags `{one}` and `{other}` {where} exclude each other: {why}",
        _tag(first, one),
        hint="find out which is true, and take the other from the page, or from its clause the tag",
        labels=(Label(_tag(second, other), f"the page has `{other}` here"), *_outline(first, second)),
    )


def _of_words(claim: Claim, other: Section) -> Diagnostic:
    said = claim.passage.text[claim.start : claim.end]
    return problem(
        CODE,
        f"data is called `{said}`, and the section `{other.id}` says that it identifies people",
        claim.passage.span(claim.start, claim.end),
        hint="say what is true: that totals are kept, and that nothing in them identifies a visitor",
        labels=(Label(_tag(other, IDENTIFIES), f"the page has `{IDENTIFIES}` here"), *_outline(other)),
    )


def _tag(section: Section, tag: str) -> Span:
    """Find a tag in the front matter of a section's clause."""
    assert section.clause is not None  # noqa: S101 - a section without a clause has no tags
    file = section.clause.file
    tags = list(file.values.get("tags") or ())
    return locate_in_front(file.file, file.data, ("tags", tags.index(tag)))


def _outline(*sections: Section) -> Iterable[Label]:
    for section in dict.fromkeys(map(id, sections)):
        one = next(each for each in sections if id(each) == section)
        yield Label(span_of(one.origin), f"the section `{one.id}`")


RULE: Final = Rule(codes=(CODE,), claims=_claims, page=_page)
