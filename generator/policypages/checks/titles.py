"""Find what a text cites and a page lacks: a section by its title, something that is to stand below."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import Final, NamedTuple

from policypages.checks.kinds import Claim, ClauseText, Found, PageView, Rule
from policypages.checks.standing import says
from policypages.diagnostics import Diagnostic, Label, Span, problem
from policypages.formats.clauses import PRINTED, Passage
from policypages.formats.facts import locate_in_front
from policypages.formats.origins import has_path, span_of
from policypages.model import Section

_OPEN: Final = "\"“‘'«„"
_QUOTED: Final = (
    r"(?:\"(?P<t{n}a>[^\"]{{2,80}})\"|[“„](?P<t{n}b>[^”“]{{2,80}})[”“]|‘(?P<t{n}c>[^’]{{2,80}})’)"
)
_SECTION: Final = r"(?:sub)?sections?|headings?|parts?|paragraphs?|chapters?"
_CUE: Final = (
    r"(?:see|consult|refer\s+to"
    r"|(?:described|explained|set\s+out|listed|given|stated|found|shown)\s+(?:in|under))"
)
_ENTITLED: Final = r"(?:entitled|titled|called|headed|named|labell?ed|on|about)"
_NAME: Final = (
    r"[A-Z][\w’'-]*(?:\s+(?:[A-Z][\w’'-]*|(?:of|and|the|to|for|or|in|on|with|about|your|our|we|from|&)"
    r"(?=\s+(?:[A-Z]|(?:of|the|to|for|your|our|we)\s+[A-Z]))))*"
)
# behind a citation, what tells that another text or a screen is meant
_ELSEWHERE: Final = re.compile(
    r"\s*(?:(?:sections?|pages?|parts?|headings?)\s+)?(?:(?:below|above)\s*)?(?:of|in|on|from|at)\s+"
    r"(?!this\b|these\b|the\s+(?:page|document|end|top|bottom)\b)[\w\ufffc“\"‘]"
    r"|\s*(?:tab|menu|button|link|screen|settings?|dialog|panel|icon|tool|app|page|website|field|option|policy|statement"
    r"|date|line|notice|terms|agreement|form)\b",
    re.IGNORECASE,
)


def _quoted(n: int) -> str:
    return _QUOTED.format(n=n)


# in each pattern the groups `t…` hold the title
_CITED: Final = tuple(
    re.compile(pattern)
    for pattern in (
        rf"(?i:\b(?:{_SECTION})\s*,?\s+(?:{_ENTITLED}\s+)?){_quoted(1)}",
        rf"(?i:\b(?:under|in|by|see)\s+(?:the\s+)?){_quoted(2)}(?i:\s+(?:below|above)\b)",
        rf"{_quoted(7)}(?i:\s+sections?\b)",
        rf"(?i:\b{_CUE}\s+(?:also\s+)?(?:the\s+)?){_quoted(3)}",
        rf"(?i:\b(?:under|see(?:\s+also)?))\s+(?P<t4>{_NAME})(?=\s+(?:below|above)\b)",
        rf"(?i:\b{_CUE}\s+(?:also\s+)?the)\s+(?P<t5>{_NAME})(?=\s+section\b)",
        rf"(?i:\b(?:the\s+)?section)\s+(?P<t6>{_NAME})(?=[\s.,;:)]|$)",
    )
)
_OTHER_TITLES: Final = re.compile(
    r"\A[,;]?\s*(?:(?:and|or)\s+)?(?:the\s+)?[\"“][^\"”]{2,80}[\"”]", re.IGNORECASE
)
_BELOW: Final = re.compile(
    r"(?P<term>[A-Za-z][\w’'-]*)\s*(?P<see>\(\s*see\s+(?P<way>below|above)\s*\))", re.IGNORECASE
)
_SCREEN: Final = re.compile(
    r"\b(?:click|tap|select|navigate|menu|log\s+in|sign\s+in|screen|toggle)", re.IGNORECASE
)
_GENERIC: Final = re.compile(r"\b(?:any|no|an?|all|each|every|some)\s+$", re.IGNORECASE)
_NO_NAME: Final = re.compile(rf"(?i:{_ENTITLED})|[IVXLC]+")
_FROM: Final = re.compile(r"\b(?:from|open)\s+(?:the\s+|your\s+)?[\"“‘]?$", re.IGNORECASE)
_FOLD: Final = str.maketrans({"“": '"', "”": '"', "‘": "'", "’": "'", "–": "-", "—": "-", "\u00a0": " "})
_CODE: Final = "dangling-title"


class _Cited(NamedTuple):
    """A title as it is cited; of one without quotation marks the end is not sure."""

    title: str
    quoted: bool
    rest: str


class _Headings(NamedTuple):
    """The headings of a page as a reader sees them, and the sections whose titles are among them."""

    all: Sequence[str]
    sections: Mapping[str, Section]


def claims(text: ClauseText) -> Iterator[Claim]:
    """Gather the titles that a text cites, and what it says to see elsewhere."""
    seen = set()
    for passage in text.passages:
        if passage.kind in {"title", "summary", "heading"}:
            continue
        for claim in (*_titles(passage), *_terms(passage)):
            place = claim.kind, claim.passage.span(claim.start, claim.end)
            if place not in seen:
                seen.add(place)
                yield claim


def _titles(passage: Passage) -> Iterator[Claim]:
    taken: set[int] = set()
    for pattern in _CITED:
        for match in pattern.finditer(passage.text):
            name = next(key for key, value in match.groupdict().items() if value)
            start, end = match.span(name)
            quoted = name not in {"t4", "t5", "t6"}
            rest = _OTHER_TITLES.sub("", passage.text[match.end() :], count=1)
            if (
                start in taken
                or PRINTED in match[name]
                or _ELSEWHERE.match(rest)
                or _on_screen(passage, start)
            ):
                continue
            generic = _GENERIC.search(passage.text[: match.start()])
            if generic or not _is_title(match[name], quoted=quoted):
                continue
            taken.add(start)
            title = match[name].rstrip(",.;: ")
            yield Claim(
                "title",
                _Cited(title, quoted, passage.text[end : end + 80]),
                passage,
                start,
                start + len(title),
            )


def _is_title(words: str, *, quoted: bool) -> bool:
    """Tell whether words can be a heading: not a path, a number in Roman digits, a word of the citation."""
    if quoted:
        return not words[0].islower() and words[0].isalnum() and "/" not in words
    return len(words) > 1 and not _NO_NAME.fullmatch(words)


def _on_screen(passage: Passage, start: int) -> bool:
    """Tell whether the sentence says what to do on a screen, whose parts have titles too."""
    begins = max(passage.text.rfind(sign, 0, start) for sign in (". ", "? ", "! ", "; ")) + 1
    ends = passage.text.find(". ", start)
    sentence = passage.text[begins : ends if ends >= 0 else len(passage.text)]
    return _SCREEN.search(sentence) is not None or _FROM.search(passage.text[:start]) is not None


def _terms(passage: Passage) -> Iterator[Claim]:
    for match in _BELOW.finditer(passage.text):
        yield Claim(
            "term", (match["term"], match["way"].lower()), passage, match.start("term"), match.end("see")
        )


# ------------------------------------------------------------ of one page


def on_page(page: PageView, made: Sequence[tuple[Section, Claim]]) -> Iterator[Found]:
    """Look for each title among the headings of a page, and for each term in the words meant."""
    headings = _headings(page)
    for section, claim in made:
        if claim.kind == "term":
            one = _without_term(page, section, claim)
        else:
            one = _without_heading(page, claim, headings)
        if one is not None and says(page, section, claim):
            yield Found(section, one)


def _headings(page: PageView) -> _Headings:
    shown = {
        section.title: section for section in page.task.every if section.heading != "none" and section.title
    }
    inner = [one.text for _, text in page.texts for one in text.prose.passages if one.kind == "heading"]
    return _Headings([page.task.title, *shown, *inner], shown)


def _without_heading(page: PageView, claim: Claim, headings: _Headings) -> Diagnostic | None:
    cited: _Cited = claim.value
    folded = _folded(cited.title)
    if any(_bears(heading, cited) for heading in headings.all) or _runs_in(page, folded):
        return None
    other = next((one for one in headings.all if _folded(one).lower() == folded.lower()), None)
    near = other or _nearest(folded, list(headings.sections))
    message = f"no heading of this page reads `{cited.title}`"
    if other:
        message = f"the heading reads `{other}`, not `{cited.title}`"
    labels: tuple[Label, ...] = ()
    hint = 'cite a section of this page by its id: `{{ ref("…") }}` gives its title as it is'
    if near in headings.sections:
        section = headings.sections[near]
        labels = (
            Label(_place_of(section), f"the nearest is `{near}`" if not other else "this is the heading"),
        )
        hint = (
            f'write `{{{{ ref("{section.id}") }}}}`, which gives the title as it is, without quotation marks'
        )
    return problem(_CODE, message, claim.passage.span(claim.start, claim.end), hint=hint, labels=labels)


def _bears(heading: str, cited: _Cited) -> bool:
    """Tell whether a heading reads as cited; what a tag prints in a heading may be anything."""
    parts = _folded(heading).split(PRINTED)
    pattern = ".+?".join(map(re.escape, parts))
    if cited.quoted:
        return re.fullmatch(pattern, _folded(cited.title)) is not None
    return re.match(rf"(?:{pattern})(?!\w)", _folded(cited.title + cited.rest)) is not None


def _runs_in(page: PageView, title: str) -> bool:
    """Tell whether a paragraph of the page begins with a title, as with a heading that runs in."""
    begins = re.compile(rf"{re.escape(title)}(?=[.:?!–—]|\s-|$)")
    return any(begins.match(_folded(one.text)) for _, text in page.texts for one in text.prose.passages)


def _folded(words: str) -> str:
    return " ".join(words.translate(_FOLD).split()).rstrip(".,:")


def _nearest(title: str, titles: Sequence[str]) -> str:
    lower = {one.lower(): one for one in titles}
    close = get_close_matches(title.lower(), list(lower), n=1, cutoff=0.5)
    return lower[close[0]] if close else ""


def _place_of(section: Section) -> Span:
    """Return the place of a title: in the outline, or, where that states none, in the clause."""
    if has_path(section.origin.file.values, (*section.origin.path, "title")):
        return span_of(section.origin, "title")
    if section.clause is not None:
        return locate_in_front(section.clause.file.file, section.clause.file.data, ("title",))
    return span_of(section.origin)


def _without_term(page: PageView, section: Section, claim: Claim) -> Diagnostic | None:
    term, way = claim.value
    stem = term.lower().removesuffix("s")
    pattern = re.compile(rf"\b{re.escape(stem)}", re.IGNORECASE)
    every = page.task.every
    at = next(index for index, one in enumerate(every) if one is section)
    rest = every[at + 1 :] if way == "below" else every[:at]
    there = {id(one) for one in rest}
    words = [one.title for one in rest]
    words += [one.text for other, text in page.texts if id(other) in there for one in text.prose.passages]
    own = next(text for other, text in page.texts if other is section).prose.passages
    if way == "below":
        words += [one.text for one in own if one.block > claim.passage.block]
        words.append(claim.passage.text[claim.end :])
    else:
        words += [one.text for one in own if one.block < claim.passage.block]
        words.append(claim.passage.text[: claim.start])
    if any(pattern.search(one) for one in words):
        return None
    text = claim.passage.text
    start = claim.start
    message = f"nothing {way} speaks of `{text[start : start + len(term)]}`"
    hint = f"say here what it is, or leave `(see {way})` out"
    return problem(_CODE, message, claim.passage.span(claim.start, claim.end), hint=hint)


RULE: Final = Rule(codes=(_CODE,), claims=claims, page=on_page, language="en")
