"""What generated code calls for values that it has no short way with; it steps aside by an exception."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, Final, cast

from jinja2 import Environment, Undefined
from jinja2.runtime import Context
from markupsafe import Markup, escape

from policypages.formats.clauses import encode_url
from policypages.formats.templates.filters import (
    Address,
    Reference,
    each,
    part,
    show,
    show_plain,
    why_not_url,
)
from policypages.formats.templates.markup import escaped

# a filter that would note a finding looks for the list of findings here, and there is none
_NO_FINDINGS: Final = cast("Context", {})
_OF_REFERENCE: Final = frozenset({"address", "number", "title"})


class Aside(Exception):  # noqa: N818 - it is no error: stock Jinja runs instead
    """Generated code meets what it was not made for."""


def text_of(value: Any) -> str:
    """Give what printing a value of any type but `str` gives."""
    kind = type(value)
    if kind is Markup:
        return str.__str__(value)  # Markup's own way to plain text is slow
    return str(value) if kind is int or value is None else str(escape(value))


def listed(value: Any) -> Sequence[Any]:
    """Give something whose items can be counted."""
    return value if type(value) in {list, tuple} else list(value)


# ---- looking up, where it is not a key of a plain dict


def fact(value: Any, name: str) -> Any:
    """Look a name up as `ClauseEnvironment.getattr` does."""
    if value is None:
        return None
    if isinstance(value, Mapping):
        return value.get(name)
    if isinstance(value, Reference) and name in _OF_REFERENCE:
        return getattr(value, name)
    raise Aside


def attribute(environment: Environment, value: Any, name: str) -> Any:
    """Look an attribute up as the sandbox does."""
    return _known(environment.getattr(value, name))


def item(environment: Environment, value: Any, key: Any) -> Any:
    """Look an item up as the sandbox does."""
    if type(value) in {list, tuple} and type(key) is int:
        return value[key]
    return _known(environment.getitem(value, key))


def _known(found: Any) -> Any:
    if isinstance(found, Undefined):
        raise Aside
    return found


# ---- the guards of the clause language


def shown(value: Any) -> str:
    """Do as `_show` does for anything but plain text."""
    kind = type(value)
    if kind is Reference:
        return cast("str", value.__html__())
    if kind is int:
        return str(value)
    return str(escape(show(_NO_FINDINGS, value, 0)))


def shown_plain(value: Any) -> str:
    """Do as `_plain` does for anything but plain text."""
    return str(escape(show_plain(_NO_FINDINGS, value, 0)))


def entries(value: Any) -> Sequence[Any]:
    """Do as `_each` does."""
    return each(_NO_FINDINGS, value, 0)


def part_of(value: Any) -> str:
    """Do as `_part` does for anything but plain text."""
    return part(_NO_FINDINGS, value, 0)


def linked(parts: Sequence[str]) -> str:
    """Do as `_url` does, and escape."""
    address = "".join(parts).strip()
    if address and isinstance(parts[0], Address):
        return escaped(encode_url(address))
    return _checked(address)


@lru_cache(maxsize=256)
def _checked(address: str) -> str:
    if not address:
        return ""
    if why_not_url(address):
        raise Aside
    return escaped(encode_url(address))
