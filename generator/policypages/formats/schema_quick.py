"""Read facts that are right, at once and without pydantic; what is not right is left to others to explain."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from policypages.formats.schema_fields import (
    Choice,
    Form,
    Itself,
    ListOf,
    MapOf,
    Scalar,
    Shape,
    Value,
    refuse,
)

Reader = Callable[[Any], Any]
_NOT_THIS: Final = "is not what is wanted here"
_MANY: Final = 1024


def reader_of_files(shape: Shape) -> Reader:
    """Make the function that reads whole files of one shape: what many of them share is read once."""
    return _shaped(shape, keep=True)


def reader(form: Form, within: Reader | None = None) -> Reader:
    """Make the function that turns a value of `read_yaml` into facts, or raises RefusalError.

    It takes exactly what pydantic takes, and gives the same: keys in the order of the shape.
    """
    read: Reader
    match form:
        case Scalar():
            read = _scalar(form)
        case Value():
            read = form.parse
        case Choice():
            read = _chosen(form.words)
        case ListOf():
            read = _listed(form, within)
        case MapOf():
            read = _mapped(form)
        case Shape():
            read = _shaped(form)
        case Itself() if within is not None:
            read = within
        case _:
            read = _as_it_is
    return read


def _by_kind(form: Form, within: Reader | None = None) -> tuple[Reader | None, Reader]:
    """Return what reads a text (None: the text itself) and what reads anything else.

    Nearly all that stands in a file is text: whoever knows that already need not ask twice.
    """
    if isinstance(form, Scalar):
        return form.parse, _refuse
    read = reader(form, within)
    return read, read


def _refuse(_: object) -> object:
    raise refuse(_NOT_THIS)


def _as_it_is(value: object) -> object:
    return value


def _scalar(form: Scalar) -> Reader:
    parse = form.parse

    def read(value: object) -> object:
        if type(value) is not str:
            raise refuse(_NOT_THIS)
        return value if parse is None else parse(value)

    return read


def _chosen(words: tuple[str, ...]) -> Reader:
    known = frozenset(words)

    def read(value: object) -> object:
        if type(value) is str and value in known:
            return value
        raise refuse(_NOT_THIS)

    return read


def _listed(form: ListOf, within: Reader | None) -> Reader:
    of_text, of_other = _by_kind(form.item, within)
    lift = form.json is not None

    def read(value: object) -> list[Any]:
        if type(value) is not list:
            if not lift or type(value) is not str:
                raise refuse(_NOT_THIS)
            value = [value]
        if of_text is None:
            return [each if type(each) is str else of_other(each) for each in value]
        return [of_text(each) if type(each) is str else of_other(each) for each in value]

    return read


def _mapped(form: MapOf) -> Reader:
    of_key = reader(form.key)
    of_text, of_other = _by_kind(form.value)
    null = form.null

    def read(value: object) -> dict[Any, Any]:
        if type(value) is not dict:
            raise refuse(_NOT_THIS)
        facts = {}
        for key, each in value.items():
            if type(each) is str:
                facts[of_key(key)] = each if of_text is None else of_text(each)
            else:
                facts[of_key(key)] = None if each is None and null else of_other(each)
        return facts

    return read


def _kept(read: Reader) -> Reader:
    """Let a reader give for one and the same object what it gave before.

    `read_plain` has one object for text that stands in many files; each is held here, so that no
    other can get its identity.
    """
    known: dict[int, tuple[Any, Any]] = {}

    def read_once(value: object) -> object:
        before = known.get(id(value))
        if before is not None and before[0] is value:
            return before[1]
        facts = read(value)
        if len(known) >= _MANY:
            known.clear()
        known[id(value)] = value, facts
        return facts

    return read_once


def _shaped(shape: Shape, *, keep: bool = False) -> Reader:
    short = shape.short
    required = tuple(key for key, fact in shape.facts.items() if fact.required)

    def read(given: Any) -> dict[str, Any]:
        value = {short: given} if type(given) is str and short is not None else given
        if type(value) is not dict:
            raise refuse(_NOT_THIS)
        facts: dict[str, Any] = {}
        for key, of_text, of_other in items:
            if key in value:
                each = value[key]
                if type(each) is str:
                    facts[key] = each if of_text is None else of_text(each)
                else:
                    facts[key] = None if each is None else of_other(each)
        if len(facts) != len(value):
            raise refuse(_NOT_THIS)
        for key in required:
            if facts.get(key) is None:
                raise refuse(_NOT_THIS)
        return facts

    readers = [(key, *_by_kind(fact.form, read)) for key, fact in shape.facts.items()]
    items = tuple([(key, text, _kept(other) if keep else other) for key, text, other in readers])
    return read
