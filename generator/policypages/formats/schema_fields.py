"""The types of single facts: how a text becomes a date, a number, a duration, an id, an address."""

import re
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Annotated, Any, Final
from urllib.parse import urlsplit
from zoneinfo import available_timezones

from pydantic import AfterValidator, BeforeValidator, Field, PlainValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

from policypages.diagnostics import CODES, did_you_mean
from policypages.values import ID_MAX_BYTES, ID_PATTERN, Duration, Unit, why_not_id


def refuse(message: str, hint: str | None = None, *, code: str = "invalid-value") -> PydanticCustomError:
    """Make the error that a field raises: `code` is a diagnostic's, `message` is its predicate."""
    # the type of the error must be a literal to mypy, and the code travels in the context
    return PydanticCustomError("policypages", "{message}", {"message": message, "hint": hint, "code": code})


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


def _typed(wants: str, parse: Callable[[str], object]) -> Callable[[object], object]:
    def validate(value: object) -> object:
        if not isinstance(value, str):
            message = f"wants {wants}, not {shown(value)}"
            raise refuse(message)
        return parse(value)

    return validate


_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_NUMBER: Final = re.compile(r"-?(?:0|[1-9][0-9]{0,17})(\.[0-9]{1,18})?")
_DURATION: Final = re.compile(r"([1-9][0-9]{0,3}) (day|week|month|year)s?")
_LOCALE: Final = re.compile(r"[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|[0-9]{3}))?")
_NAME: Final = re.compile(r"[a-z][a-z0-9_]*")
_EMAIL: Final = re.compile(r"[^\s@<>\"(),:;\\\[\]?&#%]+@[\w-]+(\.[\w-]+)+")
_SHOWS: Final = re.compile(r"contacts\.[a-z][a-z0-9_]*|cookies|retention")
_UNSEEN: Final = re.compile(r"[\s\x00-\x1f\x7f-\x9f<>\"`\\{}|^]")
_UNITS: Final[dict[str, Unit]] = {"day": "day", "week": "week", "month": "month", "year": "year"}
_FLAGS: Final = {"true": True, "yes": True, "false": False, "no": False}


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


def _number(text: str) -> int | Decimal:
    number = parse_number(text)
    if number is None:
        message = f"wants a number, not {shown(text)}"
        raise refuse(message, "write digits only, such as `12` or `1.50`")
    return number


def _flag(text: str) -> bool:
    flag = _FLAGS.get(text.casefold())
    if flag is None:
        message = f"wants `true` or `false`, not {shown(text)}"
        raise refuse(message)
    return flag


def _duration(text: str) -> Duration:
    match = _DURATION.fullmatch(text)
    if not match:
        message = f"wants a duration, not {shown(text)}"
        raise refuse(message, "write a count and days, weeks, months or years: `7 years`")
    return Duration(int(match[1]), _UNITS[match[2]])


def _url(text: str) -> str:
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
    return frozenset(available_timezones()) | {"UTC"}


def _timezone(text: str) -> str:
    if text not in _timezones():
        message = f"wants a time zone, not {shown(text)}"
        raise refuse(message, did_you_mean(text, _timezones()) or "such as `UTC` or `Europe/Berlin`")
    return text


def _code(text: str) -> str:
    if text not in CODES:
        message = f"wants the code of a diagnostic, not {shown(text)}"
        raise refuse(message, did_you_mean(text, CODES))
    return text


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


def _lift(value: object) -> object:
    return [value] if isinstance(value, str) else value


# What an editor may take for a plain scalar that the reader takes for text: `97702`, `1.10`, `true`.
_TEXT: Final[dict[str, Any]] = {"type": ["string", "number", "boolean"]}
_ID: Final[dict[str, Any]] = {"type": ["string", "number"], "pattern": ID_PATTERN, "maxLength": ID_MAX_BYTES}

Text = Annotated[str, WithJsonSchema(_TEXT)]
TextList = Annotated[list[Text], Field()]
TextOrList = Annotated[
    list[Text],
    BeforeValidator(_lift),
    WithJsonSchema({"type": ["string", "number", "boolean", "array"], "items": _TEXT}),
]
Date = Annotated[
    date,
    PlainValidator(_typed("a date", _date)),
    WithJsonSchema(
        {"type": "string", "pattern": r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$", "examples": ["2026-01-02"]}
    ),
]
Number = Annotated[
    int | Decimal, PlainValidator(_typed("a number", _number)), WithJsonSchema({"type": "number"})
]
Flag = Annotated[
    bool,
    PlainValidator(_typed("`true` or `false`", _flag)),
    WithJsonSchema({"enum": [True, False, "yes", "no"]}),
]
DurationField = Annotated[
    Duration,
    PlainValidator(_typed("a duration", _duration)),
    WithJsonSchema(
        {
            "type": "string",
            "pattern": r"^[1-9][0-9]{0,3} (day|week|month|year)s?$",
            "examples": ["7 years", "90 days"],
        }
    ),
]
Url = Annotated[
    str, AfterValidator(_url), WithJsonSchema({"type": "string", "format": "uri", "pattern": "^https?://"})
]
Email = Annotated[str, AfterValidator(_email), WithJsonSchema({"type": "string", "format": "email"})]
Id = Annotated[str, AfterValidator(_id), WithJsonSchema(_ID)]
Ids = Annotated[
    list[Id],
    BeforeValidator(_lift),
    WithJsonSchema({"type": ["string", "number", "array"], "items": _ID}),
]
Name = Annotated[
    str, AfterValidator(_name), WithJsonSchema({"type": "string", "pattern": f"^{_NAME.pattern}$"})
]
Locale = Annotated[
    str, AfterValidator(_locale), WithJsonSchema({"type": "string", "pattern": f"^{_LOCALE.pattern}$"})
]
TimeZone = Annotated[
    str, AfterValidator(_timezone), WithJsonSchema({"type": "string", "examples": ["UTC", "Europe/Berlin"]})
]
Code = Annotated[str, AfterValidator(_code), WithJsonSchema({"type": "string", "enum": sorted(CODES)})]
Shows = Annotated[
    str, AfterValidator(_shows), WithJsonSchema({"type": "string", "pattern": f"^({_SHOWS.pattern})$"})
]
Version = Annotated[int, PlainValidator(_typed("`1`", _version)), WithJsonSchema({"const": 1})]
OptionValue = Annotated[
    object,
    PlainValidator(_option),
    WithJsonSchema({"type": ["string", "number", "boolean", "array"], "items": _TEXT}),
]

EXTRA_TYPES: Final[Mapping[str, Any]] = {
    "text": Text,
    "number": Number,
    "date": Date,
    "yes or no": Flag,
    "list of text": TextList,
    "url": Url,
    "email": Email,
}
"""The type words that `names.extra` may use, and what each reads."""
