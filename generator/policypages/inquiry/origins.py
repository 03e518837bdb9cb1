"""Where a fact of a page is stated: the file, the line, and the entity that hands it down."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from policypages.inquiry.pages import Page
from policypages.inquiry.places import Place, in_file
from policypages.load.inherit import OWN
from policypages.model import Entity, SourceFile
from policypages.values import Worded

Path = tuple[str, ...]
CHANNELS: Final = ("address", "email", "phone", "form")
OF_PAGE: Final = ("title", "updated", "reviewed")
_PARTS: Final = {"count", "unit"}
_KEYS: Final = {"id", "name"}
_WORKED_OUT: Final = {"id", "channels"}
_NOTHING: Final = object()


@dataclass(frozen=True, slots=True)
class Stated:
    """A statement of a fact: its path in the file, and the entity (or policy) whose file that is.

    `inherited` tells whether that is another entity than the page's own.
    """

    path: str
    place: Place
    by: str
    inherited: bool


def value_at(facts: Mapping[str, Any], path: Sequence[str]) -> Any:
    """Return a fact's value, None where it is not set."""
    value: Any = facts
    for name in path:
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


def in_words(value: Any) -> str | None:  # noqa: PLR0911 - one line a kind of value
    """Write a value as people read it, None where it is not set; of a group, which of its facts are set."""
    match value:
        case None | "" | [] | ():
            return None
        case bool():
            return "yes" if value else "no"
        case Worded():
            return value.words
        case Mapping():
            given = [name for name, each in value.items() if each not in (None, "", [])]
            return ", ".join(name for name in given if name not in _WORKED_OUT) or None
        case list() | tuple():
            return ", ".join(str(each) for each in value)
        case datetime.date():
            return value.isoformat()
        case int() | float() | Decimal():
            return str(value)
    return " ".join(str(value).split())


def follows_from(path: Path) -> tuple[Path, ...]:
    """Return the facts that a derived fact is worked out from (`*` is any entry); a stated one has none."""
    match path:
        case ("cookie_types", *_):
            return (("cookies", "*", "type"),)
        case ("contacts", name, "channels"):
            return tuple(("contacts", name, field) for field in CHANNELS)
    return ()


def stated(page: Page, path: Path) -> tuple[Stated, ...]:
    """Find what states a fact of a page, or the facts that it follows from; empty where nobody does."""
    bases = follows_from(path)
    if not bases:
        found = _stated(page, path)
        return (found,) if found is not None else ()
    out = []
    for base in bases:
        for each in _without_star(base, page.entity.facts):
            found = _stated(page, each)
            if found is not None and value_at(page.entity.facts, each) is not None:
                out.append(found)
    return tuple(out)


def _without_star(path: Path, facts: Mapping[str, Any]) -> Iterator[Path]:
    if "*" not in path:
        yield path
        return
    at = path.index("*")
    for key in value_at(facts, path[:at]) or ():
        yield from _without_star((*path[:at], key, *path[at + 1 :]), facts)


def _stated(page: Page, path: Path) -> Stated | None:
    entity = page.entity
    if path[0] == "policy" and len(path) > 1:
        return _of_policy(page, path[1])
    if path[0] == "retention" and path[-1] in _PARTS and len(path) > 2:  # noqa: PLR2004 - retention.NAME.count
        path = path[:-1]
    if path == ("id",):
        return Stated("id", Place(entity.file), entity.id, inherited=False)
    found = find(entity, ("locales",) if path == ("locale",) else path)
    if found is None:
        return _of_key(page, path)
    file, keys = found
    group = isinstance(_value(file.values, keys), Mapping | list)
    return Stated(".".join(path), in_file(file, keys, key=group), file.id, file is not entity.lineage[0])


def _of_key(page: Page, path: Path) -> Stated | None:
    """Find what gives a value that nobody states: the key of an entry, or the settings."""
    if path == ("locale",):
        settings = page.outline.site.settings_file
        return Stated("locale", in_file(settings, path), settings.id, inherited=False)
    if path[-1] not in _KEYS or len(path) <= 2:  # noqa: PLR2004 - cookies.KEY.name
        return None
    found = find(page.entity, path[:-1])
    if found is None:
        return None
    file, keys = found
    own = page.entity.lineage[0]
    return Stated(".".join(path), in_file(file, keys, key=True), file.id, file is not own)


def _of_policy(page: Page, key: str) -> Stated | None:
    """Find what states a fact of the page itself: the entity's use of the policy, or the policy."""
    entity, policy = page.entity, page.outline.tree.policy
    if key in OF_PAGE:
        found = find(entity, ("policies", policy.id, key))
        if found is not None and _value(found[0].values, found[1]) is not None:
            file, keys = found
            return Stated(".".join(keys), in_file(file, keys), file.id, file is not entity.lineage[0])
    for keys in (("in", entity.locale, key), (key,)):
        if _value(policy.values, keys) not in (None, _NOTHING):
            return Stated(".".join(keys), in_file(policy, keys), policy.id, inherited=False)
    return None


def find(entity: Entity, path: Path) -> tuple[SourceFile, Path] | None:
    """Find the file whose word on a fact holds, and the keys that say it there: a null above it counts."""
    files = entity.lineage[:1] if path[0] in OWN else entity.lineage
    for prefix in (("in", entity.locale), ()):
        for file in files:
            at: Any = file.values
            keys = (*prefix, *path)
            for depth, key in enumerate(keys, 1):
                at = at.get(key, _NOTHING) if isinstance(at, Mapping) else _NOTHING
                if at is _NOTHING:
                    break
                if at is None and depth > len(prefix):
                    return file, keys[:depth]
            if at is not _NOTHING:
                return file, keys
    return None


def _value(tree: Any, path: Path) -> Any:
    for key in path:
        tree = tree.get(key, _NOTHING) if isinstance(tree, Mapping) else _NOTHING
    return tree
