"""Write the tables of docs/themes.md from the contract with theme authors."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from policypages.formats.templates.theme_names import Shape, fields_of
from policypages.model.contexts import TEMPLATES, Common

_BLOCK: Final = re.compile(r"(<!-- contract -->\n).*(<!-- end -->)", re.DOTALL)
_NAMES: Final = re.compile(r"(?<=[a-z])(?=[A-Z])")


def regenerated(page: str) -> str:
    """Return the page with its tables written anew."""
    return _BLOCK.sub(lambda block: f"{block[1]}\n{tables()}\n{block[2]}", page)


def tables() -> str:
    """Write a table for what every template is given, one for each template, one for each group."""
    parts = ["### Every template\n", _table(Common)]
    for template, roots in TEMPLATES.items():
        parts.append(f"### `{template}`\n")
        for root, group in roots.items():
            parts.append(f"`{root}` is {_link(group)}.\n" if group in _shared() else _described(root, group))
    for group in _groups():
        parts += [f"### {_title(group)}\n", f"{_sentence(group)}\n", _table(group)]
    return "\n".join(parts)


def _described(root: str, group: type) -> str:
    return f"`{root}`: {_sentence(group)}\n\n{_table(group)}"


def _shared() -> list[type]:
    roots = [group for roots in TEMPLATES.values() for group in roots.values()]
    return [group for group in dict.fromkeys(roots) if roots.count(group) > 1]


def _groups() -> list[type]:
    """Return the groups with a table of their own: those of several templates, and those below others."""
    found = dict.fromkeys(_shared())
    todo = [*(group for roots in TEMPLATES.values() for group in roots.values())]
    while todo:
        for shape in fields_of(todo.pop(0)).values():
            if shape.fields is not None and shape.fields not in found:
                found[shape.fields] = None
                todo.append(shape.fields)
    return [*found]


def _table(group: type) -> str:
    rows = ["| name | type | meaning |", "|---|---|---|"]
    rows += [f"| `{name}` | {_type(shape)} | {shape.meaning} |" for name, shape in fields_of(group).items()]
    return "\n".join(rows) + "\n"


def _type(shape: Shape) -> str:
    kind = shape.kind
    if shape.fields is not None:
        kind = (
            f"{_link(shape.fields)}"
            if kind == "group"
            else f"a list of [{_title(shape.fields).lower()}]({_at(shape.fields)})"
        )
    kind = f"{kind}, or none" if shape.optional else kind
    return kind if shape.always else f"{kind}; not always there"


def _title(group: type) -> str:
    words = _NAMES.sub(" ", group.__name__.removesuffix("Context")).lower()
    return words[:1].upper() + words[1:]


def _at(group: type) -> str:
    return f"#{_title(group).lower().replace(' ', '-')}"


def _link(group: type) -> str:
    return f"[{_title(group).lower()}]({_at(group)})"


def _sentence(group: type) -> str:
    return (group.__doc__ or "").splitlines()[0]


def names() -> Iterator[tuple[str, type]]:
    """Yield each root that a template is given, with its type."""
    for template, roots in TEMPLATES.items():
        for root, group in roots.items():
            yield f"{template}: {root}", group
