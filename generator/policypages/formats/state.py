"""Read and write what the last build knew of its sources, so that the next looks at what changed alone."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

VERSION: Final = 3
_ENCODER: Final = json.JSONEncoder(separators=(",", ":"))
_quoted: Final = json.encoder.encode_basestring_ascii  # the function inside `json.dumps`, for a text


class Known(NamedTuple):
    """What the last build knew of one entity, as JSON has it.

    `files` are the sources that state its facts: its own, then its ancestors'; `stamp` tells its own
    from what it was. `uses` names what it shares with other sites, with spaces between
    (`clause:web-logs policy:privacy`). `notes` are the problems it had, each as code, message and hint:
    none with a place, since places move. None in their stead: look at the entity again. `name`,
    `sample` and `pages` (title, path, locale) are for the overview; a group has neither name nor pages.
    `released` has for each page that shows a release its path below the site's folder, and the version.
    `redirects` are (folder of the old address, path below it, where it leads).
    """

    files: list[str]
    stamp: str
    uses: str
    notes: list[list[str | None]] | None
    name: str | None
    sample: bool
    pages: list[list[str]]
    released: list[list[str]]
    redirects: list[list[str]]


@dataclass(frozen=True, slots=True)
class State:
    """What the last build knew: good for the manifest with this digest, and for no other.

    `made_by` tells tool and options from others. `stamps` are texts that tell one state of a source
    that sites share from another, by path; one that may have been edited unseen has an empty one.
    `shared` are digests of what sites share, by name; `settled` is true where nothing was wrong with
    that. `sites` are entities by id, each as the text that `write_known` made of it: there may be
    hundreds of thousands, and few are looked at. `drafts` is true where pages show their sources even
    if a release is in force. `folders` are those of old addresses, which are no sites.
    """

    made_by: str
    manifest: str
    stamps: Mapping[str, str] = field(default_factory=dict)
    shared: Mapping[str, str] = field(default_factory=dict)
    settled: bool = False
    sites: Mapping[str, str] = field(default_factory=dict)
    drafts: bool = False
    folders: Sequence[str] = ()


def write_known(known: Known) -> str:
    """Write what is known of one entity, as `json.dumps` would, which takes long to begin."""
    files, stamp, uses, notes, name, sample, pages, released, redirects = known
    said = "null" if notes is None else _ENCODER.encode(notes) if notes else "[]"
    called = "null" if name is None else _quoted(name)
    lists = ",".join([f"[{','.join(map(_quoted, page))}]" for page in pages])
    texts = f"{_quoted(stamp)},{_quoted(uses)},{said},{called},{'true' if sample else 'false'}"
    shown = _ENCODER.encode(released) if released else "[]"
    moved = _ENCODER.encode(redirects) if redirects else "[]"
    return f"[[{','.join(map(_quoted, files))}],{texts},[{lists}],{shown},{moved}]"


def read_known(text: str) -> Known:
    """Read what is known of one entity."""
    return Known(*json.loads(text))


def encode(state: State) -> Iterator[bytes]:
    """Write a state, piece by piece: its head, its entities, a digest of all that."""
    head = {
        "policypages": "state",
        "version": VERSION,
        "made_by": state.made_by,
        "manifest": state.manifest,
        "settled": state.settled,
        "drafts": state.drafts,
        "folders": [*state.folders],
        "shared": dict(state.shared),
        "stamps": dict(state.stamps),
    }
    digest = hashlib.sha256()
    for piece in _pieces(json.dumps(head), state.sites):
        digest.update(piece)
        yield piece
    yield json.dumps({"sha256": digest.hexdigest()}).encode()


def _pieces(head: str, sites: Mapping[str, str]) -> Iterator[bytes]:
    yield f"{head}\n".encode()
    ids = [*sites]
    for at in range(0, len(ids), 1000):
        yield "".join([f"[{_quoted(id_)},{sites[id_]}]\n" for id_ in ids[at : at + 1000]]).encode()


def is_whole(data: bytes) -> bool:
    """Tell whether the bytes are those that were written, to the last bit."""
    end = data.rfind(b"\n") + 1
    digest = hashlib.sha256(memoryview(data)[:end]).hexdigest()
    return data[end:] == json.dumps({"sha256": digest}).encode()


def decode(data: bytes, *, made_by: str | None, manifest: str) -> State | None:
    """Read a whole state; None where it is of another version or manifest, or not made as `made_by` says."""
    try:
        lines = io.BytesIO(data)
        head = json.loads(lines.readline())
        if (head["policypages"], head["version"]) != ("state", VERSION):
            return None
        if head["manifest"] != manifest or made_by not in {None, head["made_by"]}:
            return None
        sites = {}
        for line in lines:
            if line[:1] == b"[":
                text = line.decode()
                end = text.index('",') + 1
                sites[str(json.loads(text[1:end]))] = text[end + 1 : -2]
        known = (head["stamps"], head["shared"], head["settled"], sites, head["drafts"], head["folders"])
        return State(head["made_by"], manifest, *known)
    except (ValueError, LookupError, TypeError, AttributeError):
        return None
