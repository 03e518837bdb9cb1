"""The names that a clause may read: which facts there are, what is in them, and of what kind each is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

Kind = Literal["text", "number", "date", "flag", "list", "duration", "group", "entries", "reference"]


@dataclass(frozen=True, slots=True)
class Shape:
    """What stands at a fact path: its kind, the names below it, and what looping over it gives."""

    kind: Kind
    fields: Mapping[str, Shape] = field(default_factory=dict)
    item: Shape | None = None


TEXT: Final = Shape("text")
NUMBER: Final = Shape("number")
FLAG: Final = Shape("flag")
DATE: Final = Shape("date")
TEXTS: Final = Shape("list", item=TEXT)
DURATION: Final = Shape("duration", {"count": NUMBER, "unit": TEXT})
REFERENCE: Final = Shape("reference", {"number": TEXT, "title": TEXT})

CONTACT: Final = Shape(
    "group",
    {
        **dict.fromkeys(
            ("id", "person", "organisation", "department", "email", "phone", "fax", "form", "hours", "label"),
            TEXT,
        ),
        "address": TEXTS,
        "toll_free": FLAG,
        "channels": TEXTS,
    },
)
COOKIE: Final = Shape(
    "group", dict.fromkeys(("id", "name", "type", "purpose", "category", "provider", "duration"), TEXT)
)
POLICY: Final = Shape("group", {"id": TEXT, "title": TEXT, "updated": DATE, "reviewed": DATE})
SECTIONS: Final = Shape("group", {"first": TEXT, "last": TEXT, "count": NUMBER})
LOOP: Final = Shape("group", {"first": FLAG, "last": FLAG, "index": NUMBER})

_TEXT_ROOTS: Final = ("id", "name", "short_name", "controller", "url", "site_url", "audience", "locale")
TESTED_BY_NOBODY: Final = frozenset({"id", "name", "url"})
_EXTRA: Final[Mapping[str, Shape]] = {
    "text": TEXT,
    "number": NUMBER,
    "date": DATE,
    "yes or no": FLAG,
    "list of text": TEXTS,
    "url": TEXT,
    "email": TEXT,
}


def vocabulary(names: Mapping[str, Any], options: Mapping[str, Any]) -> Shape:
    """Return all that a clause with these options may name, in a repository that declares `names`."""
    contacts = dict.fromkeys(names.get("contacts") or (), CONTACT)
    retention = dict.fromkeys(names.get("retention") or (), DURATION)
    wording = dict.fromkeys(names.get("wording") or (), TEXT)
    extra = {name: _EXTRA[kind] for name, kind in (names.get("extra") or {}).items()}
    roots: dict[str, Shape] = {
        **dict.fromkeys(_TEXT_ROOTS, TEXT),
        "sample": FLAG,
        "contacts": Shape("entries", contacts, CONTACT),
        "cookies": Shape("entries", {}, COOKIE),
        "cookie_types": TEXTS,
        "retention": Shape("entries", retention, DURATION),
        "wording": Shape("group", wording),
        "extra": Shape("group", extra),
        "option": Shape("group", {name: _option(given) for name, given in options.items()}),
        "policy": POLICY,
        "sections": SECTIONS,
    }
    return Shape("group", roots)


def _option(given: Any) -> Shape:
    default = (given or {}).get("default") if isinstance(given, Mapping) else None
    if isinstance(default, bool):
        return FLAG
    if isinstance(default, list | tuple):
        return TEXTS
    if isinstance(default, int | float):
        return NUMBER
    return TEXT


def declared(shape: Shape, name: str) -> Shape | None:
    """Return what stands under `name`; entries whose keys an entity chooses have their item under any."""
    if name in shape.fields:
        return shape.fields[name]
    if shape.kind == "entries" and not shape.fields:
        return shape.item
    return None
