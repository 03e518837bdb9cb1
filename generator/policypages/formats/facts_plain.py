"""Read the plainest YAML line by line; where a line could mean anything else, leave the file to libyaml."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any, Final

_MAX_DEPTH: Final = 20
_MAX_BYTES: Final = 50_000  # so small a file is within every limit of size
# what no line holds: controls, of which some break lines; and beyond Latin-1, where a class of
# characters takes long to compile, the signs below
_CONTROL: Final = r"\x00-\x1f\x7f-\x9f"
_LAST: Final = "\ud7ff"
_BREAKS: Final = ("\u2028", "\u2029")
_KEY: Final = r"[A-Za-z0-9_][A-Za-z0-9_./-]{0,99}"
# text that no sign begins, in which no `: ` makes a key and no ` #` a comment; to go back over what
# was taken (`*+` does not) would take time and change nothing
_SAFE: Final = rf"[^#:{_CONTROL}]*+"
_TEXT: Final = rf"[^ !-#%-'*,:-@\[-^`{{-}}{_CONTROL}-](?:{_SAFE}:(?=[^ {_CONTROL}]))*{_SAFE}"
_QUOTED: Final = rf"\"[^\"\\{_CONTROL}]*\"|'[^'{_CONTROL}]*'"
# inside brackets a comma ends a text, and a colon may be a key's
_PART: Final = rf"(?:[^ -/:-@\[-^`{{-}}{_CONTROL}][^!-%*,:<-@\[-^`{{-}}{_CONTROL}]*|(?:{_QUOTED}) *)"
_LIST: Final = rf"\[ *(?:{_PART}(?:, *(?=[^ \]])|(?=\])))*\]"
_MAPPING: Final = rf"\{{ *(?:{_KEY}: +{_PART}(?:, *(?=[^ }}])|(?=\}})))*\}}"
_VALUE: Final = rf"{_TEXT}|(?:{_QUOTED}|{_LIST}|{_MAPPING}) *"
_LINE: Final = re.compile(rf"( *)(?:({_KEY}):|-(?= ))(?: +({_VALUE})| *)(?:(?<= )#[^{_CONTROL}]*)?")
_HEAD: Final = re.compile(rf"( *)({_KEY})")
_PARTS: Final = re.compile(_PART)
_PAIRS: Final = re.compile(rf"({_KEY}): +({_PART})")
_NOTHING: Final = re.compile(rf" *(?:#[^{_CONTROL}]*)?")
# where a key begins at the margin; a comment there, an item or nothing goes with what is above it
_BLOCKS: Final = re.compile(r"\n(?=[^ \n#-])")
_SHORT: Final = 120
_BELOW: Final = object()  # a key that has its value on the lines below it, or none
_SIGNS: Final = frozenset("[{\"'")
_NULLS: Final = frozenset({"~", "null"})


class NotPlainError(Exception):
    """A line may mean more than this module reads."""


def read_plain(data: bytes) -> dict[str, Any]:
    """Read keys with values, below one another or in lists, exactly as libyaml would.

    A value may be one object in the facts of many files: nobody changes it.
    """
    mapping: dict[str, Any] = {}
    for block in _BLOCKS.split(_decoded(data)):
        if "\n" in block:
            for key, value in _read_block(block).items():
                if key in mapping:
                    raise NotPlainError
                mapping[key] = value
            continue
        read = _read_line(block) if len(block) > _SHORT else _read_short(block)
        if read is not None:
            at, name, value = read
            if at or name is None or name in mapping:
                raise NotPlainError
            mapping[name] = None if value is _BELOW else value
    if not mapping:
        raise NotPlainError
    return mapping


def _lines_of(block: str) -> dict[str, Any]:
    """Read lines of which the first alone begins a key at the margin; empty where they say nothing."""
    mapping: dict[str, Any] = {}
    indent = 0
    outer: list[tuple[dict[str, Any], int]] = []
    waiting: str | None = None  # a key that has its value below it, or none
    items: list[Any] | None = None
    items_indent = 0
    for line in block.split("\n"):
        read = _read_line(line) if len(line) > _SHORT else _read_short(line)
        if read is None:
            continue
        at, key, value = read
        if key is None:
            if waiting is not None and at >= indent:
                mapping[waiting] = items = []
                waiting, items_indent = None, at
            if items is None or at != items_indent or value is _BELOW:
                raise NotPlainError
            items.append(value)
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
        if value is _BELOW:
            waiting, mapping[key] = key, None
        else:
            waiting, mapping[key] = None, value
    return outer[0][0] if outer else mapping


# what stands below a key at the margin is the same in many entities of a house: cookies, dates, words
_read_block = lru_cache(1 << 10)(_lines_of)


def _read_line(line: str) -> tuple[int, str | None, Any] | None:
    """Read indent, key (None: an item of a list) and value of a line; None where it says nothing.

    The usual line is a key with a text, or with a list of texts: these take no search of the line.
    """
    head, _, text = line.partition(": ")
    known = _head(head) if text else None
    if known is not None:
        if (
            text[0].isalnum()
            and "#" not in text
            and ": " not in text
            and text[-1] not in " :"
            and text.isprintable()
        ):
            return known[0], known[1], None if text == "null" else text
        if text[0] == "[" and text[-1] == "]":
            try:
                return known[0], known[1], list(map(_part, text[1:-1].split(", ")))
            except NotPlainError:
                pass
    return _any_line(line)


@lru_cache(1 << 10)
def _head(head: str) -> tuple[int, str] | None:
    """Read indent and key, where there is nothing else before a colon."""
    found = _HEAD.fullmatch(head)
    return None if found is None else (len(found[1]), found[2])


@lru_cache(1 << 10)
def _part(part: str) -> str | None:
    """Read an item of a list in brackets; one that holds a comma is no item here."""
    if _PARTS.fullmatch(part) is None:
        raise NotPlainError
    return _text(part.rstrip(" "))


def _any_line(line: str) -> tuple[int, str | None, Any] | None:
    found = _LINE.fullmatch(line)
    if found is None:
        if _NOTHING.fullmatch(line) is None:
            raise NotPlainError
        return None
    spaces, key, given = found.groups()
    if given is None:
        return len(spaces), key, _BELOW
    if given[0] in _SIGNS:
        return len(spaces), key, _value(given)
    text = given.rstrip(" ")
    return len(spaces), key, None if text in _NULLS else text


# most lines of a site's entities stand in many of them: keys, yes and no, the same cookies
_read_short = lru_cache(1 << 12)(_read_line)


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
