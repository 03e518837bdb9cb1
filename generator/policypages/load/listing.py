"""List the entities of a site without reading them: an id is a file's stem, and unique over the tree."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final

from policypages.diagnostics import Diagnostic, Label, Span, problem
from policypages.formats.frozen import FOLDER
from policypages.paths import collision_key
from policypages.values import why_not_id

ENTITIES: Final = "content/entities/"
BRANDS: Final = "content/brand/"
# nearly every file has a plain name, told by one match; all others are looked at closely
_NO_DEVICE: Final = r"(?!(?:con|prn|aux|nul|com[0-9]|lpt[0-9])\.)"
_PLAIN: Final = re.compile(rf"{_NO_DEVICE}([a-z0-9]+(?:-[a-z0-9]+)*)\.yaml")
_SHORT: Final = 200

Listed = tuple[Mapping[str, str], list[Diagnostic]]
"""The path of each entity by id, and what is wrong with the files' names."""


def entity_files(paths: Iterable[str]) -> list[str]:
    """Return the files of entities, in the order given."""
    return [path for path in paths if path.startswith(ENTITIES) and path.endswith((".yaml", ".yml"))]


def list_entities(paths: Iterable[str]) -> Listed:
    """Return the entities among files."""
    by_key: dict[str, tuple[str, str]] = {}
    found: list[Diagnostic] = []
    for path in entity_files(paths):
        plain = _PLAIN.fullmatch(path, path.rfind("/") + 1)
        if plain is not None and len(plain[1]) <= _SHORT and plain[1] not in by_key:
            by_key[plain[1]] = (plain[1], path)
            continue
        id_ = path.rpartition("/")[2].rpartition(".")[0]
        why = why_not_id(id_)
        key = id_ if why is None else collision_key(id_)  # an id is its own key: small letters, no accents
        known = by_key.get(key)
        if known is not None:
            label = Label(Span(known[1]), "the other is here")
            hint = "an entity's id is its file's name, whatever the folder: rename one"
            message = f"two files claim the entity `{known[0]}`"
            found.append(problem("collision", message, Span(path), hint=hint, labels=(label,)))
            continue
        by_key[key] = (id_, path)
        if path.endswith(".yml"):
            why = "its file must end in `.yaml`"
        if why:
            shown = id_.encode("utf-8", "backslashreplace").decode()
            found.append(problem("invalid-id", f"`{shown}` cannot be an entity's id: {why}", Span(path)))
    return dict(by_key.values()), found


def has_releases(paths: Iterable[str]) -> bool:
    """Tell whether a site has a ledger, so that what it publishes depends on the day."""
    return any(path.startswith(FOLDER) and path.endswith(".yaml") for path in paths)
