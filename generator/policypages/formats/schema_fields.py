"""The types of single facts: how a text becomes a date, a number, a duration, an id, an address."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache, lru_cache
from typing import Any, Final

from policypages.diagnostics import CODES, RULES, did_you_mean
from policypages.paths import PathProblem, output_path
from policypages.values import ID_MAX_BYTES, ID_PATTERN, Duration, Unit, why_not_id


class RefusalError(Exception):
    """A value is not what its place wants: `code` is a diagnostic's, `message` is its predicate."""

    def __init__(self, message: str, hint: str | None, code: str) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.code = code


@dataclass(frozen=True, slots=True, eq=False)
class Scalar:
    """One text of a file: what becomes of it (text, if `parse` is None), and what editors are told.

    `wants` is what is said to be wanted where something else stands than text.
    """

    parse: Callable[[str], object] | None
    json: Mapping[str, Any]
    wants: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Value:
    """A value of any form."""

    parse: Callable[[object], object]
    json: Mapping[str, Any]


@dataclass(frozen=True, slots=True, eq=False)
class Choice:
    """One of a few words."""

    words: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class ListOf:
    """A list; with `json`, which tells editors so, a text alone stands for a list of one."""

    item: Form
    json: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True, eq=False)
class MapOf:
    """A mapping whose keys the file chooses; its values may be null where `null` says so."""

    key: Scalar
    value: Form
    null: bool = True


@dataclass(frozen=True, slots=True, eq=False)
class Fact:
    """What stands under one key of a shape: null is welcome everywhere but where the key is required."""

    form: Form
    about: str
    examples: tuple[Any, ...] = ()
    default: str | None = None
    required: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Shape:
    """A mapping with these keys and no others; a text alone may stand for its one key `short`."""

    name: str
    about: str | None
    facts: Mapping[str, Fact]
    short: str | None = None


class Anything:
    """Whatever the file holds, as it is."""


class Itself:
    """The shape in which this stands: sections hold sections."""


Form = Scalar | Value | Choice | ListOf | MapOf | Shape | Anything | Itself


def refuse(message: str, hint: str | None = None, *, code: str = "invalid-value") -> RefusalError:
    """Make the error that a field raises."""
    return RefusalError(message, hint, code)


def shown(value: object) -> str:
    """Name a value in a message: text in backticks, anything else by its kind."""
    if value is None:
        return "nothing"
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list):
        return "a list"
    text = str(value)
    return f"`{text if len(text) <= 60 else text[:57] + '...'}`" if text else "empty text"  # noqa: PLR2004 - a line


_KEPT: Final = 1024  # sites share their days and durations
_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_NUMBER: Final = re.compile(r"-?(?:0|[1-9][0-9]{0,17})(\.[0-9]{1,18})?")
_COUNT: Final = re.compile(r"[1-9][0-9]{0,5}")
_DAYS: Final = re.compile(r"0|[1-9][0-9]{0,3}")
_DURATION: Final = re.compile(r"([1-9][0-9]{0,3}) (day|week|month|year)s?")
_LOCALE: Final = re.compile(r"[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|[0-9]{3}))?")
_NAME: Final = re.compile(r"[a-z][a-z0-9_]*")
_EMAIL: Final = re.compile(r"[^\s@<>\"(),:;\\\[\]?&#%]+@[\w-]+(\.[\w-]+)+")
_SHOWS: Final = re.compile(r"contacts\.[a-z][a-z0-9_]*|cookies|retention")
_ANCHOR: Final = re.compile(r"[A-Za-z0-9_-]+")
_PLAIN_URL: Final = re.compile(r"https?://[a-z0-9.-]*[a-z0-9](/[A-Za-z0-9/._~-]*)?")
_UNSEEN: Final = re.compile(r"[\s\x00-\x1f\x7f-\x9f<>\"`\\{}|^]")
_UNITS: Final[dict[str, Unit]] = {"day": "day", "week": "week", "month": "month", "year": "year"}
_FLAGS: Final = {"true": True, "yes": True, "false": False, "no": False}


@lru_cache(maxsize=_KEPT)
def _date(text: str) -> date:
    if not _DATE.fullmatch(text):
        message = f"wants a date, not {shown(text)}"
        raise refuse(message, "write year-month-day with all zeros: `2026-01-02`")
    try:
        return date.fromisoformat(text)
    except ValueError:
        message = f"wants a date, and the calendar has no {shown(text)}"
        raise refuse(message) from None


def parse_number(text: str) -> int | Decimal | None:
    """Read a number that is printed exactly as it was typed; None where `text` is no such number."""
    match = _NUMBER.fullmatch(text)
    if not match or text == "-0":
        return None
    return Decimal(text) if match[1] else int(text)


