"""Read the ids and addresses of a made page, and those that stand as they are in a theme's templates."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from html import unescape
from typing import Final, NamedTuple

from policypages.diagnostics import Span

_NAMES: Final = ("id", "href", "src")
_BEGINS: Final = re.compile(r"""(?i)[\s"'](?:href|src|id)\s*=\s*["']?""")
_PLAINLY: Final = tuple(f' {name}="' for name in _NAMES)
_SHIPPED: Final = "themes/default/"
_COMMENT: Final = re.compile(r"<!--.*?-->", re.DOTALL)
_TAG: Final = re.compile(r"""<[a-zA-Z](?:[^<>"']|"[^"]*"|'[^']*')*>""")
_ATTRIBUTE: Final = re.compile(
    r"""(?<=[\s"'])(href|src|id)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""", re.IGNORECASE
)
TAG: Final = r"\{\{.*?\}\}"
_LITERAL: Final = re.compile(
    rf"""(?<=[\s"'])(href|src|id)\s*=\s*(?:"((?:[^"{{}}]|{TAG})*)"|'((?:[^'{{}}]|{TAG})*)')""", re.IGNORECASE
)
_TELLING: Final = re.compile(r"\w{2}")
_HIDDEN: Final = re.compile(r"\{#.*?#\}|<!--.*?-->", re.DOTALL)


class Marks(NamedTuple):
    """The ids of a page in their order, and the addresses that it leads to or shows, each once."""

    ids: tuple[str, ...]
    addresses: tuple[str, ...]


class Literal(NamedTuple):
    """An id or an address as a template has it: as it will be on the page, or with tags in it."""

    is_id: bool
    value: str
    span: Span


@dataclass(frozen=True, slots=True)
class ThemeMarks:
    """What a theme's templates give of themselves, and how its pages are to be read."""

    literals: tuple[Literal, ...]
    read: Callable[[bytes], Marks]

    def places(self, value: str, *, is_id: bool) -> list[Span]:
        """Return where an id, or an address, stands in the templates."""
        return [one.span for one in self.literals if one.is_id is is_id and one.value == value]

    def with_tags(self, value: str) -> list[Literal]:
        """Return the words with tags of a template that could have made an address."""
        return [one for one in self.literals if not one.is_id and could_make(one.value, value)]


def read_theme(templates: Mapping[str, tuple[str, str]]) -> ThemeMarks:
    """Read a theme's templates once; a template may have two names."""
    texts = dict(templates.values())
    odd = any(begins not in _PLAINLY for text in texts.values() for begins in _BEGINS.findall(text))
    own_first = sorted(texts.items(), key=lambda item: (is_shipped(item[0]), item[0]))
    literals = tuple(one for file, text in own_first for one in _literals(file, text))
    return ThemeMarks(literals, read_any if odd else read_plain)


def is_shipped(file: str) -> bool:
    """Tell whether a template is of the default theme, which comes with us."""
    return file.startswith(_SHIPPED)


def read_plain(data: bytes) -> Marks:
    """Read a page whose attributes are all written `name="value"`: no text has such a quote, nor a tag."""
    page = _seen(data)
    ids = _values(page, ' id="')
    addresses = _values(page, ' href="')
    if ' src="' in page:
        addresses += _values(page, ' src="')
    return _marks(ids, addresses)


def _seen(data: bytes) -> str:
    """Return a page without its comments."""
    page = data.decode()
    return _COMMENT.sub("", page) if "<!--" in page else page


def _values(page: str, begins: str) -> list[str]:
    return [part[: part.find('"')] for part in page.split(begins)[1:]]


def read_any(data: bytes) -> Marks:
    """Read a page as a browser does, however its attributes are written."""
    found: dict[str, list[str]] = {name: [] for name in _NAMES}
    for tag in _TAG.findall(_seen(data)):
        for name, *values in _ATTRIBUTE.findall(tag):
            found[name.lower()].append("".join(values))
    return _marks(found["id"], [*found["href"], *found["src"]])


def _marks(ids: Iterable[str], addresses: Iterable[str]) -> Marks:
    return Marks(tuple(map(_plain, ids)), tuple(map(_plain, dict.fromkeys(addresses))))


def _plain(value: str) -> str:
    return unescape(value) if "&" in value else value


def could_make(written: str, address: str) -> bool:
    """Tell whether words with tags among them can have become an address; a tag alone could be any."""
    parts = re.split(TAG, written)
    telling = len(parts) > 1 and any(map(_TELLING.search, parts))
    return telling and re.fullmatch(".*".join(map(re.escape, parts)), address) is not None


def _literals(file: str, text: str) -> Iterator[Literal]:
    shown = _HIDDEN.sub(lambda hidden: re.sub(r"[^\n]", " ", hidden[0]), text)
    for found in _LITERAL.finditer(shown):
        number = 2 if found[2] is not None else 3
        start = found.start(number)
        line = shown.count("\n", 0, start)
        column = start - (shown.rfind("\n", 0, start) + 1) + 1
        span = Span(file, line + 1, column, max(1, len(found[number])))
        yield Literal(found[1].lower() == "id", unescape(found[number]).strip(), span)
