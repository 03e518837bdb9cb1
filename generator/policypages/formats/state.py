"""Read and write what the last build knew of its sources, so that the next looks at what changed alone."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

VERSION: Final = 1


class Known(NamedTuple):
    """What the last build knew of one entity, as JSON has it.

    `files` are the sources that state its facts: its own, then its ancestors'. `uses` names what it
    shares with other sites, with spaces between (`clause:web-logs policy:privacy`). `notes` are the
    problems it had, each as code, message and hint: none with a place, since places move. None in
    their stead: look at the entity again. `name`, `sample` and `pages` (title, path, locale) are for
    the overview; a group has neither name nor pages.
    """

    files: list[str]
    uses: str
    notes: list[list[str | None]] | None
    name: str | None
    sample: bool
    pages: list[list[str]]


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
    """Write a state as JSON."""
    data: dict[str, Any] = {
        "policypages": "state",
        "version": VERSION,
        "made_by": state.made_by,
        "manifest": state.manifest,
        "settled": state.settled,
        "shared": dict(state.shared),
        "stamps": dict(state.stamps),
        "sites": dict(state.sites),
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
        sites = {id_: Known(*row) for id_, row in given["sites"].items()}
        return State(made_by, manifest, given["stamps"], given["shared"], given["settled"], sites)
    except (ValueError, LookupError, TypeError, AttributeError):
        return None


def _digest(body: bytes) -> bytes:
    return json.dumps({"sha256": hashlib.sha256(body).hexdigest()}).encode()