@lru_cache(maxsize=_KEPT)
def _number(text: str) -> int | Decimal:
    number = parse_number(text)
    if number is None:
        message = f"wants a number, not {shown(text)}"
        raise refuse(message, "write digits only, such as `12` or `1.50`")
    return number


def _days(text: str) -> int:
    if not _DAYS.fullmatch(text):
        message = f"wants a number of days, not {shown(text)}"
        raise refuse(message, "write a whole number from 0 to 9999")
    return int(text)


def _count(text: str) -> int:
    if not _COUNT.fullmatch(text):
        message = f"wants a number of files, not {shown(text)}"
        raise refuse(message, "write a whole number from 1 to 999999")
    return int(text)


def _flag(text: str) -> bool:
    flag = _FLAGS.get(text)
    if flag is None:
        flag = _FLAGS.get(text.casefold())
    if flag is None:
        message = f"wants `true` or `false`, not {shown(text)}"
        raise refuse(message)
    return flag


@lru_cache(maxsize=_KEPT)
def _duration(text: str) -> Duration:
    match = _DURATION.fullmatch(text)
    if not match:
        message = f"wants a duration, not {shown(text)}"
        raise refuse(message, "write a count and days, weeks, months or years: `7 years`")
    return Duration(int(match[1]), _UNITS[match[2]])


def _url(text: str) -> str:
    if _PLAIN_URL.fullmatch(text):
        return text
    from urllib.parse import urlsplit  # noqa: PLC0415 - most addresses are plain, and do without

    try:
        parts = urlsplit(text)
        usable = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
        signed_in = "@" in parts.netloc
    except ValueError:  # a port that is no number, a `[` without its `]`
        usable, signed_in = False, False
    if not usable or _UNSEEN.search(text):
        message = f"wants a web address, not {shown(text)}"
        raise refuse(message, "write it whole: `https://www.example.org/`")
    if signed_in:
        message = "wants a web address without a user name or password"
        raise refuse(message)
    return text


def _own_address(text: str) -> str:
    """Check an address of the output: `acme/privacy/`, or that of a file, `acme/privacy.html`."""
    way = text.removesuffix("/")
    last = way.rpartition("/")[2]
    if "://" in text or text.startswith("/") or not way:
        message = f"wants an address of this output, not {shown(text)}"
        raise refuse(message, "write the folder of the site, then the path: `acme/privacy-notice/`")
    made = output_path(way)
    if isinstance(made, PathProblem):
        message = f"wants an address of this output, and {shown(text)} {made.reason}"
        raise refuse(message)
    site = way.partition("/")[0]
    why = why_not_id(site)
    if why:
        message = f"wants an address of this output, and `{site}` is no id of an entity: {why}"
        raise refuse(message)
    if way == text and ("." not in last or way == last):
        message = f"wants the address of a folder or of a file, not {shown(text)}"
        raise refuse(message, f"a page is a folder: write `{text}/`")
    return text


def _new_address(text: str) -> str:
    """Check where a redirect leads: an address of the output, perhaps with an anchor, or one on the web."""
    if text.startswith(("https://", "http://")):
        return _url(text)
    way, sign, anchor = text.partition("#")
    if sign and not _ANCHOR.fullmatch(anchor):
        message = f"wants an anchor behind `#`, not {shown(anchor)}"
        raise refuse(message)
    _own_address(way)
    return text


def _email(text: str) -> str:
    if not _EMAIL.fullmatch(text):
        message = f"wants an email address, not {shown(text)}"
        raise refuse(message, "write it without a name: `privacy@example.org`")
    return text


def _id(text: str) -> str:
    why = why_not_id(text)
    if why:
        message = f"wants an id, not {shown(text)}: {why}"
        raise refuse(message, code="invalid-id")
    return text


def _name(text: str) -> str:
    if not _NAME.fullmatch(text):
        message = f"wants a name, not {shown(text)}"
        raise refuse(message, "a name is made of `a-z`, `0-9` and `_`, and starts with a letter")
    return text


def _locale(text: str) -> str:
    if not _LOCALE.fullmatch(text):
        message = f"wants a locale, not {shown(text)}"
        raise refuse(message, "write a language and perhaps a region: `en`, `de`, `fr-CA`")
    return text


@cache
def _timezones() -> frozenset[str]:
    from zoneinfo import available_timezones  # noqa: PLC0415 - it walks the folders of the time zones

    return frozenset(available_timezones()) | {"UTC"}


