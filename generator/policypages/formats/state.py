"""Read and write what the last build knew of its sources, so that the next looks at what changed alone."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

VERSION: Final = 1

Pages = tuple[tuple[str, str, str], ...]


class Known(NamedTuple):
    """What the last build knew of one entity.

    `files` are the sources that state its facts: its own, then its ancestors'. `uses` names what it
    shares with other sites (`clause:web-logs`); `notes` are the problems it had, each as code, message
    and hint: none with a place, since places move. None in their stead: look at the entity again.
    `name`, `sample` and `pages` (title, path, locale) are for the overview; a group has no pages.
    """

    files: tuple[str, ...]
    uses: tuple[str, ...]
    notes: tuple[tuple[str, str, str | None], ...] | None
    name: str | None
    sample: bool
    pages: Pages


@dataclass(frozen=True, slots=True)
class State:
    """What the last build knew: good for the manifest with this digest, and for no other.

    `made_by` tells tool and options from others. `stamps` are texts that tell one state of a source
    from another, by path; a source that may have been edited unseen has none. `shared` are digests of
    what sites share, by name. `settled` is true where nothing was wrong with that.
    """

    made_by: str
    manifest: str
    stamps: Mapping[str, str] = field(default_factory=dict)
    shared: Mapping[str, str] = field(default_factory=dict)
    settled: bool = False
    sites: Mapping[str, Known] = field(default_factory=dict)


def encode(state: State) -> bytes:
    """Write a state as JSON; names that entities have in common stand in it once."""
    table: dict[str, int] = {}
    sites = {
        id_: [
            one.files,
            [table.setdefault(name, len(table)) for name in one.uses],
            one.notes,
            one.name,
            one.sample,
            one.pages,
        ]
        for id_, one in state.sites.items()
    }
    data: dict[str, Any] = {
        "policypages": "state",
        "version": VERSION,
        "made_by": state.made_by,
        "manifest": state.manifest,
        "settled": state.settled,
        "shared": dict(state.shared),
        "stamps": dict(state.stamps),
        "names": list(table),
        "sites": sites,
    }
    body = json.dumps(data, separators=(",", ":")).encode()
    return body + b"\n" + _digest(body)


def is_whole(data: bytes) -> bool:
    """Tell whether the bytes are those that were written, to the last bit."""
    body, _, digest = data.rpartition(b"\n")
    return digest == _digest(body)


def decode(data: bytes, *, made_by: str, manifest: str) -> State | None:
    """Read a whole state; None where it is of another version or tool, or of another manifest."""
    try:
        given = json.loads(data[: data.rindex(b"\n")])
        if (given["policypages"], given["version"]) != ("state", VERSION):
            return None
        if (given["made_by"], given["manifest"]) != (made_by, manifest):
            return None
        names = given["names"]
        sites = {
            id_: Known(
                tuple(files), tuple([names[at] for at in uses]), _notes(notes), name, sample, _pages(pages)
            )
            for id_, (files, uses, notes, name, sample, pages) in given["sites"].items()
        }
        return State(made_by, manifest, given["stamps"], given["shared"], given["settled"], sites)
    except (ValueError, LookupError, TypeError, AttributeError):
        return None


def _digest(body: bytes) -> bytes:
    return json.dumps({"sha256": hashlib.sha256(body).hexdigest()}).encode()


def _notes(given: Iterable[Any] | None) -> tuple[tuple[str, str, str | None], ...] | None:
    return None if given is None else tuple((code, message, hint) for code, message, hint in given)


def _pages(given: Iterable[Any]) -> Pages:
    return tuple([(title, path, locale) for title, path, locale in given])
