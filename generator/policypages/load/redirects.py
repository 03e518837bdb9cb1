"""Follow the redirects of content/redirects.yaml to where each of them ends."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from posixpath import dirname
from typing import Final

from policypages.diagnostics import Diagnostic, Label, Span, problem
from policypages.formats.facts import locate
from policypages.model import Moved, Redirects, SourceFile
from policypages.paths import collision_key

REDIRECTS: Final = "content/redirects.yaml"
_CODE: Final = "broken-redirect"


def redirects_of(file: SourceFile) -> tuple[Redirects, list[Diagnostic]]:
    """Return for each old address the last of its chain; one that leads round in a circle is an error."""
    found: list[Diagnostic] = []
    given: dict[str, tuple[str, str]] = {}
    for key, target in file.values.items():
        old = plain_address(key)
        if collision_key(old) in given:
            other = given[collision_key(old)][0]
            labels = (Label(locate(file.file, file.data, (other,), key=True), "the other is here"),)
            message = f"the old address `{old}` stands here twice"
            found.append(problem(_CODE, message, _place(file, key), labels=labels))
            continue
        given[collision_key(old)] = key, target
    for old, one in [*_in_each_other(file, given)]:
        found.append(one)
        given.pop(old, None)
    by_site: dict[str, list[Moved]] = defaultdict(list)
    told: set[str] = set()
    for key, target in given.values():
        way = _followed(key, target, given)
        end = given.get(_own(way[-1]))
        if end is not None:  # it leads to one of the addresses it came through
            ring = way[[_own(one) for one in way].index(_own(way[-1])) :]
            if told.isdisjoint(map(_own, ring)):
                words = " → ".join(f"`{one}`" for one in ring)
                message = f"this redirect leads round in a circle: {words}"
                found.append(problem(_CODE, message, _place(file, key)))
            told.update(map(_own, ring))
            continue
        site, _, path = plain_address(key).partition("/")
        by_site[site].append(Moved(path, way[-1], key))
    return Redirects(file, {site: tuple(some) for site, some in by_site.items()}), found


def plain_address(address: str) -> str:
    """Return an address without its anchor, and without `index.html`, which nobody need write."""
    way = address.partition("#")[0]
    return way.removesuffix("index.html") if way.endswith("/index.html") else way


def _own(address: str) -> str:
    return collision_key(plain_address(address))


def _followed(key: str, target: str, given: Mapping[str, tuple[str, str]]) -> list[str]:
    """Return the addresses from an old one to the last, or to the first that comes again."""
    way, seen = [key, target], {_own(key)}
    while _own(way[-1]) in given and _own(way[-1]) not in seen:
        seen.add(_own(way[-1]))
        way.append(given[_own(way[-1])][1])
    return way


def _in_each_other(
    file: SourceFile, given: Mapping[str, tuple[str, str]]
) -> Iterator[tuple[str, Diagnostic]]:
    """Refuse an old address that wants to be a folder where another is a file."""
    for old, (key, _) in given.items():
        above = old.rstrip("/") if old.endswith("/") else dirname(old)
        while above and above not in given:
            above = dirname(above)
        if above:
            message = f"`{given[above][0]}` is a file here, and `{key}` wants it to be a folder"
            yield old, problem(_CODE, message, _place(file, key))


def _place(file: SourceFile, key: str) -> Span:
    return locate(file.file, file.data, (key,), key=True)
