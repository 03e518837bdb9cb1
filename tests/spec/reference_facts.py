"""Write the tables of docs/facts.md: types and meanings from the schema, examples from files."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, Literal

from policypages.diagnostics import RULES
from policypages.formats.facts import read_yaml
from policypages.formats.schema import json_schema, validate

Kind = Literal["settings", "entity", "policy", "clause"]
EXAMPLES: Final = Path(__file__).parent / "facts"
KINDS: Final[tuple[Kind, ...]] = ("settings", "entity", "policy", "clause")
SHAPES: Final = {
    "DeclaredNames": "names",
    "Releases": "releases",
    "Hosting": "hosting",
    "Target": "a target",
    "Checks": "checks",
    "Contact": "a contact",
    "Cookie": "a cookie",
    "Brand": "a brand",
    "EntityPolicy": "a policy of an entity",
    "Adjust": "an adjustment",
    "Review": "a review",
    "Section": "a section",
    "PolicyInLocale": "a policy in a locale",
    "Option": "an option",
}
_BLOCK: Final = re.compile(r"(<!-- keys: (\w+)(?: (\w+))? -->\n).*?(<!-- end -->)", re.DOTALL)
_PATTERNS: Final = (
    ("[0-9a-fA-F]{6}", "a colour"),
    ("(svg|png)", "a picture"),
    ("A-Za-z0-9 ._-", "the name of a font"),
    ("day|week", "a duration"),
    ("[0-9]{4}-[0-9]{2}", "a date"),
    ("[A-Z][a-z]{3}", "a locale"),
    ("contacts", "`contacts.NAME`, `cookies` or `retention`"),
    ("[a-z][a-z0-9_]*", "a name"),
    ("[a-z0-9]+", "an id"),
)
_PLAIN: Final = re.compile(r"""[^\s\[\]{}#&*!|>'"%@`,:-][^,\[\]{}#:]*(?:: ?[^,\[\]{}# ][^,\[\]{}#]*)?""")
NAMES: Final = {
    "contacts": ["privacy"],
    "retention": ["orders"],
    "wording": ["site"],
    "extra": {"product": "text", "browsers": "list of text"},
}


def example(kind: Kind) -> dict[str, Any]:
    """Return the example of a kind as it is written; it is an error of ours if it has any problem."""
    file = f"{kind}.yaml"
    data = (EXAMPLES / file).read_bytes()
    raw, found = read_yaml(file, data)
    _, more = validate(kind, file, raw, data, NAMES if kind == "entity" else None)
    assert not found, found
    assert not more, more
    assert isinstance(raw, dict)
    return raw


def regenerated(page: str) -> str:
    """Return the page with each block between `<!-- keys: KIND SHAPE -->` and `<!-- end -->` written anew."""
    return _BLOCK.sub(lambda block: f"{block[1]}\n{table(block[2], block[3])}\n{block[4]}", page)


def blocks(page: str) -> list[tuple[str, str | None]]:
    """Return the blocks that a page has: kind and shape."""
    return [(block[2], block[3]) for block in _BLOCK.finditer(page)]


def wanted() -> set[tuple[str, str | None]]:
    """Return the blocks that the page must have: each kind, and each shape under one of them."""
    shapes = {shape for kind in KINDS for shape in json_schema(kind).get("definitions", {})} - {
        "EntityInLocale"
    }
    assert shapes == set(SHAPES)
    return {*((kind, None) for kind in KINDS), *((_home(shape), shape) for shape in shapes)}


def _home(shape: str) -> str:
    known = [kind for kind in KINDS if shape in json_schema(kind).get("definitions", {})]
    return "policy" if shape == "Section" else known[0]


def table(kind: str, shape: str | None) -> str:
    """Write the table of one kind of file, or of one shape inside it."""
    assert kind in KINDS
    schema = json_schema(kind)
    place = schema["definitions"][shape] if shape else schema
    shown: dict[str, Any] = {}
    for instance in _instances(place, schema, schema, example(kind)):
        shown = {**shown, **instance, **shown}
    assert shown.keys() == place["properties"].keys(), (
        f"the example has no {place['properties'].keys() - shown}"
    )
    rows = ["| key | type | meaning | example |", "|---|---|---|---|"]
    for key, field in ((key, place["properties"][key]) for key in shown):
        value = "" if _is_shape(field) else f"`{_flow(shown[key])}`"
        cells = (f"`{key}`", _type(field), _meaning(field), value)
        rows.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return "\n".join(rows) + "\n"


def _instances(
    shape: Mapping[str, Any], at: Mapping[str, Any], schema: Mapping[str, Any], value: Any
) -> Iterator[dict[str, Any]]:
    """Yield everything in the example that has the shape, in the order of the file."""
    for choice in _choices(at, schema):
        if choice is shape and isinstance(value, dict):
            yield value
        if isinstance(value, dict):
            for key, inner in value.items():
                below = choice.get("properties", {}).get(key) or _any_key(choice)
                if below:
                    yield from _instances(shape, below, schema, inner)
        elif isinstance(value, list) and isinstance(choice.get("items"), dict):
            for inner in value:
                yield from _instances(shape, choice["items"], schema, inner)


def _any_key(place: Mapping[str, Any]) -> Mapping[str, Any] | None:
    for each in (place.get("additionalProperties"), *place.get("patternProperties", {}).values()):
        if isinstance(each, dict):
            return each
    return None


def _choices(place: Mapping[str, Any], schema: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    if "$ref" in place:
        yield from _choices(schema["definitions"][_ref(place)], schema)
    elif "anyOf" in place:
        for choice in place["anyOf"]:
            yield from _choices(choice, schema)
    else:
        yield place


def _ref(place: Mapping[str, Any]) -> str:
    return str(place["$ref"]).rsplit("/", 1)[-1]


def _is_shape(field: Mapping[str, Any]) -> bool:
    return "](#" in _type(field)


def _type(field: Mapping[str, Any]) -> str:
    """Say the type of a field in plain words."""
    if "$ref" in field:
        return _link(_ref(field))
    if "anyOf" in field:
        words = [_type(each) for each in field["anyOf"] if each != {"type": "null"}]
        return " or ".join(dict.fromkeys(words))
    types = field.get("type", [])
    types = {types} if isinstance(types, str) else set(types)
    if "object" in types:
        inner = _any_key(field)
        return f"by {_key(field)}: {_type(inner)}" if inner else "a mapping"
    if "array" in types and "string" in types:
        return f"{_type({**field['items'], 'type': 'string'})} or a list"
    if "array" in types:
        return "a list: " + _type(field["items"]).removeprefix("a ").removeprefix("an ")
    return _scalar(field, types)


def _scalar(field: Mapping[str, Any], types: set[str]) -> str:
    if "enum" in field:
        return _choice(field["enum"])
    if "format" in field:
        return "a web address" if field["format"] == "uri" else "an email address"
    for sign, words in _PATTERNS:
        if sign in field.get("pattern", ""):
            return words
    if "integer" in types:
        return "a whole number"
    return "text" if types else "as declared"


def _choice(words: Sequence[str | None]) -> str:
    quoted = [f"`{word}`" for word in words if word is not None]
    if "`yes`" in quoted:
        return "yes or no"
    if set(words) == RULES:
        return "a code of a rule"
    return " or ".join([", ".join(quoted[:-1]), quoted[-1]] if len(quoted) > 1 else quoted)


def _key(field: Mapping[str, Any]) -> str:
    if "enum" in field.get("propertyNames", {}):
        return "code"
    for pattern in field.get("patternProperties", {}):
        return _scalar({"pattern": pattern}, set()).removeprefix("a ").removeprefix("an ")
    return "text"


def _link(shape: str) -> str:
    if shape == "EntityInLocale":
        return "the same keys as here"
    return f"[{SHAPES[shape]}](#{SHAPES[shape].replace(' ', '-')})"


def _meaning(field: Mapping[str, Any]) -> str:
    default = f" Default: `{field['default']}`." if "default" in field else ""
    return str(field.get("description", "")) + default


def _flow(value: object) -> str:
    """Write a value in one line of YAML."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_flow(key)}: {_flow(each)}" for key, each in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_flow, value)) + "]"
    text = str(value)
    if _PLAIN.fullmatch(text) or text.endswith("."):
        return text
    return f"'{text}'" if '"' in text else f'"{text}"'
