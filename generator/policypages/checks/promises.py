"""Find promises of a contact, a version or a date that this page does not keep."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any, Final

from policypages.checks.kinds import Claim, ClauseText, Found, PageView, Rule
from policypages.checks.standing import contacts_shown, says
from policypages.diagnostics import Diagnostic, Label, Span, problem
from policypages.formats.clauses import Passage
from policypages.formats.facts import locate
from policypages.formats.origins import has_path, origin_in
from policypages.model import Section

_CODE: Final = "broken-promise"
_GIVEN: Final = (
    r"(?:listed|given|shown|provided|set\s+out|stated|printed|found|noted|included|specified|indicated)"
)
_CONTACT_SECTION: Final = (
    r"(?:our\s+|the\s+|this\s+page’s\s+)?[\"“‘]?contacts?(?:\s+(?:us|information|details))?[\"”’]?"
    r"\s+(?:section|information|details|part)"
)
_TITLED_SECTION: Final = r"(?:the\s+)?(?:section\s+)?[\"“][^\"“”]{2,80}[\"”](?:\s*section)?"
_WHERE: Final = (
    rf"(?:\s+(?:that\s+(?:is|are)\s+)?{_GIVEN})?(?:\s+(?:below|above|hereunder)\b"
    r"|\s+(?:at|on)\s+the\s+(?:end|bottom|foot|top)\s+of\s+(?:this|the)\s+(?:page|document|policy|statement|notice)\b"
    rf"|\s+(?:in|under|within)\s+(?:{_CONTACT_SECTION}\b|{_TITLED_SECTION}|the\s+section\s+\ufffc))"
    rf"|\s+{_GIVEN}\s+(?:here|on\s+this\s+page|in\s+this\s+(?:page|document|policy|statement|notice)|\ufffc)(?=[\s.,;)]|$)"
)
_NOUNS: Final = {
    "email": r"(?:e-?mail|electronic\s+mail)(?:\s+address(?:es)?)?",
    "phone": r"(?:(?:toll[- ]free|tele|phone|telephone|customer\s+service)\s*){1,3}(?:number|line)s?"
    r"|(?:tele)?phone",
    "fax": r"fax(?:\s+numbers?)?",
    "form": r"(?:web|online|contact)[- ]form",
    "address": r"(?:mailing|postal|street|business|office)\s+address(?:es)?",
}
_BARE: Final = {"address": r"address", "phone": r"numbers?"}
_ANY: Final = "|".join([*_NOUNS.values(), *_BARE.values()])
_PLACED: Final = re.compile(
    rf"(?P<nouns>\b(?:{_ANY})(?:(?:,\s*(?:or|and)?\s*|\s+(?:or|and)\s+)(?:(?:the|our|by|at)\s+){{0,2}}(?:{_ANY}))*)"
    rf"(?P<where>{_WHERE})",
    re.IGNORECASE,
)
_NOUN: Final = re.compile(
    "|".join(
        [f"(?P<{key}>{noun})" for key, noun in _NOUNS.items()]
        + [f"(?P<bare_{key}>{noun})" for key, noun in _BARE.items()]
    ),
    re.IGNORECASE,
)
# before a bare `address` or `number`: what makes it ours, and what makes it something else
_WRITING: Final = re.compile(r"\b(?:write|mail|post|send|reach|contact|letter)\b[^.;]{0,60}$", re.IGNORECASE)
_EMAILING: Final = re.compile(r"\be-?mail(?:ing|s)?\b[^.;]{0,40}$", re.IGNORECASE)
_CALLING: Final = re.compile(
    r"\b(?:call|calling|ring|dial|phone|telephone|reach|contact)\b[^.;]{0,60}$", re.IGNORECASE
)
_SECTION: Final = re.compile(
    rf"\b(?:in|see|under|use|using|with|through|to)\s+(?P<what>{_CONTACT_SECTION}"
    r"(?:\s+(?:below|above|of\s+this\s+[\w\ufffc]+))?"
    r"|(?:the\s+)?contact\s+(?:information|details)\s+(?:below|above|given|listed|provided))",
    re.IGNORECASE,
)
_OTHERS: Final = re.compile(
    r"\b(?:your|their|his|her|its|vendor|provider|partner|emergency)\b[^.;]{0,30}$", re.IGNORECASE
)
_ELSEWHERE: Final = re.compile(
    r"\s+(?:of|on|in|at)\s+(?!this\b|the\s+(?:end|top|bottom|page))[\w\ufffc]", re.IGNORECASE
)
_REVISION: Final = (
    r"(?:last|latest|most\s+recent)\s+(?:revision|revised|updated?|changed?|review(?:ed)?|modified|amended)"
)
_STATED: Final = r"(?:shown|given|stated|listed|noted)"
_EDGE: Final = r"at\s+the\s+(?:top|bottom|beginning|end|foot|head)"
_DATES: Final = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"\bversion\b[^.;:?!]{{0,80}}?\b(?:date|day)\b[^.;:?!]{{0,60}}?\b{_REVISION}\b",
        rf"\bdate\s+of\s+(?:its\s+|the\s+)?{_REVISION}\s+(?:is\s+)?(?:{_STATED}|above|below|at\s+the)\b",
        rf"[\"“‘]?\b{_REVISION}[”’\"]?(?:\s+date)?\s+(?:is\s+)?(?:{_STATED}\s+)?(?:above|below|{_EDGE})\b",
        rf"\b(?:effective\s+|revision\s+|version\s+)?date\s+(?:{_STATED}\s+)?{_EDGE}\s+of\s+this\b",
    )
)
_EMAIL: Final = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_PHONE: Final = re.compile(r"(?<![\w-])\+?\(?\d[\d ().-]{6,}\d(?![\w-])")
_POST: Final = re.compile(
    r"\b[A-Z]{2}\s+\d{5}(?:-\d{4})?\b|\bP\.?\s?O\.?\s+Box\b"
    r"|\b\d+\s+(?:\w+\s+){1,3}(?:Street|St|Avenue|Ave|Road|Rd|Drive|Way|Lane|Boulevard|Blvd|Square|Place)\b"
)
_WORDS: Final = {
    "address": "postal address",
    "email": "email address",
    "phone": "telephone number",
    "fax": "fax number",
    "form": "web form",
}


def claims(text: ClauseText) -> Iterator[Claim]:
    """Gather what a text promises, each place once."""
    seen = set()
    for passage in text.passages:
        if passage.kind in {"title", "summary", "heading"}:
            continue
        for claim in _promises(passage):
            place = claim.kind, claim.passage.span(claim.start, claim.end)
            if place not in seen:
                seen.add(place)
                yield claim


def _promises(passage: Passage) -> Iterator[Claim]:
    words = passage.text
    placed = 0
    for match in _PLACED.finditer(words):
        before, after = words[: match.start()], words[match.end() :]
        if _OTHERS.search(before) or _ELSEWHERE.match(after):
            continue
        for noun in _NOUN.finditer(words, match.start("nouns"), match.end("nouns")):
            channel = _channel(noun, words[: noun.start()])
            if channel:
                placed = match.end()
                yield Claim(channel, noun.end(), passage, noun.start(), match.end())
    for match in _SECTION.finditer(words):
        if match.start("what") < placed:
            continue  # said of the channel
        if not _ELSEWHERE.match(words[match.end() :]) and not _OTHERS.search(words[: match.start("what")]):
            yield Claim("contact", None, passage, *match.span("what"))
    dated = 0
    for match in sorted(
        (one for pattern in _DATES for one in pattern.finditer(words)), key=lambda one: one.start()
    ):
        if match.start() >= dated:
            dated = match.end()
            yield Claim("date", None, passage, *match.span())


def _channel(noun: re.Match[str], before: str) -> str | None:
    """Tell which channel a noun names; a bare address or number has to be one that we are reached by."""
    name = noun.lastgroup or ""
    if not name.startswith("bare_"):
        return name
    if re.search(
        r"\b(?:ip|web|mac|billing|internet|account|card|order|reference|policy)[\s-]+$", before, re.IGNORECASE
    ):
        return None
    if name == "bare_address":
        if _EMAILING.search(before):
            return "email"
        return "address" if _WRITING.search(before) else None
    return "phone" if _CALLING.search(before) else None


# ------------------------------------------------------------ of one page


def on_page(page: PageView, made: Sequence[tuple[Section, Claim]]) -> Iterator[Found]:
    """Look whether a page has what its texts promise."""
    kept: set[str] | None = None
    for section, claim in made:
        if claim.kind == "date":
            if page.task.updated or page.task.reviewed or page.released:
                continue
        else:
            kept = _kept(page) if kept is None else kept
            if claim.kind in kept or (claim.kind == "contact" and kept):
                continue
        if says(page, section, claim):
            yield Found(section, _broken(page, claim))


def _kept(page: PageView) -> set[str]:
    """Return the channels that a reader of the page finds: shown, printed, or typed."""
    kept = {channel for _, given in contacts_shown(page) for channel in _WORDS if given.get(channel)}
    contacts: Any = page.task.facts.get("contacts") or {}
    for _, text in page.texts:
        for path in text.reads.facts:
            root, *below = path.split(".")
            if root == "contacts" and len(below) == 2 and (contacts.get(below[0]) or {}).get(below[1]):  # noqa: PLR2004 - a name and a channel
                kept.add(below[1])
            elif root == "extra" and below and page.task.facts.get("extra", {}).get(below[0]):
                kept.update(_typed(str(page.task.facts["extra"][below[0]])))
        for passage in text.once():
            kept.update(_typed(passage.text))
        kept.update("email" for link in text.prose.links if link.target.startswith("mailto:"))
        kept.update("phone" for link in text.prose.links if link.target.startswith("tel:"))
    return kept & set(_WORDS)


def _typed(words: str) -> Iterator[str]:
    if _EMAIL.search(words):
        yield "email"
    if _PHONE.search(words):
        yield "phone"
    if _POST.search(words):
        yield "address"


def _broken(page: PageView, claim: Claim) -> Diagnostic:
    span = claim.passage.span(claim.start, claim.value or claim.end)
    policy = page.task.policy
    if claim.kind == "date":
        message = "this promises a date or a version, and the page has neither"
        hint = f"state `updated:` under `policies.{policy}`, or keep the sentence from this page"
        label = Label(_place(page, ("policies", policy)), "`updated` is missing here")
        return problem(_CODE, message, span, hint=hint, labels=(label,))
    name = next((name for name, _ in contacts_shown(page)), None)
    if claim.kind == "contact":
        message = "this promises a contact, and the page shows none"
        hint = "state the contact and show it in a section (`shows: contacts.…`), or promise none"
        label = Label(_place(page, ("contacts",)), "no contact is stated here that the page shows")
        return problem(_CODE, message, span, hint=hint, labels=(label,))
    what = _WORDS[claim.kind]
    message = f"this promises {'an' if what[0] == 'e' else 'a'} {what}, and the page shows none"
    hint = "write which channels there are from the facts: `{{ contacts.%s.channels | series('or') }}`" % (
        name or "…"
    )
    path = ("contacts", name) if name else ("contacts",)
    label = Label(_place(page, path), f"`{claim.kind}` is missing here")
    return problem(_CODE, message, span, hint=hint, labels=(label,))


def _place(page: PageView, path: tuple[str, ...]) -> Span:
    """Find where a fact would stand: in the deepest mapping round it that some file states."""
    entity = page.entity
    while path:
        origin = origin_in(entity, path)
        if has_path(origin.file.values, origin.path):
            return locate(origin.file.file, origin.file.data, origin.path, key=True)
        path = path[:-1]
    return Span(entity.file)


RULE: Final = Rule(codes=(_CODE,), claims=claims, page=on_page, language="en")
