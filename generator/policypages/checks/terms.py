"""Find terms that a page defines twice, defines and never uses, or uses as defined without defining them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Final, NamedTuple

from policypages.checks.definitions import Definition, definitions
from policypages.checks.evidence import begins, plain
from policypages.checks.kinds import Claim, ClauseText, Found, PageView, Rule, leaves
from policypages.diagnostics import Label, problem
from policypages.formats.clauses import Passage
from policypages.model import Section

_PHRASE: Final = re.compile(
    r"(?<![\w-])[A-Z][a-z]+(?: [A-Z][a-z]+){0,3}(?![\w-]|[’'.]\w| (?:of|and|for|&) [A-Z])"
)
_IN_A_NAME: Final = re.compile(r"[A-Z]\w*,? (?:of|and|for|the|&) $|[A-Z\d]\w*[,.]? $")
_FROM_ELSEWHERE: Final = re.compile(
    r"\b(?:as defined (?:in|by)|meanings? (?:given|set|assigned|ascribed|in)|capitali[sz]ed terms?"
    r"|defined terms?)\b"
)
_OFTEN: Final = 2  # what is written with a capital once may be a slip


class Phrase(NamedTuple):
    """Words with capitals inside a sentence: where they are first in a text, and how often."""

    passage: Passage
    start: int
    end: int
    times: int


def _claims(text: ClauseText) -> Iterator[Claim]:
    for one in definitions(text):
        yield Claim("defined", one, one.passage, one.start, one.end)
    phrases = dict(_phrases(text))
    if phrases:
        first = next(iter(phrases.values()))
        yield Claim("phrases", phrases, first.passage, first.start, first.end)


def _phrases(text: ClauseText) -> Iterator[tuple[str, Phrase]]:
    found: dict[str, dict[tuple[int, int], tuple[Passage, int, int]]] = {}
    for passage in text.passages:
        if passage.kind not in {"paragraph", "item"}:
            continue
        words = plain(passage)
        for phrase in _PHRASE.finditer(words):
            start, end = phrase.span()
            before = words[max(0, start - 40) : start]
            if begins(words, start) or _IN_A_NAME.search(before):
                continue
            place = passage.block, passage.offsets[start]
            found.setdefault(phrase[0], {}).setdefault(place, (passage, start, end))
    for phrase_, places in found.items():
        passage, start, end = next(iter(places.values()))
        yield phrase_, Phrase(passage, start, end, len(places))


def _page(page: PageView, claims: Sequence[tuple[Section, Claim]]) -> Iterator[Found]:
    defined: dict[str, list[tuple[Section, Definition]]] = {}
    phrases: dict[str, list[tuple[Section, Phrase]]] = {}
    for section, claim in claims:
        if claim.kind == "defined":
            defined.setdefault(claim.value.term, []).append((section, claim.value))
        else:
            for phrase, where in claim.value.items():
                phrases.setdefault(phrase, []).append((section, where))
    for places in defined.values():
        yield from _twice(places)
        yield from _unused(page, *places[0])
    yield from _undefined(page, defined.keys(), phrases)


def _twice(places: Sequence[tuple[Section, Definition]]) -> Iterator[Found]:
    sure = {(one.span, one.passage.block): (section, one) for section, one in places if one.sure}
    (_, first), *others = [*sure.values()] or [places[0]]
    for section, one in others:
        message = f"`{one.term}` is defined here for a second time on one page"
        label = Label(first.span, "first defined here")
        hint = "define a term once, and take it away here"
        yield Found(section, problem("term-twice", message, one.span, hint=hint, labels=(label,)))


def _unused(page: PageView, section: Section, one: Definition) -> Iterator[Found]:
    if one.is_pronoun or "{{" in one.term:
        return
    pattern = _forms(one.term)
    for _, text in page.texts:
        if _uses(text, one.term):
            return
    if any(pattern.search(words) for words in _printed(page)):
        return
    small = next((use for _, text in page.texts for use in _uses(text, one.term.casefold())), None)
    if small and one.begins:
        return
    labels = (Label(small[0].span(*small[1:]), "written without its capital here"),) if small else ()
    way = "write it as it is defined" if small else "take the definition away"
    message = f"`{one.term}` is defined here, and never used on the page"
    yield Found(section, problem("term-unused", message, one.span, hint=way, labels=labels))


def _printed(page: PageView) -> Iterator[str]:
    """Yield the words of a page that its clauses do not hold: titles, options, and any fact of the site."""
    yield page.task.title
    for section in page.task.every:
        yield section.title
        yield from (value for value in section.options.values() if isinstance(value, str))
    yield from (value for _, value in leaves(page.entity.values) if isinstance(value, str))


@lru_cache(maxsize=4096)
def _forms(term: str) -> re.Pattern[str]:
    """Return a pattern of a term in one or many, or in capitals all through."""
    one = re.sub("ies$", "y", term) if term.endswith("ies") else re.sub("(?<=[^s]{2})s$", "", term)
    many = re.sub("(?<=[^aeiou])y$", "ies", one) if one.endswith("y") else f"{one}s"
    forms = {term, one, many, f"{one}es"} | {form.upper() for form in (one, many)}
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, sorted(forms, key=len, reverse=True)))})(?!\w)")


@lru_cache(maxsize=4096)
def _uses(text: ClauseText, term: str) -> tuple[tuple[Passage, int, int], ...]:
    """Return where a text has a term other than where it defines it."""
    own = [
        (one.passage.block, one.passage.offsets[one.start], one.passage.offsets[one.end - 1])
        for one in definitions(text)
    ]
    return tuple(
        (passage, *found.span())
        for passage in text.passages
        for found in _forms(term).finditer(passage.text)
        if not any(
            block == passage.block and start <= passage.offsets[found.start()] <= end
            for block, start, end in own
        )
    )


# ---- used and not defined


def _undefined(
    page: PageView, defined: Iterable[str], phrases: dict[str, list[tuple[Section, Phrase]]]
) -> Iterator[Found]:
    house = page.library.once(_of_house)
    here = {form for term in defined for form in (term, f"{term}s", term.removesuffix("s"))}
    for phrase in phrases.keys() & house.keys() - here:
        places = phrases[phrase]
        if sum(one.times for _, one in places) < _OFTEN or _points_elsewhere(page):
            continue
        if any(_uses(text, phrase.casefold()) for _, text in page.texts):
            continue
        section, one = places[0]
        elsewhere = house[phrase]
        clause = elsewhere.passage.place.file.removeprefix("content/clauses/").removesuffix(".md")
        message = f"`{phrase}` is written as a term that is defined, and this page does not define it"
        hint = f"define it here, put the clause `{clause}` on the page, or write `{phrase.casefold()}`"
        label = Label(elsewhere.span, "another page has its definition")
        span = one.passage.span(one.start, one.end)
        yield Found(section, problem("term-undefined", message, span, hint=hint, labels=(label,)))


def _points_elsewhere(page: PageView) -> bool:
    """Tell whether a page says that its terms are defined in another document."""
    return any(_points(text) for _, text in page.texts)


@lru_cache(maxsize=4096)
def _points(text: ClauseText) -> bool:
    return any(_FROM_ELSEWHERE.search(passage.text) for passage in text.passages)


def _of_house(texts: Sequence[ClauseText]) -> dict[str, Definition]:
    """Return the terms that clauses of the house define; a word that is never written small is a name."""
    found: dict[str, Definition] = {}
    for text in texts:
        for one in definitions(text) if text.language == "en" else ():
            if not one.is_pronoun and one.term[0].isupper() and not one.term.isupper():
                found.setdefault(one.term, one)
    return {
        form: one
        for term, one in found.items()
        if any(_uses(text, term.casefold()) for text in texts)
        for form in (term, f"{term}s", term.removesuffix("s"))
    }


RULE: Final = Rule(
    codes=("term-twice", "term-unused", "term-undefined"), claims=_claims, page=_page, language="en"
)
