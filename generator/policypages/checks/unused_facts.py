"""Find facts that are stated and that nothing reads, and declared names that nothing states or reads."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any, Final

from policypages.checks.kinds import FactsFile, Gathered, House, Path, Rule
from policypages.diagnostics import Diagnostic, problem
from policypages.formats.facts import locate

CODE: Final = "unused-fact"
_KIND: Final = "fact"
# what clauses alone read; of the others the build makes use itself (`audience` is what a rule reads)
_READ_BY_TEXTS: Final = frozenset(
    ("short_name", "controller", "wording", "contacts", "cookies", "retention", "extra")
)
_CHANNELS: Final = frozenset(("address", "email", "phone", "form"))
_DECLARED: Final = ("contacts", "retention", "wording", "extra")


@lru_cache(8)
def _above(read: frozenset[str]) -> frozenset[str]:
    """Return the facts that have a part which is read: `retention.orders` of `retention.orders.count`."""
    return frozenset(
        ".".join(parts[:end]) for fact in read for parts in (fact.split("."),) for end in range(1, len(parts))
    )


def _is_read(path: tuple[str, ...], read: frozenset[str]) -> bool:
    """Tell whether a fact is read: itself, what it is part of, a part of it, or what follows from it."""
    if ".".join(path) in _above(read):
        return True
    if any(".".join(path[:end]) in read for end in range(1, len(path) + 1)):
        return True
    if path[0] == "cookies":
        return "cookie_types" in read
    return path[0] == "contacts" and path[-1] in _CHANNELS and f"contacts.{path[1]}.channels" in read


def _fact(path: Path) -> tuple[str, ...]:
    """Return the path of a fact by its place in a file: without its locale and the number in its list."""
    bare = path[2:] if path[0] == "in" else path
    return tuple(key for key in bare if isinstance(key, str))


def _gather(facts: FactsFile) -> Iterable[Gathered]:
    seen = set()
    for path in facts.leaves:
        fact = _fact(path)
        if not fact or fact[0] not in _READ_BY_TEXTS or fact in seen or _is_read(fact, facts.read):
            continue
        seen.add(fact)
        yield _KIND, tuple(key for key in path if isinstance(key, str))


def _house(house: House) -> Iterable[Diagnostic]:
    if house.limited or len(house.texts) < sum(map(len, house.site.clauses.values())):
        return  # what is not read here may be read where nobody looked
    stated: dict[tuple[str, ...], list[tuple[str, str, Path]]] = {}
    for (kind, path), files in house.gathered.items():
        if kind == _KIND and not _is_read(_fact(path), house.read):
            stated.setdefault(_fact(path), []).extend((*file, path) for file in files)
    for fact, places in sorted(stated.items()):
        left = sorted(place for place in places if not house.allowed(place[0], CODE))
        if left:
            file, _, path = left[0]
            name = ".".join(fact)
            yield problem(
                CODE,
                f"`{name}` is stated, and no clause, title or condition reads it",
                locate(file, house.source(file), path, key=True),
                hint=f"let a clause print it: `{{{{ {name} }}}}`, or take it away",
                entities=tuple(sorted({id_ for _, id_, _ in left})),
            )
    yield from _declared(house, {fact[:2] for fact in stated})


def _declared(house: House, stated: set[tuple[str, ...]]) -> Iterable[Diagnostic]:
    file = house.site.settings_file
    names: Mapping[str, Any] = house.site.settings.names
    for group in _DECLARED:
        for index, name in enumerate(names.get(group) or ()):
            if (group, name) in stated or _is_read((group, name), house.read):
                continue
            listed = isinstance(names[group], Mapping)
            span = locate(file.file, file.data, ("names", group, name if listed else index), key=listed)
            message = f"the name `{group}.{name}` is declared, and nothing states or reads it"
            yield problem(CODE, message, span, hint="take it out of `names`")


RULE: Final = Rule(codes=(CODE,), gather=_gather, house=_house)
