"""Shape the JSON Schema of a file for editors, and tell the keys that a place of it may have."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from policypages.values import ID_PATTERN

if TYPE_CHECKING:
    from pydantic import TypeAdapter

# The draft that yaml-language-server supports in full.
DIALECT: Final = "http://json-schema.org/draft-07/schema#"
_TITLES: Final = {
    "settings": "policypages.yaml",
    "entity": "an entity: one site under one controller",
    "policy": "a policy: one kind of page",
    "clause": "the front matter of a clause",
    "theme": "a theme",
    "strings": "the strings of a theme in one locale",
    "redirects": "content/redirects.yaml: old addresses, and where each leads",
}

# An item of an outline may be a clause's id alone, which pydantic sees only after it became a section.
_SECTION: Final = {"$ref": "#/definitions/Section"}
_CLAUSE: Final = {"type": ["string", "number"], "pattern": ID_PATTERN, "description": "A clause, by its id."}


def editor_schema(kind: str, adapter: TypeAdapter[Any]) -> dict[str, Any]:
    """Make the JSON Schema of one kind of file."""
    made = adapter.json_schema(mode="validation", ref_template="#/definitions/{model}")
    definitions = {name: _plain(each) for name, each in made.pop("$defs", {}).items()}
    schema: dict[str, Any] = {"$schema": DIALECT, "title": f"policypages: {_TITLES[kind]}", **_plain(made)}
    if definitions:
        schema["definitions"] = definitions
    return schema


def _plain(schema: dict[str, Any]) -> dict[str, Any]:
    """Drop titles made from key names, and fold `or null` into the type that it belongs to."""
    plain: dict[str, Any] = {}
    for word, value in schema.items():
        if word == "title" and isinstance(value, str):
            continue
        if word in ("properties", "patternProperties"):
            plain[word] = {key: _plain(each) for key, each in value.items()}
        elif word == "items" and value == _SECTION:
            plain[word] = {"anyOf": [_CLAUSE, _SECTION]}
        elif word == "anyOf":
            plain[word] = [_plain(each) for each in value]
        elif isinstance(value, dict) and word not in ("default", "const"):
            plain[word] = _plain(value)
        else:
            plain[word] = value
    if "patternProperties" in plain:
        plain.setdefault("additionalProperties", False)
    return _fold_null(plain)


def _fold_null(schema: dict[str, Any]) -> dict[str, Any]:
    choices = schema.get("anyOf", [])
    others = [each for each in choices if each != {"type": "null"}]
    if len(choices) != len(others) + 1 or len(others) != 1 or "$ref" in others[0]:
        return schema
    only = dict(others[0])
    if "enum" in only:
        only["enum"] = [*only["enum"], None]
        only.pop("type", None)
    elif "const" in only:
        only["enum"] = [only.pop("const"), None]
    elif "type" in only:
        types = only["type"] if isinstance(only["type"], list) else [only["type"]]
        only["type"] = [*types, "null"]
    else:
        return schema
    return {**only, **{word: value for word, value in schema.items() if word != "anyOf"}}


def keys_at(schema: dict[str, Any], path: tuple[str | int, ...]) -> set[str]:
    """Return the keys that the format has at a place."""
    places = _resolve(schema, schema)
    for step in path:
        inner = [each for place in places for each in _step(place, step)]
        places = [each for place in inner for each in _resolve(place, schema)]
    return {key for place in places for key in place.get("properties", {})}


def _step(place: dict[str, Any], step: str | int) -> list[dict[str, Any]]:
    if isinstance(step, int):
        found = [place.get("items")]
    elif step in place.get("properties", {}):
        found = [place["properties"][step]]
    else:
        found = [place.get("additionalProperties"), *place.get("patternProperties", {}).values()]
    return [each for each in found if isinstance(each, dict)]


def _resolve(place: dict[str, Any], schema: dict[str, Any]) -> list[dict[str, Any]]:
    """Follow references and choices."""
    if "$ref" in place:
        name = str(place["$ref"]).rsplit("/", 1)[-1]
        return _resolve(schema["definitions"][name], schema)
    if "anyOf" in place:
        return [each for choice in place["anyOf"] for each in _resolve(choice, schema)]
    return [place]
