"""Read and write what the last build knew of its sources, so that the next looks at what changed alone."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from types import MappingProxyType
from typing import Any, Final, NamedTuple

VERSION: Final = 4
_COLUMNS: Final = 7  # ids, files, stamps, marks, what is used, ancestors, problems
_END: Final = "\n"
_PIECE: Final = 2000
_BETWEEN: Final = '","'
_FEW: Final = 40  # texts that are put together one by one
_ENCODER: Final = json.JSONEncoder(separators=(",", ":"))
_quoted: Final = json.encoder.encode_basestring_ascii  # the function inside `json.dumps`, for a text


Shown = tuple[str | None, bool, list[list[str]], Any, Any]


class Known(NamedTuple):
    """What the last build knew of one entity.

    `files` are the sources that state its facts: its own, then its ancestors'; `stamp` tells its own
    from what it was. `uses` names what it shares with other sites, with spaces between
    (`clause:web-logs policy:privacy`). `notes` are the problems it had, each as code, message and hint:
    none with a place, since places move. None in their stead: look at the entity again. `name`,
    `sample` and `pages` (title, path, locale) are for the overview; a group has neither name nor pages.
    `released` has for each page that shows a release its path below the site's folder, and the version.
    `redirects` are (folder of the old address, path below it, where it leads).
    """

    files: Sequence[str]
    stamp: str
    uses: str
    notes: list[list[str | None]] | None
    name: str | None
    sample: bool
    pages: Sequence[Sequence[str]]
    released: Sequence[Sequence[str]]
    redirects: Sequence[Sequence[str]]


class Sites(Mapping[str, str]):
    """What is known of all entities, by id: each is a text that `write_known` made.

    It lies in columns, a line each: ids, and the lines of those texts but the last, which follow. A
    column is read when it is asked for, and a comparison of all entities is one of two texts. Names
    and paths are `as_written`.
    """

    def __init__(self, columns: Sequence[bytes] = (b"[]",) * _COLUMNS, shown: bytes = b"") -> None:
        """Take the columns and the lines that follow as they were written."""
        self._columns = columns
        self._shown = shown
        self._asked = 0

    def __getitem__(self, id_: str) -> str:
        if self._asked < _FEW and "_texts" not in self.__dict__:
            self._asked += 1
            at = self._number(id_)
            notes = _ENCODER.encode(self._notes[at])
            return "\n".join([*(column[at] for column in self._lists), notes, self._lines[at]])
        return self._texts[id_]

    def _number(self, id_: str) -> int:
        try:
            return self.ids.index(id_)
        except ValueError:
            raise KeyError(id_) from None

    def __iter__(self) -> Iterator[str]:
        return iter(self.ids)

    def __len__(self) -> int:
        return len(self.ids)

    @cached_property
    def ids(self) -> list[str]:
        """The ids, in the order of their files."""
        return self._column(0)

    @cached_property
    def _texts(self) -> dict[str, str]:
        notes = ["[]" if some == [] else _ENCODER.encode(some) for some in self._notes]
        rows = zip(*self._lists, notes, self._lines, strict=True)
        texts = dict(zip(self.ids, map("\n".join, rows), strict=True))
        for column in ("_lists", "_lines", "_notes"):
            self.__dict__.pop(column, None)  # the same again, and much of it
        return texts

    @cached_property
    def _lists(self) -> list[list[str]]:
        """The columns of texts, without the ids."""
        return [*map(self._column, range(1, _COLUMNS - 1))]

    @cached_property
    def _notes(self) -> list[Any]:
        return list(json.loads(self._columns[-1]))

    @cached_property
    def _lines(self) -> list[str]:
        return self._shown.decode().split("\n")[:-1]

    def written(self) -> Iterator[bytes]:
        """Return the columns as they are written, and the lines that follow them."""
        return iter((*self._columns, self._shown))

    def with_texts(self, texts: Mapping[str, str]) -> Sites:
        """Return this with other texts of a few entities; a column in which nothing differs stays."""
        numbers = {id_: self._number(id_) for id_ in texts}
        columns, shown = [*self._columns], self._shown
        rows = {numbers[id_]: text.split("\n") for id_, text in texts.items()}
        for column, items in enumerate(self._lists):
            if any(items[at] != row[column] for at, row in rows.items()):
                columns[column + 1] = _line(_with(items, {at: row[column] for at, row in rows.items()}))
        if any(self._notes[at] != json.loads(row[-2]) for at, row in rows.items()):
            notes = _with(self._notes, {at: json.loads(row[-2]) for at, row in rows.items()})
            columns[-1] = _ENCODER.encode(notes).encode()
        if any(self._lines[at] != row[-1] for at, row in rows.items()):
            lines = _with(self._lines, {at: row[-1] for at, row in rows.items()})
            shown = "\n".join([*lines, ""]).encode()
        return Sites(columns, shown)

    def has_files(self, paths: Iterable[str]) -> bool:
        """Tell whether these are the files of all entities, in their order."""
        return self._columns[1] == _line(map(as_written, paths))

    def has_stamps(self, stamps: Iterable[str]) -> bool:
        """Tell whether these are the stamps of all files, in their order."""
        return self._columns[2] == _line(stamps)

    def changed(self, stamps: Mapping[str, str]) -> set[str]:
        """Return the files that are new, gone, or not what they were; `stamps` are of all files now.

        A file with an empty stamp, which nobody could tell, is none that was seen before.
        """
        before = dict(zip(self._column(1), self._column(2), strict=True))
        now = dict(zip(map(as_written, stamps), stamps.values(), strict=True))
        different = {path for path, _ in before.items() ^ now.items()}
        return different.union(path for path in now if not now[path])

    @cached_property
    def marks(self) -> list[str]:
        """The mark of each entity; see `rows`."""
        return self._column(3)

    def rows(self) -> Iterator[tuple[str, str, str, str]]:
        """Yield of each entity its id, its mark, what it uses, and the files of its ancestors.

        The mark is the number of pages of a site that had no problem and leads nobody on from an old
        address; that of any other entity is empty. Between the files stand two slashes.
        """
        return zip(self.ids, self.marks, self._column(4), self._column(5), strict=True)

    def _column(self, number: int) -> list[str]:
        line = self._columns[number].decode()
        if "\\" in line:
            return [*map(as_written, json.loads(line))]
        return line[2:-2].split(_BETWEEN) if line != "[]" else []


def _with(items: list[Any], others: Mapping[int, Any]) -> list[Any]:
    return [others.get(at, item) for at, item in enumerate(items)]


def _line(texts: Iterable[str]) -> bytes:
    """Write texts that are `as_written` as a list."""
    every = [*texts]
    line = _BETWEEN.join(every)
    return f'["{line}"]'.encode() if every else b"[]"


class State(NamedTuple):
    """What the last build knew: good for the manifest with this digest, and for no other.

    `made_by` tells tool and options from others. `stamps` are texts that tell one state of a source
    that sites share from another, by path; one that may have been edited unseen has an empty one.
    `shared` are digests of what sites share, by name; `settled` is true where nothing was wrong with
    that. `sites` are entities by id, each as the text that `write_known` made of it: there may be
    hundreds of thousands, and few are looked at. `drafts` is true where pages show their sources even
    if a release is in force. `folders` are those of old addresses, which are no sites. `files` are
    paths and sizes of all files of the output, a line each.
    """

    made_by: str
    manifest: str
    stamps: Mapping[str, str] = MappingProxyType({})
    shared: Mapping[str, str] = MappingProxyType({})
    settled: bool = False
    sites: Mapping[str, str] = Sites()
    drafts: bool = False
    folders: Sequence[str] = ()
    files: tuple[bytes, bytes] = (b"[]", b"[]")

    def sizes(self) -> tuple[list[str], list[int]]:
        """Return the paths of all files of the output, and the size of each."""
        paths, sizes = self.files
        return json.loads(paths), json.loads(sizes)


def as_written(text: str) -> str:
    """Return a name or a path as it stands among others in a column."""
    return _quoted(text)[1:-1]


def write_known(known: Known) -> str:
    """Write what is known of one entity, a line for each column; `json.dumps` would be slow to begin."""
    files, stamp, uses, notes, name, sample, pages, released, redirects = known
    said = "null" if notes is None else _ENCODER.encode(notes) if notes else "[]"
    called = "null" if name is None else _quoted(name)
    mark = len(pages) if name is not None and notes == [] and not redirects else ""
    ancestors = "//".join(files[1:])
    lists = ",".join([f"[{','.join(map(_quoted, page))}]" for page in pages])
    shown = _ENCODER.encode(released) if released else "[]"
    moved = _ENCODER.encode(redirects) if redirects else "[]"
    before = f"{as_written(files[0])}\n{stamp}\n{mark}\n{as_written(uses)}\n{as_written(ancestors)}\n{said}\n"
    return f"{before}[{called},{'true' if sample else 'false'},[{lists}],{shown},{moved}]"


def read_known(text: str) -> Known:
    """Read what is known of one entity."""
    path, stamp, _, uses, ancestors, notes, shown = text.split("\n")
    path, uses, ancestors = json.loads(_line((path, uses, ancestors)))
    files = [path, *ancestors.split("//")] if ancestors else [path]
    return Known(files, stamp, uses, json.loads(notes), *json.loads(shown))


def read_shown(texts: Sequence[str]) -> Iterator[Shown]:
    """Read of many entities what `Known` has from `name` on: many at once, which is quick."""
    for at in range(0, len(texts), _PIECE):
        lines = ",".join([text[text.rindex(_END) :] for text in texts[at : at + _PIECE]])
        yield from json.loads(f"[{lines}]")


def is_shown_alike(text: str, other: str) -> bool:
    """Tell whether pages over all sites say the same of two entities, by what is known of them."""
    return text[text.rindex("\n") :] == other[other.rindex("\n") :]


def encode(state: State) -> Iterator[bytes]:
    """Write a state, piece by piece: its head, its columns, a digest of all that."""
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
    for piece in _pieces(json.dumps(head), state):
        digest.update(piece)
        yield piece
    yield json.dumps({"sha256": digest.hexdigest()}).encode()


def _pieces(head: str, state: State) -> Iterator[bytes]:
    yield f"{head}\n".encode()
    sites = state.sites
    if isinstance(sites, Sites):
        *columns, shown = sites.written()
        for line in columns:
            yield line
            yield b"\n"
    else:
        yield _line(sites)
        yield b"\n"
        texts = [*sites.values()]
        yield from _written(texts)
        shown = "".join([f"{text[text.rindex(_END) + 1 :]}\n" for text in texts]).encode()
    for line in state.files:
        yield line
        yield b"\n"
    yield shown


def _written(texts: Sequence[str]) -> Iterator[bytes]:
    """Write all columns but that of the ids: texts are taken apart some thousands at a time, and once."""
    columns: list[list[str]] = [[] for _ in range(_COLUMNS - 1)]
    for at in range(0, len(texts), _PIECE):
        rows = [text.split("\n", _COLUMNS - 1)[:-1] for text in texts[at : at + _PIECE]]
        *named, problems = zip(*rows, strict=True)
        # one text in the place of thousands: there may be hundreds of thousands of entities
        for column, few in zip(columns, [*map(_BETWEEN.join, named), ",".join(problems)], strict=True):
            column.append(few)
    for column in columns[:-1]:
        yield _line(column) + b"\n"
    yield f"[{','.join(columns[-1])}]\n".encode()


def is_whole(data: bytes) -> bool:
    """Tell whether the bytes are those that were written, to the last bit."""
    end = data.rfind(b"\n") + 1
    digest = hashlib.sha256(memoryview(data)[:end]).hexdigest()
    return data[end:] == json.dumps({"sha256": digest}).encode()


def decode(data: bytes, *, made_by: str | None, manifest: str) -> State | None:
    """Read a whole state; None where it is of another version or manifest, or not made as `made_by` says."""
    try:
        first, *columns, paths, sizes, rest = data.split(b"\n", _COLUMNS + 3)
        head = json.loads(first)
        if (head["policypages"], head["version"]) != ("state", VERSION):
            return None
        if head["manifest"] != manifest or made_by not in {None, head["made_by"]}:
            return None
        return State(
            head["made_by"],
            manifest,
            head["stamps"],
            head["shared"],
            head["settled"],
            Sites(columns, rest[: rest.rfind(b"\n") + 1]),
            head["drafts"],
            head["folders"],
            (paths, sizes),
        )
    except (ValueError, LookupError, TypeError, AttributeError):
        return None
