"""Find what a text counts or numbers by hand, and where this page has another number of it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NamedTuple

from policypages.checks.kinds import Claim, ClauseText, Found, PageView, Rule
from policypages.checks.numbers import NUMBER, SPELLED, number_of
from policypages.checks.standing import items_after, says
from policypages.diagnostics import Diagnostic, problem
from policypages.formats.clauses import Passage
from policypages.model import Section

_REF: Final = rf"(?:\d{{1,2}}(?:\.\d{{1,2}})*(?![\d(]|\.\d|\s?[%°])|(?:{SPELLED})\b)"
_ONE_REF: Final = re.compile(_REF, re.IGNORECASE)
_HERE: Final = r"(?:\s+(?:below|above|that\s+follows?)\b|\s+(?:of|in)\s+this\b)"
_TO: Final = r"\s*(?:through|thru|to|until|[-–—])\s*"
_SECTIONS: Final = re.compile(
    rf"\b(?P<word>sections?|clauses?|paragraphs?|articles?|parts?|chapters?)\s+(?P<first>{_REF})"
    rf"(?:{_TO}(?P<last>{_REF})|(?P<more>(?:(?:,\s*(?:and|or)?|\s+(?:and|or|&))\s*{_REF})*))"
    rf"(?P<here>{_HERE})?",
    re.IGNORECASE,
)
# what a number belongs to that is no section of this page: a law, a contract, another text
_LAW: Final = (
    r"(?:act|code|law|regulations?|directive|statutes?|treaty|convention|constitution|charter|rules?|order"
    r"|amendment|decree|ordinance|gdpr|ccpa|cpra|coppa|caloppa|hipaa|ferpa|glba|dmca|lgpd|pipeda|appi|dsgvo|ttdsg"
    r"|title|u\.?\s?s\.?\s?c\.?|c\.?\s?f\.?\s?r\.?|agreement|contract|terms|addendum|guidelines?|schedule|annex)"
)
_BEFORE: Final = re.compile(rf"(?:\b{_LAW}|§)[\s,:;(\[’']*(?:'s\s+|s\s+)?$", re.IGNORECASE)
_AFTER: Final = re.compile(
    r"\s*(?:\([\w]+\)\s*)*,?\s*(?:(?:of|under|in)\s+(?!this\b|these\b|which\b)(?!\d)\w|"
    rf"(?:\w+\s+){{0,2}}{_LAW}\b)",
    re.IGNORECASE,
)
_SELF: Final = r"(?:this|our|the)\s+(?:[\w\ufffc’'-]+\s+){1,3}?"
_MANY: Final = rf"(?P<count>{NUMBER})\s+(?:\w+\s+)?(?P<what>sections)"
_COUNTS: Final = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"\bfollowing\s+{_MANY}\b",
        rf"\b{_MANY}\s+(?:(?:that|which)\s+follow|below|above|(?:of|in|on)\s+this)\b",
        rf"\b{_SELF}(?:has|contains|comprises|consists\s+of|is\s+(?:split|divided)\s+into)\s+{_MANY}\b",
    )
)
_COOKIES: Final = re.compile(
    rf"\b(?P<count>{NUMBER}|both)\s+(?:[a-z]+\s+)?(?:(?:types?|kinds?|sorts?)\s+of\s+(?:[a-z]+\s+)?cookies?|"
    r"cookie\s+(?:types?|kinds?))\b",
    re.IGNORECASE,
)
# cookies are told apart by how long they stay; what they are for is another count
_PURPOSES: Final = re.compile(
    r"necessary|essential|functiona|performance|analytic|statistic|marketing|advertis|targeting|preference"
    r"|social|part(?:y|ies)\b",
    re.IGNORECASE,
)
_COUNTED: Final = (
    r"(?:kinds|types|sorts|categories|classes|rights|purposes|reasons|ways|cases|circumstances|situations|conditions"
    r"|exceptions|principles|sources|groups|parties|steps|options|choices|methods|uses|questions|points|items|things"
    r"|rules|commitments|grounds|channels|parts|criteria|requirements|limits)"
)
_LAST_SENTENCE: Final = r"[.:]\s+[A-Z][^.:?!]*:\s*$"
_LISTED: Final = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"\b(?:the\s+following|these)\s+(?P<count>{NUMBER})\b(?!\s*(?:%|per\s?cent|days|months|years|hours))[^.:?!]*:\s*$",
        rf"\b(?P<count>{NUMBER})\s+(?:[a-z]+\s+)?{_COUNTED}\b(?:\s+of\s+[a-z ]+)?:\s*$",
        rf"\b(?:have|has|are|gives?|for|in|offers?)\s+(?P<count>{NUMBER})\s+(?:[a-z]+\s+)?{_COUNTED}{_LAST_SENTENCE}",
    )
)
_POSITION: Final = re.compile(
    r"\bsee\s+(?:also\s+)?(?P<way>above|below)\b"
    r"|\b(?:described|explained|set\s+out|set\s+forth|mentioned|noted|discussed|stated|outlined|detailed|referred\s+to)"
    r"\s+(?:further\s+|in\s+(?:more\s+)?detail\s+)?(?P<way2>above|below)\b"
    r"|\bthe\s+(?P<way3>next|previous|preceding)\s+section\b"
    r"|\bsections?\s+(?P<way4>above|below)\b",
    re.IGNORECASE,
)
_UP: Final = frozenset({"above", "previous", "preceding"})
_TYPED: Final = re.compile(r"^\s*(?:section\s+|§\s*)?(\d{1,2}(?:\.\d{1,2})*)[.):]?(?:\s|$)", re.IGNORECASE)
_NUMBERED_LINE: Final = re.compile(r"^ {0,3}\d{1,3}[.)]\s", re.MULTILINE)
_LOOP: Final = re.compile(r"\{%-?\s*for\s+\w+\s+in\s+([\w.]+)\s*-?%\}")
_CLAIM: Final = "structure-claim"
_FALSE: Final = "false-claim"


class _Numbers(NamedTuple):
    """Sections cited by number; `last` is the end of a range, `alone` that the text cites no others."""

    named: tuple[str, ...]
    last: str | None
    alone: bool


def claims(text: ClauseText) -> Iterator[Claim]:
    """Gather what a text counts and numbers, each place once."""
    seen = set()
    made = [claim for passage in text.passages for claim in _claims_in(passage, text)]
    for claim in made:
        place = claim.kind, claim.passage.span(claim.start, claim.end)
        if place not in seen:
            seen.add(place)
            yield claim


def _claims_in(passage: Passage, text: ClauseText) -> Iterator[Claim]:
    words = passage.text
    for match in _cited(words):
        alone = sum(1 for one in text.once() for _ in _cited(one.text)) <= 1
        named = [match["first"], *_ONE_REF.findall(match["more"] or "")]
        yield Claim(
            "numbers",
            _Numbers(tuple(map(_digits, named)), _digits(match["last"]) if match["last"] else None, alone),
            passage,
            match.start(),
            max(map(match.end, ("first", "last", "more"))),
        )
    for pattern in _COUNTS:
        for match in pattern.finditer(words):
            yield Claim("count", number_of(match["count"]), passage, match.start("count"), match.end("what"))
    for match in _COOKIES.finditer(words):
        if not _PURPOSES.search(words):
            count = 2 if match["count"].lower() == "both" else number_of(match["count"])
            yield Claim("cookies", count, passage, match.start(), match.end())
    yield from _lists_in(passage, text)
    for match in _POSITION.finditer(words):
        way = next(filter(None, match.groups())).lower()
        if not _is_near(passage, match, text, up=way in _UP):
            yield Claim("position", way, passage, match.start(), match.end())


def _cited(words: str) -> Iterator[re.Match[str]]:
    """Yield the numbers of sections that words cite; those of laws and contracts are not meant."""
    for match in _SECTIONS.finditer(words):
        spelled = not match["first"][0].isdigit() and not match["last"]
        other = match["word"].lower() not in {"section", "sections"} or spelled
        if other and not match["here"]:
            continue
        law = _BEFORE.search(words[: match.start()]) or (
            not match["here"] and _AFTER.match(words[match.end() :])
        )
        if not law:
            yield match


def _digits(number: str) -> str:
    return number if number[0].isdigit() else str(number_of(number))


def _lists_in(passage: Passage, text: ClauseText) -> Iterator[Claim]:
    if passage.kind not in {"paragraph", "item"} or not passage.text.rstrip().endswith(":"):
        return
    items = _items_behind(passage, text)
    for pattern in _LISTED:
        match = pattern.search(passage.text) if items else None
        if match and number_of(match["count"]) > 1:
            start = match.start("count")
            sure = not passage.sure or all(item.sure for item in items)
            end = re.compile(r"\s*[\w’'-]*").match(passage.text, match.end("count")).end()  # type: ignore[union-attr]
            yield Claim("list", (number_of(match["count"]), sure), passage, start, end)
            return


def _items_behind(passage: Passage, text: ClauseText) -> list[Passage]:
    """Return the items of the list that begins where a paragraph ends."""
    first = next(
        (one for one in text.once() if one.block > passage.block and one.kind not in {"title", "summary"}),
        None,
    )
    if first is None or first.list_of is None or first.list_of == passage.list_of:
        return []
    return [one for one in text.once() if one.list_of == first.list_of and one.block > passage.block]


def _is_near(passage: Passage, match: re.Match[str], text: ClauseText, *, up: bool) -> bool:
    """Tell whether what is meant can stand in the same clause, where no outline moves it."""
    if passage.kind in {"title", "summary", "heading"}:
        return True
    if match["way3"] or match["way4"]:
        return False
    if up:
        return passage.block > 0 or re.search(r"[.!?]\s", passage.text[: match.start()]) is not None
    last = max(one.block for one in text.passages)
    return (
        passage.block < last
        or bool(re.search(r"[.!?]\s+\S", passage.text[match.end() :]))
        or (bool(text.file.values.get("shows")))
    )


# ------------------------------------------------------------ of one text


def in_text(text: ClauseText) -> Iterator[Diagnostic]:
    """Say what a text counts by hand and could compute."""
    for claim in claims(text):
        words = claim.passage.text[claim.start : claim.end]
        span = claim.passage.span(claim.start, claim.end)
        match claim.kind:
            case "numbers":
                message = f"`{words}` is numbered by hand"
                yield problem(_CLAIM, message, span, hint=_number_hint(claim.value))
            case "count":
                message = f"`{words}` is counted by hand"
                yield problem(_CLAIM, message, span, hint="write `{{ sections.count | words }} sections`")
            case "cookies":
                message = f"`{words}` is counted by hand"
                yield problem(_CLAIM, message, span, hint="write `{{ cookie_types | length | words }}`")
            case "list" if not claim.value[1]:
                message = f"`{words}` counts a list whose items depend on facts"
                yield problem(_CLAIM, message, span, hint=_list_hint(claim, text))


def _number_hint(numbers: _Numbers) -> str:
    if numbers.last:
        return "write `sections {{ sections.first }} through {{ sections.last }}`"
    return (
        'write `section {{ ref("…").number }}` with the id of the section, or `{{ ref("…") }}` for its title'
    )


def _list_hint(claim: Claim, text: ClauseText) -> str:
    body = text.file.body
    loop = _LOOP.search(body, max(0, body.find(claim.passage.text.rsplit(None, 1)[-1])))
    if loop:
        return f"write `{{{{ {loop[1]} | length | words }}}}`, or leave the number out"
    return "leave the number out: `the following` is right of any number"


# ------------------------------------------------------------ of one page


def on_page(page: PageView, made: Sequence[tuple[Section, Claim]]) -> Iterator[Found]:
    """Compare what texts claim with what the page has."""
    for section, claim in made:
        if claim.kind == "position":
            follows = section.shows or section.children  # whatever an outline moves, these come behind
            if not (follows and claim.value == "below"):
                yield Found(section, _position(claim))
            continue
        wrong = _compare(page, section, claim)
        if wrong is not None and says(page, section, claim):
            message, hint = wrong
            span = claim.passage.span(claim.start, claim.end)
            yield Found(section, problem(_FALSE, message, span, hint=hint))


def _position(claim: Claim) -> Diagnostic:
    words = claim.passage.text[claim.start : claim.end]
    message = f"`{words}` tells a place by hand, and an outline can move it"
    hint = 'name the section: `{{ ref("…") }}` with its id'
    return problem(_CLAIM, message, claim.passage.span(claim.start, claim.end), hint=hint)


def _compare(page: PageView, section: Section, claim: Claim) -> tuple[str, str] | None:
    words = claim.passage.text[claim.start : claim.end]
    match claim.kind:
        case "numbers":
            return _compare_numbers(page, section, claim.value, words)
        case "count":
            counts = _section_counts(page, section)
            if claim.value not in counts:
                message = f"`{words}`: there {_are(next(iter(counts)), 'section')} here"
                return message, "write `{{ sections.count | words }} sections`"
        case "cookies":
            types = page.task.facts.get("cookie_types") or ()
            if types and len(types) != claim.value:
                named = ", ".join(map(str, types))
                message = f"`{words}`: the facts have {len(types)} ({named})"
                return message, "write `{{ cookie_types | length | words }}`"
        case "list":
            count = items_after(page, section, claim)
            if count is not None and count != claim.value[0]:
                hint = f"make it {count}, or leave the number out: `the following` is right of any number"
                return f"`{words}`: {count} {'follows' if count == 1 else 'follow'}", hint
    return None


def _are(count: int, what: str) -> str:
    return f"is 1 {what}" if count == 1 else f"are {count or 'no'} {what}s"


def _compare_numbers(
    page: PageView, section: Section, numbers: _Numbers, words: str
) -> tuple[str, str] | None:
    first, last = section.counts.get("first"), section.counts.get("last")
    known = _known_numbers(page)
    meant = [*numbers.named, *([numbers.last] if numbers.last else [])]
    missing = [number for number in meant if number not in known]
    short = numbers.last and first and numbers.alone and numbers.named[0] == first and numbers.last != last
    if not missing and not short:
        return None
    if first:
        have = f"sections {first} through {last}" if first != last else f"section {first} alone"
        message = f"`{words}`: the numbered sections below this one are {have}"
        if not numbers.last:
            message = f"`{words}`: there is no section {missing[0]} here, the last is {last}"
    elif known:
        message = f"`{words}`: this page has no section {missing[0]}"
    else:
        message = f"`{words}`: this page numbers none of its {len(page.task.every)} sections"
        hint = "set `numbered: true` in the outline, and " + _number_hint(numbers)
        return message, hint
    return message, _number_hint(numbers)


def _known_numbers(page: PageView) -> frozenset[str]:
    """Return the numbers that a reader finds on a page: computed, or typed in a title, a heading, a list."""
    known = {section.number for section in page.task.every if section.number}
    titles = [section.title for section in page.task.every]
    for _, text in page.texts:
        titles += [one.text for one in text.passages if one.kind == "heading"]
        lines = len(_NUMBERED_LINE.findall(text.file.body))
        known.update(map(str, range(1, lines + 1)))
    known.update(match[1] for match in map(_TYPED.match, titles) if match)
    return frozenset(known)


def _section_counts(page: PageView, section: Section) -> dict[int, None]:
    """Return how many sections there are, by every fair way to count: the likeliest first."""
    task = page.task
    ways: Iterable[int] = (
        section.counts.get("count") or 0,
        sum(1 for one in section.children if one.heading == "block"),
        sum(1 for one in task.sections if one.heading == "block"),
        sum(1 for one in task.every if one.heading == "block"),
    )
    return dict.fromkeys(count for count in ways if count) or {0: None}


RULE: Final = Rule(
    codes=(_CLAIM, _FALSE),
    text=in_text,
    claims=claims,
    page=on_page,
    language="en",
    yields={_CLAIM: frozenset({_FALSE, "dangling-title"})},
)
