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


def reader(form: Form, within: Reader | None = None) -> Reader:
    """Make the function that turns a value of `read_yaml` into facts, or raises RefusalError.

    It takes exactly what pydantic takes, and gives the same: keys in the order of the shape.
    """
    read: Reader
    match form:
        case Scalar():
            read = _text if form.parse is None else _parsed(form.parse)
        case Value():
            read = form.parse
        case Choice():
            read = _chosen(frozenset(form.words))
        case ListOf():
            read = _listed(reader(form.item, within), lift=form.json is not None)
        case MapOf():
            read = _mapped(reader(form.key), reader(form.value), null=form.null)
        case Shape():
            read = _shaped(form)
        case Itself() if within is not None:
            read = within
        case _:
            read = _as_it_is
    return read


def _as_it_is(value: object) -> object:
    return value


def _text(value: object) -> str:
    if type(value) is not str:
        raise refuse(_NOT_THIS)
    return value


def _parsed(parse: Callable[[str], object]) -> Reader:
    def read(value: object) -> object:
        if type(value) is not str:
            raise refuse(_NOT_THIS)
        return parse(value)

    return read


def _chosen(words: frozenset[str]) -> Reader:
    def read(value: object) -> object:
        if type(value) is not str or value not in words:
            raise refuse(_NOT_THIS)
        return value

    return read


def _listed(item: Reader, *, lift: bool) -> Reader:
    def read(value: object) -> list[Any]:
        if type(value) is list:
            return [item(each) for each in value]
        if lift and type(value) is str:
            return [item(value)]
        raise refuse(_NOT_THIS)

    return read


def _mapped(key: Reader, item: Reader, *, null: bool) -> Reader:
    def read(value: object) -> dict[Any, Any]:
        if type(value) is not dict:
            raise refuse(_NOT_THIS)
        if null:
            return {key(name): None if each is None else item(each) for name, each in value.items()}
        return {key(name): item(each) for name, each in value.items()}

    return read


def _shaped(shape: Shape) -> Reader:
    short = shape.short
    required = frozenset(key for key, fact in shape.facts.items() if fact.required)

    def read(given: Any) -> dict[str, Any]:
        value = {short: given} if type(given) is str and short is not None else given
        if type(value) is not dict:
            raise refuse(_NOT_THIS)
        facts = {
            key: None if (each := value[key]) is None else item(each) for key, item in items if key in value
        }
        if len(facts) != len(value):
            raise refuse(_NOT_THIS)
        if required and any(facts.get(key) is None for key in required):
            raise refuse(_NOT_THIS)
        return facts

    items = tuple((key, reader(fact.form, read)) for key, fact in shape.facts.items())
    return read
