"""Find what somebody meant to replace: `TODO`, `[Company]`, example hosts, in texts, titles and facts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from policypages.checks.kinds import Claim, ClauseText, FactsFile, Found, House, PageView, Rule, leaves
from policypages.checks.standing import says
from policypages.diagnostics import Diagnostic, Span, problem
from policypages.formats.clauses import PRINTED
from policypages.formats.facts import locate
from policypages.model import Section

_CODE: Final = "placeholder"
_FILL: Final = (
    r"(?:your|insert|enter|fill|replace|company|business|organi[sz]ation|client|customer|employer|name|date|e-?mail"
    r"|phone|telephone|website|web\s?site|url|product|service|app|state|country|city|jurisdiction|contact|effective"
    r"|street|postal|mailing|legal|entity|brand|domain|number|address|officer|xx+|tbd|todo)"
)
_INSIDE: Final = (
    rf"(?:{_FILL}(?:[\s_/-][\w’'.,/-]+){{0,8}}"
    r"|(?:[\w’'-]+[\s_-]){1,4}(?:name|address|e-?mail|number|date|url|website))"
)
_PATTERNS: Final = (
    re.compile(r"(?<![\w-])(?:FIXME|XXX+|TBD|TBC)(?![\w-])"),
    re.compile(rf"\[\s*{_INSIDE}\s*(?:here)?\]", re.IGNORECASE),
    re.compile(r"\[__+\]|\[X+\]|\[\s?\.\.\.\s?insert[^\]]*\]"),
    re.compile(
        rf"<\s*(?:{_FILL}(?:[\s_-][\w’'-]+){{1,5}}|your[\w\s-]*|company|insert[\w\s-]*)\s*>", re.IGNORECASE
    ),
    re.compile(r"(?<![\w{/$])\{\s*(?!(?:at|dot)\s*\})[A-Za-z_]\w*(?:[ .-]\w+){0,3}\s*\}(?![\w}/])"),
    re.compile(r"\blorem\s+ipsum\b", re.IGNORECASE),
    re.compile(r"\b(?:please\s+)?insert\s+(?:\w[\w’'-]*\s+){1,4}here\b", re.IGNORECASE),
    re.compile(r"\bxx\s?[/.-]\s?xx\s?[/.-]\s?(?:xx){1,2}\b", re.IGNORECASE),
    re.compile(r"\bXX+\s+(?:days|months|years|hours|weeks)\b"),
)
_MAYBE: Final = re.compile(r"[\[<{X]|TODO|FIXME|TB[DC]|(?i:lorem|insert|xx)")  # most texts have none of these
_MAYBE_RESERVED: Final = re.compile(r"(?i:example\.|\.test)|555")
_TODO: Final = re.compile(r"(?<![\w-])TODO(?![\w-])")
_TODO_IS_A_WORD: Final = frozenset({"es", "pt", "gl", "ast"})  # in capitals, `everything`
_HOST: Final = re.compile(
    r"(?<![\w.-])(?:[\w-]+\.)*example\.(?:com|org|net)\b|(?<![\w.-])[a-z0-9-]+(?:\.[a-z0-9-]+)*\.test(?![\w-]|\.\w)",
    re.IGNORECASE,
)
_PHONE: Final = re.compile(
    r"(?<![\d-])(?:\+?1[-. ])?\(?\d{3}\)?[-. ]555[-. ]01\d\d(?!\d)|(?<![\d-])555[-. ]01\d\d(?!\d)"
)
_ILLUSTRATES: Final = re.compile(
    r"\b(?:such\s+as|for\s+(?:example|instance)|e\.g\.|examples?\s+(?:is|are)|like)[^.]{0,30}$", re.IGNORECASE
)
_UNSEEN: Final = frozenset(
    {"because", "allow", "review", "edits", "was", "when", "about"}
)  # no page shows these
_HINT: Final = "write what belongs here, or take it away"
_HINT_HOST: Final = "the address is reserved for examples: write the real one, or a fact of the entity"
_HINT_PHONE: Final = "the number is reserved for fiction: write the real one, or a fact of the entity"
_LINES: Final = ("title", "summary", "label")


def _left_in(words: str, language: str) -> Iterator[tuple[int, int]]:
    """Yield the places of what is no text in any document."""
    if _MAYBE.search(words) is None:
        return
    patterns = _PATTERNS if language in _TODO_IS_A_WORD else (*_PATTERNS, _TODO)
    taken: set[int] = set()
    for pattern in patterns:
        for match in pattern.finditer(words):
            if PRINTED not in match[0] and taken.isdisjoint(range(*match.span())):
                taken.update(range(*match.span()))
                yield match.span()


def _reserved_in(words: str) -> Iterator[tuple[int, int, str]]:
    """Yield hosts and numbers that are real in no document, with what to do about each."""
    if _MAYBE_RESERVED.search(words) is None:
        return
    for match in _HOST.finditer(words):
        if not _ILLUSTRATES.search(words[: match.start()]):
            yield *match.span(), _HINT_HOST
    for match in _PHONE.finditer(words):
        yield *match.span(), _HINT_PHONE


def _diagnostic(words: str, span: Span, hint: str = _HINT) -> Diagnostic:
    return problem(_CODE, f"`{words}` was meant to be replaced", span, hint=hint)


# ------------------------------------------------------------ texts


def in_text(text: ClauseText) -> Iterator[Diagnostic]:
    """Say what is left in a text; example hosts are for its pages to judge."""
    for passage in text.passages:
        for start, end in _left_in(passage.text, text.language):
            yield _diagnostic(passage.text[start:end], passage.span(start, end))


def claims(text: ClauseText) -> Iterator[Claim]:
    """Gather example hosts and numbers, which are right on a sample."""
    seen = set()
    for passage in text.passages:
        for start, end, hint in _reserved_in(passage.text):
            span = passage.span(start, end)
            if span not in seen:
                seen.add(span)
                yield Claim("reserved", (hint, span, passage.text[start:end]), passage, start, end)
    for link in text.prose.links:
        for start, end, hint in _reserved_in(link.target):
            span = Span(link.span.file, link.span.line, link.span.column + start, end - start)
            if span not in seen:
                seen.add(span)
                yield Claim("address", (hint, span, link.target[start:end]), text.passages[0], 0, 0)


def on_page(page: PageView, made: Sequence[tuple[Section, Claim]]) -> Iterator[Found]:
    """Say what stands on a page that is to be published."""
    if page.plan.sample:
        return
    for section, claim in made:
        if claim.kind == "address" or says(page, section, claim):
            hint, span, words = claim.value
            yield Found(section, _diagnostic(words, span, hint))


# ------------------------------------------------------------ facts and outlines


def in_facts(facts: FactsFile) -> Iterator[Diagnostic]:
    """Say what is left in the facts of one file; a sample may have example hosts and numbers."""
    yield from _in_values(facts.file.file, facts.file.data, facts.leaves, sample=facts.sample)


def in_house(house: House) -> Iterator[Diagnostic]:
    """Say what is left in the titles and summaries of outlines."""
    for policy in house.site.policies.values():
        lines = {path: value for path, value in leaves(policy.values) if path[-1] in _LINES}
        yield from _in_values(policy.file, policy.data, lines, sample=True)


def _in_values(
    file: str, data: bytes, values: Mapping[tuple[str | int, ...], Any], *, sample: bool
) -> Iterator[Diagnostic]:
    for path, value in values.items():
        if not isinstance(value, str) or not _UNSEEN.isdisjoint(path):
            continue
        spots: Iterable[tuple[int, int, str]] = (
            *((start, end, _HINT) for start, end in _left_in(value, "en")),
            *(() if sample else _reserved_in(value)),
        )
        for start, end, hint in spots:
            yield _diagnostic(value[start:end], _inside(locate(file, data, path), value, start, end), hint)


def _inside(span: Span, value: str, start: int, end: int) -> Span:
    """Narrow the place of a value to a part of it, where it was typed as it reads on one line."""
    if span.length == len(value):
        return Span(span.file, span.line, span.column + start, end - start)
    if span.length == len(value) + 2:  # within quotation marks
        return Span(span.file, span.line, span.column + 1 + start, end - start)
    return span


RULE: Final = Rule(codes=(_CODE,), text=in_text, claims=claims, page=on_page, facts=in_facts, house=in_house)
