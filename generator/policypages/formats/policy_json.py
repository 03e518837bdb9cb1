"""The format of policy.json: a page as data, written in one way, and the JSON Schema that it keeps to."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any, Final

from policypages.model import Heading

VERSION: Final = 1
_MANY: Final = 4096
# to indent would take four times as long; so much order costs nothing
_encode: Final = json.JSONEncoder(ensure_ascii=False, check_circular=False, separators=(",\n", ": ")).encode
# by identity, which lasts since each heading is held: itself, and its line
_LINES: Final[dict[int, tuple[Heading, str]]] = {}


def encode(given: Mapping[str, Any], contents: Iterable[Heading]) -> bytes:
    """Write a page; what is None is left out."""
    text = _encode({name: value for name, value in given.items() if value is not None})
    return f'{text[:-1]},\n"sections": [{_sections(contents)}]}}\n'.encode()


def _sections(contents: Iterable[Heading]) -> str:
    return ",\n".join([(_LINES.get(id(one)) or _line(one))[1] for one in contents])


def _line(heading: Heading) -> tuple[Heading, str]:
    given = {"anchor": heading.anchor, "number": heading.number, "title": heading.title}
    text = _encode({name: value for name, value in given.items() if value is not None})
    if heading.children:
        text = f'{text[:-1]},\n"sections": [{_sections(heading.children)}]}}'
    known = heading, text
    if not heading.children:
        if len(_LINES) >= _MANY:
            _LINES.clear()
        _LINES[id(heading)] = known
    return known


def forget() -> None:
    """Let go of what is kept of headings: a process may outlive its sources."""
    _LINES.clear()


_TEXT: Final = {"type": "string", "minLength": 1}
_DATE: Final = {"type": "string", "format": "date", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"}
_DIGEST: Final = {"type": "string", "pattern": "^[0-9a-f]{64}$"}


def schema() -> dict[str, Any]:
    """Return the JSON Schema of policy.json."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "policy.json: a policy page as data",
        "type": "object",
        "required": ["schema_version", "title", "site", "locale", "facts", "digests", "sections"],
        "additionalProperties": False,
        "properties": {
            "schema_version": {"const": VERSION, "description": "The version of this format."},
            "title": {**_TEXT, "description": "The title of the page."},
            "site": {**_TEXT, "description": "The name of the site that the page belongs to."},
            "locale": {
                "type": "string",
                "pattern": "^[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|[0-9]{3}))?$",
                "description": "The language of the page, as its `lang` has it.",
            },
            "canonical": {
                "type": "string",
                "format": "uri",
                "pattern": "^https?://",
                "description": "The address of the page.",
            },
            "version": {
                "type": "string",
                "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}([.][0-9]+)?$",
                "description": "The release that the page shows: the day of the release, with a number"
                " where a day has several. Not there where the page was never released.",
            },
            "effective": {**_DATE, "description": "The day on which the release took effect."},
            "updated": {**_DATE, "description": "The day that a page without a release states."},
            "reviewed": {**_DATE, "description": "The day on which somebody last looked the page through."},
            "facts": {
                "allOf": [{"$ref": "#/$defs/group"}],
                "description": "The facts that the article prints, by name; nothing that it does not say.",
            },
            "digests": {
                "type": "object",
                "required": ["html"],
                "additionalProperties": False,
                "properties": {
                    "html": {
                        **_DIGEST,
                        "description": "SHA-256 of the article in the page: its bytes from `<article` to"
                        " `</article>`.",
                    },
                    "text": {
                        **_DIGEST,
                        "description": "SHA-256 of the words of a released article, as its ledger has it.",
                    },
                },
            },
            "sections": {"$ref": "#/$defs/sections", "description": "The sections with a title, in order."},
        },
        "$defs": {
            "group": {
                "type": "object",
                "propertyNames": {"minLength": 1},
                "additionalProperties": {"$ref": "#/$defs/fact"},
            },
            "fact": {
                "description": "Text as it is printed, a number, a date, a list, or facts by name.",
                "anyOf": [
                    _TEXT,
                    {"type": "number"},
                    {"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/fact"}},
                    {"$ref": "#/$defs/group", "minProperties": 1},
                ],
            },
            "sections": {
                "type": "array",
                "items": {
                    "type": "object",
                    "required": ["anchor", "title"],
                    "additionalProperties": False,
                    "properties": {
                        "anchor": {**_TEXT, "description": "The id of the section in the page."},
                        "number": {**_TEXT, "description": "The number that stands before its title."},
                        "title": {**_TEXT, "description": "Its title."},
                        "sections": {"$ref": "#/$defs/sections", "description": "Those below it."},
                    },
                },
            },
        },
    }
