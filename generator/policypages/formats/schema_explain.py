"""Read facts with pydantic, and say in plain words and with its place each thing that is wrong."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, Final, cast

from pydantic import TypeAdapter, ValidationError

from policypages.diagnostics import Diagnostic, did_you_mean, problem
from policypages.formats.facts import locate
from policypages.formats.schema_editor import editor_schema, keys_at
from policypages.formats.schema_entity import DECLARED
from policypages.formats.schema_fields import Form, shown
from policypages.formats.schema_publish import NO_CREDENTIALS, is_credential
from policypages.formats.schema_types import type_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pydantic_core import ErrorDetails

Path = tuple[str | int, ...]

MAX_PROBLEMS: Final = 200
_ROUNDS: Final = 3
_KNOWN_KEYS_SHOWN: Final = 12


def read_and_explain(
    kind: str, form: Form, file: str, raw: object, data: bytes
) -> tuple[dict[str, Any], list[Diagnostic]]:
    """Return the facts that are right, and a diagnostic for each that is not."""
    adapter = _adapter(form)
    try:
        return cast("dict[str, Any]", adapter.validate_python(raw)), []
    except ValidationError as error:
        errors = error.errors(include_url=False)
    diagnostics = [_explain(kind, form, file, data, found) for found in errors[:MAX_PROBLEMS]]
    if len(errors) > MAX_PROBLEMS:
        more = f"{len(errors) - MAX_PROBLEMS:,} more problems in this file are not shown"
        diagnostics.append(problem("invalid-value", more, locate(file, data, ())))
    return _what_is_right(adapter, raw, errors), diagnostics


def editor_schema_of(kind: str, form: Form) -> dict[str, Any]:
    """Return the JSON Schema of one kind of file."""
    return editor_schema(kind, _adapter(form))


@cache
def _adapter(form: Form) -> TypeAdapter[Any]:
    return TypeAdapter(type_of(form))


@cache
def _known(kind: str, form: Form) -> dict[str, Any]:
    return editor_schema_of(kind, form)


def _what_is_right(adapter: TypeAdapter[Any], raw: object, errors: Sequence[ErrorDetails]) -> dict[str, Any]:
    """Leave out what has an error, and read the rest."""
    for _ in range(_ROUNDS):
        wrong = {_as_written(raw, _place(found)[0]) for found in errors if found["type"] != "missing"}
        raw = _without(raw, wrong)
        try:
            return cast("dict[str, Any]", adapter.validate_python(raw))
        except ValidationError as error:
            errors = error.errors(include_url=False)
            missing = [found for found in errors if found["type"] == "missing"]
            if missing:  # what is required and not there makes its whole mapping wrong
                errors = [{**found, "type": "gone", "loc": found["loc"][:-1]} for found in missing]
    return {}


def _as_written(raw: object, path: Path) -> Path:
    """Shorten a path that leads into what one text stands for: `- contact` is `{clause: contact}`."""
    for length, step in enumerate(path):
        if isinstance(raw, dict):
            raw = raw.get(step)
        elif isinstance(raw, list) and isinstance(step, int):
            raw = raw[step]
        else:
            return path[:length]
    return path


def _without(value: object, paths: set[Path]) -> object:
    """Copy `value` without what stands at `paths`."""
    if () in paths:
        return {}
    heads: dict[str | int, set[Path]] = {}
    for head, *rest in paths:
        heads.setdefault(head, set()).add(tuple(rest))
    if isinstance(value, dict):
        kept = {key: item for key, item in value.items() if () not in heads.get(key, ())}
        return {key: _without(item, heads[key]) if key in heads else item for key, item in kept.items()}
    if isinstance(value, list):
        return [
            _without(item, heads[at]) if at in heads else item
            for at, item in enumerate(value)
            if () not in heads.get(at, ())
        ]
    return value


def _place(found: ErrorDetails) -> tuple[Path, bool]:
    """Return the path of an error, and whether it is about the key."""
    loc = found["loc"]
    if len(loc) > 1 and loc[-1] == "[key]" and found["input"] == loc[-2]:
        return loc[:-1], True
    return loc, found["type"] == "extra_forbidden"


def _explain(kind: str, form: Form, file: str, data: bytes, found: ErrorDetails) -> Diagnostic:
    """Say one error of pydantic in plain words."""
    path, of_key = _place(found)
    context = found.get("ctx", {})
    if found["type"] == "extra_forbidden":
        code, message, hint = _unknown(kind, form, path)
    elif found["type"] == "missing":
        path, key = path[:-1], path[-1]
        code, message, hint = "missing-key", f"`{key}` is missing", f"add `{key}: …`"
    else:
        code, hint = context.get("code", "invalid-value"), context.get("hint")
        predicate = context.get("message")
        if predicate is None:
            predicate, hint = _predicate(found)
        message = f"{_subject(path, of_key=of_key)} {predicate}"
    return problem(code, message, locate(file, data, path, key=of_key), hint=hint)


def _subject(path: Path, *, of_key: bool) -> str:
    if of_key:
        return f"the key `{path[-1]}`"
    if not path:
        return "the file"
    item = f"item {path[-1] + 1} of " if isinstance(path[-1], int) else ""
    return f"{item}`{_last_key(path)}`"


def _last_key(path: Path) -> str:
    return next(step for step in reversed(path) if isinstance(step, str))


def _predicate(found: ErrorDetails) -> tuple[str, str | None]:
    """Say what a value should have been, for the errors that pydantic itself raises."""
    value, kind = found["input"], found["type"]
    if kind == "literal_error":
        expected = str(found["ctx"]["expected"]).replace("'", "`")
        words = [word.strip("` ") for word in expected.replace(" or ", ",").split(",")]
        hint = did_you_mean(value, words) if isinstance(value, str) else None
        return f"wants {expected}, not {shown(value)}", hint
    if kind == "list_type":
        hint = f"write `[{value}]`, or one `- ` line for each" if isinstance(value, str) else None
        return f"wants a list, not {shown(value)}", hint
    if kind in ("dict_type", "model_type"):
        return f"wants a mapping of keys and values, not {shown(value)}", None
    if kind == "string_type":
        hint = "write `''` for empty text" if value is None else None
        return f"wants text, not {shown(value)}", hint
    if kind == "recursion_loop":
        return "holds itself", None
    return f"cannot be read: {found['msg'].lower()}", None


def _unknown(kind: str, form: Form, path: Path) -> tuple[str, str, str | None]:
    """Say that a key is unknown, or a name undeclared, with the nearest that is."""
    key, parent = str(path[-1]), path[:-1]
    known = keys_at(_known(kind, form), parent)
    hint = did_you_mean(key, known)
    if kind == "entity" and parent and parent[-1] in DECLARED and len(parent) in (1, 3):
        where = f"names.{parent[-1]}"
        message = f"`{key}` is not a declared name of `{parent[-1]}`"
        return "undeclared-name", message, hint or f"declare it in policypages.yaml under `{where}`"
    inside = ""
    if parent:
        item = "an item of " if isinstance(parent[-1], int) else ""
        inside = f" in {item}`{_last_key(parent)}`"
    if kind == "settings" and parent[:1] == ("targets",) and is_credential(key):
        hint = NO_CREDENTIALS
    if hint is None and 0 < len(known) <= _KNOWN_KEYS_SHOWN:
        hint = "known keys: " + ", ".join(f"`{each}`" for each in sorted(known))
    return "unknown-key", f"unknown key `{key}`{inside}", hint
