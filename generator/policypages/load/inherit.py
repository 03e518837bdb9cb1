"""Merge what an entity states with what its parents hand down."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

Path = tuple[str, ...]
OWN: Final = frozenset({"extends", "publish", "was", "url", "owns_root", "allow", "review"})
"""What an entity never inherits: it speaks of the one file or the one site."""

_ENTRIES: Final[tuple[Path, ...]] = (("cookies",), ("strings",))
_ADJUSTED: Final[tuple[Path, ...]] = (
    ("policies", "*", "adjust"),
    ("policies", "*", "adjust", "*", "edits"),
    ("policies", "*", "adjust", "*", "with"),
    ("policies", "*", "adjust", "*", "allow"),
)


def merge(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """Lay one tree over another: mappings merge key by key, the rest replaces, null sets to null."""
    out = dict(base)
    for key, value in over.items():
        known = out.get(key)
        if isinstance(value, dict) and isinstance(known, dict):
            out[key] = merge(known, value)
        else:
            out[key] = value
    return out


def _settle(out: dict[str, Any]) -> dict[str, Any]:
    """Take the entries that are null out of the mappings of entries, once all that merges is merged."""
    for path in _ENTRIES:
        if path[0] in out:
            _take_out(out, path)
    policies = out.get("policies")
    if policies and any(policy and "adjust" in policy for policy in policies.values()):
        for path in _ADJUSTED:
            _take_out(out, path)
    return out


def _take_out(tree: dict[str, Any], path: Path) -> None:
    """Copy the mappings on the way down, since ancestors and files share them."""
    head, rest = path[0], path[1:]
    for key in list(tree) if head == "*" else (head,):
        below = tree.get(key)
        if not isinstance(below, dict):
            continue
        if rest:
            if rest[0] == "*" or rest[0] in below:
                tree[key] = dict(below)
                _take_out(tree[key], rest)
        elif None in below.values():
            tree[key] = {name: value for name, value in below.items() if value is not None}


def inherited(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a parent hands down."""
    return {key: value for key, value in values.items() if key not in OWN}


def disagreements(
    trees: Sequence[tuple[str, Mapping[str, Any]]], own: Mapping[str, Any]
) -> Iterator[tuple[Path, str, str]]:
    """Find the facts that two parents give different values and the entity does not set itself.

    Yields the path and the ids of the two parents.
    """
    seen: dict[Path, tuple[str, Any]] = {}
    for id_, tree in trees:
        for path, value in _leaves(tree):
            known = seen.setdefault(path, (id_, value))
            if known[1] != value and not _sets(own, path):
                yield path, known[0], id_
                seen[path] = (id_, value)


def _leaves(tree: Mapping[str, Any], path: Path = ()) -> Iterator[tuple[Path, Any]]:
    for key, value in tree.items():
        if isinstance(value, Mapping) and value:
            yield from _leaves(value, (*path, key))
        else:
            yield (*path, key), value


def _sets(tree: Mapping[str, Any], path: Path) -> bool:
    at: Any = tree
    for key in path:
        if not isinstance(at, Mapping):
            return True
        if key not in at:
            return False
        at = at[key]
    return True


def for_locale(values: Mapping[str, Any], locale: str, *, first: bool) -> dict[str, Any]:
    """Lay `in: {locale: …}` over a tree; edits at top level are for the first locale alone."""
    out = dict(values)
    over = (out.pop("in", None) or {}).get(locale)
    if not first:
        out["policies"] = {id_: _without_edits(policy) for id_, policy in (out.get("policies") or {}).items()}
    return _settle(merge(out, over) if over else out)


def _without_edits(policy: Any) -> Any:
    if not isinstance(policy, Mapping):
        return policy
    out = dict(policy)
    if out.get("adjust"):
        out["adjust"] = {id_: _without(change, "edits") for id_, change in out["adjust"].items()}
    if out.get("sections"):
        out["sections"] = [_unedited(section) for section in out["sections"]]
    return out


def _without(values: Any, name: str) -> Any:
    return (
        {key: value for key, value in values.items() if key != name}
        if isinstance(values, Mapping)
        else values
    )


def _unedited(section: Mapping[str, Any]) -> dict[str, Any]:
    out: dict[str, Any] = _without(section, "edits")
    if out.get("sections"):
        out["sections"] = [_unedited(below) for below in out["sections"]]
    return out
