"""Find names of what is no more, in texts and in facts: browsers, ways of encryption, laws, frameworks."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any, Final, NamedTuple

from policypages.checks.dead_terms import PAST, TERMS, DeadTerm
from policypages.checks.kinds import ClauseText, FactsFile, Path, Rule
from policypages.diagnostics import Diagnostic, problem
from policypages.formats.facts import locate

CODE: Final = "dead-term"
_SENTENCE: Final = re.compile(r"(?<=[.!?])\s+(?=[^a-z])")
# edits are looked at in the texts that they change
_NOT_SHOWN: Final = frozenset(("allow", "because", "edits", "review", "was", "extends", "when"))
_ANY: Final = "|".join(f"(?:{term.pattern})" for term in TERMS)


class _Dead(NamedTuple):
    start: int
    end: int
    message: str
    hint: str


@lru_cache(8)
def _finder(
    own: tuple[tuple[str, str], ...],
) -> tuple[re.Pattern[str], tuple[tuple[re.Pattern[str], str], ...]]:
    """Compile what the settings add; the first pattern finds whether there is anything at all."""
    made = tuple((re.compile(rf"(?<!\w){re.escape(term)}(?!\w)", re.IGNORECASE), why) for term, why in own)
    return re.compile("|".join([_ANY, *(f"(?i:{one.pattern})" for one, _ in made)])), made


_COMPILED: Final = tuple((term, re.compile(term.pattern)) for term in TERMS)


def _own(checks: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    return tuple(
        (term, why or "the settings say so") for term, why in (checks.get("dead_terms") or {}).items()
    )


def _dead(words: str, checks: Mapping[str, Any]) -> Iterator[_Dead]:
    """Yield what a text names that is no more, unless its sentence says so itself."""
    quick, own = _finder(_own(checks))
    if quick.search(words) is None:
        return
    at = 0
    for sentence in _SENTENCE.split(words):
        start = words.index(sentence, at)
        at = start + len(sentence)
        for term, pattern in _COMPILED:
            match = pattern.search(sentence)
            if match is not None and _is_meant(term, sentence):
                yield _Dead(
                    start + match.start(), start + match.end(), _message(term, match[0]), term.instead
                )
        for pattern, why in own:
            match = pattern.search(sentence)
            if match is not None:
                message = f"`{match[0]}` is out of date: {why}"
                hint = "write what is true today; policypages.yaml lists it under `checks.dead_terms`"
                yield _Dead(start + match.start(), start + match.end(), message, hint)


def _is_meant(term: DeadTerm, sentence: str) -> bool:
    if PAST.search(sentence):
        return False
    if term.beside and not re.search(term.beside, sentence):
        return False
    return not (term.unless and re.search(term.unless, sentence))


def _message(term: DeadTerm, said: str) -> str:
    words = " ".join(said.split())
    if term.name == "a new law":
        return f"`{words}`: {term.why}"
    return f"`{words}` is out of date since {term.since}: {term.why}"


def _text(text: ClauseText) -> Iterable[Diagnostic]:
    for passage in text.passages:
        for dead in _dead(passage.text, text.checks):
            yield problem(CODE, dead.message, passage.span(dead.start, dead.end), hint=dead.hint)


def _facts(facts: FactsFile) -> Iterable[Diagnostic]:
    shown = [(path, value) for path, value in facts.leaves.items() if isinstance(value, str)]
    quick, _ = _finder(_own(facts.checks))
    if quick.search("\n".join([value for _, value in shown])) is None:
        return
    for path, value in shown:
        if not _NOT_SHOWN & set(path):
            for dead in _dead(value, facts.checks):
                yield problem(CODE, dead.message, _place(facts, path), hint=dead.hint)


def _place(facts: FactsFile, path: Path) -> Any:
    return locate(facts.file.file, facts.file.data, path)


RULE: Final = Rule(codes=(CODE,), text=_text, facts=_facts)
