"""Write the table of what is known of the templates that we ship: all of it is what reading them finds."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from jinja2 import meta

from policypages.formats.templates import theme
from policypages.formats.templates.theme_known import Place, digest
from policypages.formats.templates.theme_lint import extends, lint_template
from policypages.formats.templates.theme_names import assigned, unknown_names
from policypages.load.site import load_site
from policypages.sources import THEMES, MemorySources

HEAD = '''\
"""What is known of the templates that we ship, by the digest of their text; `pytest --regen` writes it."""
# fmt: off
# ruff: noqa: E501

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

# the fields of `Known`, in its order
TABLE: Final[Mapping[str, tuple[Any, ...]]] = {
'''


def regenerated() -> str:
    """Return the whole module."""
    ours = {path: text for name in THEMES for path, text in shipped(name).values()}
    ways = [_ways(shipped(name)) for name in THEMES]
    rows = {digest(text): (path, _row(path, text, ways)) for path, text in ours.items()}
    assert len(rows) == len(ours), "two files of one text would have one row"
    return HEAD + "".join(_written(key, *row) for key, row in rows.items()) + "}\n"


def shipped(name: str) -> Mapping[str, tuple[str, str]]:
    """Return the templates of a site with one of our themes, as a site has them: (file, text) by name."""
    site, _ = load_site(MemorySources({"policypages.yaml": f"title: x\ntheme: {name}\n"}))
    assert site is not None
    return site.theme.templates


Way = tuple[tuple[str, Place | None], ...]


def _ways(templates: Mapping[str, tuple[str, str]]) -> Mapping[str, tuple[bool, Way]]:
    """Return whether each file extends another, and its blocks or where those of its parents stand."""
    files = dict(templates.values())
    ways: dict[str, tuple[bool, Way]] = {}
    blocks: dict[str, Place] = {}
    for path in sorted(files, key=lambda path: extends(files[path])):
        child = extends(files[path])
        inside = blocks if child else {}
        opened, found = lint_template(theme._PARSER, path, files[path], inside, parse=theme._parsed)
        assert not found, (path, found)
        if child:
            ways[path] = True, tuple((name, _plain(blocks.get(name))) for name in opened)
        else:
            ways[path] = False, tuple((name, _plain(place)) for name, place in opened.items())
            blocks.update(opened)
    return ways


def _plain(place: Place | None) -> Any:
    return None if place is None else (*place,)


def _row(path: str, text: str, ways: list[Mapping[str, tuple[bool, Way]]]) -> tuple[Any, ...]:
    """Return what is known of one text, and refuse one that is not fit for every page."""
    tree = theme._parsed(text)
    found = [*unknown_names(theme._PARSER, {path: tree})]
    assert found == [], found
    asked = theme.assets_named(tree) if "assets" in text else ()
    mine = [one[path] for one in ways if path in one]
    stands = tuple(dict.fromkeys(way for _, way in mine))
    return (
        theme._page(path),
        tuple(meta.find_referenced_templates(tree)),
        None if asked is None else tuple(sorted(asked)),
        tuple(sorted({*assigned(tree)})),
        () if mine[0][0] else stands[0],
        stands if mine[0][0] else None,
    )


def _written(key: str, path: str, row: tuple[Any, ...]) -> str:
    fields = "".join(f"        {_literal(field)},\n" for field in row)
    return f"    # {path}\n    {_literal(key)}: (\n{fields}    ),\n"


def _literal(value: Any) -> str:
    """Return a value as Python has it, with the quotes of our style."""
    if not isinstance(value, tuple):
        return "None" if value is None else json.dumps(value)
    inside = [_literal(one) for one in value]
    return f"({inside[0]},)" if len(inside) == 1 else f"({', '.join(inside)})"
