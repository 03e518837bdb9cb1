"""Read the plainest YAML line by line; where a line could mean anything else, leave the file to libyaml."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

_MAX_DEPTH: Final = 20
_MAX_BYTES: Final = 50_000  # so small a file is within every limit of size
# what no line holds: controls, of which some break lines; and beyond Latin-1, where a class of
# characters takes long to compile, the signs below
_CONTROL: Final = r"\x00-\x1f\x7f-\x9f"
_LAST: Final = "\ud7ff"
_BREAKS: Final = ("\u2028", "\u2029")
_KEY: Final = r"[A-Za-z0-9_][A-Za-z0-9_./-]{0,99}"
# text that no sign begins, in which no `: ` makes a key and no ` #` a comment
_SAFE: Final = rf"[^#:{_CONTROL}]*"
_TEXT: Final = rf"[^ !-#%-'*,:-@\[-^`{{-}}{_CONTROL}-](?:{_SAFE}:(?=[^ {_CONTROL}]))*{_SAFE}"
_QUOTED: Final = rf"\"[^\"\\{_CONTROL}]*\"|'[^'{_CONTROL}]*'"
# inside brackets a comma ends a text, and a colon may be a key's
_PART: Final = rf"(?:[^ -/:-@\[-^`{{-}}{_CONTROL}][^!-%*,:<-@\[-^`{{-}}{_CONTROL}]*|(?:{_QUOTED}) *)"
_LIST: Final = rf"\[ *(?:{_PART}(?:, *(?=[^ \]])|(?=\])))*\]"
_MAPPING: Final = rf"\{{ *(?:{_KEY}: +{_PART}(?:, *(?=[^ }}])|(?=\}})))*\}}"
_VALUE: Final = rf"{_TEXT}|(?:{_QUOTED}|{_LIST}|{_MAPPING}) *"
_LINE: Final = re.compile(rf"( *)(?:({_KEY}):|-(?= ))(?: +({_VALUE})| *)(?:(?<= )#[^{_CONTROL}]*)?")
_PARTS: Final = re.compile(_PART)
_PAIRS: Final = re.compile(rf"({_KEY}): +({_PART})")
_NOTHING: Final = re.compile(rf" *(?:#[^{_CONTROL}]*)?")
_NULLS: Final = frozenset({"~", "null"})


class NotPlainError(Exception):
    """A line may mean more than this module reads."""


def read_plain(data: bytes) -> dict[str, Any]:
    """Read keys with values, below one another or in lists, exactly as libyaml would."""
    mapping: dict[str, Any] = {}
    indent = 0
    outer: list[tuple[dict[str, Any], int]] = []
    waiting: str | None = None  # a key that has its value below it, or none
    items: list[Any] | None = None
    items_indent = 0
    for spaces, key, given in _lines(data):
        at = len(spaces)
        if key is None:
            if waiting is not None and at >= indent:
                mapping[waiting] = items = []
                waiting, items_indent = None, at
            if items is None or at != items_indent or given is None:
                raise NotPlainError
            items.append(_value(given))
            continue
        if at > indent and waiting is not None and len(outer) < _MAX_DEPTH:
            outer.append((mapping, indent))
            below: dict[str, Any] = {}
            mapping[waiting] = below
            mapping, indent = below, at
        while at < indent:
            mapping, indent = outer.pop()
        if at != indent or key in mapping:
            raise NotPlainError
        items = None
        waiting = key if given is None else None
        mapping[key] = None if given is None else _value(given)
    return _root(outer[0][0] if outer else mapping)


def _root(mapping: dict[str, Any]) -> dict[str, Any]:
    if not mapping:
        raise NotPlainError
    return mapping


def _lines(data: bytes) -> Iterator[tuple[str, str | None, str | None]]:
    """Give of each line its indent, its key (None: it is an item of a list), and its value."""
    for line in _decoded(data).split("\n"):
        found = _LINE.fullmatch(line)
        if found is not None:
            yield found.groups()  # type: ignore[misc]  # there are three
        elif _NOTHING.fullmatch(line) is None:
            raise NotPlainError


def _decoded(data: bytes) -> str:
    if len(data) > _MAX_BYTES:
        raise NotPlainError
    if data.isascii():
        return data.decode("ascii")
    try:
        text = data.decode()
    except UnicodeDecodeError:
        raise NotPlainError from None
    if max(text) > _LAST or any(each in text for each in _BREAKS):
        raise NotPlainError
    return text


def _value(text: str) -> Any:
    """Return what a value is that stands on the line of its key."""
    text = text.rstrip(" ")
    if text[0] == "[":
        return [_text(part.rstrip(" ")) for part in _PARTS.findall(text[1:-1])]
    if text[0] == "{":
        return _mapping(_PAIRS.findall(text[1:-1]))
    return _text(text)


def _mapping(pairs: list[tuple[str, str]]) -> dict[str, str | None]:
    mapping = {key: _text(part.rstrip(" ")) for key, part in pairs}
    if len(mapping) != len(pairs):
        raise NotPlainError
    return mapping


def _text(text: str) -> str | None:
    if text[0] in "\"'":
        return text[1:-1]
    return None if text in _NULLS else text
