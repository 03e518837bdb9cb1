"""The filters of the clause language, and those that guard what a tag prints, loops over or links to."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Mapping, MutableSequence, Sequence
from decimal import Decimal
from typing import Any, Final

from jinja2 import Undefined, pass_context
from jinja2.runtime import Context
from markupsafe import Markup

from policypages.formats import language
from policypages.formats.clauses import encode_url, inline_markdown
from policypages.formats.templates.markup import escaped
from policypages.model import Finding, Target
from policypages.values import Worded

FOUND: Final = "_found"
LOCALE: Final = "_locale"
SCHEMES: Final = ("http", "https", "mailto", "tel")
_SCHEME: Final = re.compile(r"([a-zA-Z][a-zA-Z0-9+.\-]*):")
_EMPTY: Final = re.compile(r"<(p|blockquote)>\s*</\1>\s*")
_BAD_IN_URL: Final = re.compile(r"[\x00-\x1f\x7f\\]")


class Reference:
    """What `ref` and `link` give: a link in text, an address in a link target."""

    __slots__ = ("address", "number", "title")

    def __init__(self, target: Target) -> None:
        self.address = target.address
        self.title = target.title
        self.number = target.number

    def __html__(self) -> str:
        """Write the link."""
        return f'<a href="{escaped(self.address)}">{escaped(self.title)}</a>'

    def __str__(self) -> str:
        """Write the title: that is what a filter for lists makes text of."""
        return self.title


class Address(str):
    """The address of a Reference: it may use the scheme by which an article names another policy."""

    __slots__ = ()


class Missing:
    """What `ref` and `link` give where the page or the entity has no such target."""

    __slots__ = ("number", "title", "why")

    def __init__(self, why: str) -> None:
        self.why = why
        self.title = self
        self.number = self

    def __str__(self) -> str:
        """Refuse: what is not there has no text."""
        raise TypeError(self.why)


def _is_empty(value: object) -> bool:
    return value is None or isinstance(value, Undefined) or value in ("", [], {}, ())


def _note(context: Context, tag: int, code: str, message: str) -> None:
    found: MutableSequence[Finding] = context[FOUND]
    found.append(Finding(tag, code, message))


@pass_context
def show(context: Context, value: Any, tag: int) -> Any:
    """Print text, a number or safe markup; note anything else as a problem of this page."""
    if isinstance(value, str):
        if value:
            return value if type(value) in {str, Markup} else str(value)
        _note(context, tag, "missing-fact", "")
    elif isinstance(value, Reference):
        return Markup(value.__html__())  # noqa: S704 - made of escaped text just above
    elif isinstance(value, Missing):
        _note(context, tag, "unknown-reference", value.why)
    elif isinstance(value, bool):
        _note(context, tag, "unprintable-value", "a yes or no is printed")
    elif isinstance(value, int | float | Decimal):
        return str(value)
    elif isinstance(value, Worded):
        return value.words
    elif isinstance(value, datetime.date):
        _note(context, tag, "unprintable-value", "a date is printed without `| date`")
    elif _is_empty(value):
        _note(context, tag, "missing-fact", "")
    else:
        _note(context, tag, "unprintable-value", "a list or a group of facts is printed")
    return ""


@pass_context
def show_plain(context: Context, value: Any, tag: int) -> str:
    """Print as `show` does, without markup: a reference by its title, for attributes, links and code."""
    if isinstance(value, Reference):
        return value.title
    shown = show(context, value, tag)
    return shown.striptags() if isinstance(shown, Markup) else str(shown)


@pass_context
def each(context: Context, value: Any, tag: int) -> Sequence[Any]:
    """Give what a `for` runs over: the entries of a mapping, or the items of a list."""
    if _is_empty(value):
        _note(context, tag, "missing-fact", "")
        return ()
    if isinstance(value, Mapping):
        entries = [entry for entry in value.values() if entry is not None]
        if not entries:
            _note(context, tag, "missing-fact", "")
        return entries
    if isinstance(value, list | tuple):
        return value
    _note(context, tag, "unprintable-value", "a `for` runs over something that is no list")
    return ()


@pass_context
def part(context: Context, value: Any, tag: int) -> str:
    """Give the text of a value that stands within a link target."""
    if isinstance(value, Reference):
        return Address(value.address)
    shown = show(context, value, tag)
    return str(shown) if not isinstance(shown, Markup) else str(shown.striptags())


@pass_context
def url(context: Context, parts: Sequence[str], tag: int) -> str:
    """Join a link target, check that it leads nowhere but to the web, mail or telephone, and encode it."""
    address = "".join(parts).strip()
    if not address:
        return ""
    why = None if isinstance(parts[0], Address) else why_not_url(address)
    if why:
        _note(context, tag, "unsafe-url", why)
        return ""
    return encode_url(address)


def why_not_url(address: str) -> str | None:
    """Return in plain words why an address may not stand in a link, or None if it may."""
    scheme = _SCHEME.match(address)
    if scheme and scheme.group(1).lower() not in SCHEMES:
        return f"`{address[:60]}` leads to `{scheme.group(1)}:`, and links lead to http, https, mailto or tel"
    if address.startswith("//"):
        return f"`{address[:60]}` begins with two slashes: write `https:` before them"
    if _BAD_IN_URL.search(address):
        return f"`{address[:60]}` holds a character that an address cannot have"
    if not scheme and ":" in address.split("/", 1)[0].split("?", 1)[0].split("#", 1)[0]:
        return f"`{address[:60]}` is not an address"
    return None


def keep_filled(html: str) -> str:
    """Drop a list or table body without a row."""
    return html if "<li" in html or "<tr" in html else ""


def keep_written(html: str) -> str:
    """Drop a paragraph or a quote without text."""
    return "" if _EMPTY.fullmatch(html) else html


# ---- filters that clauses may use; each leaves a missing value missing


@pass_context
def date(context: Context, value: Any) -> Any:
    """Write a date in full."""
    return language.date_words(value, context[LOCALE]) if isinstance(value, datetime.date) else value


@pass_context
def series(context: Context, value: Any, joiner: str = "and") -> Any:
    """Write a list in a sentence."""
    if _is_empty(value):
        return None
    return language.series(_texts(value), joiner, context[LOCALE])


@pass_context
def words(context: Context, value: Any) -> Any:
    """Write a number, or a duration, in words: `seven`, `seven years`."""
    if isinstance(value, Worded) and "count" in value:
        return f"{language.number_words(value['count'], context[LOCALE])} {value['unit']}"
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        return value
    return language.number_words(value, context[LOCALE])


@pass_context
def spelled(context: Context, value: Any) -> Any:
    """Write a number, or a duration, in words and digits: `seven (7)`, `seven (7) years`."""
    if isinstance(value, Worded) and "count" in value:
        return f"{language.number_words(value['count'], context[LOCALE])} ({value['count']}) {value['unit']}"
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        return value
    return f"{language.number_words(value, context[LOCALE])} ({value})"


def lines(value: Any) -> Any:
    """Write the items of a list on lines of their own."""
    return None if _is_empty(value) else Markup("<br>\n").join(_texts(value))


def upfirst(value: Any) -> Any:
    """Write text with a capital first letter."""
    return value[:1].upper() + value[1:] if isinstance(value, str) else value


def markdown(value: Any) -> Any:
    """Read a fact as inline Markdown."""
    return Markup(inline_markdown(value)) if isinstance(value, str) and value else value  # noqa: S704 - js-default escapes


def length(value: Any) -> int:
    """Count the items of a list, the entries of a mapping, or the characters of a text."""
    if isinstance(value, Mapping):
        return sum(entry is not None for entry in value.values())
    return 0 if value is None or isinstance(value, Undefined) else len(value)


def join(value: Any, between: str = "") -> Any:
    """Join the items of a list."""
    return None if _is_empty(value) else between.join(_texts(value))


def first(value: Any) -> Any:
    """Give the first item of a list."""
    return None if _is_empty(value) else _items(value)[0]


def last(value: Any) -> Any:
    """Give the last item of a list."""
    return None if _is_empty(value) else _items(value)[-1]


def lower(value: Any) -> Any:
    """Write text in small letters."""
    return value.lower() if isinstance(value, str) else value


def upper(value: Any) -> Any:
    """Write text in capital letters."""
    return value.upper() if isinstance(value, str) else value


def _items(value: Any) -> Sequence[Any]:
    if isinstance(value, Mapping):
        return [entry for entry in value.values() if entry is not None] or [None]
    return value if isinstance(value, list | tuple | str) else [value]


def _texts(value: Any) -> list[str]:
    return [str(item) for item in ([value] if isinstance(value, str) else _items(value))]


FILTERS: Final[Mapping[str, Callable[..., Any]]] = {
    "date": date,
    "first": first,
    "join": join,
    "last": last,
    "length": length,
    "lines": lines,
    "lower": lower,
    "markdown": markdown,
    "series": series,
    "spelled": spelled,
    "upfirst": upfirst,
    "upper": upper,
    "words": words,
}
GUARDS: Final[Mapping[str, Callable[..., Any]]] = {
    "_show": show,
    "_each": each,
    "_part": part,
    "_url": url,
    "_filled": keep_filled,
    "_plain": show_plain,
    "_written": keep_written,
}
