"""Check facts against their types, and tell all that is wrong in plain words, with its place."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, Final, Literal

from policypages.diagnostics import Diagnostic
from policypages.formats.schema_entity import Names, entity_shape, freeze
from policypages.formats.schema_fields import Form, RefusalError
from policypages.formats.schema_outline import CLAUSE, POLICY
from policypages.formats.schema_quick import Reader, reader, reader_of_files
from policypages.formats.schema_site import REDIRECTS, SETTINGS, STRINGS, THEME

Kind = Literal["settings", "entity", "policy", "clause", "theme", "strings", "redirects"]
Validator = Callable[[str, object, bytes], tuple[dict[str, Any], list[Diagnostic]]]

_FORMS: Final[Mapping[Kind, Form]] = {
    "settings": SETTINGS,
    "policy": POLICY,
    "clause": CLAUSE,
    "theme": THEME,
    "strings": STRINGS,
    "redirects": REDIRECTS,
}


def validate(
    kind: Kind, file: str, raw: object, data: bytes, names: Mapping[str, Any] | None = None
) -> tuple[dict[str, Any], list[Diagnostic]]:
    """Turn what `read_yaml` gave into typed facts: a new dict with only the keys that are there.

    What is wrong is reported and left out. `data` is the file's text, for the places; `names` are
    the settings' declared names, which bind an entity; without them any name will do.
    """
    return validator(kind, names)(file, raw, data)


def validator(kind: Kind, names: Mapping[str, Any] | None = None) -> Validator:
    """Return what does the work of `validate` for many files of one kind."""
    frozen = freeze(names) if kind == "entity" else None
    read = _reader(kind, frozen)

    def validate_one(file: str, raw: object, data: bytes) -> tuple[dict[str, Any], list[Diagnostic]]:
        if not isinstance(raw, dict):
            return {}, []
        try:
            return read(raw), []
        except (RefusalError, RecursionError):
            # pydantic takes long to import, and whoever wrote all as it should be need not wait for it
            from policypages.formats.schema_explain import read_and_explain  # noqa: PLC0415

            return read_and_explain(kind, _form(kind, frozen), file, raw, data)

    return validate_one


def json_schema(kind: Kind, names: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Return the JSON Schema of one kind of file for editors, with exactly the declared names."""
    from policypages.formats.schema_explain import editor_schema_of  # noqa: PLC0415 - as above

    return editor_schema_of(kind, _form(kind, freeze(names) if kind == "entity" else None))


@cache
def _reader(kind: Kind, names: Names | None) -> Reader:
    return reader_of_files(entity_shape(names)) if kind == "entity" else reader(_FORMS[kind])


def forget() -> None:
    """Let go of what readers keep of the files that they read: a process may outlive its sources."""
    _reader.cache_clear()


def _form(kind: Kind, names: Names | None) -> Form:
    return entity_shape(names) if kind == "entity" else _FORMS[kind]
