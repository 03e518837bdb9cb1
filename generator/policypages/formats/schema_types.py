"""Make pydantic's types of the shapes of facts, and its errors of their refusals."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Annotated, Any, Final, Literal, NotRequired, Required

from pydantic import (
    AfterValidator,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainValidator,
    WithJsonSchema,
    with_config,
)
from pydantic_core import PydanticCustomError
from typing_extensions import TypedDict

from policypages.formats.schema_fields import (
    Choice,
    Fact,
    Form,
    Itself,
    ListOf,
    MapOf,
    RefusalError,
    Scalar,
    Shape,
    Value,
    refuse,
    shown,
)

_ERROR: Final = "policypages"  # the code of the diagnostic travels in the context
_STRICT: Final = ConfigDict(extra="forbid", strict=True)


def type_of(form: Form, within: Shape | None = None) -> Any:
    """Return the type of a form; `within` is the shape that it stands in."""
    made: Any
    match form:
        case Scalar():
            made = _scalar(form)
        case Value():
            made = _annotated(Any, PlainValidator(_telling(form.parse)), WithJsonSchema(dict(form.json)))
        case Choice():
            made = Literal[form.words]
        case ListOf():
            made = list[type_of(form.item, within)]  # type: ignore[misc]  # a type that is made at run time
            if form.json is not None:
                made = _annotated(made, BeforeValidator(_lift), WithJsonSchema(dict(form.json)))
        case MapOf():
            item: Any = type_of(form.value)
            made = dict[type_of(form.key), item | None if form.null else item]  # type: ignore[misc]  # the same
        case Shape():
            made = _short(form.short, _shape(form))
        case Itself() if within is not None:
            made = _short(within.short, within.name)
        case _:
            made = Any
    return made


def _scalar(form: Scalar) -> Any:
    json = WithJsonSchema(dict(form.json))
    if form.parse is None:
        return _annotated(str, json)
    if not form.wants:
        return _annotated(str, AfterValidator(_telling(form.parse)), json)
    parse, wants = form.parse, form.wants

    def of_text(value: object) -> object:
        if not isinstance(value, str):
            message = f"wants {wants}, not {shown(value)}"
            raise refuse(message)
        return parse(value)

    return _annotated(Any, PlainValidator(_telling(of_text)), json)


def _annotated(type_: Any, *notes: object) -> Any:
    return Annotated[type_, *notes]


def _short(key: str | None, shape: Any) -> Any:
    """Let a text alone stand for a mapping with one key."""
    if key is None:
        return shape
    return Annotated[shape, BeforeValidator(lambda value: {key: value} if isinstance(value, str) else value)]


def _lift(value: object) -> object:
    return [value] if isinstance(value, str) else value


@cache
def _shape(shape: Shape) -> Any:
    """Make a strict TypedDict, once: editors are told of it in one place."""
    make: Any = TypedDict
    made = make(shape.name, {key: _fact(fact, shape) for key, fact in shape.facts.items()})
    made.__module__ = __name__
    if shape.about is not None:
        made.__doc__ = shape.about
    return with_config(_STRICT)(made)


def _fact(fact: Fact, within: Shape) -> Any:
    made: Any = type_of(fact.form, within)
    if not fact.required:
        made = made | None
    if fact.about:
        extra: Any = {"default": fact.default} if fact.default is not None else None
        examples = list(fact.examples) or None
        made = _annotated(made, Field(description=fact.about, examples=examples, json_schema_extra=extra))
    return Required[made] if fact.required else NotRequired[made]


def _telling(parse: Callable[[Any], object]) -> Callable[[Any], object]:
    """Say in pydantic's own kind of error what a fact refuses: the code and the hint go along."""

    def validate(value: Any) -> object:
        try:
            return parse(value)
        except RefusalError as refusal:
            context = {"message": refusal.message, "hint": refusal.hint, "code": refusal.code}
            raise PydanticCustomError(_ERROR, "{message}", context) from None

    return validate
