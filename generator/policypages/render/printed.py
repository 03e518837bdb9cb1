"""Find the facts that a page prints, and which of their values stand in its article."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Final

from policypages.formats import language
from policypages.formats.templates.markup import escaped
from policypages.formats.templates.prints import All, Chosen, Printed, printed_in, prints_of
from policypages.formats.templates.texts import scope_of
from policypages.model import PageTask, Section
from policypages.values import Worded

# what the card of a contact shows, and the table of cookies
_SHOWN_FIELDS: Final[Mapping[str, Sequence[str]]] = {
    "contacts": "organisation department person address email phone fax form hours".split(),
    "cookies": "name type purpose category provider duration".split(),
}
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MANY: Final = 4096
_Kept = tuple[Section, All, Chosen | None]
# by identity, which lasts since each section is held: itself, what it prints always, and on one page
_PRINTS: Final[dict[int, _Kept]] = {}
# by identity as well: cookies, and what is shown of them; many entities have the same
_COOKIES: Final[dict[int, tuple[Mapping[str, Any], dict[str, Any]]]] = {}


def kept_facts(task: PageTask) -> dict[str, Any]:
    """Return by path the facts that a page prints or shows: what its release keeps of them.

    Those of a branch that it does not take are not among them, whatever words happen to stand in it.
    """
    wanted, shows = _wanted(task)
    kept: dict[str, Any] = {}
    for names, _, field in wanted:
        path = ".".join(names)
        value = _value(task.facts, path)
        if field is not None:
            value = _fields(value, field)
        if value is not None:
            kept[path] = _merged(kept[path], value) if path in kept else value
    for path in shows:
        value = _value(task.facts, path)
        if path.partition(".")[0] in _SHOWN_FIELDS:
            value = _shown(path, value)
        if value is not None:
            kept[path] = _merged(kept[path], value) if path in kept else value
    return kept


def facts_in(html: str, facts: Mapping[str, Any], locale: str) -> dict[str, Any]:
    """Return as a tree what of given facts, by path, stands in an article."""
    standing = _Standing(html, locale)
    tree: dict[str, Any] = {}
    for path, value in facts.items():
        kept = standing.of(value)
        if kept is not None:
            _put(tree, (*path.split("."),), kept)
    return tree


def printed_facts(task: PageTask, html: str) -> dict[str, Any]:
    """Return as a tree the facts that a page prints, as JSON has them: nothing that its article does not say.

    What a text prints in the fact's own words is not looked up in the article, which would take longer
    than the page.
    """
    wanted, shows = _wanted(task)
    standing = _Standing(html, task.entity.locale)
    facts = task.facts
    tree: dict[str, Any] = {}
    for path, verbatim, field in wanted:
        value: Any = facts
        for name in path:
            value = value.get(name) if value else None  # what has names below it is a mapping or null
        if field is not None:
            value = _fields(value, field)
        if not verbatim:
            value = standing.of(value)
        elif type(value) is not str:
            value = _as_json(value)
        if value is not None:
            _put(tree, path, value)
    for one in shows:
        value = _shown(one, _value(facts, one))
        if value is not None:
            _put(tree, (*one.split("."),), value)
    return tree


def _wanted(task: PageTask) -> tuple[All, list[str]]:
    """Return what the texts of a page print, and what its cards and tables show."""
    scope: dict[str, Any] | None = None
    wanted: dict[Printed, None] = {}
    shows: list[str] = []
    for section in task.every:
        _, always, chosen = _PRINTS.get(id(section)) or _prints(section)
        if always:
            wanted |= always
        if chosen is not None:
            if scope is None:
                locale = task.entity.locale
                scope = scope_of(task.facts, locale=locale, refs=task.refs, links=task.links)
            scope["option"], scope["sections"] = section.options, section.counts
            wanted |= chosen(scope)
        if section.shows:
            shows.append(section.shows)
    return wanted, shows


def forget() -> None:
    """Let go of what is kept of sections: a process may outlive its sources."""
    _PRINTS.clear()
    _COOKIES.clear()


# ---- paths


def _prints(section: Section) -> _Kept:
    """Work out what no fact can change; see `article._given`."""
    always: All = {}
    chosen = None
    clause = section.clause
    if clause is not None:
        always, chosen = prints_of(clause.body)
        for text in (clause.title, section.summary):  # the section may have another title
            if text is not None and text.tags:
                named = [one for tag in text.tags for one in printed_in(tag.paths)]
                always = {**always, **dict.fromkeys(named)}
    kept = section, always, chosen
    if not section.children:
        if len(_PRINTS) >= _MANY:
            _PRINTS.clear()
        _PRINTS[id(section)] = kept
    return kept


def _value(facts: Mapping[str, Any], path: str) -> Any:
    value: Any = facts
    for name in path.split("."):
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


def _fields(entries: Any, field: str) -> Any:
    """Return one field of each entry of a mapping."""
    if not isinstance(entries, Mapping):
        return None
    return {name: {field: one.get(field)} for name, one in entries.items() if isinstance(one, Mapping)}


def _put(tree: dict[str, Any], path: Sequence[str], value: Any) -> None:
    for name in path[:-1]:
        tree = tree.setdefault(name, {})
    last = path[-1]
    before = tree.get(last)
    tree[last] = _merged(before, value) if before is not None else value


def _merged(one: Any, other: Any) -> Any:
    """Return what stands of a fact in two places."""
    if isinstance(one, dict) and isinstance(other, dict):
        both = {**one, **other}
        return {name: _merged(one[name], both[name]) if name in one else both[name] for name in both}
    return max(one, other, key=len) if isinstance(one, list) and isinstance(other, list) else other


# ---- values


def _as_json(value: Any) -> Any:  # noqa: PLR0911 - one a kind of value
    """Return all of a value as JSON has it, as far as it can be printed; None if there is nothing."""
    match value:
        case str():
            return str(value) or None  # of a term, the words of the locale
        case None | bool():
            return None
        case Worded():
            return {**value}
        case Mapping():
            return {name: kept for name, one in value.items() if (kept := _as_json(one)) is not None} or None
        case list() | tuple():
            return [kept for one in value if (kept := _as_json(one)) is not None] or None
        case Decimal():
            return int(value) if value == int(value) else float(value)
        case _:
            return str(value) if isinstance(value, date) else value


def _shown(shows: str, value: Any) -> Any:
    """Return what a card or a table shows of facts."""
    kind = shows.partition(".")[0]
    fields = _SHOWN_FIELDS.get(kind)
    if not isinstance(value, Mapping) or fields is None:
        return _as_json(value)
    if kind == "contacts":
        return {name: value[name] for name in fields if value.get(name)} or None
    known = _COOKIES.get(id(value))
    if known is None or known[0] is not value:
        made = {id_: {name: str(one[name]) for name in fields if one.get(name)} for id_, one in value.items()}
        if len(_COOKIES) >= _MANY:
            _COOKIES.clear()
        known = _COOKIES[id(value)] = value, made
    return known[1] or None


class _Standing:
    """The words of one article: tells which of the values of facts stand in it."""

    def __init__(self, html: str, locale: str) -> None:
        self._html = html
        self._locale = locale

    def of(self, value: Any) -> Any:
        """Return what of a value stands in the article, as JSON has it; None if nothing does."""
        match value:
            case Worded():
                found = stands(self._html, value.words) or stands(self._html, f"({value.get('count')})")
            case Mapping():
                inside = [(name, self.of(one)) for name, one in value.items() if name != "id"]
                return {name: one for name, one in inside if one is not None} or None
            case list() | tuple():
                return [kept for one in value if (kept := self.of(one)) is not None] or None
            case None | bool() | "":
                found = False
            case date():
                found = stands(self._html, language.date_words(value, self._locale))
            case str() if _DAY.fullmatch(value):  # as a release keeps a date
                found = stands(self._html, value) or stands(self._html, _in_words(value, self._locale))
            case _:
                found = stands(self._html, str(value))
        return _as_json(value) if found else None


def _in_words(day: str, locale: str) -> str:
    try:
        return language.date_words(date.fromisoformat(day), locale)
    except ValueError:
        return day


def stands(html: str, words: str) -> bool:
    """Tell whether words stand in the text of an article, not within longer ones, or in a link."""
    words = escaped(words)
    at = html.find(words)
    while at >= 0:
        end = at + len(words)
        opened = html.rfind("<", 0, at)
        if opened > html.rfind(">", 0, at):
            href = html.rfind('href="', opened, at)
            if href >= 0 and '"' not in html[href + 6 : at]:
                return True
        elif not _joined(html[at - 1], words[0]) and not _joined(words[-1], html[end : end + 1]):
            return True
        at = html.find(words, end)
    return False


def _joined(left: str, right: str) -> bool:
    """Tell whether two characters belong to one word; most scripts beyond ASCII are taken as they are."""
    return left.isascii() and right.isascii() and left.isalnum() and right.isalnum()