def _timezone(text: str) -> str:
    if text != "UTC" and text not in _timezones():
        message = f"wants a time zone, not {shown(text)}"
        raise refuse(message, did_you_mean(text, _timezones()) or "such as `UTC` or `Europe/Berlin`")
    return text


def _rule(text: str) -> str:
    if text in RULES:
        return text
    if text in CODES:
        message = f"wants a rule of `policypages check`, not {shown(text)}"
        raise refuse(message, "no build survives it, so that it can be neither allowed nor left out")
    message = f"wants the code of a rule, not {shown(text)}"
    raise refuse(message, did_you_mean(text, RULES))


def _shows(text: str) -> str:
    if not _SHOWS.fullmatch(text):
        message = f"wants a block to show, not {shown(text)}"
        raise refuse(message, "write `contacts.` and a contact's name, `cookies` or `retention`")
    return text


def _version(text: str) -> int:
    if text != "1":
        message = f"wants `1`, the one version that is read here, not {shown(text)}"
        raise refuse(message)
    return 1


def _option(value: object) -> object:
    """Type a value of an option: `true` and `false`, exact numbers, lists of text, else text."""
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return value
    if not isinstance(value, str):
        message = f"wants text, a number, `true` or `false`, or a list of text, not {shown(value)}"
        raise refuse(message)
    if value in ("true", "false"):
        return value == "true"
    number = parse_number(value)
    return value if number is None else number


# What an editor may take for a plain scalar that the reader takes for text: `97702`, `1.10`, `true`.
_TEXT: Final[dict[str, Any]] = {"type": ["string", "number", "boolean"]}
_ID: Final[dict[str, Any]] = {"type": ["string", "number"], "pattern": ID_PATTERN, "maxLength": ID_MAX_BYTES}

TEXT: Final = Scalar(None, _TEXT)
TEXTS: Final = ListOf(TEXT)
TEXT_OR_TEXTS: Final = ListOf(TEXT, {"type": ["string", "number", "boolean", "array"], "items": _TEXT})
DATE: Final = Scalar(
    _date,
    {"type": "string", "pattern": r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$", "examples": ["2026-01-02"]},
    wants="a date",
)
NUMBER: Final = Scalar(_number, {"type": "number"}, wants="a number")
DAYS: Final = Scalar(_days, {"type": "integer", "minimum": 0, "maximum": 9999}, wants="a number of days")
COUNT: Final = Scalar(
    _count, {"type": "integer", "minimum": 1, "maximum": 999_999}, wants="a number of files"
)
FLAG: Final = Scalar(_flag, {"enum": [True, False, "yes", "no"]}, wants="`true` or `false`")
DURATION: Final = Scalar(
    _duration,
    {
        "type": "string",
        "pattern": r"^[1-9][0-9]{0,3} (day|week|month|year)s?$",
        "examples": ["7 years", "90 days"],
    },
    wants="a duration",
)
URL: Final = Scalar(_url, {"type": "string", "format": "uri", "pattern": "^https?://"})
OWN_ADDRESS: Final = Scalar(_own_address, {"type": "string", "examples": ["acme/privacy-notice/"]})
NEW_ADDRESS: Final = Scalar(
    _new_address, {"type": "string", "examples": ["acme/privacy/", "https://www.acme.example/imprint/"]}
)
EMAIL: Final = Scalar(_email, {"type": "string", "format": "email"})
ID: Final = Scalar(_id, _ID)
IDS: Final = ListOf(ID, {"type": ["string", "number", "array"], "items": _ID})
NAME: Final = Scalar(_name, {"type": "string", "pattern": f"^{_NAME.pattern}$"})
LOCALE: Final = Scalar(_locale, {"type": "string", "pattern": f"^{_LOCALE.pattern}$"})
TIME_ZONE: Final = Scalar(_timezone, {"type": "string", "examples": ["UTC", "Europe/Berlin"]})
RULE: Final = Scalar(_rule, {"type": "string", "enum": sorted(RULES)})
SHOWS: Final = Scalar(_shows, {"type": "string", "pattern": f"^({_SHOWS.pattern})$"})
VERSION: Final = Scalar(_version, {"const": 1}, wants="`1`")
OPTION: Final = Value(_option, {"type": ["string", "number", "boolean", "array"], "items": _TEXT})

EXTRA_TYPES: Final[Mapping[str, Form]] = {
    "text": TEXT,
    "number": NUMBER,
    "date": DATE,
    "yes or no": FLAG,
    "list of text": TEXTS,
    "url": URL,
    "email": EMAIL,
}
"""The type words that `names.extra` may use, and what each reads."""
