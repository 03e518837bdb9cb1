"""Find sentences with a gap where a fact stood: in the words as typed, and where a branch shows nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from policypages.checks.kinds import Claim, ClauseText, Found, PageView, Rule
from policypages.checks.standing import says
from policypages.diagnostics import Diagnostic, problem
from policypages.formats.clauses import PRINTED, Passage
from policypages.model import Section

_CODE: Final = "lost-fact"


class _Gap(NamedTuple):
    """A kind of gap: what it looks like, what to say of it, and in which language alone it is one.

    `behind_tag` tells that words as they were typed may read so, and only the loss of a branch is a gap.
    """

    pattern: re.Pattern[str]
    message: str
    language: str | None = None
    behind_tag: bool = False


# prepositions that a sentence may well end with, and words that no sentence ends with
_PREPOSITION: Final = (
    r"(?:at|to|by|of|from|with|for|in|on|under|about|through|into|within|until|after|before|since|over)"
)
_NEVER: Final = (
    r"(?:and|or|nor|the|an|a|our|your|my|its|their|whose|via|per|such\s+as|as\s+well\s+as|including|between|than"
    r"|because|during|although|unless)"
)
_REACH: Final = (
    r"(?:call|phone|ring|write|email|e-mail|mail|fax|contact|reach|visit|reached|available|located|found)"
    r"(?:\s+(?:to|us|them|him|her|it|the\s+\w+))?"
)
_END: Final = r"\s?[.](?=\s|$)"
_GAPS: Final = (
    _Gap(re.compile(r"[,;](?:\s*[,;])+"), "two signs stand here with nothing between them"),
    _Gap(re.compile(r"[,;:]\s*[.](?=\s|$)"), "two signs stand here with nothing between them"),
    _Gap(re.compile(r":\s*[,;]|[,;]\s*:(?=\s|$)"), "two signs stand here with nothing between them"),
    _Gap(re.compile(r"(?<=[\w\ufffc)\]”\"’])\.\.(?![./\w])"), "two full stops stand here"),
    _Gap(
        re.compile(r"(?<![.\s])\s?\.\s\.(?!\s?\.)(?=\s|$)"),
        "two full stops stand here with nothing between them",
    ),
    _Gap(re.compile(r"(?<![\w)\]])\(\s*\)|\(\s+\)|“\s*”|„\s*“|«\s*»"), "nothing stands in these brackets"),
    _Gap(re.compile(r"\(\s*[,;]|(?:,\s*|;\s+)\)"), "a list begins or ends here with nothing"),
    _Gap(
        re.compile(r"\b(?:such\s+as|including|e\.g\.,?|namely),?\s*(?:etc\b|[.;)])"),
        "examples are announced here, and none is given",
        "en",
    ),
    _Gap(
        re.compile(r"\bsuch\s+as\s*,(?!\s*(?:but|for|without|in|inter|e\.g|among|by)\b)"),
        "examples are announced here, and none is given",
        "en",
    ),
    _Gap(re.compile(rf"\b{_PREPOSITION}\s[.](?=\s|$)"), "the sentence ends where a word should follow", "en"),
    _Gap(
        re.compile(rf"(?<=[\w\ufffc),;]\s){_NEVER}{_END}"),
        "the sentence ends where a word should follow",
        "en",
    ),
    _Gap(
        re.compile(rf"(?i:\b{_REACH})\s+(?P<mark>(?:at|by|on){_END})"),
        "the sentence ends where a word should follow",
        "en",
    ),
    _Gap(
        re.compile(rf"\b{_PREPOSITION}{_END}"),
        "the sentence ends where a word should follow",
        "en",
        behind_tag=True,
    ),
    _Gap(
        re.compile(r"(?<=[\w\ufffc)\]”’\"'])\s+[,;.!?:](?=\s|$)(?!\s?\.)"),
        "a space stands before this sign",
        "en",
    ),
    _Gap(re.compile(r"^\s*[,;.)](?=\s)"), "a sentence begins here with its middle"),
)
_DOUBLED: Final = re.compile(r"(?<=[\w\ufffc,;)\]”’\"'])(?<![.!?][)\]”’\"'])  +(?=[\w\ufffc(“‘\"'])")
_CONDITION: Final = re.compile(r"\{%-?\s*(?:el)?if\s+(.*?)-?%\}", re.DOTALL)
_OBJECT: Final = re.compile(
    r"%\}\s*(?:\{\{|(?:the|an?|our|your|their|its|his|her|this|these|those|that|any|some|all|each|other)\s)"
)
_LOOP: Final = re.compile(r"\{%-?\s*for\s|\bloop\.")
_NAME: Final = re.compile(r"[A-Za-z_][\w.]*")
_STRING: Final = re.compile(r"\"[^\"]*\"|'[^']*'")
_NO_NAMES: Final = frozenset({"and", "or", "not", "in", "is", "length", "if", "else"})
_HINT: Final = "write what was meant to stand here, or take away what announces it"
_HINT_BRANCH: Final = "put what announces it into the same `{% if %}`, or give the branch an `{% else %}`"


class _Lost(NamedTuple):
    message: str
    start: int
    end: int
    branch: bool


def _lost(text: ClauseText) -> Iterator[tuple[Passage, _Lost, bool]]:
    """Yield the gaps of a text; beside each whether conditions decide together if it ever shows."""
    told = set()
    for passage in text.passages:
        for lost in _lost_in(passage, text.language):
            place = passage.span(lost.start, lost.end).line, passage.offsets[lost.end - 1]
            if place not in told:
                told.add(place)
                yield passage, lost, lost.branch and _depends(passage)


def _lost_in(passage: Passage, language: str) -> Iterator[_Lost]:
    words = passage.text
    taken: set[int] = set()
    for gap in _GAPS:
        if gap.language is not None and gap.language != language:
            continue
        for match in gap.pattern.finditer(words):
            start, end = match.span("mark" if "mark" in gap.pattern.groupindex else 0)
            across = _crosses_tag(passage, start, end)
            while words[start].isspace() and start < end - 1:
                start += 1
            if (
                (gap.behind_tag and not _lost_object(passage, start, end))
                or taken & {*range(start, end)}
                or _in_code(passage, start, end)
            ):
                continue
            taken.update(range(start, end))
            yield _Lost(gap.message, start, end, across)
    for match in _DOUBLED.finditer(words):
        start, end = match.span()
        source = _source(passage)[passage.offsets[start - 1] + 1 : passage.offsets[end]]
        typed = len(source) > 1 and not source.strip(" ")  # and not a tag, a new line, a mark of Markdown
        if typed and passage.kind != "cell" and not _in_code(passage, start, end):
            yield _Lost("two spaces stand here with nothing between them", start, end, branch=False)


def _source(passage: Passage) -> str:
    """Return what the offsets of a passage count in, unless edits changed it."""
    return passage.place.original if not passage.place.edits else ""


def _crosses_tag(passage: Passage, start: int, end: int) -> bool:
    """Tell whether a branch that shows nothing stands inside a stretch, or just before it."""
    source = _source(passage)
    around = range(max(1, start), end)
    return any(
        "%}" in source[passage.offsets[at - 1] : passage.offsets[at] + 1]
        for at in around
        if passage.offsets[at] > passage.offsets[at - 1] + 1
    )


def _lost_object(passage: Passage, start: int, end: int) -> bool:
    """Tell whether the branch that a stretch leaves out begins with what a preposition wants."""
    source = _source(passage)[passage.offsets[start] : passage.offsets[end - 1] + 1]
    return _OBJECT.search(source) is not None


def _in_code(passage: Passage, start: int, end: int) -> bool:
    """Tell whether a stretch holds what was typed between backticks."""
    if passage.place.edits:  # what was typed before them is all there is to look at
        words = re.escape(passage.text[max(0, start - 3) : end])
        return re.search(f"`[^`\n]*{words}[^`\n]*`", passage.place.original) is not None
    source = passage.place.original
    for at in {passage.offsets[at] for at in range(start, end) if not passage.text[at].isspace()}:
        begins = source.rfind("\n\n", 0, at) + 1
        ends = source.find("\n\n", at)
        closed = "`" in source[at : ends if ends >= 0 else len(source)]
        if closed and source.count("`", begins, at) % 2 == 1:
            return True
    return False


def _depends(passage: Passage) -> bool:
    """Tell whether conditions of a run of words share a fact, so that not all their readings can be."""
    source = _source(passage)[min(passage.offsets) : max(passage.offsets) + 1]
    if _LOOP.search(source) or (passage.place.edits and passage.reading):
        return True
    seen: set[str] = set()
    for condition in _CONDITION.findall(source):
        names = {*_NAME.findall(_STRING.sub("", condition))} - _NO_NAMES
        if names & seen or len(names) > 1:
            return True
        seen |= names
    return False


def in_text(text: ClauseText) -> Iterator[Diagnostic]:
    """Say where a text has a gap, whatever the facts are."""
    for passage, lost, depends in _lost(text):
        if not depends:
            yield _diagnostic(passage, lost)


def _diagnostic(passage: Passage, lost: _Lost) -> Diagnostic:
    span = passage.span(lost.start, lost.end)
    words = " ".join(passage.text[max(0, lost.start - 24) : lost.end].split(" ")[-4:]).strip()
    if not passage.text[lost.start : lost.end].strip():  # spaces, of which a text does not tell the places
        first = passage.offsets[lost.start - 1] + 1
        span = passage.place.span(first, passage.offsets[lost.end] - first)
        words = " ".join(passage.text[max(0, lost.start - 16) : lost.end + 16].split(" ")[1:-1]).strip()
    words = words.replace(PRINTED, "…")
    message = lost.message + (", where a branch shows nothing" if lost.branch else "")
    return problem(_CODE, f"{message}: `{words}`", span, hint=_HINT_BRANCH if lost.branch else _HINT)


def claims(text: ClauseText) -> Iterator[Claim]:
    """Gather the gaps that only some facts bring about, with the words round them."""
    for passage, lost, depends in _lost(text):
        if depends:
            start = passage.text.rfind(" ", 0, max(0, lost.start - 16)) + 1
            yield Claim("gap", lost, passage, start, lost.end)


def on_page(page: PageView, made: Sequence[tuple[Section, Claim]]) -> Iterator[Found]:
    """Say which of them a page shows."""
    for section, claim in made:
        if says(page, section, claim, end=r"(?=[\s.,;:)]|$)"):
            yield Found(section, _diagnostic(claim.passage, claim.value))


RULE: Final = Rule(codes=(_CODE,), text=in_text, claims=claims, page=on_page)
