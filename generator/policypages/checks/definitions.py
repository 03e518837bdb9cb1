"""Find where a text defines a term as contracts do: (the “Services”), “Site” means, together the “Data”."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from policypages.checks.evidence import begins, in_code
from policypages.checks.kinds import ClauseText
from policypages.diagnostics import Span
from policypages.formats.clauses import PRINTED, Passage

PRONOUNS: Final = frozenset(
    "i me my mine we us our ours you your yours they them their theirs it its".split()
)
_LEAD: Final = (
    r"(?:(?:the|this|these|our|each|an?|any|such|both|either|collectively|together|individually|separately"
    r"|hereinafter|hereafter|herein|in short|for short|also|sometimes|referred to|called|as|or|and)\b[ ,]*)*"
)
_QUOTED: Final = r"[\"“]([^\"“”()]{1,60})[\"”]s?"
_IN_BRACKETS: Final = re.compile(
    rf"\(\s*{_LEAD}{_QUOTED}(?:[,;/ ]*{_LEAD}{_QUOTED})*[\s,.;]*\)", re.IGNORECASE
)
_MEANS: Final = re.compile(
    rf"{_QUOTED}(?:[,/ ]+(?:(?:or|and) )?{_QUOTED})*,? (?:(?:shall |will )?"
    r"(?:means?|refers? to|(?:is|are) defined as|ha(?:s|ve) the (?:same )?meanings?)"
    r"|we (?:mean|refer to|are (?:referring to|talking about)))\b",
    re.IGNORECASE,
)
_CALLED: Final = re.compile(
    r"(?:\bcollectively|\btogether|\bhereinafter|\bhereafter|\b(?:referred to|defined)(?: [a-z]+){0,4} as"
    rf"|\bwe call (?:this|these|them|it|all this)),? (?:the |our |an? )?{_QUOTED}",
    re.IGNORECASE,
)
_TERM: Final = re.compile(_QUOTED)
# words of which what is said in brackets behind them is a name to click or to write, and defines nothing
_LABELS: Final = re.compile(
    r"\b(?:link|links|button|word|words|phrase|heading|titled|entitled|labeled|labelled) $"
)


class Definition(NamedTuple):
    """A term as it is defined at one place; `sure` tells whether every page of the clause defines it.

    `begins` tells that a sentence begins with it, so that its capital may be the sentence's.
    """

    term: str
    passage: Passage
    start: int
    end: int
    sure: bool
    begins: bool

    @property
    def span(self) -> Span:
        """Where the term stands."""
        return self.passage.span(self.start, self.end)

    @property
    def is_pronoun(self) -> bool:
        """Tell whether the term is a word that nobody means as a term when it is used."""
        return self.term.casefold() in PRONOUNS


def definitions(text: ClauseText) -> Iterator[Definition]:
    """Yield each definition of a text once, whatever readings it stands in."""
    readings: dict[int, list[Passage]] = {}
    for passage in text.passages:
        if passage.kind not in {"title", "summary", "heading"} and (
            '"' in passage.text or "“" in passage.text
        ):
            readings.setdefault(passage.block, []).append(passage)
    total = {block: sum(1 for p in text.passages if p.block == block) for block in readings}
    for block, ways in readings.items():
        found = [{one.offset: one for one in _in_passage(passage)} for passage in ways]
        everywhere = set.intersection(*map(set, found)) if len(ways) == total[block] else set()
        for at, one in {at: one for some in reversed(found) for at, one in some.items()}.items():
            sure = one.passage.sure and at in everywhere
            yield Definition(
                one.term, one.passage, one.start, one.end, sure, begins(one.passage.text, one.start)
            )


class _Found(NamedTuple):
    term: str
    passage: Passage
    start: int
    end: int

    @property
    def offset(self) -> int:
        return self.passage.offsets[self.start]


def _in_passage(passage: Passage) -> Iterator[_Found]:
    seen = set()
    for pattern in (_IN_BRACKETS, _MEANS, _CALLED):
        for found in pattern.finditer(passage.text):
            if pattern is _IN_BRACKETS and _LABELS.search(passage.text[: found.start()]):
                continue
            for quoted in _TERM.finditer(passage.text, *found.span()):
                one = _term(passage, quoted)
                if one is not None and one.start not in seen:
                    seen.add(one.start)
                    yield one


def _term(passage: Passage, quoted: re.Match[str]) -> _Found | None:
    words = quoted[1].strip().rstrip(",.;").strip()
    start = quoted.start(1) + quoted[1].find(words)
    if not words or len(words.split()) > 5 or in_code(passage, start):  # noqa: PLR2004 - a sentence is no term
        return None
    plain = words.casefold()
    if words[0].islower() and " " in words and plain not in PRONOUNS:
        return None  # said with irony as often as defined
    for number in range(words.count(PRINTED)):
        index = passage.text.count(PRINTED, 0, start) + number
        words = words.replace(PRINTED, f"{{{{ {passage.printed[index]} }}}}", 1)
    return _Found(words, passage, start, quoted.start(1) + len(quoted[1].rstrip(" ,.;")))
